"""The machine around the program: its certificates, proxies, clock and terminal."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from email.utils import formatdate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.base.clock import MOST_SECONDS_OFF, ServerTime
from sheets_dialer.base.errors import ConfigError, PortalNotSent, SheetRefused, SheetUnreachable
from sheets_dialer.base.network_environment import CERTIFICATES, certificates, proxy_for
from sheets_dialer.check.local import network
from sheets_dialer.domain.content import Content
from sheets_dialer.portal.client import Placed, Portal
from sheets_dialer.portal.session import portal_session
from tests.google_sheets.test_session import Stand, key_file  # noqa: F401 - a fixture
from tests.support.dialing import HOME, Shop, eventually
from tests.support.raw_server import RawServer, answer, certificate

CONTENT = Content("923001234567", "102")
GOOD = {"status": "200", "data": {"call_id": "20076"}}
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*CERTIFICATES, *PROXIES, *map(str.upper, PROXIES)):
        monkeypatch.delenv(name, raising=False)


def nobody() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


# --- Certificates


@pytest.fixture
def trusted(tmp_path: Path) -> Iterator[tuple[Path, RawServer]]:
    """A server with a certificate of its own making, and the file to trust it by."""
    path, context = certificate(tmp_path)
    server = RawServer(answer(GOOD), tls=context)
    yield path, server
    server.stop()


@pytest.mark.parametrize("variable", CERTIFICATES)
def test_the_portal_is_trusted_by_the_environments_certificates(
    trusted: tuple[Path, RawServer], monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    path, server = trusted
    monkeypatch.setenv(variable, str(path))
    with closing(Portal(server.url, lambda: "k", portal_session(1))) as portal:
        assert portal.place(CONTENT) == Placed("20076")
    assert len(server.requests) == 1


@pytest.mark.parametrize("variable", CERTIFICATES)
def test_google_is_trusted_by_them_at_the_sign_in_and_after_it(
    key_file: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    path, context = certificate(tmp_path)
    stand = Stand(key_file)
    stand.server.stop()
    stand.server = RawServer(stand._act, tls=context)
    stand.account = stand.account.model_copy(update={"base_url": stand.server.url})
    with pytest.raises(SheetUnreachable):
        stand.connection().get("properties")
    monkeypatch.setenv(variable, str(path))
    stand.connection().get("properties")
    assert [b"/token " in each for each in stand.asked()] == [True, False]
    stand.server.stop()


@pytest.mark.parametrize("variable", CERTIFICATES)
@pytest.mark.parametrize("text", [None, "", "no certificate", "-----BEGIN CERTIFICATE-----\nx\n"])
def test_certificates_that_are_none_are_told_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, text: str | None
) -> None:
    path = tmp_path / "ca.pem"
    if text is not None:
        path.write_text(text)
    monkeypatch.setenv(variable, str(path))
    with pytest.raises(ConfigError, match=f"{variable} names a file that .*ca.pem.*PEM"):
        portal_session(1)
    (fault,) = network(None)
    assert fault.what == "Certificates"
    assert fault.remedy.endswith(f"unset {variable}")


def test_the_first_variable_counts(trusted: tuple[Path, RawServer]) -> None:
    path, _ = trusted
    os.environ["SSL_CERT_FILE"] = "/nowhere"
    os.environ["REQUESTS_CA_BUNDLE"] = str(path)
    try:
        assert certificates() == str(path)
    finally:
        del os.environ["SSL_CERT_FILE"], os.environ["REQUESTS_CA_BUNDLE"]


# --- Proxies


@pytest.mark.parametrize(
    ("settings", "url", "named"),
    [
        ({"HTTPS_PROXY": "http://p:1"}, "https://portal.robocall.pk", "HTTPS_PROXY"),
        ({"https_proxy": "http://p:1"}, "https://portal.robocall.pk", "https_proxy"),
        ({"HTTP_PROXY": "http://p:1"}, "https://portal.robocall.pk", None),
        ({"ALL_PROXY": "socks5://p:1"}, "https://portal.robocall.pk", "ALL_PROXY"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, "https://portal.robocall.pk", None),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "robocall.pk"}, "https://a.robocall.pk", None),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "b.pk"}, "https://a.pk", "HTTPS_PROXY"),
        ({"http_proxy": "http://p:1"}, "http://127.0.0.1:7", "http_proxy"),
        ({"http_proxy": "http://p:1", "no_proxy": "127.0.0.1"}, "http://127.0.0.1:7", None),
        ({}, "https://portal.robocall.pk", None),
    ],
)
def test_which_variable_names_a_proxy(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], url: str, named: str | None
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(url) == named


def test_no_proxy_ever_sees_a_call_and_it_is_said_that_it_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proxy = RawServer(answer(GOOD))
    monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("//", "//user:geheim@"))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    with (
        closing(Portal(f"http://{nobody()}", lambda: "k", portal_session(1))) as portal,
        pytest.raises(PortalNotSent) as caught,
    ):
        portal.place(CONTENT)
    assert "HTTP_PROXY isn't used for calls" in str(caught.value)
    assert "geheim" not in str(caught.value)
    assert proxy.requests == []
    (found,) = network("https://portal.robocall.pk")
    assert found.level == "warning"
    assert "HTTPS_PROXY" in found.sentence
    assert "add portal.robocall.pk to no_proxy" in found.remedy
    proxy.stop()


@pytest.mark.parametrize("proxy", ["http://{nobody}", "socks5://{nobody}", "http://"])
@pytest.mark.parametrize("way", ["a read", "check"])
def test_a_proxy_that_can_not_be_used_is_named(
    key_file: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    proxy: str,
    way: str,
) -> None:
    stand = Stand(key_file)
    monkeypatch.setenv("ALL_PROXY", proxy.format(nobody=f"user:geheim@{nobody()}"))
    with pytest.raises(SheetUnreachable) as caught:
        stand.connection().get("properties") if way == "a read" else stand.asked_by_check()
    stand.server.stop()
    assert "ALL_PROXY" in str(caught.value)
    assert "geheim" not in str(caught.value)


# --- The clock


@given(
    off=st.floats(-1e6, 1e6), takes=st.floats(0, 100), within=st.floats(0, 1), begun=st.floats(0, 1)
)
def test_a_clock_is_as_far_off_as_is_certain(
    off: float, takes: float, within: float, begun: float
) -> None:
    sent = 1_800_000_000 + begun
    server_time = ServerTime()
    server_time.note(formatdate(sent + takes * within - off), sent, sent + takes)
    ahead = server_time.seconds_ahead
    if abs(off) < MOST_SECONDS_OFF - 1:
        assert ahead == 0
    elif abs(off) > MOST_SECONDS_OFF + takes + 2:
        assert ahead * off > 0
        assert abs(ahead - off) <= takes + 2


@pytest.mark.parametrize("date", [None, "", "yesterday", "Sat, 99 Foo 2026 00:00:00 GMT", "٣"])
def test_an_answer_without_a_time_says_nothing(date: str | None) -> None:
    server_time = ServerTime()
    server_time.note(formatdate(0), 1e9, 1e9)
    before = server_time.seconds_ahead
    server_time.note(date, 0, 0)
    assert server_time.seconds_ahead == before > 0


@pytest.mark.parametrize(
    ("hours", "words"), [(5, "5 hours behind"), (-5, "5 hours ahead"), (-48, "48 hours ahead")]
)
def test_once_says_that_the_clock_is_off_and_not_the_key(
    shop: Shop, hours: float, words: str
) -> None:
    shop.ready("03000000001")
    shop.sandbox.post("/_sandbox/clock", {"offset": hours * 3600})
    done = shop.run("once", "--for", "5")
    assert done.returncode == 3
    assert f"computer is {words}, so nobody is called" in done.stderr
    assert "a new key isn't needed" in done.stderr
    assert "Make a new key" not in done.stderr
    assert shop.calls() == []


@pytest.mark.parametrize("minutes", [8, -8])
def test_a_clock_that_is_minutes_off_stops_new_calls_until_it_is_right(
    shop: Shop, minutes: float
) -> None:
    """As when Google still takes the signature, which is of before."""
    shop.settles_at_once()
    shop.ready()
    # People's clocks are right, so they sign in before the sandbox's is put forward or back.
    queue, reconciler = shop.tab(), shop.tab("Dialer")
    cell = reconciler.find("State")
    assert cell is not None

    def state() -> str:
        return str(reconciler.cell(cell.row, cell.col + 1).value or "")

    with shop.running("start"):
        eventually(lambda: "Done" in state())
        shop.sandbox.post("/_sandbox/clock", {"offset": minutes * 60})
        queue.update([["03000000001"]], "A2")
        eventually(lambda: "minutes behind" in state() or "minutes ahead" in state())
        ref = queue.row_values(1).index(next(h for h in queue.row_values(1) if h[:3] == "Ref")) + 1
        eventually(lambda: bool(queue.cell(2, ref).value))
        assert shop.calls() == []
        shop.sandbox.post("/_sandbox/clock", {"offset": 0})
        eventually(lambda: len(shop.calls()) == 1)


def test_a_bad_key_is_still_a_bad_key(key_file: Path) -> None:  # noqa: F811
    stand = Stand(key_file)
    refused = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
    stand.sign_in = answer(refused, 400, f"Date: {formatdate(usegmt=True)}")
    with pytest.raises(SheetRefused, match="Make a new key"):
        stand.connection().get("properties")
    stand.server.stop()


# --- Terminals


POOREST = {"PYTHONIOENCODING": "ascii:strict"}
POOR = (
    {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONIOENCODING": "cp1252"},
    *({"PYTHONIOENCODING": each} for each in ("ascii", "latin-1:strict", "cp437")),
    {"LANG": "C.UTF-8"},
)


@pytest.mark.parametrize("terminal", [POOREST, *POOR], ids=str)
def test_no_command_dies_of_the_terminals_letters(
    shop: Shop, terminal: dict[str, str], full: bool
) -> None:
    if terminal in POOR[1:] and not full:
        pytest.skip("part of the full form: run.py test --full")
    shop.settles_at_once()
    shop.change(language="urdu")
    header = ["Phone", "Amount", "Store", "Order ID"]
    shop.paste([header, ["03000000001", "1", "دکان", "é؟"], ["x"]], "A1")
    shop.set_up()
    shop.control("RUN")
    # Each way of printing for each terminal; every command for the poorest.
    commands = [["plan"], ["start", "--until-done", "-v"], ["export", "--format", "json"]]
    if terminal == POOREST:
        commands += [["check"], ["check", "--json"], ["setup"], ["plan", "--json"], ["status"]]
        commands += [["once", "-v", "--for", "3"], ["export"], ["call", "x"], ["allow", "دکان"]]
    for words in commands:
        done = subprocess.run(
            shop.command(*words),
            capture_output=True,
            check=False,
            env=os.environ | terminal,
            timeout=90,
        )
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        assert "Traceback" not in said, (words, said)
        assert "UnicodeEncodeError" not in said
        assert done.returncode in ((2,) if words[0] in ("call", "allow") else (0,)), (words, said)
        if words == ["export", "--format", "json"] and "ascii" in str(terminal):
            (row, *_) = [json.loads(line) for line in done.stdout.decode().splitlines()]
            assert row["text1"] == "دکان"
    assert shop.called_numbers() == ["923000000001"]


@pytest.mark.parametrize("word", ["--help", "nonsense", "demo --help"])
def test_help_needs_no_letters_either(word: str) -> None:
    done = subprocess.run(
        [sys.executable, str(HOME / "run.py"), *word.split()],
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode == (2 if word == "nonsense" else 0)
