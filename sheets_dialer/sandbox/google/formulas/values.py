"""What values mean to each other in a formula: coercion, comparison, joining."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ..display import plain_number
from ..model import Computed, ErrorValue
from ..typed import read_typed
from ..typed_numbers import tidy

LONGEST_TEXT = 50_000
"""How many characters a cell holds (documented), and so the text that a formula gives."""


class Failure(Exception):
    """A formula's evaluation ended in an error value, which is its result unless a function such
    as IFERROR takes it up."""

    def __init__(self, kind: str, message: str = "") -> None:
        super().__init__(kind)
        self.error = ErrorValue(kind, message)


class Grid(Protocol):
    """Several cells: an area of a sheet or a literal in braces."""

    @property
    def height(self) -> int: ...

    @property
    def width(self) -> int: ...

    def at(self, row: int, column: int) -> Computed:
        """The value at a place counted from the upper left one."""

    def filled(self) -> Iterator[Computed]:
        """The values of all cells that aren't empty, row by row."""


@dataclass(frozen=True, slots=True)
class LiteralGrid:
    """The cells of a literal in braces."""

    rows: tuple[tuple[Computed, ...], ...]

    @property
    def height(self) -> int:
        return len(self.rows)

    @property
    def width(self) -> int:
        return max(len(row) for row in self.rows)

    def at(self, row: int, column: int) -> Computed:
        return self.rows[row][column] if column < len(self.rows[row]) else None

    def filled(self) -> Iterator[Computed]:
        return (value for row in self.rows for value in row if value is not None)


Value: TypeAlias = Computed | Grid


def unless_error(value: Computed) -> str | int | float | bool | None:
    """The value itself; an error value is raised."""
    if isinstance(value, ErrorValue):
        raise Failure(value.kind, value.message)
    return value


def as_number(value: Computed, function: str = "ADD", position: int = 1) -> int | float:
    """The number that the value counts as: empty is 0, TRUE is 1, text is read as if typed.

    Raises:
        Failure: an error value, or text that is no number.
    """
    value = unless_error(value)
    if value is None:
        return 0
    if isinstance(value, int | float):
        return int(value) if isinstance(value, bool) else value
    read = read_typed(value)
    if isinstance(read, int | float) and not isinstance(read, bool):
        return read
    shown = f"'{value}' is a text" if value else "'' is a text"
    raise Failure(
        "VALUE",
        f"Function {function} parameter {position} expects number values. "
        f"But {shown} and cannot be coerced to a number.",
    )


def as_text(value: Computed) -> str:
    """The text that the value counts as, as ``&`` joins it; a date is its serial number."""
    value = unless_error(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return value if isinstance(value, str) else plain_number(value)


def as_boolean(value: Computed, function: str, position: int = 1) -> bool:
    """The truth value that the value counts as: numbers but 0 are true, empty is false.

    Raises:
        Failure: an error value, or text other than TRUE and FALSE.
    """
    value = unless_error(value)
    if not isinstance(value, str):
        return bool(value)
    folded = value.casefold()
    if folded in ("true", "false"):
        return folded == "true"
    raise Failure(
        "VALUE",
        f"Function {function} parameter {position} expects boolean values. "
        f"But '{value}' is a text and cannot be coerced to a boolean.",
    )


def compare(left: Computed, right: Computed) -> int:
    """Below, at or above zero as `left` comes before, with or after `right`.

    Numbers come before texts, texts before truth values; letters' case doesn't count; an empty
    cell equals 0, an empty text and FALSE. Numbers are compared to fifteen digits.

    Raises:
        Failure: one of them is an error value.
    """
    first, second = unless_error(left), unless_error(right)
    if first is None:
        first = _like(second)
    if second is None:
        second = _like(first)
    ranks = _rank(first), _rank(second)
    if ranks[0] != ranks[1]:
        return ranks[0] - ranks[1]
    if isinstance(first, str) and isinstance(second, str):
        one, other = first.casefold(), second.casefold()
        return (one > other) - (one < other)
    low, high = float(format(as_number(first), ".15g")), float(format(as_number(second), ".15g"))
    return (low > high) - (low < high)


def number(value: float | complex) -> int | float:
    """A result of arithmetic as a cell holds it.

    Raises:
        Failure: it is no finite real number.
    """
    if isinstance(value, complex) or not math.isfinite(value):
        raise Failure("NUM", "Numeric value is too large, or isn't a real number.")
    return tidy(value)


def _like(value: str | int | float | bool | None) -> str | int | bool:
    if isinstance(value, bool):
        return False
    return "" if isinstance(value, str) else 0


def _rank(value: str | int | float | bool) -> int:
    if isinstance(value, bool):
        return 2
    return 1 if isinstance(value, str) else 0
