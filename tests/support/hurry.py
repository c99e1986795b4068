"""A shop in which an hour passes in a minute, for the dialer and for the portal alike."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen
from typing import Any

import yaml

from tests.support.dialing import Shop
from tests.support.forking import Running
from tests.support.running import RunningSandbox

PROGRAM = Path(__file__).with_name("hurried.py")
SPEED = 60
PATIENCE = 3.0
"""Real seconds after which the hurried program gives a request up."""
API_KEY = "rk-7Gq2Zt9xVb4LmPw8"
"""A portal key that can't stand anywhere by chance."""


class HurriedShop(Shop):
    """A shop whose program runs on a fast clock; its configuration has no scaled times."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        super().__init__(sandbox)
        self.begun = time.time()
        self.log = sandbox.directory / "log.txt"
        self.log.touch()
        sandbox.post("/_sandbox/limits", {"enabled": False})
        sandbox.post("/_sandbox/portal", {"api_keys": [API_KEY], "balance": 1_000_000})
        self.configure(
            portal={
                "base_url": sandbox.url,
                "api_key": API_KEY,
                "retries": 0,
                "lines": 200,
                "calls_per_minute": 600,
                "connections": 16,
            },
            poll={"first_after": 10, "every": 15, "give_up_after_hours": 24},
            every=15,
        )

    def configure(self, **sections: Any) -> None:
        """Replaces whole sections of the configuration."""
        data = yaml.safe_load(self.config.read_text()) | sections
        self.config.write_text(yaml.safe_dump(data, sort_keys=False))

    def settings(self, section: str) -> dict[str, Any]:
        """What a section of the configuration says now."""
        found: dict[str, Any] = yaml.safe_load(self.config.read_text())[section]
        return found

    def command(self, *words: str) -> list[str]:
        """The hurried program's command line."""
        name, *rest = words
        return [
            *(sys.executable, str(PROGRAM), str(SPEED), str(self.begun), str(PATIENCE)),
            *(name, "-c", str(self.config), *rest),
        ]

    def start(self, *words: str, errors: Path | None = None) -> Running:
        """Starts the hurried program. It takes other time-outs than what is loaded already."""
        if errors is None:
            return Popen(self.command(*words), stdout=PIPE, stderr=STDOUT, text=True)
        with errors.open("a") as file:
            return Popen(self.command(*words), stdout=PIPE, stderr=file, text=True)

    @contextmanager
    def dialling(self, *words: str) -> Iterator[Popen[str]]:
        """`start` while the test does something; what it says goes to `log`. At the end it must
        still be running, unless it was to end by itself, and is stopped as people stop it."""
        with self.log.open("a") as log:
            process = Popen(
                self.command("start", "-v", *words), stdout=log, stderr=STDOUT, text=True
            )
            try:
                self._wait_for_a_request(process, self.log.stat().st_size)
                yield process
                if "--until-done" not in words:
                    assert process.poll() is None, f"the dialer ended:\n{self.said()[-3000:]}"
                    process.terminate()
                    assert process.wait(30) == 130
            finally:
                process.kill()
                process.wait()

    def _wait_for_a_request(self, process: Popen[str], since: int) -> None:
        """Waits until the program asks one of the services, however slow the machine is: before
        that it may not know yet what a signal means."""
        while process.poll() is None and b"connectionpool" not in self._logged(since):
            time.sleep(0.05)

    def _logged(self, since: int) -> bytes:
        return self.log.read_bytes()[since:]

    def said(self) -> str:
        """What the program has printed and logged so far."""
        return self.log.read_text()

    def state(self) -> str:
        """State on the Dialer tab."""
        return str(self.tab("Dialer").acell("B3").value)

    def finish(self, seconds: float = 60) -> None:
        """Lets a run without faults settle everything that settles by itself."""
        self.sandbox.delete("/_sandbox/faults")
        with self.dialling("--until-done") as process:
            assert process.wait(seconds) == 0, self.said()[-3000:]


@contextmanager
def hurried_shop(directory: Path) -> Iterator[HurriedShop]:
    """A sandbox and a shop of a test's own."""
    place = directory / "shop"
    place.mkdir()
    sandbox = RunningSandbox(place, "--speed", str(SPEED))
    try:
        yield HurriedShop(sandbox)
    finally:
        sandbox.stop()


def fault(path: str, kind: str, rate: float, **more: Any) -> list[dict[str, Any]]:
    """A fault of this kind on one of `PATHS`."""
    service, piece = PATHS[path]
    return [{"service": service, "path": piece, "kind": kind, "rate": rate, **more}]


PATHS = {
    "sheets read": ("sheets", "batchGetByDataFilter"),
    "sheets write": ("sheets", ":batchUpdate"),
    "token": ("token", ""),
    "calls": ("portal", "/api/calls"),
    "get_call": ("portal", "/api/get_call"),
    "check_balance": ("portal", "/api/check_balance"),
}
"""Where faults strike: the service and a piece of the path."""
