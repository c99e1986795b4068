"""Fixtures of the dialer's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dialing import SPEED, Shop
from running import RunningSandbox


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop of the test's own, with Google's quotas off so that it may work fast."""
    directory = tmp_path / "shop"
    directory.mkdir()
    sandbox = RunningSandbox(directory, "--speed", str(SPEED))
    sandbox.post("/_sandbox/limits", {"enabled": False})
    yield Shop(sandbox)
    sandbox.stop()
