"""A process is killed wherever it touches the world; the next run puts everything right.

The boundaries are found by a first run, so that a new commit or request is swept the day it is
written. The quick form kills at one boundary of each kind, the full form at all of them.
"""

from __future__ import annotations

import judge
import pytest
from boundaries import Boundary
from judge import Caught
from offices import Office, Offices
from sweeping import Scenario, Sweep, killed_at, one_of_each_kind

CALL = "GET /api/calls"
ASKED_AGAIN = ("923000000001", "923000000004")
DIALLED_AGAIN = ("923000000005",)


def nothing_before(_office: Office, _caught: Caught) -> None:
    """A sheet that was never dialled."""


def killed_while_calling(office: Office, caught: Caught) -> None:
    """One call is on its way, the others are marked and not sent: that is what is recovered."""
    killed_at(office, Boundary(f"sent {CALL}", 1), caught)


def asked_again(office: Office, _caught: Caught) -> None:
    """All was called, and people ask for some calls once more."""
    office.finish()
    office.configure({}, redial={"attempts": 1, "after_minutes": 0.01, "on": ["busy"]})
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
    sweep = Sweep(offices, scenario)
    boundaries = sweep.enumerate()
    kinds = {each.kind for boundary in boundaries for each in boundary}
    if full:
        targets = [boundary[0] for boundary in boundaries]
        targets += [each for boundary in boundaries for each in boundary[1:]]
    else:
        targets = list(one_of_each_kind(boundaries, known_kinds))
    faults = sweep.kill_at_each(targets)
    print(
        f"{scenario}: {len(boundaries)} boundaries of {len(kinds)} kinds, {sweep.kills} kills, "
        f"{sweep.missed} runs that passed without the boundary"
    )
    assert faults == []
    never = kinds - sweep.struck - known_kinds
    known_kinds |= sweep.struck
    # A commit that joins what chance brings together may not come again in this form.
    assert {kind for kind in never if "commit" not in kind} == set()
    assert f"sent {CALL}" in kinds | known_kinds


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
