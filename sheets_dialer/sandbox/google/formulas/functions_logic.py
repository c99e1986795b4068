"""Functions that decide, test and locate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..model import Computed, ErrorValue
from .evaluate import Signature, Site
from .values import Failure, Value, as_boolean, as_number, unless_error

MANY = 255
"""The most arguments that a function of any number of them takes."""


def _if(site: Site) -> Value:
    if as_boolean(site.scalar(0), site.name):
        return site.value(1)
    return site.value(2) if site.count > 2 else False


def _ifs(site: Site) -> Value:
    for index in range(0, site.count - 1, 2):
        if as_boolean(site.scalar(index), site.name, index + 1):
            return site.value(index + 1)
    raise Failure("N_A", "No match.")


def _iferror(site: Site) -> Value:
    try:
        return unless_error(site.scalar(0))
    except Failure as failure:
        if failure.error.kind == "LOADING":
            raise
        return site.value(1) if site.count > 1 else ""


def _ifna(site: Site) -> Value:
    try:
        return unless_error(site.scalar(0))
    except Failure as failure:
        if failure.error.kind != "N_A":
            raise
        return site.value(1)


def _truths(site: Site) -> Iterator[bool]:
    for index in range(site.count):
        value = site.value(index)
        if value is None or isinstance(value, str | int | float | bool | ErrorValue):
            yield as_boolean(value, site.name, index + 1)
        else:
            for item in value.filled():
                if not isinstance(unless_error(item), str):
                    yield as_boolean(item, site.name, index + 1)


def _and(site: Site) -> bool:
    return all(list(_truths(site)))


def _or(site: Site) -> bool:
    return any(list(_truths(site)))


def _not(site: Site) -> bool:
    return not as_boolean(site.scalar(0), site.name)


def _quietly(site: Site) -> Computed:
    """The argument with its error, if it has one, as a value; one that is still loading goes on
    doing so, for nothing can be said of it yet."""
    try:
        value = site.scalar(0)
    except Failure as failure:
        value = failure.error
    if isinstance(value, ErrorValue) and value.kind == "LOADING":
        raise Failure(value.kind, value.message)
    return value


def _isblank(site: Site) -> bool:
    return _quietly(site) is None


def _iserror(site: Site) -> bool:
    return isinstance(_quietly(site), ErrorValue)


def _isna(site: Site) -> bool:
    value = _quietly(site)
    return isinstance(value, ErrorValue) and value.kind == "N_A"


def _isnumber(site: Site) -> bool:
    value = _quietly(site)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _istext(site: Site) -> bool:
    return isinstance(_quietly(site), str)


def _na(_site: Site) -> Value:
    raise Failure("N_A")


def _n(site: Site) -> int | float:
    value = unless_error(site.scalar(0))
    return 0 if isinstance(value, str) else as_number(value)


def _row(site: Site) -> int:
    if not site.count:
        return site.surroundings.row + 1
    return int(_corner(site, "row")) + 1


def _column(site: Site) -> int:
    if not site.count:
        return site.surroundings.column + 1
    return int(_corner(site, "column")) + 1


def _corner(site: Site, side: str) -> int:
    corner: int | None = getattr(site.value(0), side, None)
    if corner is None:
        raise Failure("N_A", "Argument must be a range.")
    return corner


LOGIC: Mapping[str, Signature] = {
    "AND": Signature(_and, 1, MANY),
    "COLUMN": Signature(_column, 0, 1),
    "FALSE": Signature(lambda _site: False, 0, 0),
    "IF": Signature(_if, 2, 3),
    "IFERROR": Signature(_iferror, 1, 2),
    "IFNA": Signature(_ifna, 2, 2),
    "IFS": Signature(_ifs, 2, MANY),
    "ISBLANK": Signature(_isblank, 1, 1),
    "ISERROR": Signature(_iserror, 1, 1),
    "ISNA": Signature(_isna, 1, 1),
    "ISNUMBER": Signature(_isnumber, 1, 1),
    "ISTEXT": Signature(_istext, 1, 1),
    "N": Signature(_n, 1, 1),
    "NA": Signature(_na, 0, 0),
    "NOT": Signature(_not, 1, 1),
    "OR": Signature(_or, 1, MANY),
    "ROW": Signature(_row, 0, 1),
    "TRUE": Signature(lambda _site: True, 0, 0),
}
"""The functions by name."""
