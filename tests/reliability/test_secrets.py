"""The keys stand nowhere but where people put them; no key travels without encryption."""

from __future__ import annotations

import os
import subprocess
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from sheets_dialer.base.errors import DialerError, PortalNotSent, SheetError
from sheets_dialer.domain.content import Content
from sheets_dialer.google_sheets import Spreadsheet
from sheets_dialer.portal.client import Portal
from sheets_dialer.portal.session import portal_session
from tests.reliability.test_faults_by_rate import KINDS, numbers
from tests.support.hurry import API_KEY, PATHS, HurriedShop, fault, hurried_shop
from tests.support.raw_server import Act, RawServer, answer, certificate, reset
from tests.support.secrets_hunt import found_in, left_behind, watched_process_list

NUMBER = "923001234567"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HurriedShop]:
    """One shop for all tests here; whatever they do, the keys must not be found."""
    with hurried_shop(tmp_path_factory.mktemp("secrets")) as made:
        yield made


def test_no_key_is_left_behind_or_shown_by_a_run_full_of_trouble(shop: HurriedShop) -> None:
    """With -v, and with all that every library logs at its most talkative."""
    shop.ready(*numbers(30))
    for path, kinds in KINDS.items():
        for kind in kinds:
            if "timeout" not in kind and kind != "late":
                shop.sandbox.post("/_sandbox/faults", fault(path, kind, 0.3 / len(kinds)))
    with watched_process_list() as command_lines, shop.dialling():
        for _ in range(3):
            time.sleep(2)
            shop.sandbox.post("/_sandbox/tokens", {"expire": True})
        # The files beside the ledger are there only while it is open.
        assert (shop.sandbox.directory / "dialer.db-wal").exists()
        during = {name: path.read_bytes() for name, path in ledger_files(shop).items()}
    shop.sandbox.delete("/_sandbox/faults")
    left = left_behind(shop) | during
    assert "DEBUG:" in shop.said(), "the libraries were talkative"
    assert {"dialer.db", "log.txt", "tab Calls", "tab Dialer"} <= set(left)
    for name, text in left.items():
        assert found_in(shop, text) == [], name
    for line in command_lines:
        assert found_in(shop, line) == [], line


def ledger_files(shop: HurriedShop) -> dict[str, Path]:
    """The ledger and what SQLite keeps beside it."""
    return {path.name: path for path in shop.sandbox.directory.glob("dialer.db*")}


@pytest.mark.parametrize("words", [("check",), ("plan",), ("status",), ("export",), ("setup",)])
def test_no_command_prints_a_key(shop: HurriedShop, words: tuple[str, ...]) -> None:
    for kind in ("401", "html", "reset"):
        for path in ("token", "check_balance", "sheets read"):
            shop.sandbox.post("/_sandbox/faults", fault(path, kind, 0.4))
    done = shop.run(*words)
    shop.sandbox.delete("/_sandbox/faults")
    assert found_in(shop, done.stdout + done.stderr) == []
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("kind", ["401", "html", "malformed", "reset"])
def test_a_traceback_of_whatever_goes_wrong_holds_no_key(shop: HurriedShop, kind: str) -> None:
    """As if somebody printed an error with everything that it was caused by."""
    told = []
    for path in PATHS:
        shop.sandbox.post("/_sandbox/faults", fault(path, kind, 1))
    portal = Portal(shop.sandbox.url, lambda: API_KEY, portal_session(1), timeouts=(2, 2))
    connection = Spreadsheet(shop.sandbox.dialer_client(), shop.sandbox.spreadsheet_id)
    for ask in (
        lambda: portal.place(Content(NUMBER, "102")),
        lambda: portal.report("1"),
        portal.balance,
        lambda: connection.read_rows([0]),
        lambda: connection.batch([{}]),
    ):
        try:
            ask()
        except DialerError as error:
            told.append("".join(traceback.format_exception(error)))
    shop.sandbox.delete("/_sandbox/faults")
    portal.close()
    assert len(told) >= 4
    for text in told:
        assert found_in(shop, text) == []
        assert NUMBER not in text, "a number stands in an error"


@pytest.mark.parametrize("echo", [answer({"status": 401, "response": f"bad key {API_KEY}"}), reset])
def test_a_portal_that_repeats_the_key_does_not_make_us_repeat_it(
    shop: HurriedShop, echo: Act
) -> None:
    server = RawServer(echo)
    config = shop.config.read_text()
    shop.configure(portal=shop.settings("portal") | {"base_url": server.url})
    done = [
        shop.run("once", "--for", "30", "-v"),
        shop.run("check"),
        shop.run("call", "03001234567"),
    ]
    shop.config.write_text(config)
    server.stop()
    for each in done:
        assert found_in(shop, each.stdout + each.stderr) == []
    for name, text in left_behind(shop).items():
        assert found_in(shop, text) == [], name


def test_keys_that_others_can_read_are_warned_of_by_check_and_at_the_start(
    shop: HurriedShop,
) -> None:
    folder = shop.sandbox.directory
    config = shop.config.read_text()
    key_file = folder / "portal.key"
    key_file.write_text(API_KEY)
    portal = {name: value for name, value in shop.settings("portal").items() if name != "api_key"}
    files = {
        "service-account.json": folder / "service-account.json",
        "config.yaml": shop.config,
        "portal.key": key_file,
    }
    try:
        for name, path in files.items():
            if name == "portal.key":
                shop.configure(portal=portal | {"api_key_file": "portal.key"})
            for each in files.values():
                each.chmod(0o600)
            if name != "config.yaml":
                # Of the same configuration as the one before it was said already.
                for words in (("check",), ("once", "--for", "5")):
                    quiet = shop.run(*words)
                    assert "can read" not in quiet.stdout + quiet.stderr
            path.chmod(0o644)
            for words in (("check",), ("once", "--for", "5")):
                said = shop.run(*words)
                assert f"can read {path}" in " ".join((said.stdout + said.stderr).split()), words
                assert f"chmod 600 {path}" in said.stdout + said.stderr
            path.chmod(0o600)
    finally:
        shop.config.write_text(config)


@pytest.mark.parametrize("section", ["portal", "google"])
def test_plain_http_to_another_machine_is_refused(shop: HurriedShop, section: str) -> None:
    config = shop.config.read_text()
    shop.configure(**{section: shop.settings(section) | {"base_url": "http://example.com"}})
    done = shop.run("once", "--for", "5")
    shop.config.write_text(config)
    assert done.returncode == 2
    assert f"{section}.base_url" in done.stderr
    assert "https://" in done.stderr


NO_WAY = {
    "PYTHONHTTPSVERIFY": "0",
    "CURL_CA_BUNDLE": "",
    "REQUESTS_CA_BUNDLE": "",
    "SSL_CERT_FILE": "",
    "GOOGLE_API_USE_CLIENT_CERTIFICATE": "false",
}
"""Switches that turn the check of certificates off elsewhere."""


def test_a_portal_with_a_certificate_of_its_own_making_is_sent_nothing(
    shop: HurriedShop, tmp_path: Path
) -> None:
    _, context = certificate(tmp_path)
    server = RawServer(answer({"status": 200}), tls=context)
    config = shop.config.read_text()
    shop.configure(portal=shop.settings("portal") | {"base_url": server.url})
    command = shop.command("call", "03007654321")
    done = subprocess.run(
        command, env=os.environ | NO_WAY, capture_output=True, text=True, timeout=60, check=False
    )
    shop.config.write_text(config)
    server.stop()
    assert done.returncode == PortalNotSent.exit_code
    assert "its certificate can't be trusted" in done.stdout
    assert server.connections > 0
    assert server.requests == []


def test_a_google_with_a_certificate_of_its_own_making_is_sent_nothing(
    shop: HurriedShop, tmp_path: Path
) -> None:
    _, context = certificate(tmp_path)
    server = RawServer(answer({}), tls=context)
    config = shop.config.read_text()
    shop.configure(google=shop.settings("google") | {"base_url": server.url})
    done = subprocess.run(
        shop.command("once", "--for", "5"),
        env=os.environ | NO_WAY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    shop.config.write_text(config)
    server.stop()
    assert done.returncode == SheetError.exit_code
    assert "Google Sheets can't be reached" in done.stderr
    assert server.connections > 0
    assert server.requests == []
