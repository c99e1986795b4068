"""How careful the caller is with new calls: what each reply teaches, kept for the next run.

Whether a reply was good only the ledger knows, once it has compared its call id with those that it
has. So what is learned from a batch of replies comes in two steps: `hear` before the ledger keeps
them, for whatever is sent along with that, and `learn` afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from ..base.errors import AccountRefused
from ..domain.attempt import AttemptState, Transition
from ..ledger.facts import breaker
from ..ledger.ledger import Ledger, Moved
from ..portal.client import Placed
from ..texts import say
from .circuit_breaker import CircuitBreaker, Count
from .outcomes import Outcome, move_of

Lesson = Callable[[CircuitBreaker], CircuitBreaker]


class Caution:
    """The breaker of one portal, which the ledger remembers."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        # What one portal did says nothing of the next.
        self._fact = breaker(ledger.portal)
        self._remembered = ledger.fact(self._fact) or ""
        if not self._remembered and ledger.portal and (before := ledger.fact(breaker(None))):
            # Earlier versions didn't write down of which portal: it is the one of today.
            ledger.set_fact(self._fact, before)
            ledger.set_fact(breaker(None), None)
            self._remembered = before
        self._breaker = self._before = CircuitBreaker.from_text(self._remembered)
        self._heard: list[tuple[Transition, Lesson | None]] = []
        self._taken = 0
        """How many calls the portal has taken so far."""
        self._turned_away: dict[int, int] = {}
        """By job, how many that were when the portal refused the account for it."""

    def width(self, now: datetime, in_progress: Count) -> int | None:
        """How many dials may be in flight at once, while so many calls are in progress; None is as
        many as else may."""
        return self._breaker.width(now, in_progress)

    def sentence(self, now: datetime, in_progress: Count) -> str | None:
        """Why the portal's own behaviour stops all new calls, for people."""
        return self._breaker.sentence(now, in_progress)

    def resume(self) -> None:
        """A person has stopped the calls and lets them go on again."""
        self._breaker = self._breaker.resumed()
        self.remember()

    def hear(self, outcomes: Sequence[Outcome], now: datetime) -> list[Transition]:
        """Takes in how dials ended; returns the moves of their attempts. As long as nobody knows
        whether the calls that the portal took are good, they make nothing easier."""
        self._before = self._breaker
        self._heard = [self._lesson(outcome, now) for outcome in outcomes]
        for _move, lesson in self._heard:
            if lesson is not None:
                self._breaker = lesson(self._breaker)
        return [move for move, _lesson in self._heard]

    def learn(self, moved: Moved, now: datetime) -> None:
        """Takes in what the ledger made of the replies that were heard last, in their order."""
        self._breaker = self._before
        # Those that had their ids before lose their results with the first that gets it again.
        others = len(moved.doubted - {move.attempt_id for move, _lesson in self._heard})
        for move, lesson in self._heard:
            if lesson is not None:
                self._breaker = lesson(self._breaker)
            elif move.attempt_id in moved.doubted:
                problem = say("shared_call_id")
                self._breaker = self._breaker.after_senseless(1 + others, problem, now)
                others = 0
            else:
                self._breaker = self._breaker.after_good()
        self._heard = []

    def remember(self) -> None:
        """Leaves for the next run what it must know."""
        text = self._breaker.to_text()
        if text != self._remembered:
            self._ledger.set_fact(self._fact, text or None)
            self._remembered = text

    def _lesson(self, outcome: Outcome, now: datetime) -> tuple[Transition, Lesson | None]:
        """The move of a dial's attempt, and what its end teaches; None where the ledger says."""
        move, result, job = move_of(outcome, now), outcome.result, outcome.attempt.job_id
        if isinstance(result, Placed):
            self._taken += 1
            return move, None
        problem = str(result)
        if isinstance(result, AccountRefused):
            taken, wait = self._turned_away.setdefault(job, self._taken), result.retry_after
            if self._taken == taken:
                return move, lambda breaker: breaker.after_turned_away(problem, wait, now)
            # Others were called meanwhile: it is this row that the portal won't have.
            move = replace(move, target=AttemptState.REFUSED)
        kind = move.target
        return move, lambda breaker: breaker.after_failure(kind, problem, now)
