"""findReplace changes what it is told to and counts it as Google does."""

from __future__ import annotations

from typing import Any

import pytest

from sheets_dialer.sandbox.google.errors import GoogleError
from sheets_dialer.sandbox.google.model import Cell
from tests.support.grids import Grid, area


def find(text: str, replacement: str, **rest: Any) -> dict[str, Any]:
    if not {"range", "sheetId"} & set(rest):
        rest.setdefault("allSheets", True)
    return {"findReplace": {"find": text, "replacement": replacement, **rest}}


def reply(grid: Grid, request: dict[str, Any]) -> dict[str, int]:
    (answer,) = grid.batch(request)
    counts: dict[str, int] = answer["findReplace"]
    return counts


def test_no_match_answers_an_empty_reply() -> None:
    assert Grid([["a"]]).batch(find("zebra", "x")) == [{"findReplace": {}}]


def test_every_occurrence_is_counted() -> None:
    grid = Grid([["Google Sheets", "eel"], ["none"], ["E"]])
    assert reply(grid, find("e", "o")) == {
        "valuesChanged": 4,
        "rowsChanged": 3,
        "sheetsChanged": 1,
        "occurrencesChanged": 7,
    }
    assert grid.rows() == [["Googlo Shoots", "ool"], ["nono"], ["o"]]


def test_case_can_matter() -> None:
    grid = Grid([["Abc abc"]])
    assert reply(grid, find("abc", "x", matchCase=True))["occurrencesChanged"] == 1
    assert grid.rows() == [["Abc x"]]


def test_the_whole_cell_can_be_asked_for() -> None:
    grid = Grid([["ab"], ["abc"]])
    assert reply(grid, find("AB", "x", matchEntireCell=True))["valuesChanged"] == 1
    assert grid.rows() == [["x"], ["abc"]]


def test_a_plain_search_knows_no_special_characters() -> None:
    grid = Grid([["1.5 (a) $1"], ["145"]])
    reply(grid, find("(a) $1", r"\1 $0"))
    reply(grid, find("1.5", "x"))
    assert grid.rows() == [[r"x \1 $0"], ["145"]]


def test_regular_expressions_take_java_replacements() -> None:
    grid = Grid([["Google Sheets"], ["Google Docs"]])
    reply(grid, find("o.* (.*)", "$1 Rocks", searchByRegex=True))
    assert grid.rows() == [["GSheets Rocks"], ["GDocs Rocks"]]
    reply(grid, find("^G(?<what>.*) R", r"\$${what} r", searchByRegex=True))
    assert grid.rows()[0] == ["$Sheets rocks"]


def test_formulas_are_left_alone_unless_asked_for() -> None:
    grid = Grid([["=A2+1", "A2"], [5]])
    assert reply(grid, find("A2", "A3")) == {
        "valuesChanged": 1,
        "rowsChanged": 1,
        "sheetsChanged": 1,
        "occurrencesChanged": 1,
    }
    assert reply(grid, find("A2", "B9", includeFormulas=True))["formulasChanged"] == 1
    assert grid.rows()[0] == ["=B9+1", "A3"]


def test_what_comes_out_is_read_as_typed() -> None:
    grid = Grid([["0300-1234567", 123]])
    grid.sheet.set_cell(1, 0, Cell("0300-1234567", {"numberFormat": {"type": "TEXT"}}, "note"))
    reply(grid, find("-", ""))
    reply(grid, find("2", "9", range=area("B1")))
    assert grid.rows() == [[3001234567, 193], ["03001234567"]]
    assert grid.sheet.cell(1, 0).note == "note"
    grid = Grid([["x1/2"]])
    reply(grid, find("x", ""))
    assert grid.rows() == [[46024]]  # 2026-01-02, by the grid's clock


def test_dates_are_searched_as_they_are_shown() -> None:
    grid = Grid()
    shown = {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"}}
    grid.sheet.set_cell(0, 0, Cell(46000, shown))
    reply(grid, find("2025-12-09", "2025-12-10"))
    assert grid.sheet.cell(0, 0) == Cell(46001, shown)


def test_the_search_stays_where_it_is_told_to() -> None:
    grid = Grid([["a", "a"], ["a", "a"]])
    grid.add_tab("Other", 8)
    grid.tab(8).set_cell(0, 0, Cell("a"))
    assert reply(grid, find("a", "b", range=area("B1:B2")))["valuesChanged"] == 2
    assert reply(grid, find("a", "c", sheetId=8))["valuesChanged"] == 1
    assert reply(grid, find("a", "d", sheetId=0))["valuesChanged"] == 2
    assert reply(grid, find("b", "e"))["sheetsChanged"] == 1
    assert (grid.rows(), grid.rows(8)) == ([["d", "e"], ["d", "e"]], [["c"]])


@pytest.mark.parametrize(
    "request_",
    [
        {"findReplace": {"find": "a", "replacement": "b"}},
        {"findReplace": {"find": "a", "replacement": "b", "allSheets": False}},
        {"findReplace": {"find": "a", "replacement": "b", "allSheets": True, "sheetId": 0}},
        {"findReplace": {"replacement": "b", "allSheets": True}},
        find("(", "b", searchByRegex=True),
        find("a", "$1", searchByRegex=True),
        find("a", "b", sheetId=9),
        find("a", "b" * 50_001),
    ],
)
def test_what_makes_no_sense_is_refused(request_: dict[str, Any]) -> None:
    grid = Grid([["a"]])
    with pytest.raises(GoogleError) as caught:
        grid.batch(request_)
    assert caught.value.code == 400
    assert grid.rows() == [["a"]]


def test_two_scopes_are_refused_in_the_words_of_the_parser() -> None:
    with pytest.raises(GoogleError) as caught:
        Grid().batch({"findReplace": {"find": "a", "allSheets": True, "sheetId": 0}})
    assert caught.value.message == (
        "Invalid value at 'requests[0].find_replace' (oneof), "
        "oneof field 'scope' is already set. Cannot set 'sheetId'"
    )
