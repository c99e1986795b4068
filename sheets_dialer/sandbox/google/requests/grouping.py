"""addDimensionGroup, deleteDimensionGroup and updateDimensionGroup."""

from __future__ import annotations

from typing import Any

from ..context import Context
from ..errors import invalid
from ..groups import depths_of, group_json, groups_of, regroup, set_groups
from ..model import NOTHING, Json
from .fields import required, update_mask
from .lines import Lines, existing_lines

DEEPEST = 8
"""How deep groups may nest (Google's documented limit in the editor)."""


def add_dimension_group(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Groups rows or columns; what was grouped already lies one deeper.

    Raises:
        GoogleError: 400 when they don't exist or would lie too deep.
    """
    lines = existing_lines(context, request.get("range"), place)
    depths = depths_of(lines.sheet, lines.dimension)
    for index in range(lines.start, lines.last):
        depths[index] += 1
    if max(depths[lines.start : lines.last]) > DEEPEST:
        raise invalid(f"Invalid {place}: Groups can't be nested deeper than {DEEPEST}.")
    regroup(lines.sheet, lines.dimension, depths)
    return {"addDimensionGroup": _all(lines)}


def delete_dimension_group(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Takes one level of grouping off rows or columns.

    Raises:
        GoogleError: 400 when they don't exist or aren't grouped; the words are ours.
    """
    lines = existing_lines(context, request.get("range"), place)
    depths = depths_of(lines.sheet, lines.dimension)
    if not any(depths[lines.start : lines.last]):
        raise invalid(f"Invalid {place}: There is no group over the range.")
    for index in range(lines.start, lines.last):
        depths[index] = max(0, depths[index] - 1)
    regroup(lines.sheet, lines.dimension, depths)
    return {"deleteDimensionGroup": _all(lines)}


def update_dimension_group(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Collapses or expands a group, which hides or shows all of its lines.

    Raises:
        GoogleError: 400 when there is no group of that range and depth.
    """
    wanted = required(request, "dimensionGroup", place)
    mask = update_mask(request, "DimensionGroup", place)
    lines = existing_lines(context, wanted.get("range"), place)
    groups = list(groups_of(lines.sheet, lines.dimension))
    sought = (lines.start, lines.last, int(wanted.get("depth") or 0))
    places = [(group["start"], group["end"], group["depth"]) for group in groups]
    if sought not in places:
        raise invalid(f"Invalid {place}: There is no group of this range and depth.")
    if mask.covers("collapsed"):
        collapsed = bool(wanted.get("collapsed"))
        index = places.index(sought)
        groups[index] = {**groups[index], "collapsed": collapsed}
        set_groups(lines.sheet, lines.dimension, groups)
        _hide(lines, hidden=collapsed)
    return {}


def _hide(lines: Lines, *, hidden: bool) -> None:
    sheet = lines.sheet
    properties = sheet.row_properties if lines.dimension == "ROWS" else sheet.column_properties
    for index in range(lines.start, lines.last):
        kept = {key: value for key, value in properties[index].items() if key != "hiddenByUser"}
        if hidden:
            kept["hiddenByUser"] = True
        properties[index] = kept or NOTHING


def _all(lines: Lines) -> dict[str, Any]:
    groups = groups_of(lines.sheet, lines.dimension)
    found = [group_json(lines.sheet, lines.dimension, group) for group in groups]
    return {"dimensionGroups": found} if found else {}
