"""Makes a story that goes wrong shorter, for as long as it goes wrong."""

from __future__ import annotations

from collections.abc import Callable

from .story import Story

MOST_TRIES = 150


def shrunk(story: Story, goes_wrong: Callable[[Story], bool]) -> Story:
    """The story without the events that it doesn't need: halves are left out first, then quarters,
    and single ones at last."""
    tries = 0
    size = max(1, len(story.events) // 2)
    while story.events and tries < MOST_TRIES:
        start, is_shorter = 0, False
        while start < len(story.events) and tries < MOST_TRIES:
            dropped = frozenset(range(start, min(start + size, len(story.events))))
            shorter = story.without(dropped)
            tries += 1
            if goes_wrong(shorter):
                story, is_shorter = shorter, True
            else:
                start += size
        if size == 1 and not is_shorter:
            break
        size = max(1, size // 2)
    return story
