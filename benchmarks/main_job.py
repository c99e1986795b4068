"""The main job at the portal's real speed: Sheets requests, and how much of the lines is used.

    python benchmarks/main_job.py [--rows N] [--calls-per-minute N] [--lines N] [--speed X]

A sandbox and a dialer run as processes of their own. Printed are the Sheets requests by kind from
the first pass to the end, and the share of line time in use between the first call and the moment
when no row waits any more: a line is in use as the dialer believes it to be.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

import requests
import yaml

from sheets_dialer.app.demo import Sandbox, compare, running_sandbox
from sheets_dialer.app.wiring import build, google_client
from sheets_dialer.config import Config, load_config
from sheets_dialer.domain.attempt import Attempt
from sheets_dialer.domain.portal_status import ANSWERED
from sheets_dialer.google_sheets import QueueTab, Spreadsheet
from sheets_dialer.google_sheets.setup.prepare import prepare, set_control
from sheets_dialer.tabs.control_tab import RUN


def main() -> None:
    """Measures once and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--calls-per-minute", type=int, default=300)
    parser.add_argument("--lines", type=int, default=500)
    parser.add_argument("--speed", type=float, default=1.0)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        running_sandbox(Path(name), port=0, speed=options.speed) as sandbox,
    ):
        requests.post(f"{sandbox.url}/_sandbox/portal", json={"balance": 1e6}, timeout=10)
        config = configured(sandbox, options)
        fill(config, options.rows)
        requests.delete(f"{sandbox.url}/_sandbox/requests", timeout=10)
        begun = time.monotonic()
        command = [sys.executable, str(HOME / "run.py"), "start", "--until-done"]
        subprocess.run([*command, "-c", str(sandbox.directory / "config.yaml")], check=True)
        seconds = time.monotonic() - begun
        counts = requests.get(f"{sandbox.url}/_sandbox/requests", timeout=10).json()["sheets"]
        report(config, sandbox, counts, seconds, options.lines)


def configured(sandbox: Sandbox, options: argparse.Namespace) -> Config:
    """The sandbox's configuration, for an account that doesn't retry by itself."""
    path = sandbox.directory / "config.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["portal"] |= {
        "lines": options.lines,
        "calls_per_minute": options.calls_per_minute,
        "connections": 64,
        "retries": 0,
        "call_seconds": 60 / options.speed,
        "answer_settle_seconds": 90 / options.speed,
    }
    data["every"] = max(2.0, 15 / options.speed)
    data["poll"] = {"first_after": 10 / options.speed, "every": 15 / options.speed}
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return load_config(path)


def fill(config: Config, rows: int) -> None:
    """Pastes so many numbers, makes the sheet ready and says RUN."""
    campaign = config.campaigns[0]
    connection = Spreadsheet(google_client(config.google), campaign.spreadsheet)
    tab = google_client(config.google).open_by_key(campaign.spreadsheet).worksheet(campaign.tab)
    tab.resize(rows + 10, 26)
    source = random.Random(3)
    numbers = [f"03{source.randrange(0, 50):02d}{1_000_000 + each}" for each in range(rows)]
    tab.update([[number] for number in numbers], "A2", raw=True)
    sheet = QueueTab(connection, campaign.tab, campaign.columns)
    prepare(connection, sheet, campaign.tab, campaign.name)
    set_control(connection, sheet.read().control or [], RUN)


def report(
    config: Config, sandbox: Sandbox, counts: dict[str, int], seconds: float, lines: int
) -> None:
    """Prints what was measured."""
    with build(config) as parts:
        attempts = [a for job in parts.ledger.jobs(parts.campaigns[0].name) for a in job.attempts]
    comparison = compare(config, sandbox)
    print(f"rows settled              {len(comparison.rows)} in {seconds:.0f} s")
    print(f"differences to the portal {len(comparison.faults)}")
    kinds = {kind: count for kind, count in counts.items() if count}
    print(f"Sheets requests           {counts.get('total', sum(kinds.values()))} {kinds}")
    length = timedelta(seconds=config.portal.call_seconds)
    print(f"share of line time used   {line_share(attempts, lines, length):.1%}")


def line_share(attempts: list[Attempt], lines: int, length: timedelta) -> float:
    """Line time in use, between the first sending and the last, as a share of all there was."""
    spans = [span for attempt in attempts if (span := held(attempt, length))]
    first, last = min(start for start, _ in spans), max(start for start, _ in spans)
    used = sum((min(end, last) - start for start, end in spans), timedelta())
    return used / ((last - first) * lines) if last > first else 0.0


def held(attempt: Attempt, length: timedelta) -> tuple[datetime, datetime] | None:
    """From when to when the attempt was believed to hold a line."""
    if attempt.sending_at is None:
        return None
    if attempt.call_status == ANSWERED and attempt.answered_at:
        return attempt.sending_at, attempt.answered_at + length
    return attempt.sending_at, attempt.changed_at or attempt.sending_at


if __name__ == "__main__":
    main()
