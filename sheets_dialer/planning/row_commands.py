"""What people say on a row that has a job: Call again, Skip, or clearing its results.

Each is heard once, however often the sheet is read, and remembered with the job.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ..domain.attempt import Attempt, AttemptState
from ..domain.job import Job, JobChange
from ..tabs.queue_rows import QueueRow
from ..tabs.status import AGAIN, SKIP


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The job with what its row's person said taken into account."""

    job: Job
    change: JobChange | None = None
    """What the ledger must remember of it."""
    released: tuple[Attempt, ...] = ()
    """The unclear attempts that the person's word settles."""
    asks_again: bool = False
    """Whether a Call again was heard that had not been heard before."""


def apply_command(row: QueueRow, job: Job, now: datetime) -> CommandResult:
    """Hears what the row's Status says to its job."""
    again, skip = row.word == AGAIN, row.word == SKIP
    asks_again = again and not job.again_seen
    used = job.agains_used
    granted = job.granted
    if asks_again:
        # Impatience is no second order: while one call is owed, asking again adds none.
        granted = max(granted, used + 1)
    elif skip:
        granted = min(granted, used)
    results_gone = bool(job.tried) and not row.word and not row.shown["call_id"]
    cleared_at = now if results_gone else job.cleared_at
    released = unclear(job) if asks_again or skip else ()
    change = None
    if (granted, again, cleared_at) != (job.granted, job.again_seen, job.cleared_at):
        change = JobChange(job.id, granted, again, cleared_at)
        job = replace(job, granted=granted, again_seen=again, cleared_at=cleared_at)
    return CommandResult(settled(job, released), change, released, asks_again)


def unclear(job: Job) -> tuple[Attempt, ...]:
    """The job's attempts of which nobody knows whether they rang."""
    return tuple(attempt for attempt in job.attempts if attempt.state is AttemptState.UNKNOWN)


def settled(job: Job, released: tuple[Attempt, ...]) -> Job:
    """The job with these attempts released."""
    if not released:
        return job
    attempts = tuple(
        replace(attempt, state=AttemptState.RELEASED) if attempt in released else attempt
        for attempt in job.attempts
    )
    return replace(job, attempts=attempts)
