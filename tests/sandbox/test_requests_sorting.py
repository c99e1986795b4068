"""sortRange orders rows as Google does and moves whole cells."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.sandbox.google.errors import GoogleError
from sheets_dialer.sandbox.google.model import Cell, Computed, ErrorValue, Formula, Stored
from sheets_dialer.sandbox.google.requests.sorting import sorted_rows
from tests.support.grids import Grid, area

Spec = tuple[int, str]


def sort(where: dict[str, int], *specs: Spec) -> dict[str, Any]:
    orders = {"asc": "ASCENDING", "des": "DESCENDING"}
    return {
        "sortRange": {
            "range": where,
            "sortSpecs": [
                {"dimensionIndex": column, "sortOrder": orders[order]} for column, order in specs
            ],
        }
    }


def column(grid: Grid, index: int = 0) -> list[Any]:
    return [row[index] if index < len(row) else None for row in grid.rows()]


MIXED: list[Stored | None] = [None, "banana", True, 10, "Apple", False, -1.5, "apple", None, "Ürdü"]


def test_ascending_goes_numbers_text_booleans_blanks() -> None:
    grid = Grid([[value, "x"] for value in MIXED])
    assert grid.batch(sort(area("A1:B10"), (0, "asc"))) == [{}]
    assert column(grid) == [
        -1.5, 10, "Apple", "apple", "banana", "Ürdü", False, True, None, None
    ]  # fmt: skip


def test_descending_turns_all_round_but_the_blanks() -> None:
    grid = Grid([[value, "x"] for value in MIXED])
    grid.batch(sort(area("A1:B10"), (0, "des")))
    assert column(grid) == [
        True, False, "Ürdü", "banana", "Apple", "apple", 10, -1.5, None, None
    ]  # fmt: skip


def test_errors_come_after_booleans() -> None:
    values: list[Computed] = [ErrorValue("REF"), True, None, "x"]
    assert sorted_rows([0, 1, 2, 3], values, descending=False) == [3, 1, 0, 2]
    assert sorted_rows([0, 1, 2, 3], values, descending=True) == [0, 1, 3, 2]


def test_text_that_looks_like_a_number_is_text() -> None:
    grid = Grid([["9"], [10], ["+92300"], ["10"], ["0300"]])
    grid.batch(sort(area("A1:A5"), (0, "asc")))
    assert column(grid) == [10, "+92300", "0300", "10", "9"]


def test_later_specs_decide_between_equals_only() -> None:
    grid = Grid([["b", 1], ["a", 2], ["b", 3], ["a", 4]])
    grid.batch(sort(area("A1:B4"), (0, "asc"), (1, "des")))
    assert grid.rows() == [["a", 4], ["a", 2], ["b", 3], ["b", 1]]


def test_cells_outside_the_range_stay() -> None:
    grid = Grid([["h", "h", "h"], [3, "c", "z"], [1, "a", "y"], [2, "b", "x"]])
    grid.batch(sort(area("A2:B4"), (0, "asc")))
    assert grid.rows() == [["h", "h", "h"], [1, "a", "z"], [2, "b", "y"], [3, "c", "x"]]


def test_the_column_counts_from_the_edge_of_the_sheet() -> None:
    grid = Grid([[9, 1, "b"], [8, 2, "a"]])
    grid.batch(sort(area("B1:C2"), (2, "asc")))
    assert grid.rows() == [[9, 2, "a"], [8, 1, "b"]]


@pytest.mark.parametrize("hidden_by", ["hiddenByUser", "hiddenByFilter"])
def test_hidden_rows_stay_where_they_are(hidden_by: str) -> None:
    grid = Grid([[5], [4], [3], [2], [1]])
    grid.sheet.row_properties[1] = {hidden_by: True}
    grid.sheet.row_properties[3] = {hidden_by: True}
    grid.batch(sort(area("A1:A5"), (0, "asc")))
    assert column(grid) == [1, 4, 3, 2, 5]


def test_the_whole_cell_moves() -> None:
    grid = Grid([[2], [1]])
    first = Cell(2, {"wrapStrategy": "WRAP"}, "note", {"condition": {"type": "BLANK"}})
    grid.sheet.set_cell(0, 0, first)
    grid.batch(sort(area("A1:A2"), (0, "asc")))
    assert grid.sheet.cell(1, 0) == first
    assert grid.sheet.cell(0, 0) == Cell(1)


def test_formulas_keep_pointing_to_their_own_row() -> None:
    grid = Grid([[3, "=A1*$A$1"], [1, "=A2*$A$1"], [2, "=A3*$A$1"]])
    grid.batch(sort(area("A1:B3"), (0, "asc")))
    assert grid.rows() == [[1, "=A1*$A$1"], [2, "=A2*$A$1"], [3, "=A3*$A$1"]]


def test_rows_are_sorted_by_what_formulas_evaluate_to() -> None:
    grid = Grid([["a", "=3"], ["b", "=1+1"], ["c", '=""'], ["d", "=1"]])
    grid.batch(sort(area("A1:B4"), (1, "asc")))
    assert column(grid) == ["d", "b", "a", "c"]


def test_a_whole_tab_below_its_header_can_be_sorted() -> None:
    grid = Grid([["Phone"], ["b"], ["a"]])
    grid.batch(sort({"sheetId": 0, "startRowIndex": 1}, (0, "asc")))
    assert column(grid) == ["Phone", "a", "b"]
    assert grid.sheet.row_count == 20


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (sort(area("A1:B2"), (-1, "asc")), 500),
        (sort(area("A1:B2"), (5, "asc")), 400),
        (sort(area("A1:B2")), 400),
        (sort(area("A1:B2", 7), (0, "asc")), 400),
        ({"sortRange": {"sortSpecs": [{"dimensionIndex": 0}]}}, 400),
        (
            {
                "sortRange": {
                    "range": area("A1:B2"),
                    "sortSpecs": [{"dimensionIndex": 0, "backgroundColor": {"red": 1}}],
                }
            },
            400,
        ),
    ],
)
def test_what_makes_no_sense_is_refused(request_: dict[str, Any], code: int) -> None:
    with pytest.raises(GoogleError) as caught:
        Grid([["a"]]).batch(request_)
    assert caught.value.code == code


value = st.one_of(
    st.none(),
    st.integers(-5, 5),
    st.booleans(),
    st.sampled_from(["", "a", "A", "b", "-", "é", "نمبر"]).map(lambda text: text or None),
)


@given(
    st.lists(st.tuples(value, value), min_size=1, max_size=19),
    st.sets(st.integers(0, 18)),
    st.sampled_from(["asc", "des"]),
    st.sampled_from(["asc", "des"]),
)
def test_sorting_is_a_stable_permutation(
    pairs: list[tuple[Any, Any]], hidden: set[int], first: str, second: str
) -> None:
    grid = Grid([[one, other, index] for index, (one, other) in enumerate(pairs)])
    for row in hidden:
        grid.sheet.row_properties[row] = {"hiddenByUser": True}
    where = area(f"A1:C{len(pairs)}")
    before = grid.rows()
    grid.batch(sort(where, (0, first), (1, second)))
    after = grid.rows()
    key = repr  # True and 1 are equal to Python, not to a sheet
    assert sorted(map(key, after)) == sorted(map(key, before))
    for row in hidden:
        assert after[row : row + 1] == before[row : row + 1]
    visible = [row for index, row in enumerate(after) if index not in hidden]
    for upper, lower in pairwise(visible):
        if key(upper[:2]) == key(lower[:2]):
            assert upper[2] < lower[2]
    grid.batch(sort(where, (0, first), (1, second)))
    assert grid.rows() == after


@given(st.permutations(range(15)))
def test_a_row_is_never_torn_apart(order: list[int]) -> None:
    grid = Grid([[number, f"row {number}", f"=A{row}"] for row, number in enumerate(order, 1)])
    grid.batch(sort(area("A1:C15"), (0, "asc")))
    assert grid.rows() == [[row, f"row {row}", f"=A{row + 1}"] for row in range(15)]
    assert isinstance(grid.sheet.cell(0, 2).value, Formula)
