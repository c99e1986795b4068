"""What real lists hold, tried over HTTP: the same order pasted in other letters, feeds that move
people's columns, texts that change by themselves, rows typed cell by cell."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from tests.support.dialing import Shop, eventually

HEADER = ["Phone", "Amount", "Store", "Order ID"]


@pytest.fixture
def orders(shop: Shop) -> Shop:
    """A shop whose tab has the columns of an order, ready to call."""
    shop.takes_orders(HEADER)
    return shop


@contextmanager
def dialing(shop: Shop) -> Iterator[None]:
    with shop.running("start"):
        yield


def test_the_same_orders_pasted_in_other_letters_ring_nobody_again(orders: Shop) -> None:
    first = [
        ["0300 0000001", "1500", "Karachi Mart", "A1"],
        ["0300 0000002", "1500.00", "Karachi Mart", "A2"],
        ["0300 0000003", "", "Karachi Mart", "A7"],
    ]
    again = [
        ["03000000001", "1,500", "Karachi Mart", "A1"],
        ["03000000002", "1500", "Karachi  Mart", "A2"],
        ["03000000003", "0", "Karachi Mart", "A7"],
    ]
    orders.paste(first)
    assert orders.run("start", "--until-done").returncode == 0
    orders.paste(again, "A5")
    assert orders.run("start", "--until-done").returncode == 0
    assert sorted(orders.called_numbers()) == [f"92300000000{n}" for n in (1, 2, 3)]
    for row in orders.rows()[3:]:
        assert row["Status"] == "Not called"
        assert "The same call was placed" in row["Why"]


# (amount, store, order) as it was called, and as it is pasted once more.
TYPED_OTHERWISE = (
    (("1500", "Karachi Mart", "A1"), ("Rs. 1,500/-", "karachi mart", "a1")),
    (("1500", "Karachi Mart", "A2"), ("COD: 1500", "Karachi\u00a0Mart", " A2 ")),
    (("150000", "Karachi Mart", "A3"), ("1,50,000", "Karachi\tMart", "\u200eA3")),
    (("1500", "Karachi Mart", "A4"), ("۱٬۵۰۰ روپے", "KARACHI MART", "Ａ４")),
    (("", "Karachi Mart", "A5"), ("0.00", "\u202bKarachi Mart\u202c", "A5\u200b")),
    (("0", "كراچي مارت", "A6"), ("", "کراچی مارت", "A6")),
    (("1500", "Ali’s", "A–7"), ("PKR 1500.00", "Ali's", "A-7")),
    (("1500", "", "1008"), ("1500 only", "0", "1,008")),
    (("1500.50", "مُحمّد", "009"), ("Rs.1,500.5", "محمد", "9")),
    (("1500", "Café", ""), ("1500/=", "Cafe\u0301", "0")),
    (("1500", "Karachi Mart", "A11"), ("'1500", "'Karachi Mart", "'A11")),
    (("1500", "Karachi Mart", "A12"), ("=3000/2", '="Karachi"&" Mart"', '="A"&12')),
)


# Half of them at a time: of ten rows those that leave a blank beside the others would be held.
@pytest.mark.parametrize("typed", [TYPED_OTHERWISE[:6], TYPED_OTHERWISE[6:]])
def test_what_is_typed_otherwise_in_any_way_is_the_same_call(
    orders: Shop, typed: Sequence[tuple[tuple[str, ...], tuple[str, ...]]]
) -> None:
    numbers = [f"0300{at:03d}0001" for at in range(1, len(typed) + 1)]
    pairs = list(zip(numbers, typed, strict=True))
    orders.paste([[number, *first] for number, (first, _) in pairs])
    assert orders.run("start", "--until-done").returncode == 0
    again = [[f"+92 {number[1:4]}-{number[4:]}", *other] for number, (_, other) in pairs]
    orders.paste([[f"'{cells[0]}", *cells[1:]] for cells in again], f"A{len(pairs) + 2}")
    assert orders.run("start", "--until-done").returncode == 0
    assert sorted(orders.called_numbers()) == [f"92{number[1:]}" for number in numbers]
    for row in orders.rows()[len(pairs) :]:
        assert row["Status"] == "Not called", row
        assert "The same call was placed" in row["Why"], row


def test_a_feed_that_fails_for_a_while_and_comes_back_sorted_calls_nobody_again(
    orders: Shop,
) -> None:
    source = random.Random(15)
    feed = [order(source, n) for n in range(6)]
    orders.paste(feed)
    with dialing(orders):
        eventually(lambda: len(settled(orders)) == len(feed), seconds=60)
        for broken in ("#REF!", "Loading...", "#N/A", ""):
            orders.paste([[broken, "", "", ""], *[[""] * 4] * (len(feed) - 1)])
            time.sleep(1.5)
        feed = [order(source, 6), *reversed(feed)]
        orders.paste(feed)
        eventually(lambda: len(settled(orders)) == len(feed), seconds=60)
    judge(orders, feed)


def test_a_feed_of_two_orders_of_each_customer_keeps_them_apart(orders: Shop) -> None:
    source = random.Random(16)
    feed = [order(source, n) for n in range(3)]
    feed += [[cells[0], "77", "Shop", f"{cells[3]}-2"] for cells in feed]
    orders.paste(feed)
    with dialing(orders):
        eventually(lambda: len(settled(orders)) == len(feed), seconds=90)
        source.shuffle(feed)
        feed.insert(0, order(source, 7))
        orders.paste(feed)
        eventually(lambda: len(settled(orders)) == len(feed), seconds=60)
    by_id = {str(call["call_id"]): call for call in orders.calls()}
    assert len(by_id) == len(feed)
    for row, cells in zip(told(orders), feed, strict=True):
        call = by_id.pop(row["Call ID"])
        assert [str(call["caller_id"]), str(call["text2"])] == [cells[0], cells[3]]


def test_a_feed_that_grows_on_top_while_calls_go_out_keeps_results_with_customers(
    orders: Shop,
) -> None:
    """The feed's block is written anew again and again, with a new row on top each time; the
    dialer's columns stay where they are."""
    source = random.Random(12)
    feed = [order(source, n) for n in range(6)]
    orders.paste(feed)
    with dialing(orders):
        for n in range(6, 14):
            feed.insert(0, order(source, n))
            orders.paste(feed)
            time.sleep(source.uniform(0.2, 1.5))
        eventually(lambda: len(settled(orders)) == len(feed), seconds=60)
    judge(orders, feed)


def test_a_feed_that_comes_sorted_and_with_rows_gone_calls_nobody_twice(orders: Shop) -> None:
    source = random.Random(13)
    feed = [order(source, n) for n in range(12)]
    orders.paste(feed)
    longest = len(feed)
    with dialing(orders):
        for n in range(12, 20):
            source.shuffle(feed)
            del feed[source.randrange(len(feed))]
            feed.append(order(source, n))
            blank = [["", "", "", ""]] * (longest - len(feed))
            orders.paste([*feed, *blank])
            time.sleep(source.uniform(0.2, 1.5))
        eventually(
            lambda: all(row["Status"] not in ("", "Queued", "Calling") for row in told(orders)),
            seconds=60,
        )
    judge(orders, feed, held="Number changed since the call")


def test_a_text_that_changes_at_every_read_makes_one_job_and_one_call(orders: Shop) -> None:
    orders.paste([["0300 0000001", "1500", '=TEXT(NOW(),"hh:mm:ss.000")', "A1"]])
    assert orders.run("once", "--for", "8").returncode == 0
    (call,) = orders.calls()
    assert call["text2"] == "A1"
    (row,) = orders.rows()
    assert row["DTMF"] == "1"
    assert orders.run("once", "--for", "4").returncode == 0
    assert len(orders.calls()) == 1
    assert len(orders.run("export").stdout.splitlines()) == 2


def test_rows_typed_cell_by_cell_are_called_with_all_that_they_end_up_with(
    orders: Shop, full: bool
) -> None:
    """In short, a second of a person is a twentieth, and so is the time for which a row must
    stand; in full they are what they are in an office. Some rows end with a blank."""
    source = random.Random(14)
    rows, speed = (40, 1) if full else (12, 20)
    orders.change_campaign(typing_seconds=30 / speed)
    tab = orders.tab()
    typed = [order(source, n) for n in range(rows)]
    for cells in typed[5::9]:
        cells[2] = ""
    with dialing(orders):
        for place, cells in enumerate(typed, start=2):
            columns = [column for column in range(4) if cells[column]]
            source.shuffle(columns)
            for column in columns:
                tab.update([[cells[column]]], f"{'ABCD'[column]}{place}", raw=False)
                time.sleep(source.uniform(1, 6) / speed)
        eventually(lambda: len(settled(orders)) == len(typed), seconds=120)
    heard = [
        [str(call[name]) for name in ("caller_id", "amount", "text1", "text2")]
        for call in orders.calls()
    ]
    # The portal is told 0 for what is blank.
    assert sorted(heard) == sorted([cell or "0" for cell in cells] for cells in typed)


def test_a_row_without_a_number_and_a_word_nobody_knows_say_why(orders: Shop) -> None:
    orders.paste([["0300 0000001", "1500", "Shop", "A1"], ["", "700", "Shop", "A2"]])
    assert orders.run("start", "--until-done").returncode == 0
    place = orders.tab().row_values(1).index("Status") + 1
    orders.tab().update_cell(2, place, "paid")
    assert orders.run("once", "--for", "3").returncode == 0
    called, blank = orders.rows()
    assert (called["Status"], called["DTMF"]) == ("paid", "1")
    assert "doesn't know “paid”" in called["Why"]
    assert blank["Status"] == "Not called"
    assert "no phone number" in blank["Why"]


@pytest.mark.parametrize("kind", ["429", "401"])
def test_a_refusal_of_the_account_stops_calls_and_costs_no_row(orders: Shop, kind: str) -> None:
    orders.paste([[f"0300 000000{n}", "1500", "Shop", f"A{n}"] for n in range(1, 4)])
    fault = {"service": "portal", "kind": kind, "path": "/api/calls", "count": 1}
    orders.sandbox.post("/_sandbox/faults", fault)
    with dialing(orders):
        eventually(lambda: "refuses the account" in state(orders))
        assert {row["Status"] for row in orders.rows()} == {"Queued"}
        eventually(lambda: all(row["DTMF"] for row in orders.rows()), seconds=90)
    assert sorted(orders.called_numbers()) == [f"92300000000{n}" for n in (1, 2, 3)]


def state(shop: Shop) -> str:
    """What the Dialer tab's State says."""
    tab = shop.tab("Dialer")
    cell = tab.find("State")
    assert cell is not None
    return str(tab.cell(cell.row, cell.col + 1).value or "")


def order(source: random.Random, n: int) -> list[str]:
    """People's cells of one order, of a customer who answers and presses a key."""
    return [f"9230{n:02d}{source.randrange(10**5, 10**6)}", str(100 * (n + 1)), "Shop", f"A{n}"]


def told(shop: Shop) -> list[dict[str, str]]:
    """The rows that have a number."""
    return [row for row in shop.rows() if row["Phone"]]


def settled(shop: Shop) -> list[dict[str, str]]:
    """The rows whose calls are over."""
    waits = ("", "Queued", "Calling", "Initiated", "Pushed to SIP", "Waiting")
    return [row for row in told(shop) if row["Status"] not in waits]


def judge(shop: Shop, feed: Sequence[Sequence[str]], held: str = "") -> None:
    """Nobody was called twice, and each row shows its own customer's call, or why it is held."""
    calls = {call["caller_id"]: call for call in shop.calls()}
    assert max(Counter(shop.called_numbers()).values()) == 1
    shown = [row["Call ID"] for row in shop.rows() if row["Call ID"]]
    rows = told(shop)
    assert [row["Phone"] for row in rows] == [cells[0] for cells in feed]
    for row in rows:
        if held and row["Why"].startswith(held):
            continue
        call = calls[row["Phone"]]
        assert (row["Call ID"], row["Called Number"]) == (str(call["call_id"]), row["Phone"])
    assert len(shown) == len(set(shown))
