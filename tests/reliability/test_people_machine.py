"""Acts of people, passes, the portal's progress and deaths, in any order: nobody is called twice
for the same, and in the end every result stands with the person called."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.planning.test_plan_properties import people_do
from tests.support.ledgered import LedgeredWorld
from tests.support.planning import moment

NOW = moment("2026-07-15 12:00")
PHONES = [f"0300 {each}{each}{each}1234" for each in range(1, 6)]
WORDS = ["", "Queued", "Skip", "hold", "Call again", "Answered", "Check", "Calling"]
places = st.integers(0, 9)
edits = st.one_of(
    st.tuples(st.just("paste"), st.sampled_from(PHONES), st.sampled_from(["", "50"])),
    st.tuples(st.just("sort"), st.randoms(use_true_random=False)),
    st.tuples(st.just("tear"), st.randoms(use_true_random=False)),
    st.tuples(st.just("copy"), places, places),
    st.tuples(st.just("delete"), places),
    st.tuples(st.just("clear"), places),
    st.tuples(st.just("word"), places, st.sampled_from(WORDS)),
    st.tuples(st.just("people"), places, st.just("Phone"), st.sampled_from([*PHONES, "", "0300"])),
    st.tuples(st.just("people"), places, st.just("Order ID"), st.sampled_from(["", "A", "B"])),
)
several = st.lists(edits, min_size=1, max_size=3)


class PeopleAtWork(RuleBasedStateMachine):
    """Steps of people, dialer and portal. `allowed` counts, by content, the calls that people have
    asked for beside the first one."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.world = LedgeredWorld(now=NOW, sheet=[], folder=Path(self._folder.name))
        self.allowed: Counter[str] = Counter()
        for phone in PHONES[:3]:
            self.world.sheet.append({"Phone": phone})

    @initialize(passes=st.integers(0, 4), asks=st.booleans())
    def some_passes_went_by(self, passes: int, asks: bool) -> None:
        for _ in range(passes):
            self.a_pass_goes_by()
        if asks:
            for call in self.world.calls:
                call.status, call.dtmf = 2, "1"
            self.world.ask()

    @rule(acts=several)
    def people_act(self, acts: list[tuple[Any, ...]]) -> None:
        for act in acts:
            before = self.world.asking_again()
            people_do(self.world.sheet, act)
            self.allowed += self.world.asking_again() - before

    @rule(acts=several)
    def a_pass_goes_by(self, acts: Sequence[tuple[Any, ...]] = ()) -> None:
        """With people who act between its read and its write."""
        self.world.begin_pass()
        self.people_act(list(acts))
        self.its_write_lands()
        while self.world.to_send:
            self.world.send()
        while self.world.sent:
            self.world.reply()

    @rule()
    def a_pass_begins(self) -> None:
        self.world.begin_pass()

    @rule()
    def its_write_lands(self) -> None:
        left = self.world.people_cells()
        before = self.world.asking_again()
        self.world.land()
        assert self.world.people_cells() == left, "people's cells were changed"
        # Written onto rows that were sorted meanwhile, a person's word may stand elsewhere.
        self.allowed += self.world.asking_again() - before

    @rule()
    def a_request_leaves(self) -> None:
        self.world.send()

    @rule()
    def a_reply_arrives(self) -> None:
        self.world.reply()

    @rule(place=places, status=st.sampled_from([1, 2, 4, 5, 8]), key=st.sampled_from([None, "1"]))
    def the_portal_goes_on(self, place: int, status: int, key: str | None) -> None:
        going = [call for call in self.world.calls if call.status in (1, 8)]
        if going:
            call = going[place % len(going)]
            call.status, call.dtmf = status, key if status == 2 else None

    @rule()
    def the_dialer_asks(self) -> None:
        self.world.ask()

    @rule()
    def the_process_dies(self) -> None:
        self.world.die()

    @rule(seconds=st.sampled_from([5, 40, 300]))
    def time_passes(self, seconds: int) -> None:
        self.world.now += timedelta(seconds=seconds)

    @invariant()
    def nobody_is_called_twice_for_the_same(self) -> None:
        for fingerprint, count in Counter(call.fingerprint for call in self.world.calls).items():
            assert count <= 1 + self.allowed[fingerprint], "called again, and nobody had asked"

    @invariant()
    def no_number_is_rung_twice_at_once(self) -> None:
        numbers = Counter(attempt.number for attempt, _ in self.world.sent)
        assert not numbers or max(numbers.values()) == 1

    def teardown(self) -> None:
        self.world.written = None
        self.world.die()
        self.world.settle()
        self.nobody_is_called_twice_for_the_same()
        for row, call in self.world.judged_rows():
            assert row.shown["called_number"] == call.number, f"another's call: {row}"
            assert row.shown["dtmf"] == (call.dtmf or ""), f"another's key: {row}"
            own = row.content is not None and row.content.number == call.number
            assert own or row.shown["why"], f"a call to {call.number}, without a word: {row}"
        self.world.ledger.close()
        self._folder.cleanup()


def test_whatever_happens_in_whatever_order(full: bool) -> None:
    run_state_machine_as_test(
        PeopleAtWork,
        settings=settings(
            max_examples=1000 if full else 60,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_copy_that_a_stray_write_hit_is_put_right(tmp_path: Path) -> None:
    sheet: list[dict[str, Any]] = [{"Phone": phone} for phone in PHONES[:2]]
    world = LedgeredWorld(now=NOW, sheet=sheet, folder=tmp_path)
    world.settle()
    people_do(world.sheet, ("copy", 0, 1))
    world.sheet[1] |= {"Call ID": world.sheet[2]["Call ID"], "Answer": "Cancelled", "DTMF": "2"}
    world.settle()
    one, other, _ = (row.shown for row in world.rows())
    reasons = sorted([one["why"], other["why"]])
    assert reasons[0] == ""
    assert reasons[1].startswith("These results belong to the row")
    assert one | {"why": ""} == other | {"why": ""}
    world.ledger.close()
