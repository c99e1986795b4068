"""One pass: observe, plan, commit and write, act. The whole of what the dialer does, in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import structlog

from ..base.clock import Clock
from ..base.errors import DialerError, LedgerError, OldRead, SetupNeeded, SheetError
from ..dialing.worker import CallWorker
from ..google_sheets import ColumnsMoved
from ..planning.pacing import next_pass_due
from ..planning.plan import Plan
from .campaign import Campaign
from .dashboard_memory import DashboardMemory
from .observer import Observer
from .pass_planner import PassPlanner, Planned
from .pass_result import PassResult
from .pass_time import PassTime
from .plan_writer import PlanWriter
from .turns import Turns
from .upkeep import Upkeep

log = structlog.get_logger()


class Reconciler:
    """Makes the sheets of a process's campaigns and its ledger agree, pass by pass."""

    def __init__(
        self,
        turns: Turns,
        observer: Observer,
        planner: PassPlanner,
        plan_writer: PlanWriter,
        dashboard_memory: DashboardMemory,
        worker: CallWorker,
        upkeep: Upkeep,
        clock: Clock,
    ) -> None:
        self._turns = turns
        self._observer = observer
        self._planner = planner
        self._plan_writer = plan_writer
        self._dashboard_memory = dashboard_memory
        self._worker = worker
        self._upkeep = upkeep
        self._clock = clock

    def run_pass(self, until_next_pass: timedelta, *, farewell: str | None = None) -> PassResult:
        """One pass over every campaign; the calls that it decides on are placed beside the next.

        A campaign that fails doesn't stop the others, and its calls in progress are still followed.
        With a `farewell`, even an empty one, nobody new is called; the Dialer tab says it.

        Raises:
            LedgerError: the ledger can't be used, or is another's now: nothing may be dialled.
        """
        time = PassTime(self._clock.steady(), until_next_pass, farewell)
        self._upkeep.stay_in_charge()
        self._take_back_unsent()
        self._planner.begin(time)
        plans: dict[str, Plan] = {}
        problems: dict[str, DialerError] = {}
        for campaign in self._turns.next():
            try:
                plans[campaign.name] = self._pass_over(campaign, time)
            except LedgerError:
                raise
            except DialerError as failure:
                problems[campaign.name] = self._failed(campaign, failure)
        self._upkeep.after_pass()
        return PassResult(
            self._turns.in_order(problems),
            self._turns.in_order(plans),
            self._planner.funds.error,
            self._turns.in_order({name: self._dashboard_memory.state(name) for name in plans}),
        )

    def _pass_over(self, campaign: Campaign, time: PassTime) -> Plan:
        """Observe, plan, commit and write, act: for one campaign."""
        observed = self._observer.observe(campaign)
        planned = self._planner.plan(observed, time, self._plan_writer.unlisted(campaign))
        self._follow(planned)
        shows = self._dashboard_memory.shows(planned, time)
        marked = self._plan_writer.commit_and_write(planned, shows)
        # The next pass takes back what is left, since people may say PAUSE; or time, if it is late.
        # The later campaigns aren't waited for here, but this one's slow answer is: its calls get
        # their half of a pass, or with every answer slow nobody would ever be called.
        every = time.until_next.total_seconds()
        leaves_by = next_pass_due(time.begun, self._clock.steady(), every) + 1
        self._worker.dial(replace(each, leaves_by=leaves_by) for each in marked)
        return planned.plan

    def _follow(self, planned: Planned) -> None:
        """Has the portal asked about the plan's calls, whatever becomes of its write."""
        policy = planned.campaign.rules.policy
        self._worker.follow((poll, policy) for poll in planned.plan.polls)
        self._turns.called(planned.campaign.name, len(planned.plan.dials))

    def _take_back_unsent(self) -> None:
        """What the last pass decided on and didn't come to is decided anew."""
        self._turns.not_sent(self._worker.waiting_by_campaign())
        self._worker.withdraw()

    def _failed(self, campaign: Campaign, failure: DialerError) -> DialerError:
        """Puts right and says what can be, and goes on following; returns what is to be told."""
        error = failure
        if isinstance(failure, ColumnsMoved):
            error = self._plan_writer.mend(campaign, failure)
        log.error("pass failed", campaign=campaign.name, problem=str(error))
        self._dashboard_memory.note_failure(campaign, str(error))
        if isinstance(error, SetupNeeded | OldRead):
            self._plan_writer.complain(campaign, str(error))
        self._upkeep.follow_anyway(campaign)
        return error

    def recover(self) -> None:
        """Settles what an earlier process left. Call it with the ledger locked, before a pass."""
        self._upkeep.recover(self._turns.campaigns)

    def preview(self, campaign: Campaign, until_next_pass: timedelta) -> Planned:
        """Reads a campaign's tabs and plans a pass for all rows; changes nothing."""
        return self._planner.preview(self._observer.preview(campaign), until_next_pass)

    def sign_off(self, farewell: str) -> bool:
        """Says farewell on the Dialer tab after a pass that left nothing to do, without reading the
        sheet anew. False when that didn't succeed, as when somebody has written since, or when that
        pass could not write everything."""
        if any(map(self._plan_writer.left_rows_out, self._turns.campaigns)):
            return False
        for campaign in self._turns.campaigns:
            snapshot, shows = self._dashboard_memory.farewell(campaign.name, farewell)
            try:
                if shows:
                    self._plan_writer.sign_off(campaign, snapshot, shows)
            except SheetError as error:
                if isinstance(error, ColumnsMoved):
                    told = self._plan_writer.mend(campaign, error)
                    self._dashboard_memory.note_failure(campaign, str(told))
                log.warning("no farewell", problem=str(error))
                return False
        return True
