"""When a placed call is over, when to ask about it again, and whether it holds a line."""

from __future__ import annotations

from datetime import datetime, timedelta

from .call import ANSWERED, NOT_REACHED, Attempt, AttemptState
from .policy import Policy


def final_at(attempt: Attempt, policy: Policy) -> datetime:
    """The moment from which the portal can say nothing new, if it says nothing new before.

    An answer with a key is final at once. One without may get its key for `answer_settle` after it
    was first seen. A call that wasn't answered may still be tried again by the account, up to its
    configured count, within `settle` of the last change. Everything ends at `give_up_after`.
    """
    begun = attempt.placed_at or attempt.intended_at
    gives_up_at = begun + policy.give_up_after
    changed = attempt.changed_at or begun
    if attempt.call_status == ANSWERED:
        if attempt.dtmf:
            return changed
        return min(gives_up_at, (attempt.answered_at or changed) + policy.answer_settle)
    if attempt.call_status in NOT_REACHED:
        if attempt.retry >= policy.account_retries:
            return changed
        return min(gives_up_at, changed + policy.settle)
    return gives_up_at


def is_final(attempt: Attempt, now: datetime, policy: Policy) -> bool:
    """Whether nothing more is to come of this attempt."""
    if attempt.state is AttemptState.PLACED:
        return now >= final_at(attempt, policy)
    return attempt.state not in (AttemptState.INTENDED, AttemptState.SENDING)


def is_confirmed(attempt: Attempt, policy: Policy) -> bool:
    """Whether the portal was asked once more after the attempt became final."""
    return attempt.polled_at is not None and attempt.polled_at >= final_at(attempt, policy)


def has_given_up(attempt: Attempt, now: datetime, policy: Policy) -> bool:
    """Whether the attempt is so old that it is followed no longer, whatever it last said."""
    return now >= (attempt.placed_at or attempt.intended_at) + policy.give_up_after


def next_poll(attempt: Attempt, policy: Policy) -> datetime:
    """When the portal should be asked about a placed attempt for the next time.

    A call in progress is asked about at the set interval. One that the account may still try
    again is asked about rarely, and once more when it becomes final.
    """
    if attempt.polled_at is None:
        return (attempt.placed_at or attempt.intended_at) + policy.poll_first_after
    every = policy.poll_every
    if attempt.call_status in NOT_REACHED:
        every = max(every, min(policy.settle / 10, timedelta(minutes=5)))
    return max(
        min(attempt.polled_at + every, final_at(attempt, policy)),
        attempt.polled_at + min(policy.poll_every, timedelta(seconds=1)),
    )


def holds_line(now: datetime, attempt: Attempt, policy: Policy) -> bool:
    """Whether this attempt is believed to hold a line: not yet picked up, or talking for less than
    `call_length`."""
    if attempt.state in (AttemptState.INTENDED, AttemptState.SENDING):
        return True
    if attempt.state is not AttemptState.PLACED or attempt.call_status in NOT_REACHED:
        return False
    if attempt.call_status == ANSWERED:
        return now - (attempt.answered_at or attempt.intended_at) < policy.call_length
    return True
