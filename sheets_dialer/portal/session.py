"""The HTTP session to the portal: nothing is sent twice, what was never sent is told apart, and the
key stays out of sight."""

from __future__ import annotations

import http.client
import io
import logging
import math
import socket
import ssl
import time
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.util.retry import Retry
from urllib3.util.ssl_match_hostname import CertificateError

from ..base.network_environment import certificates, proxy_for
from ..base.redaction import without_query
from ..texts import say

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
