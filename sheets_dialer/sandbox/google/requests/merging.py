"""mergeCells and unmergeCells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..areas import editable_area
from ..context import Context
from ..errors import invalid
from ..merges import check_none_is_cut, merges_of, set_merges
from ..model import Json, Sheet
from ..ranges import GridRange
from ..rectangles import contains

_CUT = "You must select all cells in a merged range to merge or unmerge them."
"""Google's words, reported by many."""


def merge_cells(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Merges a range into one cell, or each of its rows or columns into one. Merges that lie in it
    wholly are swallowed; of the values only that of each upper left cell stays.

    Raises:
        GoogleError: 400 when the range makes no sense, cuts through a merge, the frozen lines'
            edge or the filter's, merges rows of the filter, or is protected from the caller.
    """
    sheet, area = editable_area(context, request.get("range"), place)
    check_none_is_cut(sheet, area, place, _CUT)
    kind = request.get("mergeType") or "MERGE_ALL"
    new = _pieces(sheet, area, kind, place)
    for piece in new:
        _check_frozen(sheet, piece, place)
        _check_filter(sheet, piece, place)
    kept = [merge for merge in merges_of(sheet) if not contains(area, merge)]
    set_merges(sheet, [*kept, *new])
    return {}


def unmerge_cells(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Takes all merges in a range apart.

    Raises:
        GoogleError: 400 when the range makes no sense, cuts through a merge or is protected from
            the caller.
    """
    sheet, area = editable_area(context, request.get("range"), place)
    check_none_is_cut(sheet, area, place, _CUT)
    set_merges(sheet, [merge for merge in merges_of(sheet) if not contains(area, merge)])
    return {}


def _pieces(sheet: Sheet, area: GridRange, kind: str, place: str) -> list[GridRange]:
    left, right = area.start_column, area.end_column
    top, bottom = area.start_row, area.end_row
    if kind == "MERGE_ALL":
        return [area]
    if kind == "MERGE_ROWS":
        return [
            GridRange(area.sheet_id, row, row + 1, left, right)
            for row in area.rows(sheet.row_count)
        ]
    if kind == "MERGE_COLUMNS":
        return [
            GridRange(area.sheet_id, top, bottom, column, column + 1)
            for column in area.columns(sheet.column_count)
        ]
    raise invalid(f"Invalid {place}: No such mergeType: {kind}")


def _check_frozen(sheet: Sheet, area: GridRange, place: str) -> None:
    """A merge stands wholly within the frozen lines or outside of them, as in the editor; the
    words are ours."""
    grid = sheet.properties.get("gridProperties") or {}
    for name, start, end in (
        ("Row", area.start_row or 0, area.end_row or 0),
        ("Column", area.start_column or 0, area.end_column or 0),
    ):
        if start < int(grid.get(f"frozen{name}Count") or 0) < end:
            raise invalid(
                f"Invalid {place}: You can't merge frozen and non-frozen {name.lower()}s."
            )


def _check_filter(sheet: Sheet, area: GridRange, place: str) -> None:
    """The rows of a filter come and go one by one; the words are reported by others."""
    if sheet.basic_filter is None:
        return
    filtered = sheet.bounded(
        replace(GridRange.from_json(sheet.basic_filter["range"]), sheet_id=sheet.id)
    )
    if not area.overlaps(filtered):
        return
    if not contains(filtered, area):
        raise invalid(
            f"Invalid {place}: You can't merge cells that cross the borders of an existing filter."
        )
    if (area.end_row or 0) - (area.start_row or 0) > 1:
        raise invalid(
            f"Invalid {place}: You can't vertically merge cells that intersect an existing filter."
        )
