"""Where Sheets can be made to behave otherwise than it is known to, for tests of clients that look
before they trust it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How Sheets behaves. The defaults are Google's own ways (documented or measured)."""

    office_files: frozenset[str] = frozenset()
    """Ids of spreadsheets that are an Excel file in Drive, which Sheets won't work on."""
    strangers_files: frozenset[str] = frozenset()
    """Ids of spreadsheets that somebody else has and shares with nobody here."""
    chosen_range_ids: bool = True
    """Whether an id that the client chose for a new named range is kept."""
    unique_range_names: bool = True
    """Whether a second named range of the same name is refused."""
    strict_range_deletes: bool = True
    """Whether deleting a named range that isn't there is refused."""
    range_swaps: bool = True
    """Whether one batch may delete a named range and add one."""
    atomic_batches: bool = True
    """Whether a batch with a request that is refused is not applied at all."""
    rebased: bool = False
    """Whether a batch that overlaps with another writer's is fitted to what that one left instead
    of being refused."""

    def changed(self, wishes: Mapping[str, Any]) -> Behaviour:
        """This behaviour with these wishes fulfilled; what isn't named stays.

        Raises:
            ValueError: for a wish that doesn't exist or makes no sense.
        """
        known = [field.name for field in fields(self)]
        new: dict[str, Any] = {}
        for name, value in wishes.items():
            if name not in known:
                raise ValueError(f"There is no {name!r} here; there is {', '.join(known)}.")
            new[name] = _ids(name, value) if name in _LISTS else _flag(name, value)
        return replace(self, **new)

    def to_json(self) -> dict[str, Any]:
        """The behaviour as `changed` reads it."""
        answer = {field.name: getattr(self, field.name) for field in fields(self)}
        return answer | {name: sorted(answer[name]) for name in _LISTS}


AS_KNOWN = Behaviour()
_LISTS = ("office_files", "strangers_files")
OVERLAP_SECONDS = 1.0
"""How long after another batch a batch still counts as begun before that one, where batches are
`rebased`."""


def _ids(name: str, value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{name} is {value!r}; it must be a list of spreadsheet ids.")
    return frozenset(value)


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} is {value!r}; it must be true or false.")
    return value
