"""What a new sandbox starts with, and the files in its directory that lead others to it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from .accounts import ServiceAccount
from .http import Request, Response

OWNER = "owner@sandbox.example"
TITLE = "Calls (sandbox)"
TAB = "Calls"
HEADERS = ("Phone", "Amount", "Store", "Order ID")
VOICE_ID = 102

Handler = Callable[[Request, str], Response]
"""A service of Google's: request and account in, response out."""


def make_spreadsheet(sheets: Handler, drive: Handler, writers: list[str]) -> str:
    """Makes the first spreadsheet through the services themselves and shares it; gives its id.

    It belongs to `OWNER`, a person who is not one of the accounts with a key, as on a real
    installation. The phone column is text, so that what is pasted stays as it is.
    """
    created = _call(
        sheets,
        "/v4/spreadsheets",
        {
            "properties": {"title": TITLE, "timeZone": "Asia/Karachi"},
            "sheets": [
                {"properties": {"title": TAB, "gridProperties": {"frozenRowCount": 1}}},
            ],
        },
    )
    spreadsheet_id = str(created["spreadsheetId"])
    sheet_id = created["sheets"][0]["properties"]["sheetId"]
    header = [{"userEnteredValue": {"stringValue": text}} for text in HEADERS]
    phone_column = {"sheetId": sheet_id, "startColumnIndex": 0, "endColumnIndex": 1}
    header_row = {"sheetId": sheet_id, "startRowIndex": 0, "endRowIndex": 1}
    text_format = {"userEnteredFormat": {"numberFormat": {"type": "TEXT", "pattern": "@"}}}
    bold = {"userEnteredFormat": {"textFormat": {"bold": True}}}
    _call(
        sheets,
        f"/v4/spreadsheets/{quote(spreadsheet_id)}:batchUpdate",
        {
            "requests": [
                {
                    "updateCells": {
                        "start": {"sheetId": sheet_id, "rowIndex": 0, "columnIndex": 0},
                        "rows": [{"values": header}],
                        "fields": "userEnteredValue",
                    }
                },
                {
                    "repeatCell": {
                        "range": phone_column,
                        "cell": text_format,
                        "fields": "userEnteredFormat.numberFormat",
                    }
                },
                {
                    "repeatCell": {
                        "range": header_row,
                        "cell": bold,
                        "fields": "userEnteredFormat.textFormat.bold",
                    }
                },
            ]
        },
    )
    for email in writers:
        _call(
            drive,
            f"/drive/v3/files/{quote(spreadsheet_id)}/permissions",
            {"type": "user", "role": "writer", "emailAddress": email},
        )
    return spreadsheet_id


def write_files(
    directory: Path,
    *,
    origin: str,
    spreadsheet_id: str,
    dialer: ServiceAccount,
    person: ServiceAccount,
    api_key: str,
    last_config: str | None,
) -> str:
    """Writes the key files, ``config.yaml`` and ``sandbox.json``; gives the configuration's text.

    A ``config.yaml`` that isn't `last_config`, what the sandbox wrote the last time, is a
    person's by now and is left alone.
    """
    for name, account in (("service-account.json", dialer), ("person.json", person)):
        _write(directory / name, _pretty(account.key_file(origin)), mode=0o600)
    config = _CONFIG.format(
        origin=origin,
        spreadsheet_id=spreadsheet_id,
        api_key=api_key,
        tab=TAB,
        voice_id=VOICE_ID,
    )
    path = directory / "config.yaml"
    if not path.exists() or path.read_text("utf-8") == last_config:
        _write(path, config.encode(), mode=0o600)
    facts = {"url": origin, "spreadsheet_id": spreadsheet_id, "pid": os.getpid()}
    _write(directory / "sandbox.json", _pretty(facts))
    return config


_CONFIG = """\
# Written by the sandbox, which keeps the addresses up to date until you change this file.
portal:
  base_url: {origin}
  api_key: {api_key}
google:
  base_url: {origin}
  service_account_file: service-account.json
ledger: sqlite:///dialer.db
campaigns:
  - name: orders
    spreadsheet: {spreadsheet_id}
    tab: {tab}
    voice_id: {voice_id}
    calling_hours: {{monday-sunday: "00:00-24:00"}}  # nobody sleeps in a sandbox
"""


def _call(handler: Handler, path: str, body: Any) -> Any:
    headers = {"content-type": "application/json"}
    response = handler(Request("POST", path, "", headers, orjson.dumps(body)), OWNER)
    if response.status != 200:
        raise RuntimeError(f"{path} answered {response.status}: {response.body.decode()}")
    return orjson.loads(response.body)


def _pretty(data: Any) -> bytes:
    return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _write(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Writes the file whole or not at all: readers never see half of it."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    new.replace(path)
