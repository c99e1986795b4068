"""Tabs, columns and cells that are missing, or that the dialer may not write."""

from __future__ import annotations

from tests.situations.stage import Stage
from tests.situations.table import in_the_sheet


@in_the_sheet(
    "The queue tab is deleted",
    {
        "no other tab has its name": "queue_tab_missing",
        "another tab gets its name": "queue_tab_gone",
    },
)
def the_tab_is_gone(stage: Stage) -> None:
    stage.dial(1)
    stage.delete_tab("Calls")
    stage.dial(2)
    stage.book.add_worksheet("Calls", 20, 20)
    stage.dial(2)


@in_the_sheet("The queue tab is renamed", {"and another tab gets its name": "queue_tab_renamed"})
def the_tab_is_renamed(stage: Stage) -> None:
    stage.dial(1)
    stage.tab().update_title("July")
    stage.book.add_worksheet("Calls", 20, 20)
    stage.dial(2)


@in_the_sheet(
    "The header row is changed",
    {
        "the numbers' column is called Kontakt": ("phone_column_missing", "header_found"),
        "Status is called Stauts": ("columns_missing", "column_near"),
        "two columns are called Phone and Mobile": ("columns_doubled", "columns_doubled_or"),
        "a column is called Call after 5pm?": ("column_unclear", "column_unclear_remedy"),
    },
)
def the_header_is_changed(stage: Stage) -> None:
    for old, new in (
        ("Phone", "Kontakt"),
        ("Status", "Stauts"),
        ("Store", "Mobile"),
        ("Call After", "Call after 5pm?"),
    ):
        stage.rename_column(old, new)
        stage.dial(1)
        stage.rename_column(new, old)


@in_the_sheet("The header row is copied", {"below the rows": "headers_doubled"})
def the_header_is_copied(stage: Stage) -> None:
    stage.dial(1)
    stage.tab().update([stage.tab().row_values(1)], "A5")
    stage.dial(1)


@in_the_sheet("The queue tab is emptied", {"all of it": "header_not_found"})
def the_tab_is_emptied(stage: Stage) -> None:
    stage.tab().clear()
    stage.dial(1)


@in_the_sheet("The configuration names a column", {"that the sheet lacks": "named_column_missing"})
def a_named_column_is_missing(stage: Stage) -> None:
    stage.configure(campaign={"columns": {"amount": "Bill of the shop"}})
    stage.dial(1)


@in_the_sheet(
    "People have a column of a name that the dialer needs, before its first pass",
    {"their Attempts, with numbers in it": "column_is_peoples"},
)
def a_namesake(stage: Stage) -> None:
    stage.paste("0300 2000001")
    stage.type(2, "Attempts", "5")
    stage.dial(1)
    stage.rename_column("Attempts", "Tries")
    stage.run("setup")
    stage.dial(1)
    assert stage.cell(2, "Tries") == "5"


@in_the_sheet(
    "Somebody protects rows of the queue tab",
    {
        "one row": ("row_unwritable", "google_refused_cell"),
        "three rows": "rows_unwritable",
    },
)
def protected_rows(stage: Stage) -> None:
    stage.paste("0300 2000001", "0300 2000002", "0300 2000003", "0300 2000004")
    stage.protect("Calls", "A2:Z2")
    stage.dial(3, rest=10)
    stage.later(minutes=2)
    stage.protect("Calls", "A4:Z5")
    stage.paste("0300 2000005", "0300 2000006", at=4)
    stage.dial(until="rows_unwritable", rest=10)


@in_the_sheet(
    "Somebody protects what the dialer must write",
    {
        "State on the Dialer tab": ("state_unwritable", "google_refused_cell"),
        "the header of the Ref column": "header_unwritable",
        "and lifts it again, so that it can be said": "last_problem",
    },
)
def protected_cells_of_the_dialer(stage: Stage) -> None:
    for title, cells in (("Dialer", stage.control_cell("State")), ("Calls", "1:1")):
        stage.protect(title, cells)
        stage.dial(1)
        stage.unprotect()
        stage.dial(1)
