"""A portal that gives ids twice: over HTTP against the sandbox, and in any order in the ledger."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets_dialer.base.clock import Clock
from sheets_dialer.dialing.circuit_breaker import CircuitBreaker
from sheets_dialer.domain.attempt import Attempt, AttemptState, Reason, Transition
from sheets_dialer.domain.call_lifecycle import as_ended, is_followed
from sheets_dialer.domain.content import Content
from sheets_dialer.domain.job import Adoption, Job, NewJob
from sheets_dialer.ledger.facts import breaker
from sheets_dialer.ledger.ledger import Intent, Ledger
from tests.support.bench import BRISK, Bench
from tests.support.dialing import eventually
from tests.support.planning import World, content
from tests.support.running import RunningSandbox

INTENDED, SENDING, PLACED, ENDED, UNKNOWN = (
    *(AttemptState.INTENDED, AttemptState.SENDING, AttemptState.PLACED),
    *(AttemptState.ENDED, AttemptState.UNKNOWN),
)
T0 = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_refs = (f"shared{number}" for number in itertools.count(1))


@pytest.fixture
def bench(fast_sandbox: RunningSandbox, tmp_path: Path) -> Iterator[Bench]:
    """A bench of the test's own, on a portal without habits."""
    fast_sandbox.reset(limits=False)
    fast_sandbox.post(
        "/_sandbox/portal", {"call_ids": "own", "latency": 0, "balance": 10**6, "answered": 1}
    )
    made = Bench(fast_sandbox, tmp_path)
    yield made
    made.close()


def numbers(count: int, begin: int = 0) -> list[str]:
    return [f"92300{4_000_000 + begin + each}" for each in range(count)]


# --- Over HTTP -----------------------------------------------------------------------------------


@pytest.mark.parametrize("latency", [0, 0.3])
def test_one_id_for_all_costs_three_rows_and_no_more(bench: Bench, latency: float) -> None:
    before = len(bench.sandbox.get("/_sandbox/calls"))
    bench.sandbox.post("/_sandbox/portal", {"call_ids": "one", "latency": latency})
    worker = bench.worker()
    worker.dial(bench.confirmed(*numbers(20)))
    eventually(lambda: "did go out" in (worker.caution() or ""))
    eventually(lambda: not worker.in_flight())
    assert len(bench.sandbox.get("/_sandbox/calls")) - before == 3
    assert bench.states().count("unknown") == 3
    assert all(each.went_out for each in bench.attempts() if each.state is UNKNOWN)

    # The next process knows; a person's word costs one more row at most while nothing is mended.
    worker.finish()
    again = bench.worker()
    assert "did go out" in (again.caution() or "")
    again.resume()
    again.dial(bench.confirmed(*numbers(5, 100)))
    eventually(lambda: again.caution() is not None)
    eventually(lambda: not again.in_flight())
    assert bench.states().count("unknown") == 4

    bench.sandbox.post("/_sandbox/portal", {"call_ids": "own", "latency": 0})
    again.withdraw()
    again.resume()
    again.dial(bench.confirmed(*numbers(5, 200)))
    eventually(lambda: sum(each.state is PLACED for each in bench.attempts()) == 5)
    assert bench.states().count("unknown") == 4


def test_ids_that_begin_anew_while_their_calls_go_on_stop_all(bench: Bench) -> None:
    bench.sandbox.post("/_sandbox/portal", {"next_call_id": 1})
    slow = replace(BRISK, poll_first_after=timedelta(hours=1))
    worker = bench.worker(calls_per_minute=600)
    worker.dial(bench.confirmed(*numbers(8), policy=slow))
    eventually(lambda: bench.states().count("placed") == 8)

    asked = bench.requests()
    bench.sandbox.post("/_sandbox/portal", {"next_call_id": 1})
    worker.dial(bench.confirmed(*numbers(20, 50), policy=slow))
    eventually(lambda: worker.caution() is not None)
    eventually(lambda: not worker.in_flight())
    # Each call takes the older one with its id along. On a slow machine a second request may have
    # left before the first one's reply was there.
    sent = bench.requests() - asked
    assert bench.states().count("unknown") == 2 * sent
    assert bench.states().count("placed") == 8 - sent
    if sent == 1:
        assert "waits until those in progress are over" in (worker.caution() or "")
    else:
        assert (worker.caution() or "").startswith("Stopped: the portal gives calls ids")


def test_what_an_earlier_version_remembered_of_the_portal_still_stops_calls(bench: Bench) -> None:
    """It named no address; no other portal than that of today hears of it."""
    tripped = CircuitBreaker(
        failures=3, kind=UNKNOWN, tripped_at=bench.clock.now(), problem="No reply."
    )
    bench.ledger.set_fact(breaker(None), tripped.to_text())
    bench.ledger.portal = "https://a.pk"
    for _ in range(2):
        assert bench.worker().caution() is not None
    bench.ledger.portal = "https://b.pk"
    assert bench.worker().caution() is None


def test_an_id_whose_call_ended_long_ago_is_the_new_calls(bench: Bench) -> None:
    bench.sandbox.post("/_sandbox/portal", {"next_call_id": 1, "key_pressed": 1, "keys": {"2": 1}})
    worker = bench.worker()
    worker.dial(bench.confirmed(*numbers(3), policy=BRISK))
    eventually(lambda: sum(each.dtmf == "2" for each in bench.attempts()) == 3)
    now = bench.clock.now()
    bench.ledger.move(
        [Transition(each.id, PLACED, ENDED, {"ended_at": now}) for each in bench.attempts()], now
    )
    worker.finish()

    bench.clock = Clock(now=lambda: datetime.now(UTC) + timedelta(hours=9))
    bench.sandbox.post("/_sandbox/portal", {"next_call_id": 1, "keys": {"1": 1}})
    worker = bench.worker()
    worker.dial(bench.confirmed(*numbers(3, 70)))
    eventually(lambda: [each.dtmf for each in bench.attempts()] == ["2"] * 3 + ["1"] * 3)
    assert [each.call_id for each in bench.attempts()] == ["1", "2", "3"] * 2
    assert worker.caution() is None


def test_nothing_leaves_along_with_a_reply_that_makes_no_sense(bench: Bench) -> None:
    """The ledger holds it back, and it goes out later if caution allows."""
    first, second, third = bench.confirmed(*numbers(3))
    for each in (first, second):
        bench.ledger.move([Transition(each.attempt.id, INTENDED, SENDING, {})], T0)
    told = {"call_id": "7"}
    bench.ledger.move([Transition(first.attempt.id, SENDING, PLACED, told)], T0)
    moved = bench.ledger.moved(
        [
            Transition(second.attempt.id, SENDING, PLACED, told),
            Transition(third.attempt.id, INTENDED, SENDING, {}),
        ],
        T0,
    )
    assert moved.held == {third.attempt.id}
    assert moved.doubted == {first.attempt.id, second.attempt.id}
    assert bench.states() == ["unknown", "unknown", "intended"]


# --- Whose an id is ------------------------------------------------------------------------------


def place(ledger: Ledger, number: str, call_id: str, now: datetime) -> int:
    """A call that the portal takes with this id; its attempt."""
    new = NewJob(next(_refs), Content(number, "102"))
    ledger.record("orders", now, new_jobs=[new])
    (job,) = ledger.jobs_with("orders", refs=[new.ref])
    (attempt,) = ledger.record("orders", now, intents=[Intent(job, Reason.FIRST)])
    ledger.move([Transition(attempt.id, INTENDED, SENDING, {"sending_at": now})], now)
    values = {"call_id": call_id, "placed_at": now}
    ledger.move([Transition(attempt.id, SENDING, PLACED, values)], now)
    return attempt.id


def states(ledger: Ledger) -> dict[int, AttemptState]:
    return {each.id: each.state for each in ledger.attempts_in(AttemptState)}


@pytest.mark.parametrize(
    ("hours", "doubted"), [(0, True), (1, True), (5.9, True), (6.1, False), (24, False)]
)
def test_an_id_stays_its_own_for_a_time_after_its_call(
    ledger: Ledger, hours: float, doubted: bool
) -> None:
    first = place(ledger, "923001234501", "7", T0)
    ledger.move([Transition(first, PLACED, ENDED, {"ended_at": T0})], T0)
    second = place(ledger, "923001234502", "7", T0 + timedelta(hours=hours))
    assert states(ledger) == {first: ENDED, second: UNKNOWN if doubted else PLACED}


def test_a_call_that_is_not_over_keeps_its_id_however_old_it_is(ledger: Ledger) -> None:
    first = place(ledger, "923001234501", "7", T0)
    second = place(ledger, "923001234502", "7", T0 + timedelta(days=3))
    assert states(ledger) == {first: UNKNOWN, second: UNKNOWN}


def test_at_another_address_an_id_is_another_calls(
    address: str, open_ledger: Callable[[str], Ledger]
) -> None:
    here, there = open_ledger(address), open_ledger(address)
    here.portal, there.portal = "https://here.pk", "https://there.pk"
    first = place(here, "923001234501", "7", T0)
    second = place(there, "923001234502", "7", T0)
    assert states(here) == {first: PLACED, second: PLACED}
    known = {each.id: each.portal for each in here.attempts_in({PLACED})}
    assert known == {first: "https://here.pk", second: "https://there.pk"}
    # Late answers to the first stay its own.
    here.move([Transition(first, PLACED, ENDED, {})], T0)
    here.report([(first, {"call_status": 2, "dtmf": "1"})], T0)
    assert [each.dtmf for each in here.attempts_in({ENDED})] == ["1"]


def test_a_late_answer_is_the_new_calls_once_its_id_is_the_new_calls(ledger: Ledger) -> None:
    first = place(ledger, "923001234501", "7", T0)
    ledger.move([Transition(first, PLACED, ENDED, {"ended_at": T0})], T0)
    later = T0 + timedelta(hours=9)
    second = place(ledger, "923001234502", "7", later)
    told = {"polled_at": later, "call_status": 2, "dtmf": "9"}
    ledger.report([(first, told), (second, told)], later, opting_out={first: "9", second: "9"})
    by_id = {each.id: each for each in ledger.attempts_in(AttemptState)}
    assert (by_id[first].dtmf, by_id[second].dtmf) == (None, "9")
    assert set(ledger.opted_out(["923001234501", "923001234502"])) == {"923001234502"}


@pytest.mark.parametrize(
    ("hours", "portal", "state"),
    [
        (1, "https://a.pk", UNKNOWN),
        (9, "https://a.pk", PLACED),
        (1, "https://b.pk", PLACED),
        (1, None, UNKNOWN),
    ],
)
def test_a_strange_call_with_an_id_of_long_ago_or_of_elsewhere_is_adopted(
    ledger: Ledger, hours: float, portal: str | None, state: AttemptState
) -> None:
    ledger.portal = "https://a.pk"
    first = place(ledger, "923001234501", "7", T0)
    ledger.move([Transition(first, PLACED, ENDED, {"ended_at": T0})], T0)
    ledger.portal = portal
    job = NewJob(next(_refs), Content("923001234502", "102"))
    adoption = Adoption(job, "7", T0 + timedelta(hours=hours))
    ledger.record("orders", T0, adoptions=[adoption])
    (adopted,) = [each for each in ledger.attempts_in(AttemptState) if each.id != first]
    assert (adopted.state, adopted.portal) == (state, portal)


@settings(max_examples=60)
@given(
    calls=st.lists(
        st.tuples(
            st.sampled_from(["1", "2", "3"]),
            st.sampled_from(["https://a.pk", "https://b.pk"]),
            st.sampled_from([0.0, 1.0, 4.0, 7.0]),
            st.booleans(),
        ),
        max_size=10,
    )
)
def test_no_two_calls_ever_wait_for_answers_under_one_id(
    tmp_path_factory: pytest.TempPathFactory, calls: list[tuple[str, str, float, bool]]
) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path_factory.mktemp('ids')}/l.db", new_id="abcdefgh")
    now = T0
    try:
        for place_of, (call_id, portal, hours, ends) in enumerate(calls):
            now += timedelta(hours=hours)
            ledger.portal = portal
            before = states(ledger)
            made = place(ledger, f"92300123{place_of:04}", call_id, now)
            open_calls = [(each.portal, each.call_id) for each in ledger.attempts_in({PLACED})]
            assert len(set(open_calls)) == len(open_calls)
            after = states(ledger)
            # What was over stays as it was, and so does what was in doubt.
            assert all(after[each] is was for each, was in before.items() if was is not PLACED)
            if ends and after[made] is PLACED:
                ledger.move([Transition(made, PLACED, ENDED, {"ended_at": now})], now)
    finally:
        ledger.close()


# --- The address was changed ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("placed_at", "asked", "is_asked"),
    [
        ("https://a.pk", "https://a.pk", True),
        ("https://a.pk", "https://b.pk", False),
        (None, "https://b.pk", True),
        ("https://a.pk", "", True),
    ],
)
def test_a_call_is_asked_about_where_it_was_placed(
    ledger: Ledger, placed_at: str | None, asked: str, is_asked: bool
) -> None:
    ledger.portal = placed_at
    place(ledger, "923001234501", "7", T0)
    (attempt,) = ledger.attempts_in({PLACED})
    policy = replace(BRISK, portal=asked)
    assert is_followed(attempt, T0, policy, later=()) is is_asked
    assert (as_ended(attempt, policy).problem_code is None) is is_asked
    settled = T0 + timedelta(hours=1)
    known = replace(attempt, call_status=2, dtmf="1", changed_at=T0, polled_at=settled)
    assert as_ended(known, policy).problem_code is None, "nothing more was to come of it"


def test_a_row_without_its_ref_is_known_by_its_call_and_its_number() -> None:
    """Though another call got the same id since."""
    now = datetime(2026, 7, 15, 12, tzinfo=UTC)
    jobs = []
    for job_id, phone in ((1, "0300 1111111"), (2, "0300 2222222")):
        asked = content({"Phone": phone})
        tried = Attempt(
            id=job_id, job_id=job_id, number=asked.number, state=ENDED, intended_at=now,
            placed_at=now, call_id="7", call_status=2, dtmf=str(job_id),
        )  # fmt: skip
        jobs.append(
            Job(job_id, "orders", f"r{job_id}", asked, asked.fingerprint(), now, attempts=(tried,))
        )
    shows = {"Status": "Answered", "Call ID": "7"}
    sheet: list[dict[str, object]] = [
        {"Phone": "0300 2222222", "Called Number": "923002222222", **shows},
        {"Phone": "0300 1111111", "Called Number": "923001111111", **shows},
    ]
    world = World(now=now, sheet=sheet, jobs=jobs)
    assert world.run().dials == ()
    assert [(row["Ref"], row["DTMF"]) for row in world.sheet] == [("r2", "2"), ("r1", "1")]
