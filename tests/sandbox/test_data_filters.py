"""`values:batchGetByDataFilter` and its sisters answer and refuse as Google was measured to."""

from __future__ import annotations

from typing import Any

import gspread
import pytest
from gspread.exceptions import APIError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.running import RunningSandbox

Filter = dict[str, Any]


@pytest.fixture
def book(sandbox: RunningSandbox) -> gspread.Spreadsheet:
    """A spreadsheet of two tabs: `Calls`, whose id is 0, and `Second` before it by index."""
    created = sandbox.dialer_client().create("Filtered")
    first = created.sheet1
    first.update_title("Calls")
    second = created.add_worksheet("Second", rows=20, cols=5, index=0)
    second.update([["s1", "s2"], ["s3"]], "A1")
    first.update([["a1", "b1", "c1"], ["a2"], ["a3", "", "c3"]], "A1")
    return created


def grid(*edges: int | None, sheet: int | None = None) -> Filter:
    """A gridRange filter of start row, end row, start column and end column."""
    names = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
    area = {name: edge for name, edge in zip(names, edges, strict=False) if edge is not None}
    return {"gridRange": area if sheet is None else {"sheetId": sheet, **area}}


def a1(text: str) -> Filter:
    return {"a1Range": text}


def ask(book: gspread.Spreadsheet, *filters: Filter, **options: Any) -> list[dict[str, Any]]:
    """The matched ranges."""
    answer = book.client.request(
        "post",
        f"https://sheets.googleapis.com/v4/spreadsheets/{book.id}/values:batchGetByDataFilter",
        json={"dataFilters": list(filters), **options},
    ).json()
    assert answer["spreadsheetId"] == book.id
    found: list[dict[str, Any]] = answer.get("valueRanges", [])
    return found


def names(matched: list[dict[str, Any]]) -> list[str]:
    return [each["valueRange"]["range"] for each in matched]


def refusal(book: gspread.Spreadsheet, *filters: Filter) -> str:
    with pytest.raises(APIError) as refused:
        ask(book, *filters)
    assert refused.value.code == 400
    return str(refused.value.error["message"])


def test_answers_are_sorted_by_tab_column_and_row_and_the_shorter_is_first(
    book: gspread.Spreadsheet,
) -> None:
    texts = ["Calls!B10", "Calls!B1", "Calls!A1:A3", "Calls!A2", "Calls!B9", "Second!A1"]
    texts += ["Calls!A1:A2", "Calls!A1:B2", "Second!A1:B1"]
    matched = ask(book, *map(a1, texts))
    assert names(matched) == [
        "Second!A1",
        "Second!A1:B1",
        "Calls!A1:A2",
        "Calls!A1:A3",
        "Calls!A1:B2",
        "Calls!A2",
        "Calls!B1",
        "Calls!B9",
        "Calls!B10",
    ]
    assert all(
        [{"a1Range": name}] == each["dataFilters"]
        for name, each in zip(names(matched), matched, strict=True)
    )


def test_equal_ranges_are_one_answer_that_names_all_filters_as_sent(
    book: gspread.Spreadsheet,
) -> None:
    filters = [
        a1("Calls!A1:C1000"),
        grid(0, None, sheet=0),
        a1("Calls!A1:A1"),
        grid(0, 1, 0, 1),
        a1("Calls!A1"),
        grid(0, 5000, 0, 26),
        a1("Calls"),
    ]
    matched = ask(book, *filters)
    assert names(matched) == ["Calls!A1", "Calls!A1:C1000", "Calls!A1:Z1000"]
    assert [each["dataFilters"] for each in matched] == [
        [filters[2], filters[3], filters[4]],
        [filters[0]],
        [{"gridRange": {"startRowIndex": 0}}, filters[5], filters[6]],
    ]
    assert matched[0]["valueRange"]["values"] == [["a1"]]


def test_the_echo_drops_a_sheet_id_of_zero_and_keeps_zero_indexes(
    book: gspread.Spreadsheet,
) -> None:
    second = book.worksheet("Second").id
    matched = ask(book, grid(0, 1, sheet=0), grid(0, 1, sheet=second))
    assert [each["dataFilters"] for each in matched] == [
        [{"gridRange": {"sheetId": second, "startRowIndex": 0, "endRowIndex": 1}}],
        [{"gridRange": {"startRowIndex": 0, "endRowIndex": 1}}],
    ]


def test_ranges_without_cells_share_one_answer(book: gspread.Spreadsheet) -> None:
    filters = [grid(5, 5), grid(1, 3, 2, 2), grid(None, 0)]
    (matched,) = ask(book, *filters, majorDimension="COLUMNS")
    assert matched == {
        "valueRange": {"range": "#REF!", "majorDimension": "COLUMNS"},
        "dataFilters": filters,
    }


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ([], "Must specify at least one dataFilter."),
        ([{}], "Invalid dataFilter[0]: dataFilter.filter must be specified."),
        ([grid(sheet=999)], "Invalid dataFilter[0]: No grid with id: 999"),
        ([a1("Calls!A1"), grid(sheet=999)], "Invalid dataFilter[1]: No grid with id: 999"),
        ([grid(-1, 3)], "Invalid dataFilter[0]: GridRange indexes must be >= 0"),
        ([grid(-1, 3, sheet=999)], "Invalid dataFilter[0]: No grid with id: 999"),
        (
            [grid(5, 2)],
            "Invalid dataFilter[0]: endRowIndex[2] cannot be before startRowIndex[5]",
        ),
        (
            [grid(1, 2, 4, 3)],
            "Invalid dataFilter[0]: endColumnIndex[3] cannot be before startColumnIndex[4]",
        ),
        (
            [grid(5, 2, 4, 3)],
            "Invalid dataFilter[0]: endRowIndex[2] cannot be before startRowIndex[5]",
        ),
        ([a1("Nowhere!A1")], "Invalid dataFilter[0]: Unable to parse range: Nowhere!A1"),
        (
            [{"developerMetadataLookup": {"locationMatchingStrategy": "EXACT_LOCATION"}}],
            "Invalid dataFilter[0]: A locationMatchingStrategy was specified, but no "
            "metadataLocation was specified: lookups must always specify a metadataLocation when "
            "specifying a locationMatchingStrategy.",
        ),
    ],
)
def test_refusals_are_in_googles_words(
    book: gspread.Spreadsheet, filters: list[Filter], words: str
) -> None:
    assert refusal(book, *filters) == words


@pytest.mark.parametrize(
    ("edges", "name"),
    [
        ((1000, None, None, None), "Calls!1001:"),
        ((1000, None, 1, 3), "Calls!B1001:C"),
        ((None, None, 26, 27), "Calls!AA"),
        ((5, 5, 26, None), "(empty) Calls!AA6:5"),
        ((None, 0, 26, None), "Calls!AA:0"),
        ((None, None, 18278, None), "Calls!"),
        ((None, None, 26, 18279), "Calls!AA:"),
        ((2147483647, None, None, None), "Calls!-2147483648:"),
    ],
)
def test_a_start_beyond_the_grid_is_named_by_its_given_edges(
    book: gspread.Spreadsheet, edges: tuple[int | None, ...], name: str
) -> None:
    assert refusal(book, grid(*edges)) == (
        f"Invalid dataFilter[0]: Range ({name}) exceeds grid limits. "
        "Max rows: 1000, max columns: 26"
    )


class TestSpreadsheetByDataFilter:
    def ask(self, book: gspread.Spreadsheet, *filters: Filter) -> list[dict[str, Any]]:
        answer = book.client.request(
            "post",
            f"https://sheets.googleapis.com/v4/spreadsheets/{book.id}:getByDataFilter",
            json={"dataFilters": list(filters), "includeGridData": True},
        ).json()
        sheets: list[dict[str, Any]] = answer["sheets"]
        return sheets

    def test_no_filter_means_every_tab(self, book: gspread.Spreadsheet) -> None:
        assert len(self.ask(book)) == 2
        lookup = {"developerMetadataLookup": {"metadataKey": "nowhere"}}
        assert len(self.ask(book, lookup)) == 2

    def test_equal_cells_come_once_and_empty_ranges_show_no_rows(
        self, book: gspread.Spreadsheet
    ) -> None:
        (sheet,) = self.ask(book, a1("Calls!A1:B2"), grid(1, 1), grid(0, 2, 0, 2))
        whole, empty = sheet["data"]
        assert len(whole["rowMetadata"]) == 2
        assert list(empty) == ["startRow", "columnMetadata"]

    def test_refusals_say_sheet_and_no_place(self, book: gspread.Spreadsheet) -> None:
        for filters, words in (
            ([grid(sheet=999)], "No sheet with id: 999"),
            ([a1("Calls"), {}], "dataFilter.filter must be specified."),
            ([grid(3, 1)], "endRowIndex[1] cannot be before startRowIndex[3]"),
        ):
            with pytest.raises(APIError) as refused:
                self.ask(book, *filters)
            assert refused.value.error["message"] == words


_EDGE = st.none() | st.integers(0, 30)
_AREAS = st.lists(st.tuples(_EDGE, _EDGE, _EDGE, _EDGE), min_size=1, max_size=8)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(areas=_AREAS)
def test_every_filter_is_answered_once_wherever_it_stood(
    sandbox: RunningSandbox, areas: list[tuple[int | None, ...]]
) -> None:
    book = sandbox.dialer_client().open_by_key(sandbox.spreadsheet_id)
    filters = [
        grid(*area)
        for area in areas
        if not any(
            start is not None and (start >= 26 or (end is not None and end < start))
            for start, end in (area[:2], area[2:])
        )
    ]
    if not filters:
        return
    matched = ask(book, *filters)
    answered = [each for one in matched for each in one["dataFilters"]]
    assert sorted(map(repr, answered)) == sorted(map(repr, filters))
    assert len(set(names(matched))) == len(matched)
    backwards = ask(book, *filters[::-1])
    filled = [each["valueRange"] for each in matched if each["valueRange"]["range"] != "#REF!"]
    assert filled == [
        each["valueRange"] for each in backwards if each["valueRange"]["range"] != "#REF!"
    ]
