"""Cells that fetch from elsewhere: `Loading...` first, then what they fetched."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import gspread
import pytest

from tests.support.running import RunningSandbox

LONG = 600.0


@pytest.fixture
def book(sandbox: RunningSandbox) -> Iterator[gspread.Spreadsheet]:
    """The sandbox's spreadsheet; nothing is loading afterwards."""
    yield sandbox.person_client().open_by_key(sandbox.spreadsheet_id)
    sandbox.post("/_sandbox/loading", {"seconds": 0})


def read(book: gspread.Spreadsheet, cell: str, option: str = "UNFORMATTED_VALUE") -> Any:
    answer = book.values_get(f"Calls!{cell}", {"valueRenderOption": option})
    return answer["values"][0][0]


def type_in(book: gspread.Spreadsheet, cell: str, text: str) -> None:
    book.sheet1.update([[text]], cell, raw=False)


FETCHING = [
    ('=IMPORTDATA("https://example.com/a.csv")', "Could not fetch url: https://example.com/a.csv"),
    ('=IMPORTXML("https://example.com/","//a")', "Could not fetch url: https://example.com/"),
    (
        '=GOOGLEFINANCE("CURRENCY:USDPKR")',
        "When evaluating GOOGLEFINANCE, the query for the symbol: 'CURRENCY:USDPKR' "
        "returned no data.",
    ),
]


@pytest.mark.parametrize(("formula", "message"), FETCHING)
def test_a_fetching_formula_loads_and_then_ends(
    sandbox: RunningSandbox, book: gspread.Spreadsheet, formula: str, message: str
) -> None:
    sandbox.post("/_sandbox/loading", {"seconds": LONG})
    type_in(book, "H5", formula)
    type_in(book, "I5", '="Owes "&H5')
    for cell in ("H5", "I5"):
        assert read(book, cell) == "Loading..."
        assert read(book, cell, "FORMATTED_VALUE") == "Loading..."
        (tab,) = book.fetch_sheet_metadata({"ranges": f"Calls!{cell}", "includeGridData": "true"})[
            "sheets"
        ]
        shown = tab["data"][0]["rowData"][0]["values"][0]
        assert shown["effectiveValue"]["errorValue"]["type"] == "LOADING"
        assert shown["formattedValue"] == "Loading..."
    sandbox.post("/_sandbox/loading", {"seconds": 0})
    assert read(book, "H5") == f"#N/A ({message})"
    assert read(book, "I5", "FORMATTED_VALUE") == "#N/A"


@pytest.mark.parametrize("formula", ['=IFERROR({},"none")', "=ISERROR({})", '=IFNA({},"none")'])
def test_nothing_can_be_said_of_what_is_loading(
    sandbox: RunningSandbox, book: gspread.Spreadsheet, formula: str
) -> None:
    sandbox.post("/_sandbox/loading", {"seconds": LONG})
    type_in(book, "H5", formula.format('IMPORTDATA("https://example.com/b.csv")'))
    assert read(book, "H5") == "Loading..."


def test_the_time_counts_from_the_order_or_from_when_the_formula_was_entered(
    sandbox: RunningSandbox, book: gspread.Spreadsheet
) -> None:
    type_in(book, "H6", '=IMPORTDATA("https://example.com/old.csv")')
    assert str(read(book, "H6")).startswith("#N/A")
    sandbox.post("/_sandbox/loading", {"seconds": LONG})
    assert sandbox.get("/_sandbox/loading") == {"seconds": LONG}
    assert read(book, "H6") == "Loading..."
    sandbox.post("/_sandbox/clock", {"offset": LONG})
    type_in(book, "H7", '=IMPORTDATA("https://example.com/new.csv")')
    assert str(read(book, "H6")).startswith("#N/A")
    assert read(book, "H7") == "Loading..."
    sandbox.post("/_sandbox/clock", {"offset": 2 * LONG})
    assert str(read(book, "H7")).startswith("#N/A")


def test_other_writes_and_other_tabs_dont_make_it_load_again(
    sandbox: RunningSandbox, book: gspread.Spreadsheet
) -> None:
    sandbox.post("/_sandbox/loading", {"seconds": 1.0})
    type_in(book, "H8", '=IMPORTDATA("https://example.com/c.csv")')
    end = time.monotonic() + 30
    while read(book, "H8") == "Loading...":
        type_in(book, "A8", str(time.monotonic()))
        assert time.monotonic() < end
    type_in(book, "A8", "again")
    assert str(read(book, "H8")).startswith("#N/A")


def test_importrange_gives_a_cell_of_another_spreadsheet_of_the_owner(
    sandbox: RunningSandbox,
) -> None:
    client = sandbox.person_client()
    source, target = client.create("Source"), client.create("Target")
    private = sandbox.dialer_client().create("Private")
    source.sheet1.update([["x", "=1+1"]], "A1", raw=False)
    for address in (source.id, source.url):
        target.sheet1.update([[f'=IMPORTRANGE("{address}","Sheet1!B1:C9")']], "A1", raw=False)
        sandbox.post("/_sandbox/loading", {"seconds": LONG})
        assert target.sheet1.acell("A1").value == "Loading..."
        sandbox.post("/_sandbox/loading", {"seconds": 0})
        assert target.sheet1.acell("A1").value == "2"
    for formula in (
        '=IMPORTRANGE("nowhere","A1")',
        f'=IMPORTRANGE("{source.id}","Gone!A1")',
        f'=IMPORTRANGE("{source.id}","A5000")',
        f'=IMPORTRANGE("{target.id}","A1")',
        f'=IMPORTRANGE("{private.id}","A1")',
    ):
        target.sheet1.update([[formula]], "A2", raw=False)
        assert target.sheet1.acell("A2").value == "#REF!", formula
    source.sheet1.update([[f'=IMPORTRANGE("{target.id}","A3")']], "B1", raw=False)
    target.sheet1.update([[f'=IMPORTRANGE("{source.id}","B1")']], "A3", raw=False)
    assert target.sheet1.acell("A3").value == "#REF!"


@pytest.mark.parametrize("order", [{"seconds": -1}, {"seconds": "1"}, {"second": 1}, {}])
def test_a_senseless_order_is_refused(sandbox: RunningSandbox, order: dict[str, Any]) -> None:
    answer = sandbox.session().post(f"{sandbox.url}/_sandbox/loading", json=order, timeout=30)
    assert answer.status_code == 400
    assert "error" in answer.json()
