"""A1 notation means what it means at Google, and ranges are written back as Google writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.sandbox.google.a1 import (
    column_index,
    column_letters,
    format_range,
    parse_range,
)
from sheets_dialer.sandbox.google.errors import GoogleError
from sheets_dialer.sandbox.google.model import Sheet, Workbook
from sheets_dialer.sandbox.google.ranges import GridRange

CALLS, D3, APOSTROPHE, BANG = 0, 1, 2, 3


def workbook() -> Workbook:
    """Tabs with awkward names, and two named ranges."""
    titles = {CALLS: "Calls", D3: "D3", APOSTROPHE: "Ali's calls", BANG: "To do!", 4: "Named"}
    return Workbook(
        properties={"title": "Queue"},
        sheets=[Sheet.new({"sheetId": key, "title": title}) for key, title in titles.items()],
        named_ranges={
            "a": {
                "namedRangeId": "a",
                "name": "Numbers",
                "range": {"sheetId": 1, "endRowIndex": 9},
            },
            "b": {"namedRangeId": "b", "name": "Named", "range": {"startColumnIndex": 2}},
        },
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Calls", GridRange(CALLS)),
        ("calls!A1", GridRange(CALLS, 0, 1, 0, 1)),
        ("'Calls'!A1:B2", GridRange(CALLS, 0, 2, 0, 2)),
        ("A1", GridRange(CALLS, 0, 1, 0, 1)),
        ("$B$2:C4", GridRange(CALLS, 1, 4, 1, 3)),
        ("D4:A1", GridRange(CALLS, 0, 4, 0, 4)),
        ("A:A", GridRange(CALLS, None, None, 0, 1)),
        ("1:3", GridRange(CALLS, 0, 3)),
        ("A2:C", GridRange(CALLS, 1, None, 0, 3)),
        ("B5:5", GridRange(CALLS, 4, 5, 1, None)),
        ("D3", GridRange(CALLS, 2, 3, 3, 4)),
        ("'D3'", GridRange(D3)),
        ("'D3'!D3", GridRange(D3, 2, 3, 3, 4)),
        ("'Ali''s calls'!A1", GridRange(APOSTROPHE, 0, 1, 0, 1)),
        ("Ali's calls!A1", GridRange(APOSTROPHE, 0, 1, 0, 1)),
        ("'To do!'!B2", GridRange(BANG, 1, 2, 1, 2)),
        ("To do!", GridRange(BANG)),
        ("Numbers", GridRange(D3, None, 9)),
        ("'Calls'!numbers", GridRange(D3, None, 9)),
        ("Named", GridRange(CALLS, None, None, 2)),
        ("'Named'", GridRange(4)),
        ("R2C3", GridRange(CALLS, 1, 2, 2, 3)),
        ("Calls!R1C1:R2C3", GridRange(CALLS, 0, 2, 0, 3)),
        ("R[1]C[1]", GridRange(CALLS, 1, 2, 1, 2)),
        ("R1C1:R2", GridRange(CALLS, 0, 2, 0, None)),
        ("Calls!R[1]", GridRange(CALLS, 1, 2)),
        ("Calls!R1", GridRange(CALLS, 0, 1, 17, 18)),
        ("Calls!RC", GridRange(CALLS, 0, 1, 0, 1)),
    ],
)
def test_text_means_this_range(text: str, expected: GridRange) -> None:
    assert parse_range(workbook(), text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "Nope", "Nope!A1", "Calls!", "A0", "Calls!A1:", "'Calls!A1", "A1:B2:C3", "R0C1",
     "A1:R2C2", "Calls!A1B2", "!A1", "Nope!Numbers"],
)  # fmt: skip
def test_text_without_a_meaning_is_refused_in_googles_words(text: str) -> None:
    with pytest.raises(GoogleError) as refusal:
        parse_range(workbook(), text)
    assert refusal.value.message == f"Unable to parse range: {text}"


def test_bare_cell_lies_on_the_first_visible_tab() -> None:
    book = workbook()
    book.sheets[0].properties = {**book.sheets[0].properties, "hidden": True}
    assert parse_range(book, "A1").sheet_id == D3


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Sheet1", "Sheet1!A1"),
        ("my_tab", "my_tab!A1"),
        ("D3", "'D3'!A1"),
        ("tab01", "'tab01'!A1"),
        ("R1C1", "'R1C1'!A1"),
        ("2026", "'2026'!A1"),
        ("Do Not Call", "'Do Not Call'!A1"),
        ("Ali's", "'Ali''s'!A1"),
        ("فون", "'فون'!A1"),
    ],
)
def test_title_is_quoted_only_where_it_must_be(title: str, shown: str) -> None:
    sheet = Sheet.new({"sheetId": 0, "title": title})
    assert format_range(sheet, GridRange(0, 0, 1, 0, 1)) == shown


def test_open_sides_are_closed_at_the_grids_edges() -> None:
    sheet = Sheet.new({"sheetId": 0, "title": "Sheet1"})
    assert format_range(sheet, GridRange(0)) == "Sheet1!A1:Z1000"
    assert format_range(sheet, GridRange(0, 4, None, 0, 1)) == "Sheet1!A5:A1000"


titles = st.text(min_size=1, max_size=12).filter(lambda title: title.strip() == title)


@given(
    title=titles,
    rows=st.tuples(st.integers(0, 999), st.integers(0, 999)),
    columns=st.tuples(st.integers(0, 99), st.integers(0, 99)),
)
def test_a_range_that_is_written_is_read_as_the_same_range(
    title: str, rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    sheet = Sheet.new({"sheetId": 5, "title": title}, 1000, 100)
    book = Workbook({"title": "Queue"}, [Sheet.new({"sheetId": 9, "title": "\n"}), sheet])
    area = GridRange(5, min(rows), max(rows) + 1, min(columns), max(columns) + 1)
    assert parse_range(book, format_range(sheet, area)) == area


@given(st.integers(0, 18_277))
def test_column_letters_round_trip(index: int) -> None:
    assert column_index(column_letters(index)) == index
