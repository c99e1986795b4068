"""Google's quota is never exceeded by this process, whatever its campaigns want at once."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets_dialer.base.clock import Clock
from sheets_dialer.google_sheets.quota import (
    LONGEST_BACK_OFF,
    PassInterval,
    Quota,
    QuotaUsedUp,
    RequestKind,
)
from tests.support.examples import some_of


class Time:
    """Seconds that go by only in waiting and while a request is under way."""

    def __init__(self) -> None:
        self.now = 1000.0

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def quota(self, limit: int = 60, chance: float = 0.5) -> Quota:
        return Quota(Clock(steady=lambda: self.now), lambda: chance, self.wait, limit)


def spend(
    quota: Quota, time: Time, kind: RequestKind, latency: float = 0.0, *, refused: bool = False
) -> float:
    """Sends one request; returns when it left."""
    with quota.spending(kind) as ticket:
        left = time.now
        time.now += latency
        ticket.used = 1
        ticket.refused = refused
    return left


@settings(max_examples=some_of(120), deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 20), st.floats(0, 9), st.floats(0, 1), st.sampled_from(RequestKind)),
        min_size=20,
        max_size=80,
    ),
    st.integers(3, 12),
)
def test_no_minute_of_googles_holds_more_than_the_quota(
    requests: list[tuple[float, float, float, RequestKind]], limit: int
) -> None:
    clock = Time()
    quota = clock.quota(limit)
    counted: dict[RequestKind, list[float]] = {kind: [] for kind in RequestKind}
    for pause, latency, share, kind in requests:
        clock.now += pause
        left = spend(quota, clock, kind, latency)
        # Google counts it at some moment between the first byte and the answer.
        counted[kind].append(left + share * latency)
    for moments in counted.values():
        for begin in moments:
            assert sum(begin <= each < begin + 60 for each in moments) <= limit


def test_reads_and_writes_are_counted_apart() -> None:
    clock = Time()
    quota = clock.quota(10)
    for _ in range(10):
        spend(quota, clock, RequestKind.READ)
    assert quota.free(RequestKind.READ) == 0
    assert quota.free(RequestKind.WRITE) == 10
    assert spend(quota, clock, RequestKind.WRITE) == 1000
    assert spend(quota, clock, RequestKind.READ) >= 1060


def test_waiting_for_a_pass_takes_no_place() -> None:
    clock = Time()
    quota = clock.quota(10)
    for _ in range(10):
        spend(quota, clock, RequestKind.WRITE)
    quota.wait_for(reads=1)
    assert clock.now == 1000
    quota.wait_for(reads=1, writes=1)
    assert clock.now >= 1060
    assert quota.free(RequestKind.WRITE) == 10
    quota.wait_for()


def test_a_pass_may_hurry_while_the_next_one_has_its_share_too() -> None:
    clock = Time()
    quota = clock.quota(8)
    assert quota.may_hurry(campaigns=4)
    assert not quota.may_hurry(campaigns=5)
    spend(quota, clock, RequestKind.WRITE)
    assert not quota.may_hurry(campaigns=4)
    assert quota.may_hurry(campaigns=3)


def test_tries_that_were_not_needed_give_their_places_back() -> None:
    clock = Time()
    quota = clock.quota(10)
    with quota.spending(RequestKind.READ, 4) as ticket:
        assert quota.free(RequestKind.READ) == 6
        ticket.used = 2
    assert quota.free(RequestKind.READ) == 8
    with pytest.raises(OSError, match="cut"), quota.spending(RequestKind.READ, 4):
        raise OSError("cut")
    assert quota.free(RequestKind.READ) == 4, "nobody knows how many were sent"


def test_after_each_refusal_the_wait_doubles_and_a_success_starts_it_anew() -> None:
    clock = Time()
    quota = clock.quota(chance=0.25)
    waits = []
    for _ in range(9):
        spend(quota, clock, RequestKind.READ, refused=True)
        before = clock.now
        quota.wait_for(reads=1)
        waits.append(round(clock.now - before, 6))
    assert waits == [1.25, 2.25, 4.25, 8.25, 16.25, 32.25, *[LONGEST_BACK_OFF] * 3]
    spend(quota, clock, RequestKind.READ)
    spend(quota, clock, RequestKind.READ, refused=True)
    before = clock.now
    quota.wait_for(reads=1)
    assert clock.now - before == pytest.approx(1.25)
    assert quota.free(RequestKind.WRITE) == 60


def test_a_signal_shortens_the_waiting() -> None:
    clock = Time()
    quota = clock.quota(10)
    ending = False

    def wait(seconds: float) -> None:
        nonlocal ending
        clock.now += seconds
        ending = clock.now > 1005

    quota.ends_with(lambda: ending, wait)
    for _ in range(10):
        spend(quota, clock, RequestKind.READ)
    with pytest.raises(QuotaUsedUp, match="The next run goes on"):
        quota.wait_for(reads=1)
    assert clock.now < 1007
    assert spend(quota, clock, RequestKind.WRITE) < 1007, "what has room is still written"


def test_what_has_room_soon_is_waited_for_even_at_the_end() -> None:
    clock = Time()
    quota = clock.quota(10)
    for _ in range(10):
        spend(quota, clock, RequestKind.WRITE)
    clock.now += 55
    quota.ends_with(lambda: True, clock.wait)
    assert spend(quota, clock, RequestKind.WRITE) == pytest.approx(1060.5, abs=0.3)


def test_waiting_costs_no_time_when_there_is_room() -> None:
    quota = Quota(Clock(), lambda: 0.5, time.sleep)
    begun = time.perf_counter()
    for _ in range(60):
        with quota.spending(RequestKind.READ) as ticket:
            ticket.used = 1
    assert time.perf_counter() - begun < 0.2


@pytest.mark.parametrize(
    ("every", "campaigns", "limit", "seconds"),
    [(15, 1, 60, 15), (15, 15, 60, 15), (15, 24, 60, 24), (5, 20, 60, 20), (15, 15, 30, 30)],
)
def test_passes_come_more_rarely_when_there_are_too_many_campaigns(
    every: float, campaigns: int, limit: int, seconds: float
) -> None:
    pass_interval = PassInterval(timedelta(seconds=every), campaigns, limit)
    assert pass_interval.interval == timedelta(seconds=seconds)
    assert (pass_interval.sentence is None) == (seconds == every)


def test_that_they_do_is_said() -> None:
    assert PassInterval(timedelta(seconds=15), 24).sentence == (
        "Passes come every 24 s instead of 15 s: 24 campaigns share Google's quota."
    )
