"""Feeds that write people's columns anew at any moment: each result stays with its customer."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from sheets_dialer.domain.attempt import AttemptState
from sheets_dialer.domain.job import Job
from sheets_dialer.domain.phone_numbers import Number, read_number
from sheets_dialer.planning.plan import Dial
from sheets_dialer.tabs.control_tab import Control
from tests.support.planning import POLICY, World, moment

PEOPLES = ("Phone", "Amount", "Store", "Order ID")
Order = dict[str, str]


class Feed:
    """The block of a feed, as its source changes: orders come on top, at the end and between, are
    sorted, leave, change their text, and customers order a second time or a second thing."""

    def __init__(self, source: random.Random) -> None:
        self._source = source
        self._numbers = itertools.count(1)
        self.rows = [self._order() for _ in range(source.randint(1, 5))]

    def change(self) -> None:
        """Some of what may happen between two looks at the source."""
        for _ in range(self._source.randint(0, 3)):
            self._source.choice(
                (
                    *(self._grow, self._grow, self._grow, self._shuffle, self._shrink),
                    *(self._reword, self._order_again, self._order_more),
                )
            )()

    def _order(self) -> Order:
        n = next(self._numbers)
        cells = (f"0300{n:07d}", str(100 + n), "Shop", f"A{n}")
        return dict(zip(PEOPLES, cells, strict=True))

    def _grow(self) -> None:
        places = (0, 0, len(self.rows), self._source.randint(0, len(self.rows)))
        self.rows.insert(self._source.choice(places), self._order())

    def _shuffle(self) -> None:
        self._source.shuffle(self.rows)

    def _shrink(self) -> None:
        if len(self.rows) > 1:
            del self.rows[self._source.randrange(len(self.rows))]

    def _reword(self) -> None:
        self._source.choice(self.rows)["Store"] = f"{self._source.randrange(99)} days"

    def _order_again(self) -> None:
        other = {"Order ID": f"A{next(self._numbers)}"}
        self.rows.insert(0, self._source.choice(self.rows) | other)

    def _order_more(self) -> None:
        other = {"Store": f"Thing {self._source.randrange(99)}"}
        self.rows.insert(0, self._source.choice(self.rows) | other)


def fed(world: World, feed: Feed) -> None:
    """The block as IMPORTRANGE writes it; the dialer's cells stay where they are."""
    world.sheet += [{} for _ in range(len(feed.rows) - len(world.sheet))]
    blanks = [dict.fromkeys(PEOPLES, "")] * (len(world.sheet) - len(feed.rows))
    for row, cells in zip(world.sheet, [*feed.rows, *blanks], strict=True):
        row.update(cells)


def test_every_result_stays_with_its_customer_whatever_a_feed_does(full: bool) -> None:
    held = calls = 0
    for seed in range(1_000 if full else 40):
        for races in (False, True):
            world, called = a_day(random.Random(seed), races=races)
            assert max(Counter(called).values(), default=0) <= 1, (seed, races, "twice")
            calls += len(called)
            held += sum(1 for _ in rows_of_others(world, (seed, races)))
    assert calls
    assert held < calls / 10, "most are held"


def a_day(source: random.Random, *, races: bool) -> tuple[World, list[str]]:
    """Passes while a feed changes, `races` also between a pass's read and its write. At the end
    nothing changes any more, and nobody is called. Beside the world, what was said in each call."""
    world = World(now=moment("2026-07-15 12:00"), sheet=[])
    world.policy = replace(POLICY, lines=3, calls_per_minute=12)
    feed = Feed(source)
    called: list[str] = []
    for _ in range(source.randint(3, 14)):
        feed.change()
        fed(world, feed)
        world.now += timedelta(seconds=source.choice((5, 15, 60)))
        plan = world.plan()
        world.record(plan)
        if races and source.random() < 0.4:
            feed.change()
            fed(world, feed)
        world.write(plan)
        seen = {dial.job.id for dial in plan.dials if is_seen(world, dial)}
        called += [dial.said for dial in plan.dials if dial.job.id in seen]
        world.jobs = [
            job if job.id in seen else withdrawn(job, world)
            if job.id in {dial.job.id for dial in plan.dials} else job
            for job in world.jobs
        ]  # fmt: skip
        for attempt in [each for job in world.jobs for each in job.attempts]:
            if attempt.state is AttemptState.PLACED and source.random() < 0.5:
                says = {"call_status": source.choice((1, 2, 2)), "dtmf": source.choice(("1", None))}
                world.report(str(attempt.call_id), world.now, **says)
    world.control = Control(False)
    for _ in range(4):
        world.now += timedelta(seconds=20)
        world.run()
    return world, called


def is_seen(world: World, dial: Dial) -> bool:
    """Whether the mark stands beside the Ref and the number that are to be called."""
    row = world.sheet[dial.row.index - 1]
    number = Number(dial.job.content.number)
    return row.get("Ref") == dial.job.ref and read_number(row["Phone"]) == number


def withdrawn(job: Job, world: World) -> Job:
    """The job whose last attempt was never sent."""
    *before, last = job.attempts
    assert last.intended_at == world.now
    return replace(job, attempts=(*before, replace(last, state=AttemptState.WITHDRAWN)))


def rows_of_others(world: World, what: object) -> Iterator[str]:
    """Checks each row, and gives those that wait for a person beside the results of somebody whose
    own row is gone."""
    by_call = {
        attempt.call_id: job
        for job in world.jobs
        for attempt in job.attempts
        if attempt.state is not AttemptState.WITHDRAWN
    }
    rows = world.rows()
    shown = Counter(row.shown["call_id"] for row in rows if row.shown["call_id"])
    assert max(shown.values(), default=0) <= 1, (what, "one Call ID on two rows")
    at_home = Counter((row.content.number, row.order_id) for row in rows if row.content)
    for row in rows:
        call_id, why = row.shown["call_id"], row.shown["why"]
        if row.content is None or not call_id:
            assert why or not row.shown["status"], (what, row.index, "no reason")
            continue
        of_call = by_call[call_id].content
        if (of_call.number, of_call.texts[1]) != (row.content.number, row.order_id):
            says = ("Number changed since", "The row changed since")
            assert why.startswith(says), (what, row.index, "a stranger's result")
            # Each row of that order has a job of its own, so the one of these results has none.
            lines = [each for each in world.jobs if each.content.order() == of_call.order()]
            assert at_home[of_call.number, of_call.texts[1]] < len(lines), (what, "is elsewhere")
            yield why
