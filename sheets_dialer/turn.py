"""Is it this job's turn? Whether a new attempt is owed, and if not yet, why and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from .call import ANSWERED, Attempt, Job, Reason
from .following import final_at, is_confirmed, is_final
from .policy import Policy, RedialRule
from .when import spoken

IN_QUEUE = "Waits for its turn. The Dialer tab says whether calls go out."
SAME_NUMBER = "Another call to this number is still in progress or unclear."
TOO_OLD = "Too old. Choose Call again."
PORTAL_MAY_RETRY = "The portal may still try this number by itself. It is called again after that."
BEFORE_HAS_PASSED = "Call Before has passed. Change it, or choose Call again."


@dataclass(frozen=True, slots=True)
class Owed:
    """A new attempt may be made now, for this reason."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class NotYet:
    """A new attempt is owed and comes by itself; the row says why not now. `status` is None where
    the row goes on showing its results."""

    why: str
    waits: bool = True
    """Whether it comes by itself; else it is held until a person acts."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which moments a row may be called, where it says so."""

    after: datetime | None = None
    before: datetime | None = None


def turn(
    now: datetime,
    job: Job,
    policy: Policy,
    *,
    bounds: Bounds,
    last_same: Mapping[str, datetime],
    zone: ZoneInfo,
) -> Owed | NotYet | None:
    """Whether the job is owed an attempt. None when nothing is: it is in progress, or settled.

    `last_same` gives, by fingerprint, when the same content was last called for another job.
    """
    tried = job.tried
    if any(attempt.is_open and not is_final(attempt, now, policy) for attempt in tried):
        if job.again_is_owed:
            return NotYet(PORTAL_MAY_RETRY)
        return None
    if job.again_is_owed:
        return _within(now, bounds, zone) or Owed(Reason.AGAIN)
    if not tried:
        return _first(now, job, policy, bounds=bounds, last_same=last_same, zone=zone)
    return _redial(now, tried, policy, bounds=bounds, zone=zone)


def _first(
    now: datetime,
    job: Job,
    policy: Policy,
    *,
    bounds: Bounds,
    last_same: Mapping[str, datetime],
    zone: ZoneInfo,
) -> Owed | NotYet:
    called_at = last_same.get(job.fingerprint)
    if called_at is not None and now - called_at < policy.same_call_gap:
        why = f"The same call was placed {spoken(called_at, now, zone)}."
        return NotYet(f"{why} Choose Call again to call once more.", waits=False)
    if now - max(job.queued_at, bounds.after or job.queued_at) >= policy.max_age:
        return NotYet(TOO_OLD, waits=False)
    return _within(now, bounds, zone) or Owed(Reason.FIRST)


def _redial(
    now: datetime,
    tried: tuple[Attempt, ...],
    policy: Policy,
    *,
    bounds: Bounds,
    zone: ZoneInfo,
) -> Owed | NotYet | None:
    last = tried[-1]
    if any(attempt.dtmf for attempt in tried) or last.call_status is None:
        return None
    answered = last.call_status == ANSWERED
    if any(attempt.call_status == ANSWERED for attempt in tried) and not answered:
        return None
    rule = policy.redial_no_key if answered else policy.redial
    reason = Reason.REDIAL_NO_KEY if answered else Reason.REDIAL
    due = _due(tried, rule, reason, policy)
    # A call that was already given up may have ended in any way, so it isn't tried again.
    if due is None or not is_confirmed(last, policy):
        return None
    if now < due:
        return NotYet(f"Tried again {spoken(due, now, zone)}.")
    return _within(now, bounds, zone) or Owed(reason)


def _due(
    tried: tuple[Attempt, ...], rule: RedialRule | None, reason: Reason, policy: Policy
) -> datetime | None:
    """When the next redial by this rule is due; None when it allows none."""
    last = tried[-1]
    redials = sum(attempt.reason is reason for attempt in tried)
    if rule is None or redials >= rule.attempts or last.call_status not in rule.statuses:
        return None
    return final_at(last, policy) + rule.wait(redials)


def _within(now: datetime, bounds: Bounds, zone: ZoneInfo) -> NotYet | None:
    if bounds.before is not None and now >= bounds.before:
        return NotYet(BEFORE_HAS_PASSED, waits=False)
    if bounds.after is not None and now < bounds.after:
        return NotYet(f"Called after {spoken(bounds.after, now, zone)}.")
    return None
