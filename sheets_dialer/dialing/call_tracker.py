"""The calls that are followed, the lines they hold, and when the portal is asked about each.

All waiting goes by the steady clock, because the wall clock may be put forward or back meanwhile.
What is noted of a call is in the wall clock's time; it is moved along with a jump, so that the call
is as old as before and isn't taken for over, nor for one that has only just begun.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ..base.clock import Jumps, Moment
from ..domain.attempt import Attempt, AttemptState
from ..domain.policy import Policy
from ..domain.poll_schedule import next_poll
from .line_usage import LineUsage

_MOMENTS = ("placed_at", "answered_at", "changed_at", "polled_at")
_LAST_QUESTIONS = 3
"""So often the portal is asked in vain about a call that is given up before it counts as over."""
Noted = tuple[int, dict[str, Any]]
"""An attempt's id and what the ledger must know of it."""


class CallTracker:
    """By attempt, the newest that is known of it, and when it is asked about next."""

    def __init__(self, begin: Moment) -> None:
        self._jumps = Jumps(begin)
        self._lines = LineUsage()
        self._known: dict[int, tuple[Attempt, Policy]] = {}
        self._due: list[tuple[float, int, int]] = []
        self._order = itertools.count()
        self._over: set[int] = set()
        """Those that were dropped since the pass began."""
        self._asked_in_vain: Counter[int] = Counter()
        """By attempt that is given up, how often the portal said nothing of it."""

    def __contains__(self, attempt_id: int) -> bool:
        return attempt_id in self._known

    def __len__(self) -> int:
        return len(self._known)

    def begin_pass(self) -> None:
        """A new plan is made, which knows of everything that was dropped so far."""
        self._over.clear()

    def take_in(
        self, attempt: Attempt, due: datetime, policy: Policy, moment: Moment
    ) -> list[Noted]:
        """Follows what a plan wants followed, unless more is known of it here; returns what the
        ledger must know, where the clock was put back while nothing ran."""
        if attempt.id in self._known or attempt.id in self._over:
            return []
        noted = [time for name in _MOMENTS if (time := getattr(attempt, name))]
        if not noted or max(noted) <= moment.now:
            self.follow(attempt, due, policy, moment)
            return []
        values = _moved(attempt, moment.now - max(noted))
        attempt = replace(attempt, **values)
        self.follow(attempt, next_poll(attempt, policy), policy, moment)
        return [(attempt.id, values)]

    def know(self, attempt: Attempt, policy: Policy, moment: Moment) -> None:
        """Takes in what is now known of an attempt."""
        self._known[attempt.id] = (attempt, policy)
        self._lines.update(attempt, policy, moment.now, moment.steady)

    def follow(self, attempt: Attempt, due: datetime, policy: Policy, moment: Moment) -> None:
        """Takes in what is now known of an attempt, which is to be asked about when it is due."""
        self.know(attempt, policy, moment)
        wait = (due - moment.now).total_seconds()
        heapq.heappush(self._due, (moment.steady + wait, next(self._order), attempt.id))

    def attempt(self, attempt_id: int) -> Attempt:
        """What is known of an attempt."""
        return self._known[attempt_id][0]

    def drop(self, attempt: Attempt, policy: Policy, moment: Moment) -> None:
        """Nothing more is expected of this attempt, which isn't due."""
        # The line may be taken for a while yet: somebody who pressed a key still listens.
        self.know(attempt, policy, moment)
        del self._known[attempt.id]
        self._over.add(attempt.id)

    def in_progress(self) -> int:
        """How many calls that are followed aren't over. Ended ones are asked about on at times, in
        case of a late answer."""
        return sum(each.state is AttemptState.PLACED for each, _policy in self._known.values())

    def lines_in_use(self, steady: float) -> int:
        """How many lines are believed taken."""
        return self._lines.in_use(steady)

    def seconds_to_next(self, steady: float) -> float | None:
        """How long until the next question is due; None when there is none."""
        return self._due[0][0] - steady if self._due else None

    def take_due(self, steady: float) -> tuple[Attempt, Policy] | None:
        """The attempt of the next question that is due, which is then asked."""
        if not self._due or self._due[0][0] > steady:
            return None
        return self._known[heapq.heappop(self._due)[2]]

    def asked_in_vain(self, attempt_id: int) -> bool:
        """The portal said nothing of a call that is given up; whether that was the last time."""
        self._asked_in_vain[attempt_id] += 1
        return self._asked_in_vain[attempt_id] >= _LAST_QUESTIONS

    def given_up(self) -> list[int]:
        """The attempts that were asked about in vain for the last time since this was called."""
        over = [each for each, times in self._asked_in_vain.items() if times >= _LAST_QUESTIONS]
        self._asked_in_vain -= Counter(dict.fromkeys(over, _LAST_QUESTIONS))
        return over

    def adjust_for_clock_jump(self, moment: Moment) -> list[Noted] | None:
        """Moves along what is noted of every attempt if the wall clock has jumped; returns what the
        ledger must know then, and None when the clock goes on as it should."""
        jump = self._jumps.since_last(moment)
        if not jump:
            return None
        changed = [(each.id, _moved(each, jump)) for each, _policy in self._known.values()]
        for attempt_id, values in changed:
            attempt, policy = self._known[attempt_id]
            self._known[attempt_id] = (replace(attempt, **values), policy)
        return [each for each in changed if each[1]]


def _moved(attempt: Attempt, by: timedelta) -> dict[str, Any]:
    """What is noted of the attempt's call, so much later."""
    noted = {name: getattr(attempt, name) for name in _MOMENTS}
    return {name: moment + by for name, moment in noted.items() if moment}
