"""The jobs of a batch by everything that a row may know one by: Ref, call, content, number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..domain.job import Job
from ..tabs.queue_rows import QueueRow

_Several = Mapping[str, Sequence[Job]]


@dataclass(frozen=True, slots=True)
class JobIndex:
    """The jobs that may be a row's. Made once for a batch; nothing changes it afterwards."""

    by_ref: Mapping[str, Job]
    by_call: _Several
    by_fingerprint: _Several
    by_number: _Several
    """Without those whose number the ledger has forgotten."""

    @classmethod
    def of(cls, jobs: Sequence[Job]) -> JobIndex:
        """The index of these jobs, which stand in each of its lists in their order."""
        by_call: dict[str, list[Job]] = {}
        by_fingerprint: dict[str, list[Job]] = {}
        by_number: dict[str, list[Job]] = {}
        for job in jobs:
            for attempt in job.attempts:
                if attempt.call_id:
                    by_call.setdefault(attempt.call_id, []).append(job)
            by_fingerprint.setdefault(job.fingerprint, []).append(job)
            if not job.is_forgotten:
                by_number.setdefault(job.content.number, []).append(job)
        return cls({job.ref: job for job in jobs}, by_call, by_fingerprint, by_number)

    def may_know(self, row: QueueRow) -> bool:
        """Whether Ref, call or content of the row are those of a job."""
        return (
            row.shown["ref"] in self.by_ref
            or row.shown["call_id"] in self.by_call
            or row.fingerprint in self.by_fingerprint
        )

    def of_ref(self, row: QueueRow) -> Job | None:
        """The job whose Ref stands on the row."""
        return self.by_ref.get(row.shown["ref"])

    def of_call(self, row: QueueRow) -> Job | None:
        """The job whose call the row shows. Portals may give an id again after a while: of several
        jobs that had it a row means the one with its number, else the last."""
        jobs = self.by_call.get(row.shown["call_id"], ())
        if len(jobs) < 2:
            return jobs[0] if jobs else None
        called = row.shown["called_number"] or (row.content.number if row.content else "")
        return next((job for job in reversed(jobs) if job.content.number == called), jobs[-1])

    def shown_by(self, row: QueueRow) -> Job | None:
        """The job whose Ref or, failing that, whose call stands on the row."""
        return self.by_ref.get(row.shown["ref"]) or self.of_call(row)

    def with_content_of(self, row: QueueRow) -> Sequence[Job]:
        """The jobs that ask for what the row asks for."""
        return self.by_fingerprint.get(row.fingerprint, ())
