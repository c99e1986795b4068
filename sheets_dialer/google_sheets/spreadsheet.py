"""One spreadsheet: requests, Google's faults as errors for people, and its tabs by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gspread
import msgspec

from ..base.clock import ServerTime
from ..base.errors import SheetError, SheetRefused, SheetUnreachable, TokenLost, WriteRefused
from ..base.network_environment import proxy_for
from ..planning.campaign_status import clock_off
from ..texts import say, with_stop
from .google_api import SPREADSHEETS, GoogleApi, GoogleFault, GoogleProblem

_TABS = "properties.timeZone,sheets.properties(sheetId,title,gridProperties(rowCount,columnCount))"
_HINTS = {
    GoogleProblem.KEY_REFUSED: "google_key_hint",
    GoogleProblem.API_DISABLED: "google_share_hint",
    GoogleProblem.NOT_SHARED: "google_share_hint",
    GoogleProblem.NO_SPREADSHEET: "google_address_hint",
}


class _GridRange(msgspec.Struct, rename="camel"):
    sheet_id: int = 0


class _DataFilter(msgspec.Struct, rename="camel"):
    grid_range: _GridRange


class _ValueRange(msgspec.Struct, rename="camel"):
    range: str = ""
    values: list[msgspec.Raw] = []


class _Matched(msgspec.Struct, rename="camel"):
    value_range: _ValueRange
    data_filters: list[_DataFilter]


class _Ranges(msgspec.Struct, rename="camel"):
    """What `values:batchGetByDataFilter` answers (discovery document), rows left as they are."""

    value_ranges: list[_Matched] = []


_read_ranges = msgspec.json.Decoder(_Ranges).decode
_read_cells = msgspec.json.Decoder(list[Any]).decode


@dataclass(frozen=True, slots=True)
class TabFacts:
    """A tab as the spreadsheet lists it."""

    id: int
    title: str
    columns: int
    rows: int = 0


class Spreadsheet:
    """Talks to one spreadsheet. Not safe to share between threads."""

    def __init__(
        self, client: gspread.Client, key: str, server_time: ServerTime | None = None
    ) -> None:
        self._server_time = server_time or ServerTime()
        self._google = GoogleApi(client)
        self._tabs: dict[int, TabFacts] | None = None
        self.time_zone = ""
        """The spreadsheet's time zone by its name, as last looked up with the tabs."""
        self.key = key

    def tabs(self) -> Mapping[int, TabFacts]:
        """The spreadsheet's tabs by id, as last looked up."""
        if self._tabs is None:
            self.look_up_tabs(self.get(_TABS))
        assert self._tabs is not None
        return self._tabs

    def look_up_tabs(self, resource: Mapping[str, Any]) -> None:
        """Takes the tabs from the spreadsheet's resource, which was just read."""
        self.time_zone = str(resource.get("properties", {}).get("timeZone", ""))
        listed = [sheet["properties"] for sheet in resource.get("sheets", [])]
        self._tabs = {
            each["sheetId"]: TabFacts(
                each["sheetId"],
                each["title"],
                each["gridProperties"]["columnCount"],
                each["gridProperties"]["rowCount"],
            )
            for each in listed
            if "gridProperties" in each
        }

    def forget_tabs(self) -> None:
        """Lets the tabs be looked up anew: something said that they are not what they were."""
        self._tabs = None

    def tab_titled(self, title: str) -> TabFacts | None:
        """The tab with this title."""
        return next((tab for tab in self.tabs().values() if tab.title == title), None)

    def get(self, fields: str, ranges: Sequence[str] = ()) -> dict[str, Any]:
        """The spreadsheet's own resource, only these fields of it; with `ranges`, only of the tabs
        and cells that they name."""
        return self._call("get", "", params={"fields": fields, "ranges": list(ranges)})

    def read_rows(self, sheet_ids: Sequence[int]) -> dict[int, list[bytes]]:
        """The rows of these tabs by id, unformatted, in one request; each row as JSON, as Google
        wrote it. `cells_of` reads one. A tab that was renamed is seen by the way, and the tabs are
        looked up anew."""
        answer = self._answer(
            "post",
            "/values:batchGetByDataFilter",
            # Half the bytes: Google indents every cell onto a line of its own unless told not to.
            params={"prettyPrint": "false"},
            json={
                "dataFilters": [{"gridRange": {"sheetId": each}} for each in sheet_ids],
                "valueRenderOption": "UNFORMATTED_VALUE",
            },
        )
        try:
            ranges = _read_ranges(answer).value_ranges
        except msgspec.DecodeError as error:
            raise SheetUnreachable(say("google_unclear")) from error
        # Google sorts the answers and merges equal ones: only its echo of the filters tells which
        # tab each is about.
        by_id = {
            data_filter.grid_range.sheet_id: each.value_range
            for each in ranges
            for data_filter in each.data_filters
        }
        if not by_id.keys() >= set(sheet_ids):
            raise SheetUnreachable(say("google_empty"))
        for sheet_id, answered in by_id.items():
            known = self.tabs().get(sheet_id)
            if known is None or known.title != _title(answered.range):
                self.forget_tabs()
                break
        return {
            sheet_id: [bytes(row) for row in answered.values]
            for sheet_id, answered in by_id.items()
        }

    def batch(
        self, batch: Sequence[Mapping[str, Any]], *, fields: str = "replies", **options: Any
    ) -> dict[str, Any]:
        """Sends one atomic batch.

        Raises:
            TokenLost: its first request was refused, which is the one that takes the token away.
            WriteRefused: another of its requests was.
            SheetRefused, SheetUnreachable: as in `errors`.
        """
        body = {"requests": list(batch), **options}
        return self._call("post", ":batchUpdate", params={"fields": fields}, json=body)

    def _call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        """The answer's JSON object."""
        try:
            answer = msgspec.json.decode(self._answer(method, path, **arguments))
        except msgspec.DecodeError as error:
            raise SheetUnreachable(say("google_unclear")) from error
        if not isinstance(answer, dict) or (not answer and method != "get"):
            raise SheetUnreachable(say("google_empty"))
        return answer

    def _answer(self, method: str, path: str, **arguments: Any) -> bytes:
        """The body of a good answer; every other answer as the error that it means."""
        answer = self._google.ask(method, self.key, path, **arguments)
        if not isinstance(answer, GoogleFault):
            return answer
        if answer.code is not None and not answer.is_quota:
            # Looking them up anew would take still more of a quota that is used up.
            self.forget_tabs()
        raise _sheet_error(answer, self._server_time.seconds_ahead) from answer.cause


def cells_of(row: bytes) -> list[Any]:
    """The cells of a row as `Spreadsheet.read_rows` gives it."""
    return _read_cells(row)


def _title(a1_range: str) -> str:
    """The tab's title in a range such as ``'My Tab'!A1:Z9``."""
    title = a1_range.rpartition("!")[0]
    if title.startswith("'"):
        title = title[1:-1].replace("''", "'")
    return title


def _sheet_error(fault: GoogleFault, seconds_ahead: float) -> SheetError:
    """What a fault means to people who look at the sheet."""
    code, words = fault.code, fault.words
    match fault.problem:
        case GoogleProblem.CLOCK_REFUSED | GoogleProblem.SIGN_IN_REFUSED:
            off = clock_off(seconds_ahead)
            if off or fault.problem is GoogleProblem.CLOCK_REFUSED:
                return SheetRefused(off or say("clock_off_somehow"))
            return SheetRefused(say("google_refused_account", words=words))
        case GoogleProblem.SIGN_IN_SILENT:
            return SheetUnreachable(say("google_sign_in_silent"))
        case GoogleProblem.REDIRECTED:
            return SheetUnreachable(say("google_redirected"))
        case GoogleProblem.PROXY:
            variable = proxy_for(SPREADSHEETS) or "HTTPS_PROXY"
            return SheetUnreachable(say("google_proxy", variable=variable))
        case GoogleProblem.UNCLEAR:
            return SheetUnreachable(say("google_unclear"))
        case GoogleProblem.BUSY:
            return SheetUnreachable(say("google_busy", code=code, words=words))
        case GoogleProblem.BATCH_REFUSED if fault.place == 0:
            # Google's words for refusing the first request, which takes the old token away, aren't
            # known; its place in the batch is.
            return TokenLost(say("written_by_another"), words)
        case GoogleProblem.BATCH_REFUSED:
            return WriteRefused(say("google_refused_cell", words=words), fault.place, words)
    refused = say("google_refused", code=code, words=words)
    hint = _HINTS.get(fault.problem)
    return SheetRefused(f"{with_stop(refused)} {say(hint)}" if hint else refused)
