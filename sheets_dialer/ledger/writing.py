"""What the ledger's transactions write, in as few statements as the work allows.

Every function here runs inside a transaction that waits for all others that write, so what it
reads to decide still holds when it writes.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite

from ..call import (
    MADE_NO_CALL,
    MOVES,
    OPEN_STATES,
    Adoption,
    Attempt,
    AttemptState,
    Content,
    Job,
    JobChange,
    NewJob,
    Reason,
)
from ..texts import say
from .forgetting import remember
from .opting_out import IS_OPTED_OUT, opt_out, opted_out
from .reading import content_text
from .schema import IS_OPEN, attempts, events, jobs
from .statements import among, chunks, rows_among

log = structlog.get_logger()
# Made once: building a statement costs more than running it.
_REF_AND_ID = sa.select(jobs.c.ref, jobs.c.id).where(among(jobs.c.ref))
_CALL_AND_NUMBER = sa.select(attempts.c.call_id, attempts.c.number).where(among(attempts.c.call_id))
_STATE = sa.select(attempts.c.id, attempts.c.state).where(among(attempts.c.id))
_MOVED_OR_CARRYING: sa.Select[Any] = sa.select(
    attempts.c.id, attempts.c.state, attempts.c.call_id, IS_OPTED_OUT.label("opted_out")
).where(
    sa.or_(
        attempts.c.id.in_(sa.bindparam("ids", expanding=True)),
        sa.and_(IS_OPEN, attempts.c.call_id.in_(sa.bindparam("call_ids", expanding=True))),
    )
)
_NOTE = events.insert()


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


def add_jobs(
    connection: sa.Connection, campaign: str, new: Sequence[NewJob], now: datetime
) -> None:
    """Adds jobs as a plan found them."""
    if new:
        connection.execute(jobs.insert(), [_job_row(campaign, job, now) for job in new])


def revoice(connection: sa.Connection, contents: Mapping[int, Content]) -> None:
    """Keeps the content with which jobs are called for the first time, where their campaign has
    got another voice since they were queued."""
    if contents:
        rows = [
            {"of_job_id": job_id, "new_content": content_text(content)}
            for job_id, content in contents.items()
        ]
        # A job whose texts were forgotten gets them again with its attempt, or not at all.
        here = (jobs.c.id == sa.bindparam("of_job_id")) & (jobs.c.number != "")
        connection.execute(
            jobs.update().where(here).values(content=sa.bindparam("new_content")), rows
        )


def change_jobs(connection: sa.Connection, changes: Sequence[JobChange]) -> None:
    """Remembers what people did to the rows of jobs."""
    if not changes:
        return
    names = [name for name in asdict(changes[0]) if name != "job_id"]
    connection.execute(
        jobs.update()
        .where(jobs.c.id == sa.bindparam("of_job_id"))
        .values({name: sa.bindparam(f"new_{name}") for name in names}),
        [
            {"of_job_id": each.job_id} | {f"new_{name}": getattr(each, name) for name in names}
            for each in changes
        ],
    )


def make_moves(connection: sa.Connection, moves: Iterable[Move], now: datetime) -> set[int]:
    """Makes each move whose attempt is in the right state; returns these attempts.

    An attempt whose number was opted out since it was intended is withdrawn instead of sent. A
    reply that tells the call of an attempt that was given up as unknown meanwhile counts all the
    same; where a person has released it, its history keeps the call.

    Raises:
        ValueError: no attempt may ever make this move.
    """
    wanted: dict[int, Move] = {}
    for move in moves:
        if move.target not in MOVES[move.source]:
            raise ValueError(f"no attempt goes from {move.source} to {move.target}")
        wanted[move.attempt_id] = move
    told = {move.values["call_id"] for move in wanted.values() if "call_id" in move.values}
    found = list(_moved_or_carrying(connection, wanted, told))
    rows = {row.id: row for row in found}
    opted_out_since = {row.id for row in found if row.opted_out}
    made: list[Move] = []
    withdrawn: list[Move] = []
    late: list[tuple[int, str]] = []
    for move in wanted.values():
        row = rows.get(move.attempt_id)
        if row is None:
            continue
        if row.state != move.source and not _tells_the_call(move, row):
            call_id = move.values.get("call_id", row.call_id)
            if call_id != row.call_id:
                late.append((row.id, f"the reply came too late: call {call_id}"))
            continue
        if move.target is AttemptState.SENDING and move.attempt_id in opted_out_since:
            withdrawn.append(replace(move, target=AttemptState.WITHDRAWN, values={}))
        else:
            made.append(move)
    _change(connection, [(m.attempt_id, {"state": m.target}) for m in withdrawn])
    note(connection, now, [(m.attempt_id, "withdrawn: opted out") for m in withdrawn])
    _change(connection, [(m.attempt_id, {"state": m.target, **m.values}) for m in made])
    note(connection, now, [(move.attempt_id, str(move.target)) for move in made])
    for attempt_id, what in late:
        log.warning(what, attempt=attempt_id)
    note(connection, now, late)
    if told:
        _doubt_shared_ids(connection, found, made, now)
    return {move.attempt_id for move in made}


def _tells_the_call(move: Move, row: sa.Row[Any]) -> bool:
    """Whether it is the sender's late reply for an attempt of which no call is known."""
    is_reply = move.source is AttemptState.SENDING and move.target is AttemptState.PLACED
    return is_reply and row.state == AttemptState.UNKNOWN and row.call_id is None


def keep_reports(
    connection: sa.Connection,
    reports: Sequence[tuple[int, Mapping[str, Any]]],
    opting_out: Mapping[int, str],
    now: datetime,
) -> None:
    """Keeps what the portal said about calls that are placed, and about ended ones, which are asked
    about on in case of a late answer; to others no report belongs. `opting_out` gives, by attempt,
    the key with which its number is opted out along with that."""
    states = _states(connection, [attempt_id for attempt_id, _ in reports])
    kept = [
        (attempt_id, values)
        for attempt_id, values in reports
        if states.get(attempt_id) in (AttemptState.PLACED, AttemptState.ENDED)
    ]
    _change(connection, kept)
    note(
        connection,
        now,
        [
            (attempt_id, f"call status {values['call_status']}, key {values.get('dtmf') or '-'}")
            for attempt_id, values in kept
            if "call_status" in values
        ],
    )
    keys = {each: opting_out[each] for each, _ in kept if each in opting_out}
    if keys:
        note(connection, now, opt_out(connection, keys, now))


def intend(
    connection: sa.Connection, intents: Sequence[Intent], now: datetime, since: datetime
) -> list[Attempt]:
    """Adds the attempts that nothing forbids, in the given order."""
    firsts = {each.job.fingerprint for each in intents if each.reason is Reason.FIRST}
    called = _called_since(connection, firsts, since)
    refused = opted_out(connection, {each.job.content.number for each in intents})
    wanted = [
        each
        for each in intents
        if each.job.content.number not in refused
        and (
            each.reason is not Reason.FIRST
            or not called.get(each.job.fingerprint, set()) - {each.job.id}
        )
    ]
    for each in wanted:
        if each.job.was_forgotten:
            remember(connection, each.job.id, each.job.content)
    made = _insert_attempts(
        connection,
        [
            {
                "job_id": each.job.id,
                "try_number": len(each.job.attempts) + 1,
                "number": each.job.content.number,
                "state": AttemptState.INTENDED,
                "reason": each.reason,
                "intended_at": now,
            }
            for each in wanted
        ],
    )
    added = [
        Attempt(
            id=made.pop(each.job.id),
            job_id=each.job.id,
            number=each.job.content.number,
            state=AttemptState.INTENDED,
            intended_at=now,
            reason=each.reason,
        )
        for each in wanted
        if each.job.id in made
    ]
    note(connection, now, [(each.id, f"intended: {each.reason}") for each in added])
    return added


def adopt(
    connection: sa.Connection, campaign: str, adoptions: Sequence[Adoption], now: datetime
) -> None:
    """Takes over calls that the sheet shows and the ledger doesn't know.

    One whose number was taken in the meantime is left out; its row is looked at anew at the next
    pass. One whose id belongs to a call to another number is held for a person: a row must not
    show another row's result.
    """
    if not adoptions:
        return
    add_jobs(connection, campaign, [each.job for each in adoptions], now)
    refs = [each.job.ref for each in adoptions]
    ids = {row.ref: row.id for row in rows_among(connection, _REF_AND_ID, refs)}
    owners: dict[str, set[str]] = {}
    call_ids = {each.call_id for each in adoptions}
    for row in rows_among(connection, _CALL_AND_NUMBER, call_ids):
        owners.setdefault(row.call_id, set()).add(row.number)
    rows = []
    for each in adoptions:
        number = each.job.content.number
        doubtful = bool(owners.setdefault(each.call_id, {number}) - {number})
        rows.append(
            {
                "job_id": ids[each.job.ref],
                "try_number": 1,
                "number": number,
                "state": AttemptState.UNKNOWN if doubtful else AttemptState.PLACED,
                "reason": Reason.ADOPTED,
                "intended_at": each.called_at,
                "sending_at": each.called_at,
                "placed_at": each.called_at,
                "call_id": each.call_id,
                "problem": say("foreign_call_id") if doubtful else None,
            }
        )
    made = _insert_attempts(connection, rows)
    note(connection, now, [(attempt_id, "adopted") for attempt_id in made.values()])
    left_out = [job_id for job_id in ids.values() if job_id not in made]
    for chunk in chunks(left_out):
        connection.execute(jobs.delete().where(jobs.c.id.in_(chunk)))


def note(connection: sa.Connection, now: datetime, notes: Iterable[tuple[int, str]]) -> None:
    """Adds to the history of attempts, which is only ever added to."""
    rows = [{"at": now, "attempt_id": attempt_id, "what": what} for attempt_id, what in notes]
    if rows:
        connection.execute(_NOTE, rows)


def _states(connection: sa.Connection, ids: Iterable[int]) -> dict[int, str]:
    return {row.id: row.state for row in rows_among(connection, _STATE, ids)}


def _change(connection: sa.Connection, changes: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Sets values of attempts, all changes of the same columns in one go."""
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for attempt_id, values in changes:
        row = {"attempt_id": attempt_id, **{f"new_{name}": v for name, v in values.items()}}
        by_columns.setdefault(tuple(sorted(values)), []).append(row)
    for columns, rows in by_columns.items():
        if columns:
            connection.execute(_change_of(columns), rows)


@functools.cache
def _change_of(columns: tuple[str, ...]) -> sa.Update:
    here = attempts.c.id == sa.bindparam("attempt_id")
    return (
        attempts.update()
        .where(here)
        .values({each: sa.bindparam(f"new_{each}") for each in columns})
    )


def _insert_attempts(
    connection: sa.Connection, rows: Sequence[Mapping[str, Any]]
) -> dict[int, int]:
    """Inserts what no constraint forbids; the new attempts' ids by job."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    if not rows:
        return {}
    statement = insert(attempts).on_conflict_do_nothing()
    made = connection.execute(statement.returning(attempts.c.job_id, attempts.c.id), rows)
    return {row.job_id: row.id for row in made}


def _called_since(
    connection: sa.Connection, fingerprints: Iterable[str], since: datetime
) -> dict[str, set[int]]:
    """By fingerprint, the jobs with an attempt after `since` that may have rung."""
    query = (
        sa.select(jobs.c.fingerprint, jobs.c.id)
        .join(attempts)
        .where(attempts.c.intended_at > since, attempts.c.state.not_in(sorted(MADE_NO_CALL)))
    )
    called: dict[str, set[int]] = {}
    for row in rows_among(connection, query.where(among(jobs.c.fingerprint)), fingerprints):
        called.setdefault(row.fingerprint, set()).add(row.id)
    return called


def _moved_or_carrying(
    connection: sa.Connection, ids: Iterable[int], call_ids: Iterable[str]
) -> Iterator[sa.Row[Any]]:
    """The attempts of these ids, and the open ones that have one of these calls, asked for at once:
    placing calls does nothing more often."""
    by_id, by_call = chunks(sorted(ids)), chunks(sorted(call_ids))
    for some_ids, some_calls in itertools.zip_longest(by_id, by_call):
        parameters = {"ids": some_ids or [], "call_ids": some_calls or []}
        yield from connection.execute(_MOVED_OR_CARRYING, parameters)


def _doubt_shared_ids(
    connection: sa.Connection, found: Iterable[sa.Row[Any]], made: Iterable[Move], now: datetime
) -> None:
    """A call id that two open attempts carry says nothing about either: both become unknown.

    `found` are attempts as they were before the moves that were `made`.
    """
    after = {row.id: (row.state, row.call_id) for row in found}
    for move in made:
        call_id = move.values.get("call_id", after[move.attempt_id][1])
        after[move.attempt_id] = move.target, call_id
    carriers: dict[str, list[int]] = {}
    for attempt_id, (state, call_id) in after.items():
        if call_id is not None and state in OPEN_STATES:
            carriers.setdefault(call_id, []).append(attempt_id)
    doubted = [
        attempt_id
        for sharing in carriers.values()
        for attempt_id in sharing
        if len(sharing) > 1 and after[attempt_id][0] == AttemptState.PLACED
    ]
    values = {"state": AttemptState.UNKNOWN, "problem": say("shared_call_id"), "changed_at": now}
    _change(connection, [(attempt_id, values) for attempt_id in doubted])
    note(connection, now, [(attempt_id, "unknown: shared call id") for attempt_id in doubted])


def _job_row(campaign: str, job: NewJob, now: datetime) -> dict[str, Any]:
    return {
        "campaign": campaign,
        "ref": job.ref,
        "number": job.content.number,
        "fingerprint": job.fingerprint,
        "content": content_text(job.content),
        "queued_at": job.asked_at or now,
        "granted": job.granted,
        "again_seen": job.granted > 0,
    }
