"""insertRange and deleteRange: the cells beside the range go over, everything else stays."""

from __future__ import annotations

from typing import Any

import gspread
import pytest
from gspread.exceptions import APIError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.running import RunningSandbox

Grid = list[list[str]]


@pytest.fixture
def tab(sandbox: RunningSandbox) -> gspread.Worksheet:
    spreadsheet = sandbox.dialer_client().open_by_key(sandbox.spreadsheet_id)
    for old in spreadsheet.worksheets()[1:]:
        spreadsheet.del_worksheet(old)
    made = spreadsheet.add_worksheet("Shifted", rows=8, cols=6)
    made.update([["a1", "b1", "c1"], ["a2", "b2", "c2"], ["a3", "b3", "c3"]], "A1")
    return made


def shift(
    tab: gspread.Worksheet, kind: str, area: tuple[int, int, int, int], dimension: str = "ROWS"
) -> None:
    names = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
    place = {"sheetId": tab.id, **dict(zip(names, area, strict=True))}
    request: dict[str, Any] = {"range": place}
    if dimension:
        request["shiftDimension"] = dimension
    tab.spreadsheet.batch_update({"requests": [{kind: request}]})


@pytest.mark.parametrize(
    ("kind", "area", "dimension", "expected"),
    [
        ("insertRange", (1, 2, 0, 1), "ROWS",
         [["a1", "b1", "c1"], ["", "b2", "c2"], ["a2", "b3", "c3"], ["a3"]]),
        ("insertRange", (0, 2, 1, 3), "ROWS",
         [["a1"], ["a2"], ["a3", "b1", "c1"], ["", "b2", "c2"], ["", "b3", "c3"]]),
        ("insertRange", (0, 1, 0, 2), "COLUMNS",
         [["", "", "a1", "b1", "c1"], ["a2", "b2", "c2"], ["a3", "b3", "c3"]]),
        ("insertRange", (4, 6, 0, 6), "ROWS",
         [["a1", "b1", "c1"], ["a2", "b2", "c2"], ["a3", "b3", "c3"]]),
        ("deleteRange", (0, 1, 0, 1), "ROWS",
         [["a2", "b1", "c1"], ["a3", "b2", "c2"], ["", "b3", "c3"]]),
        ("deleteRange", (0, 2, 1, 3), "ROWS", [["a1", "b3", "c3"], ["a2"], ["a3"]]),
        ("deleteRange", (0, 1, 0, 2), "COLUMNS",
         [["c1"], ["a2", "b2", "c2"], ["a3", "b3", "c3"]]),
        ("deleteRange", (0, 8, 0, 1), "COLUMNS", [["b1", "c1"], ["b2", "c2"], ["b3", "c3"]]),
        ("deleteRange", (0, 3, 0, 3), "ROWS", []),
    ],
)  # fmt: skip
def test_what_stands_where_afterwards(
    tab: gspread.Worksheet,
    kind: str,
    area: tuple[int, int, int, int],
    dimension: str,
    expected: Grid,
) -> None:
    shift(tab, kind, area, dimension)
    assert tab.get() == (expected or [[]])
    assert (tab.row_count, tab.col_count) == (8, 6)


def test_formulas_and_names_follow_the_cells(tab: gspread.Worksheet) -> None:
    tab.update([["=B2", "=SUM(A3:A3)"]], "E1", raw=False)
    tab.define_named_range("B2", "follows")
    shift(tab, "insertRange", (0, 2, 1, 2))
    assert tab.acell("E1", value_render_option="FORMULA").value == "=B4"
    assert tab.acell("E1").value == "b2"
    assert tab.spreadsheet.values_get("follows")["range"] == "Shifted!B4"


def test_the_grid_grows_for_cells_pushed_over_its_edge(tab: gspread.Worksheet) -> None:
    tab.update([["last"]], "A8")
    shift(tab, "insertRange", (0, 2, 0, 1))
    assert tab.acell("A10").value == "last"


@pytest.mark.parametrize(
    ("area", "dimension", "words"),
    [
        ((0, 1, 0, 1), "", "dimension must be specified"),
        ((3, 1, 0, 1), "ROWS", "are not a range"),
        ((80, 81, 0, 1), "ROWS", "exceeds grid limits"),
    ],
)
@pytest.mark.parametrize("kind", ["insertRange", "deleteRange"])
def test_what_makes_no_sense_is_refused(
    tab: gspread.Worksheet,
    kind: str,
    area: tuple[int, int, int, int],
    dimension: str,
    words: str,
) -> None:
    before = tab.get()
    with pytest.raises(APIError, match=words):
        shift(tab, kind, area, dimension)
    assert tab.get() == before


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    top=st.integers(0, 4), height=st.integers(1, 4), left=st.integers(0, 4),
    width=st.integers(1, 2), dimension=st.sampled_from(["ROWS", "COLUMNS"]),
)  # fmt: skip
def test_deleting_what_was_inserted_leaves_everything_as_it_was(
    tab: gspread.Worksheet, top: int, height: int, left: int, width: int, dimension: str
) -> None:
    before = tab.get()
    area = (top, min(top + height, 8), left, left + width)
    shift(tab, "insertRange", area, dimension)
    shift(tab, "deleteRange", area, dimension)
    assert tab.get() == before
