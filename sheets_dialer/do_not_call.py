"""The do-not-call tab: numbers, in any form, that are never called."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from .columns import PEOPLE, normal
from .phone import NotDiallable, Number, read_number
from .texts import say

OWN_COLUMNS = ("Opted Out", "Opted Out At", "Opted Out In")
"""The dialer's columns of the tab: numbers that opted out by key, when, and in which campaign."""


@dataclass(frozen=True, slots=True)
class DoNotCall:
    """Who is not called. `rows` gives each number's row as the sheet counts it, `unreadable` the
    rows in which something stands that is no number; `problem` stops all calls."""

    rows: Mapping[str, int] = field(default_factory=dict)
    unreadable: tuple[int, ...] = ()
    problem: str | None = None

    @property
    def note(self) -> str | None:
        """What a person should look at, though calls go on."""
        if not self.unreadable:
            return None
        rows = ", ".join(map(str, self.unreadable[:5]))
        if len(self.unreadable) > 5:
            return say("unreadable_rows_and_more", rows=rows, count=len(self.unreadable) - 5)
        if len(self.unreadable) > 1:
            return say("unreadable_rows", rows=rows)
        return say("unreadable_row", row=rows)


def read_do_not_call(
    grid: Sequence[Sequence[object]] | None, known: Collection[str] = ()
) -> DoNotCall:
    """Reads the tab: the column whose header means a phone number, else the first one that isn't
    the dialer's own.

    `known` are the numbers that opted out by key as far as this ledger knows: of those it decides,
    whatever the tab lists. What the dialer's own column lists beside them has been heard by another
    ledger, or by this one before it was lost or restored, and isn't called either.
    """
    if grid is None:
        return DoNotCall(problem=say("do_not_call_missing"))
    header = [normal(cell) for cell in grid[0]] if grid else []
    named = [place for place, title in enumerate(header) if title in PEOPLE["phone"]]
    own = {normal(title) for title in OWN_COLUMNS}
    others = [place for place, title in enumerate(header) if title not in own]
    column = next(iter(named or others), len(header))
    named_in: dict[str, int] = {}
    unreadable: list[int] = []
    for row, cells in enumerate(grid, start=1):
        number = read_number(cells[column]) if column < len(cells) else None
        if isinstance(number, Number):
            named_in.setdefault(number.digits, row)
        elif isinstance(number, NotDiallable) and row > 1:
            unreadable.append(row)
    rows = {**_opted_out_elsewhere(grid, header, known), **named_in}
    return DoNotCall(rows, tuple(unreadable))


def _opted_out_elsewhere(
    grid: Sequence[Sequence[object]], header: Sequence[str], known: Collection[str]
) -> dict[str, int]:
    """By number, the row of the dialer's own column that lists it, but of those that are known."""
    title = normal(OWN_COLUMNS[0])
    if header.count(title) != 1:
        return {}
    column = header.index(title)
    rows: dict[str, int] = {}
    for row, cells in enumerate(grid, start=1):
        cell = cells[column] if column < len(cells) else None
        # As the dialer writes it; reading what people wrote takes a hundred times as long.
        if cell in (None, "") or cell in known:
            continue
        number = read_number(cell)
        if isinstance(number, Number) and number.digits not in known:
            rows.setdefault(number.digits, row)
    return rows
