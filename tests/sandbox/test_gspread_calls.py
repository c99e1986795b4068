"""Unmodified gspread 6 with real service-account credentials runs against the sandbox.

Every call named in the project's notes on Google Sheets is made over HTTP, with the errors that
it can end in and the traps that a client of the real service has to know.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gspread
import pytest
from gspread.exceptions import APIError, SpreadsheetNotFound, WorksheetNotFound
from gspread.utils import (
    Dimension,
    PasteType,
    ValidationConditionType,
    ValueInputOption,
    ValueRenderOption,
)

from tests.support.running import RunningSandbox

UNKNOWN_KEY = "1" + "x" * 43


@pytest.fixture
def spreadsheet(sandbox: RunningSandbox) -> Iterator[gspread.Spreadsheet]:
    """A new spreadsheet of the person's, shared with the dialer, as the dialer sees it."""
    person, dialer = sandbox.person_client(), sandbox.dialer_client()
    owned = person.create("Orders")
    email = sandbox.credentials().service_account_email
    owned.share(email, perm_type="user", role="writer", notify=False)
    yield dialer.open_by_key(owned.id)
    person.del_spreadsheet(owned.id)


@pytest.fixture
def tab(spreadsheet: gspread.Spreadsheet) -> gspread.Worksheet:
    """Its first tab."""
    return spreadsheet.sheet1


def fill(tab: gspread.Worksheet, rows: list[list[Any]]) -> None:
    tab.update(rows, "A1", value_input_option=ValueInputOption.raw)


def cell_data(tab: gspread.Worksheet, cell: str, fields: str) -> dict[str, Any]:
    """One cell's data, asked for with a field mask as gspread's own tests would."""
    answer = tab.spreadsheet.fetch_sheet_metadata(
        {
            "includeGridData": "true",
            "ranges": f"'{tab.title}'!{cell}",
            "fields": f"sheets.data.rowData.values({fields})",
        }
    )
    data = answer["sheets"][0]["data"][0]
    rows = data.get("rowData") or [{}]
    values = rows[0].get("values") or [{}]
    found: dict[str, Any] = values[0]
    return found


def refused(error: pytest.ExceptionInfo[APIError], code: int, message: str) -> None:
    assert error.value.code == error.value.response.status_code == code
    assert error.value.error["message"] == message


# Opening


def test_a_spreadsheet_opens_by_its_key(
    sandbox: RunningSandbox, spreadsheet: gspread.Spreadsheet
) -> None:
    opened = sandbox.dialer_client().open_by_key(spreadsheet.id)
    assert (opened.title, opened.sheet1.title) == ("Orders", "Sheet1")
    assert (opened.locale, opened.timezone) == ("en_US", "Etc/GMT")
    by_url = sandbox.dialer_client().open_by_url(spreadsheet.url)
    assert by_url.id == spreadsheet.id


def test_an_unknown_key_is_not_found(sandbox: RunningSandbox) -> None:
    with pytest.raises(SpreadsheetNotFound) as caught:
        sandbox.dialer_client().open_by_key(UNKNOWN_KEY)
    response = caught.value.args[0]
    assert response.json()["error"] == {
        "code": 404,
        "message": "Requested entity was not found.",
        "status": "NOT_FOUND",
    }


def test_a_spreadsheet_that_is_not_shared_is_a_bare_permission_error(
    sandbox: RunningSandbox,
) -> None:
    person = sandbox.person_client()
    own = person.create("Private")
    with pytest.raises(PermissionError) as caught:
        sandbox.dialer_client().open_by_key(own.id)
    assert caught.value.args == ()
    cause = caught.value.__cause__
    assert isinstance(cause, APIError)
    assert cause.error == {
        "code": 403,
        "message": "The caller does not have permission",
        "status": "PERMISSION_DENIED",
    }
    person.del_spreadsheet(own.id)


def test_a_reader_may_read_but_not_write(sandbox: RunningSandbox) -> None:
    person = sandbox.person_client()
    own = person.create("To read")
    email = sandbox.credentials().service_account_email
    own.share(email, perm_type="user", role="reader", notify=False)
    seen = sandbox.dialer_client().open_by_key(own.id)
    assert seen.sheet1.get_all_values() == [[]]
    with pytest.raises(APIError) as caught:
        seen.sheet1.update([["x"]], "A1")
    refused(caught, 403, "The caller does not have permission")
    person.del_spreadsheet(own.id)


def test_tabs_are_found_by_their_exact_title(spreadsheet: gspread.Spreadsheet) -> None:
    assert spreadsheet.worksheet("Sheet1").id == 0
    with pytest.raises(WorksheetNotFound, match="sheet1"):
        spreadsheet.worksheet("sheet1")
    assert [tab.title for tab in spreadsheet.worksheets()] == ["Sheet1"]
    assert spreadsheet.get_worksheet_by_id(0).title == "Sheet1"


def test_opening_costs_one_request_and_each_tab_another(
    sandbox: RunningSandbox, spreadsheet: gspread.Spreadsheet
) -> None:
    client = sandbox.dialer_client()
    sandbox.delete("/_sandbox/requests")
    client.open_by_key(spreadsheet.id).worksheet("Sheet1")
    assert sandbox.get("/_sandbox/requests")["sheets"]["total"] == 2


# Reading and writing


def test_what_is_written_raw_is_read_as_it_was(tab: gspread.Worksheet) -> None:
    rows: list[list[Any]] = [["03001234567", 3.5, True, "=1+1", "'x"], ["", "+923001234567"]]
    answer = tab.update(rows, "B2", value_input_option=ValueInputOption.raw)
    assert answer == {
        "spreadsheetId": tab.spreadsheet_id,
        "updatedRange": "Sheet1!B2:F3",
        "updatedRows": 2,
        "updatedColumns": 5,
        "updatedCells": 7,
    }
    read = tab.get_all_values(value_render_option=ValueRenderOption.unformatted)
    assert read == [
        ["", "", "", "", "", ""],
        ["", "03001234567", 3.5, True, "=1+1", "'x"],
        ["", "", "+923001234567", "", "", ""],
    ]


def test_what_is_written_as_typed_loses_zeros_and_pluses(tab: gspread.Worksheet) -> None:
    rows = [["03001234567", "+923001234567", "0300-1234567", "'0300", "=1+1", "50%"]]
    tab.update(rows, "A1", value_input_option=ValueInputOption.user_entered)
    assert tab.get("A1:F1", value_render_option=ValueRenderOption.unformatted) == [
        [3001234567, 923001234567, "0300-1234567", "0300", 2, 0.5]
    ]
    assert tab.get("A1:F1") == [["3001234567", "923001234567", "0300-1234567", "0300", "2", "50%"]]
    assert tab.acell("E1", value_render_option=ValueRenderOption.formula).value == "=1+1"


def test_a_single_cell_update_is_as_typed(tab: gspread.Worksheet) -> None:
    tab.update_cell(1, 1, "0300")
    tab.update_acell("B1", "=A1+1")
    assert tab.get_all_values() == [["300", "301"]]


def test_records_lose_the_zero_and_duplicates_are_an_error(tab: gspread.Worksheet) -> None:
    fill(tab, [["Phone", "Amount"], ["03001234567", "5"], ["+923001234567", "6"]])
    records = tab.get_all_records()
    assert records[0] == {"Phone": 3001234567, "Amount": 5}
    assert records[1]["Phone"] == 923001234567
    assert tab.get_all_records(numericise_ignore=["all"])[0]["Phone"] == "03001234567"
    fill(tab, [["Phone", "Phone"]])
    with pytest.raises(gspread.exceptions.GSpreadException, match="duplicates"):
        tab.get_all_records()


def test_several_ranges_are_read_at_once(tab: gspread.Worksheet) -> None:
    fill(tab, [["a", "b"], ["c", "d"]])
    first, second, empty = tab.batch_get(["A1:A2", "B:B", "D5:E6"])
    assert (first, second, empty) == ([["a"], ["c"]], [["b"], ["d"]], [])
    assert (first.range, second.range) == ("Sheet1!A1:A2", "Sheet1!B1:B1000")
    by_column = tab.batch_get(["A1:B2"], major_dimension=Dimension.cols)
    assert by_column[0] == [["a", "c"], ["b", "d"]]


def test_several_ranges_are_written_at_once(tab: gspread.Worksheet) -> None:
    answer = tab.batch_update(
        [{"range": "A1:B1", "values": [["a", "b"]]}, {"range": "D4", "values": [["d"]]}]
    )
    assert (answer["totalUpdatedCells"], answer["totalUpdatedSheets"]) == (3, 1)
    assert tab.get_all_values()[3] == ["", "", "", "d"]


def test_batch_update_changes_its_argument_so_that_a_second_call_fails(
    tab: gspread.Worksheet,
) -> None:
    data = [{"range": "A1", "values": [["a"]]}]
    tab.batch_update(data)
    assert data[0]["range"] == "'Sheet1'!A1"
    with pytest.raises(APIError) as caught:
        tab.batch_update(data)
    assert caught.value.code == 400
    assert caught.value.error["message"].endswith("Unable to parse range: 'Sheet1'!'Sheet1'!A1")


def test_writing_outside_the_named_range_or_grid_is_refused(tab: gspread.Worksheet) -> None:
    with pytest.raises(APIError) as caught:
        tab.update([["a"], ["b"]], "A1:B1")
    message = "Requested writing within range [Sheet1!A1:B1], but tried writing to row [2]"
    refused(caught, 400, message)
    with pytest.raises(APIError) as caught:
        tab.get("A100000")
    message = "Range (Sheet1!A100000) exceeds grid limits. Max rows: 1000, max columns: 26"
    refused(caught, 400, message)
    assert tab.get_all_values() == [[]]


def test_a_range_on_an_unknown_tab_is_refused(spreadsheet: gspread.Spreadsheet) -> None:
    with pytest.raises(APIError) as caught:
        spreadsheet.values_get("'Nowhere'!A1")
    refused(caught, 400, "Unable to parse range: 'Nowhere'!A1")


def test_values_that_are_no_rows_are_refused_as_google_does(tab: gspread.Worksheet) -> None:
    with pytest.raises(APIError) as caught:
        tab.update("X", "A1")
    message = (
        "Invalid value at 'data.values' (type.googleapis.com/google.protobuf.ListValue), \"X\""
    )
    refused(caught, 400, message)


def test_rows_are_appended_below_the_table(tab: gspread.Worksheet) -> None:
    fill(tab, [["h1", "h2"], ["a", "b"]])
    answer = tab.append_rows([["c", "d"], ["e", "f"]], value_input_option=ValueInputOption.raw)
    assert (answer["tableRange"], answer["updates"]["updatedRange"]) == (
        "Sheet1!A1:B2",
        "Sheet1!A3:B4",
    )
    tab.append_row(["g"])
    assert [row[0] for row in tab.get_all_values()] == ["h1", "a", "c", "e", "g"]


def test_an_appended_row_drifts_to_a_block_further_right(tab: gspread.Worksheet) -> None:
    tab.update([["x", "y"], ["z", "w"]], "C1")
    answer = tab.append_row(["drifted"])
    assert answer["updates"]["updatedRange"] == "Sheet1!C3"


def test_clearing_takes_values_and_leaves_formats(tab: gspread.Worksheet) -> None:
    fill(tab, [["a", "b"], ["c", "d"]])
    tab.format("A1", {"textFormat": {"bold": True}})
    assert tab.batch_clear(["B1:B2"])["clearedRanges"] == ["Sheet1!B1:B2"]
    assert tab.get_all_values() == [["a"], ["c"]]
    assert tab.clear() == {
        "spreadsheetId": tab.spreadsheet_id,
        "clearedRange": "Sheet1!A1:Z1000",
    }
    assert tab.get_all_values() == [[]]
    assert cell_data(tab, "A1", "userEnteredFormat")["userEnteredFormat"]["textFormat"]["bold"]


# Tabs, rows and looks


def test_tabs_are_added_and_deleted(spreadsheet: gspread.Spreadsheet) -> None:
    added = spreadsheet.add_worksheet("Do Not Call", rows=10, cols=3)
    assert (added.row_count, added.col_count, added.index) == (10, 3, 1)
    assert spreadsheet.worksheet("Do Not Call").id == added.id
    with pytest.raises(APIError) as caught:
        spreadsheet.add_worksheet("Do Not Call", rows=1, cols=1)
    message = (
        'Invalid requests[0].addSheet: A sheet with the name "Do Not Call" already exists. '
        "Please enter another name."
    )
    refused(caught, 400, message)
    assert spreadsheet.del_worksheet(added) == {
        "spreadsheetId": spreadsheet.id,
        "replies": [{}],
    }
    with pytest.raises(WorksheetNotFound):
        spreadsheet.worksheet("Do Not Call")
    with pytest.raises(APIError) as caught:
        spreadsheet.del_worksheet(added)
    assert caught.value.code == 400
    assert caught.value.error["message"].startswith("Invalid requests[0].deleteSheet: ")


def test_the_last_tab_can_neither_go_nor_hide(
    spreadsheet: gspread.Spreadsheet, tab: gspread.Worksheet
) -> None:
    with pytest.raises(APIError) as caught:
        spreadsheet.del_worksheet(tab)
    assert caught.value.code == 400
    with pytest.raises(APIError) as caught:
        tab.hide()
    message = (
        "Invalid requests[0].updateSheetProperties: You can't hide all the sheets in a document."
    )
    refused(caught, 400, message)


def test_renaming_a_tab_breaks_its_old_ranges(
    spreadsheet: gspread.Spreadsheet, tab: gspread.Worksheet
) -> None:
    old = spreadsheet.worksheet("Sheet1")
    tab.update_title("Calls")
    with pytest.raises(APIError) as caught:
        old.get("A1")
    refused(caught, 400, "Unable to parse range: 'Sheet1'!A1")
    assert tab.get("A1") == [[]]


def test_frozen_rows_stay_frozen(tab: gspread.Worksheet) -> None:
    tab.freeze(rows=1, cols=2)
    again = tab.spreadsheet.worksheet("Sheet1")
    assert (again.frozen_row_count, again.frozen_col_count) == (1, 2)
    tab.freeze(rows=0, cols=0)
    again = tab.spreadsheet.worksheet("Sheet1")
    assert (again.frozen_row_count, again.frozen_col_count) == (0, 0)
    with pytest.raises(APIError) as caught:
        tab.freeze(rows=1000)
    assert caught.value.code == 400


def test_formats_are_kept_with_both_forms_of_a_colour(tab: gspread.Worksheet) -> None:
    tab.format(["A2:B2"], {"backgroundColor": {"green": 1}, "textFormat": {"bold": True}})
    tab.format("B2", {"textFormat": {"italic": True}})
    assert cell_data(tab, "A2", "userEnteredFormat") == {
        "userEnteredFormat": {
            "backgroundColor": {"green": 1},
            "backgroundColorStyle": {"rgbColor": {"green": 1}},
            "textFormat": {"bold": True},
        }
    }
    changed = cell_data(tab, "B2", "userEnteredFormat")["userEnteredFormat"]
    assert changed["backgroundColor"] == {"green": 1}
    assert changed["textFormat"] == {"italic": True}
    with pytest.raises(APIError) as caught:
        tab.format("A1", {"noSuchThing": 1})
    assert caught.value.code == 400
    assert 'Unknown name "noSuchThing" at \'requests[0]' in caught.value.error["message"]


def test_rules_are_set_and_refuse_nothing(tab: gspread.Worksheet) -> None:
    tab.add_validation(
        "A1:A3", ValidationConditionType.one_of_list, ["Call again", "Skip"], strict=True
    )
    tab.update([["something else"]], "A1")
    assert cell_data(tab, "A1", "dataValidation,formattedValue") == {
        "formattedValue": "something else",
        "dataValidation": {
            "condition": {
                "type": "ONE_OF_LIST",
                "values": [{"userEnteredValue": "Call again"}, {"userEnteredValue": "Skip"}],
            },
            "strict": True,
        },
    }
    with pytest.raises(APIError) as caught:
        tab.add_validation("A1", ValidationConditionType.number_between, [1])
    assert caught.value.code == 400


def test_rows_are_inserted_and_deleted(tab: gspread.Worksheet) -> None:
    fill(tab, [["a", "=1"], ["b"], ["c"]])
    tab.insert_rows([["x"], ["y"]], row=2)
    assert [row[0] for row in tab.get_all_values()] == ["a", "x", "y", "b", "c"]
    assert tab.spreadsheet.worksheet("Sheet1").row_count == 1002
    tab.delete_rows(2, 3)
    assert [row[0] for row in tab.get_all_values()] == ["a", "b", "c"]
    tab.delete_rows(1)
    assert [row[0] for row in tab.get_all_values()] == ["b", "c"]
    with pytest.raises(APIError) as caught:
        tab.delete_rows(5000)
    assert caught.value.code == 400
    assert caught.value.error["message"].startswith("Invalid requests[0].deleteDimension: ")


def test_named_ranges_follow_inserted_rows(tab: gspread.Worksheet) -> None:
    answer = tab.define_named_range("B2:C3", "Block")
    range_id = answer["replies"][0]["addNamedRange"]["namedRange"]["namedRangeId"]
    tab.insert_rows([["x"]], row=1)
    (named,) = tab.spreadsheet.list_named_ranges()
    assert (named["name"], named["range"]["startRowIndex"]) == ("Block", 2)
    with pytest.raises(APIError) as caught:
        tab.define_named_range("A1", "Block")
    message = (
        "Invalid requests[0].addNamedRange: Cannot add named range with name Block, "
        "a named range with that name already exists."
    )
    refused(caught, 400, message)
    tab.delete_named_range(range_id)
    assert tab.spreadsheet.list_named_ranges() == []


def test_sorting_leaves_the_frozen_header(tab: gspread.Worksheet) -> None:
    fill(tab, [["Phone", "Amount"], ["b", "2"], ["a", "3"], ["c", "1"]])
    tab.freeze(rows=1)
    tab.sort((1, "asc"))
    assert tab.get_all_values() == [["Phone", "Amount"], ["a", "3"], ["b", "2"], ["c", "1"]]
    tab.sort((2, "des"), range="A2:B4")
    assert [row[1] for row in tab.get_all_values()] == ["Amount", "3", "2", "1"]
    with pytest.raises(APIError) as caught:
        tab.sort((0, "asc"), range="A2:B4")
    refused(caught, 500, "Internal error encountered.")


def test_sorting_a_part_of_the_columns_tears_rows_apart(tab: gspread.Worksheet) -> None:
    fill(tab, [["b", "belongs to b"], ["a", "belongs to a"]])
    tab.sort((1, "asc"), range="A1:A2")
    assert tab.get_all_values() == [["a", "belongs to b"], ["b", "belongs to a"]]


def test_ranges_are_copied_and_cut(tab: gspread.Worksheet) -> None:
    fill(tab, [["a", "b"], ["c", "d"]])
    tab.copy_range("A1:B1", "A4")
    tab.cut_range("A2:B2", "A6", PasteType.normal)
    assert [row[0] for row in tab.get_all_values()] == ["a", "", "", "a", "", "c"]


def test_a_filter_is_closed_at_the_grids_edges_and_can_be_cleared(
    tab: gspread.Worksheet,
) -> None:
    tab.resize(20, 20)
    tab.set_basic_filter()

    def filter_of() -> dict[str, Any] | None:
        sheet = tab.spreadsheet.fetch_sheet_metadata()["sheets"][0]
        found: dict[str, Any] | None = sheet.get("basicFilter")
        return found

    whole = {"startRowIndex": 0, "endRowIndex": 20, "startColumnIndex": 0, "endColumnIndex": 20}
    assert filter_of() == {"range": whole}
    tab.clear_basic_filter()
    assert filter_of() is None


def test_hard_protection_refuses_the_dialer_and_not_the_owner(
    sandbox: RunningSandbox, tab: gspread.Worksheet
) -> None:
    owner = sandbox.person_client().open_by_key(tab.spreadsheet_id)
    protection = {"range": {"sheetId": 0, "endColumnIndex": 1}, "editors": {"users": []}}
    owner.batch_update({"requests": [{"addProtectedRange": {"protectedRange": protection}}]})
    sentence = (
        "You are trying to edit a protected cell or object. "
        "Please contact the spreadsheet owner to remove protection if you need to edit."
    )
    with pytest.raises(APIError) as caught:
        tab.update([["x"]], "A1")
    refused(caught, 400, sentence)
    with pytest.raises(APIError) as caught:
        tab.format("A1:B2", {"wrapStrategy": "WRAP"})
    refused(caught, 400, f"Invalid requests[0].repeatCell: {sentence}")
    tab.update([["free"]], "B1")
    owner.sheet1.update([["mine"]], "A1")
    assert tab.get_all_values() == [["mine", "free"]]


# Batches


def test_a_batch_is_applied_whole_or_not_at_all(tab: gspread.Worksheet) -> None:
    write = {
        "updateCells": {
            "start": {"sheetId": 0},
            "rows": [{"values": [{"userEnteredValue": {"stringValue": "x"}}]}],
            "fields": "userEnteredValue",
        }
    }
    gone = {"deleteNamedRange": {"namedRangeId": "gone"}}
    with pytest.raises(APIError) as caught:
        tab.spreadsheet.batch_update({"requests": [write, gone]})
    assert caught.value.code == 400
    assert caught.value.error["message"].startswith("Invalid requests[1].deleteNamedRange: ")
    assert tab.get_all_values() == [[]]
    assert tab.spreadsheet.batch_update({"requests": [write]})["replies"] == [{}]
    assert tab.get_all_values() == [["x"]]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"requests": []}, "Must specify at least one request."),
        ({"requests": [{}]}, "Invalid requests[0]: No request set."),
        (
            {"requests": [{"x": {}}]},
            "Invalid JSON payload received. Unknown name \"x\" at 'requests[0]': "
            "Cannot find field.",
        ),
        (
            {"requests": [{"addSlicer": {"slicer": {}}}]},
            "Invalid requests[0]: addSlicer is not emulated by this sandbox.",
        ),
        (
            {"requests": [{"repeatCell": {"range": {"sheetId": 5}, "cell": {}, "fields": "*"}}]},
            "Invalid requests[0].repeatCell: No grid with id: 5",
        ),
    ],
)
def test_bad_batches_are_refused_in_googles_words(
    spreadsheet: gspread.Spreadsheet, body: dict[str, Any], message: str
) -> None:
    with pytest.raises(APIError) as caught:
        spreadsheet.batch_update(body)
    refused(caught, 400, message)


def test_marked_rows_can_be_asked_back_in_the_same_request(tab: gspread.Worksheet) -> None:
    fill(tab, [["Phone", "Status"], ["0300", "Queued"]])
    body = {
        "requests": [
            {
                "updateCells": {
                    "start": {"sheetId": 0, "rowIndex": 1, "columnIndex": 1},
                    "rows": [{"values": [{"userEnteredValue": {"stringValue": "Calling"}}]}],
                    "fields": "userEnteredValue",
                }
            }
        ],
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["Sheet1!A2:B2"],
        "responseIncludeGridData": True,
    }
    answer = tab.spreadsheet.batch_update(body)
    (data,) = answer["updatedSpreadsheet"]["sheets"][0]["data"]
    shown = [cell["formattedValue"] for cell in data["rowData"][0]["values"]]
    assert (data["startRow"], shown) == (1, ["0300", "Calling"])


# What can go wrong on the way


def test_an_expired_token_is_renewed_without_the_caller_noticing(
    sandbox: RunningSandbox, spreadsheet: gspread.Spreadsheet
) -> None:
    client = sandbox.dialer_client()
    opened = client.open_by_key(spreadsheet.id)
    assert sandbox.post("/_sandbox/tokens", {"expire": True})["expired"] >= 1
    assert opened.sheet1.get_all_values() == [[]]


@pytest.mark.parametrize(("kind", "code"), [("429", 429), ("500", 500), ("503", 503), ("html", -1)])
def test_a_failing_service_raises_an_api_error(
    sandbox: RunningSandbox, tab: gspread.Worksheet, kind: str, code: int
) -> None:
    sandbox.post("/_sandbox/faults", {"service": "sheets", "kind": kind, "count": 1})
    with pytest.raises(APIError) as caught:
        tab.get("A1")
    assert caught.value.code == code
    assert tab.get("A1") == [[]]


def test_an_empty_object_is_a_key_error(
    sandbox: RunningSandbox, spreadsheet: gspread.Spreadsheet
) -> None:
    sandbox.post("/_sandbox/faults", {"service": "sheets", "kind": "empty", "count": 1})
    with pytest.raises((KeyError, ValueError)):
        spreadsheet.fetch_sheet_metadata()["sheets"]


def test_a_write_can_be_applied_though_its_answer_was_503(
    sandbox: RunningSandbox, tab: gspread.Worksheet
) -> None:
    sandbox.post("/_sandbox/faults", {"service": "sheets", "kind": "503-applied", "count": 1})
    with pytest.raises(APIError) as caught:
        tab.append_row(["once"])
    assert caught.value.code == 503
    assert tab.get_all_values() == [["once"]]


@pytest.mark.parametrize("sandbox", ["limits"], indirect=True)
def test_the_61st_read_of_a_minute_is_refused(tab: gspread.Worksheet) -> None:
    def read_sixty_one_times() -> None:
        for _ in range(61):
            tab.get("A1")

    with pytest.raises(APIError) as caught:
        read_sixty_one_times()
    assert caught.value.code == 429
    assert caught.value.error["status"] == "RESOURCE_EXHAUSTED"
    assert caught.value.error["message"].startswith(
        "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per "
        "user' of service 'sheets.googleapis.com' for consumer 'project_number:"
    )
    assert "Retry-After" not in caught.value.response.headers
