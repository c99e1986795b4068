"""A person at work on the queue tab: sorting, pasting, deleting and typing while it is dialled.

The person is the only one who moves rows or changes people's cells, so what they left in their own
cells is known exactly: `left` holds these cells, row by row. What they do is done as a whole by one
request, as in the browser.
"""

from __future__ import annotations

import random
from typing import Any

import gspread

from sheets_dialer.tabs.queue_columns import DIALER

PEOPLES = ("Phone", "Amount", "Store", "Order ID", "Mine")
"""People's columns, the first ones of the tab; nobody but people knows the last one."""
WIDTH = len(PEOPLES) + len(DIALER)
DIALERS = slice(len(PEOPLES), WIDTH - 1)
"""The dialer's columns without Ref, as people clear them."""
WORDS = ("Skip", "hold", "Call again", "call  AGAIN", "Queued", "done", "Answered", "")

WEIGHTS = {
    "sort": 3,
    "insert": 3,
    "delete": 1,
    "cut": 3,
    "copy": 3,
    "clear": 3,
    "edit": 3,
    "word": 3,
    "over": 1,
    "paste": 2,
    "feed": 2,
}
"""What people do, and how often."""


class Person:
    """Does things to the tab and remembers what people's cells say."""

    def __init__(self, tab: gspread.Worksheet, source: random.Random, begin: int) -> None:
        self._tab = tab
        self.source = source
        self._next = begin
        self.left: list[list[str]] = []
        self.asked_again: list[tuple[str, ...]] = []
        """Content beside which Call again was typed, each time."""
        self.cleared: list[tuple[str, ...]] = []
        """Content whose results were cleared, each time: a dialer with another ledger can't know
        that there were any."""
        self.done: dict[str, int] = {}

    def paste(self, count: int) -> None:
        """Pastes new rows below the others."""
        rows = [self._new_row() for _ in range(count)]
        self._put(len(self.left), rows)
        self.left += rows

    def act(self) -> None:
        """Does one thing, chosen by chance."""
        kind = self.source.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()))[0]
        if len(self.left) < 10:
            kind = "paste"
        self.done[kind] = self.done.get(kind, 0) + 1
        getattr(self, f"_{kind}")()

    def _sort(self) -> None:
        column = self.source.randrange(len(PEOPLES))
        down = self.source.random() < 0.5
        order = "DESCENDING" if down else "ASCENDING"
        spec = {"dimensionIndex": column, "sortOrder": order}
        self._batch({"sortRange": {"range": self._rows(0, len(self.left)), "sortSpecs": [spec]}})
        # Which of two rows that are alike in the column comes first is for the sheet to say.
        seen = self._tab.get(f"A2:{chr(ord('A') + len(PEOPLES) - 1)}{len(self.left) + 1}")
        assert sorted(seen) == sorted(self.left), "people's cells are not as they left them"
        self.left = seen

    def _insert(self) -> None:
        at = self._place()
        row = self._new_row()
        self._batch(self._insertion(at), self._typed(at, [row]))
        self.left.insert(at, row)

    def _delete(self) -> None:
        at = self._place()
        self._batch({"deleteDimension": {"range": self._lines(at, at + 1)}})
        del self.left[at]

    def _cut(self) -> None:
        """Cuts a row and pastes it elsewhere, as when it is dragged."""
        at, to = self._place(), self._place()
        move = {"source": self._lines(at, at + 1), "destinationIndex": to + 1}
        if to in (at, at + 1):
            return
        self._batch({"moveDimension": move})
        row = self.left.pop(at)
        self.left.insert(to if to < at else to - 1, row)

    def _copy(self) -> None:
        """Copies a row with its results, and its hidden Ref, to a new row below."""
        at = self._place()
        source = self._rows(at, at + 1)
        target = self._rows(at + 1, at + 2)
        copy = {"copyPaste": {"source": source, "destination": target, "pasteType": "PASTE_NORMAL"}}
        status = self._tab.get(f"{chr(ord('A') + DIALERS.start)}{at + 2}")
        if any("again" in str(cell).casefold() for row in status for cell in row):
            # A word that is copied asks twice.
            self.asked_again.append(content(self.left[at]))
        self._batch(self._insertion(at + 1), copy)
        self.left.insert(at + 1, list(self.left[at]))

    def _clear(self) -> None:
        """Clears the results of a row, not its hidden Ref."""
        at = self._place()
        self.cleared.append(content(self.left[at]))
        area = self._rows(at, at + 1) | {
            "startColumnIndex": DIALERS.start,
            "endColumnIndex": DIALERS.stop,
        }
        self._batch({"updateCells": {"range": area, "fields": "userEnteredValue"}})

    def _edit(self) -> None:
        """Types another number, or another order, over an old one."""
        at = self._place()
        if self.source.random() < 0.5:
            self.left[at][0] = self._number()
        else:
            self.left[at][3] = f"ORD{self.source.randrange(10**6)}"
        self._batch(self._typed(at, [self.left[at]]))

    def ask_again(self) -> None:
        """Types Call again on a row."""
        at = self._place()
        self.asked_again.append(content(self.left[at]))
        self._batch(self._text(at, DIALERS.start, [["Call again"]]))

    def _word(self) -> None:
        at = self._place()
        word = self.source.choice(WORDS)
        if "again" in word.casefold():
            self.asked_again.append(content(self.left[at]))
        self._batch(self._text(at, DIALERS.start, [[word]]))

    def _over(self) -> None:
        """Pastes a new list over an old one: people's cells only, results stay as they are."""
        at = self._place()
        rows = [self._new_row() for _ in self.left[at : at + 3]]
        self._batch(self._typed(at, rows))
        self.left[at : at + 3] = rows

    def _paste(self) -> None:
        self.paste(3)

    def _feed(self) -> None:
        """Another sheet's rows come anew into people's columns, as with IMPORTRANGE or a script:
        with one more on top or at the end, one gone, or sorted; the dialer's cells stay."""
        rows = [list(row) for row in self.left]
        match self.source.choice(("top", "end", "gone", "sorted")):
            case "top":
                rows.insert(0, self._new_row())
            case "end":
                rows.append(self._new_row())
            case "gone":
                del rows[self._place()]
            case _:
                rows.sort(key=lambda row: row[::-1])
        gone = [[""] * len(PEOPLES)] * max(0, len(self.left) - len(rows))
        self._put(0, [*rows, *gone])
        self.left = rows

    def _put(self, at: int, rows: list[list[str]]) -> None:
        self._batch(self._typed(at, rows))

    def _new_row(self) -> list[str]:
        number = self._number()
        return [number, str(self.source.randrange(1, 90) * 50), "Shop", f"ORD{number}", number]

    def _number(self) -> str:
        self._next += 1
        return str(923_002_000_000 + self._next)

    def _place(self) -> int:
        return self.source.randrange(len(self.left))

    def _batch(self, *requests: dict[str, Any]) -> None:
        self._tab.spreadsheet.batch_update({"requests": list(requests)})

    def _rows(self, first: int, end: int) -> dict[str, Any]:
        columns = {"startColumnIndex": 0, "endColumnIndex": WIDTH}
        return {
            "sheetId": self._tab.id,
            "startRowIndex": first + 1,
            "endRowIndex": end + 1,
            **columns,
        }

    def _lines(self, first: int, end: int) -> dict[str, Any]:
        ends = {"startIndex": first + 1, "endIndex": end + 1}
        return {"sheetId": self._tab.id, "dimension": "ROWS", **ends}

    def _insertion(self, at: int) -> dict[str, Any]:
        return {"insertDimension": {"range": self._lines(at, at + 1), "inheritFromBefore": False}}

    def _typed(self, at: int, rows: list[list[str]]) -> dict[str, Any]:
        return self._text(at, 0, rows)

    def _text(self, at: int, column: int, rows: list[list[str]]) -> dict[str, Any]:
        start = {"sheetId": self._tab.id, "rowIndex": at + 1, "columnIndex": column}
        values = [
            {
                "values": [
                    {"userEnteredValue": {"stringValue": text}} if text else {} for text in row
                ]
            }
            for row in rows
        ]
        return {"updateCells": {"start": start, "rows": values, "fields": "userEnteredValue"}}


def content(row: list[str]) -> tuple[str, ...]:
    """What a row asks for: number, amount, store and order."""
    return tuple(row[:4])


def _cell(text: str) -> dict[str, Any]:
    return {"userEnteredValue": {"stringValue": text}} if text else {}
