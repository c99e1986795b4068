"""The Dialer tab and the Do Not Call tab: what people set there, and how the queue stands."""

from __future__ import annotations

from datetime import timedelta

from situations.stage import NOON, Stage
from situations.table import in_the_sheet, printed


@in_the_sheet(
    "How the queue stands, in State",
    {
        "nothing was pasted yet": "no_rows",
        "rows wait to be called first": "count_queued",
        "they are called now": "count_to_call",
        "one rings": "count_in_progress",
        "the other one is over": "count_settled",
    },
)
def how_the_queue_stands(stage: Stage) -> None:
    stage.dial(1)
    stage.paste("0300 0000009", "0300 0000001")
    stage.dial(until="count_settled")


@in_the_sheet(
    "What stands beside Control",
    {
        "PAUSE": "paused",
        "nothing": "control_empty",
        "another word": "control_unclear",
        "and somebody deletes the whole row": "control_row_missing",
    },
)
def beside_control(stage: Stage) -> None:
    stage.paste("0300 2000001")
    for word in ("PAUSE", "", "GO!"):
        stage.control(word)
        stage.dial(1)
    stage.tab("Dialer").update_acell(stage.control_cell("Control").replace("B", "A"), "")
    stage.dial(until="control_row_missing")


@in_the_sheet(
    "Calling hours",
    {
        "it is too early today": ("outside_hours", "today"),
        "it is too late today": ("outside_hours", "tomorrow"),
        "every day is a holiday": "never_open",
    },
)
def calling_hours(stage: Stage) -> None:
    stage.paste("0300 2000001")
    for hours in ("15:00-20:00", "08:00-11:00"):
        stage.configure(campaign={"calling_hours": {"monday-sunday": hours}})
        stage.dial(2)
    holidays = [(NOON + timedelta(days=day)).date() for day in range(420)]
    stage.configure(campaign={"holidays": holidays})
    stage.dial(1)


@in_the_sheet("A run that has nothing left to do ends", {"State": "not_running"})
def a_run_ends(stage: Stage) -> None:
    assert stage.run("start", "--until-done").returncode == 0


@in_the_sheet(
    "Something on the Do Not Call tab that is no number",
    {
        "in one row": "unreadable_row",
        "in two rows": "unreadable_rows",
        "in seven rows": "unreadable_rows_and_more",
        "and the tab is deleted": "do_not_call_missing",
    },
)
def unreadable_do_not_call(stage: Stage) -> None:
    for count in (1, 2, 7):
        stage.do_not_call(*["the man with the dog"] * count)
        stage.dial(1)
    stage.delete_tab("Do Not Call")
    stage.dial(until="do_not_call_missing")


@printed(
    "Nothing on the Dialer tab says where State is",
    {
        "the campaign's column has another name": "campaign_column_missing",
        "the tab is empty": "control_tab_missing",
    },
)
def no_place_for_state(stage: Stage) -> None:
    stage.tab("Dialer").update_cell(1, 2, "Bestellungen")
    stage.dial(1)
    stage.tab("Dialer").clear()
    stage.dial(1)


@in_the_sheet(
    "A setting that can't be read while Control says PAUSE",
    {"State": "setting_unclear", "What RUN would do": "preview_not_yet"},
)
def unclear_before_run(stage: Stage) -> None:
    stage.paste("0300 2000001")
    stage.control("PAUSE")
    stage.control("ten to six", "Calling hours")
    stage.dial(2)
