"""What holds for the plan of any sheet, however people, portals, other dialers and time left it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from sheets_dialer.domain.attempt import AttemptState, Reason
from sheets_dialer.planning.plan import Plan, RowBatch, RowState, SettledRow
from sheets_dialer.planning.planner import Planner
from sheets_dialer.tabs.queue_columns import normal
from sheets_dialer.tabs.status import is_ours
from tests.support.examples import some_of
from tests.support.random_sheets import RandomSheet, random_sheets

WORLDS = range(some_of(2000))
SAY_WHY = {RowState.QUEUED, RowState.WAITING, RowState.HELD}


def planned(world: RandomSheet, parts: Sequence[RowBatch]) -> tuple[Plan, Mapping[int, SettledRow]]:
    """The plan of a world, and its rows that need nothing."""
    planner = Planner(
        world.now,
        world.shown(),
        world.ledger_state(),
        world.rules(),
        until_next_pass=world.until_next_pass,
        refs=(f"new{len(world.jobs)}-{number}" for number in itertools.count(1)),
    )
    settled: dict[int, SettledRow] = {}
    for part in parts:
        settled |= planner.add(part)
    return planner.plan(beside={}), settled


def test_plans_keep_their_promises() -> None:
    for seed, world in random_sheets(WORLDS):
        parts = world.parts(torn=world.chance.random() < 0.2)
        plan, settled = planned(world, parts)
        calls_each_number_once(world, plan)
        accounts_for_every_row(plan, settled, parts)
        says_why(plan)
        assert planned(world, parts) == (plan, settled), f"seed {seed}: chance had a part in it"
        world.go_on(plan)


def calls_each_number_once(world: RandomSheet, plan: Plan) -> None:
    """Nobody is called who is being called, opted out or is listed, and nobody twice."""
    numbers = [dial.job.content.number for dial in plan.dials]
    numbers += [adoption.job.content.number for adoption in plan.adoptions]
    assert len({*numbers}) == len(numbers)
    assert not {*numbers} & world.busy()
    called = {dial.job.content.number for dial in plan.dials}
    assert not called & (world.opted_out.keys() | world.do_not_call.rows.keys())
    assert not (plan.stopped and called)
    for dial in plan.dials:
        assert dial.row.ref == dial.job.ref
        assert dial.row.content == dial.job.content or dial.job.tried
        states = {attempt.state for attempt in dial.job.attempts}
        assert not states & {AttemptState.UNKNOWN, AttemptState.SENDING, AttemptState.INTENDED}
        assert dial.reason is not Reason.ADOPTED


def accounts_for_every_row(
    plan: Plan, settled: Mapping[int, SettledRow], parts: Sequence[RowBatch]
) -> None:
    """Each row either needs nothing for a while, or is counted among those that do."""
    rows = {row.index for part in parts for row in part.rows}
    assert sum(plan.summaries.values()) + len(settled) == len(rows)
    assert settled.keys() <= rows - plan.cells.keys()
    assert plan.cells.keys() == plan.rows.keys() <= rows


def says_why(plan: Plan) -> None:
    """A row that isn't called now tells the reason, unless somebody else may just be calling it, or
    it is empty but for a person's own word."""
    for summary in plan.summaries:
        if summary.row_state in SAY_WHY and not summary.why:
            word = normal(summary.status)
            assert summary.row_state is RowState.HELD, summary
            assert word in ("calling", "queued", "waiting") or not is_ours(word), summary
