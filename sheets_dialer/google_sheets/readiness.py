"""Whether a queue tab has the columns that dialling needs, and what to do where it hasn't."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..base.errors import SetupNeeded
from ..tabs.column_conflicts import find_column_conflict
from ..tabs.header_report import columns_sentence
from ..tabs.queue_columns import DIALER, Columns
from ..texts import say
from .snapshot import Snapshot
from .spreadsheet import cells_of


def require_ready(tab: str, snapshot: Snapshot, *, is_known: bool) -> None:
    """Raises SetupNeeded, with what to do, unless the tab has what dialling needs. `is_known` is
    whether this ledger has seen a dialer's token on it."""
    if not snapshot.columns.ready():
        raise SetupNeeded(columns_sentence(tab, snapshot.columns, map(cells_of, snapshot.rows)))
    if not is_known:
        require_own_columns(tab, snapshot.columns, map(cells_of, snapshot.rows))


def require_own_columns(tab: str, columns: Columns, rows: Iterable[Sequence[object]]) -> None:
    """Raises SetupNeeded where a column that would be taken for the dialer's is people's. `rows`
    are all of the tab."""
    found = find_column_conflict(rows, columns)
    if found is not None:
        name, row = found
        raise SetupNeeded(say("column_is_peoples", tab=tab, column=DIALER[name], row=row + 1))
