"""Which campaign comes first: lines and pace are shared in turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from .campaign import Campaign

Each = TypeVar("Each")


class Turns:
    """Remembers how much each campaign has called of late, less and less of what is long past."""

    def __init__(self, campaigns: Sequence[Campaign]) -> None:
        self.campaigns = campaigns
        self._called_of_late = {campaign.name: 0.0 for campaign in campaigns}

    def next(self) -> list[Campaign]:
        """The campaigns, first the one that has called least of late: it gets the free lines.
        One that calls nobody keeps its place in front, so those that do take turns."""
        self._called_of_late = {name: n / 2 for name, n in self._called_of_late.items()}
        return sorted(self.campaigns, key=lambda campaign: self._called_of_late[campaign.name])

    def called(self, name: str, calls: int) -> None:
        """So many calls are decided on for this campaign."""
        self._called_of_late[name] += calls

    def not_sent(self, unsent: Mapping[str, int]) -> None:
        """Of what was decided on so many never left, by campaign."""
        for name, count in unsent.items():
            self._called_of_late[name] = max(0, self._called_of_late.get(name, 0) - count)

    def in_order(self, found: Mapping[str, Each]) -> dict[str, Each]:
        """What was found by campaign, in the order of the configuration."""
        names = (campaign.name for campaign in self.campaigns)
        return {name: found[name] for name in names if name in found}
