"""Developer metadata: unseen notes of programs on tabs and lines, which go where those go."""

from __future__ import annotations

from typing import Any

import gspread
import pytest

from tests.support.running import RunningSandbox

LINES = {"ROWS": "rowMetadata", "COLUMNS": "columnMetadata"}


@pytest.fixture
def tab(sandbox: RunningSandbox) -> gspread.Worksheet:
    """A fresh tab of its own for the test."""
    spreadsheet = sandbox.dialer_client().open_by_key(sandbox.spreadsheet_id)
    for old in spreadsheet.worksheets()[1:]:
        spreadsheet.del_worksheet(old)
    return spreadsheet.add_worksheet("Noted", rows=10, cols=6)


def note(location: dict[str, Any], value: str = "made", **rest: Any) -> dict[str, Any]:
    content = {"metadataKey": "k", "metadataValue": value, "visibility": "DOCUMENT", **rest}
    return {"createDeveloperMetadata": {"developerMetadata": {**content, "location": location}}}


def line(tab: gspread.Worksheet, dimension: str, start: int, end: int) -> dict[str, Any]:
    span = {"sheetId": tab.id, "dimension": dimension, "startIndex": start, "endIndex": end}
    return {"dimensionRange": span}


def send(tab: gspread.Worksheet, *requests: dict[str, Any]) -> list[Any]:
    replies: list[Any] = tab.spreadsheet.batch_update({"requests": list(requests)})["replies"]
    return replies


def seen(tab: gspread.Worksheet) -> dict[str, Any]:
    sheets = tab.spreadsheet.fetch_sheet_metadata({"includeGridData": "true"})["sheets"]
    found: dict[str, Any] = next(each for each in sheets if each["properties"]["sheetId"] == tab.id)
    return found


def values(tab: gspread.Worksheet, dimension: str) -> dict[int, list[str]]:
    lines = seen(tab)["data"][0][LINES[dimension]]
    return {
        place: [each["metadataValue"] for each in one["developerMetadata"]]
        for place, one in enumerate(lines)
        if "developerMetadata" in one
    }


def test_a_tabs_note_is_read_with_the_spreadsheet(tab: gspread.Worksheet) -> None:
    [reply] = send(tab, note({"sheetId": tab.id}, metadataId=7))
    expected = {
        "metadataId": 7,
        "metadataKey": "k",
        "metadataValue": "made",
        "visibility": "DOCUMENT",
        "location": {"locationType": "SHEET", "sheetId": tab.id},
    }
    assert reply == {"createDeveloperMetadata": {"developerMetadata": expected}}
    assert seen(tab)["developerMetadata"] == [expected]


@pytest.mark.parametrize("dimension", ["ROWS", "COLUMNS"])
def test_a_lines_note_goes_where_the_line_goes(tab: gspread.Worksheet, dimension: str) -> None:
    send(
        tab,
        note(line(tab, dimension, 2, 3), "a"),
        note(line(tab, dimension, 2, 3), "b"),
        note(line(tab, dimension, 4, 5), "c"),
    )
    assert values(tab, dimension) == {2: ["a", "b"], 4: ["c"]}
    place = line(tab, dimension, 0, 1)["dimensionRange"]
    send(tab, {"insertDimension": {"range": place}})
    assert values(tab, dimension) == {3: ["a", "b"], 5: ["c"]}
    place = line(tab, dimension, 5, 6)["dimensionRange"]
    send(tab, {"moveDimension": {"source": place, "destinationIndex": 1}})
    assert values(tab, dimension) == {1: ["c"], 4: ["a", "b"]}
    place = line(tab, dimension, 4, 5)["dimensionRange"]
    send(tab, {"deleteDimension": {"range": place}})
    assert values(tab, dimension) == {1: ["c"]}


def test_hiding_and_sizing_a_line_keep_its_note(tab: gspread.Worksheet) -> None:
    send(tab, note(line(tab, "COLUMNS", 1, 2)))
    change = {"properties": {"hiddenByUser": True}, "fields": "*"}
    place = line(tab, "COLUMNS", 1, 2)["dimensionRange"]
    send(tab, {"updateDimensionProperties": {"range": place, **change}})
    assert values(tab, "COLUMNS") == {1: ["made"]}


def test_an_id_is_given_once(tab: gspread.Worksheet) -> None:
    send(tab, note(line(tab, "COLUMNS", 1, 2), metadataId=9))
    words = (
        r"Invalid requests\[0\]\.createDeveloperMetadata: Cannot add developer metadata with ID "
        r"\[9\] because developer metadata with that ID already exists\."
    )
    with pytest.raises(gspread.exceptions.APIError, match=words):
        send(tab, note({"sheetId": tab.id}, metadataId=9))
    send(tab, {"deleteDimension": {"range": line(tab, "COLUMNS", 1, 2)["dimensionRange"]}})
    send(tab, note({"sheetId": tab.id}, metadataId=9))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"metadataKey": ""}, "metadataKey is required"),
        ({"visibility": "DEVELOPER_METADATA_VISIBILITY_UNSPECIFIED"}, "visibility is required"),
        ({"location": {"spreadsheet": False}}, "location is required"),
        ({"metadataId": -1}, "must be positive"),
        ({"location": {"sheetId": 424242}}, "No grid with id"),
    ],
)
def test_what_can_not_be_is_refused(
    tab: gspread.Worksheet, change: dict[str, Any], words: str
) -> None:
    request = note({"sheetId": tab.id})
    request["createDeveloperMetadata"]["developerMetadata"] |= change
    with pytest.raises(gspread.exceptions.APIError, match=words):
        send(tab, request)
    with pytest.raises(gspread.exceptions.APIError, match="single row or column"):
        send(tab, note(line(tab, "COLUMNS", 1, 3)))


def test_notes_outlive_the_process(sandbox: RunningSandbox, tab: gspread.Worksheet) -> None:
    send(tab, note({"sheetId": tab.id}), note(line(tab, "ROWS", 3, 4)))
    sandbox.stop()
    sandbox.start()
    book = sandbox.dialer_client().open_by_key(sandbox.spreadsheet_id)
    again = book.worksheet("Noted")
    assert seen(again)["developerMetadata"][0]["metadataValue"] == "made"
    assert values(again, "ROWS") == {3: ["made"]}


def search(tab: gspread.Worksheet, *filters: dict[str, Any]) -> list[dict[str, Any]]:
    """What `developerMetadata:search` matched."""
    address = f"https://sheets.googleapis.com/v4/spreadsheets/{tab.spreadsheet_id}"
    answer = tab.client.request(
        "post", f"{address}/developerMetadata:search", json={"dataFilters": list(filters)}
    ).json()
    found: list[dict[str, Any]] = answer.get("matchedDeveloperMetadata", [])
    return found


def lookup(**fields: Any) -> dict[str, Any]:
    return {"developerMetadataLookup": fields}


def found_values(tab: gspread.Worksheet, *filters: dict[str, Any]) -> list[str]:
    matched = search(tab, *filters)
    return sorted(each["developerMetadata"]["metadataValue"] for each in matched)


@pytest.fixture
def noted(tab: gspread.Worksheet) -> gspread.Worksheet:
    """A tab with notes on itself, two rows, a column and the spreadsheet."""
    purge = {"deleteDeveloperMetadata": {"dataFilter": lookup()}}
    tab.update([["a1", "b1"], ["a2", "b2"], ["a3", "b3"]], "A1")
    send(
        tab,
        purge,
        note({"sheetId": tab.id}, "tab"),
        note(line(tab, "ROWS", 1, 2), "row 2"),
        note(line(tab, "ROWS", 2, 3), "row 3", metadataKey="other"),
        note(line(tab, "COLUMNS", 1, 2), "column B", visibility="PROJECT"),
        note({"spreadsheet": True}, "spreadsheet", metadataId=77),
    )
    return tab


EVERYTHING = ["column B", "row 2", "row 3", "spreadsheet", "tab"]


def test_a_lookup_finds_by_all_that_it_says(noted: gspread.Worksheet) -> None:
    row = line(noted, "ROWS", 1, 2)
    for fields, expected in (
        ({}, EVERYTHING),
        ({"metadataKey": "other"}, ["row 3"]),
        ({"metadataValue": "tab"}, ["tab"]),
        ({"metadataId": 77}, ["spreadsheet"]),
        ({"visibility": "PROJECT"}, ["column B"]),
        ({"locationType": "ROW"}, ["row 2", "row 3"]),
        ({"locationType": "ROW", "metadataKey": "k"}, ["row 2"]),
        ({"locationType": "SPREADSHEET"}, ["spreadsheet"]),
        ({"metadataLocation": row}, ["column B", "row 2", "tab"]),
        ({"metadataLocation": row, "locationMatchingStrategy": "EXACT_LOCATION"}, ["row 2"]),
        ({"metadataLocation": {"sheetId": noted.id}}, ["column B", "row 2", "row 3", "tab"]),
        ({"metadataLocation": {"spreadsheet": True}}, ["spreadsheet"]),
        ({"metadataKey": "nowhere"}, []),
    ):
        assert found_values(noted, lookup(**fields)) == expected, fields


def test_a_range_finds_what_hangs_on_anything_it_meets(noted: gspread.Worksheet) -> None:
    assert found_values(noted, {"a1Range": "Noted!A2"}) == ["row 2", "tab"]
    assert found_values(noted, {"a1Range": "Noted!B3:C9"}) == ["column B", "row 3", "tab"]
    assert found_values(noted, {"gridRange": {"sheetId": noted.id}}) == [*EVERYTHING[:3], "tab"]


def test_each_note_is_matched_once_with_all_filters_that_named_it(
    noted: gspread.Worksheet,
) -> None:
    filters = [lookup(metadataValue="row 2"), {"a1Range": "Noted!2:2"}]
    by_value = {
        each["developerMetadata"]["metadataValue"]: each["dataFilters"]
        for each in search(noted, *filters)
    }
    assert by_value["row 2"] == filters
    assert by_value["tab"] == filters[1:]


def test_one_note_is_read_by_its_id(noted: gspread.Worksheet) -> None:
    address = f"https://sheets.googleapis.com/v4/spreadsheets/{noted.spreadsheet_id}"
    answer = noted.client.request("get", f"{address}/developerMetadata/77").json()
    assert answer["location"] == {"locationType": "SPREADSHEET", "spreadsheet": True}
    with pytest.raises(gspread.exceptions.APIError) as refused:
        noted.client.request("get", f"{address}/developerMetadata/78")
    assert refused.value.code == 404


def test_values_are_read_written_and_cleared_by_lookup(noted: gspread.Worksheet) -> None:
    address = f"https://sheets.googleapis.com/v4/spreadsheets/{noted.spreadsheet_id}/values"
    rows = lookup(locationType="ROW")

    def post(verb: str, body: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = noted.client.request(
            "post", f"{address}:{verb}ByDataFilter", json=body
        ).json()
        return answer

    answer = post("batchGet", {"dataFilters": [rows]})
    assert [each["valueRange"]["values"] for each in answer["valueRanges"]] == [
        [["a2", "b2"]],
        [["a3", "b3"]],
    ]
    assert all(each["dataFilters"] == [rows] for each in answer["valueRanges"])
    data = [{"dataFilter": rows, "values": [["new", "words"]], "majorDimension": "ROWS"}]
    answer = post("batchUpdate", {"valueInputOption": "RAW", "data": data})
    assert answer["totalUpdatedCells"] == 4
    assert [each["updatedRange"] for each in answer["responses"]] == ["Noted!A2:B2", "Noted!A3:B3"]
    assert [each["dataFilter"] for each in answer["responses"]] == [rows, rows]
    answer = post("batchClear", {"dataFilters": [lookup(metadataKey="other")]})
    assert answer["clearedRanges"] == ["Noted!A3:F3"]
    assert noted.get_all_values() == [["a1", "b1"], ["new", "words"]]


def test_notes_are_changed_moved_and_deleted_by_filter(noted: gspread.Worksheet) -> None:
    change = {
        "dataFilters": [lookup(metadataKey="other"), lookup(metadataValue="tab")],
        "developerMetadata": {"metadataValue": "changed"},
        "fields": "metadataValue",
    }
    (reply,) = send(noted, {"updateDeveloperMetadata": change})
    assert len(reply["updateDeveloperMetadata"]["developerMetadata"]) == 2
    assert found_values(noted, lookup(metadataValue="changed")) == ["changed", "changed"]
    move = {
        "dataFilters": [lookup(metadataValue="row 2")],
        "developerMetadata": {"location": line(noted, "ROWS", 4, 5)},
        "fields": "location",
    }
    send(noted, {"updateDeveloperMetadata": move})
    assert values(noted, "ROWS") == {2: ["changed"], 4: ["row 2"]}
    (reply,) = send(noted, {"deleteDeveloperMetadata": {"dataFilter": lookup(locationType="ROW")}})
    assert len(reply["deleteDeveloperMetadata"]["deletedDeveloperMetadata"]) == 2
    assert values(noted, "ROWS") == {}


@pytest.mark.parametrize(
    ("span", "words"),
    [
        ({"dimension": "ROWS", "startIndex": 1}, "must specify both a startIndex and an endIndex"),
        ({"dimension": "ROWS", "startIndex": 1, "endIndex": 4}, "a single row or column"),
        ({"dimension": "ROWS", "startIndex": -1, "endIndex": 0}, "indexes must be >= 0"),
        ({"startIndex": 1, "endIndex": 2}, "No dimension specified"),
        (
            {"dimension": "COLUMNS", "startIndex": 40, "endIndex": 41},
            r"startIndex \[40\] is after the last COLUMNS index \[5\]",
        ),
    ],
)
def test_a_place_that_can_not_be_is_refused_in_googles_words(
    tab: gspread.Worksheet, span: dict[str, Any], words: str
) -> None:
    where = {"dimensionRange": {"sheetId": tab.id, **span}}
    with pytest.raises(gspread.exceptions.APIError, match=words):
        send(tab, note(where))
    with pytest.raises(gspread.exceptions.APIError, match=words):
        search(tab, lookup(metadataLocation=where))


def test_each_tab_and_the_spreadsheet_keep_thirty_thousand_characters(
    tab: gspread.Worksheet,
) -> None:
    send(tab, {"deleteDeveloperMetadata": {"dataFilter": lookup()}})
    send(tab, note(line(tab, "ROWS", 1, 2), "x" * 19_999))
    send(tab, note(line(tab, "COLUMNS", 1, 2), "x" * 9_998))
    with pytest.raises(gspread.exceptions.APIError, match="limited to 30000 characters"):
        send(tab, note({"sheetId": tab.id}, "x"))
    send(tab, note({"spreadsheet": True}, "x" * 29_999))
    with pytest.raises(gspread.exceptions.APIError, match="limited to 30000 characters"):
        send(tab, note({"spreadsheet": True}, "x" * 29_999))
    too_much = {
        "dataFilters": [lookup(locationType="COLUMN")],
        "developerMetadata": {"metadataValue": "x" * 10_000},
        "fields": "metadataValue",
    }
    with pytest.raises(gspread.exceptions.APIError, match="limited to 30000 characters"):
        send(tab, {"updateDeveloperMetadata": too_much})
    place = line(tab, "ROWS", 1, 2)["dimensionRange"]
    send(tab, {"deleteDimension": {"range": place}}, note({"sheetId": tab.id}, "x" * 19_000))
    send(tab, {"deleteDeveloperMetadata": {"dataFilter": lookup()}})
