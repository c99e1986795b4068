"""What stands in a spreadsheet before `setup`, read in two requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...tabs.queue_columns import HEADER_WITHIN
from ..spreadsheet import Spreadsheet

MEMORY_KEY = "sheets-dialer.made"
"""The key of the developer metadata that say what was made at a tab or column."""
MEMORY_SEPARATOR = "; "

_FEW_ROWS = 2000
"""A tab with so many rows is read whole with its first ones, which spares a request."""

_ABOUT_TABS = (
    "properties(autoRecalc,timeZone),sheets(properties(sheetId,title,gridProperties),"
    "developerMetadata(metadataId,metadataKey,metadataValue),conditionalFormats,"
    "filterViews(filterViewId,title),protectedRanges.range,"
    "charts(chartId,spec,position.overlayPosition.anchorCell))"
)
_ABOUT_CELLS = (
    "sheets(properties.sheetId,data("
    "rowData.values(effectiveValue,note,userEnteredValue.formulaValue,dataValidation.condition.type,"
    "userEnteredFormat.numberFormat.type),"
    "columnMetadata(developerMetadata(metadataId,metadataKey,metadataValue))))"
)


@dataclass(frozen=True, slots=True)
class CellFacts:
    """One cell. `kind` is its number format's type, such as TEXT."""

    value: Any = ""
    note: str = ""
    formula: str = ""
    is_validated: bool = False
    kind: str = ""

    @property
    def text(self) -> str:
        """What stands there, without spaces around it."""
        return str(self.value).strip()


NO_CELL = CellFacts()


@dataclass(slots=True)
class TabGrid:
    """A tab's size, and what stands still when people scroll."""

    rows: int = 1000
    columns: int = 26
    frozen_rows: int = 0
    frozen_columns: int = 0


@dataclass(frozen=True, slots=True)
class PartsMade:
    """What was made of a tab, as is remembered in the sheet (`memory`): the parts `of_tab`, those
    of each column, and the `ids` of the developer metadata that say so."""

    of_tab: frozenset[str] = frozenset()
    of_columns: Sequence[frozenset[str]] = ()
    ids: frozenset[int] = frozenset()

    def of(self, column: int | None) -> frozenset[str]:
        """The parts that were made at a column, or for the tab where that is None."""
        if column is None:
            return self.of_tab
        return self.of_columns[column] if column < len(self.of_columns) else frozenset()

    def with_columns(self, at: int, count: int) -> PartsMade:
        """The same after so many columns were inserted there."""
        parts = list(self.of_columns)
        if at < len(parts):
            parts[at:at] = [frozenset()] * count
        return replace(self, of_columns=parts)


@dataclass(frozen=True, slots=True)
class TabComforts:
    """What a tab has beside its cells, mostly as Google's JSON: conditional formats (`rules`),
    titles of filter views and charts by their ids, protected ranges."""

    rules: Sequence[Mapping[str, Any]] = ()
    views: Mapping[int, str] = field(default_factory=dict)
    protected: Sequence[Mapping[str, Any]] = ()
    charts: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    def with_columns(self, at: int, count: int) -> TabComforts:
        """The same after so many columns were inserted there, as far as `setup` looks at it."""
        return replace(self, protected=[_moved_along(area, at, count) for area in self.protected])


@dataclass(slots=True)
class TabState:
    """A tab as far as `setup` looks at it. `cells` are all rows of a control tab and of one that
    `is_whole`, and the first of the others."""

    id: int
    title: str
    is_new: bool = False
    is_whole: bool = False
    grid: TabGrid = field(default_factory=TabGrid)
    made: PartsMade = PartsMade()
    comforts: TabComforts = TabComforts()
    cells: list[list[CellFacts]] = field(default_factory=list)

    def cell(self, row: int, column: int) -> CellFacts:
        """The cell there."""
        cells = self.cells[row] if row < len(self.cells) else []
        return cells[column] if column < len(cells) else NO_CELL

    def values(self) -> list[list[Any]]:
        """What stands in the cells, rows and columns without anything at the end left out."""
        rows = [[cell.value for cell in cells] for cells in self.cells]
        for values in rows:
            while values and values[-1] == "":
                values.pop()
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def insert_columns(self, at: int, count: int) -> None:
        """Follows columns that are inserted there."""
        self.grid.columns += count
        self.made = self.made.with_columns(at, count)
        self.comforts = self.comforts.with_columns(at, count)
        for cells in self.cells:
            if at < len(cells):
                cells[at:at] = [NO_CELL] * count

    def insert_rows(self, at: int, count: int) -> None:
        """Follows rows that are inserted there."""
        self.grid.rows += count
        if at < len(self.cells):
            self.cells[at:at] = [[] for _ in range(count)]


@dataclass(frozen=True, slots=True)
class SheetState:
    """The spreadsheet: how often it recalculates by itself, and its tabs by title."""

    recalculation: str
    tabs: Mapping[str, TabState]


def read_tabs(connection: Spreadsheet) -> SheetState:
    """Everything about all tabs but their cells, in one request."""
    answer = connection.get(_ABOUT_TABS)
    connection.look_up_tabs(answer)
    tabs = [_tab(sheet) for sheet in answer.get("sheets", []) if _is_grid(sheet)]
    recalculation = answer.get("properties", {}).get("autoRecalc", "")
    return SheetState(recalculation, {tab.title: tab for tab in tabs})


def read_cells(connection: Spreadsheet, heads: Iterable[TabState], whole: TabState | None) -> None:
    """Reads the first rows of some tabs, with one below what may be the header row, or all where
    there are few, and all cells of one, in one request."""
    first = HEADER_WITHIN + 1
    for tab in heads:
        tab.is_whole = tab.grid.rows <= _FEW_ROWS
    tabs = {
        tab.id: f"{_quoted(tab.title)}!1:"
        f"{tab.grid.rows if tab.is_whole else min(tab.grid.rows, first)}"
        for tab in heads
    }
    known = {tab.id: tab for tab in heads}
    if whole is not None:
        tabs[whole.id] = _quoted(whole.title)
        known[whole.id] = whole
    answer = connection.get(_ABOUT_CELLS, list(tabs.values()))
    for sheet in answer.get("sheets", []):
        its = known.get(sheet.get("properties", {}).get("sheetId", 0))
        for block in sheet.get("data", []) if its is not None else []:
            assert its is not None
            its.cells = [
                [_cell(cell) for cell in row.get("values", [])] for row in block.get("rowData", [])
            ]
            columns = block.get("columnMetadata", [])
            its.made = replace(
                its.made,
                of_columns=[_made(column) for column in columns],
                ids=its.made.ids.union(*map(_ids, columns)),
            )


def _moved_along(area: Mapping[str, Any], at: int, count: int) -> Mapping[str, Any]:
    """A range of Google's after so many columns were inserted there."""
    start, end = area.get("startColumnIndex", 0), area.get("endColumnIndex")
    moved = dict(area)
    if start and start >= at:
        moved["startColumnIndex"] = start + count
    if end is not None and end > at:
        moved["endColumnIndex"] = end + count
    return moved


def _is_grid(sheet: Mapping[str, Any]) -> bool:
    return "gridProperties" in sheet["properties"]


def _tab(sheet: Mapping[str, Any]) -> TabState:
    properties = sheet["properties"]
    grid = properties["gridProperties"]
    return TabState(
        id=properties.get("sheetId", 0),
        title=properties["title"],
        grid=TabGrid(
            rows=grid["rowCount"],
            columns=grid["columnCount"],
            frozen_rows=grid.get("frozenRowCount", 0),
            frozen_columns=grid.get("frozenColumnCount", 0),
        ),
        made=PartsMade(of_tab=_made(sheet), ids=_ids(sheet)),
        comforts=TabComforts(
            rules=sheet.get("conditionalFormats", []),
            views={
                view["filterViewId"]: view.get("title", "") for view in sheet.get("filterViews", [])
            },
            protected=[each.get("range", {}) for each in sheet.get("protectedRanges", [])],
            charts={chart["chartId"]: chart for chart in sheet.get("charts", [])},
        ),
    )


def _made(holder: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        part
        for note in holder.get("developerMetadata", [])
        if note.get("metadataKey") == MEMORY_KEY
        for part in note.get("metadataValue", "").split(MEMORY_SEPARATOR)
    )


def _ids(holder: Mapping[str, Any]) -> frozenset[int]:
    return frozenset(note["metadataId"] for note in holder.get("developerMetadata", []))


def _cell(cell: Mapping[str, Any]) -> CellFacts:
    value = cell.get("effectiveValue", {})
    plain = [value[kind] for kind in ("stringValue", "numberValue", "boolValue") if kind in value]
    return CellFacts(
        value=plain[0] if plain else "",
        note=cell.get("note", ""),
        formula=cell.get("userEnteredValue", {}).get("formulaValue", ""),
        is_validated="dataValidation" in cell,
        kind=cell.get("userEnteredFormat", {}).get("numberFormat", {}).get("type", ""),
    )


def _quoted(title: str) -> str:
    escaped = title.replace("'", "''")
    return f"'{escaped}'"
