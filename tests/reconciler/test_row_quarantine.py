"""Rows that Google refuses to write are set apart for a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sheets_dialer.reconciler.row_quarantine import SET_APART, RowQuarantine

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
CELLS = {1: {"status": "a"}, 4: {"status": "b"}, 7: {"status": "c"}}


def test_others_are_written_and_the_first_one_is_named() -> None:
    quarantine = RowQuarantine()
    quarantine.found("orders", {4: "It is protected."}, NOW)
    assert set(quarantine.without("orders", CELLS, NOW)) == {1, 7}
    assert set(quarantine.without("others", CELLS, NOW)) == {1, 4, 7}
    assert "row 5 can't be written. It is protected." in (quarantine.sentence("orders", NOW) or "")


def test_those_found_later_join_those_found_before() -> None:
    quarantine = RowQuarantine()
    quarantine.found("orders", {4: "It is protected."}, NOW)
    quarantine.found("orders", {7: "It is protected."}, NOW + timedelta(seconds=15))
    quarantine.found("orders", {}, NOW + timedelta(seconds=30))
    assert set(quarantine.without("orders", CELLS, NOW + timedelta(seconds=30))) == {1}
    assert "row 5 and 1 more" in (quarantine.sentence("orders", NOW + timedelta(seconds=30)) or "")


def test_after_a_while_calls_go_on_even_where_nothing_is_left_to_write() -> None:
    quarantine = RowQuarantine()
    quarantine.found("orders", {4: "It is protected."}, NOW)
    assert quarantine.sentence("orders", NOW + SET_APART) is None
    assert set(quarantine.without("orders", CELLS, NOW + SET_APART)) == {1, 4, 7}


def test_a_clock_that_was_set_back_does_not_keep_them_apart() -> None:
    quarantine = RowQuarantine()
    quarantine.found("orders", {4: "It is protected."}, NOW)
    assert quarantine.sentence("orders", NOW - timedelta(hours=1)) is None
