"""spreadsheets.create and spreadsheets.get: what is made, and what of it is shown."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.services import FRIEND, OWNER, Refused, Services

GREEN = {"green": 1}


@pytest.fixture
def services() -> Services:
    return Services()


def tab(services: Services, **query: Any) -> Any:
    """The first tab of the answer."""
    return services.call("GET", services.path, **query)["sheets"][0]


class TestCreating:
    def test_new_spreadsheet_is_as_google_makes_it(self, services: Services) -> None:
        created = services.call("POST", "/v4/spreadsheets", {})
        assert created["properties"]["title"] == "Untitled spreadsheet"
        assert created["properties"]["timeZone"] == "Etc/GMT"
        assert created["sheets"] == [
            {
                "properties": {
                    "sheetId": 0,
                    "title": "Sheet1",
                    "index": 0,
                    "sheetType": "GRID",
                    "gridProperties": {"rowCount": 1000, "columnCount": 26},
                }
            }
        ]
        assert created == services.call("GET", f"/v4/spreadsheets/{created['spreadsheetId']}")

    def test_tabs_and_cells_may_come_along(self, services: Services) -> None:
        note = {"userEnteredValue": {"stringValue": "Phone"}, "note": "as you like"}
        created = services.call(
            "POST",
            "/v4/spreadsheets",
            {
                "properties": {"title": "Queue", "timeZone": "Asia/Karachi"},
                "sheets": [
                    {
                        "properties": {"title": "Calls", "gridProperties": {"frozenRowCount": 1}},
                        "data": [{"startColumn": 1, "rowData": [{"values": [note]}]}],
                    },
                    {"properties": {"title": "Dialer", "sheetId": 77}},
                ],
            },
        )
        services.id = created["spreadsheetId"]
        assert [sheet["properties"]["title"] for sheet in created["sheets"]] == ["Calls", "Dialer"]
        assert created["sheets"][0]["properties"]["gridProperties"]["frozenRowCount"] == 1
        assert services.get("Calls!B1") == [["Phone"]]

    @pytest.mark.parametrize(
        "sheets",
        [
            [{"properties": {"title": "A"}}, {"properties": {"title": "a"}}],
            [{"properties": {"sheetId": 5}}, {"properties": {"sheetId": 5, "title": "B"}}],
            [{"merges": [{"sheetId": 0}]}],
            [{"properties": {"gridProperties": {"rowCount": 10_000_001, "columnCount": 1}}}],
        ],
    )
    def test_what_cannot_be_is_refused(self, services: Services, sheets: Any) -> None:
        before = len(services.library.documents)
        with pytest.raises(Refused) as refused:
            services.call("POST", "/v4/spreadsheets", {"sheets": sheets})
        assert refused.value.code == 400
        assert len(services.library.documents) == before

    def test_only_the_maker_may_open_it(self, services: Services) -> None:
        with pytest.raises(Refused) as refused:
            services.call("GET", services.path, account=FRIEND)
        assert refused.value.code == 403


class TestShowing:
    def test_cells_come_only_when_asked_for(self, services: Services) -> None:
        services.put("A1", [["a"]])
        assert "data" not in tab(services, includeGridData="false")
        assert "data" in tab(services, includeGridData="True")
        assert "data" in tab(services, includeGridData="false", fields="sheets.data.rowData")
        assert "data" not in tab(services, includeGridData="true", fields="sheets.properties")

    def test_a_cell_is_shown_with_everything_about_it(self, services: Services) -> None:
        services.put("A1", [["a", "=1+1"]], option="USER_ENTERED")
        data = tab(services, includeGridData="true", ranges="A1:C2")["data"]
        text, formula = data[0]["rowData"][0]["values"]
        assert len(data[0]["rowData"]) == 1
        assert text["userEnteredValue"] == text["effectiveValue"] == {"stringValue": "a"}
        assert formula["userEnteredValue"] == {"formulaValue": "=1+1"}
        assert formula["effectiveValue"] == {"numberValue": 2}
        assert formula["formattedValue"] == "2"
        assert text["effectiveFormat"]["horizontalAlignment"] == "LEFT"
        assert formula["effectiveFormat"]["horizontalAlignment"] == "RIGHT"
        assert text["effectiveFormat"]["textFormat"]["fontFamily"] == "Arial"
        assert "userEnteredFormat" not in text

    def test_rows_and_cells_without_a_wanted_field_are_left_out_at_the_end(
        self, services: Services
    ) -> None:
        services.put("A1", [["a", "b"], ["c"], ["d"]])
        services.batch(
            {
                "updateCells": {
                    "start": {"sheetId": 0, "rowIndex": 1, "columnIndex": 0},
                    "rows": [{"values": [{"note": "hello"}]}],
                    "fields": "note",
                }
            }
        )
        assert tab(services, fields="sheets.data.rowData.values.note") == {
            "data": [{"rowData": [{}, {"values": [{"note": "hello"}]}]}]
        }

    def test_metadata_covers_the_whole_range(self, services: Services) -> None:
        services.batch(
            {
                "updateDimensionProperties": {
                    "range": {"dimension": "COLUMNS", "startIndex": 2, "endIndex": 3},
                    "properties": {"hiddenByUser": True},
                    "fields": "hiddenByUser",
                }
            }
        )
        (data,) = tab(services, ranges="C5:D6", includeGridData="true")["data"]
        assert (data["startRow"], data["startColumn"]) == (4, 2)
        assert data["rowMetadata"] == [{"pixelSize": 21}, {"pixelSize": 21}]
        assert data["columnMetadata"] == [
            {"hiddenByUser": True, "pixelSize": 100},
            {"pixelSize": 100},
        ]
        assert "rowData" not in data

    def test_ranges_choose_the_tabs_and_each_has_its_data(self, services: Services) -> None:
        services.batch({"addSheet": {"properties": {"title": "Dialer"}}})
        answer = services.call(
            "GET", services.path, ranges=["A1", "B2"], fields="sheets(properties.title,data)"
        )
        (sheet,) = answer["sheets"]
        assert sheet["properties"] == {"title": "Sheet1"}
        assert len(sheet["data"]) == 2

    def test_data_filters_choose_like_ranges(self, services: Services) -> None:
        services.batch({"addSheet": {"properties": {"title": "Dialer", "sheetId": 9}}})
        answer = services.call(
            "POST",
            f"{services.path}:getByDataFilter",
            {"dataFilters": [{"gridRange": {"sheetId": 9}}]},
        )
        assert [sheet["properties"]["sheetId"] for sheet in answer["sheets"]] == [9]

    def test_colors_are_given_twice_in_single_precision(self, services: Services) -> None:
        services.batch(
            {
                "updateSheetProperties": {
                    "properties": {
                        "tabColorStyle": {"rgbColor": {"red": 0.9568627450980393, "blue": 0}}
                    },
                    "fields": "tabColorStyle",
                }
            }
        )
        properties = tab(services)["properties"]
        assert properties["tabColor"] == {"red": 0.95686275}
        assert properties["tabColorStyle"] == {"rgbColor": {"red": 0.95686275}}

    def test_color_far_out_of_range_is_still_a_number(self, services: Services) -> None:
        cell = {"userEnteredFormat": {"backgroundColor": {"red": 1e20, "green": 236}}}
        repeat = {"range": {"sheetId": 0, "endRowIndex": 1, "endColumnIndex": 1}, "cell": cell}
        services.batch({"repeatCell": {**repeat, "fields": "userEnteredFormat"}})
        answer = services.call("GET", services.path, includeGridData="true", ranges="A1")
        shown = answer["sheets"][0]["data"][0]["rowData"][0]["values"][0]["userEnteredFormat"]
        assert shown["backgroundColor"] == {"red": 1e20, "green": 236}

    def test_last_way_of_saying_a_color_counts(self, services: Services) -> None:
        for color in ({"backgroundColorStyle": {"rgbColor": {"red": 1}}},
                      {"backgroundColor": GREEN}):  # fmt: skip
            services.batch(
                {
                    "repeatCell": {
                        "range": {"endRowIndex": 1, "endColumnIndex": 1},
                        "cell": {"userEnteredFormat": color},
                        "fields": f"userEnteredFormat({','.join(color)})",
                    }
                }
            )
        mask = "sheets.data.rowData.values.userEnteredFormat"
        cell = tab(services, ranges="A1", fields=mask)["data"][0]["rowData"][0]["values"][0]
        assert cell["userEnteredFormat"] == {
            "backgroundColor": GREEN,
            "backgroundColorStyle": {"rgbColor": GREEN},
        }

    def test_editors_of_protection_are_for_editors_only(self, services: Services) -> None:
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
        mask = "sheets.protectedRanges(requestingUserCanEdit,editors)"
        (seen,) = tab(services, fields=mask)["protectedRanges"]
        assert seen == {"requestingUserCanEdit": True, "editors": {"users": [OWNER]}}
        (seen,) = services.call("GET", services.path, fields=mask, account=FRIEND)["sheets"][0][
            "protectedRanges"
        ]
        assert seen == {}

    def test_range_outside_the_grid_is_refused(self, services: Services) -> None:
        with pytest.raises(Refused) as refused:
            services.call("GET", services.path, ranges="A2000")
        assert "exceeds grid limits" in refused.value.message

    def test_answer_is_indented_unless_told_otherwise(self, services: Services) -> None:
        assert b"\n  " in services.send("GET", services.path).body
        assert b"\n" not in services.send("GET", services.path, prettyPrint="false").body


class TestCopyingTabs:
    def test_copy_stands_at_the_end_of_the_other_spreadsheet(self, services: Services) -> None:
        services.put("A1", [["a"]])
        target = services.new_spreadsheet("Other")
        path = f"{services.path}/sheets/0:copyTo"
        answer = services.call("POST", path, {"destinationSpreadsheetId": target})
        assert (answer["title"], answer["index"]) == ("Copy of Sheet1", 1)
        services.id = target
        assert services.get("'Copy of Sheet1'!A1") == [["a"]]

    def test_destination_must_be_the_callers_to_change(self, services: Services) -> None:
        target = services.new_spreadsheet("Other", account=FRIEND)
        path = f"{services.path}/sheets/0:copyTo"
        with pytest.raises(Refused) as refused:
            services.call("POST", path, {"destinationSpreadsheetId": target})
        assert refused.value.code == 403
