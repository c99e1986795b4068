"""A machine: one process of the program after another on one ledger, each until it dies."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sheets_dialer.base.clock import Clock
from sheets_dialer.base.errors import DialerError, LedgerError
from sheets_dialer.dialing.call_flow import Limits
from sheets_dialer.dialing.outcomes import Outcome
from sheets_dialer.dialing.portal_requests import Requested, answered
from sheets_dialer.dialing.worker import CallWorker
from sheets_dialer.domain.calling_hours import CallingHours, read_hours
from sheets_dialer.domain.policy import Policy
from sheets_dialer.google_sheets import QueueTab, Spreadsheet
from sheets_dialer.google_sheets.quota import PassInterval, Quota
from sheets_dialer.ledger.facts import tab_id
from sheets_dialer.ledger.ledger import Ledger
from sheets_dialer.planning.pacing import next_pass_due
from sheets_dialer.planning.plan import PassRules
from sheets_dialer.portal.balance import BalanceMonitor
from sheets_dialer.portal.client import Portal
from sheets_dialer.reconciler.assembly import assembled
from sheets_dialer.reconciler.campaign import Campaign
from sheets_dialer.reconciler.pass_result import PassResult
from sheets_dialer.reconciler.reconciler import Reconciler
from tests.support.planning import KARACHI, OPEN_ALL_DAY

from .services import API_KEY, TAB, Google, PortalSession, Wire
from .virtual_time import Hub, Killed, Task

LOOKS_EVERY = 1.0
"""Seconds after which a worker looks again though nothing is due."""
HOURS = CallingHours(KARACHI, read_hours(OPEN_ALL_DAY))
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What machines share: time, services, and the wire to them."""

    hub: Hub
    wire: Wire
    google: Google
    portal: Any
    source: random.Random

    def letters(self, count: int) -> str:
        return "".join(self.source.choices(LETTERS, k=count))


class _Link:
    """A worker's requests, each a task of its own."""

    def __init__(self, process: Process, portal: Portal) -> None:
        self._process = process
        self._portal = portal
        self._arrived: list[Outcome] = []
        self._waits: Task | None = None

    def send(self, requests: Iterable[Requested]) -> None:
        for request in requests:
            self._process.spawn(lambda request=request: self._answer(request))  # type: ignore[misc]

    def arrived(self, wait: float) -> list[Outcome]:
        hub = self._process.around.hub
        if wait and not self._arrived and hub.current() is not None:
            self._waits = hub.current()
            # It looks every second in case something is due; a busy machine looks less often.
            hub.sleep(wait if wait < LOOKS_EVERY else self._process.patience)
            self._waits = None
        arrived, self._arrived = self._arrived, []
        return arrived

    def wake(self) -> None:
        if self._waits is not None:
            self._process.around.hub.wake(self._waits)

    def close(self) -> None:
        """Whoever ends has waited for them."""

    def _answer(self, request: Requested) -> None:
        outcome = answered(request, self._portal, self._process.clock)
        # Only now: while it was on its way the list was taken.
        self._arrived.append(outcome)
        self.wake()


class Process:
    """One run of the program, from its start to its death."""

    def __init__(
        self, around: Surroundings, ledger: Path, policy: Policy, every: float, ahead: list[float]
    ) -> None:
        self.around = around
        hub = around.hub
        self.clock = Clock(
            now=lambda: datetime.fromtimestamp(hub.now + sum(ahead), UTC), steady=lambda: hub.now
        )
        self.patience = around.source.choice((2.0, 10.0, 30.0, 30.0))
        """How long its worker sleeps while nothing is due, in seconds."""
        self.is_dead = False
        self.dies_at_commit = 0
        """At the so many-th transaction from now; 0 is never."""
        self.result: PassResult | None = None
        self.ended_by: DialerError | None = None
        self._tasks: list[Task] = []
        self._every = timedelta(seconds=every)
        self._path = ledger
        self._policy = policy
        self.main = self.spawn(self._main)

    def spawn(self, work: Callable[[], None]) -> Task:
        """Begins a thread of this process."""

        def guarded() -> None:
            self._require_alive()
            work()

        task = self.around.hub.spawn(guarded)
        self._tasks = [each for each in self._tasks if not each.over]
        self._tasks.append(task)
        return task

    def die(self) -> None:
        """Ends at once: what is in memory is gone, what was committed stays."""
        self.is_dead = True
        for task in self._tasks:
            if task is not self.around.hub.current():
                task.kill()

    def _require_alive(self, *_events: object) -> None:
        if self.is_dead:
            raise Killed

    def _on_transaction(self, *_events: object) -> None:
        self._require_alive()
        if self.dies_at_commit:
            self.dies_at_commit -= 1
            if not self.dies_at_commit:
                self.is_dead = True
                self.around.hub.at(self.around.hub.now, self.die)
                raise Killed

    def _main(self) -> None:
        ledger = None
        try:
            ledger = Ledger(
                f"sqlite:///{self._path}", new_id=self.around.letters(8), portal="https://portal"
            )
            engine: sa.Engine = ledger._engine
            sa.event.listen(engine, "begin", self._on_transaction)
            sa.event.listen(engine, "commit", self._on_transaction)
            self._run(ledger)
        except DialerError as error:
            self.ended_by = error
            self.around.hub.at(self.around.hub.now, self.die)
        finally:
            if ledger is not None:
                ledger.close()

    def _run(self, ledger: Ledger) -> None:
        reconciler, worker = self._parts(ledger)
        with ledger.held():
            reconciler.recover()
            self.spawn(lambda: self._work(worker))
            while True:
                self._pass(reconciler)

    def _pass(self, reconciler: Reconciler) -> None:
        """As `run_loop.run_passes` does it, but for the schedule."""
        hub = self.around.hub
        begun = hub.now
        result = reconciler.run_pass(self._every)
        if result.soon:
            begun = hub.now
            result = reconciler.run_pass(self._every)
        self.result = result
        seconds = self._every.total_seconds()
        due_at = next_pass_due(begun, hub.now, seconds, result.rest.total_seconds())
        if result.ready_at is not None:
            ready_in = (result.ready_at - self.clock.now()).total_seconds()
            due_at = min(due_at, hub.now + max(0.0, ready_in))
        hub.sleep(due_at - hub.now)

    def _work(self, worker: CallWorker) -> None:
        try:
            while worker.step():
                pass
        except LedgerError as error:
            self.ended_by = error
            self.around.hub.at(self.around.hub.now, self.die)

    def _parts(self, ledger: Ledger) -> tuple[Reconciler, CallWorker]:
        around, clock = self.around, self.clock
        alive = lambda: not self.is_dead  # noqa: E731
        session: Any = PortalSession(around.wire, around.portal, alive)
        portal = Portal("https://portal", lambda: API_KEY, session)
        policy = self._policy
        limits = Limits(8, policy.lines, policy.calls_per_minute)
        worker = CallWorker(_Link(self, portal), ledger, clock, limits)
        connection = Spreadsheet(around.google.client(alive), around.google.key)
        bound = tab_id(around.google.key, TAB)
        sheet = QueueTab(
            connection,
            TAB,
            {},
            bound_id=ledger.fact(bound),
            bind=lambda sheet_id: ledger.set_fact(bound, sheet_id),
        )
        campaign = Campaign("orders", TAB, connection, sheet, PassRules(policy, HOURS))
        reconciler = assembled(
            [campaign],
            ledger,
            worker,
            clock,
            iter(lambda: around.letters(12), ""),
            BalanceMonitor(portal, clock, 60.0),
            around.letters(4),
            Quota(clock, around.source.random, around.hub.sleep),
            PassInterval(self._every, 1),
        )
        return reconciler, worker


@dataclass(slots=True)
class Machine:
    """A ledger, a clock, and the process that runs there, if one does."""

    around: Surroundings
    ledger: Path
    policy: Policy
    every: float
    ahead: list[float] = field(default_factory=list)
    """By how much the wall clock was put forward, each time, in seconds."""
    process: Process | None = None

    def start(self) -> None:
        """Starts a process where none runs."""
        if self.process is None or self.process.is_dead:
            self.process = Process(self.around, self.ledger, self.policy, self.every, self.ahead)

    def die(self) -> None:
        """Kills the process, as a power cut does."""
        if self.process is not None:
            self.process.die()
