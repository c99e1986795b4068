"""Adding, changing and deleting charts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..appearance import with_twins
from ..areas import area_of, coordinate_of, not_emulated, only_one_of
from ..context import Context
from ..errors import invalid
from ..model import Json
from .fields import chosen_number, no_such, required

_KINDS = (
    "basicChart",
    "pieChart",
    "bubbleChart",
    "candlestickChart",
    "orgChart",
    "histogramChart",
    "waterfallChart",
    "treemapChart",
    "scorecardChart",
)
DEFAULT_WIDTH, DEFAULT_HEIGHT = 600, 371
"""Pixels of a chart whose size isn't given (discovery document)."""


def add_chart(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Lays a chart over a tab; an id that the client chose is kept.

    Raises:
        GoogleError: 400 when the id is taken, the chart draws nothing that exists, or it is to
            stand on a tab of its own, which isn't emulated.
    """
    wanted = required(request, "chart", place)
    taken = {number for sheet in context.workbook for number in sheet.charts}
    number = chosen_number(wanted.get("chartId"), taken, context.ids.number)
    if number is None:
        raise invalid(f"Invalid {place}: An object with id {wanted['chartId']} already exists.")
    position = wanted.get("position") or {}
    if position.get("newSheet") or position.get("sheetId") is not None:
        raise not_emulated(place, "A chart on a sheet of its own")
    overlay = position.get("overlayPosition") or {}
    sheet, row, column = coordinate_of(context.workbook, overlay.get("anchorCell") or {}, place)
    spec = _checked_spec(context, required(wanted, "spec", place), place)
    anchor = {"sheetId": sheet.id, "rowIndex": row, "columnIndex": column}
    chart: dict[str, Any] = {
        "chartId": number,
        "spec": spec,
        "position": {
            "overlayPosition": {
                "anchorCell": {name: value for name, value in anchor.items() if value},
                **{
                    name: overlay[name]
                    for name in ("offsetXPixels", "offsetYPixels")
                    if overlay.get(name)
                },
                "widthPixels": overlay.get("widthPixels") or DEFAULT_WIDTH,
                "heightPixels": overlay.get("heightPixels") or DEFAULT_HEIGHT,
            }
        },
    }
    if wanted.get("border"):
        chart["border"] = wanted["border"]
    sheet.charts[number] = chart
    return {"addChart": {"chart": with_twins(chart)}}


def update_chart_spec(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Gives a chart another specification; place and size stay.

    Raises:
        GoogleError: 400 when there is no such chart, or it would draw nothing that exists.
    """
    number = int(request.get("chartId") or 0)
    for sheet in context.workbook:
        chart = sheet.charts.get(number)
        if chart is not None:
            spec = _checked_spec(context, required(request, "spec", place), place)
            sheet.charts[number] = {**chart, "spec": spec}
            return {}
    raise no_such("chart", number, place)


def delete_embedded_object(context: Context, request: Json, place: str) -> dict[str, Any]:
    """Deletes a chart.

    Raises:
        GoogleError: 400 when there is no object of this id.
    """
    number = int(request.get("objectId") or 0)
    for sheet in context.workbook:
        if number in sheet.charts:
            del sheet.charts[number]
            return {}
    raise no_such("embedded object", number, place)


def _checked_spec(context: Context, spec: Json, place: str) -> dict[str, Any]:
    """The specification as it is kept, with what Google fills in. Its ranges must exist."""
    if only_one_of("chart", _KINDS, spec, f"{place}.spec") is None:
        raise invalid(f"Invalid {place}: The chart has no type: one of {', '.join(_KINDS)}.")
    for data in _sources(spec):
        area_of(context.workbook, data, place)
    return {
        "hiddenDimensionStrategy": "SKIP_HIDDEN_ROWS_AND_COLUMNS",
        "fontName": "Roboto",
        **spec,
    }


def _sources(spec: Any) -> Iterator[Json]:
    """Every range that the chart draws."""
    if isinstance(spec, Mapping):
        for key, value in spec.items():
            if key == "sources":
                yield from value
            else:
                yield from _sources(value)
    elif isinstance(spec, list):
        for item in spec:
            yield from _sources(item)
