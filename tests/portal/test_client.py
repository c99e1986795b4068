"""The portal's client against the sandbox's portal, in every shape and every trouble."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import urllib3

from sheets_dialer.base.errors import (
    AccountRefused,
    PortalError,
    PortalNotSent,
    PortalRefused,
    PortalUnknown,
)
from sheets_dialer.domain.account import Balance
from sheets_dialer.domain.content import Content
from sheets_dialer.portal.client import MOST_BYTES, CallReport, Placed, Portal
from sheets_dialer.portal.session import portal_session
from sheets_dialer.sandbox.portal.shapes import known_shapes
from sheets_dialer.texts import say
from tests.support.raw_server import RawServer, answer
from tests.support.running import RunningSandbox

KEY = "sandbox-api-key"
SHAPES = known_shapes()
ANSWERED_1 = Content("923000000001", "102")


@pytest.fixture(scope="module")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """One sandbox for all tests here."""
    running = RunningSandbox(tmp_path_factory.mktemp("sandbox"))
    yield running
    running.stop()


@pytest.fixture
def sandbox(sandbox_process: RunningSandbox) -> RunningSandbox:
    """The sandbox without faults and counts of an earlier test."""
    sandbox_process.reset(limits=False)
    return sandbox_process


@pytest.fixture
def portal(sandbox: RunningSandbox) -> Iterator[Portal]:
    """A client of the sandbox's portal, whose settings are the vendor's again."""
    sandbox.post("/_sandbox/portal", {"shape": "vendor", "errors": "body", "header_keys": []})
    client = Portal(sandbox.url, lambda: KEY, portal_session(4), timeouts=(2, 0.5))
    yield client
    client.close()


@pytest.fixture
def scripted_portal(scripted: RawServer) -> Iterator[Portal]:
    """A client of the scripted server."""
    client = Portal(scripted.url, lambda: "geheim-77", portal_session(4), timeouts=(1, 0.5))
    yield client
    client.close()


def placing_requests(sandbox: RunningSandbox) -> int:
    """How many requests to /api/calls came, troubled ones too."""
    return int(sandbox.get("/_sandbox/requests")["portal"].get("calls", 0))


# --- Every shape of answer ------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES["calls"])
def test_every_shape_of_a_placed_call(portal: Portal, sandbox: RunningSandbox, shape: str) -> None:
    sandbox.post("/_sandbox/portal", {"shape": {"calls": shape}})

    placed = portal.place(ANSWERED_1)

    assert placed == Placed(sandbox.get("/_sandbox/calls")[-1]["call_id"])
    assert placing_requests(sandbox) == 1


@pytest.mark.parametrize("shape", SHAPES["get_call"])
def test_every_shape_of_a_report(portal: Portal, sandbox: RunningSandbox, shape: str) -> None:
    placed = portal.place(ANSWERED_1)
    sandbox.post("/_sandbox/portal", {"shape": {"get_call": shape}})

    counts_retries = shape not in ("no_retry", "string_status_in_data")
    assert portal.report(placed.call_id) == CallReport(8, None, 0 if counts_retries else None)


@pytest.mark.parametrize("shape", SHAPES["user_verify"])
def test_every_shape_of_a_verified_key(portal: Portal, sandbox: RunningSandbox, shape: str) -> None:
    sandbox.post("/_sandbox/portal", {"shape": {"user_verify": shape}})

    portal.verify()


@pytest.mark.parametrize("shape", SHAPES["check_balance"])
def test_every_shape_of_a_balance(portal: Portal, sandbox: RunningSandbox, shape: str) -> None:
    sandbox.post("/_sandbox/portal", {"shape": {"check_balance": shape}, "balance": 2682})

    told = (None, None) if shape == "balance_only" else (5.5, "demo")
    assert portal.balance() == Balance(2682.0, *told)


@pytest.mark.parametrize("errors", ["body", "http"])
@pytest.mark.parametrize("shape", SHAPES["error"])
def test_every_shape_of_a_refusal(
    portal: Portal, sandbox: RunningSandbox, shape: str, errors: str
) -> None:
    sandbox.post("/_sandbox/portal", {"shape": {"error": shape}, "errors": errors})

    with pytest.raises(PortalRefused, match=r"The portal refused: .+"):
        portal.place(Content("923000000011", "102"))
    with pytest.raises(PortalRefused, match="voice_id is invalid"):
        portal.place(Content("923000000001", "999"))
    with pytest.raises(PortalRefused, match="Call not found"):
        portal.report("77")


def test_a_wrong_key_is_refused_in_the_portals_words(sandbox: RunningSandbox) -> None:
    client = Portal(sandbox.url, lambda: "wrong", portal_session(1))

    for ask in (client.verify, client.balance, lambda: client.place(ANSWERED_1)):
        with pytest.raises(PortalRefused, match="API Key not matched"):
            ask()
    client.close()


def test_everything_of_a_content_is_sent(portal: Portal, sandbox: RunningSandbox) -> None:
    texts = ("Ali & Sons", "A=1?#+%", "دکان", "", "x y")
    content = Content("923000000002", "102", "1500", texts, ("1", "", "", "", "9"))

    portal.place(content)

    call = sandbox.get("/_sandbox/calls")[-1]
    assert [call[f"text{n}"] for n in range(1, 6)] == ["Ali & Sons", "A=1?#+%", "دکان", "0", "x y"]
    assert [call[f"key{n}"] for n in range(1, 6)] == ["1", "0", "0", "0", "9"]
    assert (call["amount"], call["caller_id"], call["voice_id"]) == ("1500", "923000000002", "102")


def test_the_key_travels_in_the_header_where_it_is_told_to(sandbox: RunningSandbox) -> None:
    sandbox.post("/_sandbox/portal", {"header_keys": ["user_verify"], "shape": "vendor"})
    client = Portal(sandbox.url, lambda: KEY, portal_session(1), key_in_header=True)

    client.verify()
    with pytest.raises(PortalRefused, match="not matched"):
        client.balance()
    client.close()


# --- Every trouble, and never a second request ----------------------------------------------------

KIND_OF_FAILURE = {
    "400": PortalRefused,
    "401": AccountRefused,
    "403": AccountRefused,
    "404": PortalRefused,
    "429": AccountRefused,
    "500": PortalUnknown,
    "503": PortalUnknown,
    "503-applied": PortalUnknown,
    "reset": PortalUnknown,
    "reset-after": PortalUnknown,
    "timeout": PortalUnknown,
    "timeout-after": PortalUnknown,
    "late": PortalUnknown,
    "html": PortalUnknown,
    "malformed": PortalUnknown,
    "empty": PortalUnknown,
    "blank": PortalUnknown,
}


@pytest.mark.parametrize(("kind", "failure"), KIND_OF_FAILURE.items())
def test_every_fault_is_of_its_kind_and_never_repeated(
    portal: Portal, sandbox: RunningSandbox, kind: str, failure: type[PortalError]
) -> None:
    sandbox.post("/_sandbox/faults", {"service": "portal", "kind": kind})

    with pytest.raises(failure) as caught:
        portal.place(ANSWERED_1)

    assert type(caught.value) is failure
    assert placing_requests(sandbox) == 1
    assert KEY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("kind", "said"),
    {
        "timeout": "portal_timed_out",
        "timeout-after": "portal_timed_out",
        "reset": "portal_broke_off",
        "reset-after": "portal_broke_off",
    }.items(),
)
def test_silence_is_told_from_an_end(
    portal: Portal, sandbox: RunningSandbox, kind: str, said: str
) -> None:
    sandbox.post("/_sandbox/faults", {"service": "portal", "kind": kind})
    with pytest.raises(PortalUnknown) as caught:
        portal.place(ANSWERED_1)
    assert str(caught.value) == say(said)


def test_silence_is_known_by_its_kind_and_not_by_the_words_of_an_error(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the libraries say, and in whatever they wrap it."""

    def failing(error: Exception) -> str:
        def fail(*_args: object, **_options: object) -> None:
            raise error

        monkeypatch.setattr("requests.Session.send", fail)
        with pytest.raises(PortalUnknown) as caught:
            portal.balance()
        return str(caught.value)

    aborted = urllib3.exceptions.ProtocolError("Connection aborted.", TimeoutError("quiet"))
    assert failing(requests.ConnectionError(aborted)) == say("portal_timed_out")
    assert failing(requests.ReadTimeout("quiet")) == say("portal_timed_out")
    assert failing(requests.ConnectionError("timed out")) == say("portal_broke_off")


def test_a_slow_answer_within_the_time_out_is_an_answer(
    portal: Portal, sandbox: RunningSandbox
) -> None:
    sandbox.post("/_sandbox/faults", {"service": "portal", "kind": "slow", "seconds": 0.2})

    assert portal.place(ANSWERED_1).call_id


@pytest.mark.parametrize("kind", ["empty", "html", "malformed", "blank"])
def test_nothing_is_believed_of_an_unreadable_answer(
    portal: Portal, sandbox: RunningSandbox, kind: str
) -> None:
    sandbox.post("/_sandbox/faults", {"service": "portal", "kind": kind})

    for ask in (portal.verify, portal.balance, lambda: portal.report("20076")):
        with pytest.raises(PortalUnknown):
            ask()


# --- Answers that no sandbox gives ----------------------------------------------------------------

OK_CALL = {"status": "200", "data": {"call_id": "20076"}}
REFUSED = [
    ({"status": "401", "response": "API Key not matched"}, 200),
    ({"status": 422, "message": "no"}, 422),
    ({"status": 422.0, "message": "no"}, 200),
    ({"message": "Too Many Requests"}, 429),
    ({"error": "bad number"}, 400),
    ({"error": {"message": "bad number"}}, 400),
    ({"status": "error", "errors": ["a", "b"]}, 400),
    ({"status": 404}, 200),
    ({"status": "422", "message": "no"}, 500),
]
UNKNOWN: list[tuple[Any, int]] = [
    ({"status": 408, "message": "Request Timeout"}, 200),
    ({"message": "Request Timeout"}, 408),
    ({"status": 400, "message": "x"}, 408),
    ({}, 200),
    ({}, 400),
    ({"status": 200}, 200),
    ({"status": 200, "data": {}}, 200),
    ({"status": 200, "data": []}, 200),
    ({"status": 200, "data": {"call_id": ""}}, 200),
    ({"status": 200, "data": {"call_id": 0}}, 200),
    ({"status": 200, "data": {"call_id": "0"}}, 200),
    ({"status": 200, "data": {"call_id": None}}, 200),
    ({"status": 200, "data": {"call_id": True}}, 200),
    ({"status": 200, "data": {"call_id": ["20076"]}}, 200),
    ({"status": 200, "data": {"call_id": "null"}}, 200),
    ({"status": 200, "data": {"call_id": "\ud800"}}, 200),
    ({"status": 200, "data": {"call_id": "9" * 101}}, 200),
    ({"status": "success"}, 200),
    ({"status": "error", "message": "Invalid voice"}, 200),
    ({"status": "error", "call_id": "20076"}, 200),
    ({"status": 500, "message": "x"}, 200),
    ({"status": 302, "message": "x"}, 200),
    (OK_CALL, 500),
    (OK_CALL | {"message": "Call Data inserted successfully"}, 400),
    ({"message": "no", "call_id": "20076"}, 400),
    (OK_CALL, 301),
    ([], 200),
    ([OK_CALL], 200),
    (b"null", 200),
    (b"20076", 200),
    (b'"20076"', 200),
    (b"", 200),
    (b"", 404),
    (b"<html>busy</html>", 404),
    (b'{"status": 200, "data": {"call_id": "2', 200),
    (b"[" * 200_000, 200),
    (b'{"call_id": ' + b"9" * 5000 + b"}", 200),
    (b"\xff\xfe\x00\x81", 200),
    (b" " * (MOST_BYTES + 1) + b'{"call_id": 7}', 200),
]


@pytest.mark.parametrize(("body", "status"), REFUSED)
def test_a_refusal_names_an_error_in_json(
    scripted: RawServer, scripted_portal: Portal, body: Any, status: int
) -> None:
    scripted.act = answer(body, status)

    with pytest.raises(PortalRefused):
        scripted_portal.place(ANSWERED_1)
    assert len(scripted.requests) == 1


@pytest.mark.parametrize(
    ("body", "status"), UNKNOWN, ids=[f"{str(body)[:40]}-{status}" for body, status in UNKNOWN]
)
def test_everything_else_is_unknown(
    scripted: RawServer, scripted_portal: Portal, body: Any, status: int
) -> None:
    scripted.act = answer(body, status)

    with pytest.raises(PortalUnknown):
        scripted_portal.place(ANSWERED_1)
    assert len(scripted.requests) == 1


@pytest.mark.parametrize(
    ("body", "call_id"),
    [
        ({"status": 200.0, "data": {"call_id": 20076.0}}, "20076"),
        ({"status": "200 ", "data": {"call_id": " 20076 "}}, "20076"),
        ({"status": "OK", "data": {"rc_id": 5}}, "5"),
        ({"status": 201, "call_id": "a-7"}, "a-7"),
        ({"data": None, "call_id": "7"}, "7"),
        (b'\xef\xbb\xbf{"call_id": "7"}', "7"),
        (b'{"message": "caf\xe9", "call_id": "7"}', "7"),
    ],
)
def test_what_varies_in_a_good_answer_is_tolerated(
    scripted: RawServer, scripted_portal: Portal, body: Any, call_id: str
) -> None:
    scripted.act = answer(body)

    assert scripted_portal.place(ANSWERED_1) == Placed(call_id)


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("1", "1"),
        (1, "1"),
        (1.0, "1"),
        (" 2 ", "2"),
        ("12", "12"),
        ("#", "#"),
        ("0", "0"),
        (0, None),
        (None, None),
        ("", None),
        (" ", None),
        ("none", None),
        ("NULL", None),
        (False, None),
        ([], None),
        ({"key": 1}, "1"),
    ],
)
def test_every_form_of_the_key(
    scripted: RawServer, scripted_portal: Portal, value: Any, key: str | None
) -> None:
    scripted.act = answer({"data": {"call_status": 2, "dtmf": value}})

    assert scripted_portal.report("7") == CallReport(2, key)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"call_status": 5}, 5),
        ({"call_status": "5"}, 5),
        ({"call_status": 5.0}, 5),
        ({"call_status": "5.0"}, 5),
        ({"call_status": 7}, 7),
        ({"call_status": 99}, 99),
        ({"call_status": 0}, 0),
        ({"status": 4}, 4),
        ({"status": "200", "call_status": 4}, 4),
        ({"call_status": None, "status": 200}, None),
        ({"call_status": "busy"}, None),
        ({"call_status": True}, None),
        ({"call_status": ""}, None),
        ({"call_status": 10**30}, None),
        ({"dtmf": 1}, None),
    ],
)
def test_every_form_of_the_call_status(
    scripted: RawServer, scripted_portal: Portal, data: dict[str, Any], status: int | None
) -> None:
    scripted.act = answer({"status": 200, "data": data})

    if status is None:
        with pytest.raises(PortalUnknown, match="no call status"):
            scripted_portal.report("7")
    else:
        assert scripted_portal.report("7").status == status


@pytest.mark.parametrize("body", [{"status": 200}, {"status": 2, "dtmf": 1}, {"status": "200"}])
def test_the_apis_own_status_is_never_the_calls(
    scripted: RawServer, scripted_portal: Portal, body: Any
) -> None:
    scripted.act = answer(body)

    with pytest.raises(PortalUnknown):
        scripted_portal.report("7")


@pytest.mark.parametrize(
    ("value", "retries"),
    [(3, 3), ("2", 2), (1.0, 1), (0, 0), (None, None), ("many", None), (-1, None), (True, None)],
)
def test_every_form_of_the_retries(
    scripted: RawServer, scripted_portal: Portal, value: Any, retries: int | None
) -> None:
    scripted.act = answer({"data": {"call_status": 5, "retry": value}})

    assert scripted_portal.report("7").retry == retries


@pytest.mark.parametrize(
    ("data", "rupees"),
    [
        ({"balance": "2,682.50"}, 2682.5),
        ({"balance": "2.682,50"}, 2682.5),
        ({"balance": "2682,50"}, 2682.5),
        ({"balance": "1,234"}, 1234.0),
        ({"balance": -3}, -3.0),
        ({"balance": "NaN"}, None),
        ({"balance": "inf"}, None),
        ({"balance": True}, None),
        ({"balance": None}, None),
        ({"balance": 10**400}, None),
        ({}, None),
    ],
)
def test_a_balance_is_a_number_or_unknown(
    scripted: RawServer, scripted_portal: Portal, data: Any, rupees: float | None
) -> None:
    scripted.act = answer({"status": 200, "data": data})

    if rupees is None:
        with pytest.raises(PortalUnknown):
            scripted_portal.balance()
    else:
        assert scripted_portal.balance() == Balance(rupees, None)


def test_the_portals_words_fit_a_cell_and_hold_no_key(
    scripted: RawServer, scripted_portal: Portal
) -> None:
    words = "Key geheim-77 is\n\tout of money \ud800 " + "x" * 5000
    scripted.act = answer({"status": 402, "response": words})

    with pytest.raises(PortalRefused) as caught:
        scripted_portal.place(ANSWERED_1)

    said = str(caught.value)
    assert "Key … is out of money ? xxx" in said
    assert len(said) < 250


def test_a_redirect_is_not_followed(scripted: RawServer, scripted_portal: Portal) -> None:
    scripted.act = answer(b"moved", 301, f"Location: {scripted.url}/api/calls")

    with pytest.raises(PortalUnknown, match=r"HTTP 301.*base_url"):
        scripted_portal.place(ANSWERED_1)
    assert len(scripted.requests) == 1


def test_a_key_that_no_header_can_hold_is_not_sent(scripted: RawServer) -> None:
    session = portal_session(1)
    client = Portal(scripted.url, lambda: "geheim\nzwei", session, key_in_header=True)

    with pytest.raises(PortalNotSent) as caught:
        client.place(ANSWERED_1)

    assert scripted.requests == []
    told = "".join(traceback.format_exception(caught.value))
    assert "geheim" not in told
    assert "zwei" not in told
    client.close()
