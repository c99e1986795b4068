"""Proof that the judge sees: what keeps a promise is taken away, and a story tells of it."""

from __future__ import annotations

import pytest

from .planted import PLANTED, planted
from .run import faults_of_story
from .story import story_of

FOUND_WITHIN = 500
RARE = ("a lost fence check", "an old read heard")
"""Planted faults that need hundreds of stories: two machines must meet within a second, or a read
must lag behind until before a person's word was heard, after one in which it was gone."""


@pytest.mark.parametrize("name", PLANTED)
def test_a_fault_that_is_planted_is_found(name: str, full: bool) -> None:
    if name in RARE and not full:
        pytest.skip("part of the full form: run.py test --full")
    run = next((n for n in range(FOUND_WITHIN) if is_found_by(name, n)), None)
    assert run is not None, f"{name} wasn't found"
    print(f"{name}: found by run {run + 1}")


def is_found_by(name: str, seed: int) -> bool:
    """Whether the story goes wrong with the fault, and doesn't without it."""
    story = story_of(seed)
    with planted(name):
        found = faults_of_story(story)
    return bool(found) and not faults_of_story(story)
