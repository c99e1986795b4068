"""Changing what holds for the whole spreadsheet."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

from ..context import Context
from ..errors import GoogleError, invalid
from ..fieldmask import merged
from ..model import NOTHING, Json
from .fields import update_mask

_READ_ONLY = ("defaultFormat",)
_RECALCULATIONS = {"ON_CHANGE", "MINUTE", "HOUR"}
_LOCALE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
_CUSTOM_ZONE = re.compile(r"GMT[+-][0-9]{2}:[0-9]{2}")


def update_spreadsheet_properties(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Changes title, locale, time zone and the like. The cells' default format is read-only.

    Raises:
        GoogleError: 400 for a value that the field can't have.
    """
    wanted = request.get("properties") or NOTHING
    mask = update_mask(request, "SpreadsheetProperties", place)
    before = context.workbook.properties
    for name in _READ_ONLY:
        if not mask.is_everything and mask.covers(name):
            raise _refused(place, f"{name} is read-only.")
    after = {**merged(before, wanted, mask), **{name: before[name] for name in _READ_ONLY}}
    if mask.covers("title") and not after.get("title"):
        raise _refused(place, "A spreadsheet must have a title.")
    if mask.covers("locale") and not _LOCALE.fullmatch(str(after.get("locale", ""))):
        raise _refused(place, f"Unsupported locale: {after.get('locale', '')}")
    if mask.covers("timeZone") and not _is_zone(str(after.get("timeZone", ""))):
        raise _refused(place, f"Invalid time zone: {after.get('timeZone', '')}")
    if mask.covers("autoRecalc") and after.get("autoRecalc") not in _RECALCULATIONS:
        raise _refused(place, "autoRecalc must be specified.")
    if mask.covers("spreadsheetTheme"):
        after["spreadsheetTheme"] = _checked_theme(before, after, place)
    context.workbook.properties = after
    return {}


def _is_zone(name: str) -> bool:
    if _CUSTOM_ZONE.fullmatch(name):
        return True
    try:
        return bool(ZoneInfo(name).key)
    except (OSError, ValueError, KeyError):
        return False


def _checked_theme(before: Json, after: Json, place: str) -> Json:
    """All colours must be given together (discovery document)."""
    theme: Json = after.get("spreadsheetTheme") or NOTHING
    needed = {pair["colorType"] for pair in before["spreadsheetTheme"]["themeColors"]}
    given = {pair.get("colorType") for pair in theme.get("themeColors") or ()}
    if given != needed:
        raise _refused(place, "All theme color pairs must be provided.")
    return theme


def _refused(place: str, why: str) -> GoogleError:
    return invalid(f"Invalid {place}: {why}")
