"""What is written of attempts as they go on: their values, and their history."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from .schema import attempts, events

# Made once: building a statement costs more than running it.
_NOTE = events.insert()


def change(connection: sa.Connection, changes: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Sets values of attempts, all changes of the same columns in one go."""
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for attempt_id, values in changes:
        row = {"attempt_id": attempt_id, **{f"new_{name}": v for name, v in values.items()}}
        by_columns.setdefault(tuple(sorted(values)), []).append(row)
    for columns, rows in by_columns.items():
        if columns:
            connection.execute(_change_of(columns), rows)


def note(connection: sa.Connection, now: datetime, notes: Iterable[tuple[int, str]]) -> None:
    """Adds to the history of attempts, which is only ever added to."""
    rows = [{"at": now, "attempt_id": attempt_id, "what": what} for attempt_id, what in notes]
    if rows:
        connection.execute(_NOTE, rows)


@functools.cache
def _change_of(columns: tuple[str, ...]) -> sa.Update:
    here = attempts.c.id == sa.bindparam("attempt_id")
    return (
        attempts.update()
        .where(here)
        .values({each: sa.bindparam(f"new_{each}") for each in columns})
    )
