"""What people do between setup's read and its write: no cell of theirs is written over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext as quiet
from typing import Any

import pytest

from sheets_dialer.base.errors import SheetRefused, SheetUnreachable
from sheets_dialer.tabs.control_tab import LABELS
from sheets_dialer.tabs.do_not_call import OWN_COLUMNS
from sheets_dialer.tabs.queue_columns import DIALER
from tests.support.dialing import Shop
from tests.support.setting_up import Desk

ROWS = [
    ["Name", "Amount", "Phone"],
    ["Ali", "500", "03000000001"],
    ["Bina", "900", "03000000002"],
]
OWN = list(DIALER.values())
Overtake = Callable[..., None]


@pytest.fixture
def desk(office: Shop) -> Desk:
    desk = Desk(office)
    desk.book.sheet1.update(ROWS, "A1")
    return desk


@pytest.fixture
def overtake(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Overtake:
    """Lets a person act just before each of setup's next writes, one act for each."""

    def before_writes(*acts: Callable[[], object]) -> None:
        send, left = desk.connection.batch, list(acts)

        def overtaken(batch: Any, **options: Any) -> dict[str, Any]:
            if left:
                left.pop(0)()
            return send(batch, **options)

        monkeypatch.setattr(desk.connection, "batch", overtaken)

    return before_writes


def dimension(desk: Desk, tab: str, kind: str, start: int, count: int = 1) -> dict[str, Any]:
    span = {"dimension": kind, "startIndex": start, "endIndex": start + count}
    return {"sheetId": desk.sheet_id(tab), **span}


def insert(desk: Desk, tab: str, kind: str, at: int, count: int = 1) -> None:
    desk.person({"insertDimension": {"range": dimension(desk, tab, kind, at, count)}})


def delete(desk: Desk, tab: str, kind: str, at: int) -> None:
    desk.person({"deleteDimension": {"range": dimension(desk, tab, kind, at)}})


def move(desk: Desk, tab: str, kind: str, at: int, to: int) -> None:
    source = dimension(desk, tab, kind, at)
    desk.person({"moveDimension": {"source": source, "destinationIndex": to}})


def fit(desk: Desk, tab: str, columns: int) -> None:
    """Leaves a tab without a column to spare."""
    sheet = desk.book.worksheet(tab)
    sheet.resize(cols=columns)


def beside(desk: Desk, label: str, column: int = 1) -> str:
    grid = desk.book.worksheet("Dialer").get_all_values()
    return next(str(row[column]) for row in grid if row[0] == label)


def clear(desk: Desk, label: str, column: int = 1) -> None:
    desk.book.worksheet("Dialer").update_cell(desk.row(label) + 1, column + 1, "")


@pytest.mark.parametrize("is_full", [False, True], ids=["columns to spare", "a full grid"])
class TestQueueTab:
    def test_a_column_inserted_at_the_left_loses_nothing(
        self, desk: Desk, overtake: Overtake, is_full: bool
    ) -> None:
        if is_full:
            fit(desk, "Calls", 3)
        overtake(lambda: insert(desk, "Calls", "COLUMNS", 0))
        desk.setup()
        grid = desk.book.sheet1.get_all_values()
        numbers = grid[0].index("Phone")
        assert grid[0][:3] == ["", "Name", "Amount"]
        assert [title for title in grid[0][3:] if title in OWN] == OWN
        assert [row[numbers] for row in grid[1:]] == ["03000000001", "03000000002"]
        assert not any(row[grid[0].index("Status")] for row in grid[1:])
        assert not [what for what in desk.setup() if what.startswith("column")]

    def test_columns_typed_at_the_right_stay(
        self, desk: Desk, overtake: Overtake, is_full: bool
    ) -> None:
        def type_them() -> None:
            if is_full:
                desk.book.sheet1.add_cols(2)
            desk.book.sheet1.update([["Notes", "City"], ["late", "Lahore"]], "D1")

        if is_full:
            fit(desk, "Calls", 3)
        overtake(type_them)
        desk.setup(callback_column="Callback")
        header, first = desk.book.sheet1.get_all_values()[:2]
        assert [title for title in header if title][:4] == ["Name", "Amount", "Phone", "Status"]
        assert [first[header.index(title)] for title in ("Notes", "City")] == ["late", "Lahore"]
        assert set(OWN) | {"Callback"} < set(header)

    def test_without_anybody_the_columns_stand_right_of_everything(
        self, desk: Desk, is_full: bool
    ) -> None:
        if is_full:
            fit(desk, "Calls", 3)
        desk.setup()
        assert desk.book.sheet1.row_values(1) == [*ROWS[0], *OWN]

    def test_a_column_deleted_meanwhile_loses_nothing(
        self, desk: Desk, overtake: Overtake, is_full: bool
    ) -> None:
        if is_full:
            fit(desk, "Calls", 3)
        overtake(lambda: delete(desk, "Calls", "COLUMNS", 0))
        desk.setup()
        grid = desk.book.sheet1.get_all_values()
        assert grid[0][:2] == ["Amount", "Phone"]
        assert grid[1][:2] == ["500", "03000000001"]
        assert [title for title in grid[0] if title in OWN] == OWN


class TestDialerTab:
    def test_what_is_typed_below_the_labels_stays(self, desk: Desk, overtake: Overtake) -> None:
        desk.setup()
        sheet = desk.book.worksheet("Dialer")
        sheet.delete_rows(desk.row("State") + 1)
        below = len(sheet.get_all_values()) + 1
        overtake(lambda: sheet.update([["Office phone", "042-111"]], f"A{below}"))
        desk.setup()
        assert beside(desk, "Office phone") == "042-111"
        assert desk.row("State") > 0

    def test_what_is_typed_where_a_campaign_goes_stays(
        self, desk: Desk, overtake: Overtake
    ) -> None:
        desk.setup()
        sheet = desk.book.worksheet("Dialer")
        overtake(lambda: sheet.update([["Remarks"], ["ask Bilal"]], "C1"))
        desk.setup(campaign="surveys")
        header = sheet.row_values(1)
        assert header[:3] == ["Campaign", "orders", "surveys"]
        assert sheet.row_values(2)[header.index("Remarks")] == "ask Bilal"

    def test_what_is_typed_on_an_empty_tab_stays(self, desk: Desk, overtake: Overtake) -> None:
        sheet = desk.book.add_worksheet("Dialer", 50, 5)
        overtake(lambda: sheet.update([["My plan", "for today"], ["", "call Ali"]], "A1"))
        desk.setup()
        words = {cell for row in sheet.get_all_values() for cell in row}
        assert {"My plan", "for today", "call Ali", *LABELS} <= words
        assert beside(desk, "Control") == "PAUSE"

    @pytest.mark.parametrize(
        ("act", "over"),
        [
            (lambda desk: move(desk, "Dialer", "ROWS", desk.row("Calling hours"), 1), True),
            (lambda desk: insert(desk, "Dialer", "ROWS", 1), False),
            (lambda desk: delete(desk, "Dialer", "ROWS", desk.row("State")), False),
            (lambda desk: insert(desk, "Dialer", "COLUMNS", 1), False),
            (lambda desk: move(desk, "Dialer", "ROWS", 1, 12), False),
        ],
        ids=["a row to the top", "a row", "a row gone", "a column", "Control down"],
    )
    def test_pause_over_a_cell_that_moved_there_is_put_back(
        self, desk: Desk, overtake: Overtake, act: Callable[[Desk], None], over: bool
    ) -> None:
        desk.setup()
        sheet = desk.book.worksheet("Dialer")
        values = {label: f"of {label}" for label in LABELS[4:]}
        for label in ("Calling hours", "Daily cap", "Calling days"):
            values[label] = f"my {label}"
            sheet.update_cell(desk.row(label) + 1, 2, values[label])
        clear(desk, "Control")
        overtake(lambda: act(desk))
        with pytest.raises(SheetRefused, match=r"put back.*Run setup again") if over else quiet():
            desk.setup()
        column = sheet.row_values(1).index("orders")
        for label in ("Calling hours", "Daily cap", "Calling days"):
            assert beside(desk, label, column) == values[label]
        assert beside(desk, "Control", column) == "PAUSE"
        words = [cell for row in sheet.get_all_values() for cell in row]
        assert words.count("PAUSE") == 1

    def test_people_are_told_what_was_put_back(self, desk: Desk, overtake: Overtake) -> None:
        desk.setup()
        sheet = desk.book.worksheet("Dialer")
        sheet.update_cell(desk.row("Calling hours") + 1, 2, "10:00-18:00")
        clear(desk, "Control")
        at = desk.row("Control")
        overtake(lambda: move(desk, "Dialer", "ROWS", desk.row("Calling hours"), at))
        with pytest.raises(SheetRefused, match=f"wrote over B{at + 1} there. It has put back"):
            desk.setup()
        assert beside(desk, "Calling hours") == "10:00-18:00"

    def test_what_cannot_be_put_back_is_named(self, desk: Desk, overtake: Overtake) -> None:
        desk.setup()
        sheet = desk.book.worksheet("Dialer")
        sheet.update_cell(desk.row("Calling hours") + 1, 2, "10:00-18:00")
        clear(desk, "Control")
        at = desk.row("Control")

        def unreachable() -> None:
            raise SheetUnreachable("Google doesn't answer.")

        overtake(lambda: move(desk, "Dialer", "ROWS", desk.row("Calling hours"), at), unreachable)
        with pytest.raises(SheetRefused, match=f"wrote over B{at + 1} there. Put back what stood"):
            desk.setup()

    def test_an_alarm_that_landed_beside_its_label_is_made_at_its_place(
        self, desk: Desk, overtake: Overtake
    ) -> None:
        desk.setup()
        sheet = desk.book.worksheet("Dialer")
        sheet.update_cell(desk.row("Daily cap") + 1, 2, "40")
        overtake(lambda: move(desk, "Dialer", "ROWS", desk.row("Daily cap"), desk.row("Running?")))
        with pytest.raises(SheetRefused, match="put back"):
            desk.setup(every=600)
        place = f"B{desk.row('Running?') + 1}"
        [[formula]] = sheet.get(place, value_render_option="FORMULA")
        assert f"B{desk.row('Last pass') + 1}" in formula
        assert "1800/86400" in formula
        assert beside(desk, "Daily cap") == "40"
        assert desk.setup(every=600) == []


class TestDoNotCallTab:
    def test_numbers_pasted_into_the_empty_tab_stay(self, desk: Desk, overtake: Overtake) -> None:
        sheet = desk.book.add_worksheet("Do Not Call", 100, 1)
        overtake(lambda: sheet.update([["03009999991"], ["03009999992"]], "A1"))
        desk.setup()
        assert sheet.row_values(1) == ["Phone", *OWN_COLUMNS]
        assert sheet.col_values(1) == ["Phone", "03009999991", "03009999992"]

    def test_a_column_inserted_at_the_left_loses_nothing(
        self, desk: Desk, overtake: Overtake
    ) -> None:
        sheet = desk.book.add_worksheet("Do Not Call", 100, 3)
        sheet.update([["Name", "Phone"], ["Ali", "03009999991"]], "A1")
        overtake(lambda: insert(desk, "Do Not Call", "COLUMNS", 0))
        desk.setup()
        header, first = sheet.get_all_values()[:2]
        assert [title for title in header if title in OWN_COLUMNS] == list(OWN_COLUMNS)
        assert first[header.index("Phone")] == "03009999991"
        assert first[header.index("Name")] == "Ali"
