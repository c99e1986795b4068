"""Tables over HTTP: typed columns refuse what doesn't fit, with the whole batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gspread
import pytest
from gspread.exceptions import APIError

from tests.support.grids import area
from tests.support.running import RunningSandbox

NUMBER = {"numberFormat": {"type": "TEXT", "pattern": "@"}}
RULE = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "a"}]}}
NOT_ALLOWED = "This operation is not allowed on cells in typed columns."


@pytest.fixture
def tab(sandbox: RunningSandbox) -> Iterator[gspread.Worksheet]:
    """A tab with a Table in A1:C5: a number, a tick and anything."""
    book = sandbox.person_client().open_by_key(sandbox.spreadsheet_id)
    tab = book.add_worksheet("Table", 12, 6)
    types = [
        {"columnIndex": 0, "columnType": "DOUBLE"},
        {"columnIndex": 1, "columnType": "BOOLEAN"},
        {"columnIndex": 2, "columnType": "TEXT"},
    ]
    table = {"tableId": "t", "range": area("A1:C5", tab.id), "columnProperties": types}
    book.batch_update({"requests": [{"addTable": {"table": table}}]})
    yield tab
    book.del_worksheet(tab)


def write(tab: gspread.Worksheet, where: str, cell: dict[str, Any], fields: str) -> dict[str, Any]:
    content = {"range": area(where, tab.id), "rows": [{"values": [cell]}], "fields": fields}
    return {"updateCells": content}


def value(tab: gspread.Worksheet, where: str, **extended: Any) -> dict[str, Any]:
    return write(tab, where, {"userEnteredValue": extended}, "userEnteredValue")


@pytest.mark.parametrize(
    ("where", "extended", "fits"),
    [
        ("A2", {"numberValue": 5}, True),
        ("A2", {"formulaValue": "=1+1"}, True),
        ("A2", {"stringValue": "five"}, False),
        ("A2", {"boolValue": True}, False),
        ("B3", {"boolValue": True}, True),
        ("B3", {"stringValue": "yes"}, False),
        ("C3", {"stringValue": "yes"}, True),
        ("A1", {"stringValue": "Header"}, True),
        ("A6", {"stringValue": "below"}, True),
        ("D2", {"stringValue": "beside"}, True),
    ],
)
def test_a_typed_column_takes_what_fits(
    tab: gspread.Worksheet, where: str, extended: dict[str, Any], fits: bool
) -> None:
    requests = [value(tab, "F1", stringValue="with it"), value(tab, where, **extended)]
    if fits:
        tab.spreadsheet.batch_update({"requests": requests})
    else:
        with pytest.raises(APIError, match=r"Invalid requests\[1\]\.updateCells: .* does not fit"):
            tab.spreadsheet.batch_update({"requests": requests})
    assert (tab.acell("F1").value == "with it") is fits


@pytest.mark.parametrize("kind", ["updateCells", "repeatCell", "setDataValidation"])
def test_formats_and_rules_of_a_typed_column_are_its_own(tab: gspread.Worksheet, kind: str) -> None:
    where = area("A1:A9", tab.id)
    format_of = {"cell": {"userEnteredFormat": NUMBER}, "fields": "userEnteredFormat.numberFormat"}
    request = {
        "updateCells": write(tab, "A2", format_of["cell"], format_of["fields"])["updateCells"],
        "repeatCell": {"range": where, **format_of},
        "setDataValidation": {"range": where, "rule": RULE},
    }[kind]
    with pytest.raises(APIError, match=NOT_ALLOWED):
        tab.spreadsheet.batch_update({"requests": [{kind: request}]})
    tables = tab.spreadsheet.fetch_sheet_metadata()["sheets"][-1]["tables"]
    assert [each["tableId"] for each in tables] == ["t"]
    tab.spreadsheet.batch_update({"requests": [{"deleteTable": {"tableId": "t"}}]})
    tab.spreadsheet.batch_update({"requests": [{kind: request}]})
    assert "tables" not in tab.spreadsheet.fetch_sheet_metadata()["sheets"][-1]
