"""`status`: what does the ledger know?"""

from __future__ import annotations

import typer

from ..options import ConfigOption, JsonOption
from ..session import built_parts


def status(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show what the ledger knows: jobs, attempts, unknowns, today's figures."""
    import json

    from .. import reports

    with built_parts(config) as parts:
        all_figures = {
            name: reports.figures(
                parts.ledger.jobs(name), parts.clock.now(), parts.campaigns[0].rules.zone
            )
            for name in parts.ledger.campaigns()
        }
    if as_json:
        typer.echo(json.dumps(all_figures, indent=2, ensure_ascii=False))
        return
    for name, figures in all_figures.items():
        typer.echo(f"{name}:")
        for group, counts in figures.items():
            listed = ", ".join(f"{count} {what}" for what, count in counts.items())
            typer.echo(f"  {group}: {listed or 'none'}")
    if not all_figures:
        typer.echo("The ledger is empty: nobody was called yet.")
