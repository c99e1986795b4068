"""What a document remembers of its past, and how much of it."""

from __future__ import annotations

import pytest

from sheets_dialer.sandbox.google import library
from sheets_dialer.sandbox.google.library import HISTORY_SECONDS, Document
from sheets_dialer.sandbox.google.model import Cell, Sheet, Workbook

START = 1_700_000_000.0
NOW = START + 1000
ROWS, COLUMNS = 2000, 4
ALL_CELLS = ROWS * COLUMNS * library._CELL_BYTES


@pytest.fixture
def document() -> Document:
    sheet = Sheet.new({"sheetId": 0, "title": "Sheet1"}, ROWS, COLUMNS)
    document = Document("1abc", Workbook({"title": "T"}, [sheet]), "owner@example.com", 0.0, 0.0)
    rewrite(document, "first", START)
    return document


def rewrite(document: Document, text: str, now: float, *, rows: int = ROWS) -> None:
    """Writes the text to every cell of so many rows."""
    draft = document.workbook.draft()
    for row in range(rows):
        draft.sheets[0].rows[row] = (Cell(text),) * COLUMNS
    document.commit(draft, now)


def text_at(document: Document, moment: float) -> object:
    return shown(document.aged(NOW - moment, NOW))


def shown(workbook: Workbook) -> object:
    return workbook.sheets[0].cell(0, 0).value


def test_every_moment_of_the_last_minutes_is_remembered(document: Document) -> None:
    for second in range(1, 10):
        rewrite(document, f"v{second}", START + second, rows=1)
    for second in range(1, 10):
        assert text_at(document, START + second + 0.5) == f"v{second}"
    assert text_at(document, START + 0.5) == "first"


def test_what_is_older_is_forgotten(document: Document) -> None:
    rewrite(document, "old", START + 1)
    rewrite(document, "new", START + 2 + HISTORY_SECONDS)
    assert len(document.history) == 1
    assert document.history_size == document.history[0].size


def test_replaced_cells_count_and_the_past_stays_small(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "HISTORY_BYTES", 3 * ALL_CELLS)
    for second in range(1, 10):
        rewrite(document, f"v{second}", START + second)
    assert len(document.history) == 2
    assert document.history_size <= 3 * ALL_CELLS
    assert text_at(document, START + 8.5) == "v8"


def test_the_version_before_is_remembered_whatever_its_size(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "HISTORY_BYTES", 0)
    rewrite(document, "new", START + 1)
    assert text_at(document, START + 0.5) == "first"
    assert text_at(document, START + 1) == "new"


def test_rows_that_only_moved_cost_nothing(document: Document) -> None:
    draft = document.workbook.draft()
    draft.sheets[0].rows.reverse()
    document.commit(draft, START + 1)
    assert document.history[-1].size < ALL_CELLS / 10


def test_a_clock_that_was_set_back_leaves_the_past_as_long_ago_as_it_was(
    document: Document,
) -> None:
    rewrite(document, "second", START + 10, rows=1)
    rewrite(document, "third", START + 20, rows=1)
    set_back = START + 20 - 3600
    assert shown(document.aged(5, set_back)) == "second"
    rewrite(document, "fourth", set_back + 3, rows=1)
    rewrite(document, "fifth", set_back + 6, rows=1)
    ages = {1: "fifth", 4: "fourth", 7: "third", 10: "second", 19: "first"}
    for age, text in ages.items():
        assert shown(document.aged(age, set_back + 8)) == text, age
