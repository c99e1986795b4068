"""Columns and rows that people move between a read and its write, which Google doesn't move
along."""

from __future__ import annotations

from threading import Thread
from typing import Any

from tests.situations.stage import Stage
from tests.situations.table import in_the_sheet
from tests.support.dialing import eventually


@in_the_sheet(
    "A column is inserted under a write, beside blank cells", {"anywhere": "columns_moved"}
)
def beside_blank_cells(stage: Stage) -> None:
    _move_under_a_write(stage, {"insertDimension": _columns(stage, at=stage.place("Status") - 1)})
    stage.dial(1)


@in_the_sheet("A column is inserted", {"under a write": "columns_moved_put_back"})
def inserted(stage: Stage) -> None:
    stage.rename_column("Call Before", "Remark")
    stage.type(2, "Remark", "By the blue door")
    _move_under_a_write(stage, {"insertDimension": _columns(stage, at=1)})
    stage.dial(1)
    assert stage.cell(2, "Remark") == "By the blue door"


@in_the_sheet(
    "A column that looks like a moved one is deleted", {"under a write": "columns_moved_lost"}
)
def deleted(stage: Stage) -> None:
    # Its cells might have been dragged to where the token went.
    stage.tab().add_cols(1)
    stage.type(2, "Store", "Ali General Store")
    written_over = stage.place("Ref")
    _move_under_a_write(stage, {"deleteDimension": _columns(stage, at=stage.place("Store") - 1)})
    stage.tab().update_cell(1, written_over, "")
    stage.dial(1)


@in_the_sheet("A row is inserted above the header row", {"under a write": "header_moved"})
def above_the_header(stage: Stage) -> None:
    _move_under_a_write(stage, {"insertDimension": _row(stage, 0)})
    stage.dial(1)


@in_the_sheet(
    "A row is inserted above a title with a remark over the hidden column",
    {"under a write": "header_moved_put_back"},
)
def above_a_title(stage: Stage) -> None:
    stage.tab().insert_row(["Orders of November"], 1)
    stage.tab().update_cell(1, stage.tab().row_values(2).index("Why") + 2, "By Ali")
    _move_under_a_write(stage, {"insertDimension": _row(stage, 0)}, at=3)
    stage.dial(1)


@in_the_sheet(
    "A row is inserted above a title that is written anew, with a remark over the hidden column",
    {"under a write": "header_moved_lost"},
)
def above_another_title(stage: Stage) -> None:
    stage.tab().insert_row(["Orders of November"], 1)
    stage.tab().update_cell(1, stage.tab().row_values(2).index("Why") + 2, "By Ali")
    title = {"values": [{"userEnteredValue": {"stringValue": "Orders of December"}}]}
    start = {"sheetId": stage.tab().id, "rowIndex": 1, "columnIndex": 0}
    anew = {"start": start, "rows": [title], "fields": "userEnteredValue"}
    _move_under_a_write(stage, {"insertDimension": _row(stage, 0)}, {"updateCells": anew}, at=3)
    stage.dial(1)


@in_the_sheet(
    "A row is inserted on the Dialer tab under a write", {"anywhere": "tab_moved_put_back"}
)
def row_inserted(stage: Stage) -> None:
    stage.control("50", "Daily cap")
    stage.control("102", "Voice ID")
    _move_under_a_write(stage, {"insertDimension": _row_of_the_dialer_tab(stage, 1)})
    stage.dial(1)
    settings = dict(stage.tab("Dialer").get_values("A1:B12"))
    assert (settings["Control"], settings["Daily cap"]) == ("RUN", "50")
    assert settings["Voice ID"] == "102"


@in_the_sheet("Two acts at once on the Dialer tab under a write", {"anywhere": "tab_moved_lost"})
def two_rows_inserted(stage: Stage) -> None:
    state, last_pass = stage.control_cell("State"), stage.control_cell("Last pass")
    row, below = _row_of_the_dialer_tab(stage, 1), _row_of_the_dialer_tab(stage, 20)
    _move_under_a_write(stage, {"insertDimension": row}, {"insertDimension": below})
    # They landed on Control and Voice ID.
    stage.tab("Dialer").update_acell(state, "RUN")
    stage.tab("Dialer").update_acell(last_pass, "")
    stage.dial(1)


def _move_under_a_write(stage: Stage, *acts: dict[str, Any], at: int = 2) -> None:
    """A pass that has read the sheet and not yet written to it when people act. A number is typed
    into the row `at` before."""
    stage.dial(1)
    stage.tab().update_cell(at, stage.tab().row_values(at - 1).index("Phone") + 1, "0300 0000001")
    stage.fault("sheets", "slow", "batchGetByDataFilter", seconds=2, count=1)
    one_pass = Thread(target=stage.dial, args=(1,))
    one_pass.start()
    eventually(lambda: stage.sandbox.get("/_sandbox/faults")[0]["fired"] == 1, every=0.02)
    stage.book.batch_update({"requests": list(acts)})
    one_pass.join()


def _columns(stage: Stage, *, at: int) -> dict[str, Any]:
    """One column, counted from 0."""
    place = {"dimension": "COLUMNS", "startIndex": at, "endIndex": at + 1}
    return {"range": {"sheetId": stage.tab().id, **place}}


def _row(stage: Stage, at: int) -> dict[str, Any]:
    """One row of the queue tab, counted from 0."""
    place = {"dimension": "ROWS", "startIndex": at, "endIndex": at + 1}
    return {"range": {"sheetId": stage.tab().id, **place}}


def _row_of_the_dialer_tab(stage: Stage, at: int) -> dict[str, Any]:
    """One row, counted from 0."""
    place = {"dimension": "ROWS", "startIndex": at, "endIndex": at + 1}
    return {"range": {"sheetId": stage.tab("Dialer").id, **place}}
