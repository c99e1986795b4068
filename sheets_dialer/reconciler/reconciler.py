"""One pass: read, plan, record, write, act. The whole of what the dialer does, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import structlog

from ..base.clock import Clock, ServerTime
from ..base.errors import (
    DialerError,
    LedgerError,
    OldRead,
    PortalError,
    SetupNeeded,
    SheetError,
    TokenLost,
)
from ..dialing.worker import CallWorker
from ..domain.attempt import COMMITS_LOST, LEFT_BEHIND, AttemptState, Transition
from ..google_sheets import ColumnsMoved, Snapshot, require_ready
from ..google_sheets.quota import PassInterval, Quota, RequestKind
from ..ledger.ledger import Ledger
from ..planning.campaign_status import clock_off
from ..planning.pacing import followed, next_pass_due
from ..planning.plan import LedgerState, PassRules, Plan, TabShown
from ..planning.planner import Planner
from ..portal.balance import BalanceMonitor
from ..tabs.control_settings import read_settings
from ..tabs.control_tab import read_control
from ..tabs.fencing_token import unsafe_fact, unsafe_sentence
from ..tabs.header_report import unclear_sentence
from .dashboard_memory import DashboardMemory
from .opt_out_watch import OptOuts
from .orphan_calls import OrphanCalls
from .pass_result import PassResult
from .plan_writer import Campaign, PlanWriter, ends
from .retention_job import Forgetting
from .row_quarantine import RowQuarantine
from .row_selection import RowSelector
from .voices import keep_voice, row_cache_of
from .write_fence import WriteFence

__all__ = ["Campaign", "PassResult", "Reconciler"]

log = structlog.get_logger()
TABS_ARE_TRUSTED_SECONDS = 60
"""While the queue tab hasn't its title, the tabs are looked up anew after so long: another one may
have taken it, and rows that people paste there must not be passed over in silence."""
PerCampaign = TypeVar("PerCampaign")


class Reconciler:
    """Works on the queues of one process. `refs` is where the Refs of new rows come from, `writer`
    tells this run's tokens from those of every other, `forget_after` is how long the ledger keeps
    numbers and texts."""

    def __init__(
        self,
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
    ) -> None:
        self._campaigns = campaigns
        self._ledger = ledger
        self._worker = worker
        self._clock = clock
        self._server_time = server_time or ServerTime()
        self._refs = refs
        self._balance_monitor = balance_monitor
        self._portal_problem: PortalError | None = None
        self._funds_problem: str | None = None
        self._fence = WriteFence(ledger, writer)
        self._quarantine = RowQuarantine()
        self._plan_writer = PlanWriter(ledger, clock, self._fence, self._quarantine)
        self._opt_outs = OptOuts(ledger)
        self._orphan_calls = OrphanCalls(
            ledger, worker, clock, [campaign.rules.policy for campaign in campaigns]
        )
        self._forgetting = Forgetting(ledger, clock, forget_after)
        self._quota = quota
        self._pass_interval = pass_interval
        self._called_of_late = {campaign.name: 0.0 for campaign in campaigns}
        self._row_caches = {campaign.name: row_cache_of(ledger, campaign) for campaign in campaigns}
        self._dashboard_memory = DashboardMemory(ledger, clock, balance_monitor, held_by)
        self._last: dict[str, tuple[Snapshot, Plan]] = {}
        self._tabs_seen: dict[str, float] = {}
        self._begun = 0.0

    def recover(self) -> None:
        """Settles what an earlier process left: what was not yet sent goes back to the queue, what
        was being sent is unknown and only a person releases it. Call it with the ledger locked.

        Where the ledger's server may have lost commits, what it has as not yet sent may have been
        sent: if the sheet shows the mark, only a person releases that, too."""
        now = self._clock.now()
        lacking = self._ledger.may_lack_commits
        unsent = {"problem": COMMITS_LOST} if lacking else {}
        moves = [
            Transition(attempt.id, attempt.state, target, {"changed_at": now, **values})
            for state, target, values in (
                (AttemptState.INTENDED, AttemptState.WITHDRAWN, unsent),
                (AttemptState.SENDING, AttemptState.UNKNOWN, {}),
            )
            for attempt in self._ledger.attempts_in({state})
        ]
        if moves:
            # By whoever holds the ledger, so not by `move`.
            self._ledger.record("", now, moves=moves)
            log.warning("found attempts of an earlier run", attempts=len(moves))
        if lacking:
            # A mark of an attempt that is lost altogether must not be taken for an earlier one's.
            self._ledger.doubt_marks(COMMITS_LOST)
            log.warning("another server has the ledger than before; it may lack the last calls")
        self._ledger.trust_server()
        # Before anybody new is called it must be known which lines are taken.
        for campaign in self._campaigns:
            keep_voice(self._ledger, campaign)
            self._follow_anyway(campaign)

    def plan(
        self, campaign: Campaign, until_next_pass: timedelta
    ) -> tuple[Snapshot, Plan, PassRules]:
        """Reads a queue and plans its pass, for all rows; changes nothing. With the plan come the
        rules that it was made by."""
        snapshot, sheet = self._read(campaign)
        self._balance_monitor.refresh_for_display()
        rules = replace(self._rules(campaign, sheet), obstacle=self._obstacle(campaign, snapshot))
        made, rules = self._planned(campaign, sheet, until_next_pass, rules, whole=True)
        return snapshot, made, rules

    def _read(self, campaign: Campaign) -> tuple[Snapshot, TabShown]:
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

    def _rules(self, campaign: Campaign, sheet: TabShown) -> PassRules:
        """What the queue is dialled by today, with what people chose on the Dialer tab."""
        rules = campaign.rules.with_settings(sheet.settings)
        today = self._ledger.today(campaign.name, self._clock.now(), rules.zone)
        return replace(rules, today=today, price=self._balance_monitor.price)

    def run_pass(self, until_next_pass: timedelta, *, farewell: str | None = None) -> PassResult:
        """One pass over every queue; the calls that it decides on are placed beside what follows.

        A queue that fails doesn't stop the others, and its calls in progress are still followed.
        With a `farewell`, even an empty one, nobody new is called; the Dialer tab says it.

        Raises:
            LedgerError: the ledger can't be used, or is another's now: nothing may be dialled.
        """
        self._begun = self._clock.steady()
        self._worker.raise_failure()
        self._ledger.stay_held()
        for name, unsent in self._worker.waiting_by_campaign().items():
            self._called_of_late[name] = max(0, self._called_of_late.get(name, 0) - unsent)
        self._worker.withdraw()
        problems: dict[str, DialerError] = {}
        plans: dict[str, Plan] = {}
        self._portal_problem = None
        if farewell is None:
            self._funds_problem = None
        for campaign in self._in_turn():
            try:
                made = self._pass_over(campaign, until_next_pass, farewell)
            except LedgerError:
                raise
            except DialerError as failure:
                error = failure
                if isinstance(failure, ColumnsMoved):
                    error = self._plan_writer.mend(campaign, failure)
                log.error("pass failed", campaign=campaign.name, problem=str(error))
                self._dashboard_memory.note_failure(campaign, str(error))
                problems[campaign.name] = error
                if isinstance(error, SetupNeeded | OldRead):
                    self._plan_writer.complain(campaign, str(error))
                self._follow_anyway(campaign)
                continue
            plans[campaign.name] = made
        self._orphan_calls.follow()
        self._forgetting.go_on()
        return PassResult(
            self._in_order(problems),
            self._in_order(plans),
            self._portal_problem,
            self._in_order({name: self._dashboard_memory.state(name) for name in plans}),
        )

    def _pass_over(
        self, campaign: Campaign, until_next_pass: timedelta, farewell: str | None
    ) -> Plan:
        """Read, plan, record and write for one queue; what may be dialled goes to the caller."""
        # Waiting in between would let the plan and the marks grow old.
        self._quota.wait_for(reads=1, writes=1)
        steady = self._clock.steady()
        seen = self._tabs_seen.setdefault(campaign.name, steady)
        if campaign.sheet.is_renamed and steady - seen >= TABS_ARE_TRUSTED_SECONDS:
            campaign.connection.forget_tabs()
            self._tabs_seen[campaign.name] = steady
        snapshot, sheet = self._read(campaign)
        if snapshot.control is None or snapshot.do_not_call is None:
            # A person may bring them back at any moment.
            campaign.connection.forget_tabs()
        now, zone = self._clock.now(), campaign.rules.zone
        try:
            fenced = self._fence.observe(
                campaign.sheet.name, snapshot.token, runs=sheet.control.run, now=now, zone=zone
            )
        except TokenLost:
            self._plan_writer.settle(campaign, snapshot)
            raise
        if self._dashboard_memory.hear(campaign, sheet):
            self._worker.resume()
        obstacle = fenced or self._obstacle(campaign, snapshot)
        if farewell is not None:
            # What stopped the calls before the run ended still says more than that it ended.
            obstacle = obstacle or self._funds_problem
        rules = replace(self._rules(campaign, sheet), obstacle=obstacle, farewell=farewell)
        made, rules = self._planned(campaign, sheet, until_next_pass, rules)
        unlisted = self._plan_writer.unlisted(campaign)
        made = replace(made, note=_joined(made.note, self._worker.silence(), unlisted))
        if not made.dials and farewell is None:
            self._balance_monitor.refresh_for_display()
            rules = replace(rules, price=self._balance_monitor.price)
        # What people chose holds for the calls that are placed and followed, too.
        campaign = replace(campaign, rules=rules)
        self._worker.follow((poll, rules.policy) for poll in made.polls)
        self._called_of_late[campaign.name] += len(made.dials)
        # Said in the sheet while passes come; a run's own lines need it only once.
        pass_interval = self._pass_interval.sentence if farewell is None else None
        shown = replace(made, note=_joined(made.note, pass_interval))
        shows = self._dashboard_memory.shows(
            campaign, shown, until_next_pass, last=farewell is not None
        )
        lines = self._opt_outs.missing_lines(
            campaign.connection.key, snapshot.do_not_call, campaign.rules.zone
        )
        confirmed = self._plan_writer.record_and_write(campaign, snapshot, shown, shows, lines)
        # The next pass takes back what is left, since people may say PAUSE; or time, if it is late.
        # The later campaigns aren't waited for here, but this one's slow answer is: its calls get
        # their half of a pass, or with every answer slow nobody would ever be called.
        every = until_next_pass.total_seconds()
        leaves_by = next_pass_due(self._begun, self._clock.steady(), every) + 1
        self._worker.dial(replace(each, leaves_by=leaves_by) for each in confirmed)
        # Not the rows: they may be many, and nothing needs them any more.
        self._last[campaign.name] = (snapshot.head(), made)
        return made

    def may_hurry(self) -> bool:
        """Whether another pass at once would leave the quota for the next one untouched."""
        return all(self._quota.free(kind) >= 2 * len(self._campaigns) for kind in RequestKind)

    def _in_turn(self) -> list[Campaign]:
        """The campaigns, first the one that has called least of late: it gets the free lines.
        One that calls nobody keeps its place in front, so those that do take turns."""
        self._called_of_late = {name: n / 2 for name, n in self._called_of_late.items()}
        return sorted(self._campaigns, key=lambda campaign: self._called_of_late[campaign.name])

    def sign_off(self, farewell: str) -> bool:
        """Says farewell on the Dialer tab after a pass that left nothing to do, without reading the
        sheet anew. False when that didn't succeed, as when somebody has written since, or when that
        pass could not write everything."""
        now = self._clock.now()
        if any(self._quarantine.sentence(campaign.name, now) for campaign in self._campaigns):
            return False
        try:
            for campaign in self._campaigns:
                snapshot, made = self._last[campaign.name]
                if farewell and (made.closed or not made.stopped):
                    shows = self._dashboard_memory.farewell(campaign.name, made, farewell)
                    self._plan_writer.sign_off(campaign, snapshot, shows)
        except SheetError as error:
            if isinstance(error, ColumnsMoved):
                self._dashboard_memory.note_failure(
                    campaign, str(self._plan_writer.mend(campaign, error))
                )
            log.warning("no farewell", problem=str(error))
            return False
        return True

    def _obstacle(self, campaign: Campaign, snapshot: Snapshot) -> str | None:
        """What stands in the way of all new calls beside Control and hours."""
        unsafe = unsafe_sentence(self._ledger.fact(unsafe_fact(campaign.sheet.name)))
        unwritable = self._quarantine.sentence(campaign.name, self._clock.now())
        return (
            clock_off(self._server_time.seconds_ahead)
            or unsafe
            or unclear_sentence(campaign.tab, snapshot.columns)
            or unwritable
            or self._worker.caution()
        )

    def _planned(
        self,
        campaign: Campaign,
        sheet: TabShown,
        until_next_pass: timedelta,
        rules: PassRules,
        *,
        whole: bool = False,
    ) -> tuple[Plan, PassRules]:
        """The plan for the rows that the last read found: all that one write takes, or the `whole`
        of them. With it come the rules as they are once the balance is known."""
        now = self._clock.now()
        if rules.farewell is not None:
            rules = replace(rules, calls_paid=0)
        row_cache = self._row_caches[campaign.name]
        row_selector = RowSelector(row_cache, self._ledger, campaign.name)
        ledger = LedgerState(self._ledger.open_attempts(), self._orphan_calls.unclear())

        def planned(rules: PassRules) -> Plan:
            planner = Planner(
                now, sheet, ledger, rules, until_next_pass=until_next_pass, refs=self._refs
            )
            for part in row_selector.parts(
                now, rules.policy, ledger.open_attempts, room=planner.room
            ):
                row_cache.settle((row.index for row in part.rows), planner.add(part))
                if planner.is_full and not whole:
                    break
            return planner.plan(beside=row_cache.counts())

        # A rate that nobody asked for yet doesn't break a budget.
        first = rules if rules.price else rules.without_budget()
        made = planned(first)
        if not made.dials:
            return made, rules
        # Only a pass that would call somebody asks what the balance pays.
        funds = self._balance_monitor.affordable_calls(
            self._worker.lines_in_use() + self._worker.waiting()
        )
        self._portal_problem, self._funds_problem = funds.error, funds.problem
        rules = replace(rules, price=self._balance_monitor.price)
        enough = funds.calls is None or funds.calls >= len(made.dials)
        as_planned = rules.policy.daily_budget is None or rules == first
        if funds.problem is None and enough and as_planned:
            return made, rules
        return planned(replace(rules, obstacle=funds.problem, calls_paid=funds.calls)), rules

    def _follow_anyway(self, campaign: Campaign) -> None:
        """Follows the calls in progress of a queue whose sheet can't be read or written."""
        now, policy = self._clock.now(), campaign.rules.policy
        jobs = self._ledger.jobs_under_way(campaign.name, now - policy.give_up_after)
        polls, ended = followed(jobs, now, policy)
        if left := [each for each in ended if each.problem == LEFT_BEHIND]:
            log.warning("the portal's address was changed; calls aren't followed", calls=len(left))
        self._worker.follow((poll, policy) for poll in polls)
        self._ledger.move(ends(ended, now), now)

    def _in_order(self, found: Mapping[str, PerCampaign]) -> dict[str, PerCampaign]:
        """By campaign, in the order of the configuration."""
        return {
            campaign.name: found[campaign.name]
            for campaign in self._campaigns
            if campaign.name in found
        }


def _joined(*sentences: str | None) -> str:
    return " ".join(filter(None, sentences))
