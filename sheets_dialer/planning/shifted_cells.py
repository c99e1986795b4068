"""Puts the dialer's cells back beside their customers, in thought, where people's columns moved and
ours stayed: a feed (IMPORTRANGE, QUERY, a script) writes its block anew with a row on top, at the
end, in another order, or with rows gone.

What follows then plans for a sheet in which whole rows moved, which is the usual case; the cells
that differ from the real sheet are written like any others. A word that a person typed into Status
goes along with the customer beside whom it was typed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

from ..domain.job import Job
from ..tabs.queue_rows import QueueRow
from ..tabs.status import AGAIN, MAY_BE_NEW
from .job_index import JobIndex
from .matching import is_exact, is_same_order

_Fits = Callable[[QueueRow, Job], bool]


def undo_shift(rows: Sequence[QueueRow], jobs: JobIndex) -> list[QueueRow]:
    """The rows with the cells of ours that each of them should show: those of a job whose content
    stands on another row go there, and the row that they are left on is blank.

    A row that was copied with its results is another matter: its job is at home on the original.
    Rows that show a call or a mark of somebody else's stay as they are: they are evidence.
    """
    shift = _Shift(rows, jobs)
    if shift.is_none:
        return list(rows)
    # What is exactly so goes first: a customer may have two orders, and an order two lines.
    shift.settle(is_exact)
    shift.settle(is_same_order)
    return [shift.beside_its_customer(row) for row in rows]


class _Shift:
    def __init__(self, rows: Sequence[QueueRow], jobs: JobIndex) -> None:
        self._rows = rows
        self._owners: dict[int, Job] = {}
        """By row, the job whose cells stand on it."""
        for row in rows:
            owner = jobs.shown_by(row)
            if owner is not None:
                self._owners[row.index] = owner
        self._at_home: set[int] = set()
        """Jobs of which a row shows the cells beside their content."""
        self._taken: set[int] = set()
        """Rows that are some job's."""
        self._source: dict[int, QueueRow] = {}
        """By row, where the cells stand that belong on it."""
        self._moved: set[int] = set()
        """Rows whose cells belong on another one."""

    @property
    def is_none(self) -> bool:
        """Whether every job's cells stand beside its content, as they nearly always do."""
        return all(
            row.index not in self._owners or self._owners[row.index].fingerprint == row.fingerprint
            for row in self._rows
        )

    def settle(self, fits: _Fits) -> None:
        """Finds, by one way to know a content again, which jobs are at home, and for the others a
        row of their content, the uppermost of several."""
        for row in self._open():
            owner = self._owners[row.index]
            if row.content and fits(row, owner):
                self._taken.add(row.index)
                self._at_home.add(owner.id)
        homes: dict[str, list[QueueRow]] = {}
        for row in self._rows:
            if row.content and row.index not in self._taken and self._may_be_home(row):
                homes.setdefault(row.content.number, []).append(row)
        every = list(itertools.chain.from_iterable(homes.values()))
        # A row whose own cells have no other home may just have been changed: it comes last.
        kept = set[int]()
        for row in self._open():
            owner = self._owners[row.index]
            near = homes.get(owner.content.number, [])
            if not any(home is not row and fits(home, owner) for home in near):
                kept.add(row.index)
        for group in (every, *homes.values()):
            group.sort(key=lambda row: row.index in kept)
        # Older jobs first, so that it makes no difference where rows stand.
        for row in sorted(self._open(), key=lambda row: self._owners[row.index].id):
            owner = self._owners[row.index]
            if owner.id in self._at_home:
                # What stands here was copied from its row.
                continue
            # Of a job that was forgotten only the digest of its order tells which row is its.
            near = every if owner.is_forgotten else homes.get(owner.content.number, [])
            for home in near:
                if home is not row and home.index not in self._taken and fits(home, owner):
                    self._taken.add(home.index)
                    self._source[home.index] = row
                    self._moved.add(row.index)
                    break

    def beside_its_customer(self, row: QueueRow) -> QueueRow:
        """The row with the cells of ours that belong on it."""
        source = self._source.get(row.index)
        if source is not None:
            return replace(row, shown=source.shown)
        if row.index in self._moved:
            return replace(row, shown=dict.fromkeys(row.shown, ""))
        return row

    def _open(self) -> list[QueueRow]:
        """The rows with cells of a job of which nothing is settled yet."""
        settled = self._taken | self._moved
        return [row for row in self._rows if row.index in self._owners and row.index not in settled]

    def _may_be_home(self, row: QueueRow) -> bool:
        """Whether the row's own cells, if any, don't say that it is somebody else's."""
        if row.index in self._owners:
            return True
        return row.word in MAY_BE_NEW - {AGAIN} and not row.shown["call_id"]
