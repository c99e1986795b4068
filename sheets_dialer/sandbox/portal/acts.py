"""What a person can do with a call in progress, in place of what was planned for it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from .life import CallStatus, Moment, Timeline, after_failure, moment_at, until
from .settings import Settings

ANSWER = "answer"
HANG_UP = "hang up"
PRESSES: Mapping[str, int] = MappingProxyType({f"press {key}": key for key in range(10)})
NOT_TAKEN: Mapping[str, CallStatus] = MappingProxyType(
    {
        "busy": CallStatus.BUSY,
        "no answer": CallStatus.NO_ANSWER,
        HANG_UP: CallStatus.HANGUP,
    }
)
SECONDS_TO_PRESS = 60.0
"""How long a call that a person answered waits for a key before it ends."""
SECONDS_AFTER_KEY = 3.0
"""How long a call goes on after a person's key, for the voice to say good-bye."""


class ActError(ValueError):
    """An act that doesn't exist, or that the call is not in a state for; the text says which."""


def acted(
    timeline: Timeline, what: str, now: float, settings: Settings, source: random.Random
) -> Timeline:
    """The timeline with everything after now replaced by what the act leads to.

    Raises:
        ActError: the act is not known, or makes no sense at this point of the call.
    """
    past = until(timeline, now)
    present = moment_at(timeline, now)
    if present.final:
        raise ActError("The call is over.")
    talking = present.status is CallStatus.ANSWERED
    if what == ANSWER:
        if talking:
            raise ActError("The call was answered already.")
        picked_up = Moment(now, CallStatus.ANSWERED, None, present.retry)
        return (*past, picked_up, replace(picked_up, at=now + SECONDS_TO_PRESS, final=True))
    if what in PRESSES:
        pressed = Moment(now, CallStatus.ANSWERED, PRESSES[what], present.retry)
        return (*past, pressed, replace(pressed, at=now + SECONDS_AFTER_KEY, final=True))
    if what not in NOT_TAKEN:
        known = ", ".join((ANSWER, *PRESSES, *NOT_TAKEN))
        raise ActError(f"There is no act {what!r}. There are: {known}.")
    if not talking:
        failed = Moment(now, NOT_TAKEN[what], None, present.retry)
        return (*past, *after_failure(failed, settings, source))
    if what == HANG_UP:
        return (*past, replace(present, at=now, final=True))
    raise ActError("The call was answered; it can only be hung up.")
