"""How a cell's value is shown: Google's FORMATTED_VALUE and the other render options."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

from .model import Computed, ErrorValue, Formula, Json, Stored
from .number_patterns import render_number, render_text
from .typed_numbers import tidy

_ERROR_LABELS = {
    "ERROR": "#ERROR!",
    "NULL_VALUE": "#NULL!",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "VALUE": "#VALUE!",
    "REF": "#REF!",
    "NAME": "#NAME?",
    "NUM": "#NUM!",
    "N_A": "#N/A",
    "LOADING": "Loading...",
}
_DEFAULT_PATTERNS = {
    "NUMBER": "#,##0.00",
    "PERCENT": "0.00%",
    "CURRENCY": '"$"#,##0.00',
    "DATE": "M/d/yyyy",
    "TIME": "h:mm:ss am/pm",
    "DATE_TIME": "M/d/yyyy H:mm:ss",
    "SCIENTIFIC": "0.00E+00",
}
"""The en_US patterns of formats that name only their type (documented by example)."""

_TEN_DIGITS = Context(prec=10, rounding=ROUND_HALF_UP)
_DATE_TYPES = frozenset({"DATE", "TIME", "DATE_TIME"})


def formatted(value: Computed, number_format: Json | None) -> str:
    """The text that the cell shows; ``number_format`` is Google's NumberFormat (type, pattern)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, ErrorValue):
        return _ERROR_LABELS.get(value.kind, "#ERROR!")
    if isinstance(value, str):
        pattern = (number_format or {}).get("pattern")
        return render_text(pattern, value) if pattern and pattern != "@" else value
    kind = (number_format or {}).get("type")
    if kind == "TEXT":
        return plain_number(value)
    pattern = (number_format or {}).get("pattern") or _DEFAULT_PATTERNS.get(kind or "")
    shown = render_number(pattern, value) if pattern else None
    return general_number(value) if shown is None else shown


def json_value(
    value: Stored | Computed, number_format: Json | None, *, render: str, dates: str
) -> str | int | float | bool:
    """One value of a values answer, under a ValueRenderOption and a DateTimeRenderOption.

    Under FORMULA pass what the cell stores: a formula comes back as its text. An empty cell is an
    empty string. Unformatted, an error carries its message behind its label (measured by others).
    """
    if value is None:
        return ""
    if isinstance(value, Formula):
        return value.text
    if render == "FORMATTED_VALUE":
        return formatted(value, number_format)
    if isinstance(value, ErrorValue):
        return _error_with_message(value)
    if isinstance(value, str | bool):
        return value
    if dates == "FORMATTED_STRING" and is_date_format(number_format):
        return formatted(value, number_format)
    return tidy(value)


def is_date_format(number_format: Json | None) -> bool:
    """Whether the format shows numbers as dates or times."""
    return (number_format or {}).get("type") in _DATE_TYPES


def general_number(value: int | float) -> str:
    """A number in a cell without a number format: ten significant digits.

    From 1E+15 on six digits and an exponent are shown (observed by others: 1705971932369780 is
    shown as 1.70597E+15), and so they are for tiny numbers that ten decimals can't show exactly.
    """
    value = tidy(value)
    size = abs(value)
    if isinstance(value, int) and size < 10**15:
        return str(value)
    if size >= 10**15:
        return _scientific(value)
    if size < 1e-4:
        exact = format(Decimal(repr(value)), "f")
        return exact if len(exact.lstrip("-")) <= 12 else _scientific(value)
    whole_digits = len(str(int(size))) if size >= 1 else 0
    if whole_digits >= 10:
        return str(Decimal(repr(value)).to_integral_value(ROUND_HALF_UP))
    shown = format(_TEN_DIGITS.create_decimal(repr(value)), "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def plain_number(value: int | float) -> str:
    """A number turned into text by a formula or shown as plain text: fifteen significant digits,
    an exponent only where more than twenty-one digits would be needed."""
    value = tidy(value)
    if isinstance(value, int) and abs(value) < 10**15:
        return str(value)
    if not 1e-7 <= abs(value) < 1e21:
        mantissa, exponent = format(value, ".14E").split("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"
    shown = format(Decimal(format(value, ".15g")), "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _error_with_message(error: ErrorValue) -> str:
    label = formatted(error, None)
    told = error.message and error.kind != "LOADING"
    return f"{label} ({error.message})" if told else label


def _scientific(value: int | float) -> str:
    mantissa, exponent = format(value, ".5E").split("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"
