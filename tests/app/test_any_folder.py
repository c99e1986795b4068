"""Folders may have any name: the configuration, its ledger, the lock beside it and the sandbox."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets_dialer.base.errors import AnotherDialer
from sheets_dialer.config import load_config
from sheets_dialer.ledger.facts import SERVER
from sheets_dialer.ledger.ledger import Ledger
from tests.support.dialing import Shop
from tests.support.running import RunningSandbox

NAMES = [
    *("what?", "a?b=c", "x?mode=ro", "?uri=true", "#1", "50%", "%20", "%3F", "two words"),
    *("آرڈر", "it's", 'the "list"', "a&b", "a;b", "a+b", "file:x", "~", "$HOME", "{x}", "@", "é"),
]
CONFIG = """\
portal: {api_key: abc}
campaigns: [{name: a, spreadsheet: 1AbCdEfGhIjKlMnOpQrStUv, voice_id: 1}]
"""


def ledger_in(folder: Path) -> None:
    """Makes a ledger by way of a configuration in the folder, and finds its files there."""
    folder.mkdir()
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    address = load_config(folder / "config.yaml", {}).ledger
    ledger, other = Ledger(address, new_id="one"), Ledger(address, new_id="two")
    with ledger.held(), pytest.raises(AnotherDialer), other.held():
        pass
    ledger.set_fact(SERVER, "b")
    assert other.fact(SERVER) == "b"
    ledger.close()
    other.close()
    assert {each.name for each in folder.iterdir()} - {"dialer.db.lock"} == {
        "config.yaml",
        "dialer.db",
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_ledger_lies_beside_its_configuration(tmp_path: Path, name: str) -> None:
    ledger_in(tmp_path / name)


@settings(max_examples=60)
@given(name=st.text("?#%&=+ab/.:@'\" é‌آ", min_size=1, max_size=12))
def test_whatever_the_folder_is_called(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    name = name.replace("/", "")
    if name.strip(".") == "":
        return
    place = tmp_path_factory.mktemp("any")
    ledger_in(place / name)
    shutil.rmtree(place)


def test_what_sqlite_is_told_behind_a_name_is_no_part_of_it(tmp_path: Path) -> None:
    Ledger(f"sqlite:///{tmp_path}/l.db", new_id="one").close()
    Ledger(f"sqlite:///{tmp_path}/l.db?timeout=5", new_id="two").close()
    assert not list(tmp_path.glob("*timeout*"))


@pytest.mark.parametrize("name", ["what? #1", "50% of آرڈر's"])
def test_the_whole_job_in_such_a_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    sandbox = RunningSandbox(folder, "--speed", "100")
    try:
        sandbox.post("/_sandbox/limits", {"enabled": False})
        shop = Shop(sandbox)
        shop.settles_at_once()
        shop.ready("03000000001")
        done = shop.run("start", "--until-done")
        assert done.returncode == 0, done.stdout + done.stderr
        assert shop.called_numbers() == ["923000000001"]
    finally:
        sandbox.stop()
    assert not list(tmp_path.glob("*.db*"))
