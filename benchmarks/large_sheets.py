"""What a pass over a large sheet costs when nothing changed, and how much memory the process takes.

    python benchmarks/large_sheets.py [--rows N]

A sandbox runs as a process of its own; the dialer under measurement is another one, made as
`start` makes it. Of the rows half were called long ago, one in ten can't be called, the rest is
queued while Control says PAUSE; one cell holds an emoji. After the passes that it takes to write
all that into the sheet, warm passes are measured: their processor time as a multiple of what
`json.loads` takes for the same answer of Google's, in the same run. Then the same for a tenth of
the rows.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

import requests
import structlog

from sheets_dialer.app.demo import running_sandbox
from sheets_dialer.app.wiring import build, google_client
from sheets_dialer.base.clock import Clock
from sheets_dialer.config import Config, load_config
from sheets_dialer.domain.attempt import AttemptState, Reason, Transition
from sheets_dialer.domain.content import Content
from sheets_dialer.domain.job import NewJob
from sheets_dialer.google_sheets import QueueTab, Spreadsheet
from sheets_dialer.google_sheets.setup.prepare import prepare
from sheets_dialer.ledger.ledger import Intent, Ledger

EVERY = timedelta(seconds=15)
WARM_PASSES = 9


def main() -> None:
    """Measures both sizes and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    small, large = measured(rows // 10), measured(rows)
    print(f"rows                          {rows // 10:>9,} {rows:>9,}")
    for what in large:
        print(f"{what:<30}{small[what]:>9.3f} {large[what]:>9.3f}")
    growth = large["warm pass, CPU s"] / small["warm pass, CPU s"]
    print(f"ten times the rows cost       {growth:.1f} times (wanted: at most 11)")
    ratio = large["warm pass, CPU s"] / large["json.loads, CPU s"]
    print(f"warm pass over json.loads     {ratio:.2f} (wanted: at most 2)")
    print(f"the process stayed under      {large['peak memory, MB']:.0f} MB (wanted: 300)")


def measured(rows: int) -> dict[str, float]:
    """Fills a sheet and a ledger, and measures a process that works on them."""
    with (
        tempfile.TemporaryDirectory() as name,
        running_sandbox(Path(name), port=0, speed=1) as sandbox,
    ):
        requests.post(f"{sandbox.url}/_sandbox/limits", json={"enabled": False}, timeout=10)
        path = sandbox.directory / "config.yaml"
        fill(load_config(path), rows)
        context = multiprocessing.get_context("spawn")
        with context.Pool(1) as pool:
            figures: dict[str, float] = pool.apply(passes, (str(path),))
        with context.Pool(1) as pool:
            reading, size = pool.apply(payload, (str(path),))
        return figures | {"json.loads, CPU s": reading, "Google's answer, MB": size}


def fill(config: Config, rows: int) -> None:
    """A sheet with so many rows, and a ledger in which half of them were called long ago."""
    campaign = config.campaigns[0]
    client = google_client(config.google)
    tab = client.open_by_key(campaign.spreadsheet).worksheet(campaign.tab)
    tab.resize(rows + 1, 16)
    numbers = [f"92300{1_000_000 + each}" for each in range(rows)]
    refs = [f"called{each:06}" if each % 2 else "" for each in range(rows)]
    people = [
        [number if each % 10 else "0300-12", 1500, "Lahore Cloth House"]
        for each, number in enumerate(numbers)
    ]
    people[5][2] = "😀"
    connection = Spreadsheet(client, campaign.spreadsheet)
    tab.update([["Phone", "Amount", "Store"]], "A1", raw=True)
    prepare(
        connection,
        QueueTab(connection, campaign.tab, campaign.columns),
        campaign.tab,
        campaign.name,
    )
    header = tab.row_values(1)
    ref = header.index("Ref")
    for start in range(0, rows, 10_000):
        part = people[start : start + 10_000]
        tab.update(part, f"A{start + 2}", raw=True)
        tab.update(
            [[each] for each in refs[start : start + 10_000]],
            f"{chr(ord('A') + ref)}{start + 2}",
            raw=True,
        )
    # A Status beside a Ref tells that a dialer has worked here, as no token does yet.
    tab.update_cell(3, header.index("Status") + 1, "Answered")
    called = [
        NewJob(
            refs[each],
            Content(numbers[each], campaign.voice_id, "1500", (people[each][2], *[""] * 4)),
        )
        for each in range(1, rows, 2)
    ]
    ledger = Ledger(config.ledger, new_id="benchmrk")
    call_all(ledger, campaign.name, called)
    ledger.close()


def call_all(ledger: Ledger, campaign: str, new: list[NewJob]) -> None:
    """Jobs that were called ten days ago, confirmed, and ended."""
    long_ago = Clock().now() - timedelta(days=10)
    ledger.record(campaign, long_ago, new_jobs=new)
    jobs = ledger.jobs(campaign)
    made = ledger.record(campaign, long_ago, intents=[Intent(job, Reason.FIRST) for job in jobs])
    steps = (
        (AttemptState.INTENDED, AttemptState.SENDING),
        (AttemptState.SENDING, AttemptState.PLACED),
    )
    for source, target in steps:
        placed = target is AttemptState.PLACED
        ledger.move(
            [
                Transition(
                    each.id,
                    source,
                    target,
                    {"call_id": str(20_000 + each.id), "placed_at": long_ago}
                    if placed
                    else {"sending_at": long_ago},
                )
                for each in made
            ],
            long_ago,
        )
    news = {
        "call_status": 2,
        "dtmf": "1",
        "retry": 0,
        "answered_at": long_ago,
        "changed_at": long_ago,
        "polled_at": long_ago + timedelta(seconds=20),
    }
    ledger.report([(each.id, news) for each in made], long_ago)
    over = {"ended_at": long_ago + timedelta(seconds=20)}
    ledger.move(
        [Transition(each.id, AttemptState.PLACED, AttemptState.ENDED, over) for each in made],
        long_ago,
    )


def passes(path: str) -> dict[str, float]:
    """Cold passes until the sheet says everything, then warm ones."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    config = load_config(Path(path))
    with build(config) as parts, parts.ledger.held():
        cold = [timed(lambda: parts.reconciler.run_pass(EVERY)) for _ in range(2)]
        while parts.reconciler.run_pass(EVERY).plans[config.campaigns[0].name].cells:
            pass
        warm = [timed(lambda: parts.reconciler.run_pass(EVERY)) for _ in range(WARM_PASSES)]
        result = parts.reconciler.run_pass(EVERY)
    print(f"  {result.sentence}", flush=True)
    return {
        "first pass, CPU s": cold[0],
        "warm pass, CPU s": statistics.median(warm),
        "slowest warm pass, CPU s": max(warm),
        "peak memory, MB": peak_megabytes(),
    }


def peak_megabytes() -> float:
    """The most memory that this process has had. (What `getrusage` tells counts the process that
    started it, too: a program that replaces another one inherits its peak.)"""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (kilobytes,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(kilobytes) / 1024


def payload(path: str) -> tuple[float, float]:
    """What `json.loads` takes for the answer that a pass reads, and its size in MB."""
    config = load_config(Path(path))
    client = google_client(config.google)
    key = config.campaigns[0].spreadsheet
    answer = client.http_client.request(
        "post",
        f"https://sheets.googleapis.com/v4/spreadsheets/{key}/values:batchGetByDataFilter",
        params={"prettyPrint": "false"},
        json={
            "dataFilters": [{"a1Range": config.campaigns[0].tab}],
            "valueRenderOption": "UNFORMATTED_VALUE",
        },
    ).text
    return statistics.median(timings(answer)), len(answer) / 1e6


def timings(answer: str) -> Iterator[float]:
    """Processor time of reading the answer, several times over."""
    for _ in range(WARM_PASSES):
        yield timed(lambda: json.loads(answer))


def timed(what: Callable[[], object]) -> float:
    """Processor time of one call, in seconds."""
    begun = time.process_time()
    what()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
