"""Columns and rows that people move under a write: what was written over is put back, or named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from sheets_dialer.base.errors import SheetUnreachable
from sheets_dialer.google_sheets import ColumnsMoved, QueueTab, Snapshot, TabFacts, cells_of
from sheets_dialer.google_sheets.cell_updates import blocks_of
from sheets_dialer.google_sheets.overwrite_repair import Overwrite, Written, damage_of, where
from sheets_dialer.google_sheets.overwrite_repair_tabs import all_of, on_control_tab
from sheets_dialer.planning.dashboard import Dashboard, notes
from sheets_dialer.tabs.do_not_call import OWN_COLUMNS
from sheets_dialer.tabs.fencing_token import Token, read_token
from sheets_dialer.tabs.opt_out_lines import OptOutLines
from sheets_dialer.tabs.queue_columns import DIALER, find_columns
from tests.support.setting_up import Desk

PEOPLES = ("Name", "Phone", "City", "Notes")
NEXT = Token("abcdefgh", 8)
BEFORE = Token("abcdefgh", 7)
ROWS = 4
LEFT_OF_REF = [*[title for title in DIALER.values() if title != "Ref"], "Name"]


def columns(start: int, end: int) -> dict[str, Any]:
    return {"sheetId": 0, "dimension": "COLUMNS", "startIndex": start, "endIndex": end}


class Table:
    """A tab with rows in memory, as people and Google change it."""

    def __init__(self, header: Sequence[str]) -> None:
        self.rows: list[list[Any]] = [list(header)]
        self.rows += [[f"{title}{row}" if title else "" for title in header] for row in range(ROWS)]

    def insert(self, at: int, count: int) -> None:
        for row in self.rows:
            row[at:at] = [""] * count

    def delete(self, at: int, count: int) -> None:
        for row in self.rows:
            del row[at : at + count]

    def move(self, at: int, count: int, to: int) -> None:
        for row in self.rows:
            taken = row[at : at + count]
            del row[at : at + count]
            row[to:to] = taken

    def put(self, row: int, column: int, value: Any) -> None:
        cells = self.rows[row]
        cells += [""] * (column + 1 - len(cells))
        cells[column] = value


def people_see(table: Table) -> dict[str, list[str]]:
    """People's columns by title."""
    return {
        title: [row[place] if place < len(row) else "" for row in table.rows[1:]]
        for place, title in enumerate(table.rows[0])
        if title in PEOPLES
    }


def looks_as_if_ref_went(now: Sequence[Any], before: Sequence[Any]) -> bool:
    """Whether Ref may have been deleted with what follows it, so that the token's title stands over
    another one: the header row can't tell that from what follows Ref being deleted alone."""
    ref = before.index(BEFORE.header)
    shown = [title for title in now if title != ""]
    return any(
        shown == [*before[:ref], NEXT.header, *before[ref + count + 1 :]]
        for count in range(1, len(before) - ref)
    )


def headers() -> st.SearchStrategy[list[str]]:
    own = [*[title for title in DIALER.values() if title != "Ref"], BEFORE.header]
    return st.permutations([*own, *PEOPLES]).map(list)


def acts() -> st.SearchStrategy[tuple[str, tuple[int, ...]]]:
    place, count = st.integers(0, 14), st.integers(1, 3)
    return st.one_of(
        st.tuples(st.just("insert"), st.tuples(place, count)),
        st.tuples(st.just("delete"), st.tuples(place, count)),
        st.tuples(st.just("move"), st.tuples(st.integers(0, 10), count, st.integers(0, 10))),
    )


@given(headers(), acts(), st.sets(st.integers(1, ROWS), min_size=1))
@example([*LEFT_OF_REF, "Phone", BEFORE.header, "City", "Notes"], ("delete", (11, 2)), {1})
@example([*LEFT_OF_REF, BEFORE.header, "Phone", "City", "Notes"], ("delete", (11, 1)), {1})
def test_whatever_one_act_moved_people_get_back_what_stood_there_or_are_told(
    header: list[str], act: tuple[str, tuple[int, ...]], rows: set[int]
) -> None:
    table = Table(header)
    found = find_columns(header, {})
    assert found.ready()
    cells = {row: {"status": "Queued", "why": "Because", "attempts": "1"} for row in rows}
    blocks = blocks_of(cells, found)
    read = {row: list(table.rows[row]) for row in {0, *rows}}
    written = Written(read, found, blocks, NEXT)
    getattr(table, act[0])(*act[1])
    as_people_left_it = people_see(table)
    landed = {(0, found.places["ref"]): NEXT.header}
    for block in blocks:
        for down, texts in enumerate(block.texts):
            for across, text in enumerate(texts):
                landed[block.row + down, block.column + across] = text
    now = dict(enumerate(table.rows[0]))
    is_harmless = all(now.get(column) == header[column] for _row, column in landed)
    for (row, column), text in landed.items():
        table.put(row, column, text)
    damage = damage_of(written, table.rows[0])
    assert not (damage and is_harmless) or looks_as_if_ref_went(table.rows[0], header)
    if damage is None:
        assert people_see(table) == as_people_left_it
        return
    for (row, column), value in damage.put_back.items():
        table.put(row, column, value)
    for title, values in as_people_left_it.items():
        place = next((at for at, each in enumerate(table.rows[0]) if each == title), None)
        for row, value in enumerate(values, start=1):
            stands = table.rows[row][place] if place is not None else None
            assert stands == value or any(cell in damage.lost for cell in landed), title
    if damage.ref is not None:
        assert table.rows[0][damage.ref] in (BEFORE.header, NEXT.header)


@given(headers(), st.integers(0, 14), st.integers(1, 8), st.booleans())
def test_what_an_insertion_moved_is_never_lost(
    header: list[str], at: int, count: int, titled: bool
) -> None:
    found = find_columns(header, {})
    assume(at <= found.places["ref"])
    after: list[str] = [*header[:at], *(["New"] if titled else [""]) * count, *header[at:]]
    after[found.places["ref"]] = NEXT.header
    cells = {1: dict.fromkeys(found.places.keys() & DIALER.keys(), "text")}
    read = {0: header, 1: [f"{title}1" for title in header]}
    damage = damage_of(Written(read, found, blocks_of(cells, found), NEXT), after)
    assert damage is not None
    assert not damage.lost
    assert damage.ref == found.places["ref"] + count


def test_a_title_that_is_typed_twice_moves_nothing() -> None:
    header = ["Phone", "Name", *[title for title in DIALER.values() if title != "Ref"]]
    header = [*header, BEFORE.header, "City"]
    found = find_columns(header, {})
    written = Written({0: header}, found, [], NEXT)
    now = ["Phone", "City", *header[2:-2], NEXT.header, "City"]
    assert damage_of(written, now) is None


def test_a_header_that_is_typed_over_moves_nothing() -> None:
    header = ["Phone", *[title for title in DIALER.values() if title != "Ref"], BEFORE.header]
    found = find_columns(header, {})
    written = Written({0: header}, found, [], NEXT)
    now = ["Mobile", "State", *header[2:-1], NEXT.header]
    assert damage_of(written, now) is None


def test_cells_are_named_as_people_know_them() -> None:
    assert where([(1, 2), (2, 2), (6, 2), (0, 27)]) == "C2:C3, C7, AB1"
    assert where([(row, 0) for row in range(1, 20, 2)]) == "A2, A4, A6 …"


class OnASheet:
    """A read, what people do, and the write that was planned from that read, on a real tab."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        desk.setup()
        self.tab = desk.book.worksheet("Calls")
        # Room to the right, as new sheets have.
        self.tab.add_cols(3)
        self.tab.update([["03000000001", 1200, True, "=B2*2"]], "A2", raw=False)
        self.sheet = QueueTab(desk.connection, "Calls", {})
        self.written = 0

    def write(self, snapshot: Snapshot) -> None:
        self.written += 1
        cells = {1: {"status": "Queued", "why": "Because", "attempts": "1"}}
        before = snapshot.token
        token = Token("abcdefgh", (before.counter if before else 0) + 1)
        self.sheet.write(snapshot, token, cells)

    def damage(self, act: dict[str, Any]) -> Overwrite:
        """What is found when people act between a read and its write."""
        self.write(self.sheet.read())
        snapshot = self.sheet.read()
        act_on = {key: {**value} for key, value in act.items()}
        for value in act_on.values():
            for each in ("range", "source"):
                if each in value:
                    value[each] = {**value[each], "sheetId": self.tab.id}
        self.desk.person(act_on)
        self.people_left = self.peoples()
        with pytest.raises(ColumnsMoved) as raised:
            self.write(snapshot)
        return raised.value.damage

    def peoples(self) -> dict[str, Any]:
        """People's cells, header and row, by header."""
        header, row = self.tab.get("A1:Z2", value_render_option="UNFORMATTED_VALUE")
        own = {*DIALER.values()}
        return {
            title: row[place] if place < len(row) else ""
            for place, title in enumerate(header)
            if title not in own and not title.startswith("Ref")
        }


@pytest.fixture
def on_a_sheet(shop: Any) -> OnASheet:
    return OnASheet(Desk(shop, ("Phone", "Amount", "Paid", "Twice")))


@pytest.mark.parametrize(
    "act",
    [
        {"insertDimension": {"range": columns(2, 3), "inheritFromBefore": True}},
        {"insertDimension": {"range": columns(0, 4)}},
        {"insertDimension": {"range": columns(6, 7), "inheritFromBefore": True}},
        {"moveDimension": {"source": columns(13, 14), "destinationIndex": 1}},
    ],
    ids=["one to the left", "four at the left edge", "one in the midst", "Ref dragged away"],
)
def test_columns_that_moved_under_a_write_are_as_people_left_them(
    on_a_sheet: OnASheet, act: dict[str, Any]
) -> None:
    damage = on_a_sheet.damage(act)
    assert not damage.lost
    on_a_sheet.sheet.put_back(damage, Token("abcdefgh", damage.token.counter + 1))
    assert on_a_sheet.peoples() == on_a_sheet.people_left
    assert [value for value in on_a_sheet.people_left.values() if isinstance(value, bool)]
    snapshot = on_a_sheet.sheet.read()
    assert snapshot.columns.ready()
    on_a_sheet.write(snapshot)


def test_columns_that_move_after_a_write_without_an_answer_are_left_alone(
    on_a_sheet: OnASheet,
) -> None:
    """The write was good and went along; people may have typed since."""
    on_a_sheet.write(on_a_sheet.sheet.read())
    snapshot = on_a_sheet.sheet.read()
    fault = {"service": "sheets", "kind": "503-applied", "path": "batchUpdate", "count": 1}
    on_a_sheet.desk.shop.sandbox.post("/_sandbox/faults", fault)
    with pytest.raises(SheetUnreachable):
        on_a_sheet.write(snapshot)
    source = {**columns(4, 5), "sheetId": on_a_sheet.tab.id}
    on_a_sheet.desk.person({"moveDimension": {"source": source, "destinationIndex": 2}})
    on_a_sheet.tab.update_acell("E2", "=B2*3")
    people_left = on_a_sheet.peoples()
    assert on_a_sheet.sheet.read().columns.ready()
    assert on_a_sheet.peoples() == people_left


def test_what_could_not_be_put_back_at_once_is_put_back_after_the_next_read(
    on_a_sheet: OnASheet,
) -> None:
    act = {"insertDimension": {"range": columns(2, 3), "inheritFromBefore": True}}
    damage = on_a_sheet.damage(act)
    fault = {"service": "sheets", "kind": "503", "path": "batchUpdate", "count": 1}
    on_a_sheet.desk.shop.sandbox.post("/_sandbox/faults", fault)
    after = Token("abcdefgh", damage.token.counter + 1)
    with pytest.raises(SheetUnreachable):
        on_a_sheet.sheet.put_back(damage, after)
    with pytest.raises(ColumnsMoved) as raised:
        on_a_sheet.sheet.read()
    on_a_sheet.sheet.put_back(raised.value.damage, after)
    assert on_a_sheet.peoples() == on_a_sheet.people_left
    assert on_a_sheet.sheet.read().columns.ready()


def test_what_can_not_be_told_is_named_and_nothing_is_written_on_a_guess(
    on_a_sheet: OnASheet,
) -> None:
    """One column to the left is gone: it was deleted, or dragged to where the token went."""
    damage = on_a_sheet.damage({"deleteDimension": {"range": columns(3, 4)}})
    assert {column for _row, column in damage.lost} == {13}
    header = on_a_sheet.tab.row_values(1)
    assert read_token(header[13].removeprefix("Ref ")) is not None


def test_what_no_act_explains_is_named() -> None:
    header = [*PEOPLES, *[title for title in DIALER.values() if title != "Ref"], BEFORE.header]
    found = find_columns(header, {})
    cells = {1: {"status": "Queued"}}
    read = {0: header, 1: [f"{title}1" for title in header]}
    after = ["new", *header[:3], "new", *header[3:]]
    after[found.places["ref"]] = NEXT.header
    damage = damage_of(Written(read, found, blocks_of(cells, found), NEXT), after)
    assert damage is not None
    assert (1, found.places["status"]) in damage.lost & damage.peoples
    assert "Version history" in str(ColumnsMoved(damage).told(is_mended=True))


# --- The tabs beside the queue's ------------------------------------------------------------------

SHOWN_NOW: Dashboard = {
    "State": "Calling",
    "Last pass": 46_000.5,
    "Rate (Rs)": "",
    "Calls today": 0,
}
SAID = {"Control": "RUN", "Daily cap": 50, "Voice ID": "102", "Calling days": ""}
CONTROL = TabFacts(7, "Dialer", 26, 1000)


def dialer_tab(labels: Sequence[str]) -> Table:
    """A Dialer tab of two campaigns with these labels, and notes of people on the right."""
    table = Table([])
    table.rows = [["Campaign", "orders", "returns", "", "Notes"]]
    for at, label in enumerate(labels):
        said = SAID.get(label, f"{label} before")
        table.rows.append([label, said, f"{label} there", "", f"note {at}"])
    return table


def labels_of() -> st.SearchStrategy[list[str]]:
    return st.permutations([*SHOWN_NOW, *SAID, "", "My own"]).map(list)


def turned(table: Table) -> None:
    """Makes columns of rows."""
    width = max(map(len, table.rows))
    rows = [row + [""] * (width - len(row)) for row in table.rows]
    table.rows = [list(column) for column in zip(*rows, strict=True)]


@given(labels_of(), acts(), st.booleans())
@example([*SAID, "State", "Last pass", "Rate (Rs)", "Calls today", ""], ("delete", (8, 1)), True)
def test_whatever_one_act_moves_on_the_dialer_tab_is_put_back_or_named(
    labels: list[str], act: tuple[str, tuple[int, ...]], of_rows: bool
) -> None:
    table = dialer_tab(labels)
    read = [list(row) for row in table.rows]
    written = notes(SHOWN_NOW, read, "orders", writing=True, afresh=True)
    beside = on_control_tab(CONTROL, read, written, is_old=False)
    if of_rows:
        turned(table)
    getattr(table, act[0])(*act[1])
    if of_rows:
        turned(table)
    assume(table.rows)
    left = all_of(table.rows)
    for note in written:
        while len(table.rows) <= note.row:
            table.rows.append([])
        table.put(note.row, note.column, note.value)
    now = all_of(table.rows)
    evidence = {cell: value for cell, value in now.items() if 0 in cell}
    damage = beside.damage(evidence, NEXT, 9)
    hit = {(note.row, note.column) for note in written}
    own = {f"{label} before" for label in SHOWN_NOW}
    harmed = {cell for cell in hit if left.get(cell, "") not in ("", None, *own)}
    if damage is None:
        assert not harmed
        return
    for (row, column), value in damage.put_back.items():
        assert left.get((row, column), "") == value
    assert harmed <= damage.put_back.keys() | damage.lost
    assert harmed <= damage.peoples
    assert not damage.put_back.keys() & damage.lost


class AtTheDialerTab:
    """A read, what people do on the Dialer tab, and the write that was planned from that read."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        desk.setup()
        self.tab = desk.book.worksheet("Dialer")
        for label, value in SAID.items():
            self.tab.update_cell(desk.row(label) + 1, 2, str(value))
        self.sheet = QueueTab(desk.connection, "Calls", {})
        self.write(self.sheet.read())

    def write(self, snapshot: Snapshot) -> None:
        """What a pass shows."""
        grid = snapshot.control or []
        before = snapshot.token
        token = Token("abcdefgh", (before.counter if before else 0) + 1)
        written = notes(SHOWN_NOW, grid, "orders", writing=True, afresh=True)
        self.sheet.write(snapshot, token, {}, notes=written)

    def do(self, act: dict[str, Any]) -> None:
        """What people do there."""
        for value in act.values():
            for each in ("range", "source"):
                if each in value:
                    value[each] = {**value[each], "sheetId": self.tab.id}
        self.desk.person(act)
        self.left = self.cells()

    def cells(self) -> list[list[Any]]:
        """All of the tab but what a formula says."""
        cells = self.tab.get(value_render_option="UNFORMATTED_VALUE")
        return [row for row in cells if "Running?" not in row]

    def put_back(self, damage: Overwrite) -> None:
        self.sheet.put_back(damage, Token("abcdefgh", damage.token.counter + 1))


@pytest.fixture
def at_the_dialer_tab(shop: Any) -> AtTheDialerTab:
    return AtTheDialerTab(Desk(shop))


def lines(dimension: str, start: int, end: int) -> dict[str, Any]:
    return {"sheetId": 0, "dimension": dimension, "startIndex": start, "endIndex": end}


@pytest.mark.parametrize(
    "act",
    [
        {"insertDimension": {"range": lines("ROWS", 1, 2), "inheritFromBefore": True}},
        {"insertDimension": {"range": lines("ROWS", 0, 3)}},
        {"insertDimension": {"range": lines("COLUMNS", 0, 1)}},
        {"insertDimension": {"range": lines("COLUMNS", 1, 2), "inheritFromBefore": True}},
        {"deleteDimension": {"range": lines("ROWS", 3, 4)}},
        {"moveDimension": {"source": lines("ROWS", 8, 9), "destinationIndex": 1}},
    ],
    ids=[
        "a row",
        "three at the top",
        "a column at the edge",
        "a column",
        "one gone",
        "one dragged",
    ],
)
def test_what_was_moved_on_the_dialer_tab_under_a_write_is_as_people_left_it(
    at_the_dialer_tab: AtTheDialerTab, act: dict[str, Any]
) -> None:
    there = at_the_dialer_tab
    snapshot = there.sheet.read()
    there.do({name: dict(value) for name, value in act.items()})
    with pytest.raises(ColumnsMoved) as raised:
        there.write(snapshot)
    assert there.cells() != there.left
    there.put_back(raised.value.damage)
    assert there.cells() == there.left
    there.write(there.sheet.read())
    settings = dict(row[:2] for row in there.tab.get_values("A1:C14") if row[0])
    if "Campaign" in settings and "orders" in settings.values():
        assert (settings["Control"], settings["Daily cap"]) == ("RUN", "50")
        assert settings["State"] == "Calling"


def test_a_row_below_the_dialers_own_harms_nothing(at_the_dialer_tab: AtTheDialerTab) -> None:
    there = at_the_dialer_tab
    snapshot = there.sheet.read()
    there.do({"insertDimension": {"range": lines("ROWS", 90, 91)}})
    there.write(snapshot)
    assert there.cells() == there.left


@pytest.mark.parametrize("moved", ["before the write", "after it"])
def test_a_write_to_the_dialer_tab_whose_answer_was_lost_is_put_back_at_the_next_read(
    at_the_dialer_tab: AtTheDialerTab, moved: str
) -> None:
    there = at_the_dialer_tab
    insert = {"insertDimension": {"range": lines("ROWS", 1, 2), "inheritFromBefore": True}}
    snapshot = there.sheet.read()
    if moved == "before the write":
        there.do(insert)
    fault = {"service": "sheets", "kind": "503-applied", "path": "batchUpdate", "count": 1}
    there.desk.shop.sandbox.post("/_sandbox/faults", fault)
    with pytest.raises(SheetUnreachable):
        there.write(snapshot)
    if moved == "before the write":
        with pytest.raises(ColumnsMoved) as raised:
            there.sheet.read()
        there.put_back(raised.value.damage)
    else:
        there.do(insert)
        there.sheet.read()
    assert there.cells() == there.left


def test_an_old_read_of_the_dialer_tab_puts_nothing_back_but_names_it(
    at_the_dialer_tab: AtTheDialerTab,
) -> None:
    """People may have said PAUSE since."""
    there = at_the_dialer_tab
    snapshot = there.sheet.read()
    there.do({"insertDimension": {"range": lines("ROWS", 1, 2), "inheritFromBefore": True}})
    with pytest.raises(ColumnsMoved) as raised:
        there.write(replace(snapshot, is_old=True))
    assert not raised.value.damage.put_back
    told = str(raised.value.told(is_mended=True))
    assert "B3" in told
    assert "Version history" in told


def test_an_alarm_that_was_written_over_is_named_and_never_says_running_for_ever(
    at_the_dialer_tab: AtTheDialerTab,
) -> None:
    there = at_the_dialer_tab
    snapshot = there.sheet.read()
    state = there.desk.row("State")
    assert there.desk.row("Running?") == state + 1
    there.do({"deleteDimension": {"range": lines("ROWS", state, state + 1)}})
    with pytest.raises(ColumnsMoved) as raised:
        there.write(snapshot)
    there.put_back(raised.value.damage)
    assert there.tab.row_values(state + 1) == ["Running?"]
    assert there.cells() == there.left
    told = str(raised.value.told(is_mended=True))
    assert f"B{state + 1} there. Put back what stood there" in told


def test_numbers_that_people_listed_are_put_back_when_columns_moved_beside_them(
    shop: Any,
) -> None:
    desk = Desk(shop)
    desk.setup()
    tab = desk.book.worksheet("Do Not Call")
    tab.update([["03000000001"], ["03000000002"]], "A2", raw=True)
    sheet = QueueTab(desk.connection, "Calls", {})
    snapshot = sheet.read()
    assert snapshot.do_not_call is not None
    header = cells_of(snapshot.do_not_call[0])
    places = {title: header.index(title) for title in OWN_COLUMNS}
    insert = lines("COLUMNS", 0, places[OWN_COLUMNS[0]]) | {"sheetId": tab.id}
    desk.person({"insertDimension": {"range": insert}})
    left = tab.get()
    listed = {2: ("923000000009", "2026-07-15 12:00", "orders")}
    with pytest.raises(ColumnsMoved) as raised:
        sheet.write(snapshot, Token("abcdefgh", 1), {}, lines=OptOutLines(places, listed))
    assert tab.get() != left
    sheet.put_back(raised.value.damage, Token("abcdefgh", 2))
    assert tab.get() == left
    assert "Do Not Call tab" in str(raised.value.told(is_mended=True))
