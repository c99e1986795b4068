"""One try at placing a job's call: the states that it goes through, as one table, and what is known
of it.

Three kinds of state are kept apart: the *call status* is the portal's number (`portal_status`), the
*attempt state* is ours, and what the sheet shows is worked out from both (`planning.status_words`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from .problems import EXPLAIN_NO_MARK, ProblemCode, told_problem

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


TRANSITIONS: Mapping[AttemptState, frozenset[AttemptState]] = {
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
    """What the portal said went wrong, or what a cell showed: evidence for people."""
    problem_code: ProblemCode | None = None
    """What went wrong as far as anything is decided by it."""
    problem_column: str | None = None
    """Which column showed what can't be said, where it is UNSPOKEN."""
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
        return self.state is AttemptState.ENDED and self.problem_code is ProblemCode.LEFT_BEHIND

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
        is_so = self.problem_code is ProblemCode.UNSPOKEN and self.state is AttemptState.WITHDRAWN
        return (self.problem_column or "", self.problem or "") if is_so else None

    @property
    def problem_in_words(self) -> str | None:
        """What went wrong, for people."""
        return told_problem(self.problem_code, self.problem_column, self.problem)

    @property
    def may_be_marked(self) -> bool:
        """Whether a mark of its time in the sheet is taken for this attempt's."""
        withdrawn = self.state is AttemptState.WITHDRAWN
        return not (withdrawn and self.problem_code in EXPLAIN_NO_MARK)


@dataclass(frozen=True, slots=True)
class Transition:
    """An attempt's move from one state to another, with what became known by it."""

    attempt_id: int
    source: AttemptState
    target: AttemptState
    values: Mapping[str, Any]
