"""Times in cells: read as people and Sheets write them, shown as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ..texts import say

_SHEETS_DAY_ZERO = datetime(1899, 12, 30)
_FORMS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y",
    "%d %b %Y %H:%M",
    "%d %b %Y",
)
_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_TIMES = ("%H:%M:%S", "%H:%M", "%I:%M %p", "%I %p", "%I:%M%p", "%I%p")


def read_moment(cell: object, zone: ZoneInfo, today: datetime) -> datetime | None:
    """The moment in a cell, in UTC; a time of day alone is that time on `today`.

    A number is Sheets' serial: days since 1899-12-30 in the sheet's own time.

    Raises:
        ValueError: something stands there that is no time.
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        raise ValueError("not a time")
    if isinstance(cell, int | float):
        if not 0 <= cell < 200_000:
            raise ValueError("not a time")
        if cell < 1:
            day = today.astimezone(zone).date()
            midnight = datetime.combine(day, time(), zone)
            return (midnight + timedelta(days=float(cell))).astimezone(UTC)
        naive = _SHEETS_DAY_ZERO + timedelta(seconds=round(float(cell) * 86_400))
        return naive.replace(tzinfo=zone).astimezone(UTC)
    text = " ".join(str(cell).split())
    for form in _FORMS:
        try:
            naive = datetime.strptime(text, form)
        except ValueError:
            continue
        # Far enough from the calendar's ends that no zone and no gap leads over them.
        if not 1900 <= naive.year < 2500:
            raise ValueError("not a time")
        return naive.replace(tzinfo=zone).astimezone(UTC)
    for form in _TIMES:
        try:
            clock = datetime.strptime(text.upper(), form).time()
        except ValueError:
            continue
        return datetime.combine(today.astimezone(zone).date(), clock, zone).astimezone(UTC)
    raise ValueError("not a time")


def serial(moment: datetime, zone: ZoneInfo) -> float:
    """A time as the serial number that Sheets keeps for it: days since 1899-12-30 in the sheet's
    own time, to the second."""
    naive = moment.astimezone(zone).replace(tzinfo=None, microsecond=0)
    return round((naive - _SHEETS_DAY_ZERO) / timedelta(days=1), 8)


def stamp(moment: datetime, zone: ZoneInfo) -> str:
    """A time as the dialer's columns show it, to the second."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def zone_named(name: str) -> ZoneInfo | None:
    """The time zone of this name; None where this machine knows none."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None


def time_in_sentence(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A time within a sentence: ``today at 10:14``, ``tomorrow at 10:00``, ``3 Nov at 10:14``, and
    with its year when that is another one."""
    clock = moment.astimezone(zone).strftime("%H:%M")
    return say("day_at_time", day=day_in_sentence(moment, now, zone), time=clock)


def day_in_sentence(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The day of a moment within a sentence: ``today``, ``3 Nov``, ``3 Nov 2025``."""
    day, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    near = _NEAR.get((day - today).days)
    return say(near) if near else spoken_date(moment, now, zone)


def spoken_date(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The same without ``today``, so that it stays as it is from day to day."""
    day, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    month = say(_MONTHS[day.month - 1])
    if day.year == today.year:
        return say("day_of_this_year", day=day.day, month=month)
    return say("day_of_another_year", day=day.day, month=month, year=day.year)
