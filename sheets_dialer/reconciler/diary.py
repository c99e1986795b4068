"""What the Dialer tab tells of earlier passes and runs, kept in the ledger so that it outlives
them: since when Control says PAUSE, and the last problem."""

from __future__ import annotations

import json
from datetime import datetime

from ..ledger.ledger import Ledger
from ..tabs.control_tab import PAUSE, RUN


class Diary:
    """Remembers by tab. It writes to the ledger only what changed."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, str] = {}

    def heard(self, tab: str, word: str, now: datetime) -> bool:
        """Takes in what Control says: RUN or PAUSE. Saying RUN after a PAUSE is a new beginning, so
        it clears the last problem; returns whether that was said just now."""
        begins = False
        name, before = f"control: {tab}", self._fact(f"control: {tab}")
        if word == RUN and before != RUN:
            self._keep(name, RUN)
            # The first word that is heard at all is no new beginning.
            if before:
                begins = True
                self._keep(f"problem: {tab}", "")
        elif word == PAUSE and not before.startswith(PAUSE):
            # Before anybody said RUN it was set-up that paused, not a person.
            self._keep(name, f"{PAUSE} {now.isoformat()}" if before else PAUSE)
        return begins

    def paused_at(self, tab: str) -> datetime | None:
        """When this ledger's dialer first saw the PAUSE that stands there, after a RUN."""
        _word, _, moment = self._fact(f"control: {tab}").partition(" ")
        return datetime.fromisoformat(moment) if moment else None

    def trouble(self, tab: str, problem: str | None, now: datetime) -> None:
        """Takes in a problem, or that there is none any more. The same one, still there, keeps the
        time at which it came."""
        name = f"problem: {tab}"
        last = self.last_problem(tab)
        over = f"over: {tab}"
        if problem is None:
            if last is not None and not self._fact(over):
                self._keep(over, "yes")
        elif last is None or last[0] != problem or self._fact(over):
            self._keep(name, json.dumps([problem, now.isoformat()], ensure_ascii=False))
            self._keep(over, "")

    def last_problem(self, tab: str) -> tuple[str, datetime] | None:
        """The last problem and when it came."""
        kept = self._fact(f"problem: {tab}")
        if not kept:
            return None
        problem, at = json.loads(kept)
        return str(problem), datetime.fromisoformat(at)

    def _fact(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = self._ledger.fact(name)
        return self._known[name]

    def _keep(self, name: str, value: str) -> None:
        if self._fact(name) != value:
            self._ledger.set_fact(name, value)
            self._known[name] = value
