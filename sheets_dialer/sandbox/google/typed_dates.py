"""Dates and times as people type them in an en_US spreadsheet (month before day)."""

from __future__ import annotations

import re
from typing import NamedTuple

from . import serial
from .model import Json
from .typed_numbers import tidy

_MONTHS = tuple(name.lower() for name in serial.MONTHS)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?"
_MONTH = r"(?P<name>[A-Za-z]{3,9})\.?"
_YEAR = r"(?P<year>[1-9][0-9]{3}|[0-9]{2})"
_LONG_YEAR = r"(?P<year>[1-9][0-9]{3})"
_DAY = r"(?P<day>[0-9]{1,2})"


class TypedDate(NamedTuple):
    """A serial number read from text, with Google's NumberFormat for it."""

    value: int | float
    number_format: Json


class _Part(NamedTuple):
    serial: float
    pattern: str


_DATE_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_LONG_YEAR}(?P<gap>[-/])(?P<month>[0-9]{{1,2}})(?:(?P=gap){_DAY})?",
        rf"(?P<month>[0-9]{{1,2}})(?P<gap>[-/]){_DAY}(?P=gap){_YEAR}",
        rf"(?P<month>[0-9]{{1,2}})(?P<gap>[-/]){_DAY}",
        rf"(?P<month>[0-9]{{1,2}})(?P<gap>[-/]){_LONG_YEAR}",
        rf"{_WEEKDAY}{_MONTH}(?P<gap>\s+){_DAY}(?:st|nd|rd|th)?(?:(?P<comma>,?)\s+{_LONG_YEAR})?",
        rf"{_WEEKDAY}{_DAY}(?P<gap>[\s-]){_MONTH}(?:(?:,?\s+|(?P=gap)){_YEAR})?",
        rf"{_MONTH}(?P<gap>[\s-]){_LONG_YEAR}",
    )
)
_TIME = re.compile(
    r"(?P<hour>[0-9]{1,3})"
    r"(?::(?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9])(?P<fraction>\.[0-9]{1,9})?)?)?"
    r"(?P<gap>\s*)(?P<half>[ap]m?)?",
    re.IGNORECASE,
)


def parse_date(text: str, *, year: int | None) -> TypedDate | None:
    """The date, time or both that the text stands for; None when it is something else.

    `year` completes dates typed without one; where it is None these are no dates.
    """
    text = text.strip()
    if not text or len(text) > 50 or not any(character.isdigit() for character in text):
        return None
    day = _parse_day(text, year)
    if day is not None:
        return TypedDate(tidy(day.serial), {"type": "DATE", "pattern": day.pattern})
    time = _parse_time(text)
    if time is not None:
        return TypedDate(tidy(time.serial), {"type": "TIME", "pattern": time.pattern})
    return _parse_both(text, year)


def _parse_both(text: str, year: int | None) -> TypedDate | None:
    for gap in re.finditer(r"\s+", text):
        time = _parse_time(text[gap.end() :])
        day = None if time is None else _parse_day(text[: gap.start()].rstrip(","), year)
        if time is None or day is None or time.serial >= 1:
            continue
        # Recorded by others: an hour typed as 00 beside a date is shown as 0.
        pattern = f"{day.pattern} {time.pattern.replace('hh', 'h')}"
        return TypedDate(tidy(day.serial + time.serial), {"type": "DATE_TIME", "pattern": pattern})
    return None


def _parse_day(text: str, year: int | None) -> _Part | None:
    for form in _DATE_FORMS:
        match = form.fullmatch(text)
        part = None if match is None else _day_of(match, year)
        if part is not None:
            return part
    return None


def _day_of(match: re.Match[str], this_year: int | None) -> _Part | None:
    found = match.groupdict()
    month = _month_named(found["name"]) if found.get("name") else int(found["month"])
    typed_year = found.get("year")
    year = this_year if typed_year is None else _whole_year(typed_year)
    if month is None or year is None:
        return None
    days = serial.from_parts(year, month, int(found.get("day") or 1))
    return None if days is None else _Part(days, _day_pattern(match))


def _month_named(name: str) -> int | None:
    folded = name.lower()
    for number, month in enumerate(_MONTHS, start=1):
        if folded in (month, month[:3]) or (month == "september" and folded == "sept"):
            return number
    return None


def _whole_year(typed: str) -> int:
    year = int(typed)
    if len(typed) > 2:
        return year
    return year + (2000 if year < 30 else 1900)


def _day_pattern(match: re.Match[str]) -> str:
    """The pattern that shows the date in the shape in which it was typed."""
    found = match.groupdict()
    gap = " " if found["gap"].isspace() else found["gap"]
    year_first = found.get("year") is not None and match.start("year") == 0
    zeros = any((found.get(part) or "").startswith("0") for part in ("month", "day"))
    pieces: list[tuple[int, str]] = []
    if found.get("name"):
        long_name = len(found["name"]) > 3 and found["name"].lower() != "sept"
        pieces.append((match.start("name"), "mmmm" if long_name else "mmm"))
    else:
        pieces.append((match.start("month"), "mm" if zeros or year_first else "M"))
    if found.get("day"):
        numeric = not found.get("name")
        pieces.append((match.start("day"), "dd" if zeros or (year_first and numeric) else "d"))
    if found.get("year"):
        pieces.append((match.start("year"), "yyyy" if len(found["year"]) > 2 else "yy"))
    pattern = gap.join(piece for _, piece in sorted(pieces))
    return pattern.replace("d yyyy", "d, yyyy") if found.get("name") and gap == " " else pattern


def _parse_time(text: str) -> _Part | None:
    match = _TIME.fullmatch(text)
    if match is None or (match["minute"] is None and match["half"] is None):
        return None
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"][0] in "pP" else 0)
    fraction = float(match["fraction"] or 0)
    seconds = hour * 3600 + int(match["minute"] or 0) * 60 + int(match["second"] or 0) + fraction
    return _Part(seconds / serial.SECONDS_PER_DAY, _time_pattern(match, hour))


def _time_pattern(match: re.Match[str], hour: int) -> str:
    if hour >= 24:
        return "[h]:mm:ss"
    pattern = "hh:mm" if len(match["hour"]) > 1 and match["hour"].startswith("0") else "h:mm"
    if match["second"]:
        pattern += ":ss"
    if match["fraction"]:
        pattern += "." + "0" * min(len(match["fraction"]) - 1, 3)
    return f"{pattern} am/pm" if match["half"] else pattern
