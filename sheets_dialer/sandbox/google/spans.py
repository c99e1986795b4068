"""Where rows and columns end up when lines are inserted, deleted or moved: plain arithmetic.

A line is a row or a column. Every change knows the tab and the dimension that it is about and
leaves all other tabs and the other dimension alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeAlias, TypeVar

from .ranges import GridRange

Dimension: TypeAlias = Literal["ROWS", "COLUMNS"]
Span: TypeAlias = tuple[int | None, int | None]
"""Start and end of one dimension of a range, half-open; None is unbounded."""

_Line = TypeVar("_Line")


class Change(Protocol):
    """One change of the lines of one tab."""

    @property
    def sheet_id(self) -> int: ...

    @property
    def dimension(self) -> Dimension: ...

    def index(self, index: int) -> int | None:
        """Where that line stands now; None when it is gone."""
        ...

    def span(self, span: Span) -> Span | None:
        """What the span covers now; None when nothing of it is left."""
        ...


@dataclass(frozen=True, slots=True)
class Insertion:
    """`count` empty lines before the line `start`.

    A range grows when they fall inside it. At its edges it keeps its size: it moves down before
    lines inserted at its start, and doesn't reach for those inserted at its end.
    """

    sheet_id: int
    dimension: Dimension
    start: int
    count: int

    def index(self, index: int) -> int | None:
        """Where that line stands now."""
        return index + self.count if index >= self.start else index

    def span(self, span: Span) -> Span | None:
        """What the span covers now."""
        start, end = span
        if start is not None and start >= self.start:
            start += self.count
        if end is not None and end > self.start:
            end += self.count
        return start, end


@dataclass(frozen=True, slots=True)
class Deletion:
    """The lines from `start` to before `end` are gone."""

    sheet_id: int
    dimension: Dimension
    start: int
    end: int

    def index(self, index: int) -> int | None:
        """Where that line stands now; None when it was deleted."""
        return None if self.start <= index < self.end else self._edge(index)

    def span(self, span: Span) -> Span | None:
        """What the span covers now; None when all of it was deleted."""
        start = None if span[0] is None else self._edge(span[0])
        end = None if span[1] is None else self._edge(span[1])
        if end is not None and (start or 0) >= end:
            return None
        return start, end

    def _edge(self, edge: int) -> int:
        return edge - max(0, min(edge, self.end) - self.start)


@dataclass(frozen=True, slots=True)
class Relocation:
    """The lines from `start` to before `end` now stand before what was the line `destination`.

    A range whose lines are still side by side covers the same lines as before, in whatever order.
    One that was torn apart behaves as if lines had been inserted at the destination and the old
    ones deleted: it grows around lines moved into it and gives up those moved out of it.
    """

    sheet_id: int
    dimension: Dimension
    start: int
    end: int
    destination: int

    @property
    def distance(self) -> int:
        """How far the moved lines went; negative is up or left."""
        if self.destination <= self.start:
            return self.destination - self.start
        return max(self.destination, self.end) - self.end

    def index(self, index: int) -> int:
        """Where that line stands now."""
        if self.start <= index < self.end:
            return index + self.distance
        if self.end <= index < self.destination:
            return index - (self.end - self.start)
        if self.destination <= index < self.start:
            return index + (self.end - self.start)
        return index

    def span(self, span: Span) -> Span | None:
        """What the span covers now."""
        whole = self._whole(span)
        if whole is not None:
            return whole
        count = self.end - self.start
        opened = Insertion(self.sheet_id, self.dimension, self.destination, count).span(span)
        start = self.start + count if self.destination <= self.start else self.start
        closing = Deletion(self.sheet_id, self.dimension, start, start + count)
        return None if opened is None else closing.span(opened)

    def _whole(self, span: Span) -> Span | None:
        """Where the span's lines stand now, if they are still side by side."""
        start, end = span
        if start is None or end is None or end <= start:
            return None
        # Order changes only at these lines, so the outermost ones are among them.
        turns = [start, end - 1]
        for edge in (self.start, self.end, self.destination):
            turns += [edge - 1, edge]
        places = [self.index(line) for line in turns if start <= line < end]
        first, last = min(places), max(places)
        return (first, last + 1) if last - first == end - 1 - start else None


def moved_range(change: Change, area: GridRange) -> GridRange | None:
    """The range after the change; None when nothing of it is left."""
    if area.sheet_id != change.sheet_id:
        return area
    if change.dimension == "ROWS":
        rows = change.span((area.start_row, area.end_row))
        return None if rows is None else replace(area, start_row=rows[0], end_row=rows[1])
    columns = change.span((area.start_column, area.end_column))
    if columns is None:
        return None
    return replace(area, start_column=columns[0], end_column=columns[1])


def relocated(lines: list[_Line], change: Relocation) -> list[_Line]:
    """The lines in their new order."""
    moved = lines[change.start : change.end]
    rest = lines[: change.start] + lines[change.end :]
    at = change.start + change.distance
    return rest[:at] + moved + rest[at:]


@dataclass(frozen=True, slots=True)
class Spread:
    """An insertion as formats see it: the new lines look like the line before them, or after.

    A rule that reached the neighbour they take after therefore reaches them too.
    """

    insertion: Insertion
    from_before: bool

    @property
    def sheet_id(self) -> int:
        """The tab that got the lines."""
        return self.insertion.sheet_id

    @property
    def dimension(self) -> Dimension:
        """Whether rows or columns were inserted."""
        return self.insertion.dimension

    def index(self, index: int) -> int | None:
        """Where that line stands now."""
        return self.insertion.index(index)

    def span(self, span: Span) -> Span | None:
        """What the span covers now."""
        at, count = self.insertion.start, self.insertion.count
        start, end = span
        if start is not None and (start >= at if self.from_before else start > at):
            start += count
        if end is not None and (end >= at if self.from_before else end > at):
            end += count
        return start, end
