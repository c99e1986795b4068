"""`start`: passes on schedule until it is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..options import ConfigOption, VerboseOption
from ..session import built_parts, run_to_end, set_up_logs

if TYPE_CHECKING:
    from ...reconciler.pass_result import PassResult


def start(
    config: ConfigOption = None,
    until_done: Annotated[
        bool, typer.Option("--until-done", help="End when nothing is left to do.")
    ] = False,
    verbose: VerboseOption = False,
) -> None:
    """Pass on schedule until stopped by Ctrl-C, SIGTERM or the end of the terminal (SIGHUP)."""
    set_up_logs(verbose)
    with built_parts(config, warns=True) as parts:
        run_to_end(parts, ends=_done_or_closed if until_done else lambda _result: False)


def _done_or_closed(result: PassResult) -> bool:
    """Nothing is left, or all that is left waits for the calling hours."""
    return result.nothing_left or result.only_hours_left
