"""One dialer on a ledger, also when the connection that keeps it for that one is lost."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from sheets_dialer.base.errors import AnotherDialer, LedgerError, LedgerTaken
from sheets_dialer.domain.attempt import AttemptState, Reason, Transition
from sheets_dialer.domain.content import Content
from sheets_dialer.domain.job import JobChange, NewJob
from sheets_dialer.ledger import database, schema
from sheets_dialer.ledger.ledger import Intent, Ledger
from tests.support.dialing import Shop, eventually
from tests.support.ledger_process import T0
from tests.support.places import SUPPORT
from tests.support.postgres import PostgresServer

INTENDED, SENDING, PLACED = AttemptState.INTENDED, AttemptState.SENDING, AttemptState.PLACED
UNKNOWN, RELEASED = AttemptState.UNKNOWN, AttemptState.RELEASED
DAY = timedelta(hours=24)
PROCESS = SUPPORT / "ledger_process.py"
TAKEN = "Another dialer took over this ledger"
Open = Callable[[str], Ledger]


class Server:
    """A PostgreSQL database seen by who runs it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query))]

    def end_the_lock(self) -> None:
        """Ends the session that has the dialer's lock, as a firewall or a restart does."""
        (ended,) = self.ask(f"SELECT count(pg_terminate_backend(pid)) FROM ({HOLDERS}) AS holders")
        assert ended == (1,)
        eventually(lambda: not self.ask(HOLDERS), every=0.05)

    def end_all(self) -> None:
        """Ends every session on the database, as a restart of the server does."""
        self.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    def states(self) -> list[object]:
        return [state for (state,) in self.ask("SELECT state FROM attempts ORDER BY id")]


HOLDERS = (
    "SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database "
    "WHERE locktype = 'advisory' AND granted AND datname = current_database() "
    "AND NOT (classid = 0 AND objid = 7301942)"
)


@pytest.fixture
def server(postgres: PostgresServer) -> Iterator[Server]:
    server = Server(postgres.new_database())
    yield server
    server.engine.dispose()


def add(ledger: Ledger, *numbers: int) -> list[Intent]:
    """Jobs with these numbers, and the first attempts that they want."""
    ledger.record(
        "orders",
        T0,
        new_jobs=[NewJob(f"ref{each}", Content(f"92300{each:07}", "102")) for each in numbers],
    )
    return [Intent(job, Reason.FIRST) for job in ledger.jobs("orders")[-len(numbers) :]]


def send(ledger: Ledger, attempt_id: int) -> bool:
    return bool(ledger.move([Transition(attempt_id, INTENDED, SENDING, {"sending_at": T0})], T0))


def reply(attempt_id: int) -> Transition:
    return Transition(
        attempt_id, SENDING, PLACED, {"call_id": f"call{attempt_id}", "placed_at": T0}
    )


# --- A lock that is lost --------------------------------------------------------------------------


def test_a_lock_that_was_lost_is_taken_again(server: Server, open_ledger: Open) -> None:
    one, two = open_ledger(server.address), open_ledger(server.address)
    with one.held():
        intents = add(one, 1)
        one.stay_held()
        server.end_the_lock()
        one.stay_held()
        with pytest.raises(AnotherDialer), two.held():
            pass
        server.end_all()
        one.stay_held()
        assert len(server.ask(HOLDERS)) == 1
        (attempt,) = one.record("orders", T0, intents=intents)
        assert send(one, attempt.id)
    assert server.ask(HOLDERS) == []


def test_who_lost_the_ledger_to_another_commits_no_intent_and_sends_nothing_but_keeps_replies(
    server: Server, open_ledger: Open
) -> None:
    one, two = open_ledger(server.address), open_ledger(server.address)
    with one.held():
        intents = add(one, 1, 2, 3)
        sent, waiting = one.record("orders", T0, intents=intents[:2])
        assert send(one, sent.id)
        server.end_the_lock()
        with two.held():
            with pytest.raises(LedgerTaken, match=TAKEN):
                one.record("orders", T0, intents=intents[2:])
            leaving = Transition(waiting.id, INTENDED, SENDING, {"sending_at": T0})
            assert one.move([reply(sent.id), leaving], T0) == {sent.id}
            assert server.states() == [PLACED, INTENDED]
            with pytest.raises(LedgerTaken, match=TAKEN):
                one.stay_held()
            assert send(two, waiting.id)
        # Nor when the other one is gone again: much may have happened.
        with pytest.raises(LedgerTaken):
            one.stay_held()


def test_a_lock_of_a_connection_that_the_server_takes_for_alive_is_still_ours(
    server: Server, open_ledger: Open
) -> None:
    ledger = open_ledger(server.address)
    with ledger.held():
        hold = ledger._hold
        assert hold is not None
        lost, hold._connection = hold._connection, None
        ledger.stay_held()
        assert lost is not None
        lost.invalidate()
        lost.close()
        eventually(lambda: not server.ask(HOLDERS), every=0.05)
        ledger.stay_held()
        assert len(server.ask(HOLDERS)) == 1


def test_the_locks_connection_stays_outside_of_transactions(
    server: Server, open_ledger: Open
) -> None:
    with open_ledger(server.address).held():
        query = f"SELECT state FROM pg_stat_activity WHERE pid IN ({HOLDERS})"
        assert server.ask(query) == [("idle",)]


def test_a_dialer_whose_ledger_another_took_ends_and_its_reply_is_kept(
    shop: Shop, server: Server
) -> None:
    shop.change(ledger=server.address)
    shop.ready("923000000001")
    fault = {"service": "portal", "kind": "slow", "seconds": 12, "path": "/api/calls", "count": 1}
    shop.sandbox.post("/_sandbox/faults", fault)
    # Slow passes: the other one must come in between.
    shop.change(every=5)
    with shop.running("start") as first:
        eventually(lambda: server.states() == [SENDING], seconds=60)
        server.end_the_lock()
        with shop.running("once", "--for", "3") as second:
            said, _ = first.communicate(timeout=90)
            second.communicate(timeout=90)
        assert TAKEN in said
        assert first.returncode == 4
    (call,) = shop.calls()
    assert server.ask("SELECT state, call_id FROM attempts") in (
        [("placed", call["call_id"])],
        [("ended", call["call_id"])],
    )
    done = shop.run("once", "--for", "60")
    assert done.returncode == 0, done.stderr
    assert len(shop.calls()) == 1
    assert shop.row_of("923000000001")["Call ID"] == call["call_id"]


def test_a_restart_of_the_server_ends_no_run(shop: Shop, server: Server) -> None:
    shop.change(ledger=server.address)
    shop.ready("923000000001")
    with shop.running("start") as reconciler:
        eventually(lambda: server.states() == ["ended"], seconds=60)
        server.end_all()
        eventually(lambda: len(server.ask(HOLDERS)) == 1)
        shop.paste([["923000000002"]], "A3")
        eventually(lambda: server.states() == ["ended", "ended"], seconds=60)
        assert reconciler.poll() is None


# --- A reply that comes after another process gave its attempt up ---------------------------------


def sent_and_given_up(ledger: Ledger) -> int:
    (attempt,) = ledger.record("orders", T0, intents=add(ledger, 1))
    assert send(ledger, attempt.id)
    assert ledger.move([Transition(attempt.id, SENDING, UNKNOWN, {"changed_at": T0})], T0)
    return attempt.id


def test_a_reply_to_a_call_that_was_given_up_is_kept(ledger: Ledger) -> None:
    attempt_id = sent_and_given_up(ledger)

    assert ledger.move([reply(attempt_id)], T0) == {attempt_id}

    (attempt,) = ledger.open_attempts()
    assert (attempt.state, attempt.call_id) == (PLACED, f"call{attempt_id}")


def test_a_reply_takes_no_call_whose_id_two_share_out_of_doubt(ledger: Ledger) -> None:
    first, second = ledger.record("orders", T0, intents=add(ledger, 1, 2))
    for each in (first, second):
        assert send(ledger, each.id)
    same = {"call_id": "same", "placed_at": T0}
    for each in (first, second):
        ledger.move([Transition(each.id, SENDING, PLACED, same)], T0)

    assert ledger.move([Transition(first.id, SENDING, PLACED, same)], T0) == set()

    assert {each.state for each in ledger.open_attempts()} == {UNKNOWN}


def test_a_reply_after_a_persons_call_again_is_kept_in_the_history(ledger: Ledger) -> None:
    attempt_id = sent_and_given_up(ledger)
    (job,) = ledger.jobs("orders")
    (again,) = ledger.record(
        "orders",
        T0 + DAY,
        job_changes=[JobChange(job.id, 1, True, None)],
        moves=[Transition(attempt_id, UNKNOWN, RELEASED, {})],
        intents=[Intent(job, Reason.AGAIN)],
    )

    assert ledger.move([reply(attempt_id)], T0) == set()

    (job,) = ledger.jobs("orders")
    assert [each.state for each in job.attempts] == [RELEASED, INTENDED]
    assert history(ledger, attempt_id)[-1] == f"the reply came too late: call call{attempt_id}"
    assert send(ledger, again.id)


def test_a_call_again_that_was_planned_before_the_reply_waits_for_that_call(
    ledger: Ledger,
) -> None:
    attempt_id = sent_and_given_up(ledger)
    (job,) = ledger.jobs("orders")
    assert ledger.move([reply(attempt_id)], T0)

    made = ledger.record(
        "orders",
        T0 + DAY,
        job_changes=[JobChange(job.id, 1, True, None)],
        moves=[Transition(attempt_id, UNKNOWN, RELEASED, {})],
        intents=[Intent(job, Reason.AGAIN)],
    )

    assert made == []
    (job,) = ledger.jobs("orders")
    assert [each.state for each in job.attempts] == [PLACED]
    assert job.again_is_owed


def history(ledger: Ledger, attempt_id: int) -> list[str]:
    query = sa.select(schema.events.c.what).where(schema.events.c.attempt_id == attempt_id)
    with ledger._reading() as connection:
        return list(connection.execute(query.order_by(schema.events.c.id)).scalars())


# --- SQLite's file --------------------------------------------------------------------------------


def test_links_to_one_file_are_one_ledger(tmp_path: Path, open_ledger: Open) -> None:
    ledger = open_ledger(f"sqlite:///{tmp_path / 'dialer.db'}")
    (tmp_path / "link.db").symlink_to("dialer.db")
    (tmp_path / "folder").symlink_to(tmp_path, target_is_directory=True)
    with ledger.held():
        for link in ("link.db", "folder/dialer.db", "folder/link.db"):
            with pytest.raises(AnotherDialer), open_ledger(f"sqlite:///{tmp_path / link}").held():
                pass


def test_who_gets_past_a_deleted_lock_file_goes_on_and_the_first_calls_nobody_any_more(
    tmp_path: Path, open_ledger: Open
) -> None:
    file = tmp_path / "dialer.db"
    one, two = open_ledger(f"sqlite:///{file}"), open_ledger(f"sqlite:///{file}")
    with one.held():
        intents = add(one, 1, 2, 3)
        sent, waiting = one.record("orders", T0, intents=intents[:2])
        assert send(one, sent.id)
        Path(f"{file}.lock").unlink()
        with two.held():
            two.stay_held()
            with pytest.raises(LedgerTaken, match=TAKEN):
                one.record("orders", T0, intents=intents[2:])
            leaving = Transition(waiting.id, INTENDED, SENDING, {"sending_at": T0})
            assert one.move([reply(sent.id), leaving], T0) == {sent.id}
            with pytest.raises(LedgerTaken, match=TAKEN):
                one.stay_held()
            assert send(two, waiting.id)
        # Nor when the other one is gone again: much may have happened.
        with pytest.raises(LedgerTaken):
            one.stay_held()


def test_two_processes_on_one_file_whose_lock_was_deleted_are_one_within_a_pass(
    shop: Shop,
) -> None:
    shop.settles_at_once()
    shop.ready("923000000001")
    with shop.running("start") as first:
        eventually(lambda: len(shop.calls()) == 1)
        (shop.config.parent / "dialer.db.lock").unlink()
        with shop.running("start") as second:
            said, _ = first.communicate(timeout=60)
            assert first.returncode == 4, said
            assert TAKEN in said
            shop.paste([["923000000002"]], "A3")
            eventually(lambda: len(shop.calls()) == 2)
            assert second.poll() is None
            assert shop.run("once", "--for", "1").returncode == 4
    assert shop.called_numbers() == ["923000000001", "923000000002"]


# --- Sessions that hang ---------------------------------------------------------------------------


def test_the_server_lets_nobody_wait_for_ever(server: Server, open_ledger: Open) -> None:
    """A session that died inside a transaction ends before those that wait for it give up."""
    with open_ledger(server.address)._reading() as connection:
        shown = {
            name: connection.execute(sa.text(f"SHOW {name}")).scalar()
            for name in ("lock_timeout", "idle_in_transaction_session_timeout")
        }
    assert shown == {"lock_timeout": "1min", "idle_in_transaction_session_timeout": "30s"}


def test_a_session_that_hangs_is_waited_for_and_then_named(
    server: Server, open_ledger: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ledger(server.address)
    monkeypatch.setitem(database._SESSION, "lock_timeout", "300ms")
    with server.engine.connect() as hanging:
        hanging.execute(sa.text("BEGIN"))
        hanging.execute(sa.text(f"SELECT pg_advisory_xact_lock({database._WRITERS})"))
        with pytest.raises(LedgerError, match="kept it locked for a minute"):
            open_ledger(server.address)
    open_ledger(server.address)


def test_a_dead_session_of_ours_gives_way_to_who_waits(
    server: Server, open_ledger: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(database._SESSION, "idle_in_transaction_session_timeout", "1s")
    dead = open_ledger(server.address)
    with dead._engine.connect() as connection:
        database.line_up(connection)
        begun = time.monotonic()
        open_ledger(server.address)
        assert 0.5 < time.monotonic() - begun < 20
        connection.invalidate()


def test_what_the_address_or_the_server_says_of_time_outs_is_left_alone(
    server: Server, open_ledger: Open
) -> None:
    name = sa.make_url(server.address).database
    with server.engine.connect() as connection:
        connection.execute(sa.text(f"ALTER DATABASE {name} SET lock_timeout = '7s'"))
    url = sa.make_url(server.address).update_query_dict(
        {"options": "-c idle_in_transaction_session_timeout=9s", "connect_timeout": "3"}
    )
    ledger = open_ledger(url.render_as_string(hide_password=False))
    with ledger._reading() as connection:
        for setting, value in (
            ("lock_timeout", "7s"),
            ("idle_in_transaction_session_timeout", "9s"),
        ):
            assert connection.execute(sa.text(f"SHOW {setting}")).scalar() == value


# --- Isolation ------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_who_waited_for_another_sees_what_that_one_committed(
    server: Server, open_ledger: Open, level: str
) -> None:
    name = sa.make_url(server.address).database
    with server.engine.connect() as connection:
        connection.execute(
            sa.text(f"ALTER DATABASE {name} SET default_transaction_isolation = '{level}'")
        )
    server.engine.dispose()
    ledger = open_ledger(server.address)
    same = Content("923000000001", "102")
    ledger.record("orders", T0, new_jobs=[NewJob("r1", same), NewJob("r2", same)])
    first, second = ledger.jobs("orders")
    made: list[object] = []

    def late() -> None:
        intents = [Intent(second, Reason.FIRST)]
        made.append(ledger.record("orders", T0, intents=intents, gap=DAY))

    with server.engine.connect() as faster:
        faster.execute(sa.text("BEGIN"))
        faster.execute(sa.text(f"SELECT pg_advisory_xact_lock({database._WRITERS})"))
        thread = threading.Thread(target=late)
        thread.start()
        waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        eventually(lambda: bool(server.ask(waiting)), every=0.05)
        faster.execute(
            sa.text(
                "INSERT INTO attempts (job_id, try_number, number, state, reason, intended_at) "
                "VALUES (:job, 1, '923000000001', 'ended', 'first', :at)"
            ),
            {"job": first.id, "at": T0.replace(tzinfo=None)},
        )
        faster.execute(sa.text("COMMIT"))
        thread.join(10)
    assert made == [[]]


# --- Upgrades -------------------------------------------------------------------------------------


def test_a_ledger_that_an_older_version_dials_with_is_not_upgraded_under_it(
    address: str, open_ledger: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ledger(address)
    with subprocess.Popen(
        [sys.executable, str(PROCESS), "hold", address], stdout=subprocess.PIPE, text=True
    ) as older:
        assert older.stdout is not None
        assert older.stdout.readline().strip() == "held"
        monkeypatch.setattr(schema, "SCHEMA_VERSION", schema.SCHEMA_VERSION + 1)
        with pytest.raises(LedgerError, match="Stop the older one"):
            open_ledger(address)
        older.kill()
    eventually(lambda: opens(open_ledger, address))


def opens(open_ledger: Open, address: str) -> bool:
    try:
        open_ledger(address)
    except LedgerError:
        return False
    return True
