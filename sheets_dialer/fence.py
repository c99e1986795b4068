"""Who may write to a tab: the token's next value, standing by for another dialer, an old ledger."""

from __future__ import annotations

import string
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .errors import AnotherDialer
from .ledger import Ledger
from .texts import say
from .token import Token, read_token
from .when import spoken

STANDS_BY = timedelta(minutes=5)
"""How long another's token may rest before this dialer takes over. Politeness, not safety: whoever
writes, only one of two writes planned from the same read succeeds."""
_DIGITS = string.digits + string.ascii_lowercase
_REMEMBERED = 50
"""How many counts back a token of ours is still known: a read can be older than the last writes."""


class Fence:
    """Keeps in the ledger what must be known of a tab's tokens from one run to the next.

    `writer` are four small letters or digits that no other run has, so that a copy of the ledger
    that counts on elsewhere never spells a token of ours.
    """

    def __init__(self, ledger: Ledger, writer: str) -> None:
        self._ledger = ledger
        self._writer = writer
        self._tabs: dict[str, int] = {}

    def look(
        self, tab: str, token: Token | None, *, runs: bool, now: datetime, zone: ZoneInfo
    ) -> str | None:
        """Takes in the token that a read found; returns what stops new calls, for people.

        `runs` is whether Control says RUN.

        Raises:
            AnotherDialer: another dialer has written within the last minutes.
        """
        if token is None:
            return None
        if token.ledger_id != self._ledger.id:
            self._stand_by(tab, token, now, zone)
        elif token.id not in self._written(tab):
            # In this order: a death in between must not let the next run dial.
            self._ledger.doubt_marks()
            self._ledger.set_fact(_older(tab), "older")
            self._ledger.set_fact(_taken_over(tab), str(token.counter))
            self._remember(tab, token, since=token)
        elif token.counter < int(self._ledger.fact(_taken_over(tab)) or 0):
            # What somebody else has written since can't be seen in it.
            if runs:
                return say("old_read")
            self._ledger.set_fact(_taken_over(tab), "")
        if not self._ledger.fact(_older(tab)):
            return None
        if runs:
            return say("older_ledger")
        # A person has stopped the calls; the RUN that follows is theirs and not an old one.
        self._ledger.set_fact(_older(tab), "")
        return None

    def next_token(self, tab: str, before: Token | None) -> Token:
        """The token for the next write, counted before it is written: one that may have reached
        the sheet is never used anew."""
        known = self._ledger.token_counter(tab)
        counter = max(known, before.counter if before else 0) + 1
        token = Token(self._ledger.id, counter, self._writer_on(tab))
        self._remember(tab, token, since=before)
        return token

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

    def _written(self, tab: str) -> list[str]:
        """The ids of the tokens that this ledger wrote, or took over, of late."""
        return self._ledger.fact(_ours(tab)).split()

    def _remember(self, tab: str, token: Token, *, since: Token | None) -> None:
        """Adds to them, and leaves out what was written long before the one that was read."""
        oldest = since.counter - _REMEMBERED if since else 0
        kept = [
            each for each in self._written(tab) if (of := read_token(each)) and of.counter >= oldest
        ]
        self._ledger.set_fact(_ours(tab), " ".join([*kept, token.id]))
        self._ledger.set_token_counter(tab, max(token.counter, self._ledger.token_counter(tab)))

    def last_token(self, tab: str) -> Token | None:
        """The token that this ledger wrote last, if it wrote any."""
        written = self._written(tab)
        return read_token(written[-1]) if written else None

    def _stand_by(self, tab: str, token: Token, now: datetime, zone: ZoneInfo) -> None:
        seen_id, _, seen_at = self._ledger.fact(_seen(tab)).partition(" ")
        # A clock that was set back must not keep this one waiting for longer.
        if seen_id != token.id or datetime.fromisoformat(seen_at) > now:
            seen_at = now.isoformat()
            self._ledger.set_fact(_seen(tab), f"{token.id} {seen_at}")
        takes_over = datetime.fromisoformat(seen_at) + STANDS_BY
        if now < takes_over:
            raise AnotherDialer(say("another_dialer", when=spoken(takes_over, now, zone)))


def _older(tab: str) -> str:
    return f"older ledger: {tab}"


def _taken_over(tab: str) -> str:
    return f"taken over: {tab}"


def _ours(tab: str) -> str:
    return f"our tokens: {tab}"


def _seen(tab: str) -> str:
    return f"foreign token: {tab}"
