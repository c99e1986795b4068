"""A shop with a sheet and a dialer: what the tests of the whole job share."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gspread
import yaml
from typer.testing import CliRunner

from sheets_dialer.app.cli import app
from sheets_dialer.app.demo import demo_config
from tests.support.forking import Forked, Running
from tests.support.places import HOME
from tests.support.running import RunningSandbox

SPEED = 100.0
PASS_SECONDS = 1.0
"""From one pass to the next: the shortest that there is."""


class Shop:
    """A queue tab in a sandbox, people who work on it, and the program run as people run it."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self.config = sandbox.directory / "config.yaml"
        self._runs = itertools.count()
        demo_config(sandbox.directory, SPEED)
        # Google's quotas are off for tests, so passes needn't be as far apart as in the demo.
        self.change(every=PASS_SECONDS)
        self.change_campaign(typing_seconds=0)

    def change(self, **sections: object) -> None:
        """Changes the configuration: mappings are merged, the rest is replaced."""
        data = yaml.safe_load(self.config.read_text(encoding="utf-8"))
        for name, section in sections.items():
            data[name] = data[name] | section if isinstance(section, Mapping) else section
        self.config.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")

    def change_campaign(self, **settings: object) -> None:
        """Changes settings of the only campaign."""
        data = yaml.safe_load(self.config.read_text(encoding="utf-8"))
        data["campaigns"][0] |= settings
        self.config.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")

    def settles_at_once(self) -> None:
        """The account tries no number again, so whoever is busy needn't be waited for: where that
        isn't what a test is about."""
        self.change(portal={"retries": 0})

    def tab(self, title: str = "Calls") -> gspread.Worksheet:
        """The tab as a person has it open."""
        return (
            self.sandbox.person_client().open_by_key(self.sandbox.spreadsheet_id).worksheet(title)
        )

    def paste(self, rows: Sequence[Sequence[str]], at: str = "A2") -> None:
        """Pastes rows below the header, as typed by a person; the sheet grows with them."""
        tab = self.tab()
        if len(rows) >= tab.row_count:
            tab.resize(len(rows) + 1, tab.col_count)
        tab.update([list(row) for row in rows], at, raw=False)

    def paste_numbers(self, *numbers: str) -> None:
        """Pastes numbers into the Phone column."""
        self.paste([[number] for number in numbers])

    def ready(self, *numbers: str) -> None:
        """Pastes numbers, sets the sheet up and says RUN."""
        self.paste_numbers(*numbers)
        self.set_up()
        self.control("RUN")

    def takes_orders(self, header: Sequence[str]) -> None:
        """Writes a header row, sets the sheet up and says RUN; the portal tries nobody again."""
        self.settles_at_once()
        self.paste([header], "A1")
        self.set_up()
        self.control("RUN")

    def set_up(self) -> None:
        """Runs `setup` without a process of its own, which takes most of its time to start."""
        done = CliRunner().invoke(app, ["setup", "-c", str(self.config)])
        assert done.exit_code == 0, done.output

    def control(self, word: str) -> None:
        """Types into the Control cell of the Dialer tab."""
        tab = self.tab("Dialer")
        cell = tab.find("Control")
        assert cell is not None
        tab.update_cell(cell.row, cell.col + 1, word)

    def rows(self) -> list[dict[str, str]]:
        """The queue tab's rows by header, as people see them."""
        header, *rows = self.tab().get_all_values()
        return [dict(zip(header, row, strict=True)) for row in rows]

    def row_of(self, number: str) -> dict[str, str]:
        """The row on which this number was called."""
        return next(row for row in self.rows() if row["Called Number"] == number)

    def calls(self) -> list[Mapping[str, Any]]:
        """Every call that the portal accepted: the judge."""
        calls: list[Mapping[str, Any]] = self.sandbox.get("/_sandbox/calls")
        return calls

    def called_numbers(self) -> list[str]:
        """The numbers called, in order."""
        return [str(call["caller_id"]) for call in self.calls()]

    def command(self, *words: str) -> list[str]:
        """The command line of one of the program's commands with this shop's configuration, for
        where `run.py` itself, the terminal or the shell matters."""
        name, *rest = words
        return [sys.executable, str(HOME / "run.py"), name, "-c", str(self.config), *rest]

    def start(self, *words: str, errors: Path | None = None) -> Running:
        """Starts a command. What it says to stderr is added to the file `errors`; without one it
        comes after what it prints."""
        name, *rest = words
        return Forked(
            "sheets_dialer.app.cli:main", [name, "-c", str(self.config), *rest], errors=errors
        )

    def run(self, *words: str, seconds: float = 90) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        errors = self.config.with_name(f"said-{next(self._runs)}.txt")
        process = self.start(*words, errors=errors)
        try:
            printed, _ = process.communicate(timeout=seconds)
        finally:
            process.kill()
        said = errors.read_text(encoding="utf-8")
        errors.unlink()
        return subprocess.CompletedProcess(words, process.wait(), printed, said)

    @contextmanager
    def running(self, *words: str) -> Iterator[Running]:
        """A command that runs on while the test does something."""
        process = self.start(*words)
        try:
            yield process
        finally:
            process.kill()
            process.communicate()


def eventually(what: Callable[[], bool], *, seconds: float = 30, every: float = 0.2) -> None:
    """Waits until it is so; fails when it never is."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise AssertionError("it never came to be")
        time.sleep(every)
