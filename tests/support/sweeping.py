"""Does something to a command at each boundary that a first run of it came to."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.support import judge
from tests.support.boundaries import Boundary, Strike, boundaries_in
from tests.support.judge import Caught
from tests.support.offices import Office
from tests.support.programs import USUAL, Conditions, Program

AT_ONCE = 12
"""Offices that are worked at side by side: most of a run waits for the portal."""
_TRIES = 4
START = ("start", "--until-done")

Opening = Callable[[], tuple[Office, Caught]]
"""Opens an office in which the run is to begin, with what earlier kills have caught in it."""
Judged = Callable[[Office, Caught], list[str]]
"""All that is wrong with an office in the end."""
Ordeal = Callable[[Boundary], tuple[set[str], list[str]]]
"""What is done at a boundary and after it: the kinds of the boundary that it was done at, none if
the run passed without it, and all that is wrong in the end."""


@dataclass
class Swept:
    """What came of a sweep. `kinds` are the kinds of boundary that it has met."""

    kinds: set[str] = field(default_factory=set)
    strikes: int = 0
    missed: int = 0
    faults: list[str] = field(default_factory=list)


def boundaries_of(opening: Opening, judged: Judged) -> list[tuple[Boundary, ...]]:
    """The boundaries of a run that nobody disturbs; it must settle everything."""
    office, caught = opening()
    record = office.directory / "boundaries.txt"
    office.finish(Conditions(record))
    faults = judged(office, caught)
    assert faults == []
    return boundaries_in(record)


def one_of_each_kind(
    boundaries: Iterable[tuple[Boundary, ...]], known: Collection[str] = ()
) -> list[Boundary]:
    """Of each kind that isn't `known` the boundary in the middle: the first is often like no other,
    such as the first call, which leaves alone. One that is of several kinds serves for all."""
    by_kind: dict[str, list[tuple[Boundary, tuple[Boundary, ...]]]] = {}
    for boundary in boundaries:
        for each in boundary:
            by_kind.setdefault(each.kind, []).append((each, boundary))
    chosen, covered = [], set(known)
    for kind, found in by_kind.items():
        if kind not in covered:
            one, boundary = found[len(found) // 2]
            chosen.append(one)
            covered |= {each.kind for each in boundary}
    return chosen


def some(
    boundaries: Sequence[tuple[Boundary, ...]], count: int, *, always: Collection[str] = ()
) -> list[Boundary]:
    """Boundaries of so many kinds, drawn anew in each run, besides those of the kinds `always`."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    others = {each.kind for each in every_one(boundaries)} - {*always}
    drawn = random.Random(seed).sample(one_of_each_kind(boundaries, known=always), count)
    return one_of_each_kind(boundaries, known=others) + drawn


def every_one(boundaries: Iterable[tuple[Boundary, ...]]) -> list[Boundary]:
    """Each boundary by each of its kinds."""
    return [each for boundary in boundaries for each in boundary]


def sweep(targets: Sequence[Boundary], ordeal: Ordeal) -> Swept:
    """Puts one office after the other through the ordeal, each at another boundary."""
    swept = Swept()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for target, (tries, kinds, faults) in zip(
            targets, pool.map(lambda target: _tried(target, ordeal), targets), strict=True
        ):
            swept.kinds |= kinds
            swept.strikes += bool(kinds)
            swept.missed += tries - bool(kinds)
            swept.faults += [f"at {target}: {fault}" for fault in faults]
    return swept


def _tried(target: Boundary, ordeal: Ordeal) -> tuple[int, set[str], list[str]]:
    """Threads come to their boundaries in any order, so a run may pass without this one: then
    another one of its kind is tried."""
    for tries in range(1, _TRIES + 1):
        try:
            kinds, faults = ordeal(target)
        except AssertionError as stuck:
            return tries, {target.kind}, [str(stuck)]
        if kinds or faults:
            return tries, kinds, faults
        target = Boundary(target.kind, 1)
    return _TRIES, set(), []


def killed_at(office: Office, at: Boundary) -> set[str]:
    """Runs `start` and kills it there; gives the kinds of the boundary, none if it ended before."""
    record = office.directory / "killed.txt"
    to_be_killed = Conditions(record, Strike(at, signal.SIGKILL))
    code = office.run(*START, conditions=to_be_killed)
    return _last_kinds(record) if code == -signal.SIGKILL else set()


def kill_and_go_on(opening: Opening, judged: Judged) -> Ordeal:
    """Kills the command at the boundary and runs it again until nothing is left to do."""

    def ordeal(target: Boundary) -> tuple[set[str], list[str]]:
        office, caught = opening()
        kinds = killed_at(office, target)
        if kinds:
            caught.look(office)
            office.finish()
        return kinds, judged(office, caught)

    return ordeal


@contextmanager
def frozen_at(
    office: Office, at: Boundary, conditions: Conditions = USUAL
) -> Iterator[tuple[Program, set[str]]]:
    """Runs `start` and holds it there; gives the kinds of the boundary, none if it ended before.
    It may be woken, and is killed in the end."""
    record = office.directory / "frozen.txt"
    to_be_frozen = replace(conditions, record=record, strike=Strike(at, signal.SIGSTOP))
    with office.program(*START, conditions=to_be_frozen) as program:
        while program.runs() and not program.is_stopped():
            time.sleep(0.02)
        yield program, _last_kinds(record) if program.runs() else set()


def fated(office: Office, caught: Caught) -> list[str]:
    """Judges an office in which nobody may be called a second time."""
    return judge.faults(office, caught, fates=judge.FATES)


def _last_kinds(record: Path) -> set[str]:
    return {each.kind for each in boundaries_in(record)[-1]}
