"""When rows are called: now, later, tomorrow, not any more."""

from __future__ import annotations

from tests.situations.stage import Stage
from tests.situations.table import in_the_sheet


@in_the_sheet(
    "Call After and Call Before",
    {
        "a time this evening": ("called_after", "day_at_time", "today"),
        "tomorrow morning": ("called_after", "tomorrow"),
        "a day of next month": ("called_after", "day_of_this_year", "august"),
        "a day of next year": ("called_after", "day_of_another_year", "january"),
        "Call Before was this morning, as on every day": "today_has_passed",
        "Call Before was yesterday": "call_before_has_passed",
        "Call Before is earlier than Call After": "never_between",
        "Call After says “after Eid”": "unreadable_time",
        "State counts the first of them and the others": ("state_waiting", "count_held"),
    },
)
def call_after_and_before(stage: Stage) -> None:
    stage.paste(
        {"Phone": "0300 2000001", "Call After": "2026-07-15 19:30"},
        {"Phone": "0300 2000002", "Call After": "2026-07-16 10:00"},
        {"Phone": "0300 2000003", "Call After": "2026-08-03 10:00"},
        {"Phone": "0300 2000004", "Call After": "2027-01-03 10:00"},
        {"Phone": "0300 2000005", "Call Before": "11:00"},
        {"Phone": "0300 2000006", "Call Before": "2026-07-14 18:00"},
        {"Phone": "0300 2000007", "Call After": "15:00", "Call Before": "14:00"},
        {"Phone": "0300 2000008", "Call After": "after Eid"},
    )
    stage.dial(2)


@in_the_sheet(
    "A queue that was paused over a long weekend",
    {
        "the rows while Control says PAUSE": "in_queue",
        "State meanwhile": ("state_never_run", "count_queued", "full_stop"),
        "the rows when somebody says RUN again": "too_old",
    },
)
def paused_for_long(stage: Stage) -> None:
    stage.paste("0300 2000001", "0300 2000002")
    stage.control("PAUSE")
    stage.dial(2)
    stage.later(days=4)
    stage.control("RUN")
    stage.dial(until="too_old")


@in_the_sheet(
    "Busy numbers are tried again",
    {
        "the row until then": ("tried_again", "today"),
        "and then its order is changed": "row_changed",
    },
)
def tried_again(stage: Stage) -> None:
    stage.configure(campaign={"redial": {"attempts": 1, "after_minutes": 120, "on": "busy"}})
    stage.paste({"Phone": "0300 0000005", "Order ID": "A1"})
    stage.dial(until="tried_again")
    stage.type(2, "Order ID", "A2")
    stage.dial(until="row_changed")


@in_the_sheet(
    "The portal's account tries unanswered calls again by itself",
    {
        "a row that wasn't answered at first": "portal_still_tries",
        "and somebody chooses Call again already": "portal_may_retry",
    },
)
def the_account_tries_again(stage: Stage) -> None:
    stage.configure(portal={"retries": 1})
    stage.portal(retries=1)
    stage.paste("0300 0000006")
    stage.dial(until="portal_still_tries")
    stage.type(2, "Status", "Call again")
    stage.dial(until="portal_may_retry")


@in_the_sheet("Call again while the phone still rings", {"the row": "call_in_progress"})
def again_too_early(stage: Stage) -> None:
    stage.paste("0300 0000009")
    stage.dial(until="count_in_progress")
    stage.type(2, "Status", "Call again")
    stage.dial(until="call_in_progress")


@in_the_sheet("A number on the Do Not Call tab", {"its row in the queue": "listed"})
def on_the_do_not_call_tab(stage: Stage) -> None:
    stage.do_not_call("0300-2000001")
    stage.paste("0300 2000001")
    stage.dial(until="listed")
