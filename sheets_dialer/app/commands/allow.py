"""`allow`: takes an opt-out by key back."""

from __future__ import annotations

from typing import Annotated

import typer

from ..options import ConfigOption, VerboseOption
from ..session import built_parts, set_up_logs


def allow(
    number: Annotated[str, typer.Argument(help="The number, in any form.")],
    config: ConfigOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Let a number be called again that opted out by pressing the key for it."""
    from ..allow import allow_again

    set_up_logs(verbose)
    with built_parts(config) as parts:
        zone = parts.campaigns[0].rules.zone
        typer.echo(allow_again(number, parts.ledger, parts.clock.now(), zone))
