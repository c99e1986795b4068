"""Adding, changing and deleting named ranges."""

from __future__ import annotations

import re
from typing import Any

from ..a1 import parse_area
from ..areas import area_of
from ..context import Context
from ..errors import GoogleError, invalid
from ..fieldmask import merged
from ..model import Json, Workbook
from ..ranges import GridRange
from ..resources import named_range_json
from .fields import no_such, required, update_mask

MAX_NAME_CHARACTERS = 250
"""Google's documented limit of a range's name."""

_NAME = re.compile(r"[^\W\d]\w*")
_R1C1 = re.compile(r"[Rr][0-9]*[Cc][0-9]*")


def add_named_range(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Adds a named range; an id that the client chose is kept.

    Raises:
        GoogleError: 400 when the name or the id is taken, the name can't be one or the range
            doesn't exist.
    """
    wanted = required(request, "namedRange", place)
    there = _same_name_or_id(context.workbook, wanted) if context.rebasing else None
    if there is not None:
        return {"addNamedRange": {"namedRange": named_range_json(there)}}
    unique = context.behaviour.unique_range_names
    name = _checked_name(context.workbook, wanted.get("name"), place, unique=unique)
    area = _checked_range(context.workbook, wanted, place)
    chosen = wanted.get("namedRangeId") if context.behaviour.chosen_range_ids else None
    range_id = str(chosen or _free_id(context))
    if range_id in context.workbook.named_ranges:
        raise invalid(f"Invalid {place}: A named range with id {range_id} already exists.")
    named = {"namedRangeId": range_id, "name": name, "range": area.to_json()}
    context.workbook.named_ranges[range_id] = named
    return {"addNamedRange": {"namedRange": named_range_json(named)}}


def update_named_range(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Changes a named range's name or range; whatever is backed by it goes along.

    Raises:
        GoogleError: 400 when it doesn't exist, or for the reasons that adding it would have.
    """
    wanted = required(request, "namedRange", place)
    range_id = str(wanted.get("namedRangeId", ""))
    workbook = context.workbook
    named = workbook.named_ranges.get(range_id)
    if named is None:
        raise no_such("NamedRange", range_id, place)
    mask = update_mask(request, "NamedRange", place)
    changed = {**merged(named, wanted, mask), "namedRangeId": range_id}
    changed["name"] = _checked_name(workbook, changed.get("name"), place, besides=range_id)
    if mask.covers("range"):
        area = _checked_range(workbook, changed, place)
        changed["range"] = area.to_json()
        _move_what_it_backs(workbook, range_id, area)
    workbook.named_ranges[range_id] = changed
    return {}


def delete_named_range(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Deletes a named range.

    Raises:
        GoogleError: 400 when it doesn't exist (documented; the words are those of an update).
    """
    range_id = str(request.get("namedRangeId", ""))
    if range_id not in context.workbook.named_ranges:
        if context.rebasing or not context.behaviour.strict_range_deletes:
            return {}
        raise no_such("NamedRange", range_id, place)
    del context.workbook.named_ranges[range_id]
    for sheet in context.workbook:
        for things in (sheet.protected_ranges, sheet.filter_views):
            for key, thing in things.items():
                if thing.get("namedRangeId") == range_id:
                    things[key] = {k: v for k, v in thing.items() if k != "namedRangeId"}
    return {}


def _same_name_or_id(workbook: Workbook, wanted: Json) -> Json | None:
    """The named range that stands where another writer's addition wants to be."""
    name = str(wanted.get("name", "")).casefold()
    for range_id, named in workbook.named_ranges.items():
        if range_id == wanted.get("namedRangeId") or str(named["name"]).casefold() == name:
            return named
    return None


def _free_id(context: Context) -> str:
    while True:
        range_id = context.ids.named_range()
        if range_id not in context.workbook.named_ranges:
            return range_id


def _checked_name(
    workbook: Workbook,
    name: str | None,
    place: str,
    besides: str | None = None,
    *,
    unique: bool = True,
) -> str:
    """A name is made of letters, digits and underscores, doesn't begin with a digit, isn't TRUE
    or FALSE and doesn't read as a cell (documented); the words of a duplicate are measured."""
    if not name or not _can_be_a_name(name):
        raise invalid(f"Invalid {place}: The name of a named range is not valid: {name or ''}")
    folded = name.casefold()
    for range_id, other in workbook.named_ranges.items():
        if unique and range_id != besides and str(other["name"]).casefold() == folded:
            raise _name_taken(name, place)
    return name


def _can_be_a_name(name: str) -> bool:
    return (
        len(name) <= MAX_NAME_CHARACTERS
        and _NAME.fullmatch(name) is not None
        and name.casefold() not in {"true", "false"}
        and _R1C1.fullmatch(name) is None
        and parse_area(name, 0) is None
    )


def _name_taken(name: str, place: str) -> GoogleError:
    verb = "update" if place.endswith("updateNamedRange") else "add"
    return invalid(
        f"Invalid {place}: Cannot {verb} named range with name {name}, "
        "a named range with that name already exists."
    )


def _checked_range(workbook: Workbook, named: Json, place: str) -> GridRange:
    data = named.get("range")
    area_of(workbook, data, place)
    return GridRange.from_json(data or {})


def _move_what_it_backs(workbook: Workbook, range_id: str, area: GridRange) -> None:
    """Protections and filter views that are backed by the name lie where it lies."""
    home = workbook.sheet(area.sheet_id)
    for sheet in workbook:
        for things, kept in (
            (sheet.protected_ranges, home.protected_ranges),
            (sheet.filter_views, home.filter_views),
        ):
            for key, thing in list(things.items()):
                if thing.get("namedRangeId") == range_id:
                    del things[key]
                    kept[key] = {**thing, "range": area.to_json()}
