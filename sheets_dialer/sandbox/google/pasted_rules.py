"""Conditional formats when cells are pasted: which rules then hold where."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .model import Json, Sheet
from .ranges import GridRange
from .rectangles import contains, intersection, without, without_all


@dataclass(frozen=True, slots=True)
class Tile:
    """One copy of the source: the area that it fills, and where a piece of the source goes."""

    area: GridRange
    place: Callable[[GridRange], GridRange]


def paste_rules(
    source_sheet: Sheet,
    target_sheet: Sheet,
    source: GridRange,
    tiles: Sequence[Tile],
    *,
    is_cut: bool,
) -> None:
    """Makes the tiles follow the rules of the source and no others.

    On one tab a rule's ranges grow; on another one the rule is added after those that are there.
    A cut takes the source out of its rules.
    """
    brought = [
        (index, [tile.place(piece) for tile in tiles for piece in _pieces(rule, source)])
        for index, rule in enumerate(source_sheet.conditional_formats)
    ]
    if is_cut:
        source_sheet.conditional_formats = [
            _with_ranges(rule, without_all(_ranges(rule), [source]))
            for rule in source_sheet.conditional_formats
        ]
    same_tab = source_sheet is target_sheet
    additions: Mapping[int, list[GridRange]] = dict(brought) if same_tab else {}
    rules = [
        _pasted(rule, additions.get(index, []), tiles)
        for index, rule in enumerate(target_sheet.conditional_formats)
    ]
    if not same_tab:
        rules += [
            _with_ranges(source_sheet.conditional_formats[index], areas) for index, areas in brought
        ]
    target_sheet.conditional_formats = [rule for rule in rules if rule["ranges"]]
    source_sheet.conditional_formats = [
        rule for rule in source_sheet.conditional_formats if rule["ranges"]
    ]


def _pasted(rule: Json, added: list[GridRange], tiles: Sequence[Tile]) -> dict[str, Any]:
    """The rule with its ranges changed only where the paste makes a difference."""
    taken = without_all([tile.area for tile in tiles], added)
    ranges = _ranges(rule)
    for hole in taken:
        ranges = [rest for area in ranges for rest in without(area, hole)]
    for area in added:
        if not any(contains(known, area) for known in ranges):
            ranges.append(area)
    return _with_ranges(rule, ranges)


def _pieces(rule: Json, source: GridRange) -> list[GridRange]:
    cuts = (intersection(area, source) for area in _ranges(rule))
    return [cut for cut in cuts if cut is not None]


def _ranges(rule: Json) -> list[GridRange]:
    return [GridRange.from_json(area) for area in rule.get("ranges") or ()]


def _with_ranges(rule: Json, ranges: Sequence[GridRange]) -> dict[str, Any]:
    return {**rule, "ranges": [area.to_json() for area in ranges]}
