"""Which row is which job, however the rows were sorted, copied, pasted over or torn apart.

A row is its Ref and its content together: a Ref beside other content counts as no Ref. What a row
shows of a call that this ledger didn't make is evidence of somebody else's call: such a row is
never taken for a job of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..domain.job import MOST_RESTARTS, Job
from ..tabs.queue_rows import QueueRow
from ..tabs.status import AGAIN, MARKED, MAY_BE_NEW, SKIP, is_ours
from ..texts import is_said
from .forgotten_jobs import as_told_by
from .job_index import JobIndex
from .others_evidence import OthersEvidence
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

CLEARING_IS_REMEMBERED = timedelta(hours=1)
TYPING_MAY_GO_ON = timedelta(days=7)
"""How long after the last change of its number or Order ID a row may still be that of its job."""
_ORDER: Sequence[type[RowMatch]] = (
    OwnRow,
    NewRow,
    UnknownCallRow,
    UnknownMarkRow,
    ChangedRow,
    CopiedRow,
    UserOwnedRow,
)
_PLACES = {kind: place for place, kind in enumerate(_ORDER)}


def match(
    rows: Iterable[QueueRow], jobs: JobIndex, now: datetime, zone: ZoneInfo
) -> list[RowMatch]:
    """Finds each row's job: by Ref, then by Call ID, then by content alone among the jobs that no
    row has; each time the content must be the job's. What is left is sorted by what stands on it.

    Rows with their jobs come first, then the new ones, then the others; alike ones top to bottom.
    """
    found = _Matching(OthersEvidence(jobs, now, zone)).of(rows)
    return sorted(found, key=lambda each: (_PLACES[type(each)], each.row.index))


def is_exact(row: QueueRow, job: Job) -> bool:
    """Whether the row asks for exactly the job's call."""
    return job.fingerprint == row.fingerprint


def is_same_order(row: QueueRow, job: Job) -> bool:
    """Whether the row is the job's but for text that may have changed by itself: it has the job's
    number and Order ID."""
    return job.is_same_order(row.content)


class _Matching:
    """Gives each job to one row at most."""

    def __init__(self, evidence: OthersEvidence) -> None:
        self._evidence = evidence
        self._jobs = evidence.jobs
        self._now = evidence.now
        self._owners: dict[int, OwnRow] = {}
        """By row index, the rows that have a job."""
        self._taken: set[int] = set()
        """The jobs that a row has."""

    def of(self, rows: Iterable[QueueRow]) -> list[RowMatch]:
        others: list[RowMatch] = []
        rest: list[QueueRow] = []
        for row in rows:
            if self._evidence.has_unknown_call(row):
                others.append(UnknownCallRow(row))
            elif self._evidence.has_unknown_mark(row):
                others.append(UnknownMarkRow(row))
            elif self._jobs.may_know(row):
                rest.append(row)
            else:
                others.append(self._without_job(row))
        rest.sort(key=_likeness_to_original)
        rest = self._take(rest, self._jobs.of_ref)
        rest = self._take(rest, self._jobs.of_call)
        rest = self._take(rest, self._spare)
        rest = self._take(rest, self._spare_of_torn)
        rest = self._take(rest, self._whose_text_changed, is_same_order)
        rest = self._take(rest, self._jobs.of_ref, self._may_still_be_typed)
        others += map(self._without_job, rest)
        return [*others, *map(self._unless_hands_off, self._owners.values())]

    def _take(
        self,
        rows: Sequence[QueueRow],
        job_of: Callable[[QueueRow], Job | None],
        fits: Callable[[QueueRow, Job], bool] = is_exact,
    ) -> list[QueueRow]:
        """Gives each row the job that `job_of` names, where it fits, each job once; returns the
        rows left over."""
        rest = []
        for row in rows:
            job = job_of(row) if row.content else None
            if job is None or not fits(row, job) or not self._give(job):
                rest.append(row)
            else:
                job = as_told_by(row, job) if job.is_forgotten else job
                self._owners[row.index] = OwnRow(row, job)
        return rest

    def _give(self, job: Job) -> bool:
        """Gives a row the job if no row has it yet; whether it has it now."""
        if job.id in self._taken:
            return False
        self._taken.add(job.id)
        return True

    def _without_job(self, row: QueueRow) -> RowMatch:
        """What a row is to which no job could be given, by what stands on it."""
        kept = self._jobs.shown_by(row)
        if self._is_foreign(row, kept):
            return UserOwnedRow(row, self._jobs.of_call(row))
        if kept and not kept.tried and self._is_copy(row, kept):
            # A copy of a row without results; what it shows of a call, a race has left here.
            kept = self._jobs.of_call(row)
            if kept and kept.id in self._taken:
                return NewRow(row)
        if kept is None or self._is_new(row, kept):
            return NewRow(row)
        if self._is_copy(row, kept):
            return CopiedRow(row, kept)
        return ChangedRow(row, kept, alone=self._give(kept))

    def _unless_hands_off(self, own: OwnRow) -> RowMatch:
        """A row with its job, unless the job was never called and the row carries a word that keeps
        the dialer off: a person's own, or one that tells of a call and that nothing in this ledger
        explains."""
        row, job = own.row, own.job
        if job.tried or row.word in MAY_BE_NEW or row.word == SKIP:
            return own
        told_of = row.word == MARKED or row.shown["call_id"] or self._pasted(row)
        if is_ours(row.word) and told_of:
            return own
        return UserOwnedRow(row, self._jobs.of_call(row))

    def _spare(self, row: QueueRow) -> Job | None:
        """The job with this content that no row has and that fits what the row shows: results the
        latest one that was called, a row that asks for a call one that was not."""
        asks = row.word in MAY_BE_NEW
        if not is_ours(row.word) and not row.shown["call_id"]:
            return None
        if self._evidence.has_unclear_call_of_another(row):
            return None
        alike = [
            job
            for job in self._jobs.with_content_of(row)
            if job.id not in self._taken and (asks or job.tried)
        ]
        return max(alike, key=lambda job: (bool(job.tried) != asks, job.id), default=None)

    def _spare_of_torn(self, row: QueueRow) -> Job | None:
        """The job, not yet called, of a row that shows another row's results: it lost its own when
        some columns were sorted or pasted without the others."""
        pasted = self._pasted(row)
        if pasted is None or pasted.id not in self._taken or not is_ours(row.word):
            return None
        return max(
            (job for job in self._jobs.with_content_of(row) if job.id not in self._taken),
            key=lambda job: job.id,
            default=None,
        )

    def _may_still_be_typed(self, row: QueueRow, job: Job) -> bool:
        """Whether a row may be that of a job which nobody has tried to call, whatever it asks for
        by now; after a while another number is another job."""
        since = self._now - (job.steady_since or job.queued_at)
        return not job.attempts and row.word in MAY_BE_NEW and since < TYPING_MAY_GO_ON

    def _whose_text_changed(self, row: QueueRow) -> Job | None:
        """The job whose Ref or call stands beside its number and Order ID, with other text: of days
        overdue, of a price in another currency, or as a person corrected it. What the portal
        refused is new once it is corrected, but not again and again."""
        job = self._jobs.shown_by(row)
        is_corrected = job is not None and job.only_refused and job.restarts < MOST_RESTARTS
        return None if is_corrected else job

    def _pasted(self, row: QueueRow) -> Job | None:
        """The job with other content whose results the row shows."""
        shown = self._jobs.shown_by(row)
        return shown if shown and not is_exact(row, shown) and shown.tried else None

    def _is_foreign(self, row: QueueRow, kept: Job | None) -> bool:
        if row.word == SKIP:
            return kept is None or kept.id in self._taken or not kept.tried
        if not is_ours(row.word):
            return True
        asks = row.word in MAY_BE_NEW
        return kept is None and not asks and not self._evidence.has_stray_mark(row)

    def _is_copy(self, row: QueueRow, kept: Job) -> bool:
        if is_exact(row, kept):
            return True
        return is_same_order(row, kept) and not (kept.only_refused and kept.id not in self._taken)

    def _is_new(self, row: QueueRow, kept: Job) -> bool:
        if self._is_copy(row, kept):
            asks = row.word in MAY_BE_NEW
            return asks and (row.word != AGAIN or not row.shown["call_id"])
        if row.word == AGAIN and kept.tried:
            return False
        if row.word in MAY_BE_NEW and not row.shown["call_id"]:
            return True
        if row.word == SKIP:
            return False
        # Cleared, then a new number typed, is the same as typed, then cleared.
        return not kept.tried or kept.only_refused or _was_cleared(kept, self._now)


def _likeness_to_original(row: QueueRow) -> tuple[object, ...]:
    """Among rows with one Ref and content the original is the one that still has its results. The
    order doesn't depend on where rows stand, unless they are alike in everything."""
    return (
        is_said("copied", row.shown["why"]),
        not is_ours(row.word),
        not row.shown["call_id"],
        row.word in MAY_BE_NEW,
        not row.word,
        # The original is written with all attempts, a copy with those that it shows: it must not
        # take the original's place by that.
        -_attempts(row),
        # Not Why: what it says of a copy must not make the copy the original next time.
        tuple(text for name, text in row.shown.items() if name != "why"),
        repr((row.phone, row.call_after, row.call_before)),
        row.index,
    )


def _attempts(row: QueueRow) -> int:
    """How many attempts the row shows."""
    shown = row.shown["attempts"]
    return int(shown) if shown.isdecimal() else 0


def _was_cleared(job: Job, now: datetime) -> bool:
    return job.cleared_at is not None and now - job.cleared_at < CLEARING_IS_REMEMBERED
