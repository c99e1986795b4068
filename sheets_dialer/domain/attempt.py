"""The words of a call: the portal's statuses, the states of our attempts, and what a job is.

Three kinds of state are kept apart: the *call status* is the portal's number, the *attempt state*
is ours, and what the sheet shows is worked out from both in `disposition`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from .content import Content
from .spoken_sameness import heard

CALL_STATUS_WORDS: Mapping[int, str] = {
    1: "Initiated",
    2: "Answered",
    3: "Congestion",
    4: "Busy",
    5: "No Answer",
    6: "Hangup",
    8: "Pushed to SIP",
}
"""The portal's documented statuses (vendor text). 7 and others are not documented."""

ANSWERED = 2
NOT_REACHED = frozenset({3, 4, 5, 6})
NOT_BEGUN = frozenset({1, 8})
"""Nobody has picked up yet; some calls never get further."""


def call_status_words(status: int) -> str:
    """What to call a status in the sheet; an undocumented one keeps its number."""
    return CALL_STATUS_WORDS.get(status, f"Unknown status {status}")


_CALL_ID = re.compile(r"(?=.*[0-9])[A-Za-z0-9_][A-Za-z0-9_.:-]{0,99}")


def is_call_id(text: str) -> bool:
    """Whether a text can be an id that the portal gave a call."""
    return _CALL_ID.fullmatch(text) is not None


class AttemptState(StrEnum):
    """How far one try at placing a call has come."""

    INTENDED = "intended"
    SENDING = "sending"
    PLACED = "placed"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    NOT_SENT = "not sent"
    TURNED_AWAY = "turned away"
    UNKNOWN = "unknown"
    RELEASED = "released"


MOVES: Mapping[AttemptState, frozenset[AttemptState]] = {
    AttemptState.INTENDED: frozenset({AttemptState.SENDING, AttemptState.WITHDRAWN}),
    AttemptState.SENDING: frozenset(
        {
            AttemptState.PLACED,
            AttemptState.REFUSED,
            AttemptState.NOT_SENT,
            AttemptState.TURNED_AWAY,
            AttemptState.UNKNOWN,
        }
    ),
    # A call id that the portal gives twice is nobody's: what isn't over by then becomes unknown.
    AttemptState.PLACED: frozenset({AttemptState.ENDED, AttemptState.UNKNOWN}),
    AttemptState.ENDED: frozenset(),
    # Where another dialer wrote at the same moment, it may have called the row instead.
    AttemptState.WITHDRAWN: frozenset({AttemptState.UNKNOWN}),
    AttemptState.REFUSED: frozenset(),
    AttemptState.NOT_SENT: frozenset(),
    # The portal refused the account: nobody was called, and the row is no worse for it.
    AttemptState.TURNED_AWAY: frozenset(),
    # Only a person's word on the row releases an unknown. Its call becomes known when another
    # process gave it up while the one that sent it still waited for the reply.
    AttemptState.UNKNOWN: frozenset({AttemptState.RELEASED, AttemptState.PLACED}),
    AttemptState.RELEASED: frozenset(),
}
"""Every move that an attempt may make; the ledger refuses any other."""

OPEN_STATES = frozenset(
    {AttemptState.INTENDED, AttemptState.SENDING, AttemptState.PLACED, AttemptState.UNKNOWN}
)
"""While an attempt is in one of these its number is not called again, whatever a sheet says."""

NEVER_RANG = frozenset({AttemptState.WITHDRAWN, AttemptState.NOT_SENT, AttemptState.TURNED_AWAY})
"""The attempt provably made no call, through no fault of its row, so the job may be tried again by
itself."""
MADE_NO_CALL = NEVER_RANG | {AttemptState.REFUSED}
"""The attempt provably rang nobody, so it keeps no other row from making the same call. After a
refusal its own row is called again only by a person's word."""


NEVER_MARKED = "Google refused the write that would have marked the row."
"""The problem of a withdrawn attempt of which the sheet provably never showed anything."""
MARK_IN_DOUBT = "A copy of this ledger was at work elsewhere; its marks look like ours."
"""The problem of a withdrawn attempt whose mark could be another machine's as well."""
COMMITS_LOST = "The ledger's server may have lost that this was called."
"""The problem of a withdrawn attempt that may have been sent, if the sheet shows its mark."""


LEFT_BEHIND = "The portal's address was changed while this call was in progress."
"""The problem of an ended attempt whose portal isn't asked any more: it stays what was last known.
At the new address its id would be another call's."""

_UNSPOKEN = "unspoken "


def unspoken(column: str, text: str) -> str:
    """The problem of an attempt that is withdrawn because a cell of its row shows what can't be
    said: see `Attempt.unspoken`."""
    return f"{_UNSPOKEN}{column}: {text}"


class Reason(StrEnum):
    """Why an attempt is made."""

    FIRST = "first"
    AGAIN = "call again"
    REDIAL = "redial"
    REDIAL_NO_KEY = "redial, no key"
    ADOPTED = "adopted"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at placing a job's call, as the ledger has it. All times are aware UTC."""

    id: int
    job_id: int
    number: str
    state: AttemptState
    intended_at: datetime
    reason: Reason = Reason.FIRST
    sending_at: datetime | None = None
    placed_at: datetime | None = None
    call_id: str | None = None
    call_status: int | None = None
    dtmf: str | None = None
    retry: int = 0
    answered_at: datetime | None = None
    changed_at: datetime | None = None
    polled_at: datetime | None = None
    ended_at: datetime | None = None
    problem: str | None = None
    said: str | None = None
    """The fingerprint of what is said, as far as it is known."""
    unread: str | None = None
    """Words that the portal told in place of a key, or after one, and that nobody can read."""
    retry_grown: int | None = None
    """Up to which count `retry` was seen to grow one by one: then it counts tries made. 0 where it
    was not seen to grow yet, -1 where it shrank, None where no count was told."""
    portal: str | None = None
    """The address of the portal that gave it its call id; None where that isn't known."""

    @property
    def went_out(self) -> bool:
        """Whether its call was surely made though it is unclear, or was until a person released it:
        the portal gave its id to another call, too."""
        unclear = self.state in (AttemptState.UNKNOWN, AttemptState.RELEASED)
        return unclear and self.call_id is not None and self.reason is not Reason.ADOPTED

    @property
    def is_left_behind(self) -> bool:
        """Whether it was ended because its portal isn't asked any more."""
        return self.state is AttemptState.ENDED and self.problem == LEFT_BEHIND

    @property
    def is_open(self) -> bool:
        """Whether this attempt still keeps its number from being called."""
        return self.state in OPEN_STATES

    @property
    def has_key(self) -> bool:
        """Whether a key was pressed, as far as the portal's words can be read or guessed at."""
        return bool(self.dtmf or self.unread)

    @property
    def key_may_be_none(self) -> bool:
        """Whether what is told may be how the portal writes that no key was pressed: a 0."""
        return self.dtmf is not None and not self.dtmf.strip("0")

    @property
    def unspoken(self) -> tuple[str, str] | None:
        """Which column showed what can't be said, and that text, where the attempt was withdrawn
        for it."""
        problem = self.problem or ""
        if self.state is not AttemptState.WITHDRAWN or not problem.startswith(_UNSPOKEN):
            return None
        column, _, text = problem.removeprefix(_UNSPOKEN).partition(": ")
        return column, text

    @property
    def may_be_marked(self) -> bool:
        """Whether a mark of its time in the sheet is taken for this attempt's."""
        withdrawn = self.state is AttemptState.WITHDRAWN
        return not (withdrawn and self.problem in (NEVER_MARKED, MARK_IN_DOUBT, COMMITS_LOST))


@dataclass(frozen=True, slots=True)
class Job:
    """What a row asks for: one content, called once unless a policy or a person says otherwise."""

    id: int
    campaign: str
    ref: str
    content: Content
    fingerprint: str
    """Of what the row asks for: see `NewJob.asked`."""
    queued_at: datetime
    granted: int = 0
    """How often a person has asked for this job to be called again."""
    again_seen: bool = False
    """Whether the last read still showed the `Call again` that was counted already."""
    cleared_at: datetime | None = None
    """When a person last cleared the results of this job's row."""
    attempts: tuple[Attempt, ...] = ()
    was_forgotten: bool = False
    """Whether the ledger has forgotten number and texts, and `content` is what a row tells."""
    blank: tuple[str, ...] = ()
    """Until it is called: which of the columns that its call may use its row leaves blank."""
    steady_since: datetime | None = None
    """Until it is called: since when number, Order ID and what is blank are as they are; None
    where an older version made the job, which didn't look."""
    restarts: int = 0
    """How often its row turned to other content without a call in between."""
    order: str = ""
    """The digest of its content's number and Order ID, where the ledger has forgotten those."""

    @property
    def tried(self) -> tuple[Attempt, ...]:
        """The attempts that may have rung, oldest first."""
        return tuple(attempt for attempt in self.attempts if attempt.state not in NEVER_RANG)

    @property
    def called(self) -> tuple[Attempt, ...]:
        """The attempts that keep other rows from making the same call, oldest first."""
        return tuple(attempt for attempt in self.attempts if attempt.state not in MADE_NO_CALL)

    @property
    def only_refused(self) -> bool:
        """Whether the portal took none of its calls, so that its row may be corrected."""
        states = {attempt.state for attempt in self.tried}
        return states == {AttemptState.REFUSED}

    @property
    def again_is_owed(self) -> bool:
        """Whether a person's `Call again` has not led to a call yet."""
        return self.granted > self.agains_used

    @property
    def agains_used(self) -> int:
        """How often a person's `Call again` was followed, or failed on what the cells show."""
        return sum(
            attempt.reason is Reason.AGAIN
            for attempt in self.attempts
            if attempt.state not in NEVER_RANG or attempt.unspoken
        )

    def is_same_order(self, content: Content | None) -> bool:
        """Whether content is this job's but for text that may change by itself: its number and its
        Order ID are the same. Before the first call an Order ID may still be typed."""
        if content is None:
            return False
        if self.is_forgotten:
            without = replace(content, texts=(content.texts[0], "", *content.texts[2:]))
            untyped = () if self.tried else (without.order(),)
            return self.order in (content.order(), *untyped)
        if content.number != self.content.number:
            return False
        mine, other = self.content.texts[1], content.texts[1]
        return mine == other or heard(mine) == heard(other) or not (heard(mine) or self.tried)

    @property
    def is_forgotten(self) -> bool:
        """Whether the ledger keeps neither number nor texts of it any more."""
        return not self.content.number

    def with_content(self, content: Content) -> Job:
        """A forgotten job with what a row tells of it: what it asks for, or its number alone. Of
        the voice the ledger knows more."""
        content = replace(content, voice_id=self.content.voice_id or content.voice_id)
        attempts = tuple(replace(attempt, number=content.number) for attempt in self.attempts)
        return replace(self, content=content, was_forgotten=True, attempts=attempts)


MOST_RESTARTS = 5
"""A row that turned so often to other content, without a call in between, does so by itself."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be recorded, and the Ref that its row will carry."""

    ref: str
    content: Content
    granted: int = 0
    asked: str | None = None
    """The fingerprint of what its row asks for, where that isn't the content's own: a row that
    names no voice asks for the same, whatever voice its campaign speaks with."""
    asked_at: datetime | None = None
    """Since when its row has asked for it, where that is longer than this job is known: its row
    comes from another campaign."""
    blank: tuple[str, ...] = ()
    """Which of the columns that its call may use its row leaves blank."""
    restarts: int = 0
    """How often its row turned to other content before."""

    @property
    def fingerprint(self) -> str:
        """What tells the rows that ask for this job from others."""
        return self.asked or self.content.fingerprint()


@dataclass(frozen=True, slots=True)
class Adoption:
    """A call that the sheet shows and the ledger doesn't know: somebody else's, or of a lost
    ledger. It is followed like our own and never dialled again by itself."""

    job: NewJob
    call_id: str
    called_at: datetime


@dataclass(frozen=True, slots=True)
class JobChange:
    """What a person did to a job's row, to be remembered."""

    job_id: int
    granted: int
    again_seen: bool
    cleared_at: datetime | None


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A job whose row says something else than before: people type cell by cell, and formulas
    change by themselves. All of it is what the ledger knows of the job from now on."""

    job_id: int
    content: Content
    fingerprint: str
    queued_at: datetime
    blank: tuple[str, ...]
    steady_since: datetime | None
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class OptOut:
    """A number whose owner pressed the key that means: don't call again. `id` grows with every
    change; at `allowed_at`, if ever, a person allowed calls again."""

    id: int
    number: str
    since: datetime
    key: str
    campaign: str
    allowed_at: datetime | None = None
