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

from tests.support.programs import USUAL, Conditions, Program
from tests.support.running import RunningSandbox

SPEED = 1000
"""How many times as fast as real ones calls go here."""
OVERLAPPING = ("one is refused", "both are accepted")
"""What Google may do with two writes that overlap: the sandbox's `rebased`, off and on."""


def as_fast_as_the_portal(clock_speed: float) -> dict[str, Any]:
    """The dialer's own times, for a dialer whose clock runs so many times as fast as ours."""
    return {
        "every": clock_speed,
        "poll": {"first_after": 0.05 * clock_speed, "every": 0.2 * clock_speed},
        "portal": {
            "calls_per_minute": 60_000,
            "call_seconds": 0.06 * clock_speed,
            # One fixed number is tried again by the account itself 0.1 s after it wasn't answered.
            "retries": 1,
            "settle_minutes": 0.01 * clock_speed,
            "answer_settle_seconds": 0.3 * clock_speed,
        },
    }


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
        home = offices.sandbox.directory
        config = yaml.safe_load((home / "config.yaml").read_text(encoding="utf-8"))
        config["google"]["service_account_file"] = str(home / "service-account.json")
        config["campaigns"][0]["spreadsheet"] = key
        # Rows come whole here, and processes live shorter than a person types.
        config["campaigns"][0]["typing_seconds"] = 0
        self._config = directory / "config.yaml"
        self._config.write_text(yaml.safe_dump(config), encoding="utf-8")

    @property
    def ledger(self) -> Path:
        """The ledger's file; SQLite keeps others beside it."""
        return self.directory / "dialer.db"

    def program(self, *words: str, conditions: Conditions = USUAL) -> Program:
        """Starts a command with this office's configuration."""
        name, *rest = words
        self.configure(**as_fast_as_the_portal(conditions.clock_speed))
        return Program(
            [name, "-c", str(self._config), *rest], self.directory / "said.txt", conditions
        )

    def run(self, *words: str, conditions: Conditions = USUAL) -> int:
        """Runs a command to its end; gives the exit code."""
        with self.program(*words, conditions=conditions) as program:
            return program.end()

    def finish(self, conditions: Conditions = USUAL) -> None:
        """Runs `start` until nothing is left to do."""
        with self.program("start", "--until-done", conditions=conditions) as program:
            code = program.end()
            assert code == 0, f"start ended with {code}; it said:\n{program.said()}"

    def exported(self) -> list[Mapping[str, Any]]:
        """What the ledger has of every attempt, as `export` tells."""
        said = self.directory / "exported.txt"
        said.unlink(missing_ok=True)
        words = ["export", "-c", str(self._config), "--format", "json"]
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

    def paste(self, numbers: Sequence[str]) -> None:
        """Pastes numbers below the last row, with order ids of this office."""
        self._offices.paste(self.key, self.name, numbers, below=len(self.rows()))

    def state(self) -> str:
        """What the Dialer tab says in the campaign's State cell."""
        row, column = self._offices.control_cell
        return self._offices.values_of(self.key, "Dialer")[row][column - 1]

    def control(self, word: str) -> None:
        """Types into the Control cell of the Dialer tab."""
        self._offices.type_into(self.key, "Dialer", *self._offices.control_cell, word)

    def configure(
        self,
        *,
        portal: Mapping[str, Any] | None = None,
        campaign: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        """Sets some settings otherwise."""
        before = self._config.read_text(encoding="utf-8")
        config = yaml.safe_load(before)
        config["portal"] |= portal or {}
        config["campaigns"][0] |= campaign or {}
        text = yaml.safe_dump(config | settings)
        if text != before:  # another process may be reading it
            self._config.write_text(text, encoding="utf-8")

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
            self.paste(key.id, name, numbers, below=0)
        return Office(self, name, key.id, self.sandbox.directory / name)

    def paste(self, key: str, name: str, numbers: Sequence[str], *, below: int) -> None:
        """Pastes numbers into a sheet, below so many rows."""
        rows = [[number, "", "", f"{name}-{below + n}"] for n, number in enumerate(numbers)]
        with self._desk:
            tab = self._person.open_by_key(key).worksheet("Calls")
            tab.update(rows, f"A{below + 2}", raw=True)

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
