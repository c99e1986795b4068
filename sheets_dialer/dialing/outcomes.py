"""What leaves for the portal and what came back of it, for the ledger and for the log."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from ..base.errors import (
    AccountRefused,
    PortalError,
    PortalNotSent,
    PortalRefused,
)
from ..domain.attempt import Attempt, AttemptState, Transition
from ..domain.calling_hours import CallingHours
from ..domain.content import Content
from ..domain.daily_usage import midnight
from ..domain.policy import Policy
from ..domain.portal_status import ANSWERED, NOT_REACHED
from ..portal.client import CallReport, Placed

log = structlog.get_logger()
_NUMBERS = re.compile(r"\d{9,}")


@dataclass(frozen=True, slots=True)
class MarkedCall:
    """An intended attempt whose mark the sheet has shown, and what to send for it. `marked_at` is
    when, and `leaves_by` the moment after which it must not be sent, both by the steady clock."""

    attempt: Attempt
    content: Content
    policy: Policy
    hours: CallingHours
    marked_at: float
    leaves_by: float = math.inf

    def may_leave(self, now: datetime, steady: float) -> bool:
        """Whether the mark is young enough, the hours still hold, and it is still the day by whose
        limits the call was let go."""
        if self.attempt.intended_at < midnight(now, self.hours.zone):
            return False
        lives = self.policy.mark_lives.total_seconds()
        young = steady < min(self.marked_at + lives, self.leaves_by)
        return young and self.hours.open_at(now)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one request: a dial, or a question about a call."""

    attempt: Attempt
    policy: Policy
    result: Placed | CallReport | PortalError
    dialled: bool


def move_of(outcome: Outcome, now: datetime) -> Transition:
    """The move of the attempt that a dial's outcome means."""
    attempt_id, result = outcome.attempt.id, outcome.result
    if isinstance(result, Placed):
        values: dict[str, Any] = {"call_id": result.call_id, "placed_at": now}
        return Transition(attempt_id, AttemptState.SENDING, AttemptState.PLACED, values)
    values = {"problem": str(result), "changed_at": now}
    return Transition(attempt_id, AttemptState.SENDING, _state_after(result), values)


def _state_after(result: object) -> AttemptState:
    """The state of an attempt of which the portal didn't say that it was placed."""
    if isinstance(result, PortalNotSent):
        return AttemptState.NOT_SENT
    if isinstance(result, AccountRefused):
        return AttemptState.TURNED_AWAY
    return AttemptState.REFUSED if isinstance(result, PortalRefused) else AttemptState.UNKNOWN


def news_of(attempt: Attempt, report: CallReport, now: datetime) -> dict[str, Any]:
    """What a report tells that wasn't known of the attempt; at least that it was asked about."""
    values: dict[str, Any] = {"polled_at": now}
    dtmf, unread = _key_after(attempt, report)
    retry = attempt.retry if report.retry is None else report.retry
    told = {"call_status": report.status, "dtmf": dtmf, "unread": unread, "retry": retry}
    if any(getattr(attempt, name) != value for name, value in told.items()):
        values |= told | {"changed_at": now}
        if report.status == ANSWERED and attempt.answered_at is None:
            values["answered_at"] = now
    grown = _grown_after(attempt, report.retry)
    return values if grown == attempt.retry_grown else values | {"retry_grown": grown}


def _key_after(attempt: Attempt, report: CallReport) -> tuple[str | None, str | None]:
    """The key that is now known, and words that nobody can read: the newest that is told.

    Nobody takes a key back: an answer with fewer of them, or with none, comes from a copy of the
    portal's data that is behind. A 0 on a call that nobody answered is how a database says nothing.
    """
    known, told = attempt.dtmf, report.dtmf
    if told is not None and not told.strip("0") and (report.status != ANSWERED or known):
        told = None
    if told is None:
        return known, report.unread or attempt.unread
    if known and not attempt.key_may_be_none and known.startswith(told):
        return known, None if known == told else attempt.unread
    return told, None if told.strip("0") else attempt.unread


def _grown_after(attempt: Attempt, told: int | None) -> int | None:
    """How far the account's count of its tries has been seen to grow (`Attempt.retry_grown`)."""
    grown, known = attempt.retry_grown, attempt.retry
    if told is None or grown == -1:
        return grown
    if grown is None:
        return 0
    if told < known:
        return -1
    if told == known:
        return grown
    # Before the first try has failed, and where the count jumps, it may be that of the tries left.
    failed = known > 0 or attempt.call_status in NOT_REACHED
    return told if failed and told == known + 1 else 0


def tell(outcome: Outcome) -> None:
    """Logs what became of a request, but what was learned of a call."""
    number, result = masked(outcome.attempt.number), outcome.result
    if isinstance(result, Placed):
        log.info("placed", number=number, call_id=result.call_id)
    elif isinstance(result, PortalError) and outcome.dialled:
        state = str(_state_after(result))
        log.warning(state, number=number, problem=without_numbers(result))
    elif isinstance(result, PortalError):
        call_id = outcome.attempt.call_id
        log.warning("no report", call_id=call_id, problem=without_numbers(result))


def masked(number: str) -> str:
    """A number as logs may show it: enough to find the row, too little to call it."""
    return f"{number[:5]}…{number[-3:]}" if len(number) > 8 else "…"


def without_numbers(text: object) -> str:
    """A text as logs may show it: the portal may name the number that it refuses."""
    return _NUMBERS.sub(lambda found: masked(found[0]), str(text))


def ends(attempts: Iterable[Attempt], now: datetime) -> list[Transition]:
    """The moves of attempts that are over, with what people must know of how they ended."""
    return [
        Transition(
            attempt.id,
            AttemptState.PLACED,
            AttemptState.ENDED,
            {"ended_at": now}
            | ({"problem_code": attempt.problem_code} if attempt.problem_code else {}),
        )
        for attempt in attempts
    ]
