"""The database under the ledger: SQLite in a file, or PostgreSQL, and who may work on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import filelock
import sqlalchemy as sa

from ..errors import AnotherDialer

_HELD = "Another process dials with this ledger. Wait for it to end, or stop it."
_WRITERS = 7_301_942  # any number: the key under which PostgreSQL lines up transactions


def make_engine(address: str) -> sa.Engine:
    """An engine whose transactions follow each other, one writer at a time."""
    engine = sa.create_engine(address)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _settle_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def line_up(connection: sa.Connection) -> None:
    """Makes this transaction wait for every other one that lines up, until it ends.

    What a transaction reads to decide whether it may write must not change before it has written.
    SQLite's write transactions do so by themselves.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS)))


@contextmanager
def held(engine: sa.Engine, ledger_id: str) -> Iterator[None]:
    """Keeps other processes from dialling with this ledger, until the end or our death.

    Raises:
        AnotherDialer: another process holds it.
    """
    if engine.dialect.name == "sqlite":
        lock = filelock.FileLock(f"{engine.url.database}.lock", timeout=0)
        try:
            lock.acquire()
        except filelock.Timeout as error:
            raise AnotherDialer(_HELD) from error
        try:
            yield
        finally:
            lock.release()
        return
    with engine.connect() as connection:
        key = int.from_bytes(ledger_id.encode()[:7], "big")
        if not connection.execute(sa.select(sa.func.pg_try_advisory_lock(key))).scalar():
            raise AnotherDialer(_HELD)
        connection.commit()
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(key)))


def _settle_sqlite(connection: Any, _record: object) -> None:
    # We open transactions ourselves: the driver's own way begins them too late for a read that a
    # later write of the same transaction rests on.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")
