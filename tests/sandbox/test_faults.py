"""Trouble on demand: each kind does to a request exactly what it says, no more and no less."""

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
from google.auth.exceptions import RefreshError
from gspread.exceptions import APIError
from running import RunningSandbox

from sheets_dialer.sandbox.backends import PortalBackend
from sheets_dialer.sandbox.exchange import Exchange
from sheets_dialer.sandbox.faults import KINDS, SERVICES, BadFaultError, Fault, Faults
from sheets_dialer.sandbox.http import Request
from sheets_dialer.sandbox.portal.service import PortalService
from sheets_dialer.sandbox.trouble import Trouble

KEY = "sandbox-api-key"
CODES = ("400", "401", "403", "404", "429", "500", "503")
DONE = ("503-applied", "reset-after", "timeout-after", "malformed", "empty", "blank", "slow")
NOT_DONE = (*CODES, "reset", "timeout", "html")


def _fault(sandbox: RunningSandbox, service: str, kind: str, **rest: Any) -> None:
    sandbox.post("/_sandbox/faults", {"service": service, "kind": kind, **rest})


def _call(sandbox: RunningSandbox, **parameters: str) -> requests.Response:
    query = {"api_key": KEY, "caller_id": "923001234567", "voice_id": "102"} | parameters
    return sandbox.session().get(f"{sandbox.url}/api/calls", params=query, timeout=1)


def _calls(sandbox: RunningSandbox) -> int:
    return len(sandbox.get("/_sandbox/calls"))


def _new_sheet(sandbox: RunningSandbox) -> gspread.Worksheet:
    return sandbox.dialer_client().create("faulty").sheet1


def _wait(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_kinds_tried_here_are_all_there_are() -> None:
    assert {*DONE, *NOT_DONE, "stale", "late"} == set(KINDS)


@pytest.mark.parametrize("code", CODES)
def test_a_code_on_sheets_has_googles_body_and_does_nothing(
    sandbox: RunningSandbox, code: str
) -> None:
    sheet = _new_sheet(sandbox)
    _fault(sandbox, "sheets", code, method="PUT")
    sheet.client.session.max_refresh_attempts = 0
    with pytest.raises(APIError) as refused:
        sheet.update([["x"]], "A1")
    error = refused.value.response.json()["error"]
    assert refused.value.response.status_code == error["code"] == int(code)
    assert error["status"].isupper()
    assert sheet.acell("A1").value is None


@pytest.mark.parametrize("code", CODES)
def test_a_code_on_the_portal_has_its_body_and_places_no_call(
    sandbox: RunningSandbox, code: str
) -> None:
    before = _calls(sandbox)
    _fault(sandbox, "portal", code)
    response = _call(sandbox)
    assert response.status_code == response.json()["status"] == int(code)
    assert _calls(sandbox) == before


@pytest.mark.parametrize("code", CODES)
def test_a_code_on_the_token_endpoint_is_an_oauth_error(sandbox: RunningSandbox, code: str) -> None:
    _fault(sandbox, "token", code)
    response = sandbox.session().post(f"{sandbox.url}/token", timeout=5)
    assert response.status_code == int(code)
    assert response.json().keys() == {"error", "error_description"}


def test_google_auth_gives_up_on_a_refused_token(sandbox: RunningSandbox) -> None:
    _fault(sandbox, "token", "400")
    with pytest.raises(RefreshError, match="invalid_grant"):
        sandbox.dialer_client().open_by_key(sandbox.spreadsheet_id)


def test_a_401_once_is_healed_by_a_new_token(sandbox: RunningSandbox) -> None:
    sheet = _new_sheet(sandbox)
    _fault(sandbox, "sheets", "401", count=1)
    assert sheet.acell("A1").value is None
    assert sandbox.get("/_sandbox/requests")["token"]["total"] == 2


@pytest.mark.parametrize("kind", DONE)
def test_on_calls_the_work_is_done_whatever_the_answer(sandbox: RunningSandbox, kind: str) -> None:
    before = _calls(sandbox)
    _fault(sandbox, "portal", kind, path="/api/calls", seconds=0.2)
    _swallow(lambda: _call(sandbox))
    assert _calls(sandbox) == before + 1


@pytest.mark.parametrize("kind", NOT_DONE)
def test_on_calls_nothing_is_done(sandbox: RunningSandbox, kind: str) -> None:
    before = _calls(sandbox)
    _fault(sandbox, "portal", kind, path="/api/calls")
    _swallow(lambda: _call(sandbox))
    sandbox.delete("/_sandbox/faults")
    assert _calls(sandbox) == before


@pytest.mark.parametrize("kind", DONE)
def test_a_write_to_the_sheet_is_done_whatever_the_answer(
    sandbox: RunningSandbox, kind: str
) -> None:
    sheet = _new_sheet(sandbox)
    sheet.client.set_timeout(1)
    _fault(sandbox, "sheets", kind, method="PUT", seconds=0.2)
    _swallow(lambda: sheet.update([["x"]], "A1"))
    assert sheet.acell("A1").value == "x"


def _swallow(act: Callable[[], Any]) -> None:
    """Does it and takes every way in which a client sees trouble, but nothing else."""
    try:
        act()
    except (requests.RequestException, APIError):
        return


def test_reset_is_a_tcp_reset_before_any_byte_of_an_answer(sandbox: RunningSandbox) -> None:
    for kind in ("reset", "reset-after"):
        _fault(sandbox, "portal", kind, count=1)
        with pytest.raises(requests.ConnectionError, match="ConnectionResetError"):
            _call(sandbox)
    assert _call(sandbox).ok


@pytest.mark.parametrize("kind", ["timeout", "timeout-after"])
def test_timeout_never_answers(sandbox: RunningSandbox, kind: str) -> None:
    _fault(sandbox, "portal", kind, count=1)
    with pytest.raises(requests.ReadTimeout):
        _call(sandbox)
    assert _call(sandbox).ok


def test_html_malformed_empty_and_blank_bodies(sandbox: RunningSandbox) -> None:
    for kind in ("html", "malformed", "empty", "blank"):
        _fault(sandbox, "portal", kind, count=1)
    html, malformed, empty, blank = (_call(sandbox) for _ in range(4))
    assert html.status_code == 502
    assert html.headers["content-type"].startswith("text/html")
    assert malformed.status_code == 200
    assert malformed.text.startswith('{"status"')
    with pytest.raises(requests.JSONDecodeError):
        malformed.json()
    assert (empty.status_code, empty.json()) == (200, {})
    assert (blank.status_code, blank.content) == (200, b"")


def test_slow_takes_its_seconds(sandbox: RunningSandbox) -> None:
    _fault(sandbox, "portal", "slow", count=1, seconds=0.5)
    began = time.monotonic()
    assert sandbox.get("/api/user_verify", api_key=KEY)["status"] == 200
    assert time.monotonic() - began >= 0.5


def test_a_stale_read_shows_the_past_and_writes_go_on(sandbox: RunningSandbox) -> None:
    sheet = _new_sheet(sandbox)
    sheet.update([["old"]], "A1")
    sandbox.post("/_sandbox/clock", {"offset": 100})
    sheet.update([["new"]], "A1")
    _fault(sandbox, "sheets", "stale", seconds=50)
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
    call_id = _call(sandbox).json()["data"]["call_id"]
    sandbox.post("/_page/call", {"call_id": call_id, "act": "answer"})
    _fault(sandbox, "portal", "stale", seconds=60, count=1)
    assert sandbox.get("/api/get_call", api_key=KEY, call_id=call_id)["status"] == 404
    time.sleep(1.0)
    sandbox.post("/_page/call", {"call_id": call_id, "act": "press 1"})
    _fault(sandbox, "portal", "stale", seconds=0.5, count=1)
    stale = sandbox.get("/api/get_call", api_key=KEY, call_id=call_id)["data"]
    fresh = sandbox.get("/api/get_call", api_key=KEY, call_id=call_id)["data"]
    assert (stale["call_status"], stale["dtmf"]) == (2, None)
    assert (fresh["call_status"], fresh["dtmf"]) == (2, 1)
    sandbox.post("/_sandbox/portal", {"delays": {"push": [1, 3], "ring": [5, 30]}})


def test_a_late_write_lands_after_the_client_gave_up(sandbox: RunningSandbox) -> None:
    sheet = _new_sheet(sandbox)
    _fault(sandbox, "sheets", "late", count=1, seconds=1)
    sheet.client.set_timeout(0.4)
    with pytest.raises(requests.ReadTimeout):
        sheet.update([["late"]], "A1")
    gave_up = time.monotonic()
    sheet.client.set_timeout(5)
    sheet.update([["meanwhile"]], "A1")
    assert sheet.acell("A1").value == "meanwhile"
    _wait(lambda: sheet.acell("A1").value == "late")
    assert time.monotonic() - gave_up >= 0.9


def test_a_late_write_waits_as_long_as_the_client_does(sandbox: RunningSandbox) -> None:
    sheet = _new_sheet(sandbox)
    _fault(sandbox, "sheets", "late", count=1, seconds=0.1)
    patient = _new_client_of(sandbox, sheet)
    patient.client.set_timeout(1.5)
    thread = threading.Thread(target=lambda: _swallow(lambda: patient.update([["late"]], "A1")))
    thread.start()
    time.sleep(0.8)
    assert sheet.acell("A1").value is None
    thread.join()
    _wait(lambda: sheet.acell("A1").value == "late")


def _new_client_of(sandbox: RunningSandbox, sheet: gspread.Worksheet) -> gspread.Worksheet:
    return sandbox.dialer_client().open_by_key(sheet.spreadsheet.id).sheet1


def test_a_late_batch_that_no_longer_fits_is_refused_whole(sandbox: RunningSandbox) -> None:
    """What a fence rests on: the sheet moved on, so the late batch must do nothing at all."""
    sheet = _new_sheet(sandbox)
    spreadsheet = sheet.spreadsheet
    named = {"namedRangeId": "fence1", "name": "fence1", "range": {"sheetId": sheet.id}}
    add = {"addNamedRange": {"namedRange": named}}
    spreadsheet.batch_update({"requests": [add]})
    delete = {"deleteNamedRange": {"namedRangeId": "fence1"}}
    _fault(sandbox, "sheets", "late", count=1, seconds=1)
    spreadsheet.client.set_timeout(0.3)
    write = {
        "updateCells": {
            "start": {"sheetId": sheet.id},
            "rows": [{"values": [{"userEnteredValue": {"stringValue": "late"}}]}],
            "fields": "userEnteredValue",
        }
    }
    with pytest.raises(requests.ReadTimeout):
        spreadsheet.batch_update({"requests": [delete, write]})
    spreadsheet.client.set_timeout(5)
    spreadsheet.batch_update({"requests": [delete]})
    time.sleep(1.2)
    assert sheet.acell("A1").value is None


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
    before = _calls(sandbox)
    _fault(sandbox, "portal", "late", count=1, seconds=0.1)
    assert sandbox.get("/api/user_verify", api_key=KEY)["status"] == 200  # a read isn't concerned
    with pytest.raises(requests.ReadTimeout):
        _call(sandbox)
    _wait(lambda: _calls(sandbox) == before + 1)


def test_a_late_write_is_applied_when_the_sandbox_stops(
    start_sandbox: Callable[..., RunningSandbox],
) -> None:
    sandbox = start_sandbox()
    _fault(sandbox, "portal", "late", seconds=60)
    with pytest.raises(requests.ReadTimeout):
        _call(sandbox)
    sandbox.stop()
    sandbox.start()
    assert _calls(sandbox) == 1
    assert sandbox.errors() == ""


def test_a_write_without_permission_is_refused_at_once_and_not_late(
    sandbox: RunningSandbox,
) -> None:
    _fault(sandbox, "sheets", "late")
    url = f"{sandbox.url}/v4/spreadsheets/{sandbox.spreadsheet_id}:batchUpdate"
    response = sandbox.session().post(url, json={"requests": []}, timeout=5)
    assert response.status_code == 403


def test_count_rate_path_and_method_choose_who_is_struck(sandbox: RunningSandbox) -> None:
    _fault(sandbox, "portal", "503", count=2, path="caller_id=923009")
    assert [_call(sandbox).status_code for _ in range(2)] == [200, 200]
    chosen = [_call(sandbox, caller_id="923009999999").status_code for _ in range(4)]
    assert chosen == [503, 503, 200, 200]
    (fault,) = sandbox.get("/_sandbox/faults")
    assert (fault["fired"], fault["count"]) == (2, 2)
    assert sandbox.delete("/_sandbox/faults") == []
    _fault(sandbox, "portal", "503", method="POST")
    assert _call(sandbox).ok
    _fault(sandbox, "portal", "503", rate=0)
    assert _call(sandbox).ok


def test_a_path_is_matched_encoded_or_not(sandbox: RunningSandbox) -> None:
    sheet = _new_sheet(sandbox)
    sheet.update_title("Do Not Call")
    for path in ("Do Not Call", "Do%20Not%20Call"):
        _fault(sandbox, "sheets", "500", count=1, path=path)
        with pytest.raises(APIError):
            sheet.get("A1")
        sheet.get("A1")


def test_rate_strikes_about_that_share_and_the_same_ones_for_a_seed() -> None:
    def struck(seed: int) -> list[bool]:
        faults = Faults(random.Random(seed))
        faults.add({"service": "portal", "kind": "503", "rate": 0.3})
        return [
            faults.strike("portal", "GET", "/api/calls?", writes=True) is not None
            for _ in range(1000)
        ]

    assert struck(1) == struck(1) != struck(2)
    assert 250 < sum(struck(1)) < 350


def test_a_list_is_added_whole_or_not_at_all(sandbox: RunningSandbox) -> None:
    good = {"service": "portal", "kind": "503"}
    response = sandbox.session().post(
        f"{sandbox.url}/_sandbox/faults", json=[good, {"service": "portal"}], timeout=5
    )
    assert response.status_code == 400
    assert sandbox.get("/_sandbox/faults") == []
    assert len(sandbox.post("/_sandbox/faults", [good, good])) == 2


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("503", "must be a JSON object"),
        ({}, "service is None; it must be one of sheets"),
        ({"service": "fax", "kind": "503"}, "service is 'fax'"),
        ({"service": "portal", "kind": "sulk"}, "kind is 'sulk'; it must be one of 400"),
        ({"service": "portal", "kind": "503", "ratio": 1}, "unknown field 'ratio'"),
        ({"service": "portal", "kind": "503", "rate": 2}, "rate is 2; it must be a number, bet"),
        ({"service": "portal", "kind": "503", "rate": True}, "rate is True"),
        ({"service": "portal", "kind": "503", "count": 0}, "count is 0"),
        ({"service": "portal", "kind": "503", "count": 1.5}, "count is 1.5"),
        ({"service": "portal", "kind": "503", "path": 5}, "path is 5; it must be a text"),
        ({"service": "portal", "kind": "slow", "seconds": -1}, "seconds is -1"),
        ({"service": "drive", "kind": "stale"}, "stale works on sheets and portal only"),
        ({"service": "token", "kind": "stale"}, "stale works on sheets and portal only"),
        ({"service": "token", "kind": "late"}, "late doesn't work on token"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_with_a_sentence(fault: Any, words: str) -> None:
    with pytest.raises(BadFaultError) as refused:
        Faults(random.Random(0)).add(fault)
    assert words in str(refused.value)


def test_a_code_may_be_a_number_too(sandbox: RunningSandbox) -> None:
    assert sandbox.post("/_sandbox/faults", {"service": "portal", "kind": 503})[0]["kind"] == "503"


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_can_be_troubled(sandbox: RunningSandbox, service: str) -> None:
    paths = {
        "sheets": "/v4/spreadsheets/x",
        "drive": "/drive/v3/files",
        "portal": "/api/user_verify",
        "token": "/token",
    }
    _fault(sandbox, service, "html")
    for name, path in paths.items():
        status = sandbox.session().get(sandbox.url + path, timeout=5).status_code
        assert (status == 502) == (name == service)
