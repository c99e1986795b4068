"""A tab's copy: everything that pointed to the original's cells points to its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..context import Context
from ..model import Json, Sheet


def copied(context: Context, source: Sheet, properties: Json) -> Sheet:
    """The copy, with the given properties. Filters and charts get ids of their own; protections
    stay behind, as in the editor."""
    copy = source.draft()
    copy.properties = properties
    # Whether Google copies developer metadata isn't known; here it stays behind.
    copy.developer_metadata = []
    for lines in (copy.row_properties, copy.column_properties):
        for index, line in enumerate(lines):
            if "developerMetadata" in line:
                lines[index] = {key: line[key] for key in line if key != "developerMetadata"}
    copy.protected_ranges = {}
    copy.conditional_formats = [_here(rule, source, copy) for rule in source.conditional_formats]
    if source.basic_filter is not None:
        copy.basic_filter = _here(source.basic_filter, source, copy)
    copy.filter_views = {}
    for view in source.filter_views.values():
        number = _free(context.ids.number, copy.filter_views, context)
        unnamed = {key: value for key, value in view.items() if key != "namedRangeId"}
        copy.filter_views[number] = {**_here(unnamed, source, copy), "filterViewId": number}
    copy.tables = {}
    copy.merges = [_laid_here(area, source, copy) for area in source.merges]
    copy.charts = {}
    for chart in source.charts.values():
        number = _free(context.ids.number, copy.charts, context)
        copy.charts[number] = {**_here(chart, source, copy), "chartId": number}
    return copy


def _free(mint: Callable[[], int], mine: Mapping[int, Json], context: Context) -> int:
    while True:
        number = mint()
        taken = any(
            number in sheet.charts or number in sheet.filter_views for sheet in context.workbook
        )
        if not taken and number not in mine:
            return number


def _here(thing: Any, source: Sheet, copy: Sheet) -> Any:
    """The JSON with every range and anchor that lies on the original laid on the copy."""
    if isinstance(thing, list):
        return [_here(item, source, copy) for item in thing]
    if not isinstance(thing, Mapping):
        return thing
    return {
        key: _laid_here(value, source, copy)
        if key in {"range", "anchorCell"}
        else [_laid_here(area, source, copy) for area in value]
        if key in {"ranges", "sources"}
        else _here(value, source, copy)
        for key, value in thing.items()
    }


def _laid_here(area: Json, source: Sheet, copy: Sheet) -> Json:
    if int(area.get("sheetId") or 0) != source.id:
        return area
    sides = {key: value for key, value in area.items() if key != "sheetId"}
    return {"sheetId": copy.id, **sides} if copy.id else sides
