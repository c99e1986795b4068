"""Numbers as people type them in an en_US spreadsheet, and the format that the typing implies."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from .model import Json

_LARGEST_EXACT = 2**53
_NUMBER = re.compile(
    r"""
    (?P<open>\()?
    (?P<sign>[+-])?
    (?:(?P<symbol>[$€£¥₹])\ ?)?
    (?P<inner_sign>[+-])?
    (?P<digits>
        (?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?
        |\.[0-9]+
    )
    (?P<exponent>[eE][+-]?[0-9]+)?
    (?:\ ?(?P<percent>%))?
    (?P<close>\))?
    """,
    re.VERBOSE,
)


class TypedNumber(NamedTuple):
    """A number read from text, with Google's NumberFormat where the text implies one."""

    value: int | float
    number_format: Json | None


def tidy(value: float) -> int | float:
    """The number as JSON should show it: whole ones without a fraction, up to what a double holds
    exactly."""
    if value == 0:
        return 0
    if isinstance(value, int):
        return value if abs(value) < _LARGEST_EXACT else float(value)
    if abs(value) < _LARGEST_EXACT and value.is_integer():
        return int(value)
    return value


def parse_number(text: str) -> TypedNumber | None:
    """The number that the text stands for; None when it is something else.

    Signs, thousands commas, a currency symbol, a percent sign, an exponent and accounting's
    brackets for negative numbers are understood, each in its place.
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None or not _is_consistent(match):
        return None
    value = float(match["digits"].replace(",", "") + (match["exponent"] or ""))
    if not math.isfinite(value):
        return None
    if match["percent"]:
        value /= 100
    if match["open"] or "-" in (match["sign"], match["inner_sign"]):
        value = -value
    return TypedNumber(tidy(value), _implied_format(match))


def _is_consistent(match: re.Match[str]) -> bool:
    if bool(match["open"]) != bool(match["close"]):
        return False
    signs = [sign for sign in (match["sign"], match["inner_sign"]) if sign]
    if len(signs) > 1 or (signs and match["open"]):
        return False
    if match["inner_sign"] and not match["symbol"]:
        return False
    return not (match["percent"] and match["symbol"])


def _implied_format(match: re.Match[str]) -> Json | None:
    decimals = ".00" if "." in match["digits"].rstrip(".") else ""
    if match["percent"]:
        return {"type": "PERCENT", "pattern": f"0{decimals}%"}
    if match["symbol"]:
        symbol = '"$"' if match["symbol"] == "$" else f"[${match['symbol']}]"
        return {"type": "CURRENCY", "pattern": f"{symbol}#,##0{decimals}"}
    if match["exponent"]:
        return {"type": "SCIENTIFIC", "pattern": "0.00E+00"}
    if "," in match["digits"]:
        return {"type": "NUMBER", "pattern": f"#,##0{decimals}"}
    return None
