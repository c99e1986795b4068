"""Google Sheets made to behave otherwise than it does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import gspread
import pytest
from gspread.exceptions import APIError, SpreadsheetNotFound

from sheets_dialer.sandbox.google.behaviour import OVERLAP_SECONDS
from tests.support.running import RunningSandbox

GOOGLES_WAYS = {
    "office_files": [],
    "strangers_files": [],
    "chosen_range_ids": True,
    "unique_range_names": True,
    "strict_range_deletes": True,
    "range_swaps": True,
    "atomic_batches": True,
    "rebased": False,
}


@pytest.fixture
def sheet(sandbox: RunningSandbox) -> Iterator[gspread.Spreadsheet]:
    """The spreadsheet; Google's own ways and no named ranges afterwards."""
    sheet = sandbox.person_client().open_by_key(sandbox.spreadsheet_id)
    yield sheet
    sandbox.post("/_sandbox/behaviour", GOOGLES_WAYS)
    left = [{"deleteNamedRange": {"namedRangeId": each}} for each in ids(sheet)]
    if left:
        sheet.batch_update({"requests": left})


def add(name: str, range_id: str) -> dict[str, Any]:
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1}
    named = {"name": name, "namedRangeId": range_id, "range": area}
    return {"addNamedRange": {"namedRange": named}}


def delete(range_id: str) -> dict[str, Any]:
    return {"deleteNamedRange": {"namedRangeId": range_id}}


def ids(sheet: gspread.Spreadsheet) -> list[str]:
    return [each["namedRangeId"] for each in sheet.list_named_ranges()]


def test_an_excel_file_in_drive_is_no_google_sheet(
    sandbox: RunningSandbox, sheet: gspread.Spreadsheet
) -> None:
    sandbox.post("/_sandbox/behaviour", {"office_files": [sandbox.spreadsheet_id]})
    with pytest.raises(APIError, match="not supported for this document") as refused:
        sheet.fetch_sheet_metadata()
    assert refused.value.error["status"] == "FAILED_PRECONDITION"
    sandbox.post("/_sandbox/behaviour", {"office_files": []})


def test_a_strangers_file_is_neither_shown_nor_missing(
    sandbox: RunningSandbox, sheet: gspread.Spreadsheet
) -> None:
    private = "1" + "p" * 43
    sandbox.post("/_sandbox/behaviour", {"strangers_files": [private]})
    client = sandbox.person_client()
    with pytest.raises(PermissionError) as refused:
        client.open_by_key(private)
    assert isinstance(refused.value.__cause__, APIError)
    assert refused.value.__cause__.error["status"] == "PERMISSION_DENIED"
    assert client.open_by_key(sheet.id).title == sheet.title
    sandbox.post("/_sandbox/behaviour", {"strangers_files": []})
    with pytest.raises(SpreadsheetNotFound):
        client.open_by_key(private)


def test_chosen_ids_may_be_forgotten(sandbox: RunningSandbox, sheet: gspread.Spreadsheet) -> None:
    sandbox.post("/_sandbox/behaviour", {"chosen_range_ids": False})
    sheet.batch_update({"requests": [add("One", "mine")]})
    assert ids(sheet) != ["mine"]


def test_names_may_stand_twice(sandbox: RunningSandbox, sheet: gspread.Spreadsheet) -> None:
    sandbox.post("/_sandbox/behaviour", {"unique_range_names": False})
    sheet.batch_update({"requests": [add("One", "a"), add("One", "b")]})
    assert ids(sheet) == ["a", "b"]


def test_deleting_what_is_gone_may_pass(
    sandbox: RunningSandbox, sheet: gspread.Spreadsheet
) -> None:
    sandbox.post("/_sandbox/behaviour", {"strict_range_deletes": False})
    assert sheet.batch_update({"requests": [delete("nothing")]})["replies"] == [{}]


def test_swaps_may_be_refused(sandbox: RunningSandbox, sheet: gspread.Spreadsheet) -> None:
    sheet.batch_update({"requests": [add("One", "a")]})
    sandbox.post("/_sandbox/behaviour", {"range_swaps": False})
    with pytest.raises(APIError):
        sheet.batch_update({"requests": [delete("a"), add("Two", "b")]})
    assert ids(sheet) == ["a"]


def test_batches_may_be_applied_in_part(
    sandbox: RunningSandbox, sheet: gspread.Spreadsheet
) -> None:
    sandbox.post("/_sandbox/behaviour", {"atomic_batches": False})
    with pytest.raises(APIError):
        sheet.batch_update({"requests": [add("One", "a"), delete("nothing")]})
    assert ids(sheet) == ["a"]
    answer = sheet.batch_update({"requests": [delete("a"), add("Two", "b")]})
    assert [list(reply) for reply in answer["replies"]] == [[], ["addNamedRange"]]


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        ({"colour": True}, "There is no 'colour'"),
        ({"range_swaps": "no"}, "must be true or false"),
        ({"office_files": "x"}, "must be a list"),
    ],
)
def test_an_order_that_makes_no_sense_changes_nothing(
    sandbox: RunningSandbox, order: dict[str, Any], problem: str
) -> None:
    answer = sandbox.session().post(sandbox.url + "/_sandbox/behaviour", json=order, timeout=5)
    assert answer.status_code == 400
    assert problem in answer.json()["error"]
    assert sandbox.get("/_sandbox/behaviour") == GOOGLES_WAYS


def test_every_setting_is_documented(sandbox: RunningSandbox) -> None:
    assert set(sandbox.get("/_sandbox/behaviour")) == set(GOOGLES_WAYS)


def test_overlapping_batches_may_both_be_accepted(
    sandbox: RunningSandbox, sheet: gspread.Spreadsheet
) -> None:
    """One writer swaps a name; another, who has not seen that yet, swaps the same one."""
    sheet.batch_update({"requests": [add("One", "a")]})
    time.sleep(OVERLAP_SECONDS)
    sandbox.post("/_sandbox/behaviour", {"rebased": True})
    sheet.batch_update({"requests": [delete("a"), add("Two", "b")]})
    sheet.batch_update({"requests": [delete("a"), add("Three", "c")]})
    sheet.batch_update({"requests": [delete("a"), add("Two", "d")]})
    assert ids(sheet) == ["b", "c"]
    with pytest.raises(APIError, match="deleteNamedRange"):
        sheet.batch_update({"requests": [delete("never there")]})
    time.sleep(OVERLAP_SECONDS)
    with pytest.raises(APIError):
        sheet.batch_update({"requests": [delete("a"), add("Four", "e")]})


def test_a_title_that_another_writer_takes_at_the_same_moment_may_be_changed(
    sandbox: RunningSandbox, sheet: gspread.Spreadsheet
) -> None:
    sandbox.post("/_sandbox/behaviour", {"rebased": True})
    for _ in range(3):
        sheet.batch_update({"requests": [{"addSheet": {"properties": {"title": "Twice"}}}]})
    titles = [tab.title for tab in sheet.worksheets() if tab.title.startswith("Twice")]
    assert titles == ["Twice", "Twice_conflict123", "Twice_conflict124"]
