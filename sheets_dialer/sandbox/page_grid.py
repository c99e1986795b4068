"""A tab's cells as the page shows them: the displayed text, what editing begins with, the look."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .google.appearance import with_twins
from .google.display import formatted
from .google.formulas.calculator import Calculator
from .google.merges import merges_of
from .google.model import Cell, Computed, ErrorValue, Formula, Json, Row, Sheet, Workbook
from .google.typed import enter
from .page_conditions import Rules

_DEFAULT_COLUMN_PIXELS = 100


def tabs_json(workbook: Workbook) -> list[dict[str, Any]]:
    """Names, sizes and hidden parts of all tabs."""
    return [_tab_json(tab) for tab in workbook]


def rows_json(tab: Sheet, rows: range, calculator: Calculator) -> dict[str, Any]:
    """The rows of that range: their cells, and the looks that the cells refer to by number.

    `formulas` tells whether some of the texts may change without an edit.
    """
    looks = _Looks()
    rules = Rules(tab, calculator)
    has_formulas = any(isinstance(cell.value, Formula) for row in rows for cell in tab.rows[row])
    painted = rules.columns()
    shown = []
    for row in rows:
        cells = tab.rows[row]
        width = max(len(cells), painted) if rules.touches(row) else len(cells)
        shown.append(
            [
                _cell_json(tab, row, column, _cell(cells, column), calculator, rules, looks)
                for column in range(min(width, tab.column_count))
            ]
        )
    return {
        "start": rows.start,
        "rows": shown,
        "looks": looks.known,
        "formulas": has_formulas or rules.have_formulas,
    }


class _Looks:
    """The different looks of one answer, each once."""

    def __init__(self) -> None:
        self.known: list[dict[str, Any]] = []
        self._numbers: dict[str, int] = {}

    def number(self, look: dict[str, Any]) -> int:
        key = repr(sorted(look.items()))
        if key not in self._numbers:
            self._numbers[key] = len(self.known)
            self.known.append(look)
        return self._numbers[key]


def _tab_json(tab: Sheet) -> dict[str, Any]:
    grid = tab.properties.get("gridProperties") or {}
    tab_color = with_twins(
        {key: value for key, value in tab.properties.items() if key.startswith("tabColor")}
    ).get("tabColor")
    return {
        "id": tab.id,
        "title": tab.title,
        "rows": tab.row_count,
        "hidden": bool(tab.properties.get("hidden")),
        "right_to_left": bool(tab.properties.get("rightToLeft")),
        "frozen_rows": int(grid.get("frozenRowCount") or 0),
        "frozen_columns": int(grid.get("frozenColumnCount") or 0),
        "color": css_color(tab_color) if tab_color is not None else None,
        "columns": [
            {
                "width": int(column.get("pixelSize") or _DEFAULT_COLUMN_PIXELS),
                "hidden": _is_hidden(column),
            }
            for column in tab.column_properties
        ],
        "merges": [
            [area.start_row, area.end_row, area.start_column, area.end_column]
            for area in merges_of(tab)
        ],
        "hidden_rows": _runs(
            row for row, p in enumerate(tab.row_properties) if p and _is_hidden(p)
        ),
    }


def _is_hidden(properties: Json) -> bool:
    return bool(properties.get("hiddenByUser") or properties.get("hiddenByFilter"))


def _runs(rows: Iterable[int]) -> list[list[int]]:
    """Ascending row indexes as half-open runs."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and runs[-1][1] == row:
            runs[-1][1] = row + 1
        else:
            runs.append([row, row + 1])
    return runs


def _cell(cells: Row, column: int) -> Cell | None:
    return cells[column] if column < len(cells) else None


def _cell_json(
    tab: Sheet,
    row: int,
    column: int,
    cell: Cell | None,
    calculator: Calculator,
    rules: Rules,
    looks: _Looks,
) -> dict[str, Any] | None:
    value: Computed = None
    answer: dict[str, Any] = {}
    look: dict[str, Any] = {}
    if cell is not None and not cell.is_empty():
        stored = cell.value
        value = calculator.value(tab, row, column) if isinstance(stored, Formula) else stored
        number_format = calculator.number_format(tab, row, column)
        text = formatted(value, number_format)
        if text:
            answer["text"] = text
        raw = _raw(cell, text, number_format, calculator.year)
        if raw != text:
            answer["raw"] = raw
        if cell.note:
            answer["note"] = cell.note
        options = _options(cell.validation)
        if options:
            answer["options"] = options
        look = _look(cell.format, value)
    conditional = rules.format(row, column, value)
    if conditional:
        look = {**look, **_look(conditional, None)}
    if look:
        answer["look"] = looks.number(look)
    return answer or None


def _raw(cell: Cell, text: str, number_format: Json | None, year: int) -> str:
    """What stands in the editor: typed back unchanged, it leaves the cell as it is."""
    value = cell.value
    if isinstance(value, Formula):
        return value.text
    if isinstance(value, str):
        if (number_format or {}).get("type") == "TEXT":
            return value
        typed = enter(value, user_entered=True, current_format=number_format, year=year).value
        return value if typed == value and isinstance(typed, str) else f"'{value}"
    if isinstance(value, bool) or value is None:
        return text
    typed = enter(text, user_entered=True, current_format=number_format, year=year).value
    return text if typed == value else repr(value)


def _options(validation: Json | None) -> list[str]:
    condition = (validation or {}).get("condition") or {}
    if condition.get("type") != "ONE_OF_LIST":
        return []
    return [str(value.get("userEnteredValue", "")) for value in condition.get("values") or ()]


def _look(written: Json | None, value: Computed) -> dict[str, Any]:
    """The format as the page's own few words; what is as usual is left out."""
    look: dict[str, Any] = {}
    if isinstance(value, bool | ErrorValue):
        look["align"] = "center"
    elif isinstance(value, int | float):
        look["align"] = "right"
    if isinstance(value, ErrorValue):
        look["error"] = True
    if not written:
        return look
    twins = with_twins(written)
    if "backgroundColor" in twins and css_color(twins["backgroundColor"]) != "#ffffff":
        look["background"] = css_color(twins["backgroundColor"])
    if twins.get("horizontalAlignment") in ("LEFT", "CENTER", "RIGHT"):
        look["align"] = str(twins["horizontalAlignment"]).lower()
    if twins.get("wrapStrategy") == "WRAP":
        look["wrap"] = True
    font = twins.get("textFormat") or {}
    if "foregroundColor" in font:
        look["color"] = css_color(font["foregroundColor"])
    for name in ("bold", "italic", "underline", "strikethrough"):
        if font.get(name):
            look[name] = True
    return look


def css_color(color: Json) -> str:
    """Google's Color as CSS writes it; a component that is left out is 0 (documented)."""
    parts = (round(255 * float(color.get(part) or 0)) for part in ("red", "green", "blue"))
    return "#" + "".join(f"{min(255, max(0, part)):02x}" for part in parts)
