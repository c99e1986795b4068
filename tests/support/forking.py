"""The project's programs in real processes, forked from one that has their modules loaded.

Thousands of starts would spend most of their time on importing the same modules. A process of
Python's own forkserver imports them once; each program is a fork of that, with its own pid, files,
threads, environment and death. What runs in it is the function that runs after `python -m …`, too.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from multiprocessing import connection, forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any, Protocol

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.support.forking", "tests.support.preloaded"])
LOOKING = threading.RLock()
"""Starting one looks after all others, too, and how one ended can be read only once."""


def start_server() -> None:
    """Starts the process that all are forked from. It finds modules by the environment alone."""
    # One at a time: the environment is everybody's.
    with LOOKING:
        before = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
        try:
            forkserver.ensure_running()
        finally:
            if before is None:
                del os.environ["PYTHONPATH"]
            else:
                os.environ["PYTHONPATH"] = before


class Running(Protocol):
    """A program in a process of its own, forked or started."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def communicate(self, *, timeout: float | None = None) -> tuple[str, Any]: ...

    def send_signal(self, number: int, /) -> None: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


class Forked:
    """A running program; what is used of `subprocess.Popen` is here under the same names."""

    def __init__(
        self, function: str, arguments: Sequence[str], *, errors: Path | None = None
    ) -> None:
        """Starts `module:function`. What it says to stderr is added to the file `errors`; without
        one it comes after what it prints."""
        start_server()
        self.args = [function, *arguments]
        self.returncode: int | None = None
        reader, writer = CONTEXT.Pipe(duplex=False)
        here = (os.getcwd(), dict(os.environ))
        self._process = CONTEXT.Process(
            target=_become, args=(function, tuple(arguments), writer, errors, *here), daemon=True
        )
        with LOOKING:
            self._process.start()
        writer.close()
        self.stdout: IO[str] = os.fdopen(os.dup(reader.fileno()), encoding="utf-8")
        reader.close()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        """The exit code, negative for the signal that ended it; None while it runs."""
        if self.returncode is None:
            with LOOKING:
                self.returncode = self._process.exitcode
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Waits for its end."""
        connection.wait([self._process.sentinel], timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def communicate(self, *, timeout: float | None = None) -> tuple[str, None]:
        """All that it says until its end and wasn't read yet."""
        if self.stdout.closed:
            return "", None
        said: list[str] = []
        reading = threading.Thread(target=lambda: said.append(self.stdout.read()), daemon=True)
        begun = time.monotonic()
        reading.start()
        reading.join(timeout)
        left = None if timeout is None else max(0.0, timeout - (time.monotonic() - begun))
        self.wait(left)
        reading.join()
        self.stdout.close()
        return said[0], None

    def send_signal(self, number: int, /) -> None:
        """Sends it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Asks it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once."""
        self.send_signal(signal.SIGKILL)


def _become(
    function: str,
    arguments: tuple[str, ...],
    said: Connection,
    errors: Path | None,
    folder: str,
    environment: Mapping[str, str],
) -> None:
    os.dup2(said.fileno(), 1)
    if errors is None:
        os.dup2(said.fileno(), 2)
    else:
        with errors.open("ab") as file:
            os.dup2(file.fileno(), 2)
    said.close()
    # As of a process that starts with these: the loaded ones belong to other files.
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
    sys.stderr.reconfigure(errors="backslashreplace")
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    module, _, name = function.partition(":")
    sys.argv = ["run.py", *arguments]
    sys.exit(getattr(import_module(module), name)())
