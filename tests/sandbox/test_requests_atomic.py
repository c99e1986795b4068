"""No request ever changes the state that it began with, whether its batch is kept or refused."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.sandbox.google.errors import GoogleError
from sheets_dialer.sandbox.google.model import Cell
from tests.support.grids import Grid, area

LIST_RULE = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "y"}]}}
CELL = {
    "userEnteredValue": {"formulaValue": "=A1&B2"},
    "userEnteredFormat": {"textFormat": {"bold": True}},
    "note": "n",
    "dataValidation": LIST_RULE,
}
CRITERIA = {"0": {"hiddenValues": ["a", "5"]}}
ASCENDING = {"dimensionIndex": 0, "sortOrder": "ASCENDING"}
CORNER = {"sheetId": 0, "rowIndex": 2, "columnIndex": 2}

REQUESTS: list[dict[str, Any]] = [
    {"updateCells": {"start": CORNER, "rows": [{"values": [CELL, {}]}], "fields": "*"}},
    {"updateCells": {"range": area("A1:C3"), "fields": "userEnteredFormat.textFormat.bold,note"}},
    {"repeatCell": {"range": area("A1:D4"), "cell": CELL, "fields": "userEnteredFormat"}},
    {"repeatCell": {"range": area("B2:C3"), "cell": CELL, "fields": "userEnteredValue"}},
    {"sortRange": {"range": area("A1:E6"), "sortSpecs": [ASCENDING]}},
    {"cutPaste": {"source": area("A1:B2"), "destination": CORNER}},
    {"copyPaste": {"source": area("A1:B2"), "destination": area("C3:F6")}},
    {
        "copyPaste": {
            "source": area("A1:B3"),
            "destination": area("D1"),
            "pasteOrientation": "TRANSPOSE",
            "pasteType": "PASTE_VALUES",
        }
    },
    {"findReplace": {"find": "a", "replacement": "bb", "allSheets": True}},
    {"setDataValidation": {"range": area("B1:C6"), "rule": LIST_RULE}},
    {"setBasicFilter": {"filter": {"range": area("A1:E6"), "criteria": CRITERIA}}},
    {"clearBasicFilter": {"sheetId": 0}},
    {"addFilterView": {"filter": {"range": area("A1:E6"), "criteria": CRITERIA}}},
    {
        "updateFilterView": {
            "filter": {"filterViewId": 3, "criteria": CRITERIA},
            "fields": "criteria",
        }
    },
]
IMPOSSIBLE = {"deleteFilterView": {"filterId": 999}}


def furnished() -> Grid:
    """A tab with something of every kind that a request could spoil."""
    grid = Grid([["b", 5, "=A1"], ["a", "=SUM(A1:B2)"], [None, True], ["a", 1]])
    grid.sheet.set_cell(
        1, 1, Cell("a", {"textFormat": {"bold": True, "italic": True}}, "note", dict(LIST_RULE))
    )
    rule = {"ranges": [area("A1:B9")], "booleanRule": {"condition": {"type": "NOT_BLANK"}}}
    grid.sheet.conditional_formats = [rule]
    grid.sheet.filter_views = {3: {"filterViewId": 3, "title": "t", "range": area("A1:C6")}}
    named = {"namedRangeId": "n", "name": "name", "range": area("A1:B2")}
    grid.document.workbook.named_ranges = {"n": named}
    return grid


batches = st.lists(st.sampled_from(REQUESTS), min_size=1, max_size=5)


@given(batches)
def test_a_refused_batch_leaves_no_trace(requests: list[dict[str, Any]]) -> None:
    grid = furnished()
    before = repr(grid.document.workbook)
    with pytest.raises(GoogleError, match="No filter view with id: 999"):
        grid.batch(*requests, IMPOSSIBLE)
    assert repr(grid.document.workbook) == before


@given(batches)
def test_what_was_read_before_a_batch_stays_as_it_was(requests: list[dict[str, Any]]) -> None:
    grid = furnished()
    old = grid.document.workbook
    before = repr(old)
    sent = deepcopy(requests)
    grid.batch(*requests)
    assert repr(old) == before
    assert requests == sent


@given(batches)
def test_a_batch_does_what_its_requests_do_one_by_one(requests: list[dict[str, Any]]) -> None:
    together, apart = furnished(), furnished()
    together.batch(*requests)
    for request in requests:
        apart.batch(request)
    assert together.rows() == apart.rows()
    assert together.sheet.basic_filter == apart.sheet.basic_filter
    assert together.sheet.row_properties == apart.sheet.row_properties
