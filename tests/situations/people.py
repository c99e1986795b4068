"""What people do on rows: words in Status, results that they clear, copy or paste over."""

from __future__ import annotations

from tests.situations.stage import Stage
from tests.situations.table import in_the_sheet

ANSWERED = "0300 0000001"
BUSY = "0300 0000005"


@in_the_sheet(
    "Words that people write into Status",
    {
        "Skip on a row that wasn't called": "skipped",
        "Skip on a row whose number was busy": "skipped_after_call",
        "a word of their own": "own_word",
    },
)
def words_in_status(stage: Stage) -> None:
    stage.paste(BUSY, "0300 2000001", "0300 2000002")
    stage.type(3, "Status", "Skip")
    stage.type(4, "Status", "Ahmed calls him")
    stage.dial(until=lambda: stage.cell(2, "Status") == "Busy")
    stage.type(2, "Status", "Skip")
    stage.dial(until="skipped_after_call")


@in_the_sheet(
    "An export is pasted over people's columns and the dialer's",
    {"words where a call's id and number stand": "pasted_over"},
)
def pasted_over(stage: Stage) -> None:
    stage.paste(ANSWERED)
    stage.dial(until=lambda: stage.cell(2, "Status") == "Answered")
    export = {"Call ID": "COD", "Called Number": "Lahore", "Attempts": "3 pieces", "DTMF": "paid"}
    for column, text in {"Phone": "0300 0000006", "Status": "Shipped", **export}.items():
        stage.type(2, column, text)
    stage.dial(until="pasted_over")
    assert stage.cell(2, "Call ID") == "COD"
    for column in ("Status", *export):
        stage.type(2, column, "")
    stage.dial(until=lambda: stage.cell(2, "Status") == "No Answer")


@in_the_sheet(
    "Something else is pasted into Call ID",
    {"a note on a row that wasn't called": "no_call_id"},
)
def a_note_in_call_id(stage: Stage) -> None:
    stage.dial(1)
    stage.paste("0300 2000001")
    stage.type(2, "Call ID", "ask Ahmed")
    stage.dial(until="no_call_id")


@in_the_sheet(
    "Another dialer's call to a number stands on a row with another number",
    {"the row with that number": "call_beside_another"},
)
def a_call_beside_another_number(stage: Stage) -> None:
    stage.dial(1)
    stage.paste("0300 2000001", "0300 2000002")
    shown = {"Status": "Answered", "Call ID": "31337", "Called Number": "923002000002"}
    for title, text in shown.items():
        stage.type(2, title, text)
    stage.dial(until="call_beside_another")


@in_the_sheet(
    "A row that was called is changed",
    {
        "another number typed beside the results": "number_changed",
        "the number deleted": "number_removed",
        "the row copied below, results and all": "copied",
    },
)
def changed_after_the_call(stage: Stage) -> None:
    stage.paste(ANSWERED, BUSY, "0300 0000006")
    stage.dial(until=lambda: stage.cell(4, "Status") == "No Answer")
    stage.type(2, "Phone", "0300 2000001")
    stage.type(3, "Phone", "")
    row = [stage.tab().row_values(4)]
    stage.tab().update(row, "A5")
    stage.dial(until="copied")


@in_the_sheet(
    "The results of a called row are deleted",
    {
        "they come back on the same day": ("old_results", "today"),
        "and look the same days later": ("old_results", "day_of_this_year", "july"),
        "and in the next year": ("old_results", "day_of_another_year"),
    },
)
def results_cleared(stage: Stage) -> None:
    stage.paste(ANSWERED)
    stage.dial(until=lambda: stage.cell(2, "DTMF") == "1")
    columns = ("Status", "Answer", "DTMF", "Call ID", "Called Number", "Called At", "Updated At")
    for column in columns:
        stage.type(2, column, "")
    stage.dial(until="old_results")
    stage.later(days=3)
    stage.dial(until="day_of_this_year")
    stage.later(days=200)
    stage.dial(until="day_of_another_year")
