"""The values of ranges: reading them, writing them, clearing them, appending to a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from .a1 import column_letters, format_range, quoted_title
from .areas import MAX_CELL_CHARACTERS
from .display import json_value
from .errors import GoogleError, invalid
from .formulas.calculator import Calculator
from .grid_limits import check_cell_count
from .model import EMPTY, Cell, Formula, Row, Sheet, Workbook
from .ranges import GridRange
from .textproto import textproto
from .typed import enter

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Rendering:
    """How values are answered: Google's Dimension, ValueRenderOption and DateTimeRenderOption."""

    dimension: str = "ROWS"
    render: str = "FORMATTED_VALUE"
    dates: str = "SERIAL_NUMBER"


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did: the range of the data, and the indexes of rows and columns touched."""

    sheet_id: int
    range_text: str
    requested: GridRange
    rows: frozenset[int]
    columns: frozenset[int]
    cells: int


def exceeds_grid(sheet: Sheet, area: GridRange) -> GoogleError:
    """The 400 for a range outside the grid; it quotes the range as it was asked for."""
    return invalid(
        f"Range ({quoted_title(sheet.title)}!{_open_area_text(area)}) exceeds grid limits. "
        f"Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
    )


def inside_grid(sheet: Sheet, area: GridRange) -> GridRange:
    """The range closed at the grid's edges.

    Raises:
        GoogleError: 400 when it begins outside the grid. An end outside is cut silently.
    """
    starts_outside = (area.start_row or 0) >= sheet.row_count or (
        area.start_column or 0
    ) >= sheet.column_count
    if starts_outside:
        raise exceeds_grid(sheet, area)
    return sheet.bounded(area)


def read_range(
    sheet: Sheet, area: GridRange, rendering: Rendering, calculator: Calculator
) -> dict[str, Any]:
    """Google's ValueRange. Empty cells and rows at the end are left out, and `values` altogether
    when nothing is there (recorded)."""
    closed = inside_grid(sheet, area)
    answer: dict[str, Any] = {
        "range": format_range(sheet, closed),
        "majorDimension": rendering.dimension,
    }
    values = _read_rows(sheet, closed, rendering, calculator)
    if rendering.dimension == "COLUMNS":
        values = _transposed(values, sheet, closed)
    if values:
        answer["values"] = values
    return answer


def write_range(
    workbook: Workbook,
    area: GridRange,
    values: Rows,
    *,
    dimension: str,
    user_entered: bool,
    is_anchor: bool,
    year: int,
) -> Written:
    """Writes the values from the range's first cell on; null leaves a cell alone, "" clears it.

    Args:
        is_anchor: whether the range says only where to begin; else it must hold all the values.
        year: completes dates typed without one.

    Raises:
        GoogleError: 400 when the range leaves the grid or the values leave the range, for a value
            that is no scalar, and for one that is too long.
    """
    sheet = workbook.sheet(area.sheet_id)
    closed = _writable(sheet, area)
    by_row = list(values) if dimension != "COLUMNS" else _transposed_input(values)
    width = max(map(len, by_row), default=0)
    top, left = closed.start_row or 0, closed.start_column or 0
    data = GridRange(sheet.id, top, top + max(len(by_row), 1), left, left + max(width, 1))
    if is_anchor:
        if (data.end_row or 0) > sheet.row_count or (data.end_column or 0) > sheet.column_count:
            raise exceeds_grid(sheet, data)
        closed = data
    else:
        _check_fits(sheet, closed, by_row)
    touched_rows: set[int] = set()
    touched_columns: set[int] = set()
    count = 0
    for row, row_values in enumerate(by_row, top):
        updates = _row_updates(
            sheet.rows[row], left, row_values, row - top, user_entered=user_entered, year=year
        )
        if updates:
            sheet.set_cells(row, updates)
            touched_rows.add(row)
            touched_columns.update(updates)
            count += len(updates)
    return Written(
        sheet_id=sheet.id,
        range_text=format_range(sheet, data),
        requested=closed,
        rows=frozenset(touched_rows),
        columns=frozenset(touched_columns),
        cells=count,
    )


def without_trailing_nulls(values: Rows) -> list[list[Any]]:
    """The values without the nulls that end a row, and without rows at the end that hold nothing
    else. Google skips nulls (documented), so they ask for no cells; "" is a value."""
    kept: list[list[Any]] = []
    for row in values:
        end = len(row)
        while end and row[end - 1] is None:
            end -= 1
        kept.append(list(row[:end]))
    while kept and not kept[-1]:
        kept.pop()
    return kept


def data_extent(area: GridRange, values: Rows, dimension: str) -> GridRange:
    """The cells that a write of these values from the range's first cell on would cover."""
    major = len(values)
    minor = max(map(len, values), default=0)
    height, width = (minor, major) if dimension == "COLUMNS" else (major, minor)
    top, left = area.start_row or 0, area.start_column or 0
    return GridRange(area.sheet_id, top, top + max(height, 1), left, left + max(width, 1))


def clear_range(workbook: Workbook, area: GridRange) -> str:
    """Takes the values out of the range and leaves formats, notes and validation; answers with
    the range cleared."""
    sheet = workbook.sheet(area.sheet_id)
    closed = inside_grid(sheet, area)
    first, end = closed.start_column or 0, closed.end_column
    for row in closed.rows(sheet.row_count):
        cells = sheet.rows[row]
        if len(cells) > first:
            emptied = {
                column: replace(cell, value=None) if cell.format or cell.note else _emptied(cell)
                for column, cell in enumerate(cells[first:end], first)
                if cell.value is not None
            }
            sheet.set_cells(row, emptied)
    return format_range(sheet, closed)


def grow_for(workbook: Workbook, sheet: Sheet, data: GridRange) -> None:
    """Adds the rows and columns that the data needs at the grid's edges."""
    rows = max(sheet.row_count, data.end_row or 0)
    columns = max(sheet.column_count, data.end_column or 0)
    if (rows, columns) != (sheet.row_count, sheet.column_count):
        check_cell_count(
            workbook.cell_count() + rows * columns - sheet.row_count * sheet.column_count
        )
        sheet.resize(rows, columns)


def _read_rows(
    sheet: Sheet, area: GridRange, rendering: Rendering, calculator: Calculator
) -> list[list[Any]]:
    start, end = area.start_column or 0, area.end_column
    whole = start == 0 and end is not None and end >= sheet.column_count
    lines = sheet.rows[area.start_row : area.end_row]
    rows: list[list[Any]] = []
    last_filled = 0
    for number, line in enumerate(lines, area.start_row or 0):
        cells = line if whole else line[start:end]
        shown = [
            cell.value
            if type(cell.value) is str and cell.format is None
            else _shown(sheet, cell, number, column, rendering, calculator)
            for column, cell in enumerate(cells, start)
        ]
        while shown and shown[-1] == "" and cells[len(shown) - 1].value is None:
            shown.pop()
        rows.append(shown)
        if shown:
            last_filled = len(rows)
    del rows[last_filled:]
    return rows


def _shown(
    sheet: Sheet,
    cell: Cell,
    row: int,
    column: int,
    rendering: Rendering,
    calculator: Calculator,
) -> str | int | float | bool:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, Formula) and rendering.render != "FORMULA":
        computed = calculator.value(sheet, row, column)
        number_format = calculator.number_format(sheet, row, column)
        return json_value(computed, number_format, render=rendering.render, dates=rendering.dates)
    number_format = cell.format.get("numberFormat") if cell.format else None
    return json_value(value, number_format, render=rendering.render, dates=rendering.dates)


def _transposed(rows: list[list[Any]], sheet: Sheet, area: GridRange) -> list[list[Any]]:
    """The columns for rows read from the area; empty cells at a column's end are left out."""
    top, left = area.start_row or 0, area.start_column or 0
    columns: list[list[Any]] = [[] for _ in range(max(map(len, rows), default=0))]
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            if value != "" or sheet.rows[top + number][left + place].value is not None:
                column = columns[place]
                column.extend([""] * (number - len(column)))
                column.append(value)
    return columns


def _transposed_input(columns: Rows) -> list[list[Any]]:
    """Rows for columns of any length; what a short column lacks is left alone like null."""
    height = max(map(len, columns), default=0)
    return [
        [column[row] if row < len(column) else None for column in columns] for row in range(height)
    ]


def _writable(sheet: Sheet, area: GridRange) -> GridRange:
    closed = inside_grid(sheet, area)
    leaves_grid = (area.end_row or 0) > sheet.row_count or (
        area.end_column or 0
    ) > sheet.column_count
    if leaves_grid:
        raise exceeds_grid(sheet, area)
    return closed


def _check_fits(sheet: Sheet, area: GridRange, rows: Rows) -> None:
    top, left = area.start_row or 0, area.start_column or 0
    height, width = (area.end_row or 0) - top, (area.end_column or 0) - left
    for number, row in enumerate(rows):
        if number >= height:
            beyond = f"row [{top + number + 1}]"
        elif len(row) > width:
            beyond = f"column [{column_letters(left + width)}]"
        else:
            continue
        raise invalid(
            f"Requested writing within range [{format_range(sheet, area)}], "
            f"but tried writing to {beyond}"
        )


def _row_updates(
    old: Row, left: int, values: Sequence[Any], number: int, *, user_entered: bool, year: int
) -> dict[int, Cell]:
    """The new cells of one row by column; `number` is the row's place among the values."""
    updates: dict[int, Cell] = {}
    for column, raw in enumerate(values, left):
        cell = old[column] if column < len(old) else EMPTY
        if type(raw) is str:
            if len(raw) > MAX_CELL_CHARACTERS:
                raise _too_long()
            if not user_entered:
                updates[column] = _with_value(cell, raw or None)
                continue
        elif raw is None:
            continue
        elif not isinstance(raw, int | float):
            raise _no_scalar(raw, number, column - left)
        entered = enter(raw, user_entered=user_entered, current_format=cell.format, year=year)
        if entered.number_format is None:
            updates[column] = _with_value(cell, entered.value)
        else:
            cell_format = {**(cell.format or {}), "numberFormat": entered.number_format}
            updates[column] = replace(cell, value=entered.value, format=cell_format)
    return updates


def _too_long() -> GoogleError:
    return invalid(
        f"Your input contains more than the maximum of {MAX_CELL_CHARACTERS} characters "
        "in a single cell."
    )


def _with_value(cell: Cell, value: Any) -> Cell:
    return Cell(value) if cell is EMPTY else replace(cell, value=value)


def _emptied(cell: Cell) -> Cell:
    return replace(cell, value=None) if cell.validation else EMPTY


def _no_scalar(raw: Any, row: int, column: int) -> GoogleError:
    return invalid(f"Invalid values[{row}][{column}]: {textproto(raw)}")


def _open_area_text(area: GridRange) -> str:
    """The area with its open sides left open, such as ``A2000:B`` or ``5:9``."""
    first_column = "" if area.start_column is None else column_letters(area.start_column)
    last_column = "" if area.end_column is None else column_letters(area.end_column - 1)
    first_row = "" if area.start_row is None else str(area.start_row + 1)
    last_row = "" if area.end_row is None else str(area.end_row)
    start, end = first_column + first_row, last_column + last_row
    return start if start == end and first_row and first_column else f"{start}:{end}"
