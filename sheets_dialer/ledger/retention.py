"""Forgetting whom old calls went to: numbers and texts go, what prevents a second call stays.

Of a forgotten job the ledger keeps fingerprint, voice, Ref, states, call ids and times, so that
its row is still known as its. Whoever has the ledger can find out the number of a fingerprint by
trying all numbers, where no text of the row was secret: a fingerprint is no anonymity.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from ..domain.content import Content
from .batching import chunks
from .queries import content_text, forgotten_text
from .schema import IS_OPEN, attempts, jobs

_NUMBER_IN_TEXT = re.compile(r"\+?\d(?:[\s\-().]*\d){6,}")
_BEFORE = sa.bindparam("before", type_=jobs.c.queued_at.type)
_LASTED_LONGER = (
    sa.select(attempts.c.id)
    .where(
        attempts.c.job_id == jobs.c.id,
        sa.or_(
            IS_OPEN,
            *(
                time >= _BEFORE
                for time in (
                    attempts.c.intended_at,
                    attempts.c.placed_at,
                    attempts.c.changed_at,
                    attempts.c.ended_at,
                )
            ),
        ),
    )
    .exists()
)
_IS_OLD = sa.and_(jobs.c.number != "", jobs.c.queued_at < _BEFORE, ~_LASTED_LONGER)
_OLD = (
    sa.select(jobs.c.id)
    .where(jobs.c.id > sa.bindparam("after"), _IS_OLD)
    .order_by(jobs.c.id)
    .limit(sa.bindparam("most"))
)
_AMONG = jobs.c.id.in_(sa.bindparam("ids", expanding=True))
_TO_FORGET = sa.select(jobs.c.id, jobs.c.content).where(_AMONG, _IS_OLD)
_FORGET_JOB = (
    jobs.update()
    .where(jobs.c.id == sa.bindparam("of_job_id"))
    .values(number="", content=sa.bindparam("kept"))
)
_FORGOTTEN = sa.select(jobs.c.id).where(_AMONG, jobs.c.number == "")
_WORDS = (attempts.c.problem, attempts.c.unread)
"""Others' words, which may quote the number."""
_WITH_WORDS = sa.select(attempts.c.id, *_WORDS).where(
    attempts.c.job_id.in_(_FORGOTTEN), sa.or_(*(each.is_not(None) for each in _WORDS))
)


def old_jobs(connection: sa.Connection, before: datetime, *, after: int, most: int) -> list[int]:
    """At most so many jobs, from behind the id `after` on, of which nothing has happened since
    `before` and that the ledger still knows in full."""
    values = {"before": before, "after": after, "most": most}
    return list(connection.scalars(_OLD, values))


def forget(connection: sa.Connection, ids: Sequence[int], before: datetime) -> None:
    """Forgets number and texts of these jobs, but of those that something has happened to since."""
    if connection.dialect.name == "sqlite":
        # Or the file would keep what was deleted until something else needs the place.
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    for chunk in chunks(ids):
        found = connection.execute(_TO_FORGET, {"ids": chunk, "before": before}).all()
        if found:
            kept = [{"of_job_id": row.id, "kept": forgotten_text(row.content)} for row in found]
            connection.execute(_FORGET_JOB, kept)
        for row in connection.execute(_WITH_WORDS, {"ids": chunk}).all():
            words = {each.name: row._mapping[each.name] for each in _WORDS}
            told = {name: text and _NUMBER_IN_TEXT.sub("…", text) for name, text in words.items()}
            if told != words:
                connection.execute(attempts.update().where(attempts.c.id == row.id).values(told))
        connection.execute(
            attempts.update().where(attempts.c.job_id.in_(_FORGOTTEN)).values(number=""),
            {"ids": chunk},
        )


def remember(connection: sa.Connection, job_id: int, content: Content) -> None:
    """Keeps number and texts of a forgotten job again, since its row is called once more."""
    of_job = {"number": content.number, "content": content_text(content)}
    connection.execute(jobs.update().where(jobs.c.id == job_id).values(of_job))
    connection.execute(
        attempts.update().where(attempts.c.job_id == job_id).values(number=content.number)
    )
