"""What this program itself knows of an attempt that went wrong, as codes: what happens next is
decided by them. What others said of it (`Attempt.problem`) is shown to people and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class ProblemCode(StrEnum):
    """What went wrong with an attempt beside what its state says. The ledger keeps these words."""

    NEVER_MARKED = "never marked"
    """It was withdrawn, and the sheet provably never showed anything of it."""
    MARK_IN_DOUBT = "mark in doubt"
    """It was withdrawn, and its mark could be another machine's as well."""
    COMMITS_LOST = "commits lost"
    """It was withdrawn, but may have been sent, if the sheet shows its mark."""
    UNSPOKEN = "unspoken"
    """It was withdrawn, since a cell of its row shows what can't be said."""
    LEFT_BEHIND = "left behind"
    """It ended when its portal wasn't asked any more, and stays what was last known: at the new
    address its id would be another call's."""


EXPLAIN_NO_MARK = frozenset(
    {ProblemCode.NEVER_MARKED, ProblemCode.MARK_IN_DOUBT, ProblemCode.COMMITS_LOST}
)
"""A withdrawn attempt with one of these is not what a mark in the sheet comes from."""

IN_WORDS: Mapping[ProblemCode, str] = MappingProxyType(
    {
        ProblemCode.NEVER_MARKED: "Google refused the write that would have marked the row.",
        ProblemCode.MARK_IN_DOUBT: (
            "A copy of this ledger was at work elsewhere; its marks look like ours."
        ),
        ProblemCode.COMMITS_LOST: "The ledger's server may have lost that this was called.",
        ProblemCode.LEFT_BEHIND: (
            "The portal's address was changed while this call was in progress."
        ),
    }
)
"""What `export` says of them. (Version 4 of the ledger kept these sentences in place of the codes,
so `upgrade_problems` knows the attempts again by them.)"""


def told_problem(code: ProblemCode | None, column: str | None, evidence: str | None) -> str | None:
    """A problem as `export` shows it: in our words where there is a code, else in others'."""
    if code is ProblemCode.UNSPOKEN:
        return f"unspoken {column}: {evidence}"
    return IN_WORDS[code] if code is not None else evidence
