"""Functions that look a value up in cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..model import Computed, ErrorValue
from .evaluate import Signature, Site
from .values import Failure, Grid, as_boolean, as_text, compare, unless_error


def _grid(site: Site, index: int) -> Grid:
    value = site.value(index)
    if value is None or isinstance(value, str | int | float | bool | ErrorValue):
        raise Failure("N_A", "Argument must be a range.")
    return value


def _kind(value: Computed) -> type:
    return str if isinstance(value, str) else bool if isinstance(value, bool) else float


def _place(
    wanted: Computed, at: Callable[[int], Computed], size: int, *, is_sorted: bool
) -> int | None:
    """Where the wanted value stands; among sorted ones the last that isn't beyond it."""
    wanted = unless_error(wanted)
    found = None
    for index in range(size):
        value = at(index)
        if value is None or isinstance(value, ErrorValue) or _kind(value) is not _kind(wanted):
            continue
        order = compare(value, wanted)
        if order == 0 and not is_sorted:
            return index
        if is_sorted:
            if order > 0:
                break
            found = index
    return found


def _not_found(site: Site, wanted: Computed) -> Failure:
    return Failure("N_A", f"Did not find value '{as_text(wanted)}' in {site.name} evaluation.")


def _index(site: Site, argument: int, size: int) -> int:
    index = int(site.number(argument))
    if index < 1:
        raise Failure(
            "VALUE",
            f"Function {site.name} parameter {argument + 1} value is {index}. "
            "It should be greater than or equal to 1.",
        )
    if index > size:
        raise Failure("REF", f"{site.name} evaluates to an out of bounds range.")
    return index - 1


def _vlookup(site: Site) -> Computed:
    wanted, grid = site.scalar(0), _grid(site, 1)
    column = _index(site, 2, grid.width)
    is_sorted = site.count < 4 or as_boolean(site.scalar(3), site.name, 4)
    row = _place(wanted, lambda index: grid.at(index, 0), grid.height, is_sorted=is_sorted)
    if row is None:
        raise _not_found(site, wanted)
    return grid.at(row, column)


def _match(site: Site) -> int:
    wanted, grid = site.scalar(0), _grid(site, 1)
    if grid.height > 1 and grid.width > 1:
        raise Failure("N_A", "MATCH range must be a single row or a single column.")
    by_row = grid.width == 1
    kind = site.number(2, 1)
    if kind < 0:
        raise Failure("N_A", "MATCH in descending order is not emulated by this sandbox.")
    place = _place(
        wanted,
        lambda index: grid.at(index, 0) if by_row else grid.at(0, index),
        max(grid.height, grid.width),
        is_sorted=kind > 0,
    )
    if place is None:
        raise _not_found(site, wanted)
    return place + 1


LOOKUP: Mapping[str, Signature] = {
    "MATCH": Signature(_match, 2, 3),
    "VLOOKUP": Signature(_vlookup, 3, 4),
}
"""The functions by name."""
