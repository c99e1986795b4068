"""autoFill: a few cells carried on as a series."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ..areas import area_of, only_one_of
from ..context import Context
from ..display import is_date_format
from ..errors import invalid
from ..formulas.shift import translated
from ..model import Cell, Formula, Json, Sheet, Stored
from ..protection import check_may_edit
from ..ranges import GridRange
from .fields import required
from .lines import dimension_of

_ENDS_IN_A_NUMBER = re.compile(r"(.*?)(\d+)", re.DOTALL)


def auto_fill(context: Context, request: Json, place: str) -> dict[str, Json]:
    """Carries the cells of a source on, down or right, or up or left for a negative length.
    Numbers with equal steps go on with these steps, and so do texts that end in such numbers; a
    single number is repeated, a single date or numbered text counts on, and useAlternateSeries
    turns these round. The references of formulas move along. All else repeats.

    Raises:
        GoogleError: 400 when it isn't said what to fill, or cells are protected.
    """
    target = only_one_of("area", ("range", "sourceAndDestination"), request, place)
    if target == "range":
        sheet, area = area_of(context.workbook, request["range"], place)
        source, by_row = _source_within(sheet, area)
        length = (
            (area.end_row or 0) - (source.end_row or 0)
            if by_row
            else (area.end_column or 0) - (source.end_column or 0)
        )
    else:
        wanted = required(request, "sourceAndDestination", place)
        sheet, source = area_of(context.workbook, wanted.get("source"), place)
        by_row = dimension_of(wanted, place) == "ROWS"
        length = int(wanted.get("fillLength") or 0)
    filled = _filled(source, length, by_row=by_row)
    first = (filled.start_row if by_row else filled.start_column) or 0
    end = (filled.end_row if by_row else filled.end_column) or 0
    if first < 0 or end > (sheet.row_count if by_row else sheet.column_count):
        raise invalid(f"Invalid {place}: The cells to fill lie outside of the grid.")
    check_may_edit(context.workbook, filled, context.account, context.owner, place)
    alternate = bool(request.get("useAlternateSeries"))
    across = source.columns(sheet.column_count) if by_row else source.rows(sheet.row_count)
    for line in across:
        _fill_line(sheet, source, line, range(first, end), by_row=by_row, alternate=alternate)
    return {}


def _fill_line(
    sheet: Sheet, source: GridRange, line: int, targets: range, *, by_row: bool, alternate: bool
) -> None:
    start = (source.start_row if by_row else source.start_column) or 0
    end = (source.end_row if by_row else source.end_column) or 0

    def place(index: int) -> tuple[int, int]:
        return (index, line) if by_row else (line, index)

    cells = [sheet.cell(*place(index)) for index in range(start, end)]
    if not cells:
        return
    for index in targets:
        offset = index - start
        cell = cells[offset % len(cells)]
        moved = index - (start + offset % len(cells))
        value = _value(cells, offset, moved, by_row=by_row, alternate=alternate)
        sheet.set_cell(*place(index), replace(cell, value=value))


def _value(
    cells: Sequence[Cell], offset: int, moved: int, *, by_row: bool, alternate: bool
) -> Stored | None:
    cell = cells[offset % len(cells)]
    value = cell.value
    if isinstance(value, Formula):
        rows, columns = (moved, 0) if by_row else (0, moved)
        return Formula(translated(value.text, rows, columns))
    numbered = [_numbered(each.value) for each in cells]
    known = [each for each in numbered if each is not None]
    if len(known) < len(cells) or len({lead for lead, _, _ in known}) > 1:
        return value
    lead, _, digits = known[0]
    numbers = [number for _, number, _ in known]
    if len(numbers) == 1:
        counts = lead is not None or is_date_format((cell.format or {}).get("numberFormat"))
        step: float = 1 if counts != alternate else 0
    else:
        step = numbers[1] - numbers[0]
        steps = [after - before for before, after in pairwise(numbers)]
        if alternate or not all(math.isclose(each, step, abs_tol=1e-9) for each in steps):
            return value
    number = numbers[0] + offset * step
    if lead is None:
        return number
    return f"{lead}{int(abs(number)):0{digits}}"


def _numbered(value: Stored | None) -> tuple[str | None, float, int] | None:
    """The text before a number, the number, and how many digits it was written with; no text for
    a number that stands alone; None for what can't be counted on."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return None, value, 0
    match = _ENDS_IN_A_NUMBER.fullmatch(value) if isinstance(value, str) else None
    return (match[1], int(match[2]), len(match[2])) if match else None


def _source_within(sheet: Sheet, area: GridRange) -> tuple[GridRange, bool]:
    """The part of a range at its start that holds something, and whether to fill downwards."""
    top, left = area.start_row or 0, area.start_column or 0
    rows = [
        row
        for row in area.rows(sheet.row_count)
        if any(cell.value is not None for cell in sheet.rows[row][left : area.end_column])
    ]
    columns = [
        column
        for column in area.columns(sheet.column_count)
        if any(sheet.cell(row, column).value is not None for row in rows)
    ]
    end_row = rows[-1] + 1 if rows else top
    end_column = columns[-1] + 1 if columns else left
    if end_row < (area.end_row or 0):
        return replace(area, end_row=end_row), True
    return replace(area, end_column=end_column), False


def _filled(source: GridRange, length: int, *, by_row: bool) -> GridRange:
    if by_row:
        edge = (source.start_row if length < 0 else source.end_row) or 0
        return replace(source, start_row=min(edge, edge + length), end_row=max(edge, edge + length))
    edge = (source.start_column if length < 0 else source.end_column) or 0
    return replace(
        source, start_column=min(edge, edge + length), end_column=max(edge, edge + length)
    )
