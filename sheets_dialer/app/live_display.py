"""How a run shows itself: a live display on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ..base.console import UNWRITABLE, show
from ..planning.plan import RowState

if TYPE_CHECKING:
    from rich.table import Table

    from ..reconciler.pass_result import PassResult

Say = Callable[["PassResult"], None]


def silent(_result: PassResult) -> None:
    """A run under cron speaks only through its log and its exit code."""


def lines(zone: ZoneInfo, now: Callable[[], datetime]) -> Say:
    """Prints a line whenever something is different from the pass before."""
    before = ""

    def say(result: PassResult) -> None:
        nonlocal before
        if result.sentence != before:
            before = result.sentence
            show(f"{now().astimezone(zone):%H:%M:%S}  {before}")

    return say


@contextmanager
def live(zone: ZoneInfo, now: Callable[[], datetime]) -> Iterator[Say]:
    """A table on the terminal that is drawn anew after each pass; the log scrolls above it."""
    from rich.live import Live  # noqa: PLC0415 - a run without a terminal doesn't pay for it

    display = Live(auto_refresh=False, redirect_stderr=True)

    def say(result: PassResult) -> None:
        # A terminal may be gone before the run is.
        with suppress(*UNWRITABLE):
            display.update(_table(result, now().astimezone(zone)), refresh=True)

    with suppress(*UNWRITABLE):
        display.start()
    try:
        yield say
    finally:
        with suppress(*UNWRITABLE):
            display.stop()


def _table(result: PassResult, at: datetime) -> Table:
    from rich.table import Table  # noqa: PLC0415 - the same

    table = Table(title=f"Last pass at {at:%H:%M:%S}. Ctrl-C ends it.", title_justify="left")
    for heading in ("Campaign", "In progress", "Queued", "Waiting", "Held", "Settled"):
        table.add_column(heading, justify="left" if heading == "Campaign" else "right")
    table.add_column("State")
    for name, made in result.plans.items():
        queued = made.count(RowState.QUEUED) + len(made.new_jobs) + len(made.dials)
        others = (
            made.count(row_state)
            for row_state in (RowState.WAITING, RowState.HELD, RowState.SETTLED)
        )
        numbers = map(str, (made.in_progress, queued, *others))
        table.add_row(name, *numbers, made.stopped or "Calling")
    for name, problem in result.problems.items():
        table.add_row(name, "", "", "", "", "", str(problem))
    return table
