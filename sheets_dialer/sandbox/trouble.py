"""Carries faults out: answers wrongly, late or not at all, before or after the work is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from .backends import Backend
from .exchange import Exchange
from .faults import Fault
from .google.errors import GoogleError
from .http import Request, Response

PATIENCE_SECONDS = 180.0
"""How long Google itself works on a request before it ends it (documented)."""

_HTML = (
    b"<!DOCTYPE html>\n<html lang=en>\n<title>Error 502 (Server Error)!!1</title>\n"
    b"<p><b>502.</b> <ins>That&rsquo;s an error.</ins>\n"
    b"<p>The server encountered a temporary error and could not complete your request.\n</html>\n"
)


class Trouble:
    """Answers requests, troubled ones too, and holds the ones that hang until the server stops.

    `patience` is how many seconds a late write waits for its client to give up.
    """

    def __init__(self, *, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._stopping = asyncio.Event()
        self._hanging: set[Exchange] = set()
        self._late: dict[Exchange, tuple[asyncio.TimerHandle, Callable[[], object]]] = {}

    async def answer(
        self, backend: Backend, request: Request, exchange: Exchange, fault: Fault | None
    ) -> int | None:
        """Answers the request as the fault wants it; gives the HTTP status, None for no answer."""
        response = self._response(backend, request, fault)
        if response is not None:
            if response.delay > 0:
                await self._pause(exchange.arrived_at + response.delay)
            await exchange.answer(response)
            return response.status
        assert fault is not None
        if fault.kind in ("reset", "reset-after"):
            exchange.abort()
            await exchange.until_gone()
            return None
        if fault.kind == "late":
            return await self._answer_late(backend, request, exchange, fault.seconds)
        await self._hang(exchange)
        return None

    def stop(self) -> None:
        """Lets go of everything that waits: slow answers go out, hanging connections are cut,
        late writes are applied at once."""
        self._stopping.set()
        for exchange in list(self._hanging):
            exchange.abort()
        for exchange in list(self._late):
            self._apply(exchange)

    def _response(self, backend: Backend, request: Request, fault: Fault | None) -> Response | None:
        """What is answered; None when nothing is. Does the work unless the fault prevents it."""
        if fault is None:
            return carry_out(backend, request)
        match fault.kind:
            case "reset" | "timeout" | "late":
                return None
            case "html":
                return Response(502, _HTML, "text/html; charset=UTF-8")
            case "redirect":
                return Response(302, b"", "text/html; charset=UTF-8")
            case "stale":
                return carry_out(backend, request, age=fault.seconds)
            case code if code.isdecimal():
                return backend.refusal(int(code), request)
        done = carry_out(backend, request)
        match fault.kind:
            case "503-applied":
                return backend.refusal(503, request)
            case "malformed":
                return replace(done, body=done.body[: len(done.body) // 2])
            case "empty":
                return replace(done, status=200, body=b"{}")
            case "blank":
                return replace(done, status=200, body=b"")
            case "slow":
                return replace(done, delay=done.delay + fault.seconds)
        return None

    async def _answer_late(
        self, backend: Backend, request: Request, exchange: Exchange, seconds: float
    ) -> int | None:
        """Admits the write now, applies it once the client has been gone for so many seconds."""
        try:
            account = backend.admit(request)
        except GoogleError as refusal:
            await exchange.answer(refusal.response())
            return refusal.code
        given_up = True
        try:
            await asyncio.wait_for(self._hang(exchange), self._patience)
        except TimeoutError:
            given_up = False
        loop = asyncio.get_running_loop()
        timer = loop.call_later(seconds if given_up else 0.0, self._apply, exchange)
        self._late[exchange] = timer, lambda: backend.perform(request, account)
        if self._stopping.is_set():
            self._apply(exchange)
        elif not given_up:
            await self._hang(exchange)
        return None

    def _apply(self, exchange: Exchange) -> None:
        timer, work = self._late.pop(exchange)
        timer.cancel()
        work()

    async def _hang(self, exchange: Exchange) -> None:
        self._hanging.add(exchange)
        try:
            await exchange.until_gone()
        finally:
            self._hanging.discard(exchange)

    async def _pause(self, until: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self._stopping.wait()


def carry_out(backend: Backend, request: Request, *, age: float = 0.0) -> Response:
    """Does what the request asks, without trouble; a refusal is an answer too. A read is answered
    from the state of `age` seconds ago."""
    try:
        return backend.perform(request, backend.admit(request), age=age)
    except GoogleError as refusal:
        return refusal.response()
