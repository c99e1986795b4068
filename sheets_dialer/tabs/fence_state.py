"""What a ledger remembers of one tab's tokens, and how everything that happens to them changes it.

One value and its transitions, which read nothing and write nothing. Whoever keeps the value has to
do so before the world learns of a step: a token that may have reached the sheet is never used anew,
and what stops the next run must be there before this one dies (`Ledger.change_fence`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..base.errors import AnotherDialer, DialerError, OldRead, TokenLost
from ..domain.times import time_in_sentence
from ..texts import say
from .fencing_token import Token

STANDS_BY = timedelta(minutes=5)
"""How long another's token may rest before this dialer takes over. Politeness, not safety: whoever
writes, only one of two writes planned from the same read succeeds."""
OLD_STATE_RESTS = timedelta(seconds=30)
"""How long an older state of the sheet must stand there at PAUSE before it is taken for one that a
person has restored, and not for an old read."""
_REMEMBERED = 50
"""How many counts back a token of ours is still known: a read can be older than the last writes."""


@dataclass(frozen=True, slots=True)
class SeenSince:
    """A token, by its id, and since when the sheet has shown it."""

    token_id: str
    since: datetime


@dataclass(frozen=True, slots=True)
class FenceState:
    """What a ledger remembers of one tab's tokens from one step, and one run, to the next."""

    counter: int = 0
    """The count of the last token that this ledger wrote or took over; its next one is higher."""
    written: tuple[Token, ...] = ()
    """The tokens that this ledger wrote, or took over, of late; the last one last."""
    newest_seen: int = 0
    """The count of the newest token that the sheet was seen with; 0 where none was. Nothing older
    is planned from."""
    is_behind: bool = False
    """Whether the sheet has shown a token of this ledger's id that it never wrote: it is an old
    copy, or a copy counts on elsewhere. Nobody new is called until a person says PAUSE and RUN."""
    foreign: SeenSince | None = None
    """The token of another dialer that was waited for last."""
    resting: SeenSince | None = None
    """The token of an older state of the sheet that stands there at PAUSE."""

    @property
    def last_token(self) -> Token | None:
        """The token that this ledger wrote last, if it wrote any."""
        return self.written[-1] if self.written else None

    def observed(
        self, token: Token | None, ledger_id: str, *, runs: bool, now: datetime, zone: ZoneInfo
    ) -> FenceStep:
        """A read has found this token. `ledger_id` is whose fence this is, `runs` whether Control
        says RUN.

        The step's error is AnotherDialer where another dialer has written within the last minutes;
        TokenLost where there is no token any more, since a person took it away or this is an old
        read; OldRead where what was read is older than what was seen before, so that what people
        say in it may have been heard and done already.
        """
        if token is None:
            lost = TokenLost(say("written_by_another")) if self.newest_seen else None
            return FenceStep(self, error=lost)
        after, is_unknown = self, False
        if token.ledger_id != ledger_id:
            after, waits_until = after._waiting_for(token, now)
            if now < waits_until:
                when = time_in_sentence(waits_until, now, zone)
                return FenceStep(after, error=AnotherDialer(say("another_dialer", when=when)))
        elif token not in after.written:
            is_unknown = True
            after = after._remembering(token, since=token)
            after = replace(after, is_behind=True, newest_seen=token.counter)
        if token.counter < after.newest_seen:
            after, is_restored = after._at_rest(token, runs=runs, now=now)
            if not is_restored:
                return FenceStep(after, error=OldRead(say("old_read")))
        after = replace(after, newest_seen=token.counter, resting=None)
        stops = after.is_behind and runs
        # A person has stopped the calls; the RUN that follows is theirs and not an old one.
        after = replace(after, is_behind=stops)
        obstacle = say("older_ledger") if stops else None
        return FenceStep(after, obstacle=obstacle, doubts_marks=is_unknown)

    def counted_on(self, before: Token | None, ledger_id: str, writer: str) -> FenceStep:
        """A write is about to be sent that was planned from `before`: the step's token is its."""
        counter = max(self.counter, before.counter if before else 0) + 1
        token = Token(ledger_id, counter, writer)
        return FenceStep(self._remembering(token, since=before), token=token)

    def landed(self, token: Token) -> FenceStep:
        """The sheet was seen with this token: nothing older is planned from any more."""
        return FenceStep(replace(self, newest_seen=max(self.newest_seen, token.counter)))

    def news(self, tokens: Iterable[Token], ledger_id: str) -> list[Token]:
        """Which of the tokens on a tab that has several are to be looked at: those of this ledger
        that it doesn't know or that are no older than what was seen, and of others' the newest,
        as whoever waits for one in turn with another waits for ever."""
        tokens = sorted(tokens, key=lambda each: (each.counter, each.id))
        theirs = [each for each in tokens if each.ledger_id != ledger_id]
        ours = [
            each
            for each in tokens
            if each.ledger_id == ledger_id
            and (each not in self.written or each.counter >= self.newest_seen)
        ]
        return [*ours, *theirs[-1:]]

    def _remembering(self, token: Token, *, since: Token | None) -> FenceState:
        """Adds to what was written, and leaves out what is long older than what was read."""
        oldest = since.counter - _REMEMBERED if since else 0
        kept = [each for each in self.written if each.counter >= oldest]
        return replace(self, written=(*kept, token), counter=max(self.counter, token.counter))

    def _waiting_for(self, token: Token, now: datetime) -> tuple[FenceState, datetime]:
        """While another's token stands there; with the moment from which it has fallen silent."""
        seen = self.foreign
        # A clock that was set back must not keep this one waiting for longer.
        if seen is None or seen.token_id != token.id or seen.since > now:
            seen = SeenSince(token.id, now)
        return replace(self, foreign=seen), seen.since + STANDS_BY

    def _at_rest(self, token: Token, *, runs: bool, now: datetime) -> tuple[FenceState, bool]:
        """While an older state stands there; and whether a person has let it rest at PAUSE for so
        long that it is what they have restored."""
        if runs:
            return replace(self, resting=None), False
        seen = self.resting
        if seen is None or seen.token_id != token.id or seen.since > now:
            seen = SeenSince(token.id, now)
        return replace(self, resting=seen), now >= seen.since + OLD_STATE_RESTS


@dataclass(frozen=True, slots=True)
class FenceStep:
    """What becomes of a state, and what follows from it for whoever took the step."""

    state: FenceState
    """To be kept, also where there is an `error`."""
    token: Token | None = None
    """The token for the write that is about to be sent."""
    error: DialerError | None = None
    """Why nothing may be planned from what was read."""
    obstacle: str | None = None
    """What stops new calls, for people."""
    doubts_marks: bool = False
    """Whether no withdrawn attempt may explain a mark in the sheet any more."""
