"""What people set for a campaign on the Dialer tab, and what it doesn't allow."""

from __future__ import annotations

from tests.situations.stage import Stage, every_day
from tests.situations.table import in_the_sheet

TWO = ("0300 0000001", "0300 0000002")


@in_the_sheet(
    "Settings that can't be understood",
    {
        "Calling days": ("setting_unclear", "days_expected"),
        "Calling hours": ("setting_unclear", "hours_expected"),
        "Daily cap": ("setting_unclear", "cap_expected"),
        "Daily budget": ("setting_unclear", "budget_expected"),
        "Voice ID": ("setting_unclear", "voice_expected"),
        "Daily cap stands in two rows": "setting_stands_twice",
        "Sheets took 10-20 for a date": "setting_became_number",
    },
)
def unclear_settings(stage: Stage) -> None:
    for label, typed in (
        ("Calling days", "someday"),
        ("Calling hours", "after lunch"),
        ("Daily cap", "a few"),
        ("Daily budget (Rs)", "-5"),
        ("Voice ID", "the lady"),
    ):
        stage.control(typed, label)
        stage.dial(1)
        stage.control("", label)
    # As a cell keeps it that was pasted with the format of a date: a number.
    hours = stage.control_cell("Calling hours")
    stage.tab("Dialer").update([[46315]], hours, raw=True)
    stage.dial(1)
    stage.control("", "Calling hours")
    stage.control("100", "Daily cap")
    stage.control("Daily cap", "Held by", column="A")
    stage.dial(1)


@in_the_sheet(
    "A cap on the day's calls",
    {
        "it is reached": ("state_limit", "cap_reached", "tomorrow"),
        "every day to come is a holiday": "never_open",
        "it is 0": "cap_is_nothing",
    },
)
def a_daily_cap(stage: Stage) -> None:
    stage.control("1", "Daily cap")
    stage.paste(*TWO)
    stage.dial(until="cap_reached")
    stage.configure(campaign={"holidays": every_day()[1:]})
    stage.dial(until="never_open")
    stage.control("0", "Daily cap")
    stage.dial(1)


@in_the_sheet(
    "A budget for the day's calls",
    {
        "it is reached": ("state_limit", "budget_reached"),
        "it is less than one call costs": "budget_is_nothing",
    },
)
def a_daily_budget(stage: Stage) -> None:
    stage.control("Rs 15", "Daily budget (Rs)")
    stage.paste(*TWO)
    stage.dial(until="budget_reached")
    stage.control("Rs 2", "Daily budget (Rs)")
    stage.dial(1)


@in_the_sheet(
    "A budget for the day's calls, and a portal that tells no rate",
    {"State": "no_rate_for_budget"},
)
def a_budget_without_a_rate(stage: Stage) -> None:
    stage.portal(shape="balance_only")
    stage.control("5000", "Daily budget (Rs)")
    stage.paste(*TWO)
    stage.dial(until="no_rate_for_budget")
