"""Each answer goes to its own request, and none is waited for without end.

On raw sockets: interim answers, answers with more behind them, answers that drip.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sheets_dialer.base.errors import PortalUnknown
from sheets_dialer.domain.content import Content
from sheets_dialer.portal.client import MOST_BYTES, Placed, Portal
from sheets_dialer.portal.session import portal_session
from tests.support.raw_server import Act, RawServer, certificate

CONTENT = Content("923001234567", "102")
READ_SECONDS = 0.5

Start = Callable[..., tuple[RawServer, Portal]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a server and a client of it, which end with the test."""
    opened: list[tuple[RawServer, Portal]] = []

    def make(
        act: Act, *, verify: Path | None = None, **options: object
    ) -> tuple[RawServer, Portal]:
        server = RawServer(act, **options)
        session = portal_session(4)
        if verify is not None:
            session.verify = str(verify)
        portal = Portal(server.url, lambda: "geheim-77", session, timeouts=(1, READ_SECONDS))
        opened.append((server, portal))
        return opened[-1]

    yield make
    for server, portal in opened:
        portal.close()
        server.stop()


def good(call_id: int) -> bytes:
    """A whole answer that names this call."""
    body = json.dumps({"status": "200", "data": {"call_id": str(call_id)}}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


class Numbered:
    """Answers the first request with call 1 and so on, with `before` and `behind` around each."""

    def __init__(self, *, before: bytes = b"", pause: float = 0, behind: bytes = b"") -> None:
        self._before, self._pause, self._behind = before, pause, behind
        self._count = 0

    def __call__(self, connection: socket.socket) -> None:
        self._count += 1
        call_id = self._count
        if self._pause:
            connection.sendall(self._before)
            time.sleep(self._pause)
            connection.sendall(good(call_id) + self._behind)
        else:
            connection.sendall(self._before + good(call_id) + self._behind)


# --- Interim answers ------------------------------------------------------------------------------

INTERIM = {
    "100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "102": b"HTTP/1.1 102 Processing\r\n\r\n",
    "103": b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n",
    "199": b"HTTP/1.1 199 X\r\nContent-Length: 0\r\n\r\n",
    "several": b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n",
}


@pytest.mark.parametrize("pause", [0, 0.1])
@pytest.mark.parametrize("kind", INTERIM)
def test_an_interim_answer_is_not_the_answer_and_shifts_none(
    start: Start, kind: str, pause: float
) -> None:
    server, portal = start(Numbered(before=INTERIM[kind], pause=pause))

    assert [portal.place(CONTENT) for _ in range(3)] == [Placed("1"), Placed("2"), Placed("3")]
    assert (server.connections, len(server.requests)) == (1, 3)


def test_a_change_of_protocol_that_nobody_asked_for_ends_the_connection(start: Start) -> None:
    """What comes behind a 101 is no answer of ours, even if it looks like one."""
    switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"
    server, portal = start(Numbered(before=switch, pause=0.1))

    for _ in range(2):
        with pytest.raises(PortalUnknown):
            portal.place(CONTENT)
        time.sleep(0.15)
    assert (server.connections, len(server.requests)) == (2, 2)


def test_an_answer_that_is_lost_behind_an_interim_one_is_unknown_and_not_asked_again(
    start: Start,
) -> None:
    def hint_only(connection: socket.socket) -> None:
        connection.sendall(INTERIM["103"])
        connection.close()

    server, portal = start(hint_only)

    with pytest.raises(PortalUnknown):
        portal.place(CONTENT)
    assert len(server.requests) == 1


# --- More than the answer -------------------------------------------------------------------------

PAD = b"X-Pad: " + b"x" * 8050 + b"\r\n"
SURPLUS = {
    "an answer": good(999),
    "a part of one": good(999)[:30],
    "an empty line": b"\r\n",
    "a long one": good(999).replace(b"\r\n", b"\r\n" + PAD, 1) + good(998),
}


@pytest.mark.parametrize("kind", SURPLUS)
@pytest.mark.parametrize("encrypted", [False, True])
def test_what_came_behind_an_answer_is_never_the_next_ones(
    start: Start, tmp_path: Path, kind: str, encrypted: bool
) -> None:
    path, context = certificate(tmp_path) if encrypted else (None, None)
    server, portal = start(Numbered(behind=SURPLUS[kind]), verify=path, tls=context)

    assert [portal.place(CONTENT) for _ in range(3)] == [Placed("1"), Placed("2"), Placed("3")]
    assert (server.connections, len(server.requests)) == (3, 3), "none was used again"


def test_what_comes_later_behind_an_answer_is_never_the_next_ones(start: Start) -> None:
    numbered = Numbered()

    def act(connection: socket.socket) -> None:
        numbered(connection)
        time.sleep(0.05)
        connection.sendall(good(999))

    _, portal = start(act)

    for call_id in ("1", "2", "3"):
        assert portal.place(CONTENT) == Placed(call_id)
        time.sleep(0.1)


def test_a_body_that_should_not_be_there_spoils_no_other_answer(start: Start) -> None:
    """A 204 has no body, whatever its header says."""
    numbered = Numbered()

    def act(connection: socket.socket) -> None:
        if len(server.requests) == 1:
            connection.sendall(good(999).replace(b"200 OK", b"204 No Content"))
        else:
            numbered(connection)

    server, portal = start(act)

    with pytest.raises(PortalUnknown):
        portal.place(CONTENT)
    assert portal.place(CONTENT) == Placed("1")
    assert server.connections == 2


def test_an_answer_that_is_not_read_to_its_end_spoils_no_other(start: Start) -> None:
    numbered = Numbered()
    rest = b" " * (MOST_BYTES + 100_000) + good(999)

    def act(connection: socket.socket) -> None:
        if len(server.requests) == 1:
            head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(rest)
            connection.sendall(head + rest)
        else:
            numbered(connection)

    server, portal = start(act)

    with pytest.raises(PortalUnknown, match="too long"):
        portal.place(CONTENT)
    assert portal.place(CONTENT) == Placed("1")
    assert server.connections == 2


def test_a_chunked_answer_keeps_its_connection(start: Start) -> None:
    body = b'{"call_id": "7"}'
    whole = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
    server, portal = start(lambda connection: connection.sendall(whole % (len(body), body)))

    assert [portal.place(CONTENT) for _ in range(3)] == [Placed("7")] * 3
    assert (server.connections, len(server.requests)) == (1, 3)


# --- Answers without end --------------------------------------------------------------------------

DRIPS = {
    "a status line": (b"HTTP/1.1 200 ", b"O"),
    "a header": (b"HTTP/1.1 200 OK\r\nX-Pad: ", b"a"),
    "interim answers": (b"", INTERIM["100"]),
    "hints": (b"", INTERIM["103"]),
    "chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "the size of a chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
}


@pytest.mark.parametrize("kind", DRIPS)
def test_an_answer_that_drips_is_given_up_wherever_it_is(start: Start, kind: str) -> None:
    first, drop = DRIPS[kind]

    def drip(connection: socket.socket) -> None:
        connection.sendall(first)
        for _ in range(100):
            connection.sendall(drop)
            time.sleep(0.1)

    server, portal = start(drip)
    begun = time.monotonic()

    with pytest.raises(PortalUnknown, match=r"in time|too long"):
        portal.place(CONTENT)
    assert time.monotonic() - begun < 4 * READ_SECONDS
    assert len(server.requests) == 1
