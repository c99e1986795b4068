"""Times in cells: as people and Sheets write them, and as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.domain.times import read_moment, stamp, time_in_sentence
from sheets_dialer.planning.eligibility import read_bounds
from tests.support.planning import rows_of

KARACHI = ZoneInfo("Asia/Karachi")
LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 7, 15, 12, 0, tzinfo=KARACHI)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=KARACHI).astimezone(UTC)  # type: ignore[arg-type]  # as many parts as there are


@pytest.mark.parametrize("cell", [None, ""])
def test_a_blank_cell_is_no_time(cell: object) -> None:
    assert read_moment(cell, KARACHI, NOW) is None


@pytest.mark.parametrize(
    "text",
    ["2026-01-31 14:30", "2026-01-31 14:30:00", "31/01/2026 14:30", "31/1/2026 14:30:00",
     "31-01-2026 14:30", "31 Jan 2026 14:30", "  31  jan 2026   14:30 "],
)  # fmt: skip
def test_people_write_a_moment_in_many_ways(text: str) -> None:
    assert read_moment(text, KARACHI, NOW) == local(2026, 1, 31, 14, 30)


@pytest.mark.parametrize("text", ["2026-01-31", "31/01/2026", "31-1-2026", "31 Jan 2026"])
def test_a_day_alone_is_its_beginning(text: str) -> None:
    assert read_moment(text, KARACHI, NOW) == local(2026, 1, 31)


@pytest.mark.parametrize("text", ["14:30", "14:30:00", "2:30 PM", "02:30 pm", "2:30pm"])
def test_a_time_of_day_alone_is_today(text: str) -> None:
    assert read_moment(text, KARACHI, NOW) == local(2026, 7, 15, 14, 30)


def test_today_is_the_zones_and_not_the_servers() -> None:
    after_midnight = datetime(2026, 7, 14, 19, 30, tzinfo=UTC)  # 00:30 on the 15th in Karachi
    assert read_moment("14:30", KARACHI, after_midnight) == local(2026, 7, 15, 14, 30)


@pytest.mark.parametrize(
    ("serial", "moment"),
    [
        (46053, local(2026, 1, 31)),
        (46053.6041666667, local(2026, 1, 31, 14, 30)),
        (0.6041666666666666, local(2026, 7, 15, 14, 30)),
        (0, local(2026, 7, 15)),
    ],
)
def test_a_number_is_sheets_serial_in_the_sheets_own_time(serial: float, moment: datetime) -> None:
    found = read_moment(serial, KARACHI, NOW)
    assert found is not None
    assert abs((found - moment).total_seconds()) < 1


@pytest.mark.parametrize("day", [29, 30])
@pytest.mark.parametrize("cell", ["12:00", 0.5, "2026-03-{day} 12:00"])
def test_a_time_is_the_clocks_also_on_the_day_on_which_they_change(cell: object, day: int) -> None:
    # On 29 March 2026 London's clocks go from 01:00 to 02:00.
    now = datetime(2026, 3, day, 0, 30, tzinfo=LONDON)
    written = cell.format(day=day) if isinstance(cell, str) else cell
    assert read_moment(written, LONDON, now) == datetime(2026, 3, day, 11, tzinfo=UTC)


def test_a_moment_that_clocks_show_twice_is_the_first_and_one_they_leap_over_comes_after() -> None:
    assert read_moment("2026-10-25 01:30", LONDON, NOW) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    leapt_over = read_moment("2026-03-29 01:30", LONDON, NOW)
    assert leapt_over is not None
    assert stamp(leapt_over, LONDON) == "2026-03-29 02:30:00"


@pytest.mark.parametrize("day", [24, 25, 26])
@pytest.mark.parametrize("hour", [0, 12, 23])
def test_a_time_of_day_comes_again_tomorrow_also_when_a_day_has_25_hours(
    day: int, hour: int
) -> None:
    (row,) = rows_of([{"Phone": "0300 1234567", "Call Before": "22:00"}])
    now = datetime(2026, 10, day, hour, 30, tzinfo=LONDON).astimezone(UTC)
    bounds = read_bounds(row, now - timedelta(hours=1), now, LONDON)
    assert bounds.daily
    assert bounds.before == datetime(2026, 10, day, 22, tzinfo=LONDON)


@pytest.mark.parametrize(
    "cell", ["after lunch", "31/31/2026", "25:00", "12", True, -1, 200_000, 1e300, "0001-01-01",
             "9999-12-31 23:59", "1 Jan 0001", [], {}],
)  # fmt: skip
def test_what_is_no_time_is_refused(cell: object) -> None:
    with pytest.raises(ValueError, match="not a time"):
        read_moment(cell, KARACHI, NOW)


@given(
    st.text(max_size=25) | st.floats(allow_nan=True) | st.integers(),
    st.sampled_from(["Asia/Karachi", "Europe/London", "Pacific/Kiritimati", "America/Los_Angeles"]),
)
def test_no_cell_breaks_the_reader(cell: object, zone: str) -> None:
    try:
        moment = read_moment(cell, ZoneInfo(zone), NOW)
    except ValueError:
        return
    assert moment is None or moment.tzinfo is UTC


@given(st.datetimes(datetime(1901, 1, 2), datetime(2499, 1, 1), timezones=st.just(UTC)))
def test_a_stamp_reads_back_to_the_second(moment: datetime) -> None:
    assert read_moment(stamp(moment, KARACHI), KARACHI, NOW) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (local(2026, 7, 15, 10, 14), "today at 10:14"),
        (local(2026, 7, 14, 23, 59), "yesterday at 23:59"),
        (local(2026, 7, 16, 0, 0), "tomorrow at 00:00"),
        (local(2026, 11, 3, 10, 14), "3 Nov at 10:14"),
        (local(2025, 11, 3, 10, 14), "3 Nov 2025 at 10:14"),
    ],
)
def test_a_time_is_spoken_as_people_say_it(moment: datetime, words: str) -> None:
    assert time_in_sentence(moment, NOW, KARACHI) == words
