"""What a PostgreSQL server is asked before anybody dials by it: whether what it acknowledges is on
its disk, and whether it is still the server that acknowledged what was committed before.

A standby that took over after a crash may lack the last commits of the one before it, and a backup
that was put back lacks many. PostgreSQL counts a timeline on for both, and two servers that were
set up apart have identifiers of their own.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from ..base.errors import LedgerError

_NOT_ON_DISK = (
    "The ledger's PostgreSQL server has fsync = off: after a crash it forgets calls that were "
    "made, and people would be called again."
)
_PUT_ON_DISK = (
    "Set fsync = on in its postgresql.conf (or as its administrator: ALTER SYSTEM SET fsync = on), "
    "run SELECT pg_reload_conf(), and start again."
)
# Neither is given to everybody on every server, and hosted ones lack some.
_SYSTEM = "SELECT system_identifier FROM pg_control_system()"
_TIMELINE = (
    # At once after a take-over; the control file tells of it only after the next checkpoint.
    "SELECT 'x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)",
    "SELECT 'c' || timeline_id FROM pg_control_checkpoint()",
)
_STARTED = "SELECT extract(epoch FROM pg_postmaster_start_time())"


def require_on_disk(connection: sa.Connection) -> None:
    """Makes sure that the server writes to its disk what it acknowledges. That each transaction
    waits for it `database.line_up` sees to.

    Raises:
        LedgerError: it doesn't.
    """
    if connection.dialect.name == "postgresql":
        (fsync,) = connection.execute(sa.text("SELECT current_setting('fsync')")).one()
        if fsync == "off":
            raise LedgerError(_NOT_ON_DISK, _PUT_ON_DISK)


def identity(connection: sa.Connection) -> str:
    """Which server this is, by a text that is another one after any commit may have been lost;
    empty for a file. `connection` must be outside of a transaction, since questions may be refused.

    Where the server says neither its identifier nor its timeline, a restart counts as another
    server: that costs rows which were about to be called a look by a person, and no call twice.
    """
    if connection.dialect.name != "postgresql":
        return ""
    system = _asked(connection, _SYSTEM)
    timeline = _asked(connection, *_TIMELINE)
    started = None if system and timeline else _asked(connection, _STARTED)
    known = {"system": system, "timeline": timeline, "started": started}
    return " ".join(f"{name}={value}" for name, value in known.items() if value)


def is_same_server(before: str, now: str) -> bool:
    """Whether these two identities of one run are of one server: what just one of them tells, since
    a question was refused for once, says nothing."""
    then, since = (dict(part.split("=", 1) for part in each.split()) for each in (before, now))
    return all(then[name] == since[name] for name in then.keys() & since.keys())


def _asked(connection: sa.Connection, *questions: str) -> str | None:
    """The answer to the first of these questions that the server takes."""
    for question in questions:
        try:
            return str(connection.execute(sa.text(question)).scalar())
        except SQLAlchemyError:
            # A lost connection would give the next question no answer either.
            if connection.invalidated:
                raise
    return None
