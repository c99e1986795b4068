"""When a pass began and what follows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class PassTime:
    """When a pass began, by the steady clock, and after how long the next one follows. With a
    `farewell`, even an empty one, none follows and nobody new is called; the Dialer tab says it."""

    begun: float
    until_next: timedelta
    farewell: str | None = None

    @property
    def is_last(self) -> bool:
        """Whether no pass follows."""
        return self.farewell is not None
