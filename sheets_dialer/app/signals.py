"""Signals end a run in good order: what waits is woken, and what was sent is heard to its end."""

from __future__ import annotations

import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from ..base.console import show
from ..base.errors import INTERRUPTED

_CLOSED_TERMINAL = getattr(signal, "SIGHUP", None)
"""Windows has none."""
_MAY_HURRY = (signal.SIGINT, signal.SIGTERM)
_SIGNALS = (*_MAY_HURRY, *filter(None, [_CLOSED_TERMINAL]))
_HURRIES = "Ending now; only answers of the portal that are still to come are waited for."


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
