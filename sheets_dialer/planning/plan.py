"""A plan as a value: what it is made from, and the acts of one pass.

Acts can be printed, counted and refused before they are done; `planner` makes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from ..domain.attempt import Attempt, AttemptState, Reason
from ..domain.calling_hours import CallingHours
from ..domain.daily_usage import DailyUsage
from ..domain.job import Adoption, Job, JobChange, NewJob, Rewriting
from ..domain.opt_out import OptOut
from ..domain.policy import Policy
from ..tabs.control_settings import ControlSettings
from ..tabs.control_tab import ANSWERS, Control
from ..tabs.do_not_call import DoNotCall
from ..tabs.queue_rows import QueueRow


@dataclass(frozen=True, slots=True)
class TabShown:
    """What people say beside the queue tab, as one read found it."""

    control: Control
    settings: ControlSettings = field(default_factory=ControlSettings)
    do_not_call: DoNotCall = field(default_factory=DoNotCall)


@dataclass(frozen=True, slots=True)
class LedgerState:
    """What this dialer has under way: every open attempt, of any campaign, since each takes a line
    and keeps its number from being called. `orphan_calls` are those of them that stand on no tab,
    such as test calls, and of which nobody knows whether they rang."""

    open_attempts: Sequence[Attempt]
    orphan_calls: Sequence[Attempt] = ()


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Some rows of the queue tab and every job that may be one of theirs.

    Rows and jobs that share a number, a Ref or a call stand in one part, so that what is planned
    for a row depends on its part alone. `last_calls` gives by fingerprint, in any campaign, each
    job's last call, as (job id, time); `opted_out` those of the rows' numbers that asked not to be
    called again; `elsewhere` the jobs of other campaigns whose Refs stand on rows, by Ref; `needed`
    the columns, by our names, that nearly every row of the tab fills, and `titles` their headers.
    """

    rows: Sequence[QueueRow]
    jobs: Sequence[Job]
    last_calls: Mapping[str, Sequence[tuple[int, datetime]]] = field(default_factory=dict)
    opted_out: Mapping[str, OptOut] = field(default_factory=dict)
    elsewhere: Mapping[str, Job] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PassRules:
    """What a campaign is dialled by. `obstacle` is what stands in the way of all new calls beside
    Control and hours, in a sentence for people, and `farewell` what is said when the run ends;
    `calls_paid` is how many the balance pays, None where that isn't known or doesn't matter yet.
    `today` is what was called today, `price` what a call costs in rupees, None where that isn't
    known."""

    policy: Policy
    hours: CallingHours
    obstacle: str | None = None
    calls_paid: int | None = None
    farewell: str | None = None
    today: DailyUsage = field(default_factory=DailyUsage)
    price: float | None = None

    def with_settings(self, chosen: ControlSettings) -> PassRules:
        """The rules with what people chose on the control tab."""
        policy = self.policy
        if chosen.daily_cap is not None:
            policy = replace(policy, daily_cap=chosen.daily_cap)
        if chosen.daily_budget is not None:
            policy = replace(policy, daily_budget=chosen.daily_budget)
        return replace(self, policy=policy, hours=chosen.hours(self.hours))

    def without_budget(self) -> PassRules:
        """The rules without a limit in rupees."""
        return replace(self, policy=replace(self.policy, daily_budget=None))

    @property
    def zone(self) -> ZoneInfo:
        return self.hours.zone


@dataclass(frozen=True, slots=True)
class Dial:
    """Call this row for this job, once its mark is seen in the sheet."""

    job: Job
    row: QueueRow
    reason: Reason
    rewriting: Rewriting | None = None
    """What the ledger must know anew of the job, where that is called with other content than the
    ledger has: the voice was chosen since, or text changed by itself."""

    @property
    def said(self) -> str:
        """The fingerprint of what is to be said."""
        return self.job.content.fingerprint()


@dataclass(frozen=True, slots=True)
class DuePoll:
    """Ask the portal about this attempt when it is due."""

    attempt: Attempt
    due: datetime


class Halt(Enum):
    """What kind of thing keeps all new calls from starting."""

    PAUSED = "paused"
    CLOSED = "closed"
    """Calling hours: it goes on by itself."""
    LIMIT = "limit"
    """The day's cap or budget: it goes on by itself tomorrow."""
    ENDED = "ended"
    """The run ends."""
    PROBLEM = "problem"
    """A person must act."""


class RowState(Enum):
    """How a row stands, for counting."""

    QUEUED = "queued"
    WAITING = "waiting"
    HELD = "held"
    SETTLED = "settled"
    ASIDE = "aside"
    """In progress, new, or without a number."""


@dataclass(frozen=True, slots=True)
class RowSummary:
    """What a row is counted by: how it stands, and what its cells say."""

    row_state: RowState
    status: str = ""
    key: str = ""
    """By which its answer is counted, one of `control_tab.ANSWERS`; empty without an answer."""
    why: str = ""

    @classmethod
    def of(
        cls, row_state: RowState, shown: Mapping[str, str], wanted: Mapping[str, str]
    ) -> RowSummary:
        """The summary of a row once it says what it should."""
        status, answer, key, why = (
            wanted.get(name, shown.get(name, "")) for name in ("status", "answer", "dtmf", "why")
        )
        if key:
            key = key if key in ANSWERS else "other"
        elif answer:
            key = "none"
        return cls(row_state, status, key, why)


@dataclass(frozen=True, slots=True)
class SettledRow:
    """A row that says what it should and needs nothing, until a cell of it, its job or the calls to
    its number change, or that moment comes."""

    summary: RowSummary
    until: datetime

    @property
    def row_state(self) -> RowState:
        """How it stands."""
        return self.summary.row_state


@dataclass(frozen=True, slots=True)
class Plan:
    """The acts of one pass, as values. `cells` holds only what differs from the sheet: by row
    index, the text for each of the dialer's columns."""

    new_jobs: tuple[NewJob, ...] = ()
    adoptions: tuple[Adoption, ...] = ()
    job_changes: tuple[JobChange, ...] = ()
    rewritings: tuple[Rewriting, ...] = ()
    released: tuple[Attempt, ...] = ()
    ended: tuple[Attempt, ...] = ()
    dials: tuple[Dial, ...] = ()
    polls: tuple[DuePoll, ...] = ()
    cells: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    rows: Mapping[int, QueueRow] = field(default_factory=dict)
    """By index, the rows that `cells` are for."""
    counts: Mapping[RowState, int] = field(default_factory=dict)
    summaries: Mapping[RowSummary, int] = field(default_factory=dict)
    """Every row that was looked at or is settled, as it stands once `cells` are written."""
    complete: bool = True
    """Whether every row was looked at; else one write couldn't take what they need."""
    stopped: str | None = None
    """Why no new call starts, where something stands in the way of all of them."""
    halt: Halt | None = None
    """What kind of reason that is."""
    before_run: str | None = None
    """While Control says PAUSE: what must be put right before RUN would call anybody."""
    note: str | None = None
    """What a person should look at, though calls go on."""
    rest: timedelta = timedelta(0)
    """How long the next pass may be away."""
    ready_at: datetime | None = None
    """When the first of the rows that could be called now has stood for long enough as it is; None
    when none waits for that alone."""

    @property
    def closed(self) -> bool:
        """Whether nothing but the time of day, or what the day allows, stands in the way."""
        return self.halt in (Halt.CLOSED, Halt.LIMIT)

    @property
    def to_call(self) -> int:
        """How many rows wait to be called, those that are called right now among them."""
        return len(self.dials) + len(self.new_jobs) + self.count(RowState.QUEUED)

    def ended_with(self, farewell: str) -> Plan:
        """The plan of a run that ends after it."""
        return replace(self, stopped=farewell, halt=Halt.ENDED)

    def noting(self, *sentences: str | None) -> Plan:
        """The plan with more that a person should look at."""
        return replace(self, note=" ".join(filter(None, (self.note, *sentences))))

    def count(self, row_state: RowState) -> int:
        """How many rows stand so."""
        return self.counts.get(row_state, 0)

    @property
    def in_progress(self) -> int:
        """How many calls are placed and not over. Ended ones that are still asked about, in case
        of a late answer, don't count."""
        return sum(poll.attempt.state is AttemptState.PLACED for poll in self.polls)

    @property
    def under_way(self) -> bool:
        """Whether the next pass has something to go on with: new rows, marked ones, or some that
        this one had no room for."""
        return bool(self.new_jobs or self.adoptions or self.dials) or not self.complete

    @property
    def nothing_left(self) -> bool:
        """Whether every row is settled: nothing new, queued, waiting or in progress."""
        coming = self.count(RowState.QUEUED) + self.count(RowState.WAITING) + self.in_progress
        return not (self.under_way or coming)

    @property
    def only_hours_left(self) -> bool:
        """Whether nothing is in progress and what is queued waits for the calling hours alone."""
        waits_for_more = self.under_way or self.in_progress or self.count(RowState.WAITING)
        return self.nothing_left or (self.closed and not waits_for_more)

    def nothing_due(self, before: datetime) -> bool:
        """Whether no row can be called, and no call must be asked about before that moment."""
        if self.under_way:
            return False
        if self.count(RowState.QUEUED) and not self.stopped:
            return False
        return all(poll.due >= before for poll in self.polls)
