"""What one read of a spreadsheet found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..tabs.fencing_token import Token
from ..tabs.queue_columns import Columns
from .cell_updates import MOST_AT_ONCE
from .spreadsheet import cells_of

GridValues = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one read found: the queue tab's rows (each as JSON) and columns, and
    the other tabs, None where there is no such tab. `is_old` is whether so much time has passed
    since that people may have typed meanwhile."""

    rows: Sequence[bytes]
    columns: Columns
    control: GridValues | None
    do_not_call: Sequence[bytes] | None
    token: Token | None
    is_old: bool = False

    @property
    def ref(self) -> tuple[int, int]:
        """Row and column of the Ref column's header."""
        return self.columns.header_row, self.columns.places["ref"]

    def head(self) -> Snapshot:
        """The same without the rows far below the header: they may be many."""
        return replace(self, rows=self.rows[: self.columns.header_row + 1 + MOST_AT_ONCE])

    @property
    def grid(self) -> GridValues:
        """The queue tab's cells."""
        return [cells_of(row) for row in self.rows]
