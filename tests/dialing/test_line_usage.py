"""How many lines are believed taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sheets_dialer.dialing.line_usage import LineUsage
from sheets_dialer.domain.attempt import Attempt, AttemptState
from tests.support.planning import POLICY

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SENDING = Attempt(1, 1, "923001234567", AttemptState.SENDING, NOW)
RINGS = replace(SENDING, state=AttemptState.PLACED, placed_at=NOW, call_status=1)
TALKS = replace(RINGS, call_status=2, answered_at=NOW)
STEADY = 1000.0


def used(*known: Attempt, after: timedelta = timedelta(0)) -> int:
    lines = LineUsage()
    for attempt in known:
        lines.update(attempt, POLICY, NOW, STEADY)
    return lines.in_use(STEADY + after.total_seconds())


def test_a_call_holds_one_line_from_sending_until_it_has_talked() -> None:
    assert used(SENDING) == used(SENDING, RINGS) == used(SENDING, RINGS, TALKS, TALKS) == 1
    assert used(TALKS, after=POLICY.call_length - timedelta(seconds=1)) == 1
    assert used(TALKS, after=POLICY.call_length) == 0
    begun = replace(TALKS, answered_at=NOW - timedelta(seconds=20))
    assert used(begun, after=POLICY.call_length - timedelta(seconds=20)) == 0


@pytest.mark.parametrize(
    "end",
    [
        replace(RINGS, call_status=4),
        replace(SENDING, state=AttemptState.UNKNOWN),
        replace(RINGS, placed_at=NOW - POLICY.give_up_after),
    ],
    ids=["busy", "unknown", "given up"],
)
def test_a_call_that_is_over_holds_none(end: Attempt) -> None:
    assert used(RINGS, end) == 0


def test_every_call_holds_its_own() -> None:
    assert used(RINGS, replace(TALKS, id=2), replace(SENDING, id=3)) == 3
