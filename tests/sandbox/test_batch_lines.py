"""Rows and columns: inserting, deleting, moving, appending, hiding and sizing them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.sandbox.google.model import Cell
from tests.support.batching import (
    CONTROL,
    OTHER,
    WRITER,
    Book,
    area,
    columns,
    delete_rows,
    insert_rows,
    move_rows,
    rows,
)


def _numbered(count: int = 10) -> Book:
    return Book().fill(*([[f"r{row}"] for row in range(count)]))


def _first_column(book: Book) -> list[Any]:
    return [row[0] if row else None for row in book.values()]


@given(st.data())
def test_inserting_rows_and_deleting_them_again_changes_nothing(data: st.DataObject) -> None:
    book = _numbered()
    book.send({"addChart": _chart(row=3)})
    before = book.workbook
    start = data.draw(st.integers(0, 10))
    end = start + data.draw(st.integers(1, 5))
    from_before = start == 10 or (start > 0 and data.draw(st.booleans()))
    book.send(insert_rows(start, end, before=from_before))
    assert book.calls.row_count == 10 + end - start
    book.send(delete_rows(start, end))
    assert book.workbook == before


@given(st.data())
def test_moving_rows_keeps_every_row_and_puts_them_before_the_destination(
    data: st.DataObject,
) -> None:
    book = _numbered()
    start = data.draw(st.integers(0, 9))
    end = data.draw(st.integers(start + 1, 10))
    destination = data.draw(st.sampled_from([*range(start + 1), *range(end, 11)]))
    book.send(move_rows(start, end, destination))
    names = [f"r{row}" for row in range(10)]
    moved, rest = names[start:end], names[:start] + names[end:]
    at = destination if destination <= start else destination - len(moved)
    assert _first_column(book) == rest[:at] + moved + rest[at:]


def test_the_documented_example_of_a_move() -> None:
    book = Book().fill([0], [1], [2], [3], [4])
    book.send(move_rows(1, 3, 4))
    assert _first_column(book) == [0, 3, 1, 2, 4]


def test_columns_are_moved_inserted_and_deleted_like_rows() -> None:
    book = Book().fill(["a", "b", "c", "d"], ["x"])
    move = {"source": columns(0, 1), "destinationIndex": 3}
    book.send({"moveDimension": move})
    assert book.values() == [["b", "c", "a", "d"], [None, None, "x"]]
    book.send({"insertDimension": {"range": columns(1, 2)}})
    assert book.values()[0] == ["b", None, "c", "a", "d"]
    book.send({"deleteDimension": {"range": columns(0, 2)}})
    assert book.values()[0] == ["c", "a", "d"]
    assert book.calls.column_count == 4


def test_new_rows_look_like_the_neighbour_they_take_after_and_are_empty() -> None:
    book = Book()
    red, green = {"backgroundColor": {"red": 1}}, {"backgroundColor": {"green": 1}}
    workbook = book.workbook.draft()
    workbook.sheets[0].set_cell(0, 1, Cell(value="x", format=red, note="n"))
    workbook.sheets[0].set_cell(1, 1, Cell(value="y", format=green))
    book.document.commit(workbook, 0)
    book.send(insert_rows(1, 2, before=True))
    assert book.calls.cell(1, 1) == Cell(format=red)
    book.send(insert_rows(2, 3))
    assert book.calls.cell(2, 1) == Cell(format=green)


def test_new_rows_take_the_height_but_are_never_hidden() -> None:
    book = Book()
    book.send(_properties(rows(2, 3), {"pixelSize": 40, "hiddenByUser": True}, "*"))
    book.send(insert_rows(2, 3))
    assert dict(book.calls.row_properties[2]) == {"pixelSize": 40}
    assert book.calls.row_properties[3]["hiddenByUser"] is True


def test_rows_inserted_above_a_frozen_one_are_frozen_and_deleted_ones_thaw() -> None:
    book = Book()
    book.send(_freeze(2))
    book.send(insert_rows(1, 3, before=True))
    assert book.calls.properties["gridProperties"] == {"frozenRowCount": 4}
    book.send(insert_rows(4, 5))
    assert book.calls.properties["gridProperties"] == {"frozenRowCount": 4}
    book.send(delete_rows(0, 5))
    assert book.calls.properties["gridProperties"] == {}


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (delete_rows(0, 10), "You can't delete all the rows on the sheet."),
        (
            delete_rows(10, 11),
            "Cannot delete a row that doesn't exist. "
            "Tried to delete row index 10 but there are only 10 rows.",
        ),
        (
            {"deleteDimension": {"range": columns(0, None)}},
            "You can't delete all the columns on the sheet.",
        ),
        (
            insert_rows(10, 11),
            "range.startIndex must be less than the grid size (10) if inheritFromBefore is false.",
        ),
        (
            insert_rows(11, 12, before=True),
            "range.startIndex is larger than current grid size (10)",
        ),
        (insert_rows(-1, 1), "DimensionRange indexes must be >= 0"),
        (
            {"insertDimension": {"range": rows(0, 1, sheet_id=99)}},
            "No grid with id: 99",
        ),
    ],
)
def test_what_the_grid_cannot_do_is_refused_in_googles_words(
    request_: dict[str, Any], words: str
) -> None:
    (kind,) = request_
    assert Book().refusal(request_) == f"Invalid requests[0].{kind}: {words}"


def test_all_rows_that_are_not_frozen_cannot_be_deleted() -> None:
    book = Book()
    book.send(_freeze(1))
    words = "Sorry, it is not possible to delete all non-frozen rows."
    assert book.refusal(delete_rows(1, 10)).endswith(words)


def test_rows_cannot_be_moved_into_themselves() -> None:
    assert "destinationIndex[2]" in Book().refusal(move_rows(1, 4, 2))


def test_rows_and_columns_are_appended_at_the_edges() -> None:
    book = Book()
    book.send(
        {"appendDimension": {"sheetId": CONTROL, "dimension": "ROWS", "length": 3}},
        {"appendDimension": {"sheetId": CONTROL, "dimension": "COLUMNS", "length": 2}},
    )
    assert (book.control.row_count, book.control.column_count) == (7, 6)


@pytest.mark.parametrize(
    "request_",
    [
        {"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 2_000_000}},
        {"insertDimension": {"range": rows(0, 2_000_000)}},
        {"addSheet": {"properties": {"gridProperties": {"rowCount": 100_000, "columnCount": 100}}}},
        {
            "updateSheetProperties": {
                "properties": {"sheetId": 0, "gridProperties": {"rowCount": 3_000_000}},
                "fields": "gridProperties.rowCount",
            }
        },
    ],
)
def test_a_spreadsheet_holds_ten_million_cells(request_: dict[str, Any]) -> None:
    words = "This action would increase the number of cells in the workbook above the limit of"
    assert f"{words} 10000000 cells." in Book().refusal(request_)


def test_hiding_and_showing_leave_no_trace() -> None:
    book = Book()
    before = book.workbook
    book.send(_properties(columns(0, 2), {"hiddenByUser": True}, "hiddenByUser"))
    assert [bool(item) for item in book.calls.column_properties] == [True, True, *[False] * 3]
    book.send(_properties(columns(0, 2), {"hiddenByUser": False}, "hiddenByUser"))
    assert book.workbook == before


def test_a_field_outside_the_mask_is_left_alone_and_one_inside_is_cleared() -> None:
    book = Book()
    book.send(_properties(rows(0, 1), {"pixelSize": 50, "hiddenByUser": True}, "*"))
    book.send(_properties(rows(0, 1), {"pixelSize": 60}, "hiddenByUser"))
    assert dict(book.calls.row_properties[0]) == {"pixelSize": 50}


def test_a_mask_is_required_and_its_fields_must_exist() -> None:
    words = Book().refusal(_properties(rows(0, 1), {"pixelSize": 50}, ""))
    assert "At least one field must be listed in 'fields'. (Use '*'" in words
    assert "colour" in Book().refusal(_properties(rows(0, 1), {"pixelSize": 50}, "colour"))


def test_a_column_fits_its_widest_text_and_an_empty_one_keeps_its_width() -> None:
    book = Book().fill(["short", None], ["a much longer text than the first", None])
    book.send({"autoResizeDimensions": {"dimensions": columns(0, 2)}})
    widths = book.calls.column_properties
    assert 180 < widths[0]["pixelSize"] < 260
    assert "pixelSize" not in widths[1]


def _protected_book() -> Book:
    book = Book()
    protection = {"range": area(2, 5, 0, 2), "editors": {"users": [WRITER]}}
    book.send({"addProtectedRange": {"protectedRange": protection}})
    return book


@pytest.mark.parametrize(
    "request_", [delete_rows(4, 6), move_rows(3, 4, 8), insert_rows(3, 4), move_rows(7, 8, 4)]
)
def test_rows_with_others_protected_cells_are_not_deleted_moved_or_split(
    request_: dict[str, Any],
) -> None:
    book = _protected_book()
    assert "protected cell or object" in book.refusal(request_, account=OTHER)
    book.send(request_, account=WRITER)


def test_rows_beside_others_protected_cells_are_free() -> None:
    book = _protected_book()
    book.send(delete_rows(6, 7), insert_rows(2, 3), insert_rows(6, 7), account=OTHER)
    (protected,) = book.calls.protected_ranges.values()
    assert protected["range"] == area(3, 6, 0, 2)


def _properties(lines: dict[str, Any], properties: dict[str, Any], fields: str) -> dict[str, Any]:
    content = {"range": lines, "properties": properties, "fields": fields}
    return {"updateDimensionProperties": content}


def _freeze(count: int) -> dict[str, Any]:
    return {
        "updateSheetProperties": {
            "properties": {"sheetId": 0, "gridProperties": {"frozenRowCount": count}},
            "fields": "gridProperties/frozenRowCount",
        }
    }


def _chart(row: int) -> dict[str, Any]:
    source = {"sourceRange": {"sources": [area(0, 5, 0, 1)]}}
    return {
        "chart": {
            "chartId": 5,
            "spec": {"basicChart": {"chartType": "COLUMN", "series": [{"series": source}]}},
            "position": {"overlayPosition": {"anchorCell": {"rowIndex": row, "columnIndex": 1}}},
        }
    }
