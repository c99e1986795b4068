"""The main job, run as people run it: rows go in, calls go out, answers come back."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from tests.support.dialing import HOME, Shop, eventually
from tests.support.fates import FATES, REFUSED

CALLED = {number: fate for number, fate in FATES.items() if number != REFUSED}


def test_demo_settles_every_row_and_agrees_with_the_portal() -> None:
    command = [sys.executable, str(HOME / "run.py"), "demo", "--exit", "--rows", "20"]
    done = subprocess.run(
        [*command, "--speed", "100"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "20 rows settled" in done.stdout
    assert "every result equals the portal's own account" in done.stdout


def test_every_fate_of_a_call_ends_on_its_own_row(shop: Shop) -> None:
    shop.ready(*CALLED)
    done = shop.run("start", "--until-done")
    assert done.returncode == 0, done.stdout + done.stderr
    seen = {
        row["Called Number"]: (row["Status"], row["DTMF"], row["Answer"]) for row in shop.rows()
    }
    assert seen == CALLED
    by_number = {call["caller_id"]: str(call["call_id"]) for call in shop.calls()}
    assert {row["Called Number"]: row["Call ID"] for row in shop.rows()} == by_number


def test_a_refused_call_shows_the_portals_words_and_is_not_repeated(shop: Shop) -> None:
    shop.ready("923000000011")
    assert shop.run("start", "--until-done").returncode == 0
    assert shop.run("start", "--until-done").returncode == 0
    (row,) = shop.rows()
    assert row["Status"] == "Failed"
    assert row["Why"].startswith("The portal refused: ")
    assert shop.sandbox.get("/_sandbox/requests")["portal"]["calls"] == 1


def test_everything_on_the_row_is_sent_with_the_call(shop: Shop) -> None:
    header = ["Phone", "Amount", "Store", "Order ID", "Text3", "Key1", "Voice ID"]
    shop.paste([header, ["0300-0000001", "1500", "چائے خانہ", "ORD-7", "'=x", "k", "103"]], "A1")
    shop.sandbox.post("/_sandbox/portal", {"voices": ["102", "103"]})
    shop.run("setup")
    shop.control("RUN")
    assert shop.run("start", "--until-done").returncode == 0
    (call,) = shop.calls()
    sent = [call[name] for name in ("caller_id", "amount", "text1", "text2", "voice_id", "key1")]
    assert sent == ["923000000001", "1500", "چائے خانہ", "ORD-7", "103", "k"]


def test_once_does_what_is_due_and_ends_and_a_second_run_calls_nobody_again(shop: Shop) -> None:
    shop.ready("0300 0000001", "0300 0000005")
    first = shop.run("once", "--for", "30")
    assert first.returncode == 0, first.stderr
    assert {row["Status"] for row in shop.rows()} == {"Answered", "Busy"}
    second = shop.run("once", "--for", "30")
    assert second.returncode == 0, second.stderr
    assert len(shop.calls()) == 2


def test_nobody_is_called_before_a_person_says_run(shop: Shop) -> None:
    shop.paste_numbers("03000000001")
    assert shop.run("setup").returncode == 0
    assert shop.run("once", "--for", "4").returncode == 0
    (row,) = shop.rows()
    assert row["Status"] == "Queued"
    assert "Dialer tab" in row["Why"]
    assert shop.calls() == []


def test_a_control_word_that_is_not_understood_stops_new_calls(shop: Shop) -> None:
    shop.ready("03000000001")
    shop.control("GO!")
    assert shop.run("once", "--for", "4").returncode == 0
    assert shop.calls() == []


def test_a_sheet_that_was_not_set_up_is_not_dialled_and_says_what_to_run(shop: Shop) -> None:
    shop.paste_numbers("03000000001")
    done = shop.run("once", "--for", "4")
    assert done.returncode == 2
    assert "setup" in done.stderr
    assert shop.calls() == []


def test_setup_changes_nothing_the_second_time(shop: Shop) -> None:
    shop.paste_numbers("03000000001")
    assert "column Status" in shop.run("setup").stdout
    before = shop.tab().get_all_values()
    assert "nothing was missing" in shop.run("setup").stdout
    assert shop.tab().get_all_values() == before


def test_a_cell_that_is_no_number_says_what_to_do(shop: Shop) -> None:
    shop.ready("call Ahmed first", "0300 1234567 / 0321 7654321", "0300-12")
    assert shop.run("start", "--until-done").returncode == 0
    rows = shop.rows()
    assert [row["Status"] for row in rows] == ["Not called"] * 3
    assert len({row["Why"] for row in rows}) == 3
    assert shop.calls() == []


def test_results_follow_their_rows_when_people_sort_while_it_dials(shop: Shop) -> None:
    numbers = [f"92300000000{fate}" for fate in (5, 6, 7, 8, 1, 2, 3)]
    shop.ready(*numbers)
    with shop.running("start", "--until-done") as process:
        tab = shop.tab()
        for turn in range(12):
            tab.sort((1, "asc" if turn % 2 else "des"), range="A2:Z100")
            if process.poll() is not None:
                break
        assert process.wait(60) == 0
    for row in shop.rows():
        if row["Called Number"]:
            assert (row["Status"], row["DTMF"], row["Answer"]) == FATES[row["Called Number"]]
            assert row["Phone"] == row["Called Number"]
    assert Counter(shop.called_numbers()) == Counter(numbers)


def test_a_row_pasted_while_it_runs_is_called_too(shop: Shop) -> None:
    shop.ready("03000000001")
    with shop.running("start"):
        eventually(lambda: len(shop.calls()) == 1)
        shop.paste([["03000000002"]], "A3")
        eventually(lambda: len(shop.calls()) == 2)
        eventually(lambda: shop.rows()[1]["DTMF"] == "2")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_cleanly_and_the_next_run_goes_on(
    shop: Shop, number: signal.Signals
) -> None:
    shop.ready("03000000001", "03000000004")
    with shop.running("start") as process:
        eventually(lambda: len(shop.calls()) == 2)
        process.send_signal(number)
        assert process.wait(20) == 130
    assert shop.run("start", "--until-done").returncode == 0
    assert [row["Answer"] for row in shop.rows()] == ["Confirmed", "No key pressed"]
    assert len(shop.calls()) == 2


def test_what_became_of_calls_is_asked_for_after_a_pause_longer_than_calls_are_followed(
    shop: Shop,
) -> None:
    """As when the dialer ends on a Friday evening and begins again on Monday."""
    follows_seconds = 3
    shop.change(poll={"give_up_after_hours": follows_seconds / 3600})
    shop.ready("03000000001", "03000000004")
    with shop.running("start") as process:
        eventually(lambda: len(shop.calls()) == 2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 130
    time.sleep(follows_seconds + 1)
    assert shop.run("start", "--until-done").returncode == 0
    assert [row["Answer"] for row in shop.rows()] == ["Confirmed", "No key pressed"]
    assert len(shop.calls()) == 2


def test_a_killed_run_calls_nobody_twice_and_loses_no_result(shop: Shop) -> None:
    numbers = [f"0300000000{fate}" for fate in (1, 2, 3, 4, 5, 6, 7, 8)]
    shop.ready(*numbers)

    def under_way(least: int) -> bool:
        # What a kill caught on its way to the portal is for a person to check, and is no call.
        left = {row["Status"] for row in shop.rows()} & {"", "Queued", "Calling"}
        return len(shop.calls()) >= least or not left

    for calls in (1, 4, 7):
        with shop.running("start") as process:
            eventually(lambda least=calls: under_way(least))
            process.kill()
            process.wait()
    assert shop.run("start", "--until-done").returncode == 0
    assert max(Counter(shop.called_numbers()).values()) == 1
    for row in shop.rows():
        if row["Status"] == "Check":
            assert row["Why"]
        else:
            assert (row["Status"], row["DTMF"], row["Answer"]) == FATES[row["Called Number"]]


def test_two_processes_on_one_ledger_the_second_gives_way(shop: Shop) -> None:
    shop.ready("03000000001")
    with shop.running("start"):
        eventually(lambda: len(shop.calls()) == 1)
        done = shop.run("once", "--for", "4")
    assert done.returncode == 4
    assert "Another process" in done.stderr


def test_without_a_configuration_it_says_where_to_begin(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, str(HOME / "run.py"), "once", "-c", f"{tmp_path}/none.yaml"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert "config.example.yaml" in done.stderr
    assert "demo" in done.stderr


def test_a_wrong_portal_key_calls_nobody_and_says_so(shop: Shop) -> None:
    shop.ready("03000000001")
    text = shop.config.read_text()
    shop.config.write_text(text.replace("sandbox-api-key", "a-wrong-key"))
    done = shop.run("once", "--for", "3")
    assert done.returncode == 3
    assert "not matched" in done.stderr
    (row,) = shop.rows()
    assert row["Status"] == "Queued"
    assert shop.calls() == []


def test_a_balance_of_less_than_one_call_stops_new_calls_and_says_so(shop: Shop) -> None:
    shop.ready("03000000001")
    shop.sandbox.post("/_sandbox/portal", {"balance": 0.1})
    assert shop.run("once", "--for", "3").returncode == 0
    assert shop.calls() == []
    states = shop.tab("Dialer").row_values(3)
    assert "balance 0.10 is less than one call" in states[1]


def test_a_portal_that_keeps_refusing_is_not_burnt_through(shop: Shop) -> None:
    shop.ready(*[f"92300{line}" for line in range(2000000, 2000010)])
    shop.sandbox.post("/_sandbox/portal", {"voices": ["999"]})
    shop.run("once", "--for", "5")
    assert shop.calls() == []
    statuses = [row["Status"] for row in shop.rows()]
    assert statuses.count("Failed") == 3
    assert statuses.count("Queued") == 7
    assert "refused 3 calls in a row" in shop.tab("Dialer").row_values(3)[1]
    shop.run("once", "--for", "3")
    assert [row["Status"] for row in shop.rows()].count("Failed") == 3
