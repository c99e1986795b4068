"""Placing and following calls: many requests at once, at the set pace, beside the passes.

One thread takes steps, `call_flow` decides each of them, and the threads of `portal_requests` only
wait for the portal. Just before a request leaves, its attempt is moved from *intended* to *sending*
by compare-and-swap, in one commit for all that leave together. Every outcome is committed as it
arrives, however long Google takes to answer the pass that goes on meanwhile.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable

import structlog

from ..base.clock import Clock, Moment
from ..base.errors import LedgerError
from ..domain.policy import Policy
from ..ledger.ledger import Ledger
from ..planning.plan import DuePoll
from .call_flow import CallFlow, Limits, Step
from .outcome_keeper import OutcomeKeeper
from .outcomes import MarkedCall, tell
from .portal_requests import PortalLink

__all__ = ["CallWorker", "MarkedCall"]

log = structlog.get_logger()


class CallWorker:
    """Shares the portal's lines, connections and pace among all campaigns of this process.

    `dial`, `follow` and `withdraw` are called by the passes; a thread of its own does the rest,
    step by step.
    """

    def __init__(self, requests: PortalLink, ledger: Ledger, clock: Clock, limits: Limits) -> None:
        self._requests = requests
        self._clock = clock
        self._keeper = OutcomeKeeper(ledger)
        self._flow = CallFlow(limits, self._keeper.remembered(), Moment.of(clock))
        self._lock = threading.RLock()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="caller", daemon=True)

    def start(self) -> None:
        """Begins to work."""
        self._thread.start()

    def step(self, *, wait: bool = True) -> bool:
        """Takes in what has arrived, commits what follows from it, and sends what is due; False
        when all is finished. The thread takes one step after the other; who has none may take them
        by hand, without waiting for anything.

        Raises:
            LedgerError: it can't be kept, so nothing has left.
        """
        outcomes = self._requests.arrived(self._seconds_to_next() if wait else 0)
        with self._lock:
            # The ledger may fail below; by now what has arrived is kept all the same.
            self._keeper.hold(outcomes)
            step = self._flow.step(outcomes, Moment.of(self._clock))
            moved = self._keeper.commit(step)
            requests = self._flow.committed(step, moved, Moment.of(self._clock))
            self._keeper.remember(self._flow.breaker)
            goes_on = not step.is_closing or self._flow.requests_on_the_way > 0
            self._requests.send(requests)
        # Last, since whoever reads the log may let it wait.
        _tell_of_jump(step)
        for outcome in outcomes:
            tell(outcome)
        return goes_on

    def dial(self, calls: Iterable[MarkedCall]) -> None:
        """Places these calls as soon as pace, lines and caution allow."""
        with self._lock:
            self._flow.dial(calls)
        self._requests.wake()

    def follow(self, polls: Iterable[tuple[DuePoll, Policy]]) -> None:
        """Asks about these attempts when they are due; those already followed are left as they
        are, because what is known of them here is newer, and so are those that have ended since
        the pass began."""
        with self._lock:
            moment = Moment.of(self._clock)
            self._keeper.report(self._flow.follow(polls, moment), moment.now)
        self._requests.wake()

    def withdraw(self) -> None:
        """Takes back every attempt that was not sent, so that the next pass plans them anew. Call
        it before that pass reads the ledger."""
        with self._lock:
            self._flow.begin_pass()
            taken_back = self._flow.take_back(Moment.of(self._clock))
            self._keeper.report(taken_back.moved_along, taken_back.now)
            self._keeper.move(taken_back.moves, taken_back.now)
        _tell_of_jump(taken_back)

    def resume(self) -> None:
        """A person has stopped the calls and let them go on again."""
        with self._lock:
            self._flow.resume()
            self._keeper.remember(self._flow.breaker)

    def in_flight(self) -> int:
        """How many requests have been sent and not been settled yet."""
        with self._lock:
            return self._flow.requests_on_the_way

    def waiting(self) -> int:
        """How many calls wait for their turn."""
        with self._lock:
            return self._flow.waiting

    def waiting_by_campaign(self) -> Counter[str]:
        """The same for each campaign."""
        with self._lock:
            return self._flow.waiting_by_campaign()

    def is_following(self, attempt_id: int) -> bool:
        """Whether anything more is expected of the attempt."""
        with self._lock:
            return self._flow.is_following(attempt_id)

    def lines_in_use(self) -> int:
        """How many lines are believed taken at the moment."""
        with self._lock:
            return self._flow.lines_in_use(self._clock.steady())

    def caution(self) -> str | None:
        """Why the portal's own behaviour stops all new calls, for people."""
        with self._lock:
            return self._flow.caution(self._clock.now())

    def silence(self) -> str | None:
        """What a person should know while the portal doesn't say how calls stand."""
        with self._lock:
            return self._flow.silence()

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
        self._flow.is_closing = True
        try:
            self.withdraw()
        finally:
            if self._thread.is_alive():
                self._requests.wake()
                self._thread.join()
            self._requests.close()
            if self._failure is not None:
                self._keeper.keep_at_last(self._requests.arrived(0), self._clock.now())

    def _work(self) -> None:
        try:
            while self.step():
                pass
        except Exception as error:
            self._failure = error
            log.error("the caller stopped", problem=repr(error))

    def _seconds_to_next(self) -> float:
        with self._lock:
            return self._flow.seconds_to_next(self._clock.steady())


def _tell_of_jump(step: Step) -> None:
    if step.has_jumped:
        log.warning("the clock was changed", calls=len(step.moved_along))
