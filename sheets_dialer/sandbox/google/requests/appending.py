"""appendCells: cells put after the last ones that hold something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..context import Context
from ..errors import invalid
from ..grid_limits import check_cell_count
from ..model import Json, Sheet
from ..ranges import GridRange
from ..table_layout import area_of_table, body_of_table, table_with_id
from .cells import update_cells
from .fields import no_such
from .shifted_cells import insert_range


def append_cells(context: Context, request: Json, place: str) -> dict[str, Json]:
    """Writes rows of cells after the last row of a tab, or of a Table's body, that holds a value,
    from its first column on. Rows are added where there are too few (discovery document); a Table
    grows by cells put in before its footer and before what lies below it.

    Raises:
        GoogleError: 400 when there is no such tab or Table, when a row is wider than it, and for
            all that updateCells would refuse.
    """
    rows = request.get("rows") or ()
    table_id = request.get("tableId")
    # A tab must be named, or have the id 0, even beside a Table (measured by others), which goes
    # before it (discovery document).
    sheet = context.workbook.sheet(int(request.get("sheetId") or 0), request=place)
    if table_id:
        found = table_with_id(context.workbook, str(table_id))
        if found is None:
            raise no_such("table", table_id, place)
        sheet, area = _room_in_table(context, *found, len(rows), place)
    else:
        first = _end_of_values(sheet, range(sheet.row_count), 0, sheet.column_count)
        _add_rows(context, sheet, first + len(rows) - sheet.row_count, place)
        area = GridRange(sheet.id, first, first + len(rows), 0, sheet.column_count)
    _check_width(rows, area, place)
    start = {
        "sheetId": sheet.id,
        "rowIndex": area.start_row or 0,
        "columnIndex": area.start_column or 0,
    }
    if rows:
        written = {"start": start, "rows": rows, "fields": request.get("fields")}
        update_cells(context, written, place)
    return {}


def _room_in_table(
    context: Context, sheet: Sheet, table: Json, count: int, place: str
) -> tuple[Sheet, GridRange]:
    """The tab and where the rows go; the Table has grown where they need it."""
    body = body_of_table(sheet, table)
    left, right, end = body.start_column or 0, body.end_column or 0, body.end_row or 0
    first = _end_of_values(sheet, body.rows(sheet.row_count), left, right) or body.start_row or 0
    missing = first + count - end
    if missing > 0:
        whole = area_of_table(sheet, table)
        _add_rows(context, sheet, (whole.end_row or 0) + missing - sheet.row_count, place)
        if end < sheet.row_count:
            new_cells = replace(body, start_row=end, end_row=end + missing)
            shift = {"range": {"sheetId": sheet.id, **new_cells.to_json()}}
            insert_range(context, {**shift, "shiftDimension": "ROWS"}, place)
        grown = replace(whole, end_row=(whole.end_row or 0) + missing)
        sheet.tables[table["tableId"]] = {**table, "range": grown.to_json()}
    return sheet, replace(body, start_row=first, end_row=first + count)


def _end_of_values(sheet: Sheet, rows: range, left: int, right: int) -> int:
    """The index after the last of the rows that has a value in these columns; 0 for none."""
    for row in reversed(rows):
        if any(cell.value is not None for cell in sheet.rows[row][left:right]):
            return row + 1
    return 0


def _check_width(rows: Sequence[Json], area: GridRange, place: str) -> None:
    left, right = area.start_column or 0, area.end_column or 0
    if any(len(row.get("values") or ()) > right - left for row in rows):
        raise invalid(
            f"Invalid {place}: Attempting to write column: {right}, "
            f"beyond the last requested column of: {right - 1}"
        )


def _add_rows(context: Context, sheet: Sheet, missing: int, place: str) -> None:
    if missing > 0:
        check_cell_count(context.workbook.cell_count() + missing * sheet.column_count, place)
        sheet.resize(sheet.row_count + missing, sheet.column_count)
