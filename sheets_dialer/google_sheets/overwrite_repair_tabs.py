"""What a write put on the tabs beside the queue's, and what it went over there because people moved
rows or columns between the read and the write.

The control tab tells by its header row and its labels what stands where now, the do-not-call tab
by its header row alone: of its rows the dialer writes its own columns only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..tabs.control_tab import (
    ALARM_LABEL,
    CAMPAIGN_LABEL,
    CONTROL_LABEL,
    LABELS,
    SETTINGS,
    CellNote,
)
from ..tabs.fencing_token import Token
from ..tabs.opt_out_lines import OptOutLines
from .cell_updates import header_of, quoted
from .overwrite_repair import (
    Cell,
    Origin,
    Overwrite,
    acts_that_explain,
    aligned,
    along_columns,
    along_rows,
    have_gone,
    have_moved,
    went_over,
)
from .spreadsheet import TabFacts, cells_of

_OWN_LABELS = frozenset(
    label.casefold()
    for label in LABELS
    if label not in (CAMPAIGN_LABEL, CONTROL_LABEL, ALARM_LABEL, *SETTINGS)
)
Seen = Mapping[Cell, Any]
"""What is seen of a tab after the write: its header row and labels at least, by row and column."""


@dataclass(frozen=True, slots=True)
class TabWrite:
    """What a write put on such a tab, and what the read that it was planned from had found there.

    `rows` are the rows that the read found, by index: all of a tab with labels, else the header and
    those that are touched. `cells` is what the write put where; `own` are the dialer's cells by
    their places in the read, `alarms` the formulas that watch over it. `is_old` is whether people
    may have typed there since that read.
    """

    tab: TabFacts
    rows: Mapping[int, Sequence[Any]]
    cells: Mapping[Cell, str | float]
    own: frozenset[Cell]
    has_labels: bool
    alarms: frozenset[Cell] = frozenset()
    is_old: bool = False

    @property
    def ranges(self) -> list[str]:
        """In A1 notation, what must be seen after the write."""
        title = quoted(self.tab.title)
        return [f"{title}!1:1", f"{title}!A:A"] if self.has_labels else [f"{title}!1:1"]

    def read_at(self, cell: Cell | None) -> Any:
        """What the read found there; blank for a cell that was not there yet."""
        row, column = cell or (-1, 0)
        cells = self.rows.get(row, ())
        return cells[column] if column < len(cells) else ""

    def stands(self, seen: Seen) -> bool:
        """Whether all that was written is still where it was put; what is moved later goes
        along."""
        return all(_is_same(seen.get(cell), value) for cell, value in self.cells.items())

    def damage(self, seen: Seen, token: Token, ref: int, header_row: int = 0) -> Overwrite | None:
        """What the write went over, or None where it hit the cells that it was planned for. `token`
        is what it put on the queue tab, `ref` and `header_row` tell in which cell."""
        origins = self.origins(seen)
        hit = frozenset(self.cells)
        if origins is None or (origins and all(each(at) == at for each in origins for at in hit)):
            return None
        return Overwrite(token, ref, *self.went_over(origins), self.tab, header_row)

    def went_over(
        self, origins: Sequence[Origin]
    ) -> tuple[dict[Cell, Any], frozenset[Cell], frozenset[Cell]]:
        """What stood in the cells that were written, where it can't be told, and which are
        people's: as in `overwrite_repair.went_over`."""
        hit = frozenset(self.cells)
        put_back, lost, peoples = went_over(hit, origins, self.read_at, self.own.__contains__)
        if self.is_old:
            put_back, lost = {}, hit
        elif silenced := {
            at for at in put_back if any(each(at) in self.alarms for each in origins)
        }:
            # Its value would say for ever that the dialer is running.
            put_back |= dict.fromkeys(silenced, "")
            lost |= silenced
        return put_back, lost, peoples

    def origins(self, seen: Seen) -> list[Origin] | None:
        """Every single act that explains what is seen, or None where nothing has moved."""
        if not seen:
            # The tab has another title by now, and the answer was asked for by the old one.
            return None
        header, header_now = aligned(self.rows.get(0, ()), header_of(seen))
        is_moved, is_gone = have_moved(header, header_now), have_gone(header, header_now)
        by_columns = [along_columns(act) for act in acts_that_explain(header, header_now)]
        if not self.has_labels:
            return by_columns if is_moved or (is_gone and by_columns) else None
        read = [self.read_at((row, 0)) for row in range(len(self.rows))]
        labels, labels_now = aligned(read, _column_of(seen))
        is_moved = is_moved or have_moved(labels, labels_now)
        if not is_moved and not is_gone and not have_gone(labels, labels_now):
            return None
        by_rows = [along_rows(act) for act in acts_that_explain(labels, labels_now)]
        shown = [(0, at) for at in range(len(header))] + [(at, 0) for at in range(len(labels))]
        titles = {*header, *labels} - {""}

        def explains(origin: Origin) -> bool:
            for place in shown:
                now, stood = _text(seen.get(place)), origin(place)
                if now in titles if stood is None else now != _text(self.read_at(stood)):
                    return False
            return True

        origins = list(filter(explains, by_columns + by_rows))
        # A title that is only gone may have been typed over.
        return origins if origins or is_moved else None


def on_control_tab(
    tab: TabFacts, grid: Sequence[Sequence[Any]], notes: Sequence[CellNote], *, is_old: bool
) -> TabWrite:
    """Notes that are written on the control tab, where the read found this."""
    columns = {note.column for note in notes}
    labels = [str(cells[0]).strip().casefold() if cells else "" for cells in grid]
    alarm = ALARM_LABEL.casefold()
    return TabWrite(
        tab,
        dict(enumerate(grid)),
        {(note.row, note.column): note.value for note in notes},
        own=frozenset(
            (row, at) for row, each in enumerate(labels) if each in _OWN_LABELS for at in columns
        ),
        has_labels=True,
        alarms=frozenset(
            (row, at)
            for row, each in enumerate(labels)
            if each == alarm
            for at in range(1, len(grid[row]))
        ),
        is_old=is_old,
    )


def on_do_not_call_tab(tab: TabFacts, rows: Sequence[bytes], lines: OptOutLines) -> TabWrite:
    """Lines that are written on the do-not-call tab, where the read found these rows."""
    cells: dict[Cell, str | float] = {
        (row, lines.places[title]): text
        for row, texts in lines.cells.items()
        for title, text in texts.items()
    }
    touched = {row: cells_of(rows[row]) for row in (0, *lines.lines) if row < len(rows)}
    return TabWrite(tab, touched, cells, frozenset(cells), has_labels=False)


def all_of(rows: Sequence[Sequence[Any]]) -> Seen:
    """A whole tab, as a read finds it."""
    return {(row, at): value for row, cells in enumerate(rows) for at, value in enumerate(cells)}


def _column_of(seen: Seen) -> list[Any]:
    height = max((row + 1 for row, column in seen if column == 0), default=0)
    return [seen.get((row, 0)) for row in range(height)]


def _text(value: Any) -> Any:
    return "" if value is None else value


def _is_same(shown: Any, written: str | float) -> bool:
    if isinstance(written, str) or not isinstance(shown, int | float):
        return bool(_text(shown) == written)
    return math.isclose(shown, written, rel_tol=1e-9)
