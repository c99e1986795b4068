"""The Dialer tab and the Do Not Call tab: what people set there, and how the queue stands."""

from __future__ import annotations

from tests.situations.stage import Stage, every_day
from tests.situations.table import in_the_sheet


@in_the_sheet(
    "How the queue stands, in State",
    {
        "nothing was pasted yet": "state_done",
        "two rows, of which one is called": ("state_calling", "count_queued", "full_stop"),
        "it rings, the other one waits": ("count_in_progress", "comma"),
        "no row but one that people must look at": ("state_done", "count_held"),
    },
)
def how_the_queue_stands(stage: Stage) -> None:
    stage.dial(1)
    stage.configure(portal={"lines": 1})
    stage.paste("0300 0000009", "0300 0000001")
    stage.dial(until=lambda: {"count_in_progress", "count_queued"} <= stage.sentences())
    stage.tab().delete_rows(2, 3)
    stage.paste("call Ahmed first")
    stage.dial(until="count_held")


@in_the_sheet(
    "How long the queue was paused",
    {
        "since it was set up": "state_never_run",
        "for some minutes": "state_paused_today",
        "since the day before": ("state_paused", "yesterday"),
        "a row has a time of its own": "count_waiting",
        "a phone still rings": "count_still_in_progress",
    },
)
def how_long_it_was_paused(stage: Stage) -> None:
    stage.control("PAUSE")
    stage.dial(1)
    stage.control("RUN")
    stage.paste("0300 0000009", {"Phone": "0300 2000001", "Call After": "2026-07-20 10:00"})
    stage.dial(until="count_in_progress")
    stage.control("PAUSE")
    stage.dial(1)
    stage.later(hours=20)
    stage.dial(1)


@in_the_sheet(
    "When the next pass comes",
    {"it comes soon": "next_pass_after", "it comes in five minutes": "next_pass_at"},
)
def the_next_pass(stage: Stage) -> None:
    stage.dial(1)
    stage.dial(1, every=300)


@in_the_sheet(
    "More campaigns than Google's quota is made for", {"State of each of them": "fewer_passes"}
)
def many_campaigns(stage: Stage) -> None:
    stage.add_campaign("returns")
    assert stage.run("setup").returncode == 0
    stage.configure(google={"requests_per_minute": 10}, every=5)
    stage.dial(1)


@in_the_sheet(
    "A customer presses the key that means never again",
    {
        "the row of his next order": "opted_out",
        "somebody protects the list of such numbers": "opt_outs_unwritable",
    },
)
def an_opt_out(stage: Stage) -> None:
    stage.configure(campaign={"opt_out_key": "9"})
    stage.portal(keys={"9": 1})
    stage.protect("Do Not Call", "B2:D20")
    stage.paste("0300 2000001")
    stage.dial(until="opt_outs_unwritable")
    stage.paste({"Phone": "0300 2000001", "Order ID": "2"}, at=3)
    stage.dial(until="opted_out")


@in_the_sheet(
    "What stands beside Control",
    {
        "PAUSE, the reason why rows aren't called": ("paused", "reason_counted"),
        "nothing": "control_empty",
        "another word": "control_unclear",
        "and somebody deletes the whole row": "control_row_missing",
        "State, when nothing but people's words can help": "state_stopped",
    },
)
def beside_control(stage: Stage) -> None:
    stage.paste("0300 2000001")
    for word in ("PAUSE", "", "GO!"):
        stage.control(word)
        stage.dial(2)
    stage.tab("Dialer").update_acell(stage.control_cell("Control").replace("B", "A"), "")
    stage.dial(until="control_row_missing")


@in_the_sheet(
    "Calling hours",
    {
        "it is too early today": ("outside_hours", "state_closed", "today"),
        "it is too late today": ("outside_hours", "state_closed", "tomorrow"),
        "every day is a holiday": "never_open",
    },
)
def calling_hours(stage: Stage) -> None:
    stage.paste("0300 2000001")
    for hours in ("15:00-20:00", "08:00-11:00"):
        stage.configure(campaign={"calling_hours": {"monday-sunday": hours}})
        stage.dial(2)
    stage.configure(campaign={"holidays": every_day()})
    stage.dial(1)


@in_the_sheet(
    "A run that has nothing left to do ends",
    {"State": ("not_running", "nothing_queued"), "Next pass": "no_next_pass"},
)
def a_run_ends(stage: Stage) -> None:
    assert stage.run("start", "--until-done").returncode == 0


@in_the_sheet(
    "Something on the Do Not Call tab that is no number",
    {
        "in one row": "unreadable_row",
        "in two rows": "unreadable_rows",
        "in seven rows": "unreadable_rows_and_more",
        "and no number anywhere": "do_not_call_unreadable",
        "and the tab is deleted": "do_not_call_missing",
    },
)
def unreadable_do_not_call(stage: Stage) -> None:
    for count in (1, 2, 7):
        stage.do_not_call("0300 2000009", *["the man with the dog"] * count)
        stage.dial(1)
    stage.do_not_call("his brother")
    stage.dial(until="do_not_call_unreadable")
    stage.delete_tab("Do Not Call")
    stage.dial(until="do_not_call_missing")


@in_the_sheet(
    "Digits on the Do Not Call tab in which no number can be found, and formulas without a value",
    {
        "a number that was cut off": ("do_not_call_unclear", "state_stopped"),
        "seven of them": "cells_and_more",
        "a formula whose source is gone": "do_not_call_errors",
    },
)
def unclear_do_not_call(stage: Stage) -> None:
    stage.paste("0300 2000001")
    stage.do_not_call("0300 2000009", "0300 20")
    stage.dial(until="do_not_call_unclear")
    stage.do_not_call("0300 2000009", *["0300 20"] * 7)
    stage.dial(until="cells_and_more")
    stage.do_not_call("0300 2000009", *[""] * 7)
    stage.tab("Do Not Call").update_acell("F3", "=1/0")
    stage.dial(until="do_not_call_errors")


@in_the_sheet(
    "Nothing on the Dialer tab says where State is; Last problem tells it afterwards",
    {
        "the campaign's column had another name": "campaign_column_missing",
        "the tab was empty": "control_tab_missing",
    },
)
def no_place_for_state(stage: Stage) -> None:
    tab = stage.tab("Dialer")
    grid = tab.get_all_values(value_render_option="FORMULA")
    stage.dial(1)
    tab.update_cell(1, 2, "Bestellungen")
    stage.dial(1)
    tab.update_cell(1, 2, grid[0][1])
    stage.dial(1)
    tab.clear()
    stage.dial(1)
    tab.update(grid, "A1", raw=False)
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
