"""Which row is which job, however the rows were sorted, copied, pasted over or torn apart.

A row is its Ref and its content together: a Ref beside other content counts as no Ref.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .call import Job
from .rows import QueueRow

MAY_BE_NEW = frozenset({"", "queued", "waiting", "not called", "call again"})
"""The words in Status under which a row without a job of its own asks for a call."""
MARKED = "calling"
CLEARING_IS_REMEMBERED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Matches:
    """Rows with their jobs, and rows that have none."""

    jobs: Mapping[int, Job]
    """By row index."""
    new: tuple[QueueRow, ...]
    """Rows that ask for a call and have no job yet."""
    strange_calls: tuple[QueueRow, ...]
    """Rows with a Call ID that the ledger doesn't know."""
    strange_marks: tuple[QueueRow, ...]
    """Rows that say Calling, but not by this ledger."""
    changed: tuple[QueueRow, ...]
    """Rows with results of a call beside a number that wasn't called for them."""
    copies: tuple[QueueRow, ...]
    """Rows with results that belong to another row, from which they were copied."""
    foreign: tuple[QueueRow, ...]
    """Rows whose Status is a word of somebody else: hands off."""


def match(rows: Iterable[QueueRow], jobs: Sequence[Job], now: datetime) -> Matches:
    """Finds each row's job: by Ref and content, then by Call ID and number, then by content alone
    among the jobs whose Ref stands on no row. What is left over is sorted by what stands on it.
    """
    by_ref = {job.ref: job for job in jobs}
    found: dict[int, Job] = {}
    taken: set[int] = set()
    rest = _take(rows, found, taken, lambda row: by_ref.get(row.ref), content_must_fit=True)
    by_call = {
        (attempt.call_id, attempt.number): job
        for job in jobs
        for attempt in job.attempts
        if attempt.call_id
    }
    rest = _take(
        rest,
        found,
        taken,
        lambda row: by_call.get((row.shown["call_id"], row.content.number if row.content else "")),
        content_must_fit=False,
    )
    spare: dict[str, list[Job]] = {}
    for job in reversed(jobs):
        if job.id not in taken:
            spare.setdefault(job.fingerprint, []).append(job)
    left: list[QueueRow] = []
    for row in rest:
        alike = spare.get(row.fingerprint) if row.content else None
        if alike:
            found[row.index] = alike.pop()
        else:
            left.append(row)
    known_calls = {call_id for call_id, _number in by_call}
    return _sorted_out(left, found, by_ref, known_calls, now)


def _take(
    rows: Iterable[QueueRow],
    found: dict[int, Job],
    taken: set[int],
    job_of: Callable[[QueueRow], Job | None],
    *,
    content_must_fit: bool,
) -> list[QueueRow]:
    """Gives each row the job that `job_of` names, each job once; returns the rows left over."""
    rest = []
    for row in rows:
        job = job_of(row) if row.content else None
        fits = job is not None and (not content_must_fit or job.fingerprint == row.fingerprint)
        if job is not None and fits and job.id not in taken:
            found[row.index] = job
            taken.add(job.id)
        else:
            rest.append(row)
    return rest


def _sorted_out(
    rows: Iterable[QueueRow],
    found: Mapping[int, Job],
    by_ref: Mapping[str, Job],
    known_calls: set[str],
    now: datetime,
) -> Matches:
    new: list[QueueRow] = []
    strange_calls: list[QueueRow] = []
    strange_marks: list[QueueRow] = []
    changed: list[QueueRow] = []
    copies: list[QueueRow] = []
    foreign: list[QueueRow] = []
    for row in rows:
        kept = by_ref.get(row.ref)
        call_id = row.shown["call_id"]
        word = row.shown["status"].casefold()
        if not call_id and word in MAY_BE_NEW:
            new.append(row)
        elif kept and kept.fingerprint == row.fingerprint:
            copies.append(row)
        elif kept and _was_cleared(kept, now):
            # Cleared, then a new number typed, is the same as typed, then cleared.
            new.append(row)
        elif call_id and call_id not in known_calls and not kept:
            strange_calls.append(row)
        elif kept or call_id:
            changed.append(row)
        elif word == MARKED:
            strange_marks.append(row)
        else:
            foreign.append(row)
    return Matches(
        jobs=found,
        new=tuple(new),
        strange_calls=tuple(strange_calls),
        strange_marks=tuple(strange_marks),
        changed=tuple(changed),
        copies=tuple(copies),
        foreign=tuple(foreign),
    )


def _was_cleared(job: Job, now: datetime) -> bool:
    return job.cleared_at is not None and now - job.cleared_at < CLEARING_IS_REMEMBERED
