"""Numbers whose owners pressed the key that means: don't call again.

A number has one row. Whatever changes it gives the row a new and higher id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..domain.opt_out import OptOut
from .batching import among, rows_among
from .schema import attempts, jobs, opt_outs

IS_OPTED_OUT = sa.exists(
    sa.select(opt_outs.c.id).where(
        opt_outs.c.number == attempts.c.number, opt_outs.c.allowed_at.is_(None)
    )
)
"""Whether the number of an attempt, in a query of attempts, must not be called."""
_CALLED = (
    sa.select(attempts.c.id, attempts.c.number, jobs.c.campaign)
    .join(jobs)
    .where(among(attempts.c.id), attempts.c.number != "")
)
_BY_NUMBER = sa.select(opt_outs).where(among(opt_outs.c.number))
_ACTIVE_BY_NUMBER = _BY_NUMBER.where(opt_outs.c.allowed_at.is_(None))
_CHANGED = sa.select(opt_outs).where(opt_outs.c.id > sa.bindparam("after")).order_by(opt_outs.c.id)
_LAST_KEY = (
    sa.select(sa.func.max(attempts.c.id))
    .join(jobs)
    .where(jobs.c.number == sa.bindparam("of_number"), attempts.c.dtmf.is_not(None))
)


def opt_out(
    connection: sa.Connection, keys: Mapping[int, str], fresh: Collection[int], now: datetime
) -> list[tuple[int, str]]:
    """Keeps that these attempts' numbers are never to be called again, each with the key that was
    pressed; returns notes for the history. `fresh` are those of which that key wasn't known yet.

    What a person has allowed stays so until a key says otherwise that is told afterwards: the
    portal tells the same key whenever it is asked. A key that is corrected to another one takes no
    opt-out back: that it was told is known, and why it changed is not.
    """
    called = {row.number: row for row in rows_among(connection, _CALLED, keys)}
    known = {row.number: row for row in rows_among(connection, _BY_NUMBER, called)}
    notes: list[tuple[int, str]] = []
    for number, row in sorted(called.items(), key=lambda item: item[1].id):
        before = known.get(number)
        if before is not None and before.attempt_id >= row.id and row.id not in fresh:
            continue
        if before is not None and before.allowed_at is None:
            connection.execute(
                opt_outs.update()
                .where(opt_outs.c.id == before.id)
                .values(attempt_id=max(row.id, before.attempt_id))
            )
            continue
        _replace(
            connection,
            number,
            since=now,
            key=keys[row.id],
            campaign=row.campaign,
            attempt_id=row.id if before is None else max(row.id, before.attempt_id),
        )
        notes.append((row.id, f"opted out with key {keys[row.id]}"))
    return notes


def take_back(connection: sa.Connection, number: str, now: datetime) -> tuple[OptOut, int] | None:
    """Lets the number be called again; returns what it had asked for and the attempt whose key it
    was. None when it hadn't asked."""
    before = next(iter(rows_among(connection, _ACTIVE_BY_NUMBER, [number])), None)
    if before is None:
        return None
    last_key = connection.execute(_LAST_KEY, {"of_number": number}).scalar()
    _replace(
        connection,
        number,
        since=before.since,
        key=before.key,
        campaign=before.campaign,
        attempt_id=max(before.attempt_id, last_key or 0),
        allowed_at=now,
    )
    return _opt_out(before), before.attempt_id


def opted_out(connection: sa.Connection, numbers: Iterable[str]) -> dict[str, OptOut]:
    """Which of these numbers must not be called."""
    found = rows_among(connection, _ACTIVE_BY_NUMBER, numbers)
    return {row.number: _opt_out(row) for row in found}


def changed_after(connection: sa.Connection, last_id: int) -> list[OptOut]:
    """What changed after the change of this id, in order; after 0 that is everything."""
    return [_opt_out(row) for row in connection.execute(_CHANGED, {"after": last_id})]


def _replace(connection: sa.Connection, number: str, **values: Any) -> None:
    connection.execute(opt_outs.delete().where(opt_outs.c.number == number))
    connection.execute(opt_outs.insert().values(number=number, **values))


def _opt_out(row: sa.Row[Any]) -> OptOut:
    return OptOut(row.id, row.number, row.since, row.key, row.campaign, row.allowed_at)
