"""Who asked not to be called again, from one pass to the next: what changed, and what the
do-not-call tab doesn't list yet."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from .ledger import Ledger
from .listing import Lines, missing_lines
from .sheet import cells_of


class OptOuts:
    """Watches the opt-outs of a ledger. Passes ask at a cost that doesn't grow with their number
    while nothing changes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._last_id = 0
        self._listed: dict[str, tuple[Sequence[bytes], int]] = {}
        """By spreadsheet, the tab's rows and the last change that they were found to list."""

    def changed(self) -> set[str]:
        """The numbers that opted out, or were allowed again, since this was last asked."""
        news = self._ledger.opt_outs_after(self._last_id)
        if news:
            self._last_id = news[-1].id
        return {each.number for each in news}

    def missing_lines(
        self, spreadsheet: str, rows: Sequence[bytes] | None, zone: ZoneInfo
    ) -> Lines | None:
        """What the do-not-call tab with these rows should list and doesn't list yet."""
        if not rows or not self._last_id or self._listed.get(spreadsheet) == (rows, self._last_id):
            return None
        lines = missing_lines([cells_of(row) for row in rows], self._ledger.opt_outs_after(0), zone)
        if lines is None:
            self._listed[spreadsheet] = rows, self._last_id
        return lines
