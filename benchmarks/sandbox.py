"""How fast the sandbox is: requests a second, a big read, memory and start, as a table.

    python benchmarks/sandbox.py [--requests N] [--connections N] [--rows N] [--columns N]

It starts the sandbox as a process of its own, as a user does, and talks to it over raw sockets
from this one, so on a machine with one free core the two share it and the figures are lower.
"""

from __future__ import annotations

import argparse
import json
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import jwt
import requests

KEY = "sandbox-api-key"
SHEETS_SCOPE = "https://www.googleapis.com/auth/spreadsheets"


@dataclass(frozen=True)
class Figure:
    """One line of the table; `target` is met when `met` says so."""

    what: str
    value: str
    target: str
    met: bool


@dataclass(frozen=True)
class Sandbox:
    """The process under measurement."""

    url: str
    directory: Path
    pid: int
    started_in: float

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 0)

    @property
    def spreadsheet_id(self) -> str:
        """The spreadsheet that it made."""
        return str(json.loads((self.directory / "sandbox.json").read_text())["spreadsheet_id"])

    def memory(self, field: str = "VmHWM") -> float:
        """The process's resident memory in MB: ``VmHWM`` its peak, ``VmRSS`` what it holds now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.findall(rf"{field}:\s+(\d+) kB", status)[0]) / 1024

    def forget_peak(self) -> None:
        """Lets the peak begin anew."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def token(self) -> str:
        """An access token of the dialer's account."""
        key = json.loads((self.directory / "service-account.json").read_text())
        now = int(time.time())
        claims = {
            "iss": key["client_email"],
            "scope": SHEETS_SCOPE,
            "aud": key["token_uri"],
            "iat": now,
            "exp": now + 3600,
        }
        assertion = jwt.encode(claims, key["private_key"], algorithm="RS256")
        grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer"
        form = {"grant_type": grant_type, "assertion": assertion}
        answer = requests.post(key["token_uri"], data=form, timeout=10)
        return str(answer.json()["access_token"])


@contextmanager
def running_sandbox() -> Iterator[Sandbox]:
    """Starts one, and stops it afterwards."""
    with tempfile.TemporaryDirectory() as directory:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "sheets_dialer.sandbox", "--dir", directory],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        started_in = time.perf_counter() - began
        try:
            yield Sandbox(url, Path(directory), process.pid, started_in)
        finally:
            process.terminate()
            process.wait(10)
            process.stdout.close()


def per_second(sandbox: Sandbox, request: bytes, *, requests_: int, connections: int) -> float:
    """How many of these requests are answered in a second over so many kept connections."""
    each = requests_ // connections
    problems: list[str] = []

    def client() -> None:
        with socket.create_connection(sandbox.address) as connection:
            for _ in range(each):
                connection.sendall(request)
                problem = _one_answer(connection)
                if problem:
                    problems.append(problem)
                    return

    threads = [threading.Thread(target=client) for _ in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if problems:
        raise SystemExit(f"a request failed: {problems[0]}")
    return each * connections / took


def _one_answer(connection: socket.socket) -> str | None:
    """Reads one answer off the connection; gives it back if it isn't a 200."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return "the connection was closed"
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    found = re.search(rb"content-length: (\d+)", head)
    length = int(found[1]) if found else 0
    while len(body) < length:
        body += connection.recv(65536)
    return None if head.startswith(b"HTTP/1.1 200") else data.decode(errors="replace")


def _get(path: str, *headers: str, **query: str) -> bytes:
    return _request("GET", path, *headers, query=query)


def _request(
    method: str, path: str, *headers: str, query: dict[str, str], body: object = None
) -> bytes:
    target = f"{path}?{urlencode(query)}" if query else path
    content = b"" if body is None else json.dumps(body).encode()
    size = (f"Content-Length: {len(content)}",) if content else ()
    lines = (f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", *headers, *size, "", "")
    return "\r\n".join(lines).encode() + content


def small_requests(sandbox: Sandbox, *, requests_: int, connections: int) -> Iterator[Figure]:
    """The kinds of request that a dialer sends most, reads before writes."""
    call = {"api_key": KEY, "caller_id": "923001234567", "voice_id": "102"}
    requests.post(f"{sandbox.url}/_sandbox/portal", json={"balance": 10_000_000}, timeout=10)
    placed = requests.get(f"{sandbox.url}/api/calls", params=call, timeout=10).json()["data"]
    document = f"/v4/spreadsheets/{sandbox.spreadsheet_id}"
    signed_in = f"Authorization: Bearer {sandbox.token()}"
    kinds = {
        "user_verify": _get("/api/user_verify", api_key=KEY),
        "get_call": _get("/api/get_call", api_key=KEY, call_id=placed["call_id"]),
        "values.get of a row": _get(f"{document}/values/Calls!A1:D1", signed_in),
        "calls": _get("/api/calls", **call),
        "values.update of a row": _request(
            "PUT",
            f"{document}/values/Calls!A2:D2",
            signed_in,
            query={"valueInputOption": "RAW"},
            body={"values": [["03001234567", "1500", "My Store", "ORD12345"]]},
        ),
    }
    for name, request in kinds.items():
        speed = per_second(sandbox, request, requests_=requests_, connections=connections)
        yield Figure(f"{name}, requests/s", f"{speed:,.0f}", "at least 800", speed >= 800)


def big_read(sandbox: Sandbox, *, rows: int, columns: int) -> Iterator[Figure]:
    """A whole queue read at once, with and without pretty-printing, and the memory for it."""
    base = f"{sandbox.url}/v4/spreadsheets/{sandbox.spreadsheet_id}"
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {sandbox.token()}"
        _fill(session, base, rows, columns)
        sandbox.forget_peak()
        for pretty in ("true", "false"):
            seconds, megabytes = _read(session, base, rows, columns, pretty)
            yield Figure(
                f"values.get of {rows:,} x {columns} (prettyPrint={pretty}), s",
                f"{seconds:.2f} ({megabytes:.0f} MB)",
                "at most 2",
                seconds <= 2,
            )
    peak = sandbox.memory()
    yield Figure("peak memory of the process, MB", f"{peak:.0f}", "at most 600", peak <= 600)


def _fill(session: requests.Session, base: str, rows: int, columns: int) -> None:
    size = {"rowCount": rows, "columnCount": max(columns, 12)}
    sheet = session.get(base, timeout=30).json()["sheets"][0]["properties"]["sheetId"]
    properties = {"sheetId": sheet, "gridProperties": size}
    update = {"properties": properties, "fields": "gridProperties(rowCount,columnCount)"}
    body = {"requests": [{"updateSheetProperties": update}]}
    session.post(f"{base}:batchUpdate", json=body, timeout=60).raise_for_status()
    for start in range(0, rows, 10_000):
        values = [
            [f"0300{row:07d}", *(f"value {column} of {row}" for column in range(1, columns))]
            for row in range(start, min(start + 10_000, rows))
        ]
        session.put(
            f"{base}/values/Calls!A{start + 1}",
            params={"valueInputOption": "RAW"},
            json={"values": values},
            timeout=120,
        ).raise_for_status()


def _read(
    session: requests.Session, base: str, rows: int, columns: int, pretty: str
) -> tuple[float, float]:
    """The best of three: seconds until the last byte, and the answer's size in MB."""
    best = float("inf")
    size = 0.0
    for _ in range(3):
        began = time.perf_counter()
        answer = session.get(f"{base}/values/Calls", params={"prettyPrint": pretty}, timeout=60)
        best = min(best, time.perf_counter() - began)
        size = len(answer.content) / 1e6
        values = answer.json()["values"]
        if len(values) != rows or len(values[-1]) != columns:
            raise SystemExit(f"the answer has {len(values)} rows of {len(values[-1])}")
    return best, size


def main() -> int:
    """Measures and prints; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=8000, help="small requests of each kind")
    parser.add_argument("--connections", type=int, default=4, help="connections at once")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=12)
    options = parser.parse_args()
    with running_sandbox() as sandbox:
        requests.post(f"{sandbox.url}/_sandbox/limits", json={"enabled": False}, timeout=10)
        took = sandbox.started_in
        figures = [Figure("start until ready, s", f"{took:.2f}", "below 1", took < 1)]
        figures += small_requests(
            sandbox, requests_=options.requests, connections=options.connections
        )
        figures += big_read(sandbox, rows=options.rows, columns=options.columns)
    width = max(len(figure.what) for figure in figures)
    for figure in figures:
        verdict = "ok" if figure.met else "MISSED"
        print(f"{figure.what:<{width}}  {figure.value:>14}  {figure.target:<14}  {verdict}")
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
