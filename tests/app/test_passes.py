"""Passes one after the other: what they do for calls of no tab, and after the configuration was
edited, and when they come."""

from __future__ import annotations

import datetime
import random
import string
import time
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from types import SimpleNamespace

import pytest
import schedule
import yaml

from sheets_dialer.app import run_loop
from sheets_dialer.app.signals import StopSignal
from sheets_dialer.app.wiring import build
from sheets_dialer.base.clock import Clock
from sheets_dialer.config import load_config
from sheets_dialer.reconciler.pass_result import PassResult
from tests.support.dialing import Shop, eventually
from tests.support.planning import World, moment
from tests.support.postgres import PostgresServer


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


def test_an_old_read_that_shows_call_again_once_more_calls_nobody(shop: Shop) -> None:
    """People's word was heard, the call was made, and then one read comes from before that."""
    shop.ready("03000000001")
    assert shop.run("start", "--until-done").returncode == 0
    shop.tab().update_cell(2, shop.tab().row_values(1).index("Status") + 1, "Call again")
    asked = time.monotonic()
    time.sleep(0.5)
    with build(load_config(shop.config)) as parts, parts.ledger.held():
        parts.worker.start()

        def one_pass() -> PassResult:
            result = parts.reconciler.run_pass(timedelta(seconds=15))
            time.sleep(0.5)
            return result

        def rows() -> dict[str, str]:
            one_pass()
            return shop.rows()[0]

        eventually(lambda: rows()["Attempts"] == "2" and rows()["DTMF"] == "1")
        ago = time.monotonic() - asked - 0.25
        stale = {"service": "sheets", "path": "DataFilter", "seconds": ago, "count": 1}
        shop.sandbox.post("/_sandbox/faults", {**stale, "kind": "stale"})
        assert "old state" in str(one_pass().problems["orders"])
        for _ in range(4):
            assert one_pass().problems == {}
    assert len(shop.calls()) == 2


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
        run_loop.run_passes(
            parts.reconciler,
            parts.clock,
            every=timedelta(seconds=1),
            stop=StopSignal(),
            may_hurry=lambda: True,
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
        parts.reconciler.recover()
        parts.worker.start()

        def a_pass_sees_results() -> bool:
            parts.reconciler.run_pass(timedelta(seconds=15))
            return [row["DTMF"] for row in shop.rows()] == ["1", "2"]

        for _ in range(2):
            parts.reconciler.run_pass(timedelta(seconds=15))
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


def test_a_voice_edited_in_the_configuration_calls_no_held_row(shop: Shop) -> None:
    """Neither one held for the same call, nor a called one; rows that come now speak with it."""
    shop.ready("03000000001", "03000000001", "03000000002")
    assert shop.run("start", "--until-done").returncode == 0
    before = shop.rows()
    assert "same call was placed" in before[1]["Why"]
    edit_campaign(shop, voice_id=103)
    shop.paste([["03000000003"], ["03000000001"]], "A5")
    assert shop.run("start", "--until-done").returncode == 0
    assert [row["Why"] for row in shop.rows()[:3]] == [row["Why"] for row in before]
    assert "same call was placed" in shop.rows()[4]["Why"], "another voice is no other message"
    # Under another name the rows are known by the same voice as before, also where the row that
    # was called is gone.
    shop.tab().delete_rows(2)
    edit_campaign(shop, voice_id=101, name="renamed")
    shop.paste([["03000000004"]], "A6")
    assert shop.run("start", "--until-done").returncode == 0
    assert all("same call was placed" in shop.rows()[place]["Why"] for place in (0, 3))
    called = [(str(call["caller_id"])[-1], str(call["voice_id"])) for call in shop.calls()]
    assert called == [("1", "102"), ("2", "102"), ("3", "103"), ("4", "101")]


@pytest.mark.parametrize("edited", [{"voice_id": 103}, {"name": "renamed"}], ids=["voice", "name"])
def test_a_row_too_old_stays_held_when_the_configuration_is_edited(
    shop: Shop, edited: Mapping[str, object]
) -> None:
    shop.ready("03000000001")
    shop.control("PAUSE")
    five_days_ago = Clock(now=lambda: datetime.datetime.now(datetime.UTC) - timedelta(days=5))
    with build(load_config(shop.config), clock=five_days_ago) as parts, parts.ledger.held():
        parts.reconciler.recover()
        for _ in range(2):
            parts.reconciler.run_pass(timedelta(seconds=15))
    assert shop.rows()[0]["Status"] == "Queued"
    shop.control("RUN")
    edit_campaign(shop, **edited)
    shop.paste([["03000000002"]], "A3")
    assert shop.run("start", "--until-done").returncode == 0
    assert [row["Why"] for row in shop.rows()] == ["Too old. Choose Call again.", ""]
    assert shop.called_numbers() == ["923000000002"]


def edit_campaign(shop: Shop, **values: object) -> None:
    """Edits the campaign in the configuration, and its head on the Dialer tab."""
    data = yaml.safe_load(shop.config.read_text(encoding="utf-8"))
    (campaign,) = data["campaigns"]
    head = shop.tab("Dialer").find(campaign["name"])
    assert head is not None
    campaign |= values
    shop.tab("Dialer").update_cell(head.row, head.col, campaign["name"])
    shop.config.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


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
    world.now += world.policy.answer_settle
    world.report("call1", world.now, call_status=2, dtmf="1")
    assert [world.run().rest.total_seconds() for _ in range(2)] == [15, 15]


def test_a_test_call_that_is_over_leaves_its_number_free(shop: Shop) -> None:
    shop.ready()
    for _ in range(2):
        done = shop.run("call", "03000000001")
        assert done.returncode == 0, done.stderr
    assert shop.called_numbers() == ["923000000001"] * 2


def test_texts_too_long_for_an_index_of_postgresql_stop_no_run(
    shop: Shop, postgres: PostgresServer
) -> None:
    shop.settles_at_once()
    shop.change(ledger=postgres.new_database())
    shop.ready("03000000001")
    shop.run("start", "--until-done")
    titles = ("Call ID", "Ref", "Called Number", "Status")
    header = shop.tab().row_values(1)
    source = random.Random(7)
    for row, title in enumerate(titles, start=3):
        cells = [f"0300000000{row}", *[""] * (len(header) - 1)]
        place = next(at for at, each in enumerate(header) if f"{each} ".startswith(f"{title} "))
        cells[place] = "".join(source.choices(string.ascii_letters, k=9_000))
        shop.paste([cells], f"A{row}")
    shop.paste([["03000000002"]], f"A{len(titles) + 3}")
    for _ in range(2):
        done = shop.run("start", "--until-done")
        assert done.returncode == 0, done.stderr
    _, by_call_id, *_, by_status, last = shop.rows()
    assert by_call_id["Why"].startswith("What stands in Call ID is not a call's")
    assert by_status["Why"].startswith("Status says ")
    assert "923000000002" in shop.called_numbers()
    assert last["DTMF"] == "2"
    assert not {"923000000003", "923000000006"} & {*shop.called_numbers()}
