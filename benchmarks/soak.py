"""Does memory stay flat? Many calls through the sandbox, the dialer sampled on the way.

    python benchmarks/soak.py --calls 100000

The list is pasted in parts, as people do, and rows that are settled are deleted, so that what grows
is what the dialer keeps and not the sheet. `--keep` leaves them. Linux only: it reads /proc.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

import gspread
import requests
import yaml

from sheets_dialer.app.demo import Sandbox, running_sandbox
from sheets_dialer.app.wiring import google_client
from sheets_dialer.config import Config, load_config
from sheets_dialer.google_sheets import QueueTab, Spreadsheet
from sheets_dialer.google_sheets.setup.prepare import prepare, set_control
from sheets_dialer.tabs.control_tab import RUN

SETTLED = ("Answered", "Busy", "No Answer", "Congestion", "Hangup", "Check", "Failed")
FRESH_SECONDS = 15
"""After so long a fresh start has made some passes. What it holds is what the ledger's size costs;
what the long run holds beyond that would be a leak."""
WARM_UP_SHARE = 0.1
"""The first part of the calls fills caches and pools; memory is compared from then on."""


def main() -> None:
    """Runs once and prints the memory's curve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=5_000)
    parser.add_argument("--part", type=int, default=500, help="rows pasted at a time")
    parser.add_argument("--keep", action="store_true", help="leave settled rows in the sheet")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        running_sandbox(Path(name), port=0, speed=1000) as sandbox,
    ):
        post(sandbox, "portal", {"balance": 1e9})
        post(sandbox, "limits", {"enabled": False})
        config = configured(sandbox)
        tab = made_ready(config)
        with dialling(sandbox) as pid:
            samples = soaked(sandbox, tab, pid, options)
        with dialling(sandbox) as pid:
            time.sleep(FRESH_SECONDS)
            fresh = resident_megabytes(pid)
    report(samples)
    print(f"a fresh start on the same ledger  {fresh:.1f} MB")


@contextmanager
def dialling(sandbox: Sandbox) -> Iterator[int]:
    """The dialer, while it is measured; gives its process id."""
    command = [sys.executable, str(HOME / "run.py"), "start"]
    process = subprocess.Popen(
        [*command, "-c", str(sandbox.directory / "config.yaml")], stdout=subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def post(sandbox: Sandbox, what: str, data: dict[str, object]) -> None:
    """Sets something of the sandbox."""
    requests.post(f"{sandbox.url}/_sandbox/{what}", json=data, timeout=10).raise_for_status()


def configured(sandbox: Sandbox) -> Config:
    """The sandbox's configuration, with every limit out of the way."""
    path = sandbox.directory / "config.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["portal"] |= {
        "lines": 2_000,
        "calls_per_minute": 60_000,
        "connections": 32,
        "retries": 0,
        "call_seconds": 0.06,
        "answer_settle_seconds": 0.2,
    }
    data["every"] = 1
    data["poll"] = {"first_after": 0.1, "every": 0.1}
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return load_config(path)


def made_ready(config: Config) -> gspread.Worksheet:
    """Makes the sheet ready and says RUN; returns the queue tab."""
    campaign = config.campaigns[0]
    client = google_client(config.google)
    connection = Spreadsheet(client, campaign.spreadsheet)
    sheet = QueueTab(connection, campaign.tab, campaign.columns)
    prepare(connection, sheet, campaign.tab, campaign.name)
    set_control(connection, sheet.read().control or [], RUN)
    return client.open_by_key(campaign.spreadsheet).worksheet(campaign.tab)


def soaked(
    sandbox: Sandbox, tab: gspread.Worksheet, pid: int, options: argparse.Namespace
) -> list[tuple[float, int, float]]:
    """Pastes part after part until so many calls were made; the samples of it, as seconds, calls
    and megabytes."""
    samples: list[tuple[float, int, float]] = []
    begun, pasted, first = time.monotonic(), 0, 2
    while pasted < options.calls:
        rows = [[str(923_000_100_000 + pasted + each)] for each in range(options.part)]
        needed = first + len(rows)
        if tab.row_count < needed:
            tab.add_rows(needed - tab.row_count + 1_000)
        tab.update(rows, f"A{first}", raw=True)
        pasted += len(rows)
        wait_until_settled(tab, first, first + len(rows) - 1)
        if options.keep:
            first += len(rows)
        else:
            tab.delete_rows(first, first + len(rows) - 1)
        samples.append((time.monotonic() - begun, pasted, resident_megabytes(pid)))
        print("{:7.0f} s {:7d} calls {:7.1f} MB".format(*samples[-1]), flush=True)
    made = requests.get(f"{sandbox.url}/_sandbox/requests", timeout=60).json()["portal"]["calls"]
    print(f"{made} calls were asked for, {pasted} rows were pasted")
    return samples


def wait_until_settled(tab: gspread.Worksheet, first: int, last: int) -> None:
    """Waits until each of these rows shows how its call ended."""
    column = tab.row_values(1).index("Status") + 1
    letter = gspread.utils.rowcol_to_a1(1, column).rstrip("1")
    while True:
        statuses = [row[0] if row else "" for row in tab.get(f"{letter}{first}:{letter}{last}")]
        if len(statuses) == last - first + 1 and set(statuses) <= set(SETTLED):
            return
        time.sleep(1)


def resident_megabytes(pid: int) -> float:
    """What the process holds in memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the dialer has ended")


def report(samples: list[tuple[float, int, float]]) -> None:
    """Prints how the memory after the warm-up compares with that at its end."""
    total = samples[-1][1]
    warm = next(sample for sample in samples if sample[1] >= min(10_000, total * WARM_UP_SHARE))
    growth = samples[-1][2] / warm[2] - 1
    print(f"memory at {warm[1]} calls  {warm[2]:.1f} MB")
    print(f"memory at {total} calls  {samples[-1][2]:.1f} MB ({growth:+.1%})")


if __name__ == "__main__":
    main()
