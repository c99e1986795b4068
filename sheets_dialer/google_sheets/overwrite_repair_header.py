"""The header row that people push down or pull up between a read and the write planned from it.

The write lands beside its rows then, over the header row perhaps. What lies further below is the
dialer's own and is put right by the next pass, as whenever people insert rows; the header row and
what stands above it must be put back at once, or the tab has no columns any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..tabs.queue_columns import DIALER
from .cell_updates import MOST_AT_ONCE, header_of
from .overwrite_repair import (
    Act,
    Cell,
    Origin,
    Overwrite,
    Written,
    along_rows,
    damage_of,
    went_over,
)

Over = tuple[dict[Cell, Any], frozenset[Cell], frozenset[Cell]]
SeenAbove = Mapping[Cell, Any]
"""What is seen of the tab's first rows after the write, by row and column."""


def damage_on_tab(written: Written, seen: SeenAbove) -> Overwrite | None:
    """What a write went over on the queue tab, by its first rows as they are now: because the
    header row had moved, or else because columns had. None where it hit its own cells."""
    place = written.columns.header_row, written.ref
    if seen.get(place) == written.token.header:
        shift = _shift(written, seen)
        if shift:
            return _by_rows(written, seen, shift)
    # What people move after the write takes the token along.
    tokens = [row for (row, _), value in seen.items() if value == written.token.header]
    row = place[0] if place[0] in tokens else min(tokens, default=place[0])
    return damage_of(written, header_of(seen, row))


def _shift(written: Written, seen: SeenAbove) -> int:
    """By how many rows the header row stands lower than the write took it to; 0 where it stands
    there, or where it isn't seen."""
    shifts = sorted(range(-written.columns.header_row, MOST_AT_ONCE + 1), key=abs)
    return next((shift for shift in shifts if _stands(written, seen, shift)), 0)


def _stands(written: Written, seen: SeenAbove, shift: int) -> bool:
    """Whether the header row is seen so much lower, but for the cells that were written over."""
    at = written.columns.header_row
    over = {column for row, column in written.places() if row == at + shift}
    header = [_text(value) for value in written.rows[at]]
    left = [column for column, title in enumerate(header) if title != "" and column not in over]
    return bool(left) and all(
        _text(seen.get((at + shift, column))) == header[column] for column in left
    )


def _by_rows(written: Written, seen: SeenAbove, shift: int) -> Overwrite:
    """The damage of a write that met a header row so much lower."""
    at = written.columns.header_row
    hit = frozenset(written.places())
    # Below the header the dialer's cells are worked out anew at the next pass, but for a Ref that
    # the token went over.
    places = frozenset(cell for cell in hit if cell[0] <= at + shift or cell == (at, written.ref))
    own = {written.columns.places[name] for name in DIALER}
    acts = list(_acts(at, shift))
    origins: list[Origin] = [along_rows(act) for act in acts if _explains(act, written, seen, hit)]

    def over(cells: frozenset[Cell], origins: list[Origin]) -> Over:
        return went_over(
            cells,
            origins,
            lambda cell: _read_at(written, cell),
            lambda cell: cell is not None and cell[0] >= at and cell[1] in own,
        )

    # Where the header row went is seen, whatever became of the rows above it.
    header = frozenset(cell for cell in places if cell[0] == at + shift)
    parts = over(header, [along_rows(acts[-1])]), over(places - header, origins)
    return Overwrite(
        written.token,
        written.ref,
        {**parts[0][0], **parts[1][0]},
        parts[0][1] | parts[1][1],
        parts[0][2] | parts[1][2],
        header_row=at + shift,
        by_rows=True,
    )


def _acts(at: int, shift: int) -> Iterator[Act]:
    """Every way in which so many rows are inserted or deleted above the header row, which stood at
    `at`; the last is just above it."""
    rows: list[int | None] = list(range(at + 1 + MOST_AT_ONCE))
    for start in range(at + 1 + min(shift, 0)):
        if shift > 0:
            yield (*rows[:start], *[None] * shift, *rows[start:])
        else:
            yield (*rows[:start], *rows[start - shift :])


def _explains(act: Act, written: Written, seen: SeenAbove, hit: frozenset[Cell]) -> bool:
    """Whether the rows down to the header row, as they are now, are those before by this act."""
    header = act.index(written.columns.header_row)
    width = max(map(len, written.rows.values()))
    for row, stood in enumerate(act[: header + 1]):
        left = [column for column in range(width) if (row, column) not in hit]
        now = [_text(seen.get((row, column))) for column in left]
        if stood is None:
            # A new row may have got a title already, but none that another one had.
            known = ([_text(written.read_at(each, at)) for at in left] for each in written.rows)
            if any(now) and now in known:
                return False
        elif now != [_text(_read_at(written, (stood, column))) for column in left]:
            return False
    return True


def _read_at(written: Written, cell: Cell | None) -> Any:
    """What the read found there; blank for a row that was not there yet."""
    if cell is None or cell[0] not in written.rows:
        return ""
    return written.read_at(*cell)


def _text(value: Any) -> Any:
    return "" if value is None else value
