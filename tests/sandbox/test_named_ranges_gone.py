"""Named ranges whose cells are gone: not listed, not readable, and their names stay taken."""

from __future__ import annotations

from typing import Any

import gspread
import pytest
from gspread.exceptions import APIError

from tests.support.running import RunningSandbox

TAKEN = (
    "Invalid requests[0].addNamedRange: Cannot add named range with name Lost, a named range with "
    "that name already exists."
)


@pytest.fixture
def book(sandbox: RunningSandbox) -> gspread.Spreadsheet:
    """A spreadsheet with the name `Lost` on row 3 of its second tab, and `Kept` on the first."""
    made = sandbox.dialer_client().create("Named")
    second = made.add_worksheet("Second", 10, 5)
    for name, sheet_id, row in (("Lost", second.id, 2), ("Kept", made.sheet1.id, 0)):
        area = {"sheetId": sheet_id, "startRowIndex": row, "endRowIndex": row + 1,
                "startColumnIndex": 0, "endColumnIndex": 2}  # fmt: skip
        send(made, {"addNamedRange": {"namedRange": _named(name, range=area)}})
    return made


def _named(name: str, **rest: Any) -> dict[str, Any]:
    return {"namedRangeId": f"id{name}", "name": name, **rest}


def send(book: gspread.Spreadsheet, *requests: dict[str, Any]) -> None:
    book.batch_update({"requests": list(requests)})


def refused(book: gspread.Spreadsheet, request: dict[str, Any]) -> str:
    with pytest.raises(APIError) as refusal:
        send(book, request)
    assert refusal.value.code == 400
    return str(refusal.value.error["message"])


def losses(book: gspread.Spreadsheet) -> dict[str, dict[str, Any]]:
    """The ways in which the cells of `Lost` can go."""
    tab = book.worksheet("Second").id
    rows = {"sheetId": tab, "dimension": "ROWS", "startIndex": 1, "endIndex": 4}
    cells = {"sheetId": tab, "startRowIndex": 2, "endRowIndex": 3, "endColumnIndex": 3}
    return {
        "rows deleted": {"deleteDimension": {"range": rows}},
        "columns deleted": {
            "deleteDimension": {
                "range": {"sheetId": tab, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 2}
            }
        },
        "cells deleted": {"deleteRange": {"range": cells, "shiftDimension": "ROWS"}},
        "tab deleted": {"deleteSheet": {"sheetId": tab}},
        "grid cut": {
            "updateSheetProperties": {
                "properties": {"sheetId": tab, "gridProperties": {"rowCount": 2}},
                "fields": "gridProperties.rowCount",
            }
        },
    }


WAYS = ["rows deleted", "columns deleted", "cells deleted", "tab deleted", "grid cut"]


@pytest.mark.parametrize("way", WAYS)
def test_it_is_not_listed_nor_readable_and_its_name_stays_taken(
    book: gspread.Spreadsheet, way: str
) -> None:
    send(book, losses(book)[way])
    assert [each["name"] for each in book.list_named_ranges()] == ["Kept"]
    with pytest.raises(APIError, match="Unable to parse range: Lost"):
        book.values_get("Lost")
    again = {"addNamedRange": {"namedRange": {"name": "Lost", "range": {"endRowIndex": 1}}}}
    assert refused(book, again) == TAKEN


def test_it_can_be_given_cells_again_or_be_deleted_by_its_id(book: gspread.Spreadsheet) -> None:
    send(book, losses(book)["tab deleted"])
    area = {"startRowIndex": 4, "endRowIndex": 5}
    change = {"namedRange": _named("Lost", range=area), "fields": "range"}
    send(book, {"updateNamedRange": change})
    assert {each["name"] for each in book.list_named_ranges()} == {"Kept", "Lost"}
    send(book, {"deleteNamedRange": {"namedRangeId": "idLost"}})
    send(book, {"addNamedRange": {"namedRange": {"name": "Lost", "range": area}}})


def test_an_id_that_nothing_has_is_refused_in_googles_words(book: gspread.Spreadsheet) -> None:
    change = {"namedRange": {"namedRangeId": "nobody", "name": "x_y"}, "fields": "name"}
    assert refused(book, {"updateNamedRange": change}) == (
        "Invalid requests[0].updateNamedRange: No NamedRange with id: nobody"
    )
