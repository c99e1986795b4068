"""Looking at a few rows plans the same as looking at all of them, whatever people do."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from sheets_dialer.domain.attempt import AttemptState
from sheets_dialer.domain.call_lifecycle import is_followed
from sheets_dialer.domain.job import Job
from sheets_dialer.domain.opt_out import OptOut
from sheets_dialer.planning.plan import Plan, RowState
from sheets_dialer.reconciler.row_cache import RowCache
from sheets_dialer.reconciler.row_selection import RowSelector
from sheets_dialer.tabs.queue_columns import find_columns
from tests.planning.test_plan_properties import edits, people_do, worlds
from tests.support.examples import some_of
from tests.support.planning import TITLES, World, moment

COLUMNS = find_columns(list(TITLES.values()), {})
SEARCH = settings(max_examples=some_of(300), deadline=None, suppress_health_check=list(HealthCheck))

happenings = st.one_of(
    edits,
    st.tuples(
        st.just("time"),
        st.sampled_from([1, 14, 45, 61, 95, 24 * 60, 4 * 24 * 60, -20, -180, -26 * 60]),
    ),
    st.tuples(
        st.just("portal"),
        st.integers(0, 9),
        st.sampled_from([(1, None), (2, None), (2, "1"), (4, None), (5, None)]),
    ),
    st.tuples(st.just("unclear"), st.integers(0, 9)),
    st.tuples(st.just("voice"), st.sampled_from([None, "102", "103"])),
    st.tuples(st.just("opt-out"), st.sampled_from(["923001111111", "923002222222"])),
    st.tuples(st.just("nothing")),
)


@dataclass
class Memory:
    """A world's jobs, asked as a ledger is."""

    world: World

    def jobs_under_way(self, _campaign: str, since: datetime) -> list[Job]:
        policy = replace(self.world.policy, give_up_after=self.world.now - since)
        return [
            job
            for job in self.world.jobs
            if any(attempt.is_open for attempt in job.attempts)
            or any(
                is_followed(attempt, self.world.now, policy, later=job.attempts[place:])
                for place, attempt in enumerate(job.attempts, start=1)
            )
        ]

    def jobs_with(
        self,
        _campaign: str,
        *,
        numbers: Iterable[str],
        refs: Iterable[str],
        call_ids: Iterable[str],
        fingerprints: Iterable[str],
    ) -> list[Job]:
        numbers, refs, call_ids = set(numbers), set(refs), set(call_ids)
        fingerprints = set(fingerprints)
        return [
            job
            for job in self.world.jobs
            if job.content.number in numbers
            or job.ref in refs
            or (job.is_forgotten and job.fingerprint in fingerprints)
            or call_ids & {attempt.call_id for attempt in job.attempts}
        ]

    compares_letters = False

    def last_calls(self, fingerprints: Iterable[str]) -> dict[str, list[tuple[int, datetime]]]:
        wanted = set(fingerprints)
        every = self.world.part().last_calls
        return {print_: list(calls) for print_, calls in every.items() if print_ in wanted}

    def opted_out(self, numbers: Iterable[str]) -> dict[str, OptOut]:
        listed = self.world.opted_out
        return {each: listed[each] for each in numbers if each in listed}

    def jobs_elsewhere(self, _campaign: str, refs: Iterable[str]) -> list[Job]:
        return [self.world.elsewhere[ref] for ref in refs if ref in self.world.elsewhere]


def surveyed(world: World, row_cache: RowCache, batch_rows: int) -> Plan:
    """The plan that looking at a few rows gives."""
    header = list(TITLES.values())
    grid = [header, *([row.get(title, "") for title in header] for row in world.sheet)]
    row_cache.speak_with(world.settings.voice_id)
    row_cache.take_in([json.dumps(cells).encode() for cells in grid], COLUMNS)
    planner = world.planner()
    row_selector = RowSelector(row_cache, Memory(world), "orders", batch_rows=batch_rows)
    looked_at: list[int] = []
    for batch in row_selector.batches(
        world.now, world.policy, world.open_attempts(), room=planner.room
    ):
        indices = [row.index for row in batch.rows]
        assert not set(indices) & set(looked_at), "a row was looked at twice"
        looked_at += indices
        row_cache.settle(indices, planner.add(batch))
    return planner.plan(beside=row_cache.counts())


def happen(world: World, event: tuple[object, ...]) -> None:
    """Something that people, the portal or time do."""
    match event:
        case ("time", int(minutes)):
            world.now += timedelta(minutes=minutes)
        case ("portal", int(place), (status, dtmf)):
            placed = [
                attempt
                for attempt in world.open_attempts()
                if attempt.state is AttemptState.PLACED and attempt.call_id
            ]
            if placed:
                call_id = placed[place % len(placed)].call_id
                assert call_id is not None
                world.report(call_id, world.now, call_status=status, dtmf=dtmf)
        case ("unclear", int(place)):
            placed = [a for a in world.open_attempts() if a.state is AttemptState.PLACED]
            if placed:
                chosen = placed[place % len(placed)].id
                world.jobs = [
                    replace(
                        job,
                        attempts=tuple(
                            replace(a, state=AttemptState.UNKNOWN, call_id=None)
                            if a.id == chosen
                            else a
                            for a in job.attempts
                        ),
                    )
                    for job in world.jobs
                ]
        case ("voice", voice_id):
            world.settings = replace(world.settings, voice_id=str(voice_id) if voice_id else None)
        case ("opt-out", str(number)) if number in world.opted_out:
            del world.opted_out[number]
        case ("opt-out", str(number)):
            world.opted_out[number] = OptOut(1, number, world.now, "9", "orders")
        case ("nothing",):
            pass
        case _:
            people_do(world.sheet, event)


def acts(plan: Plan) -> dict[str, object]:
    """What a plan does, without the Refs that are made on the spot."""
    new = {job.ref: f"new for {job.content}" for job in plan.new_jobs}
    new |= {one.job.ref: f"adopted {one.call_id}" for one in plan.adoptions}
    return {
        "cells": {
            row: {name: new.get(text, text) for name, text in cells.items()}
            for row, cells in plan.cells.items()
        },
        "new": sorted(str((job.content, job.granted)) for job in plan.new_jobs),
        "adopted": sorted(str((a.call_id, a.called_at, a.job.content)) for a in plan.adoptions),
        "changes": sorted(plan.job_changes, key=lambda change: change.job_id),
        "released": sorted({attempt.id for attempt in plan.released}),
        "ended": sorted(attempt.id for attempt in plan.ended),
        "polls": sorted((poll.attempt.id, poll.due) for poll in plan.polls),
        "dials": sorted((dial.row.index, dial.job.id, dial.reason) for dial in plan.dials),
        "counts": {row_state: plan.count(row_state) for row_state in RowState},
        "faces": {summary: count for summary, count in plan.summaries.items() if count},
        "stopped": plan.stopped,
    }


@SEARCH
@given(worlds(), st.lists(st.lists(happenings, max_size=3), max_size=6), st.integers(1, 4))
def test_a_few_rows_give_the_plan_that_all_rows_give(
    world: World, passes: list[list[tuple[object, ...]]], batch_rows: int
) -> None:
    # With room for all, so that it doesn't matter who comes first.
    world.policy = replace(world.policy, lines=500, calls_per_minute=6000)
    row_cache = RowCache(world.policy.voice_id)
    for events in [[], *passes]:
        before = set(world.opted_out)
        for event in events:
            happen(world, event)
        row_cache.look_at(before ^ set(world.opted_out))
        note(f"{world.now}: {events}")
        world.refs = (f"one{n}" for n in itertools.count(1))
        few = surveyed(world, row_cache, batch_rows)
        world.refs = (f"all{world.now:%d%H%M}x{len(world.jobs)}x{n}" for n in itertools.count(1))
        every = world.plan()
        assert acts(few) == acts(every)
        world.record(every)
        world.write(every)


def run(world: World, row_cache: RowCache) -> Plan:
    """One whole pass that looks at a few rows."""
    plan = surveyed(world, row_cache, 1000)
    assert acts(plan) == acts(world.plan())
    world.record(plan)
    world.write(plan)
    return plan


def test_quiet_rows_are_left_alone() -> None:
    world = World(now=moment("2026-07-15 12:00"), sheet=[])
    world.sheet = [{"Phone": f"0300 12345{n:02d}"} for n in range(60)]
    world.policy = replace(world.policy, lines=3)
    row_cache = RowCache(world.policy.voice_id)
    for _ in range(3):
        run(world, row_cache)
    assert len(row_cache.to_look_at(world.now)) == 3, "only the rows that are being called"
    assert run(world, row_cache).count(RowState.QUEUED) == 57


def test_a_quiet_row_that_is_looked_at_anew_is_counted_once() -> None:
    world = World(now=moment("2026-07-15 12:00"), sheet=[])
    world.sheet = [{"Phone": f"0300 12345{n:02d}"} for n in range(3)]
    world.control = replace(world.control, run=False)
    row_cache = RowCache(world.policy.voice_id)
    for _ in range(3):
        run(world, row_cache)
    for _ in range(2):
        row_cache.look_at({"923001234500"})
        assert run(world, row_cache).count(RowState.QUEUED) == 3


def test_a_quiet_row_is_called_in_time_though_the_clock_was_ahead_for_a_while() -> None:
    world = World(now=moment("2026-07-15 18:00"), sheet=[])
    world.sheet = [{"Phone": "0300 1234567", "Call After": "14:00", "Call Before": "16:00"}]
    row_cache = RowCache(world.policy.voice_id)
    for _ in range(3):
        run(world, row_cache)
    assert row_cache.to_look_at(world.now) == [], "today's time has passed"
    for clock, status in (("12:00", "Waiting"), ("13:59", "Waiting"), ("14:01", "Calling")):
        world.now = moment(f"2026-07-15 {clock}")
        run(world, row_cache)
        assert world.sheet[0]["Status"] == status


def test_a_row_is_called_when_its_number_is_free_again() -> None:
    world = World(now=moment("2026-07-15 12:00"), sheet=[])
    world.sheet = [{"Phone": "0300 1234567", "Amount": amount} for amount in ("1", "2")]
    row_cache = RowCache(world.policy.voice_id)
    for _ in range(4):
        run(world, row_cache)
    first, second = world.sheet
    assert (first["Status"], second["Status"]) == ("Calling", "Waiting")
    world.report("call1", world.now, call_status=2, dtmf="1")
    for _ in range(3):
        run(world, row_cache)
    assert (first["Status"], second["Status"]) == ("Answered", "Waiting"), "its key may change"
    world.now += world.policy.answer_settle
    world.report("call1", world.now, call_status=2, dtmf="1")
    for _ in range(3):
        run(world, row_cache)
    assert (first["Status"], second["Status"]) == ("Answered", "Calling")


def test_a_row_that_was_copied_gets_the_results_when_the_original_goes() -> None:
    world = World(now=moment("2026-07-15 12:00"), sheet=[{"Phone": "0300 1234567"}, {}])
    row_cache = RowCache(world.policy.voice_id)
    for _ in range(3):
        run(world, row_cache)
    world.report("call1", world.now, call_status=2, dtmf="1")
    run(world, row_cache)
    world.sheet[1] = dict(world.sheet[0])
    for _ in range(2):
        run(world, row_cache)
    assert world.sheet[1]["Why"]
    world.sheet[0] = {}
    for _ in range(2):
        run(world, row_cache)
    assert not world.sheet[1]["Why"]


def test_a_row_is_called_when_another_campaigns_call_to_its_number_is_over() -> None:
    world = World(now=moment("2026-07-15 12:00"), sheet=[{"Phone": "0300 1234567"}])
    world.elsewhere_busy["923001234567"] = AttemptState.PLACED
    row_cache = RowCache(world.policy.voice_id)
    for _ in range(4):
        run(world, row_cache)
    assert world.sheet[0]["Status"] == "Waiting"
    world.elsewhere_busy.clear()
    for _ in range(2):
        run(world, row_cache)
    assert world.sheet[0]["Status"] == "Calling"


def test_a_mark_that_landed_on_another_row_is_known_by_its_number() -> None:
    world = World(now=moment("2026-07-15 12:00"), sheet=[])
    world.sheet = [{"Phone": "0300 1234567"}, {"Phone": "0300 1234568"}]
    row_cache = RowCache(world.policy.voice_id)
    for _ in range(2):
        run(world, row_cache)
    for _ in range(2):
        for call_id in ("call1", "call2"):
            world.report(call_id, world.now, call_status=4)
        world.now += timedelta(hours=2)
    for _ in range(2):
        run(world, row_cache)
    world.sheet[0]["Status"] = "Call again"
    # People swap the rows while the mark is on its way.
    plan = surveyed(world, row_cache, 1000)
    world.record(plan)
    world.sheet.reverse()
    world.write(plan)
    stray = world.sheet[0]
    assert (stray["Status"], stray["Called Number"]) == ("Calling", "923001234567")
    world.now += timedelta(seconds=15)
    run(world, row_cache)
    assert (stray["Status"], stray["Called Number"]) == ("Busy", "923001234568")
