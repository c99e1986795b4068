"""The cells of a range with everything about them: Google's GridData."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .appearance import effective_format, with_twins
from .display import formatted
from .fieldmask import Mask
from .formulas.calculator import Calculator
from .model import EMPTY, Cell, Computed, Formula, Json, Sheet
from .ranges import GridRange
from .typed import to_extended

ROW_PIXELS = 21
COLUMN_PIXELS = 100
"""Height and width, in pixels, of rows and columns that nobody resized (measured by others)."""

_ABOVE_CELLS = ("sheets", "data", "rowData", "values")
_NEEDS_VALUE = frozenset({"effectiveValue", "formattedValue", "effectiveFormat"})
_CELL_FIELDS = _NEEDS_VALUE | {"userEnteredValue", "userEnteredFormat", "note", "dataValidation"}


@dataclass(frozen=True, slots=True)
class GridFields:
    """Which parts of GridData are wanted; working out the others would be wasted time."""

    cells: frozenset[str] = _CELL_FIELDS
    row_metadata: bool = True
    column_metadata: bool = True

    @classmethod
    def of(cls, mask: Mask | None) -> GridFields:
        """What a mask over the whole answer leaves of them; no mask leaves everything."""
        if mask is None:
            return cls()
        return cls(
            frozenset(name for name in _CELL_FIELDS if mask.covers(*_ABOVE_CELLS, name)),
            mask.covers("sheets", "data", "rowMetadata"),
            mask.covers("sheets", "data", "columnMetadata"),
        )

    @property
    def needs_values(self) -> bool:
        """Whether formulas must be worked out."""
        return not self.cells.isdisjoint(_NEEDS_VALUE)


def grid_data_json(
    sheet: Sheet, area: GridRange, calculator: Calculator, fields: GridFields
) -> dict[str, Any]:
    """Google's GridData for one range.

    Rows and cells after the last one with something in a wanted field are left out, a start of 0
    too (recorded); the metadata covers the whole range (measured by others).
    """
    closed = sheet.bounded(area)
    start_row, start_column = closed.start_row or 0, closed.start_column or 0
    answer: dict[str, Any] = {}
    if start_row:
        answer["startRow"] = start_row
    if start_column:
        answer["startColumn"] = start_column
    rows = [
        _row_json(sheet, row, closed, calculator, fields) for row in closed.rows(sheet.row_count)
    ]
    while rows and not rows[-1]:
        rows.pop()
    if rows:
        answer["rowData"] = rows
    if fields.row_metadata and closed.rows(sheet.row_count):
        answer["rowMetadata"] = [
            _dimension_json(sheet, "ROWS", row) for row in closed.rows(sheet.row_count)
        ]
    if fields.column_metadata and closed.columns(sheet.column_count):
        answer["columnMetadata"] = [
            _dimension_json(sheet, "COLUMNS", column)
            for column in closed.columns(sheet.column_count)
        ]
    return answer


def cell_data_json(
    cell: Cell, value: Computed, number_format: Json | None, fields: frozenset[str]
) -> dict[str, Any]:
    """Google's CellData; an empty cell is ``{}``.

    Args:
        value: what the cell evaluates to.
        number_format: Google's NumberFormat under which that is shown, the cell's own or the one
            that its formula implies.
    """
    answer: dict[str, Any] = {}
    if cell.value is not None:
        if "userEnteredValue" in fields:
            answer["userEnteredValue"] = to_extended(cell.value)
        if "effectiveValue" in fields and value is not None:
            answer["effectiveValue"] = to_extended(value)
        if "formattedValue" in fields and value is not None:
            answer["formattedValue"] = formatted(value, number_format)
    if cell.format and "userEnteredFormat" in fields:
        answer["userEnteredFormat"] = with_twins(cell.format)
    if "effectiveFormat" in fields and (cell.format or cell.value is not None):
        answer["effectiveFormat"] = effective_format(cell.format, value, number_format)
    if cell.note and "note" in fields:
        answer["note"] = cell.note
    if cell.validation and "dataValidation" in fields:
        answer["dataValidation"] = dict(cell.validation)
    return answer


def _row_json(
    sheet: Sheet, row: int, area: GridRange, calculator: Calculator, fields: GridFields
) -> dict[str, Any]:
    cells = sheet.rows[row][area.start_column : area.end_column]
    values = [
        _cell_json(sheet, row, column, cell, calculator, fields)
        for column, cell in enumerate(cells, area.start_column or 0)
    ]
    while values and not values[-1]:
        values.pop()
    return {"values": values} if values else {}


def _cell_json(
    sheet: Sheet, row: int, column: int, cell: Cell, calculator: Calculator, fields: GridFields
) -> dict[str, Any]:
    if cell is EMPTY:
        return {}
    stored = cell.value
    if not isinstance(stored, Formula):
        number_format = cell.format.get("numberFormat") if cell.format else None
        return cell_data_json(cell, stored, number_format, fields.cells)
    if not fields.needs_values:
        return cell_data_json(cell, None, None, fields.cells)
    value = calculator.value(sheet, row, column)
    number_format = calculator.number_format(sheet, row, column)
    return cell_data_json(cell, value, number_format, fields.cells)


def line_metadata_json(note: Json, sheet_id: int, dimension: str, index: int) -> dict[str, Any]:
    """Google's DeveloperMetadata of a row or column."""
    span = {"sheetId": sheet_id, "dimension": dimension, "startIndex": index, "endIndex": index + 1}
    shown = {name: value for name, value in span.items() if value != 0}
    kind = "ROW" if dimension == "ROWS" else "COLUMN"
    return {**note, "location": {"locationType": kind, "dimensionRange": shown}}


def _dimension_json(sheet: Sheet, dimension: str, index: int) -> dict[str, Any]:
    by_row = dimension == "ROWS"
    properties = (sheet.row_properties if by_row else sheet.column_properties)[index]
    shown: dict[str, Any] = {"pixelSize": ROW_PIXELS if by_row else COLUMN_PIXELS}
    shown |= {name: value for name, value in properties.items() if value}
    if "developerMetadata" in shown:
        shown["developerMetadata"] = [
            line_metadata_json(note, sheet.id, dimension, index)
            for note in properties["developerMetadata"]
        ]
    return shown
