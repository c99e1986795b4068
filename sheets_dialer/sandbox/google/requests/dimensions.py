"""Inserting, deleting, moving, appending, sizing and hiding rows and columns."""

from __future__ import annotations

from typing import Any

from .. import shifting
from ..areas import not_emulated
from ..column_widths import fitted_height, fitted_width
from ..context import Context
from ..errors import invalid
from ..fieldmask import merged
from ..grid_limits import check_cell_count
from ..merges import merges_of
from ..model import NOTHING, Json, Sheet
from ..spans import Deletion, Insertion, Relocation
from .fields import required, update_mask
from .lines import (
    Lines,
    check_gap_editable,
    check_lines_editable,
    dimension_of,
    existing_lines,
    first_missing,
    lines_of,
)


def insert_dimension(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Inserts rows or columns that look like those before or after them.

    Raises:
        GoogleError: 400 when there is no such place, they would make too many cells, or fall into
            a protected range.
    """
    lines = lines_of(context, request.get("range"), place)
    from_before = bool(request.get("inheritFromBefore"))
    if lines.end is None:
        raise invalid(f"Invalid {place}: Both the start and end indexes must be bounded.")
    if from_before and lines.start == 0:
        raise invalid(
            f"Invalid {place}: range.startIndex must be greater than 0 "
            "if inheritFromBefore is true."
        )
    if lines.start > lines.size:
        raise invalid(
            f"Invalid {place}: range.startIndex is larger than current grid size ({lines.size})"
        )
    if lines.start == lines.size and not from_before:
        raise invalid(
            f"Invalid {place}: range.startIndex must be less than the grid size ({lines.size}) "
            "if inheritFromBefore is false."
        )
    count = lines.end - lines.start
    _check_room(context, lines.sheet, lines, count, place)
    check_gap_editable(context, lines, lines.start, place)
    change = Insertion(lines.sheet.id, lines.dimension, lines.start, count)
    shifting.insert(context.workbook, change, inherit_from_before=from_before)
    return {}


def delete_dimension(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Deletes rows or columns.

    Raises:
        GoogleError: 400, in Google's words, when they don't exist, are all there are, all that
            aren't frozen, or protected from the caller.
    """
    lines = lines_of(context, request.get("range"), place)
    beyond = first_missing(lines)
    if beyond is not None:
        raise invalid(
            f"Invalid {place}: Cannot delete a {lines.name} that doesn't exist. "
            f"Tried to delete {lines.name} index {beyond} "
            f"but there are only {lines.size} {lines.name}s."
        )
    check_some_remain(lines.sheet, lines, place)
    check_lines_editable(context, lines, place)
    change = Deletion(lines.sheet.id, lines.dimension, lines.start, lines.last)
    shifting.delete(context.workbook, change)
    return {}


def check_some_remain(sheet: Sheet, lines: Lines, place: str) -> None:
    """Refuses to delete all rows or columns, or all that aren't frozen, in Google's words.

    Raises:
        GoogleError: 400.
    """
    if lines.last - lines.start >= lines.size:
        raise invalid(f"Invalid {place}: You can't delete all the {lines.name}s on the sheet.")
    grid = sheet.properties.get("gridProperties") or NOTHING
    frozen = int(grid.get(f"frozen{lines.name.title()}Count", 0))
    if frozen and lines.start <= frozen and lines.last >= lines.size:
        raise invalid(
            f"Invalid {place}: Sorry, it is not possible to delete all non-frozen {lines.name}s."
        )


def move_dimension(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Moves rows or columns before another one of their tab.

    Raises:
        GoogleError: 400 when they or the destination don't exist, the destination lies among
            them, or one of the two is protected from the caller.
    """
    lines = existing_lines(context, request.get("source"), place)
    destination = int(request.get("destinationIndex") or 0)
    if not 0 <= destination <= lines.size:
        raise invalid(
            f"Invalid {place}: destinationIndex[{destination}] is outside the grid, "
            f"which has {lines.size} {lines.name}s."
        )
    if lines.start < destination < lines.last:
        raise invalid(
            f"Invalid {place}: destinationIndex[{destination}] must not be inside the source."
        )
    check_lines_editable(context, lines, place)
    check_gap_editable(context, lines, destination, place)
    _check_no_merge_torn(lines, destination, place)
    change = Relocation(lines.sheet.id, lines.dimension, lines.start, lines.last, destination)
    if change.distance:
        shifting.move(context.workbook, change)
    return {}


def _check_no_merge_torn(lines: Lines, destination: int, place: str) -> None:
    """Refuses a move that would tear a merge apart, in words reported by others."""
    for merge in merges_of(lines.sheet):
        by_row = lines.dimension == "ROWS"
        start = (merge.start_row if by_row else merge.start_column) or 0
        end = (merge.end_row if by_row else merge.end_column) or 0
        inside = [lines.start <= index < lines.last for index in range(start, end)]
        if (any(inside) and not all(inside)) or start < destination < end:
            raise invalid(
                f"Invalid {place}: Sorry, it is not possible to move a {lines.name} to a position "
                "that crosses a merged cell. Please unmerge and try again."
            )


def append_dimension(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Adds rows at the bottom or columns at the right of a tab.

    Raises:
        GoogleError: 400 when none are to be added or they would make too many cells.
    """
    sheet = context.workbook.sheet(int(request.get("sheetId") or 0), request=place)
    length = int(request.get("length") or 0)
    if length < 1:
        raise invalid(f"Invalid {place}: length must be greater than 0.")
    lines = Lines(sheet, dimension_of(request, place), 0, None)
    _check_room(context, sheet, lines, length, place)
    check_lines_editable(
        context, Lines(sheet, lines.dimension, lines.size, lines.size + length), place
    )
    by_row = lines.dimension == "ROWS"
    sheet.resize(
        sheet.row_count + (length if by_row else 0), sheet.column_count + (0 if by_row else length)
    )
    return {}


def update_dimension_properties(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Hides or shows rows or columns, or sets their size in pixels.

    Raises:
        GoogleError: 400 when they don't exist or the mask names a field that isn't emulated.
    """
    if request.get("dataSourceSheetRange"):
        raise not_emulated(place, "dataSourceSheetRange")
    lines = existing_lines(context, request.get("range"), place)
    mask = update_mask(request, "DimensionProperties", place)
    wanted = required(request, "properties", place)
    if wanted.get("developerMetadata"):
        raise not_emulated(place, "developerMetadata")
    if int(wanted.get("pixelSize") or 0) < 0:
        raise invalid(f"Invalid {place}: pixelSize must not be negative.")
    check_lines_editable(context, lines, place)
    properties = _properties_of(lines)
    for index in range(lines.start, lines.last):
        before = properties[index]
        after = merged(before, wanted, mask)
        for name in ("hiddenByFilter", "developerMetadata"):
            after[name] = before.get(name)
        kept = {name: value for name, value in after.items() if value}
        properties[index] = kept or NOTHING
    return {}


def auto_resize_dimensions(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Makes rows or columns as high or wide as what they show. The sizes are estimates, for the
    sandbox draws no text.

    Raises:
        GoogleError: 400 when they don't exist.
    """
    if request.get("dataSourceSheetDimensions"):
        raise not_emulated(place, "dataSourceSheetDimensions")
    lines = existing_lines(context, request.get("dimensions"), place)
    check_lines_editable(context, lines, place)
    fitted = fitted_height if lines.dimension == "ROWS" else fitted_width
    calculator = context.calculator()
    properties = _properties_of(lines)
    for index in range(lines.start, lines.last):
        size = fitted(lines.sheet, index, calculator)
        if size is not None:
            properties[index] = {**properties[index], "pixelSize": size}
    return {}


def _properties_of(lines: Lines) -> list[Json]:
    if lines.dimension == "ROWS":
        return lines.sheet.row_properties
    return lines.sheet.column_properties


def _check_room(context: Context, sheet: Sheet, lines: Lines, count: int, place: str) -> None:
    across = sheet.column_count if lines.dimension == "ROWS" else sheet.row_count
    check_cell_count(context.workbook.cell_count() + count * across, place)
