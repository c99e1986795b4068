"""The day's budget against a portal whose account turns No Answer into Answered by itself."""

from __future__ import annotations

import time
from pathlib import Path

from hurry import hurried_shop
from test_faults_by_rate import numbers

BUDGET, PRICE = 110.0, 11.0


def test_a_budget_holds_though_the_account_tries_again_by_itself(tmp_path: Path) -> None:
    with hurried_shop(tmp_path) as shop:
        habits = {"answered": 0.4, "retries": 3, "retry_after": 300, "call_rate": 5.5}
        shop.sandbox.post("/_sandbox/portal", habits)
        shop.configure(portal=shop.settings("portal") | {"retries": 3, "settle_minutes": 60})
        shop.change_campaign(daily_budget=BUDGET)
        shop.ready(*numbers(60))
        before = balance(shop.sandbox.get("/_sandbox/portal"))
        with shop.dialling():
            # 24 minutes for the program: all that the account tries by itself is over by then.
            time.sleep(24)
            assert "Daily budget of Rs 110 reached" in shop.state()
        spent = before - balance(shop.sandbox.get("/_sandbox/portal"))
        assert 0 < spent <= BUDGET
        assert BUDGET / PRICE <= len(shop.calls()) < 60


def balance(settings: dict[str, object]) -> float:
    return float(str(settings["balance"]))
