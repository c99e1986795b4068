"""`setup` makes any sheet ready, once, and leaves people's things alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sheets_dialer import texts
from sheets_dialer.base.errors import (
    SetupNeeded,
    SheetRefused,
    SheetUnreachable,
    TokenLost,
    WriteRefused,
)
from sheets_dialer.sandbox.google.schema import read
from sheets_dialer.tabs.control_tab import LABELS, alarm_after, read_control
from sheets_dialer.tabs.do_not_call import OWN_COLUMNS
from sheets_dialer.tabs.fencing_token import Token
from sheets_dialer.tabs.queue_columns import DIALER, find_columns
from tests.support.dialing import Shop
from tests.support.running import RunningSandbox
from tests.support.setting_up import VIEWS, Desk, Resource, cells, columns_of


class TestTheQueueTab:
    def test_gets_the_missing_columns_right_of_everything_and_keeps_what_is_there(
        self, desk: Desk
    ) -> None:
        sheet = desk.book.sheet1
        sheet.update([["Phone", "Status"], ["03001234567", "Answered", "", "no header"]], "A1")
        desk.setup()
        header = sheet.row_values(1)
        assert header[:4] == ["Phone", "Status", "", ""]
        assert header[4:] == [title for title in DIALER.values() if title != "Status"]
        assert sheet.row_values(2) == ["03001234567", "Answered", "", "no header"]

    @pytest.mark.parametrize("title", ["Ref No", "Ref #", "Ref Number", "REF ID"])
    def test_peoples_own_ref_stays_theirs(self, desk: Desk, title: str) -> None:
        sheet = desk.book.sheet1
        sheet.update([["Phone", title], ["03001234567", "INV-1001"]], "A1")
        desk.setup()
        assert sheet.row_values(1)[:2] == ["Phone", title]
        assert sheet.row_values(1)[-1] == "Ref"
        assert "INV-1001" in sheet.row_values(2)

    @pytest.mark.parametrize("title", ["Ref", "Answer", "Attempts", "Call ID"])
    def test_a_column_of_peoples_under_a_name_of_ours_is_not_taken(
        self, desk: Desk, title: str
    ) -> None:
        sheet = desk.book.sheet1
        rows = [["Phone", title], *[["03001234567"]] * 3, ["03001234567", "INV-1001"]]
        sheet.update(rows, "A1")
        before, everything = desk.writes(), desk.all()
        with pytest.raises(SetupNeeded, match=f"under {title}, in row 5. .* Rename the column"):
            desk.setup()
        assert desk.writes() == before
        assert desk.all() == everything
        sheet.update_cell(1, 2, "Ours")
        desk.setup()
        assert sheet.row_values(5) == ["03001234567", "INV-1001"]

    def test_a_ref_column_without_its_header_gets_no_second_one_beside_it(self, desk: Desk) -> None:
        desk.setup()
        sheet, place = desk.book.sheet1, desk.column("Ref")
        sheet.update_cell(1, place + 1, "Ref sd")
        sheet.update_cell(2, place + 1, "k3v09a8xq2m1")
        with pytest.raises(SetupNeeded, match="has lost its header"):
            desk.setup()
        sheet.update_cell(1, place + 1, Token("abcdefgh", 3).header)
        assert desk.setup() == []

    def test_explains_every_known_column(self, office: Shop) -> None:
        known = ("Phone", "Amount", "Store", "Order ID", "Text3", "Key1", "Voice ID")
        desk = Desk(office, (*known, "Call After", "Call Before", "Colour of the shirt"))
        desk.setup()
        header = cells(desk.tab("Calls"))[0]
        for cell in header:
            title = cell["formattedValue"]
            assert ("note" in cell) == (title != "Colour of the shirt"), title

    def test_keeps_phones_as_text_without_touching_them(self, desk: Desk) -> None:
        desk.book.sheet1.update([["Phone"], [3001234567]], "A1", raw=True)
        desk.setup()
        [number] = cells(desk.tab("Calls"))[1][:1]
        assert number["userEnteredValue"] == {"numberValue": 3001234567}
        desk.book.sheet1.update([["03001234567"]], "A3", raw=False)
        assert desk.book.sheet1.acell("A3").value == "03001234567"

    def test_offers_what_people_may_say_in_status(self, desk: Desk) -> None:
        desk.setup()
        rule = cells(desk.tab("Calls"))[1][desk.column("Status")]["dataValidation"]
        words = [each["userEnteredValue"] for each in rule["condition"]["values"]]
        assert words == ["Call again", "Skip"]
        assert (rule.get("strict", False), rule["showCustomUi"]) == (False, True)

    def test_hides_ref_freezes_the_header_and_warns_before_results_are_changed(
        self, desk: Desk
    ) -> None:
        desk.setup()
        tab = desk.tab("Calls")
        hidden = [
            place
            for place, column in enumerate(tab["data"][0]["columnMetadata"])
            if column.get("hiddenByUser")
        ]
        assert hidden == [desk.column("Ref")]
        assert tab["properties"]["gridProperties"]["frozenRowCount"] == 1
        [protected] = tab["protectedRanges"]
        assert protected["warningOnly"]
        area = protected["range"]
        assert area["startColumnIndex"] == desk.column("Answer")
        assert area["endColumnIndex"] == desk.column("Ref") + 1

    def test_has_filter_views_that_show_just_the_rows_they_name(self, desk: Desk) -> None:
        desk.setup(callback_labels=["Ring me"])
        views = {view["title"]: view for view in desk.tab("Calls")["filterViews"]}
        assert set(views) == VIEWS
        [spec] = views["Callbacks"]["filterSpecs"]
        assert spec["columnIndex"] == desk.column("Answer")
        assert spec["filterCriteria"]["condition"]["values"] == [{"userEnteredValue": "Ring me"}]
        [spec] = views["Not reached"]["filterSpecs"]
        hidden = spec["filterCriteria"]["hiddenValues"]
        assert {"", "Queued", "Answered", "Check", "Call again"} <= set(hidden)
        assert not {"Busy", "No Answer", "Congestion", "Hangup"} & set(hidden)

    def test_colours_a_status_by_what_it_means_for_people(self, desk: Desk) -> None:
        desk.setup()
        words = ["Calling", "Answered", "Check", "Failed", "Busy", "Hangup", "Not called", "", "?"]
        status = desk.column("Status")
        desk.book.sheet1.update([[word] for word in words], f"{chr(ord('A') + status)}2")
        looks = desk.looks(status)[1 : len(words) + 1]
        calling, answered, check, failed, busy, hangup, not_called, blank, unknown = looks
        assert (check, busy) == (failed, hangup)
        assert len({calling, answered, check, busy, not_called, None}) == 6
        assert (blank, unknown) == (None, None)

    def test_gets_a_column_for_callbacks_only_where_one_is_wanted(self, desk: Desk) -> None:
        desk.setup()
        assert "Callback" not in desk.book.sheet1.row_values(1)
        assert desk.setup(callback_column="Callback")[0] == "column Callback"
        assert desk.book.sheet1.row_values(1)[-1] == "Callback"
        assert "note" in cells(desk.tab("Calls"))[0][-1]
        assert desk.setup(callback_column="callback") == []

    def test_grows_where_it_is_no_larger_than_its_header(self, desk: Desk) -> None:
        desk.book.sheet1.resize(rows=1, cols=2)
        desk.book.add_worksheet("Do Not Call", 1, 1)
        desk.book.add_worksheet("Dialer", 1, 1)
        desk.setup()
        assert find_columns(desk.book.sheet1.row_values(1), {}).ready()
        assert desk.setup() == []


class TestTheControlTab:
    def test_has_every_row_and_pauses_the_campaign(self, desk: Desk) -> None:
        desk.setup()
        grid = desk.book.worksheet("Dialer").get_all_values()
        assert [row[0] for row in grid] == list(LABELS)
        assert read_control(grid, "orders").run is False
        assert read_control(grid, "orders").problem is None

    def test_rows_that_were_deleted_come_back_below_what_is_there(self, desk: Desk) -> None:
        desk.setup()
        control = desk.book.worksheet("Dialer")
        control.delete_rows(desk.row("Control") + 1)
        control.delete_rows(desk.row("Calls at 05:00") + 1)
        control.update([["Our notes", "hands off"]], f"A{len(LABELS)}")
        desk.setup()
        labels = control.col_values(1)
        assert labels[-3:] == ["Our notes", "Control", "Calls at 05:00"]
        assert control.cell(desk.row("Our notes") + 1, 2).value == "hands off"
        assert read_control(control.get_all_values(), "orders").problem is None
        rule = cells(desk.tab("Dialer"))[desk.row("Control")][1]["dataValidation"]
        assert [each["userEnteredValue"] for each in rule["condition"]["values"]] == [
            "RUN",
            "PAUSE",
        ]
        assert desk.setup() == []

    def test_a_second_campaign_stands_beside_the_first_and_in_every_chart(self, desk: Desk) -> None:
        desk.setup()
        anchor = desk.tab("Dialer")["charts"][0]["position"]["overlayPosition"]["anchorCell"]
        for number in range(1, 4):
            desk.book.add_worksheet(f"Tab {number}", 100, 5).update([["Phone"]], "A1")
            desk.setup(f"Tab {number}", f"campaign {number}")
        names = desk.book.worksheet("Dialer").row_values(1)
        assert names == ["Campaign", "orders", "campaign 1", "campaign 2", "campaign 3"]
        charts = desk.tab("Dialer")["charts"]
        for chart in charts:
            drawn = chart["spec"]["basicChart"]["series"]
            columns = {
                source["startColumnIndex"]
                for series in drawn
                for source in series["series"]["sourceRange"]["sources"]
            }
            assert columns == {1, 2, 3, 4}
            placed = chart["position"]["overlayPosition"]["anchorCell"]["columnIndex"]
            assert placed > max(4, anchor["columnIndex"])
        assert desk.setup() == []

    def test_charts_draw_the_rows_of_their_labels_wherever_those_stand(self, desk: Desk) -> None:
        desk.setup()
        desk.book.worksheet("Dialer").delete_rows(desk.row("Calls at 05:00") + 1)
        desk.setup()
        labels = desk.book.worksheet("Dialer").col_values(1)
        for chart in desk.tab("Dialer")["charts"]:
            basic = chart["spec"]["basicChart"]
            for series in basic["series"]:
                sources = series["series"]["sourceRange"]["sources"]
                drawn = [
                    labels[row]
                    for source in sources[1:]
                    for row in range(source["startRowIndex"], source["endRowIndex"])
                ]
                [prefix] = {re.split(" at |: ", label)[0] for label in drawn}
                expected = [each for each in LABELS if re.match(f"{prefix}( at |: )", each)]
                assert drawn == expected

    def test_the_sheet_recalculates_by_itself(self, desk: Desk) -> None:
        desk.setup()
        assert desk.all()["properties"]["autoRecalc"] == "MINUTE"


class TestTheAlarm:
    @pytest.mark.parametrize("zone", ["Asia/Karachi", "America/New_York"])
    @pytest.mark.parametrize(
        ("age", "said"), [(None, "Has not run"), (100, "Running"), (400, "NOT RUNNING since ")]
    )
    def test_speaks_once_the_heartbeat_is_older_than_five_minutes(
        self, desk: Desk, zone: str, age: float | None, said: str
    ) -> None:
        desk.person(
            {
                "updateSpreadsheetProperties": {
                    "properties": {"timeZone": zone, "locale": "de_DE"},
                    "fields": "timeZone,locale",
                }
            }
        )
        desk.setup()
        if age is not None:
            self.beat(desk, age)
        text = str(desk.book.worksheet("Dialer").cell(desk.row("Running?") + 1, 2).value)
        assert text.startswith(said)
        if text.startswith("NOT"):
            beat = str(desk.book.worksheet("Dialer").cell(desk.row("Last pass") + 1, 2).value)
            assert beat.rsplit(maxsplit=1)[-1].startswith(text.rsplit(maxsplit=1)[-1])

    def test_waits_for_three_of_rare_passes(self, desk: Desk) -> None:
        desk.setup(every=600)
        self.beat(desk, 1500)
        alarm = desk.book.worksheet("Dialer").cell(desk.row("Running?") + 1, 2)
        assert alarm.value == "Running"
        assert desk.setup(every=15) == ["the alarm in row Running?"]
        alarm = desk.book.worksheet("Dialer").cell(desk.row("Running?") + 1, 2)
        assert str(alarm.value).startswith("NOT RUNNING since ")
        assert (alarm_after(15), alarm_after(600)) == (300, 1800)

    def test_lets_the_alarm_follow_the_configured_time_in_the_words_it_has(
        self, desk: Desk
    ) -> None:
        def alarm() -> str:
            place = f"B{desk.row('Running?') + 1}"
            sheet = desk.book.worksheet("Dialer")
            return str(sheet.acell(place, value_render_option="FORMULA").value)

        desk.setup(every=15)
        english = alarm()
        texts.use("urdu")
        assert desk.setup(every=15) == []
        assert desk.setup(every=600) == ["the alarm in row Running?"]
        assert alarm() == english.replace(">300/", ">1800/")
        assert desk.setup(every=600) == []

    def test_is_put_right_when_its_heartbeat_was_deleted(self, desk: Desk) -> None:
        desk.setup()
        control = desk.book.worksheet("Dialer")
        control.delete_rows(desk.row("Last pass") + 1)
        broken = control.acell(f"B{desk.row('Running?') + 1}", value_render_option="FORMULA")
        assert "#REF!" in str(broken.value)
        desk.setup()
        self.beat(desk, 10)
        assert control.cell(desk.row("Running?") + 1, 2).value == "Running"

    @staticmethod
    def beat(desk: Desk, age: float) -> None:
        """Writes the heartbeat of so many seconds ago as a number in the sheet's own time."""
        control = desk.book.worksheet("Dialer")
        control.update([["=NOW()"]], "Z300", raw=False)
        now = control.get("Z300", value_render_option="UNFORMATTED_VALUE")[0][0]
        control.update([[now - age / 86400]], f"B{desk.row('Last pass') + 1}", raw=True)
        control.batch_clear(["Z300"])


class TestTheDoNotCallTab:
    def test_has_peoples_column_and_the_dialers(self, desk: Desk) -> None:
        desk.setup()
        tab = desk.tab("Do Not Call")
        header = cells(tab)[0]
        assert [cell["formattedValue"] for cell in header] == ["Phone", *OWN_COLUMNS]
        assert all("note" in cell for cell in header)
        [protected] = tab["protectedRanges"]
        assert protected["warningOnly"]
        assert protected["range"]["startColumnIndex"] == 1

    def test_numbers_without_a_header_stay_where_they_are(self, desk: Desk) -> None:
        tab = desk.book.add_worksheet("Do Not Call", 50, 3)
        tab.update([["03001234567"], ["03001234568", "", "asked twice"]], "A1")
        desk.setup()
        assert tab.get_all_values() == [
            ["03001234567", "", "", *OWN_COLUMNS],
            ["03001234568", "", "asked twice", "", "", ""],
        ]


class TestCost:
    def test_at_most_five_requests_and_none_writes_the_second_time(self, desk: Desk) -> None:
        before = desk.requests()
        desk.setup(callback_column="Callback")
        assert desk.requests() - before <= 5
        before, writes = desk.requests(), desk.writes()
        assert desk.setup(callback_column="Callback") == []
        assert desk.requests() - before == 2
        assert desk.writes() == writes

    def test_two_at_the_same_moment_make_nothing_twice(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send = desk.connection.batch

        def overtaken(batch: list[Mapping[str, Any]], **options: Any) -> Resource:
            monkeypatch.setattr(desk.connection, "batch", send)
            desk.setup()
            return send(batch, **options)

        monkeypatch.setattr(desk.connection, "batch", overtaken)
        desk.setup()
        assert len(desk.tab("Calls")["filterViews"]) == len(VIEWS)
        assert desk.book.sheet1.row_values(1).count("Status") == 1
        assert desk.setup() == []

    def test_a_batch_that_comes_late_is_refused(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        late: list[Mapping[str, Any]] = []
        send = desk.connection.batch

        def lost(batch: list[Mapping[str, Any]], **_options: Any) -> Resource:
            late.extend(batch)
            raise SheetUnreachable("no answer")

        desk.setup()
        desk.person({"deleteDimension": {"range": columns_of(desk, desk.column("Status"))}})
        monkeypatch.setattr(desk.connection, "batch", lost)
        with pytest.raises(SheetUnreachable):
            desk.setup()
        monkeypatch.setattr(desk.connection, "batch", send)
        desk.setup()
        before = desk.all()
        with pytest.raises((SheetRefused, WriteRefused, TokenLost)):
            send(late)
        assert desk.all() == before

    def test_every_request_is_valid_against_googles_discovery_document(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent: list[Mapping[str, Any]] = []
        send = desk.connection.batch

        def noted(batch: list[Mapping[str, Any]], **options: Any) -> Resource:
            sent.extend(batch)
            return send(batch, **options)

        monkeypatch.setattr(desk.connection, "batch", noted)
        desk.setup(callback_column="Callback")
        desk.book.add_worksheet("More", 100, 5).update([["Phone"]], "A1")
        desk.setup("More", "more")
        desk.person({"deleteDimension": {"range": columns_of(desk, desk.column("Status"))}})
        desk.book.worksheet("Dialer").delete_rows(desk.row("Status: Busy") + 1)
        desk.setup()
        kinds = {kind for request in sent for kind in request}
        assert {"addChart", "updateChartSpec", "addFilterView", "createDeveloperMetadata"} <= kinds
        assert {"insertDimension", "appendDimension", "updateFilterView", "repeatCell"} & kinds
        for request in sent:
            plain = read("BatchUpdateSpreadsheetRequest", {"requests": [request]})
            assert plain == {"requests": [request]}

    @pytest.mark.parametrize("kind", ["503-applied", "reset-after"])
    def test_a_lost_answer_makes_nothing_twice(self, desk: Desk, kind: str) -> None:
        fault = {"service": "sheets", "kind": kind, "rate": 1, "count": 1, "path": ":batchUpdate"}
        desk.shop.sandbox.post("/_sandbox/faults", fault)
        with pytest.raises(SheetUnreachable):
            desk.setup()
        # Whatever was lost of what dialling needs was applied; the looks come with the next setup.
        added = desk.setup()
        assert "charts" in added
        assert not [each for each in added if each.startswith(("column", "tab", "Control"))]
        assert desk.setup() == []
        tab = desk.tab("Calls")
        assert len(tab["filterViews"]) == len(VIEWS)
        formulas = [str(rule["booleanRule"]["condition"]) for rule in tab["conditionalFormats"]]
        assert len(formulas) == len(set(formulas))
        assert len(desk.tab("Dialer")["charts"]) == 3


def test_the_command_makes_a_sheet_ready_in_five_requests(tmp_path: Path) -> None:
    sandbox = RunningSandbox(tmp_path)
    try:
        shop = Shop(sandbox)
        before = sandbox.get("/_sandbox/requests")["sheets"]["total"]
        done = shop.run("setup")
        assert done.returncode == 0
        assert sandbox.get("/_sandbox/requests")["sheets"]["total"] - before <= 5
    finally:
        sandbox.stop()
