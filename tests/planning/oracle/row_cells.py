"""What a row should say, from its job and from what the row itself shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sheets_dialer.domain.attempt import AttemptState, Reason
from sheets_dialer.domain.call_lifecycle import is_never_told
from sheets_dialer.domain.job import Job, NewJob
from sheets_dialer.domain.opt_out import OptOut
from sheets_dialer.domain.phone_numbers import NotDiallable, Number
from sheets_dialer.domain.policy import Policy
from sheets_dialer.domain.portal_status import ANSWERED, NOT_REACHED, call_status_words
from sheets_dialer.domain.times import spoken_date
from sheets_dialer.tabs.queue_columns import normal
from sheets_dialer.tabs.queue_rows import QueueRow
from sheets_dialer.tabs.status import AGAIN, CALLING, FAILED, MAY_BE_NEW, NOT_CALLED, SKIP
from sheets_dialer.texts import is_said, retold, say

from .status_words import EMPTY, shown, skipped

_ENDED_WORDS = frozenset(call_status_words(s).casefold() for s in (ANSWERED, *NOT_REACHED))

_OF_THE_WORD = ("in_queue", "skipped", "own_word", "unknown_word")
"""What a row says that waits, or that a person's word keeps from being called."""

OwnCells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowCells:
    """What rows should say at one moment, by one campaign's policy."""

    now: datetime
    policy: Policy
    zone: ZoneInfo

    def results(self, row: QueueRow, job: Job) -> OwnCells | None:
        """What the dialer's cells (all but Ref) should say of the job; None while no attempt may
        have rung. Of an adopted call of which the portal has said nothing, the sheet knows more
        than the ledger."""
        cells = shown(job, self.now, self.policy, self.zone)
        if cells is None:
            return None
        if job.was_forgotten and (row.word, cells["status"]) == (normal(FAILED), FAILED):
            # The portal's words may have quoted the number, so the ledger has them no more.
            cells = {**cells, "why": row.shown["why"] or cells["why"]}
        last = job.tried[-1]
        silent = last.reason is Reason.ADOPTED and last.call_status is None
        if not silent or row.shown["call_id"] != last.call_id:
            return cells
        given_up = is_never_told(last, self.now, self.policy) or last.is_left_behind
        if given_up and row.word not in _ENDED_WORDS | {AGAIN, SKIP}:
            return cells
        return {**{name: row.shown[name] for name in cells}, **self._adopted(row)}

    def adopted(self, row: QueueRow, job: NewJob) -> OwnCells:
        """The cells of a row whose Call ID is adopted: what it shows, and the Ref of its job."""
        return {**row.shown, **self._adopted(row), "ref": job.ref}

    def _adopted(self, row: QueueRow) -> OwnCells:
        # Queued would be wrong of a row that shows a call.
        waits = row.word in MAY_BE_NEW and row.word != AGAIN
        return {"why": "", "status": CALLING if waits else row.shown["status"]}

    def settled(self, row: QueueRow, job: Job) -> OwnCells:
        """The cells of a row of which nothing is owed."""
        return {**(self.results(row, job) or EMPTY), "ref": job.ref}

    def kept_off(self, row: QueueRow, job: Job) -> OwnCells:
        """The cells of a row that a person's word keeps from being called, Skip or any that isn't
        ours: it stays in Status, and Why says which word would do what."""
        word, results = row.shown["status"], self.results(row, job)
        if row.word == SKIP or results is None:
            return {**skipped(results, word), "ref": job.ref}
        # What isn't known of a call must be settled first, and says which words do that.
        is_unclear = any(attempt.state is AttemptState.UNKNOWN for attempt in job.attempts)
        why = results["why"] if is_unclear else say("unknown_word", word=word)
        return {**results, "status": word, "why": why, "ref": job.ref}

    def waiting(self, row: QueueRow, job: Job, status: str, why: str) -> OwnCells:
        """The cells of a row that is owed a call and not called now. Results of earlier attempts
        stay in place; the status too, unless a person asked for the call, who then sees that it
        was heard."""
        cells = self.results(row, job)
        if cells is None:
            cells = {**EMPTY, "status": status}
        elif job.again_is_owed:
            cells = {**cells, "status": status}
        return {**cells, "why": why, "ref": job.ref}

    def opted_out(self, opt_out: OptOut) -> str:
        """Why a number whose owner asked not to be called again isn't called, and what to do."""
        since = spoken_date(opt_out.since, self.now, self.zone)
        return say("opted_out", day=since, key=opt_out.key)

    def copied(self, row: QueueRow, job: Job) -> OwnCells:
        """The cells of a row that was copied with the results of another one, whose job it is."""
        return {**self._of_another(row, job), "why": say("copied")}

    def hands_off(self, row: QueueRow, of_call: Job | None, *, is_elsewhere: bool) -> OwnCells:
        """The cells of a row that a person's own word keeps from being called. `of_call` is the job
        of the call that it shows, and `is_elsewhere` whether another row has that."""
        word = row.shown["status"]
        said = say("skipped") if row.word == SKIP else say("own_word", word=word)
        number = row.content.number if row.content else ""
        is_anothers = of_call is not None and of_call.content.number != number
        if is_anothers and is_elsewhere:
            # Left here by a race; nothing of another customer's call stays.
            return {**EMPTY, "status": word, "why": said}
        cells = dict(row.shown)
        if of_call is not None:
            cells |= self._of_another(row, of_call)
        cells |= {"status": word, "why": retold(row.shown["why"])}
        # Another reason that stands there says more.
        if not cells["why"] or any(is_said(name, cells["why"]) for name in _OF_THE_WORD):
            cells["why"] = say("number_changed") if is_anothers else said
        return cells

    def changed(self, row: QueueRow, job: Job, *, alone: bool, owed: bool) -> OwnCells:
        """The cells of a row whose results, of this job, belong to other content than it now has.
        `alone` is whether no other row has the job; `owed` is whether it would be called."""
        cells = dict(self._of_another(row, job))
        if alone:
            cells |= self.settled(row, job)
            if row.word == SKIP:
                return {**cells, **self.kept_off(row, job)}
            if row.word == AGAIN:
                # A person's word stands until it can be followed.
                cells["status"] = row.shown["status"]
        same_number = row.content is not None and row.content.number == job.content.number
        problem = row.problem or row.number
        if isinstance(problem, NotDiallable):
            cells["why"] = problem.reason
        elif row.content is None:
            cells["why"] = say("number_removed")
        elif not (alone and same_number):
            cells["why"] = say("number_changed")
        elif row.word == AGAIN:
            cells["why"] = say("call_in_progress")
        elif not cells["why"] and (owed or not job.is_same_order(row.content)):
            # Another order of the same customer: its results are another order's.
            cells["why"] = say("row_changed")
        return cells

    def _of_another(self, row: QueueRow, job: Job) -> OwnCells:
        """What a row shows of a job that another row has: how it stood with the call that the row
        shows. It is written like everything else, because what raced with copying or sorting may
        have left a third row's results in some of the cells."""
        calls = [attempt.call_id for attempt in job.attempts]
        if row.shown["call_id"] in calls:
            known = job.attempts[: calls.index(row.shown["call_id"]) + 1]
            job = replace(job, attempts=known)
        cells = {**row.shown, **(self.results(row, job) or {})}
        if row.word in (AGAIN, SKIP):
            cells["status"] = row.shown["status"]
        return cells


def not_diallable(number: NotDiallable | Number | None) -> OwnCells:
    """The cells of a row without a number that can be called."""
    reason = number.reason if isinstance(number, NotDiallable) else say("no_number")
    return {**EMPTY, "status": NOT_CALLED, "why": reason, "ref": ""}


def differing(
    wanted: Mapping[int, OwnCells], rows: Mapping[int, QueueRow]
) -> dict[int, Mapping[str, str]]:
    """Of everything that the cells should say, what they don't say yet, by row."""
    differences: dict[int, Mapping[str, str]] = {}
    for index in sorted(wanted):
        now_shown = rows[index].shown
        changed = {
            name: text for name, text in wanted[index].items() if now_shown.get(name, "") != text
        }
        if changed:
            differences[index] = changed
    return differences
