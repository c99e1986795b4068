"""A plan as a value: what it is made from, and the acts of one pass.

Acts can be printed, counted and refused before they are done; `planner` makes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from .call import Adoption, Attempt, AttemptState, Job, JobChange, NewJob, Reason
from .calling_hours import CallingHours
from .control import Control
from .do_not_call import DoNotCall
from .policy import Policy
from .rows import QueueRow


@dataclass(frozen=True, slots=True)
class SheetState:
    """What people ask for, as one read found it."""

    rows: Sequence[QueueRow]
    control: Control
    do_not_call: DoNotCall = field(default_factory=DoNotCall)


@dataclass(frozen=True, slots=True)
class LedgerState:
    """What this dialer did: the campaign's jobs; the numbers that any open attempt holds; and by
    fingerprint each job's last call in the whole ledger, as (job id, time). `elsewhere` holds the
    open attempts of other campaigns, which take lines too; `strays` those of them that stand on no
    tab, such as test calls."""

    jobs: Sequence[Job]
    busy: Mapping[str, AttemptState]
    last_calls: Mapping[str, Sequence[tuple[int, datetime]]] = field(default_factory=dict)
    elsewhere: Sequence[Attempt] = ()
    strays: Sequence[Attempt] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What a campaign is dialled by. `obstacle` is what stands in the way of all new calls beside
    Control and hours, in a sentence for people; `calls_paid` is how many the balance pays, None
    where that isn't known or doesn't matter yet."""

    policy: Policy
    hours: CallingHours
    obstacle: str | None = None
    calls_paid: int | None = None

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
    note: str | None = None
    """What a person should look at, though calls go on."""
    closed: bool = False
    """Whether nothing but the calling hours stands in the way."""

    @property
    def in_progress(self) -> int:
        """How many calls are placed and not over. Ended ones that are still asked about, in case
        of a late answer, don't count."""
        return sum(poll.attempt.state is AttemptState.PLACED for poll in self.polls)

    @property
    def nothing_left(self) -> bool:
        """Whether every row is settled: nothing new, queued, waiting or in progress."""
        coming = self.counts.queued + self.counts.waiting + self.in_progress
        return not (self.new_jobs or self.adoptions or self.dials or coming)

    @property
    def only_hours_left(self) -> bool:
        """Whether nothing is in progress and what is queued waits for the calling hours alone."""
        under_way = self.new_jobs or self.adoptions or self.dials or self.in_progress
        return self.nothing_left or (self.closed and not under_way and not self.counts.waiting)

    def nothing_due(self, before: datetime) -> bool:
        """Whether no row can be called, and no call must be asked about before that moment."""
        if self.new_jobs or self.adoptions or self.dials:
            return False
        if self.counts.queued and not self.stopped:
            return False
        return all(poll.due >= before for poll in self.polls)

    @property
    def sentence(self) -> str:
        """How the queue stands, in one line."""
        counts = (
            (self.in_progress, "in progress"),
            (len(self.dials), "to call now"),
            (self.counts.queued + len(self.new_jobs), "queued"),
            (self.counts.waiting, "waiting"),
            (self.counts.held, "held"),
            (self.counts.settled, "settled"),
        )
        line = ", ".join(f"{count} {what}" for count, what in counts if count) or "no rows"
        return " ".join(filter(None, (f"{line}.", self.stopped, self.note)))
