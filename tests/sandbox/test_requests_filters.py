"""Filters hide rows, filter views only remember; rules on cells guide and never refuse."""

from __future__ import annotations

from typing import Any

import pytest

from sheets_dialer.sandbox.google.errors import GoogleError
from sheets_dialer.sandbox.google.model import Cell
from tests.support.grids import Grid, area


def basic(where: dict[str, int], **rest: Any) -> dict[str, Any]:
    return {"setBasicFilter": {"filter": {"range": where, **rest}}}


def hidden(grid: Grid) -> list[int]:
    return [row for row, one in enumerate(grid.sheet.row_properties) if one.get("hiddenByFilter")]


def condition(kind: str, *values: str) -> dict[str, Any]:
    return {"condition": {"type": kind, "values": [{"userEnteredValue": one} for one in values]}}


def calls() -> Grid:
    return Grid([["Phone", "Status"], [1, "Answered"], [2, "Busy"], [3], [4, "busy line"]])


def test_an_open_range_is_closed_at_the_grids_edges() -> None:
    grid = Grid()
    assert grid.batch(basic({"sheetId": 0})) == [{}]
    assert grid.sheet.basic_filter == {
        "range": {
            "startRowIndex": 0,
            "endRowIndex": 20,
            "startColumnIndex": 0,
            "endColumnIndex": 20,
        }
    }


def test_a_filter_replaces_the_one_before_and_can_be_cleared() -> None:
    grid = calls()
    grid.batch(basic(area("A1:B5"), criteria={"1": {"hiddenValues": ["Busy", ""]}}))
    assert hidden(grid) == [2, 3]
    grid.batch(basic(area("A1:B5"), criteria={"1": {"hiddenValues": ["Answered"]}}))
    assert hidden(grid) == [1]
    assert grid.batch({"clearBasicFilter": {"sheetId": 0}}) == [{}]
    assert (hidden(grid), grid.sheet.basic_filter) == ([], None)
    assert grid.batch({"clearBasicFilter": {"sheetId": 0}}) == [{}]


def test_criteria_are_kept_in_both_of_googles_forms() -> None:
    grid = calls()
    criteria = {"hiddenValues": ["Busy"]}
    specs = [{"columnIndex": 1, "filterCriteria": criteria}]
    grid.batch(basic(area("A1:B5"), filterSpecs=specs))
    kept = grid.sheet.basic_filter or {}
    assert (kept["criteria"], kept["filterSpecs"]) == ({"1": criteria}, specs)
    assert hidden(grid) == [2]


@pytest.mark.parametrize(
    ("column", "criteria", "rows"),
    [
        (1, condition("BLANK"), [1, 2, 4]),
        (1, condition("NOT_BLANK"), [3]),
        (1, condition("TEXT_CONTAINS", "BUSY"), [1, 3]),
        (1, condition("TEXT_NOT_CONTAINS", "busy"), [2, 4]),
        (1, condition("TEXT_STARTS_WITH", "ans"), [2, 3, 4]),
        (1, condition("TEXT_ENDS_WITH", "line"), [1, 2, 3]),
        (1, condition("TEXT_EQ", "busy"), [1, 3, 4]),
        (0, condition("NUMBER_GREATER", "2"), [1, 2]),
        (0, condition("NUMBER_LESS_THAN_EQ", "2"), [3, 4]),
        (0, condition("NUMBER_BETWEEN", "2", "3"), [1, 4]),
        (0, condition("NUMBER_NOT_EQ", "2"), [2]),
        (0, {"hiddenValues": ["1"], **condition("NUMBER_LESS", "3")}, [1, 3, 4]),
    ],
)
def test_rows_that_fail_a_condition_are_hidden(
    column: int, criteria: dict[str, Any], rows: list[int]
) -> None:
    grid = calls()
    grid.batch(basic(area("A1:B5"), criteria={str(column): criteria}))
    assert hidden(grid) == rows


def test_sort_specs_sort_the_rows_below_the_header() -> None:
    grid = calls()
    specs = [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]
    grid.batch(basic(area("A1:B5"), sortSpecs=specs))
    assert [row[0] for row in grid.rows()] == ["Phone", 4, 3, 2, 1]


def view(**rest: Any) -> dict[str, Any]:
    return {"addFilterView": {"filter": {"range": area("A1:B5"), **rest}}}


def added(grid: Grid, **rest: Any) -> dict[str, Any]:
    (answer,) = grid.batch(view(**rest))
    echoed: dict[str, Any] = answer["addFilterView"]["filter"]
    return echoed


def test_a_view_gets_an_id_and_a_title() -> None:
    grid = calls()
    first, second = added(grid), added(grid)
    assert (first["title"], second["title"]) == ("Filter 1", "Filter 2")
    assert first["filterViewId"] != second["filterViewId"]
    assert first["range"] == {
        "startRowIndex": 0,
        "endRowIndex": 5,
        "startColumnIndex": 0,
        "endColumnIndex": 2,
    }


def test_a_chosen_id_is_kept_and_taken_only_once() -> None:
    grid = calls()
    criteria = {"1": {"hiddenValues": ["Busy"]}}
    echoed = added(grid, filterViewId=77, title="Mine", criteria=criteria)
    assert (echoed["filterViewId"], echoed["title"]) == (77, "Mine")
    assert echoed["filterSpecs"] == [{"columnIndex": 1, "filterCriteria": criteria["1"]}]
    assert hidden(grid) == []
    with pytest.raises(GoogleError) as caught:
        added(grid, filterViewId=77)
    assert caught.value.code == 400


def test_a_view_can_be_changed_and_deleted() -> None:
    grid = calls()
    added(grid, filterViewId=77, title="Mine", criteria={"1": {"hiddenValues": ["Busy"]}})
    change = {"filterViewId": 77, "title": "Ours", "criteria": {"0": {"hiddenValues": ["1"]}}}
    grid.batch({"updateFilterView": {"filter": change, "fields": "title,criteria"}})
    kept = grid.sheet.filter_views[77]
    assert kept["title"] == "Ours"
    assert kept["filterSpecs"] == [{"columnIndex": 0, "filterCriteria": {"hiddenValues": ["1"]}}]
    assert kept["range"]["endRowIndex"] == 5
    assert grid.batch({"deleteFilterView": {"filterId": 77}}) == [{}]
    with pytest.raises(GoogleError, match="No filter view with id: 77"):
        grid.batch({"deleteFilterView": {"filterId": 77}})


def test_a_view_can_stand_on_a_named_range() -> None:
    grid = calls()
    named = {"namedRangeId": "n", "name": "all", "range": area("A1:B3")}
    grid.document.workbook.named_ranges = {"n": named}
    (answer,) = grid.batch({"addFilterView": {"filter": {"namedRangeId": "n"}}})
    echoed = answer["addFilterView"]["filter"]
    assert (echoed["namedRangeId"], echoed["range"]["endRowIndex"]) == ("n", 3)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (
            basic(area("A1:B5"), criteria={"1": condition("ONE_OF_LIST", "a")}),
            "ConditionType 'ONE_OF_LIST' is not supported in filters.",
        ),
        (
            basic(area("A1:B5"), criteria={"1": condition("CUSTOM_FORMULA", "=TRUE")}),
            "is not emulated by this sandbox",
        ),
        (
            basic(area("A1:B5"), criteria={"1": {"visibleBackgroundColor": {"red": 1}}}),
            "is not emulated by this sandbox",
        ),
        (basic(area("A1:B5"), criteria={"2": {"hiddenValues": ["a"]}}), "no column"),
        (basic(area("A1:B5"), criteria={"0": condition("NUMBER_EQ", "x")}), "must be a number"),
        (basic(area("A1:B5"), criteria={"0": condition("NUMBER_EQ")}), "requires 1"),
        (basic(area("A1:B5"), tableId="t"), "Only one of"),
        (view(namedRangeId="n"), "Only one of"),
        ({"addFilterView": {"filter": {"tableId": "t"}}}, "is not emulated"),
        ({"addFilterView": {}}, "filter is required"),
        ({"clearBasicFilter": {"sheetId": 4}}, "No grid with id: 4"),
        (
            {"updateFilterView": {"filter": {"filterViewId": 5}, "fields": "title"}},
            "No filter view with id: 5",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(request_: dict[str, Any], words: str) -> None:
    grid = calls()
    with pytest.raises(GoogleError) as caught:
        grid.batch(request_)
    assert caught.value.code == 400
    assert caught.value.message.startswith(f"Invalid requests[0].{next(iter(request_))}: ")
    assert words in caught.value.message


def rule(kind: str, *values: str, **rest: Any) -> dict[str, Any]:
    return {**condition(kind, *values), **rest}


def validate(where: str, wanted: dict[str, Any] | None, **rest: Any) -> dict[str, Any]:
    request = {"range": area(where), **rest}
    return {"setDataValidation": request | ({"rule": wanted} if wanted else {})}


def test_a_rule_is_set_on_every_cell_and_cleared_by_none() -> None:
    grid = Grid([["a"]])
    wanted = rule("ONE_OF_LIST", "y", "n", strict=True, showCustomUi=False, inputMessage="")
    assert grid.batch(validate("A1:B2", wanted)) == [{}]
    kept = rule("ONE_OF_LIST", "y", "n", strict=True)
    assert grid.sheet.cell(0, 0) == Cell("a", validation=kept)
    assert grid.sheet.cell(1, 1).validation == kept
    grid.batch(validate("A:Z", None))
    assert grid.sheet.cell(0, 0) == Cell("a")
    assert grid.sheet.rows[1] == ()


def test_strict_rules_refuse_nothing_that_comes_through_the_api() -> None:
    grid = Grid()
    grid.batch(validate("A1", rule("ONE_OF_LIST", "y", strict=True)))
    write = {"values": [{"userEnteredValue": {"stringValue": "never heard of"}}]}
    where = {"sheetId": 0, "rowIndex": 0, "columnIndex": 0}
    grid.batch({"updateCells": {"rows": [write], "fields": "userEnteredValue", "start": where}})
    assert grid.sheet.cell(0, 0).value == "never heard of"
    assert grid.sheet.cell(0, 0).validation is not None


def test_rows_that_a_filter_hides_are_left_out_unless_asked_for() -> None:
    grid = calls()
    grid.batch(basic(area("A1:B5"), criteria={"1": {"hiddenValues": ["Busy"]}}))
    wanted = rule("NUMBER_GREATER", "0")
    grid.batch(validate("A2:A5", wanted))
    assert [grid.sheet.cell(row, 0).validation is None for row in range(1, 5)] == [
        False, True, False, False
    ]  # fmt: skip
    grid.batch(validate("A2:A5", wanted, filteredRowsIncluded=True))
    assert all(grid.sheet.cell(row, 0).validation == wanted for row in range(1, 5))


@pytest.mark.parametrize(
    "wanted",
    [
        {"strict": True},
        rule("TEXT_STARTS_WITH", "a"),
        rule("NOT_BLANK"),
        rule("NUMBER_BETWEEN", "1"),
        rule("TEXT_IS_URL", "x"),
        rule("ONE_OF_LIST"),
        rule("ONE_OF_RANGE", "=Nowhere!A1:A3"),
        {"condition": {"type": "DATE_AFTER", "values": [{"relativeDate": "TODAY"}]}},
    ],
)
def test_rules_that_google_does_not_take_are_refused(wanted: dict[str, Any]) -> None:
    with pytest.raises(GoogleError) as caught:
        Grid().batch(validate("A1", wanted))
    assert caught.value.code == 400


def test_a_range_of_choices_may_lie_on_any_tab() -> None:
    grid = Grid()
    grid.add_tab("My Choices", 8)
    wanted = rule("ONE_OF_RANGE", "='My Choices'!A1:A3", strict=True)
    grid.batch(validate("A1", wanted))
    assert grid.sheet.cell(0, 0).validation == wanted
