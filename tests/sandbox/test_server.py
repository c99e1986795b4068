"""The process: one loopback port, loopback names only, a quick and clean end, whole batches."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from urllib.parse import urlsplit

import pytest
import requests

from sheets_dialer.sandbox.server import _Protocol
from tests.support.running import COMMAND, RunningSandbox

KEY = "sandbox-api-key"


def _address(sandbox: RunningSandbox) -> tuple[str, int]:
    parts = urlsplit(sandbox.url)
    return str(parts.hostname), int(parts.port or 0)


def _raw(sandbox: RunningSandbox, request: bytes) -> bytes:
    with socket.create_connection(_address(sandbox), timeout=5) as connection:
        connection.sendall(request)
        return connection.recv(65536)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ends_cleanly_and_at_once_with_requests_hanging_and_connections_open(
    start_sandbox: Callable[..., RunningSandbox], number: signal.Signals
) -> None:
    sandbox = start_sandbox()
    for kind, seconds in (("timeout", 0), ("slow", 60)):
        fault = {"service": "portal", "kind": kind, "seconds": seconds, "path": kind}
        sandbox.post("/_sandbox/faults", fault)
    query = f"/api/user_verify?api_key={KEY}&what="
    with (
        socket.create_connection(_address(sandbox)) as hanging,
        socket.create_connection(_address(sandbox)) as slow,
        socket.create_connection(_address(sandbox)),
    ):
        hanging.sendall(f"GET {query}timeout HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        slow.sendall(f"GET {query}slow HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        _wait(lambda: sandbox.get("/_sandbox/requests")["portal"]["user_verify"] == 2)
        began = time.monotonic()
        code = sandbox.signal(number)
        took = time.monotonic() - began
    assert code == 0
    assert took < 2
    assert sandbox.errors() == ""


def test_a_connection_that_is_gone_already_is_not_reset_again() -> None:
    """A client may leave in the very moment in which the server lets go of those that hang."""

    async def meet_and_part() -> asyncio.Transport:
        ours, theirs = socket.socketpair()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
        theirs.close()
        while ours.fileno() >= 0:
            await asyncio.sleep(0)
        return transport

    transport = asyncio.run(meet_and_part())
    _Protocol._abort(cast("_Protocol", SimpleNamespace(transport=transport)))


def test_listens_on_loopback_only(sandbox: RunningSandbox) -> None:
    listening = Path("/proc/net/tcp").read_text().splitlines()[1:]
    port = f"{_address(sandbox)[1]:04X}"
    local = [line.split()[1] for line in listening if line.split()[3] == "0A"]
    assert [a for a in local if a.endswith(f":{port}")] == [f"0100007F:{port}"]
    six = Path("/proc/net/tcp6")
    if six.exists():
        assert f":{port} " not in six.read_text()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "LOCALHOST", "localhost:99"])
def test_answers_to_loopback_names(sandbox: RunningSandbox, host: str) -> None:
    request = f"GET /_sandbox/limits HTTP/1.1\r\nHost: {host}\r\n\r\n"
    assert _raw(sandbox, request.encode()).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "headers",
    [
        "Host: evil.example",
        "Host: 127.0.0.1.evil.example",
        "Host: localhost@evil.example",
        "Host: 192.168.1.5",
        "Host: 0.0.0.0",
        "Host: [",
        "Host:",
        "X: y",
        "Host: localhost\r\nOrigin: https://evil.example",
        "Host: localhost\r\nOrigin: null",
    ],
)
@pytest.mark.parametrize("path", ["/", "/v4/spreadsheets/x", "/api/user_verify", "/_sandbox/calls"])
def test_refuses_what_wasnt_meant_for_loopback(
    sandbox: RunningSandbox, headers: str, path: str
) -> None:
    answer = _raw(sandbox, f"GET {path} HTTP/1.1\r\n{headers}\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"content-type: text/plain" in answer


@pytest.mark.parametrize(
    ("path", "site", "status"),
    [
        ("/api/user_verify", "cross-site", 403),
        ("/_sandbox/calls", "cross-site", 403),
        ("/_sandbox/calls", "same-origin", 200),
        ("/_sandbox/calls", "none", 200),
        ("/", "cross-site", 200),
    ],
)
def test_refuses_what_a_page_elsewhere_embeds_but_not_a_link_to_the_page(
    sandbox: RunningSandbox, path: str, site: str, status: int
) -> None:
    answer = sandbox.session().get(sandbox.url + path, headers={"Sec-Fetch-Site": site}, timeout=5)
    assert answer.status_code == status


def test_an_unknown_path_gets_googles_404(sandbox: RunningSandbox) -> None:
    response = sandbox.session().get(f"{sandbox.url}/no/<such>/path", timeout=5)
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert "was not found on this server" in response.text
    assert "<such>" not in response.text


def test_rubbish_gets_a_400_and_the_server_goes_on(sandbox: RunningSandbox) -> None:
    for rubbish in (b"rubbish\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n"):
        assert _raw(sandbox, rubbish).startswith(b"HTTP/1.1 400 ")
    assert sandbox.get("/_sandbox/calls") == []
    assert sandbox.errors() == ""


def test_a_connection_serves_many_requests(sandbox: RunningSandbox) -> None:
    connection = http.client.HTTPConnection(*_address(sandbox), timeout=5)
    connection.connect()
    ours = connection.sock.getsockname()
    for _ in range(50):
        connection.request("GET", f"/api/user_verify?api_key={KEY}")
        assert json.load(connection.getresponse())["response"] == "API matched"
        assert connection.sock.getsockname() == ours
    connection.close()


def test_a_body_of_megabytes_arrives_whole(sandbox: RunningSandbox) -> None:
    worksheet = sandbox.dialer_client().create("big").sheet1
    rows = [[f"0300{number:07d}", "x" * 900] for number in range(3000)]
    worksheet.resize(3000, 2)
    worksheet.update(rows, "A1:B3000", raw=True)
    assert worksheet.get("A2999:B3000") == rows[2998:]


def test_every_answer_carries_googles_time(sandbox: RunningSandbox) -> None:
    sandbox.post("/_sandbox/clock", {"offset": 86400 * 365})
    year = time.gmtime(time.time() + 86400 * 365).tm_year
    for path in ("/api/user_verify", "/v4/spreadsheets/x", "/nothing"):
        date = sandbox.session().get(sandbox.url + path, timeout=5).headers["date"]
        assert f" {year} " in date


def test_a_port_that_is_taken_is_an_exit_code_and_a_sentence(sandbox: RunningSandbox) -> None:
    done = subprocess.run(
        [*COMMAND, "--port", str(_address(sandbox)[1])],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 2
    assert "Address already in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_writers_and_two_readers_never_see_half_a_batch(sandbox: RunningSandbox) -> None:
    """Each batch writes its own mark into three far cells and a new tab title; a read, whichever
    batch it meets, finds the same mark in all of them."""
    spreadsheet = sandbox.dialer_client().create("whole")
    spreadsheet.share("person@robocall-sandbox.iam.gserviceaccount.com", "user", "writer")
    url = f"https://sheets.googleapis.com/v4/spreadsheets/{spreadsheet.id}"
    cells = [(0, 0), (499, 3), (999, 25)]
    stop = threading.Event()
    seen: set[tuple[str, ...]] = set()
    problems: list[str] = []

    def write(key_file: str, name: str) -> None:
        session = sandbox.google_session(key_file)
        for number in range(40):
            mark = f"{name}{number}"
            requests_ = [_mark(row, column, mark) for row, column in cells]
            properties = {"sheetId": 0, "title": mark}
            requests_.append(
                {"updateSheetProperties": {"properties": properties, "fields": "title"}}
            )
            body = {"requests": requests_}
            answer = session.post(f"{url}:batchUpdate", json=body, timeout=30)
            if not answer.ok:
                problems.append(answer.text)

    def read(key_file: str) -> None:
        session = sandbox.google_session(key_file)
        while not stop.is_set():
            answer = session.get(url, params={"includeGridData": "true"}, timeout=30).json()
            sheet = answer["sheets"][0]
            rows = sheet["data"][0].get("rowData", [])
            marks = {c["formattedValue"] for r in rows for c in r.get("values", []) if c}
            if marks:
                seen.add((*marks, sheet["properties"]["title"]))

    readers = [
        threading.Thread(target=read, args=(name,))
        for name in ("service-account.json", "person.json")
    ]
    writers = [
        threading.Thread(target=write, args=("service-account.json", "dialer")),
        threading.Thread(target=write, args=("person.json", "person")),
    ]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in readers:
        thread.join()

    assert problems == []
    assert len(seen) > 1
    assert all(len(marks) == 2 and marks[0] == marks[1] for marks in seen)


def _mark(row: int, column: int, mark: str) -> dict[str, object]:
    return {
        "updateCells": {
            "start": {"sheetId": 0, "rowIndex": row, "columnIndex": column},
            "rows": [{"values": [{"userEnteredValue": {"stringValue": mark}}]}],
            "fields": "userEnteredValue",
        }
    }


def test_requests_are_counted_by_service_and_kind(sandbox: RunningSandbox) -> None:
    session = sandbox.google_session()
    url = f"https://sheets.googleapis.com/v4/spreadsheets/{sandbox.spreadsheet_id}"
    session.get(url, timeout=5)
    session.get(f"{url}/values/Calls!A1:B2", timeout=5)
    raw = {"valueInputOption": "RAW"}
    session.put(f"{url}/values/Calls!A2", params=raw, json={"values": [["x"]]}, timeout=5)
    filters = {"dataFilters": [{"a1Range": "Calls!A1"}]}
    session.post(f"{url}/values:batchGetByDataFilter", json=filters, timeout=5)
    session.post(f"{url}:batchUpdate", json={"requests": []}, timeout=5)
    session.get("https://www.googleapis.com/drive/v3/files", timeout=5)
    sandbox.get("/api/get_call", call_id="1")
    assert sandbox.get("/_sandbox/requests") == {
        "sheets": {
            "total": 5,
            "read": 3,
            "write": 2,
            "get": 1,
            "values.get": 1,
            "values.update": 1,
            "values.batchGetByDataFilter": 1,
            "batchUpdate": 1,
        },
        "drive": {"total": 1, "read": 1, "write": 0, "files.list": 1},
        "portal": {"total": 1, "calls": 0, "get_call": 1, "check_balance": 0, "user_verify": 0},
        "token": {"total": 1, "token": 1},
    }
    latest = sandbox.get("/_sandbox/requests", latest="1")
    assert [entry["status"] for entry in latest] == [200, 200, 200, 200, 200, 400, 200, 200]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "/_sandbox/nothing", None, 404, "/_sandbox/calls"),
        ("PUT", "/_sandbox/limits", None, 405, "GET, POST"),
        ("POST", "/_sandbox/limits", "{", 400, "isn't JSON"),
        ("POST", "/_sandbox/limits", "[]", 400, "must be a JSON object"),
        ("POST", "/_sandbox/limits", '{"on": true}', 400, "no 'on' here; there is enabled"),
        ("POST", "/_sandbox/limits", '{"enabled": 1}', 400, "must be true or false"),
        ("POST", "/_sandbox/clock", '{"offset": "x"}', 400, "a number of seconds"),
        ("POST", "/_sandbox/clock", '{"speed": 0}', 400, "from 1 to 1e+09"),
        ("POST", "/_sandbox/clock", "{}", 400, "a number of seconds"),
        ("POST", "/_sandbox/clock", '{"offset": 1e18}', 400, "from -1e+09 to 1e+09"),
        ("POST", "/_sandbox/tokens", '{"lifetime": -1}', 400, "from 0 to 1e+09"),
        ("POST", "/_sandbox/portal", '{"colour": 1}', 400, "no such setting"),
    ],
)
def test_a_bad_order_is_refused_with_a_sentence(
    sandbox: RunningSandbox, method: str, path: str, body: str | None, status: int, words: str
) -> None:
    response = sandbox.session().request(method, sandbox.url + path, data=body, timeout=5)
    assert response.status_code == status
    assert words in response.json()["error"]


def _wait(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_plain_requests_sessions_work(sandbox: RunningSandbox) -> None:
    with requests.Session() as session:
        session.trust_env = False
        for _ in range(3):
            assert session.get(f"{sandbox.url}/_sandbox/calls", timeout=5).ok
