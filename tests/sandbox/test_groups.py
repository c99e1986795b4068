"""Grouped rows and columns over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gspread
import pytest
from gspread.exceptions import APIError

from tests.support.running import RunningSandbox

Groups = list[tuple[int, int, int]]


@pytest.fixture
def tab(sandbox: RunningSandbox) -> Iterator[gspread.Worksheet]:
    """A tab of its own with 12 rows and 6 columns."""
    book = sandbox.person_client().open_by_key(sandbox.spreadsheet_id)
    tab = book.add_worksheet("Grouping", 12, 6)
    yield tab
    book.del_worksheet(tab)


def groups(tab: gspread.Worksheet) -> Groups:
    """Start, end and depth of the tab's groups of rows, as the spreadsheet tells them."""
    return [
        (each["range"]["startIndex"], each["range"]["endIndex"], each["depth"])
        for each in tab.list_dimension_group_rows()
    ]


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ([(1, 4)], [(1, 4, 1)]),
        ([(1, 4), (2, 3)], [(1, 4, 1), (2, 3, 2)]),
        ([(2, 3), (1, 4)], [(1, 4, 1), (2, 3, 2)]),
        ([(1, 4), (2, 6)], [(1, 6, 1), (2, 4, 2)]),
        ([(1, 4), (6, 8)], [(1, 4, 1), (6, 8, 1)]),
        ([(1, 4), (4, 8)], [(1, 8, 1)]),
        ([(1, 4), (1, 4)], [(1, 4, 1), (1, 4, 2)]),
    ],
)
def test_groups_nest_as_documented(
    tab: gspread.Worksheet, added: list[tuple[int, int]], expected: Groups
) -> None:
    for start, end in added:
        tab.add_dimension_group_rows(start, end)
    assert groups(tab) == expected
    for start, end in added:
        tab.delete_dimension_group_rows(start, end)
    assert groups(tab) == []


@pytest.mark.parametrize(
    ("inserted", "start", "end", "expected"),
    [
        (True, 0, 2, [(4, 7, 1)]),
        (True, 3, 5, [(2, 7, 1)]),
        (True, 5, 6, [(2, 5, 1)]),
        (False, 0, 1, [(1, 4, 1)]),
        (False, 3, 8, [(2, 3, 1)]),
        (False, 2, 5, []),
    ],
)
def test_groups_follow_their_rows(
    tab: gspread.Worksheet, inserted: bool, start: int, end: int, expected: Groups
) -> None:
    tab.add_dimension_group_rows(2, 5)
    span = {"sheetId": tab.id, "dimension": "ROWS", "startIndex": start, "endIndex": end}
    kind = "insertDimension" if inserted else "deleteDimension"
    tab.spreadsheet.batch_update({"requests": [{kind: {"range": span}}]})
    assert groups(tab) == expected


@pytest.mark.parametrize("collapsed", [True, False])
def test_a_collapsed_group_hides_its_columns(tab: gspread.Worksheet, collapsed: bool) -> None:
    tab.add_dimension_group_columns(1, 3)
    span = {"sheetId": tab.id, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 3}
    for state in (True, collapsed):
        group = {"range": span, "depth": 1, "collapsed": state}
        update = {"updateDimensionGroup": {"dimensionGroup": group, "fields": "collapsed"}}
        tab.spreadsheet.batch_update({"requests": [update]})
    (shown,) = tab.list_dimension_group_columns()
    assert shown.get("collapsed", False) is collapsed
    sheets = tab.spreadsheet.fetch_sheet_metadata({"includeGridData": "true"})["sheets"]
    (sheet,) = (each for each in sheets if each["properties"]["sheetId"] == tab.id)
    hidden = [bool(each.get("hiddenByUser")) for each in sheet["data"][0]["columnMetadata"]]
    assert hidden == [False, collapsed, collapsed, False, False, False]


@pytest.mark.parametrize("kind", ["deleteDimensionGroup", "updateDimensionGroup"])
def test_a_group_that_isnt_there_is_refused(tab: gspread.Worksheet, kind: str) -> None:
    span = {"sheetId": tab.id, "dimension": "ROWS", "startIndex": 1, "endIndex": 3}
    content: dict[str, Any] = {"range": span}
    if kind == "updateDimensionGroup":
        content = {"dimensionGroup": {"range": span, "depth": 1}, "fields": "collapsed"}
    with pytest.raises(APIError, match=f"requests.0..{kind}: There is no group"):
        tab.spreadsheet.batch_update({"requests": [{kind: content}]})
