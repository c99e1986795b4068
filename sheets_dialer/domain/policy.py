"""The limits under which a campaign is dialled, as the planner needs them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from ..texts import say
from .callable_numbers import MayBeCalled
from .dtmf_keys import names_key

WHOLE_ROWS_STAND = timedelta(seconds=2)
"""How far apart two reads must at least be that show a row without blanks the same."""


@dataclass(frozen=True, slots=True)
class RedialRule:
    """How often, and how long after the last attempt became final, a new attempt is made."""

    attempts: int
    after: tuple[timedelta, ...]
    """By number of redial; the last one holds for all further ones."""
    statuses: frozenset[int]
    """The call statuses that are tried again."""

    def wait(self, redials: int) -> timedelta:
        """How long to wait before the next redial when there were so many already."""
        return self.after[min(redials, len(self.after) - 1)]


@dataclass(frozen=True, slots=True)
class Policy:
    """One campaign's limits. Each field says its unit; the defaults stand in `config`."""

    campaign: str
    voice_id: str
    lines: int
    """Calls believed in progress at once."""
    call_length: timedelta
    """How long an answered call is taken to hold its line."""
    calls_per_minute: int
    account_retries: int
    """How often the portal's account tries an unanswered call again by itself."""
    settle: timedelta
    """How long an unanswered call may still change while the account retries."""
    answer_settle: timedelta
    """How long an answer without a key may still get one."""
    poll_first_after: timedelta
    poll_every: timedelta
    give_up_after: timedelta
    mark_lives: timedelta
    """How old a mark may be when the call leaves this machine."""
    same_call_gap: timedelta
    """How long after a call another row with the same content is held."""
    max_age: timedelta
    """A row that was queued longer ago is held."""
    redial: RedialRule | None
    """Further attempts at calls that were not answered."""
    redial_no_key: RedialRule | None
    """Further attempts after an answer without a key."""
    answers: Mapping[str, str]
    """What each key means, by the key; ``none`` for an answer without a key."""
    opt_out_key: str | None = None
    """The key whose pressing means: don't call this number again."""

    may_be_called: MayBeCalled = field(default_factory=MayBeCalled)
    """Of which countries and kinds the numbers are that are called."""

    daily_cap: int | None = None
    """Calls a day at most."""
    daily_budget: float | None = None
    """Rupees a day at most, calls in progress taken for answered."""
    typing: timedelta = timedelta(seconds=30)
    """How long a row with blanks must have stood as it is before its first call: somebody may be
    typing it cell by cell."""
    stuck_after: timedelta = timedelta(minutes=60)
    """How long after its last change a call that hasn't begun to ring counts as stuck."""
    portal: str = ""
    """The portal's address; empty where that doesn't matter."""
    needs: frozenset[str] = frozenset()
    """Our names of the columns without which no row is called for the first time."""

    def time_to_stand(self, blank: Collection[str]) -> timedelta:
        """How long a row that leaves these columns blank must have stood as it is before its first
        call."""
        return self.typing if blank else min(WHOLE_ROWS_STAND, self.typing)

    def answer(self, dtmf: str | None) -> str:
        """What a pressed key means in this campaign's words."""
        if not dtmf:
            return self.answers["none"]
        return self.answers.get(dtmf) or say("other_key", key=dtmf)

    def opts_out(self, dtmf: str | None, unread: str | None = None) -> bool:
        """Whether the pressed keys, or words that may mean some, ask not to be called again."""
        key = self.opt_out_key
        if not key:
            return False
        return key in (dtmf or "") or (unread is not None and names_key(unread, key))

    def redials(self, status: int | None) -> bool:
        """Whether a number is called again whose call ended with this status, if any is left."""
        return self.redial is not None and status in self.redial.statuses
