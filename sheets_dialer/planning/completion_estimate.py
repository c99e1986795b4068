"""How long so many calls take: at the set pace, on the lines there are, within calling hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..domain.call_lifecycle import NOT_ANSWERED_SHARE, RINGS_FOR
from ..domain.calling_hours import CallingHours
from ..domain.daily_usage import midnight
from ..domain.policy import Policy

_PICKED_UP_AFTER = RINGS_FOR / 2
_DAYS_AHEAD = 400
_MINUTE = timedelta(minutes=1)
_INSTANT = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long the calls take in calling hours, and the moment at which they are done."""

    working: timedelta
    done_at: datetime


def calls_per_minute(policy: Policy) -> float:
    """How many calls a minute go out: the set pace, or fewer where the lines take no more."""
    answered = (1 - NOT_ANSWERED_SHARE) * (_PICKED_UP_AFTER + policy.call_length)
    line_time = answered + NOT_ANSWERED_SHARE * RINGS_FOR
    return min(policy.calls_per_minute, policy.lines * (_MINUTE / line_time))


def estimate(
    calls: int,
    now: datetime,
    policy: Policy,
    hours: CallingHours,
    *,
    left_today: int | None = None,
    left_a_day: int | None = None,
) -> Estimate | None:
    """When so many calls will have been made; None when there are none or the end is out of sight.

    `left_today` is how many the day's limits still allow today, `left_a_day` on every other day.
    """
    if calls <= 0:
        return None
    pace = calls_per_minute(policy)
    rest, day, moment = float(calls), 0, now
    left = left_today
    for _ in range(_DAYS_AHEAD):
        opening = hours.next_opening(moment)
        if opening is None:
            return None
        while opening >= midnight(now, hours.zone, days=day + 1):
            day += 1
            left = left_a_day
        closing = min(hours.closing(opening), midnight(now, hours.zone, days=day + 1))
        fits = pace * ((closing - opening) / _MINUTE)
        if left is not None:
            fits = min(fits, left)
            left -= int(fits)
        if fits >= rest:
            return Estimate(calls / pace * _MINUTE, opening + rest / pace * _MINUTE)
        rest -= fits
        out_of_calls = left is not None and left <= 0
        moment = midnight(now, hours.zone, days=day + 1) if out_of_calls else closing + _INSTANT
    return None
