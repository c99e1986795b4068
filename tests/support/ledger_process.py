"""What the ledger's tests run in processes of their own: `python ledger_process.py WHAT ADDRESS`.

Each says a line when it has done its work, and then waits to be killed.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

from sheets_dialer.domain.attempt import AttemptState, Reason, Transition
from sheets_dialer.domain.content import Content
from sheets_dialer.domain.job import NewJob
from sheets_dialer.ledger.ledger import Intent, Ledger

T0 = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def hold(ledger: Ledger) -> None:
    """Holds the ledger until it is killed."""
    with ledger.held():
        say("held")
        time.sleep(60)


def race(ledger: Ledger) -> None:
    """Tries to move every intended attempt to sending; says which it was allowed to."""
    say("ready")
    sys.stdin.readline()
    won = set()
    for attempt in ledger.attempts_in({AttemptState.INTENDED}):
        move = Transition(
            attempt.id, AttemptState.INTENDED, AttemptState.SENDING, {"sending_at": T0}
        )
        won |= ledger.move([move], T0)
    say(" ".join(map(str, sorted(won))))


def commit(ledger: Ledger) -> None:
    """Commits call after call and says each id once it is committed, until it is killed."""
    for number in range(100_000):
        content = Content(f"92300{number:07}", "102")
        ledger.record("orders", T0, new_jobs=[NewJob(f"ref{number}", content)])
        job = ledger.jobs("orders")[-1]
        [attempt] = ledger.record("orders", T0, intents=[Intent(job, Reason.FIRST)])
        later = T0 + timedelta(seconds=number)
        for source, target, values in (
            (AttemptState.INTENDED, AttemptState.SENDING, {"sending_at": later}),
            (AttemptState.SENDING, AttemptState.PLACED, {"call_id": f"c{number}"}),
        ):
            ledger.move([Transition(attempt.id, source, target, values)], later)
        say(f"c{number}")


def opened(_ledger: Ledger) -> None:
    """Only opens it."""
    say("open")


def say(line: str) -> None:
    """Tells the test."""
    print(line, flush=True)


if __name__ == "__main__":
    what, address = sys.argv[1:]
    {"hold": hold, "race": race, "commit": commit, "open": opened}[what](
        Ledger(address, new_id="process1")
    )
