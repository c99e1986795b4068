"""The ledger is deleted between two runs: what the sheet shows is taken for what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.support import judge
from tests.support.boundaries import Boundary
from tests.support.judge import Caught
from tests.support.offices import Office, Offices
from tests.support.programs import Conditions
from tests.support.sweeping import (
    START,
    Ordeal,
    boundaries_of,
    every_one,
    fated,
    killed_at,
    some,
    sweep,
)

PAST_THE_STAND_BY = Conditions(clock_ahead=6 * 60)
PAST_THE_MARKS = Conditions(clock_ahead=20 * 60)
"""A mark that nobody explains is looked at for ten minutes."""


def lost_after_a_kill_at(offices: Offices) -> Ordeal:
    """The process is killed at the boundary, and its ledger is deleted."""

    def ordeal(target: Boundary) -> tuple[set[str], list[str]]:
        office = offices.open(tuple(judge.FATES))
        kinds = killed_at(office, target)
        if not kinds:
            return kinds, fated(office, Caught())
        office.lose_ledger()
        before = office.rows()
        office.run("once", "--for", "1")
        # Until all is done would be until nobody can be dialling any more who marked a row.
        assert office.run("once", "--for", "15", conditions=PAST_THE_STAND_BY) == 0
        assert office.run(*START, conditions=PAST_THE_MARKS) == 0
        return kinds, [*_faults(office, before)]

    return ordeal


def _faults(office: Office, before: list[dict[str, str]]) -> Iterator[str]:
    for number, count in Counter(str(call["caller_id"]) for call in office.calls()).items():
        if count > 1:
            yield f"{number} was called {count} times"
    shown = {row["Phone"]: row for row in before}
    for row in office.rows():
        earlier = shown[row["Phone"]]
        told = (row["Status"], row["DTMF"], row["Answer"])
        if earlier["Call ID"] and row["Call ID"] != earlier["Call ID"]:
            yield f"{row['Phone']} showed call {earlier['Call ID']}, and now {row['Call ID']}"
        elif earlier["Status"] == "Calling" and not earlier["Call ID"]:
            if row["Status"] != "Check" or not row["Why"]:
                yield f"{row['Phone']} was Calling, and is {row['Status']} because {row['Why']!r}"
        elif told != judge.FATES[row["Phone"]] and earlier["Status"] != "Failed":
            yield f"{row['Phone']} shows {told} and showed {earlier['Status']!r}"


def test_a_lost_ledger_calls_nobody_again_and_marks_become_check(
    offices: Offices, full: bool, overlapping: bool
) -> None:
    boundaries = boundaries_of(lambda: (offices.open(tuple(judge.FATES)), Caught()), fated)
    targets = every_one(boundaries) if full else some(boundaries, 1 if overlapping else 4)
    swept = sweep(targets, lost_after_a_kill_at(offices))
    print(f"{swept.strikes} ledgers lost, {swept.missed} runs passed without the boundary")
    assert swept.faults == []
