"""Spreadsheets as JSON for the state file: everything that the model keeps, and nothing lost.

A row is a list with one item per cell: null for an empty one, the plain value where a cell has
nothing else, an object with v(alue) or f(ormula), s(tyle), n(ote) and d(ata validation) otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import compress
from typing import Any

import orjson

from .google.library import Document
from .google.model import EMPTY, NOTHING, Cell, Formula, Json, Row, Sheet, Workbook


def dumps(data: Any) -> bytes:
    """JSON of anything that stands in a workbook, read-only mappings included."""
    return orjson.dumps(data, default=_plain, option=orjson.OPT_NON_STR_KEYS)


def document_to_json(document: Document) -> dict[str, Any]:
    """Everything about a document but its rows and its past."""
    workbook = document.workbook
    return {
        "owner": document.owner,
        "created_at": document.created_at,
        "modified_at": document.modified_at,
        "permissions": document.permissions,
        "parents": document.parents,
        "properties": workbook.properties,
        "named_ranges": workbook.named_ranges,
        "sheets": [_sheet_to_json(sheet) for sheet in workbook.sheets],
    }


def document_from_json(
    document_id: str, data: Mapping[str, Any], rows: Mapping[int, Mapping[int, Row]]
) -> Document:
    """The document again; `rows` are its filled rows by sheet id and index."""
    sheets = [_sheet_from_json(sheet) for sheet in data["sheets"]]
    for sheet in sheets:
        for index, row in rows.get(sheet.id, {}).items():
            sheet.rows[index] = row
    return Document(
        id=document_id,
        workbook=Workbook(data["properties"], sheets, dict(data["named_ranges"])),
        owner=data["owner"],
        created_at=data["created_at"],
        modified_at=data["modified_at"],
        permissions=dict(data["permissions"]),
        parents=tuple(data["parents"]),
    )


def row_to_json(row: Row) -> bytes:
    """One row as bytes."""
    return dumps([_cell_to_json(cell) for cell in row])


class RowReader:
    """Reads rows; cells that look alike share their formats, as they do in a living workbook."""

    def __init__(self) -> None:
        self._shared: dict[bytes, Json] = {}

    def row(self, data: bytes) -> Row:
        """The row that `row_to_json` wrote."""
        return tuple(
            [
                EMPTY
                if item is None
                else self._full_cell(item)
                if type(item) is dict
                else Cell(item)
                for item in orjson.loads(data)
            ]
        )

    def _full_cell(self, data: Mapping[str, Any]) -> Cell:
        return Cell(
            value=Formula(data["f"]) if "f" in data else data.get("v"),
            format=self._share(data.get("s")),
            note=data.get("n"),
            validation=self._share(data.get("d")),
        )

    def _share(self, data: Json | None) -> Json | None:
        return None if data is None else self._shared.setdefault(dumps(data), data)


def _cell_to_json(cell: Cell) -> Any:
    value = cell.value
    if cell.format is None and cell.note is None and cell.validation is None:
        return {"f": value.text} if isinstance(value, Formula) else value
    data: dict[str, Any] = {}
    if isinstance(value, Formula):
        data["f"] = value.text
    elif value is not None:
        data["v"] = value
    for key, part in (("s", cell.format), ("n", cell.note), ("d", cell.validation)):
        if part is not None:
            data[key] = part
    return data


def _sheet_to_json(sheet: Sheet) -> dict[str, Any]:
    return {
        "properties": sheet.properties,
        "row_count": sheet.row_count,
        "row_properties": dict(compress(enumerate(sheet.row_properties), sheet.row_properties)),
        "column_properties": sheet.column_properties,
        "protected_ranges": sheet.protected_ranges,
        "conditional_formats": sheet.conditional_formats,
        "filter_views": sheet.filter_views,
        "charts": sheet.charts,
        "basic_filter": sheet.basic_filter,
        "developer_metadata": sheet.developer_metadata,
        "merges": sheet.merges,
        "tables": sheet.tables,
        "row_groups": sheet.row_groups,
        "column_groups": sheet.column_groups,
    }


def _sheet_from_json(data: Mapping[str, Any]) -> Sheet:
    row_count = data["row_count"]
    row_properties: list[Json] = [NOTHING] * row_count
    for index, properties in data["row_properties"].items():
        row_properties[int(index)] = properties
    return Sheet(
        properties=data["properties"],
        rows=[()] * row_count,
        row_properties=row_properties,
        column_properties=[properties or NOTHING for properties in data["column_properties"]],
        protected_ranges=_by_number(data["protected_ranges"]),
        conditional_formats=data["conditional_formats"],
        filter_views=_by_number(data["filter_views"]),
        charts=_by_number(data["charts"]),
        basic_filter=data["basic_filter"],
        developer_metadata=data.get("developer_metadata", []),
        merges=data.get("merges", []),
        tables=data.get("tables", {}),
        row_groups=data.get("row_groups", []),
        column_groups=data.get("column_groups", []),
    )


def _by_number(data: Mapping[str, Json]) -> dict[int, Json]:
    return {int(key): value for key, value in data.items()}


def _plain(data: object) -> Any:
    if isinstance(data, Mapping):
        return dict(data)
    raise TypeError(f"{type(data).__name__} can't stand in the state file")
