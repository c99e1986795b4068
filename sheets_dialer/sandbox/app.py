"""The web application: looks at the Host, finds the service, meets faults, counts, answers."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping
from html import escape
from typing import Protocol
from urllib.parse import urlsplit

from .backends import Backend
from .clock import Now
from .exchange import Exchange, Message, Receive, Send
from .faults import Faults
from .http import Request, Response
from .request_log import RequestLog
from .trouble import Trouble

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Room(Protocol):
    """A part of the sandbox that isn't a service and knows no trouble: control and the page."""

    def handle(self, request: Request) -> Response: ...


class App:
    """An ASGI application.

    `backends` and `rooms` are by path: one that ends in a slash stands for all that begins so,
    except the bare slash; the first that fits answers. `now` is Google's clock.
    """

    def __init__(
        self,
        backends: Mapping[str, Backend],
        rooms: Mapping[str, Room],
        *,
        faults: Faults,
        trouble: Trouble,
        log: RequestLog,
        now: Now,
    ) -> None:
        self._backends = tuple(backends.items())
        self._rooms = tuple(rooms.items())
        self._now = now
        self._faults = faults
        self._trouble = trouble
        self._log = log

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answers one request; a mistake of the sandbox's own is a 500 and a traceback."""
        if scope["type"] != "http":
            return
        exchange = Exchange(scope, receive, send, self._now)
        request = await exchange.read()
        if request is None:
            return
        try:
            await self._answer(request, exchange)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            await exchange.answer(_plain(500, "The sandbox made a mistake; see its output."))

    def stop(self) -> None:
        """Lets go of every request that is held, so that the server can end at once."""
        self._trouble.stop()

    async def _answer(self, request: Request, exchange: Exchange) -> None:
        refusal = _stranger(request)
        if refusal is not None:
            await exchange.answer(refusal)
            return
        for prefix, backend in self._backends:
            if _fits(request.path, prefix):
                await self._serve(backend, request, exchange)
                return
        for prefix, room in self._rooms:
            if _fits(request.path, prefix):
                await exchange.answer(room.handle(request))
                return
        await exchange.answer(_not_found(request))

    async def _serve(self, backend: Backend, request: Request, exchange: Exchange) -> None:
        reads = backend.reads(request)
        target = f"{request.path}?{request.query_string}"
        fault = self._faults.strike(backend.name, request.method, target, writes=not reads)
        entry = self._log.arrived(backend.name, backend.kind(request), request, reads, fault)
        entry.status = await self._trouble.answer(backend, request, exchange, fault)


def _fits(path: str, place: str) -> bool:
    return path == place or (len(place) > 1 and place.endswith("/") and path.startswith(place))


def _stranger(request: Request) -> Response | None:
    """The refusal of a request that wasn't meant for loopback, such as one that a foreign web
    page makes the browser send by a host name of its own (DNS rebinding) or across origins."""
    host = request.headers.get("host", "")
    if _host_name(f"//{host}") not in _LOOPBACK:
        return _plain(403, f"The sandbox answers to loopback names only, not to {host!r}.")
    origin = request.headers.get("origin")
    if origin is not None and _host_name(origin) not in _LOOPBACK:
        return _plain(403, f"The sandbox doesn't answer pages of {origin!r}.")
    # What a page elsewhere embeds, such as an image, has no Origin; a link to the page is fine.
    if request.headers.get("sec-fetch-site") == "cross-site" and request.path != "/":
        return _plain(403, "The sandbox doesn't answer pages elsewhere.")
    return None


def _host_name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _plain(status: int, text: str) -> Response:
    return Response(status, f"{text}\n".encode(), "text/plain; charset=utf-8")


def _not_found(request: Request) -> Response:
    """Google's page for an address that it doesn't know, in short."""
    body = (
        "<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n"
        "<p><b>404.</b> <ins>That&rsquo;s an error.</ins>\n"
        f"<p>The requested URL <code>{escape(request.path)}</code> was not found on this server.\n"
        "</html>\n"
    )
    return Response(404, body.encode(), "text/html; charset=UTF-8")
