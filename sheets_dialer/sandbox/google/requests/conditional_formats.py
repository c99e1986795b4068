"""Adding, changing, ordering and deleting conditional formats."""

from __future__ import annotations

from typing import Any

from ..areas import area_of, only_one_of
from ..context import Context
from ..errors import GoogleError, invalid
from ..model import Json, Sheet
from ..ranges import GridRange
from ..resources import with_ranges
from .fields import required


def add_conditional_format_rule(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Puts a rule in the given place, the first unless told otherwise.

    Raises:
        GoogleError: 400 for a rule that can't be one, or an index beyond the rules there are.
    """
    sheet, rule = _checked(context, required(request, "rule", place), place)
    index = int(request.get("index") or 0)
    if not 0 <= index <= len(sheet.conditional_formats):
        raise invalid(f"Invalid {place}: Invalid conditional format index {index}")
    sheet.conditional_formats.insert(index, rule)
    return {}


def update_conditional_format_rule(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Replaces the rule at an index, or moves it to another.

    Raises:
        GoogleError: 400 when there is no such rule, or it isn't clear which of the two is meant.
    """
    only_one_of("instruction", ("rule", "newIndex"), request, place)
    index = int(request.get("index") or 0)
    if request.get("rule") is not None:
        sheet, rule = _checked(context, request["rule"], place)
        old = _rule_at(sheet, index, place)
        sheet.conditional_formats[index] = rule
        reply: dict[str, Any] = {"newRule": with_ranges(rule), "oldRule": with_ranges(old)}
        return {"updateConditionalFormatRule": reply | _index("newIndex", index)}
    if request.get("newIndex") is None:
        raise invalid(f"Invalid {place}: Either rule or newIndex is required.")
    sheet = context.workbook.sheet(int(request.get("sheetId") or 0), request=place)
    rule = dict(_rule_at(sheet, index, place))
    new_index = int(request["newIndex"])
    if not 0 <= new_index < len(sheet.conditional_formats):
        raise invalid(f"Invalid {place}: Invalid conditional format index {new_index}")
    del sheet.conditional_formats[index]
    sheet.conditional_formats.insert(new_index, rule)
    moved = _index("newIndex", new_index) | _index("oldIndex", index)
    return {"updateConditionalFormatRule": {"newRule": with_ranges(rule)} | moved}


def delete_conditional_format_rule(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Deletes the rule at an index; the later ones move up.

    Raises:
        GoogleError: 400 when there is no such rule.
    """
    sheet = context.workbook.sheet(int(request.get("sheetId") or 0), request=place)
    index = int(request.get("index") or 0)
    rule = _rule_at(sheet, index, place)
    del sheet.conditional_formats[index]
    return {"deleteConditionalFormatRule": {"rule": with_ranges(rule)}}


def _index(name: str, index: int) -> dict[str, int]:
    """An index in a reply; one of 0 is left out, as Google leaves out counts of 0 (recorded)."""
    return {name: index} if index else {}


def _rule_at(sheet: Sheet, index: int, place: str) -> Json:
    if not 0 <= index < len(sheet.conditional_formats):
        raise invalid(
            f"Invalid {place}: No conditional format on sheet: {sheet.id} at index: {index}"
        )
    return sheet.conditional_formats[index]


def _checked(context: Context, rule: Json, place: str) -> tuple[Sheet, dict[str, Any]]:
    """The tab and the rule as it is kept."""
    areas = [GridRange.from_json(data) for data in rule.get("ranges") or ()]
    if not areas:
        raise invalid(f"Invalid {place}: A conditional format rule must have at least one range.")
    if len({area.sheet_id for area in areas}) > 1:
        raise invalid(f"Invalid {place}: All the ranges must be on the same grid.")
    sheet = context.workbook.sheet(areas[0].sheet_id, request=place)
    for data in rule["ranges"]:
        area_of(context.workbook, data, place)
    kind = only_one_of("rule", ("booleanRule", "gradientRule"), rule, f"{place}.rule")
    if kind is None:
        raise _incomplete(place, "booleanRule or gradientRule")
    if kind == "booleanRule" and not (rule[kind].get("condition") or {}).get("type"):
        raise _incomplete(place, "booleanRule.condition.type")
    kept = {**rule, "ranges": [area.to_json() for area in areas]}
    if kind == "gradientRule":
        kept["gradientRule"] = _checked_gradient(rule[kind], place)
    return sheet, kept


def _checked_gradient(gradient: Json, place: str) -> dict[str, Any]:
    """The colour scale as it is kept: the least and greatest value lose what was said of them.
    The refusals are Google's words (measured by others)."""
    kept = dict(gradient)
    for name in ("minpoint", "midpoint", "maxpoint"):
        point = gradient.get(name) or {}
        if name == "midpoint" and not point:
            continue
        kind = point.get("type") or "INTERPOLATION_POINT_TYPE_UNSPECIFIED"
        if kind == "INTERPOLATION_POINT_TYPE_UNSPECIFIED":
            raise invalid(f"Invalid {place}: No interpolationPointType specified.")
        if kind in {"MIN", "MAX"}:
            kept[name] = {key: value for key, value in point.items() if key != "value"}
        elif not point.get("value"):
            raise invalid(f"Invalid {place}: InterpolationPoint.value is required.")
    return kept


def _incomplete(place: str, what: str) -> GoogleError:
    return invalid(f"Invalid {place}: A conditional format rule needs {what}.")
