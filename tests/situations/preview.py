"""What RUN would do, which the Dialer tab says while nobody is called."""

from __future__ import annotations

from tests.situations.stage import Stage, every_day
from tests.situations.table import in_the_sheet


@in_the_sheet(
    "What RUN would do, before anybody has said it",
    {
        "there are no rows": "preview_nobody",
        "one row to call": ("preview_costs", "rupees", "and", "one_minute"),
        "one more with a note instead of a number": "preview_one_held",
        "rows with five kinds of mistakes": ("preview_held", "preview_others", "comma"),
    },
)
def before_run(stage: Stage) -> None:
    stage.control("PAUSE")
    stage.dial(1)
    mistakes = ("call Ahmed first", "9.23E+11", "0300-12", "0300 1234567 89", "0399 1234567")
    for rows in ((), mistakes[:1], mistakes):
        stage.paste("0300 2000001", *rows)
        stage.dial(1)


@in_the_sheet(
    "What RUN would do within limits",
    {
        "calling hours are in the afternoon only": ("preview_done", "tomorrow"),
        "one call a day": "preview_limit",
    },
)
def within_limits(stage: Stage) -> None:
    stage.control("PAUSE")
    stage.configure(campaign={"calling_hours": {"monday-sunday": "15:00-20:00"}})
    stage.control("1", "Daily cap")
    stage.paste("0300 2000001", "0300 2000002")
    stage.dial(1)


@in_the_sheet(
    "How long the calls would take, one a minute",
    {
        "five": "minutes",
        "a hundred": "an_hour_and_minutes",
        "twice sixty": "hours",
        "a few more": "hours_and_minutes",
    },
)
def how_long_it_takes(stage: Stage) -> None:
    stage.control("PAUSE")
    stage.configure(portal={"calls_per_minute": 1, "lines": 100})
    for count in (5, 100, 120, 125):
        stage.paste(*(f"0300 2{number:06}" for number in range(count)))
        stage.dial(1)


@in_the_sheet(
    "What RUN would do when nobody knows what it costs or how long it takes",
    {
        "the portal tells no rate, and after today every day is a holiday": "preview_calls",
        "one call a day": "preview_limit",
    },
)
def nobody_knows(stage: Stage) -> None:
    stage.control("PAUSE")
    stage.portal(shape="balance_only")
    stage.configure(campaign={"holidays": every_day()[1:], "daily_cap": 1})
    stage.paste("0300 2000001", "0300 2000002")
    stage.dial(1)
