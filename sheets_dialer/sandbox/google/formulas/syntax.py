"""The parts that a formula is made of once it is parsed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ..model import ErrorValue
from .references import Reference


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, text, truth value or error that stands in the formula; None for an argument that
    was left out, as in ``IF(A1,,2)``."""

    value: str | int | float | bool | ErrorValue | None


@dataclass(frozen=True, slots=True)
class Cells:
    """A cell or an area."""

    reference: Reference


@dataclass(frozen=True, slots=True)
class Name:
    """A named range, or a word that means nothing."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; `function` is in capitals."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """``-`` or ``+`` before, or ``%`` after an operand."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two operands."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Array:
    """A literal in braces, by rows."""

    rows: tuple[tuple[Node, ...], ...]


Node: TypeAlias = Constant | Cells | Name | Call | Unary | Binary | Array


@dataclass(frozen=True, slots=True)
class Parsed:
    """A whole formula, with every reference and name that stands in it."""

    root: Node
    references: tuple[Reference, ...]
    names: tuple[str, ...]
