"""The ledger's contract, on SQLite files and on a real PostgreSQL."""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sheets_dialer.base.errors import AnotherDialer, LedgerError
from sheets_dialer.domain.account import Account, Balance
from sheets_dialer.domain.attempt import (
    MADE_NO_CALL,
    OPEN_STATES,
    TRANSITIONS,
    Attempt,
    AttemptState,
    Reason,
    Transition,
)
from sheets_dialer.domain.content import Content
from sheets_dialer.domain.job import Adoption, Job, JobChange, NewJob
from sheets_dialer.ledger import facts
from sheets_dialer.ledger.ledger import Intent, Ledger
from sheets_dialer.planning.readiness import as_known
from sheets_dialer.reconciler.write_fence import WriteFence
from sheets_dialer.tabs.fence_state import FenceState, FenceStep, SeenSince
from sheets_dialer.tabs.fencing_token import Token
from tests.support.ledger_process import T0
from tests.support.places import SUPPORT

INTENDED, SENDING, PLACED = AttemptState.INTENDED, AttemptState.SENDING, AttemptState.PLACED
UNKNOWN, ENDED = AttemptState.UNKNOWN, AttemptState.ENDED
DAY = timedelta(hours=24)
PROCESS = SUPPORT / "ledger_process.py"
_refs = (f"ref{number}" for number in itertools.count(1))


@contextmanager
def process(what: str, address: str) -> Iterator[subprocess.Popen[str]]:
    """Another process on the ledger."""
    running = subprocess.Popen(
        [sys.executable, str(PROCESS), what, address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def line_of(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


def content(number: int, **more: Any) -> Content:
    return Content(f"92300{number:07}", "102", **more)


def add(
    ledger: Ledger, *contents: Content, campaign: str = "orders", at: datetime = T0
) -> list[Job]:
    """Jobs of these contents, as the ledger has them."""
    new = [NewJob(next(_refs), each) for each in contents]
    ledger.record(campaign, at, new_jobs=new)
    return ledger.jobs(campaign)[-len(new) :]


def intend(
    ledger: Ledger, *jobs: Job, at: datetime = T0, reason: Reason = Reason.FIRST
) -> list[Attempt]:
    """First attempts of the jobs, within a gap of a day."""
    return ledger.record("orders", at, intents=[Intent(job, reason) for job in jobs], gap=DAY)


def go(ledger: Ledger, attempt_id: int, *states: AttemptState, call_id: str = "") -> None:
    """Moves the attempt through these states."""
    before = INTENDED
    for state in states:
        values = {"call_id": call_id or f"call{attempt_id}"} if state is PLACED else {}
        assert ledger.move([Transition(attempt_id, before, state, values)], T0) == {attempt_id}
        before = state


def only(ledger: Ledger, campaign: str = "orders") -> Attempt:
    """The only attempt of the only job."""
    [job] = ledger.jobs(campaign)
    [attempt] = job.attempts
    return attempt


def history(address: str, attempt_id: int) -> list[str]:
    """What the events say, read behind the ledger's back."""
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        query = sa.text("SELECT what FROM events WHERE attempt_id = :id ORDER BY id")
        rows = connection.execute(query, {"id": attempt_id}).scalars().all()
    engine.dispose()
    return list(rows)


# --- What is kept comes back ----------------------------------------------------------------------


def test_a_job_comes_back_as_it_was_recorded(ledger: Ledger) -> None:
    whole = content(1, amount="1500", texts=("Ali's", "№ 5", "دکان", "😀", ""), keys=("1",) * 5)
    new = NewJob("ref-a", whole, granted=2)

    ledger.record("orders", T0, new_jobs=[new])

    [job] = ledger.jobs("orders")
    assert (job.ref, job.content, job.granted, job.again_seen) == ("ref-a", whole, 2, True)
    assert (job.queued_at, job.fingerprint) == (T0, whole.fingerprint())
    assert job.attempts == ()
    assert ledger.jobs("others") == []
    assert ledger.campaigns() == ["orders"]


def test_a_persons_wishes_are_remembered(ledger: Ledger) -> None:
    first, second = add(ledger, content(1), content(2))

    ledger.record(
        "orders",
        T0,
        job_changes=[JobChange(first.id, 3, True, T0), JobChange(second.id, 0, False, None)],
    )

    [first, second] = ledger.jobs("orders")
    assert (first.granted, first.again_seen, first.cleared_at) == (3, True, T0)
    assert (second.granted, second.again_seen, second.cleared_at) == (0, False, None)


def test_times_are_aware_and_exact(ledger: Ledger) -> None:
    karachi = timezone(timedelta(hours=5))
    moment = datetime(2026, 11, 23, 14, 0, 0, 123456, tzinfo=karachi)

    [job] = add(ledger, content(1), at=moment)

    assert job.queued_at == moment
    assert job.queued_at.tzinfo is UTC
    with pytest.raises((ValueError, LedgerError), match="aware"):
        add(ledger, content(2), at=datetime(2026, 11, 23, 14, 0))
    assert len(ledger.jobs("orders")) == 1


def test_facts_are_kept(address: str, open_ledger: Callable[[str], Ledger]) -> None:
    first = open_ledger(address)
    first.set_fact(facts.breaker(None), "open")
    first.set_fact(facts.breaker(None), "shut")
    first.set_fact(facts.tab_id("KEY", "Calls"), 7)
    first.set_fact(facts.tab_id("KEY", "Calls"), None)

    second = open_ledger(address)

    assert second.id == first.id == "ledger0"
    assert second.fact(facts.breaker(None)) == "shut"
    assert second.fact(facts.tab_id("KEY", "Calls")) is None


ACCOUNT = Account(Balance(10, 2.5, "demo"), T0)
TROUBLE = facts.LastProblem('There is no "Phone" column: نمبر', T0)


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        (facts.KNOWN_ACCOUNT, ACCOUNT),
        (facts.KNOWN_ACCOUNT, replace(ACCOUNT, balance=Balance(0, None))),
        (facts.FORGOT_AT, T0),
        (facts.AS_TYPED, True),
        (facts.tab_id("KEY", "Calls"), 0),
        (facts.unsafe("KEY/Calls"), "unsafe_no_swap"),
        (facts.campaigns_voice("orders"), "102"),
        (facts.tabs_voice("KEY/Calls"), "102"),
        (facts.heard_control("KEY/Calls"), facts.HeardControl(runs=True)),
        (facts.heard_control("KEY/Calls"), facts.HeardControl(runs=False)),
        (facts.heard_control("KEY/Calls"), facts.HeardControl(runs=False, paused_at=T0)),
        (facts.last_problem("KEY/Calls"), TROUBLE),
        (facts.last_problem("KEY/Calls"), replace(TROUBLE, is_over=True)),
    ],
    ids=lambda each: each.name if isinstance(each, facts.Fact) else "",
)
def test_a_fact_comes_back_as_the_value_that_it_was(
    ledger: Ledger, fact: facts.Fact[object], value: object
) -> None:
    assert ledger.fact(fact) is None
    ledger.set_fact(fact, value)
    assert ledger.fact(fact) == value


def test_no_two_facts_share_a_name() -> None:
    made = [
        *(each for each in vars(facts).values() if isinstance(each, facts.Fact)),
        *(fact("A") for fact in (facts.breaker, facts.unsafe, facts.heard_control)),
        *(fact("A") for fact in (facts.campaigns_voice, facts.tabs_voice, facts.last_problem)),
        *(facts.breaker(None), facts.tab_id("K", "A")),
    ]
    assert len({each.name for each in made}) == len(made) > 10


FULL = FenceState(
    counter=2**40,
    written=(Token("ledger0x", 2**40 - 1), Token("ledger0x", 2**40, "run1")),
    newest_seen=2**40,
    is_behind=True,
    foreign=SeenSince("sdtheirs00x7", T0),
    resting=SeenSince("sdledger0xx3", T0 + timedelta(microseconds=1)),
)


def test_what_the_fence_remembers_of_a_tab_is_kept_whole(
    address: str, open_ledger: Callable[[str], Ledger]
) -> None:
    states = [FULL, replace(FULL, foreign=None, resting=None, written=()), FenceState(counter=1)]
    for state in states:
        ledger = open_ledger(address)
        ledger.change_fence("Calls", lambda _before, state=state: FenceStep(state))
        assert open_ledger(address).fence("Calls") == state
        assert open_ledger(address).fence("Other") == FenceState()


def test_a_death_in_a_step_of_the_fence_leaves_nothing_of_it(ledger: Ledger) -> None:
    """Marks are doubted along with what makes the ledger stop, or neither is."""
    [job] = add(ledger, content(1))
    [attempt] = intend(ledger, job)
    go(ledger, attempt.id, AttemptState.WITHDRAWN)

    class Unwritable(Token):
        """One that can't be kept, which is found out last."""

        @property
        def id(self) -> str:
            raise OSError("the disk is full")

    fails = FenceStep(FenceState(written=(Unwritable("ledger0x", 1),)), doubts_marks=True)
    with pytest.raises(LedgerError):
        ledger.change_fence("Calls", lambda _: fails)
    assert ledger.fence("Calls") == FenceState()
    assert only(ledger).may_be_marked
    ledger.change_fence("Calls", lambda _: FenceStep(FULL, doubts_marks=True))
    assert ledger.fence("Calls") == FULL
    assert not only(ledger).may_be_marked


def test_steps_of_the_fence_that_are_taken_at_the_same_moment_follow_each_other(
    address: str, open_ledger: Callable[[str], Ledger]
) -> None:
    """Two processes would count to the same token if both began from what was read before."""
    ledgers = [open_ledger(address) for _ in range(4)]

    def count(ledger: Ledger) -> list[int]:
        fence = WriteFence(ledger, "run1")
        return [fence.next_token("Calls", None).counter for _ in range(10)]

    with ThreadPoolExecutor(len(ledgers)) as pool:
        counted = [each for one in pool.map(count, ledgers) for each in one]
    assert sorted(counted) == list(range(1, 41))


# --- What must never happen twice -----------------------------------------------------------------


def test_one_open_attempt_for_a_number_in_all_campaigns(ledger: Ledger) -> None:
    [job] = add(ledger, content(1))
    [other] = add(ledger, content(1, amount="5"), campaign="reminders")
    [attempt] = intend(ledger, job)

    assert ledger.record("reminders", T0, intents=[Intent(other, Reason.FIRST)]) == []
    assert busy(ledger) == {job.content.number: INTENDED}

    go(ledger, attempt.id, SENDING, PLACED, ENDED)
    assert busy(ledger) == {}
    [after] = ledger.record("reminders", T0, intents=[Intent(other, Reason.FIRST)])
    assert after.job_id == other.id


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_every_open_state_keeps_the_number(ledger: Ledger, state: AttemptState) -> None:
    [job, other] = add(ledger, content(1), content(1, amount="5"))
    [attempt] = intend(ledger, job)
    path = {INTENDED: (), SENDING: (SENDING,), PLACED: (SENDING, PLACED)}
    go(ledger, attempt.id, *path.get(state, (SENDING, UNKNOWN)))

    assert intend(ledger, other) == []
    assert busy(ledger) == {job.content.number: state}


def test_two_of_one_number_in_one_batch(ledger: Ledger) -> None:
    jobs = add(ledger, content(1), content(1, amount="5"), content(2))

    assert [each.job_id for each in intend(ledger, *jobs)] == [jobs[0].id, jobs[2].id]


def test_one_attempt_for_each_try_of_a_job(ledger: Ledger) -> None:
    [stale] = add(ledger, content(1))
    [attempt] = intend(ledger, stale)
    go(ledger, attempt.id, SENDING, PLACED, ENDED)

    # What another process planned from an older read.
    assert intend(ledger, stale, reason=Reason.AGAIN) == []
    [fresh] = ledger.jobs("orders")
    assert len(intend(ledger, fresh, reason=Reason.AGAIN)) == 1


def test_the_same_content_within_the_gap(ledger: Ledger) -> None:
    first, again, other = add(ledger, content(1), content(1), content(1, amount="5"))
    [attempt] = intend(ledger, first)
    go(ledger, attempt.id, SENDING, PLACED, ENDED)

    assert intend(ledger, again, at=T0 + timedelta(hours=23)) == []
    assert [each.job_id for each in intend(ledger, again, other, at=T0 + timedelta(hours=23))] == [
        other.id
    ]
    go(ledger, only_open(ledger), SENDING, PLACED, ENDED)
    assert len(intend(ledger, again, at=T0 + timedelta(hours=23), reason=Reason.AGAIN)) == 1


def test_the_gap_has_an_end(ledger: Ledger) -> None:
    first, again = add(ledger, content(1), content(1))
    [attempt] = intend(ledger, first)
    go(ledger, attempt.id, SENDING, PLACED, ENDED)

    assert len(intend(ledger, again, at=T0 + DAY)) == 1


@pytest.mark.parametrize("state", sorted(MADE_NO_CALL))
def test_what_made_no_call_counts_for_no_gap(ledger: Ledger, state: AttemptState) -> None:
    first, again = add(ledger, content(1), content(1))
    [attempt] = intend(ledger, first)
    go(ledger, attempt.id, *((state,) if state is AttemptState.WITHDRAWN else (SENDING, state)))

    assert ledger.last_calls({first.fingerprint}) == {}
    assert len(intend(ledger, again)) == 1


def test_last_calls_by_content(ledger: Ledger) -> None:
    first, other = add(ledger, content(1), content(2))
    intend(ledger, first)
    intend(ledger, other, at=T0 - timedelta(days=3))

    assert ledger.last_calls({first.fingerprint}) == {first.fingerprint: [(first.id, T0)]}


def test_what_was_said_counts_beside_what_was_asked_for(ledger: Ledger) -> None:
    asked, said = content(1), replace(content(1), voice_id="103")
    (job,) = add(ledger, asked)
    told = replace(job, content=said)
    assert ledger.record(
        "orders", T0, intents=[Intent(told, Reason.FIRST)], rewritings=[as_known(told)]
    )

    call = [(job.id, T0)]
    wanted = {asked.fingerprint(), said.fingerprint()}
    assert ledger.last_calls(wanted) == dict.fromkeys(wanted, call)


def test_what_each_try_said_keeps_another_row_from_saying_it(ledger: Ledger) -> None:
    (job, other) = add(ledger, content(1), content(2))
    (attempt,) = intend(ledger, job)
    go(ledger, attempt.id, SENDING, PLACED, ENDED)
    # The row's text changed by itself, and its redial says something else.
    later = replace(ledger.jobs("orders")[0], content=replace(content(1), amount="77"))
    assert ledger.record(
        "orders", T0 + timedelta(hours=1), intents=[Intent(later, Reason.REDIAL)],
        rewritings=[as_known(later)],
    )  # fmt: skip
    as_first = replace(other, content=content(1), fingerprint=content(1).fingerprint())
    assert intend(ledger, as_first, at=T0 + timedelta(hours=2)) == []


@pytest.mark.parametrize("reason", [Reason.REDIAL, Reason.REDIAL_NO_KEY])
def test_a_redial_says_nothing_that_another_row_has_said_since_its_own_call(
    ledger: Ledger, reason: Reason
) -> None:
    (job, other) = add(ledger, content(1), content(1, amount="77"))
    for each in (job, other):
        (attempt,) = intend(ledger, each)
        go(ledger, attempt.id, SENDING, PLACED, ENDED)
    (job, _) = ledger.jobs("orders")
    told = replace(job, content=content(1, amount="77"))
    assert intend(ledger, told, reason=reason) == []
    assert len(intend(ledger, job, reason=reason)) == 1


def test_a_redial_that_was_withdrawn_has_said_nothing(ledger: Ledger) -> None:
    (job, other) = add(ledger, content(1), content(1, amount="77"))
    (attempt,) = intend(ledger, job)
    go(ledger, attempt.id, SENDING, PLACED, ENDED)
    told = replace(ledger.jobs("orders")[0], content=content(1, amount="77"))
    (withdrawn,) = intend(ledger, told, reason=Reason.REDIAL)
    go(ledger, withdrawn.id, AttemptState.WITHDRAWN)
    (attempt,) = intend(ledger, other)
    go(ledger, attempt.id, SENDING, PLACED, ENDED)
    told = replace(ledger.jobs("orders")[0], content=content(1, amount="77"))
    assert intend(ledger, told, reason=Reason.REDIAL) == []


def test_what_cells_show_is_held_where_another_row_said_it_and_not_where_ones_own_did(
    ledger: Ledger,
) -> None:
    shown = content(1, amount="77")
    (job, other) = add(ledger, content(1), shown)
    (attempt,) = intend(ledger, job)
    assert ledger.say_otherwise({attempt.id: shown}, T0, DAY) == set()
    go(ledger, attempt.id, SENDING, PLACED, ENDED)
    (again,) = intend(ledger, other, reason=Reason.AGAIN)
    go(ledger, again.id, SENDING, PLACED, ENDED)
    (job, other) = ledger.jobs("orders")
    (redial,) = intend(ledger, replace(job, content=content(1, amount="78")), reason=Reason.REDIAL)
    assert ledger.say_otherwise({redial.id: shown}, T0, DAY) == set()
    go(ledger, redial.id, AttemptState.WITHDRAWN)
    (third,) = add(ledger, content(1, amount="79"))
    (attempt,) = intend(ledger, third)
    assert ledger.say_otherwise({attempt.id: shown}, T0, DAY) == {attempt.id}


def busy(ledger: Ledger) -> dict[str, AttemptState]:
    """The numbers that open attempts hold, with their states."""
    return {attempt.number: attempt.state for attempt in ledger.open_attempts()}


def only_open(ledger: Ledger) -> int:
    [attempt] = ledger.attempts_in(OPEN_STATES)
    return attempt.id


def test_jobs_are_found_by_number_by_ref_and_by_call(ledger: Ledger) -> None:
    one, same_number, other, far = add(
        ledger, content(1), content(1, amount="5"), content(2), content(3)
    )
    [elsewhere] = add(ledger, content(1), campaign="others")
    attempts = intend(ledger, one, other, far)
    for attempt in attempts:
        go(ledger, attempt.id, SENDING, PLACED)

    def found(**asked: set[str]) -> list[Job]:
        return ledger.jobs_with("orders", **asked)

    every = {job.id: job for job in ledger.jobs("orders")}
    assert found(numbers={one.content.number}) == [every[one.id], every[same_number.id]]
    assert found(refs={far.ref, "none such"}) == [every[far.id]]
    assert found(call_ids={f"call{attempts[1].id}"}) == [every[other.id]]
    assert found(refs={elsewhere.ref}, numbers={content(9).number}) == []
    assert [job.id for job in found(numbers={other.content.number}, refs={other.ref})] == [other.id]


def test_whatever_stands_in_a_cell_may_be_asked_for(ledger: Ledger) -> None:
    [job] = add(ledger, content(1))
    asked = {"", "NUL \0 within", "half a pair \ud800", "x" * 50_000, "اردو", "'; --"}
    many = {"numbers": asked, "call_ids": asked, "fingerprints": asked}
    assert ledger.jobs_with("orders", refs=asked | {job.ref}, **many) == ledger.jobs("orders")
    assert ledger.jobs_elsewhere("others", asked | {job.ref}) == ledger.jobs("orders")


def test_jobs_of_other_campaigns_are_found_by_ref(ledger: Ledger) -> None:
    [own] = add(ledger, content(1))
    elsewhere, _other = add(ledger, content(1), content(2), campaign="others")
    intend(ledger, elsewhere)
    [tried, _] = ledger.jobs("others")
    asked = {own.ref, elsewhere.ref, "none such"}
    assert ledger.jobs_elsewhere("orders", asked) == [tried]
    assert ledger.jobs_elsewhere("others", asked) == [own]


def test_a_job_keeps_since_when_its_row_has_asked(ledger: Ledger) -> None:
    since = T0 - timedelta(days=5)
    ledger.record("orders", T0, new_jobs=[NewJob("r1", content(1), asked_at=since)])
    [job] = ledger.jobs("orders")
    assert job.queued_at == since


def test_jobs_by_more_values_than_one_statement_takes(ledger: Ledger) -> None:
    jobs = add(ledger, *(content(number) for number in range(1203)))
    assert ledger.jobs_with("orders", refs={job.ref for job in jobs}) == jobs


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_a_job_is_under_way_while_an_attempt_of_it_is_open(
    ledger: Ledger, state: AttemptState
) -> None:
    job, _untried = add(ledger, content(1), content(2))
    [attempt] = intend(ledger, job)
    way = {INTENDED: (), SENDING: (SENDING,), PLACED: (SENDING, PLACED)}
    go(ledger, attempt.id, *way.get(state, (SENDING, UNKNOWN)))
    assert [each.id for each in ledger.jobs_under_way("orders", T0)] == [job.id]
    assert ledger.jobs_under_way("others", T0) == []


def test_an_ended_job_is_not_under_way(ledger: Ledger) -> None:
    [job] = add(ledger, content(1))
    [attempt] = intend(ledger, job)
    go(ledger, attempt.id, SENDING, PLACED, ENDED)
    assert ledger.jobs_under_way("orders", T0 - DAY) == []


@pytest.mark.parametrize(
    ("values", "is_under_way"),
    [
        ({}, True),
        ({"dtmf": "1"}, False),
        ({"dtmf": "1", "changed_at": T0, "polled_at": T0}, True),
        ({"dtmf": "1", "changed_at": T0, "polled_at": T0 + DAY}, False),
        ({"placed_at": T0 - 2 * DAY}, False),
    ],
    ids=["no key yet", "a key", "a key that may change", "a key that was asked about", "long ago"],
)
def test_a_job_that_was_dialled_again_may_yet_get_a_late_answer(
    ledger: Ledger, values: Mapping[str, Any], is_under_way: bool
) -> None:
    [job] = add(ledger, content(1))
    [attempt] = intend(ledger, job)
    go(ledger, attempt.id, SENDING)
    placed = {"call_id": "c1", "placed_at": T0, **values}
    ledger.move([Transition(attempt.id, SENDING, PLACED, placed)], T0)
    ledger.move([Transition(attempt.id, PLACED, ENDED, {})], T0)
    [job] = ledger.jobs("orders")
    [later] = intend(ledger, job, reason=Reason.REDIAL, at=T0 + timedelta(minutes=1))
    go(ledger, later.id, SENDING, PLACED, ENDED)
    under_way = ledger.jobs_under_way("orders", T0 - DAY)
    assert [each.id for each in under_way] == ([job.id] if is_under_way else [])


@pytest.mark.parametrize(
    ("status", "since", "is_under_way"),
    [(1, T0 - DAY, True), (8, T0 - DAY, True), (5, T0 - DAY, False), (8, T0 + DAY, False)],
)
def test_a_call_that_never_began_to_ring_may_yet_do_so(
    ledger: Ledger, status: int, since: datetime, is_under_way: bool
) -> None:
    [job] = add(ledger, content(1))
    [attempt] = intend(ledger, job)
    go(ledger, attempt.id, SENDING, PLACED)
    ledger.report([(attempt.id, {"call_status": status, "polled_at": T0, "changed_at": T0})], T0)
    ledger.move([Transition(attempt.id, PLACED, ENDED, {})], T0)
    under_way = ledger.jobs_under_way("orders", since)
    assert [each.id for each in under_way] == ([job.id] if is_under_way else [])


def test_what_the_portal_told_of_key_and_retries_is_kept_as_it_is(ledger: Ledger) -> None:
    [job] = add(ledger, content(1))
    [attempt] = intend(ledger, job)
    go(ledger, attempt.id, SENDING, PLACED)
    news = {"call_status": 2, "dtmf": None, "unread": "choice\0 ۱", "retry": 2, "retry_grown": -1}
    ledger.report([(attempt.id, news)], T0)
    [kept] = ledger.attempts_in({PLACED})
    assert (kept.unread, kept.retry, kept.retry_grown) == ("choice ۱", 2, -1)


def test_two_processes_that_intend_the_same(ledger: Ledger, address: str) -> None:
    jobs = add(ledger, *(content(number) for number in range(20)))
    other = Ledger(address, new_id="other")
    made: list[list[Attempt]] = []
    threads = [
        threading.Thread(target=lambda each=each: made.append(intend(each, *jobs)))
        for each in (ledger, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()

    assert sorted(map(len, made)) == [0, 20]


# --- Moves ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "target"),
    [(a, b) for a in AttemptState for b in AttemptState if b not in TRANSITIONS[a]],
)
def test_impossible_moves_are_refused(
    source: AttemptState, target: AttemptState, tmp_path: Path
) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'dialer.db'}", new_id="ledger")

    with pytest.raises(ValueError, match="no attempt goes from"):
        ledger.move([Transition(1, source, target, {"call_id": "x"})], T0)
    ledger.close()


def test_a_batch_with_an_impossible_move_moves_nothing(ledger: Ledger) -> None:
    first, second = intend(ledger, *add(ledger, content(1), content(2)))

    with pytest.raises(ValueError, match="no attempt goes"):
        ledger.move(
            [
                Transition(first.id, INTENDED, SENDING, {}),
                Transition(second.id, INTENDED, PLACED, {}),
            ],
            T0,
        )
    assert {each.state for each in ledger.attempts_in(AttemptState)} == {INTENDED}


def test_only_what_is_in_the_right_state_moves(ledger: Ledger, address: str) -> None:
    first, second = intend(ledger, *add(ledger, content(1), content(2)))
    moves = [Transition(each.id, INTENDED, SENDING, {"sending_at": T0}) for each in (first, second)]
    assert ledger.move(moves[:1], T0) == {first.id}

    assert ledger.move([*moves, Transition(999, INTENDED, SENDING, {})], T0) == {second.id}
    assert ledger.move(moves, T0) == set()
    assert ledger.move([], T0) == set()
    assert {each.sending_at for each in ledger.attempts_in({SENDING})} == {T0}
    assert history(address, first.id) == ["intended: first", "sending"]


def test_exactly_one_thread_wins_each_move(ledger: Ledger) -> None:
    attempts = intend(ledger, *add(ledger, *(content(number) for number in range(30))))
    won: list[int] = []

    def run() -> None:
        for each in attempts:
            won.extend(
                ledger.move([Transition(each.id, INTENDED, SENDING, {"sending_at": T0})], T0)
            )

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(won) == sorted(each.id for each in attempts)


def test_exactly_one_process_wins_each_move(ledger: Ledger, address: str) -> None:
    attempts = intend(ledger, *add(ledger, *(content(number) for number in range(30))))

    with process("race", address) as one, process("race", address) as two:
        for each in (one, two):
            assert line_of(each) == "ready"
        for each in (one, two):
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        won = [int(word) for each in (one, two) for word in line_of(each).split()]

    assert sorted(won) == sorted(each.id for each in attempts)


def test_a_shared_call_id_puts_both_in_doubt(ledger: Ledger, address: str) -> None:
    first, second, third = intend(ledger, *add(ledger, content(1), content(2), content(3)))
    go(ledger, first.id, SENDING, PLACED, call_id="7")
    assert [each.id for each in ledger.attempts_in({PLACED})] == [first.id]

    go(ledger, second.id, SENDING, PLACED, call_id="7")
    go(ledger, third.id, SENDING, PLACED, call_id="7")  # the others still wait for a person

    doubted = ledger.attempts_in({UNKNOWN})
    assert sorted(each.id for each in doubted) == [first.id, second.id, third.id]
    assert all("id" in str(each.problem) for each in doubted)
    assert history(address, first.id)[-1] == "unknown: shared call id"


def test_an_id_shared_within_one_batch(ledger: Ledger) -> None:
    attempts = intend(ledger, *add(ledger, content(1), content(2), content(3)))
    for each in attempts:
        go(ledger, each.id, SENDING)

    ids = ("7", "7", "8")
    ledger.move(
        [
            Transition(each.id, SENDING, PLACED, {"call_id": id_})
            for each, id_ in zip(attempts, ids, strict=True)
        ],
        T0,
    )

    assert [each.id for each in ledger.attempts_in({PLACED})] == [attempts[2].id]


def test_an_id_of_an_ended_call_is_not_the_next_calls(ledger: Ledger, address: str) -> None:
    first, second, third = intend(ledger, *add(ledger, content(1), content(2), content(3)))
    go(ledger, first.id, SENDING, PLACED, call_id="7")
    ledger.report([(first.id, {"call_status": 2, "dtmf": "1"})], T0)
    ledger.move([Transition(first.id, PLACED, ENDED, {"ended_at": T0})], T0)

    go(ledger, second.id, SENDING, PLACED, call_id="7")
    go(ledger, third.id, SENDING, PLACED, call_id="7")

    ended, *doubted = sorted(ledger.attempts_in(AttemptState), key=lambda each: each.id)
    assert (ended.state, ended.call_status, ended.dtmf, ended.problem) == (ENDED, 2, "1", None)
    assert [each.state for each in doubted] == [UNKNOWN, UNKNOWN]
    assert all("id" in str(each.problem) for each in doubted)
    assert history(address, second.id)[-1] == "unknown: shared call id"


def test_a_call_that_ends_as_its_id_is_given_again_keeps_its_result(ledger: Ledger) -> None:
    first, second = intend(ledger, *add(ledger, content(1), content(2)))
    go(ledger, first.id, SENDING, PLACED, call_id="7")
    go(ledger, second.id, SENDING)

    ledger.move(
        [
            Transition(second.id, SENDING, PLACED, {"call_id": "7"}),
            Transition(first.id, PLACED, ENDED, {}),
        ],
        T0,
    )

    assert [each.id for each in ledger.attempts_in({ENDED})] == [first.id]
    assert [each.id for each in ledger.attempts_in({UNKNOWN})] == [second.id]


def test_a_redial_needs_an_id_of_its_own(ledger: Ledger) -> None:
    (job,) = add(ledger, content(1))
    (first,) = intend(ledger, job)
    go(ledger, first.id, SENDING, PLACED, ENDED, call_id="7")
    (job,) = ledger.jobs("orders")
    (second,) = intend(ledger, job, reason=Reason.REDIAL)

    go(ledger, second.id, SENDING, PLACED, call_id="7")

    assert [each.state for each in ledger.jobs("orders")[0].attempts] == [ENDED, UNKNOWN]


def test_an_id_of_a_call_that_was_forgotten_or_adopted_is_not_the_next_calls(
    ledger: Ledger,
) -> None:
    (old,) = intend(ledger, *add(ledger, content(1)))
    go(ledger, old.id, SENDING, PLACED, ENDED, call_id="7")
    assert ledger.forget(T0 + timedelta(days=1), most=10) == [old.job_id]
    ledger.record("orders", T0, adoptions=[adoption(2, "8")])
    (adopted,) = ledger.attempts_in({PLACED})
    ledger.move([Transition(adopted.id, PLACED, ENDED, {})], T0)
    attempts = intend(ledger, *add(ledger, content(3), content(4), content(5)))

    for each, call_id in zip(attempts, ("7", "8", "9"), strict=True):
        go(ledger, each.id, SENDING, PLACED, call_id=call_id)

    assert [each.id for each in ledger.attempts_in({ENDED})] == [old.id, adopted.id]
    assert [each.id for each in ledger.attempts_in({UNKNOWN})] == [each.id for each in attempts[:2]]
    assert [each.id for each in ledger.attempts_in({PLACED})] == [attempts[2].id]


def test_a_late_answer_under_an_id_that_was_given_again_is_nobodys(ledger: Ledger) -> None:
    first, second = intend(ledger, *add(ledger, content(1), content(2)))
    go(ledger, first.id, SENDING, PLACED, ENDED, call_id="7")
    go(ledger, second.id, SENDING, PLACED, call_id="7")

    news = {"polled_at": T0, "call_status": 2, "dtmf": "9"}
    ledger.report([(first.id, news)], T0, opting_out={first.id: "9"})

    (ended,) = ledger.attempts_in({ENDED})
    assert (ended.polled_at, ended.call_status, ended.dtmf) == (T0, None, None)
    assert ledger.opted_out([content(1).number]) == {}


def test_an_id_that_a_person_typed_beside_another_number_stays_its_calls(ledger: Ledger) -> None:
    (first,) = intend(ledger, *add(ledger, content(1)))
    go(ledger, first.id, SENDING, PLACED, ENDED, call_id="7")
    ledger.record("orders", T0, adoptions=[adoption(2, "7")])

    ledger.report([(first.id, {"call_status": 2, "dtmf": "1"})], T0)

    assert [each.dtmf for each in ledger.attempts_in({ENDED})] == ["1"]


def test_words_that_no_database_takes_are_kept_without_what_it_refuses(ledger: Ledger) -> None:
    """A NUL, and half of a surrogate pair: in what the portal says, or a person types."""
    odd = "Bad\0 number \ud83d, \U0001f4de, نمبر"
    told = "Bad number ?, \U0001f4de, نمبر"
    (job,) = add(ledger, content(1, texts=(odd, "", "", "", "")))
    (attempt,) = intend(ledger, job)
    go(ledger, attempt.id, SENDING)

    ledger.move([Transition(attempt.id, SENDING, AttemptState.REFUSED, {"problem": odd})], T0)
    for _ in range(2):
        ledger.set_fact(facts.unsafe(odd), odd)

    assert only(ledger).problem == told
    assert ledger.fact(facts.unsafe(odd)) == told
    # What is sent for a call, and by which it is known again, stays as it is to the letter.
    assert (job.content.texts[0], job.fingerprint) == (odd, job.content.fingerprint())


def test_a_value_that_the_database_refuses_costs_no_other_move(ledger: Ledger) -> None:
    attempts = intend(ledger, *add(ledger, *(content(number) for number in range(4))))
    for each in attempts:
        go(ledger, each.id, SENDING)
    moves = [Transition(each.id, SENDING, PLACED, {"call_id": str(each.id)}) for each in attempts]
    refused = Transition(attempts[1].id, SENDING, PLACED, {"call_id": "9", "retry": 2**70})
    impossible = Transition(attempts[2].id, ENDED, SENDING, {})

    left = ledger.keep([moves[0], refused, impossible, moves[3]], T0)

    assert left == [refused, impossible]
    kept = sorted(ledger.attempts_in(AttemptState), key=lambda each: each.id)
    assert [each.state for each in kept] == [PLACED, SENDING, SENDING, PLACED]


# --- Reports and adoptions ------------------------------------------------------------------------


def test_reports_are_kept_with_their_history(ledger: Ledger, address: str) -> None:
    first, second = intend(ledger, *add(ledger, content(1), content(2)))
    for each in (first, second):
        go(ledger, each.id, SENDING, PLACED)
    later = T0 + timedelta(seconds=30)

    ledger.report(
        [
            (first.id, {"polled_at": later, "call_status": 2, "dtmf": "1", "retry": 1}),
            (second.id, {"polled_at": later}),
        ],
        later,
    )
    ledger.report([], later)

    one, two = sorted(ledger.attempts_in({PLACED}), key=lambda each: each.id)
    assert (one.call_status, one.dtmf, one.retry, one.polled_at) == (2, "1", 1, later)
    assert (two.call_status, two.dtmf, two.retry, two.polled_at) == (None, None, 0, later)
    assert history(address, first.id)[-1] == "call status 2, key 1"
    assert history(address, second.id)[-1] == "placed"


def test_a_report_says_nothing_of_a_call_in_doubt(ledger: Ledger) -> None:
    first, second = intend(ledger, *add(ledger, content(1), content(2)))
    for each in (first, second):
        go(ledger, each.id, SENDING, PLACED, call_id="7")

    ledger.report([(first.id, {"call_status": 2, "dtmf": "1"})], T0)

    assert {each.call_status for each in ledger.attempts_in(AttemptState)} == {None}


def test_a_late_answer_to_a_call_that_was_dialled_again_is_kept(ledger: Ledger) -> None:
    (first,) = intend(ledger, *add(ledger, content(1)))
    go(ledger, first.id, SENDING, PLACED, ENDED)

    ledger.report([(first.id, {"polled_at": T0, "call_status": 2, "dtmf": "1"})], T0)

    (late,) = ledger.attempts_in({ENDED})
    assert (late.call_status, late.dtmf, late.polled_at) == (2, "1", T0)


def test_the_attempts_of_some_campaigns_can_be_left_out(ledger: Ledger) -> None:
    intend(ledger, *add(ledger, content(1)))
    (test_call,) = intend(ledger, *add(ledger, content(2), campaign="orders (test calls)"))

    assert [each.id for each in ledger.attempts_in({INTENDED}, outside=["orders"])] == [
        test_call.id
    ]


def adoption(number: int, call_id: str) -> Adoption:
    return Adoption(NewJob(next(_refs), content(number)), call_id, T0 - timedelta(hours=1))


def test_adopted_calls_are_followed(ledger: Ledger, address: str) -> None:
    ledger.record("orders", T0, adoptions=[adoption(1, "7"), adoption(2, "8")])

    first, second = ledger.attempts_in({PLACED})
    assert (first.call_id, first.reason, second.call_id) == ("7", Reason.ADOPTED, "8")
    assert first.placed_at == T0 - timedelta(hours=1)
    assert len(ledger.jobs("orders")) == 2
    assert history(address, first.id) == ["adopted"]


def test_a_call_to_a_busy_number_is_not_adopted(ledger: Ledger) -> None:
    intend(ledger, *add(ledger, content(1)))

    ledger.record("orders", T0, adoptions=[adoption(1, "7"), adoption(2, "8")])

    assert [each.call_id for each in ledger.attempts_in({PLACED})] == ["8"]
    assert len(ledger.jobs("orders")) == 2


def test_a_call_id_of_another_number_is_held_for_a_person(ledger: Ledger) -> None:
    [attempt] = intend(ledger, *add(ledger, content(1)))
    go(ledger, attempt.id, SENDING, PLACED, call_id="7")

    ledger.record("orders", T0, adoptions=[adoption(2, "7"), adoption(3, "9"), adoption(4, "9")])

    assert [each.call_id for each in ledger.attempts_in({PLACED})] == ["7", "9"]
    assert [each.number for each in ledger.attempts_in({UNKNOWN})] == [
        content(2).number,
        content(4).number,
    ]


# --- One process at a time, and crashes -----------------------------------------------------------


def test_another_process_is_kept_out_until_its_death(ledger: Ledger, address: str) -> None:
    with process("hold", address) as holder:
        assert line_of(holder) == "held"
        with pytest.raises(AnotherDialer, match="Another process"), ledger.held():
            pass
        assert busy(ledger) == {}  # only dialling is kept out
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        wait_until(lambda: can_hold(ledger))


def test_the_lock_is_given_back(ledger: Ledger, address: str) -> None:
    other = Ledger(address, new_id="other")
    with ledger.held():
        assert not can_hold(other)
    assert can_hold(other)
    other.close()


def can_hold(ledger: Ledger) -> bool:
    try:
        with ledger.held():
            return True
    except AnotherDialer:
        return False


def wait_until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_what_a_killed_process_committed_is_all_there(ledger: Ledger, address: str) -> None:
    with process("commit", address) as running:
        said = [line_of(running) for _ in range(15)]
        running.send_signal(signal.SIGKILL)
        assert running.stdout is not None
        said += running.stdout.read().split()

    placed = [each.call_id for each in ledger.attempts_in({PLACED})]
    assert set(said) <= set(placed)
    assert len(placed) <= len(said) + 1


def test_many_processes_open_a_new_ledger_at_once(
    address: str, open_ledger: Callable[[str], Ledger]
) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, str(PROCESS), "open", address], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    assert [each.communicate()[0].strip() for each in running] == ["open"] * 4
    assert open_ledger(address).id == "process1"


def test_reading_waits_for_no_writer(ledger: Ledger, address: str) -> None:
    jobs = add(ledger, content(1))
    engine = sa.create_engine(address)
    with engine.connect() as writer:
        if engine.dialect.name == "sqlite":
            writer.exec_driver_sql("BEGIN IMMEDIATE")
        writer.execute(sa.text("UPDATE jobs SET granted = 9"))
        begun = time.monotonic()

        assert ledger.jobs("orders") == jobs
        assert busy(ledger) == {}
        assert ledger.attempts_in(AttemptState) == []
        assert ledger.fence("Calls") == FenceState()

        assert time.monotonic() - begun < 2
        writer.rollback()
    engine.dispose()


# --- Ledgers that can't be used -------------------------------------------------------------------


def test_a_newer_ledger_is_refused(address: str) -> None:
    Ledger(address, new_id="old").close()
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE facts SET value = '999' WHERE name = 'schema'"))
    engine.dispose()

    with pytest.raises(LedgerError, match=r"newer version.*Upgrade"):
        Ledger(address, new_id="new")


def test_another_programs_database_is_left_alone(address: str) -> None:
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE jobs (whose INTEGER)"))

    with pytest.raises(LedgerError, match="another program"):
        Ledger(address, new_id="new")
    assert sa.inspect(engine).get_table_names() == ["jobs"]
    engine.dispose()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "dialer.db",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite://dialer.db",
        "mysql://u:geheim@h/d",
        "postgresql+nothing://u:geheim@h/d",
        "postgresql://u:geheim@h",
        "postgresql://u:geheim@h:port/d",
        "://geheim",
    ],
)
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(LedgerError, match="sqlite:///") as caught:
        Ledger(address, new_id="new")
    assert "geheim" not in told(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:p@geheim@host/db",
        "postgresql://me:p@geheim/x@host/db",
        "postgresql://me:p@geheim/db?x@host/db",
        "postgresql://host/db?user=me&password=geheim",
        "postgresql://me@host/db?passwd=geheim",
        "postgresql+psycopg://me@host/db?sslmode=require&SSLPassword=geheim",
    ],
)
def test_a_password_that_errors_would_show_is_refused(address: str) -> None:
    with pytest.raises(LedgerError, match=r"%40|user:password@host.*PGPASSWORD") as caught:
        Ledger(address, new_id="new")
    assert "geheim" not in told(caught.value)


def test_a_new_ledgers_files_are_for_their_owner_only(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        ledger = Ledger(f"sqlite:///{tmp_path}/dialer.db", new_id="new")
        ledger.set_fact(facts.SERVER, "b")
        files = [tmp_path / f"dialer.db{end}" for end in ("", "-wal", "-shm")]
        assert [file.stat().st_mode & 0o777 for file in files] == [0o600] * 3
        ledger.close()
        files[0].chmod(0o640)  # a person's own choice
        Ledger(f"sqlite:///{tmp_path}/dialer.db", new_id="new").close()
        assert files[0].stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)


def test_a_server_that_is_not_there() -> None:
    address = "postgresql://me:geheim@127.0.0.1:1/calls?application_name=geheim"
    with pytest.raises(LedgerError, match="server runs") as caught:
        Ledger(address, new_id="new")
    assert "me:***@" in str(caught.value)
    assert "geheim" not in told(caught.value)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="Make the folder"):
        Ledger(f"sqlite:///{tmp_path}/no/such/dialer.db", new_id="new")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(LedgerError, match="write to the folder"):
        Ledger(f"sqlite:///{tmp_path}/dialer.db", new_id="new")
    tmp_path.chmod(0o700)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "dialer.db"
    file.write_bytes(b"garbage " * 500)

    with pytest.raises(LedgerError, match=r"not a database.*backup"):
        Ledger(f"sqlite:///{file}", new_id="new")
    assert file.read_bytes() == b"garbage " * 500


def test_a_folder_in_the_files_place(tmp_path: Path) -> None:
    with pytest.raises(LedgerError):
        Ledger(f"sqlite:///{tmp_path}", new_id="new")


def test_trouble_at_work_is_an_error_of_ours_and_shows_no_number(
    ledger: Ledger, address: str
) -> None:
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE events"))
    engine.dispose()
    [job] = add(ledger, content(1))

    with pytest.raises(LedgerError) as caught:
        intend(ledger, job)

    assert job.content.number not in told(caught.value)
    assert busy(ledger) == {}  # and nothing of it was kept


def told(error: BaseException) -> str:
    """All that a traceback could show."""
    return "".join(traceback.format_exception(error))


# --- SQLite's settings, and speed -----------------------------------------------------------------


def test_sqlite_loses_nothing_when_the_power_fails(tmp_path: Path) -> None:
    file = tmp_path / "dialer.db"
    ledger = Ledger(f"sqlite:///{file}", new_id="new")
    with ledger._reading() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    ledger.close()

    full = 2
    assert settings == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "busy_timeout": 30000,
    }
    with sqlite3.connect(file) as plain:
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    plain.close()


def statements(ledger: Ledger, work: Callable[[], object]) -> int:
    """How many statements the work takes."""
    seen: list[Sequence[str]] = []
    engine = ledger._engine

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", count)
    work()
    sa.event.remove(engine, "before_cursor_execute", count)
    return len(seen)


def test_large_batches_take_few_statements(ledger: Ledger) -> None:
    jobs = add(ledger, *(content(number) for number in range(1000)))
    attempts: list[Attempt] = []

    assert statements(ledger, lambda: attempts.extend(intend(ledger, *jobs))) <= 10
    assert [each.job_id for each in attempts] == [job.id for job in jobs]
    some = attempts[:64]
    sending = [Transition(each.id, INTENDED, SENDING, {"sending_at": T0}) for each in some]
    placed = [
        Transition(each.id, SENDING, PLACED, {"call_id": str(each.id), "placed_at": T0})
        for each in some
    ]
    assert statements(ledger, lambda: ledger.move(sending, T0)) <= 6
    assert statements(ledger, lambda: ledger.move(placed, T0)) <= 6
    reports = [(each.id, {"polled_at": T0, "call_status": 1}) for each in some]
    assert statements(ledger, lambda: ledger.report(reports, T0)) <= 6
    assert len(ledger.attempts_in({PLACED})) == 64
    adoptions = [adoption(number, f"a{number}") for number in range(2000, 3000)]
    assert statements(ledger, lambda: ledger.record("orders", T0, adoptions=adoptions)) <= 15
    assert len(ledger.attempts_in({PLACED})) == 1064
