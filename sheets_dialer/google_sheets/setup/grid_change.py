"""How setup makes room on a tab: it inserts rows and columns, and lets the grid grow."""

from __future__ import annotations

from dataclasses import dataclass

from .memory import Request
from .reading import TabState

_ROW, _COLUMN = "ROWS", "COLUMNS"


@dataclass(frozen=True, slots=True)
class Room:
    """Rows or columns that are inserted: from where on, and how many."""

    at: int = 0
    count: int = 0

    def __contains__(self, place: int) -> bool:
        return self.at <= place < self.at + self.count

    def before(self, place: int) -> int:
        """Where a place that isn't in it was before the room was made."""
        return place - self.count if place >= self.at + self.count else place

    def after(self, place: int) -> int:
        """Where a place is once the room was made."""
        return place + self.count if place >= self.at else place


class GridChange:
    """What becomes of a tab's grid before anything is written on it.

    What is added gets rows and columns of its own, `new_rows` and `new_columns`, inserted by the
    batch that fills them: cells that were blank at the read may be people's by then. `found` is
    what stood on the tab at the read.
    """

    def __init__(self, tab: TabState) -> None:
        self._tab = tab
        self.found = tab.values()
        self.new_rows, self.new_columns = Room(), Room()
        self._inserted: list[Request] = []
        self._rows, self._columns = tab.grid.rows, tab.grid.columns

    def need(self, rows: int, columns: int) -> None:
        """Lets the grid have at least so many rows and columns."""
        self._rows, self._columns = max(self._rows, rows), max(self._columns, columns)

    def insert_columns(self, at: int, count: int, *, like_before: bool = False) -> None:
        """Inserts columns before everything else is done; places are meant as after that. They
        look like the column that stands there, or like the one before it."""
        if self._tab.is_new:  # nobody is on it yet
            return
        grid = self._tab.grid
        grid.columns += self._insert(_COLUMN, at, count, grid.columns, like_before)
        self._tab.insert_columns(at, count)
        self._columns = max(self._columns + count, grid.columns)
        self.new_columns = Room(at, count)

    def insert_rows(self, at: int, count: int) -> None:
        """Inserts rows as `insert_columns` does columns."""
        if self._tab.is_new:
            return
        grid = self._tab.grid
        grid.rows += self._insert(_ROW, at, count, grid.rows, False)
        self._tab.insert_rows(at, count)
        self._rows = max(self._rows + count, grid.rows)
        self.new_rows = Room(at, count)

    def requests(self) -> list[Request]:
        """All of it, in order."""
        grid = self._tab.grid
        lacking = {_ROW: self._rows - grid.rows, _COLUMN: self._columns - grid.columns}
        grown = [
            self._append(dimension, length) for dimension, length in lacking.items() if length > 0
        ]
        return [*self._inserted, *grown]

    def _insert(self, dimension: str, at: int, count: int, size: int, like_before: bool) -> int:
        """Asks for it; returns by how much the grid grows at its end before. Behind the last column
        nothing can be inserted, and what is appended there might not come to stand where it is
        meant to."""
        growth = max(0, at + 1 - size)
        if growth:
            self._inserted.append(self._append(dimension, growth))
        span = {"dimension": dimension, "startIndex": at, "endIndex": at + count}
        self._inserted.append(
            {
                "insertDimension": {
                    "range": {"sheetId": self._tab.id, **span},
                    "inheritFromBefore": like_before,
                }
            }
        )
        return growth

    def _append(self, dimension: str, length: int) -> Request:
        return {
            "appendDimension": {
                "sheetId": self._tab.id,
                "dimension": dimension,
                "length": length,
            }
        }
