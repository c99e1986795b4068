"""Which rows or columns a request is about: found on their tab, or refused."""

from __future__ import annotations

from dataclasses import dataclass

from ..context import Context
from ..errors import GoogleError, invalid
from ..model import Json, Sheet
from ..protection import check_may_edit
from ..ranges import GridRange
from ..spans import Dimension


@dataclass(frozen=True, slots=True)
class Lines:
    """Rows or columns of one tab. `end` is None where the request left it open."""

    sheet: Sheet
    dimension: Dimension
    start: int
    end: int | None

    @property
    def name(self) -> str:
        """What one of them is called."""
        return "row" if self.dimension == "ROWS" else "column"

    @property
    def size(self) -> int:
        """How many of them the tab has."""
        return self.sheet.row_count if self.dimension == "ROWS" else self.sheet.column_count

    @property
    def last(self) -> int:
        """The end, the tab's own where the request left it open."""
        return self.size if self.end is None else self.end

    def area(self, start: int, end: int) -> GridRange:
        """The cells of some of the tab's lines."""
        if self.dimension == "ROWS":
            return GridRange(self.sheet.id, start, end)
        return GridRange(self.sheet.id, None, None, start, end)


def lines_of(context: Context, data: Json | None, place: str) -> Lines:
    """What a DimensionRange means.

    Raises:
        GoogleError: 400 when the tab doesn't exist, there is no dimension, or the indexes are no
            span.
    """
    if data is None:
        raise invalid(f"Invalid {place}: No range was given.")
    sheet = context.workbook.sheet(int(data.get("sheetId") or 0), request=place)
    start, end = data.get("startIndex"), data.get("endIndex")
    if (start or 0) < 0 or (end or 0) < 0:
        raise invalid(f"Invalid {place}: DimensionRange indexes must be >= 0")
    if end is not None and end <= (start or 0):
        raise invalid(
            f"Invalid {place}: DimensionRange endIndex[{end}] must be after "
            f"startIndex[{start or 0}]"
        )
    return Lines(sheet, dimension_of(data, place), start or 0, end)


def dimension_of(data: Json, place: str) -> Dimension:
    """Rows or columns.

    Raises:
        GoogleError: 400 when neither is said.
    """
    named = data.get("dimension")
    if named == "ROWS":
        return "ROWS"
    if named == "COLUMNS":
        return "COLUMNS"
    raise invalid(f"Invalid {place}: A dimension must be specified.")


def existing_lines(context: Context, data: Json | None, place: str) -> Lines:
    """The same, for lines that must exist.

    Raises:
        GoogleError: 400 also when the tab has no such lines.
    """
    lines = lines_of(context, data, place)
    beyond = first_missing(lines)
    if beyond is not None:
        raise _missing(lines, beyond, place)
    return lines


def first_missing(lines: Lines) -> int | None:
    """A line that is asked for and that the tab doesn't have; None if it has them all."""
    if lines.start >= lines.size:
        return lines.start
    return lines.last - 1 if lines.last > lines.size else None


def check_lines_editable(context: Context, lines: Lines, place: str) -> None:
    """Refuses a change of lines that hold cells which are protected from the caller.

    Raises:
        GoogleError: 400 in Google's words.
    """
    area = lines.area(lines.start, lines.last)
    check_may_edit(context.workbook, area, context.account, context.owner, place)


def check_gap_editable(context: Context, lines: Lines, at: int, place: str) -> None:
    """Refuses new lines inside a range that is protected from the caller.

    Before its first line and after its last one there is nothing to protect; at the tab's edges
    the line there decides.

    Raises:
        GoogleError: 400 in Google's words.
    """
    try:
        _check_line(context, lines, max(at - 1, 0), place)
    except GoogleError:
        _check_line(context, lines, min(at, lines.size - 1), place)


def _check_line(context: Context, lines: Lines, index: int, place: str) -> None:
    area = lines.area(index, index + 1)
    check_may_edit(context.workbook, area, context.account, context.owner, place)


def _missing(lines: Lines, index: int, place: str) -> GoogleError:
    return invalid(
        f"Invalid {place}: {lines.name.title()} index {index} doesn't exist; "
        f"there are only {lines.size} {lines.name}s."
    )
