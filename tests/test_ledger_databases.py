"""What a ledger asks of the database under it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from postgres import PostgresServer

from sheets_dialer.errors import AnotherDialer
from sheets_dialer.ledger import Ledger
from sheets_dialer.ledger.database import make_engine


@pytest.mark.parametrize("default", ["repeatable read", "serializable"])
def test_those_that_line_up_see_what_was_written_before_them(
    postgres: PostgresServer, default: str
) -> None:
    """Whatever isolation the server's administrators made the default."""
    address = postgres.new_database()
    database = sa.make_url(address).database
    administrators = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with administrators.connect() as connection:
        connection.execute(
            sa.text(f"ALTER DATABASE {database} SET default_transaction_isolation = '{default}'")
        )
    administrators.dispose()
    engine = make_engine(address)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE calls (number text)"))

    with engine.begin() as waiting, engine.begin() as writing:
        waiting.execute(sa.text("SELECT 1"))
        writing.execute(sa.text("INSERT INTO calls VALUES ('923000000001')"))
        writing.commit()
        seen = waiting.execute(sa.text("SELECT count(*) FROM calls")).scalar()

    engine.dispose()
    assert seen == 1


def test_the_server_is_told_to_let_nobody_wait_for_ever(postgres: PostgresServer) -> None:
    """For a session that was cut off in the middle of a transaction."""
    engine = make_engine(postgres.new_database())
    with engine.connect() as connection:
        shown = {
            name: connection.execute(sa.text(f"SHOW {name}")).scalar()
            for name in ("lock_timeout", "idle_in_transaction_session_timeout")
        }
    engine.dispose()
    assert shown == {"lock_timeout": "30s", "idle_in_transaction_session_timeout": "1min"}


def test_a_run_may_last_longer_than_a_transaction_may_rest(postgres: PostgresServer) -> None:
    """What keeps others out while a run lasts rests outside of any transaction."""
    address = postgres.new_database()
    ledger = Ledger(address, new_id="ledger")
    watcher = sa.create_engine(address)
    in_transactions = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND state = 'idle in transaction'"
    )
    with ledger.held(), watcher.connect() as connection:
        assert connection.execute(in_transactions).scalar() == 0
    watcher.dispose()
    ledger.close()


def test_a_link_to_a_file_is_the_same_ledger(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path}/dialer.db", new_id="ledger")
    (tmp_path / "link.db").symlink_to(tmp_path / "dialer.db")
    by_link = Ledger(f"sqlite:///{tmp_path}/link.db", new_id="other")

    with ledger.held(), pytest.raises(AnotherDialer), by_link.held():
        pass

    ledger.close()
    by_link.close()
