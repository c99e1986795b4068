"""What a row asks for, with the attempts at it, and what people and formulas make of it later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from .attempt import MADE_NO_CALL, NEVER_RANG, Attempt, AttemptState, Reason
from .content import Content
from .spoken_sameness import heard


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
