"""What the dialer says: every sentence by name, in each language, and what is refused of a file."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer import texts
from sheets_dialer.domain.phone_numbers import NotDiallable, read_number
from sheets_dialer.domain.times import day_in_sentence, time_in_sentence
from sheets_dialer.google_sheets.cell_updates import that_fit
from sheets_dialer.planning.plan import Plan
from sheets_dialer.tabs.queue_columns import DIALER
from sheets_dialer.tabs.queue_rows import beside_their_calls
from sheets_dialer.texts import LANGUAGES, TextsError, is_said, say
from tests.planning.test_plans import CASES, happen, world_of
from tests.support.planning import KARACHI, World, moment

PACKAGE = Path(texts.__file__).parent.parent
ENGLISH, URDU = (texts.read(language)[0] for language in LANGUAGES)
SAYING = {"say", "is_said", "NotDiallable"}
"""What is called with a sentence's name."""
SPOKEN = (DIALER["why"], DIALER["answer"])


def sources() -> Iterator[ast.AST]:
    """The dialer's own modules, read as Python reads them."""
    for path in PACKAGE.rglob("*.py"):
        if "sandbox" not in path.relative_to(PACKAGE).parts:
            yield ast.parse(path.read_text(encoding="utf-8"))


def pairs_of(language: str) -> list[tuple[str, str]]:
    """A language's file line by line, with what may stand in it twice."""
    text = (PACKAGE / "texts" / f"{language}.yaml").read_text(encoding="utf-8")
    node = yaml.compose(text, yaml.SafeLoader)
    assert isinstance(node, yaml.MappingNode)
    return [(name.value, value.value) for name, value in node.value]


def test_every_name_that_is_said_stands_in_the_file() -> None:
    said = {
        node.args[0].value
        for source in sources()
        for node in ast.walk(source)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in SAYING
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(said) > 80
    assert said - set(ENGLISH) == set()


def test_every_sentence_of_the_file_is_said_somewhere() -> None:
    words = {
        node.value
        for source in sources()
        for node in ast.walk(source)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    made_up = tuple(
        node.values[0].value
        for source in sources()
        for node in ast.walk(source)
        if isinstance(node, ast.JoinedStr)
        and isinstance(node.values[0], ast.Constant)
        and node.values[0].value in ("note_", "chart_", "kind_")
    )
    assert [name for name in ENGLISH if name not in words and not name.startswith(made_up)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_every_sentence_once_with_the_same_gaps(language: str) -> None:
    pairs = pairs_of(language)
    assert [name for name, _ in pairs] == list(ENGLISH), "the files have the same order"
    for name, text in pairs:
        assert texts.gaps(text) is not None, name
        assert texts.gaps(text) == texts.gaps(ENGLISH[name]), name
        assert 0 < len(text) <= 300, name
        assert text == " ".join(text.split()), name


def test_an_urdu_sentence_begins_in_urdu_so_that_a_cell_shows_it_from_right_to_left() -> None:
    for name, text in URDU.items():
        spoken_part = text.replace("{", "").split("}")[-1] if text.startswith("{") else text
        first = next((c for c in spoken_part if unicodedata.bidirectional(c) in ("L", "AL")), "ا")
        assert unicodedata.bidirectional(first) == "AL", name


def test_urdu_leaves_in_english_what_stands_in_the_sheet() -> None:
    words = ("PAUSE", "RUN", "Call again", "Skip", "Do Not Call", "Call Before", "Call After")
    for name, text in ENGLISH.items():
        for word in (*words, "Status", "Control", "Dialer", "Check row"):
            if re.search(rf"\b{word}\b", text):
                assert word.removesuffix(" row") in URDU[name], (name, word)


def test_an_urdu_cell_shows_digits_with_spaces_between_them_in_their_order() -> None:
    for name, text in URDU.items():
        outside = re.sub("\u2066[^\u2066\u2069]*\u2069", "", text)
        assert not re.search(r"\d[ -]\d|[\u2066\u2069]", outside), name


@given(st.sampled_from(sorted(ENGLISH)), st.sampled_from(LANGUAGES), st.text(max_size=30))
def test_a_sentence_is_recognised_in_every_language_with_any_values(
    name: str, language: str, value: str
) -> None:
    texts.use(language)
    said = say(name, **dict.fromkeys(texts.gaps(ENGLISH[name]) or (), value))
    for other in LANGUAGES:
        texts.use(other)
        assert is_said(name, said)


def test_another_sentence_is_not_recognised() -> None:
    assert not is_said("in_queue", say("too_old"))
    assert not is_said("own_word", say("skipped"))
    assert not is_said("in_queue", say("in_queue") + " Ask Ahmed.")
    assert not is_said("copied", "")


def test_a_reason_follows_the_language_that_is_chosen_after_the_cell_was_read() -> None:
    read = read_number("0300")
    assert isinstance(read, NotDiallable)
    texts.use("urdu")
    assert read.reason == URDU["too_few_digits"]
    texts.use("english")
    assert read.reason == ENGLISH["too_few_digits"]


@pytest.mark.parametrize(
    ("days", "in_english", "in_urdu"),
    [
        (-1, "yesterday at 14:05", "گزشتہ روز 14:05 بجے"),
        (0, "today at 14:05", "آج 14:05 بجے"),
        (1, "tomorrow at 14:05", "کل 14:05 بجے"),
        (20, "4 Aug at 14:05", "4 اگست 14:05 بجے"),
        (200, "31 Jan 2027 at 14:05", "31 جنوری 2027 14:05 بجے"),
    ],
)
def test_times_are_spoken_in_the_language(days: int, in_english: str, in_urdu: str) -> None:
    now = moment("2026-07-15 14:05")
    then = now + timedelta(days=days)
    assert time_in_sentence(then, now, KARACHI) == in_english
    assert day_in_sentence(then, now, KARACHI) == in_english.partition(" at ")[0]
    texts.use("urdu")
    assert time_in_sentence(then, now, KARACHI) == in_urdu


@given(st.datetimes())
def test_months_are_named_as_on_the_calendar(day: Any) -> None:
    now = moment("2026-07-15 12:00")
    named = day_in_sentence(day.replace(tzinfo=KARACHI), now.replace(year=1900), KARACHI)
    assert day.strftime("%b") in named or named in ("yesterday", "today", "tomorrow")


def acts(plan: Plan) -> Mapping[str, object]:
    """What a plan does, whatever it says."""
    return {
        "dials": [(dial.row.index, dial.reason) for dial in plan.dials],
        "new": [job.content for job in plan.new_jobs],
        "adopted": [each.call_id for each in plan.adoptions],
        "released": [each.id for each in plan.released],
        "changes": plan.job_changes,
        "polls": [each.attempt.id for each in plan.polls],
        "counts": plan.counts,
        "stops": plan.stopped is not None,
    }


def named(cell: str) -> set[str]:
    """The names of the sentences that a cell may say, without those that are all gaps."""
    vague = {name for name in ENGLISH if is_said(name, "zq zq zq.") or is_said(name, "zq zq zq۔")}
    return {name for name in ENGLISH if name not in vague and is_said(name, cell)}


@pytest.mark.parametrize("changing", [False, True], ids=["urdu", "changing"])
@pytest.mark.parametrize("case", CASES)
def test_the_dialer_does_the_same_in_each_language(case: Mapping[str, Any], changing: bool) -> None:
    """Every case of the planner again: nothing that it decides hangs on the words of a cell."""
    here, there = world_of(case["given"]), world_of(case["given"])
    for number, step in enumerate(case["passes"]):
        happen(here, step)
        texts.use(LANGUAGES[number % 2] if changing else "urdu")
        happen(there, step)
        plan = there.run()
        texts.use("english")
        assert acts(plan) == acts(here.run())
        assert [without_words(row) for row in here.sheet] == [without_words(r) for r in there.sheet]
        for mine, yours in zip(here.sheet, there.sheet, strict=True):
            for title in SPOKEN:
                this, that = str(mine.get(title, "")), str(yours.get(title, ""))
                assert this == that or named(this) & named(that), (this, that)


def without_words(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row's cells but those that say something in a language."""
    return {title: text for title, text in row.items() if title not in SPOKEN}


def test_rows_speak_the_new_language_after_the_next_pass() -> None:
    rows: list[dict[str, Any]] = [
        {"Phone": "0300 1234567"},
        {"Phone": "0300"},
        {"Phone": "0301 1234567", "Status": "Ask Ahmed"},
        {"Phone": "0302 1234567", "Status": "Skip"},
        {"Phone": "0303 1234567", "Status": "later", "Why": "Too old. Choose Call again."},
        {"Phone": "0304 1234567", "Status": "later", "Why": "He calls us."},
    ]
    world = World(now=moment("2026-07-15 12:00"), sheet=rows, obstacle="no")
    for _ in range(2):
        world.run()
    english = [row["Why"] for row in world.sheet]
    assert [named(why) for why in english] == [
        {"in_queue"},
        {"too_few_digits"},
        {"own_word"},
        {"skipped"},
        {"too_old"},
        set(),
    ]
    texts.use("urdu")
    assert not world.run().dials
    urdu = [row["Why"] for row in world.sheet]
    assert urdu == [
        URDU["in_queue"],
        URDU["too_few_digits"],
        URDU["own_word"].format(word="Ask Ahmed"),
        URDU["skipped"],
        URDU["too_old"],
        "He calls us.",
    ]
    assert not world.run().cells, "the second pass finds nothing to write"
    texts.use("english")
    world.run()
    assert [row["Why"] for row in world.sheet] == english


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [2_000, 7_000])
def test_a_plan_is_complete_if_one_write_takes_it(language: str, count: int) -> None:
    texts.use(language)
    rows = [{"Phone": f"0300 1{number:06}", "Store": "x"} for number in range(count)]
    world = World(now=moment("2026-07-15 12:00"), sheet=rows)
    plan = world.plan()
    written = beside_their_calls(plan.cells, plan.rows)
    assert len(plan.cells) == count
    assert plan.complete == (len(that_fit(written, ())) == count)
    assert plan.complete == (count == 2_000)


def test_a_file_of_ones_own_replaces_what_it_names(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text('too_old: "Old.  Say\n  it again."\nunknown_outcome: no\n', encoding="utf-8")
    texts.use(str(file))
    assert say("too_old") == "Old. Say it again."
    assert say("unknown_outcome") == "no", "YAML's words for no and yes are words here"
    assert say("paused") == ENGLISH["paused"]
    assert is_said("too_old", ENGLISH["too_old"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("to_old: Old.", "ours.yaml: to_old can't be used; expected: one of the names in"),
        ("tried_again: Later.", "the same words in braces as: Tried again {when}."),
        ("tried_again: '{when} {who}'", "the same words in braces as: Tried again {when}."),
        ("tried_again: '{when:%H}'", "the same words in braces as"),
        ("tried_again: '{when!r}'", "the same words in braces as"),
        ("tried_again: '{when.real}'", "the same words in braces as"),
        ("tried_again: '{when[0]}'", "the same words in braces as"),
        ("tried_again: '{when'", "the same words in braces as"),
        ("tried_again: '{}'", "the same words in braces as"),
        ("paused: ''", "a sentence"),
        ("paused:", "a sentence"),
        ("paused: [a]", "a sentence"),
        ("paused: {a: b}", "a sentence"),
        (f"paused: {'long ' * 70}", "a sentence"),
        ("paused: a\npaused: b", "ours.yaml: paused can't be used; expected: it once"),
        ("- a", "or the name of a file with sentences by name"),
        ("", "or the name of a file with sentences by name"),
        ("a: [", "or the name of a file with sentences by name"),
        ("a: \x00", "or the name of a file with sentences by name"),
    ],
)
def test_what_cannot_be_said_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TextsError) as caught:
        texts.use(str(file))
    assert expected in str(caught.value)
    assert say("paused") == ENGLISH["paused"], "the language in use stays"


@given(st.text())
def test_no_file_makes_it_fail_in_another_way(tmp_path_factory: Any, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_text(text, encoding="utf-8", errors="replace")
    said, faults = texts.read(str(file))
    assert set(said) == set(ENGLISH)
    assert faults or text
