"""When to ask the portal about a call: often when news is likely, rarely when not.

The shape comes from how calls go: hardly any is over within twenty seconds of being placed, most
that aren't answered are over soon after that, and the key follows the pick-up by five to
twenty-five seconds. `benchmarks/polling.py` holds it against asking at a fixed interval. All spans
are multiples of the configured interval, so that a faster portal is asked faster.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from .attempt import Attempt
from .call_lifecycle import final_at, is_confirmed
from .policy import Policy
from .portal_status import ANSWERED, NOT_REACHED

FIRST = 26 / 15
"""The first question, in intervals after the call was placed."""
RINGING = 8 / 15
"""Between questions while it rings, in intervals."""
AFTER_PICK_UP = (8 / 15, 18 / 15, 30 / 15)
"""Questions after the pick-up was first seen, in intervals; the next one is the last."""
OLD_CALL_SHARE = 6
"""A call that goes on strangely long is asked about each time it has grown older by this part."""
RARELY = timedelta(minutes=5)


def next_poll(attempt: Attempt, policy: Policy) -> datetime:
    """When the portal should be asked about a placed attempt for the next time.

    Whatever the shape says, it is asked once when the attempt becomes final, never again at once,
    and never before `poll_first_after`.
    """
    begun = attempt.placed_at or attempt.intended_at
    if attempt.polled_at is None:
        return begun + max(policy.poll_first_after, FIRST * policy.poll_every)
    if is_confirmed(attempt, policy):
        return attempt.polled_at + _rarely(policy)
    wished = _wished(attempt, policy, begun, attempt.polled_at)
    soonest = attempt.polled_at + min(RINGING * policy.poll_every, timedelta(seconds=1))
    return max(min(wished, final_at(attempt, policy)), soonest)


def key_is_likely(attempt: Attempt, now: datetime, policy: Policy) -> bool:
    """Whether the portal is still asked about an answered call in the hope of its key, and not only
    once more at its end."""
    answered_at = attempt.answered_at or attempt.changed_at or attempt.intended_at
    is_known = attempt.has_key and not attempt.key_may_be_none
    return not is_known and now < answered_at + AFTER_PICK_UP[-1] * policy.poll_every


def after_silence(attempt: Attempt, now: datetime, policy: Policy) -> datetime:
    """When to ask again after the portal didn't answer: the older the call, the less often."""
    age = now - (attempt.placed_at or attempt.intended_at)
    return now + max(policy.poll_every, min(age / OLD_CALL_SHARE, RARELY))


def _wished(attempt: Attempt, policy: Policy, begun: datetime, polled_at: datetime) -> datetime:
    if attempt.call_status in NOT_REACHED:
        return polled_at + _rarely(policy)
    if attempt.call_status == ANSWERED:
        answered_at = attempt.answered_at or polled_at
        if attempt.has_key and not attempt.key_may_be_none:
            # Whether it is the real one is asked once, when it can't change any more.
            return final_at(attempt, policy)
        steps = (answered_at + share * policy.poll_every for share in AFTER_PICK_UP)
        return next((step for step in steps if step > polled_at), final_at(attempt, policy))
    return polled_at + max(
        RINGING * policy.poll_every, min((polled_at - begun) / OLD_CALL_SHARE, RARELY)
    )


def _rarely(policy: Policy) -> timedelta:
    """Between questions about a call that the account may try again by itself."""
    return max(policy.poll_every, min(policy.settle / 10, RARELY))
