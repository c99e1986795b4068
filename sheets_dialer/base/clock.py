"""Time as the rest takes it: passed in, so that nothing below reads a clock by itself."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def _now() -> datetime:
    return datetime.now(UTC)


def _steady() -> float:
    # A mark must age while the machine sleeps, which the ordinary monotonic clock doesn't see.
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` is the wall clock, aware and in UTC. `steady` counts seconds, sleep included, and
    never jumps."""

    now: Callable[[], datetime] = _now
    steady: Callable[[], float] = _steady


@dataclass(frozen=True, slots=True)
class Moment:
    """Both clocks, read together. `is_one` is whether they were read close enough to each other to
    be held against one another: the machine may sleep, or be busy, between the two."""

    now: datetime
    steady: float
    is_one: bool = True

    @classmethod
    def of(cls, clock: Clock) -> Moment:
        """This moment."""
        before = clock.steady()
        now = clock.now()
        return cls(now, before, clock.steady() - before <= _AT_ONCE)


_COUNTS_FROM = 2.0
_AT_ONCE = 0.5


class Jumps:
    """Notices that the wall clock was put forward or back, by holding it against the steady one."""

    def __init__(self, begin: Moment) -> None:
        self._apart = begin.now.timestamp() - begin.steady

    def since_last(self, moment: Moment) -> timedelta:
        """How far it was put forward, or back where negative, since this was last asked; zero while
        both go on alike. Less than two seconds don't count until they have added up."""
        if not moment.is_one:
            return timedelta(0)
        apart = moment.now.timestamp() - moment.steady
        jump = apart - self._apart
        if abs(jump) < _COUNTS_FROM:
            return timedelta(0)
        self._apart = apart
        return timedelta(seconds=jump)


MOST_SECONDS_OFF = 300.0
"""Calling hours and times in the sheet bear a clock that is off by so much."""


class ServerTime:
    """How far this machine's clock is from that of a server whose answers say what time it is.

    Safe to share between threads: the last answer counts.
    """

    def __init__(self) -> None:
        self._ahead = 0.0

    def note(self, date: str | None, sent_at: float, answered_at: float) -> None:
        """Takes in an answer's ``Date``, with this machine's time before and after. An answer
        without one that can be read says nothing."""
        try:
            theirs = parsedate_to_datetime(date or "").timestamp()
        except (ValueError, TypeError, OverflowError):
            return
        # Theirs is a whole second, at some moment between the two; slow answers prove nothing.
        if theirs > answered_at:
            self._ahead = answered_at - theirs
        else:
            self._ahead = max(0.0, sent_at - theirs - 1)

    @property
    def seconds_ahead(self) -> float:
        """By how much this machine's clock is ahead at least, behind where negative; zero while
        that is little enough."""
        ahead = self._ahead
        return ahead if abs(ahead) > MOST_SECONDS_OFF else 0.0
