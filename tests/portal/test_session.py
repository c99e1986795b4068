"""On the wire: nothing is sent twice, nothing is needlessly unknown, no key is seen."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.base.errors import PortalError, PortalNotSent, PortalRefused, PortalUnknown
from sheets_dialer.base.redaction import redacted, without_query
from sheets_dialer.domain.content import Content
from sheets_dialer.portal import session as session_module
from sheets_dialer.portal.client import MOST_BYTES, Placed, Portal
from sheets_dialer.portal.session import portal_session
from tests.support.raw_server import Act, RawServer, after, answer, certificate, cut, reset, silent

KEY = "geheim/7+7 ü"
KEY_FORMS = (KEY, "geheim%2F7%2B7", "geheim")
NUMBER = "923001234567"
CONTENT = Content(NUMBER, "102")
GOOD = {"status": "200", "data": {"call_id": "20076"}}

Start = Callable[..., RawServer]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers that end with the test."""
    servers: list[RawServer] = []

    def make(act: Act = silent, **options: object) -> RawServer:
        servers.append(RawServer(act, **options))
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def client_of() -> Iterator[Callable[..., Portal]]:
    """Clients with short time-outs."""
    made: list[Portal] = []

    def make(url: str, *, verify: Path | None = None, key_in_header: bool = False) -> Portal:
        session = portal_session(4)
        if verify is not None:
            session.verify = str(verify)
        key = "geheim" if key_in_header else KEY
        made.append(
            Portal(url, lambda: key, session, key_in_header=key_in_header, timeouts=(0.5, 0.4))
        )
        return made[-1]

    yield make
    for each in made:
        each.close()


def failure_of(portal: Portal) -> PortalError:
    with pytest.raises(PortalError) as caught:
        portal.place(CONTENT)
    return caught.value


# --- Not sent: nothing has left -------------------------------------------------------------------


def test_a_refused_connection_was_not_sent(client_of: Callable[..., Portal]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert type(failure_of(client_of(f"http://127.0.0.1:{port}"))) is PortalNotSent


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 70 + ".invalid"])
def test_a_name_that_nobody_knows_was_not_sent(client_of: Callable[..., Portal], host: str) -> None:
    assert type(failure_of(client_of(f"https://{host}"))) is PortalNotSent


def test_an_address_of_no_kind_was_not_sent(client_of: Callable[..., Portal]) -> None:
    assert type(failure_of(client_of("gopher://127.0.0.1"))) is PortalNotSent


def test_an_untrusted_certificate_was_not_sent(
    start: Start, client_of: Callable[..., Portal], tmp_path: Path
) -> None:
    _path, context = certificate(tmp_path)
    server = start(answer(GOOD), tls=context)

    failure = failure_of(client_of(server.url))

    assert type(failure) is PortalNotSent
    assert "certificate" in str(failure)
    assert server.requests == []


def test_a_server_without_encryption_was_not_sent_to(
    start: Start, client_of: Callable[..., Portal]
) -> None:
    server = start(answer(GOOD), on_connect=after(b"HTTP/1.1 400 Bad Request\r\n\r\n", cut))

    failure = failure_of(client_of(server.url.replace("http:", "https:")))

    assert type(failure) is PortalNotSent
    assert server.requests == []


@pytest.mark.parametrize("then", [cut, reset, lambda _connection: time.sleep(1)])
def test_a_handshake_that_fails_was_not_sent(
    start: Start, client_of: Callable[..., Portal], then: Act
) -> None:
    def on_connect(connection: socket.socket) -> None:
        connection.recv(16)  # the client's first words
        then(connection)

    server = start(answer(GOOD), on_connect=on_connect)

    failure = failure_of(client_of(server.url.replace("http:", "https:")))

    assert type(failure) is PortalNotSent


# --- Unknown: it may have arrived -----------------------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n"
BROKEN: dict[str, Act] = {
    "closed after reading": cut,
    "reset after reading": reset,
    "closed in the status line": after(b"HTTP/1.1 2", cut),
    "closed in the headers": after(b"HTTP/1.1 200 OK\r\nContent-Le", cut),
    "closed after the headers": after(HEAD, cut),
    "closed in the body": after(HEAD + b'{"call_id": "20076"}', cut),
    "reset in the body": after(HEAD + b'{"call_id"', reset),
    "silent": silent,
    "silent in the body": after(HEAD + b'{"call_id"', silent),
    "no HTTP at all": after(b"\x16\x03\x01\x00\xa5\x01\x00\r\n\r\n", cut),
    "broken chunks": after(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n", cut
    ),
    "cut chunks": after(
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n13\r\n{"call_id": "20076"', cut
    ),
    "no gzip": after(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", cut
    ),
    "endless headers": after(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500, cut),
    "endless body": after(
        b"HTTP/1.1 200 OK\r\n\r\n" + b" " * (MOST_BYTES + 100_000) + b"{}", silent
    ),
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_breaks_after_the_first_byte_is_unknown_and_never_repeated(
    start: Start, client_of: Callable[..., Portal], how: str
) -> None:
    server = start(BROKEN[how])

    failure = failure_of(client_of(server.url))

    assert type(failure) is PortalUnknown
    assert len(server.requests) == 1


@pytest.mark.parametrize("how", [cut, reset])
def test_a_connection_cut_before_reading_is_unknown(
    start: Start, client_of: Callable[..., Portal], how: Act
) -> None:
    server = start(answer(GOOD), on_connect=how)

    # A reset may come so early that we are still connecting: then nothing was sent, and it is said.
    early = {PortalNotSent} if how is reset else set()
    assert type(failure_of(client_of(server.url))) in {PortalUnknown} | early
    assert server.connections == 1


def test_encryption_that_breaks_after_the_request_is_unknown(
    start: Start, client_of: Callable[..., Portal], tmp_path: Path
) -> None:
    """TLS raises the same kind of error as in the handshake, but the phone may be ringing."""
    path, context = certificate(tmp_path)

    def spoil(connection: socket.socket) -> None:
        assert isinstance(connection, ssl.SSLSocket)
        bare = socket.socket(fileno=connection.detach())
        bare.sendall(b"\x17\x03\x03\x00\x20" + b"\x00" * 32)  # a record that can't be deciphered
        time.sleep(0.1)
        bare.close()

    server = start(spoil, tls=context)

    assert type(failure_of(client_of(server.url, verify=path))) is PortalUnknown
    assert len(server.requests) == 1


def test_a_trusted_encrypted_portal_answers(
    start: Start, client_of: Callable[..., Portal], tmp_path: Path
) -> None:
    path, context = certificate(tmp_path)
    server = start(answer(GOOD), tls=context)
    portal = client_of(server.url, verify=path)

    assert [portal.place(CONTENT), portal.place(CONTENT)] == [Placed("20076")] * 2
    assert (server.connections, len(server.requests)) == (1, 2)


def test_an_answer_that_drips_is_given_up(start: Start, client_of: Callable[..., Portal]) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            connection.sendall(b" ")
            time.sleep(0.1)

    server = start(drip)
    begun = time.monotonic()

    assert type(failure_of(client_of(server.url))) is PortalUnknown
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(
    start: Start, client_of: Callable[..., Portal], status: int
) -> None:
    other = start(answer(GOOD))
    server = start(answer(b"", status, f"Location: {other.url}/api/calls"))

    assert type(failure_of(client_of(server.url))) is PortalUnknown
    assert (len(server.requests), other.connections) == (1, 0)


# --- Connections that stay open -------------------------------------------------------------------


def test_connections_are_used_again(start: Start, client_of: Callable[..., Portal]) -> None:
    server = start(answer(GOOD))
    portal = client_of(server.url)

    for _ in range(5):
        portal.place(CONTENT)

    assert (server.connections, len(server.requests)) == (1, 5)


def test_a_connection_that_the_server_has_closed_is_not_used(
    start: Start, client_of: Callable[..., Portal]
) -> None:
    server = start(answer(GOOD, close=True))
    portal = client_of(server.url)

    for _ in range(5):
        assert portal.place(CONTENT) == Placed("20076")
        time.sleep(0.02)

    assert (server.connections, len(server.requests)) == (5, 5)


def test_a_connection_idle_for_long_is_not_trusted_with_a_call(
    start: Start, client_of: Callable[..., Portal], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that closes idle connections may do so in the very moment in which a call goes out:
    here the second request on any connection meets that."""
    monkeypatch.setattr(session_module, "IDLE_SECONDS", 0.1)
    used: set[socket.socket] = set()

    def closing(connection: socket.socket) -> None:
        if connection in used:
            reset(connection)
        else:
            used.add(connection)
            answer(GOOD)(connection)

    server = start(closing)
    portal = client_of(server.url)

    for _ in range(3):
        assert portal.place(CONTENT) == Placed("20076")
        time.sleep(0.15)
    assert (server.connections, len(server.requests)) == (3, 3)
    portal.place(CONTENT)
    assert type(failure_of(portal)) is PortalUnknown  # at once: it can't be known, nor repeated
    assert len(server.requests) == 5


def test_many_threads_send_each_call_once(start: Start, client_of: Callable[..., Portal]) -> None:
    server = start(answer(GOOD))
    portal = client_of(server.url)

    def place_some() -> None:
        for _ in range(10):
            portal.place(CONTENT)

    threads = [threading.Thread(target=place_some) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(server.requests) == 80


def test_cookies_are_not_kept(start: Start, client_of: Callable[..., Portal]) -> None:
    """PHP answers requests of one session one after the other."""
    server = start(answer(GOOD, 200, "Set-Cookie: PHPSESSID=abc; path=/"))
    portal = client_of(server.url)

    portal.place(CONTENT)
    portal.place(CONTENT)

    assert b"PHPSESSID" not in server.requests[1]


def test_proxies_and_passwords_of_the_environment_are_not_used(
    start: Start,
    client_of: Callable[..., Portal],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    proxy, server = start(answer(GOOD)), start(answer(GOOD))
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    monkeypatch.setenv("no_proxy", "")

    client_of(server.url).place(CONTENT)

    assert (proxy.connections, len(server.requests)) == (0, 1)
    assert b"authorization" not in server.requests[0].lower()


# --- The key is seen by the portal and by nobody else ---------------------------------------------


@pytest.mark.parametrize(
    ("act", "status"), [(cut, PortalUnknown), (answer({"status": 401}), PortalRefused)]
)
@pytest.mark.parametrize("key_in_header", [False, True])
def test_the_key_and_the_number_stand_in_no_error_and_no_log(
    start: Start,
    client_of: Callable[..., Portal],
    caplog: pytest.LogCaptureFixture,
    act: Act,
    status: type[PortalError],
    key_in_header: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    server = start(act)
    portal = client_of(server.url, key_in_header=key_in_header)

    failure = failure_of(portal)

    assert isinstance(failure, status)
    sent = server.requests[0].decode()
    if key_in_header:
        assert "api_key: geheim" in sent
        assert "api_key=" not in sent
    else:
        assert "api_key=geheim%2F7%2B7%20%C3%BC " in sent
        assert "sheets-dialer-query-key" not in sent
    told = "".join(traceback.format_exception(failure)) + caplog.text + repr(portal)
    for each in _chain(failure):
        told += repr(each) + str(each) + repr(vars(each))
    assert "/api/calls" in caplog.text or status is PortalUnknown
    for secret in (*KEY_FORMS, NUMBER):
        assert secret not in told


def test_the_key_stands_in_no_error_of_a_failed_connection(
    client_of: Callable[..., Portal],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    failure = failure_of(client_of(f"http://127.0.0.1:{port}"))

    told = "".join(f"{each!r} {vars(each)}" for each in _chain(failure))
    told += "".join(traceback.format_exception(failure))
    assert failure.__cause__ is not None
    assert "refused" in str(failure.__cause__)
    assert not [secret for secret in (*KEY_FORMS, NUMBER) if secret in told]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and everything that hangs on it, shown or not."""
    yield error
    for each in (error.__cause__, error.__context__):
        if each is not None:
            yield from _chain(each)


# --- Redaction ------------------------------------------------------------------------------------

NAMES = ("api_key", "API_KEY", "apikey", "api-key", "access_token", "id_token", "assertion", "key")
NAMES += ("Authorization", "private_key", "password", "client_secret")
SECRET = st.text(
    alphabet=st.characters(codec="ascii", categories=("L", "N", "P", "S"), exclude_characters="&"),
    min_size=8,
).map(lambda text: f"geheim{text}geheim")


@given(secret=SECRET.filter(lambda text: "'" not in text and '"' not in text and "\\" not in text))
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "form",
    ["{}={}", "x?{}={}&y=1", "{}: {}", '"{}": "{}"', "'{}': '{}'", "{} = Bearer {}", "{}%3D{}"],
)
def test_nothing_is_left_of_a_secret_behind_its_name(form: str, name: str, secret: str) -> None:
    assert "geheim" not in redacted(f"before {form.format(name, secret)} after")


@given(secret=st.text(min_size=8).map(lambda text: f"geheim{text}geheim"))
def test_a_quoted_secret_is_taken_out_whole(secret: str) -> None:
    assert "geheim" not in redacted(repr({"api_key": secret, "x": 1}))


def test_the_rest_of_a_text_stays() -> None:
    text = "GET /api/calls?voice_id=102&api_key=abc&key1=0 failed for postgresql://me:pw@host/db"
    assert redacted(text) == (
        "GET /api/calls?voice_id=102&api_key=…&key1=0 failed for postgresql://me:…@host/db"
    )
    assert without_query(text) == "GET /api/calls?… failed for postgresql://me:…@host/db"
    assert "BEGIN" not in redacted('{"private_key": "-----BEGIN PRIVATE KEY-----\\nMII\\n"}')


def test_redaction_of_a_long_text_is_quick() -> None:
    begun = time.process_time()
    for text in ("a" * 500_000, "key" * 200_000, "key=" * 200_000, '"' * 500_000, ": " * 250_000):
        without_query(text)
    assert time.process_time() - begun < 3
