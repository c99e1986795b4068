"""Who may write to a tab: the token's next value, standing by for another dialer, an old ledger."""

from __future__ import annotations

import string
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..base.errors import AnotherDialer, OldRead, TokenLost
from ..domain.attempt import MARK_IN_DOUBT
from ..domain.times import time_in_sentence
from ..ledger.ledger import Ledger
from ..tabs.fencing_token import Token, read_token
from ..texts import say

STANDS_BY = timedelta(minutes=5)
"""How long another's token may rest before this dialer takes over. Politeness, not safety: whoever
writes, only one of two writes planned from the same read succeeds."""
OLD_STATE_RESTS = timedelta(seconds=30)
"""How long an older state of the sheet must stand there at PAUSE before it is taken for one that a
person has restored, and not for an old read."""
_DIGITS = string.digits + string.ascii_lowercase
_REMEMBERED = 50
"""How many counts back a token of ours is still known: a read can be older than the last writes."""


class WriteFence:
    """Keeps in the ledger what must be known of a tab's tokens from one run to the next.

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
        if token is None:
            if self._newest(tab):
                raise TokenLost(say("written_by_another"))
            return None
        if token.ledger_id != self._ledger.id:
            self._stand_by(tab, token, now, zone)
        elif token.id not in self._written(tab):
            # In this order: a death in between must not let the next run dial.
            self._ledger.doubt_marks(MARK_IN_DOUBT)
            self._ledger.set_fact(_older(tab), "older")
            self._ledger.set_fact(_newest(tab), str(token.counter))
            self._remember(tab, token, since=token)
        if token.counter < self._newest(tab):
            self._refuse_old(tab, token, runs=runs, now=now)
            self._ledger.set_fact(_newest(tab), str(token.counter))
        if self._ledger.fact(_resting(tab)):
            self._ledger.set_fact(_resting(tab), "")
        self.landed(tab, token)
        if not self._ledger.fact(_older(tab)):
            return None
        if runs:
            return say("older_ledger")
        # A person has stopped the calls; the RUN that follows is theirs and not an old one.
        self._ledger.set_fact(_older(tab), "")
        return None

    def news(self, tab: str, tokens: Iterable[Token]) -> list[Token]:
        """Which of the tokens on a tab that has several are to be looked at: those of this ledger
        that it doesn't know or that are no older than what was seen, and of others' the newest,
        as whoever waits for one in turn with another waits for ever."""
        tokens = sorted(tokens, key=lambda each: (each.counter, each.id))
        theirs = [each for each in tokens if each.ledger_id != self._ledger.id]
        written, newest = self._written(tab), self._newest(tab)
        ours = [
            each
            for each in tokens
            if each.ledger_id == self._ledger.id
            and (each.id not in written or each.counter >= newest)
        ]
        return [*ours, *theirs[-1:]]

    def knows(self, tab: str) -> bool:
        """Whether the ledger has seen a dialer's token on this tab."""
        return self._newest(tab) > 0

    def landed(self, tab: str, token: Token) -> None:
        """Remembers that the sheet was seen with this token: nothing older is planned from."""
        if token.counter > self._newest(tab):
            self._ledger.set_fact(_newest(tab), str(token.counter))

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

    def _newest(self, tab: str) -> int:
        """The count of the newest token that the sheet was seen with."""
        return int(self._ledger.fact(_newest(tab)) or 0)

    def _refuse_old(self, tab: str, token: Token, *, runs: bool, now: datetime) -> None:
        """Raises OldRead, until a person has let the same old state rest at PAUSE."""
        rests = "" if runs else token.id
        seen_id, _, since = self._ledger.fact(_resting(tab)).partition(" ")
        if seen_id != rests or (rests and datetime.fromisoformat(since) > now):
            since = now.isoformat()
            self._ledger.set_fact(_resting(tab), f"{rests} {since}" if rests else "")
        if runs or now < datetime.fromisoformat(since) + OLD_STATE_RESTS:
            raise OldRead(say("old_read"))

    def _stand_by(self, tab: str, token: Token, now: datetime, zone: ZoneInfo) -> None:
        seen_id, _, seen_at = self._ledger.fact(_seen(tab)).partition(" ")
        # A clock that was set back must not keep this one waiting for longer.
        if seen_id != token.id or datetime.fromisoformat(seen_at) > now:
            seen_at = now.isoformat()
            self._ledger.set_fact(_seen(tab), f"{token.id} {seen_at}")
        takes_over = datetime.fromisoformat(seen_at) + STANDS_BY
        if now < takes_over:
            raise AnotherDialer(say("another_dialer", when=time_in_sentence(takes_over, now, zone)))


def _older(tab: str) -> str:
    return f"older ledger: {tab}"


def _newest(tab: str) -> str:
    return f"newest token seen: {tab}"


def _resting(tab: str) -> str:
    return f"old state at PAUSE: {tab}"


def _ours(tab: str) -> str:
    return f"our tokens: {tab}"


def _seen(tab: str) -> str:
    return f"foreign token: {tab}"
