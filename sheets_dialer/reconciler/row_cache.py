"""The rows of one queue tab as the passes leave them: which are settled, and which share something.

A sheet may hold a hundred thousand rows of which a pass concerns a few. A row that needs nothing is
settled: it isn't read again until one of its cells changes, its time comes, or something that it
shares with another row (a number, a Ref, a call) is looked at. What is kept of a settled row is
little: what Google wrote of it, and a few digests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from ..planning.plan import RowSummary, SettledRow
from ..tabs.filled_columns import Blanks
from ..tabs.queue_columns import Columns
from ..tabs.queue_rows import QueueRow
from .row_reader import RowReader
from .settled_rows import SettledRows
from .shared_keys import SharedKeys, keys_of_numbers, keys_of_row


class RowCache:
    """What is known of each row from one pass to the next. Rows are named by their index
    in the tab; the header row and those above it are no rows of anybody.

    It compares each read with the one before. What a row says, which rows need nothing and which
    concern one another is known by a `RowReader`, `SettledRows` and `SharedKeys`.
    """

    def __init__(self, voice_id: str, configured: str | None = None) -> None:
        """`voice_id` is the voice by which rows that name none are known again (`campaign`), and
        `configured` the one that they speak with today, where that is another."""
        self._reader = RowReader(voice_id, configured)
        self._titles: Mapping[str, str] = {}
        self._first = 1
        """The first row below the header."""
        self._begin_anew({})

    def _begin_anew(self, places: Mapping[str, int]) -> None:
        self._reader.begin_anew(places)
        self._raw: list[bytes] = []
        self._settled = SettledRows()
        self._shared = SharedKeys()
        self._blanks = Blanks()

    @property
    def titles(self) -> Mapping[str, str]:
        """The header of each known column."""
        return self._titles

    @property
    def needed(self) -> frozenset[str]:
        """The columns of the call that nearly every row fills."""
        return self._blanks.needed

    def take_in(self, raw: Sequence[bytes], columns: Columns) -> None:
        """Takes in what a read found: the tab's rows as JSON. A row that changed is looked
        at again; so are all when columns or the header row have moved."""
        if columns.places != self._reader.places or columns.header_row + 1 != self._first:
            self._first = columns.header_row + 1
            self._begin_anew(columns.places)
        self._titles = columns.titles
        old, first = self._raw, self._first
        # Most rows are as they were, and comparing them all at once costs next to nothing.
        if len(raw) == len(old) and raw[first:] == old[first:]:
            return
        kept = min(len(old), len(raw))
        changed = [i for i in range(first, kept) if old[i] != raw[i]]
        for index in (*changed, *range(kept, len(old))):
            self._forget(index)
        self._raw = list(raw)
        self._settled.resize(len(raw))
        self._shared.resize(len(raw))
        for index in range(kept, min(first, len(raw))):
            self._settled.leave_out(index)
        needed = self.needed
        for index in (*changed, *range(max(kept, first), len(raw))):
            self._learn(index)
        for index in self._blanks.concerned(needed ^ self.needed):
            self._settled.look_at(index)

    def speak_with(self, voice_id: str | None) -> None:
        """Takes in the voice that people chose instead of the configured one."""
        if self._reader.speak_with(voice_id):
            # What was said already is another thing than before.
            self.look_at_all()

    def look_at_all(self) -> None:
        """Has every row looked at anew: something changed that concerns them all."""
        self._settled.look_at_all()

    def look_at(self, numbers: Collection[str]) -> None:
        """Has every row with one of these numbers looked at anew."""
        for index in self.sharing(keys_of_numbers(numbers)):
            self._settled.look_at(index)

    def to_look_at(self, now: datetime) -> list[int]:
        """The rows that are not settled, or not any more at this moment, from top to bottom."""
        return self._settled.to_look_at(now)

    def first_queued(self, count: int) -> list[int]:
        """The first so many settled rows that wait for their turn, from top to bottom."""
        return self._settled.first_queued(count)

    def sharing(self, keys: Iterable[int]) -> set[int]:
        """The rows that have one of these keys."""
        return self._shared.rows_with(keys)

    def keys(self, index: int) -> tuple[int, ...]:
        """The keys of a row."""
        return self._shared.keys(index)

    def row(self, index: int) -> QueueRow:
        """The row at this index, which must not be empty."""
        return self._reader.row(index, self._raw[index])

    def settle(self, looked_at: Iterable[int], settled: Mapping[int, SettledRow]) -> None:
        """Keeps which of the rows that were looked at are settled now."""
        for index in looked_at:
            if index in settled:
                self._settled.settle(index, settled[index])
                self._reader.forget(index)
            else:
                self._settled.look_at(index)

    def counts(self) -> Counter[RowSummary]:
        """How the settled rows count."""
        return self._settled.counts()

    def _learn(self, index: int) -> None:
        """Takes in a row that is new or was forgotten."""
        row = self._reader.read(index, self._raw[index])
        if row is None:
            self._settled.leave_out(index)
            return
        self._shared.learn(index, keys_of_row(row))
        if row.phone not in ("", None):
            self._blanks.add(index, row.blank, self._reader.places)

    def _forget(self, index: int) -> None:
        """Lets go of a row that changed or is gone."""
        self._reader.forget(index)
        self._blanks.discard(index)
        self._settled.look_at(index)
        # What goes may be what the others were held for.
        for other in self.sharing(self.keys(index)):
            self._settled.look_at(other)
        self._shared.forget(index)
