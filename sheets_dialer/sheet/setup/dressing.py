"""Gives a sheet its looks and comforts, apart from what dialling needs: one that Google refuses
costs only itself."""

from __future__ import annotations

from collections.abc import Sequence

from ...columns import letters
from ...errors import SheetRefused, TokenLost, WriteRefused
from ...texts import with_stop
from ..connection import Connection
from .making import Look, Making, Request

MOST_REQUESTS = 5
"""What a setup may cost."""

_Wanted = tuple[Making, Look]
"""A look with the tab that is to get it."""


def dress(
    connection: Connection, makings: Sequence[Making], requests: int
) -> tuple[list[str], list[str]]:
    """Makes the looks in one batch, and again without what Google refuses, in at most so many
    requests. Returns what was made in words, and in sentences what wasn't.

    Only what was made is remembered in the sheet, so the next setup tries the rest.
    """
    wanted = [(making, look) for making in makings for look in making.looks]
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
            wanted.remove(owner)
            if left == 1 and len(refused) > 1:
                # The last try: what is like those would be refused, too, and cost all the others.
                waiting = [each for each in wanted if any(_alike(each, bad) for bad in refused)]
                wanted = [each for each in wanted if each not in waiting]
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


def _alike(one: _Wanted, other: _Wanted) -> bool:
    """Whether both are of one tab and ask for something of the same kind."""
    kinds = [
        {kind for request in look.requests for kind in request} for _making, look in (one, other)
    ]
    return one[0] is other[0] and bool(kinds[0] & kinds[1])


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
