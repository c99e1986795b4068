"""What the replies of the portal teach: about the account, or about a row."""

from __future__ import annotations

from datetime import timedelta

from sheets_dialer.base.errors import AccountRefused
from sheets_dialer.dialing.caution import Caution
from sheets_dialer.dialing.circuit_breaker import CircuitBreaker
from sheets_dialer.dialing.outcomes import Outcome
from sheets_dialer.domain.attempt import Attempt, AttemptState
from sheets_dialer.portal.client import Placed
from tests.support.planning import POLICY, moment

NOW = moment("2026-07-15 12:00")


def replied(caution: Caution, job: int, result: Placed | AccountRefused) -> AttemptState:
    """What becomes of an attempt of this job by such a reply."""
    attempt = Attempt(job, job, f"92300000000{job}", AttemptState.SENDING, NOW)
    (move,) = caution.hear([Outcome(attempt, POLICY, result, dialled=True)], NOW)
    return move.target


def test_a_refusal_of_the_account_is_the_rows_only_if_others_were_called_meanwhile() -> None:
    caution, refusal = Caution(CircuitBreaker()), AccountRefused("Low balance.", None)
    turned_away = AttemptState.TURNED_AWAY
    assert [replied(caution, 1, refusal) for _ in range(3)] == [turned_away] * 3
    assert replied(caution, 2, Placed("call2")) is AttemptState.PLACED
    assert replied(caution, 1, refusal) is AttemptState.REFUSED
    assert replied(caution, 3, refusal) is turned_away


def test_the_account_is_tried_with_one_call_once_it_was_refused() -> None:
    caution = Caution(CircuitBreaker())
    replied(caution, 1, AccountRefused("Low balance.", None))
    assert caution.width(NOW, lambda: 0) == 0
    assert caution.width(NOW + timedelta(hours=1), lambda: 0) == 1
