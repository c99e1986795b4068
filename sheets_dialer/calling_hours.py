"""May it ring now? If not, when?

Everything is reckoned in the campaign's time zone by wall-clock windows of whole days, so that a
change of the clocks moves the moment and not the hour that people see.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LAST_MOMENT = time(23, 59, 59, 999999)
_DAYS_AHEAD = 400
_INSTANT = timedelta(microseconds=1)
_LONGEST_DAY = timedelta(hours=25)
_WINDOW = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to before `end` on one day. An end of 24:00 is kept as the day's last moment."""

    start: time
    end: time

    def holds(self, moment: time) -> bool:
        """Whether the moment lies inside."""
        return self.start <= moment < self.end or (self.end == _LAST_MOMENT <= moment)


Windows = tuple[Window, ...]
PRESETS: Mapping[str, Mapping[str, str | tuple[str, ...]]] = {
    # The gap on Friday is for the Jumma prayer.
    "pakistan": {"monday-saturday": "10:00-20:00", "friday": ("10:00-12:30", "14:30-20:00")},
    # Nobody is called while people prepare the iftar, break the fast and pray taraweeh.
    "ramadan": {
        "monday-sunday": ("10:00-16:00", "21:30-22:30"),
        "friday": ("10:00-12:30", "14:30-16:00", "21:30-22:30"),
    },
}
"""Weeks known by name, as `read_hours` takes them."""


@dataclass(frozen=True, slots=True)
class Season:
    """Days, the first and the last included, on which another week holds (Monday first)."""

    first: date
    last: date
    week: tuple[Windows, ...]


@dataclass(frozen=True, slots=True)
class CallingHours:
    """The windows of each weekday (Monday first) in one time zone, and days without any. A season
    that a day lies in goes before the usual week, and a holiday before both."""

    zone: ZoneInfo
    week: tuple[Windows, ...]
    holidays: frozenset[date] = frozenset()
    seasons: tuple[Season, ...] = ()

    def open_at(self, moment: datetime) -> bool:
        """Whether a call may ring at this aware moment."""
        local = moment.astimezone(self.zone)
        return any(window.holds(local.time()) for window in self._windows(local.date()))

    def next_opening(self, moment: datetime) -> datetime | None:
        """The next moment at which a call may ring, which is now if one may; None when no day of
        the coming year has a window."""
        if self.open_at(moment):
            return moment
        today = moment.astimezone(self.zone).date()
        for ahead in range(_DAYS_AHEAD):
            day = today + timedelta(days=ahead)
            starts = (self._moments(day, window.start) for window in self._windows(day))
            candidates = itertools.chain(self._changes(day), *starts)
            openings = [each for each in candidates if each > moment and self.open_at(each)]
            if openings:
                return min(openings)
        return None

    def closing(self, moment: datetime) -> datetime:
        """The end of the window that holds this moment, or the moment itself when none does."""
        local = moment.astimezone(self.zone)
        ends = [window.end for window in self._windows(local.date()) if window.holds(local.time())]
        if not ends:
            return moment
        own = [each for each in self._moments(local.date(), max(ends)) if each > moment]
        changes = [each for each in self._changes(local.date()) if each > moment]
        closings = (each for each in sorted(own + changes) if not self.open_at(each + _INSTANT))
        return next(closings, max(own, default=moment))

    def narrowed(
        self, days: Collection[int] | None, windows: Sequence[Window] | None
    ) -> CallingHours:
        """The hours with other days, other windows, or both; holidays stay.

        Days alone keep these hours' own windows of those days; windows alone hold on every day on
        which these hours have any.
        """
        week = tuple(
            (own if windows is None else tuple(windows))
            if (day in days if days is not None else own)
            else ()
            for day, own in enumerate(self.week)
        )
        return replace(self, week=week)

    def _moments(self, day: date, clock: time) -> tuple[datetime, ...]:
        """The moments at which clocks show this time on this day: two when they are set back over
        it; when they are set forward over it, the moment at which they are."""
        local = datetime.combine(day, clock, self.zone)
        first, last = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        return (first, last) if first <= last else self._changes_between(last, first)

    def _changes(self, day: date) -> tuple[datetime, ...]:
        """The moment of this day at which the clocks change, if they do."""
        midnight = datetime.combine(day, time(), self.zone).astimezone(UTC)
        changes = self._changes_between(midnight - _INSTANT, midnight + _LONGEST_DAY)
        return tuple(each for each in changes if each.astimezone(self.zone).date() == day)

    def _changes_between(self, before: datetime, after: datetime) -> tuple[datetime, ...]:
        """The first moment after a change of the clocks between these two, if there is one."""
        offset = before.astimezone(self.zone).utcoffset()
        if after.astimezone(self.zone).utcoffset() == offset:
            return ()
        while after - before > _INSTANT:
            middle = before + (after - before) / 2
            if middle.astimezone(self.zone).utcoffset() == offset:
                before = middle
            else:
                after = middle
        return (after,)

    def _windows(self, day: date) -> Windows:
        if day in self.holidays:
            return ()
        seasons = (each.week for each in self.seasons if each.first <= day <= each.last)
        return next(seasons, self.week)[day.weekday()]


def read_hours(named: Mapping[str, str | Sequence[str]]) -> tuple[Windows, ...]:
    """The week that a mapping such as ``{monday-saturday: 10:00-20:00}`` describes.

    A day that several entries name takes the one that names the fewest days; days that none names,
    or that an entry gives no window, have none.

    Raises:
        ValueError: an entry isn't understood; the message says which and what is expected.
    """
    chosen: dict[int, tuple[int, tuple[Window, ...]]] = {}
    for days_text, windows_text in named.items():
        days = read_days(days_text)
        texts = [windows_text] if isinstance(windows_text, str) else windows_text
        windows = tuple(sorted((read_window(text) for text in texts), key=lambda w: w.start))
        for before, after in itertools.pairwise(windows):
            if after.start < before.end:
                raise ValueError(f"windows of {days_text} that don't overlap")
        for day in days:
            if day in chosen and len(days) == chosen[day][0]:
                raise ValueError(f"one entry for {DAYS[day]}, not two of the same width")
            if day not in chosen or len(days) < chosen[day][0]:
                chosen[day] = (len(days), windows)
    return tuple(chosen[day][1] if day in chosen else () for day in range(7))


def read_days(text: str) -> tuple[int, ...]:
    """The weekdays of ``monday``, ``monday-saturday`` or ``friday, sunday``; Monday is 0."""
    days: list[int] = []
    for part in text.casefold().split(","):
        first, dash, last = (piece.strip() for piece in part.replace("–", "-").partition("-"))
        begin = _day(first, text)
        end = _day(last, text) if dash else begin
        days += [day % 7 for day in range(begin, end + (7 if end < begin else 0) + 1)]
    return tuple(dict.fromkeys(days))


def read_window(text: str) -> Window:
    """The window of ``10:00-20:00``."""
    found = _WINDOW.fullmatch(text.replace("–", "-").strip())
    hour, minute, end_hour, end_minute = map(int, found.groups()) if found else (0, 0, 0, 0)
    try:
        start = time(hour, minute)
        end = _LAST_MOMENT if (end_hour, end_minute) == (24, 0) else time(end_hour, end_minute)
    except ValueError:
        end = start = time()
    if start >= end:
        raise ValueError(f"a window such as 10:00-20:00 instead of {text!r}")
    return Window(start, end)


def _day(name: str, text: str) -> int:
    matching = [place for place, day in enumerate(DAYS) if len(name) >= 3 and day.startswith(name)]
    if len(matching) != 1:
        raise ValueError(f"days such as monday or monday-saturday instead of {text!r}")
    return matching[0]
