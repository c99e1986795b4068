"""What the Dialer tab says in each situation, as values: sentences, counts and the heartbeat."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from sheets_dialer.domain.daily_usage import DailyUsage, Hour
from sheets_dialer.domain.policy import Policy
from sheets_dialer.domain.times import serial
from sheets_dialer.planning.campaign_status import (
    done_by,
    in_words,
    preview_sentence,
    reasons,
    state,
)
from sheets_dialer.planning.dashboard import BEAT, Dashboard, Facts, board, notes
from sheets_dialer.planning.plan import Halt, Plan, RowState, RowSummary
from sheets_dialer.tabs.control_settings import ControlSettings
from sheets_dialer.tabs.control_tab import LABELS, SHOWN, CellNote
from sheets_dialer.texts import say
from tests.support.planning import KARACHI, World, hours, moment

NOON = moment("2026-07-15 12:00")
WORLD = World(now=NOON, sheet=[], hours=hours({"monday-sunday": "10:00-20:00"}))
RULES = WORLD.rules()


def plan_of(counts: dict[RowState, int], halt: Halt | None = None, why: str | None = None) -> Plan:
    """A plan with so many rows."""
    summaries = {
        RowSummary(row_state, row_state.value, why=f"{row_state.value} because"): n
        for row_state, n in counts.items()
    }
    return Plan(counts=counts, summaries=summaries, halt=halt, stopped=why)


def say_state(made: Plan, *, at: datetime = NOON, paused_at: datetime | None = None) -> str:
    """The state's sentence."""
    return state(made, at, RULES, paused_at)


QUEUED = {RowState.QUEUED: 340}


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (plan_of(QUEUED), "Calling: 340 queued."),
        (
            plan_of({**QUEUED, RowState.WAITING: 3, RowState.HELD: 2}),
            "Calling: 340 queued, 3 waiting, 2 held.",
        ),
        (plan_of({RowState.WAITING: 3}), "Waiting: 3 for their own time."),
        (plan_of({RowState.SETTLED: 9}), "Done: nothing queued."),
        (plan_of({RowState.HELD: 9}), "Done: nothing queued. 9 held."),
        (
            plan_of(QUEUED, Halt.PAUSED, "Paused."),
            "Paused: choose RUN in Control to start. 340 queued.",
        ),
        (
            plan_of(QUEUED, Halt.PROBLEM, "Broken. Mend it."),
            "Stopped: Broken. Mend it. 340 queued.",
        ),
        (plan_of(QUEUED, Halt.PROBLEM, "Stopped: broken."), "Stopped: broken. 340 queued."),
        (
            plan_of(QUEUED, Halt.LIMIT, "Daily cap of 5 calls reached."),
            "Waiting: Daily cap of 5 calls reached. 340 queued.",
        ),
        (plan_of({}, Halt.ENDED, "Not running."), "Not running. Nothing queued."),
        (plan_of(QUEUED, Halt.ENDED, "Not running."), "Not running. 340 queued."),
    ],
)
def test_the_state_says_in_one_line_how_it_stands(made: Plan, sentence: str) -> None:
    assert say_state(made) == sentence


def test_the_state_says_when_it_opens() -> None:
    evening = moment("2026-07-15 21:00")
    closed = plan_of(QUEUED, Halt.CLOSED, "…")
    assert say_state(closed, at=evening) == "Waiting: opens tomorrow at 10:00, 340 queued."


def test_the_state_says_since_when_a_person_paused() -> None:
    paused = plan_of(QUEUED, Halt.PAUSED, "Paused.")
    today = moment("2026-07-15 11:02")
    assert say_state(paused, paused_at=today) == "Paused by you at 11:02, 340 queued."
    before = today - timedelta(days=1)
    assert say_state(paused, paused_at=before) == "Paused by you yesterday at 11:02, 340 queued."


def test_the_state_counts_calls_in_progress() -> None:
    world = World(now=NOON, sheet=[{"Phone": "0300 1234567"}])
    world.run()
    called = world.run()
    assert state(called, NOON, RULES) == "Calling: 1 in progress."
    world.control = replace(world.control, run=False)
    world.sheet.append({"Phone": "0300 1234568"})
    paused = world.run()
    assert (
        state(paused, NOON, RULES, NOON) == "Paused by you at 12:00, 1 still in progress, 1 queued."
    )


# --- Reasons and the preview -----------------------------------------------------------------


def held(**whys: int) -> Plan:
    """A paused plan with rows held for these reasons."""
    summaries = {
        RowSummary(RowState.HELD, "Not called", why=why.replace("_", " ")): n
        for why, n in whys.items()
    }
    counts = {RowState.HELD: sum(whys.values()), RowState.QUEUED: 340}
    summaries[RowSummary(RowState.QUEUED, "Queued", why="Waits.")] = 340
    return Plan(counts=counts, summaries=summaries, halt=Halt.PAUSED, stopped="Paused.")


LISTED = "This number is on the Do Not Call tab, row {}. Remove it there to call."


def test_reasons_that_differ_from_row_to_row_are_one() -> None:
    made = held(**{LISTED.format(row): 1 for row in range(2, 6)}, Too_old=3)
    assert reasons(made) == [
        ("Paused.", 340),
        ("This number is on the Do Not Call tab, row …. Remove it there to call.", 4),
        ("Too old", 3),
    ]
    assert reasons(held(**{LISTED.format(7): 2}))[1] == (LISTED.format(7), 2)


def test_the_preview_says_how_many_what_it_costs_how_long_and_who_is_held() -> None:
    made = held(
        **{"This is not a phone number. Type it.": 8, LISTED.format(2): 3, LISTED.format(3): 1}
    )
    rules = replace(RULES, price=11.0, policy=replace(RULES.policy, calls_per_minute=5))
    assert preview_sentence(made, NOON, rules) == (
        "RUN would call 340: about Rs 3,740 and 68 minutes. 12 rows are held: "
        "This is not a phone number (8), This number is on the Do Not Call tab, row … (4)."
    )


def test_the_preview_knows_calling_hours_limits_and_that_nobody_is_left() -> None:
    made = plan_of(QUEUED, Halt.PAUSED, "Paused.")
    slow: Policy = replace(RULES.policy, calls_per_minute=1)
    late = moment("2026-07-15 19:00")
    said = preview_sentence(made, late, replace(RULES, policy=slow))
    assert (
        said == "RUN would call 340: about 5 hours 40 minutes. All would be done tomorrow at 14:40."
    )
    capped = replace(RULES, policy=replace(slow, daily_cap=100))
    assert "Today's limit allows 100 of them." in preview_sentence(made, NOON, capped)
    assert preview_sentence(plan_of({}), NOON, RULES) == "RUN would call nobody."
    assert done_by(340, late, replace(RULES, policy=slow)) == "Tomorrow at 14:40"
    assert done_by(0, late, RULES) == ""


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.2, "1 minute"),
        (25, "25 minutes"),
        (95, "1 hour 35 minutes"),
        (180, "3 hours"),
        (605, "10 hours 5 minutes"),
    ],
)
def test_spans_are_said_as_people_say_them(minutes: float, words: str) -> None:
    assert in_words(timedelta(minutes=minutes)) == words


# --- The cells -------------------------------------------------------------------------------


def facts(**changes: Any) -> Facts:
    """What is shown beside the plan."""
    usual = Facts(
        now=NOON, rules=RULES, zone=KARACHI, next_pass="15 seconds after", held_by="shop (1)"
    )
    return replace(usual, **changes)


def grid(values: Dashboard) -> list[list[object]]:
    """A control tab that says these values already."""
    return [["Campaign", "orders"], *([label, values.get(label, "")] for label in LABELS[1:])]


def test_every_row_that_the_tab_offers_is_filled_but_those_of_people_and_the_alarm() -> None:
    shown = board(plan_of(QUEUED), facts())
    mine = [label for label in LABELS if label not in ("Campaign", "Control", "Running?")]
    assert set(shown) == {
        label
        for label in mine
        if label
        not in ("Calling days", "Calling hours", "Daily cap", "Daily budget (Rs)", "Voice ID")
    }
    assert set(SHOWN) <= set(shown)


def test_counts_and_hours_are_numbers() -> None:
    summaries = {
        RowSummary(RowState.SETTLED, "Answered", "1"): 7,
        RowSummary(RowState.SETTLED, "Answered", "none"): 2,
        RowSummary(RowState.SETTLED, "Answered", "other"): 1,
        RowSummary(RowState.SETTLED, "Unknown status 7"): 1,
        RowSummary(RowState.HELD, "my own word", why="Status says"): 1,
        RowSummary(RowState.ASIDE): 5,
    }
    today = DailyUsage((Hour(), Hour(4, 3), *DailyUsage().hours[2:]), 1)
    rules = replace(RULES, today=today, price=2.0)
    shown = board(
        Plan(summaries=summaries), facts(rules=rules, account="demo", balance=99.5, rate=1.0)
    )
    assert (shown["Status: Answered"], shown["Status: Other"], shown["Status: Busy"]) == (10, 2, 0)
    assert (shown["Answer: Confirmed (1)"], shown["Answer: No key pressed"]) == (7, 2)
    assert (shown["Answer: Another key"], shown["Answer: Cancelled (2)"]) == (1, 0)
    assert (shown["Calls at 01:00"], shown["Answered at 01:00"]) == (4, 0.75)
    assert (shown["Calls at 02:00"], shown["Answered at 02:00"]) == (0, "")
    assert (shown["Calls today"], shown["Spent today (Rs)"]) == (4, 6.0)
    assert (shown["Account"], shown["Balance (Rs)"], shown["Rate (Rs)"]) == ("demo", 99.5, 1.0)


def test_what_nobody_knows_is_left_blank() -> None:
    shown = board(plan_of(QUEUED), facts())
    for label in (
        "Account",
        "Balance (Rs)",
        "Rate (Rs)",
        "Spent today (Rs)",
        "Queued would cost (Rs)",
    ):
        assert shown[label] == ""
    assert shown["What RUN would do"] == "", "it runs"


def test_a_tab_that_says_everything_is_left_alone_for_a_minute() -> None:
    shown = board(plan_of(QUEUED), facts())
    tab = grid(shown)
    later = {
        seconds: board(plan_of(QUEUED), facts(now=NOON + timedelta(seconds=seconds)))
        for seconds in (0, 15, 59, 60)
    }
    assert [notes(later[s], tab, "orders", writing=False) for s in (0, 15, 59)] == [[], [], []]
    beat = {note.value for note in notes(later[60], tab, "orders", writing=False)}
    assert beat == {serial(NOON + BEAT, KARACHI), later[60]["Queued would be done"]}


def test_what_changes_by_itself_waits_for_something_else() -> None:
    tab = grid(board(plan_of(QUEUED), facts(balance=10.0)))
    other = board(
        plan_of(QUEUED), facts(balance=9.0, next_pass="soon", now=NOON + timedelta(seconds=9))
    )
    assert notes(other, tab, "orders", writing=False) == []
    assert {note.value for note in notes(other, tab, "orders", writing=True)} == {9.0, "soon"}


def test_labels_are_found_wherever_they_stand_and_strange_ones_passed_over() -> None:
    shown = board(plan_of(QUEUED), facts())
    tab: list[list[object]] = [
        ["Campaign", "x", "orders"],
        ["my own row"],
        [" state "],
        [],
        ["State of mind"],
    ]
    assert notes(shown, tab, "orders", writing=False) == [CellNote(2, 2, "Calling: 340 queued.")]
    tab.append(["State"])
    assert notes(shown, tab, "orders", writing=True) == [], "it stands twice"
    assert notes(shown, tab, "returns", writing=True) == []


def test_the_last_problem_says_when_it_came() -> None:
    problem = ("Google Sheets is busy.", moment("2026-07-15 09:30"))
    shown = board(plan_of({}), facts(problem=problem))
    assert shown["Last problem"] == "Today at 09:30: Google Sheets is busy."


def test_a_setting_that_is_not_understood_is_named_in_the_state() -> None:
    world = World(now=NOON, sheet=[{"Phone": "0300 1234567"}])
    world.settings = ControlSettings(
        problem=say(
            "setting_unclear", label="Daily cap", value="lots", expected=say("cap_expected")
        )
    )
    world.run()
    assert state(world.run(), NOON, RULES) == (
        "Stopped: Daily cap says “lots”, which is not understood. Type a whole number of calls "
        "such as 2000, or clear the cell. 1 queued."
    )


def test_held_rows_without_a_reason_are_counted_with_the_others() -> None:
    summaries = {
        RowSummary(RowState.HELD, "Calling"): 2,
        RowSummary(RowState.HELD, "Not called", why="Too old."): 1,
    }
    made = Plan(counts={RowState.HELD: 3}, summaries=summaries, halt=Halt.PAUSED, stopped="Paused.")
    expected = "RUN would call nobody. 3 rows are held: Too old (1), other reasons (2)."
    assert preview_sentence(made, NOON, RULES) == expected


def test_what_follows_others_words_stands_behind_a_full_stop() -> None:
    stopped = plan_of(QUEUED, Halt.PROBLEM, "The portal refused: API Key not matched")
    assert say_state(stopped) == "Stopped: The portal refused: API Key not matched. 340 queued."
