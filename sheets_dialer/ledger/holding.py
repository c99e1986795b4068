"""Who may dial with a ledger: one process at a time, and how it learns that it no longer may.

SQLite's lock is on a file and lasts as long as its process. PostgreSQL's lasts as long as one
connection, which can be lost without a word; so whoever takes it leaves a mark in the ledger, and
what leads to a call is committed only while that mark is still the last one.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import filelock
import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from ..errors import AnotherDialer, LedgerError, LedgerTaken
from .database import line_up, own_errors
from .schema import facts

_HELD = "Another process dials with this ledger. Wait for it to end, or stop it."
_TAKEN = (
    "Another dialer took over this ledger while this one's connection to it was lost. This one "
    "calls nobody any more; the replies to its last calls are kept. Start only one."
)
_OLDER = (
    "An older version of this program dials with this ledger, which this version must bring up to "
    "date first. Stop the older one, then try again."
)
_MARK = "holder"
_LAST_MARK = sa.select(facts.c.value).where(facts.c.name == _MARK)
# The two halves of a key are kept apart there; 1 is for keys of one number.
_KEEPERS = sa.text(
    "SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
    "WHERE datname = current_database() AND locktype = 'advisory' AND granted AND objsubid = 1 "
    "AND classid = CAST(:high AS oid) AND objid = CAST(:low AS oid)"
)
# Only newer servers know it.
_MAY_IDLE = sa.text(
    "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout'"
)

log = structlog.get_logger()


class ServerHold:
    """PostgreSQL's lock on a ledger. Not to be shared between threads, but for `is_last`."""

    def __init__(self, engine: sa.Engine, ledger_id: str) -> None:
        """Takes the lock and leaves the mark.

        Raises:
            AnotherDialer: another process has the lock.
        """
        self._engine = engine
        self._key = _key(ledger_id)
        self._mark = uuid.uuid4().hex
        self._connection: sa.Connection | None = None
        self._pid = 0
        if not self._lock():
            raise AnotherDialer(_HELD)
        try:
            with engine.begin() as connection:
                # After whatever the one before still commits.
                line_up(connection)
                connection.execute(facts.delete().where(facts.c.name == _MARK))
                connection.execute(facts.insert().values(name=_MARK, value=self._mark))
        except BaseException:
            self.release()
            raise

    def is_last(self, connection: sa.Connection) -> bool:
        """Whether nobody else has taken the ledger since; in a transaction that lines up it stays
        so until that ends."""
        return bool(connection.execute(_LAST_MARK).scalar() == self._mark)

    def require_last(self, connection: sa.Connection) -> None:
        """The same for what makes no sense otherwise.

        Raises:
            LedgerTaken: somebody has.
        """
        if not self.is_last(connection):
            raise LedgerTaken(_TAKEN)

    def keep(self) -> None:
        """Takes the lock again if its connection was lost.

        Raises:
            LedgerTaken: another process has it, or had it meanwhile.
        """
        if self._pid not in self._keepers_by_own_connection():
            self._give_up_connection()
            if self._lock():
                log.warning("the ledger's lock was lost and taken again")
            elif not self._lingers():
                raise LedgerTaken(_TAKEN)
        with self._engine.connect() as connection:
            self.require_last(connection)

    def release(self) -> None:
        """Gives the lock back; a connection that is lost has done so already."""
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.execute(sa.select(sa.func.pg_advisory_unlock(self._key)))
            self._connection.close()
            self._connection = None

    def _lock(self) -> bool:
        # Outside of transactions, as none may be open for as long as a run lasts.
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            connection.execute(_MAY_IDLE)
            if connection.execute(sa.select(sa.func.pg_try_advisory_lock(self._key))).scalar():
                self._pid = connection.execute(sa.select(sa.func.pg_backend_pid())).scalar() or 0
                self._connection = connection
                return True
        finally:
            if self._connection is not connection:
                connection.close()
        return False

    def _keepers_by_own_connection(self) -> set[int]:
        if self._connection is None:
            return set()
        try:
            return self._keepers(self._connection)
        except SQLAlchemyError:
            return set()

    def _lingers(self) -> bool:
        """Whether the server hasn't noticed yet that our connection is lost, so that it still keeps
        the lock for us."""
        with self._engine.connect() as connection:
            return self._keepers(connection) in ({self._pid}, set())

    def _keepers(self, connection: sa.Connection) -> set[int]:
        """The server's processes that have the lock; there is one at most."""
        parameters = {"high": self._key >> 32, "low": self._key & 0xFFFFFFFF}
        return {row.pid for row in connection.execute(_KEEPERS, parameters)}

    def _give_up_connection(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


@contextmanager
def held(engine: sa.Engine, ledger_id: str) -> Iterator[ServerHold | None]:
    """Keeps other processes from dialling with this ledger, until the end or our death. Gives what
    the lock must be asked about meanwhile; a file's needs nothing.

    Raises:
        AnotherDialer: another process holds it.
    """
    if engine.dialect.name == "sqlite":
        lock = _file_lock(engine)
        with own_errors(engine):
            try:
                lock.acquire()
            except filelock.Timeout as error:
                raise AnotherDialer(_HELD) from error
        try:
            yield None
        finally:
            lock.release()
        return
    with own_errors(engine):
        hold = ServerHold(engine, ledger_id)
    try:
        yield hold
    finally:
        hold.release()


def require_free(connection: sa.Connection, ledger_id: str) -> None:
    """Makes sure that nobody dials with a ledger that is about to be brought up to date.

    Raises:
        LedgerError: somebody does.
    """
    if connection.dialect.name == "sqlite":
        try:
            with _file_lock(connection.engine):
                return
        except filelock.Timeout as error:
            raise LedgerError(_OLDER) from error
    lock = sa.func.pg_try_advisory_xact_lock(_key(ledger_id))
    if not connection.execute(sa.select(lock)).scalar():
        raise LedgerError(_OLDER)


def _file_lock(engine: sa.Engine) -> filelock.BaseFileLock:
    # One lock for one file, whatever links lead to it.
    return filelock.FileLock(f"{os.path.realpath(str(engine.url.database))}.lock", timeout=0)


def _key(ledger_id: str) -> int:
    return int.from_bytes(ledger_id.encode()[:7], "big")
