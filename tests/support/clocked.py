"""The loop of `start` and `once` under another clock, through the program's own seam for it.

The clock is the real one, sleep and all, only faster or ahead: an hour must not take an hour here.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from sheets_dialer.app import run_loop
from sheets_dialer.app.session import DONE, INTERRUPTED
from sheets_dialer.app.wiring import build
from sheets_dialer.base.clock import Clock
from sheets_dialer.base.errors import DialerError
from sheets_dialer.config import load_config


def clock_of(speed: float, ahead: float) -> Clock:
    """The real clock from now on so many times as fast, and so many seconds ahead."""
    real = Clock()
    begun, begun_steady = real.now(), real.steady()
    return Clock(
        now=lambda: begun + (real.now() - begun) * speed + timedelta(seconds=ahead),
        steady=lambda: begun_steady + (real.steady() - begun_steady) * speed + ahead,
    )


def run_clocked(words: Sequence[str], speed: float, ahead: float) -> NoReturn:
    """Does what the command does, and ends this process with its exit code."""
    _, _, config, *rest = words
    until_done = "--until-done" in rest
    seconds = float(rest[rest.index("--for") + 1]) if "--for" in rest else None
    with build(load_config(Path(config)), clock=clock_of(speed, ahead)) as parts:
        try:
            last, by_signal = run_loop.work(
                parts,
                ends=lambda result: until_done and result.nothing_left,
                for_at_most=None if seconds is None else timedelta(seconds=seconds),
                farewell="",
            )
        except DialerError as error:
            _end_with(error)
    for problem in last.problems.values():
        _end_with(problem)
    sys.exit(INTERRUPTED if by_signal else DONE)


def _end_with(problem: DialerError) -> NoReturn:
    print(problem, file=sys.stderr)
    sys.exit(problem.exit_code)
