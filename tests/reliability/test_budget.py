"""The day's budget and cap, where the account turns No Answer into Answered by itself."""

from __future__ import annotations

import time
from pathlib import Path

from tests.reliability.test_faults_by_rate import numbers
from tests.support.dialing import eventually
from tests.support.hurry import API_KEY, HurriedShop, hurried_shop


def test_budget_and_cap_hold_where_the_account_calls_again_by_itself(
    tmp_path: Path, full: bool
) -> None:
    """Of who isn't reached most answer one of the account's own tries, minutes later: what the
    budget has left by then is not spent on others."""
    count, budget, cap = (600, 1_500, 250) if full else (60, 150, 25)
    for limit in ({"daily_budget": budget}, {"daily_cap": cap}):
        place = tmp_path / next(iter(limit))
        place.mkdir()
        with hurried_shop(place) as shop:
            before = balance(shop)
            shop.sandbox.post(
                "/_sandbox/portal",
                {"answered": 0.6, "retries": 3, "retry_after": 60, "retry_counts": "down"},
            )
            portal = shop.settings("portal") | {"retries": 3, "settle_minutes": 10, "lines": 20}
            shop.configure(portal=portal)
            shop.change_campaign(**limit)
            shop.ready(*numbers(count))
            with shop.dialling():
                eventually(lambda: "reached" in shop.state(), seconds=120)
                called = len(shop.calls())
                eventually(lambda: all(call["ended"] for call in shop.calls()), seconds=120)
                # What was held back for calls that ended without a charge is given out again.
                time.sleep(5)
            assert called
            spent = before - balance(shop)
            if "daily_budget" in limit:
                assert 0.5 * budget < spent <= budget
            else:
                assert len(shop.calls()) == cap


def balance(shop: HurriedShop) -> float:
    """Rupees on the account, as the portal has them."""
    told = shop.sandbox.get("/api/check_balance", api_key=API_KEY)
    return float(told.get("data", told)["balance"])
