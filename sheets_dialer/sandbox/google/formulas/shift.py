"""Rewriting the references of a formula when cells move, with all else left as it was typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..spans import Relocation
from .references import Corner, Line, Reference, Span, parse_reference
from .tokens import Token, tokenise

BROKEN = "#REF!"
"""What stands in a formula in place of a reference to something deleted."""

_LAST_ROW = 10_000_000
_LAST_COLUMN = 18_278

Place = Callable[[Reference, str], Reference | None]
"""Takes a reference and the title of the tab it points to; gives the new one, or None for one
that points nowhere any more."""


@dataclass(frozen=True, slots=True)
class Move:
    """Rows or columns inserted before `start` (`count` above 0) or deleted from `start` on.

    `dimension` is ROWS or COLUMNS; indexes are zero-based.
    """

    sheet_title: str
    dimension: str
    start: int
    count: int


@dataclass(frozen=True, slots=True)
class Reordering:
    """Rows or columns `start` to before `end` moved so that they stand before `destination`,
    which is counted before anything moved."""

    sheet_title: str
    dimension: str
    start: int
    end: int
    destination: int


@dataclass(frozen=True, slots=True)
class Carry:
    """A rectangle cut from one place and pasted at another, possibly on another tab."""

    sheet_title: str
    rows: Span
    columns: Span
    to_title: str
    to_row: int
    to_column: int


def rewritten(text: str, own_sheet_title: str, place: Place) -> str:
    """The formula with each reference put through `place`.

    References without a tab's name belong to `own_sheet_title`, where the formula stands.
    """
    return "".join(_rewritten_token(token, own_sheet_title, place) for token in tokenise(text))


def shifted(text: str, move: Move, own_sheet_title: str) -> str:
    """The formula after rows or columns were inserted or deleted.

    Areas grow and shrink with what happens inside them; what points to nothing but deleted cells
    becomes ``#REF!``.
    """
    return rewritten(
        text,
        own_sheet_title,
        _on_tab(
            move.sheet_title,
            lambda reference: _by_lines(reference, move.dimension, lambda span: _moved(span, move)),
        ),
    )


def reordered(text: str, change: Reordering, own_sheet_title: str) -> str:
    """The formula after rows or columns were moved: single cells are followed, and areas go the
    way of named ranges, which `Relocation` tells."""
    return rewritten(
        text,
        own_sheet_title,
        _on_tab(
            change.sheet_title,
            lambda reference: _by_lines(
                reference, change.dimension, lambda span: _reordered(span, change)
            ),
        ),
    )


def carried(text: str, carry: Carry, own_sheet_title: str) -> str:
    """The formula after a cut and paste: references wholly inside the cut rectangle follow it."""

    def place(reference: Reference, title: str) -> Reference | None:
        inside = _holds(carry.rows, reference.rows) and _holds(carry.columns, reference.columns)
        if title.casefold() != carry.sheet_title.casefold() or not inside:
            return reference
        moved = _offset(
            reference,
            carry.to_row - carry.rows.start,
            carry.to_column - carry.columns.start,
            fixed_too=True,
        )
        if moved is None or carry.to_title.casefold() == carry.sheet_title.casefold():
            return moved
        return moved.titled(carry.to_title)

    return rewritten(text, own_sheet_title, place)


def translated(text: str, rows: int, columns: int) -> str:
    """The formula as a copy of it reads so many rows down and columns to the right: references
    shift with it, except where a ``$`` holds them."""
    return rewritten(text, "", lambda ref, _title: _offset(ref, rows, columns, fixed_too=False))


def retitled(text: str, old_title: str, new_title: str) -> str:
    """The formula after a tab was given another title."""
    return rewritten(
        text,
        "",
        lambda ref, title: (
            ref.titled(new_title) if title.casefold() == old_title.casefold() else ref
        ),
    )


def without_tab(text: str, title: str, own_sheet_title: str) -> str:
    """The formula after a tab was deleted: what pointed to it becomes ``#REF!``."""
    return rewritten(text, own_sheet_title, _on_tab(title, lambda _reference: None))


def _rewritten_token(token: Token, own_sheet_title: str, place: Place) -> str:
    if token.kind != "reference":
        return token.text
    reference = parse_reference(token.text)
    named = reference.sheet_title
    new = place(reference, own_sheet_title if named is None else named)
    if new is None:
        return BROKEN
    return token.text if new == reference else new.text()


def _on_tab(title: str, change: Callable[[Reference], Reference | None]) -> Place:
    folded = title.casefold()
    return lambda ref, pointed: change(ref) if pointed.casefold() == folded else ref


def _by_lines(
    reference: Reference, dimension: str, change: Callable[[Span], Span | None]
) -> Reference | None:
    is_rows = dimension == "ROWS"
    first, last = reference.first, reference.last
    ends = [end for end in (first, last) if end is not None]
    if all(_line(end, is_rows) is None for end in ends):
        return reference  # whole columns don't notice what rows do, and the other way round
    span = reference.rows if is_rows else reference.columns
    new = change(span)
    if new is None or new == span:
        return None if new is None else reference
    return replace(
        reference,
        first=_with_line(first, is_rows, new.start),
        last=None if last is None else _with_line(last, is_rows, (new.end or 1) - 1),
    )


def _line(corner: Corner, is_rows: bool) -> Line | None:
    return corner.row if is_rows else corner.column


def _with_line(corner: Corner, is_rows: bool, index: int) -> Corner:
    line = _line(corner, is_rows)
    if line is None:
        return corner
    new = replace(line, index=index)
    return replace(corner, row=new) if is_rows else replace(corner, column=new)


def _moved(span: Span, move: Move) -> Span | None:
    if move.count >= 0:
        start = span.start + move.count if span.start >= move.start else span.start
        if span.end is None:
            return Span(start, None)
        return Span(start, span.end + move.count if span.end > move.start else span.end)
    end = move.start - move.count

    def after_deletion(index: int) -> int:
        if index <= move.start:
            return index
        return move.start if index <= end else index + move.count

    start = after_deletion(span.start)
    if span.end is None:
        return Span(start, None)
    new_end = after_deletion(span.end)
    return Span(start, new_end) if new_end > start else None


def _reordered(span: Span, change: Reordering) -> Span | None:
    lines = Relocation(0, "ROWS", change.start, change.end, change.destination)
    start, end = lines.span((span.start, span.end)) or (None, None)
    return None if start is None else Span(start, end)


def _holds(outer: Span, inner: Span) -> bool:
    if inner.start < outer.start:
        return False
    if outer.end is None:
        return True
    return inner.end is not None and inner.end <= outer.end


def _offset(reference: Reference, rows: int, columns: int, *, fixed_too: bool) -> Reference | None:
    def moved(corner: Corner) -> Corner | None:
        row = _offset_line(corner.row, rows, _LAST_ROW, fixed_too)
        column = _offset_line(corner.column, columns, _LAST_COLUMN, fixed_too)
        if (corner.row is not None and row is None) or (
            corner.column is not None and column is None
        ):
            return None
        return Corner(row, column)

    first = moved(reference.first)
    last = None if reference.last is None else moved(reference.last)
    if first is None or (reference.last is not None and last is None):
        return None
    return replace(reference, first=first, last=last)


def _offset_line(line: Line | None, by: int, limit: int, fixed_too: bool) -> Line | None:
    if line is None or (line.fixed and not fixed_too):
        return line
    index = line.index + by
    return replace(line, index=index) if 0 <= index < limit else None
