"""Reading a campaign's tabs: one request, at a pace that Google's quota bears."""

from __future__ import annotations

from collections.abc import Mapping

from ..base.clock import Clock
from ..google_sheets import Snapshot, require_ready
from ..google_sheets.quota import Quota
from ..planning.plan import TabShown
from ..tabs.control_settings import read_settings
from ..tabs.control_tab import read_control
from .campaign import Campaign
from .opt_out_watch import OptOuts
from .row_cache import RowCache
from .write_fence import WriteFence

TABS_ARE_TRUSTED_SECONDS = 60
"""While the queue tab hasn't its title, the tabs are looked up anew after so long: another one may
have taken it, and rows that people paste there must not be passed over in silence."""


class TabReader:
    """Reads tabs, and has the row caches and the opt-outs take in what stands there."""

    def __init__(
        self,
        fence: WriteFence,
        opt_outs: OptOuts,
        row_caches: Mapping[str, RowCache],
        quota: Quota,
        clock: Clock,
    ) -> None:
        self._fence = fence
        self._opt_outs = opt_outs
        self._row_caches = row_caches
        self._quota = quota
        self._clock = clock
        self._looked_up: dict[str, float] = {}
        """By campaign, when the tabs of its spreadsheet were looked up, by the steady clock."""

    def read_for_pass(self, campaign: Campaign) -> tuple[Snapshot, TabShown]:
        """Reads once this and the write that follows both fit into the quota. Waiting in between
        would let the plan and the marks grow old.

        Raises:
            SetupNeeded: a column or a tab that dialling needs is missing.
            SheetError: Google can't be asked, or refuses.
        """
        self._quota.wait_for(reads=1, writes=1)
        steady = self._clock.steady()
        looked_up = self._looked_up.setdefault(campaign.name, steady)
        if campaign.sheet.is_renamed and steady - looked_up >= TABS_ARE_TRUSTED_SECONDS:
            campaign.connection.forget_tabs()
            self._looked_up[campaign.name] = steady
        snapshot, said = self.read(campaign)
        if snapshot.control is None or snapshot.do_not_call is None:
            # A person may bring them back at any moment.
            campaign.connection.forget_tabs()
        return snapshot, said

    def read(self, campaign: Campaign) -> tuple[Snapshot, TabShown]:
        """What stands in the tabs now: the snapshot, and what people say beside the queue.

        Raises:
            SetupNeeded: a column or a tab that dialling needs is missing.
            SheetError: Google can't be asked, or refuses.
        """
        snapshot = campaign.sheet.read()
        require_ready(campaign.tab, snapshot, is_known=self._fence.knows(campaign.sheet.name))
        settings = read_settings(snapshot.control, campaign.name)
        row_cache = self._row_caches[campaign.name]
        row_cache.speak_with(settings.voice_id)
        row_cache.take_in(snapshot.rows, snapshot.columns)
        if changed := self._opt_outs.changed():
            for each in self._row_caches.values():
                each.look_at(changed)
        do_not_call, is_news = self._opt_outs.read_tab(
            campaign.name, snapshot.do_not_call, campaign.rules.zone
        )
        if is_news:
            row_cache.look_at_all()
        control = read_control(snapshot.control, campaign.name)
        return snapshot, TabShown(control, settings, do_not_call)
