"""Working out one formula's parsed parts."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..model import Computed, ErrorValue
from .references import Reference
from .syntax import Array, Binary, Call, Cells, Constant, Name, Node, Unary
from .values import (
    Failure,
    Grid,
    LiteralGrid,
    Value,
    as_number,
    as_text,
    compare,
    number,
    unless_error,
)

_COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_ARITHMETIC_NAMES = {"+": "ADD", "-": "MINUS", "*": "MULTIPLY", "/": "DIVIDE", "^": "POW"}


class Area(Grid, Protocol):
    """An area of a sheet; `row` and `column` are its upper left corner, zero-based."""

    @property
    def row(self) -> int: ...

    @property
    def column(self) -> int: ...


class Surroundings(Protocol):
    """What a formula can see from its cell at `row` and `column`; `now` is a serial number."""

    @property
    def row(self) -> int: ...

    @property
    def column(self) -> int: ...

    @property
    def now(self) -> float: ...

    def area(self, reference: Reference) -> Area:
        """The cells that a reference points to; raises Failure where there are none."""

    def named(self, name: str) -> Area:
        """The cells of a named range; raises Failure for a name that is none."""

    def is_loading(self) -> bool:
        """Whether the formula doesn't have yet what it fetches from elsewhere."""

    def imported(self, address: str, range_text: str) -> Computed:
        """The upper left cell of a range of another spreadsheet; raises Failure for none."""

    def function(self, name: str) -> Signature | None:
        """The function of that name, in capitals; None for one that isn't known."""


@dataclass(frozen=True, slots=True)
class Site:
    """A function call being worked out: its arguments are evaluated when they are asked for."""

    name: str
    arguments: Sequence[Node]
    surroundings: Surroundings

    @property
    def count(self) -> int:
        """How many arguments there are."""
        return len(self.arguments)

    def value(self, index: int) -> Value:
        """An argument, which may be several cells."""
        return evaluate(self.arguments[index], self.surroundings)

    def scalar(self, index: int) -> Computed:
        """An argument as one value, which may be an error value."""
        return scalar(self.value(index), self.surroundings)

    def number(self, index: int, default: int | float = 0) -> int | float:
        """An argument as a number; the default where it was left out."""
        if index >= self.count:
            return default
        return as_number(self.scalar(index), self.name, index + 1)

    def text(self, index: int) -> str:
        """An argument as text."""
        return as_text(self.scalar(index))


Function = Callable[[Site], Value]


@dataclass(frozen=True, slots=True)
class Signature:
    """A function of the formula language and how many arguments it takes at least and at most."""

    function: Function
    least: int
    most: int


def evaluate(node: Node, surroundings: Surroundings) -> Value:
    """What the part comes to.

    Raises:
        Failure: it comes to an error.
    """
    match node:
        case Constant(value):
            return unless_error(value)
        case Cells(reference):
            return surroundings.area(reference)
        case Name(name):
            return surroundings.named(name)
        case Unary(sign, operand):
            return _unary(sign, scalar(evaluate(operand, surroundings), surroundings))
        case Binary():
            return _binary(node, surroundings)
        case Array(rows):
            return LiteralGrid(
                tuple(
                    tuple(scalar(evaluate(item, surroundings), surroundings) for item in row)
                    for row in rows
                )
            )
        case Call(name, arguments):
            return _call(name, arguments, surroundings)


def scalar(value: Value, surroundings: Surroundings) -> Computed:
    """One value: of several cells the one in the formula's own row or column.

    Raises:
        Failure: an area that doesn't pass by the formula's cell.
    """
    if value is None or isinstance(value, str | int | float | bool | ErrorValue):
        return value
    if value.height == 1 and value.width == 1:
        return value.at(0, 0)
    row = surroundings.row - getattr(value, "row", surroundings.row)
    column = surroundings.column - getattr(value, "column", surroundings.column)
    if value.width == 1 and 0 <= row < value.height:
        return value.at(row, 0)
    if value.height == 1 and 0 <= column < value.width:
        return value.at(0, column)
    if isinstance(value, LiteralGrid):
        return value.at(0, 0)
    raise Failure("VALUE", "An array value could not be found.")


def _unary(sign: str, value: Computed) -> Computed:
    if sign == "+":
        return unless_error(value)
    if sign == "%":
        return number(as_number(value, "UNARY_PERCENT") / 100)
    return number(-as_number(value, "UMINUS"))


def _binary(node: Binary, surroundings: Surroundings) -> Computed:
    # A long chain such as A1&B1&C1&… leans to the left; it is walked without recursion.
    chain = [node]
    while isinstance(chain[-1].left, Binary):
        chain.append(chain[-1].left)
    result = scalar(evaluate(chain[-1].left, surroundings), surroundings)
    for link in reversed(chain):
        right = scalar(evaluate(link.right, surroundings), surroundings)
        result = _operate(link.operator, result, right)
    return result


def _operate(sign: str, left: Computed, right: Computed) -> Computed:
    if sign == "&":
        return as_text(left) + as_text(right)
    if sign in _COMPARISONS:
        return _COMPARISONS[sign](compare(left, right), 0)
    name = _ARITHMETIC_NAMES[sign]
    return calculate(sign, as_number(left, name, 1), as_number(right, name, 2))


def calculate(sign: str, left: int | float, right: int | float) -> int | float:
    """Arithmetic as a spreadsheet does it, in doubles.

    Raises:
        Failure: division by zero, or a result that is no finite real number.
    """
    first, second = float(left), float(right)
    try:
        match sign:
            case "+":
                return number(first + second)
            case "-":
                return number(first - second)
            case "*":
                return number(first * second)
            case "/":
                return number(first / second)
            case _:
                if first == 0 and second == 0:
                    raise Failure(
                        "NUM", "Evaluation of function POW caused a divide by zero error."
                    )
                return number(first**second)
    except ZeroDivisionError:
        name = _ARITHMETIC_NAMES[sign]
        raise Failure("DIVIDE_BY_ZERO", f"Function {name} parameter 2 cannot be zero.") from None
    except OverflowError:
        raise Failure("NUM", "Numeric value is too large.") from None


def _call(name: str, arguments: Sequence[Node], surroundings: Surroundings) -> Value:
    signature = surroundings.function(name)
    if signature is None:
        raise Failure("NAME", f"Unknown function: '{name}'.")
    if not signature.least <= len(arguments) <= signature.most:
        raise Failure("N_A", _miscounted(name, signature, len(arguments)))
    return signature.function(Site(name, arguments, surroundings))


def _miscounted(name: str, signature: Signature, given: int) -> str:
    expected = (
        f"{signature.least}"
        if signature.least == signature.most
        else f"between {signature.least} and {signature.most}"
    )
    return (
        f"Wrong number of arguments to {name}. Expected {expected} arguments, "
        f"but got {given} arguments."
    )
