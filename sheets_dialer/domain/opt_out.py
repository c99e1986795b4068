"""A number whose owner doesn't want to be called again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OptOut:
    """A number whose owner pressed the key that means: don't call again. `id` grows with every
    change; at `allowed_at`, if ever, a person allowed calls again."""

    id: int
    number: str
    since: datetime
    key: str
    campaign: str
    allowed_at: datetime | None = None
