"""Which rows a filter hides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from .display import formatted
from .errors import GoogleError, invalid
from .formulas.calculator import Calculator
from .model import Computed, Json, Sheet
from .ranges import GridRange
from .typed import read_typed

RowTest = Callable[[Computed, str], bool]
"""Whether a row stays visible, from a cell's value and from what it shows."""

_NUMBER_TESTS: Mapping[str, Callable[[float, list[float]], bool]] = {
    "NUMBER_GREATER": lambda value, limits: value > limits[0],
    "NUMBER_GREATER_THAN_EQ": lambda value, limits: value >= limits[0],
    "NUMBER_LESS": lambda value, limits: value < limits[0],
    "NUMBER_LESS_THAN_EQ": lambda value, limits: value <= limits[0],
    "NUMBER_EQ": lambda value, limits: value == limits[0],
    "NUMBER_NOT_EQ": lambda value, limits: value != limits[0],
    "NUMBER_BETWEEN": lambda value, limits: limits[0] <= value <= limits[1],
    "NUMBER_NOT_BETWEEN": lambda value, limits: not limits[0] <= value <= limits[1],
}

_TEXT_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "TEXT_CONTAINS": lambda text, wanted: wanted in text,
    "TEXT_NOT_CONTAINS": lambda text, wanted: wanted not in text,
    "TEXT_STARTS_WITH": lambda text, wanted: text.startswith(wanted),
    "TEXT_ENDS_WITH": lambda text, wanted: text.endswith(wanted),
    "TEXT_EQ": lambda text, wanted: text == wanted,
}

_NOT_FOR_FILTERS = frozenset(
    {
        "ONE_OF_LIST",
        "ONE_OF_RANGE",
        "BOOLEAN",
        "TEXT_IS_EMAIL",
        "TEXT_IS_URL",
        "DATE_ON_OR_BEFORE",
        "DATE_ON_OR_AFTER",
        "DATE_BETWEEN",
        "DATE_NOT_BETWEEN",
        "DATE_IS_VALID",
    }
)
"""Conditions that only data validation takes (discovery document)."""


def criteria_by_column(filter_json: Json) -> dict[int, Json]:
    """A filter's criteria; its filterSpecs take precedence over the older map."""
    if filter_json.get("filterSpecs"):
        return {
            int(spec.get("columnIndex") or 0): spec.get("filterCriteria") or {}
            for spec in filter_json["filterSpecs"]
        }
    return {int(column): item for column, item in (filter_json.get("criteria") or {}).items()}


def tests_by_column(filter_json: Json, area: GridRange, place: str) -> dict[int, list[RowTest]]:
    """What each column's cells must pass for a row to stay visible.

    Raises:
        GoogleError: 400 for a column outside the area, and for a condition that Google doesn't
            take in filters or that this sandbox can't judge.
    """
    tests = {}
    for column, criteria in criteria_by_column(filter_json).items():
        if not (area.start_column or 0) <= column < (area.end_column or 0):
            raise invalid(f"Invalid {place}: The filter has no column with index: {column}")
        tests[column] = _tests(criteria, place)
    return tests


def hidden_rows(
    sheet: Sheet,
    area: GridRange,
    tests: Mapping[int, list[RowTest]],
    calculator: Calculator,
) -> list[int]:
    """The rows below the area's first, its header, that fail a test."""
    return [
        row
        for row in area.rows(sheet.row_count)[1:]
        if not all(_passes(sheet, row, column, tests[column], calculator) for column in tests)
    ]


def _passes(
    sheet: Sheet, row: int, column: int, tests: list[RowTest], calculator: Calculator
) -> bool:
    value = calculator.value(sheet, row, column)
    number_format = (sheet.cell(row, column).format or {}).get("numberFormat")
    shown = "" if value is None else formatted(value, number_format)
    return all(test(value, shown) for test in tests)


def _tests(criteria: Json, place: str) -> list[RowTest]:
    tests: list[RowTest] = []
    if any(name.startswith("visible") and criteria[name] is not None for name in criteria):
        raise invalid(f"Invalid {place}: Filtering by colour is not emulated by this sandbox.")
    hidden = frozenset(criteria.get("hiddenValues") or ())
    if hidden:
        tests.append(lambda _value, shown: shown not in hidden)
    condition = criteria.get("condition")
    if condition:
        tests.append(_condition_test(condition, place))
    return tests


def _condition_test(condition: Json, place: str) -> RowTest:
    kind = condition.get("type", "")
    wanted = [str(item.get("userEnteredValue", "")) for item in condition.get("values") or ()]
    if kind == "BLANK":
        return lambda _value, shown: shown == ""
    if kind == "NOT_BLANK":
        return lambda _value, shown: shown != ""
    if kind in _TEXT_TESTS:
        _check_count(kind, wanted, 1, place)
        text_test, text = _TEXT_TESTS[kind], wanted[0].casefold()
        return lambda _value, shown: text_test(shown.casefold(), text)
    if kind in _NUMBER_TESTS:
        _check_count(kind, wanted, 2 if kind.endswith("BETWEEN") else 1, place)
        number_test, limits = _NUMBER_TESTS[kind], [_number(text, place) for text in wanted]
        return lambda value, _shown: _is_number(value) and number_test(value, limits)
    if kind in _NOT_FOR_FILTERS:
        raise invalid(f"Invalid {place}: ConditionType '{kind}' is not supported in filters.")
    raise invalid(
        f"Invalid {place}: Filtering by the condition {kind} is not emulated by this sandbox."
    )


def _check_count(kind: str, values: list[str], count: int, place: str) -> None:
    if len(values) != count:
        raise wrong_count(kind, count, len(values), place)


def wrong_count(kind: str, expected: int, found: int, place: str) -> GoogleError:
    """The 400 for a condition with too many or too few values (the words are ours)."""
    return invalid(
        f"Invalid {place}: ConditionType '{kind}' requires {expected} ConditionValues, "
        f"but {found} were given."
    )


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(text: str, place: str) -> float:
    value = read_typed(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(f"Invalid {place}: The condition's value must be a number: {text}")
    return value
