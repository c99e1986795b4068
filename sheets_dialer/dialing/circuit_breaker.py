"""Caution towards the portal: a run begins with one call, and stops when the portal fails in a row.

The second call tells whether ids make sense, so only two good replies let all go that else may.
After a failure that leaves a row for a person no more calls are on their way than may fail before
all stop.

A value that each reply turns into the next; it neither reads a clock nor keeps anything by itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from ..domain.attempt import AttemptState
from ..texts import say, with_stop

Count = Callable[[], int]
TRIPS_AFTER = 3
PROVEN_AFTER = 2
"""So many good replies at the beginning show that the portal takes calls and tells them apart."""
SENSELESS: Literal["senseless"] = "senseless"
"""The portal took the calls, but gave them ids by which nobody can ask what became of them."""
COOLS = timedelta(minutes=5)
"""How long no call starts after three failures; each further one doubles it."""
COOLS_AT_MOST = timedelta(hours=1)
COOLS_WITHOUT_NETWORK = timedelta(seconds=30)
COOLS_TURNED_AWAY = timedelta(seconds=30)
"""How long no call starts after the portal refused the account; each further time doubles it."""

_SENTENCES = {
    AttemptState.REFUSED: "stopped_refused",
    AttemptState.UNKNOWN: "stopped_unknown",
    AttemptState.NOT_SENT: "stopped_not_sent",
    AttemptState.TURNED_AWAY: "stopped_turned_away",
    SENSELESS: "stopped_senseless",
    None: "stopped_failed",
}


@dataclass(frozen=True, slots=True)
class CircuitBreaker:
    """How the portal treated the last dials.

    `good` counts a run's good replies as far as `PROVEN_AFTER`. `failures` counts the bad replies
    since the last good one; `kind` is what they were, None when they were of several kinds.
    """

    good: int = 0
    kind: AttemptState | Literal["senseless"] | None = None
    failures: int = 0
    tripped_at: datetime | None = None
    problem: str = ""
    wait: timedelta | None = None
    """How long the portal asked to wait."""
    senseless: int = 0
    """How many calls' results nobody can ask for, of those since the last good reply."""
    lost_at: datetime | None = None
    """When the last of these was lost."""

    def after_good(self) -> CircuitBreaker:
        """The portal accepted a call, with an id of its own."""
        return self if self.is_over else CircuitBreaker(min(self.good + 1, PROVEN_AFTER))

    def after_senseless(self, calls: int, problem: str, now: datetime) -> CircuitBreaker:
        """The portal accepted a call with an id that makes no sense, by which the results of so
        many calls are lost. Time doesn't mend that, and each further try would cost one more."""
        failed = self
        for _ in range(calls):
            failed = failed._after_one_more(SENSELESS, problem, now)
        senseless = self.senseless + calls
        kind = SENSELESS if senseless >= TRIPS_AFTER else failed.kind
        return replace(failed, senseless=senseless, kind=kind, lost_at=now)

    def resumed(self) -> CircuitBreaker:
        """A person says that ids are right again: one call tries, and decides."""
        if not self.is_over:
            return self
        last = TRIPS_AFTER - 1
        return CircuitBreaker(0, SENSELESS, last, None, self.problem, senseless=last)

    def after_turned_away(self, problem: str, wait: float | None, now: datetime) -> CircuitBreaker:
        """The portal refused the account, and so would it any other call. What was in flight along
        with it says nothing more."""
        if self.is_over:
            return self
        again = self.kind is AttemptState.TURNED_AWAY and self.tripped_at is not None
        failures = self.failures + (self.width(now) != 0) if again else 1
        asked = None if wait is None else timedelta(seconds=wait)
        kind = AttemptState.TURNED_AWAY
        return CircuitBreaker(self.good, kind, failures, now, problem, asked)

    def after_failure(self, kind: AttemptState, problem: str, now: datetime) -> CircuitBreaker:
        """A dial ended as refused, unknown or not sent."""
        if self.kind is AttemptState.TURNED_AWAY and kind is AttemptState.REFUSED:
            # The account is served again; what it was refused for now is another matter.
            return CircuitBreaker(self.good, kind, 1, None, problem)
        return self._after_one_more(kind, problem, now)

    @property
    def is_over(self) -> bool:
        """Whether nobody is called until a person says so."""
        return self.kind is SENSELESS and self.tripped_at is not None

    def _after_one_more(
        self, kind: AttemptState | Literal["senseless"], problem: str, now: datetime
    ) -> CircuitBreaker:
        if self.is_over and kind is not SENSELESS:
            return self
        failures = self.failures + 1
        same = kind if not self.failures or kind is self.kind else None
        tripped_at = now if failures >= TRIPS_AFTER else self.tripped_at
        return replace(self, kind=same, failures=failures, tripped_at=tripped_at, problem=problem)

    def _waits(self, now: datetime, in_progress: Count) -> bool:
        """Whether the next call had better wait until those in progress are over. A further id
        that one of these has would cost that one's result as well, and too many in all."""
        if self.tripped_at is not None or self.lost_at is None:
            return False
        costs_too_many = self.senseless + 2 > TRIPS_AFTER
        is_fresh = self.lost_at <= now < self.lost_at + COOLS_AT_MOST
        return costs_too_many and is_fresh and in_progress() > 0

    def width(self, now: datetime, in_progress: Count = lambda: 0) -> int | None:
        """How many dials may be in flight at once, while so many calls are in progress; None is as
        many as else may."""
        if self._waits(now, in_progress):
            return 0
        if self.tripped_at is not None:
            if self.is_over:
                return 0
            # A clock that was set back must not stop the calls for longer.
            hot = self.tripped_at <= now < self._cool_at(self.tripped_at)
            return 0 if hot else 1
        left = max(TRIPS_AFTER - self.failures, 1)
        if self.good < PROVEN_AFTER:
            return min(self.good + 1, left)
        leaves_rows = self.kind not in (AttemptState.REFUSED, AttemptState.NOT_SENT)
        return left if self.failures and leaves_rows else None

    def sentence(self, now: datetime, in_progress: Count = lambda: 0) -> str | None:
        """Why no new call starts, for people; None while calls may start."""
        if self._waits(now, in_progress):
            return say("waits_for_ids")
        if self.width(now) != 0:
            return None
        soon = self._pause() <= COOLS
        next_try = say("tried_again_in_minutes") if soon else say("tried_again_within_the_hour")
        return say(_SENTENCES[self.kind], problem=with_stop(self.problem), next_try=next_try)

    def _cool_at(self, tripped_at: datetime) -> datetime:
        return tripped_at + self._pause()

    def _pause(self) -> timedelta:
        # What was not sent costs nothing; each other try leaves a row for a person to look at.
        if self.kind is AttemptState.NOT_SENT:
            return COOLS_WITHOUT_NETWORK
        if self.kind is AttemptState.TURNED_AWAY:
            doubled = COOLS_TURNED_AWAY * (1 << min(self.failures - 1, 10))
            return max(min(doubled, COOLS_AT_MOST), self.wait or timedelta(0))
        doublings = min(max(self.failures - TRIPS_AFTER, 0), 10)
        return min(COOLS * (1 << doublings), COOLS_AT_MOST)

    def to_text(self) -> str:
        """What the next run must know of this one; empty when that is nothing."""
        if self.tripped_at is None and self.kind is not SENSELESS:
            return ""
        at = self.tripped_at and self.tripped_at.astimezone(UTC).isoformat()
        return json.dumps(
            {
                "kind": self.kind,
                "at": at,
                "senseless": self.senseless,
                "lost_at": self.lost_at and self.lost_at.astimezone(UTC).isoformat(),
                "problem": self.problem,
                "failures": self.failures,
                "wait": None if self.wait is None else self.wait.total_seconds(),
            }
        )

    @classmethod
    def from_text(cls, text: str) -> CircuitBreaker:
        """What an earlier run left: still tripped, and after one more failure for longer."""
        if not text:
            return cls()
        data = json.loads(text)
        kind = data["kind"]
        return cls(
            kind=SENSELESS if kind == SENSELESS else kind and AttemptState(kind),
            senseless=data.get("senseless", 0),
            lost_at=_moment(data.get("lost_at")),
            failures=data.get("failures", TRIPS_AFTER),
            tripped_at=_moment(data["at"]),
            problem=data["problem"],
            wait=None if data.get("wait") is None else timedelta(seconds=data["wait"]),
        )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
