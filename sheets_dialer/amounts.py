"""From what an amount's cell shows to the digits that the portal says."""

from __future__ import annotations

import re
import unicodedata

from .sameness import plain, shortest_number

_CURRENCY = (
    r"(?:rs\.?|r\.s\.?|re\.?|rupees?|rupa?y[ae]{0,2}|rup\.?|pkr\.?|pak\.?\s*rs\.?"
    r"|₨|روپے|روپئے|روپیہ|روپیے|روپے۔)"
)
_ONLY = r"(?:/-|/=|-/|\.?-(?=\s*$)|only|صرف)"
_AMOUNT = re.compile(
    rf"(?:cod\s*:?\s*)?{_CURRENCY}?\s*[:=]?\s*(?P<number>[\d][\d,.]*)\s*"
    rf"{_ONLY}?\s*{_CURRENCY}?\s*{_ONLY}?\s*(?:cod)?\s*\.?"
)
_WHOLE = re.compile(r"\d+|\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3}|\d,\d{3}")
"""Digits alone, in thousands as banks write them, or in lakhs as Pakistan does."""
_MOST_DIGITS = 12


def read_amount(text: str) -> str | None:
    """The amount as digits, with a point before paisas where there are any; empty where the cell is
    blank, None where it can't be read without a guess.

    `Rs. 2,450/-`, `PKR 1,500.00`, `1,50,000` and Urdu digits are read. `1.500`, `1,50`, `2k`, two
    numbers, a date or a share of something aren't: each could be said wrong by a factor.
    """
    # Most are digits alone, and there are many.
    if text.isascii() and text.isdigit():
        return (text.lstrip("0") or "0") if len(text) <= _MOST_DIGITS else None
    if not text.isascii() and any(unicodedata.category(each) == "No" for each in text):
        # A footnote's number, a share or a number in a circle: no digit of the amount.
        return None
    said = plain(text)
    if not said:
        return ""
    found = _AMOUNT.fullmatch(said)
    if found is None:
        return None
    whole, point, paisas = found["number"].rstrip(".").partition(".")
    if not _WHOLE.fullmatch(whole) or len(whole.replace(",", "")) > _MOST_DIGITS:
        return None
    # Three digits behind a point are thousands where people write points between them.
    if point and not re.fullmatch(r"\d{1,2}", paisas):
        return None
    rupees = whole.replace(",", "").lstrip("0") or "0"
    return f"{rupees}.{paisas}" if paisas.strip("0") else rupees


def heard_amount(text: str) -> str:
    """An amount as it is compared: as other texts, without the currency that stands around it.
    What an older version sent as it was typed is the same amount still."""
    if not text:
        return ""
    return shortest_number(read_amount(text) or plain(text))
