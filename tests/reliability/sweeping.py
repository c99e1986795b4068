"""Kills a command at each boundary that a first run of it came to, and judges what came of it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import judge
from boundaries import Boundary, Strike, boundaries_in
from offices import Office, Offices
from programs import Watched

AT_ONCE = 12
"""Offices that are worked at side by side: most of a run waits for the portal."""
_TRIES = 4


@dataclass(frozen=True)
class Scenario:
    """What is there before the run that is killed: `prepare` leaves it, and says which calls an
    earlier kill had caught. `again` are the numbers that may be called a second time."""

    name: str
    prepare: Callable[[Office, judge.Caught], None]
    numbers: tuple[str, ...] = tuple(judge.FATES)
    again: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


@dataclass
class Sweep:
    """One scenario, swept. `struck` are the kinds of boundary at which a process was killed."""

    offices: Offices
    scenario: Scenario
    struck: set[str] = field(default_factory=set)
    kills: int = 0
    missed: int = 0

    def enumerate(self) -> list[tuple[Boundary, ...]]:
        """The boundaries of a run that nobody kills; it must settle everything."""
        office, caught = self._open()
        record = office.directory / "boundaries.txt"
        with office.program("start", "--until-done", watched=Watched(record)) as program:
            code = program.end()
            assert code == 0, program.said()
        wrong = self._judged(office, caught)
        assert not wrong, wrong
        return boundaries_in(record)

    def kill_at_each(self, targets: Iterable[Boundary]) -> list[str]:
        """One office for each target; all faults that were found, with where the kill was."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return [fault for faults in pool.map(self._kill_at, targets) for fault in faults]

    def _kill_at(self, target: Boundary) -> list[str]:
        """Kills a run at the boundary and runs the command again until done. Threads come to their
        boundaries in any order, so a run may pass without this one; then another one is tried."""
        for _ in range(_TRIES):
            office, caught = self._open()
            record = office.directory / "boundaries.txt"
            watched = Watched(record, Strike(target, signal.SIGKILL))
            with office.program("start", "--until-done", watched=watched) as program:
                code = program.end()
            if code == -signal.SIGKILL:
                break
            self.missed += 1
            if faults := self._judged(office, caught):
                return [f"not killed at {target}: {fault}" for fault in faults]
            target = Boundary(target.kind, 1)
        else:
            return []
        self.kills += 1
        self.struck |= {each.kind for each in boundaries_in(record)[-1]}
        caught.look(office)
        try:
            office.finish()
        except AssertionError as stuck:
            return [f"killed at {target}: {stuck}"]
        return [f"killed at {target}: {fault}" for fault in self._judged(office, caught)]

    def _open(self) -> tuple[Office, judge.Caught]:
        office, caught = self.offices.open(self.scenario.numbers), judge.Caught()
        self.scenario.prepare(office, caught)
        return office, caught

    def _judged(self, office: Office, caught: judge.Caught) -> list[str]:
        return judge.faults(
            office, caught, may_be_called_again=self.scenario.again, fates=judge.FATES
        )


def one_of_each_kind(
    boundaries: Iterable[tuple[Boundary, ...]], known: set[str]
) -> Iterator[Boundary]:
    """Of each kind that isn't known yet the boundary in the middle: the first of its kind is often
    like no other, such as the first call, which leaves alone."""
    by_kind: dict[str, list[Boundary]] = {}
    for boundary in boundaries:
        for each in boundary:
            by_kind.setdefault(each.kind, []).append(each)
    for kind, found in by_kind.items():
        if kind not in known:
            yield found[len(found) // 2]


def killed_at(office: Office, at: Boundary, caught: judge.Caught) -> None:
    """Runs `start` and kills it there."""
    record = office.directory / "earlier.txt"
    watched = Watched(record, Strike(at, signal.SIGKILL))
    with office.program("start", "--until-done", watched=watched) as program:
        code = program.end()
        assert code == -signal.SIGKILL, f"it ended with {code}; it said:\n{program.said()}"
    caught.look(office)
