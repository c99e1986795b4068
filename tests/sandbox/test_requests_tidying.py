"""trimWhitespace, deleteDuplicates, textToColumns, pasteData, autoFill and updateBorders."""

from __future__ import annotations

from typing import Any

import gspread
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.sandbox.google.errors import GoogleError
from tests.support.grids import DIALER, Grid, area
from tests.support.running import RunningSandbox

SOLID = {"style": "SOLID"}
RED = {"style": "DOTTED", "color": {"red": 1.0}}
TYPED = st.text(" a\n\t=+1", max_size=8)


def one(grid: Grid, kind: str, **content: Any) -> dict[str, Any]:
    """The reply to one request."""
    return grid.batch({kind: content})[0]


def test_all_of_them_are_answered_over_http(sandbox: RunningSandbox) -> None:
    book = sandbox.person_client().open_by_key(sandbox.spreadsheet_id)
    tab = book.add_worksheet("Tidying", 10, 6)
    tab.update([[" Asma  Bibi ", "a,b"], ["Asma Bibi", "a,b"], ["1", ""]], "A1")

    def where(text: str) -> dict[str, int]:
        return area(text, tab.id)

    requests: list[dict[str, Any]] = [
        {"trimWhitespace": {"range": where("A1:A3")}},
        {"deleteDuplicates": {"range": where("A1:B3")}},
        {"textToColumns": {"source": where("B1:B3"), "delimiterType": "COMMA"}},
        {"pasteData": {"coordinate": where_cell(tab, 4, 0), "data": "x\t5", "delimiter": "\t"}},
        {"autoFill": {"range": where("B5:B7"), "useAlternateSeries": True}},
        {"updateBorders": {"range": where("A1:B2"), "top": SOLID}},
        {"addFilterView": {"filter": {"filterViewId": 5, "title": "F", "range": where("A1:B9")}}},
        {"duplicateFilterView": {"filterId": 5}},
    ]
    replies = book.batch_update({"requests": requests})["replies"]
    assert replies[:6] == [
        {"trimWhitespace": {"cellsChangedCount": 1}},
        {"deleteDuplicates": {"duplicatesRemovedCount": 1}},
        *[{}] * 4,
    ]
    copy = replies[7]["duplicateFilterView"]["filter"]
    assert (copy["title"], copy["range"]) == ("Copy of F", where("A1:B9"))
    assert copy["filterViewId"] != 5
    assert tab.get_all_values() == [
        ["Asma Bibi", "a", "b"],
        ["1", "", ""],
        ["", "", ""],
        ["", "", ""],
        ["x", "5", ""],
        ["", "6", ""],
        ["", "7", ""],
    ]
    book.del_worksheet(tab)


def where_cell(tab: gspread.Worksheet, row: int, column: int) -> dict[str, int]:
    return {"sheetId": tab.id, "rowIndex": row, "columnIndex": column}


class TestTrimWhitespace:
    @given(texts=st.lists(TYPED, min_size=1, max_size=6))
    def test_leaves_words_with_one_space_between(self, texts: list[str]) -> None:
        grid = Grid()
        for row, text in enumerate(texts):
            cell = {"userEnteredValue": {"stringValue": text}}
            start = {"rowIndex": row, "columnIndex": 0}
            content = {"start": start, "rows": [{"values": [cell]}], "fields": "userEnteredValue"}
            grid.batch({"updateCells": content})
        one(grid, "trimWhitespace", range=area("A1:B9"))
        cells = [grid.sheet.cell(row, 0).value for row in range(len(texts))]
        assert cells == [" ".join(text.split()) or None for text in texts]
        assert one(grid, "trimWhitespace", range=area("A1:B9")) == {"trimWhitespace": {}}

    def test_leaves_formulas_and_numbers(self) -> None:
        grid = Grid([['=" a "', 5, True, " b "]])
        one(grid, "trimWhitespace", range=area("A1:D1"))
        assert grid.rows() == [['=" a "', 5, True, "b"]]


class TestDeleteDuplicates:
    @given(
        rows=st.lists(
            st.tuples(st.sampled_from(["a", "A", "b", 1, None]), st.sampled_from(["x", "Y", 2])),
            max_size=9,
        )
    )
    def test_keeps_the_first_of_each(self, rows: list[tuple[Any, Any]]) -> None:
        grid = Grid([[*row, index] for index, row in enumerate(rows)])
        one(grid, "deleteDuplicates", range=area("A1:B9"))
        first: dict[tuple[str, str], tuple[Any, Any]] = {}
        for row in rows:
            first.setdefault((str(row[0]).casefold(), str(row[1]).casefold()), row)
        left = [tuple(row[:2]) for row in grid.rows()]
        assert left[: len(first)] == list(first.values())
        assert all(row == (None, None) for row in left[len(first) :])
        assert [row[2] for row in grid.rows()] == list(range(len(rows)))

    def test_compares_the_columns_that_are_named(self) -> None:
        grid = Grid([["a", 1], ["a", 2], ["b", 1]])
        columns = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}
        reply = one(grid, "deleteDuplicates", range=area("A1:B3"), comparisonColumns=[columns])
        assert reply == {"deleteDuplicates": {"duplicatesRemovedCount": 1}}
        assert grid.rows() == [["a", 1], ["a", 2]]

    def test_takes_formulas_for_what_they_show_and_moves_their_references(self) -> None:
        grid = Grid([["a", "=1+1"], ["a", 2], ["c", "=A3"]])
        one(grid, "deleteDuplicates", range=area("A1:B3"))
        assert grid.rows() == [["a", "=1+1"], ["c", "=A2"]]

    @pytest.mark.parametrize(
        "columns",
        [
            {"dimension": "ROWS", "startIndex": 0, "endIndex": 1},
            {"dimension": "COLUMNS", "startIndex": 1, "endIndex": 3},
        ],
    )
    def test_refuses_other_columns(self, columns: dict[str, Any]) -> None:
        with pytest.raises(GoogleError, match="comparisonColumns must"):
            one(Grid(), "deleteDuplicates", range=area("A1:B3"), comparisonColumns=[columns])


class TestTextToColumns:
    @pytest.mark.parametrize(
        ("how", "text", "cells"),
        [
            ({"delimiterType": "COMMA"}, "a, 0300,5", ["a", 300, 5]),
            ({"delimiterType": "SEMICOLON"}, "a;b", ["a", "b"]),
            ({"delimiterType": "PERIOD"}, "a.b", ["a", "b"]),
            ({"delimiterType": "SPACE"}, "a b", ["a", "b"]),
            ({"delimiterType": "CUSTOM", "delimiter": "--"}, "a--b", ["a", "b"]),
            ({"delimiter": "/"}, "a/b", ["a", "b"]),
            ({}, "a;b", ["a", "b"]),
            ({"delimiterType": "AUTODETECT"}, "nothing", ["nothing"]),
            ({"delimiterType": "COMMA"}, "nothing; here", ["nothing; here"]),
        ],
    )
    def test_splits_at_the_delimiter(
        self, how: dict[str, str], text: str, cells: list[Any]
    ) -> None:
        grid = Grid([[text, "under"]])
        one(grid, "textToColumns", source=area("A1:A3"), **how)
        under = [] if len(cells) > 1 else ["under"]
        assert grid.rows() == [cells + under]

    @pytest.mark.parametrize(
        ("where", "how", "words"),
        [
            ("A1:B1", {"delimiterType": "COMMA"}, "exactly one column"),
            ("A1:A1", {"delimiterType": "CUSTOM"}, "delimiter is required"),
        ],
    )
    def test_refuses_what_makes_no_sense(self, where: str, how: dict[str, str], words: str) -> None:
        with pytest.raises(GoogleError, match=words):
            one(Grid([["a,b"]]), "textToColumns", source=area(where), **how)

    def test_grows_the_grid(self) -> None:
        grid = Grid([["1,2,3,4"]], size=2)
        one(grid, "textToColumns", source=area("A1:A1"), delimiterType="COMMA")
        assert (grid.rows(), grid.sheet.column_count) == ([[1, 2, 3, 4]], 4)


class TestPasteData:
    def test_types_what_is_pasted(self) -> None:
        grid = Grid(size=3)
        data = 'name\tamount\r\n"two\nlines"\t1,500\r\n\tTRUE\textra\t=1+1'
        where = {"sheetId": 0, "rowIndex": 1, "columnIndex": 0}
        one(grid, "pasteData", coordinate=where, data=data, delimiter="\t")
        assert grid.rows() == [
            [],
            ["name", "amount"],
            ["two\nlines", 1500],
            [None, True, "extra", "=1+1"],
        ]
        assert (grid.sheet.row_count, grid.sheet.column_count) == (4, 4)

    @pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n"])
    def test_needs_a_delimiter(self, delimiter: str) -> None:
        with pytest.raises(GoogleError, match="delimiter"):
            one(Grid(), "pasteData", coordinate={"sheetId": 0}, data="a", delimiter=delimiter)

    def test_refuses_more_than_a_cell_holds(self) -> None:
        for length in (50_001, 200_000):
            with pytest.raises(GoogleError, match="more than the maximum of 50000"):
                one(
                    Grid(), "pasteData", coordinate={"sheetId": 0}, data="a" * length, delimiter=","
                )


class TestAutoFill:
    @pytest.mark.parametrize(
        ("given_cells", "alternate", "more"),
        [
            ([1, 2], False, [3, 4, 5]),
            ([0.1, 0.2, 0.3], False, [0.4, 0.5]),
            ([5], False, [5, 5]),
            ([5], True, [6, 7]),
            ([1, 2], True, [1, 2, 1]),
            ([1, 2, 4], False, [1, 2]),
            (["Row 9"], False, ["Row 10", "Row 11"]),
            (["A-08", "A-10"], False, ["A-12"]),
            (["Row 9"], True, ["Row 9"]),
            (["a", "b"], False, ["a", "b", "a"]),
            (["a1", "b1"], False, ["a1", "b1"]),
            ([1, "a"], False, [1, "a"]),
            ([True], False, [True, True]),
            (["=A1*2"], False, ["=A2*2", "=A3*2"]),
        ],
    )
    def test_carries_a_series_on(
        self, given_cells: list[Any], alternate: bool, more: list[Any]
    ) -> None:
        down = Grid([[None, cell] for cell in given_cells])
        source = area(f"B1:B{len(given_cells)}")
        content = {"source": source, "dimension": "ROWS", "fillLength": len(more)}
        one(down, "autoFill", sourceAndDestination=content, useAlternateSeries=alternate)
        filled = [row[1] for row in down.rows()]
        expected = given_cells + more
        if isinstance(expected[0], float):
            assert filled == pytest.approx(expected)
        else:
            assert filled == expected

    def test_goes_in_every_direction(self) -> None:
        grid = Grid([[], [None, None, 5, 6]])
        for length in (2, -2):
            content = {"source": area("C2:D2"), "dimension": "COLUMNS", "fillLength": length}
            one(grid, "autoFill", sourceAndDestination=content)
        assert grid.rows()[1] == [3, 4, 5, 6, 7, 8]
        one(grid, "autoFill", range=area("C2:C4"))
        assert [row[2] for row in grid.rows()[1:]] == [5, 5, 5]
        with pytest.raises(GoogleError, match="outside of the grid"):
            one(
                grid,
                "autoFill",
                sourceAndDestination={
                    "source": area("A1:A1"),
                    "dimension": "ROWS",
                    "fillLength": -1,
                },
            )

    def test_counts_days_on(self) -> None:
        grid = Grid()
        one(grid, "pasteData", coordinate={"sheetId": 0}, data="2026-02-28", delimiter=",")
        one(grid, "autoFill", range=area("A1:A2"))
        first, second = (grid.sheet.cell(row, 0) for row in range(2))
        assert second.value == first.value + 1  # type: ignore[operator]
        assert second.format == first.format


class TestUpdateBorders:
    def test_draws_around_and_between(self) -> None:
        grid = Grid(size=5)
        one(
            grid,
            "updateBorders",
            range=area("B2:C3"),
            top=SOLID,
            right=RED,
            innerHorizontal=SOLID,
            innerVertical=RED,
        )
        assert self.borders(grid, 1, 1) == {"top": SOLID, "bottom": SOLID, "right": RED}
        assert self.borders(grid, 1, 2) == {"top": SOLID, "bottom": SOLID, "right": RED}
        assert self.borders(grid, 2, 1) == {"right": RED}
        assert self.borders(grid, 0, 1) == {}

    def test_takes_lines_away_and_keeps_the_rest_of_the_look(self) -> None:
        grid = Grid([["x"]])
        look = {"userEnteredFormat": {"textFormat": {"bold": True}}}
        one(grid, "repeatCell", range=area("A1"), cell=look, fields="userEnteredFormat")
        one(grid, "updateBorders", range=area("A1"), top=SOLID, left=SOLID)
        one(grid, "updateBorders", range=area("A1"), top={"style": "NONE"})
        assert self.borders(grid, 0, 0) == {"left": SOLID}
        one(grid, "updateBorders", range=area("A1"), left={"style": "NONE"})
        assert grid.sheet.cell(0, 0).format == look["userEnteredFormat"]

    @staticmethod
    def borders(grid: Grid, row: int, column: int) -> dict[str, Any]:
        look = grid.sheet.cell(row, column).format or {}
        return dict(look.get("borders") or {})


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("trimWhitespace", {"range": area("A1:A2")}),
        ("deleteDuplicates", {"range": area("A1:A2")}),
        ("textToColumns", {"source": area("A2:A2"), "delimiterType": "COMMA"}),
        ("pasteData", {"coordinate": {"sheetId": 0}, "data": "a", "delimiter": ","}),
        ("autoFill", {"range": area("A1:A2")}),
        ("updateBorders", {"range": area("A1:A2"), "top": SOLID}),
        ("appendCells", {"rows": [{"values": [{"note": "n"}]}], "fields": "note"}),
    ],
)
def test_protected_cells_stay_as_they_are(kind: str, content: dict[str, Any]) -> None:
    grid = Grid([["a"]])
    protected = {"range": area("A1:A3"), "editors": {"users": []}}
    grid.batch({"addProtectedRange": {"protectedRange": protected}})
    with pytest.raises(GoogleError, match="You are trying to edit a protected cell"):
        grid.batch({kind: content}, account=DIALER)
    assert grid.rows() == [["a"]]
