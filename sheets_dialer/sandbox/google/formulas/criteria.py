"""Criteria of COUNTIF and SUMIF: ``"Busy"``, ``">5"``, ``"<>"``, ``"a*"``."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..model import Computed, ErrorValue
from ..typed import read_typed
from .values import compare

_WILDCARDS = {"*": ".*", "?": "."}
_CRITERION = re.compile(r"(<>|<=|>=|<|>|=)?(.*)", re.DOTALL)


def criterion(wanted: Computed) -> Callable[[Computed], bool]:
    """A test of cells: the operator that the text begins with, ``*`` and ``?`` as wildcards,
    ``~`` before one that is meant literally. Without an operator equality is meant."""
    if not isinstance(wanted, str):
        return lambda value: _equal(value, 0 if wanted is None else wanted)
    match = _CRITERION.fullmatch(wanted)
    sign, rest = (match[1], match[2]) if match else ("", wanted)
    operand = read_typed(rest)
    if sign in (None, "=", "<>"):
        unequal = sign == "<>"
        if rest == "":
            return lambda value: (value is not None) if unequal else value in (None, "")
        if isinstance(operand, str):
            pattern = _wildcards(operand)
            return lambda value: (
                (isinstance(value, str) and pattern.fullmatch(value) is not None) != unequal
            )
        return lambda value: _equal(value, operand) != unequal
    return lambda value: _ordered(value, operand, sign)


def _equal(value: Computed, operand: Computed) -> bool:
    if value is None or isinstance(value, ErrorValue) or isinstance(operand, ErrorValue):
        return value == operand
    return compare(_read(value), operand) == 0


def _ordered(value: Computed, operand: str | int | float | bool, sign: str) -> bool:
    if value is None or isinstance(value, ErrorValue):
        return False
    read = _read(value)
    kinds = (_kind(read), _kind(operand))
    if kinds[0] != kinds[1]:
        return False
    order = compare(read, operand)
    return {"<": order < 0, ">": order > 0, "<=": order <= 0, ">=": order >= 0}[sign]


def _read(value: str | int | float | bool) -> str | int | float | bool:
    return read_typed(value) if isinstance(value, str) else value


def _kind(value: str | int | float | bool) -> type:
    if isinstance(value, bool | str):
        return type(value)
    return float


def _wildcards(text: str) -> re.Pattern[str]:
    pieces = re.findall(r"~[*?~]|[*]+|.", text, re.DOTALL)
    pattern = "".join(_WILDCARDS.get(piece[:1]) or re.escape(piece[-1:]) for piece in pieces)
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)
