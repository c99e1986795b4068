"""What a pass begins with: one read of a campaign's tabs, and what stands in the way of its calls.
Once an observation is made nothing of it changes."""

from __future__ import annotations

from dataclasses import dataclass

from ..google_sheets import Snapshot
from ..planning.plan import TabShown
from .campaign import Campaign


@dataclass(frozen=True, slots=True)
class Observation:
    """What a campaign's tabs showed: the snapshot, what people say beside the queue, and what
    stands in the way of all new calls beside Control and hours, in a sentence for people."""

    campaign: Campaign
    snapshot: Snapshot
    said: TabShown
    obstacle: str | None
