"""The areas that requests name: found on their sheet and closed at its edges, or refused."""

from __future__ import annotations

import re

from .a1 import column_letters, quoted_title
from .context import Context
from .errors import GoogleError, invalid, violation
from .model import Json, Sheet, Workbook
from .protection import check_may_edit
from .ranges import GridRange

MAX_CELL_CHARACTERS = 50_000
"""Google's documented limit of one cell."""

MAX_COLUMN = 18_277
"""The index of column ZZZ, the last one that has letters."""


def area_of(workbook: Workbook, data: Json | None, place: str) -> tuple[Sheet, GridRange]:
    """The sheet and the closed area that a GridRange means.

    A range may end beyond the grid, and then means what the grid has of it, but it must begin
    inside (measured on the real service by others).

    Raises:
        GoogleError: 400 when there is no range, no such sheet, when the start lies after the end
            or outside the grid.
    """
    if data is None:
        raise invalid(f"Invalid {place}: range is required.")
    area = GridRange.from_json(data)
    sheet = workbook.sheet(area.sheet_id, request=place)
    for name, start, end in (
        ("Row", area.start_row or 0, area.end_row),
        ("Column", area.start_column or 0, area.end_column),
    ):
        if start < 0 or (end is not None and end < start):
            raise invalid(
                f"Invalid {place}: range.start{name}Index[{start}] and "
                f"range.end{name}Index[{end}] are not a range."
            )
    begins_outside = (area.start_row or 0) >= sheet.row_count or (
        area.start_column or 0
    ) >= sheet.column_count
    if begins_outside and (area.start_row or area.start_column):
        raise invalid(
            f"Invalid {place}: Range ({_written(sheet, area)}) exceeds grid limits. "
            f"Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
        )
    return sheet, sheet.bounded(area)


def checked_grid_range(workbook: Workbook, data: Json, *, tab_word: str = "grid") -> GridRange:
    """The range that a DataFilter's GridRange means. It may be empty, its end at its start.

    Raises:
        GoogleError: 400 when there is no such tab, an index is negative, an end lies before its
            start or the start outside the grid: in this order and these words, without the place
            (measured on the real service by others).
    """
    area = GridRange.from_json(data)
    sheet = next((each for each in workbook if each.id == area.sheet_id), None)
    if sheet is None:
        raise invalid(f"No {tab_word} with id: {area.sheet_id}")
    rows, columns = (area.start_row, area.end_row), (area.start_column, area.end_column)
    if any(index is not None and index < 0 for index in (*rows, *columns)):
        raise invalid("GridRange indexes must be >= 0")
    for name, (start, end) in (("Row", rows), ("Column", columns)):
        if start is not None and end is not None and end < start:
            raise invalid(f"end{name}Index[{end}] cannot be before start{name}Index[{start}]")
    if (area.start_row or 0) >= sheet.row_count or (area.start_column or 0) >= sheet.column_count:
        raise invalid(
            f"Range ({_as_asked(sheet, area)}) exceeds grid limits. "
            f"Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
        )
    return area


def editable_area(context: Context, data: Json | None, place: str) -> tuple[Sheet, GridRange]:
    """The same, for an area that is about to be changed.

    Raises:
        GoogleError: 400 also when it is protected from the caller.
    """
    sheet, area = area_of(context.workbook, data, place)
    check_may_edit(context.workbook, area, context.account, context.owner, place)
    return sheet, area


def coordinate_of(workbook: Workbook, data: Json, place: str) -> tuple[Sheet, int, int]:
    """The sheet, row and column that a GridCoordinate means.

    Raises:
        GoogleError: 400 when the sheet or the cell doesn't exist, in words reported by others.
    """
    sheet = workbook.sheet(int(data.get("sheetId") or 0), request=place)
    row, column = int(data.get("rowIndex") or 0), int(data.get("columnIndex") or 0)
    for name, line, index, count in (
        ("row", "row", row, sheet.row_count),
        ("column", "column", column, sheet.column_count),
    ):
        if index < 0:
            raise invalid(f"Invalid {place}: GridCoordinate.{name}Index[{index}] is negative")
        if index >= count:
            raise invalid(
                f"Invalid {place}: GridCoordinate.{name}Index[{index}] "
                f"is after last {line} in grid[{count - 1}]"
            )
    return sheet, row, column


def only_one_of(oneof: str, names: tuple[str, ...], request: Json, place: str) -> str | None:
    """Which of the fields that exclude one another the request has; None for none.

    Raises:
        GoogleError: 400 when it has two, in the words of Google's JSON parser.
    """
    given = [name for name in request if name in names and request[name] is not None]
    if len(given) > 1:
        field = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", place)
        raise violation(
            field,
            f"Invalid value at '{field}' (oneof), oneof field '{oneof}' is already set. "
            f"Cannot set '{given[1]}'",
        )
    return given[0] if given else None


def too_long(place: str) -> GoogleError:
    """The 400 for more text than a cell may hold."""
    return invalid(
        f"Invalid {place}: Your input contains more than the maximum of "
        f"{MAX_CELL_CHARACTERS} characters in a single cell."
    )


def not_emulated(place: str, what: str) -> GoogleError:
    """The 400 for a part of a request that Google knows and this sandbox doesn't."""
    return invalid(f"Invalid {place}: {what} is not emulated by this sandbox.")


def _written(sheet: Sheet, area: GridRange) -> str:
    """The range as Google's message writes it, open sides left open."""
    start = f"{column_letters(area.start_column or 0)}{(area.start_row or 0) + 1}"
    end_column = "" if area.end_column is None else column_letters(area.end_column - 1)
    end_row = "" if area.end_row is None else str(area.end_row)
    end = end_column + end_row
    text = start if end in ("", start) else f"{start}:{end}"
    return f"{quoted_title(sheet.title)}!{text}"


def _as_asked(sheet: Sheet, area: GridRange) -> str:
    """A GridRange as Google's refusal writes it: only the edges that were given (measured)."""

    def letters(column: int | None) -> str:
        return "" if column is None or column > MAX_COLUMN else column_letters(column)

    last_column = None if area.end_column is None else area.end_column - 1
    start = letters(area.start_column)
    if area.start_row is not None:
        start += str(area.start_row + 1 if area.start_row < 2**31 - 1 else -(2**31))
    end = letters(last_column) + ("" if area.end_row is None else str(area.end_row))
    text = start if start == end else f"{start}:{end}"
    is_empty = (area.start_row is not None and area.end_row == area.start_row) or (
        area.start_column is not None and area.end_column == area.start_column
    )
    return f"{'(empty) ' if is_empty else ''}{quoted_title(sheet.title)}!{text}"
