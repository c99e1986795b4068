"""updateCells and repeatCell: writes of chosen parts of cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..areas import (
    MAX_CELL_CHARACTERS,
    coordinate_of,
    editable_area,
    not_emulated,
    only_one_of,
    too_long,
)
from ..cell_fields import CellFields, Part
from ..context import Context
from ..errors import invalid
from ..formulas.shift import translated
from ..model import EMPTY, Cell, Formula, Json, Row, Sheet, trimmed
from ..protection import check_may_edit
from ..ranges import GridRange
from .validation import checked_rule


def update_cells(context: Context, request: Json, place: str) -> dict[str, Json]:
    """Writes rows of cells, touching only the fields in the mask.

    From a `start` on, exactly the given cells are written; in a `range`, cells that the rows don't
    reach are cleared (discovery document).

    Raises:
        GoogleError: 400 when the mask or the place makes no sense, when a row or cell lies outside
            the range or grid, is protected from the caller or too long.
    """
    fields = CellFields.parse(request.get("fields"), place)
    rows = [row.get("values") or () for row in request.get("rows") or ()]
    checked = [[_checked(context, cell, fields, place) for cell in row] for row in rows]
    target = only_one_of("area", ("range", "start"), request, place)
    if target == "range":
        sheet, area = editable_area(context, request["range"], place)
        _check_fits(area, rows, place)
        _write_area(sheet, area, checked, fields)
    elif target == "start":
        sheet, row, column = coordinate_of(context.workbook, request["start"], place)
        area = GridRange(sheet.id, row, sheet.row_count, column, sheet.column_count)
        _check_fits(area, rows, place)
        written = GridRange(
            sheet.id, row, row + len(rows), column, column + max(map(len, rows), default=0)
        )
        check_may_edit(context.workbook, written, context.account, context.owner, place)
        for index, given in enumerate(checked, row):
            if given:
                sheet.set_cells(index, _updated(sheet.rows[index], column, given, fields))
    else:
        raise invalid(f"Invalid {place}: Neither a start nor a range was given.")
    return {}


def repeat_cell(context: Context, request: Json, place: str) -> dict[str, Json]:
    """Writes one cell's fields to every cell of a range; a formula's relative references move
    along as if it had been filled from the range's first cell.

    Raises:
        GoogleError: 400 when the mask or range makes no sense or cells are protected.
    """
    fields = CellFields.parse(request.get("fields"), place)
    new = _checked(context, request.get("cell") or {}, fields, place)
    sheet, area = editable_area(context, request.get("range"), place)
    columns = area.columns(sheet.column_count)
    if not columns:
        return {}
    sample = fields.updated(EMPTY, new)
    if fields.value is not None and isinstance(sample.value, Formula):
        _fill_formula(sheet, area, new, fields, sample.value)
    else:
        _each_row(sheet, area, _repeating(new, fields, columns))
    return {}


def _check_fits(area: GridRange, rows: Sequence[Sequence[Json]], place: str) -> None:
    first_row, last_row = area.start_row or 0, (area.end_row or 0) - 1
    first_column, last_column = area.start_column or 0, (area.end_column or 0) - 1
    if first_row + len(rows) - 1 > last_row:
        raise invalid(
            f"Invalid {place}: Attempting to write row: {last_row + 1}, "
            f"beyond the last requested row of: {last_row}"
        )
    if any(first_column + len(row) - 1 > last_column for row in rows):
        raise invalid(
            f"Invalid {place}: Attempting to write column: {last_column + 1}, "
            f"beyond the last requested column of: {last_column}"
        )


def _updated(old: Row, column: int, given: Sequence[Json], fields: CellFields) -> dict[int, Cell]:
    """The new cells of one row by column."""
    return {
        index: fields.updated(old[index] if index < len(old) else EMPTY, new)
        for index, new in enumerate(given, column)
    }


def _checked(context: Context, new: Json, fields: CellFields, place: str) -> Json:
    """The CellData, if it can be written; its rule as Google keeps it."""
    if fields.value is not None:
        text = (new.get("userEnteredValue") or {}).get("stringValue")
        if text and len(text) > MAX_CELL_CHARACTERS:
            raise too_long(place)
    for name in fields.unkept:
        if new.get(name):
            raise not_emulated(place, f"Writing {name}")
    if fields.validation == Part() and new.get("dataValidation"):
        return {
            **new,
            "dataValidation": checked_rule(context.workbook, new["dataValidation"], place),
        }
    return new


def _write_area(
    sheet: Sheet, area: GridRange, rows: Sequence[Sequence[Json]], fields: CellFields
) -> None:
    """Writes the rows and clears the rest of the area."""
    start_column = area.start_column or 0
    columns = area.columns(sheet.column_count)
    for offset, index in enumerate(area.rows(sheet.row_count)):
        old = sheet.rows[index]
        given = rows[offset] if offset < len(rows) else ()
        if not given and len(old) <= start_column:
            continue
        cells = _updated(old, start_column, given, fields)
        for column in range(start_column + len(given), min(columns.stop, len(old))):
            cells[column] = fields.updated(old[column], {})
        sheet.set_cells(index, cells)


def _each_row(sheet: Sheet, area: GridRange, change: Callable[[Row], Row]) -> None:
    """Applies the change to each row; rows that were one object (empty ones) stay one."""
    changed: dict[int, tuple[Row, Row]] = {}
    for index in area.rows(sheet.row_count):
        old = sheet.rows[index]
        if id(old) not in changed:
            # The old row is kept beside the new one so that its id isn't given to another.
            changed[id(old)] = old, change(old)
        sheet.rows[index] = changed[id(old)][1]


def _repeating(new: Json, fields: CellFields, columns: range) -> Callable[[Row], Row]:
    """The change that writes the same fields to these columns of a row."""
    update = fields.repeated(new)
    from_empty = update(EMPTY)

    def change(old: Row) -> Row:
        cells = list(old) + [EMPTY] * (columns.stop - len(old))
        for column in columns:
            cell = cells[column]
            cells[column] = from_empty if cell is EMPTY else update(cell)
        return trimmed(cells)

    return change


def _fill_formula(
    sheet: Sheet, area: GridRange, new: Json, fields: CellFields, formula: Formula
) -> None:
    start_row, start_column = area.start_row or 0, area.start_column or 0
    others: Mapping[str, object] = {**new, "userEnteredValue": None}
    for row in area.rows(sheet.row_count):
        old = sheet.rows[row]
        cells = {}
        for column in area.columns(sheet.column_count):
            cell = fields.updated(old[column] if column < len(old) else EMPTY, others)
            text = translated(formula.text, row - start_row, column - start_column)
            cells[column] = Cell(Formula(text), cell.format, cell.note, cell.validation)
        sheet.set_cells(row, cells)
