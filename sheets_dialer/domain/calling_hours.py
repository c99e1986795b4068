"""May it ring now? If not, when?

Everything is reckoned in the campaign's time zone by wall-clock windows of whole days, so that a
change of the clocks moves the moment and not the hour that people see. A window may pass midnight:
its night part belongs to the day on which it opens, whatever holds on the day it reaches into.
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
_SURELY_PM = time(13)
"""From here on a clock time without am or pm is none of the twelve-hour clock's."""
_DAYS_AHEAD = 400
_INSTANT = timedelta(microseconds=1)
_LONGEST_DAY = timedelta(hours=25)
_CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?\s*([ap]\.?m\.?)?"
_SPAN = re.compile(rf"{_CLOCK}\s*(?:-|to)\s*{_CLOCK}", re.IGNORECASE)
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to before `end`, which is on the next day where it isn't after `start`. An end
    of 24:00 is kept as the day's last moment."""

    start: time
    end: time

    @property
    def passes_midnight(self) -> bool:
        """Whether it ends on the day after the one on which it opens."""
        return self.end <= self.start

    def holds(self, moment: time) -> bool:
        """Whether the moment lies inside what it has of one day."""
        return self.start <= moment < self.end or (self.end == _LAST_MOMENT <= moment)

    def evening(self) -> Window:
        """What it has of the day on which it opens."""
        return Window(self.start, _LAST_MOMENT) if self.passes_midnight else self

    def night(self) -> Window:
        """What a window that passes midnight has of the next day."""
        return Window(time(), self.end)


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
        today, clock = local.date(), local.time()
        held = [window for window in self._windows(today) if window.holds(clock)]
        if not held:
            return moment
        latest = max(window.end for window in held)
        own = [each for each in self._moments(today, latest) if each > moment]
        changes = [each for each in self._changes(today) if each > moment]
        if latest == _LAST_MOMENT and any(each.passes_midnight for each in self._opening(today)):
            tomorrow = today + timedelta(days=1)
            ends = {window.end for window in self._windows(tomorrow)}
            own += [each for end in ends for each in self._moments(tomorrow, end)]
            changes += self._changes(tomorrow)
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
        """The hours of a day, with what the windows of the day before have of it."""
        return (*self._nights(day), *(each.evening() for each in self._opening(day)))

    def _nights(self, day: date) -> Windows:
        before = self._opening(day - timedelta(days=1))
        # A window until 0:00 has nothing of the next day.
        return tuple(each.night() for each in before if each.passes_midnight)

    def _opening(self, day: date) -> Windows:
        """The windows that open on a day."""
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
        try:
            windows = in_order([read_window(text) for text in texts])
        except OverlappingWindows as error:
            raise ValueError(f"windows of {days_text} that don't overlap") from error
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


class OverlappingWindows(ValueError):
    """Two windows of one day that have a moment in common."""


def in_order(windows: Sequence[Window]) -> Windows:
    """The windows of one day by when they open.

    Raises:
        OverlappingWindows: two of them overlap. What reaches into the next day may meet windows
            that open there.
    """
    ordered = sorted(windows, key=lambda window: window.start)
    for before, after in itertools.pairwise(ordered):
        if before.passes_midnight or after.start < before.end:
            raise OverlappingWindows("windows that don't overlap")
    return tuple(ordered)


def read_window(text: str) -> Window:
    """The window of ``10:00-20:00``, ``10-20``, ``8pm-2am`` or ``20:00-02:00``.

    A window that passes midnight says so: it opens at 13:00 or later, or has am and pm. Else
    ``10-8`` would ring all night for somebody who means the evening.
    """
    expected = ValueError(f"a window such as 10:00-20:00 or 8pm-2am instead of {text!r}")
    found = _SPAN.fullmatch(" ".join(text.translate(_DASHES).split()))
    if found is None or bool(found[3]) != bool(found[6]):
        # Whether "1-5 pm" begins at night nobody knows.
        raise expected
    try:
        start, end = _clock(*found.groups()[:3]), _clock(*found.groups()[3:])
    except ValueError as error:
        raise expected from error
    if start in (_LAST_MOMENT, end):
        raise expected
    if end == time():
        return Window(start, _LAST_MOMENT)
    if end < start and not found[3] and start < _SURELY_PM:
        raise expected
    return Window(start, end)


def _clock(hour: str, minute: str | None, half: str | None) -> time:
    number = int(hour)
    if half:
        if not 1 <= number <= 12:
            raise ValueError(hour)
        number = number % 12 + (12 if half[0] in "pP" else 0)
    if (number, int(minute or 0)) == (24, 0):
        return _LAST_MOMENT
    return time(number, int(minute or 0))


def _day(name: str, text: str) -> int:
    matching = [place for place, day in enumerate(DAYS) if len(name) >= 3 and day.startswith(name)]
    if len(matching) != 1:
        raise ValueError(f"days such as monday or monday-saturday instead of {text!r}")
    return matching[0]
