"""Every word of the Status column stands in one table."""

from __future__ import annotations

import pytest

from sheets_dialer.domain.portal_status import CALL_STATUS_WORDS, call_status_words
from sheets_dialer.tabs.status import (
    CALL_AGAIN,
    CALLING,
    CHECK,
    FAILED,
    MAY_BE_NEW,
    NOT_CALLED,
    QUEUED,
    SKIPPED,
    STATUS_KINDS,
    WAITING,
    StatusKind,
    is_ours,
    words_of,
)


def test_the_portals_words_and_the_dialers_make_up_the_table() -> None:
    own = {QUEUED, WAITING, CALLING, CHECK, FAILED, NOT_CALLED}
    assert set(STATUS_KINDS) == own | set(CALL_STATUS_WORDS.values())


@pytest.mark.parametrize("word", [*STATUS_KINDS, *map(call_status_words, range(10))])
def test_every_status_that_the_dialer_writes_is_known_as_its_own(word: str) -> None:
    assert is_ours(word.casefold())


def test_a_persons_words_are_told_from_the_dialers() -> None:
    assert is_ours(CALL_AGAIN.casefold())
    assert not is_ours(SKIPPED.casefold())
    assert {QUEUED, WAITING, NOT_CALLED} <= {word.capitalize() for word in MAY_BE_NEW}


def test_every_word_has_one_meaning() -> None:
    words = [word for kind in StatusKind for word in words_of(kind)]
    assert sorted(words) == sorted(STATUS_KINDS)
