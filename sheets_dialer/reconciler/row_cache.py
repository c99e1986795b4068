"""The rows of one queue tab as the passes leave them: which are quiet, and which share something.

A sheet may hold a hundred thousand rows of which a pass concerns a few. A row that needs nothing is
quiet: it isn't read again until one of its cells changes, its time comes, or something that it
shares with another row (a number, a Ref, a call) is looked at. What is kept of a quiet row is
little: what Google wrote of it, and a few digests.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from ..domain.job import Job
from ..domain.phone_numbers import Number
from ..planning.plan import RowState, RowSummary, SettledRow
from ..tabs.filled_columns import Blanks
from ..tabs.queue_columns import Columns
from ..tabs.queue_rows import QueueRow, read_row

_LOOK, _EMPTY = 0, 1
_CODES = {row_state: code for code, row_state in enumerate(RowState, start=2)}
_QUEUED = bytes([_CODES[RowState.QUEUED]])
_NEVER = float("inf")
_decode = msgspec.json.Decoder(list[object]).decode


class RowCache:
    """What is known of each row from one pass to the next. Rows are named by their index
    in the tab; the header row and those above it are no rows of anybody."""

    def __init__(self, voice_id: str, configured: str | None = None) -> None:
        """`voice_id` is the voice by which rows that name none are known again (`campaign`), and
        `configured` the one that they speak with today, where that is another."""
        self._voice_id = voice_id
        self._configured = configured
        self._chosen_voice = configured
        self._looked_at = 0.0
        self._places: Mapping[str, int] = {}
        self._titles: Mapping[str, str] = {}
        self._first = 1
        """The first row below the header."""
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._raw: list[bytes] = []
        self._standing = bytearray()
        """By row, whether it is to be looked at, is empty, or how it counts while it is quiet."""
        self._until = array("d")
        self._summary = array("L")
        """By row, as which of `_summaries` it is counted while it is quiet."""
        self._summaries: list[RowSummary] = []
        self._place_of: dict[RowSummary, int] = {}
        self._counts: list[int] = []
        """How many quiet rows have each of `_summaries`, kept along so none is counted anew."""
        self._next = _NEVER
        self._keys: list[tuple[int, ...]] = []
        self._sharing: dict[int, int | set[int]] = {}
        """By key, the row or rows that have it."""
        self._rows: dict[int, QueueRow] = {}
        """The rows that are looked at pass by pass, read once."""
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
        if columns.places != self._places or columns.header_row + 1 != self._first:
            self._places = dict(columns.places)
            self._first = columns.header_row + 1
            self._begin_anew()
        self._titles = columns.titles
        old, first = self._raw, self._first
        # Most rows are as they were, and comparing them all at once costs next to nothing.
        if len(raw) == len(old) and raw[first:] == old[first:]:
            return
        for index in range(len(raw), len(old)):
            self._forget(index)
        kept = min(len(old), len(raw))
        changed = [i for i in range(first, kept) if old[i] != raw[i]]
        del self._standing[kept:], self._until[kept:], self._keys[kept:], self._summary[kept:]
        for index in changed:
            self._forget(index)
        added = len(raw) - kept
        self._raw = list(raw)
        self._standing += bytes(added)
        self._until.extend([_NEVER] * added)
        self._summary.extend([0] * added)
        self._keys += [()] * added
        needed = self.needed
        for index in (*changed, *range(max(kept, first), len(raw))):
            self._learn(index)
        for index in self._blanks.concerned(needed ^ self.needed):
            self._stir(index)

    def speak_with(self, voice_id: str | None) -> None:
        """Takes in the voice that people chose instead of the configured one."""
        voice_id = voice_id or self._configured
        if voice_id != self._chosen_voice:
            self._chosen_voice = voice_id
            self._rows.clear()
            # What was said already is another thing than before.
            self.look_at_all()

    def look_at_all(self) -> None:
        """Has every row looked at anew: something changed that concerns them all."""
        for index, code in enumerate(self._standing):
            if code != _EMPTY:
                self._stir(index)

    def look_at(self, numbers: Collection[str]) -> None:
        """Has every row with one of these numbers looked at anew."""
        for index in self.sharing(keys_of_numbers(numbers)):
            self._stir(index)

    def to_look_at(self, now: datetime) -> list[int]:
        """The rows that are not quiet, or not any more at this moment, from top to bottom."""
        moment = now.timestamp()
        if moment < self._looked_at:
            # The clock was set back: what was past already comes once more.
            self.look_at_all()
        self._looked_at = moment
        if self._next <= moment:
            for index, until in enumerate(self._until):
                if until <= moment and self._standing[index] != _EMPTY:
                    self._stir(index)
            self._next = min(
                (until for until in self._until if until > moment),
                default=_NEVER,
            )
        found: list[int] = []
        index = self._standing.find(_LOOK, self._first)
        while index >= 0:
            found.append(index)
            index = self._standing.find(_LOOK, index + 1)
        return found

    def first_queued(self, count: int) -> list[int]:
        """The first so many quiet rows that wait for their turn, from top to bottom."""
        found: list[int] = []
        index = 0
        while len(found) < count:
            index = self._standing.find(_QUEUED, index + 1)
            if index < 0:
                break
            found.append(index)
        return found

    def sharing(self, keys: Iterable[int]) -> set[int]:
        """The rows that have one of these keys."""
        rows: set[int] = set()
        for key in keys:
            match self._sharing.get(key):
                case int() as row:
                    rows.add(row)
                case set() as several:
                    rows |= several
        return rows

    def keys(self, index: int) -> tuple[int, ...]:
        """The keys of a row."""
        return self._keys[index]

    def row(self, index: int) -> QueueRow:
        """The row at this index, which must not be empty."""
        row = self._rows.get(index) or self._read(index)
        assert row is not None
        self._rows[index] = row
        return row

    def settle(self, looked_at: Iterable[int], quiet: Mapping[int, SettledRow]) -> None:
        """Keeps which of the rows that were looked at are quiet now."""
        for index in looked_at:
            rest = quiet.get(index)
            self._stir(index)
            if rest is None:
                continue
            self._standing[index] = _CODES[rest.row_state]
            self._summary[index] = place = self._place(rest.summary)
            self._counts[place] += 1
            until = rest.until.timestamp()
            self._until[index] = until
            self._next = min(self._next, until)
            self._rows.pop(index, None)

    def counts(self) -> Counter[RowSummary]:
        """How the quiet rows count."""
        counted = zip(self._summaries, self._counts, strict=True)
        return Counter({summary: count for summary, count in counted if count})

    def _place(self, summary: RowSummary) -> int:
        """Where a face is counted."""
        place = self._place_of.setdefault(summary, len(self._summaries))
        if place == len(self._summaries):
            self._summaries.append(summary)
            self._counts.append(0)
        return place

    def _stir(self, index: int) -> None:
        """Has a row looked at again."""
        if self._standing[index] > _EMPTY:
            self._counts[self._summary[index]] -= 1
        self._standing[index] = _LOOK

    def _read(self, index: int) -> QueueRow | None:
        cells = _decode(self._raw[index])
        return read_row(index, cells, self._places, self._voice_id, self._chosen_voice)

    def _learn(self, index: int) -> None:
        row = self._read(index)
        self._standing[index] = _EMPTY if row is None else _LOOK
        keys = () if row is None else keys_of_row(row)
        self._keys[index] = keys
        if row is not None and row.phone not in ("", None):
            self._blanks.add(index, row.blank, self._places)
        for key in keys:
            match self._sharing.get(key):
                case None:
                    self._sharing[key] = index
                case int() as other:
                    self._sharing[key] = {other, index}
                case set() as several:
                    several.add(index)

    def _forget(self, index: int) -> None:
        self._rows.pop(index, None)
        self._stir(index)
        self._blanks.discard(index)
        # What goes may be what the others were held for.
        for other in self.sharing(self._keys[index]):
            self._stir(other)
        for key in self._keys[index]:
            match self._sharing[key]:
                case int():
                    del self._sharing[key]
                case set() as several:
                    several.discard(index)
                    if len(several) == 1:
                        self._sharing[key] = several.pop()


def keys_of_row(row: QueueRow) -> tuple[int, ...]:
    """What a row may share with other rows and with jobs, as digests: its number, the number that
    it says was called, its Ref and its call. Different things with one digest do no harm: rows are
    then looked at together without need."""
    number = row.number.digits if isinstance(row.number, Number) else ""
    return _keys(
        numbers={number, row.shown["called_number"]},
        refs=(row.ref,),
        call_ids=(row.shown["call_id"],),
    )


def keys_of_job(job: Job) -> tuple[int, ...]:
    """What a job may share with rows and with other jobs."""
    return _keys(
        numbers=(job.content.number,),
        refs=(job.ref,),
        call_ids=(attempt.call_id for attempt in job.attempts),
    )


def keys_of_numbers(numbers: Collection[str]) -> tuple[int, ...]:
    """What everything that has one of these numbers shares."""
    return _keys(numbers=numbers, refs=(), call_ids=())


def _keys(
    *,
    numbers: Iterable[str],
    refs: Iterable[str],
    call_ids: Iterable[str | None],
) -> tuple[int, ...]:
    named: list[Hashable] = [("number", each) for each in numbers if each]
    named += [("ref", each) for each in refs if each]
    named += [("call", each) for each in call_ids if each]
    return tuple(map(hash, named))
