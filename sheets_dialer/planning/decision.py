"""How a row is decided: what happens to it, what its cells say, and until when that stands.

`decide` looks at one row, its job and the context, and at no other row. What rows decide together,
which of those that may be called go first, comes after it: `call_choice`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from ..domain.attempt import Attempt, is_call_id
from ..domain.call_lifecycle import is_final, is_under_way
from ..domain.content import Content
from ..domain.job import Adoption, Job, JobChange, NewJob, Rewriting
from ..domain.phone_numbers import NotDiallable
from ..tabs.header_report import pasted_cells
from ..tabs.queue_rows import QueueRow
from ..tabs.status import AGAIN, CHECK, NOT_CALLED, QUEUED, SKIP, WAITING, is_ours
from ..texts import say
from .duplicates import asked_elsewhere, last_same
from .eligibility import NotYet, Owed, next_call, read_bounds
from .forgotten_jobs import with_number_of
from .others_evidence import called_at, says_the_same_was_called
from .plan import Dial, RowState, RowSummary
from .readiness import as_written, barred, dial_of
from .requeue import MARK_IS_STRANGE_FOR, requeue_at
from .row_cells import OwnCells, not_diallable
from .row_commands import apply_command, settled, unclear
from .row_context import RowContext
from .row_match import (
    ChangedRow,
    CopiedRow,
    NewRow,
    OwnRow,
    RowMatch,
    UnknownCallRow,
    UnknownMarkRow,
    UserOwnedRow,
)
from .status_words import EMPTY

REF_TO_COME = ""
"""In place of a new job's Ref, until all rows are decided: Refs are drawn by chance."""


RowAct = Dial | NewJob | Adoption
"""What may happen to a row: it is called, gets a job of its own, or has its call adopted."""


@dataclass(frozen=True, slots=True)
class RowDecision:
    """A row's verdict."""

    row: QueueRow
    job: Job | None = None
    """The job that the row was matched with, as the ledger has it."""
    state: RowState = RowState.ASIDE
    """How it counts."""
    cells: OwnCells = field(default_factory=dict)
    """What the dialer's cells of it should say; those that aren't named stay as they are."""
    act: RowAct | None = None
    """What happens to it. `decide` says of a row that may be called that it is; whether it is its
    turn before the next pass is chosen later."""
    news: tuple[JobChange | Rewriting, ...] = ()
    """What the ledger must remember of what the row says to its job."""
    released: tuple[Attempt, ...] = ()
    """The unclear attempts that the person's word on it settles."""
    asks_again_for: str | None = None
    """The number for which a Call again was heard on it that had not been heard before."""
    ready_at: datetime | None = None
    """When it will have stood for long enough, where its first call waits for that alone."""
    waits_for_another: bool = False
    """Whether it waits for another call to its number, whose end nothing on the row tells of."""

    @property
    def summary(self) -> RowSummary:
        """What the row is counted by once it says what it should."""
        return RowSummary.of(self.state, self.row.shown, self.cells)

    def stands_until(self, context: RowContext) -> datetime | None:
        """Until when this stands, if neither row nor job is touched; None where the row is looked
        at again at the next pass, because there will be more to say."""
        has_begun = self.act is not None or bool(self.news) or self.waits_for_another
        if has_begun or (self.job and any(attempt.is_open for attempt in self.job.attempts)):
            return None
        return requeue_at(self.row, self.job, context.now, context.policy, context.zone)


def decide(matched: RowMatch, context: RowContext) -> RowDecision:
    """The verdict on a row, by how it and a job belong together."""
    match matched:
        case OwnRow(row, job):
            return _decide_own(row, job, context)
        case NewRow(row):
            return _decide_new(row, context)
        case UnknownCallRow(row):
            return _decide_unknown_call(row, context)
        case UnknownMarkRow(row):
            return _decide_unknown_mark(row, context)
        case ChangedRow(row, job, alone):
            return _decide_changed(row, job, context, alone=alone)
        case CopiedRow(row, job):
            return RowDecision(row, job, RowState.HELD, context.row_cells.copied(row, job))
        case UserOwnedRow(row, of_call):
            return _decide_user_owned(row, of_call, context)


def held_back(
    row: QueueRow, job: Job, answer: NotYet, context: RowContext
) -> tuple[RowState, OwnCells]:
    """How a row counts that is owed a call and isn't called now, and the cells that say why."""
    state, status = (RowState.WAITING, WAITING) if answer.waits else (RowState.HELD, NOT_CALLED)
    return state, context.row_cells.waiting(row, job, status, answer.why)


def _decide_own(row: QueueRow, job: Job, context: RowContext) -> RowDecision:
    """A row with its job: first what its person says is heard, and what else it says by now is
    taken into the job; then it is asked whether it is to be called."""
    heard = apply_command(row, job, context.now)
    asked, rewriting = as_written(row, heard.job, context.now)
    answer = _answer(row, asked, context)
    return RowDecision(
        row,
        job,
        *answer,
        news=tuple(news for news in (heard.change, rewriting) if news),
        released=heard.released,
        asks_again_for=job.content.number if heard.asks_again else None,
    )


class _Answer(NamedTuple):
    """How a row with its job counts, what it says, and the call that it may get."""

    state: RowState
    cells: OwnCells
    act: Dial | None = None


def _answer(row: QueueRow, job: Job, context: RowContext) -> _Answer:
    """Whether a row is to be called for exactly this job, and what it says."""
    row_cells = context.row_cells
    if row.word == SKIP or not is_ours(row.word):
        return _Answer(RowState.HELD, row_cells.kept_off(row, job))
    turn = _turn(row, job, context)
    match barred(row, job, turn, context) if turn else None:
        case Owed(reason):
            queued = row_cells.waiting(row, job, QUEUED, say("in_queue"))
            return _Answer(RowState.QUEUED, queued, dial_of(row, job, reason))
        case NotYet() as not_yet:
            return _Answer(*held_back(row, job, not_yet, context))
        case None:
            is_over = all(is_final(each, context.now, context.policy) for each in job.tried)
            state = RowState.SETTLED if is_over else RowState.ASIDE
            return _Answer(state, row_cells.settled(row, job))


def _turn(row: QueueRow, job: Job, context: RowContext) -> Owed | NotYet | None:
    """Whether the job is owed a call now."""
    return next_call(
        context.now,
        job,
        context.policy,
        bounds=read_bounds(row, job.queued_at, context.now, context.zone),
        last_same=last_same(row, job, context.calls, context.rows_of_jobs),
        zone=context.zone,
    )


def _decide_new(row: QueueRow, context: RowContext) -> RowDecision:
    """A row without a job: it becomes one, unless it can't be called."""
    if row.content and row.problem is None:
        if row.ref not in context.batch.elsewhere and says_the_same_was_called(row):
            return RowDecision(row, None, RowState.HELD, row.shown)
        return _decide_asking(row, row.content, context)
    if isinstance(row.number, NotDiallable) or row.has_content:
        cells = not_diallable(row.problem or row.number)
        return RowDecision(row, None, RowState.HELD, cells)
    # The number was cleared: nothing is asked for any more.
    return RowDecision(row, cells={**EMPTY, "ref": ""})


def _decide_asking(row: QueueRow, content: Content, context: RowContext) -> RowDecision:
    """A row that asks for a call of its own, under a job that is made for it."""
    again = row.word == AGAIN
    before = context.jobs.of_ref(row)
    job = NewJob(
        REF_TO_COME,
        content,
        int(again),
        row.fingerprint,
        asked_elsewhere(row, context.batch),
        row.blank,
        before.restarts + 1 if before else 0,
    )
    return RowDecision(
        row,
        cells={**EMPTY, "status": QUEUED, "why": say("in_queue")},
        act=job,
        asks_again_for=content.number if again else None,
        ready_at=context.now + context.policy.time_to_stand(row.blank),
    )


def _decide_unknown_call(row: QueueRow, context: RowContext) -> RowDecision:
    """A row with somebody else's call: it is followed as if it were ours, if that is clear."""
    called = row.shown["called_number"]
    number = row.content.number if row.content else ""
    if pasted := pasted_cells(row):
        return RowDecision(row, None, RowState.HELD, pasted)
    if not is_call_id(row.shown["call_id"]):
        return RowDecision(row, None, RowState.HELD, {"why": say("no_call_id")})
    if row.content is None or called not in ("", number):
        cells = {**row.shown, "why": say("number_changed")}
        return RowDecision(row, None, RowState.HELD, cells)
    job = NewJob(REF_TO_COME, row.content, int(row.word == AGAIN), row.fingerprint)
    moment = called_at(row, context.now, context.zone) or context.now
    adoption = Adoption(job, row.shown["call_id"], moment)
    return RowDecision(row, cells=context.row_cells.adopted(row, job), act=adoption)


def _decide_unknown_mark(row: QueueRow, context: RowContext) -> RowDecision:
    """A row that says Calling, though not by this ledger: soon it is unclear whether it was."""
    moment = called_at(row, context.now, context.zone)
    if moment is not None and abs(context.now - moment) < MARK_IS_STRANGE_FOR:
        # Somebody may be dialling just now; a run that goes on until all is done waits for it.
        return RowDecision(row, None, RowState.WAITING)
    cells = {**row.shown, "status": CHECK, "why": say("unknown_outcome")}
    return RowDecision(row, None, RowState.HELD, cells)


def _decide_changed(row: QueueRow, known: Job, context: RowContext, *, alone: bool) -> RowDecision:
    """A row whose results belong to other content than it now has; `alone` is whether no other row
    has their job."""
    job = with_number_of(row, known)
    same_number = row.content is not None and row.content.number == job.content.number
    waits = alone and same_number and is_under_way(job, context.now, context.policy)
    released: tuple[Attempt, ...] = ()
    if alone and row.word in (AGAIN, SKIP) and not waits:
        released = unclear(job)
        job = settled(job, released)
    if row.word == AGAIN and row.content and not waits:
        return replace(_decide_asking(row, row.content, context), released=released)
    owed = alone and _turn(row, job, context) is not None
    cells = context.row_cells.changed(row, job, alone=alone, owed=owed)
    if not same_number:
        cells = pasted_cells(row) or cells
    return RowDecision(row, known, RowState.HELD, cells, released=released)


def _decide_user_owned(row: QueueRow, of_call: Job | None, context: RowContext) -> RowDecision:
    """A row that a person's own word keeps from being called."""
    if not (row.has_content or of_call):
        return RowDecision(row, of_call, RowState.HELD)
    known = of_call and with_number_of(row, of_call)
    is_elsewhere = known is not None and known.id in context.rows_of_jobs
    # What was pasted stands until it is undone: writing over it would hide it.
    cells = pasted_cells(row) or context.row_cells.hands_off(row, known, is_elsewhere=is_elsewhere)
    return RowDecision(row, of_call, RowState.HELD, cells)
