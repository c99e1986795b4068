"""What the ledger's database acknowledges is on its disk, and a database that may have lost some of
it is known again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from sheets_dialer.base.errors import LedgerError
from sheets_dialer.ledger.facts import SERVER
from sheets_dialer.ledger.ledger import Ledger
from sheets_dialer.ledger.postgres_server import is_same_server
from tests.support.dialing import Shop, eventually
from tests.support.postgres import PostgresServer, new_folder

Open = Callable[[str], Ledger]


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """A server whose settings a test may change."""
    server = PostgresServer(new_folder())
    yield server
    server.stop()


def role_of(address: str) -> tuple[str, str]:
    """The name of a role made for this database, and the address by which it comes."""
    database = sa.make_url(address).database
    role = f"keeper_of_{database}"
    return role, sa.make_url(address).set(username=role).render_as_string(hide_password=False)


@pytest.fixture
def address_of_role(postgres: PostgresServer) -> str:
    """A database that belongs to a role which is no administrator."""
    address = postgres.new_database()
    role, as_role = role_of(address)
    postgres.run(f"CREATE ROLE {role} LOGIN")
    postgres.run(f"ALTER DATABASE {sa.make_url(address).database} OWNER TO {role}")
    return as_role


def set_now(server: PostgresServer, setting: str, value: str) -> None:
    """Changes a setting of the whole server, and waits until sessions have it."""
    server.run(f"ALTER SYSTEM SET {setting} = {value}", "SELECT pg_reload_conf()")
    eventually(lambda: server.ask(f"SHOW {setting}") == value, every=0.05)


# --- synchronous_commit ---------------------------------------------------------------------------


def committed_with(ledger: Ledger) -> object:
    """How the server commits what the ledger writes."""
    with ledger._writing() as connection:
        return connection.execute(sa.text("SHOW synchronous_commit")).scalar()


@pytest.mark.parametrize(
    ("setting", "commits"),
    [
        ("off", "on"),
        ("local", "on"),
        ("remote_write", "on"),
        ("on", "on"),
        ("remote_apply", "remote_apply"),
    ],
)
@pytest.mark.parametrize("where", ["database", "role", "role in database", "address"])
def test_a_commit_waits_for_the_disk_whatever_set_that_off(
    postgres: PostgresServer, address_of_role: str, open_ledger: Open, where: str, setting: str,
    commits: str,
) -> None:  # fmt: skip
    url = sa.make_url(address_of_role)
    subject = {
        "database": f"DATABASE {url.database}",
        "role": f"ROLE {url.username}",
        "role in database": f"ROLE {url.username} IN DATABASE {url.database}",
    }
    if where == "address":
        url = url.update_query_dict({"options": f"-c synchronous_commit={setting}"})
    else:
        postgres.run(f"ALTER {subject[where]} SET synchronous_commit = '{setting}'")
    ledger = open_ledger(url.render_as_string(hide_password=False))
    with ledger._reading() as connection:
        assert connection.execute(sa.text("SHOW synchronous_commit")).scalar() == setting
    assert committed_with(ledger) == commits


def test_a_commit_waits_for_the_disk_where_the_server_itself_sets_that_off(
    own_server: PostgresServer, open_ledger: Open
) -> None:
    set_now(own_server, "synchronous_commit", "off")
    try:
        assert committed_with(open_ledger(own_server.new_database())) == "on"
    finally:
        set_now(own_server, "synchronous_commit", "on")


def test_a_commit_waits_for_the_disk_behind_a_pooler(
    postgres: PostgresServer, open_ledger: Open
) -> None:
    """A pooler gives each transaction any of its sessions, in which others have set what they
    liked, and wipes them clean in between."""
    ledger = open_ledger(postgres.new_database())

    def another_session(connection: sa.PoolProxiedConnection, *_: object) -> None:
        cursor = connection.cursor()
        cursor.execute("DISCARD ALL") if connection.autocommit else cursor.execute("RESET ALL")
        cursor.execute("SET synchronous_commit = off")
        connection.commit()

    sa.event.listen(ledger._engine, "checkout", another_session)
    for _ in range(3):
        assert committed_with(ledger) == "on"


# --- fsync ----------------------------------------------------------------------------------------


def test_nobody_dials_by_a_server_that_forgets_and_check_says_what_to_do(
    own_server: PostgresServer, open_ledger: Open, shop: Shop
) -> None:
    address = own_server.new_database()
    shop.change(ledger=address)
    shop.ready("923000000001")
    running = open_ledger(address)
    with running.held():
        running.stay_held()
        set_now(own_server, "fsync", "off")
        try:
            with pytest.raises(LedgerError, match="fsync = off"):
                running.stay_held()
            assert running._hold is not None
            running._hold.release()
            for words in (["start", "--until-done"], ["once"], ["call", "923000000002"]):
                done = shop.run(*words)
                assert done.returncode == 3, done.stdout
                assert "fsync = off" in " ".join(done.stderr.split())
                assert "Set fsync = on" in " ".join(done.stderr.split())
            checked = shop.run("check")
            assert checked.returncode != 0
            assert "Set fsync = on" in " ".join(checked.stdout.split())
        finally:
            set_now(own_server, "fsync", "on")
    assert shop.calls() == []
    done = shop.run("once", "--for", "60")
    assert done.returncode == 0, done.stderr
    assert len(shop.calls()) == 1


# --- Another server -------------------------------------------------------------------------------


def trusts(address: str) -> None:
    """A first run on this ledger."""
    ledger = Ledger(address, new_id="ledger00")
    with ledger.held():
        assert not ledger.may_lack_commits
        ledger.trust_server()
        assert not ledger.may_lack_commits
    ledger.close()


def lacks(address: str) -> bool:
    """Whether the next run finds that commits may be lost; it sees to it."""
    ledger = Ledger(address, new_id="ledger00")
    with ledger.held():
        found = ledger.may_lack_commits
        ledger.trust_server()
    ledger.close()
    return found


def test_a_restart_or_a_crash_of_the_server_makes_it_no_other(own_server: PostgresServer) -> None:
    address = own_server.new_database()
    trusts(address)
    assert not lacks(address)
    own_server.crash()
    own_server.start_again()
    assert not lacks(address)


@pytest.mark.parametrize("refused", [(), ("pg_control_system()",)])
def test_a_standby_that_took_over_is_another_server(
    own_server: PostgresServer, tmp_path: Path, refused: tuple[str, ...]
) -> None:
    address = own_server.new_database()
    role, as_role = role_of(address)
    name = sa.make_url(address).database
    own_server.run(f"CREATE ROLE {role} LOGIN", f"ALTER DATABASE {name} OWNER TO {role}")
    for each in refused:
        own_server.run(f"REVOKE EXECUTE ON FUNCTION {each} FROM PUBLIC", database=name)
    trusts(as_role)
    own_server.backup(tmp_path / "standby")
    standby = PostgresServer(tmp_path / "standby")
    try:
        there = sa.make_url(standby.address_of(str(name))).set(username=role)
        assert lacks(there.render_as_string(hide_password=False))
        assert not lacks(there.render_as_string(hide_password=False))
    finally:
        standby.stop()
    assert not lacks(as_role)


def test_a_server_that_tells_nothing_of_itself_is_another_one_after_a_restart(
    own_server: PostgresServer,
) -> None:
    address = own_server.new_database()
    role, as_role = role_of(address)
    name = sa.make_url(address).database
    own_server.run(f"CREATE ROLE {role} LOGIN", f"ALTER DATABASE {name} OWNER TO {role}")
    for each in ("pg_control_system()", "pg_control_checkpoint()", "pg_walfile_name(pg_lsn)"):
        own_server.run(f"REVOKE EXECUTE ON FUNCTION {each} FROM PUBLIC", database=name)
    trusts(as_role)
    assert not lacks(as_role)
    own_server.crash()
    own_server.start_again()
    assert lacks(as_role)
    assert not lacks(as_role)


def test_a_ledger_that_was_moved_to_another_server_is_known(
    own_server: PostgresServer, postgres: PostgresServer
) -> None:
    here, there = own_server.new_database(), postgres.new_database()
    trusts(here)
    old, new = Ledger(here, new_id="ledger00"), Ledger(there, new_id="ledger00")
    new.set_fact(SERVER, old.fact(SERVER))
    for each in (old, new):
        each.close()
    assert lacks(there)


def test_a_file_is_no_server(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'dialer.db'}"
    trusts(address)
    assert not lacks(address)


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        ("system=1 timeline=x1", "system=1 timeline=x1", True),
        ("system=1 timeline=x1", "system=1 timeline=x2", False),
        ("system=1 timeline=x1", "system=2 timeline=x1", False),
        ("system=1 timeline=x1", "timeline=x1 started=5", True),
        ("timeline=x1 started=5", "timeline=x1 started=6", False),
        ("started=5", "started=6", False),
        ("", "", True),
    ],
)
def test_which_answers_are_one_servers(before: str, now: str, same: bool) -> None:
    assert is_same_server(before, now) == same


def test_who_dials_while_another_server_takes_over_ends(
    own_server: PostgresServer, open_ledger: Open
) -> None:
    ledger = open_ledger(own_server.new_database())
    with ledger.held():
        assert ledger._hold is not None
        ledger.stay_held()
        ledger._hold.server = ledger._hold.server.replace("timeline=x0", "timeline=x1")
        with pytest.raises(LedgerError, match="Start again"):
            ledger.stay_held()
