"""A business with several queues: tabs of one spreadsheet or of many, each with a campaign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gspread

from tests.support.dialing import Shop

ALWAYS = {"monday-sunday": "00:00-24:00"}


class Chain(Shop):
    """A shop whose campaigns are made by `add`; `books` holds each one's spreadsheet."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop.sandbox)
        self.client = self.sandbox.dialer_client()
        self.books: dict[str, gspread.Spreadsheet] = {}
        self._campaigns: list[dict[str, Any]] = []

    def add(
        self, name: str, *numbers: str, book: gspread.Spreadsheet | None = None, **settings: Any
    ) -> gspread.Spreadsheet:
        """A campaign on a tab of its own name, in a spreadsheet that is there or a new one."""
        made = book or self.client.create(name)
        self.books[name] = made
        tab = made.add_worksheet(name, rows=len(numbers) + 5, cols=12)
        tab.update([["Phone"], *([number] for number in numbers)], "A1", raw=True)
        self._campaigns.append(
            {
                "name": name,
                "spreadsheet": made.id,
                "tab": name,
                "voice_id": "102",
                "calling_hours": ALWAYS,
                **settings,
            }
        )
        return made

    def open(self, **sections: Mapping[str, Any] | float) -> None:
        """Writes the configuration, sets all sheets up, and says RUN for every campaign.

        Many requests a minute are let through unless `sections` says otherwise."""
        self.change(campaigns=self._campaigns, google={"requests_per_minute": 6000})
        self.set_up()
        self.change(**sections)
        for book in {book.id: book for book in self.books.values()}.values():
            tab = book.worksheet("Dialer")
            first, *_ = grid = tab.get_all_values()
            row = next(i for i, cells in enumerate(grid, start=1) if cells[0] == "Control")
            tab.update([["RUN"] * (len(first) - 1)], f"B{row}")

    def say(self, name: str, label: str, word: str) -> None:
        """Types into a campaign's cell of its Dialer tab."""
        row, column = self._place(name, label)
        self.books[name].worksheet("Dialer").update_cell(row, column, word)

    def state(self, name: str, label: str = "State") -> str:
        """A campaign's cell of its Dialer tab."""
        row, column = self._place(name, label)
        return str(self.books[name].worksheet("Dialer").cell(row, column).value or "")

    def rows_of(self, name: str) -> list[dict[str, str]]:
        """A campaign's rows by header."""
        header, *rows = self.books[name].worksheet(name).get_all_values()
        return [dict(zip(header, row, strict=True)) for row in rows if any(row)]

    def _place(self, name: str, label: str) -> tuple[int, int]:
        grid = self.books[name].worksheet("Dialer").get_all_values()
        row = next(i for i, cells in enumerate(grid, start=1) if cells and cells[0] == label)
        return row, grid[0].index(name) + 1
