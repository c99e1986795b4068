"""What the whole program does with a portal whose ids or addresses can't be relied on."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from tests.reliability.test_faults_by_rate import let_calls_go_on, numbers
from tests.support.dialing import eventually
from tests.support.hurry import HurriedShop, hurried_shop
from tests.support.judging import assert_kept


def checks(shop: HurriedShop) -> list[str]:
    """Why of the rows that say Check."""
    return [row["Why"] for row in shop.rows() if row["Status"] == "Check"]


def test_one_id_for_all_costs_three_rows_until_a_person_says_that_it_is_mended(
    tmp_path: Path,
) -> None:
    with hurried_shop(tmp_path) as shop:
        shop.ready(*numbers(40))
        shop.sandbox.post("/_sandbox/portal", {"call_ids": "one", "latency": 0.1})
        with shop.dialling():
            eventually(lambda: "did go out" in shop.state())
            # An hour for the program, in which nothing is tried again.
            time.sleep(60)
            assert len(shop.calls()) == 3
            assert [why.split(",")[0] for why in checks(shop)] == ["This call did go out"] * 3
            shop.sandbox.post("/_sandbox/portal", {"call_ids": "own", "latency": 0})
            let_calls_go_on(shop)
            eventually(lambda: len(shop.calls()) == 40)
        shop.finish(120)
        assert_kept(shop, unclear=3)


def test_ids_that_begin_anew_in_the_midst_of_a_run_ring_nobody_twice(tmp_path: Path) -> None:
    with hurried_shop(tmp_path) as shop:
        shop.sandbox.post("/_sandbox/portal", {"next_call_id": 1})
        shop.configure(portal=shop.settings("portal") | {"calls_per_minute": 60})
        shop.ready(*numbers(60))
        with shop.dialling():
            eventually(lambda: len(shop.calls()) >= 10)
            shop.sandbox.post("/_sandbox/portal", {"next_call_id": 1})
            eventually(lambda: "did go out" in shop.state(), seconds=90)
            called = len(shop.calls())
            time.sleep(10)
            assert len(shop.calls()) == called
        # Each new call takes the older one with its id along, unless that was over.
        assert len(checks(shop)) == 3
        assert max(Counter(shop.called_numbers()).values()) == 1
