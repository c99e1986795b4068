"""Gives a sheet its looks and comforts, apart from what dialling needs: one that Google refuses
costs only itself."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from ...base.errors import SheetRefused, TokenLost, WriteRefused
from ...tabs.queue_columns import letters
from ...texts import with_stop
from ..spreadsheet import Spreadsheet
from .looks import Look
from .making import Making
from .memory import Request

MOST_REQUESTS = 5
"""What a setup may cost."""

_OF_CELLS = frozenset(
    {"repeatCell", "updateCells", "setDataValidation", "updateDimensionProperties"}
)

_Wanted = tuple[Making, Look]
"""A look with the tab that is to get it."""


def dress(
    connection: Spreadsheet, makings: Sequence[Making], requests: int
) -> tuple[list[str], list[str]]:
    """Makes the looks in one batch, and again without what Google refuses, in at most so many
    requests. Returns what was made in words, and in sentences what wasn't.

    Only what was made is remembered in the sheet, so the next setup tries the rest.
    """
    wanted = _by_risk([(making, look) for making in makings for look in making.looks.wanted])
    refused: list[_Wanted] = []
    waiting: list[_Wanted] = []
    told: list[str] = []
    for left in reversed(range(requests)):
        batch, owners = _batch(makings, wanted)
        if not batch:
            break
        try:
            connection.batch(batch)
        except (TokenLost, WriteRefused) as error:
            owner = owners[error.index if isinstance(error, WriteRefused) else 0]
            if owner is None:
                # A setup whose answer was lost has remembered the same, late.
                return [], [*told, _waits(wanted, error.words)]
            refused.append(owner)
            told.append(_refusal(owner, error.words))
            proven = wanted[: wanted.index(owner)]
            wanted.remove(owner)
            if left == 1 and len(refused) > 1:
                # One more refusal would cost all the others.
                safe = _safest(wanted, proven, refused)
                waiting = [each for each in wanted if each not in safe]
                wanted = safe
        except SheetRefused as error:
            return [], [*told, _waits(wanted, str(error))]
        else:
            words = [word for _making, look in wanted for word in look.words]
            return list(dict.fromkeys(words)), [*told, *([_waits(waiting)] if waiting else [])]
    waiting += [each for each in wanted if each[1].requests]
    return [], [*told, *([_waits(waiting)] if waiting else [])]


def is_protection(words: str) -> bool:
    """Whether Google refused because a part of the sheet is protected."""
    return "protect" in words.casefold()


def remedy(words: str) -> str:
    """What a person can do so that Google doesn't refuse with these words any more."""
    if is_protection(words):
        return "Let the dialer's account edit that part: Data → Protect sheets and ranges."
    if any(word in words.casefold() for word in ("typed", "table")):
        return (
            "The column belongs to a Table whose columns have types. Click the Table's name and "
            "choose Convert to range (in the menu Format: Convert to unformatted data)."
        )
    return "Change that part of the sheet by hand, or leave it: dialling doesn't need it."


def _batch(
    makings: Sequence[Making], wanted: Sequence[_Wanted]
) -> tuple[list[Request], list[_Wanted | None]]:
    """The requests, and to which look each belongs: none for what remembers them all."""
    notes = [
        note
        for making in makings
        for note in making.memory_of([look for its, look in wanted if its is making])
    ]
    requests = [(request, each) for each in wanted for request in each[1].requests]
    return [*notes, *(request for request, _each in requests)], [
        *[None] * len(notes),
        *(each for _request, each in requests),
    ]


def _by_risk(looks: Sequence[_Wanted]) -> list[_Wanted]:
    """What changes cells or columns comes last: that is what protections and Tables refuse. Of
    these always others come first, so that what is refused each time holds nothing up for ever."""
    risky = [each for each in looks if _kinds(each) & _OF_CELLS]
    calm = [each for each in looks if each not in risky]
    return calm + secrets.SystemRandom().sample(risky, len(risky))


def _safest(
    wanted: Sequence[_Wanted], proven: Sequence[_Wanted], refused: Sequence[_Wanted]
) -> list[_Wanted]:
    """What Google read without a word before it refused something, and what is on other tabs; else
    what isn't like any that was refused, else all."""
    tabs = [making for making, _look in refused]
    safe = [each for each in wanted if each in proven or each[0] not in tabs]
    other = [each for each in wanted if not any(_alike(each, bad) for bad in refused)]
    return safe or other or list(wanted)


def _kinds(each: _Wanted) -> frozenset[str]:
    return frozenset(kind for request in each[1].requests for kind in request)


def _alike(one: _Wanted, other: _Wanted) -> bool:
    """Whether both are of one tab and ask for something of the same kind."""
    return one[0] is other[0] and bool(_kinds(one) & _kinds(other))


def _refusal(refused: _Wanted, words: str) -> str:
    return (
        f"left out {_named(refused)}: Google refused it. {with_stop(words)} {remedy(words)} "
        "Dialling works without it; setup tries it again."
    )


def _named(each: _Wanted) -> str:
    making, look = each
    columns = sorted({column for column, _part in look.memory if column is not None})
    place = f", column {', '.join(map(letters, columns))}" if columns else ""
    return f"{look.name} on {making.tab.title}{place}"


def _waits(waiting: Sequence[_Wanted], words: str = "") -> str:
    names = ", ".join(_named(each) for each in waiting)
    why = f" {with_stop(words)}" if words else ""
    return f"left for the next setup: {names}.{why} Run setup again."
