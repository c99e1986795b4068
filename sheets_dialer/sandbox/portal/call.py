"""One accepted call as a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .life import CallStatus, Moment, Timeline, moment_at

EXTRAS = tuple(f"text{n}" for n in range(1, 6)) + tuple(f"key{n}" for n in range(1, 6))
"""The parameters that are passed on to the voice, in the vendor's order."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the portal accepted, with its whole life.

    `extras` are text1…5 and key1…5 as sent; None where nothing was sent. `accepted_at` is in
    seconds since 1970 of the world's clock; the timeline runs by the portal's clock, which may
    be faster. `told_id` is the id that whoever placed it was told and asks with, `call_id` the
    portal's own, which no two calls share; they differ where the portal gives ids twice.
    """

    call_id: str
    caller_id: str
    voice_id: str
    amount: str | None
    extras: tuple[str | None, ...]
    accepted_at: float
    timeline: Timeline
    told_id: str

    def at(self, now: float) -> Moment:
        """What is true of the call by the portal's clock."""
        return moment_at(self.timeline, now)

    def account(self, now: float) -> dict[str, Any]:
        """The call as `GET /_sandbox/calls` lists it."""
        moment = self.at(now)
        return {
            "call_id": self.told_id,
            "caller_id": self.caller_id,
            "voice_id": self.voice_id,
            "amount": self.amount,
            **dict(zip(EXTRAS, self.extras, strict=True)),
            "accepted_at": self.accepted_at,
            "status": int(moment.status),
            "dtmf": moment.dtmf,
            "retry": moment.retry,
            "ended": moment.final,
        }

    def to_json(self) -> list[Any]:
        """Everything, compactly, for the state file."""
        return [
            self.call_id,
            self.caller_id,
            self.voice_id,
            self.amount,
            list(self.extras),
            self.accepted_at,
            [[m.at, int(m.status), m.dtmf, m.retry, m.final] for m in self.timeline],
            self.told_id,
        ]

    @classmethod
    def from_json(cls, data: Sequence[Any]) -> Call:
        """Reads what `to_json` wrote."""
        call_id, caller_id, voice_id, amount, extras, accepted_at, moments, *told = data
        timeline = tuple(
            Moment(at, CallStatus(status), dtmf, retry, final)
            for at, status, dtmf, retry, final in moments
        )
        told_id = told[0] if told else call_id
        extras = tuple(extras)
        return cls(call_id, caller_id, voice_id, amount, extras, accepted_at, timeline, told_id)


def extras_of(parameters: Mapping[str, str]) -> tuple[str | None, ...]:
    """The texts and keys of a request, in order."""
    return tuple(parameters.get(name) for name in EXTRAS)
