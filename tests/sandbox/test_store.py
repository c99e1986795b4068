"""A restart goes on with the same sheet, keys and calls, whatever ended the process before."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets_dialer.sandbox.codec import (
    RowReader,
    document_from_json,
    document_to_json,
    dumps,
    row_to_json,
)
from sheets_dialer.sandbox.google.library import Document
from sheets_dialer.sandbox.google.model import Cell, Formula, Row, Sheet, Workbook, trimmed
from sheets_dialer.sandbox.store import Store, StoreError
from tests.support.running import COMMAND, RunningSandbox

PROJECT = Path(__file__).parents[2]
_JSON = st.dictionaries(st.text(max_size=5), st.text(max_size=5), min_size=1, max_size=3)
_VALUES = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.builds(Formula, st.text(max_size=10).map(lambda text: "=" + text)),
)
_CELLS = st.builds(
    Cell,
    value=_VALUES,
    format=st.none() | _JSON,
    note=st.none() | st.text(max_size=10),
    validation=st.none() | _JSON,
)


@given(st.lists(_CELLS, max_size=6).map(trimmed))
@settings(deadline=None)
def test_every_row_comes_back_as_it_was(row: Row) -> None:
    back = RowReader().row(row_to_json(row))
    assert back == row
    assert [type(cell.value) for cell in back] == [type(cell.value) for cell in row]


def test_formats_that_look_alike_are_shared_again() -> None:
    data = row_to_json((Cell("a", format={"x": 1}), Cell("b", format={"x": 1})))
    one, two = RowReader().row(data)
    assert one.format is two.format


def _full_sheet(sheet_id: int = 7) -> Sheet:
    sheet = Sheet.new({"sheetId": sheet_id, "title": "Calls", "hidden": True}, 20, 5)
    sheet.set_cell(3, 1, Cell("0300", note="n"))
    sheet.row_properties[4] = {"hiddenByUser": True}
    sheet.column_properties[2] = MappingProxyType({"pixelSize": 50})
    sheet.protected_ranges = {5: {"protectedRangeId": 5, "range": {"sheetId": sheet_id}}}
    sheet.conditional_formats = [{"ranges": [{"sheetId": sheet_id}]}]
    sheet.filter_views = {6: {"filterViewId": 6}}
    sheet.charts = {8: {"chartId": 8}}
    sheet.basic_filter = {"range": {"sheetId": sheet_id}}
    sheet.developer_metadata = [{"metadataId": 9, "metadataKey": "k"}]
    sheet.row_groups = [{"start": 1, "end": 3, "depth": 1, "collapsed": True}]
    sheet.column_groups = [{"start": 0, "end": 2, "depth": 1, "collapsed": False}]
    sheet.tables = {"t1": {"tableId": "t1", "range": {"sheetId": sheet_id, "endRowIndex": 2}}}
    sheet.merges = [{"sheetId": sheet_id, "endRowIndex": 2}]
    return sheet


def _document(*sheets: Sheet) -> Document:
    return Document(
        id="1abc",
        workbook=Workbook({"title": "T"}, list(sheets), {"n1": {"namedRangeId": "n1"}}),
        owner="owner@sandbox.example",
        created_at=1.5,
        modified_at=2.5,
        permissions={"p": {"id": "p", "role": "writer"}},
        parents=("folder",),
    )


def test_every_field_of_a_document_and_its_sheets_is_kept(tmp_path: Path) -> None:
    """A field that the model gains later and the file forgets makes this fail."""
    sheet = _full_sheet()
    empty = [f.name for f in fields(Sheet) if not getattr(sheet, f.name)]
    assert empty == [], "the example must fill every field"
    store = Store(tmp_path / "state.sqlite3")
    store.save_document("1abc", _document(sheet))
    store.close()

    store = Store(tmp_path / "state.sqlite3")
    (back,) = store.documents()
    store.close()

    kept = {f.name for f in fields(Document)} - {"history", "history_size", "workbook"}
    for name in kept:
        assert getattr(back, name) == getattr(_document(sheet), name), name
    assert back.workbook == _document(sheet).workbook


def test_json_of_a_document_survives_a_second_round() -> None:
    data = dumps(document_to_json(_document(_full_sheet())))
    again = document_from_json("1abc", json.loads(data), {7: {3: _full_sheet().rows[3]}})
    assert dumps(document_to_json(again)) == data


def test_only_rows_that_changed_are_written(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    store = Store(path)
    sheet = Sheet.new({"sheetId": 0, "title": "S"}, 1000, 3)
    for row in range(1000):
        sheet.set_cell(row, 0, Cell(row))
    document = _document(sheet)
    store.save_document(document.id, document)
    written = _count_writes(store)

    draft = document.workbook.draft()
    draft.sheets[0].set_cell(500, 1, Cell("changed"))
    draft.sheets[0].rows[501] = ()
    document.workbook = draft
    store.save_document(document.id, document)

    assert _count_writes(store) - written == 3  # the document, one row, one row less
    store.close()


def _count_writes(store: Store) -> int:
    return int(store._db.total_changes)


@pytest.mark.parametrize("seed", range(20))
def test_any_succession_of_changes_leaves_the_file_equal_to_memory(
    tmp_path: Path, seed: int
) -> None:
    source = random.Random(seed)
    path = tmp_path / "state.sqlite3"
    store = Store(path)
    document = _document(Sheet.new({"sheetId": 0, "title": "first"}, 6, 4))
    store.save_document(document.id, document)
    for step in range(30):
        draft = document.workbook.draft()
        _change(draft, source, step)
        document.workbook = draft
        store.save_document(document.id, document)
    store.close()

    again = Store(path)
    assert again.documents()[0].workbook == document.workbook
    again.save_document(document.id, None)
    assert again.documents() == []
    again.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT * FROM sheet_row").fetchall() == []


def _change(draft: Workbook, source: random.Random, step: int) -> None:
    sheet = source.choice(draft.sheets)
    what = source.randrange(7)
    if what == 0:
        draft.sheets.append(Sheet.new({"sheetId": step + 1, "title": f"s{step}"}, 5, 4))
    elif what == 1 and len(draft.sheets) > 1:
        draft.sheets.remove(sheet)
    elif what == 2:
        source.shuffle(sheet.rows)
    elif what == 3:
        sheet.resize(source.randint(1, 9), source.randint(1, 5))
    elif what == 4:
        source.shuffle(draft.sheets)
    else:
        row = source.randrange(sheet.row_count)
        value: Any = source.choice([None, "text", 3, 2.5, True, Formula("=A1")])
        sheet.set_cell(row, source.randrange(sheet.column_count), Cell(value))


def test_a_second_sandbox_on_the_same_directory_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.sqlite3")
    with pytest.raises(StoreError, match="Another sandbox is running on"):
        Store(tmp_path / "state.sqlite3")
    store.close()


def test_a_file_of_another_kind_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="is not a state file"):
        Store(path)
    assert path.read_bytes() == b"not a database at all" * 100


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="is of version 99, this sandbox writes version 1"):
        Store(path)


def test_a_folder_that_cant_be_used_is_an_exit_code_and_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite3").mkdir()
    done = subprocess.run(
        [*COMMAND, "--dir", str(tmp_path)], capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 2
    assert "state.sqlite3 can't be opened" in done.stderr
    assert "Traceback" not in done.stderr


def test_after_a_kill_nothing_that_was_answered_is_lost(
    start_sandbox: Callable[..., RunningSandbox],
) -> None:
    sandbox = start_sandbox("--speed", "50")
    sandbox.post("/_sandbox/portal", {"balance": "77.00", "retries": 2})
    worksheet = sandbox.dialer_client().open_by_key(sandbox.spreadsheet_id).worksheet("Calls")
    worksheet.update([["03001234567", 1500]], "A2:B2", raw=True)
    worksheet.update([["=1+1"]], "C2", raw=False)
    placed = sandbox.get(
        "/api/calls", api_key="sandbox-api-key", caller_id="923000000001", voice_id="102"
    )
    before = json.loads((sandbox.directory / "sandbox.json").read_text())
    key_before = json.loads((sandbox.directory / "service-account.json").read_text())

    assert sandbox.signal(signal.SIGKILL) == -signal.SIGKILL
    sandbox.start()

    after = json.loads((sandbox.directory / "sandbox.json").read_text())
    assert after["spreadsheet_id"] == before["spreadsheet_id"]
    assert (after["url"], after["pid"]) == (sandbox.url, sandbox.process.pid)
    key_after = json.loads((sandbox.directory / "service-account.json").read_text())
    assert key_after["private_key"] == key_before["private_key"]
    assert key_after["token_uri"] == f"{sandbox.url}/token"
    worksheet = sandbox.dialer_client().open_by_key(sandbox.spreadsheet_id).worksheet("Calls")
    assert worksheet.get("A1:D2") == [
        ["Phone", "Amount", "Store", "Order ID"],
        ["03001234567", "1500", "2"],
    ]
    (call,) = sandbox.get("/_sandbox/calls")
    assert call["call_id"] == placed["data"]["call_id"]
    assert sandbox.get("/_sandbox/portal")["retries"] == 2


def test_a_call_that_was_seen_answered_is_not_ringing_again_after_a_restart(
    start_sandbox: Callable[..., RunningSandbox],
) -> None:
    sandbox = start_sandbox("--speed", "1000")
    query = {"api_key": "sandbox-api-key"}
    placed = sandbox.get("/api/calls", **query, caller_id="923000000001", voice_id="102")
    query["call_id"] = placed["data"]["call_id"]
    deadline = time.monotonic() + 10
    while sandbox.get("/api/get_call", **query)["data"]["dtmf"] != 1:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    sandbox.signal(signal.SIGKILL)
    sandbox.start()
    assert sandbox.get("/api/get_call", **query)["data"]["call_status"] == 2


def test_new_ids_after_a_restart_are_new(start_sandbox: Callable[..., RunningSandbox]) -> None:
    sandbox = start_sandbox()
    first = sandbox.dialer_client().create("one").id
    sandbox.signal(signal.SIGTERM)
    sandbox.start()
    second = sandbox.dialer_client().create("two").id
    assert len({first, second, sandbox.spreadsheet_id}) == 3


def test_config_follows_the_port_until_a_person_changes_it(
    start_sandbox: Callable[..., RunningSandbox],
) -> None:
    sandbox = start_sandbox()
    config = sandbox.directory / "config.yaml"
    assert sandbox.url in config.read_text()
    sandbox.signal(signal.SIGTERM)
    sandbox.start()
    assert sandbox.url in config.read_text()
    mine = config.read_text() + "every: 5\n"
    config.write_text(mine)
    sandbox.signal(signal.SIGTERM)
    sandbox.start()
    assert config.read_text() == mine


def test_key_files_are_for_their_owner_only(sandbox: RunningSandbox) -> None:
    for name in ("service-account.json", "person.json"):
        assert (sandbox.directory / name).stat().st_mode & 0o777 == 0o600


def test_without_a_directory_nothing_touches_the_disk(tmp_path: Path) -> None:
    env = os.environ | {"PYTHONPATH": str(PROJECT)}  # it may be installed here or not
    process = subprocess.Popen(COMMAND, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert requests.get(f"{url}/_sandbox/calls", timeout=5).json() == []
    process.terminate()
    assert process.wait(10) == 0
    process.stdout.close()
    assert list(tmp_path.iterdir()) == []
