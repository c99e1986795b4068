"""New spreadsheets: what they hold before anybody has written to them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .appearance import DEFAULT_FORMAT, DEFAULT_THEME
from .cell_fields import CellFields
from .errors import invalid
from .grid_limits import check_cell_count
from .ids import Ids
from .library import Document
from .model import EMPTY, Json, Sheet, Workbook

UNTITLED = "Untitled spreadsheet"
_DEFAULT_PROPERTIES: Mapping[str, Any] = {
    "locale": "en_US",
    "autoRecalc": "ON_CHANGE",
    "timeZone": "Etc/GMT",
    "defaultFormat": DEFAULT_FORMAT,
    "spreadsheetTheme": DEFAULT_THEME,
}
"""The properties of a spreadsheet made through the API (recorded)."""

_EMULATED_SHEET_PARTS = {"properties", "data"}


def new_workbook(title: str) -> Workbook:
    """A spreadsheet as Google makes it: one tab, Sheet1, of 1000 rows and 26 columns."""
    return Workbook(
        properties={"title": title, **_DEFAULT_PROPERTIES},
        sheets=[Sheet.new({"sheetId": 0, "title": "Sheet1", "sheetType": "GRID"})],
    )


def workbook_from_json(body: Json, ids: Ids) -> Workbook:
    """The workbook that the body of spreadsheets.create asks for.

    Raises:
        GoogleError: 400 for two tabs of one name or id, for too many cells, and for parts of a
            tab that this sandbox doesn't emulate here.
    """
    asked: Json = body.get("properties") or {}
    workbook = new_workbook(asked.get("title") or UNTITLED)
    workbook.properties = {
        **workbook.properties,
        **{
            name: value
            for name, value in asked.items()
            if value and name in {"locale", "timeZone", "autoRecalc", "spreadsheetTheme"}
        },
    }
    for part in ("namedRanges", "developerMetadata", "dataSources"):
        if body.get(part):
            raise invalid(f"Creating a spreadsheet with {part} is not emulated by this sandbox.")
    asked_sheets = body.get("sheets") or []
    if asked_sheets:
        workbook.sheets = []
    for index, asked_sheet in enumerate(asked_sheets):
        sheet = _sheet_from_json(asked_sheet, index, ids, f"sheets[{index}]")
        if workbook.sheet_titled(sheet.title) is not None:
            raise invalid(
                f'Invalid sheets[{index}].properties.title: A sheet with the name "{sheet.title}" '
                "already exists. Please enter another name."
            )
        if any(sheet.id == other.id for other in workbook):
            raise invalid(
                f"Invalid sheets[{index}].properties.sheetId: "
                f"Sheet id {sheet.id} is already in use."
            )
        workbook.sheets.append(sheet)
    check_cell_count(workbook.cell_count())
    return workbook


def new_document(
    workbook: Workbook, owner: str, *, ids: Ids, now: float, parents: tuple[str, ...] = ()
) -> Document:
    """A document for the workbook that only its owner may open."""
    return Document(
        id=ids.file(),
        workbook=workbook,
        owner=owner,
        created_at=now,
        modified_at=now,
        permissions={permission_id("user", owner): owner_permission(owner)},
        parents=parents,
    )


def owner_permission(owner: str) -> dict[str, Any]:
    """Drive's Permission of the owner."""
    return {
        "kind": "drive#permission",
        "id": permission_id("user", owner),
        "type": "user",
        "emailAddress": owner,
        "role": "owner",
    }


def permission_id(kind: str, subject: str) -> str:
    """The id of a permission, which at Google tells who it is for and not on which file."""
    if kind == "anyone":
        return "anyoneWithLink"
    digest = hashlib.sha256(f"{kind}:{subject.casefold()}".encode()).digest()
    return f"{int.from_bytes(digest[:8], 'big'):020d}"


def _sheet_from_json(asked: Json, index: int, ids: Ids, place: str) -> Sheet:
    for part, value in asked.items():
        if value and part not in _EMULATED_SHEET_PARTS:
            raise invalid(
                f"Invalid {place}.{part}: Creating a sheet with it is not emulated by this sandbox."
            )
    properties = dict(asked.get("properties") or {})
    if properties.get("sheetType", "GRID") != "GRID":
        raise invalid(f"Invalid {place}.properties: Only GRID sheets are emulated by this sandbox.")
    grid = dict(properties.pop("gridProperties", None) or {})
    row_count = grid.pop("rowCount", None) or 1000
    column_count = grid.pop("columnCount", None) or 26
    properties.pop("index", None)
    properties.setdefault("sheetId", 0 if index == 0 else ids.number())
    properties["title"] = properties.get("title") or f"Sheet{index + 1}"
    properties["sheetType"] = "GRID"
    if grid:
        properties["gridProperties"] = grid
    sheet = Sheet.new(properties, row_count, column_count)
    for number, block in enumerate(asked.get("data") or []):
        _fill(sheet, block, f"{place}.data[{number}]")
    return sheet


def _fill(sheet: Sheet, block: Json, place: str) -> None:
    """Puts Google's GridData into the grid, which grows where it is too small."""
    fields = CellFields.parse("*", place)
    top, left = block.get("startRow") or 0, block.get("startColumn") or 0
    rows = block.get("rowData") or []
    width = max((len(row.get("values") or ()) for row in rows), default=0)
    sheet.resize(max(sheet.row_count, top + len(rows)), max(sheet.column_count, left + width))
    for number, row in enumerate(rows, top):
        cells = {
            column: fields.updated(EMPTY, cell)
            for column, cell in enumerate(row.get("values") or (), left)
        }
        sheet.set_cells(number, cells)
    for lines, start, name in (
        (sheet.row_properties, top, "rowMetadata"),
        (sheet.column_properties, left, "columnMetadata"),
    ):
        for number, properties in enumerate((block.get(name) or ())[: len(lines) - start], start):
            lines[number] = {
                key: properties[key] for key in ("hiddenByUser", "pixelSize") if properties.get(key)
            }


def copied_workbook(workbook: Workbook, title: str, owner: str) -> Workbook:
    """A copy of the workbook under another title. Its protected ranges can be edited by the copy's
    owner alone (reported by users of the real service)."""
    copy = replace(workbook.draft(), properties={**workbook.properties, "title": title})
    for sheet in copy:
        sheet.protected_ranges = {
            number: {**protected, "editors": {"users": [owner]}}
            if protected.get("editors")
            else protected
            for number, protected in sheet.protected_ranges.items()
        }
    return copy
