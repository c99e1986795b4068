"""When a placed call is over, when to ask about it again, and whether it holds a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from .attempt import NEVER_RANG, Attempt, AttemptState, Reason
from .job import Job
from .policy import Policy
from .portal_status import ANSWERED, NOT_BEGUN, NOT_REACHED
from .problems import ProblemCode

NOT_ANSWERED_SHARE = 0.35
RINGS_FOR = timedelta(seconds=30)
"""What is usual: a third of the calls isn't answered, and none rings for longer than this."""


def final_at(attempt: Attempt, policy: Policy) -> datetime:
    """The moment from which the portal can say nothing new, if it says nothing new before.

    An answer may get its key, or another one, for `answer_settle` after it was first seen; a key
    that came late is asked about once more. A call that wasn't answered may still be tried again by
    the account within `settle` of the last change, unless it has made all its tries. One that never
    got as far is over `stuck_after` its last change where the policy calls such numbers again.
    Everything ends at `give_up_after`.
    """
    begun = attempt.placed_at or attempt.intended_at
    gives_up_at = begun + policy.give_up_after
    changed = attempt.changed_at or begun
    if attempt.call_status == ANSWERED:
        settled_at = (attempt.answered_at or changed) + policy.answer_settle
        if attempt.has_key:
            settled_at = max(settled_at, changed + policy.poll_every)
        return min(gives_up_at, settled_at)
    if attempt.call_status in NOT_REACHED:
        if account_is_done(attempt, policy):
            return changed
        return min(gives_up_at, changed + policy.settle)
    if attempt.call_status in NOT_BEGUN and policy.redials(attempt.call_status):
        done = account_is_done(attempt, policy)
        lasts = policy.stuck_after if done else max(policy.stuck_after, policy.settle)
        return min(gives_up_at, changed + lasts)
    return gives_up_at


def account_is_done(attempt: Attempt, policy: Policy) -> bool:
    """Whether the account surely tries this number no more by itself: it never does, or its count
    was seen to grow to the limit. A count that only stands there may be that of the tries left."""
    limit = policy.account_retries
    return attempt.retry == limit and limit in (0, attempt.retry_grown)


def is_stuck(attempt: Attempt, now: datetime, policy: Policy) -> bool:
    """Whether the call has been about to ring for so long that it probably never will."""
    changed = attempt.changed_at or attempt.placed_at or attempt.intended_at
    return attempt.call_status in NOT_BEGUN and now >= changed + policy.stuck_after


def is_final(attempt: Attempt, now: datetime, policy: Policy) -> bool:
    """Whether nothing more is to come of this attempt."""
    if attempt.state in (AttemptState.PLACED, AttemptState.ENDED):
        return now >= final_at(attempt, policy)
    return attempt.state not in (AttemptState.INTENDED, AttemptState.SENDING)


def is_confirmed(attempt: Attempt, policy: Policy) -> bool:
    """Whether the portal was asked once more after the attempt became final."""
    return attempt.polled_at is not None and attempt.polled_at >= final_at(attempt, policy)


def has_given_up(attempt: Attempt, now: datetime, policy: Policy) -> bool:
    """Whether the attempt is so old that it is followed no longer, whatever it last said."""
    return now >= (attempt.placed_at or attempt.intended_at) + policy.give_up_after


def is_never_told(attempt: Attempt, now: datetime, policy: Policy) -> bool:
    """Whether nothing will be known of how the call ended: it was given up, and the portal is asked
    no more."""
    over = attempt.state is not AttemptState.PLACED or not is_followed(
        attempt, now, policy, later=()
    )
    return over and has_given_up(attempt, now, policy)


def is_followed(
    attempt: Attempt, now: datetime, policy: Policy, *, later: Sequence[Attempt]
) -> bool:
    """Whether the portal is to be asked about this attempt, `later` being the job's later ones.

    A placed one is, until it is final and confirmed, however old it is: a dialer that was away for
    longer than it follows calls asks once how they ended. (Not about old calls that it adopts: a
    lost ledger may mean thousands, and the sheet shows how they ended.) One that was dialled again
    still is, more rarely, because the account's own late retry may yet bring an answer or a key;
    and so is one that never began to ring, though it counts as over. At another portal than the one
    that placed it, its id would be another call's.
    """
    if is_elsewhere(attempt, policy):
        return False
    is_placed = attempt.state is AttemptState.PLACED
    if is_placed and attempt.reason is not Reason.ADOPTED:
        return not is_confirmed(attempt, policy)
    if has_given_up(attempt, now, policy):
        return False
    if is_placed:
        return not is_confirmed(attempt, policy)
    if attempt.state is not AttemptState.ENDED:
        return False
    # Late news is asked about once more, as any other.
    if not is_confirmed(attempt, policy):
        return True
    dialled_again = any(one.state not in NEVER_RANG for one in later)
    return (dialled_again or attempt.call_status in NOT_BEGUN) and not attempt.dtmf


def is_elsewhere(attempt: Attempt, policy: Policy) -> bool:
    """Whether another portal placed the call than the one that is asked now."""
    return bool(attempt.portal and policy.portal) and attempt.portal != policy.portal


def as_ended(attempt: Attempt, policy: Policy) -> Attempt:
    """A placed attempt that isn't followed any more, with what people must know of that."""
    if is_elsewhere(attempt, policy) and not is_confirmed(attempt, policy):
        return replace(attempt, problem_code=ProblemCode.LEFT_BEHIND)
    return attempt


def lines_coming_free(
    now: datetime, within: timedelta, attempts: Iterable[Attempt], policy: Policy
) -> int:
    """How many lines are expected to come free before `within` is over: calls that will have
    talked for `call_length`, and of those that ring the usual share that isn't answered."""
    talked, ringing = 0, 0
    for attempt in attempts:
        if not holds_line(now, attempt, policy):
            continue
        if attempt.call_status == ANSWERED:
            talked += not holds_line(now + within, attempt, policy)
        else:
            ringing += 1
    unanswered = ringing * NOT_ANSWERED_SHARE * min(1.0, within / RINGS_FOR)
    return talked + int(unanswered)


def holds_line(now: datetime, attempt: Attempt, policy: Policy) -> bool:
    """Whether this attempt is believed to hold a line: not yet picked up, or talking for less than
    `call_length`."""
    if attempt.state in (AttemptState.INTENDED, AttemptState.SENDING):
        return True
    if attempt.state is not AttemptState.PLACED or attempt.call_status in NOT_REACHED:
        return False
    if has_given_up(attempt, now, policy) or is_stuck(attempt, now, policy):
        return False
    if attempt.call_status == ANSWERED:
        return now - (attempt.answered_at or attempt.intended_at) < policy.call_length
    return True


def is_under_way(job: Job, now: datetime, policy: Policy) -> bool:
    """Whether a call of the job may still bring news."""
    return any(attempt.is_open and not is_final(attempt, now, policy) for attempt in job.attempts)
