"""Tables over HTTP: their columns, header and footer, and cells appended to them and to tabs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gspread
import pytest
from gspread.exceptions import APIError
from hypothesis import given
from hypothesis import strategies as st

from tests.support.grids import Grid, area
from tests.support.running import RunningSandbox

GREY = {"rgbColor": {"red": 0.5, "green": 0.5, "blue": 0.5}}
FOOTER = {"footerColorStyle": GREY}


LIST = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "a"}]}}


def columns(*specs: dict[str, Any]) -> dict[str, Any]:
    """An updateTable of these columns."""
    table = {"tableId": "t", "columnProperties": list(specs)}
    return {"table": table, "fields": "columnProperties"}


@pytest.fixture
def tab(sandbox: RunningSandbox) -> Iterator[gspread.Worksheet]:
    """A tab of eight rows with a Table in B2:C4, which holds one row below its header."""
    book = sandbox.person_client().open_by_key(sandbox.spreadsheet_id)
    tab = book.add_worksheet("Tables", 8, 4)
    tab.update([["Name", "Phone"], ["Asma", 1]], "B2")
    send(tab, "addTable", table={"tableId": "t", "name": "Customers", "range": at(tab, "B2:C4")})
    yield tab
    book.del_worksheet(tab)


def at(tab: gspread.Worksheet, where: str) -> dict[str, int]:
    return area(where, tab.id)


def send(tab: gspread.Worksheet, kind: str, **content: Any) -> dict[str, Any]:
    answer = tab.spreadsheet.batch_update({"requests": [{kind: content}]})
    reply: dict[str, Any] = answer["replies"][0]
    return reply


def append(tab: gspread.Worksheet, *rows: list[str], **where: Any) -> None:
    cells = [
        {"values": [{"userEnteredValue": {"stringValue": text}} for text in row]} for row in rows
    ]
    send(tab, "appendCells", rows=cells, fields="userEnteredValue", **where)


def table_of(tab: gspread.Worksheet) -> dict[str, Any]:
    for sheet in tab.spreadsheet.fetch_sheet_metadata()["sheets"]:
        if sheet["properties"]["sheetId"] == tab.id:
            table: dict[str, Any] = sheet["tables"][0]
            return table
    raise AssertionError("the tab is gone")


def ends_at(tab: gspread.Worksheet) -> int:
    return int(table_of(tab)["range"]["endRowIndex"])


def names(tab: gspread.Worksheet) -> list[str]:
    return [column["columnName"] for column in table_of(tab)["columnProperties"]]


class TestColumns:
    def test_are_called_what_the_header_says(self, tab: gspread.Worksheet) -> None:
        assert names(tab) == ["Name", "Phone"]
        tab.update_acell("C2", "Mobile")
        assert names(tab) == ["Name", "Mobile"]

    def test_get_their_names_written_into_the_header(self, tab: gspread.Worksheet) -> None:
        send(
            tab,
            "updateTable",
            **columns({"columnIndex": 1, "columnName": "Number", "columnType": "DOUBLE"}),
        )
        assert tab.row_values(2) == ["", "Name", "Number"]
        tab.update_acell("C2", "Mobile")
        send(tab, "updateTable", table={"tableId": "t", "name": "People"}, fields="name")
        assert names(tab) == ["Name", "Mobile"]
        assert table_of(tab)["name"] == "People"

    @pytest.mark.parametrize(
        ("kind", "what", "column"),
        [
            ("deleteDimension", {"dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}, 0),
            ("deleteDimension", {"dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}, 1),
            ("insertDimension", {"dimension": "COLUMNS", "startIndex": 2, "endIndex": 3}, 2),
            ("insertDimension", {"dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}, 1),
        ],
    )
    def test_keep_their_type_when_columns_move(
        self, tab: gspread.Worksheet, kind: str, what: dict[str, Any], column: int
    ) -> None:
        send(
            tab,
            "updateTable",
            **columns({"columnIndex": 1, "columnName": "Phone", "columnType": "DOUBLE"}),
        )
        send(tab, kind, range={"sheetId": tab.id, **what})
        typed = [
            (each["columnIndex"], each["columnName"])
            for each in table_of(tab)["columnProperties"]
            if "columnType" in each
        ]
        assert typed == [(column, "Phone")]

    def test_are_replaced_as_a_whole(self, tab: gspread.Worksheet) -> None:
        choices = {"columnType": "DROPDOWN", "dataValidationRule": LIST}
        send(tab, "updateTable", **columns({"columnName": "Name", **choices}))
        send(tab, "updateTable", **columns({"columnIndex": 1, "columnName": "P"}))
        assert table_of(tab)["columnProperties"] == [
            {"columnIndex": 0, "columnName": "Name"},
            {"columnIndex": 1, "columnName": "P"},
        ]

    def test_that_become_boolean_hold_nothing_else(self, tab: gspread.Worksheet) -> None:
        tab.update([[True]], "B4")
        tick = {"columnName": "Name", "columnType": "BOOLEAN"}
        send(tab, "updateTable", **columns(tick))
        assert tab.get("B2:B4") == [["Name"], ["FALSE"], ["TRUE"]]

    @pytest.mark.parametrize("as_values", [True, False])
    def test_have_no_formula_as_a_name(self, tab: gspread.Worksheet, as_values: bool) -> None:
        if as_values:
            tab.update_acell("C2", "=1+2")
        else:
            cell = {"userEnteredValue": {"formulaValue": "=1+2"}}
            send(tab, "repeatCell", range=at(tab, "C2"), cell=cell, fields="userEnteredValue")
        assert tab.acell("C2", value_render_option="FORMULA").value == "Column 2"
        assert names(tab) == ["Name", "Column 2"]


class TestChanges:
    def test_a_range_may_grow_but_not_over_another_table(self, tab: gspread.Worksheet) -> None:
        send(
            tab,
            "updateTable",
            table={"tableId": "t", "range": at(tab, "B2:C6")},
            fields="range",
        )
        assert ends_at(tab) == 6
        send(tab, "addTable", table={"tableId": "u", "range": at(tab, "B7:C8")})
        with pytest.raises(APIError, match="can't overlap another table"):
            send(
                tab,
                "updateTable",
                table={"tableId": "t", "range": at(tab, "B2:C7")},
                fields="range",
            )
        assert ends_at(tab) == 6

    def test_a_footer_takes_a_row_and_gives_it_back(self, tab: gspread.Worksheet) -> None:
        footer = {"tableId": "t", "rowsProperties": FOOTER}
        send(tab, "updateTable", table=footer, fields="rowsProperties.footerColorStyle")
        assert ends_at(tab) == 5
        send(tab, "updateTable", table=footer, fields="rowsProperties")
        assert ends_at(tab) == 5
        send(tab, "updateTable", table={"tableId": "t"}, fields="rowsProperties")
        assert ends_at(tab) == 4

    @pytest.mark.parametrize(
        ("kind", "content", "words"),
        [
            ("updateTable", {"table": {"tableId": "x", "name": "y"}, "fields": "name"}, "No table"),
            ("updateTable", {"table": {"tableId": "t", "name": "y"}}, "At least one field"),
            ("updateTable", {"table": {"tableId": "t"}, "fields": "colour"}, "Invalid field"),
            (
                "updateTable",
                columns({"columnIndex": 1, "columnType": "DATE"}),
                "Table header row cell must have a value.",
            ),
            (
                "updateTable",
                columns({"columnName": "Name", "columnType": "DROPDOWN"}),
                "Condition must be set for dropdown column type.",
            ),
            (
                "updateTable",
                columns({"columnName": "Name", "columnType": "TEXT", "dataValidationRule": LIST}),
                "Cannot set condition for non-dropdown column type.",
            ),
            (
                "updateTable",
                columns({"columnIndex": 2, "columnName": "Third"}),
                "The table has no column with index 2",
            ),
            ("appendCells", {"tableId": "x", "rows": [{}], "fields": "note"}, "No table with id"),
            ("appendCells", {"sheetId": 404, "rows": [{}], "fields": "note"}, "No grid with id"),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, tab: gspread.Worksheet, kind: str, content: dict[str, Any], words: str
    ) -> None:
        with pytest.raises(APIError, match=rf"Invalid requests\[0\]\.{kind}: .*{words}"):
            send(tab, kind, **content)

    def test_two_tables_have_two_names(self, tab: gspread.Worksheet) -> None:
        with pytest.raises(APIError, match="A table named customers already exists"):
            send(tab, "addTable", table={"name": "customers", "range": at(tab, "B6:C7")})


class TestAppending:
    def test_to_a_table_fills_its_body_first(self, tab: gspread.Worksheet) -> None:
        append(tab, ["Bilal"], tableId="t")
        assert (tab.col_values(2), ends_at(tab)) == (["", "Name", "Asma", "Bilal"], 4)

    def test_to_a_full_table_moves_its_footer_and_what_lies_below(
        self, tab: gspread.Worksheet
    ) -> None:
        send(
            tab,
            "updateTable",
            table={"tableId": "t", "rowsProperties": FOOTER},
            fields="rowsProperties",
        )
        tab.update([["", "", "beside"], ["Total", "=1"], ["Below", 2]], "B4")
        append(tab, ["Bilal"], ["Chand"], ["Dua"], tableId="t")
        assert tab.col_values(2) == ["", "Name", "Asma", "Bilal", "Chand", "Dua", "Total", "Below"]
        assert (ends_at(tab), tab.acell("D4").value) == (7, "beside")

    def test_to_a_table_at_the_grids_end_adds_rows(self, tab: gspread.Worksheet) -> None:
        append(tab, *[[str(number)] for number in range(9)], tableId="t")
        assert tab.col_values(2)[-1] == "8"
        assert (ends_at(tab), len(tab.col_values(2))) == (12, 12)

    def test_to_a_table_goes_before_the_tab_and_keeps_to_its_width(
        self, tab: gspread.Worksheet
    ) -> None:
        append(tab, ["Bilal"], tableId="t", sheetId=tab.spreadsheet.sheet1.id)
        assert tab.acell("B4").value == "Bilal"
        with pytest.raises(APIError, match="No grid with id: 404"):
            append(tab, ["Chand"], tableId="t", sheetId=404)
        with pytest.raises(APIError, match="Attempting to write column: 3, beyond"):
            append(tab, ["a", "b", "c"], tableId="t")

    def test_to_a_typed_column_is_refused_with_its_rows(self, tab: gspread.Worksheet) -> None:
        send(
            tab,
            "updateTable",
            **columns({"columnIndex": 1, "columnName": "Phone", "columnType": "DOUBLE"}),
        )
        for rows in ([["Bilal", "x"]], [["Bilal"]] * 9 + [["Chand", "x"]]):
            with pytest.raises(APIError, match=r"appendCells: .* does not fit"):
                append(tab, *rows, tableId="t")
        assert (tab.col_values(2), ends_at(tab)) == (["", "Name", "Asma"], 4)

    def test_to_a_tab_begins_in_its_first_column(self, tab: gspread.Worksheet) -> None:
        append(tab, ["a", "b"], ["c"], sheetId=tab.id)
        assert tab.get("A4:B5") == [["a", "b"], ["c"]]
        with pytest.raises(APIError, match="Attempting to write column: 4, beyond"):
            append(tab, ["a", "b", "c", "d", "e"], sheetId=tab.id)

    @given(
        filled=st.lists(st.booleans(), max_size=6),
        count=st.integers(0, 8),
        size=st.integers(6, 9),
    )
    def test_to_a_tab_overwrites_nothing(self, filled: list[bool], count: int, size: int) -> None:
        book = Grid([["x"] if is_filled else [None] for is_filled in filled], size=size)
        before = book.rows()
        row = {"values": [{"userEnteredValue": {"stringValue": "new"}}]}
        book.batch({"appendCells": {"rows": [row] * count, "fields": "userEnteredValue"}})
        assert book.rows() == before + [["new"]] * count
        assert book.sheet.row_count == max(size, len(before) + count)
