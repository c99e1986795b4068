"""One HTTP request on its connection: reading it, answering it, or leaving it hanging."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from email.utils import formatdate
from functools import lru_cache
from typing import Any, TypeAlias

from .clock import Now
from .http import Request, Response

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]


class Exchange:
    """A request that waits for its answer, in ASGI's terms. `now` stamps the answer.

    `arrived_at` is when it began to arrive, by the event loop's clock.
    """

    def __init__(self, scope: Message, receive: Receive, send: Send, now: Now) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._now = now
        self.arrived_at = asyncio.get_running_loop().time()

    async def read(self) -> Request | None:
        """The whole request; None when the client left before it was complete."""
        chunks: list[bytes] = []
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return None
            chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                break
        scope = self._scope
        return Request(
            method=scope["method"],
            path=scope["raw_path"].decode("ascii"),
            query_string=scope["query_string"].decode("ascii", "replace"),
            headers={
                name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
            },
            body=b"".join(chunks) if len(chunks) > 1 else chunks[0],
        )

    async def answer(self, response: Response) -> None:
        """Sends the response in one piece."""
        headers = [
            (b"date", _http_date(int(self._now()))),
            (b"content-type", response.content_type.encode("latin-1")),
            (b"content-length", str(len(response.body)).encode("ascii")),
        ]
        headers += [(n.encode("latin-1"), v.encode("latin-1")) for n, v in response.headers.items()]
        start = {"type": "http.response.start", "status": response.status, "headers": headers}
        await self._send(start)
        await self._send({"type": "http.response.body", "body": response.body})

    async def until_gone(self) -> None:
        """Waits until the client has given up."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def abort(self) -> None:
        """Cuts the connection with a TCP reset: the client sees it break, not politely end."""
        self._scope["state"]["abort"]()


@lru_cache(maxsize=2)
def _http_date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode("ascii")
