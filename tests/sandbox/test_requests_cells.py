"""updateCells and repeatCell touch what their mask names, where they are told, and nothing else."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.sandbox.google.errors import GoogleError
from sheets_dialer.sandbox.google.model import EMPTY, Cell, Formula
from tests.support.grids import DIALER, OWNER, Grid, area

RED = {"red": 1}


def update(rows: list[list[dict[str, Any]]], fields: str, **where: Any) -> dict[str, Any]:
    return {"updateCells": {"rows": [{"values": row} for row in rows], "fields": fields, **where}}


def text(value: str) -> dict[str, Any]:
    return {"userEnteredValue": {"stringValue": value}}


def start(row: int, column: int, sheet_id: int = 0) -> dict[str, int]:
    return {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column}


def decorated() -> Cell:
    return Cell(
        "old",
        {"backgroundColor": RED, "textFormat": {"bold": True, "fontSize": 12}},
        "a note",
        {"condition": {"type": "BLANK"}},
    )


def grid_with(cell: Cell) -> Grid:
    grid = Grid()
    grid.sheet.set_cell(0, 0, cell)
    return grid


def refused(grid: Grid, request: dict[str, Any], account: str = OWNER) -> str:
    before = grid.document.workbook
    with pytest.raises(GoogleError) as caught:
        grid.batch(request, account=account)
    assert caught.value.code == 400
    assert grid.document.workbook is before
    return caught.value.message


def test_the_value_alone_leaves_format_note_and_rule() -> None:
    grid = grid_with(decorated())
    replies = grid.batch(update([[text("new")]], "userEnteredValue", start=start(0, 0)))
    assert replies == [{}]
    old = decorated()
    assert grid.sheet.cell(0, 0) == Cell("new", old.format, old.note, old.validation)


def test_a_field_in_the_mask_that_the_cell_lacks_is_cleared() -> None:
    grid = grid_with(decorated())
    grid.batch(update([[text("new")]], "userEnteredValue,note", start=start(0, 0)))
    assert grid.sheet.cell(0, 0).note is None
    grid.batch(update([[{}]], "*", start=start(0, 0)))
    assert grid.sheet.rows[0] == ()


@pytest.mark.parametrize(
    "mask",
    [
        "userEnteredFormat.textFormat.bold",
        "userEnteredFormat/textFormat/bold",
        "userEnteredFormat(textFormat(bold))",
        "user_entered_format.text_format.bold",
    ],
)
def test_a_sub_field_leaves_its_neighbours(mask: str) -> None:
    grid = grid_with(decorated())
    given_format = {"textFormat": {"bold": False, "fontSize": 99}, "wrapStrategy": "WRAP"}
    grid.batch(update([[{"userEnteredFormat": given_format}]], mask, start=start(0, 0)))
    assert grid.sheet.cell(0, 0).format == {
        "backgroundColor": RED,
        "textFormat": {"bold": False, "fontSize": 12},
    }


def test_a_sub_field_that_is_missing_is_cleared() -> None:
    grid = grid_with(decorated())
    grid.batch(update([[{}]], "userEnteredFormat.textFormat.bold", start=start(0, 0)))
    assert (grid.sheet.cell(0, 0).format or {})["textFormat"] == {"fontSize": 12}


def test_a_format_whose_last_field_goes_is_gone() -> None:
    grid = grid_with(Cell("x", {"textFormat": {"bold": True}}))
    grid.batch(update([[{}]], "userEnteredFormat.textFormat.bold", start=start(0, 0)))
    assert grid.sheet.cell(0, 0) == Cell("x")


def test_a_whole_format_replaces_the_old_one() -> None:
    grid = grid_with(decorated())
    new = {"userEnteredFormat": {"wrapStrategy": "WRAP"}}
    grid.batch(update([[new]], "userEnteredFormat", start=start(0, 0)))
    assert grid.sheet.cell(0, 0).format == {"wrapStrategy": "WRAP"}


def test_each_kind_of_value_stays_what_it_is() -> None:
    row: list[dict[str, Any]] = [
        {"userEnteredValue": {"stringValue": "=1+1"}},
        {"userEnteredValue": {"formulaValue": "=1+1"}},
        {"userEnteredValue": {"numberValue": 3000000000.0}},
        {"userEnteredValue": {"boolValue": False}},
        {"userEnteredValue": {"stringValue": "03001234567"}},
        {"userEnteredValue": {"stringValue": ""}},
    ]
    grid = Grid([["a", "b", "c", "d", "e", "f"]])
    grid.batch(update([row], "userEnteredValue", start=start(0, 0)))
    assert [cell.value for cell in grid.sheet.rows[0]] == [
        "=1+1",
        Formula("=1+1"),
        3000000000,
        False,
        "03001234567",
    ]


def test_rules_written_to_cells_are_kept_as_set_data_validation_keeps_them() -> None:
    grid = Grid()
    url = {"condition": {"type": "TEXT_IS_URL", "values": []}, "strict": False}
    grid.batch(update([[{"dataValidation": url}]], "dataValidation", start=start(0, 0)))
    assert grid.sheet.cell(0, 0).validation == {"condition": {"type": "TEXT_IS_URL"}}
    wrong = {"condition": {"type": "TEXT_STARTS_WITH"}}
    message = refused(grid, update([[{"dataValidation": wrong}]], "*", start=start(0, 0)))
    assert message.startswith("Invalid requests[0].updateCells: ConditionType 'TEXT_STARTS_WITH'")


def test_one_kind_of_value_in_the_mask_clears_no_other_kind() -> None:
    grid = Grid([["text", 5]])
    number = {"userEnteredValue": {"numberValue": 7}}
    grid.batch(
        update([[number, number]], "userEnteredValue.stringValue", start=start(0, 0)),
    )
    assert grid.rows() == [[None, 5]]
    grid.batch(
        update([[number, number]], "userEnteredValue.numberValue", start=start(0, 0)),
    )
    assert grid.rows() == [[7, 7]]


def test_cells_of_a_range_that_the_rows_do_not_reach_are_cleared() -> None:
    grid = Grid([["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"]])
    grid.batch(update([[text("A")]], "userEnteredValue", range=area("A1:B2")))
    assert grid.rows() == [["A", None, "c"], [None, None, "f"], ["g", "h", "i"]]


def test_from_a_start_only_the_given_cells_are_written() -> None:
    grid = Grid([["a", "b", "c"], ["d", "e", "f"]])
    grid.batch(update([[text("B")], [], [text("h"), text("i")]], "*", start=start(0, 1)))
    assert grid.rows() == [["a", "B", "c"], ["d", "e", "f"], [None, "h", "i"]]


def test_a_whole_tab_is_cleared_by_a_range_without_rows() -> None:
    grid = Grid([["a", "b"], [1, 2]])
    grid.batch({"updateCells": {"range": {"sheetId": 0}, "fields": "userEnteredValue"}})
    assert grid.rows() == []


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (
            update([[text("x")]], "userEnteredValue", start=start(20, 0)),
            "GridCoordinate.rowIndex[20] is after last row in grid[19]",
        ),
        (
            update([[text("x")]], "userEnteredValue", start=start(0, 20)),
            "GridCoordinate.columnIndex[20] is after last column in grid[19]",
        ),
        (
            update([[text("x")], [text("y")]], "userEnteredValue", start=start(19, 0)),
            "Attempting to write row: 20, beyond the last requested row of: 19",
        ),
        (
            update([[text("x"), text("y")]], "userEnteredValue", start=start(0, 19)),
            "Attempting to write column: 20, beyond the last requested column of: 19",
        ),
        (
            update([[text("x")], [text("y")]], "userEnteredValue", range=area("A1:B1")),
            "Attempting to write row: 1, beyond the last requested row of: 0",
        ),
        (
            update([[text("x")]], "userEnteredValue", range=area("A21:B21")),
            "Range (Sheet1!A21:B21) exceeds grid limits. Max rows: 20, max columns: 20",
        ),
        (
            update([[text("x")]], "userEnteredValue", start=start(0, 0, 7)),
            "No grid with id: 7",
        ),
        (
            update([[text("x")]], "", start=start(0, 0)),
            "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)",
        ),
        (
            update([[text("x")]], "userEnteredValu", start=start(0, 0)),
            "Invalid field: userEnteredValu",
        ),
        (
            update([[text("x")]], "userEnteredFormat.bold", start=start(0, 0)),
            "Invalid field: userEnteredFormat.bold",
        ),
        (
            update([[text("x" * 50_001)]], "userEnteredValue", start=start(0, 0)),
            "Your input contains more than the maximum of 50000 characters in a single cell.",
        ),
        (
            update([[{"textFormatRuns": [{"startIndex": 0}]}]], "*", start=start(0, 0)),
            "Writing textFormatRuns is not emulated by this sandbox.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(request_: dict[str, Any], words: str) -> None:
    assert refused(Grid(), request_) == f"Invalid requests[0].updateCells: {words}"


def test_range_and_start_exclude_one_another() -> None:
    both = update([[text("x")]], "*", start=start(0, 0), range=area("A1"))
    assert "is already set. Cannot set 'range'" in refused(Grid(), both)


def test_one_bad_request_undoes_the_whole_batch() -> None:
    grid = Grid([["a"]])
    before = grid.document.workbook
    with pytest.raises(GoogleError) as caught:
        grid.batch(
            update([[text("x")]], "userEnteredValue", start=start(0, 0)),
            update([[text("x")]], "userEnteredValue", start=start(99, 0)),
        )
    assert caught.value.message.startswith("Invalid requests[1].updateCells: ")
    assert grid.document.workbook is before
    assert grid.rows() == [["a"]]


@given(st.data())
def test_scattered_cells_land_where_they_were_sent(data: st.DataObject) -> None:
    places = data.draw(
        st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), unique=True, max_size=40)
    )
    grid = Grid([["keep"] * 20] * 20)
    requests = [
        update([[text(f"{row},{column}")]], "userEnteredValue", start=start(row, column))
        for row, column in places
    ]
    if requests:
        grid.batch(*requests)
    for row in range(20):
        for column in range(20):
            wanted = f"{row},{column}" if (row, column) in places else "keep"
            assert grid.sheet.cell(row, column).value == wanted


def repeat(cell: dict[str, Any], fields: str, where: dict[str, int]) -> dict[str, Any]:
    return {"repeatCell": {"range": where, "cell": cell, "fields": fields}}


def test_repeat_cell_formats_a_column_and_keeps_its_values() -> None:
    grid = Grid([["a", "b"], ["c", "d"]])
    plain_text = {"numberFormat": {"type": "TEXT", "pattern": "@"}}
    grid.batch(repeat({"userEnteredFormat": plain_text}, "userEnteredFormat", area("B:B")))
    assert grid.rows()[:2] == [["a", "b"], ["c", "d"]]
    assert all(grid.sheet.cell(row, 1).format == plain_text for row in range(20))
    assert grid.sheet.cell(0, 0).format is None


def test_repeat_cell_fills_formulas_as_the_documentation_shows() -> None:
    grid = Grid()
    formula = {"userEnteredValue": {"formulaValue": "=A1+$A$1"}}
    grid.batch(repeat(formula, "userEnteredValue", area("B2:C4")))
    assert grid.rows()[1:] == [
        [None, "=A1+$A$1", "=B1+$A$1"],
        [None, "=A2+$A$1", "=B2+$A$1"],
        [None, "=A3+$A$1", "=B3+$A$1"],
    ]


@pytest.mark.parametrize(
    ("where", "named"),
    [
        ({"startRowIndex": 20, "startColumnIndex": 0, "endColumnIndex": 2}, "A21:B"),
        ({"startColumnIndex": 20, "startRowIndex": 0, "endRowIndex": 2}, "U1:2"),
        (
            {"startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 20, "endColumnIndex": 21},
            "U1:U2",
        ),
    ],
)
def test_a_range_that_begins_outside_the_grid_is_refused(where: dict[str, int], named: str) -> None:
    message = refused(Grid(), repeat({}, "note", where))
    assert message == (
        f"Invalid requests[0].repeatCell: Range (Sheet1!{named}) exceeds grid limits. "
        "Max rows: 20, max columns: 20"
    )


def test_a_range_that_ends_outside_the_grid_means_what_is_inside() -> None:
    grid = Grid()
    where = {"startRowIndex": 19, "endRowIndex": 40, "startColumnIndex": 0, "endColumnIndex": 1}
    grid.batch(repeat({"note": "n"}, "note", where))
    assert (grid.sheet.row_count, grid.sheet.cell(19, 0).note) == (20, "n")


def test_an_empty_range_changes_nothing() -> None:
    grid = Grid()
    where = {"startRowIndex": 3, "endRowIndex": 3}
    grid.batch(repeat({"note": "n"}, "note", where))
    assert all(row == () for row in grid.sheet.rows)


PROTECTION = (
    "You are trying to edit a protected cell or object. "
    "Please contact the spreadsheet owner to remove protection if you need to edit."
)


def protect(grid: Grid, where: dict[str, int], **rest: Any) -> None:
    grid.sheet.protected_ranges[5] = {"protectedRangeId": 5, "range": where, **rest}


WRITES = [
    update([[text("x")]], "userEnteredValue", start=start(1, 1)),
    update([[text("x")]], "userEnteredValue", range=area("A1:C3")),
    repeat({"note": "n"}, "note", area("B:B")),
    {
        "sortRange": {
            "range": area("A1:C3"),
            "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}],
        }
    },
    {"cutPaste": {"source": area("B2"), "destination": start(9, 9)}},
    {"cutPaste": {"source": area("H9"), "destination": start(1, 1)}},
    {"copyPaste": {"source": area("H9"), "destination": area("A1:C3")}},
    {"findReplace": {"find": "secret", "replacement": "x", "allSheets": True}},
    {"setDataValidation": {"range": area("A2:C2")}},
]


@pytest.mark.parametrize("request_", WRITES, ids=[next(iter(one)) for one in WRITES])
def test_hard_protection_refuses_every_kind_of_write(request_: dict[str, Any]) -> None:
    grid = Grid([["a", "b"], ["c", "secret"]])
    protect(grid, area("B2:C2"))
    kind = next(iter(request_))
    assert refused(grid, request_, DIALER) == f"Invalid requests[0].{kind}: {PROTECTION}"
    grid.batch(request_, account=OWNER)


def test_reading_a_protected_source_is_free() -> None:
    grid = Grid([["a"]])
    protect(grid, area("A1"))
    grid.batch({"copyPaste": {"source": area("A1"), "destination": area("C3")}}, account=DIALER)
    assert grid.sheet.cell(2, 2).value == "a"


def test_editors_and_warnings_and_holes_let_through() -> None:
    write = update([[text("x")]], "userEnteredValue", start=start(1, 1))
    for rest in (
        {"warningOnly": True},
        {"editors": {"users": ["Dialer@Example.com"]}},
        {"unprotectedRanges": [area("A1:C3")]},
        {"unprotectedRanges": [area("A1:B1"), area("B2:D4")]},
    ):
        grid = Grid()
        protect(grid, {"sheetId": 0}, **rest)
        grid.batch(write, account=DIALER)
        assert grid.sheet.cell(1, 1).value == "x"


def test_a_hole_that_covers_only_a_part_does_not_let_through() -> None:
    grid = Grid()
    protect(grid, {"sheetId": 0}, unprotectedRanges=[area("A1:B1"), area("D1")])
    wide = update([[text("x")] * 4], "userEnteredValue", start=start(0, 0))
    assert PROTECTION in refused(grid, wide, DIALER)


def test_thousands_of_scattered_cells_keep_untouched_rows_shared() -> None:
    grid = Grid(size=500)
    for row in range(500):
        grid.sheet.rows[row] = (Cell("a"), Cell("b"))
    rows_before = list(grid.sheet.rows)
    chosen = set(random.Random(2).sample(range(500), 100))
    grid.batch(*(update([[text("x")]], "userEnteredValue", start=start(row, 5)) for row in chosen))
    for row in range(500):
        assert (grid.sheet.rows[row] is rows_before[row]) == (row not in chosen)
        if row in chosen:
            assert grid.sheet.rows[row][2] is EMPTY
