"""What people type into the settings of the Dialer tab: understood, or nobody is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.domain.calling_hours import CallingHours, Window, read_hours
from sheets_dialer.tabs.control_settings import ControlSettings, read_settings
from sheets_dialer.tabs.control_tab import SETTINGS
from tests.support.planning import KARACHI, World, moment

CONFIGURED = CallingHours(
    KARACHI,
    read_hours({"monday-saturday": "10:00-20:00", "friday": ["10:00-12:30", "14:30-20:00"]}),
)


def grid(**values: object) -> list[list[object]]:
    """A control tab with these settings, by the first word of their label."""
    rows: list[list[object]] = [["Campaign", "orders"], ["Control", "RUN"]]
    for label in SETTINGS:
        name = label.split(" (")[0].replace(" ", "_").lower()
        rows.append([label, values.get(name, "")])
    return rows


def settings_of(**values: object) -> ControlSettings:
    """The settings that this tab says."""
    return read_settings(grid(**values), "orders")


def window(start: str, end: str) -> Window:
    """A window from its clock times."""
    return Window(time.fromisoformat(start), time.fromisoformat(end))


NIGHT = Window(time(21), time.max)
MORNING, AFTERNOON = window("10:00", "13:00"), window("14:30", "20:00")


def test_blank_settings_mean_what_is_configured() -> None:
    assert settings_of() == ControlSettings()
    assert ControlSettings().hours(CONFIGURED) == CONFIGURED


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("Monday-Saturday", (0, 1, 2, 3, 4, 5)),
        ("mon, wed", (0, 2)),
        ("Mon & Wed", (0, 2)),
        ("mon to thu", (0, 1, 2, 3)),
        ("saturday – monday", (5, 6, 0)),
        ("Daily", (0, 1, 2, 3, 4, 5, 6)),
    ],
)
def test_days_are_read_as_people_write_them(typed: str, days: tuple[int, ...]) -> None:
    assert settings_of(calling_days=typed).days == days


@pytest.mark.parametrize(
    ("typed", "windows"),
    [
        ("10:00-13:00, 14:30-20:00", (MORNING, AFTERNOON)),
        ("14:30 – 20:00; 10:00 – 13:00", (MORNING, AFTERNOON)),
        ("10am to 1pm and 2:30 PM - 8:00 PM", (MORNING, AFTERNOON)),
        ("10.00-13.00", (MORNING,)),
        ("10-13", (MORNING,)),
        ("12am-12pm", (window("00:00", "12:00"),)),
        ("20:00-02:00", (window("20:00", "02:00"),)),
        ("10pm-2am", (window("22:00", "02:00"),)),
        ("10 PM to 2 AM", (window("22:00", "02:00"),)),
        ("9.30 p.m. – 1.15 a.m.", (window("21:30", "01:15"),)),
        ("20-2", (window("20:00", "02:00"),)),
        ("13:00-1:00", (window("13:00", "01:00"),)),
        ("11am-2am", (window("11:00", "02:00"),)),
        ("21:30-02:30, 10:00-16:00", (window("10:00", "16:00"), window("21:30", "02:30"))),
        ("10am-4pm & 9pm-12am", (window("10:00", "16:00"), NIGHT)),
        ("21:00-0:00", (NIGHT,)),
        ("21:00-24:00", (NIGHT,)),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, windows: tuple[Window, ...]) -> None:
    assert settings_of(calling_hours=typed).windows == windows


@pytest.mark.parametrize(
    ("typed", "cap"), [(2000, 2000), (2000.0, 2000), ("1,000", 1000), ("1,00,000", 100_000), (0, 0)]
)
def test_a_cap_is_whole_calls(typed: object, cap: int) -> None:
    assert settings_of(daily_cap=typed).daily_cap == cap


@pytest.mark.parametrize(
    ("typed", "budget"),
    [(5000, 5000), ("Rs 5,000", 5000), ("Rs. 5000/-", 5000), ("PKR 99.50", 99.5), (0.5, 0.5)],
)
def test_a_budget_is_rupees(typed: object, budget: float) -> None:
    assert settings_of(daily_budget=typed).daily_budget == budget


@pytest.mark.parametrize(("typed", "voice"), [(103, "103"), (103.0, "103"), (" 103 ", "103")])
def test_a_voice_is_an_id(typed: object, voice: str) -> None:
    assert settings_of(voice_id=typed).voice_id == voice


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("calling_days", "someday"),
        ("calling_days", 46000),
        ("calling_days", "#REF!"),
        ("calling_hours", 0.4166),
        ("calling_hours", 46315),
        ("calling_hours", "10-8"),
        ("calling_hours", "9:00-5:00"),
        ("calling_hours", "12-8"),
        ("calling_hours", "8pm-2"),
        ("calling_hours", "20:00-20:00"),
        ("calling_hours", "20:00-02:00, 22:00-23:00"),
        ("calling_hours", "1-5 pm"),
        ("calling_hours", "10:00-14:00, 13:00-20:00"),
        ("calling_hours", "13pm-14pm"),
        ("calling_hours", "10:00"),
        ("daily_cap", "many"),
        ("daily_cap", -1),
        ("daily_cap", 2.5),
        ("daily_cap", "1,5"),
        ("daily_cap", True),
        ("daily_budget", "#N/A"),
        ("daily_budget", "five"),
        ("voice_id", "the lady"),
        ("voice_id", False),
        ("voice_id", 1.5),
    ],
)
def test_what_is_not_understood_is_named_and_stops_the_calls(label: str, value: object) -> None:
    found = settings_of(**{label: value})
    title = next(t for t in SETTINGS if t.lower().startswith(label.replace("_", " ")))
    assert found.problem is not None
    assert title in found.problem
    assert "clear the cell" in found.problem


@pytest.mark.parametrize("label", ["calling_days", "calling_hours"])
@pytest.mark.parametrize("value", [46315, 46315.5, 0.4166, 0])
def test_what_sheets_made_a_date_of_is_told_with_how_to_type_it(label: str, value: float) -> None:
    problem = settings_of(**{label: value}).problem or ""
    assert "Format → Number → Plain text" in problem
    assert "such as" in problem


def test_a_setting_that_stands_twice_is_not_guessed() -> None:
    twice = [*grid(), ["Daily cap", 5]]
    assert "two rows" in (read_settings(twice, "orders").problem or "")
    assert read_settings([*grid(), ["Daily cap", ""]], "orders") == ControlSettings()


def test_days_alone_keep_the_configured_windows_of_those_days() -> None:
    hours = settings_of(calling_days="friday, sunday").hours(CONFIGURED)
    friday = (window("10:00", "12:30"), AFTERNOON)
    assert hours.week == ((), (), (), (), friday, (), ())


def test_hours_alone_hold_on_every_day_that_has_configured_windows() -> None:
    hours = settings_of(calling_hours="14:30-20:00").hours(CONFIGURED)
    assert hours.week == ((AFTERNOON,),) * 6 + ((),)


def test_days_and_hours_together_are_those_windows_on_those_days() -> None:
    hours = settings_of(calling_days="sunday", calling_hours="14:30-20:00").hours(CONFIGURED)
    assert hours.week == ((),) * 6 + ((AFTERNOON,),)


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.text("0123456789:-,.; ampto&#/RsMondayfri", max_size=20),
    st.sampled_from(["#REF!", "#N/A", "10:00-20:00", "mon-fri", "1,000", "Rs 50", "102"]),
)


@given(st.lists(cells, min_size=5, max_size=5))
def test_no_input_fails_and_nothing_unclear_lets_calls_go_out(values: Sequence[object]) -> None:
    tab: list[list[object]] = [["Campaign", "orders"], ["Control", "RUN"]]
    tab += [[label, value] for label, value in zip(SETTINGS, values, strict=True)]
    found = read_settings(tab, "orders")
    read = (found.days, found.windows, found.daily_cap, found.daily_budget, found.voice_id)
    for value, meaning in zip(values, read, strict=True):
        blank = value is None or (isinstance(value, str) and not value.strip())
        # What isn't blank is understood, or there is a problem.
        assert blank or meaning is not None or found.problem
    if found.problem:
        world = World(now=moment("2026-07-15 12:00"), sheet=[{"Phone": "0300 1234567"}])
        world.run()
        world.settings = found
        plan = world.plan()
        assert plan.dials == ()
        assert plan.stopped == found.problem


def test_settings_of_another_campaign_are_not_taken() -> None:
    tab = [["Campaign", "orders", "returns"], ["Daily cap", 5, "no idea"]]
    assert read_settings(tab, "orders").daily_cap == 5
    assert read_settings(tab, "returns").problem
    assert read_settings(tab, "others") == ControlSettings()
    assert read_settings(None, "orders") == ControlSettings()


def test_holidays_stay_when_hours_are_chosen() -> None:
    day = moment("2026-07-15 12:00").date()
    hours = replace(CONFIGURED, zone=ZoneInfo("UTC"), holidays=frozenset({day}))
    assert settings_of(calling_hours="00:00-24:00").hours(hours).holidays == {day}
