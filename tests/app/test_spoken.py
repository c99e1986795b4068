"""Customers hear what the cells show, over HTTP: the portal's own list of calls is the judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets_dialer.domain.content import Content
from sheets_dialer.tabs.cell_errors import is_error
from sheets_dialer.tabs.queue_columns import find_columns
from sheets_dialer.tabs.queue_rows import read_row
from sheets_dialer.tabs.spoken_cells import Shown, spoken_content
from tests.support.dialing import Shop

HEADER = ["Phone", "Amount", "Store", "Order ID", "Text3"]
FORMATS: Mapping[str, tuple[str, str]] = {
    "date": ("DATE", "yyyy-mm-dd"),
    "day": ("DATE", "d mmmm"),
    "time": ("TIME", "hh:mm"),
    "percent": ("PERCENT", "0%"),
    "thousands": ("NUMBER", "#,##0"),
    "rupees": ("CURRENCY", '"Rs "#,##0.00'),
    "plain": ("NUMBER", "0"),
    "paisas": ("NUMBER", "#,##0.00"),
    "account": ("CURRENCY", '"Rs"* #,##0'),
    "words": ("NUMBER", '#,##0" only"'),
    "padded": ("NUMBER", "00000"),
    "powers": ("SCIENTIFIC", "0.00E+00"),
    "fraction": ("NUMBER", "# ?/?"),
    "afternoon": ("TIME", "h:mm AM/PM"),
    "moment": ("DATE_TIME", "d mmm yyyy hh:mm"),
    "shares": ("PERCENT", "0.00%"),
    "thousand": ("NUMBER", '0.0,"k"'),
    "minus": ("NUMBER", "#,##0;(#,##0)"),
    "dollars": ("CURRENCY", '"$"#,##0.00'),
}


@pytest.fixture
def orders(shop: Shop) -> Shop:
    """A shop whose tab has the columns of an order, ready to call."""
    shop.takes_orders(HEADER)
    return shop


def show(shop: Shop, cells: str, looks: str) -> None:
    """Formats cells as people do."""
    kind, pattern = FORMATS[looks]
    shop.tab().format(cells, {"numberFormat": {"type": kind, "pattern": pattern}})


def run(shop: Shop) -> None:
    done = shop.run("start", "--until-done")
    assert done.returncode == 0, done.stdout + done.stderr


def heard(shop: Shop) -> list[tuple[str, ...]]:
    """What each call said, in the order of their numbers: amount, store, order, text3."""
    calls: Sequence[Mapping[str, Any]] = sorted(shop.calls(), key=lambda each: each["caller_id"])
    return [
        tuple(str(call[name] or "") for name in ("amount", "text1", "text2", "text3"))
        for call in calls
    ]


def test_what_is_displayed_is_what_is_said(orders: Shop) -> None:
    orders.paste(
        [
            ["03000000001", "=1169.1*3", "2026-12-05", "=0.1", "14:30"],
            ["03000000002", "Rs 1,500", "=DATE(2026,12,5)", "A 2", "=1/3"],
            ["03000000003", "1500.50", "Shop", "1234567", "1.50"],
            ["03000000004", "PKR 2,450/-", "Shop", "007", "'0042"],
        ]
    )
    show(orders, "B2", "thousands")
    show(orders, "C2", "date")
    show(orders, "D2", "percent")
    show(orders, "E2", "time")
    show(orders, "C3", "day")
    show(orders, "E3", "percent")
    show(orders, "D4", "thousands")
    run(orders)
    assert heard(orders) == [
        ("3507", "2026-12-05", "10%", "14:30"),
        ("1500", "5 December", "A 2", "33%"),
        ("1500.5", "Shop", "1,234,567", "1.5"),
        ("2450", "Shop", "7", "0042"),
    ]


DISPLAYED = [
    # (cell, looks, what is said), of a text and of an amount; None where the row is held.
    ("C", "46361", "date", "2026-12-05"),
    ("C", "46361", "day", "5 December"),
    ("C", "46361.604166667", "moment", "5 Dec 2026 14:30"),
    ("C", "0.604166667", "time", "14:30"),
    ("C", "0.604166667", "afternoon", "2:30 PM"),
    ("C", "0.125", "percent", "13%"),
    ("C", "0.125", "shares", "12.50%"),
    ("C", "=1/2", "fraction", "1/2"),
    ("C", "=1169.1*3", "thousands", "3,507"),
    ("C", "7", "padded", "00007"),
    ("C", "1500", "rupees", "Rs 1,500.00"),
    ("C", "1234567", "powers", "1234567"),
    ("D", "42", "padded", "00042"),
    ("D", "1234567", "thousands", "1,234,567"),
    ("B", "=1169.1*3", "thousands", "3507"),
    ("B", "=4500/3", "paisas", "1500"),
    ("B", "1500.5", "paisas", "1500.50"),
    ("B", "1500", "rupees", "1500"),
    ("B", "150000", "account", "150000"),
    ("B", "1500", "words", "1500"),
    ("B", "1500", "padded", "1500"),
    ("B", "1500", "powers", "1500"),
    ("B", "46361", "date", None),
    ("B", "0.5", "time", None),
    ("B", "=1/3", "percent", None),
    ("B", "1500", "thousand", None),
    ("B", "-1500", "plain", None),
    ("B", "-1500", "minus", None),
    ("B", "15", "dollars", None),
    ("B", "=10/3", "fraction", None),
]


def test_every_format_is_said_as_it_is_shown_or_its_row_is_held(orders: Shop) -> None:
    rows = [
        [f"0300{row:03d}0001", "10", "Shop", f"A{row}", ""] for row in range(2, len(DISPLAYED) + 2)
    ]
    for cells, (column, cell, _, _) in zip(rows, DISPLAYED, strict=True):
        cells["ABCDE".index(column)] = cell
    orders.control("PAUSE")
    orders.paste(rows)
    for row, (column, _, looks, _) in enumerate(DISPLAYED, start=2):
        show(orders, f"{column}{row}", looks)
    orders.control("RUN")
    run(orders)
    calls = {str(call["caller_id"]): call for call in orders.calls()}
    told = orders.rows()
    named = {"B": "amount", "C": "text1", "D": "text2"}
    for cells, row, (column, cell, looks, said) in zip(rows, told, DISPLAYED, strict=True):
        call = calls.get(f"92{cells[0][1:]}")
        what = f"{cell} as {looks}"
        if said is None:
            assert call is None, what
            assert row["Status"] == "Not called", what
            assert "Amount shows" in row["Why"], what
        else:
            assert call is not None, (what, row["Why"])
            assert str(call[named[column]]) == said, what


def test_another_format_makes_no_row_new(orders: Shop) -> None:
    orders.paste([["03000000001", "1500", "2026-12-05", "A1", ""]])
    show(orders, "C2", "date")
    run(orders)
    show(orders, "C2", "day")
    show(orders, "B2", "rupees")
    run(orders)
    assert heard(orders) == [("1500", "2026-12-05", "A1", "0")]


def test_two_rows_that_show_the_same_are_one_call(orders: Shop) -> None:
    orders.paste(
        [
            ["03000000001", "1500", "2026-12-05", "A1", ""],
            ["03000000001", "1500", "'2026-12-05", "A1", ""],
        ]
    )
    show(orders, "C2", "date")
    run(orders)
    assert heard(orders) == [("1500", "2026-12-05", "A1", "0")]
    held = [row for row in orders.rows() if row["Status"] == "Not called"]
    assert len(held) == 1
    assert "The same call was placed" in held[0]["Why"]


@pytest.mark.parametrize(("cell", "looks"), [("46361", "date"), ("=0.25", "percent")])
def test_an_amount_that_shows_no_amount_holds_its_row_until_a_person_says_so(
    orders: Shop, cell: str, looks: str
) -> None:
    orders.paste([["03000000001", cell, "Shop", "A1", ""]])
    show(orders, "B2", looks)
    run(orders)
    (row,) = orders.rows()
    assert orders.calls() == []
    assert row["Status"] == "Not called"
    assert "Amount shows" in row["Why"]
    assert "then choose Call again" in row["Why"]
    show(orders, "B2", "plain")
    orders.tab().update_cell(2, orders.tab().row_values(1).index("Status") + 1, "Call again")
    run(orders)
    assert len(orders.calls()) == 1


def test_a_corrected_amount_is_called_by_itself(orders: Shop) -> None:
    orders.paste([["03000000001", "46361", "Shop", "A1", ""]])
    show(orders, "B2", "date")
    run(orders)
    assert orders.calls() == []
    show(orders, "B2", "plain")
    orders.tab().update_acell("B2", 1500)
    run(orders)
    assert heard(orders) == [("1500", "Shop", "A1", "0")]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("Amount", "=1/0", "#DIV/0!"),
        ("Store", "Loading...", "Loading..."),
        ("Order ID", "#REF!", "#REF!"),
        ("Text3", "#N/A", "#N/A"),
    ],
)
def test_an_error_is_never_said_and_its_cell_is_named(
    orders: Shop, column: str, cell: str, code: str
) -> None:
    cells = dict(zip(HEADER, ["03000000001", "1500", "Shop", "A1", "x"], strict=True))
    orders.paste([list((cells | {column: cell}).values())])
    run(orders)
    (row,) = orders.rows()
    assert orders.calls() == []
    place = "ABCDE"[HEADER.index(column)]
    assert row["Why"].startswith(f"Cell {place}2 shows {code}"), row["Why"]
    orders.paste([[cells[title] for title in HEADER]])
    run(orders)
    assert len(orders.calls()) == 1


ERRORS = st.sampled_from(
    [
        *("#DIV/0!", "#N/A", "#REF!", "#NAME?", "#VALUE!", "#NUM!", "#NULL!", "#ERROR!"),
        "#DIV/0! (Function DIVIDE parameter 2 cannot be zero.)",
        "#N/A (Did not find value 'X' in VLOOKUP evaluation.)",
        "#REF! (Reference does not exist.)",
        *("Loading...", "Loading…", " #REF!", "#n/a"),
    ]
)
VALUES = st.one_of(
    ERRORS,
    st.text(max_size=12),
    st.integers(-10, 10**7),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.sampled_from(["", "1,500", "Rs 20", "Karachi Mart", "A-1"]),
)
SPOKEN = ("Amount", "Store", "Order ID", "Text3", "Key1", "Voice ID")


def test_never_is_an_error_value_said(full: bool) -> None:
    @settings(max_examples=20_000 if full else 500)
    @given(st.lists(VALUES, min_size=len(SPOKEN), max_size=len(SPOKEN)))
    def search(values: list[object]) -> None:
        columns = find_columns(["Phone", *SPOKEN], {})
        row = read_row(1, ["03001234567", *values], columns.places, "102")
        assert row is not None
        wrong = [value for value in values if is_error(value)]
        assert bool(wrong) <= (row.problem is not None)
        # Between the read and the mark any cell may turn into an error.
        names = [name for name in columns.places if name != "phone"]
        cells = {
            name: Shown(value, str(value), is_error(value))
            for name, value in zip(names, values, strict=True)
        }
        said = spoken_content(Content("923001234567", "102"), str(values[2]), cells)
        assert not wrong or said is None

    search()


def test_a_formula_that_loads_for_a_moment_keeps_its_row_in_the_queue(orders: Shop) -> None:
    orders.control("PAUSE")
    orders.paste([["03000000001", "1500", "Shop", "A1", "x"]])
    assert orders.run("once", "--for", "2").returncode == 0
    ref = orders.rows()[0].get("Ref", "")
    orders.tab().update_acell("C2", "Loading...")
    assert orders.run("once", "--for", "2").returncode == 0
    orders.tab().update_acell("C2", "Shop")
    assert orders.run("once", "--for", "2").returncode == 0
    assert (orders.rows()[0].get("Ref", ""), orders.rows()[0]["Status"]) == (ref, "Queued")
    orders.control("RUN")
    run(orders)
    assert len(orders.calls()) == 1
