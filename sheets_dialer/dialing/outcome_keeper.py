"""What the worker's steps decide, committed to the ledger, and what the next run must know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from ..domain.attempt import Transition
from ..ledger.facts import breaker
from ..ledger.ledger import Ledger, Moved
from .call_flow import Step
from .call_tracker import Noted
from .circuit_breaker import CircuitBreaker
from .outcomes import Outcome, move_of


class OutcomeKeeper:
    """Commits steps. A reply that the ledger didn't take is tried again when the run ends."""

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
        self._unkept: list[Outcome] = []
        """Replies to dials that have arrived and aren't committed yet."""

    def remembered(self) -> CircuitBreaker:
        """How the portal treated the last dials of an earlier run."""
        return CircuitBreaker.from_text(self._remembered)

    def remember(self, now: CircuitBreaker) -> None:
        """Leaves for the next run what it must know."""
        text = now.to_text()
        if text != self._remembered:
            self._ledger.set_fact(self._fact, text or None)
            self._remembered = text

    def hold(self, outcomes: Iterable[Outcome]) -> None:
        """These have arrived; whatever fails before they are committed, they aren't forgotten."""
        self._unkept += [outcome for outcome in outcomes if outcome.dialled]

    def commit(self, step: Step) -> Moved:
        """Commits what the step decided; returns what became of its moves.

        One commit holds what came back and what goes out: a free line waits for one disk.

        Raises:
            LedgerError: it can't be kept, so nothing may leave.
        """
        now = step.now
        self._ledger.report(step.moved_along, now)
        if step.opting_out:
            # Before anything leaves: it may be a call to that very number.
            self._ledger.report(step.reports, now, opting_out=step.opting_out)
        moved = self._ledger.moved(step.moves, now)
        self._unkept.clear()
        if not step.opting_out:
            self._ledger.report(step.reports, now)
        return moved

    def move(self, moves: Sequence[Transition], now: datetime) -> None:
        """Commits moves that no reply is about."""
        self._ledger.move(moves, now)

    def report(self, noted: Sequence[Noted], now: datetime) -> None:
        """Commits what is noted anew of attempts."""
        self._ledger.report(noted, now)

    def keep_at_last(self, outcomes: Iterable[Outcome], now: datetime) -> None:
        """Tries once more to keep the portal's replies after the ledger had failed: a call whose id
        is kept is followed by the next run, any other one is for a person to check."""
        self.hold(outcomes)
        refused = self._ledger.keep([move_of(outcome, now) for outcome in self._unkept], now)
        unkept = {move.attempt_id for move in refused}
        self._unkept = [outcome for outcome in self._unkept if outcome.attempt.id in unkept]
