"""Rows that share a number, a Ref or a call are found by it, whatever was changed before."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.reconciler.shared_keys import SharedKeys

ROWS = 4
keys_of_rows = st.lists(st.integers(1, 5), max_size=3, unique=True).map(tuple)
changes = st.lists(st.tuples(st.integers(0, ROWS - 1), keys_of_rows), max_size=12)


@given(changes)
def test_a_key_finds_exactly_the_rows_that_have_it_now(
    changes: Sequence[tuple[int, tuple[int, ...]]],
) -> None:
    shared = SharedKeys()
    shared.resize(ROWS)
    now: dict[int, tuple[int, ...]] = dict.fromkeys(range(ROWS), ())
    for index, keys in changes:
        shared.forget(index)
        shared.learn(index, keys)
        now[index] = keys
        assert [shared.keys(each) for each in range(ROWS)] == [now[each] for each in range(ROWS)]
        for key in range(1, 6):
            assert shared.rows_with([key]) == {row for row, theirs in now.items() if key in theirs}


def test_rows_that_are_gone_are_not_found() -> None:
    shared = SharedKeys()
    shared.resize(2)
    shared.learn(0, (7,))
    shared.learn(1, (7, 8))
    shared.forget(1)
    shared.resize(1)
    assert shared.rows_with([7, 8]) == {0}
    shared.resize(2)
    assert shared.keys(1) == ()
