"""What Google refuses of a setup: a look costs only itself, what dialling needs is told."""

from __future__ import annotations

from typing import Any

import pytest

from sheets_dialer.base.errors import SheetRefused
from sheets_dialer.tabs.control_tab import LABELS
from sheets_dialer.tabs.queue_columns import DIALER
from tests.support.setting_up import VIEWS, Desk, cells


def protect(desk: Desk, column: int, *, tab: str = "Calls", row: int = 1) -> int:
    """A person keeps a column below its header to themselves."""
    area = {"sheetId": desk.sheet_id(tab), "startRowIndex": row}
    area |= {"startColumnIndex": column, "endColumnIndex": column + 1}
    protected = {"range": area, "editors": {"users": []}}
    answer: Any = desk.book.batch_update(
        {"requests": [{"addProtectedRange": {"protectedRange": protected}}]}
    )
    return int(answer["replies"][0]["addProtectedRange"]["protectedRange"]["protectedRangeId"])


def allow(desk: Desk, number: int) -> None:
    """And lets everybody in again."""
    desk.person({"deleteProtectedRange": {"protectedRangeId": number}})


def kind_of(desk: Desk, row: int, column: int, tab: str = "Calls") -> str:
    """A cell's number format."""
    cell = cells(desk.tab(tab))[row][column]
    return str(cell.get("userEnteredFormat", {}).get("numberFormat", {}).get("type", ""))


def test_a_refused_look_costs_only_itself_and_is_named_and_comes_later(desk: Desk) -> None:
    desk.book.sheet1.update([["Phone"], ["03001234567"]], "A1")
    number = protect(desk, 0)
    before = desk.requests()
    added = desk.setup()
    assert desk.requests() - before <= 5
    assert {f"column {title}" for title in DIALER.values()} <= set(added)
    assert "charts" in added
    [told] = desk.left_out
    assert "Phone as text on Calls, column A" in told
    assert "protect" in told
    assert "Data → Protect sheets and ranges" in told
    assert {view["title"] for view in desk.tab("Calls")["filterViews"]} == VIEWS
    assert kind_of(desk, 1, 0) == ""
    # It isn't remembered as made: it is tried again, and nothing else is.
    assert desk.setup() == []
    assert len(desk.left_out) == 1
    allow(desk, number)
    assert desk.setup() == ["Phone as text"]
    assert desk.left_out == []
    assert kind_of(desk, 1, 0) == "TEXT"
    assert desk.setup() == []


def test_a_table_with_typed_columns_costs_its_own_looks_and_says_how_to_convert_it(
    desk: Desk,
) -> None:
    desk.book.sheet1.update([["Phone", "Amount"], ["03001234567", 500]], "A1")
    area = {"sheetId": desk.sheet_id(), "startRowIndex": 0, "endRowIndex": 2}
    area |= {"startColumnIndex": 0, "endColumnIndex": 2}
    types = [
        {"columnIndex": 0, "columnName": "Phone", "columnType": "TEXT"},
        {"columnIndex": 1, "columnName": "Amount", "columnType": "DOUBLE"},
    ]
    table = {"name": "Orders", "range": area, "columnProperties": types}
    desk.person({"addTable": {"table": table}})
    before = desk.requests()
    added = desk.setup()
    assert desk.requests() - before <= 5
    assert {f"column {title}" for title in DIALER.values()} <= set(added)
    assert "charts" in added
    [told] = desk.left_out
    assert "Phone as text on Calls, column A" in told
    assert "typed columns" in told
    assert "Convert to range" in told
    assert desk.setup() == []


def test_with_more_refusals_than_requests_the_rest_waits_and_says_so(desk: Desk) -> None:
    desk.book.sheet1.update([["Phone", "Status", "Why"], ["03001234567"]], "A1")
    for column in range(3):
        protect(desk, column)
    before = desk.requests()
    desk.setup()
    assert desk.requests() - before <= 5
    assert set(DIALER.values()) <= set(desk.book.sheet1.row_values(1))
    assert "left for the next setup" in desk.left_out[-1]
    assert "Run setup again" in desk.left_out[-1]
    before = desk.requests()
    added = desk.setup()
    assert desk.requests() - before <= 5
    assert "charts" in added, "\n".join(desk.left_out)
    assert {view["title"] for view in desk.tab("Calls")["filterViews"]} == VIEWS
    assert [told.startswith("left out") for told in desk.left_out][:2] == [True, True]
    mine = {f"column {letter}:" for letter in "ABC"}
    for told in desk.left_out:
        assert not told.startswith("left out") or any(each in told for each in mine)


def test_what_dialling_needs_is_told_when_it_is_refused_and_nothing_is_added(desk: Desk) -> None:
    desk.book.add_worksheet("Dialer", 50, 5).update([["Campaign", "orders"], ["Control"]], "A1")
    protect(desk, 1, tab="Dialer", row=0)
    everything, before = desk.all(), desk.requests()
    with pytest.raises(SheetRefused, match=r"needs, and nothing was added .* Protect sheets"):
        desk.setup()
    assert desk.requests() - before <= 5
    assert desk.all() == everything


@pytest.mark.parametrize("typed", ["10-20", "1-5", "10/12", "9:30", "20:00-02:00", "0102"])
@pytest.mark.parametrize("label", ["Calling days", "Calling hours", "Voice ID"])
def test_settings_stay_as_they_are_typed(desk: Desk, label: str, typed: str) -> None:
    desk.setup()
    control, row = desk.book.worksheet("Dialer"), desk.row(label) + 1
    control.update([[typed]], f"B{row}", raw=False)
    assert control.acell(f"B{row}", value_render_option="UNFORMATTED_VALUE").value == typed


def test_an_older_sheet_gets_its_settings_as_text_and_keeps_what_people_typed(desk: Desk) -> None:
    control = desk.book.add_worksheet("Dialer", 200, 5)
    rows = [["Campaign", "orders"], *([label, ""] for label in LABELS[1:])]
    control.update(rows, "A1")
    row = LABELS.index("Calling hours")
    control.update([["10-20"]], f"B{row + 1}", raw=False)
    before = control.acell(f"B{row + 1}", value_render_option="UNFORMATTED_VALUE").value
    assert isinstance(before, int | float), "a date, as Sheets makes of it"
    assert "settings as text" in desk.setup()
    assert kind_of(desk, row, 1, "Dialer") == "TEXT"
    after = control.acell(f"B{row + 1}", value_render_option="UNFORMATTED_VALUE").value
    assert after == before
