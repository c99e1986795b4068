"""setDataValidation: rules on what cells should hold."""

from __future__ import annotations

from typing import Any

from ..a1 import parse_range
from ..areas import editable_area
from ..context import Context
from ..errors import GoogleError, invalid
from ..filtering import wrong_count
from ..model import EMPTY, Cell, Json, Workbook

_VALUE_COUNTS = {
    "NUMBER_GREATER": (1, 1),
    "NUMBER_GREATER_THAN_EQ": (1, 1),
    "NUMBER_LESS": (1, 1),
    "NUMBER_LESS_THAN_EQ": (1, 1),
    "NUMBER_EQ": (1, 1),
    "NUMBER_NOT_EQ": (1, 1),
    "NUMBER_BETWEEN": (2, 2),
    "NUMBER_NOT_BETWEEN": (2, 2),
    "TEXT_CONTAINS": (1, 1),
    "TEXT_NOT_CONTAINS": (1, 1),
    "TEXT_EQ": (1, 1),
    "TEXT_IS_EMAIL": (0, 0),
    "TEXT_IS_URL": (0, 0),
    "DATE_EQ": (1, 1),
    "DATE_BEFORE": (1, 1),
    "DATE_AFTER": (1, 1),
    "DATE_ON_OR_BEFORE": (1, 1),
    "DATE_ON_OR_AFTER": (1, 1),
    "DATE_BETWEEN": (2, 2),
    "DATE_NOT_BETWEEN": (2, 2),
    "DATE_IS_VALID": (0, 0),
    "ONE_OF_RANGE": (1, 1),
    "ONE_OF_LIST": (1, 500),
    "CUSTOM_FORMULA": (1, 1),
    "BOOLEAN": (0, 2),
}
"""The conditions that data validation takes, and how many values each has at least and at most
(discovery document)."""


def set_data_validation(context: Context, request: Json, place: str) -> dict[str, Json]:
    """Gives every cell of a range a rule, or none when the request has none.

    The API itself never refuses values that break a rule, strict or not: rules guide people.
    Rows that a filter hides are left out unless `filteredRowsIncluded` (discovery document).

    Raises:
        GoogleError: 400 when the range or the rule makes no sense or cells are protected.
    """
    sheet, area = editable_area(context, request.get("range"), place)
    wanted = request.get("rule")
    rule = checked_rule(context.workbook, wanted, place) if wanted else None
    for row in area.rows(sheet.row_count):
        if sheet.row_properties[row].get("hiddenByFilter") and not request.get(
            "filteredRowsIncluded"
        ):
            continue
        old = sheet.rows[row]
        columns = area.columns(sheet.column_count if rule else len(old))
        cells = {}
        for column in columns:
            cell = old[column] if column < len(old) else EMPTY
            cells[column] = Cell(cell.value, cell.format, cell.note, rule)
        sheet.set_cells(row, cells)
    return {}


def checked_rule(workbook: Workbook, rule: Json, place: str) -> dict[str, Any]:
    """The rule as Google keeps it: flags that are off and empty messages are left out.

    Raises:
        GoogleError: 400 when its condition isn't one that data validation takes.
    """
    condition = rule.get("condition") or {}
    kind = condition.get("type")
    if kind is None:
        raise invalid(f"Invalid {place}: The rule has no condition type.")
    if kind not in _VALUE_COUNTS:
        raise invalid(
            f"Invalid {place}: ConditionType '{kind}' is not supported in data validation."
        )
    values = condition.get("values") or []
    least, most = _VALUE_COUNTS[kind]
    if not least <= len(values) <= most:
        raise wrong_count(kind, least, len(values), place)
    if any(value.get("relativeDate") for value in values):
        raise invalid(f"Invalid {place}: Relative dates are not supported in data validation.")
    if kind == "ONE_OF_RANGE":
        _check_range(workbook, str(values[0].get("userEnteredValue", "")), place)
    kept: dict[str, Any] = {"condition": {"type": kind}}
    if values:
        kept["condition"]["values"] = values
    return kept | {
        name: rule[name] for name in ("inputMessage", "strict", "showCustomUi") if rule.get(name)
    }


def _check_range(workbook: Workbook, text: str, place: str) -> None:
    try:
        parse_range(workbook, text.removeprefix("="))
    except GoogleError as error:
        raise invalid(f"Invalid {place}: {error.message}") from error
