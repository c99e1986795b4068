"""Placing and following calls: many requests at once, at the set pace, beside the passes.

One thread decides and keeps the ledger; the pool's threads only wait for the portal. Just before a
request leaves, its attempt is moved from *intended* to *sending* by compare-and-swap, in one commit
for all that leave together. Every outcome is committed as it arrives, however long Google takes to
answer the pass that goes on meanwhile.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from ..base.clock import Clock
from ..base.errors import LedgerError, PortalError, PortalNotSent, PortalUnknown
from ..domain.attempt import Attempt, AttemptState, Transition
from ..domain.call_lifecycle import has_given_up, is_confirmed
from ..domain.policy import Policy
from ..domain.poll_schedule import after_silence, next_poll
from ..ledger.ledger import Ledger
from ..planning.plan import DuePoll
from ..portal.client import CallReport, Placed, Portal
from ..texts import say, with_stop
from .call_tracker import CallTracker
from .caution import Caution
from .outcomes import MarkedCall, Outcome, move_of, news_of, tell

__all__ = ["CallWorker", "MarkedCall"]

log = structlog.get_logger()
_LONGEST_WAIT = 1.0
_BURST_SECONDS = 0.2
"""How much of the pace may be made up for after a wait, in seconds of it."""
_SILENT_AFTER = 3
"""After so many questions without an answer in a row people are told: calls in progress keep their
lines until the portal says how they stand, so nobody new may be called for hours."""


class CallWorker:
    """Shares the portal's lines, connections and pace among all campaigns of this process.

    `dial`, `follow` and `withdraw` are called by the passes; a thread of its own does the rest.
    """

    def __init__(
        self,
        portal: Portal,
        ledger: Ledger,
        clock: Clock,
        *,
        connections: int,
        lines: int,
        calls_per_minute: float,
    ) -> None:
        self._portal = portal
        self._ledger = ledger
        self._clock = clock
        self._connections = connections
        self._line_count = lines
        self._seconds_per_call = 60.0 / calls_per_minute
        self._caution = Caution(ledger)
        self._lock = threading.RLock()
        self._dials: deque[MarkedCall] = deque()
        self._watched = CallTracker(clock)
        self._outcomes: queue.SimpleQueue[Outcome | None] = queue.SimpleQueue()
        self._unkept: list[Outcome] = []
        self._in_flight = 0
        self._dials_in_flight = 0
        self._next_call_at = 0.0
        self._finishing = False
        self._failure: Exception | None = None
        self._unanswered = 0
        self._last_silence = ""
        self._pool = ThreadPoolExecutor(connections, thread_name_prefix="portal")
        self._thread = threading.Thread(target=self._work, name="caller", daemon=True)

    def start(self) -> None:
        """Begins to work."""
        self._thread.start()

    def dial(self, confirmed: Iterable[MarkedCall]) -> None:
        """Places these calls as soon as pace, lines and caution allow."""
        with self._lock:
            self._dials.extend(confirmed)
        self._outcomes.put(None)

    def follow(self, polls: Iterable[tuple[DuePoll, Policy]]) -> None:
        """Asks about these attempts when they are due; those already followed are left as they
        are, because what is known of them here is newer, and so are those that have ended since
        the pass began."""
        with self._lock:
            for poll, policy in polls:
                set_right = self._watched.take_in(poll.attempt, poll.due, policy)
                self._ledger.report(set_right, self._clock.now())
        self._outcomes.put(None)

    def in_flight(self) -> int:
        """How many requests have been sent and not been settled yet."""
        with self._lock:
            return self._in_flight

    def waiting(self) -> int:
        """How many confirmed calls wait for their turn."""
        with self._lock:
            return len(self._dials)

    def waiting_by_campaign(self) -> Counter[str]:
        """The same for each campaign."""
        with self._lock:
            return Counter(item.policy.campaign for item in self._dials)

    def is_following(self, attempt_id: int) -> bool:
        """Whether anything more is expected of the attempt."""
        with self._lock:
            return attempt_id in self._watched

    def withdraw(self) -> None:
        """Takes back every attempt that was not sent, so that the next pass plans them anew. Call
        it before that pass reads the ledger."""
        with self._lock:
            self._watched.begin_pass()
            self._adjust_for_clock_jump()
            self._take_back(len(self._dials))

    def resume(self) -> None:
        """A person has stopped the calls and let them go on again."""
        with self._lock:
            self._caution.resume()

    def caution(self) -> str | None:
        """Why the portal's own behaviour stops all new calls, for people."""
        with self._lock:
            return self._caution.sentence(self._clock.now(), self._watched.in_progress)

    def silence(self) -> str | None:
        """What a person should know while the portal doesn't say how calls stand."""
        with self._lock:
            if self._unanswered < _SILENT_AFTER or not self._watched:
                return None
            return say("portal_silent", problem=with_stop(self._last_silence))

    def lines_in_use(self) -> int:
        """How many lines are believed taken at the moment."""
        with self._lock:
            return self._watched.lines_in_use()

    def raise_failure(self) -> None:
        """Raises what ended the thread, if anything did.

        Raises:
            LedgerError: outcomes can't be kept, so nothing may be dialled.
        """
        if self._failure is not None:
            raise LedgerError(
                f"Calls can't be followed any more: {self._failure}. Check the ledger's disk and "
                "start again; calls whose outcome was not kept show as Check."
            ) from self._failure

    def finish(self) -> None:
        """Sends nothing new, waits for the requests in flight and commits their outcomes."""
        self._finishing = True
        try:
            self.withdraw()
        finally:
            if self._thread.is_alive():
                self._outcomes.put(None)
                self._thread.join()
            self._pool.shutdown(wait=True)
            if self._failure is not None:
                self._keep_what_came()

    def _work(self) -> None:
        try:
            while self._step():
                pass
        except Exception as error:
            self._failure = error
            log.error("the caller stopped", problem=repr(error))

    def _step(self) -> bool:
        """Takes in what has arrived, sends what is due, and waits; False when all is finished."""
        outcomes = self._arrived(self._seconds_to_next())
        with self._lock:
            self._in_flight -= len(outcomes)
            dialled = [outcome for outcome in outcomes if outcome.dialled]
            self._dials_in_flight -= len(dialled)
            self._unkept += dialled
            # It writes to the ledger, which may fail; by now what has arrived is kept all the same.
            self._adjust_for_clock_jump()
            now = self._clock.now()
            settled = self._caution.hear(dialled, now)
            for outcome, move in zip(dialled, settled, strict=True):
                self._take_in(outcome, move)
            # Asked once: what is committed as sending below must also be sent.
            finishing = self._finishing
            leaving = [] if finishing else self._leaving(now)
            sending = [
                Transition(
                    item.attempt.id,
                    AttemptState.INTENDED,
                    AttemptState.SENDING,
                    {"sending_at": now},
                )
                for item in leaving
            ]
            news = [self._reported(each, now) for each in outcomes if not each.dialled]
            reports = [(attempt_id, values) for attempt_id, values, _key in news if values]
            opting_out = {attempt_id: key for attempt_id, _values, key in news if key}
            if opting_out:
                # Before anything leaves: it may be a call to that very number.
                self._ledger.report(reports, now, opting_out=opting_out)
                reports = []
            # One commit for what came back and what goes out: a free line waits for one disk.
            moved = self._ledger.moved(settled + sending + self._given_up(now), now)
            self._unkept.clear()
            self._caution.learn(moved, now)
            self._ledger.report(reports, now)
            self._caution.remember()
            goes_on = not finishing or self._in_flight > 0
            if not finishing:
                held = [item for item in leaving if item.attempt.id in moved.held]
                self._dials.extendleft(reversed(held))
                self._send([item for item in leaving if item.attempt.id in moved.made], now)
                self._send_polls()
        # Last, since whoever reads the log may let it wait.
        for outcome in outcomes:
            tell(outcome)
        return goes_on

    def _leaving(self, now: datetime) -> list[MarkedCall]:
        """The calls that pace, lines, connections and caution allow to leave at this moment."""
        steady = self._clock.steady()
        free = min(
            self._connections - self._in_flight,
            self._line_count - self._watched.lines_in_use(),
        )
        width = self._caution.width(now, self._watched.in_progress)
        if width is not None:
            free = min(free, width - self._dials_in_flight)
        leaving: list[MarkedCall] = []
        while self._dials and len(leaving) < free and self._next_call_at <= steady:
            if not self._dials[0].may_leave(now, steady):
                # Only this one: others may be of a campaign whose hours are longer.
                self._take_back(1)
                continue
            leaving.append(self._dials.popleft())
            earliest = max(self._next_call_at, steady - _BURST_SECONDS)
            self._next_call_at = earliest + self._seconds_per_call
        return leaving

    def _send(self, leaving: Iterable[MarkedCall], now: datetime) -> None:
        for item in leaving:
            attempt = replace(item.attempt, state=AttemptState.SENDING, sending_at=now)
            self._watched.know(attempt, item.policy)
            self._dials_in_flight += 1
            self._submit(attempt, item.policy, True, self._place, item)

    def _place(self, item: MarkedCall) -> Placed:
        """Places the call, unless the machine slept or the disk was slow since it was let go."""
        if not item.may_leave(self._clock.now(), self._clock.steady()):
            raise PortalNotSent(say("nothing_sent_too_late"))
        return self._portal.place(item.content)

    def _send_polls(self) -> None:
        while self._in_flight < self._connections and (due := self._watched.take_due()):
            attempt, policy = due
            self._submit(attempt, policy, False, self._ask, attempt)

    def _ask(self, attempt: Attempt) -> CallReport:
        return self._portal.report(attempt.call_id or "", attempt.number)

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
            except Exception as error:
                # Whatever it was, it came after a byte may have left.
                result = PortalUnknown(say("portal_tells_nothing"))
                log.error("unforeseen", problem=type(error).__name__)
            self._outcomes.put(Outcome(attempt, policy, result, dialled))

        self._in_flight += 1
        self._pool.submit(run)

    def _arrived(self, wait: float) -> list[Outcome]:
        """Waits for an outcome or a call for attention; gives all outcomes that have arrived."""
        arrived: list[Outcome | None] = []
        try:
            arrived.append(self._outcomes.get(timeout=wait))
            while True:
                arrived.append(self._outcomes.get_nowait())
        except queue.Empty:
            pass
        return [outcome for outcome in arrived if outcome is not None]

    def _take_in(self, outcome: Outcome, move: Transition) -> None:
        """Follows a call that was placed; of others nothing is expected."""
        attempt, policy = replace(outcome.attempt, state=move.target), outcome.policy
        if move.target is AttemptState.PLACED:
            placed = replace(attempt, **move.values)
            self._watched.follow(placed, next_poll(placed, policy), policy)
        else:
            self._watched.drop(attempt, policy)

    def _reported(self, outcome: Outcome, now: datetime) -> tuple[int, dict[str, Any], str | None]:
        """Takes in what the portal said about a call; returns what the ledger must know of it, and
        the key with which its number asked not to be called again."""
        # Newer than what was asked with, if the clock has jumped since.
        attempt = self._watched.attempt(outcome.attempt.id)
        policy, result = outcome.policy, outcome.result
        if not isinstance(result, CallReport):
            # Only an answer counts as asked: what isn't known is asked for again.
            self._unanswered += 1
            self._last_silence = str(result)
            ask_again_at = after_silence(attempt, now, policy)
            if has_given_up(attempt, now, policy) and not isinstance(result, PortalNotSent):
                ask_again_at = now + policy.poll_every
                if self._watched.asked_in_vain(attempt.id):
                    self._watched.drop(attempt, policy)
                    return attempt.id, {}, None
            self._watched.follow(attempt, ask_again_at, policy)
            return attempt.id, {}, None
        self._unanswered = 0
        values = news_of(attempt, result, now)
        attempt = replace(attempt, **values)
        if is_confirmed(attempt, policy):
            self._watched.drop(attempt, policy)
        else:
            self._watched.follow(attempt, next_poll(attempt, policy), policy)
        opts_out = policy.opts_out(attempt.dtmf, attempt.unread)
        return attempt.id, values, policy.opt_out_key if opts_out else None

    def _given_up(self, now: datetime) -> list[Transition]:
        """The moves of the calls of which the portal was asked in vain for the last time."""
        here, there = AttemptState.PLACED, AttemptState.ENDED
        return [
            Transition(each, here, there, {"ended_at": now}) for each in self._watched.given_up()
        ]

    def _adjust_for_clock_jump(self) -> None:
        """Moves along what is noted of the calls when the wall clock was put forward or back."""
        moved = self._watched.adjust_for_clock_jump()
        if moved is not None:
            log.warning("the clock was changed", calls=len(moved))
            # A machine that was stopped for a while shows as a jump: its marks may be old.
            self._take_back(len(self._dials))
            self._ledger.report(moved, self._clock.now())

    def _take_back(self, count: int) -> None:
        """Withdraws the first so many of the calls that wait."""
        items = [self._dials.popleft() for _ in range(count)]
        here, there = AttemptState.INTENDED, AttemptState.WITHDRAWN
        moves = [Transition(item.attempt.id, here, there, {}) for item in items]
        self._ledger.move(moves, self._clock.now())

    def _keep_what_came(self) -> None:
        """Tries once more to keep the portal's replies after the ledger had failed: a call whose id
        is kept is followed by the next run, any other one is for a person to check."""
        self._unkept += [outcome for outcome in self._arrived(0) if outcome.dialled]
        now = self._clock.now()
        refused = self._ledger.keep([move_of(outcome, now) for outcome in self._unkept], now)
        unkept = {move.attempt_id for move in refused}
        self._unkept = [outcome for outcome in self._unkept if outcome.attempt.id in unkept]

    def _seconds_to_next(self) -> float:
        """How long to wait for an outcome before looking again at what is due."""
        waits = [_LONGEST_WAIT]
        with self._lock:
            due_in = self._watched.seconds_to_next()
            if due_in is not None and self._in_flight < self._connections and not self._finishing:
                waits.append(due_in)
            if self._dials and not self._finishing:
                # Lines fall free by the clock, too, so a full house is looked at again soon.
                waits.append(max(self._next_call_at - self._clock.steady(), 0.05))
        return max(min(waits), 0.0)
