"""The words of the Status column: what the dialer writes there, and what people type to steer."""

from __future__ import annotations

from ..domain.portal_status import CALL_STATUS_WORDS

AGAIN = "call again"
SKIP = "skip"
MARKED = "calling"
MAY_BE_NEW = frozenset({"", "queued", "waiting", "not called", AGAIN})
"""The words in Status under which a row without a job of its own asks for a call."""
OURS = MAY_BE_NEW | {MARKED, "check", "failed", *map(str.casefold, CALL_STATUS_WORDS.values())}
"""The words in Status that the dialer writes or answers to; any other is a person's own."""


def is_ours(word: str) -> bool:
    """Whether a Status, casefolded, is one that the dialer writes or answers to."""
    return word in OURS or word.startswith("unknown status ")
