"""Typed columns of Tables: what may stand in their cells, and what may be done with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from .a1 import column_letters
from .errors import invalid
from .model import EMPTY, Cell, Formula, Row, Workbook
from .table_layout import body_of_table

_NUMBERS = frozenset({"DOUBLE", "CURRENCY", "PERCENT", "DATE", "TIME", "DATE_TIME"})
_UNTYPED = frozenset({"", "COLUMN_TYPE_UNSPECIFIED"})
Before: TypeAlias = Mapping[int, Sequence[Row]]
"""The rows of the tabs that have Tables, by sheet id."""


def rows_with_tables(workbook: Workbook) -> Before:
    """What `check_typed_columns` compares with; take it before a request is applied."""
    return {sheet.id: list(sheet.rows) for sheet in workbook if sheet.tables}


def check_typed_columns(workbook: Workbook, before: Before, place: str) -> None:
    """Refuses a write that put into a typed column what doesn't fit it, or gave its cells another
    number format or validation. A request that moved rows moved their cells with them.

    Raises:
        GoogleError: 400. The words for values are ours; Google's aren't recorded.
    """
    for sheet in workbook:
        old_rows = before.get(sheet.id)
        if old_rows is None or len(old_rows) > sheet.row_count:
            continue
        known = set(map(id, old_rows))
        for table in sheet.tables.values():
            body = body_of_table(sheet, table)
            left = body.start_column or 0
            for row in body.rows(sheet.row_count):
                if id(sheet.rows[row]) in known:
                    continue
                old = old_rows[row] if row < len(old_rows) else ()
                for spec in table.get("columnProperties", ()):
                    column = left + int(spec.get("columnIndex") or 0)
                    kind = str(spec.get("columnType") or "")
                    if kind not in _UNTYPED:
                        was = old[column] if column < len(old) else EMPTY
                        where = f"{column_letters(column)}{row + 1}"
                        _check(was, sheet.cell(row, column), kind, where, place)


def _check(was: Cell, now: Cell, kind: str, where: str, place: str) -> None:
    number_format = (now.format or {}).get("numberFormat")
    if now.validation != was.validation or number_format != (was.format or {}).get("numberFormat"):
        raise invalid(f"Invalid {place}: This operation is not allowed on cells in typed columns.")
    value = now.value
    if value is None or value == was.value or isinstance(value, Formula):
        return
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = is_number if kind in _NUMBERS else isinstance(value, bool) or kind != "BOOLEAN"
    if not fits:
        raise invalid(
            f"Invalid {place}: The value of cell {where} does not fit its column's type {kind}."
        )
