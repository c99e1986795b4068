"""`sandbox`: Google Sheets and the portal on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..session import USAGE, errors_told


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free port.")] = 8765,
    directory: Annotated[
        Path | None,
        typer.Option("--dir", metavar="DIR", help="Where configuration, keys and state go."),
    ] = None,
    speed: Annotated[float, typer.Option(min=0.01, max=10_000, help="How fast calls go.")] = 1,
    seed: Annotated[int, typer.Option(help="Decides everything random.")] = 1,
) -> None:
    """Run only the loopback Google Sheets and portal, for trying things out."""
    from ..sandbox_packages import require_sandbox

    with errors_told():
        require_sandbox()
    from ...sandbox.server import serve
    from ...sandbox.store import StoreError

    try:
        serve(port=port, directory=directory, speed=speed, seed=seed, on_ready=typer.echo)
    except (OSError, StoreError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from error
