"""How wide and how high cells must be to show what is in them: an estimate, without drawing."""

from __future__ import annotations

from math import ceil

from .display import formatted
from .formulas.calculator import Calculator
from .model import NOTHING, Cell, Formula, Sheet

_WIDTHS = {
    191: "'",
    222: "ijl",
    278: " !,./:;I[\\]ft",
    333: "()-`r",
    500: "Jckvsxyz",
    584: "+<=>~",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1015: "@",
}
_WIDTH_OF = {letter: width for width, letters in _WIDTHS.items() for letter in letters}
_COMMON_WIDTH = 556
"""Thousandths of the font's size, for the default font; digits and most small letters."""

_POINTS = 10
_PIXELS_A_POINT = 96 / 72
_PADDING = 6
_ROW_PIXELS, _LINE_PIXELS = 21, 15


def fitted_width(sheet: Sheet, column: int, calculator: Calculator) -> int | None:
    """The pixels that the column's widest text needs; None when the column is empty."""
    widest = 0.0
    for index, row in enumerate(sheet.rows):
        if column < len(row) and row[column].value is not None:
            text = _shown(sheet, index, column, calculator)
            points = _font_points(row[column])
            widest = max(widest, *(_length(line) * points for line in text.split("\n")))
    return ceil(widest * _PIXELS_A_POINT) + _PADDING if widest else None


def fitted_height(sheet: Sheet, row: int, calculator: Calculator) -> int | None:
    """The pixels that the row's highest text needs; None when the row is empty."""
    highest = 0.0
    for column, cell in enumerate(sheet.rows[row]):
        if cell.value is not None:
            lines = _shown(sheet, row, column, calculator).count("\n")
            scale = _font_points(cell) / _POINTS
            highest = max(highest, (_ROW_PIXELS + lines * _LINE_PIXELS) * scale)
    return ceil(highest) or None


def _shown(sheet: Sheet, row: int, column: int, calculator: Calculator) -> str:
    cell = sheet.cell(row, column)
    value = cell.value
    computed = calculator.value(sheet, row, column) if isinstance(value, Formula) else value
    return formatted(computed, (cell.format or NOTHING).get("numberFormat"))


def _font_points(cell: Cell) -> float:
    text_format = (cell.format or NOTHING).get("textFormat") or NOTHING
    return float(text_format.get("fontSize") or _POINTS)


def _length(text: str) -> float:
    return sum(_WIDTH_OF.get(letter, _COMMON_WIDTH) for letter in text) / 1000
