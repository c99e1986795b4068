"""Passes one after the other: what they do for calls of no tab, and when they come."""

from __future__ import annotations

import datetime
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
import schedule
from dialing import Shop, eventually
from planning import World, moment

from sheets_dialer import loop
from sheets_dialer.bootstrap import build
from sheets_dialer.clock import Clock
from sheets_dialer.config import load_config


def test_a_number_that_got_a_test_call_is_called_for_its_row_too(shop: Shop) -> None:
    shop.ready()
    assert shop.run("call", "03000000001").returncode == 0
    shop.paste_numbers("03000000001")
    assert shop.run("start", "--until-done").returncode == 0
    assert shop.called_numbers() == ["923000000001"] * 2
    assert shop.rows()[0]["DTMF"] == "1"


def test_a_test_call_of_unknown_outcome_is_released_by_call_again_on_a_row(shop: Shop) -> None:
    shop.ready()
    fault = {"service": "portal", "kind": "503-applied", "path": "/api/calls", "count": 1}
    shop.sandbox.post("/_sandbox/faults", fault)
    shop.run("call", "03000000001")
    shop.paste_numbers("03000000001")
    shop.run("once", "--for", "4")
    (row,) = shop.rows()
    assert "Choose Call again to call anyway" in row["Why"]
    assert len(shop.calls()) == 1
    shop.tab().update_cell(2, shop.tab().row_values(1).index("Status") + 1, "Call again")
    assert shop.run("start", "--until-done").returncode == 0
    assert len(shop.calls()) == 2
    assert shop.rows()[0]["DTMF"] == "1"


def test_passes_come_on_time_when_the_wall_clock_is_set_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.ready()
    begun = datetime.datetime.now()

    class SetBack(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> SetBack:
            passed = datetime.datetime.now(tz) - begun
            hour = timedelta(hours=1) if passed > timedelta(seconds=1) else timedelta(0)
            moment = begun + passed - hour
            return cls.combine(moment.date(), moment.time(), tz)

    names = {**vars(datetime), "datetime": SetBack}
    monkeypatch.setattr(schedule, "datetime", SimpleNamespace(**names))
    seen = Counter[str]()
    with build(load_config(shop.config)) as parts:
        loop.run(
            parts.dialer,
            parts.clock,
            every=timedelta(seconds=1),
            stop=loop.Stop(),
            for_at_most=timedelta(seconds=4.5),
            on_pass=lambda result: seen.update([result.sentence]),
        )
    assert seen.total() >= 4


@pytest.mark.parametrize("jump", [timedelta(hours=-3), timedelta(hours=1)])
def test_rows_get_their_results_though_the_clock_jumps_during_their_calls(
    shop: Shop, jump: timedelta
) -> None:
    shop.ready("03000000001", "03000000002")
    jumps: list[timedelta] = []
    clock = Clock(now=lambda: datetime.datetime.now(datetime.UTC) + sum(jumps, timedelta(0)))
    with build(load_config(shop.config), clock=clock) as parts, parts.ledger.held():
        parts.dialer.recover()
        parts.caller.start()

        def a_pass_sees_results() -> bool:
            parts.dialer.run_pass(timedelta(seconds=15))
            return [row["DTMF"] for row in shop.rows()] == ["1", "2"]

        for _ in range(2):
            parts.dialer.run_pass(timedelta(seconds=15))
        eventually(lambda: len(shop.calls()) == 2, every=0.05)
        jumps.append(jump)
        eventually(a_pass_sees_results, every=0.5, seconds=20)
    assert len(shop.calls()) == 2


def test_a_run_that_has_nothing_left_says_farewell_without_another_read(shop: Shop) -> None:
    shop.ready("03000000001")
    assert shop.run("start", "--until-done").returncode == 0
    shop.sandbox.session().delete(f"{shop.sandbox.url}/_sandbox/requests")
    assert shop.run("start", "--until-done").returncode == 0
    sent = shop.sandbox.get("/_sandbox/requests")["sheets"]
    assert shop.tab("Dialer").acell("B3").value == "Not running. Nothing queued."
    # The tabs are looked up and read; the state is written, and then the farewell.
    assert sent["total"] == 4, sent


def test_passes_are_rarer_when_all_that_is_left_is_to_show_how_calls_end() -> None:
    world = World(now=moment("2026-07-15 12:00"), sheet=[{"Phone": "0300 1234567"}])
    queued, dialled, ringing = (world.run().rest.total_seconds() for _ in range(3))
    assert (queued, dialled, ringing) == (15, 45, 45)
    world.report("call1", world.now, call_status=2, dtmf=None)
    assert world.run().rest.total_seconds() == 30, "a key is likely"
    world.now += timedelta(seconds=31)
    assert world.run().rest.total_seconds() == 90 - 31 + 5, "only the end is waited for"
    world.sheet.append({"Phone": "0300 1234568"})
    assert world.run().rest.total_seconds() == 15, "a new row is called soon"


def test_passes_come_as_usual_when_nothing_is_in_progress() -> None:
    world = World(now=moment("2026-07-15 12:00"), sheet=[{"Phone": "0300 1234567"}])
    for _ in range(3):
        world.run()
    world.report("call1", world.now, call_status=2, dtmf="1")
    assert [world.run().rest.total_seconds() for _ in range(2)] == [15, 15]


def test_a_test_call_that_is_over_leaves_its_number_free(shop: Shop) -> None:
    shop.ready()
    for _ in range(2):
        done = shop.run("call", "03000000001")
        assert done.returncode == 0, done.stderr
    assert shop.called_numbers() == ["923000000001"] * 2
