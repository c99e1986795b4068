"""People work on the tab while it is dialled, five acts a second: every result stays with its
person, and every cell of theirs is as they left it."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.support.hurry import hurried_shop
from tests.support.offices import OVERLAPPING
from tests.support.people import PEOPLES, Person
from tests.support.people_judge import judged

ACTS_A_SECOND = 5


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
        faults = [*judged(shop.rows(), shop.calls(), person)]
        assert not faults, "\n".join([f"seed {seed}, {person.done}", *faults])


def work(person: Person, seconds: float) -> None:
    """One act after the other, at their pace."""
    end = time.monotonic() + seconds
    while (due := time.monotonic()) < end:
        person.act()
        time.sleep(max(0.0, due + 1 / ACTS_A_SECOND - time.monotonic()))
