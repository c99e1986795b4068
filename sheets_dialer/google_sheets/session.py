"""HTTP sessions to Google: within the quota, never redirected, and only reads are tried again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from ..base.clock import ServerTime
from ..base.network_environment import certificates
from ..base.redaction import in_one_line
from .quota import Quota, RequestKind

SHEETS_HOST = "sheets.googleapis.com"
GET_RETRIES = 3
"""How often a GET to Google is tried again at most."""


def _as_signed(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """A session's `auth` that leaves requests as they are.

    Without one, requests looks into the user's .netrc and puts a password from there in place of
    the token. Proxies and certificates of the environment come by the same switch, and are wanted.
    """
    return request


class Redirected(requests.RequestException):
    """Google's address was answered with another address, which Google doesn't do."""


def was_redirected(error: Exception) -> bool:
    """Whether a request to Google ended in a redirect; google-auth wraps what happens while it
    signs in."""
    return isinstance(error, Redirected) or isinstance(error.__cause__, Redirected)


def failed_by_proxy(error: Exception) -> bool:
    """Whether a request to Google ended at the proxy that the environment names."""
    each: BaseException | None = error
    while each is not None:
        if isinstance(each, requests.exceptions.ProxyError | requests.exceptions.InvalidProxyURL):
            return True
        # An address of a proxy whose kind needs a package that isn't installed.
        if isinstance(each, requests.exceptions.InvalidSchema) and "SOCKS" in str(each):
            return True
        each = each.__cause__ or each.__context__
    return False


def harmless(error: Exception) -> requests.RequestException:
    """A library's error as it can be chained. Itself it holds whatever Google, or something in its
    place, answered: perhaps the token, or the signed request for one, that we had sent."""
    return requests.RequestException(f"{type(error).__name__}: {in_one_line(error)}")


class GoogleAdapter(HTTPAdapter):
    """Sends what is meant for Google there, or to another origin such as the sandbox's, as fast as
    the quota allows. Every request to Sheets is counted, those that google-auth sends anew and
    those that are tried again here too.

    No redirect is followed: a POST would be sent anew, to another host. `send` raises `Redirected`.
    """

    # google-auth copies sessions with their adapters, which keeps only what is listed here. A copy
    # without the quota only ever signs in, which Google counts elsewhere.
    __attrs__ = [*HTTPAdapter.__attrs__, "_origin"]  # noqa: RUF012 - requests declares it so
    _quota: Quota | None = None
    _server_time: ServerTime | None = None

    def __init__(
        self,
        origin: str | None,
        quota: Quota | None,
        server_time: ServerTime | None = None,
        **options: Any,
    ) -> None:
        self._origin = origin.rstrip("/") if origin else None
        self._quota = quota
        self._server_time = server_time
        super().__init__(**options)

    @property
    def server_time(self) -> ServerTime | None:
        """Where it is noted what time Google says it is."""
        return self._server_time

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        assert request.url is not None
        parts = urlsplit(request.url)
        if self._origin is not None:
            request.url = request.url.replace(f"{parts.scheme}://{parts.netloc}", self._origin, 1)
        if self._quota is None or parts.netloc != SHEETS_HOST:
            return self._sent(request, *args, **options)
        # Only a GET is tried again here, and how often is known when its answer has come.
        places = 1 + GET_RETRIES if request.method == "GET" else 1
        with self._quota.spending(_kind(request.method, parts.path), places) as ticket:
            response = self._sent(request, *args, **options)
            retried = response.raw.retries
            ticket.used = 1 + len(retried.history) if retried else None
            ticket.refused = response.status_code == requests.codes.too_many_requests
        return response

    def _sent(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        sent_at = time.time()
        response = _unless_redirected(super().send(request, *args, **options))
        if self._server_time is not None:
            self._server_time.note(response.headers.get("Date"), sent_at, time.time())
        return response


def _unless_redirected(response: requests.Response) -> requests.Response:
    if 300 <= response.status_code <= 399:
        response.close()
        raise Redirected(f"HTTP {response.status_code}")  # the other address may hold secrets
    return response


def _kind(method: str | None, path: str) -> RequestKind:
    """As Google counts: what changes nothing is a read, though some such requests are POSTs."""
    reads = method == "GET" or path.endswith((":batchGetByDataFilter", ":getByDataFilter"))
    return RequestKind.READ if reads else RequestKind.WRITE


def google_adapter(
    origin: str | None, quota: Quota | None = None, server_time: ServerTime | None = None
) -> HTTPAdapter:
    """The adapter for Google: reads are tried again, writes never by this layer. What time Google
    says it is with each answer is noted in `server_time`.

    A write that got no clear answer is settled by the next read, because only that shows whether
    it was applied.
    """
    retries = Retry(
        total=GET_RETRIES,
        connect=2,
        read=2,
        status=2,
        backoff_factor=0.5,
        status_forcelist=(500, 502, 503),
        allowed_methods=("GET",),
        raise_on_status=False,
        redirect=0,
    )
    return GoogleAdapter(origin, quota, server_time, max_retries=retries)


def settle_for_google(session: requests.Session, adapter: HTTPAdapter) -> None:
    """Lets a session ask Google through this adapter, as signed in and never elsewhere.

    Raises:
        ConfigError: the file of certificates that the environment names can't be used.
    """
    session.auth = _as_signed
    session.verify = certificates() or True
    session.mount("https://", adapter)
    # Only a sandbox's key file names a sign-in without encryption.
    server_time = adapter.server_time if isinstance(adapter, GoogleAdapter) else None
    session.mount("http://", google_adapter(None, None, server_time))


def seconds_apart(headers: Mapping[str, str], now: float) -> float | None:
    """How far the server's clock is ahead of ours, from its ``Date``; None when it sent none."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - only `check` pays for it

    try:
        return parsedate_to_datetime(headers["Date"]).timestamp() - now
    except (KeyError, ValueError):
        return None
