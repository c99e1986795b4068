"""Who may dial with a ledger: one process at a time, and how it learns that it no longer may.

SQLite's lock is on a file, which people delete. PostgreSQL's lasts as long as one connection,
which can be lost without a word. So whoever takes it leaves a mark in the ledger, and what leads to
a call is committed only while that mark is still the last one.
"""

from __future__ import annotations

import os
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import filelock
import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from ..base.errors import AnotherDialer, LedgerError, LedgerTaken
from .database import line_up, own_errors
from .facts import HOLDER
from .postgres_server import identity, is_same_server, require_on_disk
from .run_memory import keep_fact, read_fact

_HELD = "Another process dials with this ledger. Wait for it to end, or stop it."
_TAKEN = (
    "Another dialer took over this ledger while this one's connection to it was lost. This one "
    "calls nobody any more; the replies to its last calls are kept. Start only one."
)
_TAKEN_WITHOUT_FILE = (
    "Another dialer took over this ledger, whose lock file had been deleted. This one calls nobody "
    "any more; the replies to its last calls are kept. Start only one, and leave the file that "
    "ends in .lock where it is."
)
_ANOTHER_SERVER = (
    "The ledger's database was replaced while this program ran: another server took over, or a "
    "backup was put back, and its last commits may be lost. Nobody is called any more. Start "
    "again: rows that may have been called already then show Check."
)
_OLDER = (
    "An older version of this program dials with this ledger, which this version must bring up to "
    "date first. Stop the older one, then try again."
)
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


class Hold(ABC):
    """One process's hold on a ledger. `is_last` may be shared between threads, the rest not."""

    taken = ""
    """What is said to the process that lost the ledger to another."""
    server = ""
    """Which server it was when the ledger was taken (`postgres_server`); a file has none."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._mark = uuid.uuid4().hex

    def is_last(self, connection: sa.Connection) -> bool:
        """Whether nobody else has taken the ledger since; in a transaction that lines up it stays
        so until that ends."""
        return read_fact(connection, HOLDER) == self._mark

    def require_last(self, connection: sa.Connection) -> None:
        """The same for what makes no sense otherwise.

        Raises:
            LedgerTaken: somebody has.
        """
        if not self.is_last(connection):
            raise LedgerTaken(self.taken)

    @abstractmethod
    def keep(self) -> None:
        """Takes the lock again if it was lost.

        Raises:
            LedgerTaken: another process has it, or had it meanwhile.
            LedgerError: what is acknowledged isn't kept, or some of it was lost.
        """

    @abstractmethod
    def release(self) -> None:
        """Gives the lock back."""

    def _leave_mark(self) -> None:
        with self._engine.begin() as connection:
            # After whatever the one before still commits.
            line_up(connection)
            keep_fact(connection, HOLDER, self._mark)


class FileHold(Hold):
    """The lock on a file beside SQLite's. Whoever deletes that file lets a second process in, which
    then goes on in this one's place."""

    taken = _TAKEN_WITHOUT_FILE

    def __init__(self, engine: sa.Engine) -> None:
        """Takes the lock and leaves the mark.

        Raises:
            AnotherDialer: another process has the lock.
        """
        super().__init__(engine)
        self._lock = _file_lock(engine)
        try:
            self._lock.acquire()
        except filelock.Timeout as error:
            raise AnotherDialer(_HELD) from error
        try:
            self._leave_mark()
        except BaseException:
            self.release()
            raise

    def keep(self) -> None:
        """See `Hold.keep`."""
        with self._engine.connect().execution_options(sqlite_begin="DEFERRED") as connection:
            self.require_last(connection)

    def release(self) -> None:
        """See `Hold.release`."""
        self._lock.release()


class ServerHold(Hold):
    """PostgreSQL's lock on a ledger."""

    taken = _TAKEN

    def __init__(self, engine: sa.Engine, ledger_id: str) -> None:
        """Takes the lock and leaves the mark.

        Raises:
            AnotherDialer: another process has the lock.
            LedgerError: what is acknowledged isn't kept.
        """
        super().__init__(engine)
        self._key = _key(ledger_id)
        self._connection: sa.Connection | None = None
        self._pid = 0
        if not self._lock():
            raise AnotherDialer(_HELD)
        try:
            self.server = self._settle()
            self._leave_mark()
        except BaseException:
            self.release()
            raise

    def keep(self) -> None:
        """See `Hold.keep`."""
        if self._pid not in self._keepers_by_own_connection():
            self._give_up_connection()
            if self._lock():
                log.warning("the ledger's lock was lost and taken again")
            elif not self._lingers():
                raise LedgerTaken(self.taken)
        with self._engine.connect() as connection:
            self.require_last(connection)
        now = self._settle()
        if not is_same_server(self.server, now):
            log.error("another server has the ledger", before=self.server, now=now)
            raise LedgerError(_ANOTHER_SERVER)

    def release(self) -> None:
        """Gives the lock back; a connection that is lost has done so already."""
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.execute(sa.select(sa.func.pg_advisory_unlock(self._key)))
            self._connection.close()
            self._connection = None

    def _settle(self) -> str:
        """Makes sure that commits reach the disk; gives which server this is."""
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            require_on_disk(connection)
            return identity(connection)

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
def held(engine: sa.Engine, ledger_id: str) -> Iterator[Hold]:
    """Keeps other processes from dialling with this ledger, until the end or our death. Gives what
    must be asked meanwhile whether that is still so.

    Raises:
        AnotherDialer: another process holds it.
        LedgerError: what the database acknowledges isn't kept.
    """
    with own_errors(engine):
        hold: Hold
        if engine.dialect.name == "sqlite":
            hold = FileHold(engine)
        else:
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
