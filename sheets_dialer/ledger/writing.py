"""What the ledger's transactions write, in as few statements as the work allows.

Every function here runs inside a transaction that waits for all others that write, so what it
reads to decide still holds when it writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite

from ..call import (
    MADE_NO_CALL,
    MOVES,
    Adoption,
    Attempt,
    AttemptState,
    Content,
    Job,
    JobChange,
    NewJob,
    Reason,
    Rewriting,
)
from ..texts import say
from .changes import change, note
from .forgetting import remember
from .opting_out import opt_out, opted_out
from .reading import content_text
from .schema import attempts, jobs
from .shared_ids import GIVEN_AGAIN, doubt_shared_ids, moved_or_carrying
from .statements import among, chunks, rows_among

log = structlog.get_logger()
# Made once: building a statement costs more than running it.
_REF_AND_ID = sa.select(jobs.c.ref, jobs.c.id).where(among(jobs.c.ref))
_CALL_AND_NUMBER = sa.select(attempts.c.call_id, attempts.c.number).where(among(attempts.c.call_id))
_JOB_AND_REASON = sa.select(attempts.c.id, attempts.c.job_id, attempts.c.reason).where(
    among(attempts.c.id)
)
_HEARD = sa.select(attempts.c.id, attempts.c.state, GIVEN_AGAIN.label("given_again")).where(
    among(attempts.c.id)
)


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


def rewrite(connection: sa.Connection, rewritings: Sequence[Rewriting]) -> None:
    """Keeps what the rows of jobs say now: people type cell by cell, formulas change by themselves,
    and a campaign may have got another voice."""
    if not rewritings:
        return
    values = {
        name: sa.bindparam(f"new_{name}", type_=jobs.c[name].type)
        for name in (
            *("number", "content", "fingerprint", "order_print"),
            *("queued_at", "blank", "steady_since", "restarts"),
        )
    }
    # A job whose texts were forgotten gets them again with its attempt, or not at all.
    here = (jobs.c.id == sa.bindparam("of_job_id")) & (jobs.c.number != "")
    connection.execute(
        jobs.update().where(here).values(values),
        [
            {
                "of_job_id": each.job_id,
                "new_number": each.content.number,
                "new_content": content_text(each.content),
                "new_fingerprint": each.fingerprint,
                "new_order_print": each.content.order(),
                "new_queued_at": each.queued_at,
                "new_blank": ",".join(each.blank),
                "new_steady_since": each.steady_since,
                "new_restarts": each.restarts,
            }
            for each in rewritings
        ],
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
    found = list(moved_or_carrying(connection, wanted, told))
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
    change(connection, [(m.attempt_id, {"state": m.target}) for m in withdrawn])
    note(connection, now, [(m.attempt_id, "withdrawn: opted out") for m in withdrawn])
    change(connection, [(m.attempt_id, {"state": m.target, **m.values}) for m in made])
    note(connection, now, [(move.attempt_id, str(move.target)) for move in made])
    for attempt_id, what in late:
        log.warning(what, attempt=attempt_id)
    note(connection, now, late)
    if told:
        doubt_shared_ids(connection, found, made, told, now)
    return {move.attempt_id for move in made}


def _tells_the_call(move: Move, row: sa.Row[Any]) -> bool:
    """Whether it is the sender's late reply for an attempt of which no call is known: one that was
    given up, or whose leaving the database's server has lost."""
    is_reply = move.source is AttemptState.SENDING and move.target is AttemptState.PLACED
    waits = row.state in (AttemptState.UNKNOWN, AttemptState.INTENDED)
    return is_reply and waits and row.call_id is None


def keep_reports(
    connection: sa.Connection,
    reports: Sequence[tuple[int, Mapping[str, Any]]],
    opting_out: Mapping[int, str],
    now: datetime,
) -> None:
    """Keeps what the portal said about calls that are placed, and about ended ones, which are asked
    about on in case of a late answer; to others no report belongs. `opting_out` gives, by attempt,
    the key with which its number is opted out along with that."""
    heard = {row.id: row for row in rows_among(connection, _HEARD, [each for each, _ in reports])}
    kept: list[tuple[int, Mapping[str, Any]]] = []
    keys: dict[int, str] = {}
    for attempt_id, told in reports:
        row = heard.get(attempt_id)
        if row is None or row.state not in (AttemptState.PLACED, AttemptState.ENDED):
            continue
        if row.state == AttemptState.ENDED and row.given_again:
            # An answer under an id that was given again may be the other call's.
            kept.append((attempt_id, {n: v for n, v in told.items() if n == "polled_at"}))
            continue
        kept.append((attempt_id, told))
        if attempt_id in opting_out:
            keys[attempt_id] = opting_out[attempt_id]
    change(connection, kept)
    note(
        connection,
        now,
        [
            (attempt_id, f"call status {values['call_status']}, key {values.get('dtmf') or '-'}")
            for attempt_id, values in kept
            if "call_status" in values
        ],
    )
    if keys:
        note(connection, now, opt_out(connection, keys, now))


def intend(
    connection: sa.Connection, intents: Sequence[Intent], now: datetime, since: datetime
) -> list[Attempt]:
    """Adds the attempts that nothing forbids, in the given order."""
    prints = {
        each.job.id: {each.job.fingerprint, each.job.content.fingerprint()}
        for each in intents
        if each.reason is Reason.FIRST or _says_something_new(each)
    }
    called = _called_since(connection, set().union(*prints.values()), since)
    refused = opted_out(connection, {each.job.content.number for each in intents})
    wanted = [
        each
        for each in intents
        if each.job.content.number not in refused
        and not any(
            called.get(each_print, set()) - {each.job.id}
            for each_print in prints.get(each.job.id, ())
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
                "said": each.job.content.fingerprint(),
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


def _says_something_new(intent: Intent) -> bool:
    """Whether a redial says what none of its job's calls has said: its row's text changed."""
    said = {attempt.said for attempt in intent.job.attempts if attempt.said}
    return intent.reason is Reason.REDIAL and intent.job.content.fingerprint() not in said


def say_otherwise(
    connection: sa.Connection, contents: Mapping[int, Content], since: datetime
) -> set[int]:
    """Keeps what these attempts are about to say, where that isn't what was planned; returns those
    that must not say it, because another job's call has said it since then."""
    prints = {attempt_id: content.fingerprint() for attempt_id, content in contents.items()}
    said = _called_since(connection, set(prints.values()), since)
    refused: set[int] = set()
    for row in list(rows_among(connection, _JOB_AND_REASON, contents)):
        if row.reason != Reason.AGAIN and said.get(prints[row.id], set()) - {row.job_id}:
            refused.add(row.id)
        connection.execute(
            attempts.update().where(attempts.c.id == row.id).values(said=prints[row.id])
        )
    return refused


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
                "said": each.job.content.fingerprint(),
            }
        )
    made = _insert_attempts(connection, rows)
    note(connection, now, [(attempt_id, "adopted") for attempt_id in made.values()])
    left_out = [job_id for job_id in ids.values() if job_id not in made]
    for chunk in chunks(left_out):
        connection.execute(jobs.delete().where(jobs.c.id.in_(chunk)))


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
    """By fingerprint, the jobs with an attempt after `since` that may have rung and that was asked
    for with it, or said just that."""
    of_late = (attempts.c.intended_at > since) & attempts.c.state.not_in(sorted(MADE_NO_CALL))
    asked = sa.select(jobs.c.fingerprint.label("print"), jobs.c.id).join(attempts).where(of_late)
    said = sa.select(attempts.c.said.label("print"), attempts.c.job_id.label("id")).where(of_late)
    called: dict[str, set[int]] = {}
    for query, column in ((asked, jobs.c.fingerprint), (said, attempts.c.said)):
        for row in rows_among(connection, query.where(among(column)), fingerprints):
            called.setdefault(row.print, set()).add(row.id)
    return called


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
        "blank": ",".join(job.blank),
        "steady_since": now,
        "restarts": job.restarts,
        "order_print": job.content.order(),
    }
