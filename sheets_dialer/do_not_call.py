"""The do-not-call tab: numbers, in any form, that are never called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .columns import PEOPLE, normal
from .control import DO_NOT_CALL_TAB
from .phone import NotDiallable, Number, read_number

OWN_COLUMNS = ("Opted Out", "Opted Out At", "Opted Out In")
"""What the dialer fills in there: who asked by key not to be called, when, in which campaign."""
MISSING = f"The {DO_NOT_CALL_TAB} tab is missing. Run setup."


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
        more = f" and {len(self.unreadable) - 5} more" if len(self.unreadable) > 5 else ""
        place = "row" if len(self.unreadable) == 1 else "rows"
        return f"{DO_NOT_CALL_TAB}: no number that can be read in {place} {rows}{more}. Correct it."


def read_do_not_call(grid: Sequence[Sequence[object]] | None) -> DoNotCall:
    """Reads the tab: the column whose header means a phone number, else the first one."""
    if grid is None:
        return DoNotCall(problem=MISSING)
    header = [normal(cell) for cell in grid[0]] if grid else []
    named = [place for place, title in enumerate(header) if title in PEOPLE["phone"]]
    column = named[0] if named else 0
    rows: dict[str, int] = {}
    unreadable: list[int] = []
    for row, cells in enumerate(grid, start=1):
        number = read_number(cells[column]) if column < len(cells) else None
        if isinstance(number, Number):
            rows.setdefault(number.digits, row)
        elif isinstance(number, NotDiallable) and row > 1:
            unreadable.append(row)
    return DoNotCall(rows, tuple(unreadable))
