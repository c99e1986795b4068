"""What a service gets and gives: requests and responses as values, free of any web server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import orjson


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, complete.

    `path` is as the client sent it, still percent-encoded: a tab named ``A/B`` stands in it as
    ``A%2FB``, so it must be split before it is decoded. `headers` have lower-case names.
    """

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes = b""

    def query(self) -> dict[str, list[str]]:
        """Every query parameter with all its values, blank ones kept."""
        return parse_qs(self.query_string, keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response. It is sent `delay` seconds after its request arrived."""

    status: int
    body: bytes = b""
    content_type: str = "application/json; charset=UTF-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0


def json_response(
    payload: Any,
    status: int = 200,
    *,
    pretty: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A JSON response; `pretty` indents by two spaces as Google does unless told otherwise."""
    options = orjson.OPT_NON_STR_KEYS | (orjson.OPT_INDENT_2 if pretty else 0)
    return Response(status, orjson.dumps(payload, option=options), headers=headers or {})
