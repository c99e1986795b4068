"""Faults on demand: which request meets which trouble, by rate, by count and by path.

What each kind does to a request stands in `KINDS`; `trouble.py` carries it out.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

SERVICES = ("sheets", "drive", "portal", "token")

KINDS: Mapping[str, str] = {
    "400": "refused with 400 in the service's own words",
    "401": "refused with 401",
    "403": "refused with 403",
    "404": "refused with 404",
    "429": "refused with 429",
    "500": "not done, answered 500",
    "503": "not done, answered 503",
    "503-applied": "done, but answered 503",
    "reset": "not done, the connection is reset",
    "reset-after": "done, then the connection is reset",
    "timeout": "not done, never answered",
    "timeout-after": "done, never answered",
    "html": "not done, answered 502 with an HTML page",
    "redirect": "not done, answered 302, as by the sign-in page of a Wi-Fi",
    "malformed": "done, but the JSON of the answer is cut in the middle",
    "empty": "done, but answered 200 with {}",
    "blank": "done, but answered 200 with no body at all",
    "slow": "done, answered after `seconds`",
    "stale": "a read of Sheets or of the portal answered from what was true `seconds` ago",
    "late": "a write that is never answered, and done `seconds` after the client gave up",
}

DEFAULT_SECONDS: Mapping[str, float] = {"slow": 5.0, "stale": 5.0, "late": 5.0}

_FIELDS = ("service", "kind", "rate", "skip", "count", "path", "method", "seconds")


class BadFaultError(ValueError):
    """A fault that can't be set up; the message says what to change."""


@dataclass(slots=True)
class Fault:
    """One order of trouble.

    `rate` is the probability that a request it applies to meets it; `skip` is how many that would
    meet it are still let by, `count` how many may meet it (None: any number); `path` is a piece of
    the path and query string, percent-encoded or not; `method` limits it to one HTTP method;
    `fired` is how many have met it.
    """

    service: str
    kind: str
    rate: float = 1.0
    skip: int = 0
    count: int | None = None
    path: str = ""
    method: str = ""
    seconds: float = 0.0
    fired: int = 0

    @classmethod
    def from_json(cls, data: Any) -> Fault:
        """Reads a fault from the body of a control request.

        Raises:
            BadFaultError: something is missing, unknown or of the wrong type.
        """
        if not isinstance(data, dict):
            raise BadFaultError(f"a fault must be a JSON object, not {data!r}")
        unknown = [name for name in data if name not in _FIELDS]
        if unknown:
            raise BadFaultError(f"unknown field {unknown[0]!r}; a fault has {', '.join(_FIELDS)}")
        service, kind = data.get("service"), str(data.get("kind"))
        if service not in SERVICES:
            raise BadFaultError(f"service is {service!r}; it must be one of {', '.join(SERVICES)}")
        if kind not in KINDS:
            raise BadFaultError(
                f"kind is {data.get('kind')!r}; it must be one of {', '.join(KINDS)}"
            )
        if kind == "stale" and service not in ("sheets", "portal"):
            raise BadFaultError("stale works on sheets and portal only: nothing else has a past")
        if kind == "late" and service == "token":
            raise BadFaultError("late doesn't work on token: a token request writes nothing")
        return cls(
            service=service,
            kind=kind,
            rate=_number(data, "rate", default=1.0, least=0.0, most=1.0),
            skip=_skip(data),
            count=_count(data),
            path=_text(data, "path"),
            method=_text(data, "method").upper(),
            seconds=_number(data, "seconds", default=DEFAULT_SECONDS.get(kind, 0.0), least=0.0),
        )

    def to_json(self) -> dict[str, Any]:
        """The fault as control shows it, with how often it fired."""
        return {
            "service": self.service,
            "kind": self.kind,
            "rate": self.rate,
            "skip": self.skip,
            "count": self.count,
            "path": self.path,
            "method": self.method,
            "seconds": self.seconds,
            "fired": self.fired,
        }

    def concerns(self, service: str, method: str, target: str, *, writes: bool) -> bool:
        """Whether it could strike this request; `target` is the path with its query string."""
        return (
            self.service == service
            and (self.count is None or self.fired < self.count)
            and (not self.method or self.method == method)
            and (self.path in target or self.path in unquote(target))
            and not (self.kind == "stale" and writes)
            and not (self.kind == "late" and not writes)
        )


class Faults:
    """The faults in force, in the order they were added. The first one that strikes wins."""

    def __init__(self, source: random.Random) -> None:
        self._source = source
        self._faults: list[Fault] = []

    def add(self, data: Any) -> None:
        """Adds one fault, or each of a list; none of the list when one of them is bad.

        Raises:
            BadFaultError: see `Fault.from_json`.
        """
        items = data if isinstance(data, list) else [data]
        self._faults.extend([Fault.from_json(item) for item in items])

    def clear(self) -> None:
        """Ends every fault."""
        self._faults.clear()

    def to_json(self) -> list[dict[str, Any]]:
        """Every fault with how often it fired."""
        return [fault.to_json() for fault in self._faults]

    def strike(self, service: str, method: str, target: str, *, writes: bool) -> Fault | None:
        """The fault that this request meets, if any, and counts it as fired."""
        for fault in self._faults:
            if fault.concerns(service, method, target, writes=writes) and (
                fault.rate >= 1.0 or self._source.random() < fault.rate
            ):
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.fired += 1
                return fault
        return None


def _number(
    data: Mapping[str, Any],
    name: str,
    *,
    default: float,
    least: float,
    most: float = float("inf"),
) -> float:
    value = data.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        limit = f"between {least:g} and {most:g}" if most != float("inf") else f"{least:g} or more"
        raise BadFaultError(f"{name} is {value!r}; it must be a number, {limit}")
    return float(value)


def _skip(data: Mapping[str, Any]) -> int:
    value = data.get("skip")
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadFaultError(f"skip is {value!r}; it must be a whole number, 0 or more")
    return value


def _count(data: Mapping[str, Any]) -> int | None:
    value = data.get("count")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise BadFaultError(f"count is {value!r}; it must be a whole number, 1 or more")
    return value


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadFaultError(f"{name} is {value!r}; it must be a text")
    return value
