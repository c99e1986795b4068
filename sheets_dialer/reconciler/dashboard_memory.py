"""What people do and see on the Dialer tab from one pass to the next."""

from __future__ import annotations

from datetime import timedelta

from ..base.clock import Clock
from ..domain.times import zone_named
from ..ledger.ledger import Ledger
from ..planning.campaign_status import state
from ..planning.dashboard import NEXT_PASS, Dashboard, Facts, board
from ..planning.plan import Halt, Plan, TabShown
from ..portal.balance import BalanceMonitor
from ..tabs.control_tab import PAUSE, RUN, STATE_LABEL
from ..texts import say
from .diary import Diary
from .plan_writer import Campaign

LONG_REST = timedelta(minutes=2)
"""From here on the Dialer tab says at what time the next pass comes, not after how many seconds."""


class DashboardMemory:
    """Works out what the Dialer tab says of each queue. `held_by` names machine and process."""

    def __init__(
        self, ledger: Ledger, clock: Clock, balance_monitor: BalanceMonitor, held_by: str
    ) -> None:
        self._clock = clock
        self._balance_monitor = balance_monitor
        self._held_by = held_by
        self._diary = Diary(ledger)
        self._last: dict[str, tuple[Plan, Facts]] = {}

    def hear(self, queue: Campaign, sheet: TabShown) -> bool:
        """Takes in what Control says; returns whether a person has just let calls go on that were
        paused."""
        if sheet.control.problem is not None:
            return False
        word = RUN if sheet.control.run else PAUSE
        return self._diary.heard(queue.sheet.name, word, self._clock.now())

    def note_failure(self, queue: Campaign, problem: str) -> None:
        """Remembers why a pass failed, for the next one that can write."""
        self._diary.trouble(queue.sheet.name, problem, self._clock.now())

    def shows(self, queue: Campaign, made: Plan, every: timedelta, *, last: bool) -> Dashboard:
        """What the tab should say after this pass. The queue's rules are those of the plan; `last`
        is whether no pass follows."""
        now, tab = self._clock.now(), queue.sheet.name
        problem = made.stopped if made.halt is Halt.PROBLEM else made.note
        self._diary.trouble(tab, problem or None, now)
        account = self._balance_monitor.known
        facts = Facts(
            now=now,
            rules=queue.rules,
            zone=zone_named(queue.connection.time_zone) or queue.rules.zone,
            next_pass=say("no_next_pass") if last else self._next_pass(queue, made, every),
            held_by=self._held_by,
            paused_at=self._diary.paused_at(tab),
            account=account.balance.username if account else None,
            balance=account.balance.rupees if account else None,
            rate=account.balance.call_rate if account else None,
            problem=self._diary.last_problem(tab),
        )
        self._last[queue.name] = made, facts
        return board(made, facts)

    def state(self, campaign: str) -> str:
        """How a campaign stood after its last pass."""
        made, facts = self._last[campaign]
        return state(made, facts.now, facts.rules, facts.paused_at)

    def farewell(self, campaign: str, made: Plan, words: str) -> Dashboard:
        """What the tab should say when the run ends after its last pass, which `made` this plan."""
        _shown, facts = self._last[campaign]
        ended = made.ended_with(words)
        return {
            STATE_LABEL: state(ended, facts.now, facts.rules),
            NEXT_PASS: say("no_next_pass"),
        }

    def _next_pass(self, queue: Campaign, made: Plan, every: timedelta) -> str:
        rest = max(every, made.rest)
        if rest < LONG_REST:
            return say("next_pass_after", seconds=round(rest.total_seconds()))
        at = (self._clock.now() + rest).astimezone(queue.rules.zone)
        return say("next_pass_at", clock=f"{at:%H:%M}")
