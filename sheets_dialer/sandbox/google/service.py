"""Google Sheets v4 behind its HTTP paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

import orjson

from ..http import Request, Response, json_response
from . import batch, metadata_methods, values_methods
from .a1 import parse_range
from .behaviour import AS_KNOWN, OVERLAP_SECONDS
from .call import Call
from .copying import copy_to
from .creation import new_document, workbook_from_json
from .data_filters import selected
from .errors import GoogleError, permission_denied, unsupported_document, violation
from .fieldmask import Mask
from .formulas.calculator import Calculator
from .ids import Ids
from .imports import Imports, Loading
from .library import Document, Library
from .merges import drop_covered_values
from .ranges import GridRange
from .resources import spreadsheet_json
from .schema import has_field, read, read_query, request_of, response_of
from .table_layout import name_formula_headers
from .values import inside_grid

_ROOT = "/v4/spreadsheets"
_BODY_PLACES = {
    "spreadsheets.values.update": "data",
    "spreadsheets.values.append": "data",
    "spreadsheets.create": "spreadsheet",
}
"""What Google calls the message that these methods carry in their body (recorded for update)."""


@dataclass(frozen=True, slots=True)
class _Route:
    """A method by its name in the discovery document, and what the path names."""

    method: str
    spreadsheet_id: str = ""
    subject: str = ""


class SheetsService:
    """Answers every request under ``/v4/``; a handler runs to its end, so each is atomic."""

    def __init__(self, library: Library, ids: Ids, clock: Callable[[], float]) -> None:
        self._library = library
        self._ids = ids
        self._clock = clock
        self.behaviour = AS_KNOWN
        self.loading = Loading()
        values = "spreadsheets.values."
        self._reads = {
            "spreadsheets.get": _get,
            "spreadsheets.getByDataFilter": _get_by_data_filter,
            **{values + name: method for name, method in values_methods.READS.items()},
            **{
                f"spreadsheets.developerMetadata.{name}": method
                for name, method in metadata_methods.READS.items()
            },
        }
        self._writes = {
            "spreadsheets.batchUpdate": self._batch_update,
            **{values + name: method for name, method in values_methods.WRITES.items()},
        }

    def is_read(self, request: Request) -> bool:
        """Whether the request changes nothing, as Google counts it for its quotas."""
        request = _plain(request)
        return request.method == "GET" or request.path.endswith(
            (":batchGetByDataFilter", ":getByDataFilter", "/developerMetadata:search")
        )

    def handle(self, request: Request, account: str, *, age: float = 0.0) -> Response:
        """The answer to one request of an account.

        Args:
            age: answers a read from the state of so many seconds ago, as a replica of Google's
                that lags behind would.
        """
        try:
            return self._handle(_plain(request), account, age)
        except GoogleError as error:
            return error.response()

    def calculator(self, document: Document) -> Calculator:
        """Works out the formulas of a document as it stands now."""
        imports = Imports(self._library, self.loading, document)
        return Calculator(document.workbook, self._clock(), imports)

    def load(self, seconds: float) -> None:
        """Makes formulas that fetch from elsewhere say ``Loading...`` for so long."""
        self.loading.order(seconds, self._clock())

    def _handle(self, request: Request, account: str, age: float) -> Response:
        route = _route(request.method, request.path)
        if route is None:
            return _unknown_url(request.path)
        query = read_query(route.method, request.query())
        body = _body(route.method, request.body)
        mask = _mask(query.get("fields") or request.headers.get("x-goog-fieldmask"), route.method)
        answer = self._answer(route, account, query, body, mask, age)
        if mask is not None:
            answer = mask.project(answer)
        return json_response(answer, pretty=query.get("prettyPrint", True))

    def _answer(
        self,
        route: _Route,
        account: str,
        query: dict[str, Any],
        body: dict[str, Any],
        mask: Mask | None,
        age: float,
    ) -> dict[str, Any]:
        if route.method == "spreadsheets.create":
            return self._create(account, body, mask)
        if route.spreadsheet_id in self.behaviour.strangers_files:
            raise permission_denied()
        read_method = self._reads.get(route.method)
        document = self._library.open(
            route.spreadsheet_id, account, to_write=read_method is None and not _copies(route)
        )
        if document.id in self.behaviour.office_files:
            raise unsupported_document()
        now = self._clock()
        call = Call(
            document=document,
            workbook=document.aged(age, now) if age else document.workbook,
            account=account,
            now=now,
            query=query,
            body=body,
            mask=mask,
            subject=route.subject,
            imports=Imports(self._library, self.loading, document),
        )
        if read_method is not None:
            return read_method(call)
        if _copies(route):
            return copy_to(call, self._library, self._ids)
        if route.method != "spreadsheets.batchUpdate":  # which makes its own draft
            call.workbook = document.workbook.draft()
        answer = self._writes[route.method](call)
        drop_covered_values(call.workbook)
        name_formula_headers(call.workbook)
        self.loading.notice(document.id, document.workbook, call.workbook, call.now)
        self._library.commit(document, call.workbook, call.now)
        return answer

    def _create(self, account: str, body: dict[str, Any], mask: Mask | None) -> dict[str, Any]:
        now = self._clock()
        workbook = workbook_from_json(body, self._ids)
        document = new_document(workbook, account, ids=self._ids, now=now)
        self._library.add(document)
        return spreadsheet_json(
            document,
            workbook,
            ranges=None,
            grid_data=mask is not None and mask.covers("sheets", "data"),
            account=account,
            calculator=Calculator(workbook, now),
            mask=mask,
        )

    def _batch_update(self, call: Call) -> dict[str, Any]:
        if not self.behaviour.atomic_batches:
            return self._batch_piece_by_piece(call)
        if self.behaviour.rebased:
            return self._batch_rebased(call)
        return self._apply(call, call.body)

    def _batch_rebased(self, call: Call) -> dict[str, Any]:
        """A batch that is refused for what another writer did within the last second is fitted to
        what that one left, if it was right before."""
        try:
            return self._apply(call, call.body)
        except GoogleError:
            for before in call.document.since(call.now - OVERLAP_SECONDS):
                with suppress(GoogleError):
                    self._apply(call, call.body, on=replace(call.document, workbook=before))
                    return self._apply(call, call.body, rebasing=True)
            raise

    def _apply(
        self,
        call: Call,
        body: Mapping[str, Any],
        *,
        on: Document | None = None,
        rebasing: bool = False,
    ) -> dict[str, Any]:
        call.workbook, answer = batch.batch_update(
            on or call.document,
            body,
            account=call.account,
            now=call.now,
            ids=self._ids,
            mask=call.mask,
            behaviour=self.behaviour,
            imports=call.imports,
            rebasing=rebasing,
        )
        return answer

    def _batch_piece_by_piece(self, call: Call) -> dict[str, Any]:
        """Each request on its own, so that those before a refused one stay applied."""
        answer: dict[str, Any] = {"spreadsheetId": call.document.id, "replies": []}
        for request in call.body.get("requests") or ():
            piece = self._apply(call, {**call.body, "requests": [request]})
            self._library.commit(call.document, call.workbook, call.now)
            answer |= piece | {"replies": answer["replies"] + piece["replies"]}
        return answer


def _get(call: Call) -> dict[str, Any]:
    texts = call.query.get("ranges")
    ranges = [parse_range(call.workbook, text) for text in texts] if texts else None
    return _spreadsheet(call, ranges, includes_cells=bool(call.query.get("includeGridData")))


def _get_by_data_filter(call: Call) -> dict[str, Any]:
    """No filter means every tab, and so do lookups that select nothing (measured by others)."""
    workbook = call.workbook
    each_once: dict[GridRange, GridRange] = {}
    for data_filter in call.body.get("dataFilters") or ():
        for area in selected(workbook, data_filter, tab_word="sheet"):
            each_once.setdefault(workbook.sheet(area.sheet_id).bounded(area), area)
    ranges = list(each_once.values()) or None
    return _spreadsheet(call, ranges, includes_cells=bool(call.body.get("includeGridData")))


def _spreadsheet(
    call: Call, ranges: list[GridRange] | None, *, includes_cells: bool
) -> dict[str, Any]:
    """The Spreadsheet. A field mask overrules what was said about cells (documented)."""
    workbook = call.workbook
    for area in ranges or ():
        inside_grid(workbook.sheet(area.sheet_id), area)
    return spreadsheet_json(
        call.document,
        workbook,
        ranges=ranges,
        grid_data=call.mask.covers("sheets", "data") if call.mask else includes_cells,
        account=call.account,
        calculator=call.calculator,
        mask=call.mask,
    )


def _copies(route: _Route) -> bool:
    return route.method == "spreadsheets.sheets.copyTo"


def _plain(request: Request) -> Request:
    """The request behind a tunnel: clients send long GETs as POST with the query as body."""
    if request.headers.get("x-http-method-override", "").upper() != "GET":
        return request
    query_string = request.body.decode("utf-8", "replace") or request.query_string
    return Request("GET", request.path, query_string, request.headers)


def _route(method: str, path: str) -> _Route | None:
    """Which method the path and the HTTP method mean; None when there is none."""
    if not path.startswith(_ROOT):
        return None
    path = path.removesuffix("/")  # which Google ignores (recorded)
    segments = path.removeprefix(_ROOT).split("/")
    if segments == [""]:
        return _Route("spreadsheets.create") if method == "POST" else None
    if segments[0]:
        return None
    if len(segments) == 2:
        spreadsheet_id, _, verb = segments[1].partition(":")
        name = {("GET", ""): "get"}.get((method, verb), verb if method == "POST" else "")
        known = name in {"get", "batchUpdate", "getByDataFilter"} and (name != "get" or not verb)
        return _Route(f"spreadsheets.{name}", unquote(spreadsheet_id)) if known else None
    if len(segments) == 3:
        collection, _, verb = segments[2].partition(":")
        return _collection_route(method, unquote(segments[1]), collection, verb)
    if len(segments) == 4:
        return _item_route(method, unquote(segments[1]), segments[2], segments[3])
    return None


def _collection_route(
    method: str, spreadsheet_id: str, collection: str, verb: str
) -> _Route | None:
    if (method, collection, verb) == ("POST", "developerMetadata", "search"):
        return _Route("spreadsheets.developerMetadata.search", spreadsheet_id)
    expected = "GET" if verb == "batchGet" else "POST"
    is_known = collection == "values" and (
        verb in values_methods.READS or verb in values_methods.WRITES
    )
    if not is_known or not verb.startswith("batch") or method != expected:
        return None
    return _Route(f"spreadsheets.values.{verb}", spreadsheet_id)


def _item_route(method: str, spreadsheet_id: str, collection: str, item: str) -> _Route | None:
    verb = {"GET": "get", "PUT": "update"}.get(method)
    if method == "POST":
        item, _, verb = item.rpartition(":")
    if collection == "values" and verb in {"get", "update", "append", "clear"}:
        return _Route(f"spreadsheets.values.{verb}", spreadsheet_id, unquote(item))
    if collection == "developerMetadata" and method == "GET":
        return _Route("spreadsheets.developerMetadata.get", spreadsheet_id, unquote(item))
    if collection == "sheets" and verb == "copyTo":
        return _Route("spreadsheets.sheets.copyTo", spreadsheet_id, unquote(item))
    return None


def _body(method: str, raw: bytes) -> dict[str, Any]:
    message = request_of(method)
    if message is None or not raw.strip():
        return {}
    try:
        parsed = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise violation(
            "", f"Invalid JSON payload received. {str(error).partition(':')[0].capitalize()}."
        ) from error
    return read(message, {} if parsed is None else parsed, _BODY_PLACES.get(method, ""))


def _mask(text: str | None, method: str) -> Mask | None:
    """The mask over the answer.

    Raises:
        GoogleError: 400 when it can't be read or names what the answer doesn't have.
    """
    if not text:
        return None
    mask = Mask.parse(text)
    message = response_of(method)
    for path in mask.paths():
        if not has_field(message, *path):
            name = ".".join(path)
            refusal = violation(
                name,
                "Error expanding 'fields' parameter. "
                f"Cannot find matching fields for path '{name}'.",
            )
            raise GoogleError(400, "Request contains an invalid argument.", details=refusal.details)
    return mask


def _unknown_url(path: str) -> Response:
    text = (
        "<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n"
        f"<p>The requested URL <code>{path.replace('<', '&lt;')}</code> was not found on this "
        "server.\n"
    )
    return Response(404, text.encode(), content_type="text/html; charset=UTF-8")
