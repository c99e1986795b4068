"""A spreadsheet as a value: cells, sheets and workbooks that a write replaces, never mutates.

A write works on a `Workbook.draft()` and is committed by keeping the draft, or forgotten by
dropping it: that is what makes a batch atomic, a stale read cheap and half a batch impossible.
It rests on one rule: cells, rows and JSON-like mappings that stand in a workbook are never
changed in place; a new one takes their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeAlias

from .errors import GoogleError, invalid
from .ranges import GridRange

Json: TypeAlias = Mapping[str, Any]
NOTHING: Json = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as typed, with its equals sign; its value is computed when it is read."""

    text: str


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """What a formula that fails evaluates to. `kind` is Google's ErrorType, such as ``NAME``."""

    kind: str
    message: str = ""


Stored: TypeAlias = str | int | float | bool | Formula
"""What a cell holds. A date is a number (days since 1899-12-30) under a date format."""

Computed: TypeAlias = str | int | float | bool | ErrorValue | None
"""What a cell shows once formulas are worked out; None is an empty cell."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `format` is Google's userEnteredFormat, `validation` its dataValidation."""

    value: Stored | None = None
    format: Json | None = None
    note: str | None = None
    validation: Json | None = None

    def is_empty(self) -> bool:
        """Whether nothing at all is kept here."""
        return (
            self.value is None
            and self.format is None
            and self.note is None
            and self.validation is None
        )


EMPTY = Cell()
Row: TypeAlias = tuple[Cell, ...]
"""A row's cells from column A on; trailing empty cells are left out."""


@dataclass(slots=True)
class Sheet:
    """One tab. `rows` and `row_properties` always have `row_count` items.

    `properties` is Google's SheetProperties without index, rowCount and columnCount, which follow
    from the tab's place and size. The other containers hold the JSON of their things by id, in
    order, each with its ``range`` as JSON.
    """

    properties: Json
    rows: list[Row]
    row_properties: list[Json]
    column_properties: list[Json]
    protected_ranges: dict[int, Json] = field(default_factory=dict)
    conditional_formats: list[Json] = field(default_factory=list)
    filter_views: dict[int, Json] = field(default_factory=dict)
    charts: dict[int, Json] = field(default_factory=dict)
    basic_filter: Json | None = None
    developer_metadata: list[Json] = field(default_factory=list)
    merges: list[Json] = field(default_factory=list)
    tables: dict[str, Json] = field(default_factory=dict)
    row_groups: list[Json] = field(default_factory=list)
    column_groups: list[Json] = field(default_factory=list)

    @classmethod
    def new(cls, properties: Json, row_count: int = 1000, column_count: int = 26) -> Sheet:
        """An empty tab of that size."""
        return cls(
            properties=properties,
            rows=[()] * row_count,
            row_properties=[NOTHING] * row_count,
            column_properties=[NOTHING] * column_count,
        )

    @property
    def id(self) -> int:
        return int(self.properties["sheetId"])

    @property
    def title(self) -> str:
        return str(self.properties["title"])

    @property
    def row_count(self) -> int:
        return len(self.rows)

    @property
    def column_count(self) -> int:
        return len(self.column_properties)

    def draft(self) -> Sheet:
        """A copy that can be changed without the original noticing."""
        return replace(
            self,
            rows=list(self.rows),
            row_properties=list(self.row_properties),
            column_properties=list(self.column_properties),
            protected_ranges=dict(self.protected_ranges),
            conditional_formats=list(self.conditional_formats),
            filter_views=dict(self.filter_views),
            charts=dict(self.charts),
            merges=list(self.merges),
            tables=dict(self.tables),
            row_groups=list(self.row_groups),
            column_groups=list(self.column_groups),
        )

    def cell(self, row: int, column: int) -> Cell:
        """The cell there; an empty one where nothing was kept."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else EMPTY

    def set_cell(self, row: int, column: int, cell: Cell) -> None:
        """Puts one cell in its place. For many cells of one row `set_cells` is faster."""
        self.set_cells(row, {column: cell})

    def set_cells(self, row: int, cells: Mapping[int, Cell]) -> None:
        """Puts several cells of one row in their places."""
        if not cells:
            return
        old = self.rows[row]
        new = list(old) + [EMPTY] * (max(cells) + 1 - len(old))
        for column, cell in cells.items():
            new[column] = cell
        self.rows[row] = trimmed(new)

    def resize(self, row_count: int, column_count: int) -> None:
        """Grows or cuts the grid at its lower and right edges."""
        missing = row_count - self.row_count
        if missing > 0:
            self.rows.extend([()] * missing)
            self.row_properties.extend([NOTHING] * missing)
        else:
            del self.rows[row_count:]
            del self.row_properties[row_count:]
        missing = column_count - self.column_count
        if missing > 0:
            self.column_properties.extend([NOTHING] * missing)
        elif missing < 0:
            del self.column_properties[column_count:]
            self.rows = [trimmed(row[:column_count]) for row in self.rows]

    def bounded(self, area: GridRange) -> GridRange:
        """The range with its open sides closed at this grid's edges."""
        return area.bounded(self.row_count, self.column_count)


def trimmed(cells: list[Cell] | Row) -> Row:
    """The row without the empty cells at its end."""
    end = len(cells)
    while end and cells[end - 1].is_empty():
        end -= 1
    return tuple(cells[:end])


@dataclass(slots=True)
class Workbook:
    """A spreadsheet at one moment. `properties` is Google's SpreadsheetProperties.

    `named_ranges` holds Google's NamedRange JSON (namedRangeId, name, range) by id, in order.
    """

    properties: Json
    sheets: list[Sheet]
    named_ranges: dict[str, Json] = field(default_factory=dict)

    def draft(self) -> Workbook:
        """A copy that can be changed without the original noticing."""
        return Workbook(
            properties=self.properties,
            sheets=[sheet.draft() for sheet in self.sheets],
            named_ranges=dict(self.named_ranges),
        )

    def sheet(self, sheet_id: int, *, request: str | None = None) -> Sheet:
        """The tab with this id.

        Raises:
            GoogleError: 400, in Google's words, when there is none; `request` is the place in the
                batch that asked, such as ``requests[0].updateCells``.
        """
        for sheet in self.sheets:
            if sheet.id == sheet_id:
                return sheet
        raise no_grid(sheet_id, request)

    def sheet_titled(self, title: str) -> Sheet | None:
        """The tab with this title, compared as Google does: case aside."""
        folded = title.casefold()
        return next((s for s in self.sheets if s.title.casefold() == folded), None)

    def cell_count(self) -> int:
        """How many cells the grids have, empty ones included."""
        return sum(sheet.row_count * sheet.column_count for sheet in self.sheets)

    def __iter__(self) -> Iterator[Sheet]:
        return iter(self.sheets)


def no_grid(sheet_id: int, request: str | None = None) -> GoogleError:
    """The 400 for a sheet id that the spreadsheet doesn't have."""
    message = f"No grid with id: {sheet_id}"
    return invalid(f"Invalid {request}: {message}" if request else message)
