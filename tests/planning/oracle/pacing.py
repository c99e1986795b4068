"""How fast it goes: how many calls before the next pass, which calls are asked about, and how long
the next pass may be away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sheets_dialer.domain.attempt import Attempt, AttemptState
from sheets_dialer.domain.call_lifecycle import (
    as_ended,
    final_at,
    holds_line,
    is_followed,
    lines_coming_free,
)
from sheets_dialer.domain.job import Job
from sheets_dialer.domain.policy import Policy
from sheets_dialer.domain.poll_schedule import key_is_likely, next_poll
from sheets_dialer.domain.portal_status import ANSWERED, NOT_REACHED
from sheets_dialer.planning.plan import DuePoll, PassRules, Plan, RowState

from .halts import calls_left


def room(
    now: datetime, open_attempts: Sequence[Attempt], rules: PassRules, until_next_pass: timedelta
) -> int:
    """How many calls free lines, pace, balance and the day's limits allow before the next pass, or
    while marks live."""
    policy = rules.policy
    until_next_pass = min(until_next_pass, policy.mark_lives)
    in_use = sum(holds_line(now, attempt, policy) for attempt in open_attempts)
    coming = lines_coming_free(now, until_next_pass, open_attempts, policy)
    pace = max(1, int(policy.calls_per_minute * until_next_pass / timedelta(minutes=1)))
    # What another campaign has marked in this pass and is still to be sent is part of the pace.
    pace -= sum(attempt.state is AttemptState.INTENDED for attempt in open_attempts)
    free = max(0, min(policy.lines - in_use + coming, pace))
    allowed = (free, rules.calls_paid, calls_left(rules))
    return min(calls for calls in allowed if calls is not None)


def followed(
    jobs: Iterable[Job], now: datetime, policy: Policy
) -> tuple[list[DuePoll], list[Attempt]]:
    """Which calls of these jobs the portal is to be asked about, and which are over."""
    polls: list[DuePoll] = []
    ended: list[Attempt] = []
    for job in jobs:
        for place, attempt in enumerate(job.attempts, start=1):
            if is_followed(attempt, now, policy, later=job.attempts[place:]):
                polls.append(DuePoll(attempt, next_poll(attempt, policy)))
            elif attempt.state is AttemptState.PLACED:
                ended.append(as_ended(attempt, policy))
    return polls, ended


def next_pass_due(begun: float, ended: float, every: float, rest: float = 0) -> float:
    """When the pass after one is due that began and ended then, by the steady clock; `every` and
    `rest` are in seconds. From beginning to beginning, since many campaigns and a slow answer take
    long; but never one after the other without a pause."""
    return max(begun + max(every, rest), ended + every / 2)


def rest(made: Plan, now: datetime, policy: Policy, every: timedelta) -> timedelta:
    """How long the pass after this plan's may be away.

    The usual interval, `every`, while a row may be called or nothing is in progress. When all that
    is left is to show how calls end, fewer passes do: every third one while a call rings, every
    second one while a key is likely, and then the one at which the last answer without a key is
    final.
    """
    attempts = [poll.attempt for poll in made.polls if poll.attempt.is_open]
    # One with a key stands in the sheet already: that it may still change keeps no new row waiting.
    answered = [each for each in attempts if each.call_status == ANSWERED and not each.has_key]
    may_call = bool(made.new_jobs or made.adoptions) or not made.complete
    may_call = may_call or made.count(RowState.QUEUED) + made.count(RowState.WAITING) > 0
    rings = bool(made.dials) or any(
        attempt.call_status not in NOT_REACHED | {ANSWERED} for attempt in attempts
    )
    if may_call or not (rings or answered):
        return every
    if rings:
        return 3 * every
    if any(key_is_likely(attempt, now, policy) for attempt in answered):
        return 2 * every
    last = max(final_at(attempt, policy) for attempt in answered)
    # A little later, so that the portal has been asked once more by then.
    return max(every, last - now + every / 3)
