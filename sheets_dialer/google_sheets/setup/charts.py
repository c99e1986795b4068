"""The control tab's charts, over the rows that the dialer fills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...tabs.control_tab import (
    ANSWER_PREFIX,
    ANSWERS,
    CALLS_PREFIX,
    HOURS,
    RATE_PREFIX,
    STATUS_PREFIX,
)
from ...tabs.status import STATUSES
from ...texts import say
from .making import Making
from .memory import stable_id

_WIDTH, _HEIGHT = 620, 340
_ROWS_APART = 18
_LEFT, _RIGHT, _BOTTOM = "LEFT_AXIS", "RIGHT_AXIS", "BOTTOM_AXIS"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What of a campaign's column a chart draws: the labels of the rows, how, along which axis."""

    labels: Sequence[str]
    axis: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class _Chart:
    """One chart; its first `drawn` gives the names along the domain's axis."""

    name: str
    kind: str
    axes: Mapping[str, str]
    drawn: Sequence[_Drawn]


_CHARTS = (
    _Chart(
        "outcomes",
        "BAR",
        {},
        [_Drawn([STATUS_PREFIX + status for status in STATUSES], _BOTTOM)],
    ),
    _Chart(
        "answers",
        "BAR",
        {},
        [_Drawn([ANSWER_PREFIX + answer for answer in ANSWERS.values()], _BOTTOM)],
    ),
    _Chart(
        "hours",
        "COMBO",
        {_LEFT: "chart_axis_calls", _RIGHT: "chart_axis_rate"},
        [
            _Drawn([CALLS_PREFIX + hour for hour in HOURS], _LEFT, "COLUMN"),
            _Drawn([RATE_PREFIX + hour for hour in HOURS], _RIGHT, "LINE"),
        ],
    ),
)


def make_charts(making: Making, rows: Mapping[str, int], fresh: set[str], column: int) -> None:
    """Adds the charts where they weren't made yet, and a further campaign's column to those that
    are there. A chart that people deleted stays deleted; one whose rows were deleted is drawn
    anew over the new ones."""
    looks = making.looks
    had = making.memory.has_made("series", column, before=True)
    for at, chart in enumerate(_CHARTS):
        number = stable_id(making.tab.id, chart.name)
        there = making.tab.comforts.charts.get(number)
        # Before, one part stood for all of the charts.
        series = f"series {chart.name}"
        is_new = not had and looks.once(series, column)
        lost = any(label in fresh for drawn in chart.drawn for label in drawn.labels)
        if looks.once(f"chart {chart.name}", again=lost and there is not None):
            columns = [
                each
                for each in range(1, making.tab.grid.columns)
                if making.memory.has_made("series", each) or making.memory.has_made(series, each)
            ]
            spec = _spec(making.tab.id, chart, rows, columns or [column])
            if there is not None:
                looks.ask("updateChartSpec", chartId=number, spec=spec)
                continue
            anchor = column + 2
            making.grid.need(at * _ROWS_APART + 2, anchor + 1)
            looks.ask(
                "addChart",
                chart={
                    "chartId": number,
                    "spec": spec,
                    "position": _position(making.tab.id, at * _ROWS_APART + 1, anchor),
                },
            )
            looks.call_it("charts")
        elif is_new and there is not None:
            spec = _with_column(making.tab.id, there["spec"], chart, rows, column)
            looks.ask("updateChartSpec", chartId=number, spec=spec)


def _spec(sheet_id: int, chart: _Chart, rows: Mapping[str, int], columns: Sequence[int]) -> Json:
    axes = [{"position": axis, "title": say(name)} for axis, name in chart.axes.items()]
    runs = _runs(chart, rows)
    return {
        "title": say(f"chart_{chart.name}"),
        "basicChart": {
            "chartType": chart.kind,
            "legendPosition": "BOTTOM_LEGEND",
            "headerCount": 1,
            "axis": axes,
            "domains": [{"domain": _data(sheet_id, [run[0] for run in runs], 0)}],
            "series": [
                series for column in columns for series in _series(sheet_id, chart, runs, column)
            ],
        },
    }


def _with_column(
    sheet_id: int, spec: Json, chart: _Chart, rows: Mapping[str, int], column: int
) -> Json:
    """People's chart as it is, with one campaign more."""
    basic = spec.get("basicChart")
    if basic is None:  # people made another kind of chart of it
        return spec
    added = _series(sheet_id, chart, _runs(chart, rows), column)
    return {**spec, "basicChart": {**basic, "series": [*basic.get("series", []), *added]}}


def _series(
    sheet_id: int, chart: _Chart, runs: Sequence[Sequence[range]], column: int
) -> list[Json]:
    return [
        {
            "series": _data(sheet_id, [run[at] for run in runs], column),
            "targetAxis": drawn.axis,
            **({"type": drawn.kind} if drawn.kind else {}),
        }
        for at, drawn in enumerate(chart.drawn)
    ]


def _runs(chart: _Chart, rows: Mapping[str, int]) -> list[list[range]]:
    """The rows in as few pieces as it goes, the same for all that is drawn: Google asks for that
    (discovery document). People may have moved rows apart."""
    runs: list[list[range]] = []
    for labels in zip(*(drawn.labels for drawn in chart.drawn), strict=True):
        places = [rows[label] for label in labels]
        if runs and [run.stop for run in runs[-1]] == places:
            runs[-1] = [range(run.start, run.stop + 1) for run in runs[-1]]
        else:
            runs.append([range(place, place + 1) for place in places])
    return runs


def _data(sheet_id: int, runs: Sequence[range], column: int) -> Json:
    """A column's cells of these rows, headed by the campaign's name in the first row."""
    sources = [
        {
            "sheetId": sheet_id,
            "startRowIndex": run.start,
            "endRowIndex": run.stop,
            "startColumnIndex": column,
            "endColumnIndex": column + 1,
        }
        for run in (range(1), *runs)
    ]
    return {"sourceRange": {"sources": sources}}


def _position(sheet_id: int, row: int, column: int) -> Json:
    return {
        "overlayPosition": {
            "anchorCell": {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column},
            "widthPixels": _WIDTH,
            "heightPixels": _HEIGHT,
        }
    }
