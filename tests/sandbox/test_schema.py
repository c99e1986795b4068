"""What Google's discovery document doesn't know is refused, in Google's words."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from sheets_dialer.sandbox.google.errors import GoogleError
from sheets_dialer.sandbox.google.schema import has_field, read
from tests.support.services import Refused, Services

TOOL = Path(__file__).parent.parent.parent / "tools" / "condense_discovery.py"


def test_the_schema_is_what_the_tool_makes_of_googles_document() -> None:
    tool = run_path(str(TOOL))
    made = tool["as_text"](tool["condensed"](tool["discovery_document"]()))
    assert tool["TARGET"].read_text(encoding="utf-8") == made


def batch(*requests: Any) -> dict[str, Any]:
    return {"requests": list(requests)}


@pytest.mark.parametrize(
    ("message", "body", "place", "words"),
    [
        (
            "BatchUpdateSpreadsheetRequest",
            batch({"x": {}}),
            "requests[0]",
            'Invalid JSON payload received. Unknown name "x" at '
            "'requests[0]': Cannot find field.",
        ),
        (
            "BatchUpdateSpreadsheetRequest",
            batch({}, {"updateCells": {"range": {"row": 1}}}),
            "requests[1].update_cells.range",
            'Invalid JSON payload received. Unknown name "row" at '
            "'requests[1].update_cells.range': Cannot find field.",
        ),
        (
            "BatchUpdateSpreadsheetRequest",
            batch({"deleteSheet": {"sheetId": "abc"}}),
            "requests[0].delete_sheet.sheet_id",
            "Invalid value at 'requests[0].delete_sheet.sheet_id' (TYPE_INT32), \"abc\"",
        ),
        (
            "BatchUpdateSpreadsheetRequest",
            batch({"addSheet": {"properties": {"title": 5}}}),
            "requests[0].add_sheet.properties.title",
            "Invalid value at 'requests[0].add_sheet.properties.title' (TYPE_STRING), 5",
        ),
        (
            "BatchUpdateSpreadsheetRequest",
            batch({"addSheet": {"properties": {"hidden": "maybe"}}}),
            "requests[0].add_sheet.properties.hidden",
            "Invalid value at 'requests[0].add_sheet.properties.hidden' (TYPE_BOOL), \"maybe\"",
        ),
        (
            "BatchUpdateSpreadsheetRequest",
            batch({"addSheet": "now"}),
            "requests[0].add_sheet",
            "Invalid value at 'requests[0].add_sheet' "
            '(type.googleapis.com/google.apps.sheets.v4.AddSheetRequest), "now"',
        ),
        (
            "BatchUpdateSpreadsheetRequest",
            batch({"addSheet": []}),
            "requests[0]",
            "Invalid JSON payload received. Unknown name \"addSheet\" at 'requests[0]': "
            "Proto field is not repeating, cannot start list.",
        ),
        (
            "BatchUpdateSpreadsheetRequest",
            batch({"deleteSheet": {}, "addSheet": {}}),
            "requests[0]",
            "Invalid value at 'requests[0]' (oneof), oneof field 'kind' is already set. "
            "Cannot set 'addSheet'",
        ),
        (
            "BatchUpdateSpreadsheetRequest",
            batch({"repeatCell": {"range": {"startRowIndex": "top"}}}),
            "requests[0].repeat_cell.range.start_row_index.value",
            "Invalid value at 'requests[0].repeat_cell.range.start_row_index.value' "
            '(TYPE_INT32), "top"',
        ),
        (
            "BatchUpdateSpreadsheetRequest",
            batch({"setBasicFilter": {"filter": {"criteria": {"B": {}}}}}),
            "requests[0].set_basic_filter.filter.criteria",
            "Invalid value at 'requests[0].set_basic_filter.filter.criteria' (TYPE_INT32), \"B\"",
        ),
        (
            "Color",
            {"red": 1e39},
            "red",
            "Invalid value at 'red' (TYPE_FLOAT), 1e+39",
        ),
        (
            "ExtendedValue",
            {"numberValue": "NaN"},
            "number_value",
            "Invalid value at 'number_value' (TYPE_DOUBLE), \"NaN\"",
        ),
        (
            "ExtendedValue",
            {"numberValue": "1_000"},
            "number_value",
            "Invalid value at 'number_value' (TYPE_DOUBLE), \"1_000\"",
        ),
        (
            "ValueRange",
            {"majorDimension": "DIAGONAL"},
            "data.major_dimension",
            "Invalid value at 'data.major_dimension' "
            '(type.googleapis.com/google.apps.sheets.v4.Dimension), "DIAGONAL"',
        ),
        (
            "ValueRange",
            {"values": ["a"]},
            "data.values[0]",
            "Invalid value at 'data.values[0]' "
            '(type.googleapis.com/google.protobuf.ListValue), "a"',
        ),
    ],
)
def test_fault_is_named_with_its_place(
    message: str, body: dict[str, Any], place: str, words: str
) -> None:
    with pytest.raises(GoogleError) as refusal:
        read(message, body, "data" if message == "ValueRange" else "")
    assert refusal.value.code == 400
    assert refusal.value.message == words
    assert refusal.value.body()["error"]["details"] == [
        {
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": place, "description": words}],
        }
    ]


def test_every_fault_is_named_in_order() -> None:
    with pytest.raises(GoogleError) as refusal:
        read("BatchUpdateSpreadsheetRequest", {"requests": [{"x": 1}], "replies": [], "fields": 1})
    assert [line.split(": ")[0] for line in refusal.value.message.splitlines()] == [
        "Invalid JSON payload received. Unknown name \"x\" at 'requests[0]'",
        'Invalid JSON payload received. Unknown name "replies"',
        'Invalid JSON payload received. Unknown name "fields"',
    ]


def test_nulls_are_absent_and_other_spellings_are_made_plain() -> None:
    sent = {
        "requests": [
            {"delete_sheet": {"sheet_id": "12"}, "addSheet": None},
            {"addProtectedRange": {"protectedRange": {"warningOnly": "true", "editors": None}}},
        ],
        "responseRanges": None,
    }
    assert read("BatchUpdateSpreadsheetRequest", sent) == {
        "requests": [
            {"deleteSheet": {"sheetId": 12}},
            {"addProtectedRange": {"protectedRange": {"warningOnly": True}}},
        ]
    }


def test_a_lone_message_counts_as_a_list_of_one() -> None:
    assert read("BatchUpdateSpreadsheetRequest", {"requests": {"addSheet": {}}}) == {
        "requests": [{"addSheet": {}}]
    }


def test_a_plain_body_is_not_copied() -> None:
    body = batch({"updateCells": {"rows": [{"values": [{"note": "x"}]}], "fields": "note"}})
    assert read("BatchUpdateSpreadsheetRequest", body) is body


@pytest.mark.parametrize(
    ("path", "known"),
    [
        (("sheets", "properties", "title"), True),
        (("sheets", "data", "rowData", "values", "note"), True),
        (("sheets", "data", "row_data"), True),
        (("sheets", "*"), True),
        (("sheets", "title"), False),
        (("spreadsheetId", "x"), False),
        (("cells",), False),
    ],
)
def test_field_paths_are_known_or_not(path: tuple[str, ...], known: bool) -> None:
    assert has_field("Spreadsheet", *path) is known


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            {"valueRenderOption": "PRETTY"},
            "Invalid value at 'value_render_option' "
            '(type.googleapis.com/google.apps.sheets.v4.ValueRenderOption), "PRETTY"',
        ),
        (
            {"colour": "red"},
            'Invalid JSON payload received. Unknown name "colour": Cannot bind query parameter. '
            "Field 'colour' could not be found in request message.",
        ),
    ],
)
def test_query_is_checked_too(query: dict[str, str], words: str) -> None:
    services = Services()
    with pytest.raises(Refused) as refusal:
        services.values("GET", "Sheet1", **query)
    assert (refusal.value.code, refusal.value.message) == (400, words)


def test_unknown_field_in_a_mask_is_refused() -> None:
    services = Services()
    with pytest.raises(Refused) as refusal:
        services.call("GET", services.path, fields="properties, sheets.properties")
    assert refusal.value.message == "Request contains an invalid argument."
    (violation,) = refusal.value.error["details"][0]["fieldViolations"]
    assert violation["description"] == (
        "Error expanding 'fields' parameter. "
        "Cannot find matching fields for path ' sheets.properties'."
    )


def test_a_bad_body_is_refused_before_the_spreadsheet_is_looked_up() -> None:
    services = Services()
    with pytest.raises(Refused) as refusal:
        services.call("POST", "/v4/spreadsheets/nowhere:batchUpdate", {"x": 1})
    assert refusal.value.code == 400


def test_body_that_is_no_json_is_refused() -> None:
    services = Services()
    path = f"{services.path}:batchUpdate"
    with pytest.raises(Refused) as refusal:
        services.call("POST", path, [1])
    assert "Root element must be a message." in refusal.value.message
