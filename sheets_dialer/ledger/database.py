"""The database under the ledger: SQLite in a file, or PostgreSQL, and who may work on it."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import filelock
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from ..errors import AnotherDialer, LedgerError

_HELD = "Another process dials with this ledger. Wait for it to end, or stop it."
_WRITERS = 7_301_942  # any number: the key under which PostgreSQL lines up transactions
_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
_SECRET_OPTIONS = ("password", "passwd", "secret", "client_key", "server_key")
_CONNECT_SECONDS = 10
_KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
_POSTGRES_SETTINGS = (
    # A process that was cut off may hold what others wait for: they say so instead of hanging, and
    # the server lets go of it.
    "SET lock_timeout = '30s'",
    "SET idle_in_transaction_session_timeout = '60s'",
)
_SWITCHES = 100
_SWITCH_SECONDS = 0.05


def make_engine(address: str) -> sa.Engine:
    """An engine whose writing transactions follow each other, one at a time.

    Raises:
        LedgerError: the address is none, or its driver isn't installed.
    """
    try:
        url = sa.make_url(address)
    except (ArgumentError, ValueError):
        url = None
    driver = url and _DRIVERS.get(url.drivername, url.drivername)
    if url is None or driver not in _DRIVERS.values() or not _names_a_database(url):
        # Not chained: the parser's error may quote the address, with its password.
        raise LedgerError(
            "The setting `ledger` is not an address of a database. Write sqlite:/// and a file's "
            "name, or postgresql+psycopg://user:password@host/database."
        )
    if driver != "sqlite":
        _refuse_open_password(address, url)
    url = url.set(drivername=driver)
    # No error shows parameters: they are people's numbers.
    options: dict[str, Any] = {"hide_parameters": True}
    if driver != "sqlite":
        # A connection that died while it was idle is replaced before it is used.
        options |= {
            "pool_pre_ping": True,
            "connect_args": {"connect_timeout": _CONNECT_SECONDS, **_KEEPALIVES},
            # What lines up must see what those before it wrote, whatever the server's default is.
            "isolation_level": "READ COMMITTED",
        }
    try:
        engine = sa.create_engine(url, **options)
    except ImportError as error:
        raise LedgerError(
            'PostgreSQL needs its driver. Install it with: pip install "sheets-dialer[postgresql]"'
        ) from error
    if driver == "sqlite":
        sa.event.listen(engine, "do_connect", _make_file)
        sa.event.listen(engine, "connect", _settle_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    else:
        sa.event.listen(engine, "connect", _settle_postgres)
    return engine


def _refuse_open_password(address: str, url: sa.URL) -> None:
    """The part of the address that is shown in errors must not hold a piece of the password."""
    if address.count("@") > 1:
        raise LedgerError(
            "The setting `ledger` has a second @ in it. Write an @ in the password as %40, or put "
            "the password into the environment as PGPASSWORD."
        )
    if any(part in name.casefold() for name in url.query for part in _SECRET_OPTIONS):
        raise LedgerError(
            "The setting `ledger` has a password behind its question mark. Write it before the "
            "host, as in postgresql+psycopg://user:password@host/database, or put it into the "
            "environment as PGPASSWORD."
        )


def _names_a_database(url: sa.URL) -> bool:
    # SQLite in memory forgets everything, and a host means a slash too few.
    return bool(url.database) and (
        url.drivername != "sqlite" or (url.database != ":memory:" and not url.host)
    )


@contextmanager
def own_errors(engine: sa.Engine) -> Iterator[None]:
    """Turns whatever the database says into a `LedgerError` with what to do.

    Raises:
        LedgerError: the database can't be reached, read or written.
    """
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        password = engine.url.password
        if password:
            reason = reason.replace(str(password), "…")
        name = engine.url.set(query={}).render_as_string(hide_password=True)
        raise LedgerError(
            f"The ledger {name} can't be used: {reason}. {_advice(engine)}"
        ) from error


def _advice(engine: sa.Engine) -> str:
    if engine.dialect.name != "sqlite":
        return "Check that the server runs and that the address, user and password are right."
    file = str(engine.url.database)
    folder = os.path.dirname(file) or "."
    if not os.path.isdir(folder):
        return f"Make the folder {folder}."
    if not os.access(folder, os.W_OK) or (os.path.exists(file) and not os.access(file, os.W_OK)):
        return f"Let the user who runs this program write to the folder {folder} and the file."
    return (
        "Check that the disk isn't full and that the file is this program's ledger; if it is "
        "damaged, put a backup in its place. Don't delete it: it knows who was called."
    )


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
        # By a link to the file it is the same ledger.
        lock = filelock.FileLock(f"{os.path.realpath(str(engine.url.database))}.lock", timeout=0)
        with own_errors(engine):
            try:
                lock.acquire()
            except filelock.Timeout as error:
                raise AnotherDialer(_HELD) from error
        try:
            yield
        finally:
            lock.release()
        return
    key = int.from_bytes(ledger_id.encode()[:7], "big")
    with own_errors(engine):
        connection = engine.connect()
    try:
        with own_errors(engine):
            if not connection.execute(sa.select(sa.func.pg_try_advisory_lock(key))).scalar():
                raise AnotherDialer(_HELD)
            connection.commit()
        try:
            yield
        finally:
            # A connection that is lost has given the lock back already.
            with suppress(SQLAlchemyError):
                connection.execute(sa.select(sa.func.pg_advisory_unlock(key)))
    finally:
        connection.close()


def _make_file(_dialect: Any, _record: Any, arguments: list[Any], options: Any) -> None:
    """Makes a new ledger's file readable by its owner only, as it holds people's numbers and texts;
    SQLite gives the files beside it the same mode. A file that is there keeps its mode."""
    if options.get("uri"):
        return  # SQLite finds the file's name within it
    # What goes wrong here goes wrong for SQLite too, and is said then.
    with suppress(OSError):
        os.close(os.open(str(arguments[0]), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _settle_postgres(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        for setting in _POSTGRES_SETTINGS:
            cursor.execute(setting)
    connection.commit()


def _settle_sqlite(connection: Any, _record: object) -> None:
    # We open transactions ourselves: the driver's own way begins them too late for a read that a
    # later write of the same transaction rests on.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=30000")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Two processes that switch a new file at the same moment are in each other's way, and SQLite
    refuses one of them at once instead of letting it wait."""
    for tries_left in reversed(range(_SWITCHES)):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if not tries_left:
                raise
            time.sleep(_SWITCH_SECONDS)
        else:
            return


def _begin_sqlite(connection: sa.Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")
