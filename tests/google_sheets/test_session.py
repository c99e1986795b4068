"""What goes over the wire to Google, and what is said when something else answers in its place."""

from __future__ import annotations

import base64
import json
import logging
import socket
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sheets_dialer.app.wiring import google_client
from sheets_dialer.base.errors import (
    ConfigError,
    DialerError,
    SheetError,
    SheetRefused,
    SheetUnreachable,
)
from sheets_dialer.check.google import REDIRECTED, GoogleProbe, clock, refusal
from sheets_dialer.check.subject import GoogleAccount
from sheets_dialer.config import GoogleSettings
from sheets_dialer.google_sheets import Spreadsheet
from sheets_dialer.google_sheets.google_api import (
    NOTHING_CERTAIN,
    GoogleApi,
    GoogleFault,
    GoogleProblem,
)
from tests.support.raw_server import Act, RawServer, answer

TOKEN = "ya29.geheim-token"
SIGNED_IN = {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}
ADDRESS = "dialer@shop.example"


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service account's key file; who signs it in stands where Google is said to be."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = tmp_path_factory.mktemp("google") / "service-account.json"
    account = {"type": "service_account", "client_email": ADDRESS, "private_key": pem.decode()}
    path.write_text(json.dumps(account | {"token_uri": "https://oauth2.googleapis.com/token"}))
    return path


class Stand:
    """A server in Google's place, which plays one act for the sign-in and one for the sheet."""

    def __init__(self, key_file: Path) -> None:
        self.sign_in: Act = answer(SIGNED_IN)
        self.sheet: Act = answer({"spreadsheetId": "x"})
        self.bodies: list[bytes] = []
        self.server = RawServer(self._act)
        self.account = GoogleSettings(service_account_file=key_file, base_url=self.server.url)

    def _act(self, connection: socket.socket) -> None:
        head = self.server.requests[-1]
        lines = head.lower().split(b"\r\n")
        lengths = [int(line[15:]) for line in lines if line.startswith(b"content-length:")]
        body = b""
        while lengths and len(body) < lengths[0]:
            body += connection.recv(65_536)
        self.bodies.append(body)
        (self.sign_in if b"/token " in head else self.sheet)(connection)

    def asked(self) -> list[bytes]:
        """The requests for a token or a sheet: google-auth asks on its own for more beside them."""
        return [each for each in self.server.requests if b"/token " in each or b"/v4/" in each]

    def connection(self) -> Spreadsheet:
        return Spreadsheet(google_client(self.account), "x" * 30)

    def asked_by_check(self) -> dict[str, object]:
        return GoogleProbe(google_client(self.account), ADDRESS).ask("get", "x" * 30, "")


@pytest.fixture
def stand(key_file: Path) -> Iterator[Stand]:
    made = Stand(key_file)
    yield made
    made.server.stop()


def told_of(error: BaseException) -> str:
    """All that could be printed of an error."""
    return "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))


WAYS: dict[str, Callable[[Stand], object]] = {
    "a read": lambda stand: stand.connection().get("properties"),
    "rows": lambda stand: stand.connection().read_rows([0]),
    "a write": lambda stand: stand.connection().batch([{}]),
    "check": Stand.asked_by_check,
}


def test_a_password_of_the_users_netrc_is_not_sent_in_place_of_the_token(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login a password geheim\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))

    stand.connection().get("properties")
    stand.asked_by_check()
    list(clock(GoogleAccount(Path(), stand.server.url, lambda: google_client(stand.account))))

    sheet = [each for each in stand.asked() if b"/token " not in each]
    assert [f"bearer {TOKEN}".encode() in each.lower() for each in sheet] == [True, True, False]
    assert b"/none " in sheet[-1]
    password = base64.b64encode(b"a:geheim")
    assert not any(password in each for each in stand.server.requests)


def test_proxies_of_the_environment_are_used(
    stand: Stand, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many offices reach Google only by theirs."""
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, stand.server.url)
    monkeypatch.setenv("no_proxy", "")
    away = GoogleSettings(service_account_file=key_file, base_url="http://127.0.0.1:1")

    Spreadsheet(google_client(away), "x" * 30).get("properties")

    assert any(b" http://127.0.0.1:1/" in each for each in stand.server.requests)


# --- Something else in Google's place -------------------------------------------------------------


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("at", ["sign_in", "sheet"])
def test_no_redirect_is_followed(stand: Stand, status: int, way: str, at: str) -> None:
    other = RawServer(answer({"spreadsheetId": "x"}))
    setattr(stand, at, answer(b"{}", status, f"Location: {other.url}/v4?key=geheim"))

    with pytest.raises(SheetUnreachable, match="between this machine and Google") as caught:
        WAYS[way](stand)

    other.stop()
    assert other.connections == 0
    assert len(stand.asked()) == (1 if at == "sign_in" else 2)
    assert "geheim" not in told_of(caught.value)


def test_check_says_that_something_else_answers(stand: Stand) -> None:
    stand.sheet = answer(b"", 302, "Location: http://wifi.example/")
    account = GoogleAccount(Path(), stand.server.url, lambda: google_client(stand.account))

    [finding] = clock(account)

    assert REDIRECTED in str(finding)


PAGES: dict[str, Callable[[str], bytes]] = {
    "a page": lambda sent: f"<html>\n<pre>Blocked. You sent\n{sent}\n{'x' * 100_000}".encode(),
    "JSON": lambda sent: json.dumps(
        {"error": "invalid_grant", "error_description": f"Bad {sent}"}
    ).encode(),
    "Google's JSON": lambda sent: json.dumps(
        {"error": {"code": 403, "message": f"No {sent}", "status": "X"}}
    ).encode(),
}


@pytest.mark.parametrize("status", [400, 503])
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("way", WAYS)
def test_a_signed_request_that_is_repeated_to_us_is_not_repeated_by_us(
    stand: Stand, status: int, page: str, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    listen(caplog)

    def echo(connection: socket.socket) -> None:
        answer(PAGES[page](parse_qs(stand.bodies[-1].decode())["assertion"][0]), status)(connection)

    stand.sign_in = echo

    with pytest.raises(DialerError) as caught:
        WAYS[way](stand)

    _harmless_and_short(caught.value, caplog, parse_qs(stand.bodies[0].decode())["assertion"][0])


@pytest.mark.parametrize("status", [401, 403, 503])
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("way", WAYS)
def test_a_token_that_is_repeated_to_us_is_not_repeated_by_us(
    stand: Stand, status: int, page: str, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    listen(caplog)
    stand.sheet = answer(PAGES[page](f"Authorization: Bearer {TOKEN} and {TOKEN}"), status)

    with pytest.raises(DialerError) as caught:
        WAYS[way](stand)

    _harmless_and_short(caught.value, caplog, TOKEN)


def listen(caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG google-auth logs whole answers, but this program never lets it."""
    caplog.set_level(logging.INFO)


def _harmless_and_short(error: DialerError, caplog: pytest.LogCaptureFixture, secret: str) -> None:
    assert isinstance(error, SheetRefused | SheetUnreachable)
    told = told_of(error) + caplog.text
    for part in (secret, *secret.split(".")[1:]):
        assert part not in told
    assert len(str(error)) < 500
    assert "\n" not in str(error)


# --- One meaning for each failure, told to two kinds of people ------------------------------------


def refused(code: int, message: str, **more: object) -> Act:
    return answer({"error": {"code": code, "message": message, "status": "X", **more}}, code)


DISABLED = {"details": [{"reason": "SERVICE_DISABLED", "metadata": {"activationUrl": "https://x"}}]}
SHEET_SAYS: dict[str, tuple[Act, GoogleProblem, str, str]] = {
    "401": (refused(401, "No."), GoogleProblem.KEY_REFUSED, "doesn't accept the", "Make a new key"),
    "403": (refused(403, "No."), GoogleProblem.NOT_SHARED, "is not shared", "Share the sheet"),
    "403, off": (
        refused(403, "No.", **DISABLED),
        *(GoogleProblem.API_DISABLED, "API is not enabled", "enable the Google Sheets API"),
    ),
    "404": (refused(404, "No."), GoogleProblem.NO_SPREADSHEET, "There is no", "address from the"),
    "an Excel file": (
        refused(400, "This operation is not supported for this document"),
        *(GoogleProblem.EXCEL_FILE, "is an Excel file", "refused (400)"),
    ),
    "first of a batch": (
        refused(400, "Invalid requests[0].x: No."),
        *(GoogleProblem.BATCH_REFUSED, "refused (400)", "Somebody else has written"),
    ),
    "another of it": (
        refused(400, "Invalid requests[3].x: No."),
        *(GoogleProblem.BATCH_REFUSED, "refused (400)", "Google Sheets refused: Invalid"),
    ),
    "busy": (refused(408, "No."), GoogleProblem.BUSY, "busy or failing (408)", "failing"),
    "no JSON": (answer(b"{", 200), GoogleProblem.UNCLEAR, "can't be reached", "no clear answer"),
}
SIGN_IN_SAYS: dict[str, tuple[Act, GoogleProblem, str, str]] = {
    "the key": (
        answer({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400),
        *(GoogleProblem.SIGN_IN_REFUSED, "doesn't accept the key", "refused the service account"),
    ),
    "the clock": (
        answer({"error": "invalid_grant", "error_description": "a reasonable timeframe"}, 400),
        *(GoogleProblem.CLOCK_REFUSED, "this machine's clock is wrong", "clock of its computer"),
    ),
}


@pytest.mark.parametrize(
    ("at", "case"),
    [
        *(("sheet", each) for each in SHEET_SAYS.items()),
        *(("sign_in", each) for each in SIGN_IN_SAYS.items()),
    ],
    ids=lambda each: each if isinstance(each, str) else each[0],
)
def test_a_failure_means_the_same_to_the_operator_and_to_those_at_the_sheet(
    stand: Stand, at: str, case: tuple[str, tuple[Act, GoogleProblem, str, str]]
) -> None:
    _name, (act, problem, checked, shown) = case
    setattr(stand, at, act)
    found = GoogleApi(google_client(stand.account)).ask("get", "x" * 30, "")
    if problem is not GoogleProblem.UNCLEAR:
        assert isinstance(found, GoogleFault)
        assert found.problem is problem
    with pytest.raises(SheetError) as on_the_sheet:
        stand.connection().get("properties")
    with pytest.raises(SheetError) as in_the_check:
        stand.asked_by_check()
    assert shown in str(on_the_sheet.value)
    finding = refusal(in_the_check.value, "Sheet", "x" * 30, ADDRESS)
    assert checked in finding.sentence
    # Whether a write may have been applied.
    is_open = problem in NOTHING_CERTAIN
    assert is_open == isinstance(on_the_sheet.value, SheetUnreachable)
    assert is_open == isinstance(in_the_check.value, SheetUnreachable)


# --- The key file ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["", "[]", "5", "null", '"x"', "{}", '{"private_key": 5, "client_email": 5, "token_uri": 5}'],
)
def test_a_file_that_is_no_key_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "service-account.json"
    path.write_text(text)

    with pytest.raises(ConfigError, match="not a service account's key file"):
        google_client(GoogleSettings(service_account_file=path))
