"""The dialer's computer: its clock and the proxies that it names."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sheets_dialer.config import load_config
from tests.situations.stage import Stage
from tests.situations.table import in_the_sheet
from tests.support.dialing import HOME
from tests.support.raw_server import RawServer, answer

_NOT_NOW = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)


@in_the_sheet(
    "The computer's clock is wrong",
    {
        "it is behind Google's": "clock_behind",
        "it is ahead of Google's": "clock_ahead",
        "Google says so, but not by how much": "clock_off_somehow",
    },
)
def the_clock_is_wrong(stage: Stage) -> None:
    for seconds in (480, -480):
        try:
            # People signed in before; the dialer signs in anew.
            stage.sandbox.post("/_sandbox/clock", {"offset": seconds})
            stage.dial(1)
        finally:
            stage.sandbox.post("/_sandbox/clock", {"offset": 0})
        stage.dial(1)
    file = load_config(stage.config).google.service_account_file
    refusal = {"error": "invalid_grant", "error_description": _NOT_NOW}
    server = RawServer(answer(refusal, 400))
    try:
        key = json.loads(file.read_text("utf-8")) | {"token_uri": f"{server.url}/token"}
        other = stage.directory / "key-of-another-server.json"
        other.write_text(json.dumps(key), "utf-8")
        stage.configure(google={"service_account_file": str(other)})
        stage.dial(1)
    finally:
        server.stop()
    stage.configure(google={"service_account_file": str(file)})
    stage.dial(1)


@in_the_sheet(
    "A proxy that can't be used",
    {
        "for Google": "google_proxy",
        "for the portal, where none is used": ("nothing_sent", "no_network_but_a_proxy"),
    },
)
def a_proxy_that_can_not_be_used(stage: Stage) -> None:
    stage.paste("0300 2000001")
    nobody = _nobodys_port()
    proxy = f"http://127.0.0.1:{nobody}"
    # People's connections name no proxy, so this dialer is a process of its own.
    subprocess.run(
        [sys.executable, str(HOME / "run.py"), "once", "--for", "1", "-c", str(stage.config)],
        env=os.environ | {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "no_proxy": "example.com"},
        capture_output=True,
        timeout=90,
        check=False,
    )
    stage.dial(2)
    stage.paste("0300 2000002", at=3)
    stage.configure(portal={"base_url": f"http://localhost:{nobody}"})
    with _named(HTTP_PROXY=proxy, no_proxy="googleapis.com,127.0.0.1"):
        stage.dial(until="no_network_but_a_proxy")


@contextmanager
def _named(**variables: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _nobodys_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
