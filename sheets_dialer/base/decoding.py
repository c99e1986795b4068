"""What a piece of text stands for once everything is undone that it may have been packed into."""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import unquote_plus

_MOST_READINGS = 256
"""How many readings of one text are looked at: a text made to have more is nobody's message."""
_BACKSLASHED = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|[uU]([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))"
)
_HEX = re.compile(r"(?:(?:0x|\\x|%)?[0-9a-fA-F]{2}[\s:,-]?){4,}")
_PACKED_IN_32 = re.compile(r"[A-Z2-7]{8,}", re.IGNORECASE)
_PACKED = re.compile(r"[A-Za-z0-9+/_-]{8,}")


def readings(text: str) -> Iterator[str]:
    """The text, and whatever it reads as when one thing after another is decoded until nothing
    changes: percent signs, entities, backslashes, full-width letters, hexadecimal, base64,
    base32 and quoted-printable, one within another."""
    found, waiting = {text}, [text]
    while waiting and len(found) <= _MOST_READINGS:
        reading = waiting.pop()
        yield reading
        for decode in _DECODERS:
            for decoded in decode(reading):
                if decoded and decoded not in found:
                    found.add(decoded)
                    waiting.append(decoded)
    yield from waiting


def _addressed(text: str) -> Iterator[str]:
    yield unquote_plus(text)


def _paged(text: str) -> Iterator[str]:
    yield html.unescape(text)


def _plain(text: str) -> Iterator[str]:
    yield unicodedata.normalize("NFKC", text)


def _escaped(text: str) -> Iterator[str]:
    if "\\" in text:
        yield _BACKSLASHED.sub(_unescaped, text)


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code is None:
        return {"n": "\n", "r": "\r", "t": "\t"}.get(match[4], match[4])
    return chr(int(code, 16)) if int(code, 16) < 0x110000 else ""


def _quoted_printable(text: str) -> Iterator[str]:
    if "=" in text:
        yield quopri.decodestring(text.encode(errors="replace")).decode(errors="replace")


def _hexadecimal(text: str) -> Iterator[str]:
    for run in _HEX.finditer(text):
        digits = re.sub(r"0x|\\x|[^0-9a-fA-F]", "", run[0])
        for start in (0, 1):
            even = digits[start : start + (len(digits) - start) // 2 * 2]
            yield _as_text(bytes.fromhex(even))


def _base64(text: str) -> Iterator[str]:
    """Each run of base64's letters, from each of the four places at which a packet may begin."""
    for run in _PACKED.finditer(text):
        letters = run[0].replace("-", "+").replace("_", "/")
        for start in range(4):
            whole = letters[start:]
            whole = whole[: len(whole) // 4 * 4] if len(whole) % 4 == 1 else whole
            try:
                yield _as_text(base64.b64decode(whole + "=" * (-len(whole) % 4)))
            except binascii.Error:
                continue


def _base32(text: str) -> Iterator[str]:
    for run in _PACKED_IN_32.finditer(text):
        letters = run[0].upper()
        whole = letters if len(letters) % 8 in (0, 2, 4, 5, 7) else letters[:-1]
        with suppress(binascii.Error):
            yield _as_text(base64.b32decode(whole + "=" * (-len(whole) % 8)))


def _as_text(packed: bytes) -> str:
    """What the bytes say; nothing where they are no text, as what was never packed isn't."""
    said = packed.replace(b"\0", b"").decode(errors="ignore")
    text = "".join(filter(str.isprintable, said))
    return text if len(text.encode()) * 4 >= len(packed.replace(b"\0", b"")) * 3 else ""


_DECODERS: tuple[Callable[[str], Iterator[str]], ...] = (
    _addressed,
    _paged,
    _plain,
    _escaped,
    _quoted_printable,
    _hexadecimal,
    _base64,
    _base32,
)
