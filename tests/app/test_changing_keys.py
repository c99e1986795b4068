"""Keys that change, that can't be read and that look like none; counts that run down; calls that
never ring: the caller on the sandbox's portal with each of these habits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.dialing.outcomes import news_of
from sheets_dialer.domain.attempt import Attempt, AttemptState
from sheets_dialer.domain.call_lifecycle import final_at, is_confirmed, is_final
from sheets_dialer.domain.policy import Policy, RedialRule
from sheets_dialer.portal.client import CallReport
from sheets_dialer.sandbox.portal.settings import KEY_FORMS
from tests.domain.test_poll_schedule import BEGUN, PLACED, POLICY, after
from tests.ledger.test_ledger import history
from tests.support.bench import BRISK, NO_KEY, STUCK, Bench
from tests.support.dialing import eventually
from tests.support.running import RunningSandbox

NUMBER = "923002000001"
OPTS_OUT = replace(BRISK, answer_settle=timedelta(seconds=1), opt_out_key="9")
PATIENT = replace(BRISK, poll_every=timedelta(seconds=0.3), answer_settle=timedelta(seconds=2))
USUAL: dict[str, Any] = {
    "answered": 1,
    "key_pressed": 1,
    "keys": {"1": 1},
    "corrected": 0,
    "stuck": 0,
    "zero_until_key": False,
    "key_form": None,
    "retry_counts": "up",
    "retries": 0,
    "retry_after": 300,
    "shape": "vendor",
    "unanswered": {"busy": 1},
    "delays": {"push": 0, "ring": 40, "key": 50, "talk": [120, 160], "correction": 60},
}


@pytest.fixture
def habits(fast_sandbox: RunningSandbox, tmp_path: Path) -> Iterator[Bench]:
    """A bench whose portal behaves as usual until the test says otherwise."""
    fast_sandbox.reset(limits=False)
    fast_sandbox.post("/_sandbox/portal", USUAL)
    made = Bench(fast_sandbox, tmp_path)
    yield made
    made.close()


def called(bench: Bench, number: str = NUMBER, policy: Policy = PATIENT) -> Iterator[Attempt]:
    """Calls a number, follows it until nothing more is expected; every state that was seen."""
    worker = bench.worker()
    (item,) = bench.confirmed(number, policy=policy)
    worker.dial([item])
    seen: list[Attempt] = []

    def is_over() -> bool:
        (attempt,) = bench.attempts()
        if not seen or attempt != seen[-1]:
            seen.append(attempt)
        return attempt.state is AttemptState.PLACED and not worker.is_following(attempt.id)

    eventually(is_over, seconds=10, every=0.01)
    (attempt,) = bench.attempts()
    yield from (*seen, attempt)


@pytest.mark.parametrize("number", [f"9230020000{each:02d}" for each in range(5)])
def test_a_key_that_is_corrected_seconds_later_is_known_in_the_end(
    habits: Bench, number: str
) -> None:
    habits.sandbox.post("/_sandbox/portal", {"corrected": 1})
    seen = list(called(habits, number, replace(PATIENT, opt_out_key="9")))
    (call,) = habits.sandbox.get("/_sandbox/calls")[-1:]
    assert str(call["dtmf"]) in ("19", "9")
    assert "1" in [each.dtmf for each in seen]
    assert seen[-1].dtmf == str(call["dtmf"])
    assert number in habits.ledger.opted_out([number])
    notes = history(f"sqlite:///{habits.file}", seen[-1].id)
    assert f"key corrected from 1 to {call['dtmf']}" in notes


def test_an_opt_out_stays_where_its_key_was_there_for_a_moment(habits: Bench) -> None:
    """Whoever is barred by mistake can be allowed again; who is rung by mistake was rung."""
    habits.sandbox.post("/_sandbox/portal", {"corrected": 1, "keys": {"9": 1, "1": 0.0001}})
    seen = list(called(habits, policy=replace(PATIENT, opt_out_key="9")))
    assert "9" in [each.dtmf for each in seen]
    assert seen[-1].dtmf in ("1", "91")
    assert NUMBER in habits.ledger.opted_out([NUMBER])


def test_a_key_is_known_at_once_and_asked_about_once_more(habits: Bench) -> None:
    seen = list(called(habits))
    assert any(each.dtmf == "1" and not is_confirmed(each, PATIENT) for each in seen)
    assert is_confirmed(seen[-1], PATIENT)
    assert seen[-1].polled_at is not None
    assert seen[-1].answered_at is not None
    assert seen[-1].polled_at >= seen[-1].answered_at + PATIENT.answer_settle


def test_a_key_that_the_last_question_brings_is_asked_about_once_more(habits: Bench) -> None:
    """Asked up to 4 s after the pick-up is seen; told at 3.5 s, and the real one at 4.75 s."""
    late = {"push": 0, "ring": 40, "key": 570, "talk": [900, 950], "correction": 125}
    habits.sandbox.post("/_sandbox/portal", {"corrected": 1, "delays": late})
    slow = {"poll_every": timedelta(seconds=1.5), "answer_settle": timedelta(seconds=4)}
    *_, last = called(habits, policy=replace(PATIENT, **slow))
    (call,) = habits.sandbox.get("/_sandbox/calls")[-1:]
    assert last.dtmf == str(call["dtmf"]) != "1"


def test_a_zero_in_place_of_no_key_does_not_end_the_waiting_for_the_real_one(
    habits: Bench,
) -> None:
    habits.sandbox.post("/_sandbox/portal", {"zero_until_key": True})
    seen = list(called(habits))
    assert "0" in [each.dtmf for each in seen]
    assert seen[-1].dtmf == "1"


def test_a_zero_that_stays_is_a_key_of_who_answered_only(habits: Bench) -> None:
    habits.sandbox.post("/_sandbox/portal", {"zero_until_key": True})
    *_, last = called(habits, NO_KEY)
    assert (last.call_status, last.dtmf) == (2, "0")


def test_a_zero_of_who_did_not_answer_is_none(habits: Bench) -> None:
    habits.sandbox.post("/_sandbox/portal", {"zero_until_key": True, "answered": 0})
    *_, last = called(habits, policy=replace(BRISK, account_retries=0))
    assert (last.call_status, last.dtmf) == (4, None)


@pytest.mark.parametrize("form", [each for each in KEY_FORMS if each != "unreadable"])
def test_every_unmistakable_form_of_a_key_is_read(habits: Bench, form: str) -> None:
    habits.sandbox.post("/_sandbox/portal", {"key_form": form, "keys": {"9": 1}})
    *_, last = called(habits, policy=OPTS_OUT)
    assert (last.dtmf, last.unread) == ("9", None)
    assert NUMBER in habits.ledger.opted_out([NUMBER])


def test_a_form_that_cannot_be_read_is_kept_and_opts_out(habits: Bench) -> None:
    habits.sandbox.post("/_sandbox/portal", {"key_form": "unreadable", "keys": {"9": 1}})
    *_, last = called(habits, policy=OPTS_OUT)
    assert (last.dtmf, last.unread) == (None, "choice 9 of the menu")
    assert NUMBER in habits.ledger.opted_out([NUMBER])


@pytest.mark.parametrize("counts", ["up", "down"])
def test_a_count_of_retries_is_final_only_where_it_was_seen_to_grow(
    habits: Bench, counts: str
) -> None:
    """The account makes two tries; a portal that tells those left says 2 before the first one."""
    habits.sandbox.post(
        "/_sandbox/portal",
        {"answered": 0, "retries": 2, "retry_after": 60, "retry_counts": counts},
    )
    often = replace(
        BRISK,
        account_retries=2,
        settle=timedelta(seconds=4),
        poll_every=timedelta(seconds=0.1),
    )
    seen = list(called(habits, policy=often))
    last = seen[-1]
    assert last.call_status == 4
    assert last.retry == (2 if counts == "up" else 0)
    assert last.changed_at is not None
    assert last.polled_at is not None
    waited = last.polled_at - last.changed_at
    assert (waited >= often.settle) is (counts == "down")
    calls = habits.sandbox.get("/_sandbox/calls")
    assert calls[-1]["ended"], "it was over before the account had made its last try"


def test_a_call_that_never_rings_is_over_after_its_own_time_where_that_is_redialled(
    habits: Bench,
) -> None:
    stuck = replace(BRISK, account_retries=0, stuck_after=timedelta(seconds=1))
    redialled = replace(stuck, redial=RedialRule(1, (timedelta(0),), frozenset({8})))
    *_, last = called(habits, STUCK, redialled)
    assert last.call_status == 8
    assert last.polled_at is not None
    assert last.changed_at is not None
    assert last.polled_at >= last.changed_at + stuck.stuck_after
    assert not is_final(last, habits.clock.now(), stuck), "without the rule it is in progress"


def test_a_stuck_call_gives_its_line_back(habits: Bench) -> None:
    worker = habits.worker(lines=1)
    stuck = replace(BRISK, stuck_after=timedelta(seconds=1))
    worker.dial(habits.confirmed(STUCK, policy=stuck))
    eventually(lambda: worker.lines_in_use() == 1, every=0.02)
    eventually(lambda: worker.lines_in_use() == 0, seconds=10, every=0.05)


# --- What a report changes, without a portal ------------------------------------------------------

KEYS = st.none() | st.sampled_from(["0", "1", "19", "2", "9", "00"])
REPORTS = st.builds(
    CallReport,
    st.sampled_from([1, 2, 5, 8]),
    KEYS,
    st.none() | st.integers(0, 4),
    st.none() | st.sampled_from(["choice 9", "?"]),
)


def told(*reports: CallReport, attempt: Attempt = PLACED, every: float = 10) -> Attempt:
    """The attempt after these reports, some seconds apart."""
    for place, report in enumerate(reports, start=1):
        attempt = replace(attempt, **news_of(attempt, report, after(every * place)))
    return attempt


@given(reports=st.lists(REPORTS, max_size=8))
def test_no_key_that_was_told_is_ever_taken_for_none(reports: list[CallReport]) -> None:
    attempt = told(*reports)
    real = [each.dtmf for each in reports if each.dtmf and each.dtmf.strip("0")]
    if real:
        assert attempt.dtmf is not None
        assert attempt.dtmf.strip("0")
        assert attempt.dtmf in real
    if any(each.unread for each in reports):
        assert attempt.has_key
    if attempt.dtmf is not None and not attempt.dtmf.strip("0"):
        assert any(each.status == 2 and each.dtmf == attempt.dtmf for each in reports)


@given(reports=st.lists(REPORTS, min_size=1, max_size=8), every=st.sampled_from([10, 50, 100]))
def test_a_key_is_final_only_with_a_question_later_than_it(
    reports: list[CallReport], every: float
) -> None:
    """Also one that comes when the time in which it may change is nearly over, or is."""
    attempt = told(*reports, every=every)
    if attempt.call_status == 2 and attempt.has_key:
        assert attempt.answered_at is not None
        assert attempt.changed_at is not None
        assert final_at(attempt, POLICY) >= attempt.answered_at + POLICY.answer_settle
        assert final_at(attempt, POLICY) > attempt.changed_at


@pytest.mark.parametrize(
    ("keys", "known"),
    [
        (("1", "19"), "19"),
        (("1", "2"), "2"),
        (("19", "1", "19"), "19"),
        (("19", "1"), "19"),
        (("1", None), "1"),
        (("0", "1"), "1"),
        (("1", "0"), "1"),
        (("0", "0"), "0"),
        ((None, "0", "3"), "3"),
    ],
)
def test_the_newest_key_counts_and_nobody_takes_one_back(
    keys: tuple[str | None, ...], known: str
) -> None:
    assert told(*(CallReport(2, each, 0) for each in keys)).dtmf == known


@pytest.mark.parametrize(
    ("counts", "is_done"),
    [
        ((0, 1, 2, 3), True),
        ((0, 1, 2, None, 3), True),
        ((1, 2, 3), True),
        ((2, 3), True),
        ((3,), False),
        ((3, 3, 3), False),
        ((0, 3), False),
        ((1, 3), False),
        ((3, 2, 1, 0), False),
        ((3, 2, 3), False),
        ((0, 3, 2, 3), False),
        ((0, 1, 2, 3, 4), False),
        ((None, None), False),
        ((0, 1, 2), False),
    ],
)
def test_the_account_is_done_only_where_its_count_was_seen_to_grow_to_the_limit(
    counts: tuple[int | None, ...], is_done: bool
) -> None:
    attempt = told(*(CallReport(5, None, each) for each in counts))
    assert attempt.changed_at is not None
    settled_at = attempt.changed_at if is_done else attempt.changed_at + POLICY.settle
    assert final_at(attempt, POLICY) == settled_at


def test_a_count_that_begins_before_the_first_try_has_failed_may_be_of_those_left() -> None:
    one = replace(POLICY, account_retries=1)
    attempt = told(CallReport(8, None, 0), CallReport(5, None, 1))
    assert final_at(attempt, one) == after(20) + one.settle
    attempt = told(CallReport(5, None, 0), CallReport(5, None, 1))
    assert final_at(attempt, one) == after(20)


def test_an_answer_of_long_ago_is_over_with_one_question() -> None:
    at = BEGUN + timedelta(days=3)
    attempt = replace(PLACED, **news_of(PLACED, CallReport(2, "1", 0), at))
    assert is_confirmed(attempt, POLICY)
