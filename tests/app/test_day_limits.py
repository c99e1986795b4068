"""The day's limits, and a voice that people choose: who is called, and what it says."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sheets_dialer.domain.attempt import AttemptState, Reason, Transition
from sheets_dialer.domain.calling_hours import CallingHours, read_hours
from sheets_dialer.domain.content import Content
from sheets_dialer.domain.daily_usage import DailyUsage, Hour, hours_begun
from sheets_dialer.domain.job import NewJob
from sheets_dialer.domain.problems import ProblemCode
from sheets_dialer.ledger.ledger import Intent, Ledger
from sheets_dialer.planning.completion_estimate import calls_per_minute, estimate
from sheets_dialer.planning.halts import calls_left
from sheets_dialer.planning.plan import Halt
from sheets_dialer.tabs.control_settings import ControlSettings
from tests.support.planning import KARACHI, OPEN_ALL_DAY, World, hours, moment

NOON = moment("2026-07-15 12:00")
SHOP_HOURS = hours({"monday-sunday": "10:00-20:00"})


def world(rows: int = 5, **changes: object) -> World:
    """A queue whose rows are queued already."""
    sheet = [{"Phone": f"0300 12345{n:02d}"} for n in range(rows)]
    made = World(now=NOON, sheet=sheet, hours=SHOP_HOURS)
    made.control = replace(made.control, run=False)
    made.run()
    made.control = replace(made.control, run=True)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def called(calls: int, answered: int = 0, open_calls: int = 0) -> DailyUsage:
    """A day with so many calls."""
    return DailyUsage((Hour(calls, answered), *DailyUsage().hours[1:]), open_calls)


# --- The cap ---------------------------------------------------------------------------------


def test_no_more_calls_than_the_cap_leaves_for_today() -> None:
    assert len(world(settings=ControlSettings(daily_cap=10), today=called(8)).plan().dials) == 2


def test_a_cap_that_is_reached_says_when_calls_go_on() -> None:
    plan = world(settings=ControlSettings(daily_cap=10), today=called(10)).plan()
    assert plan.dials == ()
    assert plan.stopped == "Daily cap of 10 calls reached. Calls go on tomorrow at 10:00."
    assert plan.halt is Halt.LIMIT
    assert plan.only_hours_left


def test_people_set_the_cap_over_the_configured_one() -> None:
    limited = world(today=called(10))
    limited.policy = replace(limited.policy, daily_cap=10)
    assert limited.plan().dials == ()
    limited.settings = ControlSettings(daily_cap=11)
    assert len(limited.plan().dials) == 1


def test_a_cap_of_nothing_needs_a_person() -> None:
    plan = world(settings=ControlSettings(daily_cap=0)).plan()
    assert (plan.dials, plan.halt) == ((), Halt.PROBLEM)
    assert "Raise Daily cap" in str(plan.stopped)


# --- The budget ------------------------------------------------------------------------------


def test_calls_in_progress_count_against_the_budget_as_if_answered() -> None:
    # 100 rupees, 8 answered and 1 open at 10: one more.
    limited = world(settings=ControlSettings(daily_budget=100), today=called(12, 8, 1), price=10.0)
    assert len(limited.plan().dials) == 1
    limited.today = called(13, 8, 2)
    plan = limited.plan()
    assert plan.dials == ()
    assert str(plan.stopped).startswith("Daily budget of Rs 100 reached, calls that may still")


def test_a_budget_without_a_rate_lets_nobody_be_called() -> None:
    plan = world(settings=ControlSettings(daily_budget=100), price=None).plan()
    assert (plan.dials, plan.halt) == ((), Halt.PROBLEM)
    assert "doesn't tell what a call costs" in str(plan.stopped)


def test_a_budget_below_one_call_needs_a_person() -> None:
    plan = world(settings=ControlSettings(daily_budget=5), price=10.0).plan()
    assert (plan.dials, plan.halt) == ((), Halt.PROBLEM)
    assert "less than one call (10.00)" in str(plan.stopped)


def test_the_narrower_of_two_limits_counts() -> None:
    limited = world(
        settings=ControlSettings(daily_cap=10, daily_budget=1000), today=called(7), price=200
    )
    assert calls_left(limited.rules()) == 3


# --- What was called today -------------------------------------------------------------------


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger in a file."""
    return Ledger(f"sqlite:///{tmp_path}/ledger.db", new_id="abcdefgh")


def test_the_ledger_counts_today_by_the_hour_of_the_campaign(ledger: Ledger) -> None:
    times: dict[int, datetime] = {}

    def call(number: int, at: str, campaign: str = "orders") -> int:
        time = moment(at)
        new = NewJob(secrets.token_hex(6), Content(f"9230012345{number:02d}", "102"))
        ledger.record(campaign, time, new_jobs=[new])
        (job,) = ledger.jobs_with(campaign, refs=[new.ref])
        (attempt,) = ledger.record(campaign, time, intents=[Intent(job, Reason.FIRST)])
        times[attempt.id] = time
        return attempt.id

    def went(attempt: int, seconds: float = 1, **report: object) -> None:
        left = times[attempt] + timedelta(seconds=seconds)
        placed = {"call_id": str(attempt), "placed_at": left}
        intended, sending = AttemptState.INTENDED, AttemptState.SENDING
        ledger.move([Transition(attempt, intended, sending, {"sending_at": left})], NOON)
        ledger.move([Transition(attempt, sending, AttemptState.PLACED, placed)], NOON)
        if report:
            ledger.report([(attempt, report)], NOON)

    went(call(1, "2026-07-14 23:59"), call_status=2)
    # Marked yesterday, but it left today.
    went(call(10, "2026-07-14 23:59"), seconds=65, call_status=2)
    went(call(2, "2026-07-15 00:00"), call_status=2)
    went(call(3, "2026-07-15 10:59"), call_status=4)
    went(call(4, "2026-07-15 11:00"), call_status=2)
    went(call(5, "2026-07-15 11:30"))
    went(call(6, "2026-07-15 11:40"), call_status=8)
    never = call(7, "2026-07-15 11:45")
    ledger.move([Transition(never, AttemptState.INTENDED, AttemptState.WITHDRAWN, {})], NOON)
    call(8, "2026-07-15 11:59")
    went(call(9, "2026-07-15 11:00", "returns"), call_status=2)
    today = ledger.today("orders", NOON, KARACHI)
    counted = {hour: each for hour, each in enumerate(today.hours) if each.calls}
    assert counted == {0: Hour(2, 2), 10: Hour(1, 0), 11: Hour(4, 1)}
    # Who was busy may be reached yet, by the account's own retry.
    assert (today.calls, today.answered, today.open_calls) == (7, 3, 4)
    assert today.spent(2.5) == 7.5
    assert today.may_cost(2.5) == 17.5


PLACED, ENDED, UNKNOWN = AttemptState.PLACED, AttemptState.ENDED, AttemptState.UNKNOWN


@pytest.mark.parametrize(
    ("path", "report", "may_cost"),
    [
        ((), {}, True),
        ((AttemptState.SENDING,), {}, True),
        ((AttemptState.SENDING, UNKNOWN), {}, True),
        ((AttemptState.SENDING, UNKNOWN, AttemptState.RELEASED), {}, True),
        ((AttemptState.SENDING, AttemptState.REFUSED), {}, False),
        ((AttemptState.SENDING, AttemptState.NOT_SENT), {}, False),
        ((AttemptState.WITHDRAWN,), {}, False),
        ((AttemptState.SENDING, PLACED), {}, True),
        *(((AttemptState.SENDING, PLACED), {"call_status": each}, True) for each in (1, 3, 5, 8)),
        ((AttemptState.SENDING, PLACED), {"call_status": 2}, True),
        *(((AttemptState.SENDING, PLACED, ENDED), {"call_status": n}, False) for n in (3, 4, 5, 6)),
        ((AttemptState.SENDING, PLACED, ENDED), {"call_status": 2, "dtmf": "1"}, True),
        # Given up, or at an address that isn't asked any more: nobody knows.
        *(((AttemptState.SENDING, PLACED, ENDED), {"call_status": n}, True) for n in (1, 7, 8)),
        ((AttemptState.SENDING, PLACED, ENDED), {}, True),
        (
            (AttemptState.SENDING, PLACED, ENDED),
            {"call_status": 5, "problem_code": ProblemCode.LEFT_BEHIND},
            True,
        ),
    ],
)
def test_what_may_be_charged_counts_once_and_nothing_else_does(
    ledger: Ledger, path: Sequence[AttemptState], report: Mapping[str, Any], may_cost: bool
) -> None:
    new = NewJob(secrets.token_hex(6), Content("923001234501", "102"))
    ledger.record("orders", NOON, new_jobs=[new])
    (job,) = ledger.jobs_with("orders", refs=[new.ref])
    (attempt,) = ledger.record("orders", NOON, intents=[Intent(job, Reason.FIRST)])
    states = (AttemptState.INTENDED, *path)
    for source, target in pairwise(states):
        values = {"call_id": "7", "placed_at": NOON} if target is PLACED else {}
        if target is ENDED and "problem" in report:
            values = {"problem": report["problem"]}
        assert ledger.move([Transition(attempt.id, source, target, values)], NOON)
        if target is PLACED and report:
            told = {name: value for name, value in report.items() if name != "problem"}
            ledger.report([(attempt.id, told)], NOON)
    assert ledger.today("orders", NOON, KARACHI).may_cost(1) == int(may_cost)


def test_the_hours_of_a_day_begin_at_its_midnight() -> None:
    assert hours_begun(NOON, KARACHI)[0] == moment("2026-07-15 00:00")
    assert len(hours_begun(NOON, KARACHI)) == 13
    assert len(hours_begun(moment("2026-07-15 00:00"), KARACHI)) == 1


# --- How long it takes -----------------------------------------------------------------------


def test_calls_go_at_the_set_pace_or_as_the_lines_allow() -> None:
    usual = world().policy
    assert calls_per_minute(replace(usual, calls_per_minute=5)) == 5
    assert 9 < calls_per_minute(replace(usual, calls_per_minute=600)) < 12


def test_what_does_not_fit_today_is_done_on_another_day() -> None:
    slow = replace(world().policy, calls_per_minute=1)
    found = estimate(540, NOON, slow, SHOP_HOURS)
    assert found is not None
    assert found.working == timedelta(hours=9)
    assert abs(found.done_at - moment("2026-07-16 11:00")) < timedelta(minutes=1)


def test_the_days_limits_stretch_the_work_over_days() -> None:
    slow = replace(world().policy, calls_per_minute=1)
    found = estimate(130, NOON, slow, SHOP_HOURS, left_today=10, left_a_day=60)
    assert found is not None
    assert abs(found.done_at - moment("2026-07-17 11:00")) < timedelta(minutes=1)


def test_what_is_never_done_has_no_end() -> None:
    policy = world().policy
    assert estimate(0, NOON, policy, SHOP_HOURS) is None
    assert estimate(5, NOON, policy, CallingHours(KARACHI, ((),) * 7)) is None
    assert estimate(5, NOON, policy, SHOP_HOURS, left_today=0, left_a_day=0) is None
    whole_day = CallingHours(KARACHI, read_hours(OPEN_ALL_DAY))
    assert estimate(10**9, NOON, policy, whole_day) is None


# --- The voice -------------------------------------------------------------------------------


def test_queued_rows_are_called_once_with_the_voice_that_people_chose() -> None:
    queued = world(rows=2, settings=ControlSettings(voice_id="103"))
    dials = queued.run().dials
    assert [dial.job.content.voice_id for dial in dials] == ["103", "103"]
    assert queued.run().dials == ()
    assert [job.content.voice_id for job in queued.jobs] == ["103", "103"]
    assert len(queued.jobs) == 2


def test_nobody_is_called_again_because_the_voice_changed() -> None:
    queued = world(rows=2)
    assert len(queued.run().dials) == 2
    for place in (1, 2):
        queued.report(f"call{place}", NOON, call_status=2, dtmf="1")
    queued.run()
    before = [dict(row) for row in queued.sheet]
    queued.settings = ControlSettings(voice_id="103")
    for hours_later in (0, 1, 30, 80):
        queued.now = NOON + timedelta(hours=hours_later)
        plan = queued.run()
        assert (plan.dials, plan.new_jobs) == ((), ())
    assert queued.sheet == before
    assert all(row["Why"] == "" for row in queued.sheet)


def test_a_voice_that_a_row_names_itself_goes_before_the_chosen_one() -> None:
    queued = world(rows=1)
    queued.sheet.append({"Phone": "0300 7654321", "Voice ID": "104"})
    queued.settings = ControlSettings(voice_id="103")
    first, second = queued.run(), queued.run()
    voices = [dial.job.content.voice_id for dial in (*first.dials, *second.dials)]
    assert voices == ["103", "104"]


def test_what_was_said_to_a_number_is_not_said_again_by_another_way() -> None:
    queued = world(rows=1, settings=ControlSettings(voice_id="103"))
    assert len(queued.run().dials) == 1
    queued.report("call1", NOON, call_status=2, dtmf="1")
    # The same number, with the voice named on the row, or with the configured one.
    queued.sheet += [{"Phone": "0300 1234500", "Voice ID": voice} for voice in ("103", "102")]
    for _ in range(3):
        assert queued.run().dials == ()
    assert all("same call was placed" in row["Why"] for row in queued.sheet[1:])


def test_what_a_chosen_voice_said_is_not_said_again_once_nobody_chooses_it_any_more() -> None:
    queued = world(rows=1, settings=ControlSettings(voice_id="103"))
    assert len(queued.run().dials) == 1
    queued.report("call1", NOON, call_status=2, dtmf="1")
    queued.settings = ControlSettings()
    queued.sheet.append({"Phone": "0300 1234500", "Voice ID": "103"})
    for _ in range(3):
        assert queued.run().dials == ()
    assert "same call was placed" in queued.sheet[1]["Why"]


def test_a_job_that_was_tried_keeps_its_voice() -> None:
    queued = world(rows=1)
    queued.run()
    queued.report("call1", NOON, call_status=2, dtmf="1")
    queued.now += timedelta(minutes=5)
    queued.report("call1", queued.now, call_status=2, dtmf="1")
    queued.run()
    queued.sheet[0]["Status"] = "Call again"
    queued.settings = ControlSettings(voice_id="103")
    (dial,) = queued.run().dials
    assert dial.job.content.voice_id == "102"
