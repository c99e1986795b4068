"""Whatever people, networks and machines do within an hour: all eight promises hold.

A story that breaks one is told with its seed, which repeats it exactly, and shortened::

    python3 run.py test --simulate 1 --seed 4711
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest

from .run import faults_of_story
from .shrinking import shrunk
from .story import story_of

USUALLY, IN_FULL = 100, 5000


def test_no_promise_is_broken_in_any_story(pytestconfig: pytest.Config, full: bool) -> None:
    asked_for = pytestconfig.getoption("--simulate")
    runs = asked_for or (IN_FULL if full else USUALLY)
    first = pytestconfig.getoption("--seed")
    if first is None:
        # The suite tries the same stories each time; who asks for some looks for new ones.
        first = random.randrange(10**9) if asked_for else 0
    begun = time.process_time()
    for seed in range(first, first + runs):
        assert not (told := what_goes_wrong(seed)), told
    minutes = (time.process_time() - begun) / 60
    print(f"{runs} hours from seed {first} on, {runs / minutes:.0f} a minute on one core")


def what_goes_wrong(seed: int) -> str:
    """The story of a seed and what goes wrong in it, in as few events as do; empty if nothing."""
    story = story_of(seed)
    faults = faults_of_story(story)
    if not faults:
        return ""
    short = shrunk(story, lambda each: bool(faults_of_story(each)))
    return "\n".join([str(short), *(f"- {fault}" for fault in faults_of_story(short))])


def test_a_story_always_goes_the_same_way() -> None:
    once, again = (list(faults_and_calls(seed)) for seed in (7, 7))
    assert once == again


def faults_and_calls(seed: int) -> Iterator[object]:
    calls: list[object] = []
    yield faults_of_story(story_of(seed), calls=calls)
    yield calls
