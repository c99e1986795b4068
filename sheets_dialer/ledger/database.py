"""The database under the ledger: SQLite in a file, or PostgreSQL, whose transactions line up."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from ..base.errors import LedgerError

_WRITERS = 7_301_942  # any number: the key under which PostgreSQL lines up transactions
_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
_SQLITE = "sqlite:///"
_SQLITE_OPTION = r"(?:uri|mode|cache|vfs|nolock|immutable|psow|timeout|check_same_thread)=[^&/\\?]*"
_SQLITE_OPTIONS = re.compile(rf"{_SQLITE_OPTION}(?:&{_SQLITE_OPTION})*")
_SECRET_OPTIONS = ("password", "passwd", "secret", "client_key", "server_key")
# By libpq's names: a connection that is lost without a word is noticed within a minute.
_CONNECTING = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
# By the server's names. Whoever waits outlasts a session that hangs inside a transaction.
_SESSION = {
    "lock_timeout": "60s",
    "idle_in_transaction_session_timeout": "30s",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
# Whatever database, role, server or address say: a commit that is acknowledged and then forgotten
# in a crash is a person who is called twice. For this transaction alone, as a pooler may give the
# next one to another session. Only remote_apply promises more.
_LINE_UP = sa.select(
    sa.func.set_config(
        "synchronous_commit",
        sa.case(
            (sa.func.current_setting("synchronous_commit") == "remote_apply", "remote_apply"),
            else_="on",
        ),
        True,
    ),
    sa.func.pg_advisory_xact_lock(_WRITERS),
)
_LOCK_NOT_AVAILABLE = "55P03"
_SWITCHES = 100
_SWITCH_SECONDS = 0.05


def make_engine(address: str) -> sa.Engine:
    """An engine whose writing transactions follow each other, one at a time.

    Raises:
        LedgerError: the address is none, or its driver isn't installed.
    """
    url = _url(address)
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
            "connect_args": {k: v for k, v in _CONNECTING.items() if k not in url.query},
            # Whatever the server's default: who has waited must see what others committed.
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
        sa.event.listen(engine, "connect", _settle_postgresql)
    return engine


def _url(address: str) -> sa.URL | None:
    """The address in its parts. A file's name may hold any sign: what stands behind a question mark
    is SQLite's options only if it can be nothing else."""
    name = address.removeprefix(_SQLITE)
    if name != address:
        file, _, options = name.rpartition("?")
        if not _SQLITE_OPTIONS.fullmatch(options):
            return sa.URL.create("sqlite", database=name)
        query = dict(each.split("=", 1) for each in options.split("&"))
        return sa.URL.create("sqlite", database=file, query=query)
    try:
        return sa.make_url(address)
    except (ArgumentError, ValueError):
        return None


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
            f"The ledger {name} can't be used: {reason}. {_advice(engine, error)}"
        ) from error


def _advice(engine: sa.Engine, error: Exception) -> str:
    if getattr(getattr(error, "orig", None), "sqlstate", None) == _LOCK_NOT_AVAILABLE:
        return (
            "Another program has kept it locked for a minute: look in pg_stat_activity for a "
            "session that is idle in transaction, end it and start again."
        )
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
    """Makes this transaction wait for every other one that lines up, until it ends, and its commit
    for the disk.

    What a transaction reads to decide whether it may write must not change before it has written.
    SQLite's write transactions do so by themselves.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LINE_UP)


def _settle_postgresql(connection: Any, _record: object) -> None:
    """Lets the server end a session that died inside a transaction, and no session wait for another
    for ever. What the server's or the user's settings say of it is left alone.

    Not among the options of the connection: poolers refuse those.
    """
    with connection.cursor() as cursor:
        names = ", ".join("(%s, %s)" for _ in _SESSION)
        cursor.execute(
            "SELECT set_config(name, wanted, false) FROM pg_settings "
            f"JOIN (VALUES {names}) AS ours (name, wanted) USING (name) WHERE source = 'default'",
            [text for item in _SESSION.items() for text in item],
        )
    connection.commit()


def _make_file(_dialect: Any, _record: Any, arguments: list[Any], options: Any) -> None:
    """Makes a new ledger's file readable by its owner only, as it holds people's numbers and texts;
    SQLite gives the files beside it the same mode. A file that is there keeps its mode."""
    if options.get("uri"):
        return  # SQLite finds the file's name within it
    # What goes wrong here goes wrong for SQLite too, and is said then.
    with suppress(OSError):
        os.close(os.open(str(arguments[0]), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _settle_sqlite(connection: Any, _record: object) -> None:
    # We open transactions ourselves: the driver's own way begins them too late for a read that a
    # later write of the same transaction rests on.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=30000")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    # Where macOS takes a write for done that is only on its way to the disk; nothing elsewhere.
    cursor.execute("PRAGMA fullfsync=ON")
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
