"""People work on the tab while it is dialled, five acts a second: every result stays with its
person, and every cell of theirs is as they left it."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path

import pytest

from tests.support.hurry import HurriedShop, hurried_shop
from tests.support.judging import words_of
from tests.support.offices import OVERLAPPING
from tests.support.people import PEOPLES, Person, content

ACTS_A_SECOND = 5
CHANGED = ("Number changed", "The row changed", "These results belong", "The number was removed")
"""How the sentences begin that say of results that they are not of what the row says now."""


@pytest.mark.parametrize("overlapping", [False, True], ids=OVERLAPPING)
def test_results_stay_with_their_people_whatever_people_do(
    tmp_path: Path, full: bool, overlapping: bool
) -> None:
    rows, seconds = (1000, 120) if full else (60, 6 if overlapping else 14)
    with hurried_shop(tmp_path) as shop:
        shop.sandbox.post("/_sandbox/behaviour", {"rebased": overlapping})
        shop.tab().update_cell(1, len(PEOPLES), PEOPLES[-1])
        shop.ready()
        tab = shop.tab()
        tab.resize(rows + 2000, tab.col_count)
        seed = random.randrange(10**6)
        person = Person(tab, random.Random(seed), begin=0)
        person.paste(rows)
        shop.configure(portal=shop.settings("portal") | {"lines": rows // 4})
        with shop.dialling():
            work(person, seconds)
        shop.finish(180)
        faults = [*judged(shop, person)]
        assert not faults, "\n".join([f"seed {seed}, {person.done}", *faults])


def work(person: Person, seconds: float) -> None:
    """One act after the other, at their pace."""
    end = time.monotonic() + seconds
    while (due := time.monotonic()) < end:
        person.act()
        time.sleep(max(0.0, due + 1 / ACTS_A_SECOND - time.monotonic()))


def judged(shop: HurriedShop, person: Person) -> Iterator[str]:
    """Everything that is not as it must be."""
    rows = shop.rows()
    calls = {str(call["call_id"]): call for call in shop.calls()}
    found = [[row[title] for title in PEOPLES] for row in rows]
    # Results whose row a feed took away from the end of the list stay below it, and say so.
    left = [*person.left, *[[""] * len(PEOPLES)] * (len(found) - len(person.left))]
    if found != left:
        wrong = [pair for pair in zip_longest(found, left) if pair[0] != pair[1]]
        yield f"people's cells are not as they left them, first here: {wrong[:1]}"
    yield from called_too_often(shop, person)
    for row in rows:
        if any(row.values()):
            yield from faults_of(row, calls)
    standing = {row["Call ID"] for row in rows}
    asked = {content([row[title] for title in PEOPLES]): row for row in rows}
    for call_id, call in calls.items():
        if call_id not in standing and content_of(call) in asked:
            again = sum(content_of(each) == content_of(call) for each in calls.values())
            row = asked[content_of(call)]
            # A copy that outlived its original says that the same call was placed, and when.
            if again == 1 and not row["Why"]:
                yield f"the result of {call} stands on no row, though its row is there: {row}"


def called_too_often(shop: HurriedShop, person: Person) -> Iterator[str]:
    """Each content is called once, and once more for each Call again.

    Between a feed and the next pass a row shows one customer's cells beside another one's results.
    A word that is typed there and then is either's, but never both's.
    """
    made, allowed = Counter(map(content_of, shop.calls())), Counter(person.asked_again)
    unused = sum(max(0, count - max(0, made[asked] - 1)) for asked, count in allowed.items())
    for asked, count in made.items():
        beyond = count - 1 - allowed[asked]
        if beyond > unused:
            yield f"{asked} was called {count} times; Call again was typed {allowed[asked]} times"
        unused -= max(0, beyond)


def content_of(call: Mapping[str, object]) -> tuple[str, ...]:
    names = ("caller_id", "amount", "text1", "text2")
    return tuple(str(call[name]) for name in names)


def faults_of(row: Mapping[str, str], calls: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """What is wrong with one row's results."""
    call = calls.get(row["Call ID"])
    if not row["Call ID"]:
        if not row["Why"]:
            yield f"neither called nor a word why: {row}"
        return
    if call is None:
        yield f"a call that the portal doesn't know: {row}"
        return
    for title, expected in (
        ("Called Number", str(call["caller_id"])),
        ("DTMF", str(call["dtmf"] or "")),
    ):
        if row[title] != expected:
            yield f"{title} should be {expected}: {row}"
    own_word = row["Status"].casefold() in ("skip", "hold", "done", "call again", "queued")
    if row["Status"] != words_of(call) and not own_word:
        yield f"Status should be {words_of(call)}: {row}"
    told = row["Why"].startswith(CHANGED) or (row["Status"] == "Skip" and row["Why"])
    if row["Phone"] != call["caller_id"] and not told:
        yield f"the result of a call to {call['caller_id']} without a word: {row}"
