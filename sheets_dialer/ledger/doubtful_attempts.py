"""Attempts that were taken back and whose rows another dialer may have called meanwhile."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ..domain.attempt import OPEN_STATES, AttemptState
from ..domain.problems import ProblemCode
from .history import change, note
from .schema import attempts, jobs

_other = attempts.alias("other")
_later = sa.exists().where(_other.c.job_id == attempts.c.job_id, _other.c.id > attempts.c.id)
_busy = sa.exists().where(
    _other.c.number == attempts.c.number, _other.c.state.in_(sorted(OPEN_STATES))
)


def doubt_withdrawn(
    connection: sa.Connection, campaign: str, since: datetime, now: datetime
) -> int:
    """Makes unknown the campaign's attempts that were withdrawn since then, where their job has no
    later one and their number none in progress; returns how many."""
    query = (
        sa.select(attempts.c.id, attempts.c.number)
        .join(jobs)
        .where(
            jobs.c.campaign == campaign,
            attempts.c.state == AttemptState.WITHDRAWN,
            attempts.c.intended_at > since,
            ~_later,
            ~_busy,
        )
    )
    # One for each number, as only one may be open.
    doubted = {row.number: row.id for row in connection.execute(query.order_by(attempts.c.id))}
    values = {"state": AttemptState.UNKNOWN, "changed_at": now}
    change(connection, [(each, values) for each in doubted.values()])
    what = "unknown: another dialer wrote at the same moment"
    note(connection, now, [(each, what) for each in doubted.values()])
    return len(doubted)


def doubt_marks(connection: sa.Connection, why: ProblemCode) -> None:
    """Lets no withdrawn attempt explain a mark in the sheet any more."""
    unexplained = (attempts.c.state == AttemptState.WITHDRAWN) & attempts.c.problem_code.is_(None)
    connection.execute(attempts.update().where(unexplained).values(problem_code=why))
