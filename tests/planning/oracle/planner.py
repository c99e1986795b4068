"""The planner: from the time, the sheet, the ledger and the policy to the acts of one pass.

It reads no clock, does no I/O and rolls no dice; the same arguments give the same plan, which is
why the command `plan` can print exactly what a pass would do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sheets_dialer.domain.attempt import Attempt, AttemptState, Reason, is_call_id
from sheets_dialer.domain.call_lifecycle import is_final, is_under_way
from sheets_dialer.domain.content import Content
from sheets_dialer.domain.job import Adoption, Job, JobChange, NewJob, Rewriting
from sheets_dialer.domain.phone_numbers import NotDiallable
from sheets_dialer.planning.plan import (
    Dial,
    DuePoll,
    LedgerState,
    PassRules,
    Plan,
    RowBatch,
    RowState,
    RowSummary,
    SettledRow,
    TabShown,
)
from sheets_dialer.tabs.header_report import pasted_cells
from sheets_dialer.tabs.queue_rows import PAYLOAD_BYTES, QueueRow, beside_their_calls, written_bytes
from sheets_dialer.tabs.status import AGAIN, CHECK, NOT_CALLED, QUEUED, SKIP, WAITING, is_ours
from sheets_dialer.texts import say

from .duplicates import asked_elsewhere, calls_of, last_same
from .eligibility import NotYet, Owed, next_call, read_bounds
from .halts import before_run, stop
from .matching import Matches, called_at, match, remembered, with_number_of
from .pacing import followed, rest, room
from .readiness import as_rewritten, barred, dial_of, ready_at, rewriting, was_turned_away
from .requeue import MARK_IS_STRANGE_FOR, requeue_at
from .row_cells import RowCells, differing, not_diallable
from .row_commands import apply_command, settled, unclear
from .shifted_cells import undo_shift
from .status_words import EMPTY, marked


class Planner:
    """A plan while it is being made: what each row should say, and what follows from it.

    The rows come part by part, from the top of the tab to its end. `refs` is where the Refs of new
    rows come from; `room` is how many calls may be placed before the next pass.
    """

    def __init__(
        self,
        now: datetime,
        sheet: TabShown,
        ledger: LedgerState,
        rules: PassRules,
        *,
        until_next_pass: timedelta,
        refs: Iterator[str],
    ) -> None:
        self.now = now
        self._ledger = ledger
        self._busy = {attempt.number: attempt.state for attempt in ledger.open_attempts}
        self._rules = rules
        self._refs = refs
        self._showing = RowCells(now, rules.policy, rules.zone)
        self._listed = sheet.do_not_call
        self._stop = stop(now, sheet, rules)
        self._before_run = before_run(now, sheet, rules)
        self._every = until_next_pass
        self.room = 0 if self._stop else room(now, ledger.open_attempts, rules, until_next_pass)
        self._dials: list[Dial] = []
        self._new: list[NewJob] = []
        self._adoptions: list[Adoption] = []
        self._changes: list[JobChange] = []
        self._rewritings: list[Rewriting] = []
        self._ready_at: list[datetime] = []
        self._released: list[Attempt] = []
        self._ended: list[Attempt] = []
        self._polls: list[DuePoll] = []
        self._cells: dict[int, Mapping[str, str]] = {}
        self._cell_rows: dict[int, QueueRow] = {}
        self._bytes = 0
        self._summaries: Counter[RowSummary] = Counter()
        self._taken: set[str] = set()
        self._begin_part(RowBatch((), ()), ())

    @property
    def is_full(self) -> bool:
        """Whether what has been planned is as much as one write takes."""
        return self._bytes > PAYLOAD_BYTES

    def add(self, part: RowBatch) -> Mapping[int, SettledRow]:
        """Plans for these rows and jobs, too; returns the rows of them that need nothing."""
        jobs = remembered(part.jobs, part.rows)
        self._begin_part(replace(part, jobs=jobs, rows=undo_shift(part.rows, jobs)), part.rows)
        part = self._part
        matches = match(part.rows, part.jobs, self.now, self._rules.zone)
        self._places = {job.id: index + 1 for index, job in matches.jobs.items()}
        self._listen(matches)
        self._take_in(matches)
        self._choose()
        polls, ended = followed(part.jobs, self.now, self._rules.policy)
        self._polls += polls
        self._ended += ended
        return self._finish_part(matches)

    def plan(self, *, beside: Mapping[RowSummary, int]) -> Plan:
        """The finished plan. `beside` counts the rows that need nothing."""
        summaries = self._summaries + Counter(beside)
        counts: Counter[RowState] = Counter()
        for summary, count in summaries.items():
            counts[summary.row_state] += count
        made = Plan(
            new_jobs=tuple(self._new),
            adoptions=tuple(self._adoptions),
            job_changes=tuple(self._changes),
            rewritings=tuple(self._rewritings),
            ready_at=min(self._ready_at, default=None) if self.room else None,
            released=tuple(self._released),
            ended=tuple(self._ended),
            dials=tuple(self._dials),
            polls=tuple(self._polls),
            cells=dict(sorted(self._cells.items())),
            rows=self._cell_rows,
            counts=counts,
            summaries=summaries,
            complete=not self.is_full,
            stopped=self._stop.why if self._stop else None,
            halt=self._stop.halt if self._stop else None,
            before_run=self._before_run,
            note=self._listed.note,
        )
        return replace(made, rest=rest(made, self.now, self._rules.policy, self._every))

    def _begin_part(self, part: RowBatch, as_read: Sequence[QueueRow]) -> None:
        self._rows = {row.index: row for row in part.rows}
        self._as_read = {row.index: row for row in as_read}
        self._part = part
        self._places = {}
        self._calls = calls_of(part)
        self._wanted: dict[int, Mapping[str, str]] = {}
        self._row_states: dict[int, RowState] = {}
        self._queue: list[Dial] = []
        self._restless: set[int] = set()
        self._asked_again: set[str] = set()

    def _listen(self, matches: Matches) -> None:
        """Hears what people say on the rows that have a job, and works out what each should say."""
        for index, job in matches.jobs.items():
            row = self._rows[index]
            heard = apply_command(row, job, self.now)
            if heard.change:
                self._changes.append(heard.change)
                self._restless.add(index)
            if heard.asks_again:
                self._asked_again.add(job.content.number)
            self._released += heard.released
            self._consider(row, self._as_written(row, heard.job))

    def _as_written(self, row: QueueRow, job: Job) -> Job:
        """The job with what its row says now, until it is called; what of that is news is kept."""
        if job.tried or row.content is None or row.problem is not None:
            return job
        news = rewriting(row, job, self.now)
        if news is None:
            return replace(job, fingerprint=row.fingerprint)
        self._rewritings.append(news)
        self._restless.add(row.index)
        return as_rewritten(job, news)

    def _take_in(self, matches: Matches) -> None:
        """Makes jobs of new rows, adopts strange calls, and says of the others what is wrong."""
        self._restarts = {job.ref: job.restarts + 1 for job in self._part.jobs}
        for row in matches.new:
            self._take_in_new(row)
        for row in matches.unknown_calls:
            self._adopt(row)
        for row in matches.unknown_marks:
            moment = called_at(row, self.now, self._rules.zone)
            if moment is None or abs(self.now - moment) >= MARK_IS_STRANGE_FOR:
                unclear_mark = {"status": CHECK, "why": say("unknown_outcome")}
                self._wanted[row.index] = {**row.shown, **unclear_mark}
        for row, job, alone in matches.changed:
            self._take_in_changed(row, with_number_of(row, job), alone=alone)
        for row, job in matches.copies:
            self._wanted[row.index] = self._showing.copied(row, job)
        at_home = {job.id for job in matches.jobs.values()}
        for row, of_call in matches.user_owned:
            if row.has_content or of_call:
                known = of_call and with_number_of(row, of_call)
                # What was pasted stands until it is undone: writing over it would hide it.
                self._wanted[row.index] = pasted_cells(row) or self._showing.hands_off(
                    row, known, is_elsewhere=known is not None and known.id in at_home
                )
        others = (row for row, _job in (*matches.copies, *matches.user_owned))
        for row in (*matches.unknown_marks, *others):
            self._row_states[row.index] = RowState.HELD
        self._release_gone(matches)

    def _choose(self) -> None:
        """Decides which of the rows whose turn it is are called before the next pass."""
        released = {attempt.number for attempt in self._released}
        # Others first after the portal refused the account for a row: it may be the row after all.
        for dial in sorted(self._queue, key=lambda each: was_turned_away(each.job)):
            number = dial.job.content.number
            if number in self._taken or (number in self._busy and number not in released):
                self._say(dial.row, dial.job, NotYet(self._why_busy(number)))
                self._restless.add(dial.row.index)
            elif (
                len(self._dials) < self.room
                and number not in self._busy
                # A row is dialled only once a read shows its Ref beside what it is called for.
                and self._as_read[dial.row.index].ref == dial.job.ref
                and self._stands(dial)
            ):
                self._taken.add(number)
                self._dials.append(dial)
                self._restless.add(dial.row.index)
                mark = marked(dial.job, self.now, self._rules.zone)
                self._wanted[dial.row.index] = {**mark, "ref": dial.job.ref}
            else:
                self._row_states[dial.row.index] = RowState.QUEUED
                cells = self._showing.waiting(dial.row, dial.job, QUEUED, say("in_queue"))
                self._wanted[dial.row.index] = cells

    def _stands(self, dial: Dial) -> bool:
        """Whether the row has stood as it is for long enough for its first call."""
        if dial.reason is not Reason.FIRST:
            return True
        ready = ready_at(dial.job, self._rules.policy, self.now)
        self._ready_at += [] if ready is None else [ready]
        return ready is None

    def _finish_part(self, matches: Matches) -> Mapping[int, SettledRow]:
        """Keeps what the part's rows don't say yet, and tells the rows that need nothing apart."""
        differences = differing(self._wanted, self._as_read)
        self._cells |= differences
        written = beside_their_calls(differences, self._rows)
        self._bytes += sum(written_bytes(texts.values()) for texts in written.values())
        self._cell_rows |= {index: self._rows[index] for index in differences}
        jobs = dict(matches.jobs)
        jobs |= {row.index: job for row, job, _alone in matches.changed}
        pairs = (*matches.copies, *matches.user_owned)
        jobs |= {row.index: job for row, job in pairs if job is not None}
        quiet: dict[int, SettledRow] = {}
        for index, row in self._rows.items():
            job, row_state = jobs.get(index), self._row_states.get(index, RowState.ASIDE)
            summary = RowSummary.of(row_state, row.shown, self._wanted.get(index, {}))
            under_way = job is not None and any(attempt.is_open for attempt in job.attempts)
            if index in differences or index in self._restless or under_way:
                self._summaries[summary] += 1
            else:
                until = requeue_at(row, job, self.now, self._rules.policy, self._rules.zone)
                quiet[index] = SettledRow(summary, until)
        return quiet

    def _consider(self, row: QueueRow, job: Job) -> None:
        """Works out what a row with exactly its job's content should say, and whether it is to be
        called."""
        if row.word == SKIP or not is_ours(row.word):
            self._row_states[row.index] = RowState.HELD
            self._wanted[row.index] = self._showing.kept_off(row, job)
            return
        answer = self._turn(row, job)
        if answer is not None:
            answer = barred(
                row, job, answer, self._part, self._rules, self._listed, self._showing, self.now
            )
        match answer:
            case Owed(reason):
                self._queue.append(dial_of(row, job, reason))
            case NotYet() as answer:
                self._say(row, job, answer)
            case None:
                policy = self._rules.policy
                if all(is_final(attempt, self.now, policy) for attempt in job.tried):
                    self._row_states[row.index] = RowState.SETTLED
                self._wanted[row.index] = self._showing.settled(row, job)

    def _turn(self, row: QueueRow, job: Job) -> Owed | NotYet | None:
        zone = self._rules.zone
        return next_call(
            self.now,
            job,
            self._rules.policy,
            bounds=read_bounds(row, job.queued_at, self.now, zone),
            last_same=last_same(row, job, self._calls, self._places),
            zone=zone,
        )

    def _say(self, row: QueueRow, job: Job, answer: NotYet) -> None:
        """Says why a row isn't called now."""
        self._row_states[row.index] = RowState.WAITING if answer.waits else RowState.HELD
        status = WAITING if answer.waits else NOT_CALLED
        self._wanted[row.index] = self._showing.waiting(row, job, status, answer.why)

    def _why_busy(self, number: str) -> str:
        if self._busy.get(number) is not AttemptState.UNKNOWN:
            return say("same_number")
        gone = any(attempt.number == number for attempt in self._gone)
        return say("unclear_and_gone") if gone else say("unclear_number")

    def _release_gone(self, matches: Matches) -> None:
        """Lets a person's Call again on another row answer for a Check row that was deleted."""
        here = {job.id for job in matches.jobs.values()}
        here |= {job.id for _, job, alone in matches.changed if alone}
        self._gone = [
            attempt for job in self._part.jobs if job.id not in here for attempt in unclear(job)
        ]
        self._gone += [
            one for one in self._ledger.orphan_calls if one.state is AttemptState.UNKNOWN
        ]
        self._released += [one for one in self._gone if one.number in self._asked_again]

    def _take_in_new(self, row: QueueRow) -> None:
        if row.content and row.problem is None:
            self._new_job(row, row.content)
        elif isinstance(row.number, NotDiallable) or row.has_content:
            self._row_states[row.index] = RowState.HELD
            self._wanted[row.index] = not_diallable(row.problem or row.number)
        else:
            # The number was cleared: nothing is asked for any more.
            self._wanted[row.index] = {**EMPTY, "ref": ""}

    def _new_job(self, row: QueueRow, content: Content) -> None:
        again = row.word == AGAIN
        if again:
            self._asked_again.add(content.number)
        since = asked_elsewhere(row, self._part)
        restarts = self._restarts.get(row.ref, 0)
        job = NewJob(
            next(self._refs), content, int(again), row.fingerprint, since, row.blank, restarts
        )
        self._new.append(job)
        self._ready_at.append(self.now + self._rules.policy.time_to_stand(row.blank))
        self._wanted[row.index] = {
            **EMPTY,
            "status": QUEUED,
            "why": say("in_queue"),
            "ref": job.ref,
        }

    def _take_in_changed(self, row: QueueRow, job: Job, *, alone: bool) -> None:
        """A row whose results belong to other content than it now has; `alone` is whether no other
        row has their job."""
        same_number = row.content is not None and row.content.number == job.content.number
        waits = alone and same_number and is_under_way(job, self.now, self._rules.policy)
        if alone and row.word in (AGAIN, SKIP) and not waits:
            self._released += unclear(job)
            job = settled(job, unclear(job))
        if row.word == AGAIN and row.content and not waits:
            self._new_job(row, row.content)
            return
        owed = alone and self._turn(row, job) is not None
        self._row_states[row.index] = RowState.HELD
        shown = self._showing.changed(row, job, alone=alone, owed=owed)
        self._wanted[row.index] = shown if same_number else pasted_cells(row) or shown

    def _adopt(self, row: QueueRow) -> None:
        called = row.shown["called_number"]
        number = row.content.number if row.content else ""
        if pasted := pasted_cells(row):
            self._row_states[row.index] = RowState.HELD
            self._wanted[row.index] = pasted
        elif not is_call_id(row.shown["call_id"]):
            self._row_states[row.index] = RowState.HELD
            self._wanted[row.index] = {"why": say("no_call_id")}
        elif row.content is None or called not in ("", number):
            self._row_states[row.index] = RowState.HELD
            self._wanted[row.index] = {**row.shown, "why": say("number_changed")}
        elif number in self._busy or number in self._taken:
            self._row_states[row.index] = RowState.HELD
            self._restless.add(row.index)
            self._wanted[row.index] = {**row.shown, "why": say("same_number")}
        else:
            again = int(row.word == AGAIN)
            job = NewJob(next(self._refs), row.content, again, row.fingerprint)
            moment = called_at(row, self.now, self._rules.zone) or self.now
            self._taken.add(number)
            self._adoptions.append(Adoption(job, row.shown["call_id"], moment))
            self._wanted[row.index] = self._showing.adopted(row, job)
