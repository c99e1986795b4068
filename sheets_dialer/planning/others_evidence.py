"""What a row shows of somebody else's dialling: a call or a mark that this ledger didn't make.

Such a row is never taken for a job of ours, because its customer may have been called already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..domain.attempt import Attempt
from ..domain.job import Job
from ..domain.times import read_moment
from ..tabs.queue_rows import QueueRow
from ..tabs.status import AGAIN, HELD_BACK, MARKED, MAY_BE_NEW, UNCLEAR
from ..texts import is_said
from .job_index import JobIndex

_WAITS = frozenset({"queued", "waiting"})
_SAME_CALL = ("same_call_placed", "same_call_placed_for_row")
_SAME_MOMENT = timedelta(minutes=2)
"""A mark's time and its attempt's differ by what lies between planning and sending."""


def called_at(row: QueueRow, now: datetime, zone: ZoneInfo) -> datetime | None:
    """What the row's Called At says; None when it says no time."""
    try:
        return read_moment(row.shown["called_at"], zone, now)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class OthersCall:
    """Somebody else's call or mark, as a row shows it: nothing says more of it than that row."""

    row: int
    """The row as the sheet counts it."""
    is_stray: bool
    """Whether it stands beside another number than the one that was called: people's columns moved
    and the dialer's stayed, or the number was typed over."""
    is_under_way: bool
    """Whether it may be made just now."""
    called_at: datetime | None


def others_calls(rows: Iterable[QueueRow], now: datetime, zone: ZoneInfo) -> dict[str, OthersCall]:
    """By number, the calls of others among these rows that aren't followed: those beside another
    number, and marks of which nobody knows whether they became calls."""
    found: dict[str, OthersCall] = {}
    for row in rows:
        own = row.content.number if row.content else ""
        called = row.shown["called_number"] or own
        if called != own or not row.shown["call_id"]:
            moment = called_at(row, now, zone)
            found[called] = OthersCall(row.index + 1, called != own, row.word == MARKED, moment)
    return found


def says_the_same_was_called(row: QueueRow) -> bool:
    """Whether another dialer has written on the row that its very call was placed for another row,
    which may be gone by now."""
    why = row.shown["why"]
    return row.word == HELD_BACK and any(is_said(name, why) for name in _SAME_CALL)


@dataclass(frozen=True, slots=True)
class OthersEvidence:
    """Tells what these jobs explain of a row from what they don't."""

    jobs: JobIndex
    now: datetime
    zone: ZoneInfo

    def has_unknown_call(self, row: QueueRow) -> bool:
        """Whether the row shows a call that none of the jobs made."""
        call_id = row.shown["call_id"]
        if not call_id or call_id in self.jobs.by_call:
            return False
        # Beside its own Ref and the time of our own call it is a stray edit of one cell.
        own = self.jobs.of_ref(row)
        is_own = own is not None and own.fingerprint == row.fingerprint
        return not (own and is_own and self._is_time_of(row, own, own.tried))

    def has_unknown_mark(self, row: QueueRow) -> bool:
        """Whether the row says, or hides, that it is being called, and not by one of the jobs."""
        if row.shown["call_id"] or not (row.word == MARKED or self._hides_mark(row)):
            return False
        own = self.jobs.of_ref(row)
        possible = [own] if own else []
        if row.content:
            possible += self.jobs.with_content_of(row)
        if any(self._is_time_of(row, job, job.attempts) for job in possible):
            return False
        return not self.has_stray_mark(row)

    def has_unclear_call_of_another(self, row: QueueRow) -> bool:
        """Whether the row says that somebody else's call to another number is unclear. Nothing else
        tells of that call, so nothing is written over it until a person has settled it."""
        own = row.content.number if row.content else ""
        is_anothers = row.shown["called_number"] not in ("", own)
        return row.word == UNCLEAR and is_anothers and row.ref not in self.jobs.by_ref

    def has_stray_mark(self, row: QueueRow) -> bool:
        """Whether the row shows a mark of ours that was meant for another number: the rows were
        sorted while it was written."""
        called = row.shown["called_number"]
        if row.word != MARKED or row.content is None or called == row.content.number:
            return False
        marked = self.jobs.by_number.get(called, ())
        return any(self._is_time_of(row, job, job.attempts) for job in marked)

    def _hides_mark(self, row: QueueRow) -> bool:
        """Whether a row that asks for a call shows the rest of a mark: another dialer marked it,
        perhaps, in the moment in which we wrote that it waits, or a person has changed its Status
        since. A person's Call again goes before that."""
        may_hide = _WAITS if row.ref in self.jobs.by_ref else MAY_BE_NEW - {AGAIN}
        if row.word not in may_hide or row.content is None:
            return False
        is_its_own = row.shown["called_number"] == row.content.number
        return is_its_own and called_at(row, self.now, self.zone) is not None

    def _is_time_of(self, row: QueueRow, job: Job, attempts: Sequence[Attempt]) -> bool:
        """Whether the row's Called At is the time of one of these attempts of the job."""
        moment = called_at(row, self.now, self.zone)
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
