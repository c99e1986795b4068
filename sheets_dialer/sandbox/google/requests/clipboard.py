"""cutPaste and copyPaste: cells brought to another place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..areas import area_of, coordinate_of, editable_area
from ..context import Context
from ..display import formatted
from ..followers import follow_names, without_sources
from ..formula_walk import rewrite_formulas
from ..formulas.references import Reference, Span
from ..formulas.shift import Carry, carried, rewritten, translated
from ..grid_limits import check_cell_count
from ..merges import bring_merges, check_none_is_cut, whole_of
from ..model import EMPTY, Cell, ErrorValue, Formula, Json, Sheet, Workbook
from ..pasted_rules import Tile, paste_rules
from ..protection import check_may_edit
from ..ranges import GridRange
from ..rectangles import contains
from .fields import required

_WITH_VALUES = frozenset({"PASTE_NORMAL", "PASTE_NO_BORDERS", "PASTE_FORMULA", "PASTE_VALUES"})
_WITH_RULES = frozenset(
    {"PASTE_NORMAL", "PASTE_NO_BORDERS", "PASTE_FORMAT", "PASTE_CONDITIONAL_FORMATTING"}
)
_WITH_MERGES = frozenset({"PASTE_NORMAL", "PASTE_NO_BORDERS", "PASTE_FORMAT"})
_CUTS_A_MERGE = "You can't perform a paste that partially intersects a merge."
"""Google's words, reported by several."""


def copy_paste(context: Context, request: Json, place: str) -> dict[str, Json]:
    """Copies a range's cells, repeated where the destination is a multiple of their height or
    width. A destination that isn't takes them once, also beyond its end (discovery document).

    The relative references of copied formulas move along.

    Raises:
        GoogleError: 400 when a range makes no sense or the destination is protected.
    """
    source_sheet, source = area_of(context.workbook, request.get("source"), place)
    target_sheet, target = area_of(context.workbook, request.get("destination"), place)
    paste_type = request.get("pasteType") or "PASTE_NORMAL"
    block = _taken(context, source_sheet, source, paste_type)
    if request.get("pasteOrientation") == "TRANSPOSE":
        block = block.transposed()
    tiles = block.tiles(target)
    for tile in tiles:
        check_may_edit(context.workbook, tile.area, context.account, context.owner, place)
    if tiles:
        check_none_is_cut(target_sheet, whole_of(tiles), place, _CUTS_A_MERGE)
    _make_room(context.workbook, target_sheet, tiles, place)
    for tile in tiles:
        _put(target_sheet, tile.area, block, paste_type, is_copy=True)
    if paste_type in _WITH_RULES:
        paste_rules(source_sheet, target_sheet, source, tiles, is_cut=False)
    if paste_type in _WITH_MERGES:
        bring_merges(source_sheet, target_sheet, source, tiles, is_cut=False)
    return {}


def cut_paste(context: Context, request: Json, place: str) -> dict[str, Json]:
    """Moves a range's cells. All of the source is cut, whatever is pasted (discovery document).

    Where values move, the formulas, named ranges and charts that point into the source follow.

    Raises:
        GoogleError: 400 when a range makes no sense or either place is protected.
    """
    _, source = editable_area(context, request.get("source"), place)
    target_sheet, row, column = coordinate_of(
        context.workbook, required(request, "destination", place), place
    )
    paste_type = request.get("pasteType") or "PASTE_NORMAL"
    move_cells(context, source, GridCoordinate(target_sheet.id, row, column), paste_type, place)
    return {}


@dataclass(frozen=True, slots=True)
class GridCoordinate:
    """One cell of a tab."""

    sheet_id: int
    row: int
    column: int


def move_cells(
    context: Context, source: GridRange, target: GridCoordinate, paste_type: str, place: str
) -> None:
    """Brings the cells of a closed range to where the target is the upper left corner.

    Raises:
        GoogleError: 400 when they are protected there or would make too many cells.
    """
    source_sheet = context.workbook.sheet(source.sheet_id)
    target_sheet = context.workbook.sheet(target.sheet_id)
    row, column = target.row, target.column
    block = _taken(context, source_sheet, source, paste_type)
    if block.is_empty:
        return
    (tile,) = block.tiles(GridRange(target_sheet.id, row, row + 1, column, column + 1))
    check_may_edit(context.workbook, tile.area, context.account, context.owner, place)
    for sheet, area in ((source_sheet, source), (target_sheet, tile.area)):
        check_none_is_cut(sheet, area, place, _CUTS_A_MERGE)
    if target_sheet is not source_sheet:
        block = block.naming_its_tab(source_sheet.title)
    _make_room(context.workbook, target_sheet, [tile], place)
    _clear(source_sheet, source)
    _put(target_sheet, tile.area, block, paste_type, is_copy=False)
    if paste_type in _WITH_RULES:
        paste_rules(source_sheet, target_sheet, source, [tile], is_cut=True)
    if paste_type in _WITH_MERGES:
        bring_merges(source_sheet, target_sheet, source, [tile], is_cut=True)
    if paste_type in _WITH_VALUES:
        _let_references_follow(context.workbook, source_sheet, source, target_sheet, tile)


@dataclass(frozen=True, slots=True)
class _Block:
    """Cells lifted from the closed area `source`, as rows of equal length."""

    source: GridRange
    rows: list[tuple[Cell, ...]]
    is_transposed: bool = False

    @property
    def height(self) -> int:
        return len(self.rows)

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0

    @property
    def is_empty(self) -> bool:
        """Whether the source ends where it begins."""
        return not self.height or not self.width

    def transposed(self) -> _Block:
        """Rows turned into columns."""
        return _Block(self.source, list(zip(*self.rows, strict=True)), is_transposed=True)

    def naming_its_tab(self, title: str) -> _Block:
        """The same with the tab's name in all references that had none: what the cells need
        before they leave their tab."""

        def named(reference: Reference, _title: str) -> Reference:
            return reference if reference.prefix else reference.titled(title)

        def cell_named(cell: Cell) -> Cell:
            if not isinstance(cell.value, Formula):
                return cell
            return replace(cell, value=Formula(rewritten(cell.value.text, title, named)))

        return replace(self, rows=[tuple(map(cell_named, row)) for row in self.rows])

    def origin(self, row: int, column: int) -> tuple[int, int]:
        """Where on its tab the block's cell came from."""
        down, right = (column, row) if self.is_transposed else (row, column)
        return (self.source.start_row or 0) + down, (self.source.start_column or 0) + right

    def tiles(self, target: GridRange) -> list[Tile]:
        """The areas that copies of the block fill in the closed target."""
        if self.is_empty:
            return []
        top, left = target.start_row or 0, target.start_column or 0
        return [
            self._tile(target.sheet_id, row, column)
            for row in range(top, _last_start(top, target.end_row or 0, self.height), self.height)
            for column in range(
                left, _last_start(left, target.end_column or 0, self.width), self.width
            )
        ]

    def _tile(self, sheet_id: int, row: int, column: int) -> Tile:
        source, is_transposed = self.source, self.is_transposed

        def place(piece: GridRange) -> GridRange:
            down = (piece.start_row or 0) - (source.start_row or 0)
            right = (piece.start_column or 0) - (source.start_column or 0)
            end_row = source.end_row if piece.end_row is None else piece.end_row
            end_column = source.end_column if piece.end_column is None else piece.end_column
            height = (end_row or 0) - (piece.start_row or 0)
            width = (end_column or 0) - (piece.start_column or 0)
            if is_transposed:
                down, right, height, width = right, down, width, height
            top, left = row + down, column + right
            return GridRange(sheet_id, top, top + height, left, left + width)

        area = GridRange(sheet_id, row, row + self.height, column, column + self.width)
        return Tile(area, place)


def _last_start(start: int, end: int, size: int) -> int:
    """Before which index the last copy begins."""
    return end if (end - start) % size == 0 and end > start else start + 1


def _taken(context: Context, sheet: Sheet, area: GridRange, paste_type: str) -> _Block:
    start, end = area.start_column or 0, area.end_column or 0
    rows = [
        sheet.rows[row][start:end] + (EMPTY,) * (end - max(start, len(sheet.rows[row])))
        for row in area.rows(sheet.row_count)
    ]
    block = _Block(area, rows)
    if paste_type != "PASTE_VALUES":
        return block
    calculator = context.calculator()

    def worked_out(row: int, column: int, cell: Cell) -> Cell:
        if not isinstance(cell.value, Formula):
            return cell
        value = calculator.value(sheet, *block.origin(row, column))
        return replace(
            cell, value=formatted(value, None) if isinstance(value, ErrorValue) else value
        )

    return replace(
        block,
        rows=[
            tuple(worked_out(row, column, cell) for column, cell in enumerate(cells))
            for row, cells in enumerate(rows)
        ],
    )


def _make_room(workbook: Workbook, sheet: Sheet, tiles: Sequence[Tile], place: str) -> None:
    """Grows the grid where a paste reaches beyond it, as it does when people paste."""
    rows = max([sheet.row_count, *(tile.area.end_row or 0 for tile in tiles)])
    columns = max([sheet.column_count, *(tile.area.end_column or 0 for tile in tiles)])
    if (rows, columns) != (sheet.row_count, sheet.column_count):
        own = sheet.row_count * sheet.column_count
        check_cell_count(workbook.cell_count() - own + rows * columns, place)
        sheet.resize(rows, columns)


def _put(sheet: Sheet, area: GridRange, block: _Block, paste_type: str, *, is_copy: bool) -> None:
    left = area.start_column or 0
    for offset, cells in enumerate(block.rows):
        row = (area.start_row or 0) + offset
        old = sheet.rows[row]
        pasted = {}
        for index, lifted in enumerate(cells):
            column = left + index
            from_row, from_column = block.origin(offset, index)
            cell = _moved(lifted, row - from_row, column - from_column) if is_copy else lifted
            under = old[column] if column < len(old) else EMPTY
            pasted[column] = _pasted(cell, under, paste_type)
        sheet.set_cells(row, pasted)


def _moved(cell: Cell, rows: int, columns: int) -> Cell:
    if not isinstance(cell.value, Formula):
        return cell
    return replace(cell, value=Formula(translated(cell.value.text, rows, columns)))


def _pasted(cell: Cell, under: Cell, paste_type: str) -> Cell:
    """What stands in a cell after another one was pasted on it."""
    if paste_type == "PASTE_NORMAL":
        return cell
    if paste_type == "PASTE_NO_BORDERS":
        return replace(cell, format=_with_borders_of(under.format, cell.format))
    if paste_type in {"PASTE_VALUES", "PASTE_FORMULA"}:
        return replace(under, value=cell.value)
    if paste_type == "PASTE_FORMAT":
        return replace(under, format=cell.format)
    if paste_type == "PASTE_DATA_VALIDATION":
        return replace(under, validation=cell.validation)
    return under


def _with_borders_of(under: Json | None, pasted: Json | None) -> Json | None:
    kept = {name: value for name, value in (pasted or {}).items() if name != "borders"}
    if under and "borders" in under:
        kept["borders"] = under["borders"]
    return kept or None


def _clear(sheet: Sheet, area: GridRange) -> None:
    start = area.start_column or 0
    for row in area.rows(sheet.row_count):
        cells = sheet.rows[row]
        columns = range(start, min(area.end_column or 0, len(cells)))
        sheet.set_cells(row, dict.fromkeys(columns, EMPTY))


def _let_references_follow(
    workbook: Workbook, source_sheet: Sheet, source: GridRange, target_sheet: Sheet, tile: Tile
) -> None:
    # A source that reaches to the grid's edge holds what is open on that side too, like A:A.
    reaching = replace(
        source,
        end_row=None if source.end_row == source_sheet.row_count else source.end_row,
        end_column=None if source.end_column == source_sheet.column_count else source.end_column,
    )
    carry = Carry(
        source_sheet.title,
        Span(source.start_row or 0, reaching.end_row),
        Span(source.start_column or 0, reaching.end_column),
        target_sheet.title,
        tile.area.start_row or 0,
        tile.area.start_column or 0,
    )
    rewrite_formulas(workbook, lambda text, title: carried(text, carry, title))

    def moved(area: GridRange) -> GridRange:
        return tile.place(area) if contains(reaching, area) else area

    follow_names(workbook, moved)
    for sheet in workbook:
        for chart_id, chart in sheet.charts.items():
            sheet.charts[chart_id] = {**chart, "spec": without_sources(chart["spec"], moved)}
