"""May it ring now? If not, when?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets_dialer.domain.calling_hours import (
    PRESETS,
    CallingHours,
    Season,
    Window,
    read_days,
    read_hours,
    read_window,
)
from tests.support.examples import some_of

KARACHI = ZoneInfo("Asia/Karachi")
LONDON = ZoneInfo("Europe/London")
HAVANA = ZoneInfo("America/Havana")  # its clocks change at midnight
ASUNCION = ZoneInfo("America/Asuncion")  # at midnight they were set back into the day before
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks change by half an hour


def at(text: str, zone: ZoneInfo = KARACHI, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def hours(
    zone: ZoneInfo = KARACHI, holidays: tuple[date, ...] = (), **named: str | list[str]
) -> CallingHours:
    week = read_hours({days.replace("_", "-"): windows for days, windows in named.items()})
    return CallingHours(zone, week, frozenset(holidays))


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-07-15 09:59:59.999999", False),
        ("2026-07-15 10:00", True),
        ("2026-07-15 19:59:59.999999", True),
        ("2026-07-15 20:00", False),
    ],
)
def test_a_window_holds_its_start_and_not_its_end(moment: str, is_open: bool) -> None:
    assert hours(monday_sunday="10:00-20:00").open_at(at(moment)) is is_open


def test_hours_are_those_of_the_zone_whatever_the_moment_is_given_in() -> None:
    opened = hours(monday_sunday="10:00-20:00")
    assert opened.open_at(datetime(2026, 7, 15, 5, 0, tzinfo=UTC))
    assert not opened.open_at(datetime(2026, 7, 15, 4, 59, tzinfo=UTC))
    assert not opened.open_at(datetime(2026, 7, 15, 15, 0, tzinfo=UTC))


def test_a_day_may_have_several_windows() -> None:
    friday = hours(friday=["14:30-20:00", "10:00-12:30"])
    assert friday.open_at(at("2026-07-17 12:29"))
    assert not friday.open_at(at("2026-07-17 13:00"))
    assert friday.next_opening(at("2026-07-17 13:00")) == at("2026-07-17 14:30")
    assert friday.next_opening(at("2026-07-17 20:00")) == at("2026-07-24 10:00")


def test_the_narrower_entry_wins_in_any_order() -> None:
    for named in (
        {"monday-sunday": "10:00-20:00", "friday": "15:00-18:00"},
        {"friday": "15:00-18:00", "monday-sunday": "10:00-20:00"},
    ):
        week = read_hours(named)
        assert week[4] == (read_window("15:00-18:00"),)
        assert week[3] == (read_window("10:00-20:00"),)


def test_an_entry_without_windows_closes_its_day() -> None:
    assert read_hours({"monday-sunday": "10:00-20:00", "friday": []})[4] == ()


def test_a_day_that_no_entry_names_is_closed() -> None:
    assert read_hours({"monday-friday": "10:00-20:00"})[5:] == ((), ())


def test_a_holiday_has_no_window() -> None:
    opened = hours(holidays=(date(2026, 7, 16),), monday_sunday="10:00-20:00")
    assert not opened.open_at(at("2026-07-16 12:00"))
    assert opened.next_opening(at("2026-07-15 20:00")) == at("2026-07-17 10:00")


def test_an_end_of_24_00_reaches_the_next_day_without_a_gap() -> None:
    night = hours(monday="20:00-24:00", tuesday="00:00-02:00")
    assert night.open_at(at("2026-07-13 23:59:59.999999"))
    assert night.open_at(at("2026-07-14 00:00"))
    assert not night.open_at(at("2026-07-14 02:00"))
    assert not night.open_at(at("2026-07-14 23:59:59.999999"))


def test_no_windows_at_all_never_open() -> None:
    assert hours().next_opening(at("2026-07-15 12:00")) is None


def test_while_open_the_next_opening_is_now() -> None:
    now = at("2026-07-15 12:00")
    assert hours(monday_sunday="10:00-20:00").next_opening(now) == now


def test_when_clocks_go_forward_over_a_start_the_window_opens_with_the_change() -> None:
    # On 29 March 2026 London's clocks go from 01:00 to 02:00.
    opened = hours(LONDON, sunday="01:30-03:00")
    assert opened.next_opening(at("2026-03-29 00:10", LONDON)) == at("2026-03-29 02:00", LONDON)


def test_a_window_that_clocks_leap_over_does_not_open_that_day() -> None:
    opened = hours(LONDON, sunday="01:15-01:45")
    assert opened.next_opening(at("2026-03-29 00:10", LONDON)) == at("2026-04-05 01:15", LONDON)


def test_a_window_that_clocks_show_twice_opens_twice() -> None:
    opened = hours(LONDON, sunday="01:15-01:45")
    again = at("2026-10-25 01:15", LONDON, fold=1)
    assert opened.next_opening(at("2026-10-25 01:50", LONDON)) == again
    assert opened.next_opening(at("2026-10-25 00:10", LONDON)) == at("2026-10-25 01:15", LONDON)


def test_a_day_whose_midnight_is_leapt_over_opens_with_the_change() -> None:
    # On 8 March 2026 Havana's clocks go from 00:00 to 01:00.
    opened = hours(HAVANA, sunday="00:00-24:00")
    assert opened.next_opening(at("2026-03-07 12:00", HAVANA)) == at("2026-03-08 01:00", HAVANA)


def fasting(first: str, last: str, holidays: tuple[date, ...] = ()) -> CallingHours:
    """A Pakistani shop's usual week, and Ramadan's hours from one day to another."""
    season = Season(
        date.fromisoformat(first), date.fromisoformat(last), read_hours(PRESETS["ramadan"])
    )
    return CallingHours(KARACHI, read_hours(PRESETS["pakistan"]), frozenset(holidays), (season,))


def test_the_week_named_pakistan_leaves_friday_prayer_and_sunday_alone() -> None:
    opened = CallingHours(KARACHI, read_hours(PRESETS["pakistan"]))
    # 17 July 2026 is a Friday.
    assert opened.open_at(at("2026-07-16 13:00"))
    assert not opened.open_at(at("2026-07-17 13:00"))
    assert opened.next_opening(at("2026-07-17 12:30")) == at("2026-07-17 14:30")
    assert opened.next_opening(at("2026-07-18 20:00")) == at("2026-07-20 10:00")


def test_a_season_holds_on_its_first_and_its_last_day() -> None:
    opened = fasting("2027-02-08", "2027-03-09")
    for day in ("2027-02-08", "2027-02-20", "2027-03-09"):
        assert not opened.open_at(at(f"{day} 18:15")), "iftar"
        assert not opened.open_at(at(f"{day} 20:45")), "taraweeh"
        assert opened.open_at(at(f"{day} 21:45"))
    for day in ("2027-02-06", "2027-03-10"):
        assert opened.open_at(at(f"{day} 18:15"))
        assert not opened.open_at(at(f"{day} 21:45"))


def test_the_next_opening_is_found_across_a_season_s_borders() -> None:
    opened = fasting("2027-02-08", "2027-03-09")
    # Into it: from Saturday evening over the closed Sunday; out of it: on the evening of the last.
    assert opened.next_opening(at("2027-02-06 20:00")) == at("2027-02-08 10:00")
    assert opened.next_opening(at("2027-03-09 16:00")) == at("2027-03-09 21:30")
    assert opened.next_opening(at("2027-03-09 22:30")) == at("2027-03-10 10:00")


def test_a_holiday_goes_before_a_season() -> None:
    opened = fasting("2027-02-08", "2027-03-09", (date(2027, 3, 9), date(2027, 3, 10)))
    assert opened.next_opening(at("2027-03-08 22:30")) == at("2027-03-11 10:00")


clocks = st.integers(0, 24 * 60)
windows = st.lists(clocks, min_size=2, max_size=6, unique=True).map(
    lambda minutes: [
        f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
        for start, end in zip(*[iter(sorted(minutes))] * 2, strict=False)
    ]
)
weeks = st.dictionaries(st.sampled_from(["monday-sunday", "sunday", "wed-fri", "mon"]), windows)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


@settings(max_examples=150, deadline=None)
@given(weeks, moments, st.sampled_from([KARACHI, LONDON, HAVANA]))
def test_it_is_open_at_the_next_opening_and_never_between(
    named: dict[str, list[str]], moment: datetime, zone: ZoneInfo
) -> None:
    opened = CallingHours(zone, read_hours(named), frozenset({date(2026, 3, 29)}))
    opening = opened.next_opening(moment)
    if opening is None:
        assert not any(read_hours(named))
        return
    assert opening >= moment
    assert opened.open_at(opening)
    step = min(opening - moment, timedelta(days=2)) / 40
    assert not any(opened.open_at(opening - step * n) for n in range(1, 40) if step)


seasons = st.builds(
    lambda first, days, named: Season(first, first + timedelta(days=days), read_hours(named)),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.integers(0, 40),
    weeks,
)


@settings(max_examples=200, deadline=None)
@given(weeks, st.lists(seasons, max_size=2), moments, st.sampled_from([KARACHI, LONDON]))
def test_with_seasons_nothing_is_open_before_the_next_opening(
    named: dict[str, list[str]], apart: list[Season], moment: datetime, zone: ZoneInfo
) -> None:
    opened = CallingHours(zone, read_hours(named), frozenset(), tuple(apart))
    opening = opened.next_opening(moment)
    end = opening or moment + timedelta(days=60)
    if opening is not None:
        assert opening >= moment
        assert opened.open_at(opening)
    # Windows begin at whole minutes: every start until then is a moment at which it might be open.
    starts = {
        window.start
        for week in (opened.week, *(season.week for season in apart))
        for windows_of_day in week
        for window in windows_of_day
    }
    day = moment.astimezone(zone).date()
    while day <= end.astimezone(zone).date():
        for start in starts:
            instant = datetime.combine(day, start, zone).astimezone(UTC)
            if moment <= instant < end:
                assert not opened.open_at(instant)
        day += timedelta(days=1)


CHANGES = [
    (LONDON, datetime(2026, 3, 29, 1)),
    (LONDON, datetime(2026, 10, 25, 1)),
    (HAVANA, datetime(2026, 3, 8, 5)),
    (HAVANA, datetime(2026, 11, 1, 5)),
    (ASUNCION, datetime(2023, 3, 26, 3)),
    (LORD_HOWE, datetime(2026, 4, 4, 15)),
]
"""Zones whose clocks change, forward and back, and a moment in UTC at which they do."""


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CHANGES), st.integers(-30 * 60, 6 * 60), windows)
def test_around_a_change_of_the_clocks_every_opening_and_closing_is_known_to_the_minute(
    change: tuple[ZoneInfo, datetime], minutes: int, texts: list[str]
) -> None:
    zone, changes_at = change
    moment = changes_at.replace(tzinfo=UTC) + timedelta(minutes=minutes)
    opened = hours(zone, monday_sunday=texts)

    def first(is_open: bool) -> datetime:
        return next(
            at
            for at in (moment + timedelta(minutes=ahead) for ahead in range(3 * 24 * 60))
            if opened.open_at(at) is is_open
        )

    assert opened.next_opening(moment) == first(is_open=True)
    # A day's end is an end, though the next day may begin with a window.
    if not texts[-1].endswith("24:00"):
        assert opened.closing(moment) == first(is_open=False)


def test_a_window_that_clocks_are_set_back_into_opens_with_the_change() -> None:
    # On 25 October 2026 London's clocks go from 02:00 to 01:00.
    opened = hours(LONDON, sunday="00:30-01:30")
    change = at("2026-10-25 01:00", LONDON, fold=1)
    assert not opened.open_at(at("2026-10-25 01:40", LONDON))
    assert opened.next_opening(at("2026-10-25 01:40", LONDON)) == change
    assert opened.closing(change) == at("2026-10-25 01:30", LONDON, fold=1)


def test_a_window_whose_end_clocks_leap_over_closes_with_the_change() -> None:
    opened = hours(LONDON, sunday="00:30-01:30")
    assert opened.closing(at("2026-03-29 00:40", LONDON)) == at("2026-03-29 02:00", LONDON)


def night_hours(zone: ZoneInfo = KARACHI, **named: str | list[str]) -> CallingHours:
    """Every day a night, but as named."""
    return hours(zone, **{"monday_sunday": "20:00-02:00", **named})


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [  # 2026-07-15 is a Wednesday.
        ("2026-07-15 19:59:59", False),
        ("2026-07-15 20:00", True),
        ("2026-07-15 23:59:59.999999", True),
        ("2026-07-16 00:00", True),
        ("2026-07-16 01:59:59.999999", True),
        ("2026-07-16 02:00", False),
        ("2026-07-17 01:00", True),  # Thursday's night, though Friday has other hours
        ("2026-07-17 21:00", False),
        ("2026-07-18 01:00", False),  # Friday has no night
        ("2026-07-17 11:00", True),
        ("2026-07-19 01:00", True),  # Saturday's night reaches into Sunday, which is closed
        ("2026-07-19 21:00", False),
        ("2026-07-20 01:00", False),
    ],
)
def test_what_passes_midnight_belongs_to_the_day_on_which_it_opens(
    moment: str, is_open: bool
) -> None:
    opened = night_hours(friday="10:00-12:00", sunday=[])
    assert opened.open_at(at(moment)) is is_open


def test_a_night_goes_on_into_a_holiday_and_none_begins_on_it() -> None:
    holiday = date(2026, 7, 16)
    opened = hours(KARACHI, (holiday,), monday_sunday="20:00-02:00")
    assert opened.open_at(at("2026-07-16 01:00"))
    assert not opened.open_at(at("2026-07-16 21:00"))
    assert not opened.open_at(at("2026-07-17 01:00"))
    assert opened.next_opening(at("2026-07-16 02:00")) == at("2026-07-17 20:00")


def test_the_last_night_of_ramadan_ends_on_the_day_after_it() -> None:
    week = read_hours({"monday-sunday": ["10:00-16:00", "21:30-01:30"]})
    usual = read_hours({"monday-sunday": "10:00-20:00"})
    opened = CallingHours(
        KARACHI, usual, frozenset(), (Season(date(2027, 2, 8), date(2027, 3, 9), week),)
    )
    assert not opened.open_at(at("2027-02-08 01:00"))
    assert opened.open_at(at("2027-02-09 01:00"))
    assert opened.open_at(at("2027-03-10 01:00"))
    assert not opened.open_at(at("2027-03-11 01:00"))
    assert opened.next_opening(at("2027-03-10 01:30")) == at("2027-03-10 10:00")


def test_a_night_closes_when_it_ends_and_a_window_of_the_next_day_carries_it_on() -> None:
    assert night_hours().closing(at("2026-07-15 21:00")) == at("2026-07-16 02:00")
    assert night_hours().closing(at("2026-07-16 01:00")) == at("2026-07-16 02:00")
    long = night_hours(thursday="01:00-05:00")
    assert long.closing(at("2026-07-15 21:00")) == at("2026-07-16 05:00")
    assert long.next_opening(at("2026-07-16 05:00")) == at("2026-07-17 20:00")


def test_chosen_days_keep_their_nights() -> None:
    opened = night_hours().narrowed((2,), None)
    assert opened.open_at(at("2026-07-16 01:00"))
    assert not opened.open_at(at("2026-07-16 21:00"))
    assert opened.narrowed(None, [read_window("10pm-1am")]).closing(at("2026-07-15 22:00")) == at(
        "2026-07-16 01:00"
    )


def test_a_night_in_which_clocks_change_ends_at_its_hour() -> None:
    # On 29 March 2026 London's clocks go from 01:00 to 02:00, on 25 October back to 01:00.
    opened = night_hours(LONDON, monday_sunday="22:00-03:00")
    assert opened.closing(at("2026-03-28 23:00", LONDON)) == at("2026-03-29 03:00", LONDON)
    assert opened.closing(at("2026-10-24 23:00", LONDON)) == at("2026-10-25 03:00", LONDON)
    assert opened.open_at(at("2026-10-25 01:30", LONDON, fold=1))


nights = st.builds(
    lambda start, end: (start, end), st.integers(13 * 60, 24 * 60 - 1), st.integers(1, 12 * 60)
).map(lambda each: f"{each[0] // 60:02}:{each[0] % 60:02}-{each[1] // 60:02}:{each[1] % 60:02}")
some_windows = st.one_of(
    windows,
    nights.map(lambda text: [text]),
    st.builds(lambda text: ["08:00-12:30", text], nights),
)
some_weeks = st.dictionaries(
    st.sampled_from(["monday-sunday", "sunday", "wed-fri", "mon", "saturday"]), some_windows
)


def rings(
    opened: CallingHours, named: dict[str, list[str]], closed: set[date], moment: datetime
) -> bool:
    """The same by minutes of the wall clock, for each of the two days a window may open on."""
    local = moment.astimezone(opened.zone)
    for ago in (0, 1):
        day = local.date() - timedelta(days=ago)
        entries = [
            (len(read_days(days)), days) for days in named if day.weekday() in read_days(days)
        ]
        if day in closed or not entries:
            continue
        for text in named[min(entries)[1]]:
            start, end = (int(each[:2]) * 60 + int(each[3:]) for each in text.split("-"))
            end += 24 * 60 if end <= start else 0
            if start <= local.hour * 60 + local.minute + ago * 24 * 60 < end:
                return True
    return False


@settings(max_examples=some_of(150), deadline=None)
@given(
    some_weeks,
    st.sets(st.dates(date(2026, 3, 25), date(2026, 4, 2)), max_size=2),
    st.datetimes(datetime(2026, 3, 25), datetime(2026, 4, 2), timezones=st.just(UTC)),
    st.sampled_from([KARACHI, LONDON, HAVANA, LORD_HOWE]),
)
def test_every_minute_of_two_days_is_open_as_its_windows_say(
    named: dict[str, list[str]], closed: set[date], first: datetime, zone: ZoneInfo
) -> None:
    try:
        week = read_hours(named)
    except ValueError:  # Two entries of one width, or windows that overlap
        return
    opened = CallingHours(zone, week, frozenset(closed))
    first = first.replace(second=0, microsecond=0)
    for ahead in range(2 * 24 * 60):
        moment = first + timedelta(minutes=ahead)
        assert opened.open_at(moment) is rings(opened, named, closed, moment)


@settings(max_examples=some_of(100), deadline=None)
@given(some_weeks, moments, st.sampled_from([KARACHI, LONDON, HAVANA, LORD_HOWE]))
def test_with_nights_an_opening_is_the_first_and_a_closing_the_first_after_it(
    named: dict[str, list[str]], moment: datetime, zone: ZoneInfo
) -> None:
    try:
        opened = CallingHours(zone, read_hours(named))
    except ValueError:
        return
    moment = moment.replace(second=0, microsecond=0)
    minutes = [moment + timedelta(minutes=ahead) for ahead in range(8 * 24 * 60)]
    opening = opened.next_opening(moment)
    assert opening == next((each for each in minutes if opened.open_at(each)), None)
    if opening is None:
        return
    closing = opened.closing(opening)
    assert closing > opening
    until = [each for each in minutes if opening <= each < closing]
    assert all(map(opened.open_at, until))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("monday", (0,)),
        ("Mon-Sat", (0, 1, 2, 3, 4, 5)),
        ("friday, sunday", (4, 6)),
        ("saturday-monday", (5, 6, 0)),
        ("monday–wednesday", (0, 1, 2)),
        ("mon, monday", (0,)),
    ],
)
def test_days_are_read(text: str, days: tuple[int, ...]) -> None:
    assert read_days(text) == days


@pytest.mark.parametrize("text", ["", "m", "weekdays", "monday-", "monday-someday", "tu"])
def test_days_that_make_no_sense_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="days such as monday"):
        read_days(text)


@pytest.mark.parametrize("text", ["9:00-17:00", " 09:00 – 17:00 ", "09:00 -17:00"])
def test_windows_are_read(text: str) -> None:
    assert read_window(text) == Window(*(datetime(2026, 1, 1, h).time() for h in (9, 17)))


@pytest.mark.parametrize(
    "text",
    ["", "10", "10:00", "10:00-08:00", "10-8", "12-8", "10:00-10:00", "10:00-25:00", "10:00-24:01",
     "9am-5", "13pm-2am", "0am-5pm", "10:00+05:00-20:00", "10:60-11:00", "24:00-24:00",
     "24:00-02:00", "00:00-00:00"],
)  # fmt: skip
def test_windows_that_make_no_sense_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="a window such as 10:00-20:00"):
        read_window(text)


def test_windows_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        read_hours({"monday": ["10:00-14:00", "13:00-20:00"]})


def test_two_entries_of_one_width_for_one_day_are_refused() -> None:
    with pytest.raises(ValueError, match="one entry for tuesday"):
        read_hours({"monday, tuesday": "10:00-12:00", "tuesday, friday": "14:00-20:00"})
