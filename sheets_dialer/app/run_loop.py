"""Passes on a schedule, until a signal, the end of the work or the end of the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import schedule
import structlog

from ..base.clock import Clock
from ..planning.pacing import next_pass_due
from ..reconciler.pass_result import PassResult
from ..reconciler.reconciler import Reconciler
from .signals import StopSignal, stopped_by_signals
from .wiring import Parts

log = structlog.get_logger()


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
                may_hurry=lambda: parts.quota.may_hurry(len(parts.campaigns)),
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
    may_hurry: Callable[[], bool],
    ends: Callable[[PassResult], bool] = lambda _result: False,
    for_at_most: timedelta | None = None,
    on_pass: Callable[[PassResult], None] = lambda _result: None,
) -> PassResult | None:
    """Runs passes until `stop` is set, `ends` says so of a pass's result, or the time is over.

    A pass that fails is reported and the next one comes as if nothing had happened. One may come
    before its time where `may_hurry` says that Google's quota bears it. Returns the last pass's
    result; the caller then finishes what is in flight and says farewell.

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
        if last.soon and may_hurry() and not stop():
            begun = clock.steady()
            last = reconciler.run_pass(every)
        on_pass(last)
        if ends(last):
            stop.set()
        due_at = next_pass_due(begun, clock.steady(), seconds, last.rest.total_seconds())
        # New rows get their mark as soon as they have stood for long enough, not an interval later.
        if last.ready_at is not None and may_hurry():
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
