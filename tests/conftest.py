"""Fixtures of the dialer's tests."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from sheets_dialer import texts
from sheets_dialer.base.network_environment import CERTIFICATES
from sheets_dialer.ledger.ledger import Ledger
from tests.support.dialing import SPEED, Shop
from tests.support.examples import use_full_form
from tests.support.postgres import PostgresServer, new_folder
from tests.support.raw_server import RawServer, answer
from tests.support.running import RunningSandbox
from tests.support.setting_up import Desk

# Started by nohup, or by a script beside itself, the programs under test would ignore these too.
for _number, _usual in (
    (signal.SIGHUP, signal.SIG_DFL),
    (signal.SIGINT, signal.default_int_handler),
):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)

# The programs under test trust what comes with them, whatever this machine names. To read a file of
# certificates takes longer than a pass.
for _variable in CERTIFICATES:
    os.environ.pop(_variable, None)

# Machines are shared and slow at times, which is no fault of what is tested. Where a run decides
# about a change it tries the same examples each time; everywhere else it looks for new ones.
_patient = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("search", **_patient)
settings.register_profile("decide", derandomize=True, **_patient)
settings.load_profile("decide" if os.environ.get("CI") else "search")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`run.py test --full`: the long sweeps in their full form, which takes hours instead of
    minutes. `run.py test --simulate N [--seed S]`: so many simulated hours, and nothing else."""
    parser.addoption("--full", action="store_true", help="run the long sweeps in full")
    parser.addoption("--simulate", type=int, default=0, help="only so many simulated hours")
    parser.addoption("--seed", type=int, default=None, help="the first of them")


def pytest_configure(config: pytest.Config) -> None:
    """Before tests are loaded, which have their numbers of examples in decorators."""
    use_full_form(bool(config.getoption("--full")))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Simulation and sweeps come first, then files with many runs of the whole program: a file's
    tests stay on one worker, and a long file that comes last keeps the others waiting."""
    if config.getoption("--simulate"):
        items[:] = [each for each in items if each.name.startswith("test_no_promise_is_broken_in")]
    runs = Counter(
        item.path for item in items if {"shop", "stage"} & {*getattr(item, "fixturenames", ())}
    )
    long = {item.path for item in items if item.path.parent.name in ("simulation", "reliability")}
    items.sort(key=lambda item: (item.path not in long, -runs[item.path]))


@pytest.fixture(scope="session")
def full(pytestconfig: pytest.Config) -> bool:
    """Whether the long sweeps run in their full form."""
    return bool(pytestconfig.getoption("--full"))


@pytest.fixture
def only_in_full(full: bool) -> None:
    """Leaves a test to the full form; another one covers the same in short."""
    if not full:
        pytest.skip("part of the full form: run.py test --full")


@pytest.fixture(autouse=True)
def english_at_first() -> Iterator[None]:
    """Tests begin in English, whatever the one before has chosen."""
    texts.use("english")
    yield
    texts.use("english")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop of the test's own, with Google's quotas off so that it may work fast."""
    directory = tmp_path / "shop"
    directory.mkdir()
    sandbox = RunningSandbox(directory, "--speed", str(SPEED))
    sandbox.post("/_sandbox/limits", {"enabled": False})
    yield Shop(sandbox)
    sandbox.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all tests."""
    server = PostgresServer(new_folder())
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty ledger of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'dialer.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def open_ledger() -> Iterator[Callable[[str], Ledger]]:
    """Opens ledgers that are closed with the test."""
    opened: list[Ledger] = []

    def open_one(address: str) -> Ledger:
        opened.append(Ledger(address, new_id=f"ledger{len(opened)}"))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def ledger(address: str, open_ledger: Callable[[str], Ledger]) -> Ledger:
    """An empty ledger of either kind."""
    return open_ledger(address)


@pytest.fixture(scope="module")
def fast_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """One sandbox for a module's tests, in which calls live a hundred times as fast."""
    sandbox = RunningSandbox(tmp_path_factory.mktemp("sandbox"), "--speed", str(SPEED))
    yield sandbox
    sandbox.stop()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One sandbox for a module's tests, each of which takes a spreadsheet of its own: a `desk`."""
    sandbox = RunningSandbox(tmp_path_factory.mktemp("office"))
    sandbox.post("/_sandbox/limits", {"enabled": False})
    yield Shop(sandbox)
    sandbox.stop()


@pytest.fixture
def desk(office: Shop) -> Desk:
    """A spreadsheet of the test's own with an empty queue tab."""
    return Desk(office)


@pytest.fixture
def scripted() -> Iterator[RawServer]:
    """A server whose answer the test sets: `scripted.act = answer(…)`."""
    server = RawServer(answer({}))
    yield server
    server.stop()
