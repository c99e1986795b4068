"""What one run leaves in the ledger for the next: facts by name, and the tabs' last tokens."""

from __future__ import annotations

import sqlalchemy as sa

from .schema import facts, tokens


def fact(connection: sa.Connection, name: str) -> str:
    """What was left under this name; empty where nothing was."""
    return connection.scalar(sa.select(facts.c.value).where(facts.c.name == name)) or ""


def set_fact(connection: sa.Connection, name: str, value: str) -> None:
    """Leaves something under this name."""
    changed = connection.execute(facts.update().where(facts.c.name == name).values(value=value))
    if changed.rowcount == 0:
        connection.execute(facts.insert().values(name=name, value=value))


def token_counter(connection: sa.Connection, tab: str) -> int:
    """The counter of the last token on the tab; 0 where none is known."""
    return connection.scalar(sa.select(tokens.c.counter).where(tokens.c.tab == tab)) or 0


def set_token_counter(connection: sa.Connection, tab: str, counter: int) -> None:
    """Remembers the counter of the token on the tab."""
    changed = connection.execute(tokens.update().where(tokens.c.tab == tab).values(counter=counter))
    if changed.rowcount == 0:
        connection.execute(tokens.insert().values(tab=tab, counter=counter))
