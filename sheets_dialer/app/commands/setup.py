"""`setup`: makes the sheet ready."""

from __future__ import annotations

import typer

from ..options import ConfigOption
from ..session import built_parts


def setup(config: ConfigOption = None) -> None:
    """Make the sheet ready: the dialer's columns, the Dialer tab, the Do Not Call tab."""
    from ...google_sheets.setup.prepare import prepare
    from ...tabs.header_report import columns_told, unclear_sentence
    from ...tabs.queue_columns import Columns

    with built_parts(config) as parts:
        for queue, campaign in zip(parts.campaigns, parts.config.campaigns, strict=True):
            seen: list[Columns] = []
            prepared = prepare(
                queue.connection,
                queue.sheet,
                queue.tab,
                campaign.name,
                every=parts.config.every,
                callback_labels=[campaign.answers["3"]] if "3" in campaign.answers else [],
                callback_column=campaign.callback_column,
                tells=seen.append,
            )
            nothing = "nothing was added" if prepared.left_out else "nothing was missing"
            added = ", ".join(prepared.added)
            typer.echo(f"{queue.name}: {f'added {added}' if added else nothing}")
            for line in columns_told(seen[-1]):
                typer.echo(f"  {line}")
            if unclear := unclear_sentence(queue.tab, seen[-1]):
                typer.echo(f"  {unclear}")
            for sentence in prepared.left_out:
                typer.echo(f"{queue.name}: {sentence}")
    typer.echo("Nobody is called until a person sets Control to RUN on the Dialer tab.")
