"""What the tests of faults have in common: setting one, and acting under it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import gspread
import requests
from gspread.exceptions import APIError

from tests.support.running import RunningSandbox

KEY = "sandbox-api-key"


def set_fault(sandbox: RunningSandbox, service: str, kind: str, **rest: Any) -> None:
    """Troubles a service from now on."""
    sandbox.post("/_sandbox/faults", {"service": service, "kind": kind, **rest})


def place(sandbox: RunningSandbox, **parameters: str) -> requests.Response:
    """Asks the portal for a call, with the patience of a second."""
    query = {"api_key": KEY, "caller_id": "923001234567", "voice_id": "102"} | parameters
    return sandbox.session().get(f"{sandbox.url}/api/calls", params=query, timeout=1)


def calls(sandbox: RunningSandbox) -> int:
    """How many calls the portal accepted."""
    return len(sandbox.get("/_sandbox/calls"))


def new_sheet(sandbox: RunningSandbox) -> gspread.Worksheet:
    """A sheet of its own."""
    return sandbox.dialer_client().create("faulty").sheet1


def wait(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Waits until it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def swallow(act: Callable[[], Any]) -> None:
    """Does it and takes every way in which a client sees trouble, but nothing else."""
    try:
        act()
    except (requests.RequestException, APIError):
        return
