"""Merged cells: only the upper left cell of each merge holds a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .errors import invalid
from .model import Sheet, Workbook
from .pasted_rules import Tile
from .ranges import GridRange
from .rectangles import contains
from .spans import Change, moved_range


def merges_of(sheet: Sheet) -> list[GridRange]:
    """The tab's merged areas."""
    return [GridRange.from_json(area) for area in sheet.merges]


def set_merges(sheet: Sheet, areas: Iterable[GridRange]) -> None:
    """Makes these the tab's merged areas; one of a single cell is none."""
    sheet.merges = [area.to_json() for area in areas if _size(area) > 1]


def touching(sheet: Sheet, area: GridRange) -> list[GridRange]:
    """The merges that share a cell with the area."""
    return [merge for merge in merges_of(sheet) if merge.overlaps(area)]


def check_none_is_cut(sheet: Sheet, area: GridRange, place: str, words: str) -> None:
    """Refuses an area that holds a part of a merge but not all of it.

    Raises:
        GoogleError: 400 with the words.
    """
    if any(not contains(area, merge) for merge in touching(sheet, area)):
        raise invalid(f"Invalid {place}: {words}")


def check_none_is_vertical(sheet: Sheet, area: GridRange, place: str, what: str) -> None:
    """Refuses to order or hide the rows of an area in which a merge is of more than one row, or
    reaches beyond the area.

    Raises:
        GoogleError: 400; the words are reported by others.
    """
    for merge in touching(sheet, area):
        if (merge.end_row or 0) - (merge.start_row or 0) > 1:
            raise invalid(f"Invalid {place}: You can't {what} a range containing vertical merges.")
        if not contains(area, merge):
            raise invalid(
                f"Invalid {place}: You can't {what} a range that crosses the border of a merge."
            )


def follow_merges(sheet: Sheet, change: Change) -> None:
    """Moves, grows and shrinks the merges with the tab's rows and columns."""
    moved = (moved_range(change, area) for area in merges_of(sheet))
    set_merges(sheet, (area for area in moved if area is not None))


def drop_covered_values(workbook: Workbook) -> None:
    """Empties the cells that a merge covers: what is written there is lost. Formats stay."""
    for sheet in workbook:
        for area in merges_of(sheet):
            corner = (area.start_row, area.start_column)
            for row in area.rows(sheet.row_count):
                cells = sheet.rows[row][: area.end_column]
                emptied = {
                    column: replace(cell, value=None)
                    for column, cell in enumerate(cells)
                    if cell.value is not None
                    and area.covers(row, column)
                    and (row, column) != corner
                }
                sheet.set_cells(row, emptied)


def bring_merges(
    source_sheet: Sheet,
    target_sheet: Sheet,
    source: GridRange,
    tiles: Sequence[Tile],
    *,
    is_cut: bool,
) -> None:
    """Merges the pasted tiles as their source is merged, and no otherwise."""
    brought = [merge for merge in merges_of(source_sheet) if contains(source, merge)]
    if is_cut:
        kept = [merge for merge in merges_of(source_sheet) if merge not in brought]
        set_merges(source_sheet, kept)
    if not tiles:
        return
    whole = whole_of(tiles)
    beside = [merge for merge in merges_of(target_sheet) if not contains(whole, merge)]
    pasted = [tile.place(merge) for tile in tiles for merge in brought]
    set_merges(target_sheet, [*beside, *pasted])


def whole_of(tiles: Sequence[Tile]) -> GridRange:
    """The rectangle that the tiles fill together; there must be one at least."""
    first, last = tiles[0].area, tiles[-1].area
    return replace(first, end_row=last.end_row, end_column=last.end_column)


def _size(area: GridRange) -> int:
    height = (area.end_row or 0) - (area.start_row or 0)
    return height * ((area.end_column or 0) - (area.start_column or 0))
