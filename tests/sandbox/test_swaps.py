"""What keeps two dialers off one row, over HTTP and under trouble: a batch that swaps a token (the
id of a named range) is applied whole and once or not at all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import gspread
import pytest
from gspread.exceptions import APIError

from tests.support.running import RunningSandbox
from tests.support.troubling import set_fault, swallow, wait

Requests = list[dict[str, Any]]
DONE = ("503-applied", "reset-after", "timeout-after", "malformed", "empty", "blank", "slow")
NOT_DONE = ("400", "401", "403", "404", "429", "500", "503", "reset", "timeout", "html")


@pytest.fixture
def tab(sandbox: RunningSandbox) -> Iterator[gspread.Worksheet]:
    """A tab with an anchor and the first token, `token0`."""
    spreadsheet = sandbox.dialer_client().create("fenced")
    tab = spreadsheet.sheet1
    send(tab, [added(tab, "anchor"), *marked(tab, "token0")])
    yield tab
    sandbox.delete("/_sandbox/faults")


def added(tab: gspread.Worksheet, name: str) -> dict[str, Any]:
    area = {"sheetId": tab.id, "startRowIndex": 0, "endRowIndex": 1, "endColumnIndex": 1}
    named = {"namedRangeId": name, "name": f"fence_{name}", "range": area}
    return {"addNamedRange": {"namedRange": named}}


def marked(tab: gspread.Worksheet, token: str) -> Requests:
    """Adds the token and writes it into the header's cell."""
    cell = {"userEnteredValue": {"stringValue": token}}
    write = {"start": {"sheetId": tab.id}, "rows": [{"values": [cell]}]}
    return [added(tab, token), {"updateCells": {**write, "fields": "userEnteredValue"}}]


def swap(tab: gspread.Worksheet, old: str, new: str) -> Requests:
    return [{"deleteNamedRange": {"namedRangeId": old}}, *marked(tab, new)]


def send(tab: gspread.Worksheet, requests_: Requests) -> Any:
    return tab.spreadsheet.batch_update({"requests": requests_})


def send_into_trouble(tab: gspread.Worksheet, requests_: Requests) -> None:
    """Sends the batch with little patience and takes whatever comes."""
    tab.client.set_timeout(0.4)
    swallow(lambda: send(tab, requests_))
    tab.client.set_timeout(20)


def state(tab: gspread.Worksheet) -> tuple[str | None, list[str]]:
    """What the header says, and the ids of the named ranges."""
    ranges = tab.spreadsheet.list_named_ranges()
    return tab.acell("A1").value, sorted(each["namedRangeId"] for each in ranges)


def expect_refusal(tab: gspread.Worksheet, requests_: Requests) -> None:
    """The batch is refused for what it says, and nothing of it is done."""
    before = state(tab)
    with pytest.raises(APIError) as refusal:
        send(tab, requests_)
    assert refusal.value.code == 400
    assert state(tab) == before


@pytest.mark.parametrize("kind", DONE)
def test_a_swap_that_was_done_is_done_whole_and_refused_when_repeated(
    sandbox: RunningSandbox, tab: gspread.Worksheet, kind: str
) -> None:
    set_fault(sandbox, "sheets", kind, count=1, path=":batchUpdate", seconds=0.2)
    send_into_trouble(tab, swap(tab, "token0", "token1"))
    assert state(tab) == ("token1", ["anchor", "token1"])
    expect_refusal(tab, swap(tab, "token0", "token1"))
    expect_refusal(tab, swap(tab, "token0", "token2"))


@pytest.mark.parametrize("kind", NOT_DONE)
def test_a_swap_that_was_not_done_left_nothing_and_can_be_repeated(
    sandbox: RunningSandbox, tab: gspread.Worksheet, kind: str
) -> None:
    set_fault(sandbox, "sheets", kind, path=":batchUpdate")
    send_into_trouble(tab, swap(tab, "token0", "token1"))
    sandbox.delete("/_sandbox/faults")
    assert state(tab) == ("token0", ["anchor", "token0"])
    send(tab, swap(tab, "token0", "token1"))
    assert state(tab) == ("token1", ["anchor", "token1"])


def test_a_late_swap_is_refused_whole_when_the_sheet_moved_on(
    sandbox: RunningSandbox, tab: gspread.Worksheet
) -> None:
    set_fault(sandbox, "sheets", "late", count=1, seconds=1.5)
    send_into_trouble(tab, swap(tab, "token0", "late"))
    send(tab, swap(tab, "token0", "token1"))
    time.sleep(1.8)
    assert state(tab) == ("token1", ["anchor", "token1"])


def test_a_late_swap_lands_whole_when_nobody_else_wrote(
    sandbox: RunningSandbox, tab: gspread.Worksheet
) -> None:
    set_fault(sandbox, "sheets", "late", count=1, seconds=1.5)
    send_into_trouble(tab, swap(tab, "token0", "late"))
    assert state(tab) == ("token0", ["anchor", "token0"])
    wait(lambda: state(tab) == ("late", ["anchor", "late"]))
    expect_refusal(tab, swap(tab, "token0", "token1"))


def test_a_swap_planned_from_a_stale_read_is_refused_whole(
    sandbox: RunningSandbox, tab: gspread.Worksheet
) -> None:
    sandbox.post("/_sandbox/clock", {"offset": 100})
    send(tab, swap(tab, "token0", "token1"))
    set_fault(sandbox, "sheets", "stale", seconds=50)
    seen, ranges = state(tab)
    sandbox.delete("/_sandbox/faults")
    assert (seen, ranges) == ("token0", ["anchor", "token0"])
    expect_refusal(tab, swap(tab, str(seen), "token2"))


def test_a_stale_view_of_a_sheet_without_a_token_cant_found_a_second_fence(
    tab: gspread.Worksheet,
) -> None:
    expect_refusal(tab, [added(tab, "anchor"), *marked(tab, "mine")])
    other_id = added(tab, "anchor")
    other_id["addNamedRange"]["namedRange"]["namedRangeId"] = "another"
    expect_refusal(tab, [other_id, *marked(tab, "mine")])


def test_an_anchor_whose_row_was_deleted_still_keeps_its_name(tab: gspread.Worksheet) -> None:
    tab.delete_rows(1)
    assert state(tab) == (None, [])
    other_id = added(tab, "anchor")
    other_id["addNamedRange"]["namedRange"]["namedRangeId"] = "another"
    expect_refusal(tab, [other_id])
    send(tab, swap(tab, "token0", "token1"))
    expect_refusal(tab, swap(tab, "token0", "token2"))


def test_the_answer_of_a_swap_shows_the_cells_that_it_left(tab: gspread.Worksheet) -> None:
    tab.update([["0300", "x"], ["0301", "y"]], "A2", raw=True)
    answer = tab.spreadsheet.batch_update(
        {
            "requests": swap(tab, "token0", "token1"),
            "includeSpreadsheetInResponse": True,
            "responseRanges": ["A1", "A3:B4"],
            "responseIncludeGridData": True,
        }
    )
    (sheet,) = answer["updatedSpreadsheet"]["sheets"]
    shown = [
        [[cell["formattedValue"] for cell in row["values"]] for row in block["rowData"]]
        for block in sheet["data"]
    ]
    assert shown == [[["token1"]], [["0301", "y"]]]
    assert [block.get("startRow", 0) for block in sheet["data"]] == [0, 2]
    assert [each["namedRangeId"] for each in answer["updatedSpreadsheet"]["namedRanges"]] == [
        "anchor",
        "token1",
    ]


def test_a_response_range_that_is_gone_refuses_the_swap(tab: gspread.Worksheet) -> None:
    body = {
        "requests": swap(tab, "token0", "token1"),
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["A5000"],
    }
    with pytest.raises(APIError, match="exceeds grid limits"):
        tab.spreadsheet.batch_update(body)
    assert state(tab) == ("token0", ["anchor", "token0"])
