"""Conditional formats, as far as the page paints them: boolean rules, not gradients.

Of all rules that hold for a cell each part of its look comes from the first that says something
about it. Conditions that need more than the cell and a formula (dates, validation lists) are not
painted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from .google.formulas.calculator import Calculator, View
from .google.formulas.evaluate import evaluate, scalar
from .google.formulas.parser import FormulaError, parse
from .google.formulas.shift import translated
from .google.formulas.values import Failure
from .google.model import Computed, ErrorValue, Json, Sheet
from .google.ranges import GridRange
from .google.typed import enter

Operand: TypeAlias = Computed
_Test: TypeAlias = Callable[[Computed, list[Operand]], bool]


def _text(value: Computed) -> str:
    if value is None or isinstance(value, ErrorValue):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).casefold()


def _numbers(*values: Computed) -> list[float] | None:
    numbers = [
        float(value)
        for value in values
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    return numbers if len(numbers) == len(values) else None


def _compare(test: Callable[..., bool]) -> _Test:
    def holds(value: Computed, operands: list[Operand]) -> bool:
        numbers = _numbers(value, *operands)
        return numbers is not None and test(*numbers)

    return holds


_TESTS: Mapping[str, _Test] = MappingProxyType(
    {
        "BLANK": lambda value, _: value in (None, ""),
        "NOT_BLANK": lambda value, _: value not in (None, ""),
        "TEXT_EQ": lambda value, given: _text(value) == _text(given[0]),
        "TEXT_CONTAINS": lambda value, given: _text(given[0]) in _text(value),
        "TEXT_NOT_CONTAINS": lambda value, given: _text(given[0]) not in _text(value),
        "TEXT_STARTS_WITH": lambda value, given: _text(value).startswith(_text(given[0])),
        "TEXT_ENDS_WITH": lambda value, given: _text(value).endswith(_text(given[0])),
        "NUMBER_EQ": _compare(lambda value, given: value == given),
        "NUMBER_NOT_EQ": _compare(lambda value, given: value != given),
        "NUMBER_GREATER": _compare(lambda value, given: value > given),
        "NUMBER_GREATER_THAN_EQ": _compare(lambda value, given: value >= given),
        "NUMBER_LESS": _compare(lambda value, given: value < given),
        "NUMBER_LESS_THAN_EQ": _compare(lambda value, given: value <= given),
        "NUMBER_BETWEEN": _compare(lambda value, low, high: low <= value <= high),
        "NUMBER_NOT_BETWEEN": _compare(lambda value, low, high: not low <= value <= high),
    }
)
_CUSTOM = "CUSTOM_FORMULA"


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule: where it holds, its condition's kind and operands as typed, and its format."""

    areas: tuple[GridRange, ...]
    kind: str
    operands: tuple[str, ...]
    format: Json

    @property
    def anchor(self) -> tuple[int, int]:
        """The cell that the rule's formulas are written for."""
        return (
            min(area.start_row or 0 for area in self.areas),
            min(area.start_column or 0 for area in self.areas),
        )


class Rules:
    """A tab's conditional formats, ready to be asked about its cells."""

    def __init__(self, tab: Sheet, calculator: Calculator) -> None:
        self._tab = tab
        self._calculator = calculator
        self._rules = [rule for json in tab.conditional_formats if (rule := _rule(json))]

    @property
    def have_formulas(self) -> bool:
        """Whether the looks may change without an edit."""
        return any(operand.startswith("=") for rule in self._rules for operand in rule.operands)

    def columns(self) -> int:
        """How many columns from A on may be painted although their cells are empty."""
        ends = [
            self._tab.bounded(area).end_column or 0
            for rule in self._rules
            for area in rule.areas
            if rule.kind in (_CUSTOM, "BLANK")
        ]
        return max(ends, default=0)

    def touches(self, row: int) -> bool:
        """Whether a rule covers something of that row."""
        return any(
            row in area.rows(self._tab.row_count) for rule in self._rules for area in rule.areas
        )

    def format(self, row: int, column: int, value: Computed) -> dict[str, Any]:
        """What the rules that hold there make of the cell's format; empty when none does."""
        result: dict[str, Any] = {}
        for rule in self._rules:
            if any(area.covers(row, column) for area in rule.areas) and self._holds(
                rule, row, column, value
            ):
                font = {**rule.format.get("textFormat", {}), **result.get("textFormat", {})}
                result = {**rule.format, **result, **({"textFormat": font} if font else {})}
        return result

    def _holds(self, rule: _Rule, row: int, column: int, value: Computed) -> bool:
        operands = [self._operand(rule, operand, row, column) for operand in rule.operands]
        if rule.kind == _CUSTOM:
            return bool(operands) and _is_true(operands[0])
        try:
            return _TESTS[rule.kind](value, operands)
        except (IndexError, TypeError):
            return False  # too few or too many operands: the rule says nothing

    def _worked_out(self, formula: str, view: View) -> Operand:
        try:
            return scalar(evaluate(parse(formula).root, view), view)
        except FormulaError:
            return ErrorValue("ERROR")
        except Failure as failure:
            return failure.error

    def _operand(self, rule: _Rule, operand: str, row: int, column: int) -> Operand:
        if operand.startswith("="):
            anchor_row, anchor_column = rule.anchor
            formula = translated(operand, row - anchor_row, column - anchor_column)
            return self._worked_out(formula, View(self._calculator, self._tab, row, column))
        year = self._calculator.year
        entered = enter(operand, user_entered=True, current_format=None, year=year).value
        return entered if isinstance(entered, str | int | float | bool) else operand


def _is_true(value: Computed) -> bool:
    return value is True or (isinstance(value, int | float) and value != 0)


def _rule(json: Json) -> _Rule | None:
    boolean = json.get("booleanRule") or {}
    condition = boolean.get("condition") or {}
    kind = str(condition.get("type", ""))
    if kind not in _TESTS and kind != _CUSTOM:
        return None
    return _Rule(
        areas=tuple(GridRange.from_json(area) for area in json.get("ranges") or ()),
        kind=kind,
        operands=tuple(
            str(value.get("userEnteredValue", "")) for value in condition.get("values") or ()
        ),
        format=boolean.get("format") or {},
    )
