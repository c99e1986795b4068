"""A spreadsheet on which `setup` runs and people work: what its tests share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sheets_dialer.app.wiring import google_client
from sheets_dialer.config import load_config
from sheets_dialer.google_sheets import QueueTab, Spreadsheet
from sheets_dialer.google_sheets.setup.prepare import prepare
from tests.support.dialing import Shop

Resource = dict[str, Any]
VIEWS = {"Callbacks", "Check", "Not reached", "Not called"}


class Desk:
    """A spreadsheet with a person and `setup`, each with an account of its own."""

    def __init__(self, shop: Shop, header: tuple[str, ...] = ("Phone", "Amount")) -> None:
        self.shop = shop
        config = load_config(shop.config)
        person = shop.sandbox.person_client()
        book = person.create("A shop's sheet")
        account = shop.sandbox.credentials().service_account_email
        book.share(account, perm_type="user", role="writer", notify=False)
        self.book = person.open_by_key(book.id)
        self.book.sheet1.update_title("Calls")
        self.book.sheet1.update([list(header)], "A1")
        self.connection = Spreadsheet(google_client(config.google), book.id)
        self.left_out: list[str] = []
        """What the last setup left out, and why."""

    def setup(self, tab: str = "Calls", campaign: str = "orders", **wishes: Any) -> list[str]:
        """Runs setup as the command does."""
        sheet = QueueTab(self.connection, tab, {})
        prepared = prepare(self.connection, sheet, tab, campaign, **wishes)
        self.left_out = prepared.left_out
        return prepared.added

    def person(self, *requests: Mapping[str, Any]) -> None:
        """What a person does, as requests of one batch."""
        self.book.batch_update({"requests": list(requests)})

    def all(self) -> Resource:
        """Everything about the spreadsheet with its cells, as its owner sees it."""
        answer: Resource = self.book.fetch_sheet_metadata({"includeGridData": "true"})
        return answer

    def tab(self, title: str) -> Resource:
        """One tab of that."""
        sheets = self.all()["sheets"]
        return next(each for each in sheets if each["properties"]["title"] == title)

    def column(self, title: str, tab: str = "Calls") -> int:
        """Where a header stands, from 0."""
        return self.book.worksheet(tab).row_values(1).index(title)

    def row(self, label: str) -> int:
        """Where a label of the control tab stands, from 0."""
        return self.book.worksheet("Dialer").col_values(1).index(label)

    def sheet_id(self, tab: str = "Calls") -> int:
        """A tab's id."""
        return int(self.book.worksheet(tab).id)

    def looks(self, column: int, tab: str = "Calls") -> list[str | None]:
        """The background of a column's cells as the sandbox's page paints it."""
        place = f"document={self.book.id}&sheet={self.sheet_id(tab)}&start=0&end=30"
        page = self.shop.sandbox.get(f"/_page/rows?{place}")
        painted = [row[column] if column < len(row) else None for row in page["rows"]]
        return [
            page["looks"][cell["look"]].get("background") if cell and "look" in cell else None
            for cell in painted
        ]

    def writes(self) -> int:
        """How many writes came to Google Sheets so far."""
        return int(self.shop.sandbox.get("/_sandbox/requests")["sheets"]["write"])

    def requests(self) -> int:
        """How many requests came to Google Sheets so far."""
        return int(self.shop.sandbox.get("/_sandbox/requests")["sheets"]["total"])


def cells(tab: Resource) -> list[list[Resource]]:
    """A tab's cells as Google's CellData."""
    return [row.get("values", []) for row in tab["data"][0].get("rowData", [])]


def columns_of(desk: Desk, column: int, tab: str = "Calls") -> Resource:
    """Google's range of a column."""
    sheet_id = desk.sheet_id(tab)
    return {
        "sheetId": sheet_id,
        "dimension": "COLUMNS",
        "startIndex": column,
        "endIndex": column + 1,
    }
