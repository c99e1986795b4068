"""Google's quotas on Sheets: so many reads and writes a minute, for each user and the project.

Figures and the refill every minute are documented; Drive's own quotas (thousands a minute) are
out of reach of this project and not kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .accounts import PROJECT_NUMBER
from .clock import Now
from .google.errors import GoogleError

PER_USER = 60
PER_PROJECT = 300
WINDOW_SECONDS = 60.0


@dataclass(slots=True)
class _Window:
    """One minute that begins with the first request in it."""

    started_at: float
    used: int = 0


class Limits:
    """Counts requests and refuses those beyond the quota; a refused request uses up none of it."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._windows: dict[tuple[str, str], _Window] = {}
        self.enabled = True

    def enable(self, enabled: bool) -> None:
        """Switches the quotas; switching them on begins with fresh ones."""
        self.enabled = enabled
        self._windows.clear()

    def spend(self, account: str, *, reads: bool) -> None:
        """Takes one request off the quotas of the account and of the project.

        Raises:
            GoogleError: 429 when either is used up.
        """
        if not self.enabled:
            return
        group = _group(reads)
        user = self._window(group, account)
        project = self._window(group, "")
        if user.used >= PER_USER:
            raise quota_exceeded(reads=reads, since=user.started_at)
        if project.used >= PER_PROJECT:
            raise quota_exceeded(reads=reads, since=project.started_at, per_user=False)
        user.used += 1
        project.used += 1

    def refusal(self, *, reads: bool) -> GoogleError:
        """The 429 that somebody gets whose minute has just begun: for faults."""
        return quota_exceeded(reads=reads, since=self._now())

    def _window(self, group: str, owner: str) -> _Window:
        now = self._now()
        window = self._windows.get((group, owner))
        if window is None or not 0 <= now - window.started_at < WINDOW_SECONDS:
            window = self._windows[group, owner] = _Window(now)
        return window


def quota_exceeded(*, reads: bool, since: float, per_user: bool = True) -> GoogleError:
    """The 429 for a quota that is used up, in Google's form (recorded in 2021 and 2026).

    Args:
        since: when the minute began of which the requests are counted, in seconds since 1970.
    """
    group, limit = _group(reads), PER_USER if per_user else PER_PROJECT
    name = f"{group} requests per minute" + (" per user" if per_user else "")
    details: list[dict[str, Any]] = [
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "RATE_LIMIT_EXCEEDED",
            "domain": "googleapis.com",
            "metadata": {
                "consumer": f"projects/{PROJECT_NUMBER}",
                "quota_limit": f"{group}RequestsPerMinutePer{'User' if per_user else 'Project'}",
                "quota_limit_value": str(limit),
                "quota_location": "global",
                "quota_metric": f"sheets.googleapis.com/{group.lower()}_requests",
                "quota_unit": "1/min/{project}" + ("/{user}" if per_user else ""),
                "service": "sheets.googleapis.com",
                "window_start_time": str(int(since)),
            },
        },
        {
            "@type": "type.googleapis.com/google.rpc.Help",
            "links": [
                {
                    "description": "Request a higher quota limit.",
                    "url": "https://cloud.google.com/docs/quotas/help/request_increase",
                }
            ],
        },
    ]
    return GoogleError(
        429,
        f"Quota exceeded for quota metric '{group} requests' and limit '{name}' of service"
        f" 'sheets.googleapis.com' for consumer 'project_number:{PROJECT_NUMBER}'.",
        details=details,
    )


def _group(reads: bool) -> str:
    return "Read" if reads else "Write"
