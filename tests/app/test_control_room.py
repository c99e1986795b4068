"""The Dialer tab over HTTP: what people set there is done, and what they see there is so."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import gspread
import pytest

from sheets_dialer.app.wiring import Parts, build
from sheets_dialer.config import load_config
from sheets_dialer.domain.times import serial
from sheets_dialer.google_sheets.setup.prepare import prepare
from sheets_dialer.reconciler.pass_result import PassResult
from sheets_dialer.tabs.control_tab import LABELS
from tests.support.dialing import PASS_SECONDS, Shop, eventually

EVERY = timedelta(seconds=2)
A_SECOND = 1 / 86_400
"""In days, as sheets count; times are rounded to a fraction of one."""


class Desk:
    """Somebody at the Dialer tab, and a dialer whose passes come when the test says so."""

    def __init__(self, shop: Shop, parts: Parts) -> None:
        self.shop = shop
        self.parts = parts
        self.tab: gspread.Worksheet = shop.tab("Dialer")

    def type(self, label: str, value: object) -> None:
        """Types into a setting, as a person does."""
        self.tab.update([[value]], f"B{self._row(label)}", raw=False)

    def shows(self, label: str) -> object:
        """What stands beside a label, unformatted."""
        found = self.tab.get(f"B{self._row(label)}", value_render_option="UNFORMATTED_VALUE")
        return found[0][0] if found and found[0] else ""

    def run(self, passes: int = 1, *, apart: float = 0) -> PassResult:
        """Some passes."""
        for _ in range(passes):
            result = self.parts.reconciler.run_pass(EVERY)
            time.sleep(apart)
        return result

    def run_until_done(self) -> None:
        """Passes until nothing is left to do."""
        eventually(lambda: self.run().nothing_left, every=0.5, seconds=60)

    def writes(self) -> int:
        """How many writes Google got so far."""
        return int(self.shop.sandbox.get("/_sandbox/requests")["sheets"].get("write", 0))

    def _row(self, label: str) -> int:
        labels = self.tab.col_values(1)
        assert labels.count(label) == 1, label
        return labels.index(label) + 1


@contextmanager
def at_the_desk(shop: Shop) -> Iterator[Desk]:
    with build(load_config(shop.config)) as parts:
        (queue,) = parts.campaigns
        prepare(queue.connection, queue.sheet, queue.tab, queue.name)
        parts.worker.start()
        yield Desk(shop, parts)


@pytest.fixture
def desk(shop: Shop) -> Iterator[Desk]:
    """A shop with four rows to call and one that can't be, paused."""
    shop.settles_at_once()
    shop.paste_numbers("03000000001", "03000000002", "03000000004", "03000000005", "call me")
    with at_the_desk(shop) as desk:
        yield desk


def test_a_pause_holds_though_the_next_pass_is_late(desk: Desk) -> None:
    """Google's quota or a slow answer may keep a pass away; marked rows wait for slow calls."""
    slow = {"service": "portal", "kind": "slow", "path": "/api/calls", "seconds": 4, "count": 1}
    desk.shop.sandbox.post("/_sandbox/faults", slow)
    desk.type("Control", "RUN")
    desk.run(2)
    eventually(lambda: len(desk.shop.calls()) == 1)
    desk.type("Control", "PAUSE")
    time.sleep(EVERY.total_seconds() + 3)
    assert len(desk.shop.calls()) == 1, "more left than a second after the pass was due"
    desk.run()
    assert desk.shows("Status: Queued") == 3


def slow(desk: Desk, service: str, path: str, seconds: float, **more: int) -> None:
    """Has a service take its time."""
    fault = {"service": service, "kind": "slow", "path": path, "seconds": seconds, **more}
    desk.shop.sandbox.post("/_sandbox/faults", fault)


def test_a_pause_holds_as_soon_after_a_write_that_was_answered_slowly(desk: Desk) -> None:
    """The next pass is due from the beginning of this one, and half an interval after its end."""
    desk.type("Control", "RUN")
    desk.run()
    slow(desk, "sheets", ":batchUpdate", 3, count=1)
    slow(desk, "portal", "/api/calls", 2.5, count=1)
    desk.run()
    eventually(lambda: len(desk.shop.calls()) == 1)
    desk.type("Control", "PAUSE")
    time.sleep(EVERY.total_seconds() + 2)
    assert len(desk.shop.calls()) == 1, "more left than a second after the pass was due"


def test_everybody_is_called_though_every_write_is_answered_slowly(desk: Desk) -> None:
    """Each answer takes longer than an interval and the second after it."""
    desk.type("Control", "RUN")
    slow(desk, "sheets", ":batchUpdate", EVERY.total_seconds() + 1.5)
    for _ in range(4):
        desk.run(apart=EVERY.total_seconds() / 2)
    assert len(desk.shop.calls()) == 4


def test_everything_that_the_tab_shows_from_the_pause_to_the_end(desk: Desk) -> None:
    desk.run(2)
    assert desk.shows("State") == "Paused: choose RUN in Control to start. 4 queued, 1 held."
    assert desk.shows("What RUN would do") == (
        "RUN would call 4: about Rs 22 and 1 minute. 1 row is held: "
        "This is not a phone number (1)."
    )  # fmt: skip
    assert desk.shows("Queued would cost (Rs)") == 22
    assert desk.shows("Account") == "demo"
    assert desk.shows("Balance (Rs)") == 2682
    assert desk.shows("Rate (Rs)") == 5.5
    assert str(desk.shows("Queued would be done")).startswith("T")
    assert desk.shows("Not called now: 1") == "Paused: Control says PAUSE. (4)"
    assert "not a phone number" in str(desk.shows("Not called now: 2"))
    assert desk.shows("Status: Queued") == 4
    assert desk.shows("Status: Not called") == 1
    assert desk.shows("Calls today") == 0
    assert desk.shows("Next pass") == "2 seconds after the last one"
    assert desk.shows("Running?") == "Running", "which the formula of set-up says"
    assert desk.shows("Held by") != ""
    beat = desk.shows("Last pass")
    assert isinstance(beat, float)
    assert desk.parts.campaigns[0].connection.time_zone == "Asia/Karachi", "as people's is"
    karachi = ZoneInfo("Asia/Karachi")
    assert 0 <= serial(datetime.now(UTC), karachi) - beat < 60 / 86_400, "as all other times are"
    assert desk.shows("Clock difference (hours)") == 0

    desk.type("Control", "RUN")
    result = desk.run()
    assert result.states["orders"] == "Calling: 4 in progress, 1 held."
    assert desk.shows("State") == "Calling: 4 in progress, 1 held."
    assert desk.shows("What RUN would do") == ""
    assert desk.shows("Status: Calling") == 4
    desk.run_until_done()
    desk.run()
    assert desk.shows("State") == "Done: nothing queued. 1 held."
    assert desk.shows("Calls today") == 4
    assert desk.shows("Status: Answered") == 3
    assert desk.shows("Status: Busy") == 1
    assert desk.shows("Answer: Confirmed (1)") == 1
    assert desk.shows("Answer: Cancelled (2)") == 1
    assert desk.shows("Answer: No key pressed") == 1
    assert desk.shows("Spent today (Rs)") == 16.5
    by_hour = [desk.shows(label) for label in LABELS if label.startswith("Calls at ")]
    rates = [desk.shows(label) for label in LABELS if label.startswith("Answered at ")]
    assert sum(map(float, map(str, by_hour))) == 4
    assert any(isinstance(rate, float) and 0 < rate <= 1 for rate in rates)


@pytest.mark.parametrize(
    ("zone", "hours"), [("Etc/GMT", -5), ("Asia/Kolkata", 0.5), ("Pacific/Kiritimati", 9)]
)
def test_a_spreadsheet_of_another_zone_shows_our_times_and_its_alarm_works(
    desk: Desk, zone: str, hours: float
) -> None:
    queue = desk.parts.campaigns[0]
    change = {"properties": {"timeZone": zone}, "fields": "timeZone"}
    queue.connection.batch([{"updateSpreadsheetProperties": change}])
    queue.connection.forget_tabs()
    desk.run()
    beat = desk.shows("Last pass")
    assert isinstance(beat, float)
    assert -A_SECOND < serial(datetime.now(UTC), ZoneInfo("Asia/Karachi")) - beat < 60 * A_SECOND
    assert desk.shows("Clock difference (hours)") == hours
    assert desk.shows("Running?") == "Running"
    desk.type("Last pass", beat - 400 / 86_400)
    assert str(desk.shows("Running?")).startswith("NOT RUNNING since")
    desk.type("Last pass", beat + 3600 / 86_400)
    assert str(desk.shows("Running?")).startswith("NOT RUNNING"), "clocks were set back since"
    desk.run()
    assert desk.shows("Running?") == "Running"
    # A tab of an older setup has no such row, and an alarm that reckons by its own clocks.
    desk.tab.update_cell(LABELS.index("Clock difference (hours)") + 1, 1, "Mine")
    desk.type("Last pass", "")
    desk.run()
    beat = desk.shows("Last pass")
    assert isinstance(beat, float)
    assert -A_SECOND < serial(datetime.now(UTC), ZoneInfo(zone)) - beat < 60 * A_SECOND


def test_a_pass_that_changes_nothing_writes_nothing_but_a_beat_a_minute(desk: Desk) -> None:
    desk.run(3)
    before = desk.writes()
    desk.run(3)
    assert desk.writes() == before
    beat = desk.shows("Last pass")
    assert isinstance(beat, float)
    desk.type("Last pass", beat - 61 / 86_400)
    before = desk.writes()
    desk.run(3)
    assert desk.writes() == before + 1
    assert isinstance(desk.shows("Last pass"), float)


def test_a_pass_takes_two_requests_of_google_with_everything_switched_on(desk: Desk) -> None:
    desk.type("Control", "RUN")
    desk.type("Daily cap", "1,000")
    desk.type("Daily budget (Rs)", "Rs 5,000")
    desk.type("Calling hours", "00:00-24:00")
    desk.type("Calling days", "daily")
    desk.type("Voice ID", "102")
    desk.run(2)
    before = desk.shop.sandbox.get("/_sandbox/requests")["sheets"]
    desk.run()
    after = desk.shop.sandbox.get("/_sandbox/requests")["sheets"]
    assert after["total"] - before["total"] <= 2
    desk.run_until_done()
    assert len(desk.shop.calls()) == 4


@pytest.mark.parametrize(
    ("label", "typed"),
    [
        ("Calling days", "someday"),
        ("Calling hours", "10-20-30"),
        ("Calling hours", "=1/0"),
        ("Calling hours", "10:00"),
        ("Daily cap", "a few"),
        ("Daily budget (Rs)", "-5"),
        ("Voice ID", "the lady"),
    ],
)
def test_a_setting_that_is_not_understood_stops_the_calls_and_says_so(
    desk: Desk, label: str, typed: str
) -> None:
    desk.type("Control", "RUN")
    desk.type(label, typed)
    desk.run(3)
    assert desk.shop.calls() == []
    state, problem = str(desk.shows("State")), str(desk.shows("Last problem"))
    assert state.startswith(f"Stopped: {label} says “")
    assert label in problem
    assert "clear the cell" in problem
    desk.type(label, "")
    desk.run_until_done()
    assert len(desk.shop.calls()) == 4


def test_the_cap_of_the_tab_limits_the_day(desk: Desk) -> None:
    desk.type("Control", "RUN")
    desk.type("Daily cap", 3)
    desk.run(5, apart=0.5)
    assert len(desk.shop.calls()) == 3
    assert str(desk.shows("State")).startswith("Waiting: Daily cap of 3 calls reached. Calls go on")
    desk.type("Daily cap", 4)
    desk.run_until_done()
    assert len(desk.shop.calls()) == 4


def test_the_budget_of_the_tab_limits_the_day(desk: Desk) -> None:
    desk.type("Control", "RUN")
    desk.type("Daily budget (Rs)", "11")
    desk.run(4, apart=0.5)
    assert len(desk.shop.calls()) == 2
    assert str(desk.shows("State")).startswith("Waiting: Daily budget of Rs 11 reached")


def test_a_budget_without_a_rate_lets_nobody_be_called(desk: Desk) -> None:
    desk.shop.sandbox.post("/_sandbox/portal", {"call_rate": 0})
    desk.type("Control", "RUN")
    desk.type("Daily budget (Rs)", "1000")
    desk.run(4)
    assert desk.shop.calls() == []
    assert "doesn't tell what a call costs" in str(desk.shows("State"))


def test_a_chosen_voice_speaks_on_queued_rows_and_nobody_is_called_again(desk: Desk) -> None:
    desk.shop.sandbox.post("/_sandbox/portal", {"voices": ["102", "103"]})
    desk.type("Control", "RUN")
    desk.type("Daily cap", 2)
    desk.run(3, apart=0.5)
    desk.type("Voice ID", 103)
    desk.type("Daily cap", "")
    desk.run_until_done()
    desk.run(3)
    calls = desk.shop.calls()
    assert Counter(call["caller_id"] for call in calls).most_common(1)[0][1] == 1
    assert Counter(str(call["voice_id"]) for call in calls) == {"102": 2, "103": 2}
    assert not any("changed" in row["Why"] for row in desk.shop.rows())
    exported = desk.parts.ledger.jobs("orders")
    assert Counter(job.content.voice_id for job in exported) == {"102": 2, "103": 2}


def test_the_pause_says_since_when_also_after_a_restart(shop: Shop) -> None:
    shop.paste_numbers("03000000001")
    with at_the_desk(shop) as desk:
        desk.type("Control", "RUN")
        desk.type("Daily cap", "0")
        desk.run(2)
        desk.type("Control", "PAUSE")
        desk.run()
        said = str(desk.shows("State"))
        assert said.startswith("Paused by you at ")
    with at_the_desk(shop) as desk:
        desk.run()
        assert desk.shows("State") == said


def test_a_closed_day_says_when_it_opens(desk: Desk) -> None:
    desk.type("Control", "RUN")
    desk.type("Calling hours", "00:00-00:01")
    desk.run(2)
    assert str(desk.shows("State")).startswith("Waiting: opens tomorrow at 00:00, 4 queued")
    assert desk.shows("What RUN would do") == "", "it says RUN already"
    assert desk.shop.calls() == []


def test_what_stands_in_the_way_of_run_is_said_at_once_while_paused(desk: Desk) -> None:
    desk.run(2)
    desk.type("Calling hours", "ten to six")
    desk.run()
    assert str(desk.shows("State")).startswith(
        "Paused: choose RUN in Control to start. 4 queued, 1 held. Calling hours says “ten to six”"
    )
    assert "RUN would call nobody yet" in str(desk.shows("What RUN would do"))
    assert desk.shows("Last problem") == ""
    desk.type("Calling hours", "")
    desk.run()
    assert desk.shows("State") == "Paused: choose RUN in Control to start. 4 queued, 1 held."
    assert "RUN would call 4" in str(desk.shows("What RUN would do"))


def test_a_problem_stays_until_run_is_said_again(desk: Desk) -> None:
    desk.type("Control", "RUN")
    desk.type("Daily cap", "none")
    desk.run()
    desk.type("Daily cap", 0)
    desk.run()
    desk.type("Daily cap", 1)
    desk.run(2, apart=1)
    assert "The daily cap is 0" in str(desk.shows("Last problem"))
    desk.type("Control", "PAUSE")
    desk.run()
    desk.type("Control", "RUN")
    desk.run()
    assert desk.shows("Last problem") == ""


def test_a_tab_of_an_older_version_goes_on_working(shop: Shop) -> None:
    shop.paste_numbers("03000000001")
    with at_the_desk(shop) as desk:
        desk.tab.clear()
        old = [["Campaign", "orders"], ["Control", "RUN"], ["State"]]
        desk.tab.update(old, "A1", raw=False)
        desk.run_until_done()
        assert desk.shows("State") == "Done: nothing queued."
        assert [row[0] for row in desk.tab.get_all_values()] == ["Campaign", "Control", "State"]


def test_a_farewell_that_lands_on_a_setting_says_so_and_the_next_pass_goes_on(desk: Desk) -> None:
    desk.type("Control", "RUN")
    desk.run_until_done()
    desk.tab.insert_row(["My notes"], 2)
    assert not desk.parts.reconciler.sign_off("Not running.")
    assert str(desk.shows("Control")).startswith("Not running."), "where State stood"
    desk.type("Control", "RUN")
    desk.run()
    assert "so it wrote over B3 there. Put back what stood" in str(desk.shows("Last problem"))


def test_the_plan_command_says_what_run_would_do(desk: Desk) -> None:
    desk.run(2)
    done = desk.shop.run("plan")
    assert "RUN would call 4: about Rs 22 and 1 minute. 1 row is held" in done.stdout


def test_pause_stops_new_calls_at_the_next_pass_and_calls_are_followed_to_their_end(
    shop: Shop,
) -> None:
    shop.change(portal={"calls_per_minute": 60, "lines": 100})
    shop.settles_at_once()
    shop.ready(*(f"03001{n:06d}" for n in range(60)))
    with shop.running("start"):
        eventually(lambda: len(shop.calls()) >= 4)
        shop.control("PAUSE")
        time.sleep(PASS_SECONDS + 2)
        called = len(shop.calls())
        time.sleep(3 * PASS_SECONDS)
        assert len(shop.calls()) == called < 60
        in_progress = {"Calling", "Initiated", "Pushed to SIP"}
        eventually(lambda: not in_progress & {row["Status"] for row in shop.rows()})
        eventually(lambda: str(shop.tab("Dialer").cell(3, 2).value).startswith("Paused by you at"))
    assert len(shop.calls()) == called
    assert sum(bool(row["Call ID"]) for row in shop.rows()) == called
