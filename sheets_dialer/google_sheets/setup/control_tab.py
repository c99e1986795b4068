"""What `setup` makes of the control tab: its rows, one column per campaign, the alarm."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...tabs.control_settings import DAYS, VOICE
from ...tabs.control_settings import HOURS as SETTINGS_HOURS
from ...tabs.control_tab import (
    ALARM_LABEL,
    CAMPAIGN_LABEL,
    CLOCK_LABEL,
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
from ...tabs.queue_columns import letters
from ...texts import say
from .charts import make_charts
from .making import Making, PlacedValue
from .memory import stable_id
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
    CLOCK_LABEL: "note_clock",
}
_LABEL_PIXELS, _CAMPAIGN_PIXELS = 230, 380
_RUPEES = tuple(label for label in SHOWN if label.endswith("(Rs)"))
_STATES = {RUN: "#d4efd9", PAUSE: "#fdeecb"}
_ALARM = "#f4b6b0"
_CELL, _TEXT = r"#REF!|\$?[A-Z]+\$?[0-9]+", r'"(?:[^"]|"")*"'
_OURS = re.compile(
    # Google may write separators and spaces otherwise; the sentences are of any language.
    rf"=IF\(ISNUMBER\((?P<beat>{_CELL})\)[;,] IF\((?P<age>(?:ABS\()?NOW\(\) - (?P<beat2>{_CELL})"
    rf"(?: - (?P<apart>{_CELL}) / 24\))?) > (?P<seconds>[0-9]+) / 86400[;,] {_TEXT} &"
    rf" TEXT\((?P<beat3>{_CELL})[;,] {_TEXT}\) & {_TEXT}[;,] {_TEXT}\)[;,] {_TEXT}\)".replace(
        " ", r"\s*"
    )
)
"""The alarm's formula as `alarm_formula` writes it, or an older setup did."""


def make_control_tab(
    making: Making,
    sheet: SheetState,
    campaign: str,
    every: float,
    again: frozenset[str] = frozenset(),
) -> None:
    """Adds the labels and the campaign's column that the tab lacks, and dresses it. `every` is the
    configured time between passes in seconds. What belongs to the labels in `again` was made at
    another place, and is made again."""
    looks = making.looks
    column = _campaign_column(making, campaign)
    rows, fresh = _labels(making)
    fresh |= again
    looks.freeze(rows=1, columns=1)
    if looks.once("width", 0):
        looks.column_properties(0, pixelSize=_LABEL_PIXELS)
        bold = {"bold": True}
        looks.format(looks.area(rows=(0, 1), columns=(0, None)), "textFormat.bold", textFormat=bold)
        grey = {"foregroundColor": rgb("#56606a")}
        labels = looks.area(rows=(1, None), columns=(0, 1))
        looks.format(labels, "textFormat.foregroundColor", textFormat=grey)
    for label, name in _NOTES.items():
        is_fresh = label in fresh
        if looks.once(f"note {label}", again=is_fresh) and not making.tab.cell(rows[label], 0).note:
            looks.note(rows[label], 0, say(name))
    _colours(making, rows, fresh)
    if column is None:
        return
    if looks.once("width campaign", column):
        looks.column_properties(column, pixelSize=_CAMPAIGN_PIXELS)
        values = looks.area(rows=(1, None), columns=(column, column + 1))
        look = {"horizontalAlignment": "LEFT", "wrapStrategy": "WRAP"}
        looks.format(values, ",".join(look), **look)
    _control(making, rows[CONTROL_LABEL], column, campaign, again=CONTROL_LABEL in fresh)
    _alarm(making, rows, fresh, column, campaign, every)
    for label in (DAYS, SETTINGS_HOURS, VOICE):
        # Else Sheets makes a date of 10-20.
        is_text = making.tab.cell(rows[label], column).kind == "TEXT"
        if looks.once(f"text {label}", column, again=label in fresh) and not is_text:
            _number(making, rows[label], column, "TEXT", "@")
            looks.call_it("settings as text")
    for label in _RUPEES:
        if looks.once(f"rupees {label}", column, again=label in fresh):
            _number(making, rows[label], column, "NUMBER", "#,##0.00")
    if looks.once("rates", column, again=any(f"{RATE_PREFIX}{hour}" in fresh for hour in HOURS)):
        for hour in HOURS:
            _number(making, rows[f"{RATE_PREFIX}{hour}"], column, "PERCENT", "0%")
    if sheet.recalculation == "ON_CHANGE" and looks.once("recalculation"):
        # Else NOW() stands still while nobody edits, and with it the alarm.
        looks.ask(
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
    is_amid = occupied or _is_under_chart(making, column)
    making.grid.insert_columns(column, 1, like_before=is_amid)
    making.write(0, column, [[campaign]])
    making.tell(f"Control for {campaign}, set to {PAUSE}")
    return column


def _is_under_chart(making: Making, column: int) -> bool:
    return any(
        _anchor(chart) <= column
        for number, chart in making.tab.comforts.charts.items()
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
        if grid:
            making.grid.insert_rows(start, len(fresh))
        else:
            making.grid.insert_rows(0, start + len(fresh))
        making.write(start, 0, [[label] for label in fresh])
        rows |= {label: start + at for at, label in enumerate(fresh)}
        making.tell(f"{len(fresh)} rows on the {making.tab.title} tab")
    return rows, set(fresh)


def _colours(making: Making, rows: Mapping[str, int], fresh: set[str]) -> None:
    looks = making.looks
    if looks.once("colours control", again=CONTROL_LABEL in fresh):
        area = _row(making, rows[CONTROL_LABEL])
        for word, colour in _STATES.items():
            condition = {"type": "TEXT_EQ", "values": [{"userEnteredValue": word}]}
            looks.colour(area, condition, {"backgroundColor": rgb(colour)})
    if looks.once("colours alarm", again=ALARM_LABEL in fresh):
        area = _row(making, rows[ALARM_LABEL])
        spoken = max(_stopped(), key=len).strip()
        condition = {"type": "TEXT_CONTAINS", "values": [{"userEnteredValue": spoken}]}
        look = {"backgroundColor": rgb(_ALARM), "textFormat": {"bold": True}}
        looks.colour(area, condition, look)


def _row(making: Making, row: int) -> dict[str, int]:
    return making.looks.area(rows=(row, row + 1), columns=(1, None))


def _control(making: Making, row: int, column: int, campaign: str, *, again: bool) -> None:
    looks = making.looks
    cell = making.tab.cell(row, column)
    if cell.value == "":
        making.write(row, column, [[PAUSE]])
        making.placed.append(PlacedValue(row, column, PAUSE, CONTROL_LABEL, campaign))
    if looks.once("dropdown control", column, again=again) and not cell.is_validated:
        area = looks.area(rows=(row, row + 1), columns=(column, column + 1))
        looks.dropdown(area, (RUN, PAUSE))


def _number(making: Making, row: int, column: int, kind: str, pattern: str) -> None:
    area = making.looks.area(rows=(row, row + 1), columns=(column, column + 1))
    making.looks.format(area, "numberFormat", numberFormat={"type": kind, "pattern": pattern})


def _alarm(
    making: Making,
    rows: Mapping[str, int],
    fresh: set[str],
    column: int,
    campaign: str,
    every: float,
) -> None:
    """The heartbeat's format, and the cell that tells when it stopped.

    The formula is written anew where it is ours, in whatever language, and its heartbeat's row was
    deleted or the passes are configured otherwise by now.
    """
    beat, alarm = rows[LAST_PASS_LABEL], rows[ALARM_LABEL]
    if making.looks.once("beat", column, again=LAST_PASS_LABEL in fresh):
        _number(making, beat, column, "DATE_TIME", "d mmm yyyy hh:mm:ss")
    clock = rows[CLOCK_LABEL]
    places = [f"{letters(column)}{row + 1}" for row in (beat, clock)]
    place, apart, seconds = *places, alarm_after(every)
    cell = making.tab.cell(alarm, column)
    wanted: str | None = None
    wants = making.once("alarm", column, again=ALARM_LABEL in fresh)
    if cell.formula:
        wanted = _renewed(cell.formula, place, apart, seconds)
    elif cell.value == "" and wants:
        wanted = alarm_formula(place, apart, seconds)
    if wanted is not None:
        making.formula(alarm, column, wanted)
        needs = ((beat, LAST_PASS_LABEL), (clock, CLOCK_LABEL))
        making.placed.append(PlacedValue(alarm, column, wanted, ALARM_LABEL, campaign, needs))
        making.tell(f"the alarm in row {ALARM_LABEL}")


def alarm_formula(beat: str, apart: str, seconds: int) -> str:
    """Tells, from the time in the cell `beat`, whether the last pass is less than `seconds` ago.
    `apart` is the cell with the hours by which NOW() is ahead of it. A heartbeat of the future is
    one from before the spreadsheet's clocks were set back.

    Semicolons part arguments in every country's spelling, and a quotient needs no decimal sign.
    """
    before, after = (_quoted(part) for part in _stopped())
    stopped = f'{before}&TEXT({beat};"d mmm hh:mm")&{after}'
    running, never = _quoted(say("alarm_running")), _quoted(say("alarm_never"))
    is_old = f"{_age(beat, apart)}>{seconds}/86400"
    return f"=IF(ISNUMBER({beat});IF({is_old};{stopped};{running});{never})"


def _age(beat: str, apart: str) -> str:
    return f"ABS(NOW()-{beat}-{apart}/24)"


def _stopped() -> tuple[str, str]:
    before, _, after = say("alarm_stopped", since="\0").partition("\0")
    return before, after


def _quoted(text: str) -> str:
    escaped = text.replace('"', '""')
    return f'"{escaped}"'


def _renewed(formula: str, beat: str, apart: str, seconds: int) -> str | None:
    """Our formula with its heartbeat and its time put right, in the words that it has; None where
    nothing is wrong with it or it isn't ours."""
    ours = _OURS.fullmatch(formula)
    if ours is None:
        return None
    beats = {each.replace("$", "") for each in ours.group("beat", "beat2", "beat3")}
    clock = (ours["apart"] or "").replace("$", "")
    is_lost = "#REF!" in beats | {clock}
    is_right = int(ours["seconds"]) == seconds and clock == apart
    if not is_lost and (beats != {beat} or is_right):
        return None
    right = {"beat": beat, "age": _age(beat, apart), "beat3": beat, "seconds": str(seconds)}
    renewed = formula
    for name in sorted(right, key=ours.start, reverse=True):
        renewed = renewed[: ours.start(name)] + right[name] + renewed[ours.end(name) :]
    return renewed
