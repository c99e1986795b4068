"""The whole job with no account: a sandbox of its own, a filled sheet, and the dialer on it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml

from ..base.errors import DialerError
from ..config import Config, load_config
from ..google_sheets import QueueTab, Spreadsheet
from ..google_sheets.setup.prepare import prepare, set_control
from ..tabs.control_tab import RUN
from ..tabs.queue_rows import QueueRow, read_rows
from ..tabs.status import NOT_CALLED
from .sandbox_packages import require_sandbox
from .wiring import build, google_client

_HEADER = ("Phone", "Amount", "Store", "Order ID")
_STORES = ("Lahore Cloth House", "Karachi Shoes", "Multan Mangoes", "چائے خانہ")
_FATED = tuple(f"9230000000{fate:02d}" for fate in range(1, 13))
_UNUSABLE = ("0300-12", "0300 1234567 / 0321 7654321", "call Ahmed first", "9.23E+11")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox and the folder with its configuration."""

    url: str
    directory: Path
    process: subprocess.Popen[str]

    def calls(self) -> list[dict[str, Any]]:
        """Every call that the sandbox's portal accepted, as the portal has it."""
        calls: list[dict[str, Any]] = requests.get(f"{self.url}/_sandbox/calls", timeout=30).json()
        return calls


@contextmanager
def running_sandbox(directory: Path, *, port: int, speed: float) -> Iterator[Sandbox]:
    """Starts the sandbox as a process of its own and stops it at the end.

    Raises:
        SandboxMissing: its packages aren't installed.
    """
    require_sandbox()
    command = [sys.executable, "-m", "sheets_dialer.sandbox", "--port", str(port)]
    command += ["--dir", str(directory), "--speed", str(speed)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        # In a session of its own, so that Ctrl-C reaches the dialer first and it can still write.
        command,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        if not process.stdout.readline():
            raise DialerError("The sandbox didn't start; its own message stands above.")
        facts = json.loads((directory / "sandbox.json").read_text(encoding="utf-8"))
        yield Sandbox(facts["url"], directory, process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def demo_config(directory: Path, speed: float) -> Config:
    """The sandbox's configuration with the dialer's own times made as fast as the portal's."""
    path = directory / "config.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["portal"] |= {
        "calls_per_minute": min(60_000, round(60 * speed)),
        "call_seconds": 60 / speed,
        # One number of the demo is tried again by the account itself, five minutes later.
        "retries": 1,
        "settle_minutes": 7 / speed,
        "answer_settle_seconds": 90 / speed,
        "stuck_minutes": 60 / speed,
    }
    # Google's quota of 60 reads a minute holds in the sandbox too.
    data["every"] = max(2.0, 15 / speed)
    data["poll"] = {
        "first_after": 10 / speed,
        "every": max(0.3, 15 / speed),
        "give_up_after_hours": 15 / 60 / speed,
    }
    for campaign in data["campaigns"]:
        campaign["typing_seconds"] = 30 / speed
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return load_config(path)


def fill_sheet(config: Config, rows: int, source: random.Random) -> None:
    """Pastes numbers into the queue tab as people write them, makes the sheet ready, says RUN."""
    person = config.model_copy(
        update={
            "google": config.google.model_copy(
                update={
                    "service_account_file": config.google.service_account_file.with_name(
                        "person.json"
                    )
                }
            )
        }
    )
    campaign = config.campaigns[0]
    tab = google_client(person.google).open_by_key(campaign.spreadsheet).worksheet(campaign.tab)
    tab.update([list(_HEADER), *demo_rows(rows, source)], "A1", raw=False)
    connection = Spreadsheet(google_client(config.google), campaign.spreadsheet)
    sheet = QueueTab(connection, campaign.tab, campaign.columns)
    prepare(connection, sheet, campaign.tab, campaign.name, every=config.every)
    set_control(connection, sheet.read().control or [], RUN)


def demo_rows(count: int, source: random.Random) -> list[list[str]]:
    """Rows as people paste them: every known fate and fault first, then whatever comes."""
    phones = [*_FATED, *_UNUSABLE][:count]
    while len(phones) < count:
        phones.append(f"923{source.randrange(0, 50):02d}{source.randrange(10**6, 10**7)}")
    return [
        [
            as_people_write(phone, source) if phone.isdigit() else phone,
            str(source.randrange(5, 200) * 50),
            source.choice(_STORES),
            f"ORD{10_000 + place}",
        ]
        for place, phone in enumerate(phones)
    ]


def as_people_write(number: str, source: random.Random) -> str:
    """One of the ways in which a Pakistani mobile number is written down."""
    national = number[2:]
    return source.choice(
        (
            number,
            national,
            f"0{national}",
            f"0{national[:3]}-{national[3:]}",
            f"0{national[:3]} {national[3:6]} {national[6:]}",
            f"+92 {national[:3]} {national[3:]}",
            f"+92 (0){national}",
            f"0092{national}",
            f"0{national[:3]}-{national[3:]}".translate(_URDU_DIGITS),
        )
    )


_URDU_DIGITS = {ord("0") + value: ord("۰") + value for value in range(10)}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The sheet held against the portal's own account. `faults` is empty where they agree."""

    rows: Sequence[QueueRow]
    calls: int
    faults: tuple[str, ...]


def compare(config: Config, sandbox: Sandbox) -> Comparison:
    """Checks every row's result against what the sandbox's portal says happened."""
    with build(config) as parts:
        queue = parts.campaigns[0]
        snapshot = queue.sheet.read()
    rows = read_rows(snapshot.grid, snapshot.columns, config.campaigns[0].voice_id)
    calls = sandbox.calls()
    faults: list[str] = []
    by_id = {str(call["call_id"]): call for call in calls}
    seen: set[str] = set()
    for row in rows:
        call_id = row.shown["call_id"]
        if call_id:
            seen.add(call_id)
            faults += _row_faults(row, by_id.get(call_id))
        elif not row.shown["why"]:
            faults.append(f"row {row.index + 1} was not called and doesn't say why")
    faults += [f"call {call_id} stands on no row" for call_id in by_id if call_id not in seen]
    numbers = [call["caller_id"] for call in calls]
    faults += [f"{number} was called twice" for number in numbers if numbers.count(number) > 1]
    return Comparison(rows, len(calls), tuple(faults))


def _row_faults(row: QueueRow, call: Mapping[str, Any] | None) -> Iterator[str]:
    place = f"row {row.index + 1}"
    if call is None:
        yield f"{place} shows a call that the portal doesn't know"
        return
    words = _WORDS.get(call["status"], f"Unknown status {call['status']}")
    for what, ours, theirs in (
        ("number", row.content.number if row.content else "", str(call["caller_id"])),
        ("status", row.shown["status"], words),
        ("key", row.shown["dtmf"], str(call["dtmf"] or "")),
    ):
        if ours != theirs:
            yield f"{place} shows {what} {ours!r}, the portal has {theirs!r}"


# Written out here, not taken from `call`: the judge must not share the table of the judged.
_WORDS = {
    1: "Initiated",
    2: "Answered",
    3: "Congestion",
    4: "Busy",
    5: "No Answer",
    6: "Hangup",
    8: "Pushed to SIP",
}


@contextmanager
def demo_directory() -> Iterator[Path]:
    """A folder that is gone when the demo ends."""
    with tempfile.TemporaryDirectory(prefix="sheets-dialer-demo-") as name:
        yield Path(name)


def outcome_counts(rows: Sequence[QueueRow]) -> dict[str, int]:
    """How many rows show which status and answer, most frequent first."""
    counts: dict[str, int] = {}
    for row in rows:
        status = row.shown["status"] or NOT_CALLED
        answer = row.shown["answer"]
        name = f"{status}: {answer}" if answer else status
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: -item[1]))
