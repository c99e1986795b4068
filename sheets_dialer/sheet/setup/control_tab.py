"""What `setup` makes of the control tab: its rows, one column per campaign, the alarm."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...control import (
    ALARM_LABEL,
    CAMPAIGN_LABEL,
    CONTROL_LABEL,
    HOURS,
    LABELS,
    LAST_PASS_LABEL,
    PAUSE,
    RATE_PREFIX,
    RUN,
    SHOWN,
    alarm_after,
)
from ...texts import say
from ..requests import letters
from .charts import make_charts
from .making import Making, stable_id
from .queue_tab import rgb
from .reading import SheetState

_NOTES = {
    CONTROL_LABEL: "note_control",
    ALARM_LABEL: "note_alarm",
    "Calling days": "note_calling_days",
    "Calling hours": "note_calling_hours",
    "Daily cap": "note_daily_cap",
    "Daily budget (Rs)": "note_daily_budget",
    "Voice ID": "note_voice",
    "What RUN would do": "note_preview",
}
_LABEL_PIXELS, _CAMPAIGN_PIXELS = 230, 380
_RUPEES = tuple(label for label in SHOWN if label.endswith("(Rs)"))
_STATES = {RUN: "#d4efd9", PAUSE: "#fdeecb"}
_ALARM = "#f4b6b0"


def make_control_tab(making: Making, sheet: SheetState, campaign: str, every: float) -> None:
    """Adds the labels and the campaign's column that the tab lacks, and dresses it. `every` is the
    configured time between passes in seconds."""
    column = _campaign_column(making, campaign)
    rows, fresh = _labels(making)
    making.freeze(rows=1, columns=1)
    if making.once("width", 0):
        making.column_properties(0, pixelSize=_LABEL_PIXELS)
        bold = {"bold": True}
        making.look(making.area(rows=(0, 1), columns=(0, None)), "textFormat.bold", textFormat=bold)
        grey = {"foregroundColor": rgb("#56606a")}
        labels = making.area(rows=(1, None), columns=(0, 1))
        making.look(labels, "textFormat.foregroundColor", textFormat=grey)
    for label, name in _NOTES.items():
        again = label in fresh
        if making.once(f"note {label}", again=again) and not making.tab.cell(rows[label], 0).note:
            making.note(rows[label], 0, say(name))
    _colours(making, rows, fresh)
    if column is None:
        return
    if making.once("width campaign", column):
        making.column_properties(column, pixelSize=_CAMPAIGN_PIXELS)
        values = making.area(rows=(1, None), columns=(column, column + 1))
        look = {"horizontalAlignment": "LEFT", "wrapStrategy": "WRAP"}
        making.look(values, ",".join(look), **look)
    _control(making, rows[CONTROL_LABEL], column, again=CONTROL_LABEL in fresh)
    _alarm(making, rows, fresh, column, every)
    for label in _RUPEES:
        if making.once(f"rupees {label}", column, again=label in fresh):
            _number(making, rows[label], column, "NUMBER", "#,##0.00")
    if making.once("rates", column, again=any(f"{RATE_PREFIX}{hour}" in fresh for hour in HOURS)):
        for hour in HOURS:
            _number(making, rows[f"{RATE_PREFIX}{hour}"], column, "PERCENT", "0%")
    if sheet.recalculation == "ON_CHANGE" and making.once("recalculation"):
        # Else NOW() stands still while nobody edits, and with it the alarm.
        making.ask(
            "updateSpreadsheetProperties",
            properties={"autoRecalc": "MINUTE"},
            fields="autoRecalc",
        )
    make_charts(making, rows, fresh, column)


def _campaign_column(making: Making, campaign: str) -> int | None:
    """The campaign's column, added if need be; None where several are headed by its name."""
    tab = making.tab
    grid = tab.values()
    names = [str(value).strip() for value in grid[0]] if grid else []
    if names.count(campaign) > 1:
        return None
    if campaign in names:
        return names.index(campaign)
    column = max(1, len(names))
    occupied = any(column < len(values) and values[column] != "" for values in grid)
    if occupied or _is_under_chart(making, column):
        making.insert_column(column)
    making.write(0, column, [[campaign]])
    making.tell(f"Control for {campaign}, set to {PAUSE}")
    return column


def _is_under_chart(making: Making, column: int) -> bool:
    return any(
        _anchor(chart) <= column
        for number, chart in making.tab.charts.items()
        if number in {stable_id(making.tab.id, name) for name in ("outcomes", "answers", "hours")}
    )


def _anchor(chart: Mapping[str, object]) -> int:
    place = chart
    for name in ("position", "overlayPosition", "anchorCell"):
        below = place.get(name)
        place = below if isinstance(below, Mapping) else {}
    column = place.get("columnIndex", 0)
    return column if isinstance(column, int) else 0


def _labels(making: Making) -> tuple[dict[str, int], set[str]]:
    """The row of each label, and the labels that are added now, below everything."""
    grid = making.tab.values()
    there = [str(values[0]).strip().casefold() if values else "" for values in grid]
    rows = {
        label: there.index(label.casefold()) for label in LABELS if label.casefold() in there
    } | {CAMPAIGN_LABEL: 0}
    fresh = [label for label in LABELS if label not in rows]
    if not there or not there[0]:
        making.write(0, 0, [[CAMPAIGN_LABEL]])
    if fresh:
        start = max(1, len(grid))
        making.write(start, 0, [[label] for label in fresh])
        rows |= {label: start + at for at, label in enumerate(fresh)}
        making.tell(f"{len(fresh)} rows on the {making.tab.title} tab")
    return rows, set(fresh)


def _colours(making: Making, rows: Mapping[str, int], fresh: set[str]) -> None:
    if making.once("colours control", again=CONTROL_LABEL in fresh):
        area = _row(making, rows[CONTROL_LABEL])
        for word, colour in _STATES.items():
            condition = {"type": "TEXT_EQ", "values": [{"userEnteredValue": word}]}
            making.colour(area, condition, {"backgroundColor": rgb(colour)})
    if making.once("colours alarm", again=ALARM_LABEL in fresh):
        area = _row(making, rows[ALARM_LABEL])
        spoken = max(_stopped(), key=len).strip()
        condition = {"type": "TEXT_CONTAINS", "values": [{"userEnteredValue": spoken}]}
        look = {"backgroundColor": rgb(_ALARM), "textFormat": {"bold": True}}
        making.colour(area, condition, look)


def _row(making: Making, row: int) -> dict[str, int]:
    return making.area(rows=(row, row + 1), columns=(1, None))


def _control(making: Making, row: int, column: int, *, again: bool) -> None:
    cell = making.tab.cell(row, column)
    if cell.value == "":
        making.write(row, column, [[PAUSE]])
    if making.once("dropdown control", column, again=again) and not cell.is_validated:
        area = making.area(rows=(row, row + 1), columns=(column, column + 1))
        making.dropdown(area, (RUN, PAUSE))


def _number(making: Making, row: int, column: int, kind: str, pattern: str) -> None:
    area = making.area(rows=(row, row + 1), columns=(column, column + 1))
    making.look(area, "numberFormat", numberFormat={"type": kind, "pattern": pattern})


def _alarm(
    making: Making, rows: Mapping[str, int], fresh: set[str], column: int, every: float
) -> None:
    """The heartbeat's format, and the cell that tells when it stopped.

    The formula is written anew where its heartbeat's row was deleted, or where it is ours and the
    passes are configured otherwise by now.
    """
    beat, alarm = rows[LAST_PASS_LABEL], rows[ALARM_LABEL]
    if making.once("beat", column, again=LAST_PASS_LABEL in fresh):
        _number(making, beat, column, "DATE_TIME", "d mmm yyyy hh:mm:ss")
    wanted = alarm_formula(f"{letters(column)}{beat + 1}", alarm_after(every))
    cell = making.tab.cell(alarm, column)
    is_empty = cell.value == "" and not cell.formula
    has_lost_beat = "#REF!" in cell.formula and _shape(cell.formula) == _shape(wanted)
    is_of_other_time = _but_for_time(cell.formula) == _but_for_time(wanted)
    differs = _plain(cell.formula) != _plain(wanted)
    wants = making.once("alarm", column, again=ALARM_LABEL in fresh)
    if (is_empty and wants) or ((has_lost_beat or is_of_other_time) and differs):
        making.formula(alarm, column, wanted)
        making.tell(f"the alarm in row {ALARM_LABEL}")


def alarm_formula(beat: str, seconds: int) -> str:
    """Tells, from the time in the cell `beat`, whether the last pass is less than `seconds` ago.

    Semicolons part arguments in every country's spelling, and a quotient needs no decimal sign.
    """
    before, after = (_quoted(part) for part in _stopped())
    stopped = f'{before}&TEXT({beat};"d mmm hh:mm")&{after}'
    running, never = _quoted(say("alarm_running")), _quoted(say("alarm_never"))
    is_old = f"NOW()-{beat}>{seconds}/86400"
    return f"=IF(ISNUMBER({beat});IF({is_old};{stopped};{running});{never})"


def _stopped() -> tuple[str, str]:
    before, _, after = say("alarm_stopped", since="\0").partition("\0")
    return before, after


def _quoted(text: str) -> str:
    escaped = text.replace('"', '""')
    return f'"{escaped}"'


def _plain(formula: str) -> str:
    """A formula as compared: Google may write its separators and spaces otherwise."""
    return re.sub(r"\s", "", formula).replace(",", ";")


def _but_for_time(formula: str) -> str:
    return re.sub(r">[0-9]+/86400", ">/86400", _plain(formula))


def _shape(formula: str) -> str:
    return re.sub(r"#REF!|\$?[A-Z]+\$?[0-9]+", "@", _but_for_time(formula))
