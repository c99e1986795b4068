"""What people set for a campaign on the control tab, over the configuration's values.

A blank cell means what is configured. Of a value that isn't understood no guess is made: it stops
new calls, and `problem` names the cell, what stands there and what is expected.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ..domain.calling_hours import CallingHours, Window, in_order, read_days, read_window
from ..texts import say
from .control_tab import Grid, cells_of_campaign
from .queue_rows import text_of

DAYS, HOURS, CAP, BUDGET, VOICE = (
    "Calling days",
    "Calling hours",
    "Daily cap",
    "Daily budget (Rs)",
    "Voice ID",
)
_EVERY_DAY = frozenset({"daily", "every day", "all days"})
_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?|\d+(?:\.\d+)?")
_RUPEES = re.compile(r"(?:rs\.?|pkr)?\s*([\d,.]+?)\s*(?:rs\.?|pkr|/-)?", re.IGNORECASE)
_VOICE_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,40}")
_MOST = 10**12
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))

Setting = TypeVar("Setting")


class _NotText(ValueError):
    """Sheets made a date, a time or another number of what was typed."""


@dataclass(frozen=True, slots=True)
class ControlSettings:
    """One campaign's settings; None where the configuration's value holds."""

    days: tuple[int, ...] | None = None
    windows: tuple[Window, ...] | None = None
    daily_cap: int | None = None
    daily_budget: float | None = None
    voice_id: str | None = None
    problem: str | None = None
    """For people, what isn't understood; then nobody is called."""

    def hours(self, configured: CallingHours) -> CallingHours:
        """The calling hours with what people chose."""
        return configured.narrowed(self.days, self.windows)


def read_settings(grid: Grid | None, campaign: str) -> ControlSettings:
    """Reads the settings in the campaign's column; no input makes it fail."""
    column = cells_of_campaign(grid or (), campaign)
    problems: list[str] = []

    def read(label: str, meaning: Callable[[object], Setting], expected: str) -> Setting | None:
        cells = [cell.value for cell in column.get(label.casefold(), ())]
        if len(cells) > 1 and any(map(text_of, cells)):
            problems.append(say("setting_stands_twice", label=label))
            return None
        value = cells[0] if len(cells) == 1 else None
        if not text_of(value):
            return None
        try:
            return meaning(value)
        except _NotText:
            example = say(expected)
            problems.append(say("setting_became_number", label=label, expected=example))
            return None
        except ValueError:
            said = text_of(value)[:60]
            what = say(expected)
            problems.append(say("setting_unclear", label=label, value=said, expected=what))
            return None

    return ControlSettings(
        days=read(DAYS, _days, "days_expected"),
        windows=read(HOURS, _windows, "hours_expected"),
        daily_cap=read(CAP, _cap, "cap_expected"),
        daily_budget=read(BUDGET, _budget, "budget_expected"),
        voice_id=read(VOICE, _voice, "voice_expected"),
        problem=" ".join(problems) or None,
    )


def _days(value: object) -> tuple[int, ...]:
    text = " ".join(_text(value).casefold().split())
    if text in _EVERY_DAY:
        return tuple(range(7))
    text = re.sub(r"\s+to\s+", "-", text)
    return read_days(re.sub(r"\s*(?:&|;|/|\band\b)\s*", ",", text))


def _windows(value: object) -> tuple[Window, ...]:
    parts = re.split(r"\s*(?:,|;|&|\band\b)\s*", _text(value).strip(), flags=re.IGNORECASE)
    return in_order([read_window(part) for part in parts])


def _cap(value: object) -> int:
    number = _number(value, text_of(value))
    if not number.is_integer():
        raise ValueError("whole calls")
    return int(number)


def _budget(value: object) -> float:
    found = _RUPEES.fullmatch(text_of(value))
    return _number(value, found[1] if found else "")


def _number(value: object, text: str) -> float:
    if isinstance(value, bool):
        raise ValueError("a number")
    if isinstance(value, str):
        if not _GROUPED.fullmatch(text):
            raise ValueError("a number")
        value = float(text.replace(",", ""))
    if not isinstance(value, int | float) or not 0 <= value < _MOST:
        raise ValueError("a number")
    return float(value)


def _voice(value: object) -> str:
    text = text_of(value)
    if isinstance(value, bool) or not _VOICE_ID.fullmatch(text):
        raise ValueError("a voice's id")
    return text


def _text(value: object) -> str:
    """The cell as typed text; what Sheets took for a number or a date is none."""
    if isinstance(value, bool):
        raise ValueError("text")
    if not isinstance(value, str):
        raise _NotText("text")
    return value.translate(_DASHES)
