"""The ledger's tables. What must never happen twice is refused here, by a constraint."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa

from ..base.errors import LedgerError
from ..domain.attempt import OPEN_STATES
from ..domain.portal_status import NOT_BEGUN
from .facts import LEDGER_ID, SCHEMA

SCHEMA_VERSION = 5


class UtcTime(sa.types.TypeDecorator[datetime]):
    """Aware times only, kept in UTC: SQLite would drop an offset without a word."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the ledger takes aware times only")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Words(sa.types.TypeDecorator[str]):
    """Texts that may hold others' words, with what no database takes taken out: PostgreSQL refuses
    a NUL, and none can encode half of a surrogate pair. What is looked for is treated alike."""

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: sa.Dialect) -> str | None:
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.replace("\0", "").encode("utf-8", errors="replace").decode()


metadata = sa.MetaData()
IS_OPEN = sa.text("state IN ({})".format(", ".join(f"'{state}'" for state in sorted(OPEN_STATES))))
IS_NOT_BEGUN = sa.text(
    "call_status IN ({})".format(", ".join(str(status) for status in sorted(NOT_BEGUN)))
)
IS_ANOTHER_TRY = sa.text("try_number > 1")

facts = sa.Table(
    "facts",
    metadata,
    sa.Column("name", Words, primary_key=True),
    sa.Column("value", Words, nullable=False),
)
tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("tab", Words, primary_key=True),
    sa.Column("counter", sa.BigInteger, nullable=False),
    # The rest of what the fence remembers (`tabs.fence_state.FenceState`).
    sa.Column("written", Words, nullable=False, server_default=""),
    sa.Column("newest_seen", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("is_behind", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("foreign_token", Words),
    sa.Column("foreign_since", UtcTime),
    sa.Column("resting_token", Words),
    sa.Column("resting_since", UtcTime),
)
jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("campaign", Words, nullable=False, index=True),
    sa.Column("ref", Words, nullable=False, unique=True),
    sa.Column("number", Words, nullable=False, index=True),
    sa.Column("fingerprint", Words, nullable=False, index=True),
    sa.Column("content", Words, nullable=False),
    sa.Column("queued_at", UtcTime, nullable=False),
    sa.Column("granted", sa.Integer, nullable=False),
    sa.Column("again_seen", sa.Boolean, nullable=False),
    sa.Column("cleared_at", UtcTime),
    # Until the first call: which columns its row leaves blank, since when, and how often it turned
    # to another number or Order ID.
    sa.Column("blank", Words, nullable=False, server_default=""),
    sa.Column("steady_since", UtcTime),
    sa.Column("restarts", sa.Integer, nullable=False, server_default="0"),
    # A digest of number and Order ID, which stays when these are forgotten.
    sa.Column("order_print", Words, nullable=False, server_default=""),
)
attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("job_id", sa.ForeignKey("jobs.id"), nullable=False),
    sa.Column("try_number", sa.Integer, nullable=False),
    sa.Column("number", Words, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("intended_at", UtcTime, nullable=False),
    sa.Column("sending_at", UtcTime),
    sa.Column("placed_at", UtcTime),
    sa.Column("call_id", Words, index=True),
    sa.Column("call_status", sa.Integer),
    sa.Column("dtmf", Words),
    sa.Column("retry", sa.Integer, nullable=False, server_default="0"),
    sa.Column("answered_at", UtcTime),
    sa.Column("changed_at", UtcTime),
    sa.Column("polled_at", UtcTime),
    sa.Column("ended_at", UtcTime),
    # What others said, or a cell showed; and what is decided by (`domain.problems`).
    sa.Column("problem", Words),
    sa.Column("problem_code", sa.String),
    sa.Column("problem_column", sa.String),
    # The fingerprint of what is said, which may differ from try to try: texts change by themselves.
    sa.Column("said", Words, index=True),
    # The address of the portal that gave the call its id: elsewhere it is another call's.
    sa.Column("portal", Words),
    # What the portal told in place of a key and nobody can read, and how far its count of the
    # account's tries was seen to grow.
    sa.Column("unread", Words),
    sa.Column("retry_grown", sa.Integer),
    # One attempt for each try of a job, whatever two processes believe.
    sa.UniqueConstraint("job_id", "try_number"),
    # One open attempt for each number in the whole ledger.
    sa.Index(
        "one_open_attempt",
        "number",
        unique=True,
        sqlite_where=IS_OPEN,
        postgresql_where=IS_OPEN,
    ),
    # Few calls are made anew, and only those of late are looked for at every pass.
    sa.Index(
        "made_anew",
        "intended_at",
        sqlite_where=IS_ANOTHER_TRY,
        postgresql_where=IS_ANOTHER_TRY,
    ),
    # Calls of late that haven't begun to ring, however old the ledger is.
    sa.Index(
        "not_begun",
        "intended_at",
        sqlite_where=IS_NOT_BEGUN,
        postgresql_where=IS_NOT_BEGUN,
    ),
    # A day's figures are counted of the attempts of that day alone.
    sa.Index("attempts_by_time", "intended_at"),
)
events = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("attempt_id", sa.ForeignKey("attempts.id"), nullable=False, index=True),
    sa.Column("what", Words, nullable=False),
)
# Numbers never to be called again. A row that is replaced gets a higher id, so that what changed
# since an id is found without reading the others.
opt_outs = sa.Table(
    "opt_outs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", Words, nullable=False, unique=True),
    sa.Column("since", UtcTime, nullable=False),
    sa.Column("key", Words, nullable=False),
    sa.Column("campaign", Words, nullable=False),
    sa.Column("attempt_id", sa.ForeignKey("attempts.id"), nullable=False),
    # When a person allowed calls again; the row stays, so that what the sheet shows is taken away.
    sa.Column("allowed_at", UtcTime),
    sqlite_autoincrement=True,
)


def settle_schema(
    connection: sa.Connection,
    new_id: str,
    before_upgrade: Callable[[str], None],
    upgrade: Callable[[sa.Connection], None],
) -> str:
    """Makes the tables where there are none, and adds to an older version's what it lacks; returns
    the ledger's id, which is `new_id` when it is made now. `before_upgrade` gets the id of an older
    version's ledger before `upgrade` changes that.

    Raises:
        LedgerError: the tables are another program's, or a newer version's.
    """
    found = set(sa.inspect(connection).get_table_names())
    if found & set(metadata.tables) and facts.name not in found:
        raise LedgerError(
            "The database that the setting `ledger` names belongs to another program. Give the "
            "ledger a database of its own."
        )
    # New tables; what older ones lack is added below.
    metadata.create_all(connection)
    known = {row.name: row.value for row in connection.execute(sa.select(facts))}
    for name, value in ((LEDGER_ID.name, new_id), (SCHEMA.name, str(SCHEMA_VERSION))):
        if name not in known:
            connection.execute(facts.insert().values(name=name, value=value))
            known[name] = value
    version = known[SCHEMA.name]
    if not version.isdecimal() or int(version) > SCHEMA_VERSION:
        raise LedgerError("A newer version wrote this ledger. Upgrade sheets-dialer.")
    if int(version) < SCHEMA_VERSION:
        before_upgrade(known[LEDGER_ID.name])
        upgrade(connection)
        connection.execute(
            facts.update().where(facts.c.name == SCHEMA.name).values(value=str(SCHEMA_VERSION))
        )
    return str(known[LEDGER_ID.name])
