"""`call`: one test call, away from the sheet."""

from __future__ import annotations

from typing import Annotated

import typer

from ...base.console import show
from ...base.errors import INTERRUPTED, ConfigError
from ..options import ConfigOption, VerboseOption
from ..session import SERVICE, built_parts, set_up_logs


def call(
    number: Annotated[str, typer.Argument(help="The number, in any form.")],
    config: ConfigOption = None,
    campaign: Annotated[
        str | None, typer.Option(help="Whose voice it is; the first campaign's otherwise.")
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Make one test call and follow it to its end, away from the sheet: it is not written to, and
    its Do Not Call tab not read, so a number that is listed there is called all the same."""
    from .. import test_call
    from ..signals import StopSignal, stopped_by_signals
    from ..wiring import new_refs

    set_up_logs(verbose)
    stop = StopSignal()
    made = False
    with built_parts(config) as parts:
        campaigns = [queue for queue in parts.campaigns if campaign in (None, queue.name)]
        if not campaigns:
            raise ConfigError(f"There is no campaign named {campaign} in the configuration.")
        with parts.ledger.held(), stopped_by_signals(stop, parts.worker.finish):
            parts.worker.start()
            for attempt in test_call.call_once(
                number,
                campaigns[0],
                ledger=parts.ledger,
                worker=parts.worker,
                clock=parts.clock,
                refs=new_refs(),
                stopping=stop,
                wait=stop.wait,
            ):
                made = test_call.was_made(attempt)
                show(test_call.sentence(attempt))
    if stop.by_signal:
        raise typer.Exit(INTERRUPTED)
    if not made:
        raise typer.Exit(SERVICE)
