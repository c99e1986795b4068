"""Requests to the portal, many at once: threads that only wait for its answers.

What comes back is put in line, for one thread to take in.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import structlog

from ..base.clock import Clock
from ..base.errors import PortalError, PortalNotSent, PortalUnknown
from ..portal.client import CallReport, Placed, Portal
from ..texts import say
from .call_flow import Leaving, Question
from .outcomes import Outcome

log = structlog.get_logger()
Requested = Leaving | Question


class PortalLink(Protocol):
    """How a worker asks the portal and hears from it."""

    def send(self, requests: Iterable[Requested]) -> None:
        """Lets these leave now; each comes back as one outcome."""
        ...

    def arrived(self, wait: float) -> list[Outcome]:
        """Waits so many seconds for an outcome or to be woken; all outcomes that have arrived."""
        ...

    def wake(self) -> None:
        """Ends the wait of who waits for outcomes."""
        ...

    def close(self) -> None:
        """Waits for what is on its way. Its outcomes have arrived then."""
        ...


class PortalRequests:
    """Requests in threads of their own, at most so many at once as there are connections."""

    def __init__(self, portal: Portal, clock: Clock, connections: int) -> None:
        self._portal = portal
        self._clock = clock
        self._outcomes: queue.SimpleQueue[Outcome | None] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(connections, thread_name_prefix="portal")

    def send(self, requests: Iterable[Requested]) -> None:
        for request in requests:
            self._pool.submit(self._answer, request)

    def arrived(self, wait: float) -> list[Outcome]:
        arrived: list[Outcome | None] = []
        try:
            arrived.append(self._outcomes.get(timeout=wait))
            while True:
                arrived.append(self._outcomes.get_nowait())
        except queue.Empty:
            pass
        return [outcome for outcome in arrived if outcome is not None]

    def wake(self) -> None:
        self._outcomes.put(None)

    def close(self) -> None:
        self._pool.shutdown(wait=True)

    def _answer(self, request: Requested) -> None:
        self._outcomes.put(answered(request, self._portal, self._clock))


def answered(request: Requested, portal: Portal, clock: Clock) -> Outcome:
    """Sends the request and gives what became of it, whatever happens."""
    ask: Callable[[], Placed | CallReport]
    if isinstance(request, Leaving):
        attempt, policy = request.attempt, request.call.policy

        def ask() -> Placed:
            # The machine may have slept, or the disk been slow, since the call was let go.
            if not request.call.may_leave(clock.now(), clock.steady()):
                raise PortalNotSent(say("nothing_sent_too_late"))
            return portal.place(request.call.content)
    else:
        attempt, policy = request.attempt, request.policy

        def ask() -> CallReport:
            return portal.report(attempt.call_id or "", attempt.number)

    result: Placed | CallReport | PortalError
    try:
        result = ask()
    except PortalError as error:
        result = error
    except Exception as error:
        # Whatever it was, it came after a byte may have left.
        result = PortalUnknown(say("portal_tells_nothing"))
        log.error("unforeseen", problem=type(error).__name__)
    return Outcome(attempt, policy, result, isinstance(request, Leaving))
