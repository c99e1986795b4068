"""Trouble on demand: each kind does to a request exactly what it says, no more and no less."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest
import requests
from google.auth.exceptions import RefreshError
from gspread.exceptions import APIError

from sheets_dialer.sandbox.faults import KINDS, SERVICES, BadFaultError, Faults
from tests.support.running import RunningSandbox
from tests.support.troubling import KEY, calls, new_sheet, place, set_fault, swallow

CODES = ("400", "401", "403", "404", "429", "500", "503")
DONE = ("503-applied", "reset-after", "timeout-after", "malformed", "empty", "blank", "slow")
NOT_DONE = (*CODES, "reset", "timeout", "html", "redirect")
NEW_FILE = {"name": "made", "mimeType": "application/vnd.google-apps.spreadsheet"}


def test_the_kinds_tried_here_are_all_there_are() -> None:
    assert {*DONE, *NOT_DONE, "stale", "late"} == set(KINDS)


@pytest.mark.parametrize("code", CODES)
def test_a_code_on_sheets_has_googles_body_and_does_nothing(
    sandbox: RunningSandbox, code: str
) -> None:
    sheet = new_sheet(sandbox)
    set_fault(sandbox, "sheets", code, method="PUT")
    sheet.client.session.max_refresh_attempts = 0
    with pytest.raises(APIError) as refused:
        sheet.update([["x"]], "A1")
    error = refused.value.response.json()["error"]
    assert refused.value.response.status_code == error["code"] == int(code)
    assert error["status"].isupper()
    assert sheet.acell("A1").value is None


@pytest.mark.parametrize("code", CODES)
def test_a_code_on_drive_has_drives_body_and_does_nothing(
    sandbox: RunningSandbox, code: str
) -> None:
    before = len(sandbox.dialer_client().list_spreadsheet_files())
    set_fault(sandbox, "drive", code, method="POST")
    session = sandbox.google_session()
    refused = session.post(f"{sandbox.url}/drive/v3/files", json=NEW_FILE, timeout=5)
    error = refused.json()["error"]
    assert refused.status_code == error["code"] == int(code)
    assert error["errors"][0].keys() >= {"message", "domain", "reason"}
    assert len(sandbox.dialer_client().list_spreadsheet_files()) == before


@pytest.mark.parametrize("kind", DONE)
def test_on_drive_the_work_is_done_whatever_the_answer(sandbox: RunningSandbox, kind: str) -> None:
    before = len(sandbox.dialer_client().list_spreadsheet_files())
    set_fault(sandbox, "drive", kind, method="POST", seconds=0.2)
    session = sandbox.google_session()
    swallow(lambda: session.post(f"{sandbox.url}/drive/v3/files", json=NEW_FILE, timeout=0.5))
    assert len(sandbox.dialer_client().list_spreadsheet_files()) == before + 1


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("stale", "late")])
@pytest.mark.parametrize("service", SERVICES)
def test_every_kind_strikes_on_every_service(
    sandbox: RunningSandbox, service: str, kind: str
) -> None:
    signs_in = service in ("sheets", "drive")
    session = sandbox.google_session() if signs_in else sandbox.session()
    path = {
        "sheets": f"/v4/spreadsheets/{sandbox.spreadsheet_id}",
        "drive": "/drive/v3/files",
        "portal": f"/api/user_verify?api_key={KEY}",
        "token": "/token",
    }[service]
    good = session.get(sandbox.url + path, timeout=5)
    set_fault(sandbox, service, kind, seconds=0.3)
    began = time.monotonic()
    got: tuple[object, bytes]
    try:
        answer = session.get(sandbox.url + path, timeout=0.8)
        got = answer.status_code, answer.content
    except requests.RequestException as error:
        got = type(error), b""
    expected: dict[str, tuple[object, bytes | None]] = {
        **{code: (int(code), None) for code in CODES},
        "503-applied": (503, None),
        "reset": (requests.ConnectionError, b""),
        "reset-after": (requests.ConnectionError, b""),
        "timeout": (requests.ReadTimeout, b""),
        "timeout-after": (requests.ReadTimeout, b""),
        "html": (502, None),
        "redirect": (302, b""),
        "malformed": (good.status_code, good.content[: len(good.content) // 2]),
        "empty": (200, b"{}"),
        "blank": (200, b""),
        "slow": (good.status_code, good.content),
    }
    status, body = expected[kind]
    assert got[0] == status
    assert body is None or got[1] == body
    assert kind != "slow" or time.monotonic() - began >= 0.3
    assert sandbox.get("/_sandbox/faults")[0]["fired"] >= 1


@pytest.mark.parametrize("code", CODES)
def test_a_code_on_the_portal_has_its_body_and_places_no_call(
    sandbox: RunningSandbox, code: str
) -> None:
    before = calls(sandbox)
    set_fault(sandbox, "portal", code)
    response = place(sandbox)
    assert response.status_code == response.json()["status"] == int(code)
    assert calls(sandbox) == before


@pytest.mark.parametrize("code", CODES)
def test_a_code_on_the_token_endpoint_is_an_oauth_error(sandbox: RunningSandbox, code: str) -> None:
    set_fault(sandbox, "token", code)
    response = sandbox.session().post(f"{sandbox.url}/token", timeout=5)
    assert response.status_code == int(code)
    assert response.json().keys() == {"error", "error_description"}


def test_google_auth_gives_up_on_a_refused_token(sandbox: RunningSandbox) -> None:
    set_fault(sandbox, "token", "400")
    with pytest.raises(RefreshError, match="invalid_grant"):
        sandbox.dialer_client().open_by_key(sandbox.spreadsheet_id)


def test_a_401_once_is_healed_by_a_new_token(sandbox: RunningSandbox) -> None:
    sheet = new_sheet(sandbox)
    set_fault(sandbox, "sheets", "401", count=1)
    assert sheet.acell("A1").value is None
    assert sandbox.get("/_sandbox/requests")["token"]["total"] == 2


@pytest.mark.parametrize("kind", DONE)
def test_on_calls_the_work_is_done_whatever_the_answer(sandbox: RunningSandbox, kind: str) -> None:
    before = calls(sandbox)
    set_fault(sandbox, "portal", kind, path="/api/calls", seconds=0.2)
    swallow(lambda: place(sandbox))
    assert calls(sandbox) == before + 1


@pytest.mark.parametrize("kind", NOT_DONE)
def test_on_calls_nothing_is_done(sandbox: RunningSandbox, kind: str) -> None:
    before = calls(sandbox)
    set_fault(sandbox, "portal", kind, path="/api/calls")
    swallow(lambda: place(sandbox))
    sandbox.delete("/_sandbox/faults")
    assert calls(sandbox) == before


@pytest.mark.parametrize("kind", DONE)
def test_a_write_to_the_sheet_is_done_whatever_the_answer(
    sandbox: RunningSandbox, kind: str
) -> None:
    sheet = new_sheet(sandbox)
    sheet.client.set_timeout(1)
    set_fault(sandbox, "sheets", kind, method="PUT", seconds=0.2)
    swallow(lambda: sheet.update([["x"]], "A1"))
    assert sheet.acell("A1").value == "x"


def test_reset_is_a_tcp_reset_before_any_byte_of_an_answer(sandbox: RunningSandbox) -> None:
    for kind in ("reset", "reset-after"):
        set_fault(sandbox, "portal", kind, count=1)
        with pytest.raises(requests.ConnectionError, match="ConnectionResetError"):
            place(sandbox)
    assert place(sandbox).ok


@pytest.mark.parametrize("kind", ["timeout", "timeout-after"])
def test_timeout_never_answers(sandbox: RunningSandbox, kind: str) -> None:
    set_fault(sandbox, "portal", kind, count=1)
    with pytest.raises(requests.ReadTimeout):
        place(sandbox)
    assert place(sandbox).ok


def test_html_malformed_empty_and_blank_bodies(sandbox: RunningSandbox) -> None:
    for kind in ("html", "malformed", "empty", "blank"):
        set_fault(sandbox, "portal", kind, count=1)
    html, malformed, empty, blank = (place(sandbox) for _ in range(4))
    assert html.status_code == 502
    assert html.headers["content-type"].startswith("text/html")
    assert malformed.status_code == 200
    assert malformed.text.startswith('{"status"')
    with pytest.raises(requests.JSONDecodeError):
        malformed.json()
    assert (empty.status_code, empty.json()) == (200, {})
    assert (blank.status_code, blank.content) == (200, b"")


def test_slow_takes_its_seconds(sandbox: RunningSandbox) -> None:
    set_fault(sandbox, "portal", "slow", count=1, seconds=0.5)
    began = time.monotonic()
    assert sandbox.get("/api/user_verify", api_key=KEY)["status"] == 200
    assert time.monotonic() - began >= 0.5


def test_count_rate_path_and_method_choose_who_is_struck(sandbox: RunningSandbox) -> None:
    set_fault(sandbox, "portal", "503", count=2, path="caller_id=923009")
    assert [place(sandbox).status_code for _ in range(2)] == [200, 200]
    chosen = [place(sandbox, caller_id="923009999999").status_code for _ in range(4)]
    assert chosen == [503, 503, 200, 200]
    (fault,) = sandbox.get("/_sandbox/faults")
    assert (fault["fired"], fault["count"]) == (2, 2)
    assert sandbox.delete("/_sandbox/faults") == []
    set_fault(sandbox, "portal", "503", method="POST")
    assert place(sandbox).ok
    set_fault(sandbox, "portal", "503", rate=0)
    assert place(sandbox).ok
    sandbox.delete("/_sandbox/faults")
    set_fault(sandbox, "portal", "503", skip=2, count=1)
    assert [place(sandbox).status_code for _ in range(4)] == [200, 200, 503, 200]


def test_a_path_is_matched_encoded_or_not(sandbox: RunningSandbox) -> None:
    sheet = new_sheet(sandbox)
    sheet.update_title("Do Not Call")
    for path in ("Do Not Call", "Do%20Not%20Call"):
        set_fault(sandbox, "sheets", "500", count=1, path=path)
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
        ({"service": "portal", "kind": "503", "skip": -1}, "skip is -1"),
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
    set_fault(sandbox, service, "html")
    for name, path in paths.items():
        status = sandbox.session().get(sandbox.url + path, timeout=5).status_code
        assert (status == 502) == (name == service)
