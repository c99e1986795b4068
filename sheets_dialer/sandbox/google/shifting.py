"""Inserting, deleting and moving rows and columns, with everything that hangs on them."""

from __future__ import annotations

from .followers import follow, follow_names, without_sources
from .formula_walk import rewrite_formulas
from .formulas.shift import Move, Reordering, reordered, retitled, shifted, without_tab
from .model import EMPTY, NOTHING, Cell, Json, Row, Sheet, Workbook, trimmed
from .ranges import GridRange
from .spans import Change, Deletion, Insertion, Relocation, Spread, relocated


def insert(workbook: Workbook, change: Insertion, *, inherit_from_before: bool) -> None:
    """Inserts empty lines that look like their neighbour: formats, validation and size.

    They are never hidden. Lines inserted above a frozen one are frozen too.
    """
    sheet = workbook.sheet(change.sheet_id)
    at, count = change.start, change.count
    pattern = at - 1 if inherit_from_before else at
    if change.dimension == "ROWS":
        like = _look_of(sheet.rows[pattern]) if 0 <= pattern < sheet.row_count else ()
        sheet.rows[at:at] = [like] * count
        sheet.row_properties[at:at] = [_size_of(sheet.row_properties, pattern)] * count
    else:
        sheet.column_properties[at:at] = [_size_of(sheet.column_properties, pattern)] * count
        sheet.rows = [_with_cells(row, at, count, pattern) for row in sheet.rows]
    if at < _frozen(sheet, change):
        _freeze(sheet, change, _frozen(sheet, change) + count)
    follow(workbook, change, Spread(change, inherit_from_before))
    _shift_formulas(workbook, Move(sheet.title, change.dimension, at, count))


def delete(workbook: Workbook, change: Deletion) -> None:
    """Deletes lines and what was in them."""
    sheet = workbook.sheet(change.sheet_id)
    start, end = change.start, change.end
    if change.dimension == "ROWS":
        del sheet.rows[start:end]
        del sheet.row_properties[start:end]
    else:
        del sheet.column_properties[start:end]
        sheet.rows = [
            trimmed(row[:start] + row[end:]) if len(row) > start else row for row in sheet.rows
        ]
    frozen = _frozen(sheet, change)
    if start < frozen:
        _freeze(sheet, change, frozen - (min(end, frozen) - start))
    follow(workbook, change)
    _shift_formulas(workbook, Move(sheet.title, change.dimension, start, start - end))


def move(workbook: Workbook, change: Relocation) -> None:
    """Moves lines, with all that is in them, to another place on their tab."""
    sheet = workbook.sheet(change.sheet_id)
    if change.dimension == "ROWS":
        sheet.rows = relocated(sheet.rows, change)
        sheet.row_properties = relocated(sheet.row_properties, change)
    else:
        sheet.column_properties = relocated(sheet.column_properties, change)
        width = sheet.column_count
        untouched = min(change.start, change.destination)
        sheet.rows = [
            trimmed(relocated([*row, *[EMPTY] * (width - len(row))], change))
            if len(row) > untouched
            else row
            for row in sheet.rows
        ]
    follow(workbook, change)
    order = Reordering(sheet.title, change.dimension, change.start, change.end, change.destination)
    rewrite_formulas(workbook, lambda text, title: reordered(text, order, title))


def resize(workbook: Workbook, sheet: Sheet, row_count: int, column_count: int) -> None:
    """Grows or cuts the grid at its lower and right edges; what is cut is deleted."""
    if row_count < sheet.row_count:
        delete(workbook, Deletion(sheet.id, "ROWS", row_count, sheet.row_count))
    if column_count < sheet.column_count:
        delete(workbook, Deletion(sheet.id, "COLUMNS", column_count, sheet.column_count))
    sheet.resize(row_count, column_count)


def rename(workbook: Workbook, sheet: Sheet, title: str) -> None:
    """Gives the tab another title, in the formulas that name it too."""
    old = sheet.title
    sheet.properties = {**sheet.properties, "title": title}
    rewrite_formulas(workbook, lambda text, _title: retitled(text, old, title))


def remove(workbook: Workbook, sheet: Sheet) -> None:
    """Deletes a tab: names and charts lose their ranges on it, formulas point to ``#REF!``."""
    workbook.sheets = [other for other in workbook if other is not sheet]

    def moved(area: GridRange) -> GridRange | None:
        return None if area.sheet_id == sheet.id else area

    follow_names(workbook, moved)
    for other in workbook:
        for chart_id, chart in other.charts.items():
            other.charts[chart_id] = {**chart, "spec": without_sources(chart["spec"], moved)}
    rewrite_formulas(workbook, lambda text, title: without_tab(text, sheet.title, title))


def _shift_formulas(workbook: Workbook, lines: Move) -> None:
    rewrite_formulas(workbook, lambda text, title: shifted(text, lines, title))


def _look_of(row: Row) -> Row:
    return trimmed([_look(cell) for cell in row])


def _look(cell: Cell) -> Cell:
    if cell.format is None and cell.validation is None:
        return EMPTY
    return Cell(format=cell.format, validation=cell.validation)


def _size_of(properties: list[Json], pattern: int) -> Json:
    """What a new line takes from the one that it is to look like."""
    if not 0 <= pattern < len(properties) or "pixelSize" not in properties[pattern]:
        return NOTHING
    return {"pixelSize": properties[pattern]["pixelSize"]}


def _with_cells(row: Row, at: int, count: int, pattern: int) -> Row:
    """The row with new cells before the column `at`, which look like the cell at `pattern`."""
    like = _look(row[pattern]) if 0 <= pattern < len(row) else EMPTY
    if len(row) <= at:
        if like is EMPTY:
            return row
        row = row + (EMPTY,) * (at - len(row))
    return row[:at] + (like,) * count + row[at:]


def _frozen(sheet: Sheet, change: Change) -> int:
    return int(sheet.properties.get("gridProperties", NOTHING).get(_frozen_key(change), 0))


def _freeze(sheet: Sheet, change: Change, count: int) -> None:
    grid = dict(sheet.properties.get("gridProperties", NOTHING))
    grid[_frozen_key(change)] = count
    if not count:
        del grid[_frozen_key(change)]
    sheet.properties = {**sheet.properties, "gridProperties": grid}


def _frozen_key(change: Change) -> str:
    return "frozenRowCount" if change.dimension == "ROWS" else "frozenColumnCount"
