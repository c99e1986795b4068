"""From cells to the requests of one batch, and from its answer to the marks that were seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..tabs.cell_errors import is_error
from ..tabs.control_tab import CellNote
from ..tabs.queue_columns import PEOPLE, Columns, letters
from ..tabs.queue_rows import PAYLOAD_BYTES, written_bytes
from ..tabs.spoken_cells import Shown
from ..tabs.status import QUEUED

RowTexts = Mapping[int, Mapping[str, str]]
"""Texts by row index and column name."""


MOST_AT_ONCE = 8
"""How many columns, or rows above the header, one act of a person is taken to insert, delete or
move."""
CELLS_BACK = (
    "replies,updatedSpreadsheet(sheets(properties.sheetId,"
    "data(startRow,startColumn,rowData(values(effectiveValue,formattedValue)))),"
    "namedRanges(namedRangeId,range.sheetId))"
)
"""What of an answer `cells_back`, `rows_back` and `tokens_in_answer` read."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A row that is about to be dialled: the write's own answer must show all of this."""

    row: int
    ref: str
    phone: object
    status: str


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring cells of neighbouring rows, written by one request."""

    row: int
    column: int
    texts: list[list[str]]

    @property
    def rows(self) -> range:
        """The rows that it touches."""
        return range(self.row, self.row + len(self.texts))

    def request(self, sheet_id: int) -> dict[str, Any]:
        """The request that writes it."""
        return update(sheet_id, self.row, self.column, self.texts)


def update(
    sheet_id: int, row: int, column: int, rows: Sequence[Sequence[str | float | None]]
) -> dict[str, Any]:
    """Sets values and nothing else: formats, notes and validation stay; blank text
    clears.

    ``stringValue`` never becomes a formula (discovery document).
    """
    cells = [{"values": [_entered(value) for value in values]} for values in rows]
    start = {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "rows": cells, "fields": "userEnteredValue"}}


def note_requests(sheet_id: int, notes: Iterable[CellNote]) -> list[dict[str, Any]]:
    """The notes as few requests: those that stand below each other share one."""
    columns: list[list[CellNote]] = []
    for note in sorted(notes, key=lambda each: (each.column, each.row)):
        last = columns[-1][-1] if columns else None
        if last is not None and (last.column, last.row + 1) == (note.column, note.row):
            columns[-1].append(note)
        else:
            columns.append([note])
    return [
        update(sheet_id, run[0].row, run[0].column, [[note.value] for note in run])
        for run in columns
    ]


def _entered(value: str | float | None) -> dict[str, Any]:
    if value is None or isinstance(value, str):
        return {"userEnteredValue": {"stringValue": value}} if value else {}
    if isinstance(value, bool):
        return {"userEnteredValue": {"boolValue": value}}
    return {"userEnteredValue": {"numberValue": value}}


def that_fit(cells: RowTexts, first: Iterable[int], limit: int = PAYLOAD_BYTES) -> RowTexts:
    """As many rows as one payload takes: those `first`, then results, reasons, and the rest."""
    chosen = set(first)
    order = sorted(cells, key=lambda row: (row not in chosen, _rank(cells[row]), row))
    fitting: dict[int, Mapping[str, str]] = {}
    size = 0
    for row in order:
        size += written_bytes(cells[row].values())
        if size > limit and fitting:
            break
        fitting[row] = cells[row]
    return fitting


def _rank(cells: Mapping[str, str]) -> int:
    if cells.get("call_id") or cells.get("dtmf") or cells.get("answer"):
        return 0
    if cells.get("status") == QUEUED:
        return 2
    return 1


def blocks_of(cells: RowTexts, columns: Columns) -> list[Block]:
    """The cells as few blocks: rows of the same shape that follow each other share one."""
    blocks: list[Block] = []
    for row in sorted(cells):
        texts = {columns.places[name]: text for name, text in cells[row].items()}
        for start, values in _runs(texts):
            last = blocks[-1] if blocks else None
            if (
                last is not None
                and last.rows.stop == row
                and (last.column, len(last.texts[0])) == (start, len(values))
            ):
                last.texts.append(values)
            else:
                blocks.append(Block(row, start, [values]))
    return blocks


def _runs(texts: Mapping[int, str]) -> Iterable[tuple[int, list[str]]]:
    """Neighbouring columns, together."""
    run: list[str] = []
    start = 0
    for place in sorted(texts):
        if run and place == start + len(run):
            run.append(texts[place])
            continue
        if run:
            yield start, run
        start, run = place, [texts[place]]
    if run:
        yield start, run


def ranges_of(title: str, columns: Columns, marks: Sequence[Mark]) -> list[str]:
    """In A1 notation, the header row and the cells that show the marks, beside Ref and number, and
    what their calls say."""
    # All that the call says is asked for along with it, as it is displayed.
    wanted = [columns.places[name] for name in ("status", "ref")]
    wanted += [columns.places[name] for name in PEOPLE if name in columns.places]
    first, last = letters(min(wanted)), letters(max(wanted))
    return [f"{quoted(title)}!1:{columns.header_row + 1 + MOST_AT_ONCE}"] + [
        f"{quoted(title)}!{first}{start + 1}:{last}{end}"
        for start, end in row_runs(mark.row for mark in marks)
    ]


def quoted(title: str) -> str:
    """A tab's title as A1 notation has it."""
    return "'" + title.replace("'", "''") + "'"


def cells_back(answer: Mapping[str, Any], sheet_id: int) -> dict[tuple[int, int], Any]:
    """The values that an answer shows of this tab, by row and column."""
    return {
        place: _plain(cell.get("effectiveValue", {})) for place, cell in _cells(answer, sheet_id)
    }


def rows_back(
    answer: Mapping[str, Any], sheet_id: int, columns: Columns, rows: Iterable[int]
) -> dict[int, dict[str, Shown]]:
    """What people's cells of these rows show, by our names of the columns."""
    names = {columns.places[name]: name for name in PEOPLE if name in columns.places}
    found = {row: {name: Shown(None, "") for name in names.values()} for row in rows}
    for (row, column), cell in _cells(answer, sheet_id):
        if row in found and column in names:
            value = cell.get("effectiveValue", {})
            text = cell.get("formattedValue", "")
            is_bad = "errorValue" in value or is_error(value.get("stringValue"))
            found[row][names[column]] = Shown(_plain(value), text, is_bad)
    return found


def _cells(
    answer: Mapping[str, Any], sheet_id: int
) -> Iterable[tuple[tuple[int, int], Mapping[str, Any]]]:
    for sheet in answer.get("updatedSpreadsheet", {}).get("sheets", []):
        if sheet.get("properties", {}).get("sheetId", 0) != sheet_id:
            continue
        for block in sheet.get("data", []):
            for down, row in enumerate(block.get("rowData", []), start=block.get("startRow", 0)):
                left = block.get("startColumn", 0)
                for across, cell in enumerate(row.get("values", []), start=left):
                    yield (down, across), cell


def header_of(seen: Mapping[tuple[int, int], Any], header_row: int = 0) -> list[Any]:
    """The header row, where the answer shows it."""
    width = max((column + 1 for row, column in seen if row == header_row), default=0)
    return [seen.get((header_row, column)) for column in range(width)]


def confirmed(
    seen: Mapping[tuple[int, int], Any], columns: Columns, marks: Iterable[Mark]
) -> set[int]:
    """The rows that show mark, Ref and number side by side."""
    places = columns.places
    return {
        mark.row
        for mark in marks
        if seen.get((mark.row, places["ref"])) == mark.ref
        and seen.get((mark.row, places["status"])) == mark.status
        and seen.get((mark.row, places["phone"])) == mark.phone
    }


def _plain(value: Mapping[str, Any]) -> object:
    for kind in ("stringValue", "numberValue", "boolValue"):
        if kind in value:
            return value[kind]
    return None


def row_runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Neighbouring rows, together, as start and end (exclusive)."""
    runs: list[list[int]] = []
    for row in sorted(rows):
        if runs and runs[-1][1] == row:
            runs[-1][1] = row + 1
        else:
            runs.append([row, row + 1])
    return [(start, end) for start, end in runs]
