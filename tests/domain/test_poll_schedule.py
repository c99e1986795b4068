"""When the portal is asked about a call: often when news is likely, rarely when not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.config import CampaignSettings, Config
from sheets_dialer.domain.attempt import Attempt, AttemptState
from sheets_dialer.domain.call_lifecycle import final_at, is_confirmed
from sheets_dialer.domain.poll_schedule import after_silence, next_poll

BEGUN = datetime(2026, 5, 1, 12, tzinfo=UTC)
CAMPAIGN = CampaignSettings(name="c", spreadsheet="k" * 44, voice_id="1")
POLICY = Config.model_validate({"portal": {"api_key": "none"}, "campaigns": [CAMPAIGN]}).policy(
    CAMPAIGN
)
PLACED = Attempt(1, 1, "923001234567", AttemptState.PLACED, BEGUN, placed_at=BEGUN)


def after(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


def test_the_first_question_waits_until_most_calls_have_news() -> None:
    assert next_poll(PLACED, POLICY) == after(26)


def test_the_first_question_never_comes_before_the_configured_time() -> None:
    patient = replace(POLICY, poll_first_after=timedelta(seconds=40))
    assert next_poll(PLACED, patient) == after(40)


def test_a_ringing_call_is_asked_about_soon_again() -> None:
    ringing = replace(PLACED, call_status=1, changed_at=after(26), polled_at=after(26))
    assert next_poll(ringing, POLICY) == after(34)


def test_an_answer_without_a_key_is_asked_about_while_people_press_and_once_at_its_end() -> None:
    answered = replace(
        PLACED, call_status=2, changed_at=after(26), answered_at=after(26), polled_at=after(26)
    )
    asked = []
    while not is_confirmed(answered, POLICY):
        answered = replace(answered, polled_at=next_poll(answered, POLICY))
        assert answered.polled_at is not None
        asked.append((answered.polled_at - BEGUN).total_seconds())
    assert asked == [34, 44, 56, 116]


def test_a_call_that_the_account_may_retry_is_asked_about_rarely() -> None:
    busy = replace(PLACED, call_status=4, changed_at=after(26), polled_at=after(26))
    assert next_poll(busy, POLICY) - after(26) >= timedelta(minutes=5)


def test_a_portal_that_does_not_tell_is_asked_ever_less_often() -> None:
    waits = [after_silence(PLACED, after(age), POLICY) - after(age) for age in (0, 180, 7200)]
    assert waits == [timedelta(seconds=15), timedelta(seconds=30), timedelta(minutes=5)]


def test_a_call_that_never_ends_costs_ever_fewer_questions() -> None:
    stuck, count = replace(PLACED, call_status=8, polled_at=after(26)), 0
    while stuck.polled_at and stuck.polled_at < BEGUN + POLICY.give_up_after:
        stuck = replace(stuck, polled_at=next_poll(stuck, POLICY))
        count += 1
    assert count < 350


@given(
    status=st.sampled_from([None, 1, 2, 3, 4, 5, 6, 7, 8]),
    dtmf=st.sampled_from([None, "1"]),
    retry=st.integers(0, 5),
    polled=st.floats(0, 86_400),
    changed=st.floats(0, 1),
)
def test_a_question_always_lies_ahead_and_one_is_asked_when_the_call_becomes_final(
    status: int | None, dtmf: str | None, retry: int, polled: float, changed: float
) -> None:
    attempt = replace(
        PLACED,
        call_status=status,
        dtmf=dtmf,
        retry=retry,
        polled_at=after(polled),
        changed_at=after(polled * changed),
        answered_at=after(polled * changed) if status == 2 else None,
    )
    asked = next_poll(attempt, POLICY)
    assert attempt.polled_at is not None
    assert asked > attempt.polled_at
    if not is_confirmed(attempt, POLICY):
        assert asked <= max(final_at(attempt, POLICY), attempt.polled_at + timedelta(seconds=1))
