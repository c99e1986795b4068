"""The dialer's own columns of the do-not-call tab: who opted out, when, and in which campaign.

They are a display. What keeps a number from being called is the ledger; so a line that people
delete comes back, and one that another ledger wrote is left alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ..domain.opt_out import OptOut
from ..domain.phone_numbers import NotDiallable, read_number
from ..domain.times import stamp
from .do_not_call import OWN_COLUMNS, is_answered
from .queue_columns import normal
from .queue_rows import text_of

MOST_LINES = 500
"""So many lines are written at once; the others follow with the next passes."""
_BLANK = ("", "", "")

OptOutLine = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class OptOutLines:
    """What the own columns should say and don't say yet: by row (zero-based), the three cells."""

    places: Mapping[str, int]
    """Where each of the columns stands, by its title."""
    lines: Mapping[int, OptOutLine]

    @property
    def cells(self) -> dict[int, dict[str, str]]:
        """By row and title, the texts."""
        return {
            row: dict(zip(OWN_COLUMNS, line, strict=True))
            for row, line in sorted(self.lines.items())
        }


def missing_lines(
    grid: Sequence[Sequence[object]], opt_outs: Iterable[OptOut], zone: ZoneInfo
) -> OptOutLines | None:
    """What is to be written so that the tab lists every one of the opt-outs, and none that was
    taken back; None when nothing is, or when the tab hasn't each of the columns once. A line that
    is newer than what took it back is another ledger's."""
    places = _places(grid[0]) if grid else None
    if places is None:
        return None
    all_of_them = list(opt_outs)
    ours = {each.campaign for each in all_of_them} | {""}
    known = {each.number for each in all_of_them}
    shown: dict[str, list[tuple[int, OptOutLine]]] = {}
    changes: dict[int, OptOutLine] = {}
    for row, cells in enumerate(itertools.islice(grid, 1, None), start=1):
        line = _line(cells, places)
        if line == _BLANK:
            continue
        # As the dialer writes it; reading what people wrote takes a hundred times as long.
        number = line[0] if line[0] in known else read_number(line[0])
        if number is not None and not isinstance(number, NotDiallable):
            digits = number if isinstance(number, str) else number.digits
            shown.setdefault(digits, []).append((row, line))
        elif not line[0] and line[2] in ours:
            changes[row] = _BLANK
    below, since = len(grid), places[OWN_COLUMNS[1]]
    for each in all_of_them:
        wanted = (each.number, stamp(each.since, zone), each.campaign)
        found = shown.get(each.number, [])
        own = [(row, line) for row, line in found if line[2] in ours]
        if each.allowed_at is not None:
            changes |= {
                row: _BLANK
                for row, _line in own
                if is_answered(_cell(grid[row], since), each.allowed_at, zone)
            }
        elif own:
            kept = next((row for row, line in own if line == wanted), own[0][0])
            changes |= {row: _BLANK for row, _line in own if row != kept}
            if (kept, wanted) not in own:
                changes[kept] = wanted
        elif not found:
            changes[below] = wanted
            below += 1
        if len(changes) >= MOST_LINES:
            break
    if not changes:
        return None
    return OptOutLines(places, dict(itertools.islice(sorted(changes.items()), MOST_LINES)))


def _places(header: Sequence[object]) -> dict[str, int] | None:
    titles = [normal(cell) for cell in header]
    if any(titles.count(normal(title)) != 1 for title in OWN_COLUMNS):
        return None
    return {title: titles.index(normal(title)) for title in OWN_COLUMNS}


def _line(cells: Sequence[object], places: Mapping[str, int]) -> OptOutLine:
    number, since, campaign = (text_of(_cell(cells, places[title])) for title in OWN_COLUMNS)
    return number, since, campaign


def _cell(cells: Sequence[object], place: int) -> object:
    return cells[place] if place < len(cells) else ""
