"""`plan`: what would a pass do, and why?"""

from __future__ import annotations

from datetime import timedelta

import typer

from ..options import ConfigOption, JsonOption
from ..session import built_parts


def plan(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Print what a pass would do and why, and what it would cost; change nothing."""
    import json

    from .. import reports

    with built_parts(config) as parts:
        for queue in parts.campaigns:
            every = timedelta(seconds=parts.config.every)
            planned = parts.reconciler.preview(queue, every)
            columns = planned.snapshot.columns
            rows = len(planned.snapshot.rows) - 1 - columns.header_row
            preview = reports.preview_values(
                queue.name, rows, planned.plan, planned.campaign.rules, parts.clock.now()
            )
            preview |= reports.columns(columns)
            if as_json:
                typer.echo(json.dumps(preview, ensure_ascii=False))
            else:
                typer.echo("\n".join(reports.preview_lines(preview)))
