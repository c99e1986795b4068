"""What people see in a spreadsheet, text by text, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import gspread

from sheets_dialer.tabs.control_tab import CONTROL_TAB

BESIDE_CELLS = re.compile("(note|chart|protection) on ")
OURS = re.compile(
    r", Why$|^note on |^chart on |^protection on "
    r"|^Dialer, (State|Running\?|Next pass|Last problem|What RUN would do|Queued would be done"
    r"|Not called now: \d)$"
)
"""Where nothing but sentences of ours stands."""
_FIELDS = (
    "sheets(properties(title),data(rowData(values(formattedValue,note))),"
    "charts(spec(title,basicChart(axis(title)))),protectedRanges(description))"
)


def seen_in(book: gspread.Spreadsheet) -> Iterator[tuple[str, str]]:
    """Every text that stands in a cell, a note, a chart or a protection, with its place."""
    found = book.fetch_sheet_metadata({"includeGridData": True, "fields": _FIELDS})
    for sheet in found["sheets"]:
        tab = sheet["properties"]["title"]
        yield from _in_cells(tab, [row.get("values", []) for row in _rows(sheet)])
        for chart in sheet.get("charts", []):
            axes = chart["spec"].get("basicChart", {}).get("axis", [])
            for titled in (chart["spec"], *axes):
                yield titled.get("title", ""), f"chart on {tab}"
        for protection in sheet.get("protectedRanges", []):
            yield protection.get("description", ""), f"protection on {tab}"


def _rows(sheet: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = sheet["data"][0].get("rowData", [])
    return rows


def _in_cells(tab: str, grid: list[list[dict[str, Any]]]) -> Iterator[tuple[str, str]]:
    """A cell of the Dialer tab is named by its label, any other one by its header."""
    header = [str(cell.get("formattedValue", "")) for cell in grid[0]] if grid else []
    for row, cells in enumerate(grid, start=1):
        for column, cell in enumerate(cells):
            title = header[column] if column < len(header) else "no header"
            place = f"{tab}, row {row}, {title}"
            if tab == CONTROL_TAB and column:
                place = f"{tab}, {cells[0].get('formattedValue', '')}"
            for what, text in cell.items():
                yield str(text), f"note on {place}" if what == "note" else place
