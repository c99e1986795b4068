"""spreadsheets.values: what is read, written, appended and cleared, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from sheets_dialer.sandbox.http import Request
from tests.support.services import FRIEND, OWNER, STRANGER, Refused, Services


@pytest.fixture
def services() -> Services:
    return Services()


def refusal(services: Services, *args: Any, **options: Any) -> str:
    """The words with which a write is refused."""
    with pytest.raises(Refused) as refused:
        services.put(*args, **options)
    assert refused.value.code == 400
    return refused.value.message


class TestReading:
    def test_empty_range_has_no_values_key(self, services: Services) -> None:
        assert services.values("GET", "A1:B1") == {
            "range": "Sheet1!A1:B1",
            "majorDimension": "ROWS",
        }

    def test_empty_cells_and_rows_at_the_end_are_left_out(self, services: Services) -> None:
        services.put("A1", [["a", "", "c", ""], ["", ""], ["", "b"], [""]])
        assert services.get("A1:D9") == [["a", "", "c"], [], ["", "b"]]

    def test_columns_are_read_downwards(self, services: Services) -> None:
        services.put("A1", [["a", "b"], ["c"], ["", "d"]])
        answer = services.values("GET", "A1:C9", majorDimension="COLUMNS")
        assert answer == {
            "range": "Sheet1!A1:C9",
            "majorDimension": "COLUMNS",
            "values": [["a", "c"], ["b", "", "d"]],
        }

    def test_range_that_ends_outside_the_grid_is_cut(self, services: Services) -> None:
        answer = services.values("GET", "Sheet1!A999:ZZ2000")
        assert answer["range"] == "Sheet1!A999:Z1000"

    @pytest.mark.parametrize(
        ("range_text", "named"),
        [
            ("A100000", "Sheet1!A100000"),
            ("A1001:B1002", "Sheet1!A1001:B1002"),
            ("1001:1200", "Sheet1!1001:1200"),
            ("AA1", "Sheet1!AA1"),
        ],
    )
    def test_range_that_begins_outside_the_grid_is_refused(
        self, services: Services, range_text: str, named: str
    ) -> None:
        with pytest.raises(Refused) as refused:
            services.get(range_text)
        assert refused.value.message == (
            f"Range ({named}) exceeds grid limits. Max rows: 1000, max columns: 26"
        )

    def test_render_options_show_value_text_or_formula(self, services: Services) -> None:
        services.put("A1", [["=1+1", "50%", "2026-01-02", True]], option="USER_ENTERED")
        assert services.get("A1:D1") == [["2", "50%", "2026-01-02", "TRUE"]]
        plain = services.get("A1:D1", valueRenderOption="UNFORMATTED_VALUE")
        assert plain == [[2, 0.5, 46024, True]]
        dates = services.get(
            "A1:D1",
            valueRenderOption="UNFORMATTED_VALUE",
            dateTimeRenderOption="FORMATTED_STRING",
        )
        assert dates == [[2, 0.5, "2026-01-02", True]]
        formulas = services.get("A1:D1", valueRenderOption="FORMULA")
        assert formulas == [["=1+1", 0.5, 46024, True]]

    def test_formula_that_shows_nothing_is_no_empty_cell(self, services: Services) -> None:
        services.put("A1", [["a", '=""']], option="USER_ENTERED")
        assert services.get("A1:C1") == [["a", ""]]
        assert services.get("A1:C1", majorDimension="COLUMNS") == [["a"], [""]]

    def test_batch_get_answers_every_range_in_order(self, services: Services) -> None:
        services.put("A1", [["a", "b"]])
        answer = services.call(
            "GET", f"{services.values_path}:batchGet", ranges=["B1", "A:A"], majorDimension="ROWS"
        )
        assert answer == {
            "spreadsheetId": services.id,
            "valueRanges": [
                {"range": "Sheet1!B1", "majorDimension": "ROWS", "values": [["b"]]},
                {"range": "Sheet1!A1:A1000", "majorDimension": "ROWS", "values": [["a"]]},
            ],
        }

    def test_data_filters_that_select_one_range_share_an_answer(self, services: Services) -> None:
        services.put("A1", [["a"]])
        by_text = {"a1Range": "A1"}
        by_grid = {
            "gridRange": {
                "sheetId": 0,
                "startRowIndex": 0,
                "endRowIndex": 1,
                "startColumnIndex": 0,
                "endColumnIndex": 1,
            }
        }
        answer = services.call(
            "POST",
            f"{services.values_path}:batchGetByDataFilter",
            {"dataFilters": [by_text, by_grid], "valueRenderOption": "UNFORMATTED_VALUE"},
        )
        (matched,) = answer["valueRanges"]
        assert matched["valueRange"]["values"] == [["a"]]
        assert len(matched["dataFilters"]) == 2

    def test_mask_reduces_the_answer(self, services: Services) -> None:
        services.put("A1", [["a"]])
        assert services.values("GET", "A1", fields="values") == {"values": [["a"]]}

    def test_past_state_answers_a_stale_read(self, services: Services) -> None:
        services.put("A1", [["old"]])
        services.now += 10
        services.put("A1", [["new"]])
        services.now += 4
        stale = services.call("GET", f"{services.values_path}/A1", age=5)
        assert stale["values"] == [["old"]]
        assert services.get("A1") == [["new"]]

    def test_long_get_may_come_as_a_post(self, services: Services) -> None:
        services.put("A1", [["a"]])
        request = Request(
            method="POST",
            path=f"{services.values_path}:batchGet",
            query_string="",
            headers={"x-http-method-override": "GET"},
            body=b"ranges=A1&prettyPrint=false",
        )
        assert services.sheets.is_read(request)
        assert b'"values":[["a"]]' in services.sheets.handle(request, OWNER).body


class TestWriting:
    def test_answer_counts_what_was_written(self, services: Services) -> None:
        assert services.put("B2", [["a", "b"], ["c"]]) == {
            "spreadsheetId": services.id,
            "updatedRange": "Sheet1!B2:C3",
            "updatedRows": 2,
            "updatedColumns": 2,
            "updatedCells": 3,
        }

    def test_null_leaves_a_cell_alone_and_an_empty_text_clears_it(self, services: Services) -> None:
        services.put("A1", [["a", "b", "c"]])
        answer = services.put("A1", [[None, "", "d"]])
        assert services.get("A1:C1") == [["a", "", "d"]]
        assert answer["updatedCells"] == 2

    def test_nothing_to_write_is_no_error(self, services: Services) -> None:
        assert services.put("A1", [[]]) == {
            "spreadsheetId": services.id,
            "updatedRange": "Sheet1!A1",
        }

    def test_raw_text_stays_text(self, services: Services) -> None:
        services.put("A1", [["=1+1", "03001234567", "2026-01-02", "TRUE"]])
        shown = services.get("A1:D1", valueRenderOption="UNFORMATTED_VALUE")
        assert shown == [["=1+1", "03001234567", "2026-01-02", "TRUE"]]

    def test_user_entered_text_is_read_as_typed(self, services: Services) -> None:
        services.put("A1", [["03001234567", "'0300", "+923001234567"]], option="USER_ENTERED")
        shown = services.get("A1:C1", valueRenderOption="UNFORMATTED_VALUE")
        assert shown == [[3001234567, "0300", 923001234567]]

    def test_typed_dates_without_a_year_are_of_this_year(self, services: Services) -> None:
        services.put("A1", [["03-12", "Jan 5"]], option="USER_ENTERED")
        assert services.get("A1:B1") == [["03-12", "Jan 5"]]
        shown = services.get("A1:B1", valueRenderOption="UNFORMATTED_VALUE")
        assert shown == [[44997, 44931]]  # in 2023, by the services' clock

    def test_column_formatted_as_text_keeps_what_is_typed(self, services: Services) -> None:
        services.batch(
            {
                "repeatCell": {
                    "range": {"sheetId": 0, "startColumnIndex": 0, "endColumnIndex": 1},
                    "cell": {"userEnteredFormat": {"numberFormat": {"type": "TEXT"}}},
                    "fields": "userEnteredFormat.numberFormat",
                }
            }
        )
        services.put("A1", [["03001234567"]], option="USER_ENTERED")
        assert services.get("A1") == [["03001234567"]]

    def test_columns_are_written_downwards(self, services: Services) -> None:
        services.put("A1", [["old", "old"], ["old", "old"]])
        services.values(
            "PUT",
            "A1",
            {"majorDimension": "COLUMNS", "values": [["a", "b"], ["c"]]},
            valueInputOption="RAW",
        )
        assert services.get("A1:B2") == [["a", "c"], ["b", "old"]]

    def test_written_values_come_back_for_the_whole_range(self, services: Services) -> None:
        services.put("A1", [["a", "b"], ["c", "d"]])
        answer = services.put("A1:B2", [["=2*2"]], option="USER_ENTERED",
                              includeValuesInResponse="true",
                              responseValueRenderOption="UNFORMATTED_VALUE")  # fmt: skip
        assert answer["updatedRange"] == "Sheet1!A1"
        assert answer["updatedData"] == {
            "range": "Sheet1!A1:B2",
            "majorDimension": "ROWS",
            "values": [[4, "b"], ["c", "d"]],
        }

    def test_range_must_hold_the_values(self, services: Services) -> None:
        assert refusal(services, "A1:B1", [["a"], ["b"]]) == (
            "Requested writing within range [Sheet1!A1:B1], but tried writing to row [2]"
        )
        assert refusal(services, "A16:Z16", [["a"] * 27]) == (
            "Requested writing within range [Sheet1!A16:Z16], but tried writing to column [AA]"
        )

    def test_one_cell_written_as_a_range_must_hold_the_values_too(self, services: Services) -> None:
        services.put("A1", [["a", "b"]])
        assert refusal(services, "A1:A1", [["a", "b"]]) == (
            "Requested writing within range [Sheet1!A1], but tried writing to column [B]"
        )

    @pytest.mark.parametrize("range_text", ["A1001", "AA1", "A999:A1001", "A1:AB2"])
    def test_nothing_is_written_outside_the_grid(self, services: Services, range_text: str) -> None:
        assert refusal(services, range_text, [["a"]]) == (
            f"Range (Sheet1!{range_text}) exceeds grid limits. Max rows: 1000, max columns: 26"
        )

    def test_cell_longer_than_50000_characters_is_refused(self, services: Services) -> None:
        services.put("A1", [["x" * 50_000]])
        assert refusal(services, "A1", [["x" * 50_001]]) == (
            "Your input contains more than the maximum of 50000 characters in a single cell."
        )

    def test_value_that_is_no_scalar_is_refused(self, services: Services) -> None:
        words = refusal(services, "A1", [["a"], [["b", 1]]])
        assert words == (
            "Invalid values[1][0]: list_value {\n"
            '  values {\n    string_value: "b"\n  }\n'
            "  values {\n    number_value: 1\n  }\n"
            "}\n"
        )
        words = refusal(services, "A1", [[{"b": None}]])
        assert words == (
            'Invalid values[0][0]: struct_value {\n  fields {\n    key: "b"\n'
            "    value {\n      null_value: NULL_VALUE\n    }\n  }\n}\n"
        )

    def test_input_option_is_required(self, services: Services) -> None:
        with pytest.raises(Refused) as refused:
            services.values("PUT", "A1", {"values": [["a"]]})
        assert refused.value.message == "'valueInputOption' is required but not specified"

    def test_formats_and_notes_survive_a_write(self, services: Services) -> None:
        services.put("A1", [["12%"]], option="USER_ENTERED")
        services.put("A1", [[0.5]])
        assert services.get("A1") == [["50%"]]

    def test_refused_write_changes_nothing(self, services: Services) -> None:
        with pytest.raises(Refused):
            services.put("A1", [["kept?"], ["x" * 50_001]])
        assert services.get("A1") == []

    def test_readers_may_not_write_and_strangers_not_read(self, services: Services) -> None:
        services.call(
            "POST",
            f"/drive/v3/files/{services.id}/permissions",
            {"type": "user", "role": "reader", "emailAddress": FRIEND},
        )
        assert services.get("A1", account=FRIEND) == []
        for account, attempt in ((FRIEND, services.put), (STRANGER, services.put)):
            with pytest.raises(Refused) as refused:
                attempt("A1", [["a"]], account=account)
            assert (refused.value.code, refused.value.error["status"]) == (403, "PERMISSION_DENIED")

    def test_protected_cells_refuse_the_values_of_others(self, services: Services) -> None:
        services.call(
            "POST",
            f"/drive/v3/files/{services.id}/permissions",
            {"type": "user", "role": "writer", "emailAddress": FRIEND},
        )
        services.batch(
            {
                "addProtectedRange": {
                    "protectedRange": {"range": {"endRowIndex": 1}, "editors": {"users": [OWNER]}}
                }
            }
        )
        assert refusal(services, "A1", [["a"]], account=FRIEND).startswith(
            "You are trying to edit a protected cell or object."
        )
        services.put("A2", [["a"]], account=FRIEND)
        services.put("A1", [["a"]])


class TestBatchWriting:
    def batch(self, services: Services, *data: dict[str, Any], **more: Any) -> Any:
        body = {"valueInputOption": "RAW", "data": list(data), **more}
        return services.call("POST", f"{services.values_path}:batchUpdate", body)

    def test_totals_count_rows_and_columns_once(self, services: Services) -> None:
        answer = self.batch(
            services,
            {"range": "A1:B1", "values": [["a", "b"]]},
            {"range": "B1:C2", "values": [["c", "d"], ["e"]]},
        )
        totals = {name: count for name, count in answer.items() if name.startswith("total")}
        assert totals == {
            "totalUpdatedRows": 2,
            "totalUpdatedColumns": 3,
            "totalUpdatedCells": 5,
            "totalUpdatedSheets": 1,
        }
        assert [item["updatedRange"] for item in answer["responses"]] == [
            "Sheet1!A1:B1",
            "Sheet1!B1:C2",
        ]

    def test_one_bad_range_leaves_everything_as_it_was(self, services: Services) -> None:
        with pytest.raises(Refused) as refused:
            self.batch(
                services,
                {"range": "A1", "values": [["a"]]},
                {"range": "Nowhere!A1", "values": [["b"]]},
            )
        assert refused.value.message == "Invalid data[1]: Unable to parse range: Nowhere!A1"
        assert services.get("A1") == []

    def test_data_filters_name_what_they_wrote(self, services: Services) -> None:
        where = {"gridRange": {"startRowIndex": 1, "endRowIndex": 2, "endColumnIndex": 2}}
        answer = services.call(
            "POST",
            f"{services.values_path}:batchUpdateByDataFilter",
            {
                "valueInputOption": "USER_ENTERED",
                "data": [{"dataFilter": where, "values": [["7"]], "majorDimension": "ROWS"}],
            },
        )
        assert answer["responses"] == [
            {
                "dataFilter": where,
                "updatedRange": "Sheet1!A2",
                "updatedRows": 1,
                "updatedColumns": 1,
                "updatedCells": 1,
            }
        ]
        assert services.get("A2", valueRenderOption="UNFORMATTED_VALUE") == [[7]]


class TestAppending:
    TWO_TABLES = (
        ("x", "y", "z"),
        ("x", "y", "z"),
        (),
        ("", "x", "y"),
        ("", "", "y", "z"),
        ("", "x", "y", "z"),
    )

    @pytest.mark.parametrize(
        ("range_text", "start"),
        [
            ("Sheet1", "B7"),
            ("B4", "B7"),
            ("C5:D5", "B7"),
            ("D4", "B7"),
            ("B2:D4", "B7"),
            ("A3:G10", "B7"),
            ("A1", "A3"),
            ("E4", "E4"),
            ("A4", "A4"),
        ],
    )
    def test_rows_go_below_the_last_table_in_the_range(
        self, services: Services, range_text: str, start: str
    ) -> None:
        services.put("A1", self.TWO_TABLES)
        answer = services.append(range_text, [["new"]])
        assert answer["updates"]["updatedRange"] == f"Sheet1!{start}"

    def test_empty_tab_gets_its_first_row_without_a_table(self, services: Services) -> None:
        assert services.append("Sheet1", [["a", "b"]]) == {
            "spreadsheetId": services.id,
            "updates": {
                "spreadsheetId": services.id,
                "updatedRange": "Sheet1!A1:B1",
                "updatedRows": 1,
                "updatedColumns": 2,
                "updatedCells": 2,
            },
        }

    def test_table_that_was_found_is_named(self, services: Services) -> None:
        services.put("B2", [["a"], ["b"]])
        answer = services.append("Sheet1", [["c", "d"]], includeValuesInResponse="True")
        assert answer["tableRange"] == "Sheet1!B2:B3"
        assert answer["updates"]["updatedData"]["values"] == [["c", "d"]]

    def test_gap_in_a_row_makes_two_tables(self, services: Services) -> None:
        services.put("A1", [["a", "", "c", "d"]])
        assert services.append("Sheet1", [["e"]])["tableRange"] == "Sheet1!C1:D1"
        assert services.append("A1", [["e"]])["updates"]["updatedRange"] == "Sheet1!A2"

    def test_grid_grows_for_what_is_appended(self, services: Services) -> None:
        services.put("A1000", [["last"]])
        services.append("Sheet1", [["a"], ["b"]])
        assert services.values("GET", "Sheet1")["range"] == "Sheet1!A1:Z1002"

    def test_overwrite_replaces_and_insert_rows_pushes_down(self, services: Services) -> None:
        services.put("A1", [["head"], [], ["", "below"]])
        services.append("A1", [["one"]], insertDataOption="INSERT_ROWS")
        assert services.get("Sheet1") == [["head"], ["one"], [], ["", "below"]]
        services.append("A1", [["two"], ["three", "x"]], insertDataOption="OVERWRITE")
        assert services.get("Sheet1") == [["head"], ["one"], ["two"], ["three", "x"]]

    def test_columns_can_be_appended(self, services: Services) -> None:
        services.values(
            "POST",
            "A1",
            {"majorDimension": "COLUMNS", "values": [["a", "b"], ["c"]]},
            verb="append",
            valueInputOption="RAW",
        )
        assert services.get("A1:B2") == [["a", "c"], ["b"]]

    def test_tab_is_widened_but_not_a_range_without_a_table(self, services: Services) -> None:
        with pytest.raises(Refused) as refused:
            services.append("A1:A1", [["a", "b"]])
        assert refused.value.message == (
            "Requested writing within range [Sheet1!A1], but tried writing to column [B]"
        )
        services.append("Sheet1", [["a"] * 30])
        assert services.values("GET", "Sheet1")["range"] == "Sheet1!A1:AD1000"

    def test_more_than_ten_million_cells_are_refused(self, services: Services) -> None:
        services.batch(
            {
                "updateSheetProperties": {
                    "properties": {"sheetId": 0, "gridProperties": {"rowCount": 384_615}},
                    "fields": "gridProperties.rowCount",
                }
            }
        )
        services.put("A384615", [["last"]])
        with pytest.raises(Refused) as refused:
            services.append("A384615", [["one more"]])
        assert refused.value.message == (
            "This action would increase the number of cells in the workbook above the limit of "
            "10000000 cells."
        )


class TestClearing:
    def test_values_go_and_formats_stay(self, services: Services) -> None:
        services.put("A1", [["12%", "b"]], option="USER_ENTERED")
        answer = services.values("POST", "Sheet1!A:A", {}, verb="clear")
        assert answer == {"spreadsheetId": services.id, "clearedRange": "Sheet1!A1:A1000"}
        assert services.get("A1:B1") == [["", "b"]]
        services.put("A1", [[0.5]])
        assert services.get("A1") == [["50%"]]

    def test_batch_clear_names_every_range(self, services: Services) -> None:
        services.put("A1", [["a", "b", "c"]])
        path = f"{services.values_path}:batchClear"
        answer = services.call("POST", path, {"ranges": ["A1", "'Sheet1'!C:C"]})
        assert answer["clearedRanges"] == ["Sheet1!A1", "Sheet1!C1:C1000"]
        assert services.get("A1:C1") == [["", "b"]]

    def test_batch_clear_by_data_filter(self, services: Services) -> None:
        services.put("A1", [["a", "b"]])
        services.call(
            "POST",
            f"{services.values_path}:batchClearByDataFilter",
            {"dataFilters": [{"gridRange": {"sheetId": 0, "endColumnIndex": 1}}]},
        )
        assert services.get("A1:B1") == [["", "b"]]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v4/nothing"),
        ("GET", "/v4/spreadsheets"),
        ("PUT", "/v4/spreadsheets/{id}"),
        ("POST", "/v4/spreadsheets/{id}/values/A1:shuffle"),
        ("GET", "/v4/spreadsheets/{id}/values"),
        ("GET", "/v4/spreadsheets/{id}/values:batchUpdate"),
        ("POST", "/v4/spreadsheets/{id}:get"),
        ("GET", "/v4/spreadsheets/{id}/a/b/c"),
    ],
)
def test_unknown_address_is_a_page_that_says_so(services: Services, method: str, path: str) -> None:
    response = services.send(method, path.format(id=services.id))
    assert (response.status, response.content_type) == (404, "text/html; charset=UTF-8")


def test_range_may_contain_a_slash(services: Services) -> None:
    services.batch({"updateSheetProperties": {"properties": {"title": "A/B"}, "fields": "title"}})
    services.put("A/B!A1", [["a"]])
    assert services.values("GET", "'A/B'!A1")["range"] == "'A/B'!A1"


def test_missing_spreadsheet_is_not_found(services: Services) -> None:
    with pytest.raises(Refused) as refused:
        services.call("GET", "/v4/spreadsheets/nowhere/values/A1")
    assert refused.value.error == {
        "code": 404,
        "message": "Requested entity was not found.",
        "status": "NOT_FOUND",
    }
