"""The tab's own filter and people's filter views."""

from __future__ import annotations

from typing import Any

from ..areas import area_of, not_emulated
from ..context import Context
from ..errors import invalid
from ..fieldmask import merged
from ..filtering import criteria_by_column, hidden_rows, tests_by_column
from ..merges import check_none_is_vertical
from ..model import Json, Sheet
from ..ranges import GridRange
from .fields import chosen_number, no_such, required, update_mask
from .sorting import check_specs, sort_rows

_PLACES = ("range", "namedRangeId", "tableId")


def set_basic_filter(context: Context, request: Json, place: str) -> dict[str, Json]:
    """Puts a filter on a tab in place of the one that it has: sorts the rows below the header by
    the filter's sort specs and hides those that its criteria leave out.

    Raises:
        GoogleError: 400 when the range or a criterion makes no sense.
    """
    wanted = required(request, "filter", place)
    _check_one_place(wanted, place)
    sheet, area = _filtered_area(context, wanted, place)
    tests = tests_by_column(wanted, area, place)
    specs = wanted.get("sortSpecs") or []
    check_specs(specs, area, place)
    check_none_is_vertical(sheet, area, place, "create a filter over")
    _show_all(sheet)
    if specs:
        below_header = (area.start_row or 0) + 1
        body = GridRange(sheet.id, below_header, area.end_row, area.start_column, area.end_column)
        sort_rows(context, sheet, body, specs)
    calculator = context.calculator()
    for row in hidden_rows(sheet, area, tests, calculator):
        sheet.row_properties[row] = {**sheet.row_properties[row], "hiddenByFilter": True}
    sheet.basic_filter = {"range": area.to_json(), **_specs_json(wanted)}
    return {}


def clear_basic_filter(context: Context, request: Json, place: str) -> dict[str, Json]:
    """Takes the filter off a tab, if it has one, and shows the rows that it hid.

    Raises:
        GoogleError: 400 when there is no such tab.
    """
    sheet = context.workbook.sheet(int(request.get("sheetId") or 0), request=place)
    sheet.basic_filter = None
    _show_all(sheet)
    return {}


def add_filter_view(context: Context, request: Json, place: str) -> dict[str, Json]:
    """Adds a filter view; an id that the client chose is kept. A view hides rows only from
    people who look through it, so values and sorting don't notice it.

    Raises:
        GoogleError: 400 when the id is taken or the range or a criterion makes no sense.
    """
    wanted = required(request, "filter", place)
    _check_one_place(wanted, place)
    sheet, area = _filtered_area(context, wanted, place)
    taken = {view_id for one in context.workbook for view_id in one.filter_views}
    view_id = chosen_number(wanted.get("filterViewId") or None, taken, context.ids.number)
    if view_id is None:
        raise invalid(
            f"Invalid {place}: A filter view with id {wanted['filterViewId']} already exists."
        )
    title = wanted.get("title") or _free_title(sheet)
    view = _view_json({**wanted, "filterViewId": view_id, "title": title}, area, place)
    sheet.filter_views[view_id] = view
    return {"addFilterView": {"filter": view}}


def duplicate_filter_view(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Adds a filter view like another one of the same tab, under a name of its own.

    Raises:
        GoogleError: 400 when that doesn't exist.
    """
    view_id = int(request.get("filterId") or 0)
    sheet = _sheet_with_view(context, view_id, place)
    taken = {known for one in context.workbook for known in one.filter_views}
    new_id = chosen_number(None, taken, context.ids.number)
    assert new_id is not None
    titles = {view["title"] for view in sheet.filter_views.values()}
    title = base = f"Copy of {sheet.filter_views[view_id]['title']}"
    number = 2
    while title in titles:
        title, number = f"{base} {number}", number + 1
    view = {**sheet.filter_views[view_id], "filterViewId": new_id, "title": title}
    sheet.filter_views[new_id] = view
    return {"duplicateFilterView": {"filter": view}}


def update_filter_view(context: Context, request: Json, place: str) -> dict[str, Json]:
    """Changes the fields in the mask of a filter view.

    Raises:
        GoogleError: 400 when it doesn't exist, or for the reasons that adding it would have.
    """
    wanted = required(request, "filter", place)
    view_id = int(wanted.get("filterViewId") or 0)
    sheet = _sheet_with_view(context, view_id, place)
    mask = update_mask(request, "FilterView", place)
    changed = merged(sheet.filter_views[view_id], wanted, mask)
    if mask.covers("criteria") and not mask.covers("filterSpecs"):
        changed.pop("filterSpecs", None)
    if mask.covers("range") and not mask.covers("namedRangeId"):
        changed.pop("namedRangeId", None)
    if mask.covers("namedRangeId") and not mask.covers("range"):
        changed.pop("range", None)
    now_on, area = _filtered_area(context, changed, place)
    changed |= {"filterViewId": view_id, "title": changed.get("title") or _free_title(now_on)}
    view = _view_json(changed, area, place)
    if now_on is not sheet:
        del sheet.filter_views[view_id]
    now_on.filter_views[view_id] = view
    return {}


def delete_filter_view(context: Context, request: Json, place: str) -> dict[str, Json]:
    """Deletes a filter view.

    Raises:
        GoogleError: 400 when it doesn't exist.
    """
    view_id = int(request.get("filterId") or 0)
    del _sheet_with_view(context, view_id, place).filter_views[view_id]
    return {}


def _check_one_place(wanted: Json, place: str) -> None:
    if len([name for name in _PLACES if wanted.get(name) is not None]) > 1:
        raise invalid(f"Invalid {place}: Only one of {', '.join(_PLACES)} may be set.")


def _filtered_area(context: Context, wanted: Json, place: str) -> tuple[Sheet, GridRange]:
    """The filter's tab and closed area, given as such or through a named range."""
    if wanted.get("tableId") is not None:
        raise not_emulated(place, "Filtering a table")
    range_json = wanted.get("range")
    name_id = wanted.get("namedRangeId")
    if range_json is None and name_id is not None:
        named = context.workbook.named_ranges.get(str(name_id))
        if named is None or "range" not in named:
            raise no_such("named range", str(name_id), place)
        range_json = named["range"]
    return area_of(context.workbook, range_json, place)


def _view_json(wanted: Json, area: GridRange, place: str) -> dict[str, Any]:
    tests_by_column(wanted, area, place)
    check_specs(wanted.get("sortSpecs") or [], area, place)
    view = {
        "filterViewId": wanted["filterViewId"],
        "title": wanted["title"],
        "range": area.to_json(),
    }
    if wanted.get("namedRangeId") is not None:
        view["namedRangeId"] = wanted["namedRangeId"]
    return view | _specs_json(wanted)


def _specs_json(wanted: Json) -> dict[str, Any]:
    """Sort specs and criteria as Google answers them: the latter in both forms."""
    answer: dict[str, Any] = {}
    if wanted.get("sortSpecs"):
        answer["sortSpecs"] = wanted["sortSpecs"]
    criteria = criteria_by_column(wanted)
    if criteria:
        answer["criteria"] = {str(column): one for column, one in criteria.items()}
        answer["filterSpecs"] = [
            {"columnIndex": column, "filterCriteria": one} for column, one in criteria.items()
        ]
    return answer


def _show_all(sheet: Sheet) -> None:
    for row, properties in enumerate(sheet.row_properties):
        if "hiddenByFilter" in properties:
            sheet.row_properties[row] = {
                key: value for key, value in properties.items() if key != "hiddenByFilter"
            }


def _free_title(sheet: Sheet) -> str:
    titles = {view.get("title") for view in sheet.filter_views.values()}
    number = 1
    while f"Filter {number}" in titles:
        number += 1
    return f"Filter {number}"


def _sheet_with_view(context: Context, view_id: int, place: str) -> Sheet:
    for sheet in context.workbook:
        if view_id in sheet.filter_views:
            return sheet
    raise no_such("filter view", view_id, place)
