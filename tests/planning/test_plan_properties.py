"""What holds for every plan, whatever people did to the sheet and whatever the ledger remembers."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from sheets_dialer.domain.attempt import OPEN_STATES, Attempt, AttemptState, Reason
from sheets_dialer.domain.job import Job
from sheets_dialer.domain.phone_numbers import Number
from sheets_dialer.domain.policy import RedialRule
from sheets_dialer.planning.plan import Plan
from sheets_dialer.planning.status_words import shown
from sheets_dialer.tabs.control_tab import Control
from sheets_dialer.tabs.queue_columns import DIALER
from sheets_dialer.tabs.queue_rows import beside_their_calls
from sheets_dialer.tabs.status import is_ours
from tests.support.examples import some_of
from tests.support.planning import POLICY, World, content, moment, people_cells

NOW = moment("2026-07-15 12:00")
PHONES = ["0300 1111111", "0300 2222222", "923003333333", "0300-12", "0300 1111111/0300 2222222"]
WORDS = ["", "", "", "Queued", "Waiting", "Not called", "Calling", "Check", "Failed", "Answered"]
WORDS += ["No Answer", "Call again", "call  again", "Skip", "hold", "Unknown status 7"]
TEXTS = ["", "50", "x9", "r1", "theirs", "2026-07-15 11:59:00", "2020-01-01", "nonsense"]
PEOPLES = ["Phone", "Amount", "Order ID", "Call After", "Call Before"]
PEOPLES_CELLS = [*PHONES, "", "50", 46218.75, 0.5, True, "14:00", "2026-07-16 10:00", "tomorrow"]
BRIEF = settings(
    max_examples=some_of(150), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

minutes = st.integers(0, 6000).map(lambda number: NOW - timedelta(minutes=number))
attempts = st.builds(
    Attempt,
    id=st.just(0),
    job_id=st.just(0),
    number=st.just(""),
    state=st.sampled_from(AttemptState),
    intended_at=minutes,
    reason=st.sampled_from(Reason),
    call_status=st.none() | st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8]),
    dtmf=st.none() | st.sampled_from(["1", "9"]),
    retry=st.integers(0, 4),
    changed_at=st.none() | minutes,
    polled_at=st.none() | minutes,
)
jobs = st.tuples(
    st.sampled_from(PHONES[:3]),
    st.sampled_from(["", "50"]),
    minutes,
    st.integers(0, 2),
    st.booleans(),
    st.none() | minutes,
    st.lists(attempts, max_size=3),
)
edits = st.one_of(
    st.tuples(st.just("copy"), st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.just("delete"), st.integers(0, 9)),
    st.tuples(st.just("paste"), st.sampled_from(PHONES), st.sampled_from(["", "50"])),
    st.tuples(st.just("clear"), st.integers(0, 9)),
    st.tuples(st.just("word"), st.integers(0, 9), st.sampled_from(WORDS)),
    st.tuples(
        st.just("stray"),
        st.integers(0, 9),
        st.sampled_from(list(DIALER.values())),
        st.sampled_from(TEXTS),
    ),
    st.tuples(
        st.just("people"),
        st.integers(0, 9),
        st.sampled_from(PEOPLES),
        st.sampled_from(PEOPLES_CELLS),
    ),
    st.tuples(st.just("tear"), st.randoms(use_true_random=False)),
    st.tuples(st.just("sort"), st.randoms(use_true_random=False)),
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A sheet that people worked on, with the ledger of what was dialled from it."""
    world = World(now=NOW, sheet=[])
    ids = iter(range(1, 1000))
    held: set[str] = set()
    for number, (phone, amount, queued, granted, seen, cleared, tries) in enumerate(
        draw(st.lists(jobs, max_size=5)), start=1
    ):
        asked = content({"Phone": phone, "Amount": amount})
        made: list[Attempt] = []
        for one in sorted(tries, key=lambda each: each.intended_at):
            state = one.state
            if state in OPEN_STATES and (asked.number in held or one is not tries[-1]):
                state = AttemptState.ENDED
            if state in OPEN_STATES:
                held.add(asked.number)
            placed = state in (AttemptState.PLACED, AttemptState.ENDED)
            news = one if placed else replace(one, call_status=None, dtmf=None, polled_at=None)
            attempt_id = next(ids)
            made.append(
                replace(
                    news,
                    id=attempt_id,
                    job_id=number,
                    number=asked.number,
                    state=state,
                    placed_at=one.intended_at if placed else None,
                    call_id=f"c{attempt_id}" if placed else None,
                )
            )
        fingerprint = asked.fingerprint()
        world.jobs.append(
            Job(number, "orders", f"r{number}", asked, fingerprint, queued, granted, seen, cleared,
                tuple(made))
        )  # fmt: skip
    for job in world.jobs:
        said = shown(job, NOW, POLICY, world.hours.zone) or {"status": "Queued"}
        cells = {DIALER[name]: text for name, text in said.items()}
        world.sheet.append({**people_cells(job), **cells, "Ref": job.ref})
    for edit in draw(st.lists(edits, max_size=8)):
        people_do(world.sheet, edit)
    if draw(st.booleans()):
        rule = RedialRule(2, (timedelta(minutes=30),), frozenset({3, 4, 5, 6}))
        no_key = RedialRule(1, (timedelta(minutes=60),), frozenset({2}))
        world.policy = replace(POLICY, redial=rule, redial_no_key=no_key)
    world.policy = replace(
        world.policy,
        lines=draw(st.sampled_from([1, 2, 50])),
        calls_per_minute=draw(st.sampled_from([4, 8, 600])),
    )
    world.control = draw(st.sampled_from([Control(True)] * 4 + [Control(False)]))
    note("\n".join(map(str, world.sheet)))
    return world


def people_do(sheet: list[dict[str, Any]], edit: tuple[Any, ...]) -> None:
    """One thing that people do to a sheet."""
    match edit:
        case ("paste", phone, amount):
            sheet.append({"Phone": phone, "Amount": amount})
        case ("sort", source):
            source.shuffle(sheet)
        case ("tear", source):
            tear(sheet, source)
        case (what, place, *rest) if sheet:
            row = sheet[place % len(sheet)]
            if what == "copy":
                sheet.insert(rest[0] % (len(sheet) + 1), dict(row))
            elif what == "delete":
                sheet.remove(row)
            elif what == "clear":
                row |= dict.fromkeys([title for title in DIALER.values() if title != "Ref"], "")
            elif what == "word":
                row["Status"] = rest[0]
            else:
                row[rest[0]] = rest[1]


def tear(sheet: list[dict[str, Any]], source: random.Random) -> None:
    """Sorts people's columns without the dialer's."""
    dialers = [{title: row.get(title, "") for title in DIALER.values()} for row in sheet]
    source.shuffle(sheet)
    sheet[:] = [row | cells for row, cells in zip(sheet, dialers, strict=True)]


@BRIEF
@given(worlds())
def test_a_plan_dials_nobody_whom_it_must_not(world: World) -> None:
    plan = world.plan()
    numbers = [dial.job.content.number for dial in plan.dials]
    assert len(set(numbers)) == len(numbers), "the same number twice"
    assert not set(numbers) & set(world.busy()), "a number that is busy"
    assert not set(numbers) & {one.job.content.number for one in plan.adoptions}
    pace = int(world.policy.calls_per_minute * world.until_next_pass / timedelta(minutes=1))
    assert len(numbers) <= min(world.policy.lines, max(1, pace))
    if plan.stopped:
        assert not numbers
    for dial in plan.dials:
        row = world.rows()[plan_place(world, dial.row.index)]
        assert row.ref == dial.job.ref, "a Ref that isn't the job's"
        assert row.content == dial.job.content, "content that isn't the row's"
        assert dial.job.id in {job.id for job in world.jobs}
        assert row.word != "skip"
        assert is_ours(row.word) or dial.job.tried, "somebody's own word stood on the row"
        assert AttemptState.UNKNOWN not in {attempt.state for attempt in dial.job.attempts}
        assert not row.shown["call_id"] or dial.job.tried, "another's call stood on the row"


def plan_place(world: World, index: int) -> int:
    return [row.index for row in world.rows()].index(index)


@BRIEF
@given(worlds())
def test_a_plan_writes_only_the_dialers_cells_and_only_differences(world: World) -> None:
    plan = world.plan()
    for index, cells in plan.cells.items():
        row = world.sheet[index - 1]
        assert cells
        for name, text in cells.items():
            assert text != str(row.get(DIALER[name], ""))
            assert isinstance(text, str)


@BRIEF
@given(worlds())
def test_every_row_with_a_number_is_called_or_says_why_not(world: World) -> None:
    plan = world.plan()
    world.write(plan)
    for row in world.rows():
        if row.number is None or row.word == "calling" or not is_ours(row.word):
            continue
        settled = row.word in ("answered", "congestion", "busy", "no answer", "hangup")
        going_on = row.word in ("initiated", "pushed to sip") or row.word.startswith("unknown")
        # Check and Failed without a reason can only be what a person typed.
        typed = row.word in ("check", "failed") and row.index not in plan.cells
        assert row.shown["why"] or settled or going_on or typed, row


@BRIEF
@given(worlds())
def test_planning_again_finds_nothing_to_write(world: World) -> None:
    """A pass that decides nothing new writes its last cells, and it soon comes to that."""
    world.control = Control(False)
    for _ in range(8):
        plan = world.run()
        if decides_nothing(plan):
            # Somebody else's old mark that becomes Check is news to the next pass, and so may be
            # which of several rows with one Ref is the original.
            marks = any(cells.get("status") == "Check" for cells in plan.cells.values())
            refs = Counter(row.ref for row in world.rows() if row.ref)
            again = world.plan()
            assert again.cells == {} or marks or max(refs.values()) > 1
            if decides_nothing(again) and not again.cells:
                return
    raise AssertionError(f"still deciding: {plan}")


def test_of_two_copies_that_both_changed_the_same_one_stays_the_original() -> None:
    """Each shows fewer attempts than the job has; the original is written with all of them, which
    must not make the other one the original at the next pass."""
    asked = content({"Phone": "0300 1111111"})
    tries = tuple(
        Attempt(id=each, job_id=1, number=asked.number, state=AttemptState.ENDED, intended_at=NOW,
                placed_at=NOW, call_id=f"c{each}", dtmf="1" if each == 1 else None)
        for each in (1, 2)
    )  # fmt: skip
    job = Job(1, "orders", "r1", asked, asked.fingerprint(), NOW, attempts=tries)
    shows = {"Status": "Calling", "Answer": "Confirmed", "DTMF": "1", "Call ID": "c1"}
    copy = {"Phone": "0300 2222222", **shows, "Attempts": "2", "Ref": "r1"}
    copy |= {"Called Number": asked.number}
    copy |= dict.fromkeys(("Called At", "Updated At"), "2026-07-15 12:00:00")
    world = World(now=NOW, sheet=[dict(copy), dict(copy)], jobs=[job])
    world.run()
    assert [row["Attempts"] for row in world.sheet] == ["2", "1"]
    for _ in range(3):
        assert world.run().cells == {}


def decides_nothing(plan: Plan) -> bool:
    """Whether the ledger says the same after a plan as before."""
    decisions = (plan.new_jobs, plan.adoptions, plan.job_changes, plan.released, plan.ended)
    return not any((*decisions, plan.dials))


@BRIEF
@given(worlds(), st.randoms(use_true_random=False))
def test_sorting_the_rows_changes_nothing_but_where_they_stand(
    world: World, source: random.Random
) -> None:
    world.policy = replace(world.policy, lines=1000, calls_per_minute=60_000)
    before = outcome(world)
    source.shuffle(world.sheet)
    assert outcome(world) == before


def outcome(world: World) -> tuple[object, ...]:
    """What a plan comes to, apart from places and from which of several rows that want the same
    number is called first: people decide that by their order."""
    plan = world.plan()
    numbers = Counter(
        row.content.number for row in world.rows() if isinstance(row.number, Number) and row.content
    )
    said = Counter(
        (tuple(map(str, people(world.sheet[row.index - 1]))), cells_of(plan, row.index))
        for row in world.rows()
        if not row.content or numbers[row.content.number] == 1
    )
    return (
        said,
        {dial.job.content.number for dial in plan.dials},
        Counter(new.content.fingerprint() for new in plan.new_jobs),
        Counter(plan.released),
        plan.ended,
        plan.polls,
        plan.stopped,
    )


def people(row: Mapping[str, Any]) -> list[Any]:
    return [row.get(title, "") for title in PEOPLES]


def cells_of(plan: Plan, index: int) -> tuple[tuple[str, str], ...]:
    """What is written on a row, but for the Ref of a new job and the places that reasons name."""
    cells = plan.cells.get(index, {})
    return tuple(
        (name, "new" if text.startswith("new") else re.sub(r"(?<=Cell [A-Z])\d+", "", text))
        for name, text in cells.items()
    )


@BRIEF
@given(worlds(), st.lists(st.lists(edits, max_size=3), max_size=4))
def test_no_order_is_dialled_twice_unless_somebody_asked(
    world: World, days: list[list[tuple[Any, ...]]]
) -> None:
    """Whatever people do between passes: beside Call again and redials, no content is dialled
    twice within the gap."""
    since = {job.fingerprint for job in world.jobs if job.tried}
    for done in days:
        for edit in done:
            people_do(world.sheet, edit)
        world.now += timedelta(minutes=2)
        plan = world.run()
        for dial in plan.dials:
            if dial.reason is not Reason.FIRST:
                continue
            age = [
                world.now - attempt.intended_at
                for job in world.jobs
                if job.fingerprint == dial.job.fingerprint and job.id != dial.job.id
                for attempt in job.tried
            ]
            assert not age or min(age) >= POLICY.same_call_gap or dial.job.fingerprint not in since
            assert dial.job.fingerprint not in since or min(age) >= POLICY.same_call_gap
        since |= {dial.job.fingerprint for dial in plan.dials}


@BRIEF
@given(
    st.lists(st.sampled_from(["queued", "calling", "placed", "answered"]), min_size=2, max_size=5),
    st.randoms(use_true_random=False),
)
def test_what_lands_on_a_row_that_was_sorted_away_is_put_right_at_the_next_pass(
    stages: list[str], source: random.Random
) -> None:
    """Rows are sorted between the read and the write; one pass that nobody disturbs mends all."""
    world = World(now=NOW, sheet=[{"Phone": str(923001000000 + n)} for n in range(len(stages))])
    world.run()
    for job, stage in zip(world.jobs, stages, strict=True):
        if stage != "queued":
            dial_alone(world, job.content.number)
            if stage != "calling":
                world.control = Control(False)
                world.run()
                world.control = Control(True)
            if stage == "answered":
                call_id = next(j for j in world.jobs if j.id == job.id).attempts[-1].call_id
                world.report(str(call_id), world.now, call_status=2, dtmf="1")
    plan = world.plan()
    cells = beside_their_calls(plan.cells, plan.rows)
    world.record(plan)
    source.shuffle(world.sheet)
    for index, texts in cells.items():
        world.put(index, texts)
    dialled = {dial.job.id for dial in plan.dials}
    # No mark was seen beside its Ref and number, so none of these calls is made.
    world.jobs = [
        replace(job, attempts=tuple(map(withdrawn, job.attempts))) if job.id in dialled else job
        for job in world.jobs
    ]
    world.control = Control(False)
    world.run()
    for row in world.rows():
        (job,) = [job for job in world.jobs if job.ref == row.ref]
        assert row.content == job.content
        said = shown(job, world.now, POLICY, world.hours.zone)
        if said is None:
            assert row.shown["status"] == "Queued"
            assert not row.shown["answer"]
            assert not row.shown["called_number"]
        else:
            assert row.shown == {**said, "ref": job.ref}


def dial_alone(world: World, number: str) -> None:
    """Lets one row's call go out."""
    others = [row for row in world.sheet if row["Phone"] != number]
    for row in others:
        row["Call After"] = "2030-01-01"
    world.run()
    for row in others:
        row["Call After"] = ""
    world.control = Control(False)
    world.run()
    world.control = Control(True)


def withdrawn(attempt: Attempt) -> Attempt:
    never_left = attempt.state in OPEN_STATES and attempt.call_status is None
    return replace(attempt, state=AttemptState.WITHDRAWN) if never_left else attempt
