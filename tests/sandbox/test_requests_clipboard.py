"""cutPaste and copyPaste bring cells to another place, and what points to them along."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.sandbox.google.errors import GoogleError
from sheets_dialer.sandbox.google.model import Cell, Formula
from tests.support.grids import Grid, area

BORDER = {"top": {"style": "SOLID"}}
RULE = {"condition": {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "1"}]}}
BLANK_RULE = {"condition": {"type": "TEXT_IS_URL"}}


def copy(source: str, destination: str, paste: str | None = None, **rest: Any) -> dict[str, Any]:
    request = {"source": area(source), "destination": area(destination), **rest}
    return {"copyPaste": request | ({"pasteType": paste} if paste else {})}


def cut(
    source: str, row: int, column: int, paste: str | None = None, *, to: int = 0
) -> dict[str, Any]:
    destination = {"sheetId": to, "rowIndex": row, "columnIndex": column}
    request = {"source": area(source), "destination": destination}
    return {"cutPaste": request | ({"pasteType": paste} if paste else {})}


def source_cell() -> Cell:
    return Cell(
        Formula("=B1+1"),
        {"wrapStrategy": "WRAP", "borders": BORDER},
        "source note",
        RULE,
    )


def target_cell() -> Cell:
    return Cell("old", {"horizontalAlignment": "LEFT"}, "target note", BLANK_RULE)


def pasted(paste: str | None) -> Cell:
    grid = Grid([[None, 41]])
    grid.sheet.set_cell(0, 0, source_cell())
    grid.sheet.set_cell(4, 2, target_cell())
    assert grid.batch(copy("A1", "C5", paste)) == [{}]
    assert grid.sheet.cell(0, 0) == source_cell()
    return grid.sheet.cell(4, 2)


@pytest.mark.parametrize("paste", [None, "PASTE_NORMAL"])
def test_a_normal_paste_takes_all_and_moves_references(paste: str | None) -> None:
    source = source_cell()
    assert pasted(paste) == Cell(Formula("=D5+1"), source.format, source.note, source.validation)


@pytest.mark.parametrize(
    ("paste", "expected"),
    [
        ("PASTE_VALUES", {"value": 42}),
        ("PASTE_FORMULA", {"value": Formula("=D5+1")}),
        ("PASTE_FORMAT", {"format": source_cell().format}),
        ("PASTE_DATA_VALIDATION", {"validation": RULE}),
        ("PASTE_CONDITIONAL_FORMATTING", {}),
    ],
)
def test_a_special_paste_takes_one_thing(paste: str, expected: dict[str, Any]) -> None:
    target = target_cell()
    kept = {
        "value": target.value,
        "format": target.format,
        "note": target.note,
        "validation": target.validation,
    }
    assert pasted(paste) == Cell(**(kept | expected))


def test_without_borders_the_target_keeps_its_own() -> None:
    assert pasted("PASTE_NO_BORDERS").format == {"wrapStrategy": "WRAP"}
    grid = Grid([["a"]])
    grid.sheet.set_cell(0, 0, Cell("a", {"wrapStrategy": "WRAP"}))
    grid.sheet.set_cell(1, 0, Cell("b", {"borders": BORDER}))
    grid.batch(copy("A1", "A2", "PASTE_NO_BORDERS"))
    assert grid.sheet.cell(1, 0).format == {"wrapStrategy": "WRAP", "borders": BORDER}


def test_blank_source_cells_blank_their_targets() -> None:
    grid = Grid([["a", None], ["x", "y"]])
    grid.batch(copy("A1:B1", "A2"))
    assert grid.rows() == [["a"], ["a"]]


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        ("A3:B6", [["a", "b"], ["c", "d"], ["a", "b"], ["c", "d"], ["a", "b"], ["c", "d"]]),
        ("A3:B5", [["a", "b"], ["c", "d"], ["a", "b"], ["c", "d"]]),
        ("A3", [["a", "b"], ["c", "d"], ["a", "b"], ["c", "d"]]),
        ("A3:D4", [["a", "b"], ["c", "d"], ["a", "b", "a", "b"], ["c", "d", "c", "d"]]),
    ],
)
def test_a_multiple_of_the_source_is_tiled(destination: str, expected: list[list[str]]) -> None:
    grid = Grid([["a", "b"], ["c", "d"]])
    grid.batch(copy("A1:B2", destination))
    assert grid.rows() == expected


def test_one_row_fills_whole_columns() -> None:
    grid = Grid([["=B1", "x"]])
    grid.batch(copy("A1", "A2:A"))
    assert grid.rows()[19] == ["=B20"]


def test_transposing_turns_rows_into_columns() -> None:
    grid = Grid([[1, 2, 3], [4, 5, 6]])
    grid.batch(copy("A1:C2", "E1", pasteOrientation="TRANSPOSE"))
    assert [row[4:] for row in grid.rows()] == [[1, 4], [2, 5], [3, 6]]


def test_overlapping_ranges_copy_what_was_there() -> None:
    grid = Grid([[1], [2], [3]])
    grid.batch(copy("A1:A3", "A2"))
    assert grid.rows() == [[1], [1], [2], [3]]


def test_a_paste_beyond_the_edge_makes_the_grid_grow() -> None:
    grid = Grid([[1], [2], [3]])
    grid.batch(copy("A1:A3", "A20"))
    assert (grid.sheet.row_count, grid.rows()[19:]) == (22, [[1], [2], [3]])


def test_cutting_moves_whole_cells_and_empties_the_source() -> None:
    grid = Grid([["a", "b"], ["c", "d"]])
    grid.sheet.set_cell(0, 0, source_cell())
    assert grid.batch(cut("A1:B1", 5, 3)) == [{}]
    source = source_cell()
    moved = Cell(Formula("=E6+1"), source.format, source.note, source.validation)
    assert grid.sheet.cell(5, 3) == moved  # it pointed to B1, which went along to E6
    assert grid.sheet.cell(5, 4).value == "b"
    assert grid.sheet.rows[0] == ()


def test_all_of_the_source_is_cut_whatever_is_pasted() -> None:
    grid = Grid([["a"], [None], ["kept"]])
    grid.sheet.set_cell(0, 0, Cell("a", {"wrapStrategy": "WRAP"}, "note"))
    grid.batch(cut("A1", 2, 0, "PASTE_FORMAT"))
    assert grid.sheet.rows[0] == ()
    assert grid.sheet.cell(2, 0) == Cell("kept", {"wrapStrategy": "WRAP"})


def test_formulas_and_names_that_point_into_the_source_follow_it() -> None:
    grid = Grid([[7, "=A1", "=SUM(A1:A2)", "=A$1+A3"], [8], [9]])
    grid.document.workbook.named_ranges = {
        "n1": {"namedRangeId": "n1", "name": "inside", "range": area("A1:A2")},
        "n2": {"namedRangeId": "n2", "name": "larger", "range": area("A1:A3")},
    }
    grid.batch(cut("A1:A2", 9, 5))
    assert grid.rows()[0] == [None, "=F10", "=SUM(F10:F11)", "=F$10+A3"]
    names = grid.document.workbook.named_ranges
    assert names["n1"]["range"] == unnumbered("F10:F11")
    assert names["n2"]["range"] == unnumbered("A1:A3")


def test_whole_columns_are_followed_too() -> None:
    grid = Grid([[7, None, "=SUM(A:A)"]])
    grid.document.workbook.named_ranges = {
        "n": {"namedRangeId": "n", "name": "column", "range": {"endColumnIndex": 1}}
    }
    grid.batch(cut("A:A", 0, 5))
    assert grid.rows() == [[None, None, "=SUM(F:F)", None, None, 7]]
    assert grid.document.workbook.named_ranges["n"]["range"] == unnumbered("F1:F20")


def test_formulas_cut_to_another_tab_point_where_they_did() -> None:
    grid = Grid([["=B1", 5, "=A1"]])
    grid.add_tab("My Tab", 8)
    grid.batch(cut("A1", 2, 2, to=8))
    assert grid.rows(8)[2] == [None, None, "=Sheet1!B1"]
    assert grid.rows() == [[None, 5, "='My Tab'!C3"]]


def rules(grid: Grid) -> list[list[dict[str, int]]]:
    return [rule["ranges"] for rule in grid.sheet.conditional_formats]


def with_rule(where: str) -> Grid:
    grid = Grid([["a", "b"], ["c", "d"]])
    grid.sheet.conditional_formats = [{"ranges": [unnumbered(where)], "booleanRule": {}}]
    return grid


def unnumbered(where: str) -> dict[str, int]:
    return {key: value for key, value in area(where).items() if key != "sheetId"}


def test_a_copied_format_takes_its_rules_along() -> None:
    grid = with_rule("A1:A2")
    grid.batch(copy("A1:B1", "D5", "PASTE_CONDITIONAL_FORMATTING"))
    assert rules(grid) == [[unnumbered("A1:A2"), unnumbered("D5")]]
    assert grid.rows() == [["a", "b"], ["c", "d"]]


def test_a_paste_within_one_rule_leaves_it_as_it_is() -> None:
    grid = with_rule("A1:A20")
    grid.batch(copy("A1:B1", "A2"))
    assert rules(grid) == [[unnumbered("A1:A20")]]


def test_pasting_unruled_cells_punches_a_hole_into_a_rule() -> None:
    grid = with_rule("A1:A20")
    grid.batch(copy("B1", "A2"))
    assert rules(grid) == [[unnumbered("A1"), unnumbered("A3:A20")]]


def test_values_alone_leave_rules_alone() -> None:
    grid = with_rule("A1:A20")
    grid.batch(copy("B1", "A2", "PASTE_VALUES"))
    assert rules(grid) == [[unnumbered("A1:A20")]]


def test_a_cut_of_nothing_changes_nothing() -> None:
    grid = Grid([["a"], ["b"]])
    nothing = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 1}
    request = cut("A1", 3, 0)
    request["cutPaste"]["source"] = nothing
    assert grid.batch(request) == [{}]
    assert grid.rows() == [["a"], ["b"]]


def test_a_cut_takes_the_rule_away() -> None:
    grid = with_rule("A1:A2")
    grid.batch(cut("A1:B2", 9, 0))
    assert rules(grid) == [[unnumbered("A10:A11")]]
    grid.add_tab("Other", 8)
    grid.batch(cut("A10:A11", 0, 0, to=8))
    assert rules(grid) == []
    assert [rule["ranges"] for rule in grid.tab(8).conditional_formats] == [[area("A1:A2", 8)]]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (cut("A1", 20, 0), "cutPaste: GridCoordinate.rowIndex[20] is after last row in grid[19]"),
        (cut("A1", 0, 0, to=5), "cutPaste: No grid with id: 5"),
        ({"cutPaste": {"source": area("A1")}}, "cutPaste: destination is required."),
        (
            copy("A1", "A30"),
            "copyPaste: Range (Sheet1!A30) exceeds grid limits. Max rows: 20, max columns: 20",
        ),
        ({"copyPaste": {"destination": area("A1")}}, "copyPaste: range is required."),
    ],
)
def test_what_makes_no_sense_is_refused(request_: dict[str, Any], words: str) -> None:
    with pytest.raises(GoogleError) as caught:
        Grid([["a"]]).batch(request_)
    assert (caught.value.code, caught.value.message) == (400, f"Invalid requests[0].{words}")


@given(st.data())
def test_a_cut_loses_no_value_and_copies_none(data: st.DataObject) -> None:
    corner = st.integers(0, 9)
    top, left, to_row, to_column = (data.draw(corner) for _ in range(4))
    height, width = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6))
    grid = Grid([[row * 20 + column for column in range(20)] for row in range(20)])
    where = {
        "sheetId": 0,
        "startRowIndex": top,
        "endRowIndex": top + height,
        "startColumnIndex": left,
        "endColumnIndex": left + width,
    }
    destination = {"rowIndex": to_row, "columnIndex": to_column}
    grid.batch({"cutPaste": {"source": where, "destination": destination}})
    expected = {(row, column): row * 20 + column for row in range(20) for column in range(20)}
    cells = [(row, column) for row in range(height) for column in range(width)]
    lifted = {(row, column): expected.pop((top + row, left + column)) for row, column in cells}
    for (row, column), value in lifted.items():
        expected[to_row + row, to_column + column] = value
    found = {
        (row, column): cell.value
        for row, cells_ in enumerate(grid.sheet.rows)
        for column, cell in enumerate(cells_)
        if cell.value is not None
    }
    assert found == expected
