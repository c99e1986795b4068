"""How a row and a job belong together: one small value for each case that there is.

`matching` finds which it is, and `decision` says what follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..domain.job import Job
from ..tabs.queue_rows import QueueRow
from ..tabs.status import UNCLEAR


@dataclass(frozen=True, slots=True)
class OwnRow:
    """The row of a job: its content is the job's, but for text that changes by itself."""

    row: QueueRow
    job: Job


@dataclass(frozen=True, slots=True)
class NewRow:
    """Asks for a call and has no job yet, or holds nothing to call for."""

    row: QueueRow


@dataclass(frozen=True, slots=True)
class UnknownCallRow:
    """Has a Call ID that the ledger doesn't know."""

    row: QueueRow


@dataclass(frozen=True, slots=True)
class UnknownMarkRow:
    """Says Calling, but not by this ledger."""

    row: QueueRow


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """Has results of a call beside content that wasn't called for them."""

    row: QueueRow
    job: Job
    """The job of those results."""
    alone: bool
    """Whether it is this row's alone; another row has it otherwise."""


@dataclass(frozen=True, slots=True)
class CopiedRow:
    """Has results that belong to another row, from which they were copied."""

    row: QueueRow
    job: Job
    """The job of the other row."""


@dataclass(frozen=True, slots=True)
class UserOwnedRow:
    """Was never called, and its Status is somebody's own word: hands off."""

    row: QueueRow
    job: Job | None
    """The job of the call that it shows, copied or left there by a race."""


RowMatch = OwnRow | NewRow | UnknownCallRow | UnknownMarkRow | ChangedRow | CopiedRow | UserOwnedRow


def shows_others(matched: RowMatch) -> bool:
    """Whether what the row shows of a call is no call of ours. A mark of somebody else's says Check
    once it is unclear what became of it, until a person chooses another word."""
    match matched:
        case UnknownCallRow() | UnknownMarkRow():
            return True
        case UserOwnedRow(row, job=None):
            return row.word == UNCLEAR and bool(row.shown["called_number"])
    return False
