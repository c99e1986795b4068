"""Several campaigns of one process: each has its own tab, voice, hours and share of the lines."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest

from sheets_dialer.app.wiring import build
from sheets_dialer.config import load_config
from sheets_dialer.domain.attempt import AttemptState
from tests.support.campaigns import Chain
from tests.support.dialing import Shop, eventually

OWN = ("923000000001", "923000000005", "923000000006")


@pytest.fixture
def chain(shop: Shop) -> Chain:
    return Chain(shop)


def numbers(start: int, count: int) -> list[str]:
    """Numbers without a fate of their own."""
    return [f"9230112{start + each:05d}" for each in range(count)]


def closed_now() -> dict[str, str]:
    """Hours that hold tomorrow only."""
    tomorrow = datetime.now(ZoneInfo("Asia/Karachi")) + timedelta(days=2)
    return {tomorrow.strftime("%A").lower(): "10:00-20:00"}


def test_two_tabs_of_one_spreadsheet_share_the_dialer_and_do_not_call_tabs(chain: Chain) -> None:
    book = chain.add("Orders", "923000000001", "923000000003")
    chain.add("Returns", "923000000002", "923000000003", book=book, voice_id="103")
    chain.add("Nights", "923000000004", book=book, calling_hours=closed_now())
    chain.add("Paused", "923000000005", book=book)
    chain.open()
    assert [tab.title for tab in book.worksheets()].count("Dialer") == 1
    book.worksheet("Do Not Call").update([["0300 0000003"]], "A2")
    chain.say("Paused", "Control", "PAUSE")

    done = chain.run("once", "--for", "8")

    assert done.returncode == 0, done.stderr
    called = {(call["caller_id"], call["voice_id"]) for call in chain.calls()}
    assert called == {("923000000001", "102"), ("923000000002", "103")}
    for name in ("Orders", "Returns"):
        answered, barred = chain.rows_of(name)
        assert answered["Status"] == "Answered"
        assert barred["Status"] == "Not called"
        assert "Do Not Call" in barred["Why"]
    assert "opens" in chain.state("Nights")
    assert chain.state("Paused")
    assert {row["Call ID"] for name in ("Nights", "Paused") for row in chain.rows_of(name)} == {""}


def test_the_key_of_a_test_call_means_what_its_own_campaign_says(chain: Chain) -> None:
    """Also when the process that made the call died before it was answered."""
    book = chain.add("Orders")
    chain.add("Surveys", book=book, opt_out_key="1", answers={"1": ""})
    # Nobody asks about the call while it is made.
    chain.open(poll={"first_after": 600})
    with chain.running("call", "03000000001", "--campaign", "Surveys") as process:
        eventually(lambda: bool(chain.calls()))
        with build(load_config(chain.config)) as parts:
            eventually(lambda: bool(parts.ledger.attempts_in({AttemptState.PLACED})))
        process.kill()
    chain.open(poll={"first_after": 0.1})

    assert chain.run("start", "--until-done").returncode == 0

    refused = chain.run("call", "03000000001")
    assert refused.returncode == 2
    assert "key 1, campaign Surveys" in refused.stderr
    assert len(chain.calls()) == 1


def test_three_spreadsheets_are_worked_on_side_by_side(chain: Chain) -> None:
    names = ("Lahore", "Karachi", "Multan")
    for name, voice in zip(names, ("101", "102", "103"), strict=True):
        chain.add(name, *OWN, voice_id=voice)
    chain.open()
    chain.settles_at_once()

    done = chain.run("start", "--until-done")

    assert done.returncode == 0, done.stderr
    by_call = {str(call["call_id"]): call for call in chain.calls()}
    assert len(by_call) == 9
    for name, voice in zip(names, ("101", "102", "103"), strict=True):
        rows = chain.rows_of(name)
        assert [row["Status"] for row in rows] == ["Answered", "Busy", "No Answer"]
        for row in rows:
            call = by_call[row["Call ID"]]
            assert (call["caller_id"], call["voice_id"]) == (row["Called Number"], voice)


def test_one_number_on_two_campaigns_never_rings_twice_at_once(chain: Chain) -> None:
    shared = ["923000000001", "923000000005", *numbers(0, 4)]
    book = chain.add("Orders", *shared)
    chain.add("Returns", *shared, book=book, voice_id="103")
    chain.add("Elsewhere", *shared, voice_id="101")
    chain.open()

    done = chain.run("start", "--until-done")

    assert done.returncode == 0, done.stderr
    assert Counter(chain.called_numbers()) == dict.fromkeys(shared, 3)
    attempts = [
        json.loads(line)
        for line in chain.run("export", "--format", "json").stdout.split("\n")
        if line
    ]
    for number in shared:
        mine = sorted(
            (each for each in attempts if each["number"] == number and each["sending_at"]),
            key=lambda each: str(each["intended_at"]),
        )
        assert len({each["campaign"] for each in mine}) == 3
        for before, after in pairwise(mine):
            assert before["ended_at"] <= after["intended_at"]


def test_what_one_campaign_said_no_other_says_again_by_a_voice_that_people_chose(
    chain: Chain,
) -> None:
    """By its configuration each campaign has a voice of its own; on the Dialer tab all get one."""
    first, *other = shared = ["923000000001", *numbers(0, 2)]
    book = chain.add("Orders", *shared)
    chain.add("Returns", *shared, book=book, voice_id="103")
    chain.add("Third", first, book=book, voice_id="101")
    chain.open()
    chain.say("Returns", "Voice ID", "102")
    chain.say("Orders", "Voice ID", "101")

    done = chain.run("start", "--until-done")

    assert done.returncode == 0, done.stderr
    said = Counter((call["caller_id"], call["voice_id"]) for call in chain.calls())
    assert said[first, "101"] == 1, "Orders with the chosen voice, or Third with its own"
    assert set(said.values()) == {1}
    held = [
        row for name in ("Orders", "Third") for row in chain.rows_of(name) if not row["Call ID"]
    ]
    assert [row["Called Number"] or row["Phone"] for row in held] == [first]
    assert "same call was placed" in held[0]["Why"]
    assert {number for number, _voice in said} == {first, *other}


def test_a_voice_that_people_chose_does_not_say_what_another_campaign_said(chain: Chain) -> None:
    number = "923000000001"
    book = chain.add("Orders", number)
    chain.add("Returns", number, book=book, voice_id="103")
    chain.open()
    chain.say("Returns", "Voice ID", "102")

    assert chain.run("start", "--until-done").returncode == 0

    assert [call["voice_id"] for call in chain.calls()] == ["102"]
    held = [row for name in ("Orders", "Returns") for row in chain.rows_of(name)]
    assert [row["Status"] for row in held if not row["Call ID"]] == ["Not called"]


def test_campaigns_that_call_take_turns_whatever_stands_between_them(chain: Chain) -> None:
    # Four calls a pass; whoever comes first could take all of them.
    book = chain.add("First", *numbers(0, 14))
    for name in ("Idle1", "Idle2", "Idle3"):
        chain.add(name, book=book)
    chain.add("Last", *numbers(50, 14), book=book, voice_id="103")
    chain.open(portal={"calls_per_minute": 240, "lines": 50})

    done = chain.run("start", "--until-done")

    assert done.returncode == 0, done.stderr
    voices = [call["voice_id"] for call in chain.calls()]
    assert Counter(voices) == {"102": 14, "103": 14}
    ahead = list(accumulate(1 if voice == "102" else -1 for voice in voices))
    assert max(map(abs, ahead)) <= 6, voices
    assert chain.state("Idle1")
