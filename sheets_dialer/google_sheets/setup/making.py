"""Collects what one tab gets, and remembers in the sheet what was made."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from ..cell_updates import update
from .grid_change import GridChange
from .looks import Look, Looks
from .memory import HIGHEST_ID, MadePart, PartsMemory, Request
from .reading import TabState


@dataclass(frozen=True, slots=True)
class PlacedValue:
    """A value that is put into a cell that was there before. It belongs beside `label`, which
    stands in the first column, and under `heading`, which stands in the first row. A formula
    `needs` other rows, with their labels."""

    row: int
    column: int
    value: str
    label: str
    heading: str
    needs: tuple[tuple[int, str], ...] = ()


class Making:
    """What is about to be made of one tab: first what dialling needs, of which `added` tells in
    words, with `grid` making room for it; then `looks`. `memory` knows what was made before.

    `placed` is what goes into cells of people's rows and columns, not into new ones, and must be
    looked after.
    """

    def __init__(self, tab: TabState, header_row: int = 0) -> None:
        self.tab = tab
        self.added: list[str] = []
        self.placed: list[PlacedValue] = []
        self.grid = GridChange(tab)
        self.memory = PartsMemory(tab)
        self.looks = Looks(tab, self.memory, header_row)
        self._requests: list[Request] = []
        self._needed: list[MadePart] = []
        """What is remembered with what dialling needs."""

    def once(self, part: str, column: int, *, again: bool) -> bool:
        """As `Looks.once`, of a part that dialling needs."""
        is_new = not self.memory.has_made(part, column)
        if is_new:
            self._needed.append((column, part))
            self.memory.mark(part, column)
        return is_new or again

    def tell(self, what: str) -> None:
        """Says once what dialling needs and was added."""
        if what not in self.added:
            self.added.append(what)

    def write(self, row: int, column: int, rows: Sequence[Sequence[str]]) -> None:
        """Writes texts; the grid grows where it is too small."""
        self.grid.need(row + len(rows), column + max(map(len, rows)))
        self._requests.append(update(self.tab.id, row, column, rows))

    def formula(self, row: int, column: int, text: str) -> None:
        """Writes a formula, which belongs to what is needed."""
        cells = {
            "start": {"sheetId": self.tab.id, "rowIndex": row, "columnIndex": column},
            "rows": [{"values": [{"userEnteredValue": {"formulaValue": text}}]}],
            "fields": "userEnteredValue",
        }
        self._requests.append({"updateCells": cells})

    def batch(self) -> list[Request]:
        """All requests for what is needed, in order. One that can't be applied twice comes early:
        where an answer was lost and setup runs again, only one of the two batches is applied,
        whichever comes late."""
        needed = self._needed
        made = [*self._new_tab(), *self.grid.requests()]
        if (self._requests or made) and not needed:
            needed = [(None, "completed")]  # nothing new is remembered: only against two of these
        return [*made, *self.memory.notes(needed), *self._requests]

    def memory_of(self, looks: Sequence[Look]) -> list[Request]:
        """Remembers in the sheet that these were made."""
        return self.memory.notes(part for look in looks for part in look.memory)

    def _new_tab(self) -> list[Request]:
        if not self.tab.is_new:
            return []
        properties = {"sheetId": self.tab.id, "title": self.tab.title}
        return [{"addSheet": {"properties": properties}}]


def new_tab(title: str, taken: Sequence[int]) -> TabState:
    """A tab that is to be added, with an id of its own."""
    while (number := secrets.randbelow(HIGHEST_ID) + 1) in taken:
        pass
    return TabState(id=number, title=title, is_new=True)
