"""The program's command line in forked processes, under conditions that tests need: struck by a
signal at a boundary, on a clock of its own, with less patience."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import connection
from pathlib import Path
from types import TracebackType

from tests.support.boundaries import Strike, be_impatient, watch
from tests.support.clocked import run_clocked
from tests.support.forking import CONTEXT, LOOKING, start_server

SECONDS = 90.0
"""How long a program that should come to its end may take on a busy machine."""


@dataclass(frozen=True)
class Conditions:
    """What is special about the process that a command runs in; usually nothing is."""

    record: Path | None = None
    """Where it writes its boundaries."""
    strike: Strike | None = None
    clock_speed: float = 1.0
    clock_ahead: float = 0.0
    """How many times as fast as the real clock its clock runs, and how many seconds ahead."""
    patience: float | None = None
    """After how many seconds it gives a request to Google up; usually after 60."""


USUAL = Conditions()


class Program:
    """One run of the command line. `said` is the file that takes what it prints."""

    def __init__(self, words: Sequence[str], said: Path, conditions: Conditions = USUAL) -> None:
        """Starts it."""
        start_server()
        self._said = said
        self._process = CONTEXT.Process(
            target=_be_the_program, args=(tuple(words), said, conditions), daemon=True
        )
        with LOOKING:
            self._process.start()

    def __enter__(self) -> Program:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.send(signal.SIGKILL)
        self.end()
        with LOOKING:
            self._process.close()

    def end(self, seconds: float = SECONDS) -> int:
        """Waits for its end; gives the exit code, negative for the signal that ended it."""
        connection.wait([self._process.sentinel], seconds)
        with LOOKING:
            code = self._process.exitcode
        assert code is not None, (
            f"it didn't end within {seconds:g} s; it said:\n{self.said()[-2000:]}"
        )
        return code

    def runs(self) -> bool:
        """Whether it has not ended."""
        with LOOKING:
            return self._process.is_alive()

    def send(self, number: signal.Signals) -> None:
        """Sends it a signal, unless it has ended."""
        if self.runs() and self._process.pid is not None:
            os.kill(self._process.pid, number)

    def is_stopped(self) -> bool:
        """Whether SIGSTOP holds it, as the system tells."""
        status = Path(f"/proc/{self._process.pid}/stat")
        try:
            return status.read_text().rpartition(")")[2].split()[0] in ("T", "t")
        except OSError:
            return False

    def said(self) -> str:
        """All that runs with this file have printed."""
        return self._said.read_text(encoding="utf-8") if self._said.exists() else ""


def _be_the_program(words: tuple[str, ...], said: Path, conditions: Conditions) -> None:
    with said.open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    if conditions.patience is not None:
        be_impatient(conditions.patience)
    if conditions.record is not None:
        watch(conditions.record, conditions.strike)
    sys.argv = ["sheets-dialer", *words]
    if (conditions.clock_speed, conditions.clock_ahead) != (1.0, 0.0):
        run_clocked(words, conditions.clock_speed, conditions.clock_ahead)
    from sheets_dialer.app import cli  # noqa: PLC0415 - loaded by the process that this is forked from

    cli.main()
