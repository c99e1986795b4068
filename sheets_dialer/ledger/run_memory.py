"""What one run leaves in the ledger for the next: facts, and what the fence remembers of each tab.

Which facts there are stands in `facts`. Like all of the ledger's writing this runs inside a
transaction that waits for all others.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from ..tabs.fence_state import FenceState, SeenSince
from ..tabs.fencing_token import read_token
from .facts import Fact
from .schema import facts, tokens

_Value = TypeVar("_Value")
# Made once: building a statement costs more than running it.
_BY_NAME = facts.c.name == sa.bindparam("of_name")
_READ = sa.select(facts.c.value).where(_BY_NAME)


def read_fact(connection: sa.Connection, fact: Fact[_Value]) -> _Value | None:
    """What was left; None where nothing was."""
    text = connection.scalar(_READ, {"of_name": fact.name})
    return fact.read(text) if text else None


def keep_fact(connection: sa.Connection, fact: Fact[_Value], value: _Value | None) -> None:
    """Leaves something for the next run; with None nothing any more."""
    name = {"of_name": fact.name}
    if value is None:
        connection.execute(facts.delete().where(_BY_NAME), name)
        return
    text = fact.write(value)
    changed = connection.execute(facts.update().where(_BY_NAME).values(value=text), name)
    if changed.rowcount == 0:
        connection.execute(facts.insert().values(name=fact.name, value=text))


def read_fence(connection: sa.Connection, tab: str) -> FenceState:
    """What is remembered of the tab; nothing where no token was seen there."""
    row = connection.execute(sa.select(tokens).where(tokens.c.tab == tab)).first()
    if row is None:
        return FenceState()
    return FenceState(
        counter=row.counter,
        written=tuple(filter(None, map(read_token, row.written.split()))),
        newest_seen=row.newest_seen,
        is_behind=row.is_behind,
        foreign=_seen(row.foreign_token, row.foreign_since),
        resting=_seen(row.resting_token, row.resting_since),
    )


def keep_fence(connection: sa.Connection, tab: str, state: FenceState) -> None:
    """Remembers this of the tab, and nothing else any more."""
    foreign, resting = state.foreign, state.resting
    values = {
        "counter": state.counter,
        "written": " ".join(each.id for each in state.written),
        "newest_seen": state.newest_seen,
        "is_behind": state.is_behind,
        "foreign_token": foreign and foreign.token_id,
        "foreign_since": foreign and foreign.since,
        "resting_token": resting and resting.token_id,
        "resting_since": resting and resting.since,
    }
    changed = connection.execute(tokens.update().where(tokens.c.tab == tab).values(values))
    if changed.rowcount == 0:
        connection.execute(tokens.insert().values(tab=tab, **values))


def _seen(token_id: str | None, since: datetime | None) -> SeenSince | None:
    return SeenSince(token_id, since) if token_id and since else None
