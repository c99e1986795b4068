"""What people change, remove or had before: `setup` leaves it as they want it."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheets_dialer.google_sheets.setup.reading import MEMORY_KEY
from tests.support.dialing import Shop
from tests.support.examples import some_of
from tests.support.setting_up import VIEWS, Desk, cells, columns_of

Edit = Callable[[Desk], None]


def _delete_a_view(desk: Desk) -> None:
    view = desk.tab("Calls")["filterViews"][0]
    desk.person({"deleteFilterView": {"filterId": view["filterViewId"]}})


def _delete_a_colour(desk: Desk) -> None:
    desk.person({"deleteConditionalFormatRule": {"sheetId": desk.sheet_id(), "index": 0}})


def _show_ref(desk: Desk) -> None:
    change = {"properties": {"hiddenByUser": False}, "fields": "hiddenByUser"}
    area = columns_of(desk, desk.column("Ref"))
    desk.person({"updateDimensionProperties": {"range": area, **change}})


def _delete_a_chart(desk: Desk) -> None:
    charts = desk.tab("Dialer")["charts"]
    desk.person({"deleteEmbeddedObject": {"objectId": charts[0]["chartId"]}})


def _rename_a_chart(desk: Desk) -> None:
    chart = desk.tab("Dialer")["charts"][1]
    spec = {**chart["spec"], "title": "How it went"}
    desk.person({"updateChartSpec": {"chartId": chart["chartId"], "spec": spec}})


def _change_a_note(desk: Desk) -> None:
    desk.book.sheet1.insert_note("A1", "Only mobile numbers, please")


def _delete_a_note(desk: Desk) -> None:
    desk.book.sheet1.clear_note("B1")


def _own_dropdown(desk: Desk) -> None:
    area = {"sheetId": desk.sheet_id(), "startColumnIndex": desk.column("Status")}
    desk.person({"setDataValidation": {"range": area}})


def _unprotect(desk: Desk) -> None:
    [protected] = desk.tab("Calls")["protectedRanges"]
    number = protected["protectedRangeId"]
    desk.person({"deleteProtectedRange": {"protectedRangeId": number}})


def _unfreeze(desk: Desk) -> None:
    desk.book.sheet1.freeze(rows=0)


def _numbers_again(desk: Desk) -> None:
    desk.book.sheet1.format("A2:A", {"numberFormat": {"type": "NUMBER", "pattern": "0"}})


def _move_a_column(desk: Desk) -> None:
    area = columns_of(desk, desk.column("Status"))
    desk.person({"moveDimension": {"source": area, "destinationIndex": 0}})


def _insert_columns(desk: Desk) -> None:
    area = columns_of(desk, 1)
    desk.person({"insertDimension": {"range": area, "inheritFromBefore": True}})


def _calm_the_alarm(desk: Desk) -> None:
    desk.book.worksheet("Dialer").update_cell(desk.row("Running?") + 1, 2, "ask Bilal")


def _recalculate_on_change(desk: Desk) -> None:
    change = {"properties": {"autoRecalc": "ON_CHANGE"}, "fields": "autoRecalc"}
    desk.person({"updateSpreadsheetProperties": change})


def _run(desk: Desk) -> None:
    desk.book.worksheet("Dialer").update_cell(desk.row("Control") + 1, 2, "RUN")


def _sort_the_control_tab(desk: Desk) -> None:
    desk.book.worksheet("Dialer").sort((1, "asc"), range="A2:B200")


def _widen(desk: Desk) -> None:
    change = {"properties": {"pixelSize": 77}, "fields": "pixelSize"}
    desk.person({"updateDimensionProperties": {"range": columns_of(desk, 0, "Dialer"), **change}})


_EDITS: tuple[Edit, ...] = (
    *(_delete_a_view, _delete_a_colour, _show_ref, _delete_a_chart, _rename_a_chart),
    *(_change_a_note, _delete_a_note, _own_dropdown, _unprotect, _unfreeze, _numbers_again),
    *(_move_a_column, _insert_columns, _calm_the_alarm, _recalculate_on_change, _run),
    *(_sort_the_control_tab, _widen),
)


class TestWhatPeopleChanged:
    @settings(max_examples=some_of(16), suppress_health_check=list(HealthCheck))
    @given(edits=st.lists(st.sampled_from(_EDITS), min_size=3, max_size=9, unique=True))
    def test_stays_as_they_left_it(self, office: Shop, edits: list[Edit]) -> None:
        desk = Desk(office)
        desk.setup()
        for edit in edits:
            edit(desk)
        before = desk.all()
        writes = desk.writes()
        assert desk.setup() == []
        assert desk.writes() == writes
        assert desk.all() == before

    def test_what_went_with_a_deleted_column_is_made_anew(self, desk: Desk) -> None:
        desk.setup()
        desk.person({"deleteDimension": {"range": columns_of(desk, desk.column("Status"))}})
        assert desk.setup()[0] == "column Status"
        tab = desk.tab("Calls")
        status = desk.column("Status")
        assert "dataValidation" in cells(tab)[1][status]
        assert "note" in cells(tab)[0][status]
        coloured = {
            area["startColumnIndex"]
            for rule in tab["conditionalFormats"]
            for area in rule["ranges"]
        }
        assert coloured == {status}
        views = {view["title"]: view.get("filterSpecs") for view in tab["filterViews"]}
        assert set(views) == VIEWS
        assert {spec["columnIndex"] for specs in views.values() for spec in specs or ()} == {
            status,
            desk.column("Answer"),
        }
        assert desk.setup() == []

    def test_a_deleted_tab_comes_back_whole(self, desk: Desk) -> None:
        desk.setup()
        desk.book.del_worksheet(desk.book.worksheet("Dialer"))
        assert desk.setup()[0] == "tab Dialer"
        assert len(desk.tab("Dialer")["charts"]) == 3
        assert desk.setup() == []

    def test_what_people_had_before_is_not_made_otherwise(self, desk: Desk) -> None:
        calls = desk.book.sheet1
        calls.update([["Phone", "Status"]], "A1")
        calls.insert_note("B1", "Ours")
        calls.freeze(rows=1, cols=1)
        red = {"backgroundColor": {"red": 1.0}}
        condition = {"type": "TEXT_EQ", "values": [{"userEnteredValue": "Check"}]}
        rule = {
            "ranges": [{"sheetId": desk.sheet_id(), "startColumnIndex": 1, "endColumnIndex": 2}],
            "booleanRule": {"condition": condition, "format": red},
        }
        view = {"title": "Check", "range": {"sheetId": desk.sheet_id()}}
        desk.person(
            {"addConditionalFormatRule": {"rule": rule, "index": 0}},
            {"addFilterView": {"filter": view}},
        )
        desk.setup()
        tab = desk.tab("Calls")
        assert cells(tab)[0][1]["note"] == "Ours"
        assert tab["properties"]["gridProperties"]["frozenColumnCount"] == 1
        assert tab["conditionalFormats"][0]["booleanRule"]["condition"] == condition
        assert [each["title"] for each in tab["filterViews"]].count("Check") == 1

    def test_what_setup_remembers_is_not_seen_in_any_cell(self, desk: Desk) -> None:
        desk.setup()
        for tab in desk.all()["sheets"]:
            for row in cells(tab):
                assert not any(MEMORY_KEY in str(cell) for cell in row)
