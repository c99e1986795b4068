"""Where the values of a setup landed that went into cells which were there before: people may have
moved the rows and columns of the control tab between its read and its write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ...tabs.control_tab import ALARM_LABEL, CellNote
from ..overwrite_repair import Cell
from ..overwrite_repair_tabs import Seen, TabWrite, on_control_tab
from ..spreadsheet import TabFacts
from .making import Making, PlacedValue


@dataclass(frozen=True, slots=True)
class Misplaced:
    """Values that landed beside other labels or under other headings than they belong to.

    `tab` is the control tab's id, `put_back` gives what stood in their cells, `peoples` are those
    of them that weren't blank, `lost` those of which it can't be told what stood there. What
    belongs to these `labels` is to be made again.
    """

    tab: int
    put_back: Sequence[CellNote]
    peoples: frozenset[Cell]
    lost: frozenset[Cell]
    labels: frozenset[str]


def ranges(making: Making) -> list[str]:
    """In A1 notation, what must be seen after the write; nothing where nothing was placed."""
    return _beside(making, ()).ranges if making.placed else []


def misplaced(making: Making, seen: Seen) -> Misplaced | None:
    """What landed in other cells than it was meant for, by the header row and the labels as the
    write left them; None where all is well, or the answer doesn't show the tab."""
    if not seen:
        return None
    wrong = [each for each in making.placed if not _is_right(each, seen)]
    if not wrong:
        return None
    rows, columns = making.grid.new_rows, making.grid.new_columns
    in_room = [each for each in wrong if each.row in rows or each.column in columns]
    beside = _beside(making, [each for each in wrong if each not in in_room])
    # What setup inserted stands where it was put: without it, this is how people left the tab.
    origins = beside.origins(
        {
            (rows.before(row), columns.before(column)): value
            for (row, column), value in seen.items()
            if row not in rows and column not in columns
        }
    )
    back, lost, peoples = beside.went_over([_same] if origins is None else origins)

    def now(cell: Cell) -> Cell:
        return rows.after(cell[0]), columns.after(cell[1])

    alarms = {
        (row, column)
        for each in wrong
        for row, column in map(now, (*back, *lost))
        if _text(seen.get((row, 0))) == ALARM_LABEL.casefold()
        and _text(seen.get((0, column))) == _text(each.heading)
    }
    labels = {each.label for each in wrong} | ({ALARM_LABEL} if alarms else set())
    # Nothing of people's stood in the rows and columns that setup made, and its own alarm is made
    # again.
    cells: dict[Cell, Any] = dict.fromkeys([(each.row, each.column) for each in in_room], "")
    cells |= {now(cell): value for cell, value in back.items()} | dict.fromkeys(alarms, "")
    return Misplaced(
        making.tab.id,
        [CellNote(row, column, value) for (row, column), value in cells.items()],
        frozenset(map(now, peoples)) - alarms,
        frozenset(map(now, lost)) - alarms,
        frozenset(labels),
    )


def _beside(making: Making, placed: Iterable[PlacedValue]) -> TabWrite:
    """The placed values by where they would be without the rows and columns that setup made."""
    rows, columns = making.grid.new_rows, making.grid.new_columns
    notes = [CellNote(rows.before(at.row), columns.before(at.column), at.value) for at in placed]
    tab = TabFacts(making.tab.id, making.tab.title, making.tab.grid.columns, making.tab.grid.rows)
    return on_control_tab(tab, making.grid.found, notes, is_old=False)


def _is_right(placed: PlacedValue, seen: Seen) -> bool:
    labels = {placed.row: placed.label, **dict(placed.needs)}
    return _text(seen.get((0, placed.column))) == _text(placed.heading) and all(
        _text(seen.get((row, 0))) == _text(label) for row, label in labels.items()
    )


def _same(cell: Cell) -> Cell | None:
    """Where nothing was moved, but a label or a heading was written anew."""
    return cell


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip().casefold()
