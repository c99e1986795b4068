"""The small part of the formula language that the sandbox computes."""

from .calculator import Calculator
from .shift import (
    Carry,
    Move,
    Reordering,
    carried,
    reordered,
    retitled,
    rewritten,
    shifted,
    translated,
    without_tab,
)

__all__ = [
    "Calculator",
    "Carry",
    "Move",
    "Reordering",
    "carried",
    "reordered",
    "retitled",
    "rewritten",
    "shifted",
    "translated",
    "without_tab",
]
