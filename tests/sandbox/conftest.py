"""The sandbox as a fixture: a real process, shared by a module's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.running import RunningSandbox


@pytest.fixture(scope="module")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """One process for the module; use `sandbox`, which also tidies it up."""
    running = RunningSandbox(tmp_path_factory.mktemp("sandbox"))
    yield running
    running.stop()


@pytest.fixture
def sandbox(
    sandbox_process: RunningSandbox, request: pytest.FixtureRequest
) -> Iterator[RunningSandbox]:
    """The module's sandbox without faults and counts. Google's quotas are off; a test that wants
    them says `@pytest.mark.parametrize("sandbox", ["limits"], indirect=True)`."""
    sandbox_process.reset(limits=getattr(request, "param", None) == "limits")
    yield sandbox_process
    sandbox_process.reset(limits=False)


@pytest.fixture
def start_sandbox(tmp_path: Path) -> Iterator[Callable[..., RunningSandbox]]:
    """Starts sandboxes of a test's own: `start_sandbox("--speed", "60", name="one")`."""
    running: list[RunningSandbox] = []

    def start(*options: str, name: str = "sandbox") -> RunningSandbox:
        directory = tmp_path / name
        directory.mkdir(exist_ok=True)
        running.append(RunningSandbox(directory, *options))
        return running[-1]

    yield start
    for one in running:
        one.stop()
