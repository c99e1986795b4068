"""What the ledger's transactions write, in as few statements as the work allows.

Every function here runs inside a transaction that waits for all others that write, so what it
reads to decide still holds when it writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite

from ..domain.attempt import MADE_NO_CALL, Attempt, AttemptState, Reason
from ..domain.content import Content
from ..domain.dtmf_keys import names_key
from ..domain.job import Adoption, Job, JobChange, NewJob, Rewriting
from ..texts import say
from .batching import among, chunks, rows_among
from .duplicate_call_ids import GIVEN_AGAIN, carriers, is_its_own
from .history import change, note
from .opt_outs import opt_out, opted_out
from .queries import content_text
from .retention import remember
from .schema import attempts, jobs

log = structlog.get_logger()
# Made once: building a statement costs more than running it.
_REF_AND_ID = sa.select(jobs.c.ref, jobs.c.id).where(among(jobs.c.ref))
_JOB_AND_REASON = sa.select(attempts.c.id, attempts.c.job_id, attempts.c.reason).where(
    among(attempts.c.id)
)
_HEARD = sa.select(
    attempts.c.id,
    attempts.c.state,
    attempts.c.dtmf,
    attempts.c.unread,
    GIVEN_AGAIN.label("given_again"),
).where(among(attempts.c.id))


@dataclass(frozen=True, slots=True)
class Intent:
    """An attempt that is wanted: of this job, for this reason."""

    job: Job
    reason: Reason


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
    news: list[tuple[int, str]] = []
    fresh: set[int] = set()
    for attempt_id, told in reports:
        row = heard.get(attempt_id)
        if row is None or row.state not in (AttemptState.PLACED, AttemptState.ENDED):
            continue
        if row.state == AttemptState.ENDED and row.given_again:
            # An answer under an id that was given again may be the other call's.
            kept.append((attempt_id, {n: v for n, v in told.items() if n == "polled_at"}))
            continue
        kept.append((attempt_id, told))
        if "call_status" in told:
            news += [(attempt_id, what) for what in _history(row, told)]
        key = opting_out.get(attempt_id)
        if key is not None:
            keys[attempt_id] = key
            if key not in (row.dtmf or "") and not names_key(row.unread or "", key):
                fresh.add(attempt_id)
    change(connection, kept)
    note(connection, now, news)
    if keys:
        note(connection, now, opt_out(connection, keys, fresh, now))


def _history(known: sa.Row[Any], told: Mapping[str, Any]) -> Iterator[str]:
    """What a report that brings news adds to the history of its attempt. Words that can't be read
    aren't repeated there: they may hold a number, which is forgotten one day."""
    key, unread = told.get("dtmf"), told.get("unread")
    yield f"call status {told['call_status']}, key {key or '-'}"
    if known.dtmf and key != known.dtmf:
        yield f"key corrected from {known.dtmf} to {key or '-'}"
    if unread is not None and unread != known.unread:
        yield "key in words that can't be read"


def intend(
    connection: sa.Connection, intents: Sequence[Intent], now: datetime, since: datetime
) -> list[Attempt]:
    """Adds the attempts that nothing forbids, in the given order."""
    fingerprints = {
        each.job.id: {each.job.fingerprint, each.job.content.fingerprint()}
        for each in intents
        if each.reason is Reason.FIRST or _says_something_new(each)
    }
    called = _called_since(connection, set().union(*fingerprints.values()), since)
    refused = opted_out(connection, {each.job.content.number for each in intents})
    wanted = [
        each
        for each in intents
        if each.job.content.number not in refused
        and not any(
            called.get(each_print, set()) - {each.job.id}
            for each_print in fingerprints.get(each.job.id, ())
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
    said = {attempt.said for attempt in intent.job.called if attempt.said}
    is_redial = intent.reason in (Reason.REDIAL, Reason.REDIAL_NO_KEY)
    return is_redial and intent.job.content.fingerprint() not in said


def say_otherwise(
    connection: sa.Connection, contents: Mapping[int, Content], since: datetime
) -> set[int]:
    """Keeps what these attempts are about to say, where that isn't what was planned; returns those
    that must not say it, because another job's call has said it since then, and none of theirs."""
    fingerprints = {attempt_id: content.fingerprint() for attempt_id, content in contents.items()}
    said = _called_since(connection, set(fingerprints.values()), since)
    refused: set[int] = set()
    for row in list(rows_among(connection, _JOB_AND_REASON, contents)):
        is_said_elsewhere = bool(said.get(fingerprints[row.id], set()) - {row.job_id})
        if row.reason != Reason.AGAIN and is_said_elsewhere:
            # A redial may say once more what its own job has said.
            refused |= {row.id} - _repeating(connection, row, fingerprints[row.id])
        connection.execute(
            attempts.update().where(attempts.c.id == row.id).values(said=fingerprints[row.id])
        )
    return refused


def adopt(
    connection: sa.Connection,
    campaign: str,
    adoptions: Sequence[Adoption],
    now: datetime,
    portal: str | None,
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
    known = carriers(connection, {each.call_id for each in adoptions})
    adopted: dict[str, str] = {}
    rows = []
    for each in adoptions:
        number = each.job.content.number
        carrying = known.get(each.call_id, ())
        owners = {row.number for row in carrying if is_its_own(row, portal, each.called_at)}
        owners = owners or {adopted.setdefault(each.call_id, number)}
        doubtful = bool(owners - {number})
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
                "portal": portal,
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


def _repeating(connection: sa.Connection, attempt: sa.Row[Any], said: str) -> set[int]:
    """The attempt's id, where an earlier call of its job has said just that."""
    of_job = (attempts.c.job_id == attempt.job_id) & (attempts.c.id != attempt.id)
    before = of_job & (attempts.c.said == said) & attempts.c.state.not_in(sorted(MADE_NO_CALL))
    query = sa.select(attempts.c.id).where(before).limit(1)
    return set() if connection.scalar(query) is None else {attempt.id}


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
