"""Who may write to a tab: the token's next value, standing by for another dialer, an old ledger."""

from __future__ import annotations

import string
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from ..ledger.ledger import Ledger
from ..tabs.fencing_token import Token

_DIGITS = string.digits + string.ascii_lowercase


class WriteFence:
    """Takes the steps of `FenceState` in the ledger, each in one transaction.

    `writer` are four small letters or digits that no other run has, so that a copy of the ledger
    that counts on elsewhere never spells a token of ours.
    """

    def __init__(self, ledger: Ledger, writer: str) -> None:
        self._ledger = ledger
        self._writer = writer
        self._tabs: dict[str, int] = {}

    def observe(
        self, tab: str, token: Token | None, *, runs: bool, now: datetime, zone: ZoneInfo
    ) -> str | None:
        """Takes in the token that a read found; returns what stops new calls, for people.

        `runs` is whether Control says RUN.

        Raises:
            AnotherDialer: another dialer has written within the last minutes.
            TokenLost: there is none any more. A person took it away, or this is an old read, too.
            OldRead: what was read is older than what was seen before. What people say in it may
                have been heard and done already.
        """
        step = self._ledger.change_fence(
            tab,
            lambda state: state.observed(token, self._ledger.id, runs=runs, now=now, zone=zone),
        )
        if step.error is not None:
            raise step.error
        return step.obstacle

    def news(self, tab: str, tokens: Iterable[Token]) -> list[Token]:
        """Which of the tokens on a tab that has several are to be looked at."""
        return self._ledger.fence(tab).news(tokens, self._ledger.id)

    def knows(self, tab: str) -> bool:
        """Whether the ledger has seen a dialer's token on this tab."""
        return self._ledger.fence(tab).newest_seen > 0

    def landed(self, tab: str, token: Token) -> None:
        """Remembers that the sheet was seen with this token: nothing older is planned from."""
        self._ledger.change_fence(tab, lambda state: state.landed(token))

    def next_token(self, tab: str, before: Token | None) -> Token:
        """The token for the next write, counted before it is written: one that may have reached
        the sheet is never used anew."""
        writer = self._writer_on(tab)
        step = self._ledger.change_fence(
            tab, lambda state: state.counted_on(before, self._ledger.id, writer)
        )
        assert step.token is not None
        return step.token

    def last_token(self, tab: str) -> Token | None:
        """The token that this ledger wrote last, if it wrote any."""
        return self._ledger.fence(tab).last_token

    def _writer_on(self, tab: str) -> str:
        """The run's letters, counted on for each further tab: named ranges belong to the whole
        spreadsheet, and its tabs may have seen equally many writes."""
        place = self._tabs.setdefault(tab, len(self._tabs))
        number = int(self._writer, 36) + place
        letters = ""
        for _ in self._writer:
            number, digit = divmod(number, 36)
            letters = _DIGITS[digit] + letters
        return letters
