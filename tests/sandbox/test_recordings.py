"""Recorded dialogues with the real Google are answered here as they were there.

Ids that Google minted are learned from its answers and translated to those minted here. Times
can't be equal, so only their form is compared.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sheets_dialer.sandbox.google.drive import DriveService
from sheets_dialer.sandbox.google.ids import Ids
from sheets_dialer.sandbox.google.library import Library
from sheets_dialer.sandbox.google.service import SheetsService
from sheets_dialer.sandbox.http import Request, Response

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.json"))
ACCOUNT = "someone@example.com"
MINTED = {"spreadsheetId", "sheetId", "namedRangeId", "protectedRangeId", "filterViewId", "chartId"}
TIMES = {"createdTime", "modifiedTime"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class Replay:
    """One dialogue, replayed request by request against fresh services."""

    def __init__(self) -> None:
        library, ids = Library(), Ids(random.Random(20))
        self._sheets = SheetsService(library, ids, lambda: 1_700_000_000.0)
        self._drive = DriveService(library, ids, lambda: 1_700_000_000.0)
        self._here: dict[Any, Any] = {}

    def check(self, exchange: dict[str, Any]) -> None:
        """Sends the request and compares the answer, field by field."""
        response = self._send(exchange["request"])
        expected = exchange["response"]
        found = json.loads(response.body) if response.body else ""
        for there, here in _minted_pairs(expected["body"], found):
            self._here.setdefault(there, here)
        assert (response.status, _without_times(found)) == (
            expected["status"],
            _without_times(self._translated(expected["body"])),
        )

    def _send(self, recorded: dict[str, Any]) -> Response:
        body = self._translated(recorded["body"])
        path = self._translated_text(recorded["path"])
        request = Request(
            method=recorded["method"],
            path=path,
            query_string=recorded["query"],
            headers={},
            body=json.dumps(body).encode() if body != "" else b"",
        )
        if path.startswith("/drive/"):
            return self._drive.handle(request, ACCOUNT)
        return self._sheets.handle(request, ACCOUNT)

    def _translated(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: self._translated(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [self._translated(item, name) for item in value]
        if isinstance(value, str):
            return self._here.get(value, self._translated_text(value))
        return self._here.get(value, value) if name in MINTED else value

    def _translated_text(self, text: str) -> str:
        for there, here in self._here.items():
            if isinstance(there, str):
                text = text.replace(there, str(here))
        return text


def _minted_pairs(there: Any, here: Any) -> Iterator[tuple[Any, Any]]:
    """Ids in Google's answer beside those that stand in their places in ours."""
    if isinstance(there, dict) and isinstance(here, dict):
        for name in there.keys() & here.keys():
            is_file_id = name == "id" and there.get("kind") == "drive#file"
            if name in MINTED or is_file_id:
                yield there[name], here[name]
            else:
                yield from _minted_pairs(there[name], here[name])
    elif isinstance(there, list) and isinstance(here, list):
        for one, other in zip(there, here, strict=False):
            yield from _minted_pairs(one, other)


def _without_times(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {
            name: bool(TIME.fullmatch(value)) if name in TIMES else _without_times(value)
            for name, value in answer.items()
        }
    return [_without_times(item) for item in answer] if isinstance(answer, list) else answer


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_recorded_dialogue_is_answered_as_google_did(path: Path) -> None:
    replay = Replay()
    for exchange in json.loads(path.read_text(encoding="utf-8"))["exchanges"]:
        replay.check(exchange)


def test_all_recordings_are_here() -> None:
    assert len(RECORDINGS) == 20
