"""The do-not-call tab: numbers, in any form, that are never called.

It is a list that protects people, so it is read generously, and what can't be read isn't passed
over: a line that holds digits in which no number can be found, and a cell with an error or one that
is still loading, stop all new calls until a person has looked at them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from ..domain.number_search import FoundNumbers, find_numbers, without_days
from ..domain.times import read_moment
from ..texts import say
from .cell_errors import is_error
from .queue_columns import cell_name, meaning, normal

OWN_COLUMNS = ("Opted Out", "Opted Out At", "Opted Out In")
"""The dialer's columns of the tab: numbers that opted out by key, when, and in which campaign."""
_NUMBERS = ("phone", "called_number")
"""What a header must mean for its column to be one of phone numbers."""
_OF_PHONES = frozenset(
    (
        *("phone", "phones", "mobile", "mobiles", "cell", "tel", "telephone", "contact"),
        *("contacts", "whatsapp", "landline", "فون", "موبائل", "رابطہ"),
    )
)
_OF_SOMETHING_ELSE = frozenset(
    (
        *("sr", "s", "serial", "sl", "no", "id", "ref", "reference", "code", "row", "line"),
        *("date", "dated", "day", "time", "when", "since", "until", "till", "on", "at", "month"),
        *("year", "added", "updated", "created", "amount", "price", "total", "rs", "pkr", "qty"),
        *("quantity", "count", "age", "order", "orders", "invoice", "parcel", "cn", "tracking"),
        *("cnic", "nic", "address", "house", "street", "city", "zip", "postal", "branch", "shop"),
        *("store", "times", "calls", "شمار", "تاریخ", "وقت", "دن", "رقم", "آرڈر", "پتہ", "عمر"),
    )
)
"""Words of headers below which digits are something else than a phone number."""
_OF_NUMBERS = frozenset(("number", "numbers", "num", "نمبر"))
_WORD = re.compile(r"[^\W\d_]+")
_HEADER_ROWS = 20
_FEWEST_IN_A_NUMBER = 7
_FEWEST_IN_A_HEADER = 5
_FEWEST_IN_A_PART = 4
"""So many digits in a remark may be a part of a number: 0300."""
_SMALL = 1_000
_DAYS = range(36_526, 73_051)
"""Days of this century as Sheets counts them."""
_YEARS = range(1_900, 2_100)
_CELLS_NAMED = 5


@dataclass(frozen=True, slots=True)
class DoNotCall:
    """Who is not called. `rows` gives each number's row as the sheet counts it, `unreadable` the
    rows below a header of phone numbers in which only words stand; `problem` stops all calls."""

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
    """Reads the tab: every number that can be found in any cell bars, whatever stands beside it,
    but for the dialer's own columns.

    `known` are the numbers that opted out by key as far as this ledger knows, with the time at
    which a person allowed calls again, if one did. Of those the ledger decides, but for a line that
    is newer than that. What the dialer's own column lists beside them has been heard by another
    ledger, or by this one before it was lost or restored, and isn't called either.
    """
    if grid is None:
        return DoNotCall(problem=say("do_not_call_missing"))
    reading = _Reading(_laid_out(grid))
    rows = {**_opted_out_elsewhere(grid, zone, known), **reading.numbers}
    return DoNotCall(rows, tuple(reading.wordy), reading.problem())


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


class _Kind(Enum):
    """What a column holds, by its header."""

    PHONES = "phones"
    SOMETHING_ELSE = "something else"
    UNKNOWN = "unknown"
    OWN = "the dialer's own"


@dataclass(frozen=True, slots=True)
class _Grid:
    """The tab's cells, and what each column holds. Rows and places are zero-based."""

    cells: Sequence[Sequence[object]]
    header_row: int
    kinds: Sequence[_Kind]

    def is_unclear(self, row: int, place: int, found: FoundNumbers, *, has_number: bool) -> bool:
        """Whether digits stand in a cell that may have been meant as a number to bar."""
        cell, kind = self.cells[row][place], self.kinds[place]
        if found.missed and not (has_number and kind is _Kind.SOMETHING_ELSE):
            return True
        if found.numbers or not found.digits:
            return False
        if row <= self.header_row:
            # A header, or a title above it, though not every list has one.
            return not has_number and found.digits >= _FEWEST_IN_A_HEADER
        if kind is _Kind.PHONES:
            return cell not in (0, "0")
        if has_number:
            return False
        if kind is _Kind.SOMETHING_ELSE:
            return found.digits >= _FEWEST_IN_A_NUMBER and not isinstance(cell, float)
        if isinstance(cell, int | float):
            return not self.is_a_count(row, place, found)
        return found.digits >= _FEWEST_IN_A_PART

    def is_a_count(self, row: int, place: int, found: FoundNumbers) -> bool:
        """Whether a cell holds nothing but a running number, a quantity, a year, a day or a time:
        people fill such columns before they write names and numbers beside them."""
        cell = self.cells[row][place]
        if isinstance(cell, int | float):
            if cell < _SMALL or int(cell) in _DAYS or int(cell) in _YEARS:
                return True
            near = {self._cell(row - 1, place), self._cell(row + 1, place)}
            return bool(near & {cell - 1, cell + 1})
        text = without_days(str(cell))
        return found.digits < _FEWEST_IN_A_PART and _WORD.search(text) is None

    def _cell(self, row: int, place: int) -> object:
        cells = self.cells[row] if 0 <= row < len(self.cells) else ()
        return cells[place] if place < len(cells) else None


class _Reading:
    """What people wrote on the tab: `numbers` by row, rows with mere words where a number should
    be, and the cells that must be put right before anybody is called."""

    def __init__(self, grid: _Grid) -> None:
        self._grid = grid
        self.numbers: dict[str, int] = {}
        self.wordy: list[int] = []
        self._unclear: list[str] = []
        self._errors: list[str] = []
        self._is_written = False
        for row, cells in enumerate(grid.cells):
            self._read_row(row, cells)

    def problem(self) -> str | None:
        """Why nobody is called; None where everything on the tab is understood."""
        said: list[str] = []
        if self._errors:
            said.append(say("do_not_call_errors", cells=_named(self._errors)))
        if self._unclear:
            said.append(say("do_not_call_unclear", cells=_named(self._unclear)))
        if not said and self._is_written and not self.numbers:
            said.append(say("do_not_call_unreadable"))
        return " ".join(said) or None

    def _read_row(self, row: int, cells: Sequence[object]) -> None:
        kinds = self._grid.kinds
        written: list[tuple[int, FoundNumbers]] = []
        for place, cell in enumerate(cells):
            # Most cells are blank, or hold one number in the usual form.
            if cell in ("", None) or isinstance(cell, bool):
                continue
            if is_error(cell):
                self._errors.append(cell_name(row, place))
            elif kinds[place] is not _Kind.OWN and str(cell).strip():
                written.append((place, find_numbers(cell)))
        for _place, found in written:
            for number in (*found.numbers, *found.within):
                self.numbers.setdefault(number, row + 1)
        has_number = any(found.numbers for _, found in written)
        unclear = [
            place
            for place, found in written
            if self._grid.is_unclear(row, place, found, has_number=has_number)
        ]
        self._unclear += [cell_name(row, place) for place in unclear]
        if not row or row == self._grid.header_row:
            return
        self._is_written = self._is_written or not all(
            self._grid.is_a_count(row, place, found) for place, found in written
        )
        wordy = any(kinds[place] is _Kind.PHONES for place, _ in written)
        if wordy and not has_number and not unclear:
            self.wordy.append(row + 1)


def _laid_out(grid: Sequence[Sequence[object]]) -> _Grid:
    """Finds the header row, and by it what each column holds. The dialer's own columns are headed
    in the first row; people's lists may have a title above their headers."""
    first = [normal(cell) for cell in grid[0]] if grid else []
    ours = {normal(title) for title in OWN_COLUMNS}
    own = {place for place, title in enumerate(first) if title in ours}
    header_row, most = 0, 0
    for row, cells in enumerate(itertools.islice(grid, _HEADER_ROWS)):
        texts = [each for place, each in enumerate(cells) if place not in own]
        if any(find_numbers(each).numbers for each in texts):
            break
        known = [kind for each in texts if (kind := _kind_of(each)) is not _Kind.UNKNOWN]
        # A title may speak of phone numbers, too; the headers stand below it.
        if _Kind.PHONES in known and len(known) >= most:
            header_row, most = row, len(known)
    kinds = [_Kind.UNKNOWN] * max(map(len, grid), default=0)
    for cells in itertools.islice(grid, header_row + 1):
        for place, cell in enumerate(cells):
            if isinstance(cell, str) and cell.strip():
                kinds[place] = _kind_of(cell)
    kinds = [_Kind.OWN if place in own else kind for place, kind in enumerate(kinds)]
    return _Grid(grid, header_row, kinds)


def _kind_of(title: object) -> _Kind:
    if not isinstance(title, str) or find_numbers(title).numbers:
        return _Kind.UNKNOWN
    means, words = meaning(title), set(_WORD.findall(title.casefold()))
    if means in _NUMBERS or words & _OF_PHONES:
        return _Kind.PHONES
    if means is not None or words & _OF_SOMETHING_ELSE or title.strip() == "#":
        return _Kind.SOMETHING_ELSE
    return _Kind.PHONES if words & _OF_NUMBERS else _Kind.UNKNOWN


def _named(cells: Sequence[str]) -> str:
    named = f"{say('comma')} ".join(cells[:_CELLS_NAMED])
    rest = len(cells) - _CELLS_NAMED
    return say("cells_and_more", cells=named, count=rest) if rest > 0 else named


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

    def listed(cells: Sequence[object]) -> Iterator[str]:
        cell = cells[column] if column < len(cells) else None
        # As the dialer writes it; reading what people wrote takes a hundred times as long.
        if cell in (None, "") or (isinstance(cell, str) and is_settled(cell, cells)):
            return
        found = find_numbers(cell)
        yield from (each for each in (*found.numbers, *found.within) if not is_settled(each, cells))

    rows: dict[str, int] = {}
    for row, cells in enumerate(grid, start=1):
        for number in listed(cells):
            rows.setdefault(number, row)
    return rows
