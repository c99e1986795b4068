"""Whether a row is ready for its first call, or somebody may still be typing it.

People fill a row in cell by cell, and a pass may come between two of them: the customer would then
confirm an order that was never spoken. Formulas, on the other hand, change texts for ever.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ..domain.attempt import AttemptState, Reason
from ..domain.job import MOST_RESTARTS, Job, Rewriting
from ..domain.policy import Policy
from ..tabs.queue_rows import QueueRow
from ..texts import say
from .eligibility import NotYet, Owed
from .plan import Dial, RowBatch
from .row_context import RowContext


def rewriting(row: QueueRow, job: Job, now: datetime) -> Rewriting | None:
    """What the ledger must know anew of a job that was never tried, because of what its row says
    now; None when nothing. Text that changes in a cell that is filled is no news: what counts of it
    is what it says at the call."""
    if row.content is None or job.was_forgotten:
        return None
    is_same = job.is_same_order(row.content)
    if is_same and row.blank == job.blank:
        return None
    return Rewriting(
        job.id,
        row.content,
        row.fingerprint,
        queued_at=job.queued_at if is_same else now,
        blank=row.blank,
        # A job of an older version, which didn't look at blanks, has stood for long enough.
        steady_since=None if is_same and job.steady_since is None else now,
        restarts=job.restarts + (not is_same),
    )


def as_written(row: QueueRow, job: Job, now: datetime) -> tuple[Job, Rewriting | None]:
    """The job with what its row says now, until it is called; with what of that is news."""
    if job.tried or row.content is None or row.problem is not None:
        return job, None
    if news := rewriting(row, job, now):
        return as_rewritten(job, news), news
    if job.fingerprint == row.fingerprint:
        return job, None
    return replace(job, fingerprint=row.fingerprint), None


def as_rewritten(job: Job, news: Rewriting) -> Job:
    """The job as the ledger will have it."""
    return replace(
        job,
        content=news.content,
        fingerprint=news.fingerprint,
        queued_at=news.queued_at,
        blank=news.blank,
        steady_since=news.steady_since,
        restarts=news.restarts,
    )


def as_known(job: Job) -> Rewriting:
    """What the ledger must know of the job so that it has it as it is here."""
    return Rewriting(
        job.id,
        job.content,
        job.fingerprint,
        job.queued_at,
        job.blank,
        job.steady_since,
        job.restarts,
    )


def ready_at(job: Job, policy: Policy, now: datetime) -> datetime | None:
    """From when on the job's row may be called for the first time, if it stays as it is; None when
    it may already."""
    if job.steady_since is None:
        return None
    wait = policy.typing if job.restarts >= MOST_RESTARTS else policy.time_to_stand(job.blank)
    # After a clock that was set back nothing is known; nobody types for longer than that anyway.
    return job.steady_since + wait if now - wait < job.steady_since <= now else None


def barred(row: QueueRow, job: Job, answer: Owed | NotYet, context: RowContext) -> Owed | NotYet:
    """The answer to whether it is the job's turn, unless something keeps the row from being called
    whoever's turn it is."""
    number = job.content.number
    if opt_out := context.batch.opted_out.get(number):
        # Nobody's Call again goes before what the customer asked for.
        return NotYet(context.row_cells.opted_out(opt_out), waits=False)
    if may_not := context.policy.may_be_called.why_not(number):
        return NotYet(may_not, waits=False)
    if isinstance(answer, NotYet):
        return answer
    listed = context.do_not_call.rows
    if number in listed:
        return NotYet(say("listed", row=listed[number]), waits=False)
    if row.problem is not None:
        return NotYet(row.problem.reason, waits=False)
    if answer.reason is Reason.AGAIN:
        return answer
    if held := _called_by_another(job, context):
        return held
    if held := _unspeakable(row, job, context.batch):
        return held
    held = _unready(row, job, context) if answer.reason is Reason.FIRST else None
    return held or answer


def _called_by_another(job: Job, context: RowContext) -> NotYet | None:
    """Why a row isn't called whose call somebody else may have made: nothing says what was said in
    a call to its number, or whether there was one."""
    others = context.others_calls.get(job.content.number)
    if others is None or job.called:
        return None
    if others.is_stray:
        gap = context.policy.same_call_gap
        if others.called_at is not None and job.queued_at - others.called_at >= gap:
            return None
        return NotYet(say("call_beside_another", row=others.row), waits=False)
    if others.is_under_way:
        return NotYet(say("same_number"))
    return NotYet(say("unclear_number"), waits=False)


def _unspeakable(row: QueueRow, job: Job, batch: RowBatch) -> NotYet | None:
    """Why the row isn't called, where its cells showed what can't be said when it was marked, and
    their values are the same; another format can't be seen in a read."""
    last = job.attempts[-1] if job.attempts else None
    if last is None or last.unspoken is None or row.content is None:
        return None
    if last.said not in (row.content.fingerprint(), dial_of(row, job, last.reason).said):
        return None
    name, text = last.unspoken
    why = say("unspeakable", column=batch.titles.get(name, name), text=text)
    return NotYet(why, waits=False)


def was_turned_away(job: Job) -> bool:
    """Whether the portal refused the account when the job was last tried."""
    return bool(job.attempts) and job.attempts[-1].state is AttemptState.TURNED_AWAY


def _unready(row: QueueRow, job: Job, context: RowContext) -> NotYet | None:
    """Why the row isn't called for the first time yet, though it is its turn, where that must be
    said; None where it may be called, or will be once it has stood for a moment."""
    policy, batch = context.policy, context.batch
    if ready_at(job, policy, context.now) is not None:
        return NotYet(say("changes_by_itself")) if job.restarts >= MOST_RESTARTS else None
    blank = [name for name in row.blank if name in batch.needed | policy.needs]
    blank += sorted(policy.needs - batch.titles.keys()) if batch.titles else []
    if not blank:
        return None
    columns = ", ".join(batch.titles.get(name, name) for name in blank)
    return NotYet(say("blank_needed", columns=columns), waits=False)


def dial_of(row: QueueRow, job: Job, reason: Reason) -> Dial:
    """The call of a row's job, with what the row says now. A job that was never tried speaks with
    the voice of today; one that was keeps the voice of its attempts unless its row names one."""
    content = row.said_in(job.content.voice_id) if job.tried else row.content
    if content is None or content == job.content:
        return Dial(job, row, reason)
    said = replace(job, content=content, fingerprint=row.fingerprint)
    return Dial(said, row, reason, as_known(said))
