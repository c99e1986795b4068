"""The Robo Call portal's four endpoints, in every shape of answer that is known of them.

Facts and their sources: the vendor's text and public clients, as collected in `docs/portal.md`.
A GET to ``/api/calls`` rings a phone; `place` sends it exactly once and says which of three things
happened: not sent, refused, or nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    NameResolutionError,
    NewConnectionError,
    SSLError,
)

from .call import Content
from .errors import PortalError, PortalNotSent, PortalRefused, PortalUnknown
from .transport import CONNECT_SECONDS, PORTAL_READ_SECONDS, redacted


@dataclass(frozen=True, slots=True)
class Placed:
    """The portal accepted a call and gave it this id."""

    call_id: str


@dataclass(frozen=True, slots=True)
class CallReport:
    """How a call stands. `dtmf` is the key pressed, None for none; `retry` counts the account's
    own further tries, as far as it seems (inferred)."""

    status: int
    dtmf: str | None
    retry: int


@dataclass(frozen=True, slots=True)
class Balance:
    """The account's money in rupees; `call_rate` is rupees per pulse, where the portal tells it."""

    rupees: float
    call_rate: float | None


class Portal:
    """A client of the portal. It is safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        api_key: Callable[[], str],
        session: requests.Session,
        *,
        key_in_header: bool = False,
    ) -> None:
        self._base_url = base_url
        self._api_key = api_key
        self._session = session
        self._key_in_header = key_in_header

    def verify(self) -> None:
        """Asks whether the key is good.

        Raises:
            PortalRefused: it isn't, in the portal's words.
            PortalNotSent, PortalUnknown: the portal can't be reached or can't be understood.
        """
        self._get("user_verify", {})

    def balance(self) -> Balance:
        """The account's balance. Raises as `verify` does."""
        data = _inner(self._get("check_balance", {}))
        try:
            rate = data.get("call_rate")
            return Balance(float(data["balance"]), None if rate is None else float(rate))
        except (KeyError, TypeError, ValueError) as error:
            raise PortalUnknown("The portal's answer names no balance.") from error

    def place(self, content: Content) -> Placed:
        """Places one call. Never repeat it after anything but `PortalNotSent`.

        Raises:
            PortalNotSent: the request never left; trying again is safe.
            PortalRefused: the portal said no; there is no call.
            PortalUnknown: there may be a call.
        """
        parameters = {"caller_id": content.number, "voice_id": content.voice_id}
        # The vendor's sample sends 0 for every text and key that isn't used.
        parameters["amount"] = content.amount or "0"
        for name, values in (("text", content.texts), ("key", content.keys)):
            for number, value in enumerate(values, start=1):
                parameters[f"{name}{number}"] = value or "0"
        body = self._get("calls", parameters)
        call_id = _inner(body).get("call_id") or body.get("call_id") or body.get("rc_id")
        if not isinstance(call_id, str | int) or isinstance(call_id, bool):
            raise PortalUnknown("The portal's answer names no call id.")
        return Placed(str(call_id))

    def report(self, call_id: str) -> CallReport:
        """How the call stands. Raises as `verify` does; asking again is always safe."""
        body = self._get("get_call", {"call_id": call_id})
        data = _inner(body)
        # At the top level `status` is the API's own 200; only beside `data` or within it can it
        # be the call's.
        status = data.get("call_status", data.get("status") if data is not body else None)
        try:
            number = int(str(status))
        except ValueError as error:
            raise PortalUnknown("The portal's answer names no call status.") from error
        dtmf = str(data.get("dtmf") if data.get("dtmf") is not None else "").strip()
        try:
            retry = int(str(data.get("retry") or 0))
        except ValueError:
            retry = 0
        return CallReport(number, dtmf or None, retry)

    def _get(self, endpoint: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        sent = dict(parameters)
        headers = {}
        if self._key_in_header:
            headers["api_key"] = self._api_key()
        else:
            sent["api_key"] = self._api_key()
        try:
            response = self._session.get(
                f"{self._base_url}/api/{endpoint}",
                params=sent,
                headers=headers,
                timeout=(CONNECT_SECONDS, PORTAL_READ_SECONDS),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise _failed(error) from error
        return _understood(response)


def _failed(error: requests.RequestException) -> PortalError:
    """Sorts a failure of the transport by whether a byte can have left."""
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
        return PortalNotSent(f"The portal's address can't be used: {redacted(error)}")
    cause: object = error.args[0] if error.args else None
    cause = getattr(cause, "reason", None) or cause
    if isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(
        cause, NewConnectionError | NameResolutionError | ConnectTimeoutError
    ):
        return PortalNotSent("The portal can't be reached. Check the network of this machine.")
    if isinstance(error, requests.exceptions.SSLError) and isinstance(cause, SSLError):
        return PortalNotSent("The portal's certificate can't be trusted, so nothing was sent.")
    if isinstance(error, requests.exceptions.Timeout):
        return PortalUnknown("The portal didn't answer in time.")
    return PortalUnknown("The connection to the portal broke before its answer was complete.")


def _understood(response: requests.Response) -> Mapping[str, Any]:
    """The JSON of a good answer; every other answer as the error that it means."""
    try:
        body = response.json()
    except requests.exceptions.JSONDecodeError as error:
        raise PortalUnknown(
            f"The portal answered something unreadable (HTTP {response.status_code})."
        ) from error
    if not isinstance(body, dict):
        raise PortalUnknown("The portal answered something unreadable.")
    code = _code(body.get("status"))
    names_error = code is not None and code != 200
    if names_error or response.status_code >= 400:
        refused = any(
            400 <= number <= 499 and number != 408
            for number in (code, response.status_code)
            if number is not None
        )
        words = redacted(body.get("response") or body.get("message") or "no reason given")
        if refused and (names_error or "response" in body or "message" in body):
            raise PortalRefused(f"The portal refused: {words}")
        raise PortalUnknown(f"The portal failed (HTTP {response.status_code}): {words}")
    if response.status_code != 200:
        raise PortalUnknown(f"The portal answered HTTP {response.status_code}.")
    return body


def _code(status: object) -> int | None:
    """The API's own status, a number or a string of digits; None for words such as success."""
    try:
        return int(str(status))
    except ValueError:
        return None


def _inner(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The `data` object where there is one, else the body itself."""
    data = body.get("data")
    return data if isinstance(data, dict) else body
