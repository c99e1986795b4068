"""Developer metadata: unseen notes of programs on tabs and lines, which go where those go."""

from __future__ import annotations

from typing import Any

import gspread
import pytest
from running import RunningSandbox

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
    with pytest.raises(gspread.exceptions.APIError, match="already exists"):
        send(tab, note({"sheetId": tab.id}, metadataId=9))
    send(tab, {"deleteDimension": {"range": line(tab, "COLUMNS", 1, 2)["dimensionRange"]}})
    send(tab, note({"sheetId": tab.id}, metadataId=9))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"metadataKey": ""}, "metadataKey is required"),
        ({"visibility": "DEVELOPER_METADATA_VISIBILITY_UNSPECIFIED"}, "visibility is required"),
        ({"location": {"spreadsheet": True}}, "not emulated"),
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
