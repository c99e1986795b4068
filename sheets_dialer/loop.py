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

from .bootstrap import Parts
from .clock import Clock
from .dialer import Dialer, PassResult
from .pacing import next_pass_due

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


_CLOCKS_DIFFER = 0.5
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def work(
    parts: Parts,
    *,
    ends: Callable[[PassResult], bool] = lambda _result: False,
    for_at_most: timedelta | None = None,
    farewell: str,
    on_pass: Callable[[PassResult], None] = lambda _result: None,
) -> tuple[PassResult, bool]:
    """A whole run: takes the ledger, dials, and at the end finishes what is in flight and writes.
    The Dialer tab then says `farewell`, unless something else keeps calls from going out.

    Returns the last result, and whether a signal ended the run.

    Raises:
        AnotherDialer: another process works with this ledger.
        LedgerError: the ledger can't be used, so there is nothing to go on with.
    """
    stop = Stop()
    every = parts.rhythm.interval
    if parts.rhythm.sentence:
        log.warning("fewer passes", sentence=parts.rhythm.sentence)
    parts.quota.ends_with(lambda: stop.by_signal, stop.wait)
    with parts.ledger.held(), stopped_by_signals(stop):
        parts.dialer.recover()
        parts.caller.start()
        try:
            last = run(
                parts.dialer,
                parts.clock,
                every=every,
                stop=stop,
                ends=ends,
                for_at_most=for_at_most,
                on_pass=on_pass,
            )
        finally:
            parts.caller.finish()
        if last is not None and last.nothing_left and parts.dialer.sign_off(farewell):
            return last, stop.by_signal
        last_written = parts.dialer.run_pass(timedelta(0), farewell=farewell)
        on_pass(last_written)
    if last is None:
        return last_written, stop.by_signal
    problems = {**last.problems, **last_written.problems}
    return PassResult(problems, last_written.plans, last.portal_problem), stop.by_signal


def run(
    dialer: Dialer,
    clock: Clock,
    *,
    every: timedelta,
    stop: Stop,
    ends: Callable[[PassResult], bool] = lambda _result: False,
    for_at_most: timedelta | None = None,
    on_pass: Callable[[PassResult], None] = lambda _result: None,
) -> PassResult | None:
    """Runs passes until `stop` is set, `ends` says so of a pass's result, or the time is over.

    A pass that fails is reported and the next one comes as if nothing had happened. Returns the
    last pass's result; the caller then finishes what is in flight and says farewell.

    Raises:
        LedgerError: the ledger can't be used, so there is nothing to go on with.
    """
    ends_at = None if for_at_most is None else clock.steady() + for_at_most.total_seconds()
    seconds = max(1, round(every.total_seconds()))
    last: PassResult | None = None
    due_at = clock.steady()

    def one_pass() -> None:
        nonlocal last, due_at
        begun = clock.steady()
        last = dialer.run_pass(every)
        # New rows get their first mark at once instead of a whole interval later.
        if last.soon and dialer.may_hurry() and not stop():
            begun = clock.steady()
            last = dialer.run_pass(every)
        on_pass(last)
        if ends(last):
            stop.set()
        due_at = next_pass_due(begun, clock.steady(), seconds, last.rest.total_seconds())

    def pass_if_due() -> None:
        # The two clocks differ by a little; a pass that may be away longer is passed over.
        if clock.steady() >= due_at - _CLOCKS_DIFFER:
            one_pass()

    scheduler = schedule.Scheduler()
    scheduler.every(seconds).seconds.do(pass_if_due)
    scheduler.run_all()
    while not stop() and (ends_at is None or clock.steady() < ends_at):
        idle = scheduler.idle_seconds or 0.0
        stop.wait(min(max(idle, 0.0), 1.0))
        if clock.steady() >= due_at and not stop():
            # The schedule goes by the wall clock, which people and daylight saving set back.
            scheduler.run_all()
        else:
            scheduler.run_pending()
    return last
