"""Tabs and the spreadsheet itself: adding, deleting, duplicating and changing them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.batching import CONTROL, OTHER, WRITER, Book, add_name, area


def _add(**properties: Any) -> dict[str, Any]:
    return {"addSheet": {"properties": properties}}


def _update(fields: str, sheet_id: int = 0, **properties: Any) -> dict[str, Any]:
    properties = {"sheetId": sheet_id, **properties}
    return {"updateSheetProperties": {"properties": properties, "fields": fields}}


def _titles(book: Book) -> list[str]:
    return [sheet.title for sheet in book.workbook]


def test_the_reply_to_a_new_tab_has_all_its_properties() -> None:
    grid = {"rowCount": 2, "columnCount": 3, "frozenRowCount": 1}
    (reply,) = Book().send(
        _add(title="New", sheetType="GRID", gridProperties=grid, index=0, hidden=True)
    )
    properties = reply["addSheet"]["properties"]
    assert isinstance(properties.pop("sheetId"), int)
    assert properties == {
        "title": "New",
        "index": 0,
        "sheetType": "GRID",
        "gridProperties": grid,
        "hidden": True,
    }


def test_what_a_new_tab_does_not_say_is_chosen_for_it() -> None:
    book = Book()
    (reply,) = book.send({"addSheet": {}})
    properties = reply["addSheet"]["properties"]
    assert properties["title"] == "Sheet3"
    assert properties["index"] == 2
    assert properties["gridProperties"] == {"rowCount": 1000, "columnCount": 26}


def test_a_chosen_id_is_kept_and_cannot_be_taken_twice() -> None:
    book = Book()
    (reply,) = book.send(_add(title="New", sheetId=42))
    assert reply["addSheet"]["properties"]["sheetId"] == 42
    words = book.refusal(_add(title="Newer", sheetId=42))
    assert words == "Invalid requests[0].addSheet: Sheet with id 42 already exists."


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (_add(title="calls"), "addSheet"),
        (_update("title", CONTROL, title="calls"), "updateSheetProperties"),
        (
            {"duplicateSheet": {"sourceSheetId": CONTROL, "newSheetName": "calls"}},
            "duplicateSheet",
        ),
    ],
)
def test_a_title_stands_once_in_a_spreadsheet(request_: dict[str, Any], kind: str) -> None:
    assert Book().refusal(request_) == (
        f'Invalid requests[0].{kind}: A sheet with the name "calls" already exists. '
        "Please enter another name."
    )


def test_a_tab_may_keep_its_own_title() -> None:
    book = Book()
    book.send(_update("title", title="CALLS"))
    assert _titles(book) == ["CALLS", "Control"]


def test_the_last_tab_and_the_last_visible_one_stay() -> None:
    book = Book()
    book.send(_update("hidden", CONTROL, hidden=True))
    words = book.refusal({"deleteSheet": {"sheetId": 0}})
    assert words.endswith("You can't remove all the visible sheets in a document.")
    book.send({"deleteSheet": {"sheetId": CONTROL}})
    words = book.refusal({"deleteSheet": {"sheetId": 0}})
    assert words.endswith("deleteSheet: You can't remove all the sheets in a document.")
    words = book.refusal(_update("hidden", hidden=True))
    assert words.endswith("updateSheetProperties: You can't hide all the sheets in a document.")


def test_a_tab_has_a_name() -> None:
    for request in (_update("title", title=""), _update("title")):
        assert Book().refusal(request).endswith("The sheet name cannot be empty.")


def test_a_tab_that_is_not_there_is_named() -> None:
    words = "Invalid requests[0].deleteSheet: No sheet with id: 99"
    assert Book().refusal({"deleteSheet": {"sheetId": 99}}) == words


@given(st.permutations(["Calls", "Control", "C", "D", "E"]))
def test_setting_each_index_in_turn_reaches_any_order(order: list[str]) -> None:
    book = Book()
    book.send(*[_add(title=title) for title in ("C", "D", "E")])
    ids = {sheet.title: sheet.id for sheet in book.workbook}
    book.send(*[_update("index", ids[t], index=index) for index, t in enumerate(order)])
    assert _titles(book) == order


def test_indexes_count_as_before_the_move() -> None:
    book = Book()
    book.send(_add(title="C"))
    book.send(_update("index", index=1))
    assert _titles(book) == ["Calls", "Control", "C"]
    book.send(_update("index", index=2))
    assert _titles(book) == ["Control", "Calls", "C"]
    book.send(_update("index", CONTROL))
    assert _titles(book) == ["Calls", "C", "Control"]


def test_a_smaller_grid_loses_what_was_outside() -> None:
    book = Book().fill(["a", "b", "c"], ["d"], ["e"])
    grid = {"rowCount": 2, "columnCount": 2}
    book.send(_update("gridProperties/rowCount,gridProperties/columnCount", gridProperties=grid))
    assert book.values() == [["a", "b"], ["d"]]
    assert (book.calls.row_count, book.calls.column_count) == (2, 2)


@pytest.mark.parametrize("mask", ["gridProperties", "gridProperties.frozenRowCount"])
def test_a_mask_over_all_of_the_grid_must_come_with_its_size(mask: str) -> None:
    request = _update(mask, gridProperties={"frozenRowCount": 1})
    if mask == "gridProperties":
        assert Book().refusal(request).endswith("You can't delete all the rows on the sheet.")
    else:
        Book().send(request)


def test_some_line_must_stay_unfrozen() -> None:
    words = Book().refusal(
        _update("gridProperties.frozenRowCount", gridProperties={"frozenRowCount": 10})
    )
    assert words.endswith("You can't freeze all visible rows on the sheet.")


def test_colours_and_flags_come_and_go_by_the_mask() -> None:
    book = Book()
    color = {"rgbColor": {"red": 1, "blue": 0.2}}
    book.send(_update("tabColorStyle,hidden,rightToLeft", tabColorStyle=color, rightToLeft=True))
    answer = book.answer(
        _update("gridProperties.hideGridlines", gridProperties={"hideGridlines": True}),
        includeSpreadsheetInResponse=True,
    )
    properties = answer["updatedSpreadsheet"]["sheets"][0]["properties"]
    assert properties["tabColorStyle"] == color
    assert properties["tabColor"] == color["rgbColor"]
    assert properties["rightToLeft"] is True
    assert properties["gridProperties"]["hideGridlines"] is True
    book.send(_update("tabColorStyle,gridProperties.hideGridlines"))
    assert "tabColorStyle" not in book.calls.properties
    assert book.calls.properties["gridProperties"] == {}


def test_a_mask_is_required_and_its_fields_must_exist() -> None:
    assert "At least one field must be listed in 'fields'" in Book().refusal(_update(""))
    for field in ("caption", "gridProperties.frozenLines"):
        words = f"Invalid requests[0].updateSheetProperties: Invalid field: {field}"
        assert Book().refusal(_update(field)) == words


def test_a_mask_may_have_slashes_dots_groups_and_underscores() -> None:
    for mask in (
        "gridProperties/frozenRowCount",
        "gridProperties.frozenRowCount",
        "gridProperties(frozenRowCount)",
        "grid_properties.frozen_row_count",
    ):
        book = Book()
        book.send(_update(mask, gridProperties={"frozenRowCount": 2, "frozenColumnCount": 1}))
        assert book.calls.properties["gridProperties"] == {"frozenRowCount": 2}


def test_a_copy_has_the_cells_rules_and_charts_and_points_to_itself() -> None:
    book = Book().fill(["x", "=A1"])
    source = {"sourceRange": {"sources": [area(0, 1, 0, 1)]}}
    spec = {"basicChart": {"chartType": "BAR", "series": [{"series": source}]}}
    rule = {
        "ranges": [area(0, 2, 0, 1)],
        "booleanRule": {"condition": {"type": "NOT_BLANK"}, "format": {}},
    }
    book.send(
        {"addChart": {"chart": {"chartId": 5, "spec": spec}}},
        {"addConditionalFormatRule": {"rule": rule}},
        {"addFilterView": {"filter": {"filterViewId": 6, "range": area(0, 3, 0, 2)}}},
        add_name("Name", area(0, 1, 0, 1)),
    )
    (reply,) = book.send({"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 8}})
    assert reply["duplicateSheet"]["properties"]["title"] == "Copy of Calls"
    assert reply["duplicateSheet"]["properties"]["index"] == 0
    copy = book.workbook.sheet(8)
    assert book.values(8) == [["x", "=A1"]]
    assert copy.conditional_formats[0]["ranges"] == [area(0, 2, 0, 1, 8)]
    (view,), (chart,) = copy.filter_views.values(), copy.charts.values()
    assert view["range"] == area(0, 3, 0, 2, 8)
    assert view["filterViewId"] != 6
    assert chart["chartId"] != 5
    series = chart["spec"]["basicChart"]["series"][0]["series"]
    assert series["sourceRange"]["sources"] == [area(0, 1, 0, 1, 8)]
    assert chart["position"]["overlayPosition"]["anchorCell"] == {"sheetId": 8}
    assert len(book.workbook.named_ranges) == 1
    (reply,) = book.send({"duplicateSheet": {"sourceSheetId": 0, "insertSheetIndex": 3}})
    assert reply["duplicateSheet"]["properties"]["title"] == "Copy of Calls 2"
    assert reply["duplicateSheet"]["properties"]["index"] == 3


def test_a_tab_with_others_protected_cells_is_not_deleted_or_cut() -> None:
    book = Book()
    protection = {"range": area(8, 9, 0, 1), "editors": {"users": [WRITER]}}
    book.send({"addProtectedRange": {"protectedRange": protection}})
    cut = _update("gridProperties.rowCount", gridProperties={"rowCount": 8})
    for request in ({"deleteSheet": {"sheetId": 0}}, cut):
        assert "protected cell or object" in book.refusal(request, account=OTHER)
    book.send(cut, account=WRITER)


def _spreadsheet(fields: str, **properties: Any) -> dict[str, Any]:
    return {"updateSpreadsheetProperties": {"properties": properties, "fields": fields}}


def test_the_spreadsheets_own_properties_change_by_the_mask() -> None:
    book = Book()
    book.send(_spreadsheet("title,timeZone", title="New", timeZone="Asia/Karachi", locale="ur"))
    book.send(_spreadsheet("autoRecalc", autoRecalc="MINUTE"))
    properties = book.workbook.properties
    assert properties["title"] == "New"
    assert properties["timeZone"] == "Asia/Karachi"
    assert properties["locale"] == "en_US"
    assert properties["autoRecalc"] == "MINUTE"
    assert properties["defaultFormat"]


@pytest.mark.parametrize(
    ("fields", "properties"),
    [
        ("", {"title": "x"}),
        ("title", {}),
        ("locale", {"locale": "garbage"}),
        ("timeZone", {"timeZone": "Mars/Olympus"}),
        ("defaultFormat", {"defaultFormat": {}}),
        ("nonsense", {}),
        ("spreadsheetTheme", {"spreadsheetTheme": {"themeColors": []}}),
    ],
)
def test_properties_that_make_no_sense_are_refused(fields: str, properties: Any) -> None:
    words = Book().refusal(_spreadsheet(fields, **properties))
    assert words.startswith("Invalid requests[0].updateSpreadsheetProperties: ")
