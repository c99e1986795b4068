"""A share of all requests meets trouble: nobody is called twice and no result is lost."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.dialing import eventually
from tests.support.hurry import PATHS, HurriedShop, fault, hurried_shop
from tests.support.judging import assert_kept

EVERYWHERE = (
    *("400", "401", "403", "404", "429", "500", "503", "503-applied", "reset", "reset-after"),
    *("timeout", "timeout-after", "html", "malformed", "empty", "blank", "slow"),
)
KINDS = {
    "sheets read": (*EVERYWHERE, "stale"),
    "sheets write": (*EVERYWHERE, "late"),
    "token": EVERYWHERE,
    "calls": (*EVERYWHERE, "late"),
    "get_call": EVERYWHERE,
    "check_balance": EVERYWHERE,
}
"""By path, the kinds of trouble that can strike there."""
ALL_KINDS = (*EVERYWHERE, "stale", "late")
BRIEFLY = 1.0
"""Real seconds of `slow`, `stale` and `late`; for the program, a minute."""


def numbers(count: int, begin: int = 0) -> list[str]:
    """Different numbers, of which the sandbox's mix decides what becomes."""
    return [f"92300{2_000_000 + begin + each}" for each in range(count)]


def strike(shop: HurriedShop, path: str, kind: str, rate: float) -> None:
    """Lets a share of the requests on the path meet trouble."""
    wait = {"seconds": BRIEFLY} if kind in ("slow", "stale", "late") else {}
    shop.sandbox.post("/_sandbox/faults", fault(path, kind, rate, **wait))


def calls_troubled(shop: HurriedShop) -> int:
    """How many requests for a call have met trouble: so many replies may have been lost."""
    _, piece = PATHS["calls"]
    found = shop.sandbox.get("/_sandbox/faults")
    return sum(each["fired"] for each in found if each["path"] == piece)


def let_tokens_die(shop: HurriedShop) -> None:
    """Makes the program sign in again, or nothing would ever ask for a token."""
    shop.sandbox.post("/_sandbox/tokens", {"expire": True})


def test_each_kind_of_trouble_on_a_fifth_of_all_requests_in_turn(tmp_path: Path) -> None:
    """The quick form: one run through all kinds, each on every path at once."""
    with hurried_shop(tmp_path) as shop:
        shop.ready()
        troubled = 0
        with shop.dialling():
            for turn, kind in enumerate(ALL_KINDS):
                # Pasted before, because trouble strikes people as well.
                shop.paste([[number] for number in numbers(4, 4 * turn)], f"A{4 * turn + 2}")
                for path, kinds in KINDS.items():
                    if kind in kinds:
                        strike(shop, path, kind, 0.2)
                let_tokens_die(shop)
                time.sleep(1.5)
                troubled += calls_troubled(shop)
                shop.sandbox.delete("/_sandbox/faults")
        shop.finish()
        assert_kept(shop, unclear=troubled, refused=troubled)


SENSELESS = ("repeated_ids", "reports_of_another_number", "reports_of_another_id")


def test_habits_of_the_portal_that_strike_at_random(tmp_path: Path, full: bool) -> None:
    """Ids given twice, and reports of other calls, which are none of the row's."""
    with hurried_shop(tmp_path) as shop:
        shop.ready(*numbers(200 if full else 40))
        rates = dict(zip(SENSELESS, (0.05 if full else 0.25, 0.2, 0.2), strict=True))
        shop.sandbox.post("/_sandbox/portal", rates)
        with shop.dialling():
            for _ in range(20 if full else 4):
                time.sleep(2)
                let_calls_go_on(shop)
            shop.sandbox.post("/_sandbox/portal", dict.fromkeys(SENSELESS, 0))
            # What was on its way may still stop the calls.
            for _ in range(3):
                time.sleep(2)
                let_calls_go_on(shop)
        shop.finish(120)
        told = Counter(call["call_id"] for call in shop.calls())
        shared = sum(count for count in told.values() if count > 1)
        assert shared
        assert_kept(shop, unclear=shared)


def let_calls_go_on(shop: HurriedShop) -> None:
    """The person's part when ids made no sense three times in a row."""
    if "did go out" not in shop.state():
        return
    shop.control("PAUSE")
    eventually(lambda: shop.state().startswith("Paused"))
    shop.control("RUN")
    eventually(lambda: not shop.state().startswith("Paused"))


@pytest.mark.usefixtures("only_in_full")
@pytest.mark.parametrize(
    ("path", "kind"), [(path, kind) for path, kinds in KINDS.items() for kind in kinds]
)
def test_a_fifth_of_the_requests_on_one_path(tmp_path: Path, path: str, kind: str) -> None:
    """The full form: each kind on each path, alone."""
    with hurried_shop(tmp_path) as shop:
        shop.ready(*numbers(24))
        strike(shop, path, kind, 0.2)
        with shop.dialling():
            for _ in range(4):
                time.sleep(1.5)
                if path == "token":
                    let_tokens_die(shop)
        troubled = calls_troubled(shop)
        shop.finish()
        assert_kept(shop, unclear=troubled, refused=troubled)


def test_all_kinds_of_trouble_everywhere_at_a_twentieth_together(
    tmp_path: Path, full: bool
) -> None:
    with hurried_shop(tmp_path) as shop:
        shop.ready(*numbers(200 if full else 40))
        for path, kinds in KINDS.items():
            for kind in kinds:
                strike(shop, path, kind, 0.05 / len(kinds))
        with shop.dialling():
            for _ in range(30 if full else 5):
                time.sleep(2)
                let_tokens_die(shop)
        troubled = calls_troubled(shop)
        shop.finish(120)
        assert_kept(shop, unclear=troubled, refused=troubled)


HABITS: dict[str, Any] = {
    "corrected": 0.4,
    "zero_until_key": True,
    "key_form": "mixed",
    "stuck": 0.1,
    "retries": 2,
    "retry_after": 60,
    "retry_counts": "down",
    "shape": "mixed",
    "keys": {"1": 5, "2": 2, "9": 2},
}
"""What a portal does that nobody here wrote, a share of its calls each."""


@pytest.mark.parametrize("counts", ["up", "down"])
def test_a_portal_of_odd_habits_with_all_kinds_of_trouble(
    tmp_path: Path, full: bool, counts: str
) -> None:
    """No key and no opt-out is lost, nobody is called twice, and no row waits in silence."""
    with hurried_shop(tmp_path) as shop:
        shop.sandbox.post("/_sandbox/portal", HABITS | {"retry_counts": counts})
        shop.configure(
            portal=shop.settings("portal")
            | {"retries": 2, "settle_minutes": 10, "stuck_minutes": 5, "lines": 2000},
            poll={"first_after": 10, "every": 15, "give_up_after_hours": 0.5},
        )
        shop.change_campaign(opt_out_key="9")
        shop.ready(*numbers(2000 if full else 40))
        for path, kinds in KINDS.items():
            for kind in kinds:
                strike(shop, path, kind, 0.05 / len(kinds))
        with shop.dialling():
            time.sleep(240 if full else 12)
        troubled = calls_troubled(shop)
        shop.finish(600 if full else 120)
        assert_kept(shop, unclear=troubled, refused=troubled, none_is_zero=True)
        rows = {row["Phone"]: row for row in shop.rows()}
        barred = " ".join(cell for row in shop.tab("Do Not Call").get_all_values() for cell in row)
        for call in shop.calls():
            number, row = str(call["caller_id"]), rows[str(call["caller_id"])]
            if row["Status"] == "Check":
                continue
            if "9" in str(call["dtmf"] or ""):
                assert number in barred, f"{number} pressed {call['dtmf']} and isn't barred"
            if call["status"] in (1, 8):
                assert row["Why"], f"{number} is {row['Status']} and doesn't say why"
