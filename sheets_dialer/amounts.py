"""From what an amount's cell shows to the digits that the portal says."""

from __future__ import annotations

import re

from .sameness import plain

_CURRENCY = r"(?:rs\.?|re\.?|rupees?|rup\.?|pkr\.?|pak\.?\s*rs\.?|₨|روپے|روپئے|روپیہ|روپے۔)"
_ONLY = r"(?:/-|/=|-/|\.?-(?=\s*$)|only|صرف)"
_AMOUNT = re.compile(
    rf"{_CURRENCY}?\s*[:=]?\s*(?P<number>[\d][\d,.]*)\s*{_ONLY}?\s*{_CURRENCY}?\s*{_ONLY}?\s*\.?"
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
