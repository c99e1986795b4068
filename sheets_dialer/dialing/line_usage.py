"""How many lines are believed taken, kept up to date call by call instead of counted anew."""

from __future__ import annotations

import heapq
from datetime import datetime

from ..domain.attempt import Attempt
from ..domain.call_lifecycle import holds_line
from ..domain.policy import Policy
from ..domain.portal_status import ANSWERED


class LineUsage:
    """Counts lines. A call holds one until it is picked up, then for the policy's `call_length`,
    by the steady clock."""

    def __init__(self) -> None:
        self._ringing: set[int] = set()
        self._talking: set[int] = set()
        self._hang_ups: list[tuple[float, int]] = []

    def update(self, attempt: Attempt, policy: Policy, now: datetime, steady: float) -> None:
        """Takes in what is now known of an attempt; `steady` is the steady clock's `now`."""
        if not holds_line(now, attempt, policy):
            self._ringing.discard(attempt.id)
            self._talking.discard(attempt.id)
        elif attempt.call_status != ANSWERED:
            self._ringing.add(attempt.id)
        elif attempt.id not in self._talking:
            self._ringing.discard(attempt.id)
            self._talking.add(attempt.id)
            talks_on = (attempt.answered_at or attempt.intended_at) + policy.call_length - now
            heapq.heappush(self._hang_ups, (steady + talks_on.total_seconds(), attempt.id))

    def in_use(self, steady: float) -> int:
        """How many lines are believed taken at this moment of the steady clock."""
        while self._hang_ups and self._hang_ups[0][0] <= steady:
            self._talking.discard(heapq.heappop(self._hang_ups)[1])
        return len(self._ringing) + len(self._talking)
