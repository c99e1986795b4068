"""The planner: from the time, the sheet, the ledger and the policy to the acts of one pass.

It reads no clock, does no I/O and rolls no dice; the same arguments give the same plan, which is
why `plan` can print exactly what a pass would do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .call import Adoption, Attempt, AttemptState, Job, JobChange, NewJob, Reason
from .calling_hours import CallingHours
from .control import Control
from .disposition import (
    CALL_AGAIN,
    CALLING,
    CHECK,
    EMPTY,
    NOT_CALLED,
    QUEUED,
    SKIP,
    UNKNOWN_OUTCOME,
    WAITING,
    shown,
)
from .following import has_given_up, holds_line, is_confirmed, is_final, next_poll
from .matching import Matches, match
from .phone import NotDiallable
from .policy import Policy
from .rows import QueueRow
from .turn import IN_QUEUE, SAME_NUMBER, Bounds, NotYet, Owed, turn
from .when import read_moment, spoken, stamp

NUMBER_CHANGED = "Number changed since the call. Choose Call again or clear the results."
COPIED = "These results belong to the row that this one was copied from. Clear them to call."
SKIPPED = "Skipped by you. Clear Status to call."
SKIPPED_AFTER_CALL = "You chose Skip: there is no further call."
UNREADABLE_TIME = "{column} can't be read. Type it like 2026-01-31 14:30."
PAUSED = "Paused: Control says PAUSE."
NEVER_OPEN = "No calling hours are set, so nobody is called."
MARK_IS_STRANGE_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SheetState:
    """What people ask for, as one read found it."""

    rows: Sequence[QueueRow]
    control: Control


@dataclass(frozen=True, slots=True)
class LedgerState:
    """What this dialer did: the campaign's jobs; the numbers that any open attempt holds; and by
    fingerprint each job's last call in the whole ledger, as (job id, time)."""

    jobs: Sequence[Job]
    busy: Mapping[str, AttemptState]
    last_calls: Mapping[str, Sequence[tuple[int, datetime]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a campaign is dialled by. `obstacle` is what stands in the way of all new calls beside
    Control and hours, in a sentence for people."""

    policy: Policy
    hours: CallingHours
    obstacle: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        return self.hours.zone


@dataclass(frozen=True, slots=True)
class Dial:
    """Call this row for this job, once its mark is seen in the sheet."""

    job: Job
    row: QueueRow
    reason: Reason


@dataclass(frozen=True, slots=True)
class Poll:
    """Ask the portal about this attempt when it is due."""

    attempt: Attempt
    due: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows stand how."""

    queued: int = 0
    waiting: int = 0
    held: int = 0
    settled: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """The acts of one pass, as values. `cells` holds only what differs from the sheet: by row
    index, the text for each of the dialer's columns."""

    new_jobs: tuple[NewJob, ...] = ()
    adoptions: tuple[Adoption, ...] = ()
    job_changes: tuple[JobChange, ...] = ()
    released: tuple[Attempt, ...] = ()
    ended: tuple[Attempt, ...] = ()
    dials: tuple[Dial, ...] = ()
    polls: tuple[Poll, ...] = ()
    cells: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    stopped: str | None = None
    """Why no new call starts, where something stands in the way of all of them."""

    @property
    def nothing_left(self) -> bool:
        """Whether every row is settled: nothing new, queued, waiting or in progress."""
        coming = self.counts.queued + self.counts.waiting
        return not (self.new_jobs or self.adoptions or self.dials or self.polls or coming)

    @property
    def sentence(self) -> str:
        """How the queue stands, in one line."""
        counts = (
            (len(self.polls), "in progress"),
            (len(self.dials), "to call now"),
            (self.counts.queued + len(self.new_jobs), "queued"),
            (self.counts.waiting, "waiting"),
            (self.counts.held, "held"),
            (self.counts.settled, "settled"),
        )
        line = ", ".join(f"{count} {what}" for count, what in counts if count) or "no rows"
        return f"{line}. {self.stopped}" if self.stopped else f"{line}."


def make_plan(
    now: datetime,
    sheet: SheetState,
    ledger: LedgerState,
    rules: Rules,
    *,
    until_next_pass: timedelta,
    refs: Iterator[str],
) -> Plan:
    """Plans one pass. `refs` is where the Refs of new rows come from."""
    draft = _Draft(now, sheet, ledger, rules)
    matches = match(sheet.rows, ledger.jobs, now)
    for index, job in matches.jobs.items():
        draft.consider(draft.rows[index], job)
    draft.choose(until_next_pass)
    draft.take_in(matches, refs)
    return draft.plan()


class _Draft:
    """A plan while it is being made: what each row should say, and what follows from it."""

    def __init__(self, now: datetime, sheet: SheetState, ledger: LedgerState, rules: Rules) -> None:
        self.now = now
        self.rows = {row.index: row for row in sheet.rows}
        self._ledger = ledger
        self._rules = rules
        self._stopped = _obstacle(now, sheet.control, rules)
        self._wanted: dict[int, Mapping[str, str]] = {}
        self._queue: list[Dial] = []
        self._dials: list[Dial] = []
        self._new: list[NewJob] = []
        self._adoptions: list[Adoption] = []
        self._changes: list[JobChange] = []
        self._released: list[Attempt] = []
        self._queued = self._waiting = self._held = self._settled = 0

    def consider(self, row: QueueRow, job: Job) -> None:
        """Works out what a row with a job should say, and whether it is to be called."""
        word = row.shown["status"].casefold()
        job = self._heard(row, job, word)
        cells = shown(job, self.now, self._rules.policy, self._rules.zone)
        if word == SKIP.casefold():
            self._skip(row, job, cells)
            return
        try:
            bounds = self._bounds(row)
        except ValueError as error:
            self._say(row, job, cells, NotYet(str(error), waits=False))
            return
        answer = turn(
            self.now,
            job,
            self._rules.policy,
            bounds=bounds,
            last_same=self._last_same(job),
            zone=self._rules.zone,
        )
        match answer:
            case Owed():
                self._queue.append(Dial(job, row, answer.reason))
            case NotYet():
                self._say(row, job, cells, answer)
            case None:
                cells = cells or EMPTY
                self._settled += all(
                    is_final(attempt, self.now, self._rules.policy) for attempt in job.tried
                )
                self._wanted[row.index] = {**cells, "ref": job.ref}

    def choose(self, until_next_pass: timedelta) -> None:
        """Decides which of the rows whose turn it is are called before the next pass."""
        policy = self._rules.policy
        in_use = sum(
            holds_line(self.now, attempt, policy)
            for job in self._ledger.jobs
            for attempt in job.attempts
        )
        pace = max(1, int(policy.calls_per_minute * until_next_pass / timedelta(minutes=1)))
        room = 0 if self._stopped else max(0, min(policy.lines - in_use, pace))
        numbers = set(self._ledger.busy)
        for dial in self._queue:
            number = dial.job.content.number
            cells = shown(dial.job, self.now, policy, self._rules.zone)
            if number in numbers:
                self._say(dial.row, dial.job, cells, NotYet(SAME_NUMBER))
            # A row is dialled only once a read shows its Ref beside exactly its content.
            elif len(self._dials) < room and dial.row.ref == dial.job.ref:
                numbers.add(number)
                self._dials.append(dial)
                self._mark(dial)
            else:
                self._queued += 1
                self._wait(dial.row, dial.job, cells, QUEUED, IN_QUEUE)

    def take_in(self, matches: Matches, refs: Iterator[str]) -> None:
        """Makes jobs of new rows, adopts strange calls, and says of the others what is wrong."""
        for row in matches.new:
            self._take_in_new(row, refs)
        for row in matches.strange_calls:
            self._adopt(row, refs)
        self._held += sum(
            map(len, (matches.strange_marks, matches.copies, matches.changed, matches.foreign))
        )
        for row in matches.strange_marks:
            if self._mark_is_old(row):
                self._wanted[row.index] = {**row.shown, "status": CHECK, "why": UNKNOWN_OUTCOME}
        for row in matches.changed:
            if row.shown["status"].casefold() == CALL_AGAIN.casefold() and row.content:
                self._new_job(row, refs, granted=1)
            else:
                self._wanted[row.index] = {**row.shown, "why": NUMBER_CHANGED}
        for row in matches.copies:
            self._wanted[row.index] = {**row.shown, "why": COPIED}

    def plan(self) -> Plan:
        """The finished plan."""
        policy = self._rules.policy
        ended, polls = [], []
        for job in self._ledger.jobs:
            for attempt in job.attempts:
                if attempt.state is not AttemptState.PLACED:
                    continue
                if is_confirmed(attempt, policy) or has_given_up(attempt, self.now, policy):
                    ended.append(attempt)
                else:
                    polls.append(Poll(attempt, next_poll(attempt, policy)))
        return Plan(
            new_jobs=tuple(self._new),
            adoptions=tuple(self._adoptions),
            job_changes=tuple(self._changes),
            released=tuple(self._released),
            ended=tuple(ended),
            dials=tuple(self._dials),
            polls=tuple(polls),
            cells=self._differences(),
            counts=Counts(
                queued=self._queued,
                waiting=self._waiting,
                held=self._held,
                settled=self._settled,
            ),
            stopped=self._stopped,
        )

    def _heard(self, row: QueueRow, job: Job, word: str) -> Job:
        """The job with what the row's person says taken into account, and that remembered."""
        granted, again_seen, cleared_at = job.granted, job.again_seen, job.cleared_at
        again = word == CALL_AGAIN.casefold()
        if again and not again_seen:
            granted += 1
        again_seen = again
        if job.tried and not word and not row.shown["call_id"] and row.ref == job.ref:
            cleared_at = self.now
        heard = replace(job, granted=granted, again_seen=again_seen, cleared_at=cleared_at)
        if heard != job:
            self._changes.append(JobChange(job.id, granted, again_seen, cleared_at))
        unknown = [a for a in job.attempts if a.state is AttemptState.UNKNOWN]
        if unknown and (granted > job.granted or word == SKIP.casefold()):
            self._released += unknown
            released = tuple(
                replace(a, state=AttemptState.RELEASED) if a in unknown else a for a in job.attempts
            )
            heard = replace(heard, attempts=released)
        return heard

    def _skip(self, row: QueueRow, job: Job, cells: Mapping[str, str] | None) -> None:
        self._held += 1
        why = SKIPPED if cells is None else cells["why"] or SKIPPED_AFTER_CALL
        self._wanted[row.index] = {
            **(cells or EMPTY),
            "status": row.shown["status"],
            "why": why,
            "ref": job.ref,
        }

    def _say(
        self, row: QueueRow, job: Job, cells: Mapping[str, str] | None, answer: NotYet
    ) -> None:
        """Says why a row isn't called now."""
        if answer.waits:
            self._waiting += 1
        else:
            self._held += 1
        self._wait(row, job, cells, WAITING if answer.waits else NOT_CALLED, answer.why)

    def _wait(
        self, row: QueueRow, job: Job, cells: Mapping[str, str] | None, status: str, why: str
    ) -> None:
        """Keeps the results of earlier attempts in place; the status too, unless a person asked
        for the call, who then sees that it was heard."""
        if cells is None:
            cells = {**EMPTY, "status": status}
        elif job.again_is_owed:
            cells = {**cells, "status": status}
        self._wanted[row.index] = {**cells, "why": why, "ref": job.ref}

    def _want(self, row: QueueRow, status: str, why: str, ref: str) -> None:
        self._wanted[row.index] = {**EMPTY, "status": status, "why": why, "ref": ref}

    def _mark(self, dial: Dial) -> None:
        self._wanted[dial.row.index] = {
            **EMPTY,
            "status": CALLING,
            "called_number": dial.job.content.number,
            "attempts": str(len(dial.job.tried) + 1),
            "called_at": stamp(self.now, self._rules.zone),
            "updated_at": stamp(self.now, self._rules.zone),
            "ref": dial.job.ref,
        }

    def _take_in_new(self, row: QueueRow, refs: Iterator[str]) -> None:
        again = row.shown["status"].casefold() == CALL_AGAIN.casefold()
        if row.content:
            self._new_job(row, refs, granted=int(again))
        elif isinstance(row.number, NotDiallable):
            self._held += 1
            self._want(row, NOT_CALLED, row.number.reason, "")
        elif any(row.shown.values()):
            # The number was cleared: nothing is asked for any more.
            self._want(row, "", "", "")

    def _new_job(self, row: QueueRow, refs: Iterator[str], *, granted: int) -> None:
        assert row.content is not None
        job = NewJob(next(refs), row.content, granted)
        self._new.append(job)
        self._want(row, QUEUED, IN_QUEUE, job.ref)

    def _adopt(self, row: QueueRow, refs: Iterator[str]) -> None:
        called = row.shown["called_number"]
        if row.content is None or called not in ("", row.content.number):
            self._wanted[row.index] = {**row.shown, "why": NUMBER_CHANGED}
            return
        if row.content.number in self._ledger.busy:
            self._wanted[row.index] = {**row.shown, "why": SAME_NUMBER}
            return
        again = row.shown["status"].casefold() == CALL_AGAIN.casefold()
        job = NewJob(next(refs), row.content, int(again))
        self._adoptions.append(
            Adoption(job, row.shown["call_id"], self._called_at(row) or self.now)
        )
        self._wanted[row.index] = {**row.shown, "ref": job.ref}

    def _mark_is_old(self, row: QueueRow) -> bool:
        called_at = self._called_at(row)
        return called_at is None or self.now - called_at >= MARK_IS_STRANGE_FOR

    def _called_at(self, row: QueueRow) -> datetime | None:
        try:
            return read_moment(row.shown["called_at"], self._rules.zone, self.now)
        except ValueError:
            return None

    def _bounds(self, row: QueueRow) -> Bounds:
        read = {}
        for name, column in (("call_after", "Call After"), ("call_before", "Call Before")):
            try:
                read[name] = read_moment(getattr(row, name), self._rules.zone, self.now)
            except ValueError as error:
                raise ValueError(UNREADABLE_TIME.format(column=column)) from error
        return Bounds(read["call_after"], read["call_before"])

    def _last_same(self, job: Job) -> dict[str, datetime]:
        others = [
            called_at
            for job_id, called_at in self._ledger.last_calls.get(job.fingerprint, ())
            if job_id != job.id
        ]
        return {job.fingerprint: max(others)} if others else {}

    def _differences(self) -> dict[int, Mapping[str, str]]:
        """Of everything that the cells should say, what they don't say yet."""
        differences: dict[int, Mapping[str, str]] = {}
        for index in sorted(self._wanted):
            now_shown = self.rows[index].shown
            changed = {
                name: text
                for name, text in self._wanted[index].items()
                if now_shown.get(name, "") != text
            }
            if changed:
                differences[index] = changed
        return differences


def _obstacle(now: datetime, control: Control, rules: Rules) -> str | None:
    """What stands in the way of all new calls; Control speaks first, because a person set it."""
    if not control.run:
        return control.problem or PAUSED
    if rules.obstacle:
        return rules.obstacle
    if not rules.hours.open_at(now):
        opening = rules.hours.next_opening(now)
        if opening is None:
            return NEVER_OPEN
        return f"Outside calling hours: opens {spoken(opening, now, rules.zone)}."
    return None
