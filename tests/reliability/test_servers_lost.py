"""The ledger's PostgreSQL is lost: all its processes are killed under load, however it was told to
commit, or a standby that lags behind takes over."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support import judge
from tests.support.dialing import eventually
from tests.support.judge import Caught
from tests.support.offices import Office, Offices
from tests.support.postgres import PostgresServer, new_folder
from tests.support.programs import Conditions
from tests.support.sweeping import START, boundaries_of, every_one, fated, frozen_at

LINES = 64
ROWS = 100
ROUNDS = 100
CRASHES_IN_ONE_SHEET = 4
MOST_SECONDS_TO_A_CALL = 10
A_MARK_IS_STRANGE = Conditions(clock_ahead=15 * 60)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of the test's own, which it may kill."""
    server = PostgresServer(new_folder())
    # Where it may let commits wait for the disk, it does so for as long as it can.
    server.run(
        "ALTER SYSTEM SET wal_writer_delay = '10s'",
        # After a crash it would bring each file of each test's database to the disk, one by one.
        "ALTER SYSTEM SET recovery_init_sync_method = 'syncfs'",
        "SELECT pg_reload_conf()",
    )
    yield server
    server.stop()


def crashed_again_and_again(
    offices: Offices, server: PostgresServer, commits: str, seed: int
) -> list[str]:
    """One sheet whose ledger's server crashes; all that is wrong in the end."""
    source = random.Random(seed)
    numbers = [f"92301{number}" for number in source.sample(range(10**6, 10**7), ROWS)]
    address = server.new_database()
    database = sa.make_url(address).database
    server.run(f"ALTER DATABASE {database} SET synchronous_commit = '{commits}'")
    office, caught = offices.open(numbers), Caught()
    office.configure(portal={"lines": LINES, "connections": LINES}, ledger=address)
    for _ in range(CRASHES_IN_ONE_SHEET):
        with office.program(*START) as program:
            if source.random() < 0.7:
                wait_for_a_call(office)
            time.sleep(source.uniform(0.05, 1.2))
            server.crash()
            # The whole machine, the server alone, or the server for a moment.
            fate = source.choice(["with it", "left behind", "goes on"])
            if fate == "with it":
                program.send(signal.SIGKILL)
            if fate != "goes on":
                program.end()
            server.start_again()
            if fate == "goes on":
                time.sleep(source.uniform(0, 1.0))
                program.send(signal.SIGKILL)
                program.end()
        caught.look(office)
    office.finish()
    return judge.faults(office, caught)


def wait_for_a_call(office: Office) -> None:
    """Waits until the program that was just started calls somebody; a while if it calls nobody."""
    before, end = len(office.calls()), time.monotonic() + MOST_SECONDS_TO_A_CALL
    while len(office.calls()) == before and time.monotonic() < end:
        time.sleep(0.05)


@pytest.mark.parametrize("commits", ["on", "off", "local"])
def test_a_server_that_crashes_under_load_forgets_no_call_however_it_commits(
    offices: Offices, server: PostgresServer, commits: str, full: bool
) -> None:
    # As slow as a portal over the internet, so that calls are on their way when the crash comes.
    offices.sandbox.post("/_sandbox/portal", {"latency": 0.3})
    base = random.SystemRandom().randrange(10**6)
    print(f"seeds from {base} on")
    seeds = range(base, base + (ROUNDS if full else CRASHES_IN_ONE_SHEET) // CRASHES_IN_ONE_SHEET)
    found = {seed: crashed_again_and_again(offices, server, commits, seed) for seed in seeds}
    offices.sandbox.post("/_sandbox/portal", {"latency": 0})
    assert {seed: faults for seed, faults in found.items() if faults} == {}


def test_a_standby_that_lags_behind_and_takes_over_calls_nobody_again(
    offices: Offices, server: PostgresServer, tmp_path: Path
) -> None:
    """The standby has every attempt as not yet sent, while the server that is lost had sent them:
    those whose mark the sheet shows are for a person, and whoever wasn't marked is called."""
    boundaries = boundaries_of(lambda: (offices.open(tuple(judge.FATES)), Caught()), fated)
    marked = next(
        each
        for each in every_one(boundaries)
        if each.kind.startswith("after POST") and each.kind.endswith("with marks")
    )
    address = server.new_database()
    database = str(sa.make_url(address).database)
    office = offices.open(tuple(judge.FATES))
    office.configure(ledger=address)
    with frozen_at(office, marked) as (program, kinds):
        assert kinds
        server.backup(tmp_path / "standby")
        made = len(office.calls())
        program.send(signal.SIGCONT)
        eventually(lambda: len(office.calls()) > made, every=0.01)
        program.send(signal.SIGKILL)
        program.end()
    called = len(office.calls())
    assert called > made
    standby = PostgresServer(tmp_path / "standby")
    try:
        office.configure(ledger=standby.address_of(database))
        office.run("once", "--for", "3")
        a_person_says_run_again(office)
        office.finish(A_MARK_IS_STRANGE)
        numbers = Counter(str(call["caller_id"]) for call in office.calls())
        assert {number for number, count in numbers.items() if count > 1} == set()
        told = {row["Phone"]: (row["Status"], row["Why"]) for row in office.rows()}
        assert set(told) == set(judge.FATES)
        for number, (status, why) in told.items():
            assert status not in ("", "Queued", "Calling"), told
            assert (number in numbers) or status == "Failed" or (status == "Check" and why), told
    finally:
        standby.stop()


def a_person_says_run_again(office: Office) -> None:
    """PAUSE and, once the dialer has seen it, RUN."""
    office.control("PAUSE")
    office.run("once", "--for", "2")
    office.control("RUN")
