"""The ledger is put back from an older copy, or copied to a second machine: no call comes twice."""

from __future__ import annotations

import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.support import judge
from tests.support.boundaries import Boundary
from tests.support.judge import Caught
from tests.support.offices import Office, Offices
from tests.support.programs import Conditions
from tests.support.sweeping import (
    AT_ONCE,
    Ordeal,
    boundaries_of,
    every_one,
    fated,
    frozen_at,
    some,
    sweep,
)

FIRST = ("923000000001", "923000000005")
LATER = ("923000000002", "923000000003", "923000000004", "923000000010")


def called_twice(office: Office) -> list[str]:
    """The numbers that were called more than once."""
    return [n for n, count in Counter(c["caller_id"] for c in office.calls()).items() if count > 1]


def a_person_says_run_again(office: Office) -> None:
    """PAUSE and, once the dialer has seen it, RUN."""
    office.control("PAUSE")
    office.run("once", "--for", "2")
    office.control("RUN")


def restored_from(offices: Offices) -> Ordeal:
    """A copy of the ledger is made at the boundary and put back when all is done."""

    def ordeal(target: Boundary) -> tuple[set[str], list[str]]:
        office, caught = offices.open(tuple(judge.FATES)), Caught()
        kept = office.directory / "kept.db"
        with frozen_at(office, target) as (program, kinds):
            if not kinds:
                return kinds, fated(office, caught)
            office.keep_ledger(kept)
            program.send(signal.SIGCONT)
            assert program.end() == 0, program.said()
        office.put_ledger(kept)
        caught.look(office)
        made = len(office.calls())
        office.run("once", "--for", "2")
        if len(office.calls()) > made:
            return kinds, [f"called again before a person said RUN: {called_twice(office)}"]
        a_person_says_run_again(office)
        # A copy from before the ledger had a name is another dialer's, who waits for five minutes.
        office.finish(Conditions(clock_ahead=400))
        return kinds, [f"called again: {number}" for number in called_twice(office)]

    return ordeal


def test_a_ledger_put_back_from_an_older_copy_calls_nobody_again(
    offices: Offices, full: bool, overlapping: bool
) -> None:
    boundaries = boundaries_of(lambda: (offices.open(tuple(judge.FATES)), Caught()), fated)
    targets = every_one(boundaries) if full else some(boundaries, 1 if overlapping else 4)
    swept = sweep(targets, restored_from(offices))
    print(f"{swept.strikes} copies put back, {swept.missed} runs passed without the boundary")
    assert swept.faults == []


def test_an_older_ledger_says_what_to_do_and_calls_new_rows_after_that(offices: Offices) -> None:
    office = offices.open(FIRST)
    office.finish()
    kept = office.directory / "kept.db"
    office.keep_ledger(kept)
    office.paste(LATER[:2])
    office.finish()
    office.put_ledger(kept)
    office.paste(LATER[2:])
    office.run("once", "--for", "2")
    assert len(office.calls()) == 4
    assert "older than the sheet" in office.state()
    a_person_says_run_again(office)
    office.finish()
    assert fated(office, Caught()) == []
    assert len(office.calls()) == 6


def test_a_copy_of_the_ledger_on_a_second_machine_calls_nobody_again(offices: Offices) -> None:
    office = offices.open(FIRST)
    office.finish()
    copy = office.machine("copy")
    office.keep_ledger(copy.ledger)
    office.paste(LATER)
    office.finish()
    copy.run("once", "--for", "2")
    assert called_twice(office) == []
    assert fated(office, Caught()) == []


def both_at_once(offices: Offices) -> list[str]:
    """Two machines with the same ledger, queued rows in it, begin at the same moment."""
    office, caught = offices.open(LATER), Caught()
    office.control("PAUSE")
    office.run("once", "--for", "2")
    copy = office.machine("copy")
    office.keep_ledger(copy.ledger)
    office.control("RUN")
    with (
        office.program("once", "--for", "4") as one,
        copy.program("once", "--for", "4") as other,
    ):
        one.end()
        other.end()
    if twice := called_twice(office):
        return [f"called again at once: {number}" for number in twice]
    for each in (office, copy):
        a_person_says_run_again(each)
        each.run("once", "--for", "4")
    caught.look(office)
    return [f"called again: {number}" for number in called_twice(office)]


def test_two_machines_with_the_same_ledger_at_once_call_nobody_twice(
    offices: Offices, full: bool, overlapping: bool
) -> None:
    rounds = range(100 if full else 2 if overlapping else 4)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda _: both_at_once(offices), rounds))
    assert [faults for faults in found if faults] == []
