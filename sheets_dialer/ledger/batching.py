"""Asking for many values at once, in statements of a size that every database takes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

_CHUNK = 500  # values in one statement; databases have limits

Item = TypeVar("Item")


def among(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether the column has one of the values that `rows_among` asks for."""
    return column.in_(sa.bindparam("among", expanding=True))


def rows_among(
    connection: sa.Connection, query: sa.Select[Any], values: Iterable[Any], **parameters: Any
) -> Iterator[sa.Row[Any]]:
    """The rows of a query that asks for `among` these values."""
    for chunk in chunks(sorted(values)):
        yield from connection.execute(query, {"among": chunk, **parameters})


def chunks(items: Sequence[Item]) -> Iterator[list[Item]]:
    """The items in lists, each of which one statement takes."""
    iterator = iter(items)
    while chunk := list(itertools.islice(iterator, _CHUNK)):
        yield chunk
