"""sortRange: rows of a range in a new order."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..areas import editable_area, not_emulated
from ..context import Context
from ..errors import GoogleError, invalid
from ..formulas.calculator import Calculator
from ..formulas.shift import translated
from ..merges import check_none_is_vertical, merges_of, set_merges
from ..model import EMPTY, Cell, Computed, ErrorValue, Formula, Json, Row, Sheet, trimmed
from ..ranges import GridRange
from ..rectangles import contains

_BY_COLOR = (
    "backgroundColor",
    "backgroundColorStyle",
    "foregroundColor",
    "foregroundColorStyle",
)

_PUNCTUATION = " \t\n\r_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
_COLLATED = {ord(character): place for place, character in enumerate(_PUNCTUATION, 1)}
"""Punctuation sorts before digits, and digits before letters, in the order of the Unicode
collation's root table, which is what an en_US spreadsheet sorts by."""


def sort_range(context: Context, request: Json, place: str) -> dict[str, Json]:
    """Sorts the rows of a range by one or more columns.

    Numbers come first, then text without regard to case, then booleans, then errors; descending
    turns that round, blank cells stay last. Equal rows keep their order. Hidden rows stay where
    they are (measured by others). Whole cells move, with format, note and validation, and the
    relative references of formulas move with them.

    Raises:
        GoogleError: 400 when the range or a spec makes no sense or cells are protected; 500 for a
            negative column (reported by users of the real service).
    """
    sheet, area = editable_area(context, request.get("range"), place)
    specs = request.get("sortSpecs") or []
    if not specs:
        raise invalid(f"Invalid {place}: sortSpecs is required.")
    check_specs(specs, area, place)
    check_none_is_vertical(sheet, area, place, "sort")
    sort_rows(context, sheet, area, specs)
    return {}


def sort_rows(context: Context, sheet: Sheet, area: GridRange, specs: Sequence[Json]) -> None:
    """Brings the area's visible rows into the order of the (checked) specs."""
    calculator = context.calculator()
    visible = [row for row in area.rows(sheet.row_count) if not is_hidden(sheet, row)]
    order = visible
    for spec in reversed(specs):
        column = int(spec.get("dimensionIndex") or 0)
        values = _column_values(sheet, calculator, column)
        order = sorted_rows(order, values, descending=spec.get("sortOrder") == "DESCENDING")
    _rearrange(sheet, area, visible, order)
    _carry_merges(sheet, area, dict(zip(order, visible, strict=True)))


def _carry_merges(sheet: Sheet, area: GridRange, now: Mapping[int, int]) -> None:
    """Merges of one row inside the area go where their row went."""
    set_merges(
        sheet,
        [
            replace(merge, start_row=now[row], end_row=now[row] + 1)
            if contains(area, merge) and (row := merge.start_row or 0) in now
            else merge
            for merge in merges_of(sheet)
        ],
    )


def check_specs(specs: Sequence[Json], area: GridRange, place: str) -> None:
    """Refuses sort specs that make no sense for the area or can't be followed here.

    Raises:
        GoogleError: 400; 500 for a negative column, as reported.
    """
    for spec in specs:
        if any(spec.get(name) is not None for name in _BY_COLOR):
            raise not_emulated(place, "Sorting by colour")
        if spec.get("dataSourceColumnReference") is not None:
            raise not_emulated(place, "Sorting a data source")
        column = int(spec.get("dimensionIndex") or 0)
        if column < 0:
            raise GoogleError(500, "Internal error encountered.")
        if not (area.start_column or 0) <= column < (area.end_column or 0):
            raise invalid(
                f"Invalid {place}: sortSpecs.dimensionIndex[{column}] is outside the range."
            )


def is_hidden(sheet: Sheet, row: int) -> bool:
    """Whether people don't see the row, hidden by hand or by the tab's filter."""
    properties = sheet.row_properties[row]
    return bool(properties) and bool(
        properties.get("hiddenByUser") or properties.get("hiddenByFilter")
    )


def _column_values(sheet: Sheet, calculator: Calculator, column: int) -> list[Computed]:
    values: list[Computed] = []
    for row, cells in enumerate(sheet.rows):
        value = cells[column].value if column < len(cells) else None
        values.append(calculator.value(sheet, row, column) if isinstance(value, Formula) else value)
    return values


def sorted_rows(order: Sequence[int], values: Sequence[Computed], *, descending: bool) -> list[int]:
    """The rows in the order of one column's values (by row); equal ones in the order given."""
    # Kinds are sorted apart: keys of one type compare fast.
    kinds: tuple[list[int], ...] = ([], [], [], [], [])
    for row in order:
        kinds[_kind(values[row])].append(row)
    *with_value, blank = kinds
    keys: tuple[Callable[[Any], Any], ...] = (float, _collation_key, bool, _error_key)
    for rows, key in zip(with_value, keys, strict=True):
        row_keys = {row: key(values[row]) for row in rows}
        # Reversed sorting in Python keeps equal rows in their order too.
        rows.sort(key=row_keys.__getitem__, reverse=descending)
    return [row for rows in with_value[:: -1 if descending else 1] for row in rows] + blank


def _kind(value: Computed) -> int:
    if value is None:
        return 4
    if isinstance(value, str):
        return 1
    if isinstance(value, bool):
        return 2
    return 3 if isinstance(value, ErrorValue) else 0


def _collation_key(text: str) -> str:
    if text.isascii():
        return text.lower().translate(_COLLATED)
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return letters.translate(_COLLATED)


def _error_key(error: ErrorValue) -> str:
    return error.kind


def _rearrange(sheet: Sheet, area: GridRange, rows: Sequence[int], sources: Sequence[int]) -> None:
    """Puts into each row the area's cells of its source row."""
    start, end = area.start_column or 0, area.end_column or 0
    old_rows = list(sheet.rows)
    is_whole_row = start == 0 and end == sheet.column_count
    for row, source in zip(rows, sources, strict=True):
        if row == source:
            continue
        moved = _with_translated_formulas(old_rows[source][start:end], row - source)
        if is_whole_row:
            sheet.rows[row] = moved
            continue
        whole = list(old_rows[row]) + [EMPTY] * (end - len(old_rows[row]))
        whole[start:end] = moved + (EMPTY,) * (end - start - len(moved))
        sheet.rows[row] = trimmed(whole)


def _with_translated_formulas(cells: Row, rows: int) -> Row:
    for cell in cells:
        if type(cell.value) is Formula:
            break
    else:
        return cells
    return tuple(
        Cell(Formula(translated(cell.value.text, rows, 0)), cell.format, cell.note, cell.validation)
        if isinstance(cell.value, Formula)
        else cell
        for cell in cells
    )
