"""Is it this job's turn? Whether a new attempt is owed, and if not yet, why and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sheets_dialer.domain.attempt import Attempt, AttemptState, Reason
from sheets_dialer.domain.call_lifecycle import final_at, is_confirmed, is_final, is_stuck
from sheets_dialer.domain.job import Job
from sheets_dialer.domain.policy import Policy, RedialRule
from sheets_dialer.domain.portal_status import ANSWERED, NOT_REACHED, call_status_words
from sheets_dialer.domain.times import read_moment, time_in_sentence
from sheets_dialer.tabs.queue_rows import QueueRow
from sheets_dialer.texts import say

_ANOTHER_DAY = timedelta(days=2)
"""So much earlier it was another date, also where clocks were set back today."""


@dataclass(frozen=True, slots=True)
class SameCall:
    """When a call with the same content was placed for another job, and that job's row as the
    sheet counts it; None where it stands on no row of this tab."""

    placed_at: datetime
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """A new attempt may be made now, for this reason."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class NotYet:
    """A new attempt is owed and can't be made now; the row says why."""

    why: str
    waits: bool = True
    """Whether it comes by itself; else it is held until a person acts."""


@dataclass(frozen=True, slots=True)
class CallWindow:
    """Between which moments a row may be called, where it says so."""

    after: datetime | None = None
    before: datetime | None = None
    daily: bool = False
    """Whether `before` is a time of day, which comes again tomorrow."""
    asked_at: datetime | None = None
    """From when the row asked to be called: the day it was queued, or a later Call After."""
    problem: str | None = None
    """What is wrong with the row's bounds, in a sentence for people."""


def read_bounds(row: QueueRow, queued_at: datetime, now: datetime, zone: ZoneInfo) -> CallWindow:
    """The bounds that a row's Call After and Call Before set; a time of day holds on every day."""
    try:
        after = read_moment(row.call_after, zone, now)
        first_after = read_moment(row.call_after, zone, queued_at)
    except ValueError:
        return CallWindow(problem=say("unreadable_time", column="Call After"))
    try:
        before = read_moment(row.call_before, zone, now)
        day_before = read_moment(row.call_before, zone, now - _ANOTHER_DAY)
    except ValueError:
        return CallWindow(problem=say("unreadable_time", column="Call Before"))
    if after is not None and before is not None and before <= after:
        return CallWindow(problem=say("never_between"))
    return CallWindow(after, before, before != day_before, max(queued_at, first_after or queued_at))


def next_call(
    now: datetime,
    job: Job,
    policy: Policy,
    *,
    bounds: CallWindow,
    last_same: SameCall | None,
    zone: ZoneInfo,
) -> Owed | NotYet | None:
    """Whether the job is owed an attempt. None when nothing is: it is in progress, or settled.

    `last_same` is the last call for another job that said what this one would say, where this one
    hasn't said it itself.
    """
    tried = job.tried
    if any(attempt.state is AttemptState.UNKNOWN for attempt in tried):
        return None
    if any(attempt.is_open and not is_final(attempt, now, policy) for attempt in tried):
        if not job.again_is_owed:
            return None
        return NotYet(_why_in_progress(tried[-1], now, policy, zone))
    if job.again_is_owed:
        return _within(now, bounds, zone) or Owed(Reason.AGAIN)
    if not tried:
        return _first(now, job, policy, bounds=bounds, last_same=last_same, zone=zone)
    return _redial(now, tried, policy, bounds=bounds, last_same=last_same, zone=zone)


def _why_in_progress(last: Attempt, now: datetime, policy: Policy, zone: ZoneInfo) -> str:
    """Why a person's Call again waits for the last call."""
    if last.call_status in NOT_REACHED:
        return say("portal_may_retry")
    if last.call_status is None or not is_stuck(last, now, policy):
        return say("call_in_progress")
    until = time_in_sentence(final_at(last, policy), now, zone)
    return say("stuck_and_waiting", status=call_status_words(last.call_status), until=until)


def _first(
    now: datetime,
    job: Job,
    policy: Policy,
    *,
    bounds: CallWindow,
    last_same: SameCall | None,
    zone: ZoneInfo,
) -> Owed | NotYet:
    asked_at = bounds.asked_at or job.queued_at
    # Measured to when the row asked, not to now: a row that is held stays so until a person acts,
    # and doesn't ring somebody by surprise when the gap is over.
    if last_same is not None and asked_at - last_same.placed_at < policy.same_call_gap:
        return _held_as_same(last_same, now, zone)
    if now - asked_at >= policy.max_age:
        return NotYet(say("too_old"), waits=False)
    return _within(now, bounds, zone) or Owed(Reason.FIRST)


def _held_as_same(last_same: SameCall, now: datetime, zone: ZoneInfo) -> NotYet:
    when = time_in_sentence(last_same.placed_at, now, zone)
    if last_same.row is None:
        return NotYet(say("same_call_placed", when=when), waits=False)
    why = say("same_call_placed_for_row", when=when, row=last_same.row)
    return NotYet(why, waits=False)


def _redial(
    now: datetime,
    tried: tuple[Attempt, ...],
    policy: Policy,
    *,
    bounds: CallWindow,
    last_same: SameCall | None,
    zone: ZoneInfo,
) -> Owed | NotYet | None:
    last = tried[-1]
    # Whoever made an adopted call may be dialling it again as well. And whoever wasn't reached, as
    # far as was known when the portal's address was changed, may have been reached since.
    if any(attempt.has_key for attempt in tried) or last.reason is Reason.ADOPTED:
        return None
    if last.is_left_behind:
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
        return NotYet(say("tried_again", when=time_in_sentence(due, now, zone)))
    # Its row's text changed since: measured to when the redial was due, as for a first call.
    if last_same is not None and due - last_same.placed_at < policy.same_call_gap:
        return _held_as_same(last_same, now, zone)
    # After a long pause, or when a redial is configured later, old calls don't ring by surprise.
    if now - due >= policy.max_age:
        return NotYet(say("too_old"), waits=False)
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


def _within(now: datetime, bounds: CallWindow, zone: ZoneInfo) -> NotYet | None:
    if bounds.problem:
        return NotYet(bounds.problem, waits=False)
    if bounds.before is not None and now >= bounds.before:
        if bounds.daily:
            return NotYet(say("today_has_passed"))
        return NotYet(say("call_before_has_passed"), waits=False)
    if bounds.after is not None and now < bounds.after:
        return NotYet(say("called_after", when=time_in_sentence(bounds.after, now, zone)))
    return None
