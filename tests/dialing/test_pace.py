"""Calls leave at the set pace, by a clock that the test holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.dialing.pace import Pace

CATCHES_UP = 0.2
"""Seconds of the pace that may be made up for after a wait."""
LOOKS = st.lists(st.floats(0, 3), min_size=1, max_size=200)
"""Seconds from one look at the pace to the next."""


def leaving(pace: Pace, looks: list[float]) -> list[float]:
    """When calls leave where one does whenever it may."""
    now, left = 1000.0, []
    for wait in looks:
        now += wait
        if pace.allows(now):
            pace.left(now)
            left.append(now)
    return left


def test_the_first_may_leave_at_once_and_the_others_follow_at_the_pace() -> None:
    left = leaving(Pace(300), [0.0] + [0.01] * 104)
    # The wait before the first makes up for one call.
    assert [round(moment - left[0], 1) for moment in left] == [0.0, 0.0, 0.2, 0.4, 0.6, 0.8, 1.0]


@given(LOOKS, st.sampled_from((1, 10, 60, 300, 1200)))
def test_never_do_more_leave_than_the_pace_allows(looks: list[float], a_minute: int) -> None:
    left = leaving(Pace(a_minute), looks)
    for place, first in enumerate(left):
        for count, last in enumerate(left[place:]):
            assert count <= (last - first + CATCHES_UP) * a_minute / 60 + 1e-6


@given(LOOKS)
def test_whoever_waits_as_long_as_it_says_may_leave(looks: list[float]) -> None:
    pace, now = Pace(60), 1000.0
    for wait in looks:
        now = max(now + wait, now + pace.seconds_to_next(now))
        assert pace.seconds_to_next(now) <= 1e-6
        if pace.allows(now):
            pace.left(now)
