"""Which parts of a cell an update's field mask touches, and the cell after the update."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from .errors import GoogleError, invalid
from .fieldmask import Mask, merged
from .model import Cell, Json, Stored
from .schema import has_field
from .typed import extended_value, to_extended

_Memo = dict[int, tuple[Json | None, Json | None]]

_UNKEPT = ("textFormatRuns", "chipRuns", "pivotTable", "dataSourceTable")
"""Parts of which the sandbox keeps nothing, so that they can be cleared but not set."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a cell that a mask touches: all of it, or (`within`) some of its fields."""

    within: Mask | None = None

    def updated(self, old: Json | None, new: Json | None) -> Json | None:
        """The part after the update; None when nothing is left of it."""
        if self.within is None:
            return new or None
        return merged(old or {}, new or {}, self.within) or None


@dataclass(frozen=True, slots=True)
class CellFields:
    """The parts of a cell that a mask touches; None for a part that stays as it is.

    `unkept` are the touched parts that can't be set here. Read-only fields may stand in a mask and
    change nothing.
    """

    value: Part | None
    format: Part | None
    validation: Part | None
    note: bool
    unkept: tuple[str, ...]

    @classmethod
    def parse(cls, mask: str | None, place: str) -> CellFields:
        """Reads an update's `fields`, whose root is CellData.

        Raises:
            GoogleError: 400 when it is empty, can't be read or names no field of CellData.
        """
        if not mask or not mask.strip():
            raise invalid(
                f"Invalid {place}: At least one field must be listed in 'fields'. "
                "(Use '*' to indicate all fields.)"
            )
        try:
            return _parsed(mask)
        except GoogleError as error:
            raise invalid(f"Invalid {place}: {error.message}") from error

    def updated(self, old: Cell, new: Json) -> Cell:
        """The cell with its touched parts taken from Google's CellData; what that lacks is
        cleared."""
        return Cell(
            old.value if self.value is None else _value(self.value, old.value, new),
            old.format
            if self.format is None
            else self.format.updated(old.format, new.get("userEnteredFormat")),
            (new.get("note") or None) if self.note else old.note,
            old.validation
            if self.validation is None
            else self.validation.updated(old.validation, new.get("dataValidation")),
        )

    def repeated(self, new: Json) -> Callable[[Cell], Cell]:
        """`updated` with the same CellData for many cells; each distinct format and rule that
        they have is worked out once."""
        formats: _Memo = {}
        rules: _Memo = {}

        def update(old: Cell) -> Cell:
            return Cell(
                old.value if self.value is None else _value(self.value, old.value, new),
                _once(self.format, old.format, new.get("userEnteredFormat"), formats),
                (new.get("note") or None) if self.note else old.note,
                _once(self.validation, old.validation, new.get("dataValidation"), rules),
            )

        return update


def _once(part: Part | None, old: Json | None, new: Json | None, memo: _Memo) -> Json | None:
    if part is None:
        return old
    known = memo.get(id(old))
    if known is None:
        # The old one is kept beside its answer so that its id isn't given to another.
        known = memo[id(old)] = (old, part.updated(old, new))
    return known[1]


def _value(part: Part, old: Stored | None, new: Json) -> Stored | None:
    extended = new.get("userEnteredValue")
    if part.within is not None:
        # Only one kind of value can stand in a cell: setting one through its own field replaces
        # whatever was there, but a kind that isn't named can't clear another.
        set_here = part.within.project(extended or {})
        if not set_here:
            return old if part.within.project(to_extended(old)) == {} else None
        extended = set_here
    value = extended_value(extended)
    return None if value == "" else value


@lru_cache(maxsize=512)
def _parsed(text: str) -> CellFields:
    mask = Mask.parse(re.sub("_([a-z])", lambda letter: letter[1].upper(), text))
    if mask.is_everything:
        return CellFields(Part(), Part(), Part(), note=True, unkept=_UNKEPT)
    below: dict[str, list[str] | None] = {}
    for name, *rest in mask.paths():
        if not has_field("CellData", name, *rest):
            raise invalid(f"Invalid field: {'.'.join((name, *rest))}")
        named = below.setdefault(name, [])
        if not rest:
            below[name] = None
        elif named is not None:
            named.append(".".join(rest))
    parts: Mapping[str, Part] = {
        name: Part(Mask.parse(",".join(named)) if named else None) for name, named in below.items()
    }
    return CellFields(
        parts.get("userEnteredValue"),
        parts.get("userEnteredFormat"),
        parts.get("dataValidation"),
        note="note" in parts,
        unkept=tuple(name for name in _UNKEPT if name in parts),
    )
