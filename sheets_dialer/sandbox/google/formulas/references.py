"""References in formulas: ``A1``, ``$B$2:C``, ``A:A``, ``'Tab name'!1:3``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..a1 import column_index, column_letters

_PARTS = re.compile(
    r"""
    (?P<prefix>.*!)?
    (?P<first_column>\$?[A-Z]{1,3})?(?P<first_row>\$?[0-9]+)?
    (?P<colon>:)?
    (?P<last_column>\$?[A-Z]{1,3})?(?P<last_row>\$?[0-9]+)?
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row or column of a reference, zero-based; `fixed` when a ``$`` stands before it."""

    index: int
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Corner:
    """One end of a reference; without a row it means whole columns, and the other way round."""

    row: Line | None
    column: Line | None


@dataclass(frozen=True, slots=True)
class Span:
    """Lines from `start` to before `end`; no end reaches to the grid's edge."""

    start: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Reference:
    """A cell (`last` is None) or an area. `prefix` is the tab as typed, with its ``!``."""

    prefix: str
    first: Corner
    last: Corner | None

    @property
    def sheet_title(self) -> str | None:
        """The title of the tab that is named; None for the formula's own tab."""
        if not self.prefix:
            return None
        title = self.prefix[:-1]
        return title[1:-1].replace("''", "'") if title.startswith("'") else title

    @property
    def rows(self) -> Span:
        """The rows covered."""
        last = self.last.row if self.last else None
        return _span(self.first.row, last, single=self.last is None)

    @property
    def columns(self) -> Span:
        """The columns covered."""
        last = self.last.column if self.last else None
        return _span(self.first.column, last, single=self.last is None)

    def text(self) -> str:
        """The reference as it is typed."""
        first = _corner_text(self.first)
        return f"{self.prefix}{first}" + (
            "" if self.last is None else f":{_corner_text(self.last)}"
        )

    def titled(self, title: str) -> Reference:
        """The same area on the tab of that title."""
        return replace(self, prefix=f"{quoted_title(title)}!")


def parse_reference(text: str) -> Reference:
    """Reads the text of a reference token."""
    match = _PARTS.fullmatch(text)
    if match is None:
        raise ValueError(f"not a reference: {text!r}")
    first = Corner(_row(match["first_row"]), _column(match["first_column"]))
    last = None
    if match["colon"]:
        last = Corner(_row(match["last_row"]), _column(match["last_column"]))
    return Reference(match["prefix"] or "", first, last)


def quoted_title(title: str) -> str:
    """The title as a formula names it, in quotes unless it is a plain word."""
    if re.fullmatch(r"[^\W\d]\w*", title) and not re.fullmatch(r"[A-Za-z]{1,3}[0-9]+", title):
        return title
    return "'" + title.replace("'", "''") + "'"


def _span(first: Line | None, last: Line | None, *, single: bool) -> Span:
    if single and first is not None:
        return Span(first.index, first.index + 1)
    if first is not None and last is not None:
        return Span(min(first.index, last.index), max(first.index, last.index) + 1)
    given = first or last
    return Span(0 if given is None else given.index, None)


def _row(text: str | None) -> Line | None:
    return None if text is None else Line(int(text.lstrip("$")) - 1, text.startswith("$"))


def _column(text: str | None) -> Line | None:
    return None if text is None else Line(column_index(text.lstrip("$")), text.startswith("$"))


def _corner_text(corner: Corner) -> str:
    shown = ""
    if corner.column is not None:
        shown += "$" * corner.column.fixed + column_letters(corner.column.index)
    if corner.row is not None:
        shown += "$" * corner.row.fixed + str(corner.row.index + 1)
    return shown
