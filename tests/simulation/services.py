"""Google Sheets and the portal: the sandbox's own services, called in process.

Between a machine and a service lies a wire that takes its time and may fail in all of the ways that
networks and services fail. Above the wire everything is the program's own, but HTTP.
"""

from __future__ import annotations

import json
import random
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from gspread.exceptions import APIError

from sheets_dialer.google_sheets import QueueTab, Spreadsheet
from sheets_dialer.google_sheets.setup.prepare import prepare
from sheets_dialer.portal.session import QUERY_KEY_HEADER, NeverConnected
from sheets_dialer.sandbox.google.behaviour import Behaviour
from sheets_dialer.sandbox.google.creation import new_document, workbook_from_json
from sheets_dialer.sandbox.google.errors import GoogleError
from sheets_dialer.sandbox.google.ids import Ids
from sheets_dialer.sandbox.google.library import Document, Library
from sheets_dialer.sandbox.google.service import SheetsService
from sheets_dialer.sandbox.http import Request, Response, json_response
from sheets_dialer.sandbox.portal.service import PortalService

from .virtual_time import Hub

PERSON = "owner@sandbox.example"
API_KEY = "rk-7Gq2Zt9xVb4LmPw8"
TAB = "Calls"
PEOPLES = ("Phone", "Amount", "Store", "Order ID", "Mine")
OLDEST_READ = 290.0
"""How many seconds an answer may lag behind: a pass or several. The sandbox remembers 300."""
GIVES_UP_AFTER = 60.0
"""Seconds without an answer after which a machine gives a request up, about as the program does."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A time in which requests to a service fail in one way, at this rate."""

    service: str
    kind: str
    rate: float
    until: float


class Wire:
    """Carries requests, with delays and troubles drawn from a seeded source."""

    def __init__(self, hub: Hub, source: random.Random, delay: float) -> None:
        self._hub = hub
        self._delay = delay
        self._source = source
        self.troubles: list[Trouble] = []

    def carry(
        self,
        service: str,
        handle: Callable[[float], Response],
        refuse: Callable[[int], Response],
        *,
        reads: bool,
        is_alive: Callable[[], bool],
    ) -> Response:
        """The answer to one request, after its time.

        Raises:
            requests.RequestException: the wire broke, or no answer came.
        """
        kind = self._trouble(service, reads=reads)
        there, back = (self._source.uniform(0.02, self._delay) for _ in range(2))
        if kind == "never connected":
            self._hub.sleep(there)
            connection = SimpleNamespace(default_scheme="http", host="portal.example")
            reason = NeverConnected(connection, OSError("no route to host"))  # type: ignore[arg-type]
            raise requests.ConnectionError(SimpleNamespace(reason=reason))
        if kind == "slow":
            back += self._source.uniform(5, 45)
        if kind == "late":
            # It arrives after whoever sent it has given it up.
            moment = self._hub.now + GIVES_UP_AFTER + self._source.uniform(0, 30)
            self._hub.at(moment, lambda: handle(0.0) and None)
        if kind in ("lost", "late"):
            self._hub.sleep(GIVES_UP_AFTER)
            raise requests.ReadTimeout("timed out")
        self._hub.sleep(there)
        assert is_alive()
        if kind in ("500", "429"):
            answer = refuse(int(kind))
        else:
            answer = handle(self._source.uniform(1, OLDEST_READ) if kind == "stale" else 0.0)
        if kind == "503-applied":
            answer = refuse(503)
        self._hub.sleep(back)
        if kind == "broken":
            raise requests.ConnectionError("connection reset by peer")
        return answer

    def _trouble(self, service: str, *, reads: bool) -> str | None:
        now = self._hub.now
        if not self.troubles:
            return None
        self.troubles = [each for each in self.troubles if each.until > now]
        for each in self.troubles:
            fits = each.service == service and (reads or each.kind != "stale")
            fits = fits and (not reads or each.kind != "late")
            if fits and self._source.random() < each.rate:
                return each.kind
        return None


class Google:
    """The sandbox's Sheets with one spreadsheet that is ready to be dialled."""

    def __init__(self, hub: Hub, wire: Wire, behaviour: Behaviour) -> None:
        self._hub = hub
        self._wire = wire
        self._library = Library()
        document = _ready_document()
        self._library.add(
            replace(document, created_at=hub.now, modified_at=hub.now, history=deque())
        )
        self.key = document.id
        self.service = SheetsService(self._library, Ids(random.Random(1)), lambda: hub.now)
        self.service.behaviour = behaviour

    def client(self, is_alive: Callable[[], bool]) -> Any:
        """What a `Spreadsheet` needs of gspread's client, for one machine."""

        def request(method: str, endpoint: str, params: Any = None, json: Any = None) -> Any:
            asked = request_of(method, endpoint, params, json)
            answer = self._wire.carry(
                "sheets",
                lambda age: self.service.handle(asked, PERSON, age=age),
                lambda code: GoogleError(code, "The service is currently unavailable.").response(),
                reads=self.service.is_read(asked),
                is_alive=is_alive,
            )
            return good(answer)

        return client_of(request)

    def person(self) -> Any:
        """The same for people, whose acts take no time and never fail."""
        return client_of(
            lambda method, endpoint, params=None, json=None: good(
                self.service.handle(request_of(method, endpoint, params, json), PERSON)
            )
        )

    def values(self, tab: str) -> list[list[str]]:
        """What stands in a tab, as people see it."""
        endpoint = f"/v4/spreadsheets/{self.key}/values/{tab}"
        found = self.person().http_client.request("get", endpoint, {"majorDimension": "ROWS"})
        values: list[list[str]] = json.loads(found.content).get("values", [])
        return values


class PortalSession:
    """What the portal's client needs of a session, for one machine."""

    def __init__(self, wire: Wire, service: PortalService, is_alive: Callable[[], bool]) -> None:
        self._wire = wire
        self._service = service
        self._is_alive = is_alive
        self._plain = requests.Session()

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        return self._plain.prepare_request(request)

    @contextmanager
    def send(self, request: requests.PreparedRequest, **_options: Any) -> Iterator[Any]:
        parts = urlsplit(str(request.url))
        headers = {name.lower(): str(value) for name, value in request.headers.items()}
        key = headers.pop(QUERY_KEY_HEADER, None)
        query = "&".join(filter(None, (parts.query, key and urlencode({"api_key": key}))))
        asked = Request("GET", parts.path, query, headers)
        answer = self._wire.carry(
            "calls" if parts.path == "/api/calls" else "portal",
            lambda age: self._service.handle(asked, age=age),
            lambda code: json_response({"status": code, "response": "Server Error"}, code),
            reads=parts.path != "/api/calls",
            is_alive=self._is_alive,
        )
        pieces = [answer.body]
        raw = SimpleNamespace(read1=lambda _most, **_o: pieces.pop() if pieces else b"")
        yield SimpleNamespace(status_code=answer.status, raw=raw, headers=answer.headers)

    def close(self) -> None:
        """Nothing is open."""


def client_of(request: Callable[..., Any]) -> Any:
    http = SimpleNamespace(request=request)
    return SimpleNamespace(http_client=http, set_timeout=lambda _seconds: None)


def request_of(method: str, endpoint: str, params: Any, body: Any) -> Request:
    query = urlencode(params or {}, doseq=True)
    data = b"" if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    return Request(method.upper(), urlsplit(endpoint).path, query, headers, data)


def good(answer: Response) -> Any:
    """The answer as gspread gives it.

    Raises:
        APIError: Google refused.
    """
    if answer.status < 400:
        return SimpleNamespace(content=answer.body)
    response = requests.Response()
    response.status_code = answer.status
    response._content = answer.body  # as requests itself fills it
    raise APIError(response)


@lru_cache
def _ready_document() -> Document:
    """A spreadsheet with a queue tab on which everything is set up, made once by the program's own
    setup."""
    ids = Ids(random.Random(2))
    properties = {"title": TAB, "gridProperties": {"rowCount": 400, "columnCount": 26}}
    asked = {
        "properties": {"title": "Shop", "timeZone": "Asia/Karachi"},
        "sheets": [{"properties": properties}],
    }
    document = new_document(workbook_from_json(asked, ids), PERSON, ids=ids, now=0.0)
    library = Library()
    library.add(document)
    service = SheetsService(library, ids, lambda: 0.0)
    client = client_of(
        lambda method, endpoint, params=None, json=None: good(
            service.handle(request_of(method, endpoint, params, json), PERSON)
        )
    )
    spreadsheet = Spreadsheet(client, document.id)
    (tab,) = spreadsheet.tabs()
    start = {"sheetId": tab, "rowIndex": 0, "columnIndex": 0}
    header = [{"userEnteredValue": {"stringValue": title}} for title in PEOPLES]
    cells = {"start": start, "rows": [{"values": header}], "fields": "userEnteredValue"}
    spreadsheet.batch([{"updateCells": cells}])
    prepare(spreadsheet, QueueTab(spreadsheet, TAB, {}), TAB, "orders")
    # Rows that stay blank cost time in every read and say nothing.
    rows = {TAB: 80, "Dialer": 40, "Do Not Call": 16}
    for each in spreadsheet.tabs().values():
        grid = {"sheetId": each.id, "gridProperties": {"rowCount": rows[each.title]}}
        shrink = {"properties": grid, "fields": "gridProperties.rowCount"}
        spreadsheet.batch([{"updateSheetProperties": shrink}])
    return library.documents[document.id]
