"""Caution towards the portal, reply by reply."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sheets_dialer.dialing.circuit_breaker import (
    COOLS,
    COOLS_AT_MOST,
    COOLS_TURNED_AWAY,
    COOLS_WITHOUT_NETWORK,
    CircuitBreaker,
)
from sheets_dialer.domain.attempt import AttemptState

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
UNKNOWN, REFUSED, NOT_SENT = AttemptState.UNKNOWN, AttemptState.REFUSED, AttemptState.NOT_SENT
PROVEN = CircuitBreaker().after_good().after_good()


def after(*kinds: AttemptState, start: CircuitBreaker | None = None) -> CircuitBreaker:
    breaker = start or PROVEN
    for kind in kinds:
        breaker = breaker.after_failure(kind, f"It was {kind}.", NOW)
    return breaker


def test_a_run_begins_with_one_call_and_then_two() -> None:
    assert CircuitBreaker().width(NOW) == 1
    assert CircuitBreaker().after_good().width(NOW) == 2
    assert PROVEN.width(NOW) is None


def test_two_failures_are_borne_but_no_more_go_out_than_may_fail_as_well() -> None:
    assert after(UNKNOWN).width(NOW) == 2
    breaker = after(UNKNOWN, UNKNOWN)
    assert breaker.width(NOW) == 1
    assert breaker.sentence(NOW) is None
    assert breaker.after_good().width(NOW) is None


def test_what_leaves_no_row_for_a_person_narrows_nothing() -> None:
    assert after(REFUSED, REFUSED).width(NOW) is None
    assert after(NOT_SENT, NOT_SENT).width(NOW) is None


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (REFUSED, "refused 3 calls in a row"),
        (UNKNOWN, "no clear answer"),
        (NOT_SENT, "can't be reached"),
    ],
)
def test_three_in_a_row_stop_the_calls_and_say_why(kind: AttemptState, words: str) -> None:
    breaker = after(kind, kind, kind)
    assert breaker.width(NOW) == 0
    assert words in (breaker.sentence(NOW) or "")
    assert f"It was {kind}." in (breaker.sentence(NOW) or "")


def test_failures_of_several_kinds_stop_the_calls_too() -> None:
    breaker = after(UNKNOWN, REFUSED, UNKNOWN)
    assert breaker.width(NOW) == 0
    assert "3 calls in a row failed" in (breaker.sentence(NOW) or "")


def test_after_a_while_one_call_tries_again_and_decides() -> None:
    breaker = after(REFUSED, REFUSED, REFUSED)
    cool = NOW + COOLS
    assert breaker.width(cool - timedelta(seconds=1)) == 0
    assert breaker.width(cool) == 1
    assert breaker.after_good().width(cool) is None
    assert breaker.after_failure(UNKNOWN, "It failed.", cool).width(cool) == 0


def test_each_further_failure_doubles_the_pause_up_to_an_hour() -> None:
    """So that a night without the portal leaves a few rows to look at, not a hundred."""
    breaker, now, pauses = after(UNKNOWN, UNKNOWN, UNKNOWN), NOW, []
    for _ in range(6):
        minutes = next(m for m in range(100) if breaker.width(now + timedelta(minutes=m)) == 1)
        pauses.append(minutes)
        now += timedelta(minutes=minutes)
        breaker = CircuitBreaker.from_text(breaker.to_text()).after_failure(UNKNOWN, "Again.", now)
    assert pauses == [5, 10, 20, 40, 60, 60]
    assert "within the hour" in (breaker.sentence(now) or "")


def test_a_missing_network_is_tried_again_sooner() -> None:
    assert after(NOT_SENT, NOT_SENT, NOT_SENT).width(NOW + COOLS_WITHOUT_NETWORK) == 1


def test_a_clock_that_was_set_back_does_not_stop_the_calls_for_longer() -> None:
    assert after(REFUSED, REFUSED, REFUSED).width(NOW - timedelta(days=1)) == 1


@pytest.mark.parametrize("kinds", [(REFUSED,) * 3, (NOT_SENT,) * 3, (UNKNOWN, REFUSED, REFUSED)])
def test_the_next_run_knows(kinds: tuple[AttemptState, ...]) -> None:
    tripped = after(*kinds)
    kept = CircuitBreaker.from_text(tripped.to_text())
    assert kept.sentence(NOW) == tripped.sentence(NOW)
    assert kept.after_failure(REFUSED, "Again.", NOW + COOLS).width(NOW + COOLS) == 0


def test_nothing_is_left_for_the_next_run_while_all_is_well() -> None:
    assert after(REFUSED, REFUSED).to_text() == ""
    assert CircuitBreaker.from_text("") == CircuitBreaker()


# --- The account is refused ----------------------------------------------------------------------


def turned_away(times: int, wait: float | None = None) -> tuple[CircuitBreaker, datetime]:
    """The breaker after so many refusals of the account, each of a call that was let through."""
    breaker, now = CircuitBreaker().after_good(), NOW
    for _ in range(times):
        breaker = breaker.after_turned_away("Low balance.", wait, now)
        while breaker.width(now) == 0:
            now += timedelta(seconds=10)
    return breaker, now


def test_one_refusal_of_the_account_stops_all_calls_and_says_what_to_look_at() -> None:
    breaker = CircuitBreaker().after_good().after_turned_away("Low balance.", None, NOW)
    assert breaker.width(NOW) == 0
    assert "refuses the account" in (breaker.sentence(NOW) or "")
    assert "Low balance." in (breaker.sentence(NOW) or "")
    assert breaker.width(NOW + COOLS_TURNED_AWAY) == 1


def test_the_account_is_tried_at_growing_intervals_but_not_more_rarely_than_hourly() -> None:
    waits = []
    for times in range(1, 12):
        breaker, _now = turned_away(times)
        assert breaker.tripped_at is not None
        late = breaker.tripped_at + COOLS_AT_MOST
        assert breaker.width(late) == 1
        waits.append(
            sum(
                breaker.width(breaker.tripped_at + timedelta(seconds=s)) == 0
                for s in range(0, 3600, 30)
            )
        )
    assert waits[:6] == [1, 2, 4, 8, 16, 32]
    assert waits == sorted(waits)


def test_what_was_in_flight_along_with_it_makes_the_wait_no_longer() -> None:
    breaker = CircuitBreaker().after_good()
    for _ in range(16):
        breaker = breaker.after_turned_away("Too many requests.", None, NOW)
    assert breaker.width(NOW + COOLS_TURNED_AWAY) == 1


def test_retry_after_is_waited_for_and_survives_a_restart() -> None:
    breaker = CircuitBreaker().after_good().after_turned_away("Too many requests.", 300, NOW)
    kept = CircuitBreaker.from_text(breaker.to_text())
    for each in (breaker, kept):
        assert each.width(NOW + timedelta(seconds=299)) == 0
        assert each.width(NOW + timedelta(seconds=300)) == 1


def test_a_good_reply_ends_it_and_a_refusal_of_the_row_is_another_matter() -> None:
    breaker, now = turned_away(3)
    assert breaker.after_good().after_good().width(now) is None
    assert breaker.after_failure(REFUSED, "Bad number.", now).width(now) == 2


# --- The portal's call ids make no sense ---------------------------------------------------------


def senseless(*calls: int, start: CircuitBreaker = PROVEN) -> CircuitBreaker:
    for each in calls:
        start = start.after_senseless(each, "It was another call's.", NOW)
    return start


@pytest.mark.parametrize("calls", [(1, 1, 1), (2, 1), (3,)])
def test_three_calls_whose_results_are_lost_stop_all_and_say_that_they_went_out(
    calls: tuple[int, ...],
) -> None:
    assert senseless(*calls[:-1]).width(NOW) != 0
    breaker = senseless(*calls)
    assert breaker.width(NOW) == 0
    assert "did go out" in (breaker.sentence(NOW) or "")


def test_time_and_other_replies_mend_no_ids_and_neither_does_a_restart() -> None:
    breaker = senseless(2, 1)
    late = NOW + timedelta(days=3)
    for each in (
        breaker,
        breaker.after_good(),
        breaker.after_failure(UNKNOWN, "Nothing.", NOW),
        breaker.after_turned_away("Low balance.", None, NOW),
        CircuitBreaker.from_text(breaker.to_text()),
    ):
        assert each.width(late) == 0
        assert each.sentence(late) == breaker.sentence(NOW)


def test_a_persons_word_lets_one_call_try_which_decides() -> None:
    for resumed in (
        senseless(3).resumed(),
        CircuitBreaker.from_text(senseless(3).resumed().to_text()),
    ):
        assert resumed.width(NOW) == 1
        assert resumed.sentence(NOW) is None
        assert senseless(1, start=resumed).width(NOW) == 0
        assert resumed.after_good().after_good().width(NOW) is None
    assert after(UNKNOWN).resumed() == after(UNKNOWN)


def test_before_a_fourth_result_is_lost_the_next_call_waits_for_those_in_progress() -> None:
    """Each of which may lose its own to the same cause; for an hour at most."""
    lost_two = senseless(2)
    assert lost_two.width(NOW, lambda: 1) == 0
    assert "waits until those in progress are over" in (lost_two.sentence(NOW, lambda: 1) or "")
    assert lost_two.width(NOW, lambda: 0) == 1
    assert lost_two.width(NOW + COOLS_AT_MOST, lambda: 1) == 1
    assert CircuitBreaker.from_text(lost_two.to_text()).width(NOW, lambda: 1) == 0
    assert lost_two.after_good().width(NOW, lambda: 1) is None
    # An older call that was over lost nothing, so one more may.
    assert senseless(1).width(NOW, lambda: 1) == 2
    assert senseless(3).resumed().width(NOW, lambda: 1) == 1


def test_they_count_along_with_other_failures() -> None:
    mixed = senseless(1, start=after(UNKNOWN, UNKNOWN))
    assert mixed.width(NOW) == 0
    assert "3 calls in a row failed" in (mixed.sentence(NOW) or "")
    assert mixed.width(NOW + COOLS) == 1
    assert "did go out" in (senseless(2, start=mixed).sentence(NOW) or "")
