"""The ledger: what this dialer dialled. A local database, and the truth when the sheet differs.

Everything that must never happen twice is refused here by a constraint, not by a check before:
at most one open attempt per number, one attempt per job and number of try, one job per content
within the gap, and each move between attempt states only from the state that it may start from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..call import (
    NEVER_RANG,
    Adoption,
    Attempt,
    AttemptState,
    Content,
    Job,
    JobChange,
    NewJob,
    Reason,
)
from ..errors import LedgerError
from . import writing
from .database import held, line_up, make_engine, own_errors
from .schema import IS_OPEN, attempts, facts, jobs, settle_schema, tokens
from .writing import Intent, Move

__all__ = ["Intent", "Ledger", "Move"]

_ATTEMPT_COLUMNS = [attempts.c[field.name] for field in fields(Attempt)]


class Ledger:
    """One database of jobs, attempts, events and tokens. Safe to share between threads."""

    def __init__(self, address: str, *, new_id: str) -> None:
        """Opens the ledger and makes it where there is none.

        `new_id` becomes the ledger's id if it is made now: a few letters that tell its tokens from
        another ledger's.

        Raises:
            LedgerError: it can't be opened or written, or a newer version has written it.
        """
        self._engine = make_engine(address)
        try:
            with self._writing() as connection:
                self.id = settle_schema(connection, new_id)
        except LedgerError:
            self.close()
            raise

    def close(self) -> None:
        """Gives the database back."""
        self._engine.dispose()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps other processes from dialling with this ledger, until the end or our death.

        Raises:
            AnotherDialer: another process holds it.
        """
        with held(self._engine, self.id):
            yield

    def campaigns(self) -> list[str]:
        """The names of all campaigns that have jobs."""
        query = sa.select(jobs.c.campaign).distinct().order_by(jobs.c.campaign)
        with self._reading() as connection:
            return [row.campaign for row in connection.execute(query)]

    def jobs(self, campaign: str) -> list[Job]:
        """Every job of the campaign with its attempts, oldest first."""
        mine = sa.select(jobs).where(jobs.c.campaign == campaign).order_by(jobs.c.id)
        tries = (
            sa.select(*_ATTEMPT_COLUMNS)
            .join(jobs)
            .where(jobs.c.campaign == campaign)
            .order_by(attempts.c.job_id, attempts.c.try_number)
        )
        with self._reading() as connection:
            by_job: dict[int, list[Attempt]] = {}
            for row in connection.execute(tries):
                by_job.setdefault(row.job_id, []).append(_attempt(row))
            return [
                Job(
                    id=row.id,
                    campaign=row.campaign,
                    ref=row.ref,
                    content=_content(row.content),
                    fingerprint=row.fingerprint,
                    queued_at=row.queued_at,
                    granted=row.granted,
                    again_seen=row.again_seen,
                    cleared_at=row.cleared_at,
                    attempts=tuple(by_job.get(row.id, ())),
                )
                for row in connection.execute(mine)
            ]

    def busy_numbers(self) -> dict[str, AttemptState]:
        """Every number that an open attempt holds, in any campaign, with that attempt's state."""
        query = sa.select(attempts.c.number, attempts.c.state).where(IS_OPEN)
        with self._reading() as connection:
            return {row.number: AttemptState(row.state) for row in connection.execute(query)}

    def last_calls(self, since: datetime) -> dict[str, list[tuple[int, datetime]]]:
        """By fingerprint, each job's last attempt since then that may have rung."""
        query = (
            sa.select(
                jobs.c.fingerprint,
                jobs.c.id,
                sa.func.max(attempts.c.intended_at, type_=attempts.c.intended_at.type).label("at"),
            )
            .join(attempts)
            .where(attempts.c.intended_at >= since, attempts.c.state.not_in(sorted(NEVER_RANG)))
            .group_by(jobs.c.fingerprint, jobs.c.id)
        )
        calls: dict[str, list[tuple[int, datetime]]] = {}
        with self._reading() as connection:
            for row in connection.execute(query):
                calls.setdefault(row.fingerprint, []).append((row.id, row.at))
        return calls

    def attempts_in(
        self, states: Iterable[AttemptState], *, outside: Iterable[str] = ()
    ) -> list[Attempt]:
        """All attempts in one of these states, but of the campaigns that they are `outside` of."""
        query = sa.select(*_ATTEMPT_COLUMNS).where(attempts.c.state.in_(sorted(states)))
        if excluded := sorted(outside):
            query = query.join(jobs).where(jobs.c.campaign.not_in(excluded))
        with self._reading() as connection:
            return [_attempt(row) for row in connection.execute(query)]

    def record(
        self,
        campaign: str,
        now: datetime,
        *,
        new_jobs: Sequence[NewJob] = (),
        adoptions: Sequence[Adoption] = (),
        job_changes: Sequence[JobChange] = (),
        moves: Sequence[Move] = (),
        intents: Sequence[Intent] = (),
        gap: timedelta = timedelta(0),
    ) -> list[Attempt]:
        """Commits all that a plan decided, in one transaction; returns the attempts it intends.

        An intent is left out, which is no error, where another row or another process was faster:
        the number has an open attempt, this try of the job exists, or (for a first call) the same
        content was called for another job within the gap.
        """
        if not (new_jobs or adoptions or job_changes or moves or intents):
            return []
        with self._writing() as connection:
            writing.add_jobs(connection, campaign, new_jobs, now)
            writing.adopt(connection, campaign, adoptions, now)
            writing.change_jobs(connection, job_changes)
            writing.make_moves(connection, moves, now)
            return writing.intend(connection, intents, now, now - gap)

    def move(self, moves: Sequence[Move], now: datetime) -> set[int]:
        """Makes the moves in one transaction; returns the attempts that were in the right state.

        This is the compare-and-swap that lets exactly one process send an attempt.
        """
        if not moves:
            return set()
        with self._writing() as connection:
            return writing.make_moves(connection, moves, now)

    def report(self, reports: Sequence[tuple[int, Mapping[str, Any]]], now: datetime) -> None:
        """Keeps what the portal said about placed calls, in one transaction."""
        if not reports:
            return
        with self._writing() as connection:
            writing.keep_reports(connection, reports, now)

    def fact(self, name: str) -> str:
        """Something that one run leaves for the next; empty when it left nothing."""
        with self._reading() as connection:
            query = sa.select(facts.c.value).where(facts.c.name == name)
            return connection.execute(query).scalar() or ""

    def set_fact(self, name: str, value: str) -> None:
        """Leaves something for the next run."""
        with self._writing() as connection:
            changed = connection.execute(
                facts.update().where(facts.c.name == name).values(value=value)
            )
            if changed.rowcount == 0:
                connection.execute(facts.insert().values(name=name, value=value))

    def token_counter(self, tab: str) -> int:
        """The counter of the last token that this ledger wrote, or adopted, on the tab."""
        query = sa.select(tokens.c.counter).where(tokens.c.tab == tab)
        with self._reading() as connection:
            return connection.execute(query).scalar() or 0

    def set_token_counter(self, tab: str, counter: int) -> None:
        """Remembers the counter of the token on the tab."""
        with self._writing() as connection:
            changed = connection.execute(
                tokens.update().where(tokens.c.tab == tab).values(counter=counter)
            )
            if changed.rowcount == 0:
                connection.execute(tokens.insert().values(tab=tab, counter=counter))

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        """A transaction that only reads, so that it waits for no writer."""
        with own_errors(self._engine), self._engine.connect() as connection:
            yield connection.execution_options(sqlite_begin="DEFERRED")

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """A transaction that waits for every other one that writes, and holds off the next."""
        with own_errors(self._engine), self._engine.begin() as connection:
            line_up(connection)
            yield connection


def _attempt(row: sa.Row[Any]) -> Attempt:
    values = dict(row._mapping)
    values["state"] = AttemptState(values["state"])
    values["reason"] = Reason(values["reason"])
    return Attempt(**values)


def _content(text: str) -> Content:
    data = json.loads(text)
    return Content(**data | {"texts": tuple(data["texts"]), "keys": tuple(data["keys"])})
