"""`test`: runs the tests."""

from __future__ import annotations

import os
from pathlib import Path

import typer


def test(context: typer.Context) -> None:
    """Run the tests; what stands behind goes to pytest."""
    import pytest

    home = Path(__file__).parents[3]
    os.chdir(home)
    # The tests start processes in other folders, which must find this package too.
    os.environ["PYTHONPATH"] = str(home)
    # A simulated story goes the same way again only where sets do.
    os.environ["PYTHONHASHSEED"] = "0"
    # Two processes for each core, since most tests wait for processes of their own; a file's tests
    # stay together, since they share a sandbox.
    workers = str(2 * (os.cpu_count() or 1))
    # The files in their own order, or those with few long tests would come last and run alone.
    spread = ("-n", workers, "--dist", "loadfile", "--no-loadscope-reorder")
    raise typer.Exit(pytest.main([*spread, *context.args]))
