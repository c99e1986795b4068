"""What Google calls the method behind a request, as the counters show it."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SHEETS = re.compile(
    r"/v4/spreadsheets/[^/:]+"
    r"(?::(?P<action>\w+))?"
    r"(?:/(?P<collection>\w+)(?::(?P<collection_action>\w+))?(?:/(?P<item>.+))?)?"
)
_ITEM_ACTION = re.compile(r":(append|clear|copyTo)$")
_SHEETS_VERBS: Mapping[str, str] = {"GET": "get", "PUT": "update"}
_DRIVE_VERBS: Mapping[str, str] = {"POST": "create", "PATCH": "update", "DELETE": "delete"}


def sheets_method(method: str, path: str) -> str:
    """Such as ``batchUpdate`` or ``values.batchGet``; ``unknown`` for a path of no method."""
    if path.removesuffix("/") == "/v4/spreadsheets":
        return "create"
    found = _SHEETS.fullmatch(path.removesuffix("/"))
    if found is None:
        return "unknown"
    action, collection, collection_action, item = found.groups()
    if collection is None:
        return action or "get"
    if item is not None:
        item_action = _ITEM_ACTION.search(item)
        collection_action = item_action[1] if item_action else _SHEETS_VERBS.get(method)
    return f"{collection}.{collection_action or method.lower()}"


def drive_method(method: str, path: str) -> str:
    """Such as ``files.list`` or ``permissions.create``."""
    parts = path.removeprefix("/drive/v3/").strip("/").split("/")
    if parts[-1] in ("copy", "export") and len(parts) == 3:
        return f"{parts[0]}.{parts[-1]}"
    collection = parts[2] if len(parts) > 2 else parts[0]
    if method == "GET":
        return f"{collection}.{'list' if len(parts) % 2 else 'get'}"
    return f"{collection}.{_DRIVE_VERBS.get(method, method.lower())}"
