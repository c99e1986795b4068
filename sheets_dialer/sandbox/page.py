"""The page at `/`: the sheets as live tables, and the calls in progress beside them.

What a person does on the page becomes a request to the same service that clients use, made as the
person's account, so there is one way to write and the page can do nothing that the API can't.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import orjson

from .google.formulas.calculator import Calculator
from .google.library import Document, Library
from .google.model import Workbook
from .http import Request, Response, json_response
from .page_calls import calls_json
from .page_charts import charts_json
from .page_grid import rows_json, tabs_json
from .portal.acts import ActError
from .portal.service import PortalService

_FILES = Path(__file__).with_name("page")
_TYPES: Mapping[str, str] = MappingProxyType(
    {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
)
_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "cache-control": "no-store",
        "content-security-policy": "default-src 'self'; img-src data:; style-src 'self' "
        "'unsafe-inline'; frame-ancestors 'none'",
    }
)
_PREFIX = "/_page"
_MOST_ROWS = 500
"""How many rows one answer carries at most."""


class Sheets(Protocol):
    """The part of Google Sheets that the page needs."""

    def handle(self, request: Request, account: str) -> Response: ...

    def calculator(self, document: Document) -> Calculator: ...


@dataclass(slots=True)
class _Seen:
    """What was worked out about a document's tabs, and for which state of it."""

    workbook: Workbook
    revision: int
    tabs: list[dict[str, Any]]


class PageService:
    """Serves the page, its state, its rows, and what a person does on it.

    Args:
        library: the spreadsheets.
        portal: the calls and their account.
        sheets: carries out the person's edits.
        person: the account that edits; where it may not, the spreadsheet's owner does.
        portal_now: the portal's clock.
        speed: how many times faster the portal's clock runs.
        counts: how many requests came so far, by service and kind.
    """

    def __init__(
        self,
        library: Library,
        portal: PortalService,
        sheets: Sheets,
        *,
        person: str,
        portal_now: Callable[[], float],
        speed: float,
        counts: Callable[[], Mapping[str, Mapping[str, int]]],
    ) -> None:
        self._library = library
        self._portal = portal
        self._sheets = sheets
        self._person = person
        self._portal_now = portal_now
        self._speed = speed
        self._counts = counts
        self._seen: dict[str, _Seen] = {}
        self._files = {
            path.name: (path.read_bytes(), f"{_TYPES[path.suffix]}; charset=utf-8")
            for path in _FILES.iterdir()
            if path.suffix in _TYPES
        }

    def handle(self, request: Request) -> Response:
        """Answers `/` and everything under `/_page/`."""
        name = "index.html" if request.path == "/" else request.path.removeprefix(f"{_PREFIX}/")
        if name.startswith("v4/"):
            return self._edit(request)
        if name == "call":
            return self._act(request)
        if request.method not in ("GET", "HEAD"):
            return _refusal(405, "The page is only read here.")
        if name in self._files:
            return Response(200, *self._files[name], _HEADERS)
        if name == "state":
            return self._state(request)
        if name == "rows":
            return self._rows(request)
        return _refusal(404, "The page has no such part.")

    def _state(self, request: Request) -> Response:
        """Everything but the cells; 204 when nothing differs from the version that is known."""
        asked = _parameters(request)
        document = self._library.documents.get(asked.get("document", ""))
        if document is None:
            document = next(iter(self._library.documents.values()), None)
        state: dict[str, Any] = {
            "documents": [
                {"id": each.id, "title": each.workbook.properties.get("title", "")}
                for each in self._library.documents.values()
            ],
            "document": self._document(document) if document else None,
            "calls": calls_json(self._portal, self._portal_now()),
            "balance": f"{self._portal.balance():.2f}",
            "requests": self._counts(),
            "speed": self._speed,
            "person": self._person,
        }
        version = hashlib.blake2s(orjson.dumps(state), digest_size=8).hexdigest()
        if asked.get("since") == version:
            return Response(204, headers=_HEADERS)
        state |= {"version": version, "now": self._portal_now()}
        return json_response(state, headers=_HEADERS)

    def _document(self, document: Document) -> dict[str, Any]:
        seen = self._look(document)
        return {
            "id": document.id,
            "title": document.workbook.properties.get("title", ""),
            "revision": f"{seen.revision}-{document.modified_at}",
            "tabs": seen.tabs,
        }

    def _look(self, document: Document) -> _Seen:
        workbook = document.workbook
        seen = self._seen.get(document.id)
        if seen is None or seen.workbook is not workbook:
            revision = seen.revision + 1 if seen else 0
            seen = self._seen[document.id] = _Seen(workbook, revision, tabs_json(workbook))
        return seen

    def _rows(self, request: Request) -> Response:
        asked = _parameters(request)
        document = self._library.documents.get(asked.get("document", ""))
        if document is None:
            return _refusal(404, "There is no such spreadsheet.")
        workbook = document.workbook
        tab = next((tab for tab in workbook if str(tab.id) == asked.get("sheet")), None)
        try:
            start, end = int(asked.get("start", "0")), int(asked.get("end", "100"))
        except ValueError:
            return _refusal(400, "start and end must be row indexes.")
        if tab is None:
            return _refusal(404, "There is no such tab.")
        start = max(0, start)
        end = min(end, tab.row_count, start + _MOST_ROWS)
        calculator = self._sheets.calculator(document)
        answer = rows_json(tab, range(start, end), calculator)
        answer["charts"] = charts_json(tab, calculator)
        answer["revision"] = self._document(document)["revision"]
        return json_response(answer, headers=_HEADERS)

    def _edit(self, request: Request) -> Response:
        """Passes the page's request to Google Sheets, in the person's name."""
        path = request.path.removeprefix(_PREFIX)
        document_id = path.removeprefix("/v4/spreadsheets/").split("/")[0].split(":")[0]
        document = self._library.documents.get(document_id)
        account = self._person
        if document is not None and document.role_of(account) not in ("owner", "writer"):
            account = document.owner
        return self._sheets.handle(replace(request, path=path), account)

    def _act(self, request: Request) -> Response:
        """Does with a call what a person at the phone would."""
        if request.method != "POST":
            return _refusal(405, "Calls are acted on by POST.")
        try:
            wish = orjson.loads(request.body)
            call_id, what = str(wish["call_id"]), str(wish["act"])
        except (orjson.JSONDecodeError, TypeError, KeyError):
            return _refusal(400, 'Expected {"call_id": …, "act": …}.')
        try:
            self._portal.act(call_id, what)
        except LookupError as error:
            return _refusal(404, str(error.args[0]))
        except ActError as error:
            return _refusal(409, str(error))
        return json_response({})


def _parameters(request: Request) -> dict[str, str]:
    return {name: values[-1] for name, values in request.query().items()}


def _refusal(status: int, text: str) -> Response:
    return json_response({"error": {"message": text}}, status, headers=_HEADERS)
