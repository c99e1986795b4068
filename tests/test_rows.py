"""Rows as values: what stands in a tab, read anew only where it changed."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.columns import find_columns
from sheets_dialer.rows import QueueRow, RowReader, read_rows, text_of

HEADER = ["Phone", "Amount", "Status", "Ref"]
cells = st.one_of(
    st.just(""),
    st.booleans(),
    st.integers(0, 2),
    st.sampled_from([1.0, "1", "TRUE", "0300 1234567", "x"]),
)
grids = st.lists(st.lists(cells, max_size=5), max_size=6)


def as_people_see_it(row: QueueRow) -> tuple[object, ...]:
    """A row so that TRUE is not 1; 1.0 and 1 look alike in every sheet."""
    return isinstance(row.phone, bool), row


@given(st.lists(grids, min_size=1, max_size=4))
def test_a_reader_gives_what_reading_everything_anew_gives(passes: list[list[list[Any]]]) -> None:
    reader = RowReader("102")
    for rows in passes:
        grid = [HEADER, *rows]
        columns = find_columns(HEADER, {})
        read, anew = reader.read(grid, columns), read_rows(grid, columns, "102")
        assert list(map(as_people_see_it, read)) == list(map(as_people_see_it, anew))


def test_an_unchanged_row_is_the_same_value_at_every_pass() -> None:
    reader = RowReader("102")
    grid = [HEADER, ["03001234567", 5]]
    columns = find_columns(HEADER, {})
    assert reader.read(grid, columns)[0] is reader.read([list(r) for r in grid], columns)[0]


def test_a_moved_column_is_seen() -> None:
    reader = RowReader("102")
    rows = [["03001234567", "03211234567"]]
    first = reader.read([["Phone", "Old"], *rows], find_columns(["Phone", "Old"], {}))
    second = reader.read([["Old", "Phone"], *rows], find_columns(["Old", "Phone"], {}))
    assert (first[0].phone, second[0].phone) == ("03001234567", "03211234567")


def test_texts_are_what_people_read() -> None:
    read = [text_of(cell) for cell in (None, True, False, 1500.0, 12.5, " x ")]
    assert read == ["", "TRUE", "FALSE", "1500", "12.5", "x"]
