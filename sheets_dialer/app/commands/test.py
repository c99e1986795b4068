"""`test`: runs the tests."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
    # Four processes for each core, since most tests wait for processes of their own; a file's tests
    # stay together, since they share a sandbox.
    workers = str(4 * (os.cpu_count() or 1))
    # The files in their own order, or those with few long tests would come last and run alone.
    spread = ("-n", workers, "--dist", "loadfile", "--no-loadscope-reorder")
    with compiled_once():
        code = pytest.main([*spread, *context.args])
    raise typer.Exit(code)


@contextmanager
def compiled_once() -> Iterator[None]:
    """Hundreds of processes load the same modules. Where nothing compiled may be left beside them,
    it is kept in a folder of this run."""
    if not os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="compiled-", ignore_cleanup_errors=True) as folder:
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        yield
