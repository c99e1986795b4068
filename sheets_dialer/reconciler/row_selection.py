"""Which rows a pass looks at, with the jobs that may be theirs: few, however large the sheet is."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

from ..domain.attempt import Attempt
from ..domain.job import Job
from ..domain.opt_out import OptOut
from ..domain.phone_numbers import Number
from ..domain.policy import Policy
from ..planning.plan import RowBatch
from .row_cache import RowCache
from .shared_keys import keys_of_job, keys_of_numbers

BATCH_ROWS = 5_000
"""About so many rows are planned at once, so that a large sheet needs little memory."""
_SPARE = 20
"""So many more queued rows than can be called are looked at, since some may have to wait."""


class Jobs(Protocol):
    """What a selector asks a `ledger.Ledger`."""

    def jobs_under_way(self, campaign: str, since: datetime) -> list[Job]: ...

    def jobs_with(
        self,
        campaign: str,
        *,
        numbers: Iterable[str],
        refs: Iterable[str],
        call_ids: Iterable[str],
        fingerprints: Iterable[str],
    ) -> list[Job]: ...

    def last_calls(self, fingerprints: Iterable[str]) -> dict[str, list[tuple[int, datetime]]]: ...

    def opted_out(self, numbers: Iterable[str]) -> dict[str, OptOut]: ...

    def jobs_elsewhere(self, campaign: str, refs: Iterable[str]) -> list[Job]: ...

    @property
    def compares_letters(self) -> bool: ...


class RowSelector:
    """Brings a campaign's rows to its planner. `row_cache` has taken in what a read found."""

    def __init__(
        self, row_cache: RowCache, ledger: Jobs, campaign: str, *, batch_rows: int = BATCH_ROWS
    ) -> None:
        self._row_cache = row_cache
        self._ledger = ledger
        self._campaign = campaign
        self._batch_rows = batch_rows
        self._compares_letters = ledger.compares_letters

    def batches(
        self, now: datetime, policy: Policy, open_attempts: Iterable[Attempt], *, room: int
    ) -> Iterator[RowBatch]:
        """All rows that need to be looked at when so many calls may be placed.

        The first batch holds what is under way: the jobs of which more may come, with their rows,
        and every row whose number is being called. Then come, from the top, rows that changed, rows
        whose time has come, and the first of those that wait for their turn.
        """
        row_cache = self._row_cache
        jobs = self._ledger.jobs_under_way(self._campaign, now - policy.give_up_after)
        keys = set(keys_of_numbers({attempt.number for attempt in open_attempts}))
        keys.update(itertools.chain.from_iterable(map(keys_of_job, jobs)))
        seen = row_cache.sharing(keys)
        waiting = row_cache.to_look_at(now)
        if room:
            waiting = sorted({*waiting, *row_cache.first_queued(room + _SPARE)})
        rest = (row for row in waiting if row not in seen)
        seen.update(itertools.islice(rest, self._batch_rows))
        batch = self._batch(seen, jobs, set())
        yield batch
        done = {row.index for row in batch.rows}
        while chosen := set(
            itertools.islice((row for row in rest if row not in done), self._batch_rows)
        ):
            batch = self._batch(chosen, [], done)
            done |= {row.index for row in batch.rows}
            yield batch

    def _batch(self, rows: set[int], jobs: Iterable[Job], done: set[int]) -> RowBatch:
        """These rows and jobs with all that share something with them, directly or not."""
        found = {job.id: job for job in jobs}
        new_rows, new_jobs = set(rows), list(found.values())
        while new_rows or new_jobs:
            keys = set(itertools.chain.from_iterable(map(self._row_cache.keys, new_rows)))
            keys.update(itertools.chain.from_iterable(map(keys_of_job, new_jobs)))
            near = [job for job in self._jobs_near(new_rows, new_jobs) if job.id not in found]
            new_rows = self._row_cache.sharing(keys) - rows - done
            new_jobs = near
            rows |= new_rows
            found |= {job.id: job for job in new_jobs}
        read = [self._row_cache.row(index) for index in sorted(rows)]
        fingerprints = {row.fingerprint for row in read} | {row.sounds_like for row in read}
        fingerprints |= {each.said for job in found.values() for each in job.attempts if each.said}
        numbers = {row.number.digits for row in read if isinstance(row.number, Number)}
        strange = {row.ref for row in read} - {job.ref for job in found.values()} - {""}
        elsewhere = self._ledger.jobs_elsewhere(self._campaign, strange) if strange else []
        return RowBatch(
            rows=read,
            jobs=[found[each] for each in sorted(found)],
            last_calls=self._ledger.last_calls(fingerprints - {""}),
            opted_out=self._ledger.opted_out(numbers),
            elsewhere={job.ref: job for job in elsewhere},
            needed=self._row_cache.needed,
            titles=self._row_cache.titles,
        )

    def _jobs_near(self, rows: Iterable[int], jobs: Iterable[Job]) -> list[Job]:
        numbers = {job.content.number for job in jobs}
        refs: set[str] = set()
        call_ids: set[str] = set()
        fingerprints: set[str] = set()
        for row in map(self._row_cache.row, rows):
            if isinstance(row.number, Number):
                numbers.add(row.number.digits)
            numbers.add(row.shown["called_number"])
            refs.add(row.ref)
            call_ids.add(row.shown["call_id"])
            fingerprints.add(row.fingerprint)
            if self._compares_letters and row.typed:
                fingerprints.add(row.typed.fingerprint_as_typed())
        nothing = {""}
        return self._ledger.jobs_with(
            self._campaign,
            numbers=numbers - nothing,
            refs=refs - nothing,
            call_ids=call_ids - nothing,
            fingerprints=fingerprints - nothing,
        )
