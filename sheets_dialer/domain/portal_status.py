"""The portal's call statuses: the numbers that it tells, and the words for them (portal.md)."""

from __future__ import annotations

from collections.abc import Mapping

CALL_STATUS_WORDS: Mapping[int, str] = {
    1: "Initiated",
    2: "Answered",
    3: "Congestion",
    4: "Busy",
    5: "No Answer",
    6: "Hangup",
    8: "Pushed to SIP",
}
"""The portal's documented statuses (vendor text). 7 and others are not documented."""


ANSWERED = 2


NOT_REACHED = frozenset({3, 4, 5, 6})


NOT_BEGUN = frozenset({1, 8})
"""Nobody has picked up yet; some calls never get further."""


def call_status_words(status: int) -> str:
    """What to call a status in the sheet; an undocumented one keeps its number."""
    return CALL_STATUS_WORDS.get(status, f"Unknown status {status}")
