"""The parts of a Table: its header, its body and its footer, and what its columns are called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .display import formatted
from .model import Formula, Json, Sheet, Workbook
from .ranges import GridRange


def table_with_id(workbook: Workbook, table_id: str) -> tuple[Sheet, Json] | None:
    """The Table of that id and the tab that it lies on."""
    for sheet in workbook:
        if table_id in sheet.tables:
            return sheet, sheet.tables[table_id]
    return None


def area_of_table(sheet: Sheet, table: Json) -> GridRange:
    """All of the Table: header, body and footer."""
    return replace(GridRange.from_json(table["range"]), sheet_id=sheet.id)


def has_footer(table: Json) -> bool:
    """Whether the last row is a footer, which it is when it has a colour (discovery document)."""
    return bool((table.get("rowsProperties") or {}).get("footerColorStyle"))


def body_of_table(sheet: Sheet, table: Json) -> GridRange:
    """The rows between header and footer."""
    area = area_of_table(sheet, table)
    first = (area.start_row or 0) + 1
    end = (area.end_row or 0) - has_footer(table)
    return replace(area, start_row=first, end_row=max(first, end))


def columns_json(sheet: Sheet, table: Json) -> list[dict[str, Any]]:
    """Every column as Google's TableColumnProperties. A column is called what its header says."""
    area = area_of_table(sheet, table)
    known = {int(spec.get("columnIndex") or 0): spec for spec in table.get("columnProperties", ())}
    columns = []
    for index, column in enumerate(area.columns(sheet.column_count)):
        cell = sheet.cell(area.start_row or 0, column)
        column_json = {"columnIndex": index, **known.get(index, {})}
        if cell.value is not None and not isinstance(cell.value, Formula):
            number_format = (cell.format or {}).get("numberFormat")
            column_json["columnName"] = formatted(cell.value, number_format)
        columns.append(column_json)
    return columns


def name_formula_headers(workbook: Workbook) -> None:
    """Puts a name in place of a formula in a Table's header, as Google does (measured by
    others)."""
    for sheet in workbook:
        for table in sheet.tables.values():
            area = area_of_table(sheet, table)
            row = area.start_row or 0
            for number, column in enumerate(area.columns(sheet.column_count), 1):
                cell = sheet.cell(row, column)
                if isinstance(cell.value, Formula):
                    sheet.set_cell(row, column, replace(cell, value=f"Column {number}"))


def moved_columns(table: Json, moved: Callable[[GridRange], GridRange | None]) -> list[Json]:
    """The columns' properties after the tab's lines moved: counted from where the Table starts
    now, without those of columns that are gone."""
    area = GridRange.from_json(table["range"])
    now = moved(area)
    kept: list[Json] = []
    for spec in table.get("columnProperties", ()):
        column = (area.start_column or 0) + int(spec.get("columnIndex") or 0)
        place = moved(replace(area, start_column=column, end_column=column + 1))
        if now is not None and place is not None:
            index = (place.start_column or 0) - (now.start_column or 0)
            kept.append({**spec, "columnIndex": index})
    return kept
