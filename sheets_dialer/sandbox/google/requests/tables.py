"""addTable, updateTable and deleteTable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..areas import editable_area
from ..context import Context
from ..errors import invalid
from ..fieldmask import merged
from ..grid_limits import check_cell_count
from ..model import EMPTY, Json, Sheet
from ..ranges import GridRange
from ..resources import table_json
from ..table_layout import area_of_table, body_of_table, has_footer, table_with_id
from .fields import no_such, required, update_mask


def add_table(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Makes a Table of a range; its first row is the header, and its last one the footer when
    that is given a colour.

    Raises:
        GoogleError: 400 when the range makes no sense, is protected or lies on another Table, or
            the id or the name is taken.
    """
    wanted = required(request, "table", place)
    sheet, area = editable_area(context, wanted.get("range"), place)
    tables = {key: table for one in context.workbook for key, table in one.tables.items()}
    table_id = str(wanted.get("tableId") or context.ids.named_range())
    if table_id in tables:
        raise invalid(f"Invalid {place}: A table with id {table_id} already exists.")
    _check_columns(wanted.get("columnProperties") or (), place)
    name = wanted.get("name") or _free_name(tables)
    table = {**wanted, "tableId": table_id, "name": name, "range": area.to_json()}
    _put(context, sheet, table, place)
    return {"addTable": {"table": table_json(sheet, sheet.tables[table_id])}}


def update_table(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Changes the fields in the mask of a Table: where it lies, its name, its rows' colours, its
    columns. One that gets a footer grows by a row for it, one that loses it shrinks by that row
    (discovery document), unless the range is set by the same request.

    Raises:
        GoogleError: 400 when it doesn't exist, or for the reasons that adding it would have.
    """
    wanted = required(request, "table", place)
    sheet, table = _existing(context, str(wanted.get("tableId") or ""), place)
    mask = update_mask(request, "Table", place)
    if mask.covers("columnProperties"):
        columns = wanted.get("columnProperties") or ()
        _check_columns(columns, place)
        if not all(spec.get("columnName") for spec in columns):
            raise invalid(f"Invalid {place}: Table header row cell must have a value.")
    changed = merged(table, wanted, mask)
    changed |= {"tableId": table["tableId"], "name": changed.get("name") or table["name"]}
    if mask.covers("range"):
        target, area = editable_area(context, changed.get("range"), place)
        if target is not sheet:
            raise invalid(f"Invalid {place}: A table can't be moved to another sheet.")
    else:
        area = area_of_table(sheet, table)
        growth = has_footer(changed) - has_footer(table)
        area = replace(area, end_row=(area.end_row or 0) + growth)
        _make_room(context, sheet, area, place)
        editable_area(context, {"sheetId": sheet.id, **area.to_json()}, place)
    changed["range"] = area.to_json()
    if not mask.covers("columnProperties"):
        width = (area.end_column or 0) - (area.start_column or 0)
        changed["columnProperties"] = [
            spec
            for spec in changed.get("columnProperties", ())
            if int(spec.get("columnIndex") or 0) < width
        ]
    del sheet.tables[table["tableId"]]
    _put(context, sheet, changed, place)
    if mask.covers("columnProperties"):
        _uncheck(sheet, changed)
    return {}


def delete_table(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Deletes a Table with the values in it.

    Raises:
        GoogleError: 400 when it doesn't exist.
    """
    sheet, table = _existing(context, str(request.get("tableId") or ""), place)
    _, area = editable_area(context, {"sheetId": sheet.id, **table["range"]}, place)
    del sheet.tables[table["tableId"]]
    for row in area.rows(sheet.row_count):
        columns = range(area.start_column or 0, min(area.end_column or 0, len(sheet.rows[row])))
        sheet.set_cells(row, dict.fromkeys(columns, EMPTY))
    return {}


def _check_columns(columns: Sequence[Json], place: str) -> None:
    """Refuses a list of choices on a column of another kind, and a column of choices without one,
    in Google's words (measured by others)."""
    for spec in columns:
        rule = spec.get("dataValidationRule")
        if spec.get("columnType") == "DROPDOWN":
            if not (rule or {}).get("condition"):
                raise invalid(f"Invalid {place}: Condition must be set for dropdown column type.")
        elif rule is not None:
            raise invalid(f"Invalid {place}: Cannot set condition for non-dropdown column type.")


def _uncheck(sheet: Sheet, table: Json) -> None:
    """Makes FALSE of texts and of nothing in columns that were made boolean (measured by
    others)."""
    body = body_of_table(sheet, table)
    for spec in table.get("columnProperties", ()):
        if spec.get("columnType") != "BOOLEAN":
            continue
        column = (body.start_column or 0) + int(spec.get("columnIndex") or 0)
        for row in body.rows(sheet.row_count):
            cell = sheet.cell(row, column)
            if cell.value is None or isinstance(cell.value, str):
                sheet.set_cell(row, column, replace(cell, value=False))


def _existing(context: Context, table_id: str, place: str) -> tuple[Sheet, Json]:
    found = table_with_id(context.workbook, table_id)
    if found is None:
        raise no_such("table", table_id, place)
    return found


def _put(context: Context, sheet: Sheet, table: Json, place: str) -> None:
    """Keeps the Table. Its columns' names are kept where people see them, in its header."""
    area = area_of_table(sheet, table)
    if (area.end_row or 0) - (area.start_row or 0) <= has_footer(table):
        raise invalid(f"Invalid {place}: A table needs a row for its header.")
    for other in sheet.tables.values():
        if area_of_table(sheet, other).overlaps(area):
            raise invalid(f"Invalid {place}: A table can't overlap another table.")
    names = {other["name"].casefold() for one in context.workbook for other in one.tables.values()}
    if table["name"].casefold() in names:
        raise invalid(f"Invalid {place}: A table named {table['name']} already exists.")
    header, left = area.start_row or 0, area.start_column or 0
    width = (area.end_column or 0) - left
    for spec in table.get("columnProperties", ()):
        index = int(spec.get("columnIndex") or 0)
        if not 0 <= index < width:
            raise invalid(f"Invalid {place}: The table has no column with index {index}.")
        if spec.get("columnName"):
            cell = sheet.cell(header, left + index)
            sheet.set_cell(header, left + index, replace(cell, value=str(spec["columnName"])))
    if "columnProperties" in table:
        unnamed = [
            {key: value for key, value in spec.items() if key != "columnName"}
            for spec in table["columnProperties"]
        ]
        table = {**table, "columnProperties": unnamed}
    sheet.tables[table["tableId"]] = table


def _make_room(context: Context, sheet: Sheet, area: GridRange, place: str) -> None:
    missing = (area.end_row or 0) - sheet.row_count
    if missing > 0:
        check_cell_count(context.workbook.cell_count() + missing * sheet.column_count, place)
        sheet.resize(sheet.row_count + missing, sheet.column_count)


def _free_name(tables: dict[str, Json]) -> str:
    names = {str(table["name"]).casefold() for table in tables.values()}
    number = 1
    while f"table{number}" in names:
        number += 1
    return f"Table{number}"
