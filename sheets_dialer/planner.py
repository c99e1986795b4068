"""The planner: from the time, the sheet, the ledger and the policy to the acts of one pass.

It reads no clock, does no I/O and rolls no dice; the same arguments give the same plan, which is
why the command `plan` can print exactly what a pass would do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from .call import (
    Adoption,
    Attempt,
    AttemptState,
    Content,
    Job,
    JobChange,
    NewJob,
)
from .disposition import (
    CHECK,
    EMPTY,
    NOT_CALLED,
    QUEUED,
    UNKNOWN_OUTCOME,
    WAITING,
    marked,
)
from .following import holds_line, is_final, is_followed, lines_coming_free
from .hearing import hear, settled, unclear
from .matching import AGAIN, SKIP, Matches, called_at, match
from .phone import NotDiallable
from .plan import Counts, Dial, LedgerState, Plan, Poll, Rules, SheetState
from .polling import next_poll
from .rows import QueueRow
from .showing import NUMBER_CHANGED, Showing, not_diallable
from .turn import NotYet, Owed, read_bounds, turn
from .when import spoken

IN_QUEUE = "Waits for its turn. The Dialer tab says whether calls go out."
SAME_NUMBER = "Another call to this number is still in progress."
UNCLEAR_NUMBER = (
    "An earlier call to this number is unclear. Choose Call again or Skip on its Check row."
)
UNCLEAR_AND_GONE = (
    "It is not known whether an earlier call to this number went out, and its row is gone. "
    "Choose Call again to call anyway."
)
LISTED = "This number is on the Do Not Call tab, row {row}. Remove it there to call."
PAUSED = "Paused: Control says PAUSE."
NEVER_OPEN = "No calling hours are set, so nobody is called."
MARK_IS_STRANGE_FOR = timedelta(minutes=10)


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
    draft = _Draft(now, sheet, ledger, rules, refs)
    matches = match(sheet.rows, ledger.jobs, now, rules.zone)
    draft.listen(matches)
    draft.take_in(matches)
    draft.choose(until_next_pass)
    return draft.plan()


class _Draft:
    """A plan while it is being made: what each row should say, and what follows from it."""

    def __init__(
        self,
        now: datetime,
        sheet: SheetState,
        ledger: LedgerState,
        rules: Rules,
        refs: Iterator[str],
    ) -> None:
        self.now = now
        self.rows = {row.index: row for row in sheet.rows}
        self._ledger = ledger
        self._rules = rules
        self._refs = refs
        self._showing = Showing(now, rules.policy, rules.zone)
        self._listed = sheet.do_not_call
        self._stopped = _obstacle(now, sheet, rules)
        self._closed = sheet.control.run and not (rules.obstacle or self._listed.problem)
        self._calls = _calls_of(ledger)
        self._wanted: dict[int, Mapping[str, str]] = {}
        self._queue: list[Dial] = []
        self._dials: list[Dial] = []
        self._new: list[NewJob] = []
        self._adoptions: list[Adoption] = []
        self._changes: list[JobChange] = []
        self._released: list[Attempt] = []
        self._asked_again: set[str] = set()
        self._queued = self._waiting = self._held = self._settled = 0

    def listen(self, matches: Matches) -> None:
        """Hears what people say on the rows that have a job, and works out what each should say."""
        for index, job in matches.jobs.items():
            row = self.rows[index]
            heard = hear(row, job, self.now)
            if heard.change:
                self._changes.append(heard.change)
            if heard.asks_again:
                self._asked_again.add(job.content.number)
            self._released += heard.released
            self._consider(row, heard.job)

    def take_in(self, matches: Matches) -> None:
        """Makes jobs of new rows, adopts strange calls, and says of the others what is wrong."""
        for row in matches.new:
            self._take_in_new(row)
        for row in matches.strange_calls:
            self._adopt(row)
        for row in matches.strange_marks:
            moment = called_at(row, self.now, self._rules.zone)
            if moment is None or abs(self.now - moment) >= MARK_IS_STRANGE_FOR:
                self._wanted[row.index] = {**row.shown, "status": CHECK, "why": UNKNOWN_OUTCOME}
        for row, job, alone in matches.changed:
            self._take_in_changed(row, job, alone=alone)
        for row, job in matches.copies:
            self._wanted[row.index] = self._showing.copied(row, job)
        for row, of_call in matches.foreign:
            if row.content or of_call:
                self._wanted[row.index] = self._showing.hands_off(row, of_call, IN_QUEUE)
        self._held += sum(map(len, (matches.strange_marks, matches.copies, matches.foreign)))
        self._release_gone(matches)

    def choose(self, until_next_pass: timedelta) -> None:
        """Decides which of the rows whose turn it is are called before the next pass."""
        policy = self._rules.policy
        own = (attempt for job in self._ledger.jobs for attempt in job.attempts)
        attempts = [*own, *self._ledger.elsewhere]
        in_use = sum(holds_line(self.now, attempt, policy) for attempt in attempts)
        coming = lines_coming_free(self.now, until_next_pass, attempts, policy)
        pace = max(1, int(policy.calls_per_minute * until_next_pass / timedelta(minutes=1)))
        room = 0 if self._stopped else max(0, min(policy.lines - in_use + coming, pace))
        if self._rules.calls_paid is not None:
            room = min(room, self._rules.calls_paid)
        released = {attempt.number for attempt in self._released}
        taken = {adoption.job.content.number for adoption in self._adoptions}
        for dial in self._queue:
            number = dial.job.content.number
            if number in taken or (number in self._ledger.busy and number not in released):
                self._say(dial.row, dial.job, NotYet(self._why_busy(number)))
            elif (
                len(self._dials) < room
                and number not in self._ledger.busy
                # A row is dialled only once a read shows its Ref beside exactly its content.
                and (dial.row.ref, dial.row.fingerprint) == (dial.job.ref, dial.job.fingerprint)
            ):
                taken.add(number)
                self._dials.append(dial)
                mark = marked(dial.job, self.now, self._rules.zone)
                self._wanted[dial.row.index] = {**mark, "ref": dial.job.ref}
            else:
                self._queued += 1
                cells = self._showing.waiting(dial.row, dial.job, QUEUED, IN_QUEUE)
                self._wanted[dial.row.index] = cells

    def plan(self) -> Plan:
        """The finished plan."""
        policy = self._rules.policy
        ended, polls = [], []
        for job in self._ledger.jobs:
            for place, attempt in enumerate(job.attempts, start=1):
                if is_followed(attempt, self.now, policy, later=job.attempts[place:]):
                    polls.append(Poll(attempt, next_poll(attempt, policy)))
                elif attempt.state is AttemptState.PLACED:
                    ended.append(attempt)
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
            note=self._listed.note,
            closed=self._stopped is not None and self._closed,
        )

    def _consider(self, row: QueueRow, job: Job) -> None:
        """Works out what a row with exactly its job's content should say, and whether it is to be
        called."""
        if row.word == SKIP:
            self._held += 1
            self._wanted[row.index] = self._showing.skipped(row, job)
            return
        match self._turn(row, job):
            case Owed() if job.content.number in self._listed.rows:
                place = self._listed.rows[job.content.number]
                self._say(row, job, NotYet(LISTED.format(row=place), waits=False))
            case Owed(reason):
                self._queue.append(Dial(job, row, reason))
            case NotYet() as answer:
                self._say(row, job, answer)
            case None:
                policy = self._rules.policy
                self._settled += all(is_final(a, self.now, policy) for a in job.tried)
                self._wanted[row.index] = self._showing.settled(row, job)

    def _turn(self, row: QueueRow, job: Job) -> Owed | NotYet | None:
        calls = self._calls.get(job.fingerprint, ())
        zone = self._rules.zone
        return turn(
            self.now,
            job,
            self._rules.policy,
            bounds=read_bounds(row, job.queued_at, self.now, zone),
            last_same=max((time for job_id, time in calls if job_id != job.id), default=None),
            zone=zone,
        )

    def _say(self, row: QueueRow, job: Job, answer: NotYet) -> None:
        """Says why a row isn't called now."""
        if answer.waits:
            self._waiting += 1
        else:
            self._held += 1
        status = WAITING if answer.waits else NOT_CALLED
        self._wanted[row.index] = self._showing.waiting(row, job, status, answer.why)

    def _why_busy(self, number: str) -> str:
        if self._ledger.busy.get(number) is not AttemptState.UNKNOWN:
            return SAME_NUMBER
        gone = any(attempt.number == number for attempt in self._gone)
        return UNCLEAR_AND_GONE if gone else UNCLEAR_NUMBER

    def _release_gone(self, matches: Matches) -> None:
        """Lets a person's Call again on another row answer for a Check row that was deleted."""
        here = {job.id for job in matches.jobs.values()}
        here |= {job.id for _, job, alone in matches.changed if alone}
        self._gone = [
            attempt for job in self._ledger.jobs if job.id not in here for attempt in unclear(job)
        ]
        self._gone += [one for one in self._ledger.strays if one.state is AttemptState.UNKNOWN]
        self._released += [one for one in self._gone if one.number in self._asked_again]

    def _take_in_new(self, row: QueueRow) -> None:
        if row.content:
            self._new_job(row, row.content)
        elif isinstance(row.number, NotDiallable):
            self._held += 1
            self._wanted[row.index] = not_diallable(row.number.reason)
        else:
            # The number was cleared: nothing is asked for any more.
            self._wanted[row.index] = {**EMPTY, "ref": ""}

    def _new_job(self, row: QueueRow, content: Content) -> None:
        again = row.word == AGAIN
        if again:
            self._asked_again.add(content.number)
        job = NewJob(next(self._refs), content, int(again))
        self._new.append(job)
        self._wanted[row.index] = {**EMPTY, "status": QUEUED, "why": IN_QUEUE, "ref": job.ref}

    def _take_in_changed(self, row: QueueRow, job: Job, *, alone: bool) -> None:
        """A row whose results belong to other content than it now has; `alone` is whether no other
        row has their job."""
        same_number = row.content is not None and row.content.number == job.content.number
        waits = alone and same_number and self._is_under_way(job)
        if alone and row.word in (AGAIN, SKIP) and not waits:
            self._released += unclear(job)
            job = settled(job, unclear(job))
        if row.word == AGAIN and row.content and not waits:
            self._new_job(row, row.content)
            return
        owed = alone and self._turn(row, job) is not None
        self._held += 1
        self._wanted[row.index] = self._showing.changed(row, job, alone=alone, owed=owed)

    def _is_under_way(self, job: Job) -> bool:
        policy = self._rules.policy
        return any(
            attempt.is_open and not is_final(attempt, self.now, policy) for attempt in job.attempts
        )

    def _adopt(self, row: QueueRow) -> None:
        called = row.shown["called_number"]
        number = row.content.number if row.content else ""
        taken = {adoption.job.content.number for adoption in self._adoptions}
        if row.content is None or called not in ("", number):
            self._held += 1
            self._wanted[row.index] = {**row.shown, "why": NUMBER_CHANGED}
        elif number in self._ledger.busy or number in taken:
            self._held += 1
            self._wanted[row.index] = {**row.shown, "why": SAME_NUMBER}
        else:
            job = NewJob(next(self._refs), row.content, int(row.word == AGAIN))
            moment = called_at(row, self.now, self._rules.zone) or self.now
            self._adoptions.append(Adoption(job, row.shown["call_id"], moment))
            self._wanted[row.index] = self._showing.adopted(row, job)

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


def _calls_of(ledger: LedgerState) -> dict[str, set[tuple[int, datetime]]]:
    """By fingerprint, when which job was called: in this campaign ever, in others of late."""
    calls = {fingerprint: set(times) for fingerprint, times in ledger.last_calls.items()}
    for job in ledger.jobs:
        for attempt in job.tried:
            calls.setdefault(job.fingerprint, set()).add((job.id, attempt.intended_at))
    return calls


def _obstacle(now: datetime, sheet: SheetState, rules: Rules) -> str | None:
    """What stands in the way of all new calls; Control speaks first, because a person set it."""
    if not sheet.control.run:
        return sheet.control.problem or PAUSED
    if sheet.do_not_call.problem:
        return sheet.do_not_call.problem
    if rules.obstacle:
        return rules.obstacle
    if not rules.hours.open_at(now):
        opening = rules.hours.next_opening(now)
        if opening is None:
            return NEVER_OPEN
        return f"Outside calling hours: opens {spoken(opening, now, rules.zone)}."
    return None
