"""Who asked not to be called again, from one pass to the next: what changed, and what the
do-not-call tab doesn't list yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ..google_sheets import cells_of
from ..ledger.ledger import Ledger
from ..tabs.do_not_call import DoNotCall, read_do_not_call
from ..tabs.opt_out_lines import OptOutLines, missing_lines


class OptOuts:
    """Watches the opt-outs of a ledger. Passes ask at a cost that doesn't grow with their number
    while nothing changes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._last_id = 0
        self._known: dict[str, datetime | None] = {}
        """Every number of which the ledger knows that it opted out, with the time at which a person
        allowed calls again, if one did."""
        self._read: dict[str, tuple[Sequence[bytes] | None, int, DoNotCall]] = {}
        """By campaign, the tab's rows as last read, the last change by then, and what they say."""
        self._listed: dict[str, tuple[Sequence[bytes], int]] = {}
        """By spreadsheet, the tab's rows and the last change that they were found to list."""

    def changed(self) -> set[str]:
        """The numbers that opted out, or were allowed again, since this was last asked."""
        news = self._ledger.opt_outs_after(self._last_id)
        if news:
            self._last_id = news[-1].id
        self._known |= {each.number: each.allowed_at for each in news}
        return {each.number for each in news}

    def read_tab(
        self, campaign: str, rows: Sequence[bytes] | None, zone: ZoneInfo
    ) -> tuple[DoNotCall, bool]:
        """What the do-not-call tab with these rows says to a campaign, and whether that is news. A
        line that the dialer writes itself is none. `zone` is that of the times in it."""
        before, last_id, said = self._read.get(campaign, (None, -1, None))
        if said is not None and before == rows and last_id == self._last_id:
            return said, False
        says = read_do_not_call(rows and [cells_of(row) for row in rows], zone, self._known)
        self._read[campaign] = rows, self._last_id, says
        return says, says != said

    def missing_lines(
        self, spreadsheet: str, rows: Sequence[bytes] | None, zone: ZoneInfo
    ) -> OptOutLines | None:
        """What the do-not-call tab with these rows should list and doesn't list yet."""
        if not rows or not self._last_id or self._listed.get(spreadsheet) == (rows, self._last_id):
            return None
        lines = missing_lines([cells_of(row) for row in rows], self._ledger.opt_outs_after(0), zone)
        if lines is None:
            self._listed[spreadsheet] = rows, self._last_id
        return lines
