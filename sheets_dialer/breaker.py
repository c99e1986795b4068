"""Caution towards the portal: a run begins with one call, and stops when the portal fails in a row.

A value that each reply turns into the next; it neither reads a clock nor keeps anything by itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from .call import AttemptState
from .texts import say, with_stop

TRIPS_AFTER = 3
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
    None: "stopped_failed",
}


@dataclass(frozen=True, slots=True)
class Breaker:
    """How the portal treated the last dials.

    `proven` is set by the first good reply of a run. `failures` counts the bad replies since the
    last good one; `kind` is what they were, None when they were of several kinds.
    """

    proven: bool = False
    kind: AttemptState | None = None
    failures: int = 0
    tripped_at: datetime | None = None
    problem: str = ""
    wait: timedelta | None = None
    """How long the portal asked to wait."""

    def after_good(self) -> Breaker:
        """The portal accepted a call."""
        return Breaker(proven=True)

    def after_turned_away(self, problem: str, wait: float | None, now: datetime) -> Breaker:
        """The portal refused the account, and so would it any other call. What was in flight along
        with it says nothing more."""
        again = self.kind is AttemptState.TURNED_AWAY and self.tripped_at is not None
        failures = self.failures + (self.width(now) != 0) if again else 1
        asked = None if wait is None else timedelta(seconds=wait)
        kind = AttemptState.TURNED_AWAY
        return Breaker(self.proven, kind, failures, now, problem, asked)

    def after_failure(self, kind: AttemptState, problem: str, now: datetime) -> Breaker:
        """A dial ended as refused, unknown or not sent."""
        if self.kind is AttemptState.TURNED_AWAY and kind is AttemptState.REFUSED:
            # The account is served again; what it was refused for now is another matter.
            return Breaker(self.proven, kind, 1, None, problem)
        failures = self.failures + 1
        same = kind if not self.failures or kind is self.kind else None
        tripped_at = now if failures >= TRIPS_AFTER else self.tripped_at
        return replace(self, kind=same, failures=failures, tripped_at=tripped_at, problem=problem)

    def width(self, now: datetime) -> int | None:
        """How many dials may be in flight at once; None is as many as else may."""
        if self.tripped_at is not None:
            # A clock that was set back must not stop the calls for longer.
            hot = self.tripped_at <= now < self._cool_at(self.tripped_at)
            return 0 if hot else 1
        return None if self.proven else 1

    def sentence(self, now: datetime) -> str | None:
        """Why no new call starts, for people; None while calls may start."""
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
        if self.tripped_at is None:
            return ""
        at = self.tripped_at.astimezone(UTC).isoformat()
        return json.dumps(
            {
                "kind": self.kind,
                "at": at,
                "problem": self.problem,
                "failures": self.failures,
                "wait": None if self.wait is None else self.wait.total_seconds(),
            }
        )

    @classmethod
    def from_text(cls, text: str) -> Breaker:
        """What an earlier run left: still tripped, and after one more failure for longer."""
        if not text:
            return cls()
        data = json.loads(text)
        return cls(
            kind=data["kind"] and AttemptState(data["kind"]),
            failures=data.get("failures", TRIPS_AFTER),
            tripped_at=datetime.fromisoformat(data["at"]),
            problem=data["problem"],
            wait=None if data.get("wait") is None else timedelta(seconds=data["wait"]),
        )
