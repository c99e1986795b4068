"""Spreadsheets, tabs and what belongs to them, as JSON in Google's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .appearance import with_twins
from .developer_metadata import Location, Note
from .fieldmask import Mask
from .formulas.calculator import Calculator
from .grid_data import GridFields, grid_data_json
from .groups import group_json
from .library import Document
from .model import Json, Sheet, Workbook
from .ranges import GridRange
from .table_layout import columns_json

SPREADSHEET_URL = "https://docs.google.com/spreadsheets/d/{id}/edit"


def spreadsheet_json(
    document: Document,
    workbook: Workbook,
    *,
    ranges: Sequence[GridRange] | None,
    grid_data: bool,
    account: str,
    calculator: Calculator,
    mask: Mask | None = None,
) -> dict[str, Any]:
    """Google's Spreadsheet as the account sees it.

    Args:
        ranges: what was asked for; tabs outside are left out. None asks for everything.
        grid_data: whether the cells come along.
        mask: what will be kept of the answer, so that nothing else is worked out; the caller
            still projects.
    """
    fields = GridFields.of(mask)
    answer: dict[str, Any] = {
        "spreadsheetId": document.id,
        "properties": spreadsheet_properties_json(workbook),
    }
    answer["sheets"] = [
        _sheet_json(
            sheet,
            index,
            areas,
            account=account,
            owner=document.owner,
            calculator=calculator if grid_data else None,
            fields=fields,
        )
        for index, sheet in enumerate(workbook)
        if (areas := _areas_on(sheet, ranges))
    ]
    # A name whose cells were deleted has no range and isn't listed.
    named_ranges = [
        named_range_json(named) for named in workbook.named_ranges.values() if "range" in named
    ]
    if named_ranges:
        answer["namedRanges"] = named_ranges
    if workbook.developer_metadata:
        answer["developerMetadata"] = [
            Note(content, Location("SPREADSHEET")).to_json()
            for content in workbook.developer_metadata
        ]
    answer["spreadsheetUrl"] = SPREADSHEET_URL.format(id=document.id)
    return answer


def spreadsheet_properties_json(workbook: Workbook) -> dict[str, Any]:
    """Google's SpreadsheetProperties."""
    return with_twins(workbook.properties)


def sheet_properties_json(sheet: Sheet, index: int) -> dict[str, Any]:
    """Google's SheetProperties. A sheetId and an index of 0 are there, other false and zero
    values aren't (recorded)."""
    written = sheet.properties
    answer: dict[str, Any] = {
        "sheetId": sheet.id,
        "title": sheet.title,
        "index": index,
        "sheetType": written.get("sheetType", "GRID"),
        "gridProperties": {
            "rowCount": sheet.row_count,
            "columnCount": sheet.column_count,
            **{
                name: value
                for name, value in (written.get("gridProperties") or {}).items()
                if value and name not in {"rowCount", "columnCount"}
            },
        },
    }
    if written.get("hidden"):
        answer["hidden"] = True
    colors = {name: written[name] for name in ("tabColor", "tabColorStyle") if written.get(name)}
    answer |= with_twins(colors)
    if written.get("rightToLeft"):
        answer["rightToLeft"] = True
    return answer


def named_range_json(named: Json) -> dict[str, Any]:
    """Google's NamedRange."""
    return {**named, "range": _range_json(named["range"])}


def protected_range_json(
    protected: Json, account: str, owner: str, *, just_added: bool = False
) -> dict[str, Any]:
    """Google's ProtectedRange as the account sees it.

    Who may not edit the range doesn't see its editors (documented). The owner is among the
    editors, but not yet in the reply to the request that adds the range (recorded).
    """
    editors = protected.get("editors") or {}
    may_edit = may_edit_protected(protected, account, owner)
    answer = {
        name: value
        for name, value in protected.items()
        if value not in (None, False, "", []) and name not in {"editors", "requestingUserCanEdit"}
    }
    if "range" in answer:
        answer["range"] = _range_json(answer["range"])
    if "unprotectedRanges" in answer:
        answer["unprotectedRanges"] = [_range_json(area) for area in answer["unprotectedRanges"]]
    if may_edit:
        answer["requestingUserCanEdit"] = True
        shown = {name: value for name, value in editors.items() if value}
        users = list(shown.get("users", ()))
        if not just_added and owner.casefold() not in {user.casefold() for user in users}:
            shown["users"] = [*users, owner]
        answer["editors"] = shown
    return answer


def may_edit_protected(protected: Json, account: str, owner: str) -> bool:
    """Whether the account may change what this range protects: a warning hinders nobody."""
    if protected.get("warningOnly") or account.casefold() == owner.casefold():
        return True
    users = (protected.get("editors") or {}).get("users") or ()
    return account.casefold() in {user.casefold() for user in users}


def _sheet_json(
    sheet: Sheet,
    index: int,
    areas: list[GridRange],
    *,
    account: str,
    owner: str,
    calculator: Calculator | None,
    fields: GridFields,
) -> dict[str, Any]:
    answer: dict[str, Any] = {"properties": sheet_properties_json(sheet, index)}
    if calculator is not None:
        answer["data"] = [grid_data_json(sheet, area, calculator, fields) for area in areas]
    lists = {
        "merges": [_range_json(area) for area in sheet.merges],
        "conditionalFormats": [with_ranges(rule) for rule in sheet.conditional_formats],
        "filterViews": [with_ranges(view) for view in sheet.filter_views.values()],
        "protectedRanges": [
            protected_range_json(protected, account, owner)
            for protected in sheet.protected_ranges.values()
        ],
        "charts": [with_twins(chart) for chart in sheet.charts.values()],
    }
    lists["developerMetadata"] = [
        Note(content, Location("SHEET", sheet.id)).to_json() for content in sheet.developer_metadata
    ]
    lists["tables"] = [table_json(sheet, table) for table in sheet.tables.values()]
    lists["rowGroups"] = [group_json(sheet, "ROWS", group) for group in sheet.row_groups]
    lists["columnGroups"] = [group_json(sheet, "COLUMNS", group) for group in sheet.column_groups]
    answer |= {name: items for name, items in lists.items() if items}
    if sheet.basic_filter is not None:
        answer["basicFilter"] = with_ranges(sheet.basic_filter)
    return answer


def with_ranges(thing: Json) -> dict[str, Any]:
    """A rule or filter with its ranges as Google writes them, and its colours given twice."""
    answer = with_twins(thing)
    if isinstance(thing.get("range"), Mapping):
        answer["range"] = _range_json(thing["range"])
    if isinstance(thing.get("ranges"), list):
        answer["ranges"] = [_range_json(area) for area in thing["ranges"]]
    return answer


def table_json(sheet: Sheet, table: Json) -> dict[str, Any]:
    """A Table as Google writes it, with all of its columns."""
    return {**with_ranges(table), "columnProperties": columns_json(sheet, table)}


def _range_json(area: Json) -> dict[str, Any]:
    return GridRange.from_json(area).to_json()


def _areas_on(sheet: Sheet, ranges: Sequence[GridRange] | None) -> list[GridRange]:
    if ranges is None:
        return [GridRange(sheet.id)]
    return [area for area in ranges if area.sheet_id == sheet.id]
