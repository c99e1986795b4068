"""What the portal's answers say, in every shape that is known of them (`docs/portal.md`).

Nothing here asks the portal. What isn't clearly said counts as not said.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..base.errors import AccountRefused, PortalRefused, PortalUnknown
from ..domain.amounts import read_rupees
from ..domain.attempt import is_call_id
from ..domain.dtmf_keys import KeyTold, read_key
from ..texts import say
from .error_text import cleaned, holds_key, reason, told, without_key

_NOTHING = frozenset({"", "none", "null", "nil", "n/a", "na", "-"})
_NO_CALL = _NOTHING | {"0", "false"}
_NUMBER_BUT_NO_ID = re.compile(r"0+|[0-9]+\.[0-9]*(?:[eE][0-9]+)?")
_ID_NAMES = ("call_id", "rc_id")
_LIKELY_NAMES = ("to", "customer", "number", "phone", "phone_number", "mobile", "msisdn")
"""By which a report may name the number that was called, beside the vendor's own names for it. What
stands there may also be a date or a serial number."""
_LIKE_A_PHONE = re.compile(r"(?:0|92|3)[0-9]{9,13}")
_MOST_KEPT = 2_000
"""So much is kept of words that stand where a key belongs."""
_PHONE = re.compile(r"[0-9 +().\-/]*")
_SHORTEST_PHONE = 7
_SAME_DIGITS = 10
"""Numbers whose last digits are the same are the same number, written with or without country."""

_SPACE = " \t\r\n\ufeff"
_GOES_ON_BEFORE = ("[", "(", ",", ":", "=", '"', "'", "`", "\\", "&quot;")
_GOES_ON_BEHIND = ("]", ")", ",", ":", ";", '"', "'", "`", "\\", "&quot;")
_NOT_AROUND = re.compile(r"[{}]|<\s*(?:script|html|body|!doctype)\b|<!doctype|(?:call|rc)_id", re.I)
"""What may not stand around an answer: another object, a page, a call."""

_EXACT = 2**53
"""A float from here on may be another whole number than was written."""


_OF_THE_ACCOUNT = frozenset({401, 402, 403, 429})
"""Statuses that refuse whoever asks, whatever is asked for."""
_ACCOUNT_WORDS = re.compile(
    r"\bapi[\s_-]?key|\bkey not matched|\bbalance|\bcredits?\b|\bfunds?\b|\brecharge|\btop.?up"
    r"|\blimit|\bquota|\btoo many\b|\bthrottl|\brate\b|\blines?\b|\bchannels?\b|\bconcurrent"
    r"|\bunauthori[sz]ed|\bforbidden|\bsubscription"
    r"|\b(?:account|user|client|package|plan)\b[^.]*\b(?:suspend|block|disabl|inactiv|expir)",
    re.IGNORECASE,
)
_MOST_SECONDS = 24 * 3600
_LONGEST_NAME = 80


def understood(
    http: int, raw: bytes, key: str, retry_after: str | None = None
) -> Mapping[str, Any]:
    """The JSON object of a good answer; every other answer as the error that it means.
    `retry_after` is the header of that name."""
    # Some servers put a byte order mark before JSON, or words that aren't UTF-8 into it.
    text = raw.decode("utf-8-sig", errors="replace")
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = _only_object(text)
    if not isinstance(body, dict):
        # Not chained: a decoder's error keeps the whole text, and its place helps nobody.
        if 300 <= http <= 399:
            raise PortalUnknown(say("portal_redirects", http=http))
        raise PortalUnknown(say("portal_unreadable", http=http))
    code = whole(body.get("status"))
    says_good = code is not None and 200 <= code <= 299
    says_bad = code is not None and not says_good
    if 200 <= http <= 299 and not says_bad:
        return body
    refused = any(number is not None and 400 <= number <= 499 for number in (code, http))
    named = says_bad or (not says_good and bool(reason(body)))
    # Whatever stands where a call's id belongs: there may be a call.
    doubtful = says_good or 408 in (code, http) or any(_named_calls(body))
    if refused and named and not doubtful:
        words = say("portal_refused", words=told(body, key))
        if {code, http} & _OF_THE_ACCOUNT or _ACCOUNT_WORDS.search(reason(body)):
            raise AccountRefused(words, _seconds(retry_after))
        raise PortalRefused(words)
    raise PortalUnknown(say("portal_failed", http=http, words=told(body, key)))


def _seconds(retry_after: str | None) -> float | None:
    """The seconds that a Retry-After header names; a date in it says no more than none at all."""
    text = (retry_after or "").strip()
    return min(float(text), _MOST_SECONDS) if re.fullmatch(r"\d{1,9}", text) else None


def _only_object(text: str) -> Any:
    """The one JSON object among words that don't belong to it, such as a notice of PHP before it or
    a comment behind it; None where that isn't beyond doubt.

    What is called refused is tried again, so no part of something larger may pass for an answer: a
    list, a script or a page with an object in it, or one that is quoted, is none. Braces anywhere
    else may be a second object, and a second call's id would stand outside of this one.
    """
    begins = text.find("{")
    if begins < 0:
        return None
    try:
        body, ends = json.JSONDecoder().raw_decode(text, begins)
    except (ValueError, RecursionError):
        return None
    before, behind = text[:begins].rstrip(_SPACE), text[ends:].lstrip(_SPACE)
    if before.endswith(_GOES_ON_BEFORE) or behind.startswith(_GOES_ON_BEHIND):
        return None
    around = f"{before}\n{behind}"
    return None if _NOT_AROUND.search(around) else body


def call_id_in(body: Mapping[str, Any], key: str) -> str | None:
    """The call's id wherever it stands: a word with a digit in it, or a whole number above 0."""
    for text in _named_calls(body):
        if is_call_id(text) and not _NUMBER_BUT_NO_ID.fullmatch(text):
            return None if holds_key(text, key) else text
    return None


def is_of_another_call(body: Mapping[str, Any], call_id: str) -> bool:
    """Whether the answer names a call, but not this one. A number loses its leading zeros.

    Only `call_id` counts: what `rc_id` means in a report isn't known, and a report that isn't
    believed is a result that nobody sees.
    """
    named = {text.lstrip("0") for text in _named_calls(body, ("call_id",))}
    return bool(named) and call_id.lstrip("0") not in named


def calls_another_number(body: Mapping[str, Any], number: str) -> bool:
    """Whether the answer says that the call goes to another number than this one. A number that is
    cut short or partly hidden says nothing."""
    named = _named_numbers(body, ("call_to",))
    return bool(named) and not _is_same(named[0], number)


def is_of_another_number(body: Mapping[str, Any], number: str) -> bool:
    """Whether a report names numbers by the names that mean the customer's, but never this one.
    Of a call whose number isn't known any more nothing is said."""
    likely = filter(_LIKE_A_PHONE.fullmatch, _named_numbers(body, _LIKELY_NAMES))
    named = [*_named_numbers(body, ("call_to", "caller_id")), *likely]
    return bool(number and named) and not any(_is_same(each, number) for each in named)


def _named_numbers(body: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """The digits of the numbers that stand under these names, as far as they are whole."""
    found: list[str] = []
    for place in (inner(body), body):
        for name in names:
            text = _text(place.get(name))
            digits = re.sub(r"\(0\)|[^0-9]", "", text)
            if _PHONE.fullmatch(text) and len(digits) >= _SHORTEST_PHONE:
                found.append(digits)
    return found


def _is_same(digits: str, number: str) -> bool:
    # Without the zeros that stand before an area or a country.
    return number.endswith(digits.lstrip("0")[-_SAME_DIGITS:])


def call_status(body: Mapping[str, Any]) -> int | None:
    """The call's status. At the top level `status` is the API's own 200; only within `data` can it
    be the call's."""
    data = inner(body)
    name = "call_status" if data is body or "call_status" in data else "status"
    return whole(data.get(name))


def key_told(body: Mapping[str, Any], key: str) -> KeyTold:
    """What the answer says of the key that was pressed. Words that can't be read are kept, without
    the API key."""
    told = read_key(inner(body).get("dtmf", body.get("dtmf")))
    words = told.unread
    if told.keys is not None and len(told.keys) > 1 and holds_key(told.keys, key):
        words = told.keys
    return told if words is None else KeyTold(unread=without_key(words, key)[:_MOST_KEPT] or "?")


def retries(value: object) -> int | None:
    """What the account's field of its own tries says; None where it is no number of them."""
    count = whole(value)
    return None if count is None or count < 0 else count


def whole(value: object) -> int | None:
    """A whole number, as such or as text; None for everything else, such as the word success."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    # No status is longer, and a database's numbers end somewhere.
    found = re.fullmatch(r"\s*(-?[0-9]{1,9})(?:\.0*)?\s*", str(value))
    return int(found.group(1)) if found else None


def amount(value: object) -> float | None:
    """An amount of rupees; a balance that isn't a number could pay for anything."""
    if isinstance(value, str):
        return read_rupees(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        rupees = float(value)
    except OverflowError:
        return None
    return rupees if math.isfinite(rupees) else None


def username(value: object, key: str) -> str | None:
    """Whose account it is: a name or an address, on one line, without the key."""
    name = cleaned(value, key).strip() if isinstance(value, str) else ""
    return name if 0 < len(name) <= _LONGEST_NAME else None


def inner(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The `data` object where there is one, else the body itself."""
    data = body.get("data")
    return data if isinstance(data, dict) else body


def _named_calls(body: Mapping[str, Any], names: Sequence[str] = _ID_NAMES) -> Iterator[str]:
    """What stands where a call's id belongs; 0 and words for nothing are left out."""
    for place in (inner(body), body):
        for name in names:
            text = _text(place.get(name))
            if text.casefold() not in _NO_CALL:
                yield text


def _text(value: object) -> str:
    """A value as the text that it would be on paper; nothing for what isn't one word or number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    text = str(value).strip()
    return text if text.isascii() and text.isprintable() and len(text) <= 100 else ""
