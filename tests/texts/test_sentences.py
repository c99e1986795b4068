"""Every sentence that the dialer can put into the sheet, each with the situation that produces it.

The tables stand in `tests/situations/`, which also says how to add to them: over HTTP, on a real
sheet of the sandbox, by the real dialer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain

import pytest

from sheets_dialer.domain.times import day_in_sentence
from tests.situations import SITUATIONS, Situation, Stage, Studio
from tests.situations.explaining import ENGLISH, MONTHS, names_in
from tests.support.planning import KARACHI

NOT_IN_THE_SHEET: Mapping[str, str] = {
    "plan_calls_may_go_out": "the command plan prints it",
    "plan_to_call": "the command plan prints it",
    "plan_to_call_and_cost": "the command plan prints it",
    "plan_new_rows": "the command plan prints it",
    "plan_in_progress": "the command plan prints it",
    "column_means": "the commands setup, check and plan print it",
    "columns_unused": "the commands setup, check and plan print it",
    "portal_says_nothing_of_key": "only check asks whether the key is good, and prints it",
    "shared_call_id": "stands in the ledger, and export prints it; the row says result_unknown",
    "foreign_call_id": "stands in the ledger, and export prints it; the row says unknown_outcome",
}
"""Sentences that no cell can show, each with where it goes instead."""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """The sandbox of all situations."""
    opened = Studio(tmp_path_factory.mktemp("situations"))
    yield opened
    opened.close()


@pytest.fixture
def stage(studio: Studio) -> Stage:
    """A sheet for one situation."""
    return studio.open()


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.name)
def test_the_sheet_says_what_the_table_says(stage: Stage, situation: Situation) -> None:
    situation.happens(stage)
    stage.look()
    assert stage.unexplained() == [], "these cells say something that is no sentence of ours"
    missing = situation.sentences() - stage.sentences()
    assert not missing, f"no cell says {sorted(missing)}; the cells say {stage.texts()}"


def test_every_sentence_has_a_situation() -> None:
    told = chain.from_iterable(each.sentences() for each in SITUATIONS)
    known = {*told, *MONTHS, *NOT_IN_THE_SHEET}
    missing = [name for name in ENGLISH if name not in known]
    assert not missing, (
        f"No situation produces {', '.join(missing)}. tests/situations/__init__.py says how to add "
        "one."
    )
    gone = sorted(known - set(ENGLISH))
    assert not gone, f"{', '.join(gone)} stand in the tables, but not in english.yaml any more."


def test_what_is_said_not_to_stand_in_the_sheet_has_no_situation() -> None:
    told = set(chain.from_iterable(each.sentences() for each in SITUATIONS))
    assert not told & set(NOT_IN_THE_SHEET)


@pytest.mark.parametrize(("number", "month"), list(enumerate(MONTHS, start=1)))
def test_a_day_is_told_with_the_name_of_its_month(number: int, month: str) -> None:
    day, now = (datetime(2026, number, date, 12, tzinfo=KARACHI) for date in (3, 15))
    assert day_in_sentence(day, now, KARACHI) == f"3 {ENGLISH[month]}"


# --- The harness itself


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Paused: Control says PAUSE.", {"paused"}),
        (
            "Paused by you at 11:40, 12 queued, 3 held. Do Not Call: no number that can be read in "
            "row 3. Correct it.",
            {
                *("state_paused_today", "count_queued", "count_held", "comma", "full_stop"),
                "unreadable_row",
            },
        ),
        ("Calling: 2 in progress.", {"state_calling", "count_in_progress", "full_stop"}),
        (
            "Today at 09:30: The balance can't be read. The portal didn't answer in time.",
            {
                *("last_problem", "today", "day_at_time"),
                *("balance_unreadable", "portal_timed_out"),
            },
        ),
        ("Tried again tomorrow at 10:00.", {"tried_again", "day_at_time", "tomorrow"}),
        (
            "The portal refused: No. Correct the row, or choose Call again.",
            {"refused", "portal_refused"},
        ),
        ("Tried again soon.", set()),
        ("tomorrow", set()),
        ("Paused: Control says PAUSE. Ask Ahmed", set()),
        ("", set()),
    ],
)
def test_a_text_is_explained_whole_or_not_at_all(text: str, names: set[str]) -> None:
    assert names_in(text) == names


def test_notes_are_looked_at_too(stage: Stage) -> None:
    stage.tab().update_note("A1", ENGLISH["paused"])
    stage.look()
    assert "paused" in stage.sentences()
    assert stage.seen[ENGLISH["paused"]] == "note on Calls, row 1, Phone"
