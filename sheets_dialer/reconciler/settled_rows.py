"""Which rows of a tab need nothing, until when, and how they count on the control tab.

Of a hundred thousand rows most are settled at any moment. What is kept of each is a few bytes, in
arrays, so that a pass finds the few others without going through all.
"""

from __future__ import annotations

from array import array
from collections import Counter
from datetime import datetime

from ..planning.plan import RowState, RowSummary, SettledRow

_LOOK, _EMPTY = 0, 1
_CODES = {row_state: code for code, row_state in enumerate(RowState, start=2)}
_QUEUED = bytes([_CODES[RowState.QUEUED]])
_NEVER = float("inf")


class SettledRows:
    """By its index, whether a row is to be looked at, is empty, or is settled and until when. A row
    is to be looked at unless something else was said of it."""

    def __init__(self) -> None:
        self._standing = bytearray()
        """By row, whether it is to be looked at, is empty, or how it counts while it is settled."""
        self._until = array("d")
        self._summary = array("L")
        """By row, as which of `_counts` it is counted while it is settled."""
        self._counts = SummaryCounts()
        self._next = _NEVER
        """No settled row's time comes earlier."""
        self._looked_at = 0.0

    def resize(self, count: int) -> None:
        """Lets the tab have so many rows. Those that go must not be settled any more."""
        del self._standing[count:], self._until[count:], self._summary[count:]
        added = count - len(self._standing)
        self._standing += bytes(added)
        self._until.extend([_NEVER] * added)
        self._summary.extend([0] * added)

    def leave_out(self, index: int) -> None:
        """Has a row that is empty, or nobody's, never looked at."""
        self._standing[index] = _EMPTY

    def look_at(self, index: int) -> None:
        """Has a row looked at again."""
        if self._standing[index] > _EMPTY:
            self._counts.remove(self._summary[index])
        self._standing[index] = _LOOK

    def look_at_all(self) -> None:
        """Has every row that isn't empty looked at again."""
        for index, code in enumerate(self._standing):
            if code != _EMPTY:
                self.look_at(index)

    def settle(self, index: int, settled: SettledRow) -> None:
        """Lets a row rest until its time comes."""
        self.look_at(index)
        self._standing[index] = _CODES[settled.row_state]
        self._summary[index] = self._counts.add(settled.summary)
        until = settled.until.timestamp()
        self._until[index] = until
        self._next = min(self._next, until)

    def to_look_at(self, now: datetime) -> list[int]:
        """The rows that are not settled, or not any more at this moment, from top to bottom."""
        moment = now.timestamp()
        if moment < self._looked_at:
            # The clock was set back: what was past already comes once more.
            self.look_at_all()
        self._looked_at = moment
        if self._next <= moment:
            for index, until in enumerate(self._until):
                if until <= moment and self._standing[index] != _EMPTY:
                    self.look_at(index)
            self._next = min(
                (until for until in self._until if until > moment),
                default=_NEVER,
            )
        found: list[int] = []
        index = self._standing.find(_LOOK)
        while index >= 0:
            found.append(index)
            index = self._standing.find(_LOOK, index + 1)
        return found

    def first_queued(self, count: int) -> list[int]:
        """The first so many settled rows that wait for their turn, from top to bottom."""
        found: list[int] = []
        index = -1
        while len(found) < count:
            index = self._standing.find(_QUEUED, index + 1)
            if index < 0:
                break
            found.append(index)
        return found

    def counts(self) -> Counter[RowSummary]:
        """How many settled rows have each summary."""
        return self._counts.counts()


class SummaryCounts:
    """How many rows have each summary, kept along so that none is counted anew. There are few
    summaries, so a row remembers only the place of its own."""

    def __init__(self) -> None:
        self._summaries: list[RowSummary] = []
        self._places: dict[RowSummary, int] = {}
        self._counts: list[int] = []

    def add(self, summary: RowSummary) -> int:
        """Counts a row; returns the place by which it is taken away again."""
        place = self._places.setdefault(summary, len(self._summaries))
        if place == len(self._summaries):
            self._summaries.append(summary)
            self._counts.append(0)
        self._counts[place] += 1
        return place

    def remove(self, place: int) -> None:
        """Counts a row no more."""
        self._counts[place] -= 1

    def counts(self) -> Counter[RowSummary]:
        """The summaries that some row has."""
        counted = zip(self._summaries, self._counts, strict=True)
        return Counter({summary: count for summary, count in counted if count})
