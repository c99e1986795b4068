"""Proof that the judge sees: what keeps a promise is taken away, and a story tells of it."""

from __future__ import annotations

import pytest

from .planted import PLANTED, planted
from .run import faults_of_story
from .story import story_of

FOUND_WITHIN = 500
RARE = ("an old read heard",)
"""Planted faults that need hundreds of stories: a read must lag behind until before a person's word
was heard, after one in which it was gone."""


@pytest.mark.parametrize("name", PLANTED)
def test_a_fault_that_is_planted_is_found(name: str, full: bool) -> None:
    if name in RARE and not full:
        pytest.skip("part of the full form: run.py test --full")
    with planted(name):
        run = next((n for n in range(FOUND_WITHIN) if faults_of_story(story_of(n))), None)
    assert run is not None, f"{name} wasn't found"
    print(f"{name}: found by run {run + 1}")
