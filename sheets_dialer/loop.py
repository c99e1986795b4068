"""Passes on a schedule, until a signal, the end of the work or the end of the time."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType

import schedule
import structlog

from .clock import Clock
from .dialer import Dialer, PassResult
from .errors import DialerError

log = structlog.get_logger()


class Stop:
    """Set by a signal or by the loop itself; asked for everywhere that waits."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.by_signal = False

    def __call__(self) -> bool:
        return self._event.is_set()

    def set(self) -> None:
        """Asks everything to come to its end."""
        self._event.set()

    def wait(self, seconds: float) -> None:
        """Sleeps, but not beyond the moment of being set."""
        self._event.wait(seconds)


@contextmanager
def stopped_by_signals(stop: Stop) -> Iterator[None]:
    """Lets SIGINT and SIGTERM set `stop`; a second one ends the process at once."""

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if stop():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        stop.by_signal = True
        stop.set()

    before = {number: signal.signal(number, on_signal) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(
    dialer: Dialer,
    clock: Clock,
    *,
    every: timedelta,
    stop: Stop,
    until_done: bool = False,
    for_at_most: timedelta | None = None,
    on_pass: Callable[[PassResult], None] = lambda _result: None,
) -> PassResult | None:
    """Runs passes until `stop` is set, the work is done or the time is over.

    A pass that fails is reported and the next one comes as if nothing had happened. Returns the
    last pass's result.
    """
    seconds = every.total_seconds()
    ends_at = None if for_at_most is None else clock.steady() + for_at_most.total_seconds()
    last: PassResult | None = None

    def one_pass() -> None:
        nonlocal last
        until = clock.steady() + seconds
        if ends_at is not None:
            until = min(until, ends_at)
        try:
            last = dialer.run_pass(until, stop)
            # New rows get their first mark at once instead of a whole interval later.
            if last.soon and not stop():
                last = dialer.run_pass(until, stop)
            on_pass(last)
        except DialerError as error:
            log.error("pass failed", problem=str(error))
        if until_done and last is not None and last.nothing_left:
            stop.set()

    # The scheduler compares naive local times; an interval in seconds, started anew after each
    # pass, doesn't meet the hour that a clock change repeats or skips.
    scheduler = schedule.Scheduler()
    scheduler.every(max(1, round(seconds))).seconds.do(one_pass)
    scheduler.run_all()
    while not stop() and (ends_at is None or clock.steady() < ends_at):
        idle = scheduler.idle_seconds
        stop.wait(min(max(idle or 0.0, 0.0), 1.0))
        scheduler.run_pending()
    return last
