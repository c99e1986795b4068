"""Time: the real clock, which control can set off, and a faster one for the portal's calls."""

from __future__ import annotations

import time
from collections.abc import Callable

Now = Callable[[], float]
"""Seconds since 1970."""


class Clock:
    """The time at Google and the token endpoint: the machine's, plus an offset.

    The offset lets a test be an hour later (expired tokens, NOW() in a formula) or be a machine
    whose clock disagrees with Google's. A speed lets a minute of the quotas pass in seconds.
    """

    def __init__(self, real: Now = time.time) -> None:
        self._real = real
        self._pace = ScaledClock(1.0, real=real)
        self.offset = 0.0

    def now(self) -> float:
        """Seconds since 1970, offset included."""
        return self._pace.now() + self.offset

    @property
    def speed(self) -> float:
        """How many times as fast as the machine's clock it runs."""
        return self._pace.speed

    def run(self, speed: float) -> None:
        """Goes on from this moment so many times as fast; 1 goes back to the machine's time."""
        start = None if speed == 1 else self._pace.now()
        self._pace = ScaledClock(speed, start=start, real=self._real)


class ScaledClock:
    """A clock that starts at a given moment and runs `speed` times as fast as the real one."""

    def __init__(self, speed: float, *, start: float | None = None, real: Now = time.time) -> None:
        if speed <= 0:
            raise ValueError(f"speed is {speed}; it must be greater than 0")
        self.speed = speed
        self._real = real
        self._real_start = real()
        self._start = self._real_start if start is None else start

    def now(self) -> float:
        """Seconds since 1970 on this clock."""
        return self._start + (self._real() - self._real_start) * self.speed

    def real(self, moment: float) -> float:
        """When the real clock showed what this one calls `moment`."""
        return self._real_start + (moment - self._start) / self.speed
