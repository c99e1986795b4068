"""The Status column: every word that stands there, in one table, and what people type to steer."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto


class StatusKind(Enum):
    """What a Status means to who looks at the sheet."""

    TO_COME = auto()
    IN_PROGRESS = auto()
    GOOD = auto()
    NOT_REACHED = auto()
    NEEDS_A_PERSON = auto()
    NOT_CALLED = auto()


QUEUED = "Queued"
WAITING = "Waiting"
CALLING = "Calling"
CHECK = "Check"
FAILED = "Failed"
NOT_CALLED = "Not called"

STATUS_KINDS: Mapping[str, StatusKind] = {
    QUEUED: StatusKind.TO_COME,
    WAITING: StatusKind.TO_COME,
    CALLING: StatusKind.IN_PROGRESS,
    # The portal's own words, as `portal_status` has them.
    "Initiated": StatusKind.IN_PROGRESS,
    "Pushed to SIP": StatusKind.IN_PROGRESS,
    "Answered": StatusKind.GOOD,
    "Busy": StatusKind.NOT_REACHED,
    "No Answer": StatusKind.NOT_REACHED,
    "Congestion": StatusKind.NOT_REACHED,
    "Hangup": StatusKind.NOT_REACHED,
    CHECK: StatusKind.NEEDS_A_PERSON,
    FAILED: StatusKind.NEEDS_A_PERSON,
    NOT_CALLED: StatusKind.NOT_CALLED,
}
"""Every word that the dialer writes, in the order in which the control tab counts them."""
OTHER = "Other"
"""What the control tab counts the rest under: undocumented statuses, and people's own words."""
STATUSES = (*STATUS_KINDS, OTHER)

CALL_AGAIN, SKIPPED = "Call again", "Skip"
"""What people choose in Status."""

# As rows have what stands in Status: in small letters.
AGAIN = CALL_AGAIN.casefold()
SKIP = SKIPPED.casefold()
MARKED = CALLING.casefold()
UNCLEAR = CHECK.casefold()
HELD_BACK = NOT_CALLED.casefold()
MAY_BE_NEW = frozenset({"", *map(str.casefold, (QUEUED, WAITING, NOT_CALLED)), AGAIN})
"""The words in Status under which a row without a job of its own asks for a call."""
OURS = MAY_BE_NEW | {*map(str.casefold, STATUS_KINDS)}
"""The words in Status that the dialer writes or answers to; any other is a person's own."""


def is_ours(word: str) -> bool:
    """Whether a Status, casefolded, is one that the dialer writes or answers to."""
    return word in OURS or word.startswith("unknown status ")


def words_of(kind: StatusKind) -> tuple[str, ...]:
    """The words of this meaning."""
    return tuple(word for word, its_kind in STATUS_KINDS.items() if its_kind is kind)
