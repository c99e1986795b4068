"""The portal's own words, fit for a cell, a log and a database: one line without the API key."""

from __future__ import annotations

import base64
import html
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

from ..base.decoding import readings
from ..base.redaction import printable, redacted, shortened
from ..texts import say

_SHORTEST_SOUGHT = 4
"""A key of fewer letters is only cut out as it is: in every form it would be found in any word."""
_PART = 8
"""So many letters of a key in a row, or half of a shorter one, give too much of it away."""
_MOST_WORDS_OF_ONE = 3
"""Over so many words a packed key is sought for itself; over more, all of them are dropped."""
_SIGNS = re.compile("…(?: …)+")
_MOST_READ = 4_000
"""How many characters of others' words are read: a cell shows two hundred."""
_LONGEST_LETTER = 6
"""How many characters a letter of the key is written with at most: \\u0041, &#x41;."""


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
    """The text in one line without the API key, whatever that is packed into. What else is named a
    key stays: it may be one of the phone."""
    # On one line first: the key may be wrapped at the end of one.
    words = printable(text)
    plain = words[:_MOST_READ]
    if len(key) >= _SHORTEST_SOUGHT:
        plain = _without_parts(_anyhow(key).sub("…", plain), key)
    else:
        for form in {key, quote(key, safe=""), repr(key)[1:-1]} - {""}:
            plain = plain.replace(form, "…")
    if len(words) > _MOST_READ:
        # Where it was cut off, the key may have begun.
        plain = plain[: -_LONGEST_LETTER * len(key)] or "…"
    return plain


def holds_key(text: str, key: str) -> bool:
    """Whether the key stands in the text, in whatever writing; a very short one only alone."""
    if len(key) < _SHORTEST_SOUGHT:
        return text == key
    if _anyhow(key).search(text):
        return True
    sought = _letters(key)
    return len(sought) >= _SHORTEST_SOUGHT and any(
        sought in _letters(reading) for reading in readings(text)
    )


def _without_parts(text: str, key: str) -> str:
    """The text without the words in which, once all is undone that may have been done to them, a
    part of the key is left."""
    parts = _parts(key)
    words = text.split(" ")
    for count in range(1, _MOST_WORDS_OF_ONE + 1):
        for start in range(len(words) - count + 1):
            some = words[start : start + count]
            if "…" not in some and _gives_away("".join(some), parts):
                words[start : start + count] = ["…"] * count
    if _gives_away("".join(words), parts):
        return "…"
    # One sign stands for all that was dropped in one place.
    return _SIGNS.sub("…", " ".join(words))


def _gives_away(text: str, parts: frozenset[str]) -> bool:
    return any(part in plain for plain in map(_letters, readings(text)) for part in parts if plain)


@lru_cache(maxsize=8)
def _parts(key: str) -> frozenset[str]:
    """Every run of the key's letters that is long enough to give it away."""
    letters = _letters(key)
    length = min(_PART, max(_SHORTEST_SOUGHT, (len(letters) + 1) // 2))
    return frozenset(letters[at : at + length] for at in range(len(letters) - length + 1))


def _letters(text: str) -> str:
    """Letters and digits alone, without case: what stands between them hides nothing."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


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
