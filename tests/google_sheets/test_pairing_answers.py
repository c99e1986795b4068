"""Google answers data filters sorted and merged: rows are paired with tabs by the filters."""

from __future__ import annotations

import itertools
from typing import Any

import gspread
import pytest

from sheets_dialer.google_sheets.spreadsheet import Spreadsheet, cells_of
from tests.support.dialing import Shop

TABS = ("Third", "First", "Second")


@pytest.fixture
def tabs(shop: Shop) -> dict[int, str]:
    """Three tabs, each of which holds its own title, by id; not in the order in which they were
    made."""
    book = shop.tab().spreadsheet
    made = {title: book.add_worksheet(title, 5, 5, index=0) for title in TABS}
    for title, tab in made.items():
        tab.update([[title]], "A1")
    return {tab.id: title for title, tab in made.items()}


def connection(shop: Shop) -> Spreadsheet:
    return Spreadsheet(shop.sandbox.dialer_client(), shop.sandbox.spreadsheet_id)


def first_cells(rows: dict[int, list[bytes]]) -> dict[int, Any]:
    return {sheet_id: cells_of(lines[0])[0] for sheet_id, lines in rows.items()}


def test_whatever_the_order_each_tab_gets_its_own_rows(shop: Shop, tabs: dict[int, str]) -> None:
    reading = connection(shop)
    for order in itertools.permutations(tabs):
        assert first_cells(reading.read_rows(order)) == tabs


def test_a_tab_that_is_asked_for_twice_is_answered_once_and_that_is_enough(
    shop: Shop, tabs: dict[int, str]
) -> None:
    twice = [*tabs, *tabs]
    assert first_cells(connection(shop).read_rows(twice)) == tabs


def test_a_tab_is_known_by_its_id_after_tabs_were_moved_and_renamed(
    shop: Shop, tabs: dict[int, str]
) -> None:
    reading = connection(shop)
    assert first_cells(reading.read_rows(list(tabs))) == tabs
    book: gspread.Spreadsheet = shop.tab().spreadsheet
    book.reorder_worksheets(list(reversed(book.worksheets())))
    book.worksheet("First").update_title("Renamed")
    assert first_cells(reading.read_rows(list(tabs))) == tabs
    assert reading.tab_titled("Renamed") is not None
