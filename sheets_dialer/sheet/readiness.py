"""Whether a queue tab has the columns that dialling needs, and what to do where it hasn't."""

from __future__ import annotations

from ..columns import DIALER, Columns
from ..errors import SetupNeeded
from ..texts import say


def require_ready(tab: str, columns: Columns) -> None:
    """Raises SetupNeeded, with what to do, unless the tab has what dialling needs."""
    if not columns.ready():
        raise SetupNeeded(columns_sentence(tab, columns))


def columns_sentence(tab: str, columns: Columns) -> str:
    """What is wrong with a tab's header row, and what to do."""
    if columns.doubled:
        return say("columns_doubled", tab=tab, columns=", ".join(columns.doubled))
    for title in columns.missing:
        if title not in DIALER.values():
            return say("phone_column_missing", tab=tab, column=title)
    return say("columns_missing", tab=tab, columns=", ".join(columns.missing))
