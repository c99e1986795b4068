"""The caller on a bench: a real portal in the sandbox, a real ledger, and attempts whose marks were
seen, for tests of what leaves, when, and what becomes of it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sheets_dialer.base.clock import Clock
from sheets_dialer.dialing.call_flow import Limits
from sheets_dialer.dialing.portal_requests import PortalRequests
from sheets_dialer.dialing.worker import CallWorker, MarkedCall
from sheets_dialer.domain.attempt import Attempt, AttemptState, Reason
from sheets_dialer.domain.calling_hours import CallingHours, read_hours
from sheets_dialer.domain.content import Content
from sheets_dialer.domain.job import NewJob
from sheets_dialer.domain.policy import Policy
from sheets_dialer.ledger.ledger import Intent, Ledger
from sheets_dialer.portal.client import Portal
from sheets_dialer.portal.session import portal_session
from tests.support.planning import KARACHI, OPEN_ALL_DAY, POLICY
from tests.support.running import RunningSandbox

ALWAYS = CallingHours(KARACHI, read_hours(OPEN_ALL_DAY))
NEVER = CallingHours(KARACHI, read_hours({}))
BRISK = replace(
    POLICY,
    poll_first_after=timedelta(seconds=0.05),
    poll_every=timedelta(seconds=0.15),
    answer_settle=timedelta(seconds=0.9),
)
ANSWERED, NO_KEY, BUSY = "923000000001", "923000000004", "923000000005"
STUCK, REFUSED = "923000000009", "923000000011"
_refs = (f"ref{number}" for number in itertools.count(1))


class Bench:
    """A portal in the sandbox, a ledger in a file, and callers that a test makes."""

    def __init__(self, sandbox: RunningSandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.file = folder / "dialer.db"
        self.ledger = Ledger(f"sqlite:///{self.file}", new_id="bench000")
        self.clock = Clock()
        self._callers: list[CallWorker] = []

    def worker(self, **settings: Any) -> CallWorker:
        """A caller that works."""
        portal = Portal(
            self.sandbox.url, lambda: "sandbox-api-key", portal_session(8), timeouts=(2, 1.5)
        )
        limits: dict[str, Any] = {"connections": 8, "lines": 50, "calls_per_minute": 60_000}
        shared = Limits(**limits | settings)
        requests = PortalRequests(portal, self.clock, shared.connections)
        made = CallWorker(requests, self.ledger, self.clock, shared)
        self._callers.append(made)
        made.start()
        return made

    def confirmed(
        self,
        *numbers: str,
        policy: Policy = BRISK,
        hours: CallingHours = ALWAYS,
        age: float = 0,
    ) -> list[MarkedCall]:
        """Intended attempts whose marks were seen."""
        now = self.clock.now()
        new = [NewJob(next(_refs), Content(number, "102")) for number in numbers]
        self.ledger.record("orders", now, new_jobs=new)
        jobs = self.ledger.jobs("orders")[-len(new) :]
        made = self.ledger.record(
            "orders", now, intents=[Intent(job, Reason.FIRST) for job in jobs]
        )
        marked_at = self.clock.steady() - age
        return [
            MarkedCall(attempt, job.content, policy, hours, marked_at)
            for attempt, job in zip(made, jobs, strict=True)
        ]

    def attempts(self) -> list[Attempt]:
        """All attempts, oldest first."""
        return sorted(self.ledger.attempts_in(AttemptState), key=lambda each: each.id)

    def states(self) -> list[str]:
        return [str(attempt.state) for attempt in self.attempts()]

    def fault(self, kind: str, path: str, **more: Any) -> None:
        fault = {"service": "portal", "kind": kind, "path": path, **more}
        self.sandbox.post("/_sandbox/faults", fault)

    def requests(self, kind: str = "calls") -> int:
        return int(self.sandbox.get("/_sandbox/requests")["portal"].get(kind, 0))

    def close(self) -> None:
        self.sandbox.delete("/_sandbox/faults")
        for each in self._callers:
            each.finish()
        self.ledger.close()
