"""From an observation to a plan: the rows that need it are planned, and the balance is asked where
somebody would be called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from ..base.clock import Clock
from ..dialing.worker import CallWorker
from ..google_sheets import Snapshot
from ..ledger.ledger import Ledger
from ..planning.plan import LedgerState, PassRules, Plan
from ..planning.planner import Planner
from ..portal.balance import BalanceMonitor, Funds
from .campaign import Campaign
from .observation import Observation
from .orphan_calls import OrphanCalls
from .pass_time import PassTime
from .row_cache import RowCache
from .row_selection import RowSelector


@dataclass(frozen=True, slots=True)
class Planned:
    """A pass's plan for a campaign, and the read that it was made from. The campaign's rules are
    those of the plan, with what people chose on the Dialer tab."""

    campaign: Campaign
    snapshot: Snapshot
    plan: Plan


class PassPlanner:
    """Plans passes. `refs` is where the Refs of new rows come from; `funds` is what the balance had
    to say when it was last asked in the run."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        refs: Iterator[str],
        balance_monitor: BalanceMonitor,
        worker: CallWorker,
        row_caches: Mapping[str, RowCache],
        orphan_calls: OrphanCalls,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._refs = refs
        self._balance_monitor = balance_monitor
        self._worker = worker
        self._row_caches = row_caches
        self._orphan_calls = orphan_calls
        self.funds = Funds(None)

    def begin(self, time: PassTime) -> None:
        """Forgets what an earlier pass heard of the balance, unless the run ends: what stopped the
        calls before still says more than that it ended."""
        self.funds = replace(self.funds, error=None) if time.is_last else Funds(None)

    def plan(self, observed: Observation, time: PassTime, unlisted: str | None) -> Planned:
        """Plans all that one write takes. `unlisted` is why opt-outs can't be listed, if so."""
        obstacle = observed.obstacle or (self.funds.problem if time.is_last else None)
        rules = replace(self._rules(observed), obstacle=obstacle, farewell=time.farewell)
        plan, rules = self._with_balance(observed, rules, time.until_next)
        plan = plan.noting(self._worker.silence(), unlisted)
        if not plan.dials and not time.is_last:
            self._balance_monitor.refresh_for_display()
            rules = replace(rules, price=self._balance_monitor.price)
        # What people chose holds for the calls that are placed and followed, too.
        campaign = replace(observed.campaign, rules=rules)
        return Planned(campaign, observed.snapshot, plan)

    def preview(self, observed: Observation, until_next: timedelta) -> Planned:
        """Plans for all rows, to be looked at."""
        self._balance_monitor.refresh_for_display()
        rules = replace(self._rules(observed), obstacle=observed.obstacle)
        plan, rules = self._with_balance(observed, rules, until_next, whole=True)
        return Planned(replace(observed.campaign, rules=rules), observed.snapshot, plan)

    def _rules(self, observed: Observation) -> PassRules:
        """What the campaign is dialled by today, with what people chose on the Dialer tab."""
        rules = observed.campaign.rules.with_settings(observed.said.settings)
        today = self._ledger.today(observed.campaign.name, self._clock.now(), rules.zone)
        return replace(rules, today=today, price=self._balance_monitor.price)

    def _with_balance(
        self,
        observed: Observation,
        rules: PassRules,
        until_next: timedelta,
        *,
        whole: bool = False,
    ) -> tuple[Plan, PassRules]:
        """The plan, and the rules as they are once the balance is known."""
        if rules.farewell is not None:
            rules = replace(rules, calls_paid=0)
        # A rate that nobody asked for yet doesn't break a budget.
        first = rules if rules.price else rules.without_budget()
        plan = self._plan_rows(observed, first, until_next, whole=whole)
        if not plan.dials:
            return plan, rules
        # Only a pass that would call somebody asks what the balance pays.
        in_progress = self._worker.lines_in_use() + self._worker.waiting()
        self.funds = funds = self._balance_monitor.affordable_calls(in_progress)
        rules = replace(rules, price=self._balance_monitor.price)
        enough = funds.calls is None or funds.calls >= len(plan.dials)
        as_planned = rules.policy.daily_budget is None or rules == first
        if funds.problem is None and enough and as_planned:
            return plan, rules
        limited = replace(rules, obstacle=funds.problem, calls_paid=funds.calls)
        return self._plan_rows(observed, limited, until_next, whole=whole), rules

    def _plan_rows(
        self, observed: Observation, rules: PassRules, until_next: timedelta, *, whole: bool
    ) -> Plan:
        """The plan for the rows that the read found: all that one write takes, or the `whole`."""
        now = self._clock.now()
        row_cache = self._row_caches[observed.campaign.name]
        selector = RowSelector(row_cache, self._ledger, observed.campaign.name)
        ledger = LedgerState(self._ledger.open_attempts(), self._orphan_calls.unclear())
        planner = Planner(
            now, observed.said, ledger, rules, until_next_pass=until_next, refs=self._refs
        )
        for batch in selector.batches(now, rules.policy, ledger.open_attempts, room=planner.room):
            row_cache.settle((row.index for row in batch.rows), planner.add(batch))
            if planner.is_full and not whole:
                break
        return planner.plan(beside=row_cache.counts())
