"""Columns that people move between a read and the write that was planned from it.

Google moves no write along with them: it lands beside its own columns, over cells of people. What
stood there is known from the read; which column is which now follows from the header row as it is
after the write.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..columns import DIALER, Columns
from ..errors import SheetError
from ..texts import say
from ..token import Token
from .requests import Block, letters, row_runs

_MOST_AT_ONCE = 8
"""How many columns one act of a person is taken to insert, delete or move."""
_WIDEST = 100
"""Up to how many columns it is tried out whether some were moved, beside inserted and deleted."""
_MOST_TOLD = 3
"""How many columns, and how many groups of rows of each, a sentence tells."""


class _Anything:
    """Equal to whatever it is compared with: a title that isn't known."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


_ANYTHING = _Anything()
Cell = tuple[int, int]
"""A cell's row and column, zero-based."""
_Act = tuple[int | None, ...]
"""By place as it is now, where each column stood before; None for a new one."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a write put where, and what the read that it was planned from had found there.

    `rows` are the rows that it touches, by index and with the header row; `blocks` are its cells
    beside the token.
    """

    rows: Mapping[int, Sequence[Any]]
    columns: Columns
    blocks: Sequence[Block]
    token: Token

    @property
    def ref(self) -> int:
        """Where it put the token."""
        return self.columns.places["ref"]

    def places(self) -> Iterator[Cell]:
        """The queue tab's cells that it wrote."""
        yield 0, self.ref
        for block in self.blocks:
            for row in block.rows:
                for across in range(len(block.texts[0])):
                    yield row, block.column + across

    def read_at(self, row: int, column: int | None) -> Any:
        """What the read found there; blank for a column that was not there yet."""
        cells = self.rows[row]
        return cells[column] if column is not None and column < len(cells) else ""


@dataclass(frozen=True, slots=True)
class Damage:
    """The cells that a write went over, since columns had moved, at the places that they have now.

    `put_back` gives what stood in them; of the `lost` ones it can't be told. `peoples` are those of
    both that aren't the dialer's. `ref` is where the Ref column stands, None where it is gone.
    """

    token: Token
    ref: int | None
    put_back: Mapping[Cell, Any]
    lost: frozenset[Cell]
    peoples: frozenset[Cell]


class ColumnsMoved(SheetError):
    """A write was applied beside its columns; nobody may be called on it."""

    def __init__(self, damage: Damage) -> None:
        super().__init__(say("columns_moved"))
        self.damage = damage

    def told(self, *, is_mended: bool) -> SheetError:
        """What people must know, once it was tried to put everything back."""
        lost = self.damage.peoples & (self.damage.lost if is_mended else self.damage.peoples)
        if lost:
            return SheetError(say("columns_moved_lost", cells=where(lost)))
        if self.damage.peoples:
            return SheetError(say("columns_moved_put_back", cells=where(self.damage.peoples)))
        return self


def damage_of(written: Written, header: Sequence[Any]) -> Damage | None:
    """What a write went over, by the header row as it is now, or None where it hit the columns that
    it was planned for."""
    before, now = _titles(written.rows[0]), _titles(header)
    width = max(len(before), len(now), written.ref + 1) + _MOST_AT_ONCE
    before += [""] * (width - len(before))
    now += [""] * (width - len(now))
    ref_title = before[written.ref]
    acts: list[_Act] = []
    if now[written.ref] == written.token.header:
        now[written.ref] = _ANYTHING
        stood = {title: at for at, title in enumerate(before) if before.count(title) == 1}
        if all(title is _ANYTHING or stood.get(title, at) == at for at, title in enumerate(now)):
            return None
        acts = _acts_that_explain(before, now)
        hit = {column for _row, column in written.places()}
        if acts and all(act[at] == at for act in acts for at in hit):
            return None
    elif ref_title not in now:
        return None
    in_place = bool(acts) and all(act[written.ref] == written.ref for act in acts)
    ref = written.ref if in_place else _place_of(ref_title, now)
    own = frozenset(written.columns.places[name] for name in DIALER)
    return _damage(written, acts, ref, own)


def where(cells: Iterable[Cell]) -> str:
    """Names cells for people, such as ``C2:C7, C9, D1``."""
    by_column: dict[int, list[int]] = {}
    for row, column in cells:
        by_column.setdefault(column, []).append(row)
    named = [
        f"{letters(column)}{start + 1}" + (f":{letters(column)}{end}" if end > start + 1 else "")
        for column in sorted(by_column)
        for start, end in row_runs(by_column[column])
    ]
    return ", ".join(named[:_MOST_TOLD]) + (" …" if len(named) > _MOST_TOLD else "")


def _damage(written: Written, acts: Sequence[_Act], ref: int | None, own: frozenset[int]) -> Damage:
    put_back: dict[Cell, Any] = {}
    peoples: set[Cell] = set()
    places = frozenset(written.places())
    for row, column in places:
        origins = {act[column] for act in acts}
        found = [written.read_at(row, origin) for origin in origins]
        if found and all(value == found[0] for value in found):
            put_back[row, column] = found[0]
        if not origins <= own and (not acts or any(value not in ("", None) for value in found)):
            peoples.add((row, column))
    return Damage(written.token, ref, put_back, places - put_back.keys(), frozenset(peoples))


def _acts_that_explain(before: Sequence[object], now: Sequence[object]) -> list[_Act]:
    """Every single act that makes the header row `now` of the one `before`."""
    known = {title for title in before if title != ""}

    def explains(act: _Act) -> bool:
        return all(
            # A new column may have got a title already, but none that another one had.
            title not in known if origin is None else before[origin] == title
            for origin, title in zip(act, now, strict=True)
        )

    return [act for act in _acts(len(before)) if explains(act)]


def _acts(width: int) -> Iterator[_Act]:
    """Everything that one act may do to a row of so many columns."""
    row: list[int | None] = list(range(width))
    for start in range(width):
        for count in range(1, min(_MOST_AT_ONCE, width - start) + 1):
            rest, taken = row[:start] + row[start + count :], row[start : start + count]
            yield (*row[:start], *[None] * count, *row[start : width - count])
            # Those that come in from the right are blank, as new ones are.
            yield (*rest, *[None] * count)
            if width <= _WIDEST:
                for to in {*range(len(rest) + 1)} - {start}:
                    yield (*rest[:to], *taken, *rest[to:])


def _place_of(title: object, header: Sequence[object]) -> int | None:
    return next(
        (at for at, each in enumerate(header) if each == title and each is not _ANYTHING), None
    )


def _titles(row: Sequence[Any]) -> list[object]:
    return ["" if cell is None else cell for cell in row]
