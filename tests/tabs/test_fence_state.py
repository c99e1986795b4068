"""What is remembered of a tab's tokens: whatever happens, no token is used twice and nothing old is
planned from."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.base.errors import AnotherDialer, OldRead, TokenLost
from sheets_dialer.tabs.fence_state import OLD_STATE_RESTS, STANDS_BY, FenceState, FenceStep
from sheets_dialer.tabs.fencing_token import Token

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Karachi")
OURS = "ours0000"
TOKENS = st.builds(
    Token, st.sampled_from([OURS, "theirs00"]), st.integers(1, 9), st.sampled_from(["run1", "copy"])
)
MOMENTS = st.integers(0, 900).map(lambda seconds: NOW + timedelta(seconds=seconds))


def seen(
    state: FenceState, token: Token | None, *, runs: bool = True, at: datetime = NOW
) -> FenceStep:
    return state.observed(token, OURS, runs=runs, now=at, zone=ZONE)


@st.composite
def histories(draw: st.DrawFn) -> list[FenceStep]:
    """Steps, each from the state that the one before left."""
    steps = [FenceStep(FenceState())]
    for _ in range(draw(st.integers(1, 12))):
        state, token = steps[-1].state, draw(TOKENS)
        match draw(st.sampled_from(["read", "write", "land"])):
            case "read":
                runs, at = draw(st.booleans()), draw(MOMENTS)
                steps.append(seen(state, draw(st.sampled_from([token, None])), runs=runs, at=at))
            case "write":
                steps.append(state.counted_on(token, OURS, "run1"))
            case _:
                steps.append(state.landed(token))
    return steps


@given(histories())
def test_no_token_is_written_twice_whatever_was_read_between(history: list[FenceStep]) -> None:
    counts = [step.token.counter for step in history if step.token is not None]
    assert counts == sorted(set(counts))
    # Each is known again when a read shows it.
    for before, step in itertools.pairwise(history):
        if step.token is not None:
            assert step.token not in before.state.written
            assert step.state.last_token == step.token


@given(histories(), TOKENS, st.booleans(), MOMENTS)
def test_a_read_is_planned_from_only_if_it_is_the_newest_state_that_was_seen(
    history: list[FenceStep], token: Token, runs: bool, at: datetime
) -> None:
    before = history[-1].state
    step = seen(before, token, runs=runs, at=at)
    if step.error is None:
        assert step.state.newest_seen == token.counter
        is_known = token.ledger_id != OURS or token in before.written
        rested = before.resting is not None and at >= before.resting.since + OLD_STATE_RESTS
        assert token.counter >= before.newest_seen or not is_known or (rested and not runs)
    else:
        assert step.state.newest_seen == before.newest_seen
        assert isinstance(step.error, OldRead | AnotherDialer)
    if before.newest_seen:
        assert isinstance(seen(before, None).error, TokenLost)


@given(histories(), TOKENS, MOMENTS)
def test_a_token_of_ours_that_was_never_written_stops_calls_until_a_person_says_pause(
    history: list[FenceStep], token: Token, at: datetime
) -> None:
    before = history[-1].state
    step = seen(before, token, at=at)
    if token.ledger_id == OURS and token not in before.written:
        assert (step.doubts_marks, step.state.is_behind) == (True, True)
    if step.state.is_behind and step.error is None:
        assert step.obstacle is not None
        assert seen(step.state, token, at=at).obstacle == step.obstacle
        assert seen(seen(step.state, token, runs=False, at=at).state, token, at=at).obstacle is None


def test_a_step_leaves_the_state_that_it_was_taken_from_as_it_was() -> None:
    """What is refused is remembered all the same: since when it has stood there."""
    before = FenceState()
    step = seen(before, Token("theirs00", 7))
    assert isinstance(step.error, AnotherDialer)
    assert before == FenceState()
    assert seen(step.state, Token("theirs00", 7), at=NOW + STANDS_BY).error is None
    assert isinstance(seen(before, Token("theirs00", 7), at=NOW + STANDS_BY).error, AnotherDialer)
