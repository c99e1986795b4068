"""Columns that people move under a write: what was written over is put back, or named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from setting_up import Desk

from sheets_dialer.columns import DIALER, find_columns
from sheets_dialer.sheet import ColumnsMoved, QueueSheet, Snapshot
from sheets_dialer.sheet.moved import Damage, Written, damage_of, where
from sheets_dialer.sheet.requests import blocks_of
from sheets_dialer.token import Token, read_token

PEOPLES = ("Name", "Phone", "City", "Notes")
NEXT = Token("abcdefgh", 8)
BEFORE = Token("abcdefgh", 7)
ROWS = 4


def columns(start: int, end: int) -> dict[str, Any]:
    return {"sheetId": 0, "dimension": "COLUMNS", "startIndex": start, "endIndex": end}


class Table:
    """A tab with rows in memory, as people and Google change it."""

    def __init__(self, header: Sequence[str]) -> None:
        self.rows = [list(header)]
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

    def put(self, row: int, column: int, value: str) -> None:
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
    assert not (damage and is_harmless)
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
        self.sheet = QueueSheet(desk.connection, "Calls", {})
        self.written = 0

    def write(self, snapshot: Snapshot) -> None:
        self.written += 1
        cells = {1: {"status": "Queued", "why": "Because", "attempts": "1"}}
        before = snapshot.token
        token = Token("abcdefgh", (before.counter if before else 0) + 1)
        self.sheet.write(snapshot, token, cells)

    def damage(self, act: dict[str, Any]) -> Damage:
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


def test_what_can_not_be_told_is_named_and_nothing_is_written_on_a_guess(
    on_a_sheet: OnASheet,
) -> None:
    """One column to the left is gone: it was deleted, or dragged to where the token went."""
    damage = on_a_sheet.damage({"deleteDimension": {"range": columns(3, 4)}})
    assert {column for _row, column in damage.lost} == {13}
    header = on_a_sheet.tab.row_values(1)
    assert read_token(header[13].removeprefix("Ref ")) is not None
