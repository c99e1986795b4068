"""One pass: read, plan, record, write, act. The whole of what the dialer does, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from .acting import Caller, Confirmed, Followed
from .call import Attempt, AttemptState
from .clock import Clock
from .control import read_control
from .disposition import CALLING
from .errors import DialerError, TokenLost
from .ledger import Intent, Ledger, Move
from .plan import Dial, LedgerState, Plan, Rules, SheetState, make_plan
from .rows import read_rows
from .sheet import Mark, QueueSheet, Snapshot, require_ready
from .token import Token

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Queue:
    """One campaign's parts: its tab and the rules that it is dialled by."""

    name: str
    tab: str
    sheet: QueueSheet
    rules: Rules


@dataclass(frozen=True, slots=True)
class PassResult:
    """How a pass ended. `problems` holds, by campaign, what a person must know."""

    nothing_left: bool
    soon: bool
    """Whether the next pass should follow at once: new rows wait for their first mark."""
    problems: Mapping[str, DialerError]
    plans: Mapping[str, Plan]
    """By campaign, what was planned."""

    @property
    def sentence(self) -> str:
        """How every queue stands, in one line."""
        lines = {name: made.sentence for name, made in self.plans.items()}
        lines |= {name: str(problem) for name, problem in self.problems.items()}
        return " ".join(f"{name}: {line}" for name, line in lines.items())


class Dialer:
    """Works on the queues of one process. `refs` is where the Refs of new rows come from."""

    def __init__(
        self,
        queues: Sequence[Queue],
        ledger: Ledger,
        caller: Caller,
        clock: Clock,
        refs: Iterator[str],
    ) -> None:
        self._queues = queues
        self._ledger = ledger
        self._caller = caller
        self._clock = clock
        self._refs = refs

    def recover(self) -> None:
        """Settles what an earlier process left: what was not yet sent goes back to the queue, what
        was being sent is unknown and only a person releases it. Call it with the ledger locked."""
        now = self._clock.now()
        moves = [
            Move(attempt.id, attempt.state, target, {"changed_at": now})
            for state, target in (
                (AttemptState.INTENDED, AttemptState.WITHDRAWN),
                (AttemptState.SENDING, AttemptState.UNKNOWN),
            )
            for attempt in self._ledger.attempts_in({state})
        ]
        if moves:
            self._ledger.move(moves, now)
            log.warning("found attempts of an earlier run", attempts=len(moves))

    def plan(self, queue: Queue, until_next_pass: timedelta) -> tuple[Snapshot, Plan]:
        """Reads a queue and plans its pass; changes nothing."""
        snapshot = queue.sheet.read()
        require_ready(queue.tab, snapshot.columns)
        sheet = SheetState(
            rows=read_rows(snapshot.grid, snapshot.columns, queue.rules.policy.voice_id),
            control=read_control(snapshot.control, queue.name),
        )
        return snapshot, self._planned(queue, sheet, until_next_pass)

    def _planned(self, queue: Queue, sheet: SheetState, until_next_pass: timedelta) -> Plan:
        now = self._clock.now()
        ledger = LedgerState(
            jobs=self._ledger.jobs(queue.name),
            busy=self._ledger.busy_numbers(),
            last_calls=self._ledger.last_calls(now - queue.rules.policy.same_call_gap),
        )
        return make_plan(
            now, sheet, ledger, queue.rules, until_next_pass=until_next_pass, refs=self._refs
        )

    def run_pass(self, until: float, stopping: Callable[[], bool]) -> PassResult:
        """One pass over every queue, then dialling and polling until the steady clock says `until`.

        A queue that fails doesn't stop the others, and its calls in progress are still followed.
        """
        dials: list[Confirmed] = []
        followed: list[Followed] = []
        problems: dict[str, DialerError] = {}
        plans: dict[str, Plan] = {}
        window = timedelta(seconds=max(0.0, until - self._clock.steady()))
        for queue in self._queues:
            try:
                snapshot, made = self.plan(queue, window)
                confirmed = self._record_and_write(queue, snapshot, made)
            except DialerError as error:
                log.error("pass failed", campaign=queue.name, problem=str(error))
                problems[queue.name] = error
                followed += self._followed_anyway(queue)
                continue
            dials += confirmed
            followed += [Followed(poll, queue.rules.policy) for poll in made.polls]
            plans[queue.name] = made
        soon = any(made.new_jobs or made.adoptions for made in plans.values())
        if soon and not dials:
            until = self._clock.steady()
        self._caller.act(dials, followed, until=until, stopping=stopping)
        nothing_left = not problems and all(made.nothing_left for made in plans.values())
        return PassResult(nothing_left, soon, problems, plans)

    def _record_and_write(self, queue: Queue, snapshot: Snapshot, made: Plan) -> list[Confirmed]:
        """Commits what is intended, writes the sheet, and returns the dials whose marks it showed.

        Whatever goes wrong with the write, no attempt stays intended: nothing is dialled on a
        doubt, and the next read shows what became of it.
        """
        now = self._clock.now()
        intended = self._ledger.record(
            queue.name,
            now,
            new_jobs=made.new_jobs,
            adoptions=made.adoptions,
            job_changes=made.job_changes,
            moves=_moves(made, now),
            intents=[Intent(dial.job, dial.reason) for dial in made.dials],
            gap=queue.rules.policy.same_call_gap,
        )
        by_job = {attempt.job_id: attempt for attempt in intended}
        dials = [dial for dial in made.dials if dial.job.id in by_job]
        rejected = {dial.row.index for dial in made.dials} - {dial.row.index for dial in dials}
        cells = {row: texts for row, texts in made.cells.items() if row not in rejected}
        confirmed: set[int] = set()
        marked_at = self._clock.steady()
        try:
            if cells:
                confirmed = self._write(queue, snapshot, cells, dials)
        finally:
            self._withdraw([by_job[d.job.id] for d in dials if d.row.index not in confirmed])
        return [
            Confirmed(by_job[dial.job.id], dial.job.content, queue.rules.policy, marked_at)
            for dial in dials
            if dial.row.index in confirmed
        ]

    def _write(
        self,
        queue: Queue,
        snapshot: Snapshot,
        cells: Mapping[int, Mapping[str, str]],
        dials: Sequence[Dial],
    ) -> set[int]:
        known = self._ledger.token_counter(queue.sheet.name)
        before = snapshot.token or Token(self._ledger.id, known)
        token = Token(before.ledger_id, max(before.counter, known)).successor(self._ledger.id)
        marks = [Mark(dial.row.index, dial.job.ref, dial.row.phone, CALLING) for dial in dials]
        # Counted before it is written: a token that may have reached the sheet is never used anew.
        self._ledger.set_token_counter(queue.sheet.name, token.counter)
        try:
            return queue.sheet.write(snapshot, token, cells, marks)
        except TokenLost:
            self._settle_token(queue, snapshot, token)
            raise

    def _settle_token(self, queue: Queue, snapshot: Snapshot, token: Token) -> None:
        """After a refused swap: if the header still says the same, a person broke header or range,
        and a new token is put in place without any mark."""
        current = queue.sheet.read()
        if current.token == snapshot.token and "ref" in current.columns.places:
            renewed = token.successor(self._ledger.id)
            self._ledger.set_token_counter(queue.sheet.name, renewed.counter)
            queue.sheet.renew_token(current, renewed)

    def _withdraw(self, attempts: Sequence[Attempt]) -> None:
        moves = [
            Move(attempt.id, AttemptState.INTENDED, AttemptState.WITHDRAWN, {})
            for attempt in attempts
        ]
        if moves:
            self._ledger.move(moves, self._clock.now())

    def _followed_anyway(self, queue: Queue) -> list[Followed]:
        """Polls for the calls in progress of a queue whose sheet can't be read or written."""
        nothing_known = SheetState(rows=[], control=read_control(None, queue.name))
        made = self._planned(queue, nothing_known, timedelta(0))
        return [Followed(poll, queue.rules.policy) for poll in made.polls]


def _moves(made: Plan, now: datetime) -> list[Move]:
    """The moves of attempts that a plan decides."""
    ended = [
        Move(attempt.id, AttemptState.PLACED, AttemptState.ENDED, {"ended_at": now})
        for attempt in made.ended
    ]
    released = [
        Move(attempt.id, AttemptState.UNKNOWN, AttemptState.RELEASED, {"changed_at": now})
        for attempt in made.released
    ]
    return ended + released
