"""What the portal's balance pays for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from sheets_dialer.base.clock import Clock
from sheets_dialer.domain.account import Balance
from sheets_dialer.ledger.facts import KNOWN_ACCOUNT
from sheets_dialer.ledger.ledger import Ledger
from sheets_dialer.portal.balance import (
    READ_AGAIN_SECONDS,
    BalanceMonitor,
    funds,
    price,
)
from sheets_dialer.portal.client import Portal
from sheets_dialer.portal.session import portal_session
from tests.support.raw_server import RawServer, answer


@pytest.fixture
def server() -> Iterator[RawServer]:
    """A portal that says what the test lets it say."""
    made = RawServer(answer({"status": 200, "data": {"balance": "10", "call_rate": "2"}}))
    yield made
    made.stop()


@pytest.fixture
def balance_monitor(server: RawServer) -> Iterator[BalanceMonitor]:
    """A purse whose clock stands."""
    portal = Portal(server.url, lambda: "key", portal_session(2), timeouts=(1, 1))
    yield BalanceMonitor(portal, Clock(steady=lambda: 0.0), 60)
    portal.close()


def test_a_call_costs_whole_pulses() -> None:
    assert price(Balance(10, 2), 60) == 4
    assert price(Balance(10, 2), 61) == 6
    assert price(Balance(10, None), 60) is None


@pytest.mark.parametrize(
    ("rupees", "rate", "in_progress", "calls", "says"),
    [
        (10, 2, 0, 2, None),
        (10, 2, 1, 1, None),
        (10, 2, 5, 0, None),
        (3, 2, 0, 0, "balance 3.00 is less than one call (4.00)"),
        (10, None, 3, None, None),
        (0, None, 0, 0, "balance is 0.00"),
    ],
)
def test_calls_in_progress_may_still_cost_a_whole_call(
    rupees: float, rate: float | None, in_progress: int, calls: int | None, says: str | None
) -> None:
    found = funds(Balance(rupees, rate), 60, in_progress)
    assert found.calls == calls
    assert (says or "") in (found.problem or "")
    assert (found.problem is None) == (says is None)


def test_the_balance_is_read_once_a_minute(
    balance_monitor: BalanceMonitor, server: RawServer
) -> None:
    assert (
        balance_monitor.affordable_calls(0).calls == balance_monitor.affordable_calls(0).calls == 2
    )
    assert balance_monitor.price == 4
    assert len(server.requests) == 1
    balance_monitor.clock = Clock(steady=lambda: float(READ_AGAIN_SECONDS))
    server.act = answer({"status": 200, "data": {"balance": "3", "call_rate": "2"}})
    assert "less than one call" in (balance_monitor.affordable_calls(0).problem or "")


def test_a_balance_that_can_not_be_read_pays_for_nothing(
    balance_monitor: BalanceMonitor, server: RawServer
) -> None:
    balance_monitor.affordable_calls(0)
    balance_monitor.clock = Clock(steady=lambda: float(READ_AGAIN_SECONDS))
    server.act = answer(b"oops", 500)
    found = balance_monitor.affordable_calls(0)
    assert found.calls == 0
    assert found.error is not None
    assert "can't be read" in (found.problem or "")
    assert balance_monitor.price == 4, "what a call costs is still known"


def test_a_glance_reads_rarely_and_takes_no_offence(
    balance_monitor: BalanceMonitor, server: RawServer
) -> None:
    begun = datetime(2026, 7, 15, tzinfo=UTC)

    def at(minutes: float) -> None:
        now = begun + timedelta(minutes=minutes)
        balance_monitor.clock = Clock(now=lambda: now, steady=lambda: minutes * 60)
        balance_monitor.refresh_for_display()

    at(0)
    at(9)
    assert len(server.requests) == 1
    server.act = answer(b"oops", 500)
    at(11)
    at(12)
    assert len(server.requests) == 2
    assert balance_monitor.price == 4
    at(22)
    assert len(server.requests) == 3


def test_what_the_account_had_is_remembered_for_the_next_process(
    balance_monitor: BalanceMonitor, server: RawServer, ledger: Ledger
) -> None:
    assert ledger.fact(KNOWN_ACCOUNT) is None
    balance_monitor.remember = partial(ledger.set_fact, KNOWN_ACCOUNT)
    balance_monitor.affordable_calls(0)
    known = ledger.fact(KNOWN_ACCOUNT)
    assert known is not None
    assert known.balance == Balance(10, 2)
    later = replace(balance_monitor, known=known)
    later.refresh_for_display()
    assert len(server.requests) == 1
    assert later.price == 4
