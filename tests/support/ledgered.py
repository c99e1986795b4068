"""A sheet in memory, a portal in memory, and between them the real planner and the real ledger.

One pass is cut into its steps, so that people, the portal and death can come between any two.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sheets_dialer.domain.attempt import Attempt, AttemptState, Transition
from sheets_dialer.domain.content import Content
from sheets_dialer.ledger.ledger import Intent, Ledger
from sheets_dialer.planning.plan import Plan
from sheets_dialer.tabs.queue_columns import DIALER
from sheets_dialer.tabs.queue_rows import QueueRow, beside_their_calls
from tests.support.planning import POLICY, World

GAP = POLICY.same_call_gap


@dataclass
class Call:
    """A call that the portal accepted. It counts, whether or not the reply arrived."""

    call_id: str
    number: str
    fingerprint: str
    status: int = 1
    dtmf: str | None = None


@dataclass
class Written:
    """A plan that is recorded and on its way to the sheet, with the rows that it was made for."""

    plan: Plan
    cells: Mapping[int, Mapping[str, str]]
    intended: dict[int, Attempt]
    """By row index, the attempts of the rows that it marks."""
    phones: Mapping[int, object]


@dataclass
class LedgeredWorld(World):
    """The world of `planning`, its jobs kept by a real ledger in a file."""

    folder: Path | None = None
    calls: list[Call] = field(default_factory=list)
    """Every call that the portal accepted, in order: the judge."""
    written: Written | None = None
    to_send: list[Attempt] = field(default_factory=list)
    """Attempts whose mark the sheet has shown."""
    sent: list[tuple[Attempt, Call]] = field(default_factory=list)
    """Requests of which the portal has accepted the call and no reply has come yet."""

    def __post_init__(self) -> None:
        assert self.folder is not None
        self.ledger = Ledger(f"sqlite:///{self.folder / 'dialer.db'}", new_id="people00")
        self._ids: Iterator[int] = itertools.count(1)
        self._says: dict[int, Content] = {}
        """By attempt whose mark was seen, what is said."""

    def look(self) -> None:
        """Takes the jobs from the ledger, as a pass does."""
        self.jobs = self.ledger.jobs(self.policy.campaign)

    def begin_pass(self) -> None:
        """Read, plan and record; the write is on its way."""
        self.take_back()
        self.look()
        plan = self.plan()
        moves = [
            Transition(one.id, AttemptState.PLACED, AttemptState.ENDED, {"ended_at": self.now})
            for one in plan.ended
        ] + [
            Transition(one.id, AttemptState.UNKNOWN, AttemptState.RELEASED, {})
            for one in plan.released
        ]
        intended = self.ledger.record(
            self.policy.campaign,
            self.now,
            new_jobs=plan.new_jobs,
            adoptions=plan.adoptions,
            job_changes=plan.job_changes,
            moves=moves,
            intents=[Intent(dial.job, dial.reason) for dial in plan.dials],
            rewritings=[
                *plan.rewritings,
                *(dial.rewriting for dial in plan.dials if dial.rewriting),
            ],
            gap=GAP,
        )
        by_job = {attempt.job_id: attempt for attempt in intended}
        marked = {d.row.index: by_job[d.job.id] for d in plan.dials if d.job.id in by_job}
        left_out = {dial.row.index for dial in plan.dials} - set(marked)
        cells = {row: texts for row, texts in plan.cells.items() if row not in left_out}
        phones = {dial.row.index: dial.row.phone for dial in plan.dials}
        self.written = Written(plan, beside_their_calls(cells, plan.rows), marked, phones)

    def land(self) -> None:
        """The write reaches the sheet as it is by now; marks count where they are seen beside
        their Ref and number."""
        written, self.written = self.written, None
        if written is None:
            return
        refs = {dial.row.index: dial.job.ref for dial in written.plan.dials}
        for index, texts in written.cells.items():
            if index - 1 < len(self.sheet):
                self.put(index, texts)
        seen: list[Attempt] = []
        for index, attempt in written.intended.items():
            row = self.sheet[index - 1] if index - 1 < len(self.sheet) else {}
            shown = (row.get("Ref"), row.get("Status"), row.get("Phone"))
            if shown == (refs[index], "Calling", written.phones[index]):
                seen.append(attempt)
                self._says[attempt.id] = self._content_at(index)
            else:
                self._move(attempt, AttemptState.INTENDED, AttemptState.WITHDRAWN)
        # What is said is what the row shows by now; nobody hears the same twice.
        by_job = {dial.job.id: dial.job.content for dial in written.plan.dials}
        otherwise = {
            each.id: self._says[each.id]
            for each in seen
            if self._says[each.id] != by_job[each.job_id]
        }
        refused = self.ledger.say_otherwise(otherwise, self.now, GAP)
        for each in seen:
            if each.id in refused:
                self._move(each, AttemptState.INTENDED, AttemptState.WITHDRAWN)
            else:
                self.to_send.append(each)

    def send(self) -> None:
        """The next request leaves, and the portal accepts the call."""
        if not self.to_send:
            return
        attempt = self.to_send.pop(0)
        if self._move(attempt, AttemptState.INTENDED, AttemptState.SENDING, sending_at=self.now):
            said = self._says[attempt.id].fingerprint()
            call = Call(f"call{next(self._ids)}", attempt.number, said)
            self.calls.append(call)
            self.sent.append((attempt, call))

    def _content_at(self, index: int) -> Content:
        """What a row asks for by now."""
        (row,) = [row for row in self.rows() if row.index == index]
        assert row.content is not None
        return row.content

    def reply(self) -> None:
        """The portal's reply to the oldest request arrives."""
        if self.sent:
            attempt, call = self.sent.pop(0)
            news = {"call_id": call.call_id, "placed_at": self.now}
            self._move(attempt, AttemptState.SENDING, AttemptState.PLACED, **news)

    def ask(self) -> None:
        """The dialer asks about every call that it follows."""
        calls = {call.call_id: call for call in self.calls}
        self.look()
        reports = []
        for attempt in (one for job in self.jobs for one in job.attempts):
            call = calls.get(attempt.call_id or "")
            if call is None or attempt.state is not AttemptState.PLACED:
                continue
            news: dict[str, Any] = {"polled_at": self.now}
            if (attempt.call_status, attempt.dtmf) != (call.status, call.dtmf):
                news |= {"call_status": call.status, "dtmf": call.dtmf, "changed_at": self.now}
                if call.status == 2 and attempt.answered_at is None:
                    news["answered_at"] = self.now
            reports.append((attempt.id, news))
        self.ledger.report(reports, self.now)

    def die(self) -> None:
        """The process is killed and started again; what was on its way to the sheet may land."""
        self.to_send, self.sent = [], []
        moves = [
            Transition(one.id, state, target, {"changed_at": self.now})
            for state, target in (
                (AttemptState.INTENDED, AttemptState.WITHDRAWN),
                (AttemptState.SENDING, AttemptState.UNKNOWN),
            )
            for one in self.ledger.attempts_in({state})
        ]
        self.ledger.move(moves, self.now)

    def take_back(self) -> None:
        """Before a pass reads the ledger, what was not sent goes back to the queue."""
        for attempt in self.to_send:
            self._move(attempt, AttemptState.INTENDED, AttemptState.WITHDRAWN)
        self.to_send = []

    def settle(self) -> None:
        """Nobody disturbs any more: everything comes to its end."""
        for _ in range(12):
            self.begin_pass()
            self.land()
            while self.to_send:
                self.send()
            while self.sent:
                self.reply()
            for call in self.calls:
                if call.status in (1, 8):
                    call.status, call.dtmf = 2, "1"
            self.ask()
            self.now += timedelta(seconds=30)

    def asking_again(self) -> Counter[str]:
        """By content, on how many rows Call again stands."""
        return Counter(row.fingerprint for row in self.rows() if row.word == "call again")

    def judged_rows(self) -> Iterator[tuple[QueueRow, Call]]:
        """Every row that shows a call of ours, with that call."""
        calls = {call.call_id: call for call in self.calls}
        for row in self.rows():
            if row.shown["call_id"] in calls:
                yield row, calls[row.shown["call_id"]]

    def people_cells(self) -> list[dict[str, Any]]:
        """Every row's cells but the dialer's."""
        return [
            {title: value for title, value in row.items() if title not in DIALER.values()}
            for row in self.sheet
        ]

    def _move(
        self, attempt: Attempt, source: AttemptState, target: AttemptState, **values: Any
    ) -> bool:
        move = Transition(attempt.id, source, target, values)
        return attempt.id in self.ledger.move([move], self.now)
