"""Hours that Pakistani shops keep: the week by name, and Ramadan's days as a configuration says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sheets_dialer.domain.calling_hours import CallingHours, read_hours
from tests.config.test_config import LEAST, faults, load, with_campaign
from tests.support.planning import World, moment

RAMADAN = "ramadan: {from: 2027-02-08, to: 2027-03-09}\n"


def hours_of(folder: Path, text: str) -> CallingHours:
    config = load(folder, text)
    return config.hours(config.campaigns[0])


def test_a_week_is_named_in_any_case(tmp_path: Path) -> None:
    opened = hours_of(tmp_path, with_campaign("calling_hours: Pakistan"))
    assert opened.week[4] == read_hours({"friday": ["10:00-12:30", "14:30-20:00"]})[4]
    assert opened.week[6] == ()
    assert opened.seasons == ()


def test_ramadan_needs_no_more_than_its_days(tmp_path: Path) -> None:
    (season,) = hours_of(tmp_path, LEAST + RAMADAN).seasons
    assert (season.first, season.last) == (date(2027, 2, 8), date(2027, 3, 9))
    assert season.week[0] == read_hours({"monday": ["10:00-16:00", "21:30-22:30"]})[0]


def test_a_day_that_is_closed_otherwise_stays_closed_in_ramadan(tmp_path: Path) -> None:
    text = with_campaign("calling_hours: pakistan") + RAMADAN
    (season,) = hours_of(tmp_path, text).seasons
    assert [bool(day) for day in season.week] == [True] * 6 + [False]


def test_a_campaign_may_have_hours_of_its_own_in_ramadan(tmp_path: Path) -> None:
    text = with_campaign('ramadan_hours: {sunday: "11:00-14:00"}') + RAMADAN
    (season,) = hours_of(tmp_path, text).seasons
    assert season.week == read_hours({"sunday": "11:00-14:00"})


def test_everybody_may_have_other_hours_in_ramadan(tmp_path: Path) -> None:
    text = LEAST + RAMADAN.replace("}", ', calling_hours: {monday-sunday: "10:00-15:00"}}')
    (season,) = hours_of(tmp_path, text).seasons
    assert season.week == read_hours({"monday-sunday": "10:00-15:00"})


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("{from: 2027-03-09, to: 2027-02-08}", "ramadan.to: found '2027-02-08'; expected: Ramadan"),
        ("{from: 2027-02-08, to: 2028-03-09}", "at most 30 days after from (2027-02-08)"),
        ("{from: 2027-02-08}", "ramadan.to: missing"),
        (
            "{from: the new moon, to: 2027-03-09}",
            "ramadan.from: found 'the new moon'",
        ),
        ("{from: 2027-02-30, to: 2027-03-09}", "a day such as 2026-12-25"),
        ("{form: 2027-02-08, to: 2027-03-09}", "there is no such setting (is it from?)"),
        (
            "{from: 2027-02-08, to: 2027-03-09, calling_hours: iftar}",
            "pakistan or ramadan, or days",
        ),
        (
            "{from: 2027-02-08, to: 2027-03-09, calling_hours: {someday: 1-2}}",
            "days such as monday",
        ),
        ("yes", "settings of its own"),
    ],
)
def test_slips_are_told(tmp_path: Path, section: str, expected: str) -> None:
    said = "\n".join(faults(tmp_path, LEAST + f"ramadan: {section}\n"))
    assert expected in said


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        # From the usual week into Ramadan, over a Sunday that is closed in both.
        ("2027-02-06 20:30", "8 Feb 10:00"),
        ("2027-02-08 18:00", "today 21:30"),
        # Friday in Ramadan: before the prayer, and after it until the fast is broken.
        ("2027-02-12 13:00", "today 14:30"),
        ("2027-02-12 16:30", "today 21:30"),
        # And out of it.
        ("2027-03-09 17:00", "today 21:30"),
        ("2027-03-09 23:00", "tomorrow 10:00"),
        ("2027-03-10 09:00", "today 10:00"),
    ],
)
def test_people_are_told_when_it_opens_across_the_borders(
    tmp_path: Path, now: str, opens: str
) -> None:
    hours = hours_of(tmp_path, with_campaign("calling_hours: pakistan") + RAMADAN)
    made = World(now=moment(now), hours=hours, sheet=[{"Phone": "0300 1234567"}]).run()
    assert made.stopped is not None
    assert opens in made.stopped.replace(" at ", " ")


def test_the_usual_hours_hold_again_after_ramadan(tmp_path: Path) -> None:
    hours = hours_of(tmp_path, with_campaign("calling_hours: pakistan") + RAMADAN)
    world = World(now=moment("2027-03-09 18:00"), hours=hours, sheet=[{"Phone": "0300 1234567"}])
    assert not world.run().dials
    world.now = moment("2027-03-10 18:00")
    assert world.run().dials
