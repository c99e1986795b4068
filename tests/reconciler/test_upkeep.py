"""What an earlier process left is settled before anybody is called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from sheets_dialer.domain.attempt import Attempt, AttemptState, Reason, Transition
from sheets_dialer.domain.content import Content
from sheets_dialer.domain.job import NewJob
from sheets_dialer.ledger.facts import SERVER
from sheets_dialer.ledger.ledger import Intent, Ledger
from sheets_dialer.reconciler.upkeep import settle_earlier_attempts
from tests.support.planning import moment
from tests.support.postgres import PostgresServer

NOW = moment("2026-07-15 12:00")


def intended(ledger: Ledger, number: str) -> Attempt:
    """An attempt at a new job, about to be sent."""
    new = NewJob(f"ref{number}", Content(number, "102"))
    ledger.record("orders", NOW, new_jobs=[new])
    (job,) = (each for each in ledger.jobs("orders") if each.ref == new.ref)
    (attempt,) = ledger.record("orders", NOW, intents=[Intent(job, Reason.FIRST)])
    return attempt


def attempts(ledger: Ledger) -> dict[str, Attempt]:
    return {each.number: each for job in ledger.jobs("orders") for each in job.attempts}


def test_what_was_not_sent_is_taken_back_and_what_was_being_sent_is_unknown(
    ledger: Ledger,
) -> None:
    intended(ledger, "923000000001")
    sending = intended(ledger, "923000000002")
    ledger.move([Transition(sending.id, AttemptState.INTENDED, AttemptState.SENDING, {})], NOW)
    settle_earlier_attempts(ledger, NOW + timedelta(minutes=1))
    found = attempts(ledger)
    assert found["923000000001"].state is AttemptState.WITHDRAWN
    assert found["923000000001"].may_be_marked
    assert found["923000000002"].state is AttemptState.UNKNOWN


@pytest.mark.parametrize("was_taken_back", [False, True])
def test_where_commits_may_be_lost_no_mark_is_taken_for_that_of_a_call_that_was_not_sent(
    postgres: PostgresServer, open_ledger: Callable[[str], Ledger], was_taken_back: bool
) -> None:
    ledger = open_ledger(postgres.new_database())
    with ledger.held():
        settle_earlier_attempts(ledger, NOW)
        attempt = intended(ledger, "923000000001")
        if was_taken_back:
            back = Transition(attempt.id, AttemptState.INTENDED, AttemptState.WITHDRAWN, {})
            ledger.move([back], NOW)
        ledger.set_fact(SERVER, "another server's")
    with ledger.held():
        assert ledger.may_lack_commits
        settle_earlier_attempts(ledger, NOW + timedelta(minutes=1))
        (found,) = attempts(ledger).values()
        assert found.state is AttemptState.WITHDRAWN
        assert not found.may_be_marked
        assert not ledger.may_lack_commits
