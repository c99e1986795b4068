"""findReplace: text in cells found and replaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..areas import MAX_CELL_CHARACTERS, area_of, only_one_of, too_long
from ..context import Context
from ..display import formatted
from ..errors import invalid
from ..model import Cell, Formula, Json, Sheet
from ..protection import check_may_edit
from ..ranges import GridRange
from ..typed import typed_into, typing_year

_JAVA_REPLACEMENT = re.compile(r"\\(.)|\$(\d+)|\$\{(\w+)\}", re.DOTALL)


@dataclass(slots=True)
class _Counts:
    values: int = 0
    formulas: int = 0
    rows: int = 0
    sheets: int = 0
    occurrences: int = 0

    def json(self) -> dict[str, int]:
        """Google's FindReplaceResponse, which leaves out what is zero (recorded)."""
        named = {
            "valuesChanged": self.values,
            "formulasChanged": self.formulas,
            "rowsChanged": self.rows,
            "sheetsChanged": self.sheets,
            "occurrencesChanged": self.occurrences,
        }
        return {name: count for name, count in named.items() if count}


_Replace = Callable[[str], tuple[str, int]]
"""Gives the text with its matches replaced and their number."""


def find_replace(context: Context, request: Json, place: str) -> dict[str, Json]:
    """Replaces text in the cells of a range, a tab or all tabs.

    Values are searched as they are shown, formulas (only with `includeFormulas`) as they were
    typed; what comes out is read as if it had been typed into the cell.

    Raises:
        GoogleError: 400 when it isn't said where to search or what for, when a regular expression
            can't be read or a cell to change is protected from the caller.
    """
    replaced = _replacer(request, place)
    year = typing_year(context.workbook, context.now)
    counts = _Counts()
    for sheet, area in _places(context, request, place):
        changed_rows = 0
        for row in area.rows(sheet.row_count):
            cells = _changed_cells(sheet, row, area, replaced, request, counts, year)
            for column, cell in cells.items():
                _check(context, sheet, row, column, cell, place)
            sheet.set_cells(row, cells)
            changed_rows += bool(cells)
        counts.rows += changed_rows
        counts.sheets += bool(changed_rows)
    return {"findReplace": counts.json()}


def _places(context: Context, request: Json, place: str) -> Iterator[tuple[Sheet, GridRange]]:
    scope = only_one_of("scope", ("range", "sheetId", "allSheets"), request, place)
    if scope == "range":
        yield area_of(context.workbook, request["range"], place)
    elif scope == "sheetId":
        sheet = context.workbook.sheet(int(request["sheetId"]), request=place)
        yield sheet, sheet.bounded(GridRange(sheet.id))
    elif scope == "allSheets" and request["allSheets"]:
        for sheet in context.workbook:
            yield sheet, sheet.bounded(GridRange(sheet.id))
    else:
        raise invalid(f"Invalid {place}: One of range, sheetId or allSheets is required.")


def _replacer(request: Json, place: str) -> _Replace:
    wanted = request.get("find") or ""
    if not wanted:
        raise invalid(f"Invalid {place}: find is required.")
    replacement = request.get("replacement") or ""
    is_regex = bool(request.get("searchByRegex"))
    flags = re.NOFLAG if request.get("matchCase") else re.IGNORECASE
    try:
        pattern = re.compile(_python_regex(wanted) if is_regex else re.escape(wanted), flags)
    except re.error as error:
        raise invalid(f"Invalid {place}: Invalid regular expression: {wanted}") from error

    def put_in(match: re.Match[str]) -> str:
        return _expanded(replacement, match, place) if is_regex else replacement

    def in_whole_cell(text: str) -> tuple[str, int]:
        match = pattern.fullmatch(text)
        return (put_in(match), 1) if match else (text, 0)

    def anywhere(text: str) -> tuple[str, int]:
        return pattern.subn(put_in, text)

    return in_whole_cell if request.get("matchEntireCell") else anywhere


def _python_regex(java: str) -> str:
    """Java's regular expressions are Python's, as far as people use them here, but for how a
    group is named."""
    return re.sub(r"\(\?<(?=[A-Za-z])", "(?P<", java)


def _expanded(replacement: str, match: re.Match[str], place: str) -> str:
    """Java's replacement string: ``$1`` and ``${name}`` are groups, ``\\`` takes the next letter
    as it is."""

    def part(reference: re.Match[str]) -> str:
        escaped, digits, name = reference.groups()
        if escaped is not None:
            return str(escaped)
        try:
            return match[name or int(digits)] or ""
        except IndexError:
            raise invalid(f"Invalid {place}: No group {name or digits}") from None

    return _JAVA_REPLACEMENT.sub(part, replacement)


def _changed_cells(
    sheet: Sheet,
    row: int,
    area: GridRange,
    replaced: _Replace,
    request: Json,
    counts: _Counts,
    year: int,
) -> dict[int, Cell]:
    cells = sheet.rows[row]
    changed = {}
    for column in area.columns(len(cells)):
        cell = cells[column]
        is_formula = isinstance(cell.value, Formula)
        if cell.value is None or (is_formula and not request.get("includeFormulas")):
            continue
        text, occurrences = replaced(_shown(cell))
        if not occurrences:
            continue
        changed[column] = typed_into(cell, text, year)
        counts.occurrences += occurrences
        if is_formula:
            counts.formulas += 1
        else:
            counts.values += 1
    return changed


def _shown(cell: Cell) -> str:
    if isinstance(cell.value, Formula):
        return cell.value.text
    number_format = (cell.format or {}).get("numberFormat")
    return cell.value if type(cell.value) is str else formatted(cell.value, number_format)


def _check(context: Context, sheet: Sheet, row: int, column: int, cell: Cell, place: str) -> None:
    here = GridRange(sheet.id, row, row + 1, column, column + 1)
    check_may_edit(context.workbook, here, context.account, context.owner, place)
    if isinstance(cell.value, str) and len(cell.value) > MAX_CELL_CHARACTERS:
        raise too_long(place)
