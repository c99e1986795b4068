"""Field masks choose what an answer shows and what an update touches."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.sandbox.google.errors import GoogleError
from sheets_dialer.sandbox.google.fieldmask import Mask, merged

SPREADSHEET: dict[str, Any] = {
    "spreadsheetId": "1abc",
    "properties": {"title": "Queue", "locale": "en_US"},
    "sheets": [
        {"properties": {"sheetId": 0, "title": "Calls"}, "data": [{"rowData": [{}]}]},
        {"properties": {"sheetId": 1, "title": "Dialer"}},
    ],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("spreadsheetId", {"spreadsheetId": "1abc"}),
        ("properties.title", {"properties": {"title": "Queue"}}),
        ("properties/title", {"properties": {"title": "Queue"}}),
        (
            "sheets(properties(sheetId,title))",
            {
                "sheets": [
                    {"properties": {"sheetId": 0, "title": "Calls"}},
                    {"properties": {"sheetId": 1, "title": "Dialer"}},
                ]
            },
        ),
        (
            "sheets.properties.title,spreadsheetId",
            {
                "spreadsheetId": "1abc",
                "sheets": [
                    {"properties": {"title": "Calls"}},
                    {"properties": {"title": "Dialer"}},
                ],
            },
        ),
        ("sheets.data.rowData.values.note", {"sheets": [{"data": [{"rowData": [{}]}]}, {}]}),
        ("namedRanges", {}),
        ("*", SPREADSHEET),
        ("properties,properties.title", {"properties": SPREADSHEET["properties"]}),
        ("properties.title,properties", {"properties": SPREADSHEET["properties"]}),
        (
            "sheets.*.title",
            {
                "sheets": [
                    {"properties": {"title": "Calls"}, "data": [{}]},
                    {"properties": {"title": "Dialer"}},
                ]
            },
        ),
    ],
)
def test_mask_shows_only_what_it_names(text: str, expected: dict[str, Any]) -> None:
    assert Mask.parse(text).project(SPREADSHEET) == expected


@pytest.mark.parametrize("text", ["a,,", ",a", "a..b", "a(", "a(b", "a)", "a()", "(a)", ".a"])
def test_mask_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(GoogleError):
        Mask.parse(text)


def test_paths_name_every_leaf() -> None:
    mask = Mask.parse("userEnteredFormat(backgroundColor,textFormat.bold),note")
    assert mask.paths() == [
        ("userEnteredFormat", "backgroundColor"),
        ("userEnteredFormat", "textFormat", "bold"),
        ("note",),
    ]


def test_covers_looks_up_and_down_the_tree() -> None:
    mask = Mask.parse("sheets.data.rowData,properties")
    assert mask.covers("sheets", "data")
    assert mask.covers("sheets", "data", "rowData", "values")
    assert not mask.covers("sheets", "data", "rowMetadata")
    assert mask.covers("properties", "title")


@pytest.mark.parametrize(
    ("mask", "new", "expected"),
    [
        ("title", {"title": "New"}, {"title": "New", "grid": {"rows": 5, "frozen": 1}}),
        ("title", {}, {"grid": {"rows": 5, "frozen": 1}}),
        (
            "grid.frozen",
            {"grid": {"frozen": 2}},
            {"title": "Old", "grid": {"rows": 5, "frozen": 2}},
        ),
        ("grid/frozen", {}, {"title": "Old", "grid": {"rows": 5}}),
        ("grid(rows,frozen)", {}, {"title": "Old"}),
        ("grid", {"grid": {"rows": 9}}, {"title": "Old", "grid": {"rows": 9}}),
        ("*", {"title": "New"}, {"title": "New"}),
        ("other", {"title": "New"}, {"title": "Old", "grid": {"rows": 5, "frozen": 1}}),
    ],
)
def test_update_touches_only_the_masks_fields(
    mask: str, new: dict[str, Any], expected: dict[str, Any]
) -> None:
    existing = {"title": "Old", "grid": {"rows": 5, "frozen": 1}}
    assert merged(existing, new, Mask.parse(mask)) == expected
    assert existing == {"title": "Old", "grid": {"rows": 5, "frozen": 1}}


def test_writing_a_color_drops_the_other_way_of_saying_it() -> None:
    old = {"tabColor": {"red": 1}, "tabColorStyle": {"rgbColor": {"red": 1}}}
    blue = {"tabColor": {"blue": 1}}
    assert merged(old, blue, Mask.parse("tabColor")) == blue


names = st.sampled_from(["a", "b", "c", "d"])
paths = st.lists(names, min_size=1, max_size=3).map(tuple)


@given(st.lists(paths, min_size=1, max_size=6))
def test_any_list_of_paths_covers_each_of_them(wanted: list[tuple[str, ...]]) -> None:
    mask = Mask.parse(",".join(".".join(path) for path in wanted))
    assert all(mask.covers(*path) for path in wanted)
    assert set(mask.paths()) <= set(wanted)
