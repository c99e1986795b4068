"""The number format that a formula implies, as when adding a day to a date gives a date."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from ..display import is_date_format
from ..model import Json
from .references import Reference
from .syntax import Binary, Call, Cells, Name, Node, Unary

_OF_FUNCTIONS: dict[str, Json] = {
    "DATE": {"type": "DATE", "pattern": "M/d/yyyy"},
    "NOW": {"type": "DATE_TIME", "pattern": "M/d/yyyy H:mm:ss"},
    "TIME": {"type": "TIME", "pattern": "h:mm:ss am/pm"},
    "TODAY": {"type": "DATE", "pattern": "M/d/yyyy"},
}
_AS_FIRST_ARGUMENT = frozenset({"ABS", "IFERROR", "IFNA", "MAX", "MIN", "ROUND", "SUM", "AVERAGE"})

FormatOf = Callable[[Reference | str], Json | None]
"""Gives the format of the first cell of a reference or of a named range."""


def implied_format(node: Node, format_of: FormatOf) -> Json | None:
    """The NumberFormat that the part implies; None for none."""
    match node:
        case Cells(reference):
            return format_of(reference)
        case Name(name):
            return format_of(name)
        case Unary(sign, operand):
            return implied_format(operand, format_of) if sign != "%" else None
        case Binary():
            return _of_chain(node, format_of)
        case Call("IF", arguments):
            formats = (implied_format(item, format_of) for item in arguments[1:])
            return next((found for found in formats if found is not None), None)
        case Call(name, arguments) if name in _AS_FIRST_ARGUMENT:
            formats = (implied_format(item, format_of) for item in islice(arguments, 1))
            return next(formats, None)
        case Call(name, _):
            return _OF_FUNCTIONS.get(name)
        case _:
            return None


def _of_chain(node: Binary, format_of: FormatOf) -> Json | None:
    # Leaning to the left, a long chain is walked without recursion.
    chain = [node]
    while isinstance(chain[-1].left, Binary):
        chain.append(chain[-1].left)
    result = implied_format(chain[-1].left, format_of)
    for link in reversed(chain):
        result = _combined(link.operator, result, implied_format(link.right, format_of))
    return result


def _combined(operator: str, left: Json | None, right: Json | None) -> Json | None:
    dates = is_date_format(left), is_date_format(right)
    if operator == "-" and all(dates):
        return None  # the time between two dates is a number of days
    if operator in "+-":
        return left or right
    if operator in "*/" and not any(dates):
        return left or (right if operator == "*" else None)
    return None
