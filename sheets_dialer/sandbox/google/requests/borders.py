"""updateBorders: lines around and between the cells of a range."""

from __future__ import annotations

from collections.abc import Iterator

from ..areas import editable_area
from ..context import Context
from ..model import Cell, Json
from ..ranges import GridRange

_SIDES = ("top", "bottom", "left", "right", "innerHorizontal", "innerVertical")


def update_borders(context: Context, request: Json, place: str) -> dict[str, Json]:
    """Draws the borders that are given, and takes away those of the style NONE. Inner ones belong
    to the cells above and left of them.

    Raises:
        GoogleError: 400 when the range makes no sense or cells are protected.
    """
    sheet, area = editable_area(context, request.get("range"), place)
    given = {side: request[side] for side in _SIDES if request.get(side) is not None}
    for row in area.rows(sheet.row_count):
        cells = {}
        for column in area.columns(sheet.column_count):
            sides = {to: given[name] for name, to in _meant(area, row, column) if name in given}
            if sides:
                cells[column] = _bordered(sheet.cell(row, column), sides)
        sheet.set_cells(row, cells)
    return {}


def _meant(area: GridRange, row: int, column: int) -> Iterator[tuple[str, str]]:
    """The request's borders that are a side of this cell, and which side."""
    if row == area.start_row:
        yield "top", "top"
    if column == area.start_column:
        yield "left", "left"
    yield ("bottom" if row + 1 == area.end_row else "innerHorizontal"), "bottom"
    yield ("right" if column + 1 == area.end_column else "innerVertical"), "right"


def _bordered(cell: Cell, sides: Json) -> Cell:
    borders = dict((cell.format or {}).get("borders") or {})
    for side, border in sides.items():
        borders.pop(side, None)
        if border.get("style", "STYLE_UNSPECIFIED") not in {"NONE", "STYLE_UNSPECIFIED"}:
            borders[side] = border
    rest = {name: value for name, value in (cell.format or {}).items() if name != "borders"}
    look = {**rest, "borders": borders} if borders else rest
    return Cell(cell.value, look or None, cell.note, cell.validation)
