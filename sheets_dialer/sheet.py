"""The queue tab on Google Sheets: one request to read a pass's facts, one to write its results.

Rules of the service that shape this module (recorded, or from Google's documentation): a batch is
applied whole or not at all; a 503 may have been applied; tabs are addressed by id because a rename
breaks every A1 range; `updateCells` with `stringValue` never becomes a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gspread
import requests
from google.auth.exceptions import GoogleAuthError, RefreshError
from gspread.exceptions import APIError

from .columns import DIALER, Columns, find_columns
from .control import CONTROL_LABEL, CONTROL_TAB, PAUSE
from .errors import SetupNeeded, SheetError, SheetRefused, SheetUnreachable, TokenLost
from .token import PREFIX, Token, anchor_name, read_token
from .transport import CONNECT_SECONDS, SHEETS_READ_SECONDS, redacted

DO_NOT_CALL_TAB = "Do Not Call"
_TABS = "sheets.properties(sheetId,title,gridProperties(rowCount,columnCount))"
_CELLS_BACK = (
    "replies,updatedSpreadsheet(sheets(properties.sheetId,"
    "data(startRow,startColumn,rowData(values(effectiveValue)))))"
)
_HINTS = {
    401: "Google doesn't accept the service account's key. Make a new key and put it in place.",
    403: "Share the sheet with the service account as an editor, and enable the Google Sheets API.",
    404: "No spreadsheet has this key. Copy the sheet's address from the browser again.",
}

Grid = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one read found: the queue tab's cells, its columns, and the control tab's cells."""

    grid: Grid
    columns: Columns
    control: Grid | None
    token: Token | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A row that is about to be dialled: the write's own answer must show all of this."""

    row: int
    ref: str
    phone: object
    status: str


class QueueSheet:
    """One queue tab. Not safe to share between threads; a pass uses it from one."""

    def __init__(
        self, client: gspread.Client, key: str, tab: str, named_columns: Mapping[str, str]
    ) -> None:
        client.set_timeout((CONNECT_SECONDS, SHEETS_READ_SECONDS))
        self._http = client.http_client
        self._address = f"https://sheets.googleapis.com/v4/spreadsheets/{key}"
        self._tab = tab
        self._named_columns = named_columns
        self._ids: dict[str, int] = {}
        self._titles: dict[int, str] = {}
        self.name = f"{key}/{tab}"

    def read(self) -> Snapshot:
        """Reads everything that a pass needs in one request.

        Raises:
            SetupNeeded: the tab is missing.
            SheetRefused, SheetUnreachable: Google didn't answer with the cells.
        """
        queue = self._tab_id()
        control = self._ids.get(CONTROL_TAB)
        wanted = [queue] if control is None else [queue, control]
        answer = self._call(
            "post",
            "/values:batchGetByDataFilter",
            json={
                "dataFilters": [{"gridRange": {"sheetId": sheet_id}} for sheet_id in wanted],
                "valueRenderOption": "UNFORMATTED_VALUE",
            },
        )
        grids: dict[int, Grid] = {}
        for matched in answer.get("valueRanges", []):
            sheet_id = matched["dataFilters"][0]["gridRange"].get("sheetId", 0)
            grids[sheet_id] = matched["valueRange"].get("values", [])
        grid = grids.get(queue) or [[]]
        columns = find_columns(grid[0] if grid else [], self._named_columns)
        return Snapshot(
            grid=grid,
            columns=columns,
            control=None if control is None else grids.get(control, []),
            token=read_token(columns.token),
        )

    def write(
        self,
        snapshot: Snapshot,
        token: Token,
        cells: Mapping[int, Mapping[str, str]],
        marks: Sequence[Mark] = (),
    ) -> set[int]:
        """Writes cells and marks in one atomic batch that swaps the snapshot's token for `token`.

        Returns the rows whose marks the answer shows beside the same Ref and number.

        Raises:
            TokenLost: somebody has written since the snapshot; nothing was applied.
            SheetRefused: nothing was applied, for another reason.
            SheetUnreachable: it may have been applied or not.
        """
        fence = self._swap(snapshot, token)
        body: dict[str, Any] = {"requests": fence + self._cell_requests(snapshot, cells)}
        parameters = {"fields": "replies"}
        if marks:
            parameters["fields"] = _CELLS_BACK
            body |= {
                "includeSpreadsheetInResponse": True,
                "responseIncludeGridData": True,
                "responseRanges": self._ranges_of(snapshot.columns, marks),
            }
        answer = self._call("post", ":batchUpdate", params=parameters, json=body)
        return _confirmed(answer, snapshot.columns, marks) if marks else set()

    def renew_token(self, snapshot: Snapshot, token: Token) -> None:
        """Puts a token in place when header and named range disagree; marks nothing."""
        sheet_id = self._tab_id()
        answer = self._call(
            "get", "", params={"fields": "namedRanges(namedRangeId,name,range.sheetId)"}
        )
        mine = [
            item
            for item in answer.get("namedRanges", [])
            if item["range"].get("sheetId", 0) == sheet_id and item["name"].startswith(PREFIX)
        ]
        removals = [
            {"deleteNamedRange": {"namedRangeId": item["namedRangeId"]}}
            for item in mine
            if item["name"] != anchor_name(sheet_id)
        ]
        renewal = removals + self._token_requests(snapshot, token)
        if len(removals) == len(mine):
            # No anchor is listed. One whose cell was deleted isn't listed but keeps its name, so
            # that adding it is refused; then it does its work all the same.
            anchor = self._named_range(snapshot, None, anchor_name(sheet_id))
            try:
                self._batch([*renewal, anchor])
            except SheetRefused:
                self._batch(renewal)
        else:
            self._batch(renewal)

    def _batch(self, requests_: Sequence[Mapping[str, Any]]) -> None:
        self._call("post", ":batchUpdate", json={"requests": list(requests_)})

    def setup(self, campaign: str) -> list[str]:
        """Adds what dialling needs and the sheet lacks; returns what was added, in words."""
        self._look_up_tabs()
        added: list[str] = []
        if self._tab not in self._ids:
            raise SetupNeeded(
                f"The sheet has no tab named {self._tab}. Make one with a Phone column, or set "
                "the campaign's tab in the configuration."
            )
        snapshot = self.read()
        problems = [title for title in snapshot.columns.missing if title not in DIALER.values()]
        if problems or snapshot.columns.doubled:
            raise SetupNeeded(_columns_sentence(self._tab, snapshot.columns))
        tabs: list[dict[str, Any]] = [
            {"addSheet": {"properties": {"title": title}}}
            for title in (CONTROL_TAB, DO_NOT_CALL_TAB)
            if title not in self._ids
        ]
        added += [f"tab {tab['addSheet']['properties']['title']}" for tab in tabs]
        columns = self._missing_columns(snapshot)
        added += [f"column {title}" for title in snapshot.columns.missing]
        if tabs or columns:
            self._batch(tabs + columns)
            self._look_up_tabs()
        control = self.read().control or []
        if not any(campaign in map(str, row) for row in control[:1]):
            column = max(1, len(control[0]) if control else 1)
            self._write_control(column, campaign)
            added.append(f"Control for {campaign}, set to {PAUSE}")
        return added

    def _write_control(self, column: int, campaign: str) -> None:
        sheet_id = self._ids[CONTROL_TAB]
        labels = [_update(sheet_id, 0, 0, [["Campaign"], [CONTROL_LABEL]])]
        values = [_update(sheet_id, 0, column, [[campaign], [PAUSE]])]
        self._batch(labels + values)

    def set_control(self, word: str) -> None:
        """Sets every campaign's Control to this word: what a person does, here for the demo."""
        control = self.read().control or [[]]
        sheet_id = self._ids[CONTROL_TAB]
        row = next(i for i, cells in enumerate(control) if cells and cells[0] == CONTROL_LABEL)
        words = [[word] * (len(control[0]) - 1)]
        requests_ = [_update(sheet_id, row, 1, words)]
        self._batch(requests_)

    def _missing_columns(self, snapshot: Snapshot) -> list[dict[str, Any]]:
        missing = list(snapshot.columns.missing)
        if not missing:
            return []
        sheet_id = self._tab_id()
        start = max((len(row) for row in snapshot.grid), default=0)
        lacking = start + len(missing) - self._widths[sheet_id]
        grow = {"sheetId": sheet_id, "dimension": "COLUMNS", "length": lacking}
        requests_: list[dict[str, Any]] = [{"appendDimension": grow}] if lacking > 0 else []
        requests_.append(_update(sheet_id, 0, start, [missing]))
        if "Ref" in missing:
            at = start + missing.index("Ref")
            place = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": at}
            requests_.append(
                {
                    "updateDimensionProperties": {
                        "range": place | {"endIndex": at + 1},
                        "properties": {"hiddenByUser": True},
                        "fields": "hiddenByUser",
                    }
                }
            )
        return requests_

    def _swap(self, snapshot: Snapshot, token: Token) -> list[dict[str, Any]]:
        if snapshot.token is None:
            anchor = self._named_range(snapshot, None, anchor_name(self._tab_id()))
            return [anchor, *self._token_requests(snapshot, token)]
        return [
            {"deleteNamedRange": {"namedRangeId": snapshot.token.id}},
            *self._token_requests(snapshot, token),
        ]

    def _token_requests(self, snapshot: Snapshot, token: Token) -> list[dict[str, Any]]:
        place = snapshot.columns.places["ref"]
        return [
            self._named_range(snapshot, token.id, token.name),
            _update(self._tab_id(), 0, place, [[token.header]]),
        ]

    def _named_range(self, snapshot: Snapshot, range_id: str | None, name: str) -> dict[str, Any]:
        place = snapshot.columns.places["ref"]
        named: dict[str, Any] = {
            "name": name,
            "range": {
                "sheetId": self._tab_id(),
                "startRowIndex": 0,
                "endRowIndex": 1,
                "startColumnIndex": place,
                "endColumnIndex": place + 1,
            },
        }
        if range_id:
            named["namedRangeId"] = range_id
        return {"addNamedRange": {"namedRange": named}}

    def _cell_requests(
        self, snapshot: Snapshot, cells: Mapping[int, Mapping[str, str]]
    ) -> list[dict[str, Any]]:
        """One request for each block of neighbouring cells; rows of the same shape that follow
        each other share one."""
        places = snapshot.columns.places
        blocks: list[tuple[int, int, list[list[str]]]] = []
        for row in sorted(cells):
            texts = {places[name]: text for name, text in cells[row].items()}
            for start, values in _runs(texts):
                last = blocks[-1] if blocks else None
                if (
                    last
                    and last[0] + len(last[2]) == row
                    and (last[1], len(last[2][0])) == (start, len(values))
                ):
                    last[2].append(values)
                else:
                    blocks.append((row, start, [values]))
        return [_update(self._tab_id(), row, start, rows) for row, start, rows in blocks]

    def _ranges_of(self, columns: Columns, marks: Sequence[Mark]) -> list[str]:
        wanted = [columns.places[name] for name in ("phone", "status", "ref")]
        first, last = _letters(min(wanted)), _letters(max(wanted))
        title = self._titles[self._tab_id()].replace("'", "''")
        return [
            f"'{title}'!{first}{start + 1}:{last}{end}"
            for start, end in _row_blocks(mark.row for mark in marks)
        ]

    def _tab_id(self) -> int:
        if self._tab not in self._ids:
            self._look_up_tabs()
        if self._tab not in self._ids:
            raise SetupNeeded(
                f"The sheet has no tab named {self._tab}. Rename the tab, or set the campaign's "
                "tab in the configuration."
            )
        return self._ids[self._tab]

    def _look_up_tabs(self) -> None:
        answer = self._call("get", "", params={"fields": _TABS})
        tabs = [sheet["properties"] for sheet in answer.get("sheets", [])]
        self._ids = {tab["title"]: tab["sheetId"] for tab in tabs}
        self._titles = {tab["sheetId"]: tab["title"] for tab in tabs}
        self._widths = {tab["sheetId"]: tab["gridProperties"]["columnCount"] for tab in tabs}

    def _call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        try:
            answer = self._http.request(method, self._address + path, **arguments).json()
        except APIError as error:
            raise _refusal(error) from error
        except RefreshError as error:
            raise SheetRefused(f"Google refused the service account: {redacted(error)}") from error
        except (GoogleAuthError, requests.RequestException, KeyError, TypeError) as error:
            raise SheetUnreachable(
                "Google Sheets can't be reached or gave no clear answer. The next pass tries again."
            ) from error
        if not isinstance(answer, dict) or (not answer and method != "get"):
            raise SheetUnreachable("Google Sheets gave an empty answer. The next pass tries again.")
        return answer


def require_ready(tab: str, columns: Columns) -> None:
    """Raises SetupNeeded, with what to do, unless the tab has what dialling needs."""
    if not columns.ready():
        raise SetupNeeded(_columns_sentence(tab, columns))


def _columns_sentence(tab: str, columns: Columns) -> str:
    if columns.doubled:
        names = ", ".join(columns.doubled)
        return f"Tab {tab} has more than one column for {names}. Rename or remove all but one."
    names = ", ".join(columns.missing)
    return f"Tab {tab} lacks these columns: {names}. Run: python3 run.py setup"


def _refusal(error: APIError) -> SheetError:
    code, message = error.code, redacted(error.error.get("message", ""))
    if code == 429 or code >= 500 or code in (-1, 408):
        return SheetUnreachable(f"Google Sheets is busy or failing ({code}): {message}")
    # The first request of a write is the one that takes the old token away; Google's words for
    # its refusal aren't known, its place in the batch is.
    if code == 400 and "requests[0]" in message:
        return TokenLost("Somebody else has written to the tab since it was read.")
    return SheetRefused(f"Google Sheets refused ({code}): {message} {_HINTS.get(code, '')}".strip())


def _confirmed(answer: Mapping[str, Any], columns: Columns, marks: Iterable[Mark]) -> set[int]:
    """The rows of which the answer shows the mark, the Ref and the number side by side."""
    seen: dict[tuple[int, int], Any] = {}
    for sheet in answer.get("updatedSpreadsheet", {}).get("sheets", []):
        for block in sheet.get("data", []):
            for down, row in enumerate(block.get("rowData", []), start=block.get("startRow", 0)):
                left = block.get("startColumn", 0)
                for across, cell in enumerate(row.get("values", []), start=left):
                    seen[down, across] = _plain(cell.get("effectiveValue", {}))
    places = columns.places
    return {
        mark.row
        for mark in marks
        if seen.get((mark.row, places["ref"])) == mark.ref
        and seen.get((mark.row, places["status"])) == mark.status
        and seen.get((mark.row, places["phone"])) == mark.phone
    }


def _plain(value: Mapping[str, Any]) -> object:
    for kind in ("stringValue", "numberValue", "boolValue"):
        if kind in value:
            return value[kind]
    return None


def _update(sheet_id: int, row: int, column: int, rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Sets texts and nothing else: formats, notes and validation stay; blank text clears."""
    cells = [
        {"values": [{"userEnteredValue": {"stringValue": text}} if text else {} for text in texts]}
        for texts in rows
    ]
    start = {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "rows": cells, "fields": "userEnteredValue"}}


def _runs(texts: Mapping[int, str]) -> Iterable[tuple[int, list[str]]]:
    """Neighbouring columns, together."""
    run: list[str] = []
    start = 0
    for place in sorted(texts):
        if run and place == start + len(run):
            run.append(texts[place])
            continue
        if run:
            yield start, run
        start, run = place, [texts[place]]
    if run:
        yield start, run


def _row_blocks(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Neighbouring rows, together, as start and end (exclusive)."""
    blocks: list[list[int]] = []
    for row in sorted(rows):
        if blocks and blocks[-1][1] == row:
            blocks[-1][1] = row + 1
        else:
            blocks.append([row, row + 1])
    return [(start, end) for start, end in blocks]


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
