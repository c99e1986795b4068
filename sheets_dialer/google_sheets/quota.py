"""Google's quota: so many reads and so many writes a minute for one account, whatever asks.

A request takes its place from just before it is sent until a minute after its answer has come. At
whatever moment in between Google counts it, and whether Google's minutes slide or begin anew, no
minute of Google's then holds more requests than there are places: of those that it counts within
one, the one that was sent last found all others still in their places. So the whole quota is used,
and never more; what another process takes of the same account shows itself as 429.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from ..base.clock import Clock
from ..base.errors import SheetUnreachable
from ..texts import say

PER_MINUTE = 60
_MINUTE = timedelta(minutes=1)
_HELD_SECONDS = 60.5
"""For how long a request keeps its place after its answer; half a second for clocks that differ."""
LONGEST_BACK_OFF = 64.0
"""Seconds. Google advises to wait `min(2^n seconds + up to one at random, the longest)`."""
GRACE_SECONDS = 10.0
"""After a signal nothing waits for the quota for longer than this in all."""
_LOOKS_EVERY = 0.2


class RequestKind(Enum):
    """What Google counts apart."""

    READ = "read"
    WRITE = "write"


class QuotaUsedUp(SheetUnreachable):
    """The request was not sent: it would have had to wait, and the run is ending."""


@dataclass(slots=True)
class Ticket:
    """One request's places, from before it is sent until its end is known."""

    kind: RequestKind
    places: int
    used: int | None = None
    """How many were sent after all, once that is known; else all of them count."""
    refused: bool = False
    """Whether Google said that the quota is used up."""


class _Minute:
    """The requests of one kind that may still count, and the back-off after a refusal."""

    def __init__(self) -> None:
        self.under_way = 0
        self.ended: list[tuple[float, int]] = []
        self.refusals = 0
        self.closed_until = 0.0

    def seconds_until(self, places: int, now: float, limit: int) -> float:
        """How long until so many places are free."""
        self.ended = [(at, count) for at, count in self.ended if now < at + _HELD_SECONDS]
        wait = max(0.0, self.closed_until - now)
        missing = self.under_way + sum(count for _, count in self.ended) + places - limit
        for at, count in self.ended:
            if missing <= 0:
                break
            missing -= count
            wait = max(wait, at + _HELD_SECONDS - now)
        # What is still under way gives its places back at a moment that nobody knows.
        return max(wait, _LOOKS_EVERY) if missing > 0 else wait


class _Patience:
    """Sleeping until there is room. After a signal not much of it is left."""

    def __init__(self, clock: Clock, wait: Callable[[float], None]) -> None:
        self._clock = clock
        self._wait = wait
        self._ending: Callable[[], bool] = lambda: False
        self._wait_until_ending = wait
        self._patient_until: float | None = None

    def ends_with(self, ending: Callable[[], bool], wait: Callable[[float], None]) -> None:
        """Lets a signal shorten all waiting: `ending` tells of it, `wait` sleeps until it comes."""
        self._ending = ending
        self._wait_until_ending = wait

    def pause(self, seconds: float) -> None:
        """Sleeps a while of it: the clock may go faster than the one that sleep goes by.

        Raises:
            QuotaUsedUp: the run is ending, and this would last too long.
        """
        if not self._ending():
            self._wait_until_ending(min(seconds, _LOOKS_EVERY))
            return
        now = self._clock.steady()
        if self._patient_until is None:
            self._patient_until = now + GRACE_SECONDS
        if now + seconds > self._patient_until:
            raise QuotaUsedUp(
                "Google's quota for this minute is used up and the dialer is ending, so the sheet "
                "was left as it is. The next run goes on."
            )
        self._wait(min(seconds, _LOOKS_EVERY))


class Quota:
    """Lets one account's requests through as Google's quota allows, for all sheets of a process.

    `limit` is how many reads a minute, and how many writes. `chance` gives a number from 0 to 1 and
    spreads the tries of several machines; `wait` sleeps so many seconds, or less.
    """

    def __init__(
        self,
        clock: Clock,
        chance: Callable[[], float],
        wait: Callable[[float], None],
        limit: int = PER_MINUTE,
    ) -> None:
        self._clock = clock
        self._chance = chance
        self._limit = limit
        self._minutes = {kind: _Minute() for kind in RequestKind}
        self._lock = threading.Lock()
        self._patience = _Patience(clock, wait)

    def ends_with(self, ending: Callable[[], bool], wait: Callable[[float], None]) -> None:
        """Lets a signal shorten all waiting: `ending` tells of it, `wait` sleeps until it comes."""
        self._patience.ends_with(ending, wait)

    def wait_for(self, *, reads: int = 0, writes: int = 0) -> None:
        """Returns when so many requests could be sent at once, so that what is worked out between
        them doesn't grow old.

        Raises:
            QuotaUsedUp: the run is ending.
        """
        needs = {RequestKind.READ: reads, RequestKind.WRITE: writes}
        while seconds := max(self._seconds_until(kind, needs[kind]) for kind in RequestKind):
            self._patience.pause(seconds)

    def free(self, kind: RequestKind) -> int:
        """How many requests could be sent at this moment."""
        with self._lock:
            minute = self._minutes[kind]
            if minute.seconds_until(0, self._clock.steady(), self._limit):
                return 0
            return self._limit - minute.under_way - sum(count for _, count in minute.ended)

    def may_hurry(self, campaigns: int) -> bool:
        """Whether a pass over so many campaigns at once would leave enough for the next one. It
        costs each of them a read and a write."""
        return all(self.free(kind) >= 2 * campaigns for kind in RequestKind)

    @contextmanager
    def spending(self, kind: RequestKind, places: int = 1) -> Iterator[Ticket]:
        """Waits for room and takes these places for the request that is sent inside.

        Raises:
            QuotaUsedUp: the run is ending; nothing was sent.
        """
        ticket = Ticket(kind, min(places, self._limit))
        while seconds := self._taken(ticket):
            self._patience.pause(seconds)
        try:
            yield ticket
        finally:
            self._give_back(ticket)

    def _seconds_until(self, kind: RequestKind, places: int) -> float:
        if not places:
            return 0.0
        with self._lock:
            now = self._clock.steady()
            return self._minutes[kind].seconds_until(min(places, self._limit), now, self._limit)

    def _taken(self, ticket: Ticket) -> float:
        """Takes the places; else how many seconds are missing."""
        with self._lock:
            minute = self._minutes[ticket.kind]
            missing = minute.seconds_until(ticket.places, self._clock.steady(), self._limit)
            if not missing:
                minute.under_way += ticket.places
            return missing

    def _give_back(self, ticket: Ticket) -> None:
        with self._lock:
            minute, now = self._minutes[ticket.kind], self._clock.steady()
            minute.under_way -= ticket.places
            minute.ended.append((now, ticket.places if ticket.used is None else ticket.used))
            if not ticket.refused:
                minute.refusals = 0
                return
            minute.refusals = min(minute.refusals + 1, 30)
            minute.closed_until = now + min(
                2.0 ** (minute.refusals - 1) + self._chance(), LONGEST_BACK_OFF
            )


@dataclass(frozen=True, slots=True)
class PassInterval:
    """How often passes come when so many campaigns share an account's quota of `limit` a minute: a
    pass costs each of them a read and a write."""

    every: timedelta
    campaigns: int
    limit: int = PER_MINUTE

    @property
    def interval(self) -> timedelta:
        """From one pass to the next: as configured, or longer when the quota wouldn't last."""
        return max(self.every, _MINUTE * self.campaigns / self.limit)

    @property
    def sentence(self) -> str | None:
        """What people are told when it is longer."""
        if self.interval <= self.every:
            return None
        return say(
            "fewer_passes",
            seconds=f"{self.interval.total_seconds():.0f}",
            configured=f"{self.every.total_seconds():g}",
            campaigns=self.campaigns,
        )
