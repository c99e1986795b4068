"""The ledger: what this dialer dialled. A local database, and the truth when the sheet differs.

Everything that must never happen twice is refused here by a constraint, not by a check before:
at most one open attempt per number, one attempt per job and number of try, one job per content
within the gap, and each move between attempt states only from the state that it may start from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from ..call import (
    MOVES,
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
from .database import held, line_up, make_engine
from .schema import IS_OPEN, SCHEMA_VERSION, attempts, events, facts, jobs, metadata, tokens

_ATTEMPT_COLUMNS = [attempts.c[field.name] for field in fields(Attempt)]


@dataclass(frozen=True, slots=True)
class Intent:
    """An attempt that is wanted: of this job, for this reason."""

    job: Job
    reason: Reason


@dataclass(frozen=True, slots=True)
class Move:
    """An attempt's move from one state to another, with what became known by it."""

    attempt_id: int
    source: AttemptState
    target: AttemptState
    values: Mapping[str, Any]


class Ledger:
    """One database of jobs, attempts, events and tokens. Safe to share between threads."""

    def __init__(self, address: str, *, new_id: str) -> None:
        """Opens the ledger and makes it where there is none.

        `new_id` becomes the ledger's id if it is made now: a few letters that tell its tokens from
        another ledger's.

        Raises:
            LedgerError: it can't be opened or written, or a newer version has written it.
        """
        try:
            self._engine = make_engine(address)
            with self._engine.begin() as connection:
                line_up(connection)
                metadata.create_all(connection)
                known = {row.name: row.value for row in connection.execute(sa.select(facts))}
                for name, value in (("id", new_id), ("schema", str(SCHEMA_VERSION))):
                    if name not in known:
                        connection.execute(facts.insert().values(name=name, value=value))
                        known[name] = value
        except (SQLAlchemyError, OSError) as error:
            raise LedgerError(
                f"The ledger {_without_password(address)} can't be used: "
                f"{getattr(error, 'orig', None) or error}. Check that its folder exists and can be "
                "written."
            ) from error
        if int(known["schema"]) > SCHEMA_VERSION:
            raise LedgerError("A newer version wrote this ledger. Upgrade sheets-dialer.")
        self.id = known["id"]

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

    def attempts_in(self, states: Iterable[AttemptState]) -> list[Attempt]:
        """All attempts in one of these states."""
        query = sa.select(*_ATTEMPT_COLUMNS).where(attempts.c.state.in_(sorted(states)))
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
        with self._engine.begin() as connection:
            line_up(connection)
            if new_jobs:
                rows = [_job_row(campaign, job, now) for job in new_jobs]
                connection.execute(jobs.insert(), rows)
            for adoption in adoptions:
                _adopt(connection, campaign, adoption, now)
            for change in job_changes:
                values = asdict(change)
                job_id = values.pop("job_id")
                connection.execute(jobs.update().where(jobs.c.id == job_id).values(**values))
            for move in moves:
                _move(connection, move, now)
            intended = (_intend(connection, intent, now, gap) for intent in intents)
            return [attempt for attempt in intended if attempt is not None]

    def move(self, moves: Sequence[Move], now: datetime) -> set[int]:
        """Makes the moves in one transaction; returns the attempts that were in the right state.

        This is the compare-and-swap that lets exactly one process send an attempt.
        """
        if not moves:
            return set()
        with self._engine.begin() as connection:
            return {move.attempt_id for move in moves if _move(connection, move, now)}

    def report(self, reports: Sequence[tuple[int, Mapping[str, Any]]], now: datetime) -> None:
        """Keeps what the portal said about placed calls, in one transaction."""
        if not reports:
            return
        with self._engine.begin() as connection:
            for attempt_id, values in reports:
                connection.execute(
                    attempts.update().where(attempts.c.id == attempt_id).values(**values)
                )
                if "call_status" in values:
                    what = f"call status {values['call_status']}, key {values.get('dtmf') or '-'}"
                    _note(connection, now, attempt_id, what)

    def token_counter(self, tab: str) -> int:
        """The counter of the last token that this ledger wrote, or adopted, on the tab."""
        query = sa.select(tokens.c.counter).where(tokens.c.tab == tab)
        with self._reading() as connection:
            return connection.execute(query).scalar() or 0

    def set_token_counter(self, tab: str, counter: int) -> None:
        """Remembers the counter of the token on the tab."""
        with self._engine.begin() as connection:
            changed = connection.execute(
                tokens.update().where(tokens.c.tab == tab).values(counter=counter)
            )
            if changed.rowcount == 0:
                connection.execute(tokens.insert().values(tab=tab, counter=counter))

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        """A transaction that only reads, so that it waits for no writer."""
        with self._engine.connect().execution_options(sqlite_begin="DEFERRED") as connection:
            yield connection


def _move(connection: sa.Connection, move: Move, now: datetime) -> bool:
    if move.target not in MOVES[move.source]:
        raise ValueError(f"no attempt goes from {move.source} to {move.target}")
    changed = connection.execute(
        attempts.update()
        .where(attempts.c.id == move.attempt_id, attempts.c.state == move.source)
        .values(state=move.target, **move.values)
    )
    if changed.rowcount != 1:
        return False
    _note(connection, now, move.attempt_id, str(move.target))
    if move.target is AttemptState.PLACED:
        _doubt_shared_call_id(connection, move, now)
    return True


def _doubt_shared_call_id(connection: sa.Connection, move: Move, now: datetime) -> None:
    """A call id that two open attempts carry says nothing about either: both become unknown."""
    sharing = sa.select(attempts.c.id).where(
        attempts.c.call_id == move.values["call_id"], attempts.c.state == AttemptState.PLACED
    )
    ids = [row.id for row in connection.execute(sharing)]
    if len(ids) < 2:
        return
    problem = "The portal gave this call's id to another call too."
    for attempt_id in ids:
        values = {"state": AttemptState.UNKNOWN, "problem": problem, "changed_at": now}
        connection.execute(attempts.update().where(attempts.c.id == attempt_id).values(**values))
        _note(connection, now, attempt_id, "unknown: shared call id")


def _intend(
    connection: sa.Connection, intent: Intent, now: datetime, gap: timedelta
) -> Attempt | None:
    job = intent.job
    if intent.reason is Reason.FIRST and _called_within(connection, job, now - gap):
        return None
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    made = connection.execute(
        insert(attempts)
        .values(
            job_id=job.id,
            try_number=len(job.attempts) + 1,
            number=job.content.number,
            state=AttemptState.INTENDED,
            reason=intent.reason,
            intended_at=now,
        )
        .on_conflict_do_nothing()
        .returning(attempts.c.id)
    ).scalar()
    if made is None:
        return None
    _note(connection, now, made, f"intended: {intent.reason}")
    return Attempt(
        id=made,
        job_id=job.id,
        number=job.content.number,
        state=AttemptState.INTENDED,
        intended_at=now,
        reason=intent.reason,
    )


def _called_within(connection: sa.Connection, job: Job, since: datetime) -> bool:
    query = (
        sa.select(attempts.c.id)
        .join(jobs)
        .where(
            jobs.c.fingerprint == job.fingerprint,
            jobs.c.id != job.id,
            attempts.c.intended_at > since,
            attempts.c.state.not_in(sorted(NEVER_RANG)),
        )
        .limit(1)
    )
    return connection.execute(query).first() is not None


def _adopt(connection: sa.Connection, campaign: str, adoption: Adoption, now: datetime) -> None:
    made = connection.execute(
        jobs.insert().values(_job_row(campaign, adoption.job, now)).returning(jobs.c.id)
    ).scalar_one()
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    attempt_id = connection.execute(
        insert(attempts)
        .values(
            job_id=made,
            try_number=1,
            number=adoption.job.content.number,
            state=AttemptState.PLACED,
            reason=Reason.ADOPTED,
            intended_at=adoption.called_at,
            sending_at=adoption.called_at,
            placed_at=adoption.called_at,
            call_id=adoption.call_id,
        )
        .on_conflict_do_nothing()
        .returning(attempts.c.id)
    ).scalar()
    if attempt_id is None:
        # Its number was taken in the meantime; the row is looked at anew at the next pass.
        connection.execute(jobs.delete().where(jobs.c.id == made))
    else:
        _note(connection, now, attempt_id, "adopted")


def _note(connection: sa.Connection, now: datetime, attempt_id: int, what: str) -> None:
    connection.execute(events.insert().values(at=now, attempt_id=attempt_id, what=what))


def _job_row(campaign: str, job: NewJob, now: datetime) -> dict[str, Any]:
    return {
        "campaign": campaign,
        "ref": job.ref,
        "fingerprint": job.content.fingerprint(),
        "content": json.dumps(asdict(job.content)),
        "queued_at": now,
        "granted": job.granted,
        "again_seen": job.granted > 0,
    }


def _attempt(row: sa.Row[Any]) -> Attempt:
    values = dict(row._mapping)
    values["state"] = AttemptState(values["state"])
    values["reason"] = Reason(values["reason"])
    return Attempt(**values)


def _content(text: str) -> Content:
    data = json.loads(text)
    return Content(**data | {"texts": tuple(data["texts"]), "keys": tuple(data["keys"])})


def _without_password(address: str) -> str:
    try:
        return sa.make_url(address).render_as_string(hide_password=True)
    except SQLAlchemyError:
        return "that the configuration names"
