"""From what an amount's cell shows to the digits that the portal says, and from what the portal
says it holds to a number."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from .spoken_sameness import REMEMBERED, normal_form, shortest_number

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
_MONEY = re.compile(
    rf"(?:{_CURRENCY}\s*[:=]?)?\s*(?P<number>-?(?:\d[\d., ']*|[.,]\d+))\s*(?:/[-=])?"
    rf"\s*{_CURRENCY}?\s*(?:only|صرف)?\s*\.?"
)
_SEPARATOR = re.compile("[., ']")


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
    said = normal_form(text)
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


@lru_cache(REMEMBERED)
def heard_amount(text: str) -> str:
    """An amount as it is compared: as other texts, without the currency that stands around it.
    What an older version sent as it was typed is the same amount still."""
    if not text:
        return ""
    return shortest_number(read_amount(text) or normal_form(text))


def read_rupees(text: str) -> float | None:
    """What a balance or a rate says, whichever sign of its country stands before the paisas; None
    where it is no number.

    `1,234.50`, `1.234,50` and `1234,50` are read. Three digits behind a lone comma are thousands,
    any other count of them paisas; a lone point always stands before paisas, as the portal has it.
    """
    found = _MONEY.fullmatch(normal_form(text))
    if found is None:
        return None
    number = found["number"].rstrip(" ,.'")
    minus, digits = number.startswith("-"), number.removeprefix("-")
    signs = _SEPARATOR.findall(digits)
    if not signs or signs.count(signs[-1]) > 1 or signs[-1] in " '" or _is_thousands(digits):
        whole, paisas = digits, ""
    else:
        whole, _, paisas = digits.rpartition(signs[-1])
        signs = signs[:-1]
    if len(set(signs)) > 1 or not (not signs or _is_grouped(whole, signs[0])):
        return None
    rupees = _SEPARATOR.sub("", whole)
    if len(rupees) > _MOST_DIGITS or len(paisas) > _MOST_DIGITS:
        return None
    return float(f"{'-' if minus else ''}{rupees or 0}.{paisas or 0}")


def _is_thousands(digits: str) -> bool:
    return re.fullmatch(r"[1-9]\d{0,2},\d{3}", digits) is not None


def _is_grouped(whole: str, sign: str) -> bool:
    return _WHOLE.fullmatch(whole.replace(sign, ",")) is not None
