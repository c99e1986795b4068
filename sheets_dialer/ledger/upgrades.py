"""Bringing an older version's ledger up to date, in the transaction that opens it."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from ..domain.content import Content, is_as_typed
from .facts import AS_TYPED, SCHEMA, VOICE_ASKED_FOR
from .queries import content_of
from .run_memory import keep_fact, read_fact
from .schema import attempts, facts, jobs, tokens
from .upgrade_facts import one_value_for_each_fence, one_value_for_each_problem
from .upgrade_problems import codes_for_sentences

_AT_ONCE = 2_000
_COMPARES_WHAT_IS_HEARD = 3
"""The version from which on fingerprints are of what is heard."""
_KEEPS_VALUES = 5
"""The version from which on what belongs together is kept as one value, and what is decided by as a
code."""


def upgrade(connection: sa.Connection) -> None:
    """Adds to an older version's ledger what it lacks."""
    version = int(read_fact(connection, SCHEMA) or 0)
    for table in (jobs, attempts, tokens):
        found = sa.inspect(connection).get_columns(table.name)
        known = {column["name"] for column in found}
        for column in table.columns:
            if column.name not in known:
                added = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {added}")
    for index in sorted(attempts.indexes | jobs.indexes, key=lambda each: str(each.name)):
        index.create(connection, checkfirst=True)
    if version < _COMPARES_WHAT_IS_HEARD:
        _compare_what_is_heard(connection)
    if version < _KEEPS_VALUES:
        one_value_for_each_fence(connection)
        one_value_for_each_problem(connection)
        codes_for_sentences(connection)


def _compare_what_is_heard(connection: sa.Connection) -> None:
    """Gives each job the fingerprint of what its customer would hear instead of that of the letters
    in which it was typed, so that no row that is held or done counts as new.

    What was forgotten can't be reckoned anew: it keeps the old fingerprint, by which its row is
    still found (`matching.remembered`).
    """
    names = facts.c.name.startswith(VOICE_ASKED_FOR)
    voices = set(connection.scalars(sa.select(facts.c.value).where(names)))
    left = False
    last = 0
    query = sa.select(jobs.c.id, jobs.c.fingerprint, jobs.c.content).order_by(jobs.c.id)
    while found := connection.execute(query.where(jobs.c.id > last).limit(_AT_ONCE)).all():
        last = found[-1].id
        asked: list[dict[str, object]] = []
        said: list[dict[str, object]] = []
        for row in found:
            if not is_as_typed(row.fingerprint):
                continue
            content = content_of(row.content)
            heard = _heard(row.fingerprint, content, voices)
            if heard is None:
                left = True
            else:
                asked.append({"of_job": row.id, "heard": heard, "order": content.order()})
                said.append({"of_job": row.id, "heard": content.fingerprint()})
        if asked:
            mine = jobs.c.id == sa.bindparam("of_job")
            now_heard: sa.BindParameter[str] = sa.bindparam("heard")
            order: sa.BindParameter[str] = sa.bindparam("order")
            connection.execute(
                jobs.update().where(mine).values(fingerprint=now_heard, order_print=order), asked
            )
            tries = attempts.c.job_id == sa.bindparam("of_job")
            connection.execute(attempts.update().where(tries).values(said=now_heard), said)
    if left:
        keep_fact(connection, AS_TYPED, True)


def _heard(fingerprint: str, content: Content, voices: Iterable[str]) -> str | None:
    """The fingerprint of what the job's row asks for; None where the ledger doesn't know that any
    more. A row that names no voice asks for the one that its campaign had at first."""
    for voice in (content.voice_id, *sorted(voices)):
        asked = content.with_voice(voice)
        if content.number and asked.fingerprint_as_typed() == fingerprint:
            return asked.fingerprint()
    return None
