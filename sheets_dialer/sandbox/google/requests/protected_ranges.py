"""Adding, changing and lifting protection."""

from __future__ import annotations

from typing import Any

from ..areas import area_of, not_emulated, only_one_of
from ..context import Context
from ..errors import GoogleError, invalid
from ..fieldmask import merged
from ..model import Json, Sheet
from ..protection import REFUSAL
from ..ranges import GridRange
from ..resources import may_edit_protected, protected_range_json
from .fields import chosen_number, no_such, required, update_mask


def add_protected_range(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Protects a range, a named range or, by a range without sides, a whole tab.

    What is read-only in the request (`requestingUserCanEdit`) is ignored (recorded).

    Raises:
        GoogleError: 400 when the id is taken, the range doesn't exist, or the editors make no
            sense.
    """
    wanted = required(request, "protectedRange", place)
    only_one_of("type", ("range", "namedRangeId", "tableId"), wanted, f"{place}.protectedRange")
    taken = {number for sheet in context.workbook for number in sheet.protected_ranges}
    number = chosen_number(wanted.get("protectedRangeId"), taken, context.ids.number)
    if number is None:
        raise invalid(
            f"Invalid {place}: A protected range with id {wanted['protectedRangeId']} "
            "already exists."
        )
    editors = _checked_editors(context, wanted, place)
    content = {**wanted, "protectedRangeId": number, "editors": editors}
    sheet, protected = _checked(context, content, place)
    sheet.protected_ranges[number] = protected
    reply = protected_range_json(protected, context.account, context.owner, just_added=True)
    return {"addProtectedRange": {"protectedRange": reply}}


def update_protected_range(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Changes a protected range.

    Raises:
        GoogleError: 400 when it doesn't exist, the caller isn't among its editors, or for the
            reasons that adding it would have.
    """
    wanted = required(request, "protectedRange", place)
    home, protected = _editable(context, wanted.get("protectedRangeId"), place)
    mask = update_mask(request, "ProtectedRange", place)
    number = protected["protectedRangeId"]
    changed = {**merged(protected, wanted, mask), "protectedRangeId": number}
    if mask.covers("range") and not mask.covers("namedRangeId"):
        changed.pop("namedRangeId", None)
    if mask.covers("namedRangeId") and changed.get("namedRangeId"):
        changed.pop("range", None)
    if not mask.covers("editors") and changed.get("warningOnly"):
        changed.pop("editors", None)
    if mask.covers("editors") or bool(changed.get("warningOnly")) or not changed.get("editors"):
        changed["editors"] = _checked_editors(context, changed, place)
    sheet, checked = _checked(context, changed, place)
    if sheet is not home:
        del home.protected_ranges[number]
    sheet.protected_ranges[number] = checked
    return {}


def delete_protected_range(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Lifts a protection.

    Raises:
        GoogleError: 400 when there is none of this id, or the caller isn't among its editors.
    """
    home, protected = _editable(context, request.get("protectedRangeId"), place)
    del home.protected_ranges[protected["protectedRangeId"]]
    return {}


def _editable(context: Context, number: Any, place: str) -> tuple[Sheet, Json]:
    wanted = int(number or 0)
    for sheet in context.workbook:
        protected = sheet.protected_ranges.get(wanted)
        if protected is not None:
            if not may_edit_protected(protected, context.account, context.owner):
                raise invalid(f"Invalid {place}: {REFUSAL}")
            return sheet, protected
    raise no_such("protected range", wanted, place)


def _checked(context: Context, wanted: Json, place: str) -> tuple[Sheet, dict[str, Any]]:
    """The tab and the protected range as it is kept."""
    if wanted.get("tableId"):
        raise not_emulated(place, "tableId")
    data = wanted.get("range")
    named_id = wanted.get("namedRangeId")
    if named_id and data is None:
        named = context.workbook.named_ranges.get(str(named_id))
        if named is None or "range" not in named:
            raise no_such("named range", named_id, place)
        data = named["range"]
    sheet, _ = area_of(context.workbook, data, place)
    area = GridRange.from_json(data or {})
    protected: dict[str, Any] = {
        "protectedRangeId": wanted["protectedRangeId"],
        "range": area.to_json(),
    }
    for name in ("namedRangeId", "description", "warningOnly", "editors"):
        if wanted.get(name):
            protected[name] = wanted[name]
    if wanted.get("unprotectedRanges"):
        protected["unprotectedRanges"] = _checked_openings(context, area, wanted, place)
    return sheet, protected


def _checked_openings(
    context: Context, area: GridRange, wanted: Json, place: str
) -> list[dict[str, Any]]:
    if area != GridRange(area.sheet_id):
        raise invalid(
            f"Invalid {place}: Unprotected ranges are only supported on protected sheets."
        )
    openings = []
    for data in wanted["unprotectedRanges"]:
        opening = GridRange.from_json(data)
        if opening.sheet_id != area.sheet_id:
            raise invalid(f"Invalid {place}: An unprotected range must be on the protected sheet.")
        area_of(context.workbook, data, place)
        openings.append(opening.to_json())
    return openings


def _checked_editors(context: Context, wanted: Json, place: str) -> dict[str, Any]:
    """Who may edit the range besides the owner.

    Where nobody is named it is everyone who may edit the spreadsheet (discovery document); where
    somebody is, the caller must be too. A warning has no editors. (The words of both refusals
    were reported by users of the real service.)
    """
    editors = wanted.get("editors")
    given = {name: value for name, value in (editors or {}).items() if value}
    users = [str(user) for user in given.get("users", ())]
    if wanted.get("warningOnly"):
        if users or given.get("groups"):
            raise _refused(place, "ProtectedRange is warningOnly. Editors cannot be set on it.")
        return {}
    if editors is None:
        return {"users": [context.owner, *(e for e in context.editors if e != context.owner)]}
    known = {user.casefold() for user in (context.account, context.owner, *context.editors)}
    for user in users:
        if user.casefold() not in known:
            raise _refused(place, f"{user} has no edit access to the spreadsheet.")
    is_named = context.account.casefold() in {user.casefold() for user in users}
    if not is_named and context.account != context.owner:
        raise _refused(place, "You can't remove yourself as an editor.")
    return given


def _refused(place: str, why: str) -> GoogleError:
    return invalid(f"Invalid {place}: {why}")
