"""Google's quotas over HTTP, on faster clocks: never exceeded, and borne when others do."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from sheets_dialer.app import run_loop
from sheets_dialer.app.wiring import Parts, build
from sheets_dialer.config import load_config
from sheets_dialer.google_sheets.quota import RequestKind
from tests.support.campaigns import Chain
from tests.support.clocked import clock_of
from tests.support.dialing import Shop, eventually

SPEED = 8.0
"""A minute of the quotas lasts 7.5 seconds, for the dialer and for Google alike."""
QUOTA = {"requests_per_minute": 60}
"""Google's own, of reads and of writes."""


@pytest.fixture
def chain(shop: Shop) -> Chain:
    return Chain(shop)


@contextmanager
def limited(chain: Chain) -> Iterator[Parts]:
    """The dialer's parts on a fast clock, Google's clock as fast, its quotas on."""
    chain.sandbox.post("/_sandbox/clock", {"speed": SPEED})
    chain.sandbox.delete("/_sandbox/requests")
    with build(load_config(chain.config), clock=clock_of(SPEED, 0)) as parts:
        chain.sandbox.post("/_sandbox/limits", {"enabled": True})
        try:
            yield parts
        finally:
            chain.sandbox.post("/_sandbox/limits", {"enabled": False})


def to_sheets(chain: Chain) -> list[dict[str, Any]]:
    """Every request that came to Sheets, in order."""
    entries = chain.sandbox.get("/_sandbox/requests", latest="1")
    return [each for each in entries if each["service"] == "sheets"]


def passes(chain: Chain, entries: list[dict[str, Any]]) -> Counter[str]:
    """How often each campaign's rows were read, where each has a spreadsheet of its own."""
    reads = Counter(
        each["path"].split("/")[3].split(":")[0]
        for each in entries
        if each["kind"] == "values.batchGetByDataFilter" and each["status"] == 200
    )
    return Counter({name: reads[book.id] for name, book in chain.books.items()})


def test_twenty_campaigns_at_five_seconds_never_exceed_the_quota(chain: Chain) -> None:
    names = [f"c{number:02}" for number in range(20)]
    for place, name in enumerate(names):
        chain.add(name, f"9230133{place:05d}", f"9230144{place:05d}")
    chain.open(google=QUOTA, every=5, portal={"calls_per_minute": 600, "lines": 100})

    with limited(chain) as parts:
        assert parts.pass_interval.interval == timedelta(seconds=20)
        last, _ = run_loop.work(
            parts,
            for_at_most=timedelta(seconds=25 * SPEED),
            farewell="Not running.",
        )

    entries = to_sheets(chain)
    assert Counter(each["status"] for each in entries) == {200: len(entries)}
    assert last.problems == {}
    for reads in (True, False):
        times = [each["at"] for each in entries if each["read"] is reads]
        assert len(times) > 60, "it had to wait"
        # By Google's own clock: no minute holds more than 60.
        assert all(late - early >= 60 for early, late in zip(times, times[60:], strict=False))
    counts = passes(chain, entries)
    assert min(counts.values()) >= 6
    assert max(counts.values()) - min(counts.values()) <= 1, counts
    assert Counter(chain.called_numbers()).most_common(1)[0][1] == 1
    assert len(chain.calls()) == 40
    assert chain.state("c07") == "Not running. Nothing queued."
    with build(load_config(chain.config)) as parts:
        parts.reconciler.run_pass(parts.pass_interval.interval)
        jobs = [job for name in names for job in parts.ledger.jobs(name)]
    assert chain.state("c07").endswith(
        "Passes come every 20 s instead of 5 s: 20 campaigns share Google's quota."
    )
    # Waiting for the quota makes no mark too old: nothing that was marked was taken back.
    states = Counter(str(attempt.state) for job in jobs for attempt in job.attempts)
    assert states["withdrawn"] <= 2, states


def test_a_second_client_of_the_account_eats_the_quota_and_all_goes_on(chain: Chain) -> None:
    for start, name in enumerate(("one", "two", "three")):
        chain.add(name, *(f"9230155{start}{place:04d}" for place in range(6)))
    chain.open(google=QUOTA, every=10, portal={"calls_per_minute": 60, "lines": 20})
    stop = threading.Event()
    book = chain.client.open_by_key(chain.sandbox.spreadsheet_id)
    address = f"https://sheets.googleapis.com/v4/spreadsheets/{book.id}"
    stranger = chain.sandbox.google_session()

    def eat() -> None:
        values = {"values": [["x"]]}
        while not stop.wait(0.02):
            stranger.get(f"{address}/values/Calls!A1")
            stranger.put(f"{address}/values/Calls!H9?valueInputOption=RAW", json=values)

    refused = Counter[str]()
    with limited(chain) as parts:
        eater = threading.Thread(target=eat)
        eater.start()
        timer = threading.Timer(12, stop.set)
        timer.start()
        try:
            last, _ = run_loop.work(
                parts,
                ends=lambda result: result.nothing_left and stop.is_set(),
                for_at_most=timedelta(seconds=45 * SPEED),
                farewell="",
                on_pass=lambda result: refused.update(
                    name for name, problem in result.problems.items() if "429" in str(problem)
                ),
            )
        finally:
            stop.set()
            eater.join()

    assert refused, "the dialer met the quota"
    assert last.problems == {}
    assert last.nothing_left
    assert len(chain.calls()) == 18
    assert max(Counter(chain.called_numbers()).values()) == 1
    for name in chain.books:
        assert all(row["Call ID"] for row in chain.rows_of(name))


def test_after_a_429_the_next_try_waits_longer_each_time(chain: Chain) -> None:
    chain.add("only", "923000000001")
    chain.open(google=QUOTA, every=1)
    with limited(chain) as parts:
        chain.sandbox.post(
            "/_sandbox/faults",
            {"service": "sheets", "kind": "429", "path": "batchGetByDataFilter", "count": 4},
        )
        for _ in range(6):
            parts.reconciler.run_pass(timedelta(seconds=1))
        tries = [each for each in to_sheets(chain) if "batchGetByDataFilter" in each["path"]]
    assert [each["status"] for each in tries[:5]] == [429] * 4 + [200]
    waits = [after["at"] - before["at"] for before, after in pairwise(tries[:5])]
    for power, wait in enumerate(waits):
        assert 2**power <= wait < 2**power + 1 + 0.5 * SPEED, waits


def test_tries_of_a_look_up_that_fails_are_counted(chain: Chain) -> None:
    chain.add("only", "923000000001")
    chain.open(google=QUOTA)
    with limited(chain) as parts:
        fault = {"service": "sheets", "kind": "503", "path": chain.books["only"].id, "count": 2}
        chain.sandbox.post("/_sandbox/faults", fault)
        parts.reconciler.run_pass(timedelta(seconds=15))
        sent = chain.sandbox.get("/_sandbox/requests")["sheets"]
        assert 60 - parts.quota.free(RequestKind.READ) == sent["read"] == 4
        assert 60 - parts.quota.free(RequestKind.WRITE) == sent["write"] == 1


def test_a_signal_ends_a_run_that_waits_for_the_quota(chain: Chain) -> None:
    for number in range(6):
        chain.add(f"c{number}", "923000000001")
    chain.open(google={"requests_per_minute": 10}, every=1)
    chain.sandbox.delete("/_sandbox/requests")
    with chain.running("start") as process:
        # A look-up keeps room for its further tries, so the fifth campaign's waits for a minute.
        eventually(lambda: chain.sandbox.get("/_sandbox/requests")["sheets"]["read"] == 8)
        process.terminate()
        assert process.wait(15) == 130
