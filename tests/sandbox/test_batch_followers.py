"""What hangs on cells goes where they go: names, protections, rules, filters, charts, formulas."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.sandbox.google.a1 import parse_range
from sheets_dialer.sandbox.google.errors import GoogleError
from sheets_dialer.sandbox.google.spans import Deletion, Insertion, Relocation
from tests.support.batching import (
    CONTROL,
    Book,
    add_name,
    area,
    columns,
    delete_rows,
    insert_rows,
    move_rows,
    rows,
)

_STARTS = st.integers(0, 9)


def _named_range(book: Book) -> dict[str, Any] | None:
    (named,) = book.workbook.named_ranges.values()
    where: dict[str, Any] | None = named.get("range")
    return where


@given(row=_STARTS, start=_STARTS, count=st.integers(1, 4), destination=st.integers(0, 10))
def test_a_named_cell_is_followed_wherever_its_row_goes(
    row: int, start: int, count: int, destination: int
) -> None:
    book = Book().fill(*([[f"r{index}"] for index in range(10)]))
    book.send(add_name("Here", area(row, row + 1, 0, 1)))
    end = min(start + count, 10)
    requests = [insert_rows(start, start + count)]
    if not start < destination < end:
        requests.append(move_rows(start, end, destination))
    for request in requests:
        book.send(request)
        where = _named_range(book)
        assert where is not None
        assert where["endRowIndex"] == where["startRowIndex"] + 1
        assert book.calls.cell(where["startRowIndex"], 0).value == f"r{row}"


@given(
    start=_STARTS,
    length=st.integers(1, 5),
    first=_STARTS,
    count=st.integers(1, 4),
    destination=st.integers(0, 10),
)
def test_a_span_holds_the_same_lines_after_a_change_as_before(
    start: int, length: int, first: int, count: int, destination: int
) -> None:
    lines = range(start, start + length)
    insertion = Insertion(0, "ROWS", first, count)
    deletion = Deletion(0, "ROWS", first, first + count)
    for change in (insertion, deletion):
        kept = {index for line in lines if (index := change.index(line)) is not None}
        span = change.span((start, start + length))
        assert (set() if span is None else kept - set(range(span[0] or 0, span[1] or 0))) == set()
        assert (span is None) == (not kept)
    if not first < destination < first + count:
        move = Relocation(0, "ROWS", first, first + count, destination)
        span = move.span((start, start + length))
        assert span is not None
        stayed = [line for line in lines if not first <= line < first + count] or list(lines)
        covered = range(span[0] or 0, span[1] or 0)
        assert all(move.index(line) in covered for line in stayed)


def test_a_range_grows_only_when_rows_fall_inside_it() -> None:
    book = Book()
    book.send(add_name("Block", area(2, 5, 0, 2)))
    book.send(insert_rows(3, 5))
    assert _named_range(book) == area(2, 7, 0, 2)
    book.send(insert_rows(2, 3))
    assert _named_range(book) == area(3, 8, 0, 2)
    book.send(insert_rows(8, 9))
    assert _named_range(book) == area(3, 8, 0, 2)


def test_open_sides_stay_open() -> None:
    book = Book()
    whole_column = {"startColumnIndex": 1, "endColumnIndex": 2}
    book.send(add_name("Column", whole_column))
    book.send(insert_rows(0, 3), delete_rows(1, 2))
    assert _named_range(book) == whole_column
    book.send({"insertDimension": {"range": columns(0, 1)}})
    assert _named_range(book) == {"startColumnIndex": 2, "endColumnIndex": 3}


def test_other_tabs_do_not_notice() -> None:
    book = Book()
    book.send(add_name("There", area(1, 2, 0, 1, CONTROL)))
    book.send(insert_rows(0, 1))
    assert _named_range(book) == area(1, 2, 0, 1, CONTROL)


@pytest.mark.parametrize(
    "request_",
    [
        delete_rows(1, 4),
        {"deleteSheet": {"sheetId": 0}},
        {
            "updateSheetProperties": {
                "properties": {"sheetId": 0, "gridProperties": {"rowCount": 2}},
                "fields": "gridProperties.rowCount",
            }
        },
    ],
)
def test_a_name_whose_cells_are_gone_is_not_listed_but_stays_taken(
    request_: dict[str, Any],
) -> None:
    book = Book()
    book.send(add_name("Token", area(2, 3, 0, 1), namedRangeId="t1"))
    answer = book.answer(request_, includeSpreadsheetInResponse=True)
    assert "namedRanges" not in answer["updatedSpreadsheet"]
    assert "already exists" in book.refusal(add_name("Token", area(0, 1, 0, 1, CONTROL)))
    with pytest.raises(GoogleError, match="Unable to parse range: Token"):
        parse_range(book.workbook, "Token")
    book.send({"deleteNamedRange": {"namedRangeId": "t1"}})
    book.send(add_name("Token", area(0, 1, 0, 1, CONTROL)))


def test_protections_move_and_vanish_with_their_cells() -> None:
    book = Book()
    for start in (1, 6):
        protection = {"range": area(start, start + 2, 0, 1), "warningOnly": True}
        book.send({"addProtectedRange": {"protectedRange": protection}})
    book.send(delete_rows(0, 3))
    (protected,) = book.calls.protected_ranges.values()
    assert protected["range"] == area(3, 5, 0, 1)


def _rule(where: dict[str, int], formula: str) -> dict[str, Any]:
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
    boolean = {"condition": condition, "format": {"textFormat": {"bold": True}}}
    return {"addConditionalFormatRule": {"rule": {"ranges": [where], "booleanRule": boolean}}}


def test_conditional_formats_move_with_their_formulas_and_reach_new_rows_like_them() -> None:
    book = Book()
    book.send(_rule(area(2, 4, 0, 1), "=$B3>1"))
    book.send(insert_rows(0, 1))
    (rule,) = book.calls.conditional_formats
    assert rule["ranges"] == [area(3, 5, 0, 1)]
    assert rule["booleanRule"]["condition"]["values"] == [{"userEnteredValue": "=$B4>1"}]
    book.send(insert_rows(5, 6, before=True))
    assert book.calls.conditional_formats[0]["ranges"] == [area(3, 6, 0, 1)]
    book.send(delete_rows(3, 6))
    assert book.calls.conditional_formats == []


def test_filters_move_and_forget_deleted_columns() -> None:
    book = Book()
    criteria = {"1": {"hiddenValues": ["no"]}, "2": {"hiddenValues": ["x"]}}
    content = {
        "range": area(0, 5, 0, 4),
        "criteria": criteria,
        "sortSpecs": [{"dimensionIndex": 2, "sortOrder": "ASCENDING"}],
    }
    book.send({"addFilterView": {"filter": {**content, "title": "Mine"}}})
    book.send({"deleteDimension": {"range": columns(1, 2)}})
    (view,) = book.calls.filter_views.values()
    assert view["range"] == area(0, 5, 0, 3)
    assert {key: dict(value) for key, value in view["criteria"].items()} == {
        "1": {"hiddenValues": ["x"]}
    }
    assert view["sortSpecs"][0]["dimensionIndex"] == 1
    book.send(delete_rows(0, 5))
    assert not book.calls.filter_views


def _add_chart(anchor: dict[str, int], source: dict[str, int]) -> dict[str, Any]:
    series = [{"series": {"sourceRange": {"sources": [source]}}}]
    spec = {"basicChart": {"chartType": "COLUMN", "series": series}}
    position = {"overlayPosition": {"anchorCell": anchor}}
    return {"addChart": {"chart": {"spec": spec, "position": position}}}


def test_charts_keep_to_their_cell_and_their_numbers() -> None:
    book = Book()
    book.send(_add_chart({"rowIndex": 6, "columnIndex": 2}, area(1, 5, 0, 1)))
    book.send(insert_rows(2, 4))
    (chart,) = book.calls.charts.values()
    assert chart["position"]["overlayPosition"]["anchorCell"] == {"rowIndex": 8, "columnIndex": 2}
    series = chart["spec"]["basicChart"]["series"]
    assert series[0]["series"]["sourceRange"]["sources"] == [area(1, 7, 0, 1)]
    book.send(delete_rows(0, 9))
    (chart,) = book.calls.charts.values()
    assert chart["position"]["overlayPosition"]["anchorCell"] == {"columnIndex": 2}
    series = chart["spec"]["basicChart"]["series"]
    assert series[0]["series"]["sourceRange"]["sources"] == []


def _formulas(book: Book) -> list[Any]:
    return book.values(CONTROL)[0]


def test_formulas_follow_inserts_deletes_moves_and_new_titles() -> None:
    book = Book().fill(["a"], ["b"], ["c"], ["d"])
    book.fill(["=Calls!A2", "=COUNTA(Calls!A1:A4)", "=Calls!$A$4"], sheet_id=CONTROL)
    book.send(insert_rows(1, 2))
    assert _formulas(book) == ["=Calls!A3", "=COUNTA(Calls!A1:A5)", "=Calls!$A$5"]
    book.send(move_rows(4, 5, 0))
    assert _formulas(book) == ["=Calls!A4", "=COUNTA(Calls!A1:A5)", "=Calls!$A$1"]
    book.send(move_rows(0, 1, 8))
    assert _formulas(book) == ["=Calls!A3", "=COUNTA(Calls!A1:A4)", "=Calls!$A$8"]
    book.send(delete_rows(2, 3))
    assert _formulas(book) == ["=#REF!", "=COUNTA(Calls!A1:A3)", "=Calls!$A$7"]
    book.send(
        {
            "updateSheetProperties": {
                "properties": {"sheetId": 0, "title": "Call list"},
                "fields": "title",
            }
        }
    )
    assert _formulas(book)[2] == "='Call list'!$A$7"
    book.send({"deleteSheet": {"sheetId": 0}})
    assert _formulas(book)[2] == "=#REF!"


def test_lists_that_validation_draws_from_are_followed() -> None:
    book = Book()
    condition = {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": "=Control!A1:A3"}]}
    validation = {"range": area(0, 5, 1, 2), "rule": {"condition": condition, "strict": True}}
    book.send({"setDataValidation": validation})
    book.send({"insertDimension": {"range": rows(0, 1, CONTROL)}})
    kept = [book.calls.cell(row, 1).validation for row in range(5)]
    assert all(rule is kept[0] for rule in kept)
    assert kept[0] is not None
    assert kept[0]["condition"]["values"] == [{"userEnteredValue": "=Control!A2:A4"}]
