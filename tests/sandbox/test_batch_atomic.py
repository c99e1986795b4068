"""A batch is applied in order, whole or not at all, and answers one reply for each request."""

from __future__ import annotations

from typing import Any

import pytest

from sheets_dialer.sandbox.google.batch import HANDLERS
from sheets_dialer.sandbox.google.errors import GoogleError
from sheets_dialer.sandbox.google.fieldmask import Mask
from sheets_dialer.sandbox.google.schema import fields_of
from tests.support.batching import Book, add_name, area, delete_rows, insert_rows

PROMISED = {
    *("updateCells", "repeatCell", "sortRange", "cutPaste", "copyPaste", "findReplace"),
    *("addSheet", "deleteSheet", "duplicateSheet"),
    *("updateSheetProperties", "updateSpreadsheetProperties"),
    *("insertDimension", "deleteDimension", "moveDimension", "appendDimension"),
    *("updateDimensionProperties", "autoResizeDimensions"),
    *("addNamedRange", "updateNamedRange", "deleteNamedRange", "setDataValidation"),
    *("addProtectedRange", "updateProtectedRange", "deleteProtectedRange"),
    *("addConditionalFormatRule", "updateConditionalFormatRule", "deleteConditionalFormatRule"),
    *("setBasicFilter", "clearBasicFilter", "addFilterView", "deleteFilterView"),
    *("addChart", "updateChartSpec", "deleteEmbeddedObject"),
}


def test_a_request_that_fails_leaves_nothing_of_those_before_it() -> None:
    book = Book().fill(["a"], ["b"])
    words = book.refusal(insert_rows(0, 1), add_name("Mine", area(0, 1, 0, 1)), delete_rows(90, 91))
    assert words.startswith("Invalid requests[2].deleteDimension: Cannot delete a row")
    assert book.values() == [["a"], ["b"]]
    assert not book.workbook.named_ranges


def test_each_request_sees_what_the_ones_before_it_did() -> None:
    book = Book().fill(["a"], ["b"], ["c"])
    book.send(delete_rows(0, 1), delete_rows(0, 1))
    assert book.values() == [["c"]]


def test_replies_stand_in_the_order_of_the_requests_and_empty_ones_are_empty() -> None:
    book = Book()
    replies = book.send(insert_rows(0, 1), add_name("Mine", area(0, 1, 0, 1)), insert_rows(0, 1))
    assert replies[0] == {}
    assert replies[1]["addNamedRange"]["namedRange"]["name"] == "Mine"
    assert replies[2] == {}


def test_a_batch_without_requests_is_refused() -> None:
    assert Book().refusal() == "Must specify at least one request."


def test_every_promised_request_is_emulated() -> None:
    assert set(HANDLERS) >= PROMISED


@pytest.mark.parametrize("kind", sorted(set(fields_of("Request")) - set(HANDLERS)))
def test_what_is_not_emulated_is_never_accepted_silently(kind: str) -> None:
    book = Book()
    before = book.workbook
    words = book.refusal(insert_rows(0, 1), {kind: {}})
    assert words == f"Invalid requests[1]: {kind} is not emulated by this sandbox."
    assert book.workbook is before


def test_a_request_without_a_kind_is_refused() -> None:
    assert Book().refusal({}).startswith("Invalid requests[0]")


def test_a_request_of_two_kinds_is_refused_with_details() -> None:
    book = Book()
    with pytest.raises(GoogleError) as refused:
        book.answer({**insert_rows(0, 1), **delete_rows(0, 1)})
    field = refused.value.details[0]["fieldViolations"][0]["field"]
    assert field == "requests[0]"


def test_null_fields_are_fields_that_are_not_there() -> None:
    book = Book()
    book.send({"insertDimension": None, **delete_rows(0, 1)})
    assert book.calls.row_count == 9


def test_the_spreadsheet_comes_along_only_when_asked_for() -> None:
    book = Book()
    assert set(book.answer(insert_rows(0, 1))) == {"spreadsheetId", "replies"}


def _updated(book: Book, **options: Any) -> Any:
    answer = book.answer(insert_rows(0, 1), includeSpreadsheetInResponse=True, **options)
    return answer["updatedSpreadsheet"]


def test_the_spreadsheet_in_the_answer_is_the_one_that_the_batch_left() -> None:
    updated = _updated(Book())
    grids = [sheet["properties"]["gridProperties"] for sheet in updated["sheets"]]
    assert grids[0]["rowCount"] == 11
    assert all("data" not in sheet for sheet in updated["sheets"])


def test_cells_come_along_when_asked_for_and_only_of_the_ranges_named() -> None:
    book = Book().fill(["first"], ["second"])
    updated = _updated(book, responseIncludeGridData=True, responseRanges=["Calls!A3:A3"])
    (sheet,) = updated["sheets"]
    (data,) = sheet["data"]
    assert data["startRow"] == 2
    assert data["rowData"][0]["values"][0]["formattedValue"] == "second"


def test_under_a_mask_the_mask_alone_decides_whether_cells_come_along() -> None:
    book = Book().fill(["first"])
    with_cells = Mask.parse("updatedSpreadsheet.sheets.data.rowData.values.formattedValue")
    assert "data" in _updated(book, mask=with_cells)["sheets"][0]
    without = Mask.parse("updatedSpreadsheet.sheets.properties")
    updated = _updated(book, mask=without, responseIncludeGridData=True)
    assert "data" not in updated["sheets"][0]


def test_a_range_of_the_answer_that_does_not_exist_refuses_the_whole_batch() -> None:
    book = Book()
    with pytest.raises(GoogleError, match="Unable to parse range: Nowhere!A1"):
        _updated(book, responseRanges=["Nowhere!A1"])
    assert book.calls.row_count == 10
