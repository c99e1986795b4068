"""A spreadsheet of two tabs to send batches to, and what tests ask about it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from sheets_dialer.sandbox.google.appearance import DEFAULT_FORMAT, DEFAULT_THEME
from sheets_dialer.sandbox.google.batch import batch_update
from sheets_dialer.sandbox.google.errors import GoogleError
from sheets_dialer.sandbox.google.ids import Ids
from sheets_dialer.sandbox.google.library import Document
from sheets_dialer.sandbox.google.model import Cell, Formula, Sheet, Stored, Workbook

OWNER = "owner@example.com"
WRITER = "writer@example.com"
OTHER = "other@example.com"
CALLS, CONTROL = 0, 7
"""The ids of the two tabs, `Calls` (10 by 5) and `Control` (4 by 4)."""


class Book:
    """One document, changed by batches only once it is filled."""

    def __init__(self, rows: int = 10, columns: int = 5) -> None:
        self._now = 1_700_000_000.0
        self._ids = Ids(random.Random(1))
        self.document = Document(
            id="1abc",
            workbook=Workbook(
                properties={
                    "title": "Queue",
                    "locale": "en_US",
                    "autoRecalc": "ON_CHANGE",
                    "timeZone": "Etc/GMT",
                    "defaultFormat": DEFAULT_FORMAT,
                    "spreadsheetTheme": DEFAULT_THEME,
                },
                sheets=[
                    Sheet.new({"sheetId": CALLS, "title": "Calls"}, rows, columns),
                    Sheet.new({"sheetId": CONTROL, "title": "Control"}, 4, 4),
                ],
            ),
            owner=OWNER,
            created_at=self._now,
            modified_at=self._now,
            permissions={
                "1": {"role": "owner", "emailAddress": OWNER},
                "2": {"role": "writer", "emailAddress": WRITER},
                "3": {"role": "writer", "emailAddress": OTHER},
            },
        )

    @property
    def workbook(self) -> Workbook:
        return self.document.workbook

    @property
    def calls(self) -> Sheet:
        return self.workbook.sheet(CALLS)

    @property
    def control(self) -> Sheet:
        return self.workbook.sheet(CONTROL)

    def send(
        self, *requests: dict[str, Any], account: str = OWNER, **options: Any
    ) -> list[dict[str, Any]]:
        """Applies a batch and gives its replies."""
        replies: list[dict[str, Any]] = self.answer(*requests, account=account, **options)[
            "replies"
        ]
        return replies

    def answer(
        self, *requests: dict[str, Any], account: str = OWNER, mask: Any = None, **options: Any
    ) -> dict[str, Any]:
        """Applies a batch and gives the whole answer."""
        self._now += 1
        body = {"requests": list(requests), **options}
        workbook, answer = batch_update(
            self.document, body, account=account, now=self._now, ids=self._ids, mask=mask
        )
        self.document.commit(workbook, self._now)
        return answer

    def refusal(self, *requests: dict[str, Any], account: str = OWNER) -> str:
        """The words in which a batch is refused; nothing may have changed."""
        before = self.document.workbook
        with pytest.raises(GoogleError) as refused:
            self.answer(*requests, account=account)
        assert refused.value.code == 400
        assert self.document.workbook is before
        return refused.value.message

    def fill(self, *rows: Sequence[Stored | None], sheet_id: int = CALLS) -> Book:
        """Puts values into the upper left corner."""
        workbook = self.workbook.draft()
        sheet = workbook.sheet(sheet_id)
        for index, row in enumerate(rows):
            cells = {column: Cell(value=_typed(value)) for column, value in enumerate(row)}
            sheet.set_cells(index, cells)
        self.document.commit(workbook, self._now)
        return self

    def values(self, sheet_id: int = CALLS) -> list[list[Any]]:
        """Every row's values; formulas as their text, trailing empty rows left out."""
        rows = [[_shown(cell) for cell in row] for row in self.workbook.sheet(sheet_id).rows]
        while rows and not rows[-1]:
            rows.pop()
        return rows


def rows(start: int, end: int | None, sheet_id: int = CALLS) -> dict[str, Any]:
    """A DimensionRange of rows."""
    return {"sheetId": sheet_id, "dimension": "ROWS", "startIndex": start, "endIndex": end}


def columns(start: int, end: int | None, sheet_id: int = CALLS) -> dict[str, Any]:
    """A DimensionRange of columns."""
    return {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": start, "endIndex": end}


def area(
    start_row: int, end_row: int, start_column: int, end_column: int, sheet_id: int = CALLS
) -> dict[str, int]:
    """A GridRange as Google writes it."""
    named = {
        "startRowIndex": start_row,
        "endRowIndex": end_row,
        "startColumnIndex": start_column,
        "endColumnIndex": end_column,
    }
    return {"sheetId": sheet_id, **named} if sheet_id else named


def add_name(name: str, where: dict[str, int], **more: Any) -> dict[str, Any]:
    """An addNamedRange request."""
    return {"addNamedRange": {"namedRange": {"name": name, "range": where, **more}}}


def insert_rows(start: int, end: int, *, before: bool = False) -> dict[str, Any]:
    """An insertDimension request."""
    return {"insertDimension": {"range": rows(start, end), "inheritFromBefore": before}}


def delete_rows(start: int, end: int) -> dict[str, Any]:
    """A deleteDimension request."""
    return {"deleteDimension": {"range": rows(start, end)}}


def move_rows(start: int, end: int, destination: int) -> dict[str, Any]:
    """A moveDimension request."""
    return {"moveDimension": {"source": rows(start, end), "destinationIndex": destination}}


def _typed(value: Stored | None) -> Stored | None:
    return Formula(value) if isinstance(value, str) and value.startswith("=") else value


def _shown(cell: Cell) -> Any:
    return cell.value.text if isinstance(cell.value, Formula) else cell.value
