"""Rows that Google refuses to write, set apart for a while so that the others can be written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

SET_APART = timedelta(minutes=1)


class Culprits:
    """By campaign, the rows that were refused and Google's words for it.

    Rows move, and people lift protections: after a minute they are tried again.
    """

    def __init__(self) -> None:
        self._rows: dict[str, dict[int, str]] = {}
        self._until: dict[str, datetime] = {}

    def found(self, campaign: str, rows: Mapping[int, str], now: datetime) -> None:
        """Sets rows apart."""
        if rows:
            self._rows[campaign] = dict(rows)
            self._until[campaign] = now + SET_APART

    def without(
        self, campaign: str, cells: Mapping[int, Mapping[str, str]], now: datetime
    ) -> Mapping[int, Mapping[str, str]]:
        """The cells of all rows but those set apart."""
        if campaign in self._until and now >= self._until[campaign]:
            del self._rows[campaign], self._until[campaign]
        apart = self._rows.get(campaign, {})
        return {row: texts for row, texts in cells.items() if row not in apart}

    def sentence(self, campaign: str) -> str | None:
        """What keeps new calls from going out, for people: results could not be shown."""
        apart = self._rows.get(campaign)
        if not apart:
            return None
        row, words = min(apart.items())
        more = f" and {len(apart) - 1} more" if len(apart) > 1 else ""
        return f"Stopped: row {row + 1}{more} can't be written. {words} Lift what protects it."
