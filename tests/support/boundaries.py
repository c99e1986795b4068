"""Where a process touches the world: found by listening to the libraries, not listed by hand.

Every commit of the ledger has a moment before and one after it; every request has one before it
leaves, one when it has left and is not answered, and one when its answer is here. A process that
`watch`es itself writes each such boundary to a file as it comes, and may send itself a signal at
one of them. It listens to SQLAlchemy's events and around two functions of requests and urllib3, so
that a new commit or request is a boundary the day it is written. None of the program's own modules
is touched.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests.adapters
import sqlalchemy as sa
import urllib3.connection
from sqlalchemy.pool import Pool

_CHANGES = re.compile(r'\s*(INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE)\s+"?(\w+)')
_TELLING = re.compile(r"(?:new_)?(?:state|what|name)(?:_m\d+)?")
_OF_ONE_SHEET = re.compile(r"(?<=/spreadsheets/)[\w-]+|(?<=/serviceAccounts/)[^/]+")


@dataclass(frozen=True, order=True)
class Boundary:
    """One boundary of a process: of this kind, and which of that kind; the first is 1."""

    kind: str
    occurrence: int

    def __str__(self) -> str:
        return f"{self.kind} (no. {self.occurrence})"


@dataclass(frozen=True)
class Strike:
    """A signal that a process sends to itself at one of its boundaries."""

    at: Boundary
    signal: int


def boundaries_in(record: Path) -> list[tuple[Boundary, ...]]:
    """The boundaries that a process has come to, in order. A commit that does several things at
    once, as chance will have it, is a boundary of several kinds."""
    seen: Counter[str] = Counter()
    found = []
    for line in record.read_text(encoding="utf-8").splitlines():
        kinds = line.split("\t")
        seen.update(kinds)
        found.append(tuple(Boundary(kind, seen[kind]) for kind in kinds))
    return found


def be_impatient(seconds: float) -> None:
    """From here on this process gives a request to Google up after so many seconds."""
    send = requests.adapters.HTTPAdapter.send

    def hurried_send(adapter: Any, request: Any, *args: Any, **options: Any) -> Any:
        if "/v4/" in request.url:
            options["timeout"] = (seconds, seconds)
        return send(adapter, request, *args, **options)

    _replace(requests.adapters.HTTPAdapter, "send", hurried_send)


def watch(record: Path, strike: Strike | None = None) -> None:
    """From here on this process writes its boundaries to the file, and strikes itself if told."""
    watcher = _Watcher(record, strike)
    watcher.listen_to_commits()
    watcher.listen_to_requests()


class _Watcher:
    def __init__(self, record: Path, strike: Strike | None) -> None:
        self._file = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._strike = strike
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._here = threading.local()

    def come_to(self, moment: str, things: Iterable[str]) -> None:
        """One boundary: kept at once, because the process may not live to keep it later."""
        kinds = [f"{moment} {thing}" for thing in dict.fromkeys(things)]
        with self._lock:
            self._seen.update(kinds)
            os.write(self._file, "\t".join(kinds).encode() + b"\n")
            if self._strike and self._strike.at in {
                Boundary(kind, self._seen[kind]) for kind in kinds
            }:
                os.kill(os.getpid(), self._strike.signal)

    def listen_to_commits(self) -> None:
        """SQLAlchemy tells before a commit; after it the connection goes back to its pool."""
        sa.event.listen(sa.Engine, "before_cursor_execute", self._executes)
        sa.event.listen(sa.Engine, "commit", self._commits)
        sa.event.listen(Pool, "checkin", self._is_done)

    def listen_to_requests(self) -> None:
        """Around sending in requests, and between request and answer in urllib3."""
        send = requests.adapters.HTTPAdapter.send
        answer = urllib3.connection.HTTPConnection.getresponse

        def watched_send(adapter: Any, request: Any, *args: Any, **options: Any) -> Any:
            self._here.request = name_of_request(request)
            self.come_to("before", [self._here.request])
            response = send(adapter, request, *args, **options)
            self.come_to("after", [self._here.request])
            return response

        def watched_answer(connection: Any) -> Any:
            self.come_to("sent", [self._here.request])
            return answer(connection)

        _replace(requests.adapters.HTTPAdapter, "send", watched_send)
        _replace(urllib3.connection.HTTPConnection, "getresponse", watched_answer)

    def _executes(
        self,
        _connection: Any,
        _cursor: Any,
        statement: str,
        _parameters: Any,
        context: Any,
        _many: bool,
    ) -> None:
        change = _CHANGES.match(statement)
        if change:
            told = _what_they_tell(context.compiled_parameters if context else ())
            self._changes().extend(
                " ".join((*change.groups(), each)).strip() for each in told or [""]
            )

    def _commits(self, _connection: Any) -> None:
        self._here.committed = [f"commit of {each}" for each in self._changes() or ["nothing"]]
        self.come_to("before", self._here.committed)

    def _is_done(self, _connection: Any, _record: Any) -> None:
        committed = getattr(self._here, "committed", None)
        self._here.committed = None
        self._changes().clear()
        if committed:
            self.come_to("after", committed)

    def _changes(self) -> list[str]:
        if not hasattr(self._here, "changes"):
            self._here.changes = []
        changes: list[str] = self._here.changes
        return changes


def name_of_request(request: requests.PreparedRequest) -> str:
    """Method and path, without what differs from sheet to sheet; of a batch what it does, too."""
    path = _OF_ONE_SHEET.sub("…", urlsplit(str(request.url)).path)
    name = f"{request.method} {path}"
    if not path.endswith(":batchUpdate"):
        return name
    body = json.loads(request.body or b"{}")
    kinds = dict.fromkeys(kind for each in body["requests"] for kind in each)
    marks = " with marks" if body.get("includeSpreadsheetInResponse") else ""
    return f"{name} {', '.join(kinds)}{marks}"


def _what_they_tell(parameters: Iterable[Any]) -> list[str]:
    """States, events and names among a statement's parameters: without them all are alike."""
    told = {
        re.split(r"[:,_ ]", str(value))[0]
        for values in parameters
        for name, value in values.items()
        if _TELLING.fullmatch(name)
    }
    return sorted(told)


def _replace(owner: type, name: str, function: Callable[..., Any]) -> None:
    setattr(owner, name, function)
