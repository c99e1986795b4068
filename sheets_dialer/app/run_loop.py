"""Passes on a schedule, until a signal, the end of the work or the end of the time."""

from __future__ import annotations

import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from types import FrameType

import schedule
import structlog

from ..base.clock import Clock
from ..base.console import show
from ..base.errors import INTERRUPTED
from ..planning.pacing import next_pass_due
from ..reconciler.pass_result import PassResult
from ..reconciler.reconciler import Reconciler
from .wiring import Parts

log = structlog.get_logger()


class StopSignal:
    """Set by a signal or by the loop itself; asked for everywhere that waits."""

    def __init__(self) -> None:
        self._is_set = False
        # An event's lock may be held by the very code that a signal's handler interrupts.
        self._awake: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.by_signal = False

    def __call__(self) -> bool:
        return self._is_set

    def set(self) -> None:
        """Asks everything to come to its end."""
        self._is_set = True
        self._awake.put(None)

    def wait(self, seconds: float) -> None:
        """Sleeps, but not beyond the moment of being set."""
        with suppress(queue.Empty):
            self._awake.get(timeout=seconds)
            self._awake.put(None)


@contextmanager
def stopped_by_signals(stop: StopSignal, finish: Callable[[], None]) -> Iterator[None]:
    """Lets SIGINT, SIGTERM and SIGHUP set `stop`, and lets nothing cut `finish` short, which keeps
    what is on its way and may be called twice and beside everything else. A second SIGINT or
    SIGTERM ends the process as soon as that is done.

    A SIGHUP that is ignored stays so (`nohup`), and none is taken for a second signal: a terminal
    that is closed sends several. After a signal all others are ignored to the process's end.
    """
    hurries: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if not stop.by_signal:
            stop.by_signal = True
            stop.set()
        elif number in _MAY_HURRY:
            hurries.put(True)

    def hurry() -> None:
        if not hurries.get():
            return
        try:
            show(_HURRIES, err=True)
            finish()
        finally:
            # The main thread may be waiting for Google, and nothing that it does need be waited
            # for: a process may die at any moment.
            os._exit(INTERRUPTED)

    listened_to = [each for each in _SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
    before = {number: signal.signal(number, on_signal) for number in listened_to}
    threading.Thread(target=hurry, name="hurry", daemon=True).start()
    try:
        yield
    finally:
        try:
            finish()
        finally:
            for number, handler in before.items():
                signal.signal(number, signal.SIG_IGN if stop.by_signal else handler)
            hurries.put(False)


_CLOSED_TERMINAL = getattr(signal, "SIGHUP", None)
"""Windows has none."""
_MAY_HURRY = (signal.SIGINT, signal.SIGTERM)
_SIGNALS = (*_MAY_HURRY, *filter(None, [_CLOSED_TERMINAL]))
_HURRIES = "Ending now; only answers of the portal that are still to come are waited for."
_CLOCKS_DIFFER = 0.5


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
    stop = StopSignal()
    every = parts.pass_interval.interval
    if parts.pass_interval.sentence:
        log.warning("fewer passes", sentence=parts.pass_interval.sentence)
    parts.quota.ends_with(lambda: stop.by_signal, stop.wait)
    with parts.ledger.held(), stopped_by_signals(stop, parts.worker.finish):
        parts.reconciler.recover()
        parts.worker.start()
        try:
            last = run_passes(
                parts.reconciler,
                parts.clock,
                every=every,
                stop=stop,
                ends=ends,
                for_at_most=for_at_most,
                on_pass=on_pass,
            )
        finally:
            parts.worker.finish()
        if last is not None and last.nothing_left and parts.reconciler.sign_off(farewell):
            return last, stop.by_signal
        last_written = parts.reconciler.run_pass(timedelta(0), farewell=farewell)
        on_pass(last_written)
    if last is None:
        return last_written, stop.by_signal
    problems = {**last.problems, **last_written.problems}
    return PassResult(problems, last_written.plans, last.portal_problem), stop.by_signal


def run_passes(
    reconciler: Reconciler,
    clock: Clock,
    *,
    every: timedelta,
    stop: StopSignal,
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
        last = reconciler.run_pass(every)
        if last.soon and reconciler.may_hurry() and not stop():
            begun = clock.steady()
            last = reconciler.run_pass(every)
        on_pass(last)
        if ends(last):
            stop.set()
        due_at = next_pass_due(begun, clock.steady(), seconds, last.rest.total_seconds())
        # New rows get their mark as soon as they have stood for long enough, not an interval later.
        if last.ready_at is not None and reconciler.may_hurry():
            ready_in = (last.ready_at - clock.now()).total_seconds()
            due_at = min(due_at, clock.steady() + max(0.0, ready_in))

    def pass_if_due() -> None:
        # The two clocks differ by a little; a pass that may be away longer is passed over.
        if clock.steady() >= due_at - _CLOCKS_DIFFER:
            one_pass()

    scheduler = schedule.Scheduler()
    scheduler.every(seconds).seconds.do(pass_if_due)
    scheduler.run_all()
    while not stop() and (ends_at is None or clock.steady() < ends_at):
        idle = scheduler.idle_seconds or 0.0
        stop.wait(min(max(idle, 0.0), 1.0, max(0.0, due_at - clock.steady())))
        if clock.steady() >= due_at and not stop():
            # The schedule goes by the wall clock, which people and daylight saving set back.
            scheduler.run_all()
        else:
            scheduler.run_pending()
    return last
