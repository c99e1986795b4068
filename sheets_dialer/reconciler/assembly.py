"""Puts a reconciler together from the parts that a run has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from ..base.clock import Clock, ServerTime
from ..dialing.worker import CallWorker
from ..google_sheets.quota import PassInterval, Quota
from ..ledger.ledger import Ledger
from ..portal.balance import BalanceMonitor
from .campaign import Campaign, row_cache_of
from .dashboard_memory import DashboardMemory
from .observer import Observer
from .obstacles import Obstacles
from .opt_out_watch import OptOuts
from .orphan_calls import OrphanCalls
from .pass_planner import PassPlanner
from .plan_writer import PlanWriter
from .reconciler import Reconciler
from .retention_job import Forgetting
from .row_quarantine import RowQuarantine
from .tab_reader import TabReader
from .turns import Turns
from .upkeep import Upkeep
from .write_fence import WriteFence


def assembled(
    campaigns: Sequence[Campaign],
    ledger: Ledger,
    worker: CallWorker,
    clock: Clock,
    refs: Iterator[str],
    balance_monitor: BalanceMonitor,
    writer: str,
    quota: Quota,
    pass_interval: PassInterval,
    *,
    forget_after: timedelta | None = None,
    server_time: ServerTime | None = None,
    held_by: str = "",
) -> Reconciler:
    """A reconciler of these campaigns. `refs` is where the Refs of new rows come from, `writer`
    tells this run's tokens from those of every other, `forget_after` is how long the ledger keeps
    numbers and texts, `held_by` names machine and process."""
    fence = WriteFence(ledger, writer)
    quarantine = RowQuarantine()
    opt_outs = OptOuts(ledger)
    policies = [campaign.rules.policy for campaign in campaigns]
    orphan_calls = OrphanCalls(ledger, worker, clock, policies)
    row_caches = {campaign.name: row_cache_of(ledger, campaign) for campaign in campaigns}
    dashboard_memory = DashboardMemory(ledger, clock, balance_monitor, pass_interval, held_by)
    obstacles = Obstacles(ledger, quarantine, worker, clock, server_time or ServerTime())
    reader = TabReader(fence, opt_outs, row_caches, quota, clock)
    return Reconciler(
        Turns(campaigns),
        Observer(reader, fence, obstacles, dashboard_memory, worker, clock),
        PassPlanner(ledger, clock, refs, balance_monitor, worker, row_caches, orphan_calls),
        PlanWriter(ledger, clock, fence, quarantine, opt_outs),
        dashboard_memory,
        worker,
        Upkeep(ledger, worker, clock, orphan_calls, Forgetting(ledger, clock, forget_after)),
        clock,
    )
