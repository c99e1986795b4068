"""Removing numbers and texts of old calls from the ledger, once a day, a little at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from ..base.clock import Clock
from ..ledger.facts import FORGOT_AT
from ..ledger.ledger import Ledger

log = structlog.get_logger()
EVERY = timedelta(days=1)
JOBS_AT_ONCE = 2_000
"""So many jobs are forgotten between two passes, so that none is held up."""


class Forgetting:
    """Forgets what is older than `after`; nothing where that is None."""

    def __init__(self, ledger: Ledger, clock: Clock, after: timedelta | None) -> None:
        self._ledger = ledger
        self._clock = clock
        self._after = after
        self._due: datetime | None = None
        self._behind = 0
        """The last job of this round that was forgotten."""

    def go_on(self) -> None:
        """Does a part of the day's round if there is one to do. Between passes: what one of them
        read must not be forgotten before it is acted on.

        Raises:
            LedgerError: the ledger can't be used.
        """
        if self._after is None:
            return
        now = self._clock.now()
        if self._due is None:
            last = self._ledger.fact(FORGOT_AT)
            self._due = last + EVERY if last else now
        # A clock that was set back must not keep it waiting.
        if now < self._due <= now + EVERY:
            return
        forgotten = self._ledger.forget(now - self._after, most=JOBS_AT_ONCE, after=self._behind)
        if forgotten:
            log.info("forgot numbers and texts of old calls", jobs=len(forgotten))
        if len(forgotten) == JOBS_AT_ONCE:
            self._behind = forgotten[-1]
            return
        self._behind = 0
        self._due = now + EVERY
        self._ledger.set_fact(FORGOT_AT, now)
