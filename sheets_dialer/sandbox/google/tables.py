"""Where a table of data lies on a tab: what `values.append` looks for."""

from __future__ import annotations

from collections.abc import Iterator

from .model import Row, Sheet
from .ranges import GridRange


def last_table(sheet: Sheet, area: GridRange) -> GridRange | None:
    """The last table that the range touches, or None.

    A table is a block of filled cells with an empty row or column, or the grid's edge, on every
    side. The last one holds the lowest filled cell of the range, of several the rightmost
    (documented by example). A range without filled cells can still lie within a table's block.
    """
    closed = sheet.bounded(area)
    for row, column in _filled_from_the_end(sheet, closed):
        return _block_around(sheet, row, column)
    row, column = closed.start_row or 0, closed.start_column or 0
    for seed in _neighbours_in_row(sheet.rows[row], column):
        block = _block_around(sheet, row, seed)
        if block.covers(row, column):
            return block
    return None


def _filled_from_the_end(sheet: Sheet, area: GridRange) -> Iterator[tuple[int, int]]:
    start, end = area.start_column or 0, area.end_column or 0
    for row in reversed(area.rows(sheet.row_count)):
        cells = sheet.rows[row]
        for column in reversed(range(start, min(end, len(cells)))):
            if cells[column].value is not None:
                yield row, column


def _neighbours_in_row(cells: Row, column: int) -> Iterator[int]:
    """The nearest filled cells to the left and to the right."""
    filled = [index for index, cell in enumerate(cells) if cell.value is not None]
    left = [index for index in filled if index < column]
    right = [index for index in filled if index > column]
    if left:
        yield left[-1]
    if right:
        yield right[0]


def _block_around(sheet: Sheet, row: int, column: int) -> GridRange:
    """Grows a block from the cell until nothing filled touches it, corners included."""
    top, bottom, left, right = row, row, column, column
    size = 0
    while size != (size := bottom - top + right - left + 1):
        while top > 0 and _row_filled(sheet, top - 1, left, right):
            top -= 1
        while bottom + 1 < sheet.row_count and _row_filled(sheet, bottom + 1, left, right):
            bottom += 1
        while left > 0 and _column_filled(sheet, left - 1, top, bottom):
            left -= 1
        while right + 1 < sheet.column_count and _column_filled(sheet, right + 1, top, bottom):
            right += 1
    return GridRange(sheet.id, top, bottom + 1, left, right + 1)


def _column_filled(sheet: Sheet, column: int, top: int, bottom: int) -> bool:
    rows = sheet.rows[max(top - 1, 0) : bottom + 2]
    return any(len(cells) > column and cells[column].value is not None for cells in rows)


def _row_filled(sheet: Sheet, row: int, left: int, right: int) -> bool:
    return any(cell.value is not None for cell in sheet.rows[row][max(left - 1, 0) : right + 2])
