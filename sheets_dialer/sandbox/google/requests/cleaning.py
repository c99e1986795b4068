"""trimWhitespace and deleteDuplicates: tidying up what people have typed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..areas import editable_area
from ..context import Context
from ..display import formatted
from ..errors import invalid
from ..formulas.shift import translated
from ..merges import check_none_is_vertical
from ..model import EMPTY, Cell, Formula, Json, Sheet
from ..ranges import GridRange
from ..rectangles import contains
from .lines import dimension_of


def trim_whitespace(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Takes the white space from both ends of every text, and leaves one space where there was
    more between. What remains is text, whatever it begins with (discovery document).

    Raises:
        GoogleError: 400 when the range makes no sense or cells are protected.
    """
    sheet, area = editable_area(context, request.get("range"), place)
    count = 0
    for row in area.rows(sheet.row_count):
        changed = {}
        for column in area.columns(len(sheet.rows[row])):
            cell = sheet.cell(row, column)
            if isinstance(cell.value, str):
                trimmed = " ".join(cell.value.split())
                if trimmed != cell.value:
                    changed[column] = replace(cell, value=trimmed or None)
        sheet.set_cells(row, changed)
        count += len(changed)
    return {"trimWhitespace": {"cellsChangedCount": count} if count else {}}


def delete_duplicates(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Takes out the rows of a range that show the same as one above them, case aside, in the
    columns to compare: all of them unless some are named. Those below move up within the range.

    Raises:
        GoogleError: 400 when the range or a column makes no sense, cells are protected or a merge
            is in the way.
    """
    sheet, area = editable_area(context, request.get("range"), place)
    check_none_is_vertical(sheet, area, place, "remove duplicates from")
    compared = _compared(sheet, area, request, place)
    calculator = context.calculator()

    def shown(row: int, column: int) -> str:
        value: Any = sheet.cell(row, column).value
        if isinstance(value, Formula):
            value = calculator.value(sheet, row, column)
        return formatted(value, None).casefold()

    kept: dict[tuple[str, ...], int] = {}
    rows = area.rows(sheet.row_count)
    for row in rows:
        kept.setdefault(tuple(shown(row, column) for column in compared), row)
    columns = area.columns(sheet.column_count)
    taken = [(row, [sheet.cell(row, column) for column in columns]) for row in kept.values()]
    for target in rows:
        source, cells = taken.pop(0) if taken else (target, [EMPTY] * len(columns))
        moved = (_moved(cell, target - source) for cell in cells)
        sheet.set_cells(target, dict(zip(columns, moved, strict=True)))
    count = len(rows) - len(kept)
    return {"deleteDuplicates": {"duplicatesRemovedCount": count} if count else {}}


def _compared(sheet: Sheet, area: GridRange, request: Json, place: str) -> list[int]:
    wanted = request.get("comparisonColumns") or ()
    if not wanted:
        return list(area.columns(sheet.column_count))
    found: list[int] = []
    for lines in wanted:
        if dimension_of(lines, place) != "COLUMNS":
            raise invalid(f"Invalid {place}: comparisonColumns must be columns.")
        columns = GridRange(
            int(lines.get("sheetId") or 0),
            area.start_row,
            area.end_row,
            lines.get("startIndex"),
            lines.get("endIndex"),
        )
        if not contains(area, columns):
            raise invalid(f"Invalid {place}: comparisonColumns must lie within the range.")
        found.extend(columns.columns(sheet.column_count))
    return found


def _moved(cell: Cell, rows: int) -> Cell:
    if not rows or not isinstance(cell.value, Formula):
        return cell
    return replace(cell, value=Formula(translated(cell.value.text, rows, 0)))
