"""The words of a call: the state table and what a job counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.domain.attempt import (
    NEVER_RANG,
    OPEN_STATES,
    TRANSITIONS,
    Attempt,
    AttemptState,
    Reason,
)
from sheets_dialer.domain.content import Content
from sheets_dialer.domain.job import Job, NewJob
from sheets_dialer.domain.portal_status import CALL_STATUS_WORDS, NOT_REACHED, call_status_words

S = AttemptState
NOW = datetime(2026, 7, 15, 7, 0, tzinfo=UTC)
TABLE = {
    (S.INTENDED, S.SENDING),
    (S.INTENDED, S.WITHDRAWN),
    (S.SENDING, S.PLACED),
    (S.SENDING, S.REFUSED),
    (S.SENDING, S.NOT_SENT),
    (S.SENDING, S.TURNED_AWAY),
    (S.SENDING, S.UNKNOWN),
    (S.PLACED, S.ENDED),
    (S.PLACED, S.UNKNOWN),
    (S.UNKNOWN, S.RELEASED),
    (S.UNKNOWN, S.PLACED),
    (S.WITHDRAWN, S.UNKNOWN),
}
"""Written out here, not taken from the code: the design's line, the shared call id, the person, the
reply to a request that another process gave up, another dialer's write at the same moment."""


def test_the_table_covers_every_state() -> None:
    assert set(TRANSITIONS) == set(S)


def test_the_table_has_the_designs_moves_and_no_other() -> None:
    assert {(source, target) for source in TRANSITIONS for target in TRANSITIONS[source]} == TABLE


def test_every_state_is_reached_from_intended() -> None:
    reached = {S.INTENDED}
    while more := {target for source in reached for target in TRANSITIONS[source]} - reached:
        reached |= more
    assert reached == set(S)


def test_a_state_without_moves_is_over_and_holds_no_number() -> None:
    """One that was withdrawn holds none either, but may become doubtful."""
    assert {state for state in S if not TRANSITIONS[state]} == set(S) - OPEN_STATES - {S.WITHDRAWN}


def test_whatever_may_still_ring_is_open() -> None:
    assert set(OPEN_STATES) == {S.INTENDED, S.SENDING, S.PLACED, S.UNKNOWN}


def test_only_what_provably_never_left_is_tried_again_by_itself() -> None:
    assert set(NEVER_RANG) == {S.WITHDRAWN, S.NOT_SENT, S.TURNED_AWAY}
    assert not NEVER_RANG & OPEN_STATES


def test_statuses_have_the_vendors_words() -> None:
    assert dict(CALL_STATUS_WORDS) == {
        1: "Initiated",
        2: "Answered",
        3: "Congestion",
        4: "Busy",
        5: "No Answer",
        6: "Hangup",
        8: "Pushed to SIP",
    }
    assert set(NOT_REACHED) == {3, 4, 5, 6}
    assert call_status_words(7) == "Unknown status 7"


def attempt(state: AttemptState, reason: Reason = Reason.FIRST, number: int = 1) -> Attempt:
    return Attempt(number, 1, "923001234567", state, NOW + timedelta(minutes=number), reason)


def job(*attempts: Attempt, granted: int = 0) -> Job:
    content = Content("923001234567", "102")
    return Job(1, "orders", "r1", content, content.fingerprint(), NOW, granted, attempts=attempts)


def test_a_call_again_is_owed_until_an_attempt_for_it_may_have_rung() -> None:
    first = attempt(S.ENDED)
    assert not job(first).again_is_owed
    assert job(first, granted=1).again_is_owed
    assert job(first, attempt(S.NOT_SENT, Reason.AGAIN, 2), granted=1).again_is_owed
    assert not job(first, attempt(S.REFUSED, Reason.AGAIN, 2), granted=1).again_is_owed
    assert job(first, attempt(S.ENDED, Reason.REDIAL, 2), granted=1).again_is_owed


def test_tried_is_what_may_have_rung() -> None:
    each = [attempt(state, number=place) for place, state in enumerate(S)]
    assert [one.state for one in job(*each).tried] == [s for s in S if s not in NEVER_RANG]


contents = st.builds(
    Content,
    number=st.sampled_from(["923001234567", "923217654321"]),
    voice_id=st.sampled_from(["1", "2"]),
    # As they are heard: `tests/domain/test_spoken_sameness.py` tells what else sounds alike.
    amount=st.sampled_from(["", "5", "50", "55"]),
    texts=st.tuples(*[st.text("ab", max_size=2)] * 5),
    keys=st.tuples(*[st.text("ab", max_size=2)] * 5),
)


@given(contents, contents)
def test_fingerprints_are_equal_exactly_for_equal_contents(one: Content, other: Content) -> None:
    assert (one.fingerprint() == other.fingerprint()) == (one == other)


def test_text_that_moves_to_its_neighbour_is_other_content() -> None:
    one = Content("923001234567", "102", "", ("ab", "", "", "", ""))
    other = replace(one, texts=("a", "b", "", "", ""))
    assert one.fingerprint() != other.fingerprint()
    assert NewJob("r", one) != NewJob("r", other)
