"""Time as the rest takes it: passed in, so that nothing below reads a clock by itself."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


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


_COUNTS_FROM = 2.0
_AT_ONCE = 0.5


class Jumps:
    """Notices that the wall clock was put forward or back, by holding it against the steady one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._apart = clock.now().timestamp() - clock.steady()

    def since_last(self) -> timedelta:
        """How far it was put forward, or back where negative, since this was last asked; zero while
        both go on alike. Less than two seconds don't count until they have added up."""
        before = self._clock.steady()
        apart = self._clock.now().timestamp() - before
        if self._clock.steady() - before > _AT_ONCE:
            # The machine slept or was busy between the two clocks: that is no jump.
            return timedelta(0)
        jump = apart - self._apart
        if abs(jump) < _COUNTS_FROM:
            return timedelta(0)
        self._apart = apart
        return timedelta(seconds=jump)
