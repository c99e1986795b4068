"""Protected ranges, conditional formats and charts: added, changed and deleted by id or place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.batching import CONTROL, OTHER, OWNER, WRITER, Book, area


def _protect(**protected: Any) -> dict[str, Any]:
    return {"addProtectedRange": {"protectedRange": protected}}


def _update(fields: str, **protected: Any) -> dict[str, Any]:
    return {"updateProtectedRange": {"protectedRange": protected, "fields": fields}}


def test_a_warning_is_echoed_as_recorded() -> None:
    where = {"sheetId": 0, **area(0, 2, 0, 2)}
    (reply,) = Book().send(
        _protect(range=where, warningOnly=True, requestingUserCanEdit=False, description=None)
    )
    protected = reply["addProtectedRange"]["protectedRange"]
    assert isinstance(protected.pop("protectedRangeId"), int)
    assert protected == {
        "range": area(0, 2, 0, 2),
        "warningOnly": True,
        "requestingUserCanEdit": True,
        "editors": {},
    }


def test_chosen_ids_are_kept_and_refused_when_they_exist() -> None:
    book = Book()
    protected = {"range": area(0, 1, 0, 1), "protectedRangeId": 5}
    book.send(_protect(**protected))
    assert "with id 5 already exists" in book.refusal(_protect(**protected))


def test_a_warning_has_no_editors() -> None:
    editors = {"users": [WRITER]}
    words = Book().refusal(_protect(range=area(0, 1, 0, 1), warningOnly=True, editors=editors))
    assert words.endswith("ProtectedRange is warningOnly. Editors cannot be set on it.")


def test_editors_are_people_who_may_edit_and_include_whoever_protects() -> None:
    book = Book()
    where = area(0, 1, 0, 1)
    editors = {"users": ["stranger@example.com"]}
    assert "stranger@example.com" in book.refusal(_protect(range=where, editors=editors))
    words = book.refusal(_protect(range=where, editors={"users": [OTHER]}), account=WRITER)
    assert words.endswith("You can't remove yourself as an editor.")
    words = book.refusal(_protect(range=where, editors={}), account=WRITER)
    assert words.endswith("You can't remove yourself as an editor.")
    book.send(_protect(range=where, editors={"users": [WRITER, OTHER]}), account=WRITER)


def test_without_editors_everyone_who_may_edit_the_spreadsheet_is_one() -> None:
    (reply,) = Book().send(_protect(range=area(0, 1, 0, 1)), account=WRITER)
    users = reply["addProtectedRange"]["protectedRange"]["editors"]["users"]
    assert set(users) == {OWNER, WRITER, OTHER}


def test_what_is_not_in_the_mask_is_kept() -> None:
    book = Book()
    editors = {"users": [WRITER]}
    book.send(_protect(range=area(0, 1, 0, 1), protectedRangeId=5, editors=editors))
    book.send(_update("description", protectedRangeId=5, description="x", editors={}))
    kept = book.calls.protected_ranges[5]
    assert (kept["description"], kept["editors"]) == ("x", editors)
    book.send(_update("warningOnly", protectedRangeId=5, warningOnly=True))
    assert "editors" not in book.calls.protected_ranges[5]


def test_only_editors_change_or_lift_a_protection() -> None:
    book = Book()
    editors = {"users": [WRITER]}
    protected = {"range": area(0, 1, 0, 1), "protectedRangeId": 5, "editors": editors}
    book.send(_protect(**protected), account=WRITER)
    for request in (
        _update("description", protectedRangeId=5, description="x"),
        {"deleteProtectedRange": {"protectedRangeId": 5}},
    ):
        assert "protected cell or object" in book.refusal(request, account=OTHER)
        book.send(request, account=WRITER)
    words = book.refusal({"deleteProtectedRange": {"protectedRangeId": 5}})
    assert words == "Invalid requests[0].deleteProtectedRange: No protected range with id: 5"


def test_a_protection_changes_by_the_mask() -> None:
    book = Book()
    book.send(_protect(range=area(0, 1, 0, 1), protectedRangeId=5, description="old"))
    book.send(_update("description,range", protectedRangeId=5, range=area(0, 1, 0, 1, CONTROL)))
    assert not book.calls.protected_ranges
    kept = book.control.protected_ranges[5]
    assert kept["range"] == area(0, 1, 0, 1, CONTROL)
    assert "description" not in kept


def test_a_warning_that_becomes_hard_lets_everyone_in_until_told_otherwise() -> None:
    book = Book()
    book.send(_protect(range=area(0, 1, 0, 1), protectedRangeId=5, warningOnly=True))
    book.send(_update("warningOnly", protectedRangeId=5, warningOnly=False))
    users = book.calls.protected_ranges[5]["editors"]["users"]
    assert {OWNER, WRITER, OTHER} == set(users)
    book.send(_update("editors", protectedRangeId=5, editors={"users": [WRITER]}))
    assert book.calls.protected_ranges[5]["editors"]["users"] == [WRITER]


def test_a_whole_tab_may_leave_ranges_open_and_nothing_else_may() -> None:
    book = Book()
    openings = [area(1, 2, 0, 1)]
    book.send(_protect(range={"sheetId": 0}, unprotectedRanges=openings))
    words = book.refusal(_protect(range=area(0, 5, 0, 5), unprotectedRanges=openings))
    assert words.endswith("Unprotected ranges are only supported on protected sheets.")


def _rule(row: int, kind: str = "NOT_BLANK") -> dict[str, Any]:
    color = {"backgroundColor": {"red": 1}}
    return {
        "ranges": [area(row, row + 1, 0, 1)],
        "booleanRule": {"condition": {"type": kind}, "format": color},
    }


def _add_rule(row: int, index: int = 0) -> dict[str, Any]:
    return {"addConditionalFormatRule": {"rule": _rule(row), "index": index}}


def _rows_of_rules(book: Book) -> list[int]:
    return [rule["ranges"][0]["startRowIndex"] for rule in book.calls.conditional_formats]


def test_rules_stand_where_they_are_put_and_are_moved_replaced_and_deleted_by_index() -> None:
    book = Book()
    assert book.send(_add_rule(1), _add_rule(2), _add_rule(3, 2)) == [{}, {}, {}]
    assert _rows_of_rules(book) == [2, 1, 3]
    (moved,) = book.send({"updateConditionalFormatRule": {"sheetId": 0, "index": 2, "newIndex": 1}})
    assert _rows_of_rules(book) == [2, 3, 1]
    reply = moved["updateConditionalFormatRule"]
    assert (reply["newIndex"], reply["oldIndex"]) == (1, 2)
    assert reply["newRule"]["ranges"] == [area(3, 4, 0, 1)]
    (replaced,) = book.send({"updateConditionalFormatRule": {"index": 0, "rule": _rule(4)}})
    reply = replaced["updateConditionalFormatRule"]
    assert reply["oldRule"]["ranges"] == [area(2, 3, 0, 1)]
    assert reply["newRule"]["ranges"] == [area(4, 5, 0, 1)]
    (deleted,) = book.send({"deleteConditionalFormatRule": {"sheetId": 0, "index": 1}})
    rule = deleted["deleteConditionalFormatRule"]["rule"]
    assert rule["ranges"] == [area(3, 4, 0, 1)]
    assert rule["booleanRule"]["format"]["backgroundColorStyle"] == {"rgbColor": {"red": 1}}
    assert _rows_of_rules(book) == [4, 1]


def test_a_rule_that_is_not_there_is_named_in_googles_words() -> None:
    words = Book().refusal({"deleteConditionalFormatRule": {"sheetId": 7, "index": 3}})
    assert words.endswith("No conditional format on sheet: 7 at index: 3")


@pytest.mark.parametrize(
    "rule",
    [
        {"booleanRule": {"condition": {"type": "BLANK"}}},
        {"ranges": [area(0, 1, 0, 1)]},
        {"ranges": [area(0, 1, 0, 1)], "booleanRule": {}},
        {**_rule(0), "ranges": [area(0, 1, 0, 1), area(0, 1, 0, 1, CONTROL)]},
        {**_rule(0), "gradientRule": {}},
        {"ranges": [area(0, 1, 0, 1)], "gradientRule": {"minpoint": {"type": "MIN"}}},
    ],
)
def test_a_rule_that_cannot_be_one_is_refused(rule: dict[str, Any]) -> None:
    assert "equests[0]" in Book().refusal({"addConditionalFormatRule": {"rule": rule}})


MIN, MAX = {"type": "MIN"}, {"type": "MAX"}
NO_TYPE = "No interpolationPointType specified."
NO_VALUE = "InterpolationPoint.value is required."


@pytest.mark.parametrize(
    ("gradient", "words"),
    [
        ({"minpoint": MIN}, NO_TYPE),
        ({"maxpoint": MAX}, NO_TYPE),
        ({"minpoint": {"value": "1"}, "maxpoint": MAX}, NO_TYPE),
        ({"minpoint": MIN, "midpoint": {"value": "1"}, "maxpoint": MAX}, NO_TYPE),
        ({"minpoint": {"type": "NUMBER"}, "maxpoint": MAX}, NO_VALUE),
        ({"minpoint": MIN, "midpoint": {"type": "PERCENT"}, "maxpoint": MAX}, NO_VALUE),
        ({"minpoint": MIN, "maxpoint": {"type": "PERCENTILE", "value": ""}}, NO_VALUE),
    ],
)
def test_a_colour_scale_that_lacks_a_point_is_refused_in_googles_words(
    gradient: dict[str, Any], words: str
) -> None:
    rule = {"ranges": [area(0, 1, 0, 1)], "gradientRule": gradient}
    assert Book().refusal({"addConditionalFormatRule": {"rule": rule}}).endswith(words)


def test_a_colour_scale_keeps_the_values_that_count() -> None:
    points = {
        "minpoint": {"type": "MIN", "value": "2", "color": {"red": 1}},
        "midpoint": {"type": "PERCENTILE", "value": "50"},
        "maxpoint": {"type": "NUMBER", "value": "9"},
    }
    book = Book()
    rule = {"ranges": [area(0, 1, 0, 1)], "gradientRule": points}
    book.send({"addConditionalFormatRule": {"rule": rule}})
    (kept,) = book.calls.conditional_formats
    assert kept["gradientRule"] == {**points, "minpoint": {"type": "MIN", "color": {"red": 1}}}


def _spec(where: dict[str, int]) -> dict[str, Any]:
    series = [{"series": {"sourceRange": {"sources": [where]}}}]
    return {"title": "Calls", "basicChart": {"chartType": "COLUMN", "series": series}}


def test_a_chart_is_added_changed_and_deleted_by_its_id() -> None:
    book = Book()
    anchor = {"sheetId": CONTROL, "rowIndex": 1, "columnIndex": 0}
    position = {"overlayPosition": {"anchorCell": anchor, "offsetXPixels": 5}}
    chart = {"chartId": 9, "spec": _spec(area(0, 3, 0, 1)), "position": position}
    (reply,) = book.send({"addChart": {"chart": chart}})
    added = reply["addChart"]["chart"]
    assert added["chartId"] == 9
    assert added["spec"]["title"] == "Calls"
    assert added["position"]["overlayPosition"] == {
        "anchorCell": {"sheetId": CONTROL, "rowIndex": 1},
        "offsetXPixels": 5,
        "widthPixels": 600,
        "heightPixels": 371,
    }
    assert "already exists" in book.refusal({"addChart": {"chart": chart}})
    changed = {**_spec(area(0, 2, 1, 2)), "title": "Changed"}
    assert book.send({"updateChartSpec": {"chartId": 9, "spec": changed}}) == [{}]
    assert book.control.charts[9]["spec"]["title"] == "Changed"
    assert book.send({"deleteEmbeddedObject": {"objectId": 9}}) == [{}]
    for request in (
        {"deleteEmbeddedObject": {"objectId": 9}},
        {"updateChartSpec": {"chartId": 9, "spec": changed}},
    ):
        assert "with id: 9" in book.refusal(request)


@pytest.mark.parametrize(
    "chart",
    [
        {"spec": {"title": "of nothing"}},
        {"spec": _spec(area(0, 1, 0, 1, 99))},
        {"spec": _spec(area(0, 1, 0, 1)), "position": {"newSheet": True}},
        {"position": {}},
    ],
)
def test_a_chart_of_nothing_or_on_its_own_tab_is_refused(chart: dict[str, Any]) -> None:
    assert "requests[0].addChart" in Book().refusal({"addChart": {"chart": chart}})
