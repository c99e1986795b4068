"""The two faults that decide double calls: reads that lag behind, and writes that land late."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable, MutableMapping
from typing import Any

import gspread
import pytest
import requests

from sheets_dialer.sandbox.backends import PortalBackend
from sheets_dialer.sandbox.exchange import Exchange
from sheets_dialer.sandbox.faults import Fault
from sheets_dialer.sandbox.http import Request
from sheets_dialer.sandbox.portal.service import PortalService
from sheets_dialer.sandbox.trouble import Trouble
from tests.support.running import RunningSandbox
from tests.support.troubling import KEY, calls, new_sheet, place, set_fault, swallow, wait


def test_a_stale_read_shows_the_past_and_writes_go_on(sandbox: RunningSandbox) -> None:
    sheet = new_sheet(sandbox)
    sheet.update([["old"]], "A1")
    sandbox.post("/_sandbox/clock", {"offset": 100})
    sheet.update([["new"]], "A1")
    set_fault(sandbox, "sheets", "stale", seconds=50)
    assert sheet.acell("A1").value == "old"
    assert sheet.batch_get(["A1"])[0].first() == "old"
    grid = sheet.spreadsheet.fetch_sheet_metadata({"includeGridData": "true"})
    assert grid["sheets"][0]["data"][0]["rowData"][0]["values"][0]["formattedValue"] == "old"
    sheet.update([["newer"]], "A1")
    assert sheet.acell("A1").value == "old"
    sandbox.post("/_sandbox/clock", {"offset": 200})
    assert sheet.acell("A1").value == "newer"
    sandbox.delete("/_sandbox/faults")
    assert sheet.acell("A1").value == "newer"


def test_a_stale_get_call_shows_what_was_true_of_the_call(sandbox: RunningSandbox) -> None:
    sandbox.post("/_sandbox/portal", {"delays": {"push": 0, "ring": [600, 600]}})
    call_id = place(sandbox).json()["data"]["call_id"]
    sandbox.post("/_page/call", {"call_id": call_id, "act": "answer"})
    set_fault(sandbox, "portal", "stale", seconds=60, count=1)
    assert sandbox.get("/api/get_call", api_key=KEY, call_id=call_id)["status"] == 404
    time.sleep(1.0)
    sandbox.post("/_page/call", {"call_id": call_id, "act": "press 1"})
    set_fault(sandbox, "portal", "stale", seconds=0.5, count=1)
    stale = sandbox.get("/api/get_call", api_key=KEY, call_id=call_id)["data"]
    fresh = sandbox.get("/api/get_call", api_key=KEY, call_id=call_id)["data"]
    assert (stale["call_status"], stale["dtmf"]) == (2, None)
    assert (fresh["call_status"], fresh["dtmf"]) == (2, 1)
    sandbox.post("/_sandbox/portal", {"delays": {"push": [1, 3], "ring": [5, 30]}})


def test_a_late_write_lands_after_the_client_gave_up(sandbox: RunningSandbox) -> None:
    sheet = new_sheet(sandbox)
    set_fault(sandbox, "sheets", "late", count=1, seconds=1)
    sheet.client.set_timeout(0.4)
    with pytest.raises(requests.ReadTimeout):
        sheet.update([["late"]], "A1")
    gave_up = time.monotonic()
    sheet.client.set_timeout(5)
    sheet.update([["meanwhile"]], "A1")
    assert sheet.acell("A1").value == "meanwhile"
    wait(lambda: sheet.acell("A1").value == "late")
    assert time.monotonic() - gave_up >= 0.9


def test_a_late_write_waits_as_long_as_the_client_does(sandbox: RunningSandbox) -> None:
    sheet = new_sheet(sandbox)
    set_fault(sandbox, "sheets", "late", count=1, seconds=0.1)
    patient = _new_client_of(sandbox, sheet)
    patient.client.set_timeout(1.5)
    thread = threading.Thread(target=lambda: swallow(lambda: patient.update([["late"]], "A1")))
    thread.start()
    time.sleep(0.8)
    assert sheet.acell("A1").value is None
    thread.join()
    wait(lambda: sheet.acell("A1").value == "late")


def _new_client_of(sandbox: RunningSandbox, sheet: gspread.Worksheet) -> gspread.Worksheet:
    return sandbox.dialer_client().open_by_key(sheet.spreadsheet.id).sheet1


def test_a_late_write_of_a_client_that_never_gives_up_lands_when_googles_patience_ends() -> None:
    async def wait_longer_than_google() -> tuple[list[int], bool]:
        source = random.Random(0)
        portal = PortalService(time.time, source)
        gone = asyncio.Event()

        async def receive() -> MutableMapping[str, Any]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(_: MutableMapping[str, Any]) -> None:
            raise AssertionError("a late write must not be answered")

        trouble = Trouble(patience=0.05)
        query = f"api_key={KEY}&caller_id=923001234567&voice_id=102"
        request = Request("GET", "/api/calls", query, {})
        exchange = Exchange({}, receive, send, time.time)
        late = Fault("portal", "late", seconds=60)
        waiting = asyncio.create_task(
            trouble.answer(PortalBackend(portal), request, exchange, late)
        )
        await asyncio.sleep(0.02)
        before = portal.count()
        await asyncio.sleep(0.1)
        counts = [before, portal.count()]
        hanging = not waiting.done()
        gone.set()
        await waiting
        return counts, hanging

    assert asyncio.run(wait_longer_than_google()) == ([0, 1], True)


def test_late_calls_ring_late(sandbox: RunningSandbox) -> None:
    before = calls(sandbox)
    set_fault(sandbox, "portal", "late", count=1, seconds=0.1)
    assert sandbox.get("/api/user_verify", api_key=KEY)["status"] == 200  # a read isn't concerned
    with pytest.raises(requests.ReadTimeout):
        place(sandbox)
    wait(lambda: calls(sandbox) == before + 1)


def test_a_late_write_is_applied_when_the_sandbox_stops(
    start_sandbox: Callable[..., RunningSandbox],
) -> None:
    sandbox = start_sandbox()
    set_fault(sandbox, "portal", "late", seconds=60)
    with pytest.raises(requests.ReadTimeout):
        place(sandbox)
    sandbox.stop()
    sandbox.start()
    assert calls(sandbox) == 1
    assert sandbox.errors() == ""


def test_a_write_without_permission_is_refused_at_once_and_not_late(
    sandbox: RunningSandbox,
) -> None:
    set_fault(sandbox, "sheets", "late")
    url = f"{sandbox.url}/v4/spreadsheets/{sandbox.spreadsheet_id}:batchUpdate"
    response = sandbox.session().post(url, json={"requests": []}, timeout=5)
    assert response.status_code == 403
