"""`export`: every attempt, for other programs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ..options import ConfigOption
from ..session import built_parts


class Format(StrEnum):
    """In which form an export is printed."""

    csv = "csv"
    json = "json"


def export(
    config: ConfigOption = None,
    form: Annotated[Format, typer.Option("--format", help="csv, or one JSON object a line.")] = (
        Format.csv
    ),
) -> None:
    """Print every attempt, one line each."""
    from .. import reports

    with built_parts(config) as parts:
        jobs = [job for name in parts.ledger.campaigns() for job in parts.ledger.jobs(name)]
    rows = reports.export_rows(jobs)
    typer.echo(reports.as_csv(rows) if form is Format.csv else reports.as_json(rows), nl=False)
