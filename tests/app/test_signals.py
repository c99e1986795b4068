"""Signals that end a run: whatever comes, and however often, what was sent is heard to its end."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from tests.support.dialing import Shop, eventually
from tests.support.forking import Running


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["start"], [signal.SIGHUP]),
        (["once"], [signal.SIGHUP] * 3),
        (["start"], [signal.SIGTERM, signal.SIGHUP]),
        (["start"], [signal.SIGTERM, signal.SIGINT]),
        (["once"], [signal.SIGINT] * 3),
        (["call", "03000000001"], [signal.SIGHUP] * 2),
        (["call", "03000000001"], [signal.SIGINT] * 3),
    ],
)
def test_signals_lose_no_reply_that_is_on_its_way(
    shop: Shop, words: list[str], numbers: list[signal.Signals]
) -> None:
    """However many come: as from a terminal that is closed, or a hand that presses Ctrl-C again."""
    shop.ready("03000000001")
    seconds = 1.5
    with _a_reply_on_its_way(shop, seconds, *words) as process:
        for number in numbers:
            process.send_signal(number)
            time.sleep(0.02)
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 130, output
    assert "Traceback" not in output
    ended_now = "Ending now" in output
    assert ended_now == (len(numbers) > 1 and numbers[-1] != signal.SIGHUP)
    exported = shop.run("export", "--format", "json").stdout
    assert [json.loads(line)["call_id"] for line in exported.splitlines()] == [
        call["call_id"] for call in shop.calls()
    ]
    assert len(shop.calls()) == 1


def test_a_second_signal_does_not_wait_for_google(shop: Shop) -> None:
    shop.ready("03000000001")
    with shop.running("start") as process:
        eventually(lambda: shop.rows()[0]["DTMF"] == "1")
        hangs = {"service": "sheets", "kind": "slow", "seconds": 30, "count": 1}
        shop.sandbox.post("/_sandbox/faults", hangs)
        eventually(lambda: _fired(shop) == 1)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 130


def test_a_hangup_that_is_ignored_stays_so(shop: Shop) -> None:
    """As of what was started by `nohup`."""
    shop.ready("03000000001")
    process = subprocess.Popen(
        ["nohup", *shop.command("start")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        eventually(lambda: len(shop.calls()) == 1)
        process.send_signal(signal.SIGHUP)
        eventually(lambda: shop.rows()[0]["DTMF"] == "1")
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


@contextmanager
def _a_reply_on_its_way(shop: Shop, seconds: float, *words: str) -> Iterator[Running]:
    """The command at the moment when the portal has its request and lets it wait for the reply."""
    slow = {"service": "portal", "kind": "slow", "path": "/api/calls", "seconds": seconds}
    shop.sandbox.post("/_sandbox/faults", slow)
    with shop.running(*words) as process:
        eventually(lambda: _fired(shop) == 1, every=0.02)
        yield process


def _fired(shop: Shop) -> int:
    fault: Mapping[str, int]
    (fault,) = shop.sandbox.get("/_sandbox/faults")
    return fault["fired"]
