"""Functions of dates and times; a date is a serial number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import floor

from .. import serial
from .evaluate import Signature, Site
from .values import Failure, number


def _now(site: Site) -> int | float:
    return number(site.surroundings.now)


def _today(site: Site) -> int:
    return floor(site.surroundings.now)


def _date(site: Site) -> int:
    """Months and days beyond their bounds run over into the next, as at Google."""
    year, month, day = (int(site.number(index)) for index in range(3))
    if 0 <= year < 1900:
        year += 1900
    months = year * 12 + month - 1
    first = serial.from_parts(months // 12, months % 12 + 1, 1)
    if first is None or serial.to_moment(first + day - 1) is None:
        raise Failure("NUM", "Function DATE is out of range.")
    return first + day - 1


def _time(site: Site) -> int | float:
    hour, minute, second = (int(site.number(index)) for index in range(3))
    seconds = hour * 3600 + minute * 60 + second
    if seconds < 0:
        raise Failure("NUM", "Function TIME is out of range.")
    return number(seconds % serial.SECONDS_PER_DAY / serial.SECONDS_PER_DAY)


def _part(take: Callable[[serial.Moment], int]) -> Callable[[Site], int]:
    def part(site: Site) -> int:
        moment = serial.to_moment(site.number(0))
        if moment is None:
            raise Failure("NUM", f"Function {site.name} parameter 1 is no date.")
        return take(moment)

    return part


TIME: Mapping[str, Signature] = {
    "DATE": Signature(_date, 3, 3),
    "DAY": Signature(_part(lambda moment: moment.day.day), 1, 1),
    "HOUR": Signature(_part(lambda moment: moment.hour), 1, 1),
    "MINUTE": Signature(_part(lambda moment: moment.minute), 1, 1),
    "MONTH": Signature(_part(lambda moment: moment.day.month), 1, 1),
    "NOW": Signature(_now, 0, 0),
    "SECOND": Signature(_part(lambda moment: moment.second), 1, 1),
    "TIME": Signature(_time, 3, 3),
    "TODAY": Signature(_today, 0, 0),
    "YEAR": Signature(_part(lambda moment: moment.day.year), 1, 1),
}
"""The functions by name."""
