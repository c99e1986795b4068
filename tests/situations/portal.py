"""What the portal does to the calls of everybody: money, failures, silence."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sheets_dialer.portal.client import MOST_BYTES
from tests.situations.stage import Stage
from tests.situations.table import in_the_sheet
from tests.support.raw_server import RawServer, answer, certificate

FOUR = ("0300 2000001", "0300 2000002", "0300 2000003", "0300 2000004")


# --- The balance, which is asked for before anybody is called


@in_the_sheet(
    "The balance",
    {
        "less than a call costs": "balance_too_small",
        "nothing is left, and the portal tells no rate": "balance_empty",
    },
)
def the_balance(stage: Stage) -> None:
    stage.paste("0300 2000001")
    stage.portal(balance=1)
    stage.dial(2)
    stage.portal(balance=0, shape="balance_only")
    stage.dial(1)


@in_the_sheet(
    "The portal is asked for the balance and doesn't tell it",
    {
        "it doesn't know the key": ("balance_unreadable", "portal_refused"),
        "it has an error of its own": "portal_failed",
        "a page of its web server comes instead": "portal_unreadable",
        "the connection breaks": "portal_broke_off",
        "an answer without a balance": "portal_names_no_balance",
        "no answer": "portal_timed_out",
    },
)
def no_balance(stage: Stage) -> None:
    stage.paste("0300 2000001")
    stage.portal(api_keys=["another-key"])
    stage.dial(2)
    stage.as_usual()
    for kind in ("500", "html", "reset", "empty", "timeout"):
        stage.fault("portal", kind, "/api/check_balance")
        stage.dial(1, patience=0.2 if kind == "timeout" else None)
        stage.as_usual()


@in_the_sheet(
    "Something else than the portal stands at its address",
    {
        "it sends everybody to another address": "portal_redirects",
        "it says no more than that something is wrong": ("portal_failed", "portal_gave_no_reason"),
        "it answers with a whole film": "portal_answer_too_long",
        "it answers a letter at a time": "portal_answer_too_slow",
    },
)
def another_server(stage: Stage) -> None:
    stage.paste("0300 2000001")
    stage.control("PAUSE")
    stage.dial(1)
    stage.control("RUN")
    for act in (
        answer(b"", 301, "Location: https://example.com/"),
        answer({"status": 500}),
        answer(b"x" * (MOST_BYTES + 1)),
        _a_letter_at_a_time,
    ):
        with _served(act) as server:
            stage.configure(portal={"base_url": server.url})
            stage.dial(1, patience=1 if act is _a_letter_at_a_time else None)


@in_the_sheet(
    "The portal's address",
    {
        "nobody is there": ("nothing_sent", "no_network"),
        "somebody with a certificate of his own making": "no_trust",
        "somebody who can't encrypt": "no_encryption",
        "no address at all": "portal_address_or_key",
        "an address of no network": "portal_address",
    },
)
def the_portals_address(stage: Stage) -> None:
    stage.paste("0300 2000001")
    stage.control("PAUSE")
    stage.dial(1)
    stage.control("RUN")
    _, tls = certificate(stage.directory)
    with (
        _served(answer({}), tls=tls) as untrusted,
        _served(answer({}), on_connect=_what_is_this) as unencrypted,
    ):
        for address in (
            _nobodys_address(),
            untrusted.url,
            unencrypted.url.replace("http://", "https://"),
            "https://*.pk",
            "https://[::1%25x]",
        ):
            stage.configure(portal={"base_url": address})
            stage.dial(1)


# --- Calls that fail one after the other


@in_the_sheet(
    "The portal refuses one call after the other",
    {
        "after three": ("stopped_refused", "tried_again_in_minutes"),
        "after a fourth, some minutes later": "tried_again_within_the_hour",
    },
)
def refused_in_a_row(stage: Stage) -> None:
    stage.portal(voices=["999"])
    stage.paste(*FOUR)
    stage.dial(until="stopped_refused")
    stage.later(minutes=6)
    stage.dial(until="tried_again_within_the_hour")


@in_the_sheet(
    "The portal's answers to calls say nothing clear",
    {"three calls in a row": ("stopped_unknown", "portal_names_no_call")},
)
def unclear_in_a_row(stage: Stage) -> None:
    stage.fault("portal", "empty", "/api/calls")
    stage.paste(*FOUR)
    stage.dial(until="stopped_unknown")


@in_the_sheet(
    "The portal tells of an error and of a call in one answer", {"State": "portal_told_of_error"}
)
def error_and_call(stage: Stage) -> None:
    both = {"status": "error", "message": "No lines", "call_id": "7", "data": {"balance": "900"}}
    stage.paste(*FOUR)
    with _served(answer(both)) as server:
        stage.configure(portal={"base_url": server.url})
        stage.dial(until="portal_told_of_error")


@in_the_sheet(
    "The portal says that it calls another number than it was asked to",
    {"State": "portal_calls_another_number"},
)
def another_number(stage: Stage) -> None:
    other = {"call_id": "7", "call_to": "923009999999", "balance": "900"}
    stage.paste(*FOUR)
    with _served(answer({"status": "200", "data": other})) as server:
        stage.configure(portal={"base_url": server.url})
        stage.dial(until="portal_calls_another_number")


@in_the_sheet(
    "The dialer's machine falls asleep whenever it is about to call",
    {"after three times": ("stopped_not_sent", "nothing_sent_too_late")},
)
def it_falls_asleep(stage: Stage) -> None:
    stage.paste(*FOUR)
    awake = stage.clock()

    def steady() -> float:
        asleep = threading.current_thread().name.startswith("portal")
        return awake.steady() + (100 if asleep else 0)

    stage.dial(until="stopped_not_sent", rest=5, clock=replace(awake, steady=steady))


@in_the_sheet(
    "The dialer's machine fails in ways that nobody foresaw while it calls",
    {"after three times": ("stopped_unknown", "portal_tells_nothing")},
)
def it_fails_unforeseen(stage: Stage) -> None:
    stage.paste(*FOUR)
    sound = stage.clock()

    def steady() -> float:
        if threading.current_thread().name.startswith("portal"):
            raise OSError("the clock can't be read")
        return sound.steady()

    stage.dial(until="stopped_unknown", clock=replace(sound, steady=steady))


@in_the_sheet(
    "Three calls in a row fail in different ways",
    {"one is refused, the others get no clear answer": "stopped_failed"},
)
def different_failures(stage: Stage) -> None:
    stage.fault("portal", "empty", "caller_id=923002")
    stage.paste("0300 0000011", *FOUR)
    stage.dial(until="stopped_failed")


# --- Calls in progress


@in_the_sheet(
    "The portal doesn't say how calls stand",
    {
        "State, after some questions": ("portal_silent", "portal_names_no_status"),
    },
)
def silence(stage: Stage) -> None:
    stage.paste("0300 0000009")
    stage.dial(until="count_in_progress")
    stage.fault("portal", "empty", "/api/get_call")
    stage.dial(until="portal_silent")


@in_the_sheet(
    "The portal is asked about one call and tells of another",
    {
        "of another id": ("portal_silent", "portal_tells_of_another_call"),
        "of another number": "portal_tells_of_another_number",
    },
)
def another_call(stage: Stage) -> None:
    stage.paste("0300 0000009")
    stage.dial(until="count_in_progress")
    stage.portal(reports_of_another_id=1)
    stage.dial(until="portal_silent")
    stage.portal(reports_of_another_id=0, reports_of_another_number=1)
    stage.dial(until="portal_tells_of_another_number")


@in_the_sheet(
    "The portal gives all calls one id",
    {
        "State, after two calls, while one of them is in progress": "waits_for_ids",
        "after three": "stopped_senseless",
        "their rows": "result_unknown",
        "one of them, once a person chose Skip": "released_after_call",
    },
)
def one_id_for_all(stage: Stage) -> None:
    stage.portal(call_ids="one")
    stage.paste("0300 0000009", FOUR[0])
    stage.dial(until="waits_for_ids")
    stage.paste(*FOUR[1:], at=4)
    stage.later(hours=1)
    stage.dial(until="stopped_senseless")
    stage.type(2, "Status", "Skip")
    stage.dial(until="released_after_call")


@in_the_sheet(
    "The portal's address is changed while calls are in progress",
    {
        "nothing is known of the call yet": "address_changed",
        "the portal has told something": "address_changed_since",
    },
)
def another_address(stage: Stage) -> None:
    stage.paste("0300 0000009")
    stage.dial(until="count_in_progress")
    stage.dial(1)
    stage.fault("portal", "empty", "/api/get_call")
    stage.paste("0300 2000001", at=3)
    stage.dial(until=lambda: stage.cell(3, "Call ID") != "")
    told = {"call_status": 2, "dtmf": "1", "balance": "900"}
    with _served(answer({"status": 200, "data": told})) as another:
        stage.configure(portal={"base_url": another.url})
        stage.dial(until=lambda: {"address_changed", "address_changed_since"} <= stage.sentences())
        assert not [each for each in another.requests if b"get_call" in each]
    assert [stage.cell(row, "DTMF") for row in (2, 3)] == ["", ""]


@contextmanager
def _served(act: Any, **options: Any) -> Iterator[RawServer]:
    server = RawServer(act, **options)
    try:
        yield server
    finally:
        server.stop()


def _nobodys_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def _what_is_this(connection: socket.socket) -> None:
    """What a web server says that is spoken to in TLS and doesn't know it."""
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def _a_letter_at_a_time(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    for _ in range(100):
        connection.sendall(b" ")
        time.sleep(0.03)
