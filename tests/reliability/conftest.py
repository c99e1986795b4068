"""Fixtures of the tests that try to break the promises."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.offices import OVERLAPPING, SPEED, Offices
from tests.support.running import RunningSandbox


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    """Offices on a sandbox of this module, with Google's quotas off so that they may work fast."""
    sandbox = RunningSandbox(tmp_path_factory.mktemp("sandbox"), "--speed", str(SPEED))
    sandbox.post("/_sandbox/limits", {"enabled": False})
    sandbox.post("/_sandbox/portal", {"retries": 1, "retry_after": 100, "balance": 10**9})
    yield Offices(sandbox)
    sandbox.stop()


@pytest.fixture(params=[False, True], ids=OVERLAPPING)
def overlapping(request: pytest.FixtureRequest, offices: Offices) -> Iterator[bool]:
    """Whether Google accepts both of two writes that overlap."""
    offices.sandbox.post("/_sandbox/behaviour", {"rebased": request.param})
    yield request.param
    offices.sandbox.post("/_sandbox/behaviour", {"rebased": False})
