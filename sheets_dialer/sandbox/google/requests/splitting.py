"""textToColumns and pasteData: text that becomes many cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from ..areas import MAX_CELL_CHARACTERS, coordinate_of, editable_area, not_emulated, too_long
from ..context import Context
from ..errors import invalid
from ..grid_limits import check_cell_count
from ..model import Json, Sheet
from ..protection import check_may_edit
from ..ranges import GridRange
from ..typed import typed_into, typing_year
from .fields import required

_DELIMITERS: Mapping[str, str] = MappingProxyType(
    {"COMMA": ",", "SEMICOLON": ";", "PERIOD": ".", "SPACE": " "}
)


def text_to_columns(context: Context, request: Json, place: str) -> dict[str, Json]:
    """Splits the texts of one column at a delimiter into the cells to the right of them; what
    stands there is overwritten, and the grid grows where it is too narrow.

    Raises:
        GoogleError: 400 when the source isn't one column, there is no delimiter, or cells are
            protected.
    """
    sheet, area = editable_area(context, request.get("source"), place)
    left = area.start_column or 0
    if (area.end_column or 0) - left != 1:
        raise invalid(f"Invalid {place}: source must span exactly one column.")
    texts = {}
    for row in area.rows(sheet.row_count):
        value = sheet.cell(row, left).value
        if isinstance(value, str):
            texts[row] = value
    delimiter = _delimiter(request, texts.values(), place)
    if delimiter is None:
        return {}
    for row, text in texts.items():
        parts = [part.strip() for part in text.split(delimiter)]
        if len(parts) > 1:
            _type(context, sheet, row, left, [parts], place)
    return {}


def paste_data(context: Context, request: Json, place: str) -> dict[str, Json]:
    """Types text with delimiters into the cells from a place on, as if it had been pasted there.

    Raises:
        GoogleError: 400 when the place makes no sense, there is no delimiter, or cells are
            protected.
    """
    coordinate = required(request, "coordinate", place)
    sheet, row, column = coordinate_of(context.workbook, coordinate, place)
    if request.get("html"):
        raise not_emulated(place, "Pasting HTML")
    if (request.get("type") or "PASTE_NORMAL") not in {"PASTE_NORMAL", "PASTE_VALUES"}:
        return {}  # text has neither format nor formulas of its own
    delimiter = str(request.get("delimiter") or "")
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise invalid(f"Invalid {place}: A delimiter of one character is required.")
    text = str(request.get("data") or "").replace("\r\n", "\n").replace("\r", "\n")
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:  # a field longer than any cell may be
        raise too_long(place) from error
    _type(context, sheet, row, column, lines, place)
    return {}


def _delimiter(request: Json, texts: Iterable[str], place: str) -> str | None:
    """What to split at; None where nothing is found to split."""
    kind = request.get("delimiterType") or "AUTODETECT"
    custom = str(request.get("delimiter") or "")
    if kind == "CUSTOM" or (custom and "delimiterType" not in request):
        if not custom:
            raise invalid(f"Invalid {place}: delimiter is required with delimiterType CUSTOM.")
        return custom
    if kind in _DELIMITERS:
        return _DELIMITERS[kind]
    whole = "\n".join(texts)
    return next((each for each in _DELIMITERS.values() if each in whole), None)


def _type(
    context: Context,
    sheet: Sheet,
    top: int,
    left: int,
    rows: Sequence[Sequence[str]],
    place: str,
) -> None:
    end_row, end_column = top + len(rows), left + max(map(len, rows), default=0)
    area = GridRange(sheet.id, top, end_row, left, end_column)
    check_may_edit(context.workbook, area, context.account, context.owner, place)
    size = (max(end_row, sheet.row_count), max(end_column, sheet.column_count))
    if size != (sheet.row_count, sheet.column_count):
        own = sheet.row_count * sheet.column_count
        check_cell_count(context.workbook.cell_count() - own + size[0] * size[1], place)
        sheet.resize(*size)
    year = typing_year(context.workbook, context.now)
    for row, texts in enumerate(rows, top):
        if any(len(text) > MAX_CELL_CHARACTERS for text in texts):
            raise too_long(place)
        cells = {
            column: typed_into(sheet.cell(row, column), text, year)
            for column, text in enumerate(texts, left)
        }
        sheet.set_cells(row, cells)
