"""When a row that needs nothing now is looked at again."""

from __future__ import annotations

import pytest

from sheets_dialer.planning.requeue import requeue_at
from tests.support.planning import KARACHI, POLICY, moment, rows_of

NOW = moment("2026-07-15 12:00")


@pytest.mark.parametrize("status", ["Calling", "Queued", "Waiting", ""])
def test_a_mark_is_looked_at_again_once_it_is_old_whatever_its_status_says_by_now(
    status: str,
) -> None:
    """A person may have changed the Status, and another dialer's mark says nothing more by itself:
    the row would wait until midnight without a word."""
    (row,) = rows_of(
        [{"Phone": "0300 1234567", "Status": status, "Called At": "2026-07-15 11:55:00"}]
    )
    assert requeue_at(row, None, NOW, POLICY, KARACHI) == moment("2026-07-15 12:05")
