"""Two dialers and one row, in every order that their steps can come in.

Planner, fence, token and the batches of a queue tab are the program's own. Around them is a model:
a document that applies batches whole or not at all and remembers its older versions, and ledgers as
plain values. A read may show a version up to two writes old; a write may get no answer, or come
long after it was given up. Politeness is left out, since safety must not rest on it: whoever sees
another's token goes on at once.

States are values, so each is visited once however many orders lead to it.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sheets_dialer.base.errors import (
    AnotherDialer,
    OldRead,
    SheetRefused,
    SheetUnreachable,
    TokenLost,
    WriteRefused,
    WrittenTogether,
)
from sheets_dialer.domain.attempt import Attempt, AttemptState, Reason
from sheets_dialer.domain.job import Job
from sheets_dialer.domain.portal_status import ANSWERED
from sheets_dialer.domain.problems import ProblemCode
from sheets_dialer.google_sheets import Mark, QueueTab, Snapshot, TabFacts
from sheets_dialer.planning.plan import Plan
from sheets_dialer.reconciler.token_repair import settle_token
from sheets_dialer.reconciler.write_fence import WriteFence
from sheets_dialer.tabs.fence_state import STANDS_BY, FenceState, FenceStep
from sheets_dialer.tabs.queue_rows import beside_their_calls
from sheets_dialer.tabs.status import AGAIN, CALLING
from tests.support.planning import KARACHI, TITLES, World

NOW = datetime(2026, 7, 15, 9, tzinfo=UTC)
OLDEST_READ = 2
"""How many writes old a read may be."""
_TAB = "Calls"
_NAME = f"document/{_TAB}"
"""What the fence knows the tab by."""
_HEADER = tuple(TITLES.values())
Batch = Sequence[Mapping[str, Any]]
Grid = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Sheet:
    """One version of the document: its cells and its named ranges, names by id."""

    grid: Grid
    ranges: tuple[tuple[str, str], ...] = ()
    tells_ranges: bool = True
    """Whether a write's answer lists the named ranges."""

    def after(self, batch: Batch, *, fenced: bool = True) -> Sheet:
        """The version that the batch leaves; if not `fenced`, it is fitted to what is there: taking
        away what is gone and adding what is there do nothing.

        Raises:
            TokenLost, WriteRefused: Google refuses one of its requests, and so all of them.
        """
        grid = [list(row) for row in self.grid]
        ranges = dict(self.ranges)
        for index, request in enumerate(batch):
            ((kind, what),) = request.items()
            if kind == "deleteNamedRange":
                if ranges.pop(what["namedRangeId"], None) is None and fenced:
                    raise _refusal(index)
            elif kind == "addNamedRange":
                named = what["namedRange"]
                new_id = named.get("namedRangeId", named["name"])
                if new_id in ranges or named["name"] in ranges.values():
                    if fenced:
                        raise _refusal(index)
                    continue
                ranges[new_id] = named["name"]
            else:
                start = what["start"]
                for down, row in enumerate(what["rows"], start=start["rowIndex"]):
                    for across, cell in enumerate(row["values"], start=start["columnIndex"]):
                        text = cell.get("userEnteredValue", {}).get("stringValue", "")
                        grid[down][across] = text
        cells = tuple(map(tuple, grid))
        return replace(self, grid=cells, ranges=tuple(sorted(ranges.items())))


class _Document:
    """What a queue tab sees of the document. `does` is what becomes of a batch; the named ranges
    are read apart, and so from another version."""

    key = "document"

    def __init__(self, sheet: Sheet, does: Any = None, ranges: Sheet | None = None) -> None:
        self._sheet = sheet
        self._does = does
        self._ranges = ranges or sheet

    def tabs(self) -> Mapping[int, TabFacts]:
        return {0: TabFacts(0, _TAB, len(_HEADER))}

    def tab_titled(self, title: str) -> TabFacts | None:
        return self.tabs()[0] if title == _TAB else None

    def forget_tabs(self) -> None:
        """Nobody renames tabs here."""

    def read_rows(self, _ids: Sequence[int]) -> dict[int, list[bytes]]:
        return {0: [json.dumps(row).encode() for row in self._sheet.grid]}

    def get(self, _fields: str) -> dict[str, Any]:
        return {
            "namedRanges": [
                {"namedRangeId": each, "name": name, "range": {}}
                for each, name in self._ranges.ranges
            ]
        }

    def batch(self, batch: Batch, **_options: Any) -> dict[str, Any]:
        after: Sheet = self._does(batch)
        rows = [
            {"values": [{"effectiveValue": {"stringValue": text}} for text in row]}
            for row in after.grid
        ]
        sheet = {"properties": {"sheetId": 0}, "data": [{"rowData": rows}]}
        told = after.ranges if after.tells_ranges else ()
        named = [{"namedRangeId": each, "name": name, "range": {}} for each, name in told]
        return {"updatedSpreadsheet": {"sheets": [sheet], "namedRanges": named}}


@dataclass(frozen=True)
class Ledger:
    """A ledger as a value: what the fence and the planner need of it."""

    id: str
    jobs: tuple[Job, ...] = ()
    fence: FenceState = field(default_factory=FenceState)
    """What is remembered of the document's only tab."""


class _Memory:
    """A ledger while the fence works with it."""

    def __init__(self, ledger: Ledger) -> None:
        self.id = ledger.id
        self.jobs = ledger.jobs
        self.state = ledger.fence

    def fence(self, _tab: str) -> FenceState:
        return self.state

    def change_fence(self, _tab: str, take: Callable[[FenceState], FenceStep]) -> FenceStep:
        step = take(self.state)
        self.state = step.state
        if step.doubts_marks:
            self.doubt_marks()
        return step

    def doubt_marks(self) -> None:
        def doubted(attempt: Attempt) -> Attempt:
            if attempt.state is AttemptState.WITHDRAWN and attempt.problem_code is None:
                return replace(attempt, problem_code=ProblemCode.MARK_IN_DOUBT)
            return attempt

        self.jobs = tuple(
            replace(job, attempts=tuple(map(doubted, job.attempts))) for job in self.jobs
        )

    def kept(self) -> Ledger:
        return Ledger(self.id, self.jobs, self.state)


class _World(World):
    """Plans as ever; what is to be dialled is intended and not yet placed."""

    def dialled(
        self, attempt_id: int, job: Job, reason: Reason, at: datetime | None = None
    ) -> Attempt:
        if reason is Reason.ADOPTED:
            return super().dialled(attempt_id, job, reason, at)
        return Attempt(
            attempt_id, job.id, job.content.number, AttemptState.INTENDED, self.now, reason
        )


@dataclass(frozen=True)
class Dialer:
    """One dialer between two of its steps. `writer` names its run."""

    ledger: Ledger
    writer: str
    passes: int
    """How many passes it has yet to make."""
    made: int = 0
    seen: Sheet | None = None
    """What its pass was read from, until it has written."""
    settles: Sheet | None = None
    """What it had read before its write was refused; it looks once more."""
    confirmed: bool = False
    """Whether the mark of its intended attempt was shown, so that the call may go out."""


@dataclass(frozen=True)
class State:
    """Everything, between two steps."""

    versions: tuple[Sheet, ...]
    """The document's, the latest last."""
    dialers: tuple[Dialer, Dialer]
    in_the_air: tuple[tuple[Any, ...], ...] = ()
    """Batches that their senders have given up and that may still arrive."""
    troubles: int = 1
    """How many writes may yet lose their answers."""
    kills: int = 1
    words: int = 1
    """How often a person may yet say PAUSE and RUN to a dialer that has stopped."""
    orders: int = 0
    """How often a person may yet choose Call again on a row that shows its result."""
    answers: bool = False
    """Whether each call is answered, with a key, and over at once; else it goes on and on."""
    calls: int = 0

    @property
    def sheet(self) -> Sheet:
        return self.versions[-1]

    def written(self, sheet: Sheet) -> State:
        """With a new version of the document."""
        return replace(self, versions=(*self.versions, sheet)[-1 - OLDEST_READ :])


def row(**cells: str) -> Sheet:
    """A document with one row, given by column header."""
    values = {title.replace(" ", "_"): title for title in _HEADER}
    texts = {values[name]: text for name, text in cells.items()}
    return Sheet((_HEADER, tuple(texts.get(title, "") for title in _HEADER)))


@dataclass
class Search:
    """Visits every state that can be reached. `fenced` is whether the document refuses what Google
    refuses, and `rebased` whether it accepts a batch all the same that was right for one of the
    last versions; `most` is how many calls there may be."""

    fenced: bool = True
    rebased: bool = False
    most: int = 1
    states: int = 0
    doubles: int = 0
    calls: int = 0
    """The most calls that any order of steps led to."""
    _known: set[State] = field(default_factory=set)

    def run(self, begin: State) -> None:
        """Visits everything that can follow."""
        waiting = [begin]
        while waiting:
            state = waiting.pop()
            if state in self._known:
                continue
            self._known.add(state)
            self.states += 1
            self.calls = max(self.calls, state.calls)
            if state.calls > self.most:
                self.doubles += 1
                continue
            waiting.extend(self.steps_of(state))

    def steps_of(self, state: State) -> Iterator[State]:
        """Every state that one step leads to."""
        for place, batch in enumerate(state.in_the_air):
            rest = state.in_the_air[:place] + state.in_the_air[place + 1 :]
            arrived = replace(state, in_the_air=rest)
            with suppress(SheetRefused):
                arrived = arrived.written(self._applied(state, _thawed(batch)))
            yield arrived
        if state.orders and (asked := _asked_again(state.sheet)):
            yield replace(state.written(asked), orders=state.orders - 1)
        for which, reconciler in enumerate(state.dialers):
            for after, moved in self._steps(state, reconciler):
                both = list(after.dialers)
                both[which] = moved
                yield replace(after, dialers=tuple(both))

    def _applied(self, state: State, batch: Batch) -> Sheet:
        """The version that a batch leaves, where the document takes it."""
        try:
            return state.sheet.after(batch, fenced=self.fenced)
        except SheetRefused:
            if not self.rebased or not any(map(_takes(batch), state.versions[:-1])):
                raise
        return state.sheet.after(batch, fenced=False)

    def _steps(self, state: State, reconciler: Dialer) -> Iterator[tuple[State, Dialer]]:
        if state.kills and (reconciler.seen or reconciler.confirmed):
            yield replace(state, kills=state.kills - 1), _restarted(reconciler)
        if reconciler.confirmed:
            placed = AttemptState.ENDED if state.answers else AttemptState.PLACED
            yield replace(state, calls=state.calls + 1), _called(reconciler, placed)
            if state.kills:
                sent = replace(state, calls=state.calls + 1, kills=state.kills - 1)
                yield sent, _restarted(_called(reconciler, AttemptState.UNKNOWN))
        elif reconciler.settles is not None:
            for header, ranges in itertools.product(state.versions, repeat=2):
                yield self._settle(state, reconciler, header, ranges)
        elif reconciler.seen is not None:
            yield from self._write(state, reconciler, reconciler.seen)
        elif reconciler.passes:
            if state.words and _has_stopped(reconciler.ledger):
                yield replace(state, words=state.words - 1), _told_to_run(reconciler)
            for version in state.versions:
                passes, made = reconciler.passes - 1, reconciler.made + 1
                yield state, replace(reconciler, seen=version, passes=passes, made=made)

    def _write(
        self, state: State, reconciler: Dialer, seen: Sheet
    ) -> Iterator[tuple[State, Dialer]]:
        """Plans from what was read, records, and writes; with all that can become of the write."""
        sent: list[Batch] = []

        def no_answer(batch: Batch) -> Sheet:
            sent.append(batch)
            raise SheetUnreachable("no answer")

        unanswered, _ = _passed(reconciler, seen, no_answer)
        if not sent:
            yield state, unanswered
            return
        after: list[Sheet] = []

        def applied(batch: Batch) -> Sheet:
            after.append(self._applied(state, batch))
            return after[-1]

        answered, _ = _passed(reconciler, seen, applied)
        now = state.written(after[-1]) if after else state
        yield now, answered
        if state.troubles:
            yield replace(now, troubles=state.troubles - 1), unanswered
            air = (*state.in_the_air, _frozen(sent[0]))
            yield replace(state, troubles=state.troubles - 1, in_the_air=air), unanswered

    def _settle(
        self, state: State, reconciler: Dialer, header: Sheet, ranges: Sheet
    ) -> tuple[State, Dialer]:
        """After a refused swap, with what two more reads may show."""
        assert reconciler.settles is not None
        memory = _Memory(reconciler.ledger)
        after: list[Sheet] = []

        def applied(batch: Batch) -> Sheet:
            after.append(self._applied(state, batch))
            return after[-1]

        tab = QueueTab(_Document(header, applied, ranges), _TAB, {})
        before = _snapshot(reconciler.settles)
        fence = WriteFence(memory, reconciler.writer)
        # Politeness is left out here as everywhere: the second time it has stood by.
        for now in (NOW, NOW + STANDS_BY):
            try:
                settle_token(tab, fence, before, now, KARACHI)
            except AnotherDialer:
                continue
            except (SheetRefused, OldRead):
                pass
            break
        settled = replace(reconciler, settles=None, ledger=memory.kept())
        return (state.written(after[-1]) if after else state), settled


def _passed(reconciler: Dialer, seen: Sheet, does: Any) -> tuple[Dialer, Plan]:
    """A pass from what was read to the end of its write, as the program goes about it."""
    snapshot = _snapshot(seen)
    memory = _Memory(reconciler.ledger)
    fence = WriteFence(memory, reconciler.writer)
    now = NOW + reconciler.made * timedelta(seconds=15)
    try:
        stopped = _looked(fence, snapshot, now)
    except OldRead:
        return replace(reconciler, ledger=memory.kept(), seen=None), Plan()
    except TokenLost:
        return replace(reconciler, ledger=memory.kept(), seen=None, settles=seen), Plan()
    world = _World(now, [dict(zip(_HEADER, cells, strict=True)) for cells in seen.grid[1:]])
    world.jobs = list(memory.jobs)
    world.obstacle = stopped
    # Refs that no other run makes, and the same ones however the state was reached.
    world.refs = (f"{reconciler.writer}{len(world.jobs)}{n}" for n in range(9))
    plan = world.plan()
    cells = beside_their_calls(plan.cells, plan.rows)
    marks = [Mark(dial.row.index, dial.job.ref, dial.row.phone, CALLING) for dial in plan.dials]
    world.record(plan)
    confirmed: set[int] = set()
    settles, problem, together = None, None, False
    left: list[Sheet] = []

    def does_and_leaves(batch: Batch) -> Sheet:
        left.append(does(batch))
        return left[-1]

    if cells:
        token = fence.next_token(_NAME, snapshot.token)
        try:
            tab = QueueTab(_Document(seen, does_and_leaves), _TAB, {})
            confirmed = tab.write(snapshot, token, cells, marks)
            fence.landed(_NAME, token)
        except TokenLost:
            settles, problem = seen, ProblemCode.NEVER_MARKED
        except WrittenTogether:
            fence.landed(_NAME, token)
            settles, together = left[-1], True
        except SheetRefused:
            problem = ProblemCode.NEVER_MARKED
        except SheetUnreachable:
            pass
    ledger = replace(memory.kept(), jobs=tuple(world.jobs))
    after = replace(
        reconciler, ledger=ledger, seen=None, settles=settles, confirmed=bool(confirmed)
    )
    if confirmed:
        return after, plan
    after = _moved(after, AttemptState.WITHDRAWN, problem)
    return (_doubted(after) if together else after), plan


def _looked(fence: WriteFence, snapshot: Snapshot, now: datetime) -> str | None:
    """What the fence says of the token, once it has stood by for long enough."""
    arguments: dict[str, Any] = {"runs": True, "zone": KARACHI}
    try:
        return fence.observe(_NAME, snapshot.token, now=now, **arguments)
    except AnotherDialer:
        return fence.observe(_NAME, snapshot.token, now=now + STANDS_BY, **arguments)


def _has_stopped(ledger: Ledger) -> bool:
    return _fence_says(_Memory(ledger), runs=True) is not None


def _told_to_run(reconciler: Dialer) -> Dialer:
    """A pass has seen that Control said PAUSE."""
    memory = _Memory(reconciler.ledger)
    _fence_says(memory, runs=False)
    return replace(reconciler, ledger=memory.kept())


def _fence_says(memory: _Memory, *, runs: bool) -> str | None:
    """What the fence says when the sheet shows the last token that the ledger remembers."""
    fence = WriteFence(memory, "....")
    try:
        return fence.observe(_NAME, fence.last_token(_NAME), runs=runs, now=NOW, zone=KARACHI)
    except (OldRead, TokenLost):
        # Somebody else has written since: nothing that a person's word would help.
        return None


def _called(reconciler: Dialer, state: AttemptState) -> Dialer:
    return replace(_moved(reconciler, state), confirmed=False)


def _answered(at: datetime) -> dict[str, Any]:
    """What the ledger has of a call that was answered with a key and is over."""
    moments = dict.fromkeys(("answered_at", "changed_at", "polled_at", "ended_at"), at)
    return {"call_status": ANSWERED, "dtmf": "1", **moments}


def _asked_again(sheet: Sheet) -> Sheet | None:
    """The document once a person has chosen Call again, where its row shows a result."""
    header, cells = sheet.grid
    status = header.index(TITLES["status"])
    if not cells[header.index(TITLES["dtmf"])] or cells[status] == AGAIN:
        return None
    row = (*cells[:status], AGAIN, *cells[status + 1 :])
    return replace(sheet, grid=(header, row))


def _restarted(reconciler: Dialer) -> Dialer:
    """After a kill: what was not sent goes back to the queue; the next run has another name."""
    back = _moved(reconciler, AttemptState.WITHDRAWN)
    writer = f"{reconciler.writer[:3]}{chr(ord(reconciler.writer[3]) + 1)}"
    return replace(back, writer=writer, seen=None, settles=None, confirmed=False)


def _moved(reconciler: Dialer, to: AttemptState, problem: ProblemCode | None = None) -> Dialer:
    """With the intended attempt moved on."""

    def moved(attempt: Attempt) -> Attempt:
        if attempt.state is not AttemptState.INTENDED:
            return attempt
        if to in (AttemptState.PLACED, AttemptState.ENDED):
            call_id = f"call{reconciler.writer}{attempt.id}"
            at = attempt.intended_at
            attempt = replace(attempt, state=to, call_id=call_id, sending_at=at, placed_at=at)
            return attempt if to is AttemptState.PLACED else replace(attempt, **_answered(at))
        sending_at = attempt.intended_at if to is AttemptState.UNKNOWN else None
        return replace(attempt, state=to, sending_at=sending_at, problem_code=problem)

    jobs = tuple(
        replace(job, attempts=tuple(map(moved, job.attempts))) for job in reconciler.ledger.jobs
    )
    return replace(reconciler, ledger=replace(reconciler.ledger, jobs=jobs))


def _takes(batch: Batch) -> Callable[[Sheet], bool]:
    def takes(sheet: Sheet) -> bool:
        try:
            sheet.after(batch)
        except SheetRefused:
            return False
        return True

    return takes


def _doubted(reconciler: Dialer) -> Dialer:
    """With what was withdrawn last made unknown: another dialer may have called it."""

    def doubted(job: Job) -> Job:
        *before, last = job.attempts or (None,)
        if last is None or last.state is not AttemptState.WITHDRAWN:
            return job
        return replace(job, attempts=(*before, replace(last, state=AttemptState.UNKNOWN)))

    ledger = replace(reconciler.ledger, jobs=tuple(map(doubted, reconciler.ledger.jobs)))
    return replace(reconciler, ledger=ledger)


def _snapshot(sheet: Sheet) -> Snapshot:
    return QueueTab(_Document(sheet), _TAB, {}).read()


def _refusal(index: int) -> SheetRefused:
    return TokenLost("gone") if index == 0 else WriteRefused("refused", index)


def _frozen(value: Any) -> Any:
    """A batch as a value that can be part of a state."""
    if isinstance(value, Mapping):
        return ("{}", *((name, _frozen(each)) for name, each in value.items()))
    if isinstance(value, list | tuple):
        return ("[]", *map(_frozen, value))
    return value


def _thawed(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    kind, *rest = value
    return [*map(_thawed, rest)] if kind == "[]" else {n: _thawed(each) for n, each in rest}
