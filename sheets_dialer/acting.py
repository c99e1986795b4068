"""Placing and following calls, many at once, at the set pace, until the next pass is due.

One thread decides and keeps the ledger; the others only wait for the portal. Just before a request
leaves, its attempt is moved from *intended* to *sending* by compare-and-swap, in one commit for all
that leave together; every outcome is committed as it arrives.
"""

from __future__ import annotations

import heapq
import itertools
import queue
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog

from .call import ANSWERED, Attempt, AttemptState, Content
from .clock import Clock
from .errors import PortalError, PortalNotSent, PortalRefused
from .following import holds_line, is_confirmed, next_poll
from .ledger import Ledger, Move
from .plan import Poll
from .policy import Policy
from .portal import CallReport, Placed, Portal

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An intended attempt whose mark the sheet has shown, and what to send for it. `marked_at` is
    when, by the steady clock."""

    attempt: Attempt
    content: Content
    policy: Policy
    marked_at: float


@dataclass(frozen=True, slots=True)
class Followed:
    """A placed attempt to ask about."""

    poll: Poll
    policy: Policy


@dataclass(slots=True)
class _Outcome:
    attempt: Attempt
    policy: Policy
    result: Placed | CallReport | PortalError
    dialled: bool


@dataclass(slots=True)
class Caller:
    """Shares the portal's lines, connections and pace among all campaigns of this process."""

    portal: Portal
    ledger: Ledger
    clock: Clock
    connections: int
    lines: int
    calls_per_minute: int
    _executor: ThreadPoolExecutor = field(init=False)
    _next_call_at: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._executor = ThreadPoolExecutor(self.connections, thread_name_prefix="portal")

    def close(self) -> None:
        """Waits for the requests in flight; their outcomes were committed by `act`."""
        self._executor.shutdown(wait=True)

    def act(
        self,
        dials: Sequence[Confirmed],
        followed: Sequence[Followed],
        *,
        until: float,
        stopping: Callable[[], bool],
    ) -> None:
        """Dials and polls until the steady clock says `until`, or nothing is left to do before.

        Requests in flight at the end are waited for. Attempts that were not sent by then are
        withdrawn, so that the next pass plans them anew.
        """
        work = _Work(self, dials, followed)
        while work.step(until, stopping()):
            pass
        work.withdraw_rest()


class _Work:
    """The state of one `Caller.act`."""

    def __init__(
        self, caller: Caller, dials: Sequence[Confirmed], followed: Sequence[Followed]
    ) -> None:
        self._caller = caller
        self._dials = deque(dials)
        self._order = itertools.count()
        self._due: list[tuple[datetime, int, Attempt, Policy]] = []
        self._live: dict[int, tuple[Attempt, Policy]] = {}
        self._outcomes: queue.SimpleQueue[_Outcome] = queue.SimpleQueue()
        self._in_flight = 0
        for item in followed:
            self._follow(item.poll.attempt, item.poll.due, item.policy)

    def step(self, until: float, stopping: bool) -> bool:
        """Sends what is due, takes in what has arrived; False when the time or the work is over."""
        over = stopping or self._caller.clock.steady() >= until
        if not over:
            self._send_dials()
            self._send_polls()
        wait = 0.0 if over else self._seconds_to_next(until)
        if not self._in_flight and (over or wait is None):
            return False
        self._take_in(None if over else min(wait if wait is not None else 1.0, 1.0))
        return True

    def withdraw_rest(self) -> None:
        """Gives back every attempt that was not sent."""
        moves = [
            Move(item.attempt.id, AttemptState.INTENDED, AttemptState.WITHDRAWN, {})
            for item in self._dials
        ]
        self._caller.ledger.move(moves, self._caller.clock.now())

    def _send_dials(self) -> None:
        caller = self._caller
        now, steady = caller.clock.now(), caller.clock.steady()
        leaving: list[Confirmed] = []
        free = min(caller.connections - self._in_flight, caller.lines - self._lines_in_use(now))
        while self._dials and len(leaving) < free and caller._next_call_at <= steady:
            item = self._dials.popleft()
            if steady - item.marked_at >= item.policy.mark_lives.total_seconds():
                self._dials.appendleft(item)
                self.withdraw_rest()
                self._dials.clear()
                break
            # Up to a fifth of a second of unused pace is made up for, never more.
            earliest = max(caller._next_call_at, steady - 0.2)
            caller._next_call_at = earliest + 60.0 / caller.calls_per_minute
            leaving.append(item)
        if not leaving:
            return
        moves = [
            Move(item.attempt.id, AttemptState.INTENDED, AttemptState.SENDING, {"sending_at": now})
            for item in leaving
        ]
        sending = caller.ledger.move(moves, now)
        for item in leaving:
            if item.attempt.id in sending:
                attempt = replace(item.attempt, state=AttemptState.SENDING, sending_at=now)
                self._live[attempt.id] = (attempt, item.policy)
                self._submit(attempt, item.policy, True, caller.portal.place, item.content)

    def _send_polls(self) -> None:
        now = self._caller.clock.now()
        while self._due and self._due[0][0] <= now and self._in_flight < self._caller.connections:
            _, _, attempt, policy = heapq.heappop(self._due)
            self._submit(attempt, policy, False, self._caller.portal.report, attempt.call_id)

    def _submit(
        self,
        attempt: Attempt,
        policy: Policy,
        dialled: bool,
        ask: Callable[[Any], Placed | CallReport],
        what: object,
    ) -> None:
        def run() -> None:
            result: Placed | CallReport | PortalError
            try:
                result = ask(what)
            except PortalError as error:
                result = error
            self._outcomes.put(_Outcome(attempt, policy, result, dialled))

        self._in_flight += 1
        self._caller._executor.submit(run)

    def _take_in(self, timeout: float | None) -> None:
        """Waits for one outcome, then commits it together with all others that have arrived."""
        arrived: list[_Outcome] = []
        try:
            arrived.append(self._outcomes.get(timeout=timeout))
            while True:
                arrived.append(self._outcomes.get_nowait())
        except queue.Empty:
            pass
        if not arrived:
            return
        self._in_flight -= len(arrived)
        now = self._caller.clock.now()
        moves = [self._placed(outcome, now) for outcome in arrived if outcome.dialled]
        if moves:
            self._caller.ledger.move(moves, now)
        reports = [self._reported(outcome, now) for outcome in arrived if not outcome.dialled]
        if reports:
            self._caller.ledger.report(reports, now)

    def _placed(self, outcome: _Outcome, now: datetime) -> Move:
        attempt, result = outcome.attempt, outcome.result
        if isinstance(result, Placed):
            values: dict[str, Any] = {"call_id": result.call_id, "placed_at": now}
            placed = replace(attempt, state=AttemptState.PLACED, **values)
            self._follow(placed, next_poll(placed, outcome.policy), outcome.policy)
            log.info("placed", number=masked(attempt.number), call_id=result.call_id)
            return Move(attempt.id, AttemptState.SENDING, AttemptState.PLACED, values)
        self._live.pop(attempt.id, None)
        target = AttemptState.UNKNOWN
        if isinstance(result, PortalNotSent):
            target = AttemptState.NOT_SENT
        elif isinstance(result, PortalRefused):
            target = AttemptState.REFUSED
        log.warning(str(target), number=masked(attempt.number), problem=str(result))
        values = {"problem": str(result), "changed_at": now}
        return Move(attempt.id, AttemptState.SENDING, target, values)

    def _reported(self, outcome: _Outcome, now: datetime) -> tuple[int, dict[str, Any]]:
        attempt, result = outcome.attempt, outcome.result
        values: dict[str, Any] = {"polled_at": now}
        if isinstance(result, CallReport):
            news = (result.status, result.dtmf, result.retry)
            if news != (attempt.call_status, attempt.dtmf, attempt.retry):
                values |= {"call_status": result.status, "dtmf": result.dtmf}
                values |= {"retry": result.retry, "changed_at": now}
                if result.status == ANSWERED and attempt.answered_at is None:
                    values["answered_at"] = now
        else:
            log.warning("no report", call_id=attempt.call_id, problem=str(result))
        attempt = replace(attempt, **values)
        if is_confirmed(attempt, outcome.policy):
            self._live.pop(attempt.id, None)
        else:
            self._follow(attempt, next_poll(attempt, outcome.policy), outcome.policy)
        return attempt.id, values

    def _follow(self, attempt: Attempt, due: datetime, policy: Policy) -> None:
        self._live[attempt.id] = (attempt, policy)
        heapq.heappush(self._due, (due, next(self._order), attempt, policy))

    def _lines_in_use(self, now: datetime) -> int:
        return sum(holds_line(now, attempt, policy) for attempt, policy in self._live.values())

    def _seconds_to_next(self, until: float) -> float | None:
        """How long until something is due; None when nothing is before `until`."""
        steady = self._caller.clock.steady()
        candidates = []
        if self._due:
            candidates.append((self._due[0][0] - self._caller.clock.now()).total_seconds())
        if self._dials:
            # A line may fall free at any moment, so a full house is looked at again soon.
            candidates.append(max(self._caller._next_call_at - steady, 0.05))
        waits = [wait for wait in candidates if steady + wait < until]
        return max(min(waits), 0.0) if waits else None


def masked(number: str) -> str:
    """A number as logs may show it: enough to find the row, too little to call it."""
    return f"{number[:5]}…{number[-3:]}" if len(number) > 8 else "…"
