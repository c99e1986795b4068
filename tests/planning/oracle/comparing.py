"""Plans by the old planner and by the new one, for the same random sheets.

python -m tests.planning.oracle.comparing FIRST_SEED SEEDS
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Iterator
from dataclasses import fields

from sheets_dialer.planning import planner as new
from sheets_dialer.planning.plan import Plan
from tests.planning.oracle import planner as old
from tests.support.random_sheets import RandomSheet, random_sheets


def refs_from(first: int) -> Iterator[str]:
    return (f"new{number}" for number in itertools.count(first))


class Differs(AssertionError):
    """The two planners disagree."""


def planned_by_both(world: RandomSheet, first_ref: int) -> Plan:
    """The plan of both planners."""
    parts = world.parts(torn=world.chance.random() < 0.3)
    shown, ledger, rules = world.shown(), world.ledger_state(), world.rules()
    every = world.until_next_pass
    old_one = old.Planner(
        world.now, shown, ledger, rules, until_next_pass=every, refs=refs_from(first_ref)
    )
    new_one = new.Planner(
        world.now, shown, ledger, rules, until_next_pass=every, refs=refs_from(first_ref)
    )
    compare("room", old_one.room, new_one.room)
    beside: dict[object, int] = {}
    for part in parts:
        was, is_now = old_one.add(part), new_one.add(part)
        compare("settled rows", dict(was), dict(is_now))
        compare("order of settled rows", sorted(was), sorted(is_now))
        compare("is_full", old_one.is_full, new_one.is_full)
        for each in was.values():
            beside[each.summary] = beside.get(each.summary, 0) + 1
    was_plan, plan = old_one.plan(beside=beside), new_one.plan(beside=beside)  # type: ignore[arg-type]
    for field in fields(Plan):
        compare(field.name, getattr(was_plan, field.name), getattr(plan, field.name))
    compare("order of cells", [*was_plan.cells], [*plan.cells])
    return plan


def compare(what: str, was: object, is_now: object) -> None:
    if was != is_now:
        raise Differs(f"{what}\n  was {was}\n  is  {is_now}")


def main() -> None:
    first, seeds = int(sys.argv[1]), int(sys.argv[2])
    begun, count, ref = time.monotonic(), 0, 1
    for seed, world in random_sheets(range(first, first + seeds)):
        try:
            plan = planned_by_both(world, ref)
        except Differs as error:
            print(f"seed {seed}: {error}", flush=True)
            raise SystemExit(1) from error
        count += 1
        ref += len(plan.new_jobs) + len(plan.adoptions)
        world.go_on(plan)
        if count % 2000 == 0:
            print(f"{count} sheets, {time.monotonic() - begun:.0f} s", flush=True)
    print(
        f"{seeds} worlds, {count} sheets compared, no difference, {time.monotonic() - begun:.0f} s"
    )


if __name__ == "__main__":
    main()
