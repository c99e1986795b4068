"""Arithmetic of closed rectangles on one sheet: what two share, and what one leaves of another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .ranges import GridRange

_FAR = 2**31
"""Beyond every grid; stands for an open side while edges are compared."""


def intersection(one: GridRange, other: GridRange) -> GridRange | None:
    """The cells in both; None when there are none. A side open in both stays open."""
    if not one.overlaps(other):
        return None
    return GridRange(
        one.sheet_id,
        _later(one.start_row, other.start_row),
        _earlier(one.end_row, other.end_row),
        _later(one.start_column, other.start_column),
        _earlier(one.end_column, other.end_column),
    )


def without(area: GridRange, hole: GridRange) -> list[GridRange]:
    """The rectangles that remain of the area when the hole is cut out of it: above, left of,
    right of and below it."""
    cut = intersection(area, hole)
    if cut is None:
        return [area]
    remaining = []
    top, bottom = cut.start_row or 0, cut.end_row
    if (area.start_row or 0) < top:
        remaining.append(replace(area, end_row=top))
    band = replace(area, start_row=cut.start_row, end_row=bottom)
    if (area.start_column or 0) < (cut.start_column or 0):
        remaining.append(replace(band, end_column=cut.start_column))
    if _edge(cut.end_column) < _edge(area.end_column):
        remaining.append(replace(band, start_column=cut.end_column))
    if _edge(bottom) < _edge(area.end_row):
        remaining.append(replace(area, start_row=bottom))
    return remaining


def without_all(areas: Iterable[GridRange], holes: Iterable[GridRange]) -> list[GridRange]:
    """What remains of the areas when every hole is cut out of them."""
    remaining = list(areas)
    for hole in holes:
        remaining = [rest for area in remaining for rest in without(area, hole)]
    return remaining


def contains(outer: GridRange, inner: GridRange) -> bool:
    """Whether all of the inner rectangle lies in the outer one."""
    return (
        outer.sheet_id == inner.sheet_id
        and (outer.start_row or 0) <= (inner.start_row or 0)
        and (outer.start_column or 0) <= (inner.start_column or 0)
        and _edge(inner.end_row) <= _edge(outer.end_row)
        and _edge(inner.end_column) <= _edge(outer.end_column)
    )


def _edge(end: int | None) -> int:
    return _FAR if end is None else end


def _later(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else max(one, other)


def _earlier(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)
