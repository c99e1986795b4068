"""Many shops beside each other on one sandbox: each with a spreadsheet and a ledger of its own.

A sandbox for each of hundreds of rounds would cost more than the rounds. All share one here; which
call belongs to which office shows in the order ids that went with the calls.
"""

from __future__ import annotations

import itertools
import json
import shutil
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gspread
import yaml
from programs import Program, Watched
from running import RunningSandbox

SPEED = 1000
"""How many times as fast as real ones calls go here."""
TIMES: dict[str, Any] = {
    "every": 1,
    "poll": {"first_after": 0.05, "every": 0.2, "give_up_after_hours": 60 / 3600},
}
PORTAL: dict[str, Any] = {
    "calls_per_minute": 60_000,
    "call_seconds": 0.06,
    # One fixed number is tried again by the account itself, 0.1 s after it wasn't answered.
    "retries": 1,
    "settle_minutes": 0.01,
    "answer_settle_seconds": 0.3,
}
"""The dialer's own times, as fast as the sandbox's portal."""
HEADER = ("Phone", "Amount", "Store", "Order ID")


class Office:
    """A spreadsheet with a queue tab, and the folder with configuration and ledger that dials it.

    `machine` makes a further folder for the same spreadsheet: another machine.
    """

    def __init__(self, offices: Offices, name: str, key: str, directory: Path) -> None:
        self._offices = offices
        self.name = name
        self.key = key
        self.directory = directory
        directory.mkdir(parents=True)
        self._configure()

    @property
    def ledger(self) -> Path:
        """The ledger's file; SQLite keeps others beside it."""
        return self.directory / "dialer.db"

    def program(
        self,
        *words: str,
        watched: Watched | None = None,
        clock: tuple[float, float] | None = None,
    ) -> Program:
        """Starts a command with this office's configuration."""
        name, *rest = words
        return Program(
            [name, "-c", str(self.directory / "config.yaml"), *rest],
            self.directory / "said.txt",
            watched=watched,
            clock=clock,
        )

    def run(self, *words: str, clock: tuple[float, float] | None = None) -> int:
        """Runs a command to its end; gives the exit code."""
        with self.program(*words, clock=clock) as program:
            return program.end()

    def finish(self) -> None:
        """Runs `start` until nothing is left to do."""
        with self.program("start", "--until-done") as program:
            code = program.end()
            assert code == 0, f"start ended with {code}; it said:\n{program.said()}"

    def exported(self) -> list[Mapping[str, Any]]:
        """What the ledger has of every attempt, as `export` tells."""
        said = self.directory / "exported.txt"
        said.unlink(missing_ok=True)
        words = ["export", "-c", str(self.directory / "config.yaml"), "--format", "json"]
        with Program(words, said) as program:
            code = program.end()
            assert code == 0, program.said()
        return [json.loads(line) for line in said.read_text(encoding="utf-8").splitlines()]

    def machine(self, name: str) -> Office:
        """Another machine that works on the same spreadsheet with a ledger of its own."""
        return Office(self._offices, self.name, self.key, self.directory / name)

    def keep_ledger(self, at: Path) -> None:
        """Copies the ledger there, as it is on the disk while nobody works with it."""
        for file in self._ledger_files(self.ledger):
            shutil.copy(file, at.with_name(file.name.replace(self.ledger.name, at.name)))

    def put_ledger(self, kept: Path) -> None:
        """Puts a kept ledger in this one's place."""
        self.lose_ledger()
        for file in self._ledger_files(kept):
            shutil.copy(file, self.directory / file.name.replace(kept.name, self.ledger.name))

    def lose_ledger(self) -> None:
        """Deletes the ledger."""
        for file in self._ledger_files(self.ledger):
            file.unlink()

    def rows(self) -> list[dict[str, str]]:
        """The queue tab's rows by header, as people see them."""
        header, *rows = self._offices.values_of(self.key, "Calls")
        width = len(header)
        return [dict(zip(header, [*row, *[""] * (width - len(row))], strict=True)) for row in rows]

    def calls(self) -> list[Mapping[str, Any]]:
        """The calls that the portal accepted for this office, in order."""
        return self._offices.calls_for(self.name)

    def write(self, number: str, title: str, text: str) -> None:
        """Types into the cell of this column on the row of this number."""
        header, *rows = self._offices.values_of(self.key, "Calls")
        row = next(place for place, cells in enumerate(rows, start=2) if cells[0] == number)
        self._offices.type_into(self.key, "Calls", row, header.index(title) + 1, text)

    def control(self, word: str) -> None:
        """Types into the Control cell of the Dialer tab."""
        self._offices.type_into(self.key, "Dialer", *self._offices.control_cell, word)

    def configure(self, portal: Mapping[str, Any], **campaign: Any) -> None:
        """Sets some of the portal's and the campaign's settings otherwise."""
        path = self.directory / "config.yaml"
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
        config["portal"] |= portal
        config["campaigns"][0] |= campaign
        path.write_text(yaml.safe_dump(config), encoding="utf-8")

    def _configure(self) -> None:
        home = self._offices.sandbox.directory
        config = yaml.safe_load((home / "config.yaml").read_text(encoding="utf-8"))
        config |= TIMES
        config["portal"] |= PORTAL
        config["google"]["service_account_file"] = str(home / "service-account.json")
        config["campaigns"][0]["spreadsheet"] = self.key
        (self.directory / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")

    def _ledger_files(self, ledger: Path) -> list[Path]:
        return [
            file
            for ending in ("", "-wal", "-shm")
            if (file := ledger.with_name(ledger.name + ending)).exists()
        ]


class Offices:
    """Opens offices on one sandbox, and is the person who works in all of their sheets."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self._names = (f"office{number}" for number in itertools.count(1))
        # One person at one desk: gspread's sessions are not for many threads.
        self._desk = threading.RLock()
        self._person: gspread.Client = sandbox.person_client()
        self._dialer_email = json.loads((sandbox.directory / "service-account.json").read_text())[
            "client_email"
        ]
        self._template = Office(
            self, "template", sandbox.spreadsheet_id, sandbox.directory / "template"
        )
        assert self._template.run("setup") == 0, "the first sheet couldn't be made ready"
        cell = self._person.open_by_key(sandbox.spreadsheet_id).worksheet("Dialer").find("Control")
        assert cell is not None
        self.control_cell = (cell.row, cell.col + 1)
        self._template.control("RUN")

    def open(self, numbers: Sequence[str]) -> Office:
        """A new office, ready to be dialled, with these numbers in its sheet."""
        with self._desk:
            name = next(self._names)
            key = self._person.copy(self.sandbox.spreadsheet_id, title=name)
            spreadsheet = self._person.open_by_key(key.id)
            spreadsheet.share(self._dialer_email, perm_type="user", role="writer", notify=False)
            rows = [[number, "", "", f"{name}-{place}"] for place, number in enumerate(numbers)]
            spreadsheet.worksheet("Calls").update([list(HEADER), *rows], "A1", raw=True)
        return Office(self, name, key.id, self.sandbox.directory / name)

    def values_of(self, key: str, tab: str) -> list[list[str]]:
        """What stands in a tab, as people see it."""
        with self._desk:
            found = self._person.http_client.values_get(key, f"'{tab}'!A1:Z5000")
        values: list[list[str]] = found["values"]
        return values

    def type_into(self, key: str, tab: str, row: int, column: int, text: str) -> None:
        """Types a text into a cell."""
        with self._desk:
            self._person.open_by_key(key).worksheet(tab).update_cell(row, column, text)

    def calls_for(self, name: str) -> list[Mapping[str, Any]]:
        """Every call accepted for the office of this name: its orders' ids begin with it."""
        with self._desk:
            calls: list[Mapping[str, Any]] = self.sandbox.get("/_sandbox/calls")
        return [call for call in calls if str(call["text2"]).startswith(f"{name}-")]
