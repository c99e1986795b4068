"""Which columns of a tab nearly every row fills, so that a blank in one of them is an oversight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from .queue_columns import OF_THE_CALL

FEWEST_ROWS = 10
"""Of fewer rows nothing can be said."""
_MOST_BLANK = 0.1
_SAID = frozenset(
    name for name in OF_THE_CALL if name not in ("voice_id", "call_after", "call_before")
)
"""What the customer hears. A voice or a time of a row's own is an exception by its nature."""


class Blanks:
    """Counts, over the rows with something in Phone, which columns are blank. Rows are named by
    their index."""

    def __init__(self) -> None:
        self._columns: tuple[str, ...] = ()
        self._blank: dict[int, tuple[str, ...]] = {}
        """By row, what it leaves blank; rows that leave the same blank share one value."""
        self._shared: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._counts: Counter[str] = Counter()

    def add(self, index: int, blank: tuple[str, ...], columns: Collection[str]) -> None:
        """Counts a row; `columns` are those that the tab has."""
        self._columns = tuple(name for name in _SAID if name in columns)
        self._blank[index] = self._shared.setdefault(blank, blank)
        self._counts.update(blank)

    def discard(self, index: int) -> None:
        """Counts a row no more."""
        self._counts.subtract(self._blank.pop(index, ()))

    @property
    def needed(self) -> frozenset[str]:
        """The columns that nine of ten rows fill, where there are ten."""
        if len(self._blank) < FEWEST_ROWS:
            return frozenset()
        most = len(self._blank) * _MOST_BLANK
        return frozenset(name for name in self._columns if self._counts[name] <= most)

    def concerned(self, columns: Collection[str]) -> Iterator[int]:
        """The rows that leave one of these columns blank."""
        wanted = set(columns)
        return (
            index for index, blank in self._blank.items() if wanted and not wanted.isdisjoint(blank)
        )
