"""The portal's own words, fit for a cell, a log and a database: one line without the API key."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

from .redaction import printable, redacted, shortened
from .texts import say

_SHORTEST_SOUGHT = 4
"""A key of fewer letters is only cut out as it is: in every form it would be found in any word."""


def told(body: Mapping[str, Any], key: str) -> str:
    """What the answer says of an error: one line, not too long, without the key."""
    return shortened(cleaned(reason(body) or say("portal_gave_no_reason"), key))


def reason(body: Mapping[str, Any]) -> str:
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


def cleaned(text: object, key: str) -> str:
    """The text in one line without secrets: not by their names, nor where the key stands for
    itself, as it is or in another writing."""
    return redacted(without_key(text, key))


def without_key(text: object, key: str) -> str:
    """The text in one line without the API key, as it is or in another writing. What else is named
    a key stays: it may be one of the phone."""
    # On one line first: the key may be wrapped at the end of one.
    plain = printable(text)
    if len(key) >= _SHORTEST_SOUGHT:
        plain = _anyhow(key).sub("…", plain)
    else:
        for form in {key, quote(key, safe=""), repr(key)[1:-1]} - {""}:
            plain = plain.replace(form, "…")
    return plain


def holds_key(text: str, key: str) -> bool:
    """Whether the key stands in the text, in whatever writing; a very short one only alone."""
    if len(key) < _SHORTEST_SOUGHT:
        return text == key
    return _anyhow(key).search(text) is not None


@lru_cache(maxsize=8)
def _anyhow(key: str) -> re.Pattern[str]:
    """The key in every writing, in capitals or not, with lines broken anywhere in it."""
    found = set()
    for form in _writings(key.encode("utf-8", errors="replace").decode()):
        letters = [re.escape(each) for each in form if each.isprintable() and not each.isspace()]
        found.add(" ?".join(letters))
    # The longest first: a shorter one that it begins with would leave its rest behind.
    return re.compile(
        "|".join(sorted(found - {""}, key=len, reverse=True)) or "(?!)", re.IGNORECASE
    )


def _writings(key: str) -> Iterator[str]:
    """The key as it stands in texts, addresses, pages, JSON, and what they are packed into."""
    yield key
    yield repr(key)[1:-1]
    for once in (quote(key), quote(key, safe=""), quote_plus(key)):
        yield from (once, quote(once, safe=""))
    for once in (html.escape(key, quote=False), html.escape(key)):
        yield from (once, once.replace("&#x27;", "&#039;"))  # PHP writes it so
    for once in (json.dumps(key)[1:-1], json.dumps(key, ensure_ascii=False)[1:-1]):
        for written in (once, once.replace("/", "\\/")):  # PHP writes it so
            yield from (written, json.dumps(written)[1:-1])
    for packed in (base64.b64encode(key.encode()), base64.urlsafe_b64encode(key.encode())):
        yield packed.decode().rstrip("=")
