"""What happens in a run, as a value: drawn from a seed, told as text, and made shorter."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens to the system from outside, so many seconds after the beginning.
    `seed` draws its details."""

    at: float
    kind: str
    seed: int
    machine: int = 0

    def __str__(self) -> str:
        minutes, seconds = divmod(self.at, 60)
        where = f" on machine {self.machine}" if self.kind in ON_MACHINES else ""
        return f"{minutes:02.0f}:{seconds:04.1f} {self.kind}{where} (details {self.seed})"


ON_MACHINES = ("dies", "dies at a commit", "starts", "clock jumps")
WEIGHTS = {
    "person": 30,
    "paste": 6,
    "call again": 6,
    "pause": 1,
    "run": 2,
    "do not call": 1,
    "dies": 5,
    "dies at a commit": 5,
    "starts": 8,
    "clock jumps": 1,
    "trouble": 10,
    "old reads": 1,
}
SCENES = {"power cut": 0.2, "asked and read late": 0.1}
"""What happens by chance in one of a thousand hours and must in many: how often it does."""


@dataclass(frozen=True, slots=True)
class Story:
    """One run: its seed draws delays and fates; the events are what people, machines and networks
    do meanwhile."""

    seed: int
    events: tuple[Event, ...]
    rows: int = 4
    every: float = 60.0
    rebased: bool = False
    redials: bool = False
    typing_seconds: float = 0.0
    delay: float = 0.6
    """Seconds that a request, and its answer, take at most where nothing is wrong."""
    polite: bool = True
    """Whether a machine that sees another's token stands by. Safety must not rest on it."""

    def without(self, dropped: frozenset[int]) -> Story:
        """The story without the events at these places."""
        kept = tuple(each for place, each in enumerate(self.events) if place not in dropped)
        return replace(self, events=kept)

    def __str__(self) -> str:
        head = (
            f"seed {self.seed}: {self.rows} rows, a pass every {self.every:g} s, "
            f"{'overlapping writes are both accepted' if self.rebased else 'one of two is refused'}"
            f"{', redials' if self.redials else ''}, typing takes {self.typing_seconds:g} s"
            f", requests take up to {self.delay:g} s each way"
            f"{'' if self.polite else ', nobody stands by for another'}"
        )
        return "\n".join([head, *map(str, self.events)])


def story_of(seed: int) -> Story:
    """The story of a seed: an hour in which much, little or nothing happens."""
    source = random.Random(f"story {seed}")
    count = source.choice((0, 3, 8, 15, 25))
    # Things happen close together, or they don't meet.
    centres = [source.uniform(0, HOUR) for _ in range(source.randint(1, 4))]
    events = []
    for _ in range(count):
        at = source.choice(centres) + source.expovariate(1 / 60)
        kind = source.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()))[0]
        events.append(Event(min(at, HOUR), kind, source.randrange(10**6), source.randrange(2)))
    every = source.choice((60.0, 60.0, 120.0, 300.0, 300.0, 600.0))
    for name, rate in SCENES.items():
        if source.random() < rate:
            events += _scene(name, source.uniform(0, HOUR), source)
            every = 60.0
    return Story(
        seed,
        tuple(sorted(events, key=lambda each: each.at)),
        rows=source.randint(1, 12),
        every=every,
        rebased=source.random() < 0.3,
        redials=source.random() < 0.3,
        typing_seconds=source.choice((0.0, 0.0, 30.0)),
        delay=source.choice((0.6, 0.6, 8.0)),
        polite=source.random() < 0.6,
    )


def _scene(name: str, begin: float, source: random.Random) -> Iterator[Event]:
    """Events that meet, in a story with a pass every minute."""

    def event(after: float, kind: str, machine: int = 0) -> Event:
        return Event(min(begin + after, HOUR), kind, source.randrange(10**6), machine)

    match name:
        case "power cut":
            # Both machines come back at once, and find new rows.
            yield from (event(0, "dies", machine) for machine in (0, 1))
            yield event(1, "paste")
            yield from (event(2 + source.random(), "starts", machine) for machine in (0, 1))
        case "asked and read late":
            # The word was heard, its call has ended and a read has shown the result when others
            # show the word once more.
            yield from (event(after, "call again") for after in (0, 1, 2))
            yield event(source.uniform(100, 160), "old reads")
