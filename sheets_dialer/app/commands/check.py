"""`check`: is everything there that dialling needs?"""

from __future__ import annotations

import os
from typing import Annotated

import typer

from ..options import ConfigOption
from ..session import errors_told

_COLOURS = {"ok": "green", "warning": "yellow", "fault": "red"}


def check(
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Verify configuration, Google, the sheet and the portal; call nobody."""
    import json

    from ...check import exit_code
    from ...config import config_path
    from ..check_file import check_file

    findings = []
    with errors_told():
        for finding in check_file(config_path(config, os.environ), os.environ):
            findings.append(finding)
            if not as_json:
                level = typer.style(f"{finding.level:8}", fg=_COLOURS[finding.level])
                typer.echo(f"{level} {finding.what}: {finding.sentence}")
                if finding.remedy:
                    typer.echo(f"         → {finding.remedy}")
    code = exit_code(findings)
    if as_json:
        typer.echo(json.dumps([each.to_json() for each in findings], indent=2, ensure_ascii=False))
    elif not code:
        typer.echo("Everything that dialling needs is there. Nobody was called.")
    raise typer.Exit(code)
