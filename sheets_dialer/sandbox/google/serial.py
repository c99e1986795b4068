"""Dates and times as Google keeps them: days since 1899-12-30, the time of day as the fraction."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EPOCH = date(1899, 12, 30)
SECONDS_PER_DAY = 86_400
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MILLISECONDS_PER_DAY = SECONDS_PER_DAY * 1000
_EARLIEST = (date(1, 1, 1) - EPOCH).days
_LATEST = (date(9999, 12, 31) - EPOCH).days


class Moment(NamedTuple):
    """A serial number taken apart."""

    day: date
    hour: int
    minute: int
    second: int
    millisecond: int


def from_date(day: date) -> int:
    """The serial number of a day's beginning."""
    return (day - EPOCH).days


def from_parts(year: int, month: int, day: int) -> int | None:
    """The serial number of a calendar day; None for one that doesn't exist."""
    if not (1 <= year <= 9999 and 1 <= month <= 12):
        return None
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return from_date(date(year, month, day))


def from_instant(seconds: float, time_zone: str) -> float:
    """The serial number that a clock in that time zone shows; `seconds` count since 1970.

    A zone that this machine doesn't know counts as UTC.
    """
    zone: tzinfo
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = UTC
    local = datetime.fromtimestamp(seconds, zone)
    day_fraction = (
        local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6
    ) / SECONDS_PER_DAY
    return from_date(local.date()) + day_fraction


def year_at(seconds: float, time_zone: str) -> int:
    """The year that a calendar in that time zone shows; `seconds` count since 1970."""
    moment = to_moment(from_instant(seconds, time_zone))
    return EPOCH.year if moment is None else moment.day.year


def to_moment(serial: float) -> Moment | None:
    """Takes a serial number apart, rounded to milliseconds; None beyond the years 1 to 9999."""
    if not _EARLIEST <= serial < _LATEST + 1:
        return None
    days, milliseconds = divmod(round(serial * _MILLISECONDS_PER_DAY), _MILLISECONDS_PER_DAY)
    if days > _LATEST:
        return None
    seconds, millisecond = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return Moment(EPOCH + timedelta(days=days), hour, minute, second, millisecond)
