"""Makes observations: reads the tabs, and takes in whose token stands there and what people say."""

from __future__ import annotations

from ..base.clock import Clock
from ..base.errors import TokenLost
from ..dialing.worker import CallWorker
from ..google_sheets import Snapshot
from .campaign import Campaign
from .dashboard_memory import DashboardMemory
from .observation import Observation
from .obstacles import Obstacles
from .tab_reader import TabReader
from .token_repair import repair_token
from .write_fence import WriteFence


class Observer:
    """Makes observations. What people say is heard only once the fence has let the read through."""

    def __init__(
        self,
        reader: TabReader,
        fence: WriteFence,
        obstacles: Obstacles,
        dashboard_memory: DashboardMemory,
        worker: CallWorker,
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._fence = fence
        self._obstacles = obstacles
        self._dashboard_memory = dashboard_memory
        self._worker = worker
        self._clock = clock

    def observe(self, campaign: Campaign) -> Observation:
        """Reads once quota is free, and takes in whose token stands there and what Control says.

        Raises:
            AnotherDialer: another dialer works on the tab.
            OldRead: what was read is older than what was seen before.
            TokenLost: the token is gone; it is being put right.
            SetupNeeded: a column or a tab that dialling needs is missing.
            SheetError: Google can't be asked, or refuses.
        """
        snapshot, said = self._reader.read_for_pass(campaign)
        fenced = self._fenced(campaign, snapshot, runs=said.control.run)
        if self._dashboard_memory.hear(campaign, said):
            self._worker.resume()
        obstacle = fenced or self._obstacles.before(campaign, snapshot)
        return Observation(campaign, snapshot, said, obstacle)

    def preview(self, campaign: Campaign) -> Observation:
        """Reads as a pass does, but moves neither fence nor breaker."""
        snapshot, said = self._reader.read(campaign)
        return Observation(campaign, snapshot, said, self._obstacles.before(campaign, snapshot))

    def _fenced(self, campaign: Campaign, snapshot: Snapshot, *, runs: bool) -> str | None:
        now, zone = self._clock.now(), campaign.rules.zone
        try:
            return self._fence.observe(
                campaign.sheet.name, snapshot.token, runs=runs, now=now, zone=zone
            )
        except TokenLost:
            repair_token(campaign, self._fence, snapshot, now)
            raise
