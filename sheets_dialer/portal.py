"""The Robo Call portal's four endpoints, in every shape of answer that is known of them.

Facts and their sources: the vendor's text and public clients, as collected in `docs/portal.md`.
A GET to ``/api/calls`` rings a phone; `place` sends it exactly once and says which of three things
happened: not sent, refused, or nobody knows.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import requests

from .call import Content
from .errors import PortalError, PortalNotSent, PortalRefused, PortalUnknown
from .texts import say
from .transport import (
    CONNECT_SECONDS,
    PORTAL_READ_SECONDS,
    QUERY_KEY_HEADER,
    NeverConnected,
    redacted,
    without_query,
)

MOST_BYTES = 1_000_000
"""A longer answer isn't read to its end; the longest known has 200 bytes."""

_WORDS_SHOWN = 200
_NO_KEY = frozenset({"", "none", "null", "nil", "n/a", "na", "-"})
_BAD_WORDS = frozenset({"error", "errors", "fail", "failed", "failure", "false"})


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
    """A client of the portal. It is safe to share between threads.

    `session` must come from `transport.portal_session`: it keeps the key out of sight and sends
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
        if _whole(self._get("user_verify", {}).get("status")) is None:
            raise PortalUnknown(say("portal_says_nothing_of_key"))

    def balance(self) -> Balance:
        """The account's balance. Raises as `verify` does."""
        data = _inner(self._get("check_balance", {}))
        rupees = _amount(data.get("balance"))
        if rupees is None:
            raise PortalUnknown(say("portal_names_no_balance"))
        return Balance(rupees, _amount(data.get("call_rate")))

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
        call_id = _call_id(body)
        if call_id is None:
            raise PortalUnknown(say("portal_names_no_call", words=self._words(body)))
        if str(body.get("status")).strip().casefold() in _BAD_WORDS:
            raise PortalUnknown(
                say("portal_told_of_error", call_id=call_id, words=self._words(body))
            )
        return Placed(call_id)

    def report(self, call_id: str) -> CallReport:
        """How the call stands. Raises as `verify` does; asking again is always safe."""
        body = self._get("get_call", {"call_id": call_id})
        data = _inner(body)
        # At the top level `status` is the API's own 200; only within `data` can it be the call's.
        if data is body or "call_status" in data:
            status = _whole(data.get("call_status"))
        else:
            status = _whole(data.get("status"))
        if status is None:
            raise PortalUnknown(say("portal_names_no_status"))
        return CallReport(status, _key_pressed(data.get("dtmf")), _retries(data.get("retry")))

    def _get(self, endpoint: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        """The JSON object of a good answer to one request, which is sent at most once."""
        try:
            request = self._request(endpoint, parameters)
        except (requests.RequestException, ValueError) as error:
            problem: PortalError = PortalNotSent(
                say("portal_address_or_key", problem=self._cleaned(error))
            )
            cause = self._harmless(error)
        else:
            try:
                return self._understood(*self._answer(request))
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

    def _answer(self, request: requests.PreparedRequest) -> tuple[requests.Response, bytes]:
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
            return response, b"".join(pieces)

    def _understood(self, response: requests.Response, raw: bytes) -> Mapping[str, Any]:
        """The JSON object of a good answer; every other answer as the error that it means."""
        http = response.status_code
        try:
            # Some servers put a byte order mark before JSON, or words that aren't UTF-8 into it.
            body = json.loads(raw.decode("utf-8-sig", errors="replace"))
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            # Not chained: a decoder's error keeps the whole text, and its place helps nobody.
            if 300 <= http <= 399:
                raise PortalUnknown(say("portal_redirects", http=http))
            raise PortalUnknown(say("portal_unreadable", http=http))
        code = _whole(body.get("status"))
        says_good = code is not None and 200 <= code <= 299
        says_bad = code is not None and not says_good
        if 200 <= http <= 299 and not says_bad:
            return body
        refused = any(number is not None and 400 <= number <= 499 for number in (code, http))
        named = says_bad or (not says_good and bool(_reason(body)))
        doubtful = says_good or 408 in (code, http) or _call_id(body) is not None
        if refused and named and not doubtful:
            raise PortalRefused(say("portal_refused", words=self._words(body)))
        raise PortalUnknown(say("portal_failed", http=http, words=self._words(body)))

    def _words(self, body: Mapping[str, Any]) -> str:
        """The portal's own words, fit for a cell: one line, not too long, without the key."""
        words = " ".join(self._cleaned(_reason(body) or say("portal_gave_no_reason")).split())
        return words if len(words) <= _WORDS_SHOWN else f"{words[: _WORDS_SHOWN - 1]}…"

    def _cleaned(self, text: object) -> str:
        """The text without secrets: not by their names, nor where the key stands for itself."""
        plain = str(text).encode("utf-8", errors="replace").decode()
        key = self._api_key()
        for form in {key, quote(key, safe=""), repr(key)[1:-1]} - {""}:
            plain = plain.replace(form, "…")
        return redacted(plain)

    def _harmless(self, error: Exception) -> Exception:
        """A copy of a library's error that can be chained: without key, queries and request."""
        text = without_query(self._cleaned(error))
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
    if "timed out" in str(error):
        return PortalUnknown(say("portal_timed_out"))
    return PortalUnknown(say("portal_broke_off"))


def _whole(value: object) -> int | None:
    """A whole number, as such or as text; None for everything else, such as the word success."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    # No status is longer, and a database's numbers end somewhere.
    found = re.fullmatch(r"\s*(-?[0-9]{1,9})(?:\.0*)?\s*", str(value))
    return int(found.group(1)) if found else None


def _amount(value: object) -> float | None:
    """An amount of rupees; a balance that isn't a number could pay for anything."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        amount = float(value.replace(",", "") if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return amount if math.isfinite(amount) else None


def _text(value: object) -> str:
    """A value as the text that it would be on paper; nothing for what isn't one word or number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return text if text.isascii() and text.isprintable() and len(text) <= 100 else ""


def _call_id(body: Mapping[str, Any]) -> str | None:
    """The call's id wherever it stands; 0 and words for nothing are none."""
    for place in (_inner(body), body):
        for name in ("call_id", "rc_id"):
            text = _text(place.get(name))
            if text.casefold() not in _NO_KEY | {"0", "false"}:
                return text
    return None


def _key_pressed(value: object) -> str | None:
    """The key, None for none.

    A number 0 is how PHP writes an empty number, and taking it for a key would end the waiting for
    the real one; the text "0" is a key.
    """
    text = _text(value)
    if text.casefold() in _NO_KEY or (text == "0" and not isinstance(value, str)):
        return None
    return text


def _retries(value: object) -> int:
    return max(_whole(value) or 0, 0)


def _reason(body: Mapping[str, Any]) -> str:
    """The words in which an error is named; nothing when there are none."""
    for name in ("response", "message", "error", "errors"):
        words = body.get(name)
        if isinstance(words, dict):
            words = words.get("message")
        if isinstance(words, list):
            words = "; ".join(str(each) for each in words)
        if isinstance(words, str) and words.strip():
            return words
    return ""


def _inner(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The `data` object where there is one, else the body itself."""
    data = body.get("data")
    return data if isinstance(data, dict) else body
