"""Which row is which job, however the rows were sorted, copied, pasted over or torn apart.

A row is its Ref and its content together: a Ref beside other content counts as no Ref. What a row
shows of a call that this ledger didn't make is evidence of somebody else's call: such a row is
never taken for a job of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sheets_dialer.domain.attempt import Attempt
from sheets_dialer.domain.content import is_as_typed
from sheets_dialer.domain.job import MOST_RESTARTS, Job
from sheets_dialer.domain.times import read_moment
from sheets_dialer.tabs.queue_rows import QueueRow
from sheets_dialer.tabs.status import AGAIN, MARKED, MAY_BE_NEW, SKIP, is_ours
from sheets_dialer.texts import is_said

_WAITS = frozenset({"queued", "waiting"})
CLEARING_IS_REMEMBERED = timedelta(hours=1)
TYPING_MAY_GO_ON = timedelta(days=7)
"""How long after the last change of its number or Order ID a row may still be that of its job."""
_SAME_MOMENT = timedelta(minutes=2)
"""A mark's time and its attempt's differ by what lies between planning and sending."""


@dataclass(frozen=True, slots=True)
class Matches:
    """Rows with their jobs, top to bottom, and rows that have none."""

    jobs: Mapping[int, Job]
    """By row index; the row's content is the job's, but for text that changes by itself."""
    new: tuple[QueueRow, ...]
    """Rows that ask for a call and have no job yet."""
    unknown_calls: tuple[QueueRow, ...]
    """Rows with a Call ID that the ledger doesn't know."""
    unknown_marks: tuple[QueueRow, ...]
    """Rows that say Calling, but not by this ledger."""
    changed: tuple[tuple[QueueRow, Job, bool], ...]
    """Rows with results of a call beside content that wasn't called for them, with the job of those
    results and whether it is this row's alone; another row has it otherwise."""
    copies: tuple[tuple[QueueRow, Job], ...]
    """Rows with results that belong to another row, from which they were copied, and its job."""
    user_owned: tuple[tuple[QueueRow, Job | None], ...]
    """Rows never called whose Status is somebody's own word: hands off. With the job of the call
    that they show, copied or left there by a race."""


def match(rows: Iterable[QueueRow], jobs: Sequence[Job], now: datetime, zone: ZoneInfo) -> Matches:
    """Finds each row's job: by Ref, then by Call ID, then by content alone among the jobs that no
    row has; each time the content must be the job's. What is left is sorted by what stands on it.
    """
    return _Matching(jobs, now, zone).of(rows)


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
    return [_told_by(told[job.fingerprint], job) if _is_told(job, told) else job for job in jobs]


def _is_told(job: Job, told: Mapping[str, QueueRow]) -> bool:
    return job.is_forgotten and job.fingerprint in told


def _told_by(row: QueueRow, job: Job) -> Job:
    assert row.content is not None
    return replace(job.with_content(row.content), fingerprint=row.fingerprint)


def with_number_of(row: QueueRow, job: Job) -> Job:
    """The job whose results the row shows; a forgotten one with the number that they were of."""
    if not job.is_forgotten:
        return job
    return job.with_content(replace(job.content, number=row.shown["called_number"]))


def called_at(row: QueueRow, now: datetime, zone: ZoneInfo) -> datetime | None:
    """What the row's Called At says; None when it says no time."""
    try:
        return read_moment(row.shown["called_at"], zone, now)
    except ValueError:
        return None


def _is_exact(row: QueueRow, job: Job) -> bool:
    return job.fingerprint == row.fingerprint


def is_same_order(row: QueueRow, job: Job) -> bool:
    """Whether the row is the job's but for text that may have changed by itself: it has the job's
    number and Order ID."""
    return job.is_same_order(row.content)


class ByCall:
    """Jobs by the calls that rows show. Portals may give an id again after a while: of several jobs
    that had it a row means the one with its number, else the last."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs: dict[str, list[Job]] = {}
        for job in jobs:
            for attempt in job.attempts:
                if attempt.call_id:
                    self._jobs.setdefault(attempt.call_id, []).append(job)

    def __contains__(self, call_id: str) -> bool:
        return call_id in self._jobs

    def of(self, row: QueueRow) -> Job | None:
        """The job whose call the row shows."""
        jobs = self._jobs.get(row.shown["call_id"], ())
        if len(jobs) < 2:
            return jobs[0] if jobs else None
        called = row.shown["called_number"] or (row.content.number if row.content else "")
        return next((job for job in reversed(jobs) if job.content.number == called), jobs[-1])


class _Matching:
    def __init__(self, jobs: Sequence[Job], now: datetime, zone: ZoneInfo) -> None:
        self._jobs = jobs
        self._now = now
        self._zone = zone
        self._by_ref = {job.ref: job for job in jobs}
        self._by_call = ByCall(jobs)
        self._alike: dict[str, list[Job]] = {}
        for job in jobs:
            self._alike.setdefault(job.fingerprint, []).append(job)
        self._by_number: dict[str, list[Job]] = {}
        for job in (job for job in jobs if not job.is_forgotten):
            self._by_number.setdefault(job.content.number, []).append(job)
        self._found: dict[int, Job] = {}
        self._taken: set[int] = set()

    def of(self, rows: Iterable[QueueRow]) -> Matches:
        unknown_calls: list[QueueRow] = []
        unknown_marks: list[QueueRow] = []
        rest: list[QueueRow] = []
        for row in rows:
            if self._shows_strange_call(row):
                unknown_calls.append(row)
            elif self._shows_strange_mark(row):
                unknown_marks.append(row)
            else:
                rest.append(row)
        rest.sort(key=_likeness_to_original)
        rest = self._take(rest, lambda row: self._by_ref.get(row.ref))
        rest = self._take(rest, self._by_call.of)
        rest = self._take(rest, self._spare)
        rest = self._take(rest, self._spare_of_torn)
        rest = self._take(rest, self._whose_text_changed, is_same_order)
        rest = self._take(rest, lambda row: self._by_ref.get(row.ref), self._may_still_be_typed)
        new: list[QueueRow] = []
        changed: list[tuple[QueueRow, Job, bool]] = []
        copies: list[tuple[QueueRow, Job]] = []
        user_owned: list[QueueRow] = []
        for row in rest:
            kept = self._by_ref.get(row.ref) or self._by_call.of(row)
            if self._is_foreign(row, kept):
                user_owned.append(row)
            elif kept is None or self._is_new(row, kept):
                new.append(row)
            elif self._is_copy(row, kept):
                copies.append((row, kept))
            else:
                changed.append((row, kept, self._give(kept)))
        own = {row.index: row for row in rows}
        for index, job in list(self._found.items()):
            if self._is_hands_off(own[index], job):
                del self._found[index]
                user_owned.append(own[index])
        return Matches(
            jobs=dict(sorted(self._found.items())),
            new=_in_order(new),
            unknown_calls=_in_order(unknown_calls),
            unknown_marks=_in_order(unknown_marks),
            changed=tuple(sorted(changed, key=lambda pair: pair[0].index)),
            copies=tuple(sorted(copies, key=lambda pair: pair[0].index)),
            user_owned=tuple((row, self._by_call.of(row)) for row in _in_order(user_owned)),
        )

    def _take(
        self,
        rows: Sequence[QueueRow],
        job_of: Callable[[QueueRow], Job | None],
        fits: Callable[[QueueRow, Job], bool] = _is_exact,
    ) -> list[QueueRow]:
        """Gives each row the job that `job_of` names, where it fits, each job once; returns the
        rows left over."""
        rest = []
        for row in rows:
            job = job_of(row) if row.content else None
            if job is None or not fits(row, job) or job.id in self._taken:
                rest.append(row)
            else:
                self._found[row.index] = _told_by(row, job) if job.is_forgotten else job
                self._taken.add(job.id)
        return rest

    def _give(self, job: Job) -> bool:
        """Gives a row the job if no row has it yet; whether it has it now."""
        if job.id in self._taken:
            return False
        self._taken.add(job.id)
        return True

    def _spare(self, row: QueueRow) -> Job | None:
        """The job with this content that no row has and that fits what the row shows: results the
        latest one that was called, a row that asks for a call one that was not."""
        asks = row.word in MAY_BE_NEW
        if not is_ours(row.word) and not row.shown["call_id"]:
            return None
        alike = [
            job
            for job in self._alike.get(row.fingerprint, ())
            if job.id not in self._taken and (asks or job.tried)
        ]
        return max(alike, key=lambda job: (bool(job.tried) != asks, job.id), default=None)

    def _spare_of_torn(self, row: QueueRow) -> Job | None:
        """The job, not yet called, of a row that shows another row's results: it lost its own when
        some columns were sorted or pasted without the others."""
        pasted = self._pasted(row)
        if pasted is None or pasted.id not in self._taken or not is_ours(row.word):
            return None
        alike = self._alike.get(row.fingerprint, ())
        return max(
            (job for job in alike if job.id not in self._taken),
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
        job = self._by_ref.get(row.ref) or self._by_call.of(row)
        is_corrected = job is not None and job.only_refused and job.restarts < MOST_RESTARTS
        return None if is_corrected else job

    def _pasted(self, row: QueueRow) -> Job | None:
        """The job with other content whose results the row shows."""
        shown = self._by_ref.get(row.ref) or self._by_call.of(row)
        return shown if shown and shown.fingerprint != row.fingerprint and shown.tried else None

    def _shows_strange_call(self, row: QueueRow) -> bool:
        call_id = row.shown["call_id"]
        if not call_id or call_id in self._by_call:
            return False
        # Beside its own Ref and the time of our own call it is a stray edit of one cell.
        own = self._by_ref.get(row.ref)
        is_own = own is not None and own.fingerprint == row.fingerprint
        return not (own and is_own and self._fits(row, own, own.tried))

    def _shows_strange_mark(self, row: QueueRow) -> bool:
        if row.shown["call_id"] or not (row.word == MARKED or self._hides_mark(row)):
            return False
        own = self._by_ref.get(row.ref)
        possible = [own] if own else []
        if row.content:
            possible += self._alike.get(row.fingerprint, ())
        if any(self._fits(row, job, job.attempts) for job in possible):
            return False
        return not self._is_stray_mark(row)

    def _hides_mark(self, row: QueueRow) -> bool:
        """Whether a row that waits shows the rest of a mark: another dialer marked it, perhaps, in
        the moment in which we wrote that it waits."""
        if row.word not in _WAITS or row.content is None or row.ref not in self._by_ref:
            return False
        is_its_own = row.shown["called_number"] == row.content.number
        return is_its_own and called_at(row, self._now, self._zone) is not None

    def _is_stray_mark(self, row: QueueRow) -> bool:
        """Whether the row shows a mark of ours that was meant for another number: the rows were
        sorted while it was written."""
        called = row.shown["called_number"]
        if row.word != MARKED or row.content is None or called == row.content.number:
            return False
        marked = self._by_number.get(called, ())
        return any(self._fits(row, job, job.attempts) for job in marked)

    def _fits(self, row: QueueRow, job: Job, attempts: Sequence[Attempt]) -> bool:
        """Whether the row's Called At is the time of one of these attempts of the job."""
        moment = called_at(row, self._now, self._zone)
        # A mark whose write was refused is another machine's, though it names the same time.
        attempts = [attempt for attempt in attempts if attempt.may_be_marked]
        if moment is None:
            return bool(attempts) and job.ref == row.ref
        return any(
            abs(moment - time) <= _SAME_MOMENT
            for attempt in attempts
            for time in (attempt.intended_at, attempt.sending_at)
            if time
        )

    def _is_foreign(self, row: QueueRow, kept: Job | None) -> bool:
        if row.word == SKIP:
            return kept is None or kept.id in self._taken or not kept.tried
        if not is_ours(row.word):
            return True
        return kept is None and row.word not in MAY_BE_NEW and not self._is_stray_mark(row)

    def _is_copy(self, row: QueueRow, kept: Job) -> bool:
        if _is_exact(row, kept):
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

    def _is_hands_off(self, row: QueueRow, job: Job) -> bool:
        """Whether a row whose job was never called carries a word that keeps the dialer off: a
        person's own, or one that tells of a call and that nothing in this ledger explains."""
        if job.tried or row.word in MAY_BE_NEW or row.word == SKIP:
            return False
        if not is_ours(row.word):
            return True
        return row.word != MARKED and not row.shown["call_id"] and self._pasted(row) is None


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


def _in_order(rows: Iterable[QueueRow]) -> tuple[QueueRow, ...]:
    return tuple(sorted(rows, key=lambda row: row.index))


def _was_cleared(job: Job, now: datetime) -> bool:
    return job.cleared_at is not None and now - job.cleared_at < CLEARING_IS_REMEMBERED
