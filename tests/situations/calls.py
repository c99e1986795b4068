"""How calls end: keys, refusals, and calls of which nobody knows."""

from __future__ import annotations

from tests.situations.stage import Stage
from tests.situations.table import in_the_sheet


@in_the_sheet("A customer presses a key that means nothing", {"Answer": "other_key"})
def another_key(stage: Stage) -> None:
    stage.portal(keys={"7": 1})
    stage.paste("0300 2000001")
    stage.dial(until="other_key")


@in_the_sheet(
    "A number that the portal refuses",
    {"its row, in the portal's words": ("refused", "portal_refused")},
)
def a_refused_number(stage: Stage) -> None:
    stage.paste("0300 0000011")
    stage.dial(until="refused")


@in_the_sheet(
    "The portal fails while a call is placed, so nobody knows whether the phone rang",
    {
        "its row": "unknown_outcome",
        "another order for the same number": "unclear_number",
        "that order when the first row is deleted": "unclear_and_gone",
    },
)
def nobody_knows(stage: Stage) -> None:
    stage.fault("portal", "503-applied", "/api/calls", count=1)
    stage.paste(
        {"Phone": "0300 2000001", "Order ID": "1"}, {"Phone": "0300 2000001", "Order ID": "2"}
    )
    stage.dial(until="unclear_number")
    stage.tab().delete_rows(2)
    stage.dial(until="unclear_and_gone")


@in_the_sheet("Skip on such a row", {"the row": "released"})
def nobody_knows_and_skip(stage: Stage) -> None:
    stage.fault("portal", "503-applied", "/api/calls", count=1)
    stage.paste("0300 2000001")
    stage.dial(until="unknown_outcome")
    stage.type(2, "Status", "Skip")
    stage.dial(until="released")


@in_the_sheet("A call that never ends", {"its row a day later": "never_ended"})
def a_call_that_never_ends(stage: Stage) -> None:
    stage.paste("0300 0000009")
    stage.dial(until=lambda: stage.cell(2, "Status") == "Pushed to SIP")
    stage.later(hours=25)
    stage.dial(until="never_ended")


@in_the_sheet(
    "A call that the portal leaves at Pushed to SIP",
    {
        "its row an hour later": "stuck",
        "and when somebody chooses Call again": "stuck_and_waiting",
    },
)
def a_call_that_never_rings(stage: Stage) -> None:
    stage.paste("0300 0000009")
    stage.dial(until=lambda: stage.cell(2, "Status") == "Pushed to SIP")
    stage.later(hours=1)
    stage.dial(until="stuck")
    stage.type(2, "Status", "Call again")
    stage.dial(until="stuck_and_waiting")


@in_the_sheet(
    "The same where such numbers are called again, and it never rings either",
    {"the row after the last call": "never_began"},
)
def calls_that_never_ring(stage: Stage) -> None:
    redial = {"attempts": 1, "after_minutes": 1, "on": "pushed_to_sip"}
    stage.configure(campaign={"redial": redial})
    stage.paste("0300 0000009")
    stage.dial(until=lambda: stage.cell(2, "Attempts") == "2", rest=1201)
    stage.dial(until="never_began", rest=1201)


@in_the_sheet(
    "The portal tells the key in words that nobody can read",
    {"Answer": "unread_key", "and why nobody is called again": "unread_key_why"},
)
def an_unreadable_key(stage: Stage) -> None:
    stage.portal(key_form="unreadable")
    stage.paste("0300 2000001")
    stage.dial(until="unread_key_why")


@in_the_sheet(
    "The portal says 0, where answers without a key are called again",
    {"the row": "zero_is_unclear"},
)
def a_zero(stage: Stage) -> None:
    stage.configure(campaign={"redial_no_key": {"attempts": 1, "after_minutes": 1}})
    stage.portal(zero_until_key=True)
    stage.paste("0300 0000004")
    stage.dial(until="zero_is_unclear")
