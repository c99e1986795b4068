"""What becomes of a call, planned to its end the moment it is accepted.

A timeline is a tuple of moments. Nothing happens at its times: whoever asks reads the last moment
that is not in the future. So a call in progress costs nothing, and it doesn't matter how fast or
unevenly the clock runs.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import TypeAlias

from .settings import Settings


class CallStatus(IntEnum):
    """The portal's codes, as the vendor documents them; 7 is one that it doesn't document."""

    INITIATED = 1
    ANSWERED = 2
    CONGESTION = 3
    BUSY = 4
    NO_ANSWER = 5
    HANGUP = 6
    UNDOCUMENTED = 7
    PUSHED = 8


NOT_ANSWERED = frozenset(
    {CallStatus.CONGESTION, CallStatus.BUSY, CallStatus.NO_ANSWER, CallStatus.HANGUP}
)
"""The statuses after which the account may try again."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What is true from `at` on. `final` says that the call is over and nothing will follow."""

    at: float
    status: CallStatus
    dtmf: int | None = None
    retry: int = 0
    final: bool = False


Timeline: TypeAlias = tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ends: the status, and the key where one is pressed."""

    status: CallStatus
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """The outcomes of a call's tries, one after the other; the last one holds for all further.

    `retries` is how often the account tries again at the least, whatever its setting.
    """

    outcomes: tuple[Outcome, ...]
    retries: int = 0

    def outcome(self, retry: int) -> Outcome:
        """How that try ends."""
        return self.outcomes[min(retry, len(self.outcomes) - 1)]


def _always(status: CallStatus, key: int | None = None) -> Fate:
    return Fate((Outcome(status, key),))


FIXED_FATES: Mapping[str, Fate] = MappingProxyType(
    {
        "923000000001": _always(CallStatus.ANSWERED, 1),
        "923000000002": _always(CallStatus.ANSWERED, 2),
        "923000000003": _always(CallStatus.ANSWERED, 3),
        "923000000004": _always(CallStatus.ANSWERED),
        "923000000005": _always(CallStatus.BUSY),
        "923000000006": _always(CallStatus.NO_ANSWER),
        "923000000007": _always(CallStatus.CONGESTION),
        "923000000008": _always(CallStatus.HANGUP),
        "923000000009": _always(CallStatus.PUSHED),
        "923000000010": Fate(
            (Outcome(CallStatus.NO_ANSWER), Outcome(CallStatus.ANSWERED, 1)), retries=1
        ),
        "923000000012": _always(CallStatus.UNDOCUMENTED),
    }
)
"""Numbers whose calls end the same way whatever the mix."""

REFUSED_NUMBER = "923000000011"
"""The number that the portal refuses to call."""

_WORDS: Mapping[str, CallStatus] = MappingProxyType(
    {
        "no_answer": CallStatus.NO_ANSWER,
        "busy": CallStatus.BUSY,
        "congestion": CallStatus.CONGESTION,
        "hangup": CallStatus.HANGUP,
    }
)


def plan(caller_id: str, accepted_at: float, settings: Settings, source: random.Random) -> Timeline:
    """The whole life of a call accepted now."""
    fate = FIXED_FATES.get(caller_id)
    pushed = Moment(accepted_at, CallStatus.PUSHED)
    if fate is not None and fate.outcome(0).status is CallStatus.PUSHED:
        return (pushed,)
    first_ring = accepted_at + source.uniform(*settings.delays.push)
    if fate is None and settings.stuck and source.random() < settings.stuck:
        is_pushed = source.random() < 0.5
        return (pushed,) if is_pushed else (pushed, Moment(first_ring, CallStatus.INITIATED))
    return (pushed, *_tries(first_ring, 0, fate, settings, source))


def retries_of(caller_id: str) -> int:
    """How often the account tries this number again at the least, whatever its setting."""
    fate = FIXED_FATES.get(caller_id)
    return fate.retries if fate else 0


def after_failure(failed: Moment, settings: Settings, source: random.Random) -> Timeline:
    """The moment of a try that wasn't answered, and what the account makes of it."""
    if failed.retry >= settings.retries:
        return (Moment(failed.at, failed.status, None, failed.retry, final=True),)
    next_ring = failed.at + settings.retry_after
    return (failed, *_tries(next_ring, failed.retry + 1, None, settings, source))


def moment_at(timeline: Timeline, now: float) -> Moment:
    """What is true now; of a time before the acceptance, what was true then."""
    return timeline[max(0, bisect_right(timeline, now, key=_time) - 1)]


def until(timeline: Timeline, now: float) -> Timeline:
    """The part that has happened."""
    return timeline[: max(1, bisect_right(timeline, now, key=_time))]


def talk(timeline: Timeline) -> tuple[float, float] | None:
    """When the call was or will be picked up and when it ends; None when nobody answers."""
    for moment in timeline:
        if moment.status is CallStatus.ANSWERED:
            return moment.at, timeline[-1].at
    return None


def _time(moment: Moment) -> float:
    return moment.at


def _tries(
    ring: float, retry: int, fate: Fate | None, settings: Settings, source: random.Random
) -> Iterator[Moment]:
    retries = max(settings.retries, fate.retries if fate else 0)
    while True:
        outcome = fate.outcome(retry) if fate else _drawn(settings, source)
        yield Moment(ring, CallStatus.INITIATED, None, retry)
        rung = ring + source.uniform(*settings.delays.ring)
        if outcome.status is CallStatus.ANSWERED:
            corrected = settings.corrected if fate is None else 0.0
            yield from _conversation(rung, outcome.key, retry, corrected, settings, source)
            return
        tried_again = outcome.status in NOT_ANSWERED and retry < retries
        yield Moment(rung, outcome.status, None, retry, final=not tried_again)
        if not tried_again:
            return
        ring = rung + settings.retry_after
        retry += 1


def _conversation(
    picked_up: float,
    key: int | None,
    retry: int,
    corrected: float,
    settings: Settings,
    source: random.Random,
) -> Iterator[Moment]:
    shortest, longest = settings.delays.talk
    yield Moment(picked_up, CallStatus.ANSWERED, None, retry)
    if key is not None:
        pressed = source.uniform(*settings.delays.key)
        if corrected and source.random() < corrected:
            yield Moment(picked_up + pressed, CallStatus.ANSWERED, key, retry)
            pressed += source.uniform(*settings.delays.correction)
            key = _corrected(key, settings, source)
        shortest = max(shortest, pressed)
        yield Moment(picked_up + pressed, CallStatus.ANSWERED, key, retry)
    talked = source.uniform(shortest, max(shortest, longest))
    yield Moment(picked_up + talked, CallStatus.ANSWERED, key, retry, final=True)


def _corrected(key: int, settings: Settings, source: random.Random) -> int:
    """The real key after this one was told: another one, or this one and another behind it."""
    others = {each: weight for each, weight in settings.keys.items() if weight and each != str(key)}
    others = others or {"9": 1.0}
    (other,) = source.choices(tuple(others), tuple(others.values()))
    return int(f"{key}{other}" if source.random() < 0.5 else other)


def _drawn(settings: Settings, source: random.Random) -> Outcome:
    if source.random() < settings.answered:
        if source.random() >= settings.key_pressed:
            return Outcome(CallStatus.ANSWERED)
        (key,) = source.choices(tuple(settings.keys), tuple(settings.keys.values()))
        return Outcome(CallStatus.ANSWERED, int(key))
    weights = settings.unanswered
    (word,) = source.choices(tuple(weights), tuple(weights.values()))
    return Outcome(_WORDS[word])
