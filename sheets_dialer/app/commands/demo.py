"""`demo`: the whole job with no account."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ..session import errors_told, run_to_end, set_up_logs


def demo(
    rows: Annotated[int, typer.Option(min=1, max=100_000, help="How many rows to paste.")] = 24,
    speed: Annotated[
        float, typer.Option(min=0.1, max=1000, help="How much faster time runs.")
    ] = 10,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free port.")] = 0,
    leave: Annotated[bool, typer.Option("--exit", help="End when every row is settled.")] = False,
) -> None:
    """Show the whole job with no account: a sandbox sheet and portal, and the dialer on them."""
    import random
    import webbrowser

    from .. import demo as whole_job
    from ..wiring import build

    set_up_logs(False)
    with (
        errors_told(),
        whole_job.demo_directory() as directory,
        whole_job.running_sandbox(directory, port=port, speed=speed) as sandbox,
    ):
        typer.echo(f"A sandbox of Google Sheets and the portal runs at {sandbox.url}")
        config = whole_job.demo_config(directory, speed)
        whole_job.fill_sheet(config, rows, random.Random(7))
        ending = "" if leave else " Ctrl-C ends it."
        typer.echo(
            f"{rows} rows are pasted; calls go {speed:g} times as fast as real ones.{ending}"
        )
        if not leave and sys.stdout.isatty():
            webbrowser.open(sandbox.url)
        with build(config) as parts:
            run_to_end(parts, ends=lambda result: leave and result.nothing_left)
        if not leave:
            return
        comparison = whole_job.compare(config, sandbox)
        for name, count in whole_job.outcome_counts(comparison.rows).items():
            typer.echo(f"  {count:4d}  {name}")
        for fault in comparison.faults:
            typer.echo(f"  WRONG: {fault}")
        if comparison.faults:
            raise typer.Exit(1)
        typer.echo(
            f"{len(comparison.rows)} rows settled, {comparison.calls} calls made; every result "
            "equals the portal's own account."
        )
