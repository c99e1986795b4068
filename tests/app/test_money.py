"""What the portal says of money, in every writing, and by which day a call counts."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.base.clock import Clock
from sheets_dialer.domain.account import Account, Balance
from sheets_dialer.domain.amounts import read_rupees
from sheets_dialer.ledger.facts import KNOWN_ACCOUNT
from sheets_dialer.portal.balance import funds, price
from sheets_dialer.sandbox.portal.settings import MONEY_FORMS, written
from tests.support.bench import Bench
from tests.support.dialing import Shop, eventually
from tests.support.planning import moment
from tests.support.running import RunningSandbox


@pytest.mark.parametrize(
    ("text", "rupees"),
    [
        *(("2682.00", 2682), ("2682", 2682), ("0", 0), ("5.50", 5.5), ("-3.25", -3.25)),
        *(("1.234,50", 1234.5), ("1,234.50", 1234.5), ("1234,5", 1234.5), ("1234,50", 1234.5)),
        *(("2682,00", 2682), ("0,50", 0.5), (",50", 0.5), (".50", 0.5), ("5,5", 5.5)),
        *(("1,234", 1234), ("12,345", 12345), ("123,456", 123456), ("1234,567", 1234.567)),
        *(("0,125", 0.125), ("1.234", 1.234), ("1,2345", 1.2345)),
        *(("1,234,567", 1234567), ("1.234.567", 1234567), ("1.234.567,89", 1234567.89)),
        *(("1,23,456.78", 123456.78), ("1,23,456", 123456), ("12.34.567,5", 1234567.5)),
        *(("1 234,50", 1234.5), ("1 234.50", 1234.5), ("1'234.50", 1234.5), ("1 234", 1234)),
        *(("Rs. 2,450/-", 2450), ("PKR 1.500,00", 1500), ("2682.00 PKR", 2682), ("Rs 5,50", 5.5)),
        *(("۲۶۸۲٫۵۰", 2682.5), ("١٬٢٣٤٫٥", 1234.5), ("\xa01\xa0234,50 ", 1234.5), ("5.", 5)),
    ],
)
def test_money_is_read_as_it_is_written_anywhere(text: str, rupees: float) -> None:
    assert read_rupees(text) == pytest.approx(rupees)


@pytest.mark.parametrize(
    "text",
    [
        *("", "n/a", "NaN", "inf", "1e5", "1,2,3", "1.2.3", "1,234.5,6", "12,345,67", "1.23,456.7"),
        *("1,234 5", "5 or 6", "--5", "5-", "0x10", "1/2", "50%", "9" * 13, "1,234,5", "1 2"),
    ],
)
def test_what_is_no_amount_pays_for_nothing(text: str) -> None:
    assert read_rupees(text) is None


@given(
    st.integers(0, 10**9).map(lambda paisas: Decimal(paisas) / 100),
    st.sampled_from(MONEY_FORMS),
)
def test_no_writing_multiplies_an_amount(rupees: Decimal, form: str) -> None:
    assert read_rupees(written(rupees, form)) == pytest.approx(float(rupees))


@given(st.text(alphabet="0123456789.,' -", max_size=12))
def test_an_amount_that_is_read_has_the_digits_that_stand_there(text: str) -> None:
    """At most the separators are taken away: never a digit more."""
    rupees = read_rupees(text)
    if rupees is not None:
        assert abs(rupees) <= int("".join(filter(str.isdigit, text)))


def test_the_length_of_a_pulse_decides_what_a_call_costs() -> None:
    assert [price(Balance(100, 5), 60, pulse) for pulse in (60, 30, 20, 1)] == [5, 10, 15, 300]
    assert funds(Balance(100, 5), 60, 0, 60).calls == 20
    assert funds(Balance(100, 5), 60, 0, 15).calls == 5


def test_what_calls_would_cost_goes_by_the_pulse_that_is_set(shop: Shop) -> None:
    shop.ready("03000000001", "03000000002")
    costs: list[float] = []
    for seconds in (30, 60):
        shop.change(portal={"call_seconds": 60, "pulse_seconds": seconds})
        done = shop.run("plan")
        told = re.search(r"2 to call, about ([\d,.]+) rupees", done.stdout)
        assert told is not None, done.stdout + done.stderr
        costs.append(float(told[1].replace(",", "")))
    assert costs[0] == 2 * costs[1] > 0


def test_whose_account_it_is_is_remembered_and_what_older_versions_left_is_read() -> None:
    account = Account(Balance(10, 2, "demo"), datetime(2026, 7, 15, tzinfo=UTC))
    assert KNOWN_ACCOUNT.read(KNOWN_ACCOUNT.write(account)) == account
    older = '[10, 2, "2026-07-15T00:00:00+00:00"]'
    assert KNOWN_ACCOUNT.read(older) == replace(account, balance=Balance(10, 2))


# --- Midnight ------------------------------------------------------------------------------------


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A portal, a ledger and a caller."""
    sandbox = RunningSandbox(tmp_path, "--speed", "100")
    made = Bench(sandbox, tmp_path)
    yield made
    made.close()
    sandbox.stop()


def test_what_was_let_go_yesterday_is_taken_back_at_midnight(bench: Bench) -> None:
    midnight = moment("2026-07-16 00:00")
    source = random.Random(1)
    numbers = [f"92300{source.randrange(10**6, 10**7)}" for _ in range(4)]
    bench.clock = Clock(now=lambda: midnight - timedelta(seconds=1))
    yesterday = bench.confirmed(*numbers[:2])
    bench.clock = Clock(now=lambda: midnight + timedelta(seconds=1))
    today = bench.confirmed(*numbers[2:])

    bench.worker().dial([*yesterday, *today])

    eventually(lambda: bench.states() == ["withdrawn", "withdrawn", "placed", "placed"])
    assert bench.requests() == 2
