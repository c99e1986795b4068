"""Processor time of `run.py --help`, and of `once` when there is nothing to do.

    python benchmarks/startup.py [--runs N]

Each is a process of its own, run a few times; printed is the median. The sheet that `once` reads
has rows that were called already, on a sandbox that runs beside it.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

from sheets_dialer.app.demo import demo_config, fill_sheet, running_sandbox


def main() -> None:
    """Measures both and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    with (
        tempfile.TemporaryDirectory() as name,
        running_sandbox(Path(name), port=0, speed=100) as sandbox,
    ):
        config = demo_config(sandbox.directory, speed=100)
        fill_sheet(config, 24, random.Random(1))
        path = str(sandbox.directory / "config.yaml")
        subprocess.run([sys.executable, str(HOME / "run.py"), "once", "-c", path], check=True)
        subprocess.run([sys.executable, str(HOME / "run.py"), "once", "-c", path], check=True)
        helped = median(runs, "--help")
        idle = median(runs, "once", "-c", path)
    print(f"run.py --help, processor time        {helped:.2f} s (wanted: under 0.6 s)")
    print(f"once with nothing to do, the same    {idle:.2f} s (wanted: under 1.5 s)")


def median(runs: int, *words: str) -> float:
    """Processor time of the command, user and system, in seconds."""
    return statistics.median(cpu_seconds(words) for _ in range(runs))


def cpu_seconds(words: tuple[str, ...]) -> float:
    """Processor time of one run."""
    before = os.times()
    subprocess.run(
        [sys.executable, str(HOME / "run.py"), *words], check=True, stdout=subprocess.DEVNULL
    )
    after = os.times()
    used = after.children_user + after.children_system
    return used - before.children_user - before.children_system


if __name__ == "__main__":
    main()
