"""A tab's charts as the page draws them: titles, places, and the numbers behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .google.display import formatted
from .google.formulas.calculator import Calculator
from .google.model import Computed, Json, Sheet
from .google.ranges import GridRange


def charts_json(tab: Sheet, calculator: Calculator) -> list[dict[str, Any]]:
    """All charts of a tab. Bars, columns and lines come with what they draw; other kinds only with
    their title and place."""
    return [_chart_json(chart, tab, calculator) for chart in tab.charts.values()]


def _chart_json(chart: Json, tab: Sheet, calculator: Calculator) -> dict[str, Any]:
    spec, place = chart["spec"], chart["position"].get("overlayPosition") or {}
    anchor = place.get("anchorCell") or {}
    answer = {
        "title": spec.get("title", ""),
        "row": int(anchor.get("rowIndex") or 0),
        "column": int(anchor.get("columnIndex") or 0),
        "left": place.get("offsetXPixels", 0),
        "top": place.get("offsetYPixels", 0),
        "width": place.get("widthPixels"),
        "height": place.get("heightPixels"),
    }
    basic = spec.get("basicChart")
    if basic is None:
        return answer
    headers = int(basic.get("headerCount") or 0)
    domains = basic.get("domains") or ()
    labels = _texts(domains[0].get("domain") or {}, tab, calculator) if domains else []
    return answer | {
        "kind": basic.get("chartType", ""),
        "axes": {
            str(axis.get("position")): axis.get("title", "") for axis in basic.get("axis") or ()
        },
        "labels": labels[headers:],
        "series": [_series(series, basic, headers, tab, calculator) for series in basic["series"]],
    }


def _series(
    series: Json, basic: Json, headers: int, tab: Sheet, calculator: Calculator
) -> dict[str, Any]:
    data = series.get("series") or {}
    values = [value for _, _, value in _cells(data, tab, calculator)]
    return {
        "name": " ".join(_texts(data, tab, calculator)[:headers]),
        "kind": series.get("type") or basic.get("chartType", ""),
        "axis": series.get("targetAxis", ""),
        "values": [_number(value) for value in values[headers:]],
    }


def _number(value: Computed) -> int | float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number else None  # type: ignore[return-value]  # seen just before


def _texts(data: Json, tab: Sheet, calculator: Calculator) -> list[str]:
    return [
        "" if value is None else formatted(value, calculator.number_format(tab, row, column))
        for row, column, value in _cells(data, tab, calculator)
    ]


def _cells(data: Json, tab: Sheet, calculator: Calculator) -> list[tuple[int, int, Computed]]:
    """The cells of a series in order, as far as they stand on the chart's own tab."""
    source = data.get("sourceRange") or {}
    areas = [_area(each, tab) for each in source.get("sources") or ()]
    return [
        (row, column, calculator.value(tab, row, column))
        for area in areas
        if area is not None
        for row in area.rows(tab.row_count)
        for column in area.columns(tab.column_count)
    ]


def _area(source: Mapping[str, Any], tab: Sheet) -> GridRange | None:
    area = GridRange.from_json(source)
    return tab.bounded(area) if area.sheet_id == tab.id else None
