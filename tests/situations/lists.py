"""What real lists hold: errors, amounts, blanks, and cells that change by themselves."""

from __future__ import annotations

from tests.situations.stage import Stage
from tests.situations.table import in_the_sheet


@in_the_sheet(
    "Cells that hold no value",
    {
        "a formula divides by nothing": "cell_in_error",
        "a number pasted with its plus": "phone_in_error",
        "a row with everything but a number": "no_number",
        "a price that nobody can read": "unreadable_amount",
    },
)
def without_a_value(stage: Stage) -> None:
    stage.paste(
        {"Phone": "0300 2000001", "Amount": "=1/0"},
        {"Phone": "#ERROR!"},
        {"Amount": "1500", "Store": "Shop"},
        {"Phone": "0300 2000003", "Amount": "2k"},
    )
    stage.dial(2)


@in_the_sheet("An amount that is shown as a date", {"its row, after its mark": "unspeakable"})
def shown_as_a_date(stage: Stage) -> None:
    stage.paste({"Phone": "0300 2000001", "Amount": "46361"})
    date = {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"}}
    stage.tab().format("B2", date)
    stage.dial(until="unspeakable")


@in_the_sheet("A column that must be filled", {"a row that leaves it blank": "blank_needed"})
def a_blank(stage: Stage) -> None:
    stage.configure(campaign={"needs": ["amount"]})
    stage.paste("0300 2000001")
    stage.dial(until="blank_needed")


@in_the_sheet(
    "An Order ID that changes all the time",
    {"its row, after half a dozen changes": "changes_by_itself"},
)
def never_the_same(stage: Stage) -> None:
    stage.configure(campaign={"typing_seconds": 3600})
    stage.paste({"Phone": "0300 2000001", "Order ID": "1"})
    for number in range(2, 9):
        stage.dial(1)
        stage.type(2, "Order ID", str(number))
    stage.dial(until="changes_by_itself")


@in_the_sheet(
    "A word of somebody's own in Status, after the call",
    {"the row that was called": "unknown_word"},
)
def own_word_after_the_call(stage: Stage) -> None:
    stage.paste("0300 0000001")
    stage.dial(until=lambda: stage.cell(2, "DTMF") == "1")
    stage.type(2, "Status", "paid")
    stage.dial(until="unknown_word")


@in_the_sheet(
    "The portal refuses the account", {"State": ("stopped_turned_away", "tried_again_in_minutes")}
)
def account_refused(stage: Stage) -> None:
    stage.fault("portal", "429", "/api/calls")
    stage.paste("0300 2000001", "0300 2000002")
    stage.dial(until="stopped_turned_away")
