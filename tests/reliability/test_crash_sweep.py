"""A process is killed wherever it touches the world; the next run puts everything right.

The boundaries are found by a first run, so that a new commit or request is swept the day it is
written. The quick form kills at one boundary of each kind, the full form at all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import pytest

from tests.support import judge
from tests.support.boundaries import Boundary
from tests.support.judge import Caught
from tests.support.offices import Office, Offices
from tests.support.sweeping import (
    boundaries_of,
    every_one,
    kill_and_go_on,
    killed_at,
    one_of_each_kind,
    sweep,
)

CALL = "GET /api/calls"
ASKED_AGAIN = ("923000000001", "923000000004")
DIALLED_AGAIN = ("923000000005",)


@dataclass(frozen=True)
class Scenario:
    """What is there before the run that is killed: `prepare` leaves it. `again` are the numbers
    that may be called a second time."""

    name: str
    prepare: Callable[[Office, Caught], None]
    again: Collection[str] = ()

    def __str__(self) -> str:
        return self.name


def nothing_before(_office: Office, _caught: Caught) -> None:
    """A sheet that was never dialled."""


def killed_while_calling(office: Office, caught: Caught) -> None:
    """One call is on its way, the others are marked and not sent: that is what is recovered."""
    assert killed_at(office, Boundary(f"sent {CALL}", 1))
    caught.look(office)


def asked_again(office: Office, _caught: Caught) -> None:
    """All was called; then people ask for some calls once more, and redials are switched on."""
    office.finish()
    redial = {"attempts": 1, "after_minutes": 0.01, "on": ["busy"]}
    office.configure(campaign={"redial": redial})
    for number in ASKED_AGAIN:
        office.write(number, "Status", "Call again")


SCENARIOS = [
    Scenario("the first run", nothing_before),
    Scenario("the run after a kill", killed_while_calling),
    Scenario(
        "a run in which people ask again and the busy are dialled again",
        asked_again,
        again=(*ASKED_AGAIN, *DIALLED_AGAIN),
    ),
]


@pytest.fixture(scope="module")
def known_kinds() -> set[str]:
    """The kinds of boundary at which the quick form has killed already."""
    return set()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_a_kill_at_any_boundary_calls_nobody_twice_and_loses_nothing(
    offices: Offices, scenario: Scenario, full: bool, known_kinds: set[str]
) -> None:
    def opening() -> tuple[Office, Caught]:
        office, caught = offices.open(tuple(judge.FATES)), Caught()
        scenario.prepare(office, caught)
        return office, caught

    def judged(office: Office, caught: Caught) -> list[str]:
        return judge.faults(office, caught, may_be_called_again=scenario.again, fates=judge.FATES)

    boundaries = boundaries_of(opening, judged)
    kinds = {each.kind for each in every_one(boundaries)}
    targets = every_one(boundaries) if full else one_of_each_kind(boundaries, known_kinds)
    swept = sweep(targets, kill_and_go_on(opening, judged))
    print(
        f"{scenario}: {len(boundaries)} boundaries of {len(kinds)} kinds, {swept.strikes} kills, "
        f"{swept.missed} runs passed without the boundary"
    )
    assert swept.faults == []
    known_kinds |= swept.kinds
    # What a commit joins by chance may not come together again, but no request stays away.
    assert {kind for kind in kinds - known_kinds if "commit" not in kind} == set()
    assert f"sent {CALL}" in kinds


def test_the_judge_sees_what_is_wrong(offices: Offices) -> None:
    office, caught = offices.open(["923000000001", "923000000002", "923000000003"]), Caught()
    office.finish()
    assert judge.faults(office, caught, fates=judge.FATES) == []
    office.write("923000000001", "DTMF", "2")
    office.write("923000000002", "Status", "Check")
    office.write("923000000003", "Attempts", "0")
    assert judge.faults(office, caught, fates=judge.FATES) == [
        "923000000003 was called 1 times in 0 attempts",
        "923000000001 shows ('Answered', '2', 'Confirmed'), not ('Answered', '1', 'Confirmed')",
        "923000000002 shows Check and doesn't say why",
        "923000000002 shows Check 1 times; it was in flight 0 times",
    ]
