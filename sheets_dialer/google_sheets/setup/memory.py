"""What setup has made of a tab is remembered in the sheet itself, so that what people took away
stays away: as developer metadata, which Google keeps at a tab or a column and moves along."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

from .reading import MEMORY_KEY, MEMORY_SEPARATOR, TabState

HIGHEST_ID = 2**31 - 1
"""The highest id of anything in a spreadsheet."""

Request = dict[str, Any]
MadePart = tuple[int | None, str]
"""Something that is made once: at which column, or for the whole tab, and its name."""


class PartsMemory:
    """Which parts of one tab were made, before or now."""

    def __init__(self, tab: TabState) -> None:
        self._tab = tab
        self._now: set[MadePart] = set()

    def has_made(self, part: str, column: int | None, *, before: bool = False) -> bool:
        """Whether a part was made, now or `before`."""
        known = self._tab.made.of(column)
        return part in known or (not before and (column, part) in self._now)

    def mark(self, part: str, column: int | None) -> None:
        """Says that a part is made now."""
        self._now.add((column, part))

    def notes(self, parts: Iterable[MadePart]) -> list[Request]:
        """The requests that remember these in the sheet."""
        by_column: dict[int | None, list[str]] = {}
        for column, part in parts:
            by_column.setdefault(column, []).append(part)
        return [
            {
                "createDeveloperMetadata": {
                    "developerMetadata": {
                        "metadataId": self._free_id(names),
                        "metadataKey": MEMORY_KEY,
                        "metadataValue": MEMORY_SEPARATOR.join(names),
                        "visibility": "DOCUMENT",
                        "location": self._location(column),
                    }
                }
            }
            for column, names in by_column.items()
        ]

    def _free_id(self, parts: Sequence[str]) -> int:
        """The same for the same batch, so that one of two that come late is refused."""
        names = (f"{number}/{MEMORY_SEPARATOR.join(parts)}" for number in count())
        numbers = (stable_id(self._tab.id, name) for name in names)
        return next(number for number in numbers if number not in self._tab.made.ids)

    def _location(self, column: int | None) -> dict[str, Any]:
        if column is None:
            return {"sheetId": self._tab.id}
        span = {"dimension": "COLUMNS", "startIndex": column, "endIndex": column + 1}
        return {"dimensionRange": {"sheetId": self._tab.id, **span}}


def stable_id(sheet_id: int, name: str) -> int:
    """The id of something of ours on a tab, by which it is found again."""
    return zlib.crc32(f"sheets-dialer/{sheet_id}/{name}".encode()) % HIGHEST_ID + 1
