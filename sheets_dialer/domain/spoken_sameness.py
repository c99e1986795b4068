"""Whether two texts are heard as the same, however each of them was typed.

People paste the same list from two places: `1,500` here and `1500` there, two spaces, a capital, an
Arabic ي for an Urdu ی, a zero where another list leaves the cell blank. The customer hears one call
twice. So what decides whether a call was made already is a normal form of what is sent.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

_LETTERS = str.maketrans(
    {
        # One letter, written with the Arabic or with the Urdu keyboard.
        "ك": "ک",
        "ي": "ی",
        "ى": "ی",
        "ه": "ہ",
        "ە": "ہ",
        "ة": "ۃ",
        "أ": "ا",
        "إ": "ا",
        "ٱ": "ا",
        "ؤ": "و",
        "ۀ": "ۂ",
        # The word processor's marks for what keyboards have.
        "‘": "'",
        "’": "'",
        "‚": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "―": "-",
        "−": "-",
        # Separators within Arabic numbers.
        "٬": ",",
        "٫": ".",
        "۔": ".",
        "،": ",",
    }
)
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]")
"""Fillers and selectors that are no control characters and show nothing all the same."""
_ARABIC_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u0640]")
"""Vowel signs and the stroke that stretches a word: few people type them, and nobody the same."""
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d+)(?:\.\d*)?|[+-]?\.\d+")
REMEMBERED = 1024
"""How many texts' normal forms are kept: a list says its store, its voice and most of its amounts
again and again."""


@lru_cache(REMEMBERED)
def heard(text: str) -> str:
    """A text as it is compared: two texts with one normal form are heard as the same. Nothing and
    0 are one, since the portal's own samples send 0 for what isn't used."""
    if not text:
        return ""
    text = normal_form(text)
    return text if not _may_be_number(text) else shortest_number(text)


def normal_form(text: str) -> str:
    """Without case, with single spaces and ASCII digits, one form of each letter, and nothing that
    can't be seen."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
        text = _ARABIC_MARKS.sub("", text.translate(_LETTERS))
        text = "".join(map(_visible, text))
        # Case may take a letter apart, and what was between two marks may bring them together.
        text = unicodedata.normalize("NFKC", text.casefold())
    elif not text.isprintable():
        text = "".join(map(_visible, text))
    return " ".join(text.casefold().split())


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if character.isspace():
        return " "
    return "" if category in ("Cf", "Cc", "Cn", "Co", "Cs") else character


def _may_be_number(text: str) -> bool:
    """A quick look: most texts are words."""
    return text[:1] in "+-.0123456789" if text else False


def shortest_number(text: str) -> str:
    """The number that the text is, in its shortest form; the text itself where it is none."""
    if not _NUMBER.fullmatch(text):
        return text
    number = Decimal(text.replace(",", ""))
    if not number:
        return ""
    whole = format(number, "f")
    return whole.rstrip("0").rstrip(".") if "." in whole else whole
