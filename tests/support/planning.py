"""A small world for the planner: a sheet and a ledger as plain values, and plans applied to them.

Applying is simple and faithful: cells land on the rows, new jobs and what people said are kept,
dials become attempts. Nothing is sent anywhere.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sheets_dialer.domain.attempt import Attempt, AttemptState, Reason
from sheets_dialer.domain.calling_hours import CallingHours, read_hours
from sheets_dialer.domain.content import Content
from sheets_dialer.domain.daily_usage import DailyUsage
from sheets_dialer.domain.job import Job, NewJob
from sheets_dialer.domain.opt_out import OptOut
from sheets_dialer.domain.phone_numbers import Number, read_number
from sheets_dialer.domain.policy import Policy, RedialRule
from sheets_dialer.planning.plan import LedgerState, PassRules, Plan, RowBatch, TabShown
from sheets_dialer.planning.planner import Planner
from sheets_dialer.planning.readiness import as_rewritten
from sheets_dialer.tabs.control_settings import ControlSettings
from sheets_dialer.tabs.control_tab import Control
from sheets_dialer.tabs.queue_columns import DIALER, PEOPLE, find_columns
from sheets_dialer.tabs.queue_rows import QueueRow, beside_their_calls, read_rows

KARACHI = ZoneInfo("Asia/Karachi")
VOICE = "102"
TITLES = {
    "phone": "Phone",
    "amount": "Amount",
    "text1": "Store",
    "text2": "Order ID",
    "voice_id": "Voice ID",
    "call_after": "Call After",
    "call_before": "Call Before",
    **DIALER,
}
"""The columns of every test sheet, by our names."""
_COLUMNS = find_columns(list(TITLES.values()), {})
OPEN_ALL_DAY = {"monday-sunday": "00:00-24:00"}
POLICY = Policy(
    campaign="orders",
    voice_id=VOICE,
    lines=10,
    call_length=timedelta(seconds=60),
    calls_per_minute=60,
    account_retries=3,
    settle=timedelta(minutes=60),
    answer_settle=timedelta(seconds=90),
    poll_first_after=timedelta(seconds=10),
    poll_every=timedelta(seconds=15),
    give_up_after=timedelta(hours=24),
    mark_lives=timedelta(seconds=60),
    same_call_gap=timedelta(hours=24),
    max_age=timedelta(hours=72),
    redial=None,
    redial_no_key=None,
    answers={
        "1": "Confirmed",
        "2": "Cancelled",
        "3": "Callback requested",
        "none": "No key pressed",
    },
    # Most cases are about something else than half-typed rows.
    typing=timedelta(0),
)
_UNITS = {"seconds", "minutes", "hours", "days"}


def moment(text: str) -> datetime:
    """A time as the cases write it, in Karachi: ``2026-07-15 14:00`` or with seconds."""
    return datetime.fromisoformat(str(text)).replace(tzinfo=KARACHI).astimezone(UTC)


def span(text: object) -> timedelta:
    """A length of time as the cases write it: ``90 seconds``."""
    number, unit = str(text).split()
    unit = unit if unit.endswith("s") else f"{unit}s"
    assert unit in _UNITS, text
    return timedelta(**{unit: float(number)})


def policy(overrides: Mapping[str, Any]) -> Policy:
    """The usual policy with some of its fields set otherwise."""
    values: dict[str, Any] = {}
    usual = {item.name: getattr(POLICY, item.name) for item in fields(Policy)}
    for name, value in overrides.items():
        assert name in usual, f"the policy has no field {name}"
        if name in ("redial", "redial_no_key"):
            values[name] = RedialRule(
                attempts=value.get("attempts", 1),
                after=tuple(span(each) for each in value["after"]),
                statuses=frozenset(value.get("on", (2,) if name == "redial_no_key" else (4, 5))),
            )
        elif name == "needs":
            values[name] = frozenset(value)
        elif isinstance(usual[name], timedelta):
            values[name] = span(value)
        else:
            values[name] = value
    return replace(POLICY, **values)


def content(cells: Mapping[str, object]) -> Content:
    """What a row with these people's cells asks for."""
    (row,) = rows_of([{"Phone": "0300 1234567", **cells}])
    assert row.content is not None, f"{cells} can't be dialled"
    return row.content


def people_cells(job: Job) -> dict[str, str]:
    """People's cells that ask for what the job asks for."""
    texts = {"Store": job.content.texts[0], "Order ID": job.content.texts[1]}
    cells = {"Phone": job.content.number, "Amount": job.content.amount, **texts}
    return {title: text for title, text in cells.items() if text}


def rows_of(
    sheet: Sequence[Mapping[str, object]], chosen_voice: str | None = None
) -> list[QueueRow]:
    """The rows as the dialer reads them; each is given by column header."""
    header = list(TITLES.values())
    for row in sheet:
        assert set(row) <= set(header), f"unknown columns in {row}"
    grid: list[list[Any]] = [header, *([row.get(title, "") for title in header] for row in sheet)]
    return read_rows(grid, _COLUMNS, VOICE, chosen_voice)


@dataclass
class World:
    """A sheet and a ledger between passes."""

    now: datetime
    sheet: list[dict[str, Any]]
    """Rows by column header, people's cells and the dialer's."""
    jobs: list[Job] = field(default_factory=list)
    policy: Policy = field(default=POLICY, repr=False)
    hours: CallingHours = field(
        default_factory=lambda: CallingHours(KARACHI, read_hours(OPEN_ALL_DAY)), repr=False
    )
    control: Control = field(default_factory=lambda: Control(True))
    settings: ControlSettings = field(default_factory=ControlSettings)
    today: DailyUsage = field(default_factory=DailyUsage, repr=False)
    price: float | None = None
    obstacle: str | None = None
    calls_paid: int | None = None
    until_next_pass: timedelta = timedelta(seconds=15)
    elsewhere_busy: dict[str, AttemptState] = field(default_factory=dict)
    """Numbers that open attempts of other campaigns hold."""
    elsewhere_called: dict[str, datetime] = field(default_factory=dict)
    """By fingerprint, calls of other campaigns."""
    elsewhere: dict[str, Job] = field(default_factory=dict)
    """By Ref, jobs of other campaigns."""
    opted_out: dict[str, OptOut] = field(default_factory=dict)
    """Numbers whose owners asked not to be called again."""
    refs: Iterator[str] = field(
        default_factory=lambda: (f"new{n}" for n in itertools.count(1)), repr=False
    )

    def rows(self) -> list[QueueRow]:
        """The rows that have something in them."""
        return rows_of(self.sheet, self.settings.voice_id)

    def open_attempts(self) -> list[Attempt]:
        """Every open attempt, of this campaign and of others."""
        own = [attempt for job in self.jobs for attempt in job.attempts if attempt.is_open]
        return own + [
            Attempt(id=-place, job_id=-1, number=number, state=state, intended_at=self.now)
            for place, (number, state) in enumerate(self.elsewhere_busy.items(), start=1)
        ]

    def busy(self) -> set[str]:
        """The numbers that open attempts hold."""
        return {attempt.number for attempt in self.open_attempts()}

    def part(self) -> RowBatch:
        """All rows and jobs."""
        calls: dict[str, list[tuple[int, datetime]]] = {
            fingerprint: [(-1, called_at)]
            for fingerprint, called_at in self.elsewhere_called.items()
        }
        for job in self.jobs:
            if times := [attempt.intended_at for attempt in job.called]:
                for said in {job.fingerprint, job.content.fingerprint()}:
                    calls.setdefault(said, []).append((job.id, max(times)))
        for job in self.elsewhere.values():
            for attempt in job.tried:
                calls.setdefault(job.fingerprint, []).append((job.id, attempt.intended_at))
        titles = {name: title for name, title in TITLES.items() if name in PEOPLE}
        return RowBatch(
            self.rows(), self.jobs, calls, self.opted_out, self.elsewhere, titles=titles
        )

    def planner(self) -> Planner:
        """What begins a pass's plan."""
        return Planner(
            self.now,
            TabShown(self.control, self.settings),
            LedgerState(self.open_attempts()),
            self.rules(),
            until_next_pass=self.until_next_pass,
            refs=self.refs,
        )

    def rules(self) -> PassRules:
        """What the campaign is dialled by."""
        rules = PassRules(self.policy, self.hours, self.obstacle, self.calls_paid)
        return replace(rules, today=self.today, price=self.price).with_settings(self.settings)

    def plan(self) -> Plan:
        """Plans a pass; changes nothing."""
        planner = self.planner()
        quiet = planner.add(self.part())
        return planner.plan(beside=Counter(each.summary for each in quiet.values()))

    def write(self, plan: Plan) -> None:
        """Puts a plan's cells into the sheet."""
        for index, cells in beside_their_calls(plan.cells, plan.rows).items():
            self.put(index, cells)

    def put(self, index: int, cells: Mapping[str, str]) -> None:
        """Puts cells on the row that stands there now."""
        for name, text in cells.items():
            assert name in DIALER, f"{name} is not the dialer's column"
            self.sheet[index - 1][DIALER[name]] = text

    def record(self, plan: Plan) -> None:
        """Keeps in the ledger what a plan decided, and makes attempts of its dials."""
        changes = {change.job_id: change for change in plan.job_changes}
        ended = {attempt.id: attempt for attempt in plan.ended}
        released = {attempt.id for attempt in plan.released}
        dials = {dial.job.id: dial.reason for dial in plan.dials}
        news = {each.job_id: each for each in plan.rewritings}
        news |= {dial.job.id: dial.rewriting for dial in plan.dials if dial.rewriting}
        ids = itertools.count(1 + max((a.id for job in self.jobs for a in job.attempts), default=0))

        def moved(attempt: Attempt) -> Attempt:
            if attempt.id in ended:
                over = ended[attempt.id]
                return replace(over, state=AttemptState.ENDED, ended_at=self.now)
            if attempt.id in released:
                return replace(attempt, state=AttemptState.RELEASED)
            return attempt

        def kept(job: Job) -> Job:
            attempts = tuple(map(moved, job.attempts))
            if job.id in dials:
                attempts += (self.dialled(next(ids), job, dials[job.id]),)
            job = replace(job, attempts=attempts)
            if job.id in news:
                job = as_rewritten(job, news[job.id])
            change = changes.get(job.id)
            return (
                job
                if change is None
                else replace(
                    job,
                    granted=change.granted,
                    again_seen=change.again_seen,
                    cleared_at=change.cleared_at,
                )
            )

        self.jobs = [kept(job) for job in self.jobs]
        made: list[tuple[NewJob, str | None, datetime]]
        made = [(new, None, self.now) for new in plan.new_jobs]
        made += [(one.job, one.call_id, one.called_at) for one in plan.adoptions]
        for new, call_id, time in made:
            job = Job(
                id=1 + max((job.id for job in self.jobs), default=0),
                campaign=self.policy.campaign,
                ref=new.ref,
                content=new.content,
                fingerprint=new.fingerprint,
                queued_at=new.asked_at or self.now,
                granted=new.granted,
                again_seen=new.granted > 0,
                blank=new.blank,
                steady_since=self.now,
                restarts=new.restarts,
            )
            if call_id is not None:
                adopted = self.dialled(next(ids), job, Reason.ADOPTED, at=time)
                job = replace(job, attempts=(replace(adopted, call_id=call_id),))
            self.jobs.append(job)

    def dialled(
        self, attempt_id: int, job: Job, reason: Reason, at: datetime | None = None
    ) -> Attempt:
        """The attempt of a dial that the portal took at once."""
        time = at or self.now
        return Attempt(
            id=attempt_id,
            job_id=job.id,
            number=job.content.number,
            state=AttemptState.PLACED,
            intended_at=time,
            reason=reason,
            sending_at=time,
            placed_at=time,
            call_id=f"call{attempt_id}",
        )

    def run(self) -> Plan:
        """One whole pass: plan, record, write."""
        plan = self.plan()
        self.record(plan)
        self.write(plan)
        return plan

    def report(self, call_id: str, at: datetime, **news: Any) -> None:
        """What the portal says about a call when it is asked."""

        def told(attempt: Attempt) -> Attempt:
            if attempt.call_id != call_id:
                return attempt
            values: dict[str, Any] = {"polled_at": at}
            if any(getattr(attempt, name) != value for name, value in news.items()):
                values |= news | {"changed_at": at}
            if "retry" in news:
                values.setdefault("retry_grown", news["retry"])
            if values.get("call_status") == 2 and attempt.answered_at is None:
                values["answered_at"] = at
            return replace(attempt, **values)

        self.jobs = [replace(job, attempts=tuple(map(told, job.attempts))) for job in self.jobs]


def hours(spec: Mapping[str, Any]) -> CallingHours:
    """Calling hours as the cases write them: days with windows, `zone`, `holidays`."""
    named = {key: value for key, value in spec.items() if key not in ("zone", "holidays")}
    return CallingHours(
        ZoneInfo(spec.get("zone", "Asia/Karachi")),
        read_hours(named),
        frozenset(map(date.fromisoformat, map(str, spec.get("holidays", ())))),
    )


def e164(phone: object) -> str:
    """The number that a cell means."""
    number = read_number(phone)
    assert isinstance(number, Number), phone
    return number.digits


assert set(TITLES) <= set(PEOPLE) | set(DIALER)
