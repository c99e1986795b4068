"""Google's services of the sandbox without a server around them, for tests."""

from __future__ import annotations

import json
import random
from typing import Any
from urllib.parse import quote, urlencode

from sheets_dialer.sandbox.google.drive import DriveService
from sheets_dialer.sandbox.google.ids import Ids
from sheets_dialer.sandbox.google.library import Library
from sheets_dialer.sandbox.google.service import SheetsService
from sheets_dialer.sandbox.http import Request, Response

OWNER = "owner@example.com"
FRIEND = "friend@example.com"
STRANGER = "stranger@example.com"
SPREADSHEET_TYPE = "application/vnd.google-apps.spreadsheet"


class Refused(AssertionError):
    """An answer other than 2xx; knows its HTTP code and the error in its body."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.body.decode())
        self.code = response.status
        self.error: dict[str, Any] = json.loads(response.body)["error"]
        self.message: str = self.error["message"]


class Services:
    """Sheets and Drive on one library, with a clock that tests set."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0
        self.library = Library()
        ids = Ids(random.Random(7))
        self.sheets = SheetsService(self.library, ids, lambda: self.now)
        self.drive = DriveService(self.library, ids, lambda: self.now)
        self.id = self.new_spreadsheet("Queue")

    def new_spreadsheet(self, title: str, *, account: str = OWNER, **body: Any) -> str:
        """Makes a spreadsheet and gives its id."""
        created = self.call(
            "POST", "/v4/spreadsheets", {"properties": {"title": title}, **body}, account=account
        )
        return str(created["spreadsheetId"])

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        account: str = OWNER,
        age: float = 0.0,
        **query: Any,
    ) -> Any:
        """The answer's JSON.

        Raises:
            Refused: the service refused.
        """
        response = self.send(method, path, body, account=account, age=age, **query)
        if response.status >= 300:
            raise Refused(response)
        return json.loads(response.body) if response.body else None

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        account: str = OWNER,
        age: float = 0.0,
        **query: Any,
    ) -> Response:
        """The answer as it is."""
        request = Request(
            method=method,
            path=path,
            query_string=urlencode(query, doseq=True),
            headers={},
            body=b"" if body is None else json.dumps(body).encode(),
        )
        if path.startswith(("/drive/", "/upload/drive/")):
            return self.drive.handle(request, account)
        return self.sheets.handle(request, account, age=age)

    def values(self, method: str, range_text: str, body: Any = None, **query: Any) -> Any:
        """A call of values.get, values.update (PUT), or of ``POST`` with ``verb=append|clear``."""
        verb = query.pop("verb", "")
        path = f"{self.values_path}/{quote(range_text, safe='')}{f':{verb}' if verb else ''}"
        return self.call(method, path, body, **query)

    def get(self, range_text: str, **query: Any) -> list[list[Any]]:
        """The values of a range."""
        values: list[list[Any]] = self.values("GET", range_text, **query).get("values", [])
        return values

    def put(self, range_text: str, values: Any, *, option: str = "RAW", **query: Any) -> Any:
        """Writes values; gives the answer."""
        return self.values("PUT", range_text, {"values": values}, valueInputOption=option, **query)

    def append(self, range_text: str, values: Any, **query: Any) -> Any:
        """Appends values; gives the answer."""
        query = {"valueInputOption": "RAW", **query}
        return self.values("POST", range_text, {"values": values}, verb="append", **query)

    def batch(self, *requests: dict[str, Any], account: str = OWNER) -> Any:
        """A batchUpdate of the spreadsheet."""
        return self.call(
            "POST", f"{self.path}:batchUpdate", {"requests": list(requests)}, account=account
        )

    @property
    def path(self) -> str:
        return f"/v4/spreadsheets/{self.id}"

    @property
    def values_path(self) -> str:
        return f"{self.path}/values"
