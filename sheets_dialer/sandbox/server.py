"""The process: one port on 127.0.0.1, one asyncio loop, until SIGINT or SIGTERM."""

from __future__ import annotations

import gc
import signal
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .assembly import Sandbox, build

HOST = "127.0.0.1"
KEEP_ALIVE_SECONDS = 300
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def serve(
    *,
    port: int,
    directory: Path | None,
    speed: float,
    seed: int,
    on_ready: Callable[[str], None],
) -> None:
    """Serves the sandbox until SIGINT or SIGTERM; must be called in the main thread.

    Args:
        port: to listen on; 0 takes a free one.
        directory: where state and files are kept; None keeps everything in memory.
        speed: how many times as fast as the real clock the portal's runs.
        seed: of everything random.
        on_ready: called once with the address, when requests are answered.

    Raises:
        OSError: the port can't be had.
        StoreError: the directory's state can't be used.
    """
    with _stop_signals() as stop, _listening(port) as listener:
        origin = f"http://{HOST}:{listener.getsockname()[1]}"
        # A workbook of a million cells is a million tracked objects that never form a cycle: with
        # the default thresholds the collector would walk them all again and again.
        gc.set_threshold(100_000, 50, 100)
        sandbox = build(origin=origin, directory=directory, speed=speed, seed=seed)
        gc.freeze()
        try:
            _run(sandbox, listener, stop, lambda: on_ready(origin))
        finally:
            sandbox.close()


class _Protocol(HttpToolsProtocol):
    """Hands each request a way to reset its connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["abort"] = self._abort

    def _abort(self) -> None:
        if self.transport.is_closing():
            return  # the client left this very moment: there is no connection to reset any more
        connection = self.transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.transport.abort()


class _Server(uvicorn.Server):
    """Tells when it is ready, and lets held requests go before it waits for them to end."""

    def __init__(
        self, config: uvicorn.Config, *, on_ready: Callable[[], None], on_stop: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._on_stop = on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_stop()
        await super().shutdown(sockets)


class _Stop:
    """Remembers that a stop was asked for, and passes it on to the server once there is one."""

    def __init__(self) -> None:
        self.asked = False
        self.server: uvicorn.Server | None = None

    def ask(self, _number: int, _frame: FrameType | None) -> None:
        """A signal handler."""
        self.asked = True
        if self.server is not None:
            self.server.should_exit = True


@contextmanager
def _stop_signals() -> Iterator[_Stop]:
    """Catches the signals that stop the process, from before the server is there until after it
    has raised them again, so that a stop that was asked for ends with exit code 0."""
    stop = _Stop()
    before = [signal.signal(number, stop.ask) for number in _SIGNALS]
    try:
        yield stop
    finally:
        for number, handler in zip(_SIGNALS, before, strict=True):
            signal.signal(number, handler)


def _run(
    sandbox: Sandbox, listener: socket.socket, stop: _Stop, on_ready: Callable[[], None]
) -> None:
    config = uvicorn.Config(
        sandbox.app,
        loop="asyncio",
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=2,
    )
    server = _Server(config, on_ready=on_ready, on_stop=sandbox.app.stop)
    stop.server = server
    if stop.asked:
        return
    server.run(sockets=[listener])


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    # The protocol is named because asyncio switches Nagle's algorithm off only where it is: without
    # that each answer waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise OSError(
                f"Port {port} can't be had: {error.strerror}. Choose another --port."
            ) from error
        listener.listen()  # whoever reads the address in sandbox.json early waits in this queue
        yield listener
    finally:
        listener.close()
