"""What rows and jobs share: a number, a Ref, a call. Those that share something are planned
together, and one of them is looked at again when another changes.

What is shared is kept as digests, called keys, since a sheet may hold a hundred thousand rows.
Different things with one digest do no harm: rows are then looked at together without need.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable

from ..domain.job import Job
from ..domain.phone_numbers import Number
from ..tabs.queue_rows import QueueRow


class SharedKeys:
    """The keys of each row of a tab, and for each key the rows that have it."""

    def __init__(self) -> None:
        self._keys: list[tuple[int, ...]] = []
        self._rows: dict[int, int | set[int]] = {}
        """By key, the row or rows that have it: most keys are one row's alone, and a set for each
        would take far more memory."""

    def resize(self, count: int) -> None:
        """Lets the tab have so many rows. Those that go must have been forgotten before, and those
        that come have no keys yet."""
        del self._keys[count:]
        self._keys += [()] * (count - len(self._keys))

    def keys(self, index: int) -> tuple[int, ...]:
        """The keys of a row."""
        return self._keys[index]

    def rows_with(self, keys: Iterable[int]) -> set[int]:
        """The rows that have one of these keys."""
        rows: set[int] = set()
        for key in keys:
            match self._rows.get(key):
                case int() as row:
                    rows.add(row)
                case set() as several:
                    rows |= several
        return rows

    def learn(self, index: int, keys: tuple[int, ...]) -> None:
        """Takes in the keys of a row that has none yet."""
        self._keys[index] = keys
        for key in keys:
            match self._rows.get(key):
                case None:
                    self._rows[key] = index
                case int() as other:
                    self._rows[key] = {other, index}
                case set() as several:
                    several.add(index)

    def forget(self, index: int) -> None:
        """Lets a row have no keys any more."""
        for key in self._keys[index]:
            match self._rows[key]:
                case int():
                    del self._rows[key]
                case set() as several:
                    several.discard(index)
                    if len(several) == 1:
                        self._rows[key] = several.pop()
        self._keys[index] = ()


def keys_of_row(row: QueueRow) -> tuple[int, ...]:
    """What a row may share with other rows and with jobs: its number, the number that it says was
    called, its Ref and its call."""
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
