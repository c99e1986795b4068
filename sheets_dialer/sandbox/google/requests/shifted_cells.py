"""insertRange and deleteRange: cells put in or taken out, and the others shifted over or up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..areas import editable_area
from ..context import Context
from ..followers import follow_names
from ..model import EMPTY, Json, Sheet
from ..protection import check_may_edit
from ..ranges import GridRange
from ..rectangles import contains
from .clipboard import GridCoordinate, move_cells
from .lines import dimension_of


def insert_range(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Puts empty cells into the range; those there go down, or right. The grid grows only for
    cells with something in them (how Google grows isn't known).

    Raises:
        GoogleError: 400 when the range makes no sense, no dimension is said, or cells that would
            move are protected from the caller.
    """
    sheet, area = editable_area(context, request.get("range"), place)
    by_row = dimension_of({"dimension": request.get("shiftDimension")}, place) == "ROWS"
    following = _filled(sheet, _onward(sheet, area, by_row=by_row))
    if following is None:
        return {}
    check_may_edit(context.workbook, following, context.account, context.owner, place)
    row, column = area.start_row or 0, area.start_column or 0
    target = (area.end_row or 0, column) if by_row else (row, area.end_column or 0)
    move_cells(context, following, GridCoordinate(sheet.id, *target), "PASTE_NORMAL", place)
    return {}


def delete_range(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Takes the range's cells out; those below go up, or those to the right go left. The grid
    keeps its size, and a name that lay wholly on them has no cells any more.

    Raises:
        GoogleError: 400 when the range makes no sense, no dimension is said, or cells that would
            move are protected from the caller.
    """
    sheet, area = editable_area(context, request.get("range"), place)
    by_row = dimension_of({"dimension": request.get("shiftDimension")}, place) == "ROWS"
    if by_row:
        beyond = _onward(sheet, replace(area, start_row=area.end_row), by_row=True)
    else:
        beyond = _onward(sheet, replace(area, start_column=area.end_column), by_row=False)
    following = _filled(sheet, beyond)
    if following is not None:
        check_may_edit(context.workbook, following, context.account, context.owner, place)
    follow_names(context.workbook, lambda name: None if contains(area, name) else name)
    for row in area.rows(sheet.row_count):
        filled = range(area.start_column or 0, min(area.end_column or 0, len(sheet.rows[row])))
        sheet.set_cells(row, dict.fromkeys(filled, EMPTY))
    if following is not None:
        corner = GridCoordinate(sheet.id, area.start_row or 0, area.start_column or 0)
        move_cells(context, following, corner, "PASTE_NORMAL", place)
    return {}


def _onward(sheet: Sheet, area: GridRange, *, by_row: bool) -> GridRange:
    """The range from where it starts to the grid's edge."""
    if by_row:
        return replace(area, end_row=sheet.row_count)
    return replace(area, end_column=sheet.column_count)


def _filled(sheet: Sheet, area: GridRange) -> GridRange | None:
    """The closed range without what is empty at its lower and right edges; None for nothing.
    The side that isn't shifted keeps its length."""
    first, end = area.start_column or 0, area.end_column or 0
    rows = [
        row
        for row in area.rows(sheet.row_count)
        if any(not cell.is_empty() for cell in sheet.rows[row][first:end])
    ]
    if not rows:
        return None
    widths = [
        max(index for index, cell in enumerate(sheet.rows[row][:end]) if not cell.is_empty()) + 1
        for row in rows
    ]
    return replace(area, end_row=rows[-1] + 1, end_column=max(widths))
