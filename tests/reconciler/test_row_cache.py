"""Rows as values, and the cache that keeps what stands in a tab from one pass to the next."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.domain.phone_numbers import NotDiallable
from sheets_dialer.reconciler.row_cache import RowCache
from sheets_dialer.tabs.queue_columns import find_columns
from sheets_dialer.tabs.queue_rows import TEXTS_TOO_LONG, QueueRow, read_rows, text_of

NOW = datetime(2026, 7, 15, 7, tzinfo=UTC)
HEADER = ["Phone", "Amount", "Status", "Ref"]
cells = st.one_of(
    st.just(""),
    st.booleans(),
    st.integers(0, 2),
    st.sampled_from([1.0, "1", "TRUE", "0300 1234567", "x", "😀"]),
)
grids = st.lists(st.lists(cells, max_size=5), max_size=6)


def as_json(grid: list[list[Any]]) -> list[bytes]:
    return [json.dumps(row, ensure_ascii=False).encode() for row in grid]


def as_people_see_it(row: QueueRow) -> tuple[object, ...]:
    """A row so that TRUE is not 1; 1.0 and 1 look alike in every sheet."""
    return isinstance(row.phone, bool), row


@given(st.lists(grids, min_size=1, max_size=4))
def test_a_cache_gives_what_reading_everything_anew_gives(passes: list[list[list[Any]]]) -> None:
    row_cache = RowCache("102")
    columns = find_columns(HEADER, {})
    for rows in passes:
        grid = [HEADER, *rows]
        row_cache.take_in(as_json(grid), columns)
        read = [row_cache.row(index) for index in row_cache.to_look_at(NOW)]
        anew = read_rows(grid, columns, "102")
        assert list(map(as_people_see_it, read)) == list(map(as_people_see_it, anew))


def test_an_unchanged_row_is_the_same_value_at_every_pass() -> None:
    row_cache = RowCache("102")
    columns = find_columns(HEADER, {})
    rows = [HEADER, ["03001234567", 5]]
    row_cache.take_in(as_json(rows), columns)
    first = row_cache.row(1)
    row_cache.take_in(as_json(rows), columns)
    assert row_cache.row(1) is first


def test_a_moved_column_is_seen() -> None:
    row_cache = RowCache("102")
    rows = [["03001234567", "03211234567"]]
    for header, phone in ((["Phone", "Old"], "03001234567"), (["Old", "Phone"], "03211234567")):
        row_cache.take_in(as_json([header, *rows]), find_columns(header, {}))
        assert row_cache.row(1).phone == phone


def test_texts_are_what_people_read() -> None:
    read = [text_of(cell) for cell in (None, True, False, 1500.0, 12.5, " x ")]
    assert read == ["", "TRUE", "FALSE", "1500", "12.5", "x"]


def test_texts_that_an_address_can_not_carry_are_told_and_not_sent() -> None:
    columns = find_columns(["Phone", "Store"], {})
    for text, is_called in (("x" * 5_900, True), ("x" * 6_100, False), ("آ" * 1_100, False)):
        (row,) = read_rows([["Phone", "Store"], ["03001234567", text]], columns, "102")
        assert (row.content is not None) == is_called
        assert is_called or row.number == NotDiallable(TEXTS_TOO_LONG)


UNSEEN = (
    "\u200b",
    "\u200e\u200f",
    "\ufeff",
    "\u202a\u202c",
    " \u00a0 ",
    "\u2066 \u2069",
    "\u00ad",
    "\u2060",
)


@pytest.mark.parametrize("unseen", UNSEEN)
def test_a_cell_that_shows_nothing_is_blank(unseen: str) -> None:
    header = ["Phone", "Amount", "Store", "City"]
    columns = find_columns(header, {})
    (row,) = read_rows([header, ["03001234567", unseen, unseen, ""]], columns, "102")
    assert row.blank == ("amount", "text1")
    assert row.content is not None
    (bare,) = read_rows([header, ["03001234567", "", "", ""]], columns, "102")
    assert row.fingerprint == bare.fingerprint
    # Beside no number there is nothing to say why nobody is called.
    assert not any(r.has_content for r in read_rows([header, [unseen] * 4], columns, "102"))
