"""The values of a workbook's formulas at one moment."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from .. import serial
from ..model import Computed, ErrorValue, Formula, Json, Sheet, Workbook
from ..ranges import GridRange
from ..typed import typing_year
from .evaluate import Area, Signature, evaluate, scalar
from .formats import implied_format
from .functions import FUNCTIONS
from .parser import FormulaError, parse
from .references import Reference
from .values import LONGEST_TEXT, Failure

_CIRCULAR = ErrorValue(
    "REF",
    "Circular dependency detected. To resolve with iterative calculation, see File > Settings.",
)
_FARTHEST = 20
_Key = tuple[int, int, int]
"""A cell: sheet id, row and column."""


class Fetching(Protocol):
    """Where formulas find what isn't in their workbook."""

    def is_loading(self, text: str, now: float) -> bool: ...

    def cell(self, address: str, range_text: str, now: float) -> Computed: ...


class Calculator:
    """Works formulas out on demand and remembers the results.

    It is made for one reading of one state of a workbook: after a change make a new one. `now`
    is in seconds since 1970; NOW and TODAY show it in the spreadsheet's own time zone. Without
    `imports` no other spreadsheet is there.
    """

    def __init__(self, workbook: Workbook, now: float, imports: Fetching | None = None) -> None:
        self._workbook = workbook
        self._imports = imports
        self._instant = now
        self._known: dict[_Key, Computed] = {}
        self._open: set[_Key] = set()
        self._formulas: dict[int, list[tuple[int, int]]] = {}

    def value(self, sheet: Sheet, row: int, column: int) -> Computed:
        """What the cell shows: its value, or what its formula comes to. Never raises for a cell
        inside the grid."""
        stored = sheet.cell(row, column).value
        if not isinstance(stored, Formula):
            return stored
        key = (sheet.id, row, column)
        if key not in self._known:
            if key in self._open:
                return _CIRCULAR
            self._settle(sheet, row, column)
        return self._known[key]

    def number_format(self, sheet: Sheet, row: int, column: int, depth: int = 0) -> Json | None:
        """The NumberFormat under which the cell is shown: its own, or the one that its formula
        implies (a formula that gives a date is shown as one); None for none.

        `depth` counts the formulas followed so far; far back along a chain none is implied.
        """
        cell = sheet.cell(row, column)
        own: Json | None = (cell.format or {}).get("numberFormat")
        if own is not None or not isinstance(cell.value, Formula) or depth > _FARTHEST:
            return own
        try:
            root = parse(cell.value.text).root
        except FormulaError:
            return None

        def format_of(pointed: Reference | str) -> Json | None:
            try:
                if isinstance(pointed, str):
                    tab, area = self.named(pointed)
                else:
                    tab, area = self.area(pointed, sheet)
            except Failure:
                return None
            return self.number_format(tab, area.start_row or 0, area.start_column or 0, depth + 1)

        return implied_format(root, format_of)

    def is_loading(self, sheet: Sheet, row: int, column: int) -> bool:
        """Whether the formula there doesn't have yet what it fetches from elsewhere."""
        stored = sheet.cell(row, column).value
        if self._imports is None or not isinstance(stored, Formula):
            return False
        return self._imports.is_loading(stored.text, self._instant)

    def imported(self, address: str, range_text: str) -> Computed:
        """The upper left cell of a range of another spreadsheet.

        Raises:
            Failure: there is none that can be seen from here.
        """
        if self._imports is None:
            raise Failure("REF", "You don't have permissions to access that sheet.")
        return self._imports.cell(address, range_text, self._instant)

    @cached_property
    def now(self) -> float:
        """The moment of reading as a serial number."""
        zone = str(self._workbook.properties.get("timeZone", "Etc/GMT"))
        return serial.from_instant(self._instant, zone)

    @cached_property
    def year(self) -> int:
        """The year that completes dates typed at the moment of reading."""
        return typing_year(self._workbook, self._instant)

    def area(self, reference: Reference, own: Sheet) -> tuple[Sheet, GridRange]:
        """The tab and the rectangle, closed at the grid's edges, that a reference points to.

        Raises:
            Failure: there is no such tab, or the rectangle lies outside its grid.
        """
        title = reference.sheet_title
        sheet = own if title is None else self._workbook.sheet_titled(title)
        if sheet is None:
            raise Failure("REF", f"Unresolved sheet name '{title}'.")
        rows, columns = reference.rows, reference.columns
        grid_range = sheet.bounded(
            GridRange(sheet.id, rows.start, rows.end, columns.start, columns.end)
        )
        if rows.start >= sheet.row_count or columns.start >= sheet.column_count:
            raise Failure("REF", "Reference does not exist.")
        return sheet, grid_range

    def named(self, name: str) -> tuple[Sheet, GridRange]:
        """The tab and the rectangle of a named range.

        Raises:
            Failure: no range has that name, or its tab is gone.
        """
        folded = name.casefold()
        for named in self._workbook.named_ranges.values():
            if str(named.get("name", "")).casefold() != folded:
                continue
            if "range" not in named:
                raise Failure("REF", "Reference does not exist.")
            grid_range = GridRange.from_json(named["range"])
            for sheet in self._workbook:
                if sheet.id == grid_range.sheet_id:
                    return sheet, sheet.bounded(grid_range)
        raise Failure("NAME", f"Unknown range name: '{name.upper()}'.")

    def _settle(self, sheet: Sheet, row: int, column: int) -> None:
        """Works out the cell after all that it reads, without recursion: a column in which each
        row reads the one above is as deep as it is long."""
        waiting = [(sheet, row, column)]
        while waiting:
            sheet, row, column = waiting[-1]
            key = (sheet.id, row, column)
            if key in self._known:
                waiting.pop()
                continue
            if key not in self._open:
                self._open.add(key)
                needed = list(self._unsettled(sheet, row, column))
                if needed:
                    waiting.extend(needed)
                    continue
            self._known[key] = self._work_out(sheet, row, column)
            self._open.discard(key)
            waiting.pop()

    def _work_out(self, sheet: Sheet, row: int, column: int) -> Computed:
        stored = sheet.cell(row, column).value
        if not isinstance(stored, Formula):
            return stored
        view = View(self, sheet, row, column)
        try:
            result = scalar(evaluate(parse(stored.text).root, view), view)
        except FormulaError:
            return ErrorValue("ERROR", "Formula parse error.")
        except Failure as failure:
            return failure.error
        if isinstance(result, str) and len(result) > LONGEST_TEXT:
            return ErrorValue("VALUE", "Text result is longer than a cell can hold.")
        return result

    def _unsettled(self, sheet: Sheet, row: int, column: int) -> Iterator[tuple[Sheet, int, int]]:
        """The formulas that this one reads and that aren't worked out yet."""
        stored = sheet.cell(row, column).value
        if not isinstance(stored, Formula):
            return
        try:
            parsed = parse(stored.text)
        except FormulaError:
            return
        for pointed, area in self._places(parsed.references, parsed.names, sheet):
            for place in self._formulas_in(pointed, area):
                key = (pointed.id, *place)
                if key not in self._known and key not in self._open:
                    yield (pointed, *place)

    def _places(
        self, references: tuple[Reference, ...], names: tuple[str, ...], own: Sheet
    ) -> Iterator[tuple[Sheet, GridRange]]:
        for reference in references:
            try:
                yield self.area(reference, own)
            except Failure:
                continue
        for name in names:
            try:
                yield self.named(name)
            except Failure:
                continue

    def _formulas_in(self, sheet: Sheet, area: GridRange) -> Iterator[tuple[int, int]]:
        start, end = area.start_row or 0, area.end_row or 0
        if end - start == 1 and (area.end_column or 0) - (area.start_column or 0) == 1:
            column = area.start_column or 0
            if isinstance(sheet.cell(start, column).value, Formula):
                yield start, column
            return
        places = self._formulas_of(sheet)
        for index in range(bisect_left(places, (start, 0)), len(places)):
            row, column = places[index]
            if row >= end:
                break
            if area.covers(row, column):
                yield row, column

    def _formulas_of(self, sheet: Sheet) -> list[tuple[int, int]]:
        places = self._formulas.get(sheet.id)
        if places is None:
            places = self._formulas[sheet.id] = [
                (row, column)
                for row, cells in enumerate(sheet.rows)
                for column, cell in enumerate(cells)
                if type(cell.value) is Formula
            ]
        return places


@dataclass(frozen=True, slots=True)
class View:
    """What a formula sees from its cell."""

    calculator: Calculator
    sheet: Sheet
    row: int
    column: int

    @property
    def now(self) -> float:
        """The moment of reading as a serial number."""
        return self.calculator.now

    def area(self, reference: Reference) -> Area:
        """The cells that a reference points to."""
        return CellArea(self.calculator, *self.calculator.area(reference, self.sheet))

    def named(self, name: str) -> Area:
        """The cells of a named range."""
        return CellArea(self.calculator, *self.calculator.named(name))

    def is_loading(self) -> bool:
        """Whether the formula doesn't have yet what it fetches from elsewhere."""
        return self.calculator.is_loading(self.sheet, self.row, self.column)

    def imported(self, address: str, range_text: str) -> Computed:
        """The upper left cell of a range of another spreadsheet."""
        return self.calculator.imported(address, range_text)

    def function(self, name: str) -> Signature | None:
        """The function of that name."""
        return FUNCTIONS.get(name)


@dataclass(frozen=True, slots=True)
class CellArea:
    """The cells of a rectangle that is closed at the grid's edges."""

    calculator: Calculator
    sheet: Sheet
    area: GridRange

    @property
    def row(self) -> int:
        return self.area.start_row or 0

    @property
    def column(self) -> int:
        return self.area.start_column or 0

    @property
    def height(self) -> int:
        return (self.area.end_row or 0) - self.row

    @property
    def width(self) -> int:
        return (self.area.end_column or 0) - self.column

    def at(self, row: int, column: int) -> Computed:
        """The value at a place counted from the upper left one."""
        return self.calculator.value(self.sheet, self.row + row, self.column + column)

    def filled(self) -> Iterator[Computed]:
        """The values of all cells that aren't empty, row by row."""
        for row in range(self.row, self.area.end_row or 0):
            cells = self.sheet.rows[row][self.column : self.area.end_column]
            for column, cell in enumerate(cells, start=self.column):
                if isinstance(cell.value, Formula):
                    yield self.calculator.value(self.sheet, row, column)
                elif cell.value is not None:
                    yield cell.value
