"""The pace of calls: so many a minute leave at most, a few at once after a wait."""

from __future__ import annotations

_BURST_SECONDS = 0.2
"""How much of the pace may be made up for after a wait, in seconds of it."""


class Pace:
    """When the next call may leave, by the steady clock."""

    def __init__(self, calls_per_minute: float) -> None:
        self._seconds_per_call = 60.0 / calls_per_minute
        self._next_at = 0.0

    def allows(self, steady: float) -> bool:
        """Whether a call may leave at this moment."""
        return self._next_at <= steady

    def left(self, steady: float) -> None:
        """A call leaves at this moment."""
        self._next_at = max(self._next_at, steady - _BURST_SECONDS) + self._seconds_per_call

    def seconds_to_next(self, steady: float) -> float:
        """How long until the next call may leave; not more than zero where one may already."""
        return self._next_at - steady
