"""Time as the rest takes it: passed in, so that nothing below reads a clock by itself."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


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
