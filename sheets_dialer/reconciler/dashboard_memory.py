"""What people do and see on the Dialer tab from one pass to the next."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..base.clock import Clock
from ..domain.times import zone_named
from ..google_sheets import Snapshot
from ..google_sheets.quota import PassInterval
from ..ledger.ledger import Ledger
from ..planning.campaign_status import state
from ..planning.dashboard import NEXT_PASS, Dashboard, Facts, board
from ..planning.plan import Halt, Plan, TabShown
from ..portal.balance import BalanceMonitor
from ..tabs.control_tab import PAUSE, RUN, STATE_LABEL
from ..texts import say
from .campaign import Campaign
from .pass_planner import Planned
from .pass_time import PassTime

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
        word = RUN if sheet.control.run else PAUSE
        return self._diary.heard(campaign.sheet.name, word, self._clock.now())

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
        account = self._balance_monitor.known
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
            problem=self._diary.last_problem(tab),
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
        self._known: dict[str, str] = {}

    def heard(self, tab: str, word: str, now: datetime) -> bool:
        """Takes in what Control says: RUN or PAUSE. Saying RUN after a PAUSE is a new beginning, so
        it clears the last problem; returns whether that was said just now."""
        begins = False
        name, before = f"control: {tab}", self._fact(f"control: {tab}")
        if word == RUN and before != RUN:
            self._keep(name, RUN)
            # The first word that is heard at all is no new beginning.
            if before:
                begins = True
                self._keep(f"problem: {tab}", "")
        elif word == PAUSE and not before.startswith(PAUSE):
            # Before anybody said RUN it was set-up that paused, not a person.
            self._keep(name, f"{PAUSE} {now.isoformat()}" if before else PAUSE)
        return begins

    def paused_at(self, tab: str) -> datetime | None:
        """When this ledger's dialer first saw the PAUSE that stands there, after a RUN."""
        _word, _, moment = self._fact(f"control: {tab}").partition(" ")
        return datetime.fromisoformat(moment) if moment else None

    def trouble(self, tab: str, problem: str | None, now: datetime) -> None:
        """Takes in a problem, or that there is none any more. The same one, still there, keeps the
        time at which it came."""
        name = f"problem: {tab}"
        last = self.last_problem(tab)
        over = f"over: {tab}"
        if problem is None:
            if last is not None and not self._fact(over):
                self._keep(over, "yes")
        elif last is None or last[0] != problem or self._fact(over):
            self._keep(name, json.dumps([problem, now.isoformat()], ensure_ascii=False))
            self._keep(over, "")

    def last_problem(self, tab: str) -> tuple[str, datetime] | None:
        """The last problem and when it came."""
        kept = self._fact(f"problem: {tab}")
        if not kept:
            return None
        problem, at = json.loads(kept)
        return str(problem), datetime.fromisoformat(at)

    def _fact(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = self._ledger.fact(name)
        return self._known[name]

    def _keep(self, name: str, value: str) -> None:
        if self._fact(name) != value:
            self._ledger.set_fact(name, value)
            self._known[name] = value
