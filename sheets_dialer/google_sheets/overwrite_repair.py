"""Columns that people move between a read and the write that was planned from it.

Google moves no write along with them: it lands beside its own columns, over cells of people. What
stood there is known from the read; which column is which now follows from the header row as it is
after the write. `overwrite_repair_tabs` does the same for the other tabs, with rows as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..base.errors import SheetError
from ..tabs.fencing_token import Token
from ..tabs.queue_columns import DIALER, Columns, letters
from ..texts import say
from .cell_updates import MOST_AT_ONCE, Block, row_runs
from .spreadsheet import TabFacts, cells_of

_WIDEST = 150
"""Up to how many columns it is tried out whether some were moved, beside inserted and deleted."""
_MOST_TOLD = 3
"""How many columns, and how many groups of rows of each, a sentence tells."""


class _Anything:
    """Equal to whatever it is compared with: a title that isn't known."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


_ANYTHING = _Anything()
Cell = tuple[int, int]
"""A cell's row and column, zero-based."""
Origin = Callable[[Cell], Cell | None]
"""Gives where a cell stood before, by its place now; None for a new one."""
Act = tuple[int | None, ...]
"""By place as it is now, where each column (or row) stood before; None for a new one."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a write put where, and what the read that it was planned from had found there.

    `rows` are the rows that it touches, by index, and the first ones down to a few below the header
    row; `blocks` are its cells beside the token.
    """

    rows: Mapping[int, Sequence[Any]]
    columns: Columns
    blocks: Sequence[Block]
    token: Token

    @property
    def ref(self) -> int:
        """Where it put the token."""
        return self.columns.places["ref"]

    def places(self) -> Iterator[Cell]:
        """The queue tab's cells that it wrote."""
        yield self.columns.header_row, self.ref
        for block in self.blocks:
            for row in block.rows:
                for across in range(len(block.texts[0])):
                    yield row, block.column + across

    def stands(self, rows: Sequence[bytes]) -> bool:
        """Whether all that it wrote is still where it was put, by these rows of a later read."""
        return all(
            (found[column] if column < len(found) else "") == text
            for block in self.blocks
            for row, texts in zip(block.rows, block.texts, strict=True)
            for found in [cells_of(rows[row]) if row < len(rows) else []]
            for column, text in enumerate(texts, start=block.column)
        )

    def read_at(self, row: int, column: int | None) -> Any:
        """What the read found there; blank for a column that was not there yet."""
        cells = self.rows[row]
        return cells[column] if column is not None and column < len(cells) else ""


@dataclass(frozen=True, slots=True)
class Overwrite:
    """The cells that a write went over, since columns had moved, at the places that they have now.

    `put_back` gives what stood in them; of the `lost` ones it can't be told. `peoples` are those of
    both that aren't the dialer's. `ref` is where the Ref column stands, None where it is gone.
    `tab` is which of the other tabs the cells are on, None for the queue tab itself, whose header
    row stands in `header_row` now.
    """

    token: Token
    ref: int | None
    put_back: Mapping[Cell, Any]
    lost: frozenset[Cell]
    peoples: frozenset[Cell]
    tab: TabFacts | None = None
    header_row: int = 0
    by_rows: bool = False
    """Whether rows were moved on the queue tab, and not columns."""


class ColumnsMoved(SheetError):
    """A write was applied beside its columns, or beside its rows on another tab; nobody may be
    called on it."""

    def __init__(self, damage: Overwrite) -> None:
        super().__init__(say("header_moved" if damage.by_rows else "columns_moved"))
        self.damage = damage

    def told(self, *, is_mended: bool) -> SheetError:
        """What people must know, once it was tried to put everything back."""
        lost = self.damage.peoples & (self.damage.lost if is_mended else self.damage.peoples)
        if self.damage.tab is not None:
            return SheetError(self._told_of(self.damage.tab.title, lost))
        is_rows = self.damage.by_rows
        if lost:
            name = "header_moved_lost" if is_rows else "columns_moved_lost"
            return SheetError(say(name, cells=where(lost)))
        if self.damage.peoples:
            name = "header_moved_put_back" if is_rows else "columns_moved_put_back"
            return SheetError(say(name, cells=where(self.damage.peoples)))
        return self

    def _told_of(self, title: str, lost: frozenset[Cell]) -> str:
        if lost:
            return say("tab_moved_lost", tab=title, cells=where(lost))
        cells = self.damage.peoples or self.damage.put_back
        return say("tab_moved_put_back", tab=title, cells=where(cells))


def damage_of(written: Written, header: Sequence[Any]) -> Overwrite | None:
    """What a write went over, by the header row as it is now, or None where it hit the columns that
    it was planned for."""
    row = written.columns.header_row
    before, now = aligned(written.rows[row], header, written.ref + 1)
    ref_title = before[written.ref]
    acts: list[Act] = []
    if now[written.ref] == written.token.header:
        now[written.ref] = _ANYTHING
        is_moved = have_moved(before, now)
        if not is_moved and not have_gone(before, now, but_for=ref_title):
            return None
        acts = acts_that_explain(before, now)
        hit = {column for _row, column in written.places()}
        if acts and all(act[at] == at for act in acts for at in hit):
            return None
        is_met = _place_of(ref_title, now) is not None or any(now[at] != before[at] for at in hit)
        if not acts and not (is_moved and is_met):
            # More than one act, but none that the write has met; or a title that was typed over.
            return None
    elif ref_title not in now:
        return None
    in_place = bool(acts) and all(act[written.ref] == written.ref for act in acts)
    ref = written.ref if in_place else _place_of(ref_title, now)
    own = {written.columns.places[name] for name in DIALER}
    return Overwrite(
        written.token,
        ref,
        *went_over(
            frozenset(written.places()),
            [along_columns(act) for act in acts],
            lambda cell: written.read_at(cell[0], cell[1]) if cell else "",
            lambda cell: cell is not None and cell[1] in own,
        ),
        header_row=row,
    )


def went_over(
    places: frozenset[Cell],
    origins: Sequence[Origin],
    read_at: Callable[[Cell | None], Any],
    is_own: Callable[[Cell | None], bool],
) -> tuple[dict[Cell, Any], frozenset[Cell], frozenset[Cell]]:
    """What stood in the `places` that a write went over, by every act that explains where all of
    it stands now; of which that can't be told; and which of both aren't the dialer's, as in
    `Overwrite`.

    `read_at` gives what the read found in a cell, `is_own` whether it was the dialer's.
    """
    put_back: dict[Cell, Any] = {}
    peoples: set[Cell] = set()
    for place in places:
        stood = {origin(place) for origin in origins}
        found = [read_at(cell) for cell in stood]
        if found and all(value == found[0] for value in found):
            put_back[place] = found[0]
        is_blank = bool(found) and all(value in ("", None) for value in found)
        if not is_blank and not (stood and all(map(is_own, stood))):
            peoples.add(place)
    return put_back, places - put_back.keys(), frozenset(peoples)


def along_columns(act: Act) -> Origin:
    """Where cells stood before columns were moved."""

    def origin(cell: Cell) -> Cell | None:
        column = act[cell[1]]
        return None if column is None else (cell[0], column)

    return origin


def along_rows(act: Act) -> Origin:
    """Where cells stood before rows were moved."""

    def origin(cell: Cell) -> Cell | None:
        row = act[cell[0]]
        return None if row is None else (row, cell[1])

    return origin


def aligned(
    before: Sequence[Any], now: Sequence[Any], at_least: int = 0
) -> tuple[list[object], list[object]]:
    """A header row, or the labels of rows, before and now, with room for what one act inserts."""
    width = max(len(before), len(now), at_least) + MOST_AT_ONCE
    first, second = (_titles(row) + [""] * (width - len(row)) for row in (before, now))
    return first, second


def have_moved(before: Sequence[object], now: Sequence[object]) -> bool:
    """Whether a title stands elsewhere than it did."""
    stood = {title: at for at, title in enumerate(before) if before.count(title) == 1}
    return any(
        title is not _ANYTHING and stood.get(title, at) != at for at, title in enumerate(now)
    )


def have_gone(before: Sequence[object], now: Sequence[object], *, but_for: object = None) -> bool:
    """Whether a title stands nowhere any more: its column may have been deleted, or the write has
    gone over the title itself."""
    shown = {title for title in now if title is not _ANYTHING}
    return bool({*before} - shown - {"", but_for})


def where(cells: Iterable[Cell]) -> str:
    """Names cells for people, such as ``C2:C7, C9, D1``."""
    by_column: dict[int, list[int]] = {}
    for row, column in cells:
        by_column.setdefault(column, []).append(row)
    named = [
        f"{letters(column)}{start + 1}" + (f":{letters(column)}{end}" if end > start + 1 else "")
        for column in sorted(by_column)
        for start, end in row_runs(by_column[column])
    ]
    return ", ".join(named[:_MOST_TOLD]) + (" …" if len(named) > _MOST_TOLD else "")


def acts_that_explain(before: Sequence[object], now: Sequence[object]) -> list[Act]:
    """Every single act that makes the header row (or the labels) `now` of the ones `before`."""
    known = {title for title in before if title != ""}

    def explains(act: Act) -> bool:
        return all(
            # A new column may have got a title already, but none that another one had.
            title not in known if origin is None else before[origin] == title
            for origin, title in zip(act, now, strict=True)
        )

    return [act for act in _acts(len(before)) if explains(act)]


def _acts(width: int) -> Iterator[Act]:
    """Everything that one act may do to a row of so many columns."""
    row: list[int | None] = list(range(width))
    for start in range(width):
        for count in range(1, min(MOST_AT_ONCE, width - start) + 1):
            rest, taken = row[:start] + row[start + count :], row[start : start + count]
            yield (*row[:start], *[None] * count, *row[start : width - count])
            # Those that come in from the right are blank, as new ones are.
            yield (*rest, *[None] * count)
            if width <= _WIDEST:
                for to in {*range(len(rest) + 1)} - {start}:
                    yield (*rest[:to], *taken, *rest[to:])


def _place_of(title: object, header: Sequence[object]) -> int | None:
    return next(
        (at for at, each in enumerate(header) if each == title and each is not _ANYTHING), None
    )


def _titles(row: Sequence[Any]) -> list[object]:
    return ["" if cell is None else cell for cell in row]
