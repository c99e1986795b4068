"""The one place that makes HTTP sessions: time-outs, what may be repeated, and redaction."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

CONNECT_SECONDS = 5.0
PORTAL_READ_SECONDS = 30.0
SHEETS_READ_SECONDS = 60.0

_SECRETS = re.compile(
    r"(?P<name>api_key|apikey|access_token|assertion|authorization|key)"
    r"(?P<mark>\"?'?\s*[=:]\s*\"?'?)(?:Bearer\s+)?[^&\s\"',)}]+",
    re.IGNORECASE,
)


def redacted(text: object) -> str:
    """The text with every value that follows the name of a secret taken out."""
    return _SECRETS.sub(lambda found: f"{found['name']}{found['mark']}…", str(text))


def portal_session(connections: int) -> requests.Session:
    """A session that never sends anything twice: no retries, no redirects, no proxies from outside.

    A GET to ``/api/calls`` rings a phone, so even urllib3's silent repeat after a connection that
    the server closed must not happen: `Retry(0)` makes it an error instead.
    """
    session = _session()
    never = Retry(total=0, connect=0, read=0, redirect=0, status=0, other=0, raise_on_status=False)
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=connections, max_retries=never)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class OriginAdapter(HTTPAdapter):
    """Sends requests meant for Google to another origin, such as the sandbox's."""

    # google-auth copies sessions with their adapters, which keeps only what is listed here.
    __attrs__ = [*HTTPAdapter.__attrs__, "_origin"]  # noqa: RUF012 - requests declares it so

    def __init__(self, origin: str, **options: Any) -> None:
        self._origin = origin.rstrip("/")
        super().__init__(**options)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        assert request.url is not None
        parts = urlsplit(request.url)
        request.url = request.url.replace(f"{parts.scheme}://{parts.netloc}", self._origin, 1)
        return super().send(request, *args, **options)


def google_adapter(origin: str | None) -> HTTPAdapter:
    """The adapter for Google: reads are tried again, writes never by this layer.

    A write that got no clear answer is settled by the next read, because only that shows whether
    it was applied.
    """
    retries = Retry(
        total=3,
        connect=2,
        read=2,
        status=2,
        backoff_factor=0.5,
        status_forcelist=(500, 502, 503),
        allowed_methods=("GET",),
        raise_on_status=False,
        redirect=0,
    )
    if origin is None:
        return HTTPAdapter(max_retries=retries)
    return OriginAdapter(origin, max_retries=retries)


def _session() -> requests.Session:
    session = requests.Session()
    session.headers["User-Agent"] = "sheets-dialer"
    return session


def seconds_apart(headers: Mapping[str, str], now: float) -> float | None:
    """How far the server's clock is ahead of ours, from its ``Date``; None when it sent none."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - only `check` pays for it

    try:
        return parsedate_to_datetime(headers["Date"]).timestamp() - now
    except (KeyError, ValueError):
        return None
