"""Jobs whose number and texts the ledger has forgotten, with what their rows still tell of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..domain.content import is_as_typed
from ..domain.job import Job
from ..tabs.queue_rows import QueueRow


def remembered(jobs: Iterable[Job], rows: Iterable[QueueRow]) -> list[Job]:
    """The jobs; each one whose number and texts the ledger has forgotten with what a row of its
    content tells."""
    jobs = list(jobs)
    forgotten = {job.fingerprint for job in jobs if job.is_forgotten}
    if not forgotten:
        return jobs
    told = {row.fingerprint: row for row in rows if row.content}
    if any(map(is_as_typed, forgotten)):
        told |= {row.typed.fingerprint_as_typed(): row for row in told.values() if row.typed}
    return [as_told_by(told[job.fingerprint], job) if _is_told(job, told) else job for job in jobs]


def as_told_by(row: QueueRow, job: Job) -> Job:
    """The forgotten job with what this row, which is its own, says."""
    assert row.content is not None
    return replace(job.with_content(row.content), fingerprint=row.fingerprint)


def with_number_of(row: QueueRow, job: Job) -> Job:
    """The job whose results the row shows; a forgotten one with the number that they were of."""
    if not job.is_forgotten:
        return job
    return job.with_content(replace(job.content, number=row.shown["called_number"]))


def _is_told(job: Job, told: Mapping[str, QueueRow]) -> bool:
    return job.is_forgotten and job.fingerprint in told
