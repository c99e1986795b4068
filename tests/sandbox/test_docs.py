"""What `docs/sandbox.md` says of control is what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sheets_dialer.sandbox.faults import DEFAULT_SECONDS, KINDS, SERVICES
from tests.support.running import RunningSandbox

TEXT = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text("utf-8")
ORDERS = sorted(set(re.findall(r"^### `(/_sandbox/\w+)`", TEXT, re.MULTILINE)))


def _table(heading: str) -> str:
    """The table under these column headings."""
    return TEXT.partition(f"| {heading} |")[2].partition("\n\n")[0]


def test_every_control_path_is_documented(sandbox: RunningSandbox) -> None:
    problem = sandbox.get("/_sandbox/nothing")["error"]
    assert sorted(re.findall(r"/_sandbox/\w+", problem)) == ORDERS


@pytest.mark.parametrize("path", ORDERS)
def test_every_documented_control_path_answers(sandbox: RunningSandbox, path: str) -> None:
    assert sandbox.session().get(sandbox.url + path, timeout=5).status_code == 200


def test_every_fault_kind_is_documented_and_no_other() -> None:
    table = _table("kind | is it done? | what the client gets")
    kinds = [kind for row in table.splitlines() for kind in re.findall(r"`([^`]+)`", row[:80])]
    assert set(KINDS) <= set(kinds)
    assert set(kinds) - set(KINDS) <= {"sheets", "drive", "portal", "/api/calls", "seconds", "{}"}


def test_the_faults_fields_and_defaults_are_documented(sandbox: RunningSandbox) -> None:
    table = _table("field | meaning | default")
    (fault,) = sandbox.post("/_sandbox/faults", {"service": "sheets", "kind": "slow"})
    assert set(fault) - {"fired"} == set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE))
    assert all(f"`{service}`" in table for service in SERVICES)
    assert set(DEFAULT_SECONDS.values()) == {5}


def test_every_portal_setting_is_documented(sandbox: RunningSandbox) -> None:
    table = _table("setting | meaning | default")
    documented = dict(re.findall(r"^\| `(\w+)` \|.*\| (.*) \|$", table, re.MULTILINE))
    settings = sandbox.get("/_sandbox/portal")
    assert set(documented) == set(settings)
    for name in ("answered", "key_pressed", "retries", "balance", "call_rate", "latency"):
        assert float(documented[name]) == float(settings[name]), name
    for name, span in settings["delays"].items():
        assert f"{name} {span[0]:g}–{span[1]:g}" in documented["delays"]
    for name in ("unanswered", "keys"):
        for key, weight in settings[name].items():
            assert re.search(rf"\b{key}:? {weight:g}\b", documented[name]), key
    assert documented["voices"] == ", ".join(sorted(settings["voices"], key=int))
