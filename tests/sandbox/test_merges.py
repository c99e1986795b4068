"""Merged cells over HTTP: what is merged, what becomes of it, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gspread
import pytest
from gspread.exceptions import APIError
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.grids import area
from tests.support.running import RunningSandbox
from tests.support.services import Services

CUT = "You must select all cells in a merged range to merge or unmerge them."
MOVE = (
    "Sorry, it is not possible to move a row to a position that crosses a merged cell. "
    "Please unmerge and try again."
)
PASTE = "You can't perform a paste that partially intersects a merge."


@pytest.fixture
def tab(sandbox: RunningSandbox) -> Iterator[gspread.Worksheet]:
    """A tab of its own with 10 rows and 6 columns, each cell holding its own name."""
    book = sandbox.person_client().open_by_key(sandbox.spreadsheet_id)
    tab = book.add_worksheet("Merging", 10, 6)
    tab.update([[f"{letter}{row}" for letter in "ABCDEF"] for row in range(1, 11)], "A1:F10")
    yield tab
    book.del_worksheet(tab)


def merges(tab: gspread.Worksheet) -> list[tuple[int, int, int, int]]:
    """Rows and columns of the tab's merges, as the spreadsheet tells them."""
    for sheet in tab.spreadsheet.fetch_sheet_metadata()["sheets"]:
        if sheet["properties"]["sheetId"] == tab.id:
            return [_sides(each) for each in sheet.get("merges", [])]
    raise AssertionError("the tab is gone")


def _sides(merge: dict[str, int]) -> tuple[int, int, int, int]:
    return (
        merge["startRowIndex"],
        merge["endRowIndex"],
        merge["startColumnIndex"],
        merge["endColumnIndex"],
    )


def batch(tab: gspread.Worksheet, *requests: dict[str, Any]) -> Any:
    return tab.spreadsheet.batch_update({"requests": list(requests)})


def merge(tab: gspread.Worksheet, text: str, kind: str = "MERGE_ALL") -> dict[str, Any]:
    return {"mergeCells": {"range": area(text, tab.id), "mergeType": kind}}


def lines(tab: gspread.Worksheet, dimension: str, start: int, end: int) -> dict[str, Any]:
    return {"sheetId": tab.id, "dimension": dimension, "startIndex": start, "endIndex": end}


@pytest.mark.parametrize(
    ("kind", "merged", "values"),
    [
        ("MERGE_ALL", [(0, 2, 0, 3)], [["A1", "", ""], ["", "", ""]]),
        ("MERGE_ROWS", [(0, 1, 0, 3), (1, 2, 0, 3)], [["A1", "", ""], ["A2", "", ""]]),
        (
            "MERGE_COLUMNS",
            [(0, 2, 0, 1), (0, 2, 1, 2), (0, 2, 2, 3)],
            [["A1", "B1", "C1"], ["", "", ""]],
        ),
    ],
)
def test_a_merge_keeps_the_upper_left_value(
    tab: gspread.Worksheet, kind: str, merged: Any, values: list[list[str]]
) -> None:
    batch(tab, merge(tab, "A1:C2", kind))
    assert merges(tab) == merged
    shown = [row + [""] * (3 - len(row)) for row in tab.get("A1:C2")]
    assert shown + [[""] * 3] * (2 - len(shown)) == values
    assert tab.acell("D1").value == "D1"


def test_what_is_written_under_a_merge_is_lost_and_a_merge_undone_stays_empty(
    tab: gspread.Worksheet,
) -> None:
    tab.merge_cells("A1:C1")
    tab.update([["title", "lost", "lost"]], "A1:C1")
    assert tab.get("A1:C1") == [["title"]]
    tab.unmerge_cells("A1:C1")
    assert merges(tab) == []
    assert tab.get("A1:C1") == [["title"]]
    tab.update([["now"]], "B1")
    assert tab.get("A1:C1") == [["title", "now"]]


def test_the_batch_answers_with_the_merges(tab: gspread.Worksheet) -> None:
    answer = tab.spreadsheet.batch_update(
        {"requests": [merge(tab, "B2:C3")], "includeSpreadsheetInResponse": True}
    )
    (sheet,) = (
        each
        for each in answer["updatedSpreadsheet"]["sheets"]
        if each["properties"]["sheetId"] == tab.id
    )
    assert sheet["merges"] == [area("B2:C3", tab.id)]


def test_merging_again_is_allowed_and_swallows_what_lies_inside(tab: gspread.Worksheet) -> None:
    batch(tab, merge(tab, "A1:B2"), merge(tab, "A1:B2"))
    assert merges(tab) == [(0, 2, 0, 2)]
    batch(tab, merge(tab, "A1:C3"), merge(tab, "E5:E5"))
    assert merges(tab) == [(0, 3, 0, 3)]


def _request(tab: gspread.Worksheet, kind: str) -> dict[str, Any]:
    here = {"sheetId": tab.id}
    if kind == "merge":
        return merge(tab, "C3:D4")
    if kind == "unmerge":
        return {"unmergeCells": {"range": area("B2:B3", tab.id)}}
    if kind == "sort":
        return {"sortRange": {"range": area("A1:F8", tab.id), "sortSpecs": [{}]}}
    if kind == "half sort":
        return {
            "sortRange": {
                "range": area("A5:C8", tab.id),
                "sortSpecs": [{"sortOrder": "DESCENDING"}],
            }
        }
    if kind == "filter":
        return {"setBasicFilter": {"filter": {"range": area("A1:F8", tab.id)}}}
    if kind == "copy":
        pair = {"source": area("F1", tab.id), "destination": area("C3", tab.id)}
        return {"copyPaste": pair}
    if kind == "cut":
        corner = {**here, "rowIndex": 8, "columnIndex": 0}
        return {"cutPaste": {"source": area("A1:B2", tab.id), "destination": corner}}
    if kind == "freeze":
        grid = {**here, "gridProperties": {"frozenRowCount": 2}}
        return {
            "updateSheetProperties": {
                "properties": grid,
                "fields": "gridProperties.frozenRowCount",
            }
        }
    return {"moveDimension": {"source": lines(tab, "ROWS", 2, 3), "destinationIndex": 0}}


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("merge", CUT),
        ("unmerge", CUT),
        ("sort", "You can't sort a range containing vertical merges."),
        ("half sort", "You can't sort a range that crosses the border of a merge."),
        ("filter", "You can't create a filter over a range containing vertical merges."),
        ("copy", PASTE),
        ("cut", PASTE),
        ("freeze", "You can't freeze rows which contain only part of a merged cell."),
        (
            "move",
            MOVE,
        ),
    ],
)
def test_what_cuts_a_merge_is_refused_with_the_whole_batch(
    tab: gspread.Worksheet, kind: str, words: str
) -> None:
    batch(tab, merge(tab, "B2:C3"), merge(tab, "C6:D6"))
    before = tab.get_all_values()
    request = _request(tab, kind)
    with pytest.raises(APIError) as refused:
        batch(tab, {"unmergeCells": {"range": area("C6:D6", tab.id)}}, request) if (
            kind != "half sort"
        ) else batch(tab, {"unmergeCells": {"range": area("F6", tab.id)}}, request)
    assert refused.value.error["message"] == f"Invalid requests[1].{next(iter(request))}: {words}"
    assert tab.get_all_values() == before
    assert len(merges(tab)) == 2


@pytest.mark.parametrize(
    ("dimension", "start", "end", "inserted", "merged"),
    [
        ("ROWS", 0, 2, True, [(4, 7, 1, 4)]),
        ("ROWS", 2, 4, True, [(4, 7, 1, 4)]),
        ("ROWS", 3, 4, True, [(2, 6, 1, 4)]),
        ("ROWS", 5, 6, True, [(2, 5, 1, 4)]),
        ("COLUMNS", 2, 4, True, [(2, 5, 1, 6)]),
        ("COLUMNS", 0, 1, True, [(2, 5, 2, 5)]),
        ("ROWS", 0, 1, False, [(1, 4, 1, 4)]),
        ("ROWS", 3, 4, False, [(2, 4, 1, 4)]),
        ("ROWS", 4, 8, False, [(2, 4, 1, 4)]),
        ("ROWS", 2, 5, False, []),
        ("COLUMNS", 2, 4, False, [(2, 5, 1, 2)]),
        ("COLUMNS", 1, 4, False, []),
    ],
)
def test_merges_shift_grow_and_shrink_with_the_lines(
    tab: gspread.Worksheet, dimension: str, start: int, end: int, inserted: bool, merged: Any
) -> None:
    batch(tab, merge(tab, "B3:D5"))
    kind = "insertDimension" if inserted else "deleteDimension"
    batch(tab, {kind: {"range": lines(tab, dimension, start, end)}})
    assert merges(tab) == merged


def test_a_merge_of_which_one_cell_is_left_is_none(tab: gspread.Worksheet) -> None:
    batch(tab, merge(tab, "A1:A2"))
    batch(tab, {"deleteDimension": {"range": lines(tab, "ROWS", 1, 2)}})
    assert merges(tab) == []


def test_copies_bring_merges_along_and_cuts_take_them_away(tab: gspread.Worksheet) -> None:
    batch(tab, merge(tab, "A1:B2"))
    batch(
        tab,
        {"copyPaste": {"source": area("A1:B2", tab.id), "destination": area("A5:D6", tab.id)}},
    )
    assert merges(tab) == [(0, 2, 0, 2), (4, 6, 0, 2), (4, 6, 2, 4)]
    assert tab.get("A5:D6") == [["A1", "", "A1"]]
    corner = {"sheetId": tab.id, "rowIndex": 8, "columnIndex": 1}
    batch(tab, {"cutPaste": {"source": area("A1:B2", tab.id), "destination": corner}})
    assert merges(tab) == [(4, 6, 0, 2), (4, 6, 2, 4), (8, 10, 1, 3)]
    values = {"source": area("F1:F2", tab.id), "destination": area("A5:B6", tab.id)}
    batch(tab, {"copyPaste": {**values, "pasteType": "PASTE_VALUES"}})
    assert (4, 6, 0, 2) in merges(tab)
    assert tab.acell("A5").value == "F1"


def test_a_merged_row_is_sorted_with_its_merge(tab: gspread.Worksheet) -> None:
    batch(tab, merge(tab, "A2:B2"))
    tab.sort((1, "des"), range="A1:F4")
    assert merges(tab) == [(2, 3, 0, 2)]
    assert tab.get("A1:C4")[2] == ["A2", "", "C2"]


def test_a_copied_tab_is_merged_alike_and_a_restart_forgets_nothing(
    start_sandbox: Any,
) -> None:
    sandbox: RunningSandbox = start_sandbox()
    book = sandbox.person_client().open_by_key(sandbox.spreadsheet_id)
    book.sheet1.merge_cells("A5:C5")
    copy = book.sheet1.duplicate(new_sheet_name="Copy")
    assert merges(copy) == merges(book.sheet1) == [(4, 5, 0, 3)]
    sandbox.stop()
    sandbox.start()
    again = sandbox.person_client().open_by_key(sandbox.spreadsheet_id)
    assert merges(again.worksheet("Copy")) == [(4, 5, 0, 3)]


_PLACES = st.tuples(*[st.integers(0, 7) for _ in range(4)])
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["merge", "unmerge", "insert", "delete", "paste", "sort", "write"]),
        _PLACES,
        st.sampled_from(["ROWS", "COLUMNS"]),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(_STEPS)
def test_merges_never_overlap_and_hide_no_value(steps: list[Any]) -> None:
    services = Services()
    for kind, (top, left, height, width), dimension in steps:
        where = {
            "startRowIndex": top,
            "endRowIndex": top + height + 1,
            "startColumnIndex": left,
            "endColumnIndex": left + width + 1,
        }
        span = {"dimension": dimension, "startIndex": top, "endIndex": top + height + 1}
        cells = [{"userEnteredValue": {"numberValue": top}}] * (width + 1)
        request = {
            "merge": {"mergeCells": {"range": where, "mergeType": f"MERGE_{dimension}"}},
            "unmerge": {"unmergeCells": {"range": where}},
            "insert": {"insertDimension": {"range": span}},
            "delete": {"deleteDimension": {"range": span}},
            "paste": {"copyPaste": {"source": where, "destination": {**where, "endRowIndex": 12}}},
            "sort": {"sortRange": {"range": where, "sortSpecs": [{"dimensionIndex": left}]}},
            "write": {
                "updateCells": {
                    "range": where,
                    "rows": [{"values": cells}] * (height + 1),
                    "fields": "userEnteredValue",
                }
            },
        }[kind]
        before = services.library.documents[services.id].workbook
        response = services.send("POST", f"{services.path}:batchUpdate", {"requests": [request]})
        if response.status != 200:
            assert response.status == 400
            assert services.library.documents[services.id].workbook is before
        sheet = services.call("GET", services.path, includeGridData=True)["sheets"][0]
        rows = sheet["data"][0].get("rowData", [])
        seen: set[tuple[int, int]] = set()
        for one in sheet.get("merges", []):
            top_row, end_row, first, end = _sides(one)
            covered = {(r, c) for r in range(top_row, end_row) for c in range(first, end)}
            assert len(covered) > 1
            assert not covered & seen
            seen |= covered
            for row, column in covered - {(top_row, first)}:
                values = rows[row].get("values", []) if row < len(rows) else []
                assert column >= len(values) or "userEnteredValue" not in values[column]


@pytest.mark.parametrize(
    ("where", "kind", "words"),
    [
        ("A1:F1", "MERGE_ALL", None),
        ("B3:C3", "MERGE_ALL", None),
        ("B3:C5", "MERGE_ROWS", None),
        ("E3:F5", "MERGE_ALL", None),
        ("A2:B2", "MERGE_ALL", "cross the borders of an existing filter"),
        ("A1:F10", "MERGE_ALL", "cross the borders of an existing filter"),
        ("B5:B7", "MERGE_ALL", "cross the borders of an existing filter"),
        ("A3:C4", "MERGE_ROWS", "cross the borders of an existing filter"),
        ("B3:B4", "MERGE_ALL", "vertically merge cells that intersect an existing filter"),
        ("B3:C4", "MERGE_COLUMNS", "vertically merge cells that intersect an existing filter"),
    ],
)
def test_a_filter_keeps_merges_out(
    tab: gspread.Worksheet, where: str, kind: str, words: str | None
) -> None:
    tab.set_basic_filter("B2:D6")
    if words is None:
        batch(tab, merge(tab, where, kind))
        assert merges(tab)
        return
    with pytest.raises(APIError, match=words):
        batch(tab, merge(tab, where, kind))
    assert merges(tab) == []
    tab.clear_basic_filter()
    batch(tab, merge(tab, where, kind))
    assert merges(tab)
