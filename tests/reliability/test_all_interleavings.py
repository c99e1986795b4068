"""Two dialers on one row, in every order of their steps: never two calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.support.interleavings import Dialer, Ledger, Search, State, row

NEW_ROW = row(Phone="0300 1234567")


def two_machines(passes: int) -> State:
    """A new row, and two ledgers that know nothing yet."""
    one, other = Ledger("aaaaaaaa"), Ledger("bbbbbbbb")
    return State((NEW_ROW,), (Dialer(one, "aaa0", passes), Dialer(other, "bbb0", passes)))


def one_ledger_copied(passes: int) -> State:
    """A ledger with a queued row, and its copy on another machine."""
    alone = replace(two_machines(0), troubles=0, kills=0)
    alone = replace(alone, dialers=(replace(alone.dialers[0], passes=1), alone.dialers[1]))
    # One undisturbed pass of the first dialer queues the row.
    (read,) = Search().steps_of(alone)
    (queued,) = Search().steps_of(read)
    ledger = queued.dialers[0].ledger
    assert len(ledger.jobs) == 1
    dialers = (Dialer(ledger, "aaa1", passes, 1), Dialer(ledger, "bbb1", passes, 1))
    return replace(queued, dialers=dialers, versions=queued.versions[-1:], troubles=1, kills=1)


def a_called_row(passes: int) -> State:
    """A row that was called and shows its result, on which a person may choose Call again once."""
    state = replace(two_machines(0), troubles=0, kills=0, words=0, answers=True)
    state = replace(state, dialers=(replace(state.dialers[0], passes=3), state.dialers[1]))
    while steps := list(Search().steps_of(replace(state, versions=state.versions[-1:]))):
        (state,) = steps
    assert state.calls == 1
    reconciler = Dialer(state.dialers[0].ledger, "aaa1", passes, 3)
    return replace(
        state,
        dialers=(reconciler, state.dialers[1]),
        versions=state.versions[-1:],
        troubles=1,
        kills=1,
        words=1,
        orders=1,
        calls=0,
    )


BEGINNINGS = pytest.mark.parametrize(
    "beginning", [two_machines, one_ledger_copied], ids=["two ledgers", "a ledger and its copy"]
)


def longer(beginning: Callable[[int], State]) -> list[State]:
    """Three passes each; a ledger and its copy with either a write that loses its answer or a kill,
    which is as much as a search can visit."""
    if beginning is two_machines:
        return [beginning(3)]
    return [replace(beginning(3), kills=0), replace(beginning(3), troubles=0)]


@BEGINNINGS
def test_no_order_of_steps_leads_to_two_calls(
    beginning: Callable[[int], State], full: bool
) -> None:
    for begin in longer(beginning) if full else [beginning(2)]:
        search = Search()
        search.run(begin)
        print(f"{search.states} states, at most {search.calls} call")
        assert search.doubles == 0
        assert search.calls == 1


def test_on_a_document_that_refuses_and_tells_nothing_the_same_search_finds_double_calls() -> None:
    """With ledgers of their own two dialers call nobody twice even there, in as few passes: each
    sees the rest of the other's mark."""
    begin = one_ledger_copied(2)
    mute = tuple(replace(sheet, tells_ranges=False) for sheet in begin.versions)
    search = Search(fenced=False)
    search.run(replace(begin, versions=mute))
    assert search.doubles > 0


@BEGINNINGS
def test_no_order_of_steps_leads_to_two_calls_where_overlapping_writes_are_both_accepted(
    beginning: Callable[[int], State], full: bool
) -> None:
    whole = beginning(2)
    parts = [whole] if full else [replace(whole, kills=0, words=0), replace(whole, troubles=0)]
    for begin in parts if full else parts[beginning is two_machines :]:
        search = Search(rebased=True)
        search.run(begin)
        print(f"{search.states} states, at most {search.calls} call")
        assert search.doubles == 0
        assert search.calls == 1


@pytest.mark.parametrize("rebased", [False, True])
def test_no_order_of_steps_hears_one_call_again_twice(rebased: bool, full: bool) -> None:
    search = Search(rebased=rebased)
    search.run(a_called_row(7 if full else 4))
    print(f"{search.states} states, at most {search.calls} call")
    assert search.doubles == 0
    assert search.calls == 1
