"""The do-not-call tab: numbers, in any form, that are never called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from .columns import meaning, normal
from .phone import Number, read_number
from .texts import say
from .when import read_moment

OWN_COLUMNS = ("Opted Out", "Opted Out At", "Opted Out In")
"""The dialer's columns of the tab: numbers that opted out by key, when, and in which campaign."""
_NUMBERS = ("phone", "called_number")
"""What a header must mean for its column to be one of phone numbers."""
_SEVEN_DIGITS = re.compile(r"(?:\D*\d){7}")
_DIGIT = re.compile(r"\d")
_DAY = re.compile(
    r"\s*(?:(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d)(?!\d)"
)


@dataclass(frozen=True, slots=True)
class DoNotCall:
    """Who is not called. `rows` gives each number's row as the sheet counts it, `unreadable` the
    rows in which something stands that is no number; `problem` stops all calls."""

    rows: Mapping[str, int] = field(default_factory=dict)
    unreadable: tuple[int, ...] = ()
    problem: str | None = None

    @property
    def note(self) -> str | None:
        """What a person should look at, though calls go on."""
        if not self.unreadable:
            return None
        rows = ", ".join(map(str, self.unreadable[:5]))
        if len(self.unreadable) > 5:
            return say("unreadable_rows_and_more", rows=rows, count=len(self.unreadable) - 5)
        if len(self.unreadable) > 1:
            return say("unreadable_rows", rows=rows)
        return say("unreadable_row", row=rows)


def read_do_not_call(
    grid: Sequence[Sequence[object]] | None,
    zone: ZoneInfo,
    known: Mapping[str, datetime | None] = MappingProxyType({}),
) -> DoNotCall:
    """Reads the tab: every column but the dialer's own and those whose header means something else,
    such as an order. Where people wrote and no number can be read at all, nobody is called.

    `known` are the numbers that opted out by key as far as this ledger knows, with the time at
    which a person allowed calls again, if one did. Of those the ledger decides, but for a line that
    is newer than that. What the dialer's own column lists beside them has been heard by another
    ledger, or by this one before it was lost or restored, and isn't called either.
    """
    if grid is None:
        return DoNotCall(problem=say("do_not_call_missing"))
    columns = _Columns.of(grid)
    numbers: dict[str, int] = {}
    unreadable: list[int] = []
    left: dict[int, list[int]] = {}
    holding: set[int] = set()
    written = False
    for row, cells in enumerate(grid, start=1):
        found, other = columns.read(cells)
        for place, digits in found:
            numbers.setdefault(digits, row)
            holding.add(place)
        if row == 1:
            continue
        written = written or bool(found or other)
        missed = [place for place in other if place in columns.named]
        if any(_DIGIT.search(str(cells[place])) for place in missed) or (missed and not found):
            unreadable.append(row)
        elif not found:
            for place in other:
                left.setdefault(place, []).append(row)
    # In a column of names or remarks no number is missed; in one that holds numbers one is.
    unreadable += [row for place in holding & left.keys() for row in left[place]]
    rows = {**_opted_out_elsewhere(grid, zone, known), **numbers}
    problem = say("do_not_call_unreadable") if written and not numbers else None
    return DoNotCall(rows, tuple(sorted(set(unreadable))), problem)


def is_answered(since: object, allowed_at: datetime, zone: ZoneInfo) -> bool:
    """Whether a person allowed calls again after what stands in Opted Out At; in doubt it isn't."""
    try:
        # A time of day alone may be of any day, so it counts as later; so does one that the clocks
        # of autumn show twice.
        moment = read_moment(since, zone, allowed_at + timedelta(days=2))
    except ValueError:
        return False
    if moment is None:
        return False
    return moment.astimezone(zone).replace(fold=1).astimezone(UTC) <= allowed_at


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which columns hold numbers by their header, which others may hold some, and which are the
    dialer's own."""

    named: frozenset[int]
    others: frozenset[int]
    own: frozenset[int]

    @classmethod
    def of(cls, grid: Sequence[Sequence[object]]) -> _Columns:
        """Tells the columns apart by the header row, beyond which people may have written, too."""
        header = list(grid[0]) if grid else []
        header += [""] * (max(map(len, grid), default=0) - len(header))
        ours = {normal(title) for title in OWN_COLUMNS}
        own = {place for place, title in enumerate(header) if normal(title) in ours}
        meanings = {place: meaning(title) for place, title in enumerate(header)}
        named = {place for place, what in meanings.items() if what in _NUMBERS}
        others = {place for place, what in meanings.items() if what is None} - own
        return cls(frozenset(named), frozenset(others), frozenset(own))

    def read(self, cells: Sequence[object]) -> tuple[list[tuple[int, str]], list[int]]:
        """The numbers that people wrote in a row, each with its column, and the columns in which
        they wrote something else."""
        found: list[tuple[int, str]] = []
        other: list[int] = []
        for place, cell in enumerate(cells):
            if place in self.own or _is_blank(cell):
                continue
            # Reading takes a hundred times as long as a look at what can be no number.
            may_be = place in self.named or (place in self.others and _may_be_number(cell))
            number = read_number(cell) if may_be else None
            if isinstance(number, Number):
                found.append((place, number.digits))
            else:
                other.append(place)
        return found, other


def _is_blank(cell: object) -> bool:
    """Whether nobody wrote anything there; a checkbox says nothing about a number."""
    return cell is None or isinstance(cell, bool) or (isinstance(cell, str) and not cell.strip())


def _may_be_number(cell: object) -> bool:
    if isinstance(cell, str):
        return _SEVEN_DIGITS.match(cell) is not None and _DAY.match(cell) is None
    return isinstance(cell, int | float) and cell >= 1_000_000


def _opted_out_elsewhere(
    grid: Sequence[Sequence[object]], zone: ZoneInfo, known: Mapping[str, datetime | None]
) -> dict[str, int]:
    """By number, the row of the dialer's own column that lists it, but of those of which the ledger
    knows as much or more."""
    header = [normal(cell) for cell in grid[0]] if grid else []
    title, since_title, _ = map(normal, OWN_COLUMNS)
    if header.count(title) != 1:
        return {}
    column = header.index(title)
    since = header.index(since_title) if header.count(since_title) == 1 else None

    def is_settled(number: str, cells: Sequence[object]) -> bool:
        allowed_at = known.get(number)
        if number not in known or allowed_at is None:
            return number in known
        time = None if since is None or since >= len(cells) else cells[since]
        return is_answered(time, allowed_at, zone)

    rows: dict[str, int] = {}
    for row, cells in enumerate(grid, start=1):
        cell = cells[column] if column < len(cells) else None
        # As the dialer writes it; reading what people wrote takes a hundred times as long.
        if cell in (None, "") or (isinstance(cell, str) and is_settled(cell, cells)):
            continue
        number = read_number(cell)
        if isinstance(number, Number) and not is_settled(number.digits, cells):
            rows.setdefault(number.digits, row)
    return rows
