"""A service that is away for long: the dialer says so, waits, and goes on where it was."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.support.dialing import eventually
from tests.support.forwarding import Way
from tests.support.hurry import SPEED, HurriedShop, fault, hurried_shop
from tests.support.judging import assert_kept


def away_for(full: bool) -> float:
    """Real seconds of an hour on the fast clock; of some minutes in the quick form."""
    return (3600 if full else 360) / SPEED


def busy_shop(shop: HurriedShop, rows: int = 12) -> None:
    """So few lines that rows still wait while the first calls are in progress."""
    shop.ready(*[f"92300{2_000_000 + each}" for each in range(rows)])
    shop.configure(portal=shop.settings("portal") | {"lines": 4})


def test_a_portal_that_is_away_loses_nothing_and_is_named_on_the_dialer_tab(
    tmp_path: Path, full: bool
) -> None:
    with hurried_shop(tmp_path) as shop:
        way = Way(shop.sandbox.url)
        busy_shop(shop)
        shop.configure(portal=shop.settings("portal") | {"base_url": way.url})
        with shop.dialling():
            eventually(lambda: len(shop.calls()) >= 4)
            way.close()
            called = len(shop.calls())
            eventually(lambda: "no connection to it" in shop.state())
            time.sleep(away_for(full))
            assert "no connection to it" in shop.state()
            assert len(shop.calls()) == called
            way.open()
        shop.finish()
        # Only what was cut on its way may be unclear.
        assert_kept(shop, unclear=4)
        way.close()


def test_google_that_is_away_loses_nothing_and_is_named_in_the_log(
    tmp_path: Path, full: bool
) -> None:
    with hurried_shop(tmp_path) as shop:
        way = Way(shop.sandbox.url)
        busy_shop(shop)
        shop.configure(google=shop.settings("google") | {"base_url": way.url})
        with shop.dialling():
            eventually(lambda: len(shop.calls()) >= 4)
            way.close()
            eventually(lambda: "Google Sheets can't be reached" in shop.said())
            called = len(shop.calls())
            time.sleep(away_for(full))
            assert len(shop.calls()) == called, "called without having read the sheet"
            way.open()
        shop.finish()
        assert_kept(shop)
        way.close()


@pytest.mark.parametrize(
    ("kind", "words"),
    [("400", "the portal refused 3 calls in a row"), ("503", "got no clear answer")],
)
def test_a_portal_that_takes_no_calls_does_not_burn_through_the_list(
    tmp_path: Path, full: bool, kind: str, words: str
) -> None:
    """After three in a row it stops, then tries with one call at a time, ever more rarely."""
    with hurried_shop(tmp_path) as shop:
        shop.ready(*[f"92300{2_000_000 + each}" for each in range(40)])
        shop.sandbox.post("/_sandbox/faults", fault("calls", kind, 1))
        with shop.dialling():
            eventually(lambda: words in shop.state())
            time.sleep(away_for(full))
        asked = shop.sandbox.get("/_sandbox/requests")["portal"]["calls"]
        assert 3 <= asked <= 3 + (4 if full else 2)
        left = [row["Status"] for row in shop.rows()].count("Queued")
        assert left == 40 - asked
        if full:
            shop.finish(120)
            assert len(shop.calls()) == left
        assert_kept(shop, unclear=asked, refused=asked)


def test_an_account_that_is_refused_costs_no_row(tmp_path: Path, full: bool) -> None:
    """One refusal stops all calls; one call at a time tries again, and in the end all are made."""
    with hurried_shop(tmp_path) as shop:
        shop.ready(*[f"92300{2_000_000 + each}" for each in range(40)])
        shop.sandbox.post("/_sandbox/faults", fault("calls", "403", 1))
        with shop.dialling():
            eventually(lambda: "refuses the account" in shop.state())
            time.sleep(away_for(full))
        asked = shop.sandbox.get("/_sandbox/requests")["portal"]["calls"]
        assert 1 <= asked <= 12, "each try waits twice as long as the one before"
        assert [row["Status"] for row in shop.rows()].count("Queued") == 40
        if full:
            shop.finish(120)
            assert len(shop.calls()) == 40
        assert_kept(shop)
