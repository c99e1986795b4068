"""What can't be printed or logged is lost; calls, results and exit codes are as ever."""

from __future__ import annotations

import os
import pty
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.support.dialing import Shop, eventually

NUMBERS = ("03000000001", "03000000002", "03000000003")
ENDS = {"start": "--until-done", "once": "--for=20", "call": "03000000004"}


def in_shell(shop: Shop, command: str, rest: str, seconds: float = 60) -> tuple[int, str, str]:
    """Runs a command with what a shell makes of the rest: exit code and what it printed."""
    words = shlex.join(shop.command(command, ENDS[command]))
    done = subprocess.run(
        ["bash", "-c", f"exec {words} {rest}"],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("command", "rest"),
    [
        ("start", "-v 2>/dev/full"),
        ("start", ">/dev/full"),
        ("start", "-v >/dev/full 2>&1"),
        ("start", "-v 2>&-"),
        ("start", ">&-"),
        ("start", "-v <&- >&- 2>&-"),
        ("once", "-v 2>/dev/full"),
        ("once", "-v >&- 2>&-"),
        ("call", "-v >/dev/full 2>/dev/full"),
        ("call", "-v >&- 2>&-"),
    ],
)
def test_output_that_goes_nowhere_stops_no_call(shop: Shop, command: str, rest: str) -> None:
    shop.settles_at_once()
    shop.ready(*(() if command == "call" else NUMBERS))
    code, printed, logged = in_shell(shop, command, rest)
    assert code == 0, printed + logged
    assert "Traceback" not in printed + logged
    assert "Exception ignored" not in printed + logged
    if command == "call":
        assert shop.called_numbers() == ["923000000004"]
        return
    assert sorted(shop.called_numbers()) == [f"92{number[1:]}" for number in NUMBERS]
    assert {row["Status"] for row in shop.rows()} == {"Answered"}


def test_a_reader_that_goes_away_stops_no_call(shop: Shop) -> None:
    """As of `start -v 2>&1 | head -1`."""
    shop.settles_at_once()
    shop.ready(*NUMBERS)
    in_shell(shop, "start", "-v 2>&1 | head -1")
    eventually(lambda: {row["Status"] for row in shop.rows()} == {"Answered"})
    assert len(shop.calls()) == len(NUMBERS)


def test_a_terminal_that_goes_away_stops_no_call(shop: Shop) -> None:
    """Its table can't be drawn any more; the run was started so that it outlives the terminal."""
    shop.settles_at_once()
    shop.ready(*NUMBERS)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        shop.command("start", "--until-done"),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    eventually(lambda: len(shop.calls()) > 0)
    os.close(ours)
    assert process.wait(60) == 0
    assert {row["Status"] for row in shop.rows()} == {"Answered"}


def test_an_error_that_can_not_be_told_keeps_its_exit_code(shop: Shop, tmp_path: Path) -> None:
    shop.config = tmp_path / "away.yaml"
    for rest in ("", "2>/dev/full", "2>&-"):
        code, _, logged = in_shell(shop, "start", rest)
        assert code == 2, logged
