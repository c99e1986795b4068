"""The one place that makes HTTP sessions: time-outs, and what may be repeated."""

from __future__ import annotations

import http.client
import io
import logging
import math
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.util.retry import Retry
from urllib3.util.ssl_match_hostname import CertificateError

from .base.clock import ServerTime
from .base.network_environment import certificates, proxy_for
from .base.redaction import in_one_line, without_query
from .google_sheets.quota import Kind, Quota
from .texts import say

CONNECT_SECONDS = 5.0
PORTAL_READ_SECONDS = 30.0
SHEETS_READ_SECONDS = 60.0
SHEETS_HOST = "sheets.googleapis.com"
GET_RETRIES = 3
"""How often a GET to Google is tried again at most."""
IDLE_SECONDS = 1.5
"""A connection to the portal that has been idle for longer is not used again. Servers close idle
ones after 2 seconds or more, and one that closes just as a call is sent leaves it unknown."""

QUERY_KEY_HEADER = "sheets-dialer-query-key"
"""The portal's key travels under this name through requests and urllib3, and joins the query only
as the request line is written: no address that they know, log or put into an error holds it."""


class NeverConnected(NewConnectionError):
    """Name lookup, connect or TLS failed: not one byte of the request has left this machine.

    `problem` is what to tell the user.
    """

    def __init__(self, connection: _Careful, cause: Exception) -> None:
        super().__init__(connection, f"{type(cause).__name__}: {cause}")
        if isinstance(cause, ssl.SSLCertVerificationError | CertificateError):
            self.problem = say("no_trust")
        elif isinstance(cause, ssl.SSLError):
            self.problem = say("no_encryption")
        else:
            proxy = proxy_for(f"{connection.default_scheme}://{connection.host}")
            self.problem = (
                say("no_network_but_a_proxy", variable=proxy) if proxy else say("no_network")
            )


class _Patience(io.RawIOBase):
    """What comes out of a socket, for at most twice as long as it may be silent."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        silence = sock.gettimeout()
        self._until = math.inf if silence is None else time.monotonic() + 2 * silence
        self._over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._over:
            return 0
        if time.monotonic() > self._until:
            raise TimeoutError("timed out")
        return self._raw.readinto(buffer)

    def finish(self, reader: io.BufferedReader) -> None:
        """Nothing more belongs to the answer. A connection that holds more than it ends here: what
        is left would pass for the answer to the next request. Ended, it isn't used again."""
        self._over = True
        decrypted = self._sock.pending() if isinstance(self._sock, ssl.SSLSocket) else 0
        if reader.peek(1) or decrypted:
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """The one answer to a request: never an interim one, and never endless."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self._patience = _Patience(self.fp.detach(), sock)
        self.fp = io.BufferedReader(self._patience)

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]  # private there
        # http.client reads on after a 100, but takes other interim answers for the final one.
        interim = http.client.PROCESSING <= status < http.client.OK
        return version, http.client.CONTINUE if interim else status, reason

    def _close_conn(self) -> None:
        self._patience.finish(self.fp)
        super()._close_conn()  # type: ignore[misc]  # private there


class _Careful(HTTPConnection):
    """A connection that tells "never sent" apart from everything else, closes itself when it has
    been idle for long, and keeps the key out of the addresses that others see."""

    response_class = _Answer
    default_scheme = "http"
    debuglevel = 0  # whatever is set for all of http.client: it prints whole requests
    _used_at = 0.0
    _query_key: str | None = None

    def connect(self) -> None:
        try:
            super().connect()
        except Exception as error:
            # TLS errors of a later moment look the same; only here nothing has been sent yet.
            raise NeverConnected(self, error) from error
        self._used_at = time.monotonic()

    def request(
        self, method: str, url: str, body: Any = None, headers: Any = None, **options: Any
    ) -> None:
        if self.sock is not None and time.monotonic() - self._used_at > IDLE_SECONDS:
            self.close()  # writing the request line opens it anew
        rest = dict(headers or {})
        self._query_key = rest.pop(QUERY_KEY_HEADER, None)
        super().request(method, url, body, rest, **options)

    def putrequest(self, method: str, url: str, *args: Any, **options: Any) -> None:
        if self._query_key is not None:
            mark = "&" if "?" in url else "?"
            url = f"{url}{mark}api_key={quote(self._query_key, safe='')}"
            self._query_key = None
        super().putrequest(method, url, *args, **options)

    def getresponse(self) -> Any:
        response = super().getresponse()
        if response.status < http.client.OK:
            # It isn't the answer to the request, and the next one would get that.
            self.close()
            raise http.client.BadStatusLine(f"interim answer {response.status}")
        self._used_at = time.monotonic()
        return response


class _CarefulTls(_Careful, HTTPSConnection):
    """The same with TLS; the handshake is part of `connect`."""

    default_scheme = "https"


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Careful


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _CarefulTls


class _OnceAdapter(HTTPAdapter):
    """Sends every request at most once."""

    def __init__(self, connections: int) -> None:
        # As requests' own default, and never otherwise: errors come out as they are, untried again.
        never = Retry(total=0, read=False, redirect=0, status=0, other=0, raise_on_status=False)
        super().__init__(pool_connections=1, pool_maxsize=connections, max_retries=never)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


class _OnceSession(requests.Session):
    """Takes a redirect for an answer like any other."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - requests calls it so
        return None


def portal_session(connections: int) -> requests.Session:
    """A session that never sends anything twice: no retries, no redirects, no proxies.

    A GET to ``/api/calls`` rings a phone. Whatever stands between could repeat it, so proxies of
    the environment are not used (nor its .netrc, which comes by the same switch). The certificates
    that it names are.

    Raises:
        ConfigError: the file of certificates that the environment names can't be used.
    """
    session = _OnceSession()
    _settle(session)
    session.trust_env = False
    session.verify = certificates() or True
    # PHP answers requests that share a session cookie one after the other.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _OnceAdapter(connections)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


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


def _kind(method: str | None, path: str) -> Kind:
    """As Google counts: what changes nothing is a read, though some such requests are POSTs."""
    reads = method == "GET" or path.endswith((":batchGetByDataFilter", ":getByDataFilter"))
    return Kind.READ if reads else Kind.WRITE


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


class _QuietQueries(logging.Filter):
    """Cuts the queries out of what urllib3 logs about requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                each if isinstance(each, int) else without_query(each) for each in record.args
            )
        return True


_QUIET_QUERIES = _QuietQueries()


def _settle(session: requests.Session) -> None:
    logging.getLogger("urllib3.connectionpool").addFilter(_QUIET_QUERIES)
    session.headers["User-Agent"] = "sheets-dialer"


def seconds_apart(headers: Mapping[str, str], now: float) -> float | None:
    """How far the server's clock is ahead of ours, from its ``Date``; None when it sent none."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - only `check` pays for it

    try:
        return parsedate_to_datetime(headers["Date"]).timestamp() - now
    except (KeyError, ValueError):
        return None
