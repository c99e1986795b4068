"""What a campaign has called today, hour by hour, as the ledger counts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class Hour:
    """The calls that left in one hour; those that provably never rang don't count."""

    calls: int = 0
    answered: int = 0


@dataclass(frozen=True, slots=True)
class DailyUsage:
    """A day's calls by the hour of the campaign's clock, in which they leave. `open_calls` are
    those of them that may still be charged though no answer is known: calls that aren't over, marks
    that are about to leave, and those of which nobody knows how they ended."""

    hours: tuple[Hour, ...] = (Hour(),) * _DAY_HOURS
    open_calls: int = 0

    @property
    def calls(self) -> int:
        """How many calls were begun."""
        return sum(hour.calls for hour in self.hours)

    @property
    def answered(self) -> int:
        """How many of them were answered so far."""
        return sum(hour.answered for hour in self.hours)

    def spent(self, price: float) -> float:
        """Rupees that the answered calls cost, at this price of a call."""
        return self.answered * price

    def may_cost(self, price: float) -> float:
        """Rupees that the day costs if every open call is answered as well."""
        return (self.answered + self.open_calls) * price


def hours_begun(now: datetime, zone: ZoneInfo) -> list[datetime]:
    """The moments, in UTC, at which the hours of this day began so far."""
    moment = midnight(now, zone)
    begun: list[datetime] = []
    while moment <= now or not begun:
        begun.append(moment)
        moment += timedelta(hours=1)
    return begun


def midnight(now: datetime, zone: ZoneInfo, days: int = 0) -> datetime:
    """The moment at which this day began, or the one so many days later."""
    day = now.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(), zone).astimezone(UTC)


def as_today(
    begun: Sequence[datetime], zone: ZoneInfo, counted: Sequence[tuple[int, int, int, int]]
) -> DailyUsage:
    """The day from what was counted: place in `begun`, calls, answered, open calls."""
    hours = [Hour()] * _DAY_HOURS
    open_calls = 0
    for place, calls, answered, still_open in counted:
        # An hour that the clock shows twice is one.
        hour = begun[place].astimezone(zone).hour
        hours[hour] = Hour(hours[hour].calls + calls, hours[hour].answered + answered)
        open_calls += still_open
    return DailyUsage(tuple(hours), open_calls)
