"""The caller against a real portal and a real ledger: what leaves, when, and what becomes of it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sheets_dialer.base.clock import Clock
from sheets_dialer.base.errors import LedgerError
from sheets_dialer.dialing.worker import CallWorker
from sheets_dialer.domain.attempt import AttemptState, Transition
from sheets_dialer.domain.call_lifecycle import is_confirmed
from sheets_dialer.domain.poll_schedule import next_poll
from sheets_dialer.planning.plan import DuePoll
from tests.support.bench import ANSWERED, BRISK, BUSY, NEVER, NO_KEY, REFUSED, STUCK, Bench
from tests.support.dialing import eventually
from tests.support.planning import POLICY
from tests.support.running import RunningSandbox


@pytest.fixture
def bench(fast_sandbox: RunningSandbox, tmp_path: Path) -> Iterator[Bench]:
    """A bench of the test's own."""
    fast_sandbox.reset(limits=False)
    made = Bench(fast_sandbox, tmp_path)
    yield made
    made.close()


def many(count: int) -> list[str]:
    return [str(923002000000 + number) for number in range(count)]


def test_a_call_is_placed_followed_and_known_to_its_end(bench: Bench) -> None:
    worker = bench.worker()
    (item,) = bench.confirmed(ANSWERED, policy=replace(BRISK, call_length=timedelta(seconds=1)))
    worker.dial([item])
    eventually(lambda: bench.attempts()[0].dtmf == "1", every=0.02)
    (attempt,) = bench.attempts()
    assert (attempt.state, attempt.call_status) == (AttemptState.PLACED, 2)
    assert attempt.call_id == str(bench.sandbox.get("/_sandbox/calls")[-1]["call_id"])
    eventually(lambda: not worker.is_following(attempt.id), every=0.02)
    eventually(lambda: worker.lines_in_use() == 0, every=0.1)


def test_every_outcome_is_kept_as_what_it_is(bench: Bench) -> None:
    worker = bench.worker()
    worker.dial(bench.confirmed(BUSY))
    eventually(lambda: bench.states() == ["placed"], every=0.02)
    bench.fault("500", "/api/calls", count=1)
    worker.dial(bench.confirmed(NO_KEY))
    eventually(lambda: bench.states() == ["placed", "unknown"], every=0.02)
    worker.dial(bench.confirmed(REFUSED))
    eventually(lambda: bench.states()[2] == "refused", every=0.02)
    assert all(attempt.problem for attempt in bench.attempts()[1:])
    assert bench.requests() == 3


def test_calls_leave_at_the_set_pace(bench: Bench) -> None:
    worker = bench.worker(calls_per_minute=300)
    worker.dial(bench.confirmed(*many(5)))
    eventually(lambda: bench.states() == ["placed"] * 5, every=0.02)
    left = sorted(attempt.sending_at for attempt in bench.attempts() if attempt.sending_at)
    # 0.6 s by the steady clock (`test_pace.py`); the wall clock is read a moment beside it.
    assert left[-1] - left[0] >= timedelta(seconds=0.3)


def test_no_more_calls_are_in_progress_than_there_are_lines(bench: Bench) -> None:
    worker = bench.worker(lines=2)
    patient = replace(POLICY, poll_first_after=timedelta(minutes=1))
    worker.dial(bench.confirmed(*many(5), policy=patient))
    eventually(lambda: bench.states().count("placed") == 2, every=0.02)
    time.sleep(0.3)
    assert (worker.lines_in_use(), worker.waiting()) == (2, 3)
    worker.withdraw()
    assert bench.states() == ["placed", "placed", *["withdrawn"] * 3]
    assert bench.requests() == 2


def test_a_run_begins_with_one_call_and_widens_when_its_reply_is_good(bench: Bench) -> None:
    bench.fault("slow", "/api/calls", count=1, seconds=0.5)
    worker = bench.worker()
    worker.dial(bench.confirmed(*many(4)))
    eventually(lambda: bench.states().count("sending") == 1, every=0.02)
    time.sleep(0.2)
    assert (worker.in_flight(), worker.waiting()) == (1, 3)
    eventually(lambda: bench.states() == ["placed"] * 4, every=0.02)


def test_three_refusals_stop_all_calls_and_the_next_run_knows(bench: Bench) -> None:
    bench.sandbox.post("/_sandbox/portal", {"voices": ["999"]})
    worker = bench.worker()
    worker.dial(bench.confirmed(*many(5)))
    eventually(lambda: bench.states().count("refused") == 3, every=0.02)
    time.sleep(0.2)
    bench.sandbox.post("/_sandbox/portal", {"voices": ["102"]})
    assert worker.waiting() == 2
    assert "refused 3 calls in a row" in (worker.caution() or "")
    worker.finish()
    assert bench.states() == [*["refused"] * 3, *["withdrawn"] * 2]
    later = bench.worker()
    assert "refused 3 calls in a row" in (later.caution() or "")
    later.dial(bench.confirmed(ANSWERED))
    time.sleep(0.2)
    assert bench.requests() == 3


@pytest.mark.parametrize(
    "how", [{"age": 60}, {"hours": NEVER}], ids=["an old mark", "the hours are over"]
)
def test_what_may_not_leave_any_more_is_withdrawn(bench: Bench, how: dict[str, Any]) -> None:
    worker = bench.worker()
    worker.dial(bench.confirmed(ANSWERED, BUSY, **how))
    eventually(lambda: bench.states() == ["withdrawn"] * 2, every=0.02)
    assert bench.requests() == 0


def test_a_machine_that_sleeps_just_before_the_bytes_leave_calls_nobody(bench: Bench) -> None:
    def steady() -> float:
        asleep = 3600 if bench.ledger.attempts_in({AttemptState.SENDING}) else 0
        return time.monotonic() + asleep

    bench.clock = Clock(steady=steady)
    worker = bench.worker()
    worker.dial(bench.confirmed(ANSWERED))
    eventually(lambda: bench.states() == ["not sent"], every=0.02)
    assert bench.requests() == 0


def test_a_question_that_fails_does_not_count_as_asked(bench: Bench) -> None:
    bench.fault("500", "/api/get_call")
    worker = bench.worker()
    worker.dial(bench.confirmed(ANSWERED))
    eventually(lambda: bench.requests("get_call") >= 2, every=0.02)
    (attempt,) = bench.attempts()
    assert (attempt.polled_at, attempt.call_status) == (None, None)
    bench.sandbox.delete("/_sandbox/faults")
    eventually(lambda: bench.attempts()[0].dtmf == "1", every=0.02)


def test_a_campaign_whose_hours_end_keeps_no_other_campaigns_call_back(bench: Bench) -> None:
    worker = bench.worker()
    closed = bench.confirmed(ANSWERED, hours=NEVER)
    worker.dial([*closed, *bench.confirmed(BUSY)])
    eventually(lambda: bench.states() == ["withdrawn", "placed"], every=0.02)


def test_a_call_that_the_portal_never_tells_of_is_given_up_and_its_line_too(bench: Bench) -> None:
    bench.fault("404", "/api/get_call")
    worker = bench.worker()
    worker.dial(bench.confirmed(BUSY, policy=replace(BRISK, give_up_after=timedelta(seconds=0.5))))
    eventually(lambda: bench.states() == ["placed"], every=0.02)
    eventually(lambda: not worker.is_following(1), every=0.05)
    assert worker.lines_in_use() == 0
    assert bench.states() == ["ended"]


def test_a_call_that_is_long_given_up_is_asked_about_until_the_portal_says_something(
    bench: Bench,
) -> None:
    """As after a weekend in which nothing ran; what fails on the way is asked again."""
    worker = bench.worker()
    policy = replace(BRISK, poll_first_after=timedelta(hours=1))
    worker.dial(bench.confirmed(ANSWERED, policy=policy))
    eventually(lambda: bench.states() == ["placed"], every=0.02)
    (placed,) = bench.attempts()
    worker.finish()
    time.sleep(1.5)
    bench.sandbox.post(
        "/_sandbox/faults",
        {"service": "portal", "kind": "500", "path": "/api/get_call", "rate": 1, "count": 2},
    )
    later = bench.worker()
    given_up = replace(BRISK, give_up_after=timedelta(seconds=0.1))
    later.follow([(DuePoll(placed, bench.clock.now()), given_up)])
    eventually(lambda: bench.attempts()[0].dtmf == "1", every=0.05)
    eventually(lambda: not later.is_following(1), every=0.05)
    assert bench.states() == ["placed"]


def test_a_call_that_never_ends_gives_its_line_back_at_last(bench: Bench) -> None:
    worker = bench.worker()
    worker.dial(bench.confirmed(STUCK, policy=replace(BRISK, give_up_after=timedelta(seconds=1))))
    eventually(lambda: bench.attempts()[0].call_status == 8, every=0.02)
    assert worker.lines_in_use() == 1
    eventually(lambda: not worker.is_following(1), every=0.05)
    assert worker.lines_in_use() == 0


def test_a_plan_made_before_a_call_ended_does_not_have_it_asked_about_again(bench: Bench) -> None:
    worker = bench.worker()
    worker.withdraw()
    worker.dial(bench.confirmed(ANSWERED))
    eventually(lambda: bench.states() == ["placed"], every=0.01)
    (stale,) = bench.attempts()
    eventually(lambda: not worker.is_following(1), every=0.02)
    asked = bench.requests("get_call")
    ended = bench.attempts()
    poll = (DuePoll(replace(stale, call_status=None, dtmf=None), bench.clock.now()), BRISK)
    worker.follow([poll])
    time.sleep(0.3)
    assert (bench.requests("get_call"), bench.attempts()) == (asked, ended)
    worker.withdraw()
    worker.follow([poll])
    eventually(lambda: bench.requests("get_call") == asked + 1, every=0.02)


def test_the_end_waits_for_requests_in_flight_without_turning_in_circles(bench: Bench) -> None:
    bench.fault("slow", "/api/calls", count=1, seconds=1)
    worker = bench.worker()
    placed = bench.confirmed(NO_KEY)[0].attempt
    worker.dial(bench.confirmed(ANSWERED, BUSY))
    eventually(lambda: "sending" in bench.states(), every=0.02)
    due = datetime.now(UTC) + timedelta(seconds=0.1)
    worker.follow([(DuePoll(replace(placed, call_id="1"), due), BRISK)])
    worked = time.process_time()
    worker.finish()
    assert time.process_time() - worked < 0.3
    assert bench.states()[1:] == ["placed", "withdrawn"]
    assert bench.requests("get_call") == 0


@pytest.mark.parametrize("milliseconds", [0, 1, 2, 3, 4, 6, 8, 12, 16, 24])
def test_an_end_at_any_moment_leaves_no_call_half_sent(bench: Bench, milliseconds: int) -> None:
    """What is committed as being sent is sent: a row must not say Check because somebody pressed
    Ctrl-C."""
    for _ in range(5):
        worker = bench.worker()
        worker.dial(bench.confirmed(*many(3)))
        time.sleep(milliseconds / 1000)
        worker.finish()
        left = bench.ledger.attempts_in({AttemptState.SENDING, AttemptState.INTENDED})
        assert left == []
        now = bench.clock.now()
        placed = bench.ledger.attempts_in({AttemptState.PLACED})
        bench.ledger.move(
            [Transition(one.id, AttemptState.PLACED, AttemptState.ENDED, {}) for one in placed], now
        )


def wrong_clock(bench: Bench) -> list[timedelta]:
    """Gives the bench a wall clock that the test puts forward or back by what it adds here."""
    jumps: list[timedelta] = []
    bench.clock = Clock(now=lambda: datetime.now(UTC) + sum(jumps, timedelta(0)))
    return jumps


def test_calls_are_followed_to_their_end_when_the_clock_is_set_back(bench: Bench) -> None:
    jumps = wrong_clock(bench)
    worker = bench.worker()
    talks = replace(BRISK, call_length=timedelta(seconds=1), poll_first_after=timedelta(seconds=1))
    worker.dial(bench.confirmed(ANSWERED, NO_KEY, BUSY, policy=talks))
    eventually(lambda: bench.states() == ["placed"] * 3, every=0.02)
    jumps.append(-timedelta(hours=3))
    eventually(lambda: bench.attempts()[0].dtmf == "1", seconds=5, every=0.02)
    eventually(lambda: is_confirmed(bench.attempts()[1], talks), seconds=5, every=0.02)
    eventually(lambda: bench.attempts()[2].call_status == 4, seconds=5, every=0.02)
    eventually(lambda: worker.lines_in_use() == 0, seconds=5, every=0.1)
    assert all(each.polled_at and each.polled_at < bench.clock.now() for each in bench.attempts())


def test_calls_are_followed_by_the_next_run_when_the_clock_was_set_back_meanwhile(
    bench: Bench,
) -> None:
    jumps = wrong_clock(bench)
    worker = bench.worker()
    slow = replace(BRISK, answer_settle=timedelta(seconds=3))
    worker.dial(bench.confirmed(NO_KEY, policy=slow))
    eventually(lambda: bench.attempts()[0].call_status == 2, every=0.02)
    worker.finish()
    jumps.append(-timedelta(hours=3))
    (attempt,) = bench.attempts()
    later = bench.worker()
    later.follow([(DuePoll(attempt, next_poll(attempt, slow)), slow)])
    eventually(lambda: is_confirmed(bench.attempts()[0], slow), seconds=8, every=0.05)
    assert not later.is_following(attempt.id)


def test_a_clock_that_jumps_forward_does_not_make_a_call_look_over(bench: Bench) -> None:
    """Or it would be called once more while somebody still presses a key."""
    jumps = wrong_clock(bench)
    worker = bench.worker()
    patient = replace(BRISK, answer_settle=timedelta(seconds=3))
    worker.dial(bench.confirmed(NO_KEY, BUSY, policy=patient))
    eventually(lambda: [each.call_status for each in bench.attempts()] == [2, 4], every=0.02)
    seen = time.monotonic()
    jumps.append(timedelta(days=2))
    asked = bench.requests("get_call")
    eventually(lambda: bench.requests("get_call") > asked + 1, seconds=2, every=0.02)
    time.sleep(0.2)
    assert not any(is_confirmed(each, patient) for each in bench.attempts())
    assert all(worker.is_following(each.id) for each in bench.attempts())
    eventually(lambda: is_confirmed(bench.attempts()[0], patient), every=0.02)
    assert time.monotonic() - seen > 2.5


def test_what_waits_for_a_line_is_planned_anew_when_the_clock_jumps(bench: Bench) -> None:
    """A machine that was stopped for hours may show it only so; its marks are old."""
    jumps = wrong_clock(bench)
    worker = bench.worker(lines=1)
    worker.dial(bench.confirmed(STUCK, ANSWERED))
    eventually(lambda: bench.states() == ["placed", "intended"], every=0.02)
    jumps.append(timedelta(hours=1))
    eventually(lambda: bench.states() == ["placed", "withdrawn"], seconds=3, every=0.02)
    assert bench.requests() == 1


def broken(bench: Bench, name: str) -> Callable[[], None]:
    """Takes a table of the ledger away; returns what brings it back."""

    def rename(old: str, new: str) -> None:
        with sqlite3.connect(bench.file, timeout=10) as connection:
            connection.execute(f"ALTER TABLE {old} RENAME TO {new}")
        connection.close()

    rename(name, "away")
    return lambda: rename("away", name)


def test_a_reply_that_the_ledger_would_not_take_is_kept_when_it_takes_it_again(
    bench: Bench,
) -> None:
    bench.fault("slow", "/api/calls", count=1, seconds=0.5)
    worker = bench.worker()
    worker.dial(bench.confirmed(ANSWERED))
    eventually(lambda: bench.states() == ["sending"], every=0.02)
    mend = broken(bench, "events")
    eventually(lambda: failed(worker), every=0.05)
    mend()
    worker.finish()
    (attempt,) = bench.attempts()
    assert attempt.state is AttemptState.PLACED
    assert attempt.call_id == str(bench.sandbox.get("/_sandbox/calls")[-1]["call_id"])


def test_a_reply_that_the_ledger_refuses_costs_no_other_call_its_reply(bench: Bench) -> None:
    worker = bench.worker()
    for number in ("923000000002", "923000000003"):  # it begins with few calls at once
        worker.dial(bench.confirmed(number))
        eventually(lambda: set(bench.states()) == {"placed"}, every=0.02)
    with sqlite3.connect(bench.file, timeout=10) as connection:
        connection.execute(
            "CREATE TRIGGER no BEFORE UPDATE ON attempts WHEN new.state = 'placed' AND "
            f"new.number = '{BUSY}' BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    connection.close()
    bench.fault("slow", "/api/calls", count=3, seconds=0.5)
    worker.dial(bench.confirmed(ANSWERED, BUSY, NO_KEY))
    eventually(lambda: failed(worker), every=0.05)
    worker.finish()
    assert bench.states()[2:] == ["placed", "sending", "placed"]


def failed(worker: CallWorker) -> bool:
    try:
        worker.raise_failure()
    except LedgerError:
        return True
    return False


def test_a_caller_that_can_not_keep_the_ledger_ends_all_the_same(bench: Bench) -> None:
    bench.fault("slow", "/api/calls", count=1, seconds=0.5)
    worker = bench.worker()
    worker.dial(bench.confirmed(ANSWERED, BUSY))
    eventually(lambda: "sending" in bench.states(), every=0.02)
    mend = broken(bench, "attempts")
    with pytest.raises(LedgerError):
        worker.finish()
    mend()
    assert bench.states() == ["sending", "intended"]
    assert bench.requests() == 1
