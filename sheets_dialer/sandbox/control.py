"""`/_sandbox/…`: how a test or a person sets the sandbox up and looks into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import parse_qs

import orjson

from .accounts import Tokens
from .clock import Clock
from .faults import BadFaultError, Faults
from .gate import Gate
from .google.service import SheetsService
from .http import Request, Response, json_response
from .limits import Limits
from .request_log import RequestLog

PREFIX = "/_sandbox/"
APIS = ("sheets", "drive")
_MOST_SECONDS = 1e9
"""About thirty years: further off, no calendar could write the time."""


class PortalControls(Protocol):
    """What control needs of the portal. `configure` raises ValueError for a bad setting."""

    def configure(self, wishes: Mapping[str, Any]) -> dict[str, Any]: ...

    def settings(self) -> dict[str, Any]: ...

    def calls(self) -> list[dict[str, Any]]: ...


class BadOrderError(ValueError):
    """A control request that makes no sense; the message says what to send instead."""


Action = Callable[[Request], Any]


class Control:
    """Answers `/_sandbox/…` with JSON. `on_portal_change` is called after settings changed."""

    def __init__(
        self,
        *,
        portal: PortalControls,
        sheets: SheetsService,
        faults: Faults,
        limits: Limits,
        tokens: Tokens,
        gate: Gate,
        clock: Clock,
        log: RequestLog,
        on_portal_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._portal = portal
        self._sheets = sheets
        self._faults = faults
        self._limits = limits
        self._tokens = tokens
        self._gate = gate
        self._clock = clock
        self._log = log
        self._on_portal_change = on_portal_change
        self._actions: Mapping[str, Mapping[str, Action]] = {
            "calls": {"GET": lambda _: portal.calls()},
            "requests": {"GET": self._requests, "DELETE": self._forget_requests},
            "faults": {
                "GET": lambda _: faults.to_json(),
                "POST": self._add_faults,
                "DELETE": self._clear_faults,
            },
            "portal": {"GET": lambda _: portal.settings(), "POST": self._configure_portal},
            "limits": {"GET": self._show_limits, "POST": self._set_limits},
            "tokens": {"GET": self._show_tokens, "POST": self._set_tokens},
            "apis": {"GET": self._show_apis, "POST": self._set_apis},
            "clock": {"GET": self._show_clock, "POST": self._set_clock},
            "behaviour": {"GET": self._show_behaviour, "POST": self._set_behaviour},
            "loading": {"GET": self._show_loading, "POST": self._set_loading},
        }

    def handle(self, request: Request) -> Response:
        """Does what the request orders; 400 with a sentence for an order that makes no sense."""
        actions = self._actions.get(request.path.removeprefix(PREFIX))
        if actions is None:
            return _problem(404, f"There is {', '.join(PREFIX + name for name in self._actions)}.")
        action = actions.get(request.method)
        if action is None:
            return _problem(405, f"{request.path} takes {', '.join(actions)}.")
        try:
            return json_response(action(request), pretty=True)
        except ValueError as error:
            return _problem(400, str(error))

    def _requests(self, request: Request) -> Any:
        if parse_qs(request.query_string).get("latest", ["0"])[0] not in ("", "0"):
            return self._log.latest()
        return self._log.counts()

    def _forget_requests(self, _: Request) -> Any:
        self._log.clear()
        return self._log.counts()

    def _add_faults(self, request: Request) -> Any:
        try:
            self._faults.add(_json(request))
        except BadFaultError as error:
            raise BadOrderError(f"This fault makes no sense: {error}.") from error
        return self._faults.to_json()

    def _clear_faults(self, _: Request) -> Any:
        self._faults.clear()
        return self._faults.to_json()

    def _configure_portal(self, request: Request) -> Any:
        settings = self._portal.configure(_object(request))
        self._on_portal_change()
        return settings

    def _show_limits(self, _: Request) -> Any:
        return {"enabled": self._limits.enabled}

    def _set_limits(self, request: Request) -> Any:
        self._limits.enable(_flag(_object(request, "enabled"), "enabled"))
        return self._show_limits(request)

    def _show_tokens(self, _: Request) -> Any:
        return {"lifetime": self._tokens.lifetime}

    def _set_tokens(self, request: Request) -> Any:
        order = _object(request, "lifetime", "expire")
        expired = 0
        if "lifetime" in order:
            self._tokens.lifetime = _seconds(order, "lifetime", least=0.0)
        if "expire" in order and _flag(order, "expire"):
            expired = self._tokens.expire_all()
        return {"lifetime": self._tokens.lifetime, "expired": expired}

    def _show_apis(self, _: Request) -> Any:
        return {name: name not in self._gate.disabled for name in APIS}

    def _set_apis(self, request: Request) -> Any:
        order = _object(request, *APIS)
        wanted = {name: _flag(order, name) for name in order}
        for name, enabled in wanted.items():
            (self._gate.disabled.discard if enabled else self._gate.disabled.add)(name)
        return self._show_apis(request)

    def _show_behaviour(self, _: Request) -> Any:
        return self._sheets.behaviour.to_json()

    def _set_behaviour(self, request: Request) -> Any:
        self._sheets.behaviour = self._sheets.behaviour.changed(_object(request))
        return self._show_behaviour(request)

    def _show_loading(self, _: Request) -> Any:
        return {"seconds": self._sheets.loading.seconds}

    def _set_loading(self, request: Request) -> Any:
        self._sheets.load(_seconds(_object(request, "seconds"), "seconds", least=0.0))
        return self._show_loading(request)

    def _show_clock(self, _: Request) -> Any:
        clock = self._clock
        return {"now": clock.now(), "offset": clock.offset, "speed": clock.speed}

    def _set_clock(self, request: Request) -> Any:
        order = _object(request, "offset", "speed")
        if "offset" in order or not order:
            self._clock.offset = _seconds(order, "offset")
        if "speed" in order:
            self._clock.run(_seconds(order, "speed", least=1.0))
        return self._show_clock(request)


def _json(request: Request) -> Any:
    try:
        return orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise BadOrderError(f"The body isn't JSON: {error}.") from error


def _object(request: Request, *known: str) -> Mapping[str, Any]:
    """The body as an object; where `known` is given, with no other fields than these."""
    data = _json(request)
    if not isinstance(data, dict):
        raise BadOrderError("The body must be a JSON object.")
    unknown = [name for name in data if known and name not in known]
    if unknown:
        raise BadOrderError(f"There is no {unknown[0]!r} here; there is {', '.join(known)}.")
    return data


def _flag(order: Mapping[str, Any], name: str) -> bool:
    value = order.get(name)
    if not isinstance(value, bool):
        raise BadOrderError(f"{name} is {value!r}; it must be true or false.")
    return value


def _seconds(order: Mapping[str, Any], name: str, *, least: float = -_MOST_SECONDS) -> float:
    value = order.get(name)
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not least <= value <= _MOST_SECONDS
    ):
        raise BadOrderError(
            f"{name} is {value!r}; it must be a number of seconds from {least:g} to"
            f" {_MOST_SECONDS:g}."
        )
    return float(value)


def _problem(status: int, sentence: str) -> Response:
    return json_response({"error": sentence}, status)
