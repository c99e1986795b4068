"""A spreadsheet without a server around it, for tests of what batches make of cells."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from sheets_dialer.sandbox.google.a1 import parse_area
from sheets_dialer.sandbox.google.batch import batch_update
from sheets_dialer.sandbox.google.ids import Ids
from sheets_dialer.sandbox.google.library import Document
from sheets_dialer.sandbox.google.model import Cell, Formula, Sheet, Stored, Workbook, trimmed
from sheets_dialer.sandbox.google.schema import read

OWNER = "owner@example.com"
DIALER = "dialer@example.com"
NOW = 1_790_000_000.0


class Grid:
    """One spreadsheet whose first tab, ``Sheet1`` with id 0, holds the given rows."""

    def __init__(self, rows: Sequence[Sequence[Stored | None]] = (), *, size: int = 20) -> None:
        sheet = Sheet.new({"sheetId": 0, "title": "Sheet1", "sheetType": "GRID"}, size, size)
        for index, values in enumerate(rows):
            sheet.rows[index] = trimmed([Cell(_typed(value)) for value in values])
        self._ids = Ids(random.Random(1))
        self.document = Document("1abc", Workbook({"title": "Test"}, [sheet]), OWNER, NOW, NOW)

    def add_tab(self, title: str, sheet_id: int, *, size: int = 20) -> None:
        """Adds an empty tab."""
        properties = {"sheetId": sheet_id, "title": title, "sheetType": "GRID"}
        self.document.workbook.sheets.append(Sheet.new(properties, size, size))

    def batch(self, *requests: dict[str, Any], account: str = OWNER) -> list[dict[str, Any]]:
        """Applies the requests as one batch and gives the replies."""
        body = {"requests": list(requests)}
        read("BatchUpdateSpreadsheetRequest", body)
        workbook, answer = batch_update(
            self.document, body, account=account, now=NOW, ids=self._ids
        )
        self.document.commit(workbook, NOW)
        replies: list[dict[str, Any]] = answer["replies"]
        return replies

    @property
    def sheet(self) -> Sheet:
        """The first tab as it stands."""
        return self.document.workbook.sheets[0]

    def tab(self, sheet_id: int) -> Sheet:
        """The tab of that id as it stands."""
        return self.document.workbook.sheet(sheet_id)

    def rows(self, sheet_id: int = 0) -> list[list[Any]]:
        """What the tab's cells hold, formulas as their text, without the empty end."""
        rows = [[_plain(cell.value) for cell in row] for row in self.tab(sheet_id).rows]
        while rows and not any(value is not None for value in rows[-1]):
            rows.pop()
        return rows


def area(text: str, sheet_id: int = 0) -> dict[str, int]:
    """The GridRange of an area such as ``A1:C3``, ``B2`` or ``A:B``."""
    found = parse_area(text, sheet_id)
    assert found is not None, text
    return {"sheetId": sheet_id, **found.to_json()}


def _typed(value: Stored | None) -> Stored | None:
    return Formula(value) if isinstance(value, str) and value.startswith("=") else value


def _plain(value: Stored | None) -> Any:
    return value.text if isinstance(value, Formula) else value
