"""A settled row rests until its time, and is counted while it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.planning.plan import RowState, RowSummary, SettledRow
from sheets_dialer.reconciler.settled_rows import SettledRows

NOW = datetime(2026, 7, 15, 7, tzinfo=UTC)
ROWS = 5
settlings = st.tuples(
    st.integers(0, ROWS - 1),
    st.builds(
        SettledRow,
        st.builds(RowSummary, st.sampled_from(RowState), st.sampled_from(["", "Answered"])),
        st.integers(1, 9).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    ),
)
steps = st.lists(st.one_of(settlings, st.integers(0, 12)), max_size=20)


@given(steps)
def test_what_is_settled_rests_until_its_time_and_counts_meanwhile(
    steps: Sequence[tuple[int, SettledRow] | int],
) -> None:
    """A step settles a row, or looks what is due so many seconds later. Row 0 is empty."""
    rows = SettledRows()
    rows.resize(ROWS)
    rows.leave_out(0)
    settled: dict[int, SettledRow] = {}
    latest = NOW
    for step in steps:
        if isinstance(step, int):
            now = NOW + timedelta(seconds=step)
            if now < latest:
                settled.clear()  # the clock was set back
            latest = now
            settled = {index: each for index, each in settled.items() if each.until > now}
            assert rows.to_look_at(now) == [row for row in range(1, ROWS) if row not in settled]
        elif step[0]:
            index, each = step
            rows.settle(index, each)
            settled[index] = each
        assert rows.counts() == Counter(each.summary for each in settled.values())
        queued = [row for row in range(ROWS) if _is_queued(settled.get(row))]
        assert rows.first_queued(2) == queued[:2]


def _is_queued(settled: SettledRow | None) -> bool:
    return settled is not None and settled.row_state is RowState.QUEUED


def test_rows_that_come_are_looked_at_and_rows_that_go_are_not() -> None:
    rows = SettledRows()
    rows.resize(2)
    rows.settle(1, SettledRow(RowSummary(RowState.SETTLED), NOW + timedelta(days=1)))
    rows.look_at(1)
    rows.resize(1)
    rows.resize(3)
    assert rows.to_look_at(NOW) == [0, 1, 2]
    assert not rows.counts()
