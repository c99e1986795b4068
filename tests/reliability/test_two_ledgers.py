"""Two machines with ledgers of their own on one sheet: they take turns, and no row rings twice.

Both run with a clock sixty times as fast as ours, through the program's own seam for it, so that
five minutes of standing by take five seconds and a mark is old after one.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from tests.support import judge
from tests.support.boundaries import Boundary
from tests.support.judge import Caught
from tests.support.offices import Office, Offices
from tests.support.programs import Conditions
from tests.support.sweeping import (
    START,
    Ordeal,
    boundaries_of,
    every_one,
    fated,
    frozen_at,
    some,
    sweep,
)

FAST = Conditions(clock_speed=60, patience=1.0)
AN_HOUR_LATER = replace(FAST, clock_ahead=3600)
MARK_LIVES_SECONDS = 60 / FAST.clock_speed
AT_ONCE = 12
TROUBLES = (
    {"kind": "stale", "rate": 0.3, "seconds": 1.5, "path": "{key}/values:batchGetByDataFilter"},
    {"kind": "late", "rate": 0.15, "count": 4, "seconds": 0.7, "path": "{key}:batchUpdate"},
)


def faults_in_the_end(office: Office) -> Iterator[str]:
    """An hour later everything is settled: a result, or Check with a reason; nobody was called
    twice."""
    # It may end with a read that was old and tells of the other one's token: the rows are judged.
    office.run(*START, conditions=AN_HOUR_LATER)
    for number, count in Counter(str(call["caller_id"]) for call in office.calls()).items():
        if count > 1:
            yield f"{number} was called {count} times"
    for row in office.rows():
        told = (row["Status"], row["DTMF"], row["Answer"])
        is_unclear = row["Status"] == "Check" and row["Why"]
        if told != judge.FATES[row["Phone"]] and not is_unclear:
            yield f"{row['Phone']} shows {told} because {row['Why']!r}"


def both_at_once(offices: Offices) -> list[str]:
    """Both start at the same moment on a sheet without a token; reads are old, writes late."""
    office = offices.open(tuple(judge.FATES))
    other = office.machine("other")
    for trouble in TROUBLES:
        path = str(trouble["path"]).format(key=office.key)
        fault = {**trouble, "service": "sheets", "method": "POST", "path": path}
        offices.sandbox.post("/_sandbox/faults", fault)
    with (
        office.program(*START, conditions=FAST) as one,
        other.program(*START, conditions=FAST) as two,
    ):
        one.end()
        two.end()
    return list(faults_in_the_end(office))


def frozen_and_woken(offices: Offices) -> Ordeal:
    """One is frozen at the boundary for longer than a mark lives, while the other takes over."""

    def ordeal(target: Boundary) -> tuple[set[str], list[str]]:
        office = offices.open(tuple(judge.FATES))
        other = office.machine("other")
        with frozen_at(office, target, FAST) as (program, kinds):
            if not kinds:
                return kinds, list(faults_in_the_end(office))
            frozen = time.monotonic()
            assert other.run(*START, conditions=FAST) == 0
            time.sleep(max(0.0, frozen + 2 * MARK_LIVES_SECONDS - time.monotonic()))
            program.send(signal.SIGCONT)
            program.end()
        return kinds, list(faults_in_the_end(office))

    return ordeal


def between_mark_and_call(kinds: Sequence[str]) -> Sequence[str]:
    """The kinds of boundary that a run came to after its first mark and before its first call."""
    marked = next(place for place, kind in enumerate(kinds) if kind.endswith("with marks"))
    called = kinds.index("sent GET /api/calls")
    return kinds[marked:called]


def test_machines_that_start_together_call_nobody_twice_though_reads_are_old_and_writes_late(
    offices: Offices, full: bool, overlapping: bool
) -> None:
    rounds = range(200 if full else 3 if overlapping else 6)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda _: both_at_once(offices), rounds))
    offices.sandbox.delete("/_sandbox/faults")
    assert [faults for faults in found if faults] == []


def test_one_that_was_frozen_anywhere_and_woken_calls_nobody_again(
    offices: Offices, full: bool, overlapping: bool
) -> None:
    boundaries = boundaries_of(lambda: (offices.open(tuple(judge.FATES)), Caught()), fated)
    between = between_mark_and_call([each.kind for each in every_one(boundaries)])
    assert between
    if full:
        targets = every_one(boundaries)
    elif overlapping:
        targets = some([one for one in boundaries if {e.kind for e in one} & {*between}], 4)
    else:
        targets = some(boundaries, 3, always=between)
    swept = sweep(targets, frozen_and_woken(offices))
    print(f"{swept.strikes} frozen and woken, {swept.missed} runs passed without the boundary")
    assert swept.faults == []
