"""What the ledger's transactions read: jobs with their attempts, all of them or only some.

A pass over a large sheet asks only for the jobs of the rows that it looks at, so every question
here but `all_jobs` costs what it finds, not what the ledger holds.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..domain.attempt import MADE_NO_CALL, NEVER_RANG, Attempt, AttemptState, Reason
from ..domain.content import Content
from ..domain.job import Job
from ..domain.portal_status import ANSWERED, NOT_REACHED
from ..domain.problems import ProblemCode
from .batching import among, rows_among
from .schema import IS_ANOTHER_TRY, IS_NOT_BEGUN, IS_OPEN, UtcTime, attempts, jobs

ATTEMPT_COLUMNS = [attempts.c[field.name] for field in fields(Attempt)]
NOTHING_KNOWN = Content(number="", voice_id="")
"""The content of a job whose number and texts the ledger has forgotten, and, as older versions did,
the voice."""
_RANG = attempts.c.state.not_in(sorted(NEVER_RANG))
_MADE_A_CALL = attempts.c.state.not_in(sorted(MADE_NO_CALL))
_ANSWERED = sa.func.coalesce(attempts.c.call_status, 0) == ANSWERED
_NOT_REACHED = sa.func.coalesce(attempts.c.call_status, 0).in_(sorted(NOT_REACHED))
_HAD_A_PROBLEM = attempts.c.problem.is_not(None) | attempts.c.problem_code.is_not(None)
_ENDED_UNCLEAR = (attempts.c.state == AttemptState.ENDED) & (~_NOT_REACHED | _HAD_A_PROBLEM)
_MAY_COST = _ENDED_UNCLEAR | attempts.c.state.in_(
    [
        *(AttemptState.INTENDED, AttemptState.SENDING),
        # Whoever wasn't reached may still be, by the account's own retry.
        AttemptState.PLACED,
        *(AttemptState.UNKNOWN, AttemptState.RELEASED),
    ]
)
"""Whether an attempt that isn't known to be answered may be charged all the same: it isn't over, or
nobody knows how it ended."""
_LEAVES_WITHIN = timedelta(hours=1)
"""So long after it was intended a call has left, or never does: its mark is too old by far."""

# Made once: building a statement costs more than running it.
_IN_CAMPAIGN = jobs.c.campaign == sa.bindparam("campaign")
_ALL_JOBS = sa.select(jobs).where(_IN_CAMPAIGN).order_by(jobs.c.id)
_ALL_TRIES = (
    sa.select(*ATTEMPT_COLUMNS)
    .join(jobs)
    .where(_IN_CAMPAIGN)
    .order_by(attempts.c.job_id, attempts.c.try_number)
)
_CAMPAIGNS = sa.select(jobs.c.id, jobs.c.campaign).where(among(jobs.c.id))
_JOBS_BY_ID = sa.select(jobs).where(among(jobs.c.id), _IN_CAMPAIGN).order_by(jobs.c.id)
_JOBS_ELSEWHERE = (
    sa.select(jobs)
    .where(among(jobs.c.ref), jobs.c.campaign != sa.bindparam("campaign"))
    .order_by(jobs.c.id)
)
_TRIES_BY_JOB = (
    sa.select(*ATTEMPT_COLUMNS)
    .where(among(attempts.c.job_id))
    .order_by(attempts.c.job_id, attempts.c.try_number)
)
# Of every campaign: a database that is told the campaign may walk through all of its jobs.
_IDS_BY_NUMBER = sa.select(jobs.c.id).where(among(jobs.c.number))
_IDS_BY_REF = sa.select(jobs.c.id).where(among(jobs.c.ref))
_IDS_BY_CALL = sa.select(attempts.c.job_id.label("id")).where(among(attempts.c.call_id))
_IDS_FORGOTTEN = sa.select(jobs.c.id).where(among(jobs.c.fingerprint), jobs.c.number == "")
_ANY_FORGOTTEN = sa.select(jobs.c.id).where(jobs.c.number == "").limit(1)
_IDS_OPEN = sa.select(attempts.c.job_id).where(IS_OPEN)
_LATER = attempts.alias("later")
_IDS_DIALLED_AGAIN = (
    sa.select(attempts.c.job_id)
    .select_from(_LATER)
    .join(attempts, attempts.c.job_id == _LATER.c.job_id)
    .where(
        _LATER.c.try_number > attempts.c.try_number,
        # In these very words, so that the database may use the index of such tries.
        sa.text(f"later.{IS_ANOTHER_TRY.text}"),
        _LATER.c.intended_at > sa.bindparam("since"),
        attempts.c.state == AttemptState.ENDED,
        # A key may change until the portal was asked about it once more.
        attempts.c.dtmf.is_(None) | (attempts.c.polled_at <= attempts.c.changed_at),
        attempts.c.placed_at > sa.bindparam("since"),
    )
)
_IDS_STUCK = sa.select(attempts.c.job_id).where(
    attempts.c.intended_at > sa.bindparam("since"),
    attempts.c.state == AttemptState.ENDED,
    # In these very words, so that the database may use the index of such calls.
    IS_NOT_BEGUN,
)
_LAST_CALLS = (
    sa.select(
        jobs.c.fingerprint,
        jobs.c.id,
        sa.func.max(attempts.c.intended_at, type_=attempts.c.intended_at.type).label("at"),
    )
    .join(attempts)
    .where(among(jobs.c.fingerprint), _MADE_A_CALL)
    .group_by(jobs.c.fingerprint, jobs.c.id)
)
_LAST_SAID = (
    sa.select(
        attempts.c.said,
        attempts.c.job_id,
        sa.func.max(attempts.c.intended_at, type_=attempts.c.intended_at.type).label("at"),
    )
    .where(among(attempts.c.said), _MADE_A_CALL)
    .group_by(attempts.c.said, attempts.c.job_id)
)


def campaigns_of(connection: sa.Connection, job_ids: Iterable[int]) -> dict[int, str]:
    """By job, the name of its campaign."""
    return {row.id: row.campaign for row in rows_among(connection, _CAMPAIGNS, job_ids)}


def all_jobs(connection: sa.Connection, campaign: str) -> list[Job]:
    """Every job of the campaign with its attempts, oldest first."""
    mine = {"campaign": campaign}
    return _jobs(connection.execute(_ALL_JOBS, mine), connection.execute(_ALL_TRIES, mine))


def jobs_with(
    connection: sa.Connection,
    campaign: str,
    *,
    numbers: Iterable[str],
    refs: Iterable[str],
    call_ids: Iterable[str],
    fingerprints: Iterable[str],
) -> list[Job]:
    """The campaign's jobs that have one of these numbers, Refs or calls, and the forgotten ones
    with one of these fingerprints, oldest first."""
    found: set[int] = set()
    for query, values in (
        (_IDS_BY_NUMBER, numbers),
        (_IDS_BY_REF, refs),
        (_IDS_BY_CALL, call_ids),
    ):
        found |= {row.id for row in rows_among(connection, query, values)}
    # Last: what is forgotten while this is read is found by its number or by its fingerprint.
    if connection.execute(_ANY_FORGOTTEN).first() is not None:
        found |= {row.id for row in rows_among(connection, _IDS_FORGOTTEN, fingerprints)}
    return _by_id(connection, campaign, found)


def jobs_elsewhere(connection: sa.Connection, campaign: str, refs: Iterable[str]) -> list[Job]:
    """The jobs of other campaigns that have one of these Refs, oldest first."""
    found = list(rows_among(connection, _JOBS_ELSEWHERE, refs, campaign=campaign))
    tries = rows_among(connection, _TRIES_BY_JOB, {row.id for row in found})
    return _jobs(found, tries)


def jobs_under_way(connection: sa.Connection, campaign: str, since: datetime) -> list[Job]:
    """The campaign's jobs of which more may come: those with an open attempt, and those whose call,
    made since then, may yet get a late answer, because they were dialled again or because it never
    began to ring."""
    found = set(connection.scalars(_IDS_OPEN))
    found |= set(connection.scalars(_IDS_STUCK, {"since": since}))
    found |= set(connection.scalars(_IDS_DIALLED_AGAIN, {"since": since}))
    return _by_id(connection, campaign, found)


def last_calls(
    connection: sa.Connection, fingerprints: Iterable[str]
) -> dict[str, list[tuple[int, datetime]]]:
    """By fingerprint, in any campaign, each job's last attempt that may have rung and that was
    asked for with it, or in which just that was said, though something else was asked."""
    wanted = set(fingerprints)
    calls: dict[str, set[tuple[int, datetime]]] = {}
    for row in rows_among(connection, _LAST_CALLS, wanted):
        calls.setdefault(row.fingerprint, set()).add((row.id, row.at))
    for row in rows_among(connection, _LAST_SAID, wanted):
        calls.setdefault(row.said, set()).add((row.job_id, row.at))
    return {fingerprint: sorted(found) for fingerprint, found in calls.items()}


def counted_by_hour(
    connection: sa.Connection, campaign: str, begun: Sequence[datetime]
) -> list[tuple[int, int, int, int]]:
    """The campaign's attempts that left since the first of these moments and may have rung, or are
    about to leave, counted by the last of the moments that each came after: its place, attempts,
    answered ones, and others that may be charged."""
    at = sa.func.coalesce(attempts.c.sending_at, attempts.c.intended_at, type_=UtcTime())
    turns = [(at < moment, place) for place, moment in enumerate(begun[1:])]
    last = sa.literal(len(begun) - 1)
    place = (sa.case(*turns, else_=last) if turns else last).label("place")
    query = (
        sa.select(
            place,
            sa.func.count(),
            sa.func.sum(sa.case((_ANSWERED, 1), else_=0)),
            sa.func.sum(sa.case((~_ANSWERED & _MAY_COST, 1), else_=0)),
        )
        .join(jobs)
        .where(
            _IN_CAMPAIGN,
            # By the index first; the day that counts is that on which the call left.
            attempts.c.intended_at >= begun[0] - _LEAVES_WITHIN,
            at >= begun[0],
            _RANG,
        )
        .group_by(sa.text("place"))
    )
    found = connection.execute(query, {"campaign": campaign})
    return [(int(row[0]), int(row[1]), int(row[2]), int(row[3])) for row in found]


def attempt_of(row: sa.Row[Any]) -> Attempt:
    """The attempt that a row of `ATTEMPT_COLUMNS` tells of."""
    values = dict(row._mapping)
    values["state"] = AttemptState(values["state"])
    values["reason"] = Reason(values["reason"])
    if values["problem_code"] is not None:
        values["problem_code"] = ProblemCode(values["problem_code"])
    return Attempt(**values)


def _by_id(connection: sa.Connection, campaign: str, ids: Collection[int]) -> list[Job]:
    return _jobs(
        rows_among(connection, _JOBS_BY_ID, ids, campaign=campaign),
        rows_among(connection, _TRIES_BY_JOB, ids),
    )


def _jobs(mine: Iterable[sa.Row[Any]], tries: Iterable[sa.Row[Any]]) -> list[Job]:
    by_job: dict[int, list[Attempt]] = {}
    for row in tries:
        by_job.setdefault(row.job_id, []).append(attempt_of(row))
    return [_job(row, tuple(by_job.get(row.id, ()))) for row in mine]


def _job(row: sa.Row[Any], made: tuple[Attempt, ...]) -> Job:
    return Job(
        id=row.id,
        campaign=row.campaign,
        ref=row.ref,
        content=content_of(row.content) if row.content else NOTHING_KNOWN,
        fingerprint=row.fingerprint,
        queued_at=row.queued_at,
        granted=row.granted,
        again_seen=row.again_seen,
        cleared_at=row.cleared_at,
        attempts=made,
        blank=tuple(filter(None, row.blank.split(","))),
        steady_since=row.steady_since,
        restarts=row.restarts,
        order=row.order_print,
    )


def content_text(content: Content) -> str:
    """A content as the ledger keeps it."""
    return json.dumps(asdict(content))


def forgotten_text(text: str) -> str:
    """What the ledger keeps of a content when it forgets number and texts: with which voice it was
    said, or is to be said."""
    return content_text(replace(NOTHING_KNOWN, voice_id=content_of(text).voice_id))


def content_of(text: str) -> Content:
    """The content that such a text keeps."""
    data = json.loads(text)
    return Content(**data | {"texts": tuple(data["texts"]), "keys": tuple(data["keys"])})
