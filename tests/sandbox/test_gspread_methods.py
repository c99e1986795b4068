"""The methods of gspread that the other tests don't call: what a person of few words would use."""

from __future__ import annotations

from collections.abc import Iterator

import gspread
import pytest
from gspread.exceptions import APIError, SpreadsheetNotFound, WorksheetNotFound
from gspread.utils import Dimension, MergeType, TableDirection, ValueRenderOption

from tests.support.running import RunningSandbox

CITIES = [["City", "Orders"], ["Lahore", 3], ["Multan", 5], ["Quetta", 1]]


@pytest.fixture
def client(sandbox: RunningSandbox) -> gspread.Client:
    return sandbox.person_client()


@pytest.fixture
def book(client: gspread.Client) -> Iterator[gspread.Spreadsheet]:
    """A spreadsheet of the person's with a short list on its first tab."""
    made = client.create("Cities")
    made.sheet1.update(CITIES, "A1")
    yield made
    client.del_spreadsheet(made.id)


@pytest.fixture
def tab(book: gspread.Spreadsheet) -> gspread.Worksheet:
    return book.sheet1


class TestReading:
    def test_finds_cells(self, tab: gspread.Worksheet) -> None:
        found = tab.find("Multan")
        assert found is not None
        assert found.address == "A3"
        assert tab.find("Multan", in_row=2) is None
        assert [cell.value for cell in tab.get_all_cells()][:3] == ["City", "Orders", ""]

    def test_expands_from_a_cell(self, tab: gspread.Worksheet) -> None:
        shown = [[str(cell) for cell in row] for row in CITIES]
        assert tab.expand("A1") == shown
        assert tab.expand("B2", direction=TableDirection.down) == [["3"], ["5"], ["1"]]
        assert tab.get_values("B2:B4", value_render_option=ValueRenderOption.unformatted) == [
            [3],
            [5],
            [1],
        ]

    def test_reads_and_writes_values_by_the_spreadsheet(self, book: gspread.Spreadsheet) -> None:
        raw = {"valueInputOption": "RAW"}
        book.values_update("Sheet1!A5", raw, {"values": [["Sibi", None, "x"]]})
        book.values_append("Sheet1!A1", raw, {"values": [["Swat"]]})
        several = [{"range": "Sheet1!D1", "values": [["=1"]]}]
        book.values_batch_update({**raw, "data": several})
        answer = book.values_batch_get(["Sheet1!A5:C6", "Sheet1!D1"])
        assert [one["values"] for one in answer["valueRanges"]] == [
            [["Sibi", "", "x"], ["Swat"]],
            [["=1"]],
        ]
        book.values_clear("Sheet1!D1")
        answer = book.values_batch_clear(body={"ranges": ["Sheet1!A5:C5", "Sheet1!A6"]})
        assert answer["clearedRanges"] == ["Sheet1!A5:C5", "Sheet1!A6"]
        assert book.sheet1.get_all_values() == [[str(cell) for cell in row] for row in CITIES]

    def test_reads_a_named_range(self, book: gspread.Spreadsheet, tab: gspread.Worksheet) -> None:
        tab.define_named_range("A2:A4", "Places")
        assert [cell.value for cell in book.named_range("Places")] == ["Lahore", "Multan", "Quetta"]


class TestNotes:
    def test_are_written_read_and_cleared(self, tab: gspread.Worksheet) -> None:
        tab.insert_notes({"A2": "a", "B3": "b"})
        tab.update_note("A2", "c")
        assert (tab.get_note("A2"), tab.get_notes()) == ("c", [[], ["c"], ["", "b"]])
        tab.update_notes({"B3": "d"})
        tab.clear_note("A2")
        assert tab.get_notes(grid_range="A2:B3") == [[], ["", "d"]]
        tab.clear_notes(["B3"])
        assert tab.get_notes() == [[]]


class TestLayout:
    def test_lines_are_put_in_and_taken_out(self, tab: gspread.Worksheet) -> None:
        tab.insert_row(["Gwadar", 2], 2)
        tab.delete_dimension(Dimension.rows, 3, 4)
        assert tab.col_values(1) == ["City", "Gwadar", "Quetta"]
        tab.add_cols(2)
        tab.rows_auto_resize(0, 2)
        assert tab.col_count == tab.column_count == 28

    def test_columns_are_hidden_grouped_and_shown(self, tab: gspread.Worksheet) -> None:
        tab.hide_columns(0, 1)
        tab.unhide_columns(0, 1)
        tab.add_dimension_group_columns(0, 2)
        tab.delete_dimension_group_columns(0, 2)
        assert tab.list_dimension_group_columns() == []

    def test_looks_and_merges_go_in_batches(
        self, book: gspread.Spreadsheet, tab: gspread.Worksheet
    ) -> None:
        tab.batch_format([{"range": "A1:B1", "format": {"textFormat": {"bold": True}}}])
        tab.batch_merge([{"range": "D1:E2"}, {"range": "D3:E4", "mergeType": MergeType.merge_rows}])
        (sheet,) = book.fetch_sheet_metadata()["sheets"]
        assert len(sheet["merges"]) == 3
        values = tab.get_values("D1:E2", combine_merged_cells=True, maintain_size=True)
        assert values == [["", ""], ["", ""]]

    def test_a_tabs_colour_comes_and_goes(self, tab: gspread.Worksheet) -> None:
        tab.update_tab_color("#FF007F")
        assert tab.tab_color == tab.get_tab_color() == "#FF007F"
        tab.clear_tab_color()
        assert (tab.tab_color, tab.get_tab_color()) == (None, None)


class TestTabs:
    def test_are_copied_moved_hidden_and_deleted(
        self, book: gspread.Spreadsheet, tab: gspread.Worksheet
    ) -> None:
        copy = book.duplicate_sheet(tab.id, insert_sheet_index=1, new_sheet_name="Copy")
        assert copy.get_all_values() == tab.get_all_values()
        copy.update_index(0)
        assert book.get_worksheet(0).title == "Copy"
        copy.hide()
        assert (copy.isSheetHidden, len(book.worksheets(exclude_hidden=True))) == (True, 1)
        copy.show()
        assert not book.worksheet("Copy").isSheetHidden
        book.del_worksheet_by_id(copy.id)
        with pytest.raises(WorksheetNotFound):
            book.get_worksheet(1)

    def test_go_to_another_spreadsheet(
        self, client: gspread.Client, tab: gspread.Worksheet
    ) -> None:
        other = client.create("Other")
        made = tab.copy_to(other.id)
        assert (made["title"], made["index"]) == ("Copy of Sheet1", 1)
        assert other.worksheet("Copy of Sheet1").get_all_values() == tab.get_all_values()
        with pytest.raises(APIError, match="Requested entity was not found"):
            tab.copy_to("nowhere")
        client.del_spreadsheet(other.id)


class TestFiles:
    def test_are_found_by_name_and_folder(
        self, client: gspread.Client, book: gspread.Spreadsheet
    ) -> None:
        copy = client.copy(book.id, title="Cities, again", folder_id="folder")
        assert [each.id for each in client.openall("Cities, again")] == [copy.id]
        assert client.open("Cities, again", folder_id="folder").id == copy.id
        assert copy.sheet1.get_all_values() == book.sheet1.get_all_values()
        client.del_spreadsheet(copy.id)
        with pytest.raises(SpreadsheetNotFound):
            client.open("Cities, again")

    def test_tell_their_times(self, client: gspread.Client, book: gspread.Spreadsheet) -> None:
        told = client.get_file_drive_metadata(book.id)
        assert (told["name"], book.creationTime) == ("Cities", told["createdTime"])
        book.sheet1.update_acell("A9", "later")
        assert book.get_lastUpdateTime() >= told["modifiedTime"]
        book.update_drive_metadata()

    def test_keep_who_may_see_them(self, client: gspread.Client, book: gspread.Spreadsheet) -> None:
        answer = client.insert_permission(book.id, "one@example.com", "user", "reader")
        book.share("two@example.com", perm_type="user", role="writer", notify=False)
        roles = {each["emailAddress"]: each["role"] for each in book.list_permissions()}
        assert (roles["one@example.com"], roles["two@example.com"]) == ("reader", "writer")
        client.remove_permission(book.id, answer.json()["id"])
        book.remove_permissions("two@example.com", role="any")
        assert len(client.list_permissions(book.id)) == 1

    def test_with_an_owner_are_not_copied_with_their_permissions(
        self, client: gspread.Client, book: gspread.Spreadsheet
    ) -> None:
        with pytest.raises(APIError, match="transferOwnership parameter must be enabled") as no:
            client.copy(book.id, title="Left over", copy_permissions=True)
        assert no.value.code == 403
        client.del_spreadsheet(client.open("Left over").id)

    def test_change_hands(
        self, sandbox: RunningSandbox, client: gspread.Client, book: gspread.Spreadsheet
    ) -> None:
        heir = sandbox.credentials().service_account_email
        given = client.insert_permission(book.id, heir, "user", "writer", notify=False).json()
        book.transfer_ownership(given["id"])
        taken = sandbox.dialer_client().open_by_key(book.id)
        taken.accept_ownership(given["id"])
        roles = {each["emailAddress"]: each["role"] for each in taken.list_permissions()}
        assert roles[heir] == "owner"
        (person,) = (each for each in taken.list_permissions() if each["role"] == "writer")
        taken.transfer_ownership(person["id"])
        book.accept_ownership(person["id"])

    def test_are_not_exported_or_imported_here(
        self, client: gspread.Client, book: gspread.Spreadsheet
    ) -> None:
        with pytest.raises(APIError, match="Export is not emulated by this sandbox"):
            book.export()
        with pytest.raises(APIError, match="is not emulated by this sandbox"):
            client.import_csv(book.id, "a,b")
