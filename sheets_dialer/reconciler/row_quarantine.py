"""Rows that Google refuses to write, set apart for a while so that the others can be written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from ..texts import say

SET_APART = timedelta(minutes=1)


class RowQuarantine:
    """By campaign, the rows that were refused and Google's words for it.

    Rows move, and people lift protections: after a minute they are tried again.
    """

    def __init__(self) -> None:
        self._rows: dict[str, dict[int, str]] = {}
        self._until: dict[str, datetime] = {}

    def found(self, campaign: str, rows: Mapping[int, str], now: datetime) -> None:
        """Sets rows apart."""
        if rows:
            self._rows[campaign] = {**self._rows.get(campaign, {}), **rows}
            self._until[campaign] = now + SET_APART

    def without(
        self, campaign: str, cells: Mapping[int, Mapping[str, str]], now: datetime
    ) -> Mapping[int, Mapping[str, str]]:
        """The cells of all rows but those set apart."""
        apart = self._apart(campaign, now)
        return {row: texts for row, texts in cells.items() if row not in apart}

    def sentence(self, campaign: str, now: datetime) -> str | None:
        """What keeps new calls from going out, for people: results could not be shown."""
        apart = self._apart(campaign, now)
        if not apart:
            return None
        row, words = min(apart.items())
        if len(apart) == 1:
            return say("row_unwritable", row=row + 1, words=words)
        return say("rows_unwritable", row=row + 1, count=len(apart) - 1, words=words)

    def _apart(self, campaign: str, now: datetime) -> Mapping[int, str]:
        # A clock that was set back must not keep them apart for longer.
        until = self._until.get(campaign)
        if until is not None and not until - SET_APART <= now < until:
            del self._rows[campaign], self._until[campaign]
        return self._rows.get(campaign, {})
