"""The Robo Call portal's four endpoints. `responses` reads what they answer.

Facts and their sources: the vendor's text and public clients, as collected in `docs/portal.md`.
A GET to ``/api/calls`` rings a phone; `place` sends it exactly once and says which of three things
happened: not sent, refused, or nobody knows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests
import urllib3

from ..base.errors import PortalError, PortalNotSent, PortalUnknown
from ..base.redaction import without_query
from ..base.timeouts import CONNECT_SECONDS, PORTAL_READ_SECONDS
from ..domain.account import Balance
from ..domain.content import Content
from ..texts import say
from .error_text import cleaned, told
from .responses import (
    amount,
    call_id_in,
    call_status,
    calls_another_number,
    inner,
    is_of_another_call,
    is_of_another_number,
    key_told,
    retries,
    understood,
    username,
    whole,
)
from .session import QUERY_KEY_HEADER, NeverConnected

MOST_BYTES = 1_000_000
"""A longer answer isn't read to its end; the longest known has 200 bytes."""

_BAD_WORDS = frozenset({"error", "errors", "fail", "failed", "failure", "false"})


@dataclass(frozen=True, slots=True)
class Placed:
    """The portal accepted a call and gave it this id."""

    call_id: str


@dataclass(frozen=True, slots=True)
class CallReport:
    """How a call stands. `dtmf` is the key pressed, or several; `unread` are words in its place
    that may mean one; neither for none. `retry` counts the account's own further tries, made or
    left; None where the portal doesn't tell it."""

    status: int
    dtmf: str | None
    retry: int | None = None
    unread: str | None = None


_TIME_OUTS = (TimeoutError, requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)


class Portal:
    """A client of the portal. It is safe to share between threads.

    `session` must come from `session.portal_session`: it keeps the key out of sight and sends
    nothing twice. `timeouts` are seconds to connect, and to wait for each piece of an answer.
    """

    def __init__(
        self,
        base_url: str,
        api_key: Callable[[], str],
        session: requests.Session,
        *,
        key_in_header: bool = False,
        timeouts: tuple[float, float] = (CONNECT_SECONDS, PORTAL_READ_SECONDS),
    ) -> None:
        self._base_url = base_url
        self._api_key = api_key
        self._session = session
        self._key_header = "api_key" if key_in_header else QUERY_KEY_HEADER
        self._timeouts = timeouts
        self._prepared: dict[tuple[str, str], requests.PreparedRequest] = {}

    def close(self) -> None:
        """Closes the idle connections."""
        self._session.close()

    def verify(self) -> None:
        """Asks whether the key is good.

        Raises:
            PortalRefused: it isn't, in the portal's words.
            PortalNotSent, PortalUnknown: the portal can't be reached or can't be understood.
        """
        if whole(self._get("user_verify", {}).get("status")) is None:
            raise PortalUnknown(say("portal_says_nothing_of_key"))

    def balance(self) -> Balance:
        """The account's balance. Raises as `verify` does."""
        data = inner(self._get("check_balance", {}))
        rupees = amount(data.get("balance"))
        if rupees is None:
            raise PortalUnknown(say("portal_names_no_balance"))
        whose = username(data.get("username"), self._api_key())
        return Balance(rupees, amount(data.get("call_rate")), whose)

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
        key = self._api_key()
        call_id = call_id_in(body, key)
        if call_id is None:
            raise PortalUnknown(say("portal_names_no_call", words=told(body, key)))
        if str(body.get("status")).strip().casefold() in _BAD_WORDS:
            words = told(body, key)
            raise PortalUnknown(say("portal_told_of_error", call_id=call_id, words=words))
        if calls_another_number(body, content.number):
            raise PortalUnknown(say("portal_calls_another_number", call_id=call_id))
        return Placed(call_id)

    def report(self, call_id: str, number: str = "") -> CallReport:
        """How the call with this id, to this number, stands. A report that names another one is
        none. Raises as `verify` does; asking again is always safe."""
        body = self._get("get_call", {"call_id": call_id})
        if is_of_another_call(body, call_id):
            raise PortalUnknown(say("portal_tells_of_another_call"))
        if is_of_another_number(body, number):
            raise PortalUnknown(say("portal_tells_of_another_number"))
        status = call_status(body)
        if status is None:
            raise PortalUnknown(say("portal_names_no_status"))
        pressed = key_told(body, self._api_key())
        count = retries(inner(body).get("retry"))
        return CallReport(status, pressed.keys, count, pressed.unread)

    def _get(self, endpoint: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        """The JSON object of a good answer to one request, which is sent at most once."""
        try:
            request = self._request(endpoint, parameters)
        except (requests.RequestException, ValueError) as error:
            problem: PortalError = PortalNotSent(
                say("portal_address_or_key", problem=cleaned(error, self._api_key()))
            )
            cause = self._harmless(error)
        else:
            try:
                http, raw, retry_after = self._answer(request)
                return understood(http, raw, self._api_key(), retry_after)
            except PortalError:
                raise
            except Exception as error:  # whatever it is: from here on a call may have been made
                problem = _failed(error)
                cause = self._harmless(error)
        # Outside of the handler, so that the library's error, which holds the address with the
        # number in it, isn't kept as the context either.
        raise problem from cause

    def _request(self, endpoint: str, parameters: Mapping[str, str]) -> requests.PreparedRequest:
        key = self._api_key()
        # Prepared once, because that costs as much as all the rest of a request.
        if (endpoint, key) not in self._prepared:
            self._prepared[endpoint, key] = self._session.prepare_request(
                requests.Request(
                    "GET",
                    f"{self._base_url}/api/{endpoint}",
                    headers={self._key_header: key, "Accept-Encoding": "identity"},
                )
            )
        request = self._prepared[endpoint, key].copy()
        if parameters:
            request.url = f"{request.url}?{urlencode(parameters)}"
        return request

    def _answer(self, request: requests.PreparedRequest) -> tuple[int, bytes, str | None]:
        connect, read = self._timeouts
        begun = time.monotonic()
        with self._session.send(
            request, timeout=(connect, read), allow_redirects=False, stream=True
        ) as response:
            pieces: list[bytes] = []
            length = 0
            while piece := response.raw.read1(65_536, decode_content=True):
                pieces.append(piece)
                length += len(piece)
                if length > MOST_BYTES:
                    raise PortalUnknown(say("portal_answer_too_long"))
                if time.monotonic() - begun > 2 * read:
                    raise PortalUnknown(say("portal_answer_too_slow"))
            return response.status_code, b"".join(pieces), response.headers.get("Retry-After")

    def _harmless(self, error: Exception) -> Exception:
        """A copy of a library's error that can be chained: without key, queries and request."""
        text = without_query(cleaned(error, self._api_key()))
        if isinstance(error, requests.exceptions.RequestException):
            return type(error)(text)
        return requests.exceptions.RequestException(f"{type(error).__name__}: {text}")


def _failed(error: Exception) -> PortalError:
    """Sorts a failure of the transport: only what failed before connecting was surely not sent."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(reason, NeverConnected):
        return PortalNotSent(say("nothing_sent", problem=reason.problem))
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return PortalNotSent(say("portal_address"))
    if _is_time_out(error):
        return PortalUnknown(say("portal_timed_out"))
    return PortalUnknown(say("portal_broke_off"))


def _is_time_out(error: object) -> bool:
    """Whether nothing came for too long, by the kind of the error. The libraries wrap what a socket
    says, one in the other: as an argument, as a reason or as a cause."""
    if not isinstance(error, Exception):
        return False
    inside = (*error.args, getattr(error, "reason", None), error.__cause__)
    return isinstance(error, _TIME_OUTS) or any(map(_is_time_out, inside))
