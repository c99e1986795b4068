"""Who may write to a tab, and when this dialer stands by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sheets_dialer.base.errors import AnotherDialer, OldRead, TokenLost
from sheets_dialer.google_sheets import QueueTab
from sheets_dialer.ledger.ledger import Ledger
from sheets_dialer.reconciler.token_repair import settle_token
from sheets_dialer.reconciler.write_fence import WriteFence
from sheets_dialer.tabs.fence_state import OLD_STATE_RESTS, STANDS_BY
from sheets_dialer.tabs.fencing_token import Token, read_token
from sheets_dialer.texts import say
from tests.support.dialing import Shop
from tests.support.setting_up import Desk

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
TAB = "key/Calls"
THEIRS = Token("theirs00", 7)
RUN = "run1"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger."""
    made = Ledger(f"sqlite:///{tmp_path / 'dialer.db'}", new_id="ours0000")
    yield made
    made.close()


def look(
    ledger: Ledger, token: Token | None, *, runs: bool = True, at: datetime = NOW
) -> str | None:
    return WriteFence(ledger, RUN).observe(
        TAB, token, runs=runs, now=at, zone=ZoneInfo("Asia/Karachi")
    )


def test_our_own_token_and_none_stop_nothing(ledger: Ledger) -> None:
    assert look(ledger, None) is None
    assert look(ledger, WriteFence(ledger, RUN).next_token(TAB, None)) is None


def test_no_token_is_used_twice(ledger: Ledger) -> None:
    tokens = [WriteFence(ledger, RUN).next_token(TAB, None) for _ in range(3)]
    assert [token.counter for token in tokens] == [1, 2, 3]
    assert WriteFence(ledger, RUN).next_token(TAB, THEIRS) == Token("ours0000", 8, RUN)


def test_tabs_of_one_spreadsheet_never_share_a_token(ledger: Ledger) -> None:
    fence = WriteFence(ledger, "zzzz")
    tabs = [f"key/{number}" for number in range(50)]
    tokens = [fence.next_token(tab, None) for _ in range(2) for tab in tabs]
    assert len({token.name for token in tokens}) == len({token.id for token in tokens}) == 100
    assert all(read_token(token.id) == token for token in tokens)
    assert tokens[0].writer == "zzzz"


def test_another_dialer_is_waited_for_until_it_falls_silent(ledger: Ledger) -> None:
    for at in (NOW, NOW + STANDS_BY - timedelta(seconds=1)):
        with pytest.raises(AnotherDialer, match="takes over"):
            look(ledger, THEIRS, at=at)
    assert look(ledger, THEIRS, at=NOW + STANDS_BY) is None
    with pytest.raises(AnotherDialer):
        look(ledger, Token("theirs00", 8), at=NOW + STANDS_BY)


def test_a_clock_that_was_set_back_does_not_make_it_wait_for_longer(ledger: Ledger) -> None:
    with pytest.raises(AnotherDialer):
        look(ledger, THEIRS)
    earlier = NOW - timedelta(days=1)
    with pytest.raises(AnotherDialer):
        look(ledger, THEIRS, at=earlier)
    assert look(ledger, THEIRS, at=earlier + STANDS_BY) is None


def test_a_ledger_older_than_the_sheet_waits_for_pause_and_run(ledger: Ledger) -> None:
    ahead = Token("ours0000", 40)
    assert look(ledger, ahead) == say("older_ledger")
    assert look(ledger, ahead) == say("older_ledger")
    assert look(ledger, ahead, runs=False) is None
    assert look(ledger, ahead) is None
    assert WriteFence(ledger, RUN).next_token(TAB, ahead).counter == 41


def test_a_copy_of_the_ledger_that_counts_on_elsewhere_is_noticed(ledger: Ledger) -> None:
    ours = WriteFence(ledger, RUN).next_token(TAB, None)
    elsewhere = Token("ours0000", ours.counter, "run2")
    assert look(ledger, elsewhere) == say("older_ledger")


def test_a_read_that_is_older_than_one_before_is_not_planned_from(ledger: Ledger) -> None:
    first = WriteFence(ledger, RUN).next_token(TAB, None)
    later = [WriteFence(ledger, "run3").next_token(TAB, first) for _ in range(12)]
    assert [look(ledger, token) for token in (first, later[4], later[9])] == [None] * 3
    for old in (first, *later[:9]):
        with pytest.raises(OldRead, match="old state"):
            look(ledger, old)
    assert [look(ledger, token) for token in later[9:]] == [None] * 3


def test_a_read_from_before_a_write_that_landed_is_old_though_no_read_has_shown_it(
    ledger: Ledger,
) -> None:
    fence = WriteFence(ledger, RUN)
    before = fence.next_token(TAB, None)
    assert look(ledger, before) is None
    # A write of which nobody knows whether it landed makes nothing old.
    fence.next_token(TAB, before)
    assert look(ledger, before) is None
    fence.landed(TAB, fence.next_token(TAB, before))
    with pytest.raises(OldRead):
        look(ledger, before)


def test_what_is_kept_of_our_tokens_stays_short(ledger: Ledger) -> None:
    token = None
    for _ in range(200):
        token = WriteFence(ledger, RUN).next_token(TAB, token)
    assert len(ledger.fence(TAB).written) < 60


def test_a_token_that_is_gone_is_put_right_before_anything_is_heard(ledger: Ledger) -> None:
    assert look(ledger, None) is None
    assert look(ledger, WriteFence(ledger, RUN).next_token(TAB, None)) is None
    with pytest.raises(TokenLost):
        look(ledger, None)


def test_old_reads_at_pause_with_good_ones_between_are_not_taken_for_a_restored_version(
    ledger: Ledger,
) -> None:
    fence = WriteFence(ledger, RUN)
    old = fence.next_token(TAB, None)
    new = fence.next_token(TAB, old)
    for at in (NOW, NOW + OLD_STATE_RESTS, NOW + 2 * OLD_STATE_RESTS):
        assert look(ledger, new, runs=False, at=at) is None
        with pytest.raises(OldRead):
            look(ledger, old, runs=False, at=at)


def test_an_old_read_after_somebody_elses_write_is_not_planned_from(ledger: Ledger) -> None:
    before = WriteFence(ledger, RUN).next_token(TAB, None)
    copys = Token("ours0000", 2, "copy")
    assert look(ledger, copys) == say("older_ledger")
    assert look(ledger, copys, runs=False) is None
    with pytest.raises(OldRead):
        look(ledger, before)
    assert look(ledger, copys) is None


def test_an_earlier_version_that_somebody_restored_is_dialled_after_pause_and_run(
    ledger: Ledger,
) -> None:
    before = WriteFence(ledger, RUN).next_token(TAB, None)
    look(ledger, Token("ours0000", 2, "copy"), runs=False)
    rested = NOW + OLD_STATE_RESTS
    # An old read may show a PAUSE that was over long ago: it has to stay.
    for runs, at in ((True, NOW), (False, NOW), (True, rested), (False, rested)):
        with pytest.raises(OldRead):
            look(ledger, before, runs=runs, at=at)
    assert look(ledger, before, runs=False, at=rested + OLD_STATE_RESTS) is None
    look(ledger, before, runs=False, at=rested + OLD_STATE_RESTS)
    assert look(ledger, before, at=rested + OLD_STATE_RESTS) is None


def test_a_token_put_right_after_another_ledgers_long_count_is_the_newest(
    ledger: Ledger, shop: Shop
) -> None:
    desk = Desk(shop)
    desk.setup()
    sheet = QueueTab(desk.connection, "Calls", {})
    sheet.write(sheet.read(), Token("theirs00", 5000), {})
    # A person breaks the header while only the named range tells of the other dialer.
    tab = desk.book.worksheet("Calls")
    tab.update_cell(1, 1 + tab.row_values(1).index(Token("theirs00", 5000).header), "Ref")
    before = sheet.read()
    assert before.token is None
    fence, zone = WriteFence(ledger, RUN), ZoneInfo("Asia/Karachi")
    with pytest.raises(AnotherDialer):
        settle_token(sheet, fence, before, NOW, zone)
    settle_token(sheet, fence, before, NOW + STANDS_BY, zone)
    now = sheet.read().token
    assert now is not None
    assert (now.ledger_id, now.counter) == ("ours0000", 5001)
    assert fence.observe(sheet.name, now, runs=True, now=NOW + STANDS_BY, zone=zone) is None
