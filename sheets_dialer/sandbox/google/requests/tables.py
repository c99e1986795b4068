"""addTable and deleteTable."""

from __future__ import annotations

from typing import Any

from ..context import Context
from ..errors import invalid
from ..model import EMPTY, Json
from ..ranges import GridRange
from .areas import editable_area
from .fields import no_such, required


def add_table(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Makes a Table of a range; its first row is the header.

    Raises:
        GoogleError: 400 when the range makes no sense, is protected or lies on another Table, or
            the id is taken.
    """
    wanted = required(request, "table", place)
    sheet, area = editable_area(context, wanted.get("range"), place)
    for table in sheet.tables.values():
        if GridRange.from_json(table["range"]).overlaps(area):
            raise invalid(f"Invalid {place}: A table can't overlap another table.")
    taken = {table_id for one in context.workbook for table_id in one.tables}
    table_id = str(wanted.get("tableId") or context.ids.named_range())
    if table_id in taken:
        raise invalid(f"Invalid {place}: A table with id {table_id} already exists.")
    name = wanted.get("name") or f"Table{len(taken) + 1}"
    table = {**wanted, "tableId": table_id, "name": name, "range": area.to_json()}
    sheet.tables[table_id] = table
    return {"addTable": {"table": table}}


def delete_table(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Deletes a Table with the values in it.

    Raises:
        GoogleError: 400 when it doesn't exist.
    """
    table_id = str(request.get("tableId") or "")
    for sheet in context.workbook:
        table = sheet.tables.get(table_id)
        if table is None:
            continue
        _, area = editable_area(context, {"sheetId": sheet.id, **table["range"]}, place)
        del sheet.tables[table_id]
        for row in area.rows(sheet.row_count):
            columns = range(area.start_column or 0, min(area.end_column or 0, len(sheet.rows[row])))
            sheet.set_cells(row, dict.fromkeys(columns, EMPTY))
        return {}
    raise no_such("table", table_id, place)
