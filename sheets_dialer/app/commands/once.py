"""`once`: passes until nothing is due, for cron."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from ..options import ConfigOption, VerboseOption
from ..session import built_parts, run_to_end, set_up_logs


def once(
    config: ConfigOption = None,
    seconds: Annotated[
        float,
        typer.Option("--for", min=1, metavar="SECONDS", help="End after this time at the latest."),
    ] = 45,
    verbose: VerboseOption = False,
) -> None:
    """Pass until nothing is due or the time is up, then end: for cron."""
    set_up_logs(verbose)
    with built_parts(config, warns=True) as parts:
        length = timedelta(seconds=seconds)
        ends_at = parts.clock.now() + length
        run_to_end(
            parts,
            ends=lambda result: result.nothing_due(ends_at),
            for_at_most=length,
            farewell="",
            quiet=True,
        )
