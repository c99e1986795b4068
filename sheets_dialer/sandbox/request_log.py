"""What was asked so far: counters by service and kind, and the latest requests one by one."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .clock import Now
from .faults import Fault
from .http import Request

LATEST = 5000
"""How many requests are remembered one by one."""
MOST_KINDS = 100
"""How many kinds are counted apart for each service: more than there are, but a client that makes
paths up must not fill the memory."""
OTHER = "other"

_ALWAYS_SHOWN: Mapping[str, tuple[str, ...]] = {
    "sheets": ("total", "read", "write"),
    "drive": ("total", "read", "write"),
    "portal": ("total", "calls", "get_call", "check_balance", "user_verify"),
    "token": ("total",),
}


@dataclass(slots=True)
class Entry:
    """One request. `at` is when it came (seconds since 1970), `status` what was answered: None
    while it waits and for one that got no answer. The query is left out: it holds keys."""

    at: float
    service: str
    kind: str
    read: bool
    method: str
    path: str
    body_bytes: int
    fault: str | None
    status: int | None = None


class RequestLog:
    """Counts every request that reached a service, troubled and refused ones too."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._counts: dict[str, Counter[str]] = {}
        self._latest: deque[Entry] = deque(maxlen=LATEST)
        self.clear()

    def arrived(
        self, service: str, kind: str, request: Request, reads: bool, fault: Fault | None
    ) -> Entry:
        """Notes a request; whoever answers it completes the entry."""
        counts = self._counts[service]
        counts["total"] += 1
        counts[kind if kind in counts or len(counts) < MOST_KINDS else OTHER] += 1
        if service in ("sheets", "drive"):
            counts["read" if reads else "write"] += 1
        entry = Entry(
            at=self._now(),
            service=service,
            kind=kind,
            read=reads,
            method=request.method,
            path=request.path,
            body_bytes=len(request.body),
            fault=fault.kind if fault else None,
        )
        self._latest.append(entry)
        return entry

    def counts(self) -> dict[str, dict[str, int]]:
        """How many requests so far, by service and kind, with totals, reads and writes."""
        return {service: dict(counts) for service, counts in self._counts.items()}

    def latest(self) -> list[dict[str, Any]]:
        """The latest requests, oldest first."""
        return [asdict(entry) for entry in self._latest]

    def clear(self) -> None:
        """Begins to count anew."""
        for service, kinds in _ALWAYS_SHOWN.items():
            self._counts[service] = Counter(dict.fromkeys(kinds, 0))
        self._latest.clear()
