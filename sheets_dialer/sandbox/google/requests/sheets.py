"""Adding, deleting, duplicating and changing tabs."""

from __future__ import annotations

from itertools import count
from typing import Any

from .. import shifting
from ..areas import not_emulated
from ..context import Context
from ..errors import GoogleError, invalid
from ..fieldmask import Mask, merged
from ..grid_limits import check_cell_count
from ..merges import merges_of
from ..model import NOTHING, Json, Sheet, Workbook
from ..protection import check_may_edit
from ..ranges import GridRange
from ..resources import sheet_properties_json
from .fields import chosen_number, update_mask
from .lines import Lines, check_lines_editable
from .sheet_copies import copied

MAX_TITLE_CHARACTERS = 100
DEFAULT_ROWS, DEFAULT_COLUMNS = 1000, 26
"""The grid of a tab that is added without a size (measured by others)."""


def add_sheet(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Adds an empty tab, at the end unless told otherwise; a chosen id is kept.

    Raises:
        GoogleError: 400 when the id or the title is taken, the tab isn't a grid, its size makes
            no sense or it makes too many cells.
    """
    workbook = context.workbook
    wanted = request.get("properties") or NOTHING
    if wanted.get("sheetType") not in {None, "GRID", "SHEET_TYPE_UNSPECIFIED"}:
        raise not_emulated(place, f"A sheet of the type {wanted['sheetType']}")
    sheet_id = free_id(context, wanted.get("sheetId"), place)
    title = wanted.get("title") or free_title(workbook, "Sheet", first=len(workbook.sheets) + 1)
    if context.rebasing:
        title = _beside_the_other(workbook, title)
    _check_title(workbook, title, place)
    grid = dict(wanted.get("gridProperties") or NOTHING)
    row_count = int(grid.pop("rowCount", 0) or DEFAULT_ROWS)
    column_count = int(grid.pop("columnCount", 0) or DEFAULT_COLUMNS)
    if row_count < 0 or column_count < 0:
        raise invalid(f"Invalid {place}: A grid must have at least one row and one column.")
    check_cell_count(workbook.cell_count() + row_count * column_count, place)
    kept = {key: wanted[key] for key in ("tabColor", "tabColorStyle") if wanted.get(key)}
    flags = {key: True for key in ("hidden", "rightToLeft") if wanted.get(key)}
    properties = {"sheetId": sheet_id, "title": title, "sheetType": "GRID", **kept, **flags}
    properties["gridProperties"] = {key: value for key, value in grid.items() if value}
    sheet = Sheet.new(properties, row_count, column_count)
    _check_frozen(sheet, place)
    index = _index(wanted.get("index"), workbook, place)
    workbook.sheets.insert(index, sheet)
    return {"addSheet": {"properties": sheet_properties_json(sheet, index)}}


def _beside_the_other(workbook: Workbook, title: str) -> str:
    """The title under which a tab stands beside one that another writer has just given it to (seen
    in public spreadsheets)."""
    taken = {str(sheet.properties["title"]).casefold() for sheet in workbook}
    names = (title, *(f"{title}_conflict{number}" for number in range(123, 1000)))
    return next((name for name in names if name.casefold() not in taken), title)


def delete_sheet(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Deletes a tab with all that is on it.

    Raises:
        GoogleError: 400 when it doesn't exist, is the last one or the last visible one, or holds
            cells that are protected from the caller.
    """
    workbook = context.workbook
    sheet = _sheet(workbook, request.get("sheetId"), place)
    if len(workbook.sheets) == 1:
        raise invalid(f"Invalid {place}: You can't remove all the sheets in a document.")
    if all(other is sheet or other.properties.get("hidden") for other in workbook):
        raise invalid(f"Invalid {place}: You can't remove all the visible sheets in a document.")
    check_may_edit(workbook, GridRange(sheet.id), context.account, context.owner, place)
    shifting.remove(workbook, sheet)
    return {}


def duplicate_sheet(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Copies a tab with its cells, formats, filters, rules and charts, but without protections
    and names. The copy comes first unless told otherwise.

    Raises:
        GoogleError: 400 when the tab doesn't exist, the id or the title is taken, or there would
            be too many cells.
    """
    workbook = context.workbook
    source = _sheet(workbook, request.get("sourceSheetId"), place)
    sheet_id = free_id(context, request.get("newSheetId"), place)
    title = request.get("newSheetName") or free_title(workbook, f"Copy of {source.title}")
    _check_title(workbook, title, place)
    check_cell_count(workbook.cell_count() + source.row_count * source.column_count, place)
    properties = {**source.properties, "sheetId": sheet_id, "title": title}
    properties.pop("hidden", None)
    copy = copied(context, source, properties)
    index = _index(request.get("insertSheetIndex") or 0, workbook, place)
    workbook.sheets.insert(index, copy)
    return {"duplicateSheet": {"properties": sheet_properties_json(copy, index)}}


def update_sheet_properties(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Changes a tab's title, place, size, frozen lines, colour or visibility.

    A field that the mask names and the properties lack is set back to its default.

    Raises:
        GoogleError: 400, in Google's words where they are known, for what can't be.
    """
    wanted = request.get("properties") or NOTHING
    mask = update_mask(request, "SheetProperties", place)
    workbook = context.workbook
    sheet = _sheet(workbook, wanted.get("sheetId"), place)
    if wanted.get("sheetType") not in {None, sheet.properties.get("sheetType", "GRID")}:
        raise invalid(f"Invalid {place}: The type of a sheet cannot be changed.")
    if mask.covers("title"):
        title = str(wanted.get("title") or "")
        _check_title(workbook, title, place, besides=sheet)
        if title != sheet.title:
            shifting.rename(workbook, sheet, title)
    if mask.covers("gridProperties"):
        _update_grid(context, sheet, wanted, mask, place)
    changed = merged(sheet.properties, wanted, mask)
    sheet.properties = {
        **{key: value for key, value in changed.items() if value and key != "index"},
        "sheetId": sheet.id,
        "title": sheet.title,
        "sheetType": sheet.properties.get("sheetType", "GRID"),
        "gridProperties": sheet.properties.get("gridProperties") or {},
    }
    if all(other.properties.get("hidden") for other in workbook):
        raise invalid(f"Invalid {place}: You can't hide all the sheets in a document.")
    if mask.covers("index"):
        _move(workbook, sheet, wanted.get("index"), place)
    return {}


def _update_grid(context: Context, sheet: Sheet, wanted: Json, mask: Mask, place: str) -> None:
    """Rows are resized before columns, and each step must keep within the limit of cells, as on
    the real service (reported by users)."""
    workbook = context.workbook
    kept = sheet.properties.get("gridProperties") or NOTHING
    before = {**kept, "rowCount": sheet.row_count, "columnCount": sheet.column_count}
    after = merged({"gridProperties": before}, wanted, mask).get("gridProperties") or {}
    row_count = int(after.pop("rowCount", 0))
    column_count = int(after.pop("columnCount", 0))
    _check_shrinking(context, sheet, row_count, column_count, place)
    others = workbook.cell_count() - sheet.row_count * sheet.column_count
    check_cell_count(others + row_count * sheet.column_count, place)
    check_cell_count(others + row_count * column_count, place)
    shifting.resize(workbook, sheet, row_count, column_count)
    frozen = sheet.properties.get("gridProperties") or NOTHING
    for key in ("frozenRowCount", "frozenColumnCount"):
        if not mask.covers("gridProperties", key):
            after[key] = frozen.get(key)
    grid = {key: value for key, value in after.items() if value}
    sheet.properties = {**sheet.properties, "gridProperties": grid}
    _check_frozen(sheet, place)


def _check_shrinking(
    context: Context, sheet: Sheet, row_count: int, column_count: int, place: str
) -> None:
    for lines in (
        Lines(sheet, "ROWS", row_count, None),
        Lines(sheet, "COLUMNS", column_count, None),
    ):
        if lines.start < 1:
            raise invalid(f"Invalid {place}: You can't delete all the {lines.name}s on the sheet.")
        if lines.start < lines.size:
            check_lines_editable(context, lines, place)


def _check_frozen(sheet: Sheet, place: str) -> None:
    grid = sheet.properties.get("gridProperties") or NOTHING
    for key, name, size in (
        ("frozenRowCount", "rows", sheet.row_count),
        ("frozenColumnCount", "columns", sheet.column_count),
    ):
        frozen = int(grid.get(key) or 0)
        if frozen < 0:
            raise invalid(f"Invalid {place}: {key} must not be negative.")
        if frozen >= size:
            raise invalid(f"Invalid {place}: You can't freeze all visible {name} on the sheet.")
        for merge in merges_of(sheet):
            by_row = name == "rows"
            start = merge.start_row if by_row else merge.start_column
            end = merge.end_row if by_row else merge.end_column
            if (start or 0) < frozen < (end or 0):
                raise invalid(
                    f"Invalid {place}: You can't freeze {name} which contain only part of a "
                    "merged cell."
                )


def _move(workbook: Workbook, sheet: Sheet, index: int | None, place: str) -> None:
    """Indexes count as before the move: the tab's own and the next one leave it where it is
    (discovery document)."""
    now = workbook.sheets.index(sheet)
    target = _index(index, workbook, place)
    if target in {now, now + 1}:
        return
    del workbook.sheets[now]
    workbook.sheets.insert(target if target < now else target - 1, sheet)


def _index(wanted: int | None, workbook: Workbook, place: str) -> int:
    """The index asked for; the end when none was."""
    count_of_sheets = len(workbook.sheets)
    index = count_of_sheets if wanted is None else int(wanted)
    if not 0 <= index <= count_of_sheets:
        raise invalid(
            f"Invalid {place}: The sheet index {index} is out of range: "
            f"there are {count_of_sheets} sheets."
        )
    return index


def _sheet(workbook: Workbook, sheet_id: int | None, place: str) -> Sheet:
    """The tab. Requests about tabs name a missing one otherwise than those about cells do."""
    wanted = int(sheet_id or 0)
    for sheet in workbook:
        if sheet.id == wanted:
            return sheet
    raise invalid(f"Invalid {place}: No sheet with id: {wanted}")


def free_id(context: Context, wanted: int | None, place: str) -> int:
    """The id that was asked for, or a new one.

    Raises:
        GoogleError: 400 when a tab has it already, or it can't be one.
    """
    if wanted is not None and int(wanted) < 0:
        raise invalid(f"Invalid {place}: Sheet id must be non-negative.")
    number = chosen_number(wanted, {sheet.id for sheet in context.workbook}, context.ids.number)
    if number is None:
        raise invalid(f"Invalid {place}: Sheet with id {wanted} already exists.")
    return number


def free_title(workbook: Workbook, stem: str, first: int | None = None) -> str:
    """A title that no tab has: ``Sheet2``, or ``Copy of Calls`` and then ``Copy of Calls 2``."""
    if first is None:
        if workbook.sheet_titled(stem) is None:
            return stem
        stem, first = f"{stem} ", 2
    numbered = (f"{stem}{number}" for number in count(first))
    return next(title for title in numbered if workbook.sheet_titled(title) is None)


def _check_title(workbook: Workbook, title: str, place: str, besides: Sheet | None = None) -> None:
    if not title:
        raise _refused(place, "The sheet name cannot be empty.")
    if len(title) > MAX_TITLE_CHARACTERS:
        raise _refused(place, "The sheet name cannot be greater than 100 characters.")
    other = workbook.sheet_titled(title)
    if other is not None and other is not besides:
        raise _refused(
            place,
            f'A sheet with the name "{title}" already exists. Please enter another name.',
        )


def _refused(place: str, why: str) -> GoogleError:
    return invalid(f"Invalid {place}: {why}")
