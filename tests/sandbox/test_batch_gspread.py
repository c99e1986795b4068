"""gspread's own calls that change tabs, rows, columns, names and protections, unmodified."""

from __future__ import annotations

from typing import Any

import gspread
import pytest

from tests.support.running import RunningSandbox


@pytest.fixture
def book(sandbox: RunningSandbox) -> Any:
    """A spreadsheet of the test's own, opened by the dialer's account."""
    client = sandbox.dialer_client()
    book = client.create("Batches")
    yield book
    client.del_spreadsheet(book.id)


def test_tabs_are_added_ordered_renamed_duplicated_and_deleted(book: Any) -> None:
    first = book.sheet1
    second = book.add_worksheet("Second", rows=5, cols=4)
    third = book.add_worksheet("Third", rows=5, cols=4, index=0)
    assert [tab.title for tab in book.worksheets()] == ["Third", "Sheet1", "Second"]
    book.reorder_worksheets([second, third, first])
    assert [tab.title for tab in book.worksheets()] == ["Second", "Third", "Sheet1"]
    second.update_title("Renamed")
    copy = second.duplicate(new_sheet_name="Copy", insert_sheet_index=3)
    assert copy.index == 3
    book.del_worksheet(third)
    assert [tab.title for tab in book.worksheets()] == ["Renamed", "Sheet1", "Copy"]
    with pytest.raises(gspread.exceptions.APIError, match="already exists"):
        book.add_worksheet("copy", rows=1, cols=1)


def test_rows_and_columns_come_and_go(book: Any) -> None:
    tab = book.sheet1
    tab.update([["a", "b"], ["c", "d"]], "A1")
    tab.insert_rows([["x", "y"]], row=2)
    tab.insert_cols([["1", "2", "3"]], col=1)
    assert tab.get_all_values() == [["1", "a", "b"], ["2", "x", "y"], ["3", "c", "d"]]
    tab.delete_rows(1, 2)
    tab.delete_columns(2)
    assert tab.get_all_values() == [["3", "d"]]
    tab.resize(rows=1, cols=1)
    assert book.sheet1.row_count == 1
    tab.add_rows(2)
    with pytest.raises(gspread.exceptions.APIError, match="You can't delete all the rows"):
        tab.delete_rows(1, 3)


def test_how_a_tab_looks(book: Any) -> None:
    tab = book.sheet1
    tab.freeze(rows=1, cols=2)
    tab.hide_gridlines()
    tab.update_tab_color("#33CC66")
    again = book.sheet1
    assert (again.frozen_row_count, again.frozen_col_count) == (1, 2)
    assert again.is_gridlines_hidden
    assert again.get_tab_color() == "#33CC66"
    tab.clear_tab_color()
    tab.show_gridlines()
    tab.freeze(rows=0, cols=0)
    again = book.sheet1
    assert again.get_tab_color() is None
    assert not again.is_gridlines_hidden
    tab.hide_rows(0, 2)
    tab.unhide_rows(0, 2)
    tab.hide_columns(0, 1)
    tab.columns_auto_resize(0, 2)


def test_names_and_protections(book: Any) -> None:
    tab = book.sheet1
    reply = tab.define_named_range("A1:B2", "Here")
    name_id = reply["replies"][0]["addNamedRange"]["namedRange"]["namedRangeId"]
    with pytest.raises(gspread.exceptions.APIError, match="with that name already exists"):
        tab.define_named_range("A1", "Here")
    tab.insert_rows([[]], row=1)
    (named,) = book.list_named_ranges()
    assert named["range"]["startRowIndex"] == 1
    tab.delete_named_range(name_id)
    with pytest.raises(gspread.exceptions.APIError, match="deleteNamedRange"):
        tab.delete_named_range(name_id)
    tab.add_protected_range("C1:C5", warning_only=True)
    (protected,) = book.list_protected_ranges(tab.id)
    tab.delete_protected_range(protected["protectedRangeId"])
    assert book.list_protected_ranges(tab.id) == []


def test_the_spreadsheet_itself(book: Any) -> None:
    book.update_title("New title")
    book.update_locale("en_GB")
    book.update_timezone("Asia/Karachi")
    assert (book.title, book.locale, book.timezone) == ("New title", "en_GB", "Asia/Karachi")
    with pytest.raises(gspread.exceptions.APIError):
        book.update_locale("garbage")
