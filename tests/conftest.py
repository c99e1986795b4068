"""Fixtures of the dialer's tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from dialing import SPEED, Shop
from hypothesis import HealthCheck, settings
from running import RunningSandbox
from setting_up import Desk

# Machines are shared and slow at times, which is no fault of what is tested. Where a run decides
# about a change it tries the same examples each time; everywhere else it looks for new ones.
_patient = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("search", **_patient)
settings.register_profile("decide", derandomize=True, **_patient)
settings.load_profile("decide" if os.environ.get("CI") else "search")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`run.py test --full`: the long sweeps in their full form, which takes hours instead of
    minutes."""
    parser.addoption("--full", action="store_true", help="run the long sweeps in full")


@pytest.fixture(scope="session")
def full(pytestconfig: pytest.Config) -> bool:
    """Whether the long sweeps run in their full form."""
    return bool(pytestconfig.getoption("--full"))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop of the test's own, with Google's quotas off so that it may work fast."""
    directory = tmp_path / "shop"
    directory.mkdir()
    sandbox = RunningSandbox(directory, "--speed", str(SPEED))
    sandbox.post("/_sandbox/limits", {"enabled": False})
    yield Shop(sandbox)
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
