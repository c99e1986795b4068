"""What people do and see on the Dialer tab from one pass to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from ..base.clock import Clock
from ..domain.times import zone_named
from ..google_sheets import Snapshot
from ..google_sheets.quota import PassInterval
from ..ledger.facts import Fact, HeardControl, LastProblem, heard_control, last_problem
from ..ledger.ledger import Ledger
from ..planning.campaign_status import state
from ..planning.dashboard import NEXT_PASS, Dashboard, Facts, board
from ..planning.plan import Halt, Plan, TabShown
from ..portal.balance import BalanceMonitor
from ..tabs.control_tab import STATE_LABEL
from ..texts import say
from .campaign import Campaign
from .pass_planner import Planned
from .pass_time import PassTime

_Kept = TypeVar("_Kept")
LONG_REST = timedelta(minutes=2)
"""From here on the Dialer tab says at what time the next pass comes, not after how many seconds."""


@dataclass(frozen=True, slots=True)
class LastShown:
    """What the last pass of a campaign read of the sheet's head, planned, told of the plan, and by
    which facts."""

    snapshot: Snapshot
    plan: Plan
    told: Plan
    facts: Facts


class DashboardMemory:
    """Works out what the Dialer tab says of each campaign. `held_by` names machine and process."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        balance_monitor: BalanceMonitor,
        pass_interval: PassInterval,
        held_by: str,
    ) -> None:
        self._clock = clock
        self._balance_monitor = balance_monitor
        self._pass_interval = pass_interval
        self._held_by = held_by
        self._diary = Diary(ledger)
        self._last: dict[str, LastShown] = {}

    def hear(self, campaign: Campaign, sheet: TabShown) -> bool:
        """Takes in what Control says; returns whether a person has just let calls go on that were
        paused."""
        if sheet.control.problem is not None:
            return False
        tab, now = campaign.sheet.name, self._clock.now()
        return self._diary.heard(tab, runs=sheet.control.run, now=now)

    def note_failure(self, campaign: Campaign, problem: str) -> None:
        """Remembers why a pass failed, for the next one that can write."""
        self._diary.trouble(campaign.sheet.name, problem, self._clock.now())

    def shows(self, planned: Planned, time: PassTime) -> Dashboard:
        """What the tab should say after this pass."""
        campaign = planned.campaign
        # Said in the sheet while passes come; a run's own lines need it only once.
        made = planned.plan if time.is_last else planned.plan.noting(self._pass_interval.sentence)
        now, tab = self._clock.now(), campaign.sheet.name
        problem = made.stopped if made.halt is Halt.PROBLEM else made.note
        self._diary.trouble(tab, problem or None, now)
        account, last = self._balance_monitor.known, self._diary.last_problem(tab)
        facts = Facts(
            now=now,
            rules=campaign.rules,
            zone=zone_named(campaign.connection.time_zone) or campaign.rules.zone,
            next_pass=self._next_pass(campaign, made, time),
            held_by=self._held_by,
            paused_at=self._diary.paused_at(tab),
            account=account.balance.username if account else None,
            balance=account.balance.rupees if account else None,
            rate=account.balance.call_rate if account else None,
            problem=(last.sentence, last.came_at) if last else None,
        )
        # Not the rows: they may be many, and nothing needs them any more.
        self._last[campaign.name] = LastShown(planned.snapshot.head(), planned.plan, made, facts)
        return board(made, facts)

    def state(self, campaign: str) -> str:
        """How a campaign stood after its last pass."""
        last = self._last[campaign]
        return state(last.told, last.facts.now, last.facts.rules, last.facts.paused_at)

    def farewell(self, campaign: str, words: str) -> tuple[Snapshot, Dashboard | None]:
        """What the tab should say when the run ends after its last pass, over what that read; None
        where something else, or an empty farewell, leaves it as it is."""
        last = self._last[campaign]
        if not words or not (last.plan.closed or not last.plan.stopped):
            return last.snapshot, None
        ended = last.plan.ended_with(words)
        return last.snapshot, {
            STATE_LABEL: state(ended, last.facts.now, last.facts.rules),
            NEXT_PASS: say("no_next_pass"),
        }

    def _next_pass(self, campaign: Campaign, made: Plan, time: PassTime) -> str:
        if time.is_last:
            return say("no_next_pass")
        rest = max(time.until_next, made.rest)
        if rest < LONG_REST:
            return say("next_pass_after", seconds=round(rest.total_seconds()))
        at = (self._clock.now() + rest).astimezone(campaign.rules.zone)
        return say("next_pass_at", clock=f"{at:%H:%M}")


class Diary:
    """Remembers by tab. It writes to the ledger only what changed."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, Any] = {}

    def heard(self, tab: str, *, runs: bool, now: datetime) -> bool:
        """Takes in what Control says. Saying RUN after a PAUSE is a new beginning, so it clears the
        last problem; returns whether that was said just now."""
        control = heard_control(tab)
        before = self._fact(control)
        if runs and (before is None or not before.runs):
            self._keep(control, HeardControl(runs=True))
            # The first word that is heard at all is no new beginning.
            if before is not None:
                self._keep(last_problem(tab), None)
                return True
        elif not runs and (before is None or before.runs):
            # Before anybody said RUN it was set-up that paused, not a person.
            self._keep(control, HeardControl(runs=False, paused_at=now if before else None))
        return False

    def paused_at(self, tab: str) -> datetime | None:
        """When this ledger's dialer first saw the PAUSE that stands there, after a RUN."""
        heard = self._fact(heard_control(tab))
        return heard.paused_at if heard else None

    def trouble(self, tab: str, problem: str | None, now: datetime) -> None:
        """Takes in a problem, or that there is none any more. The same one, still there, keeps the
        time at which it came."""
        last = self.last_problem(tab)
        if problem is None:
            if last is not None:
                self._keep(last_problem(tab), replace(last, is_over=True))
        elif last is None or last.is_over or last.sentence != problem:
            self._keep(last_problem(tab), LastProblem(problem, now))

    def last_problem(self, tab: str) -> LastProblem | None:
        """The last problem and when it came."""
        return self._fact(last_problem(tab))

    def _fact(self, fact: Fact[_Kept]) -> _Kept | None:
        if fact.name not in self._known:
            self._known[fact.name] = self._ledger.fact(fact)
        known: _Kept | None = self._known[fact.name]
        return known

    def _keep(self, fact: Fact[_Kept], value: _Kept | None) -> None:
        if self._fact(fact) != value:
            self._ledger.set_fact(fact, value)
            self._known[fact.name] = value
