"""A1 notation: what a range's text means in a workbook, and how Google writes a range back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from .errors import GoogleError, invalid
from .model import Sheet, Workbook
from .ranges import GridRange

_QUOTED = re.compile(r"'((?:[^']|'')*)'(?:!(.*))?", re.DOTALL)
_END = r"\$?([A-Za-z]{0,3})\$?([0-9]{0,8})"
_AREA = re.compile(rf"{_END}(?::{_END})?")
_INDEX = r"([0-9]{1,8}|\[[0-9]{1,8}\])?"
_R1C1 = re.compile(rf"(?=[RC])(?:(R){_INDEX})?(?:(C){_INDEX})?")
_PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CELL_LIKE = re.compile(r"[A-Z]{1,3}[0-9]+|R[0-9]*C[0-9]*|[RC]", re.IGNORECASE)


def column_letters(index: int) -> str:
    """The letters of a zero-based column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def column_index(letters: str) -> int:
    """The zero-based column of these letters, in either case."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def unparsable(text: str) -> GoogleError:
    """The 400 for a range that means nothing in the spreadsheet."""
    return invalid(f"Unable to parse range: {text}")


def parse_range(workbook: Workbook, text: str) -> GridRange:
    """What the text means here: a tab, an area of one, or a named range.

    Precedence is Google's (documented): a bare ``A1`` is a cell of the first visible tab, a bare
    name is a named range before it is a tab, a quoted name is always a tab. Sides that the text
    leaves open stay open.

    Raises:
        GoogleError: 400 ``Unable to parse range`` when it means nothing in this workbook.
    """
    quoted = _QUOTED.fullmatch(text)
    if quoted:
        sheet = workbook.sheet_titled(quoted[1].replace("''", "'"))
        area_text = quoted[2]
    else:
        title, bang, area_text = text.rpartition("!")
        if not bang:
            return _bare(workbook, text)
        sheet = workbook.sheet_titled(title)
    if sheet is None:
        whole = workbook.sheet_titled(text)
        if whole is None or quoted:
            raise unparsable(text)
        return GridRange(whole.id)
    if area_text is None:
        return GridRange(sheet.id)
    found = parse_area(area_text, sheet.id) or _named(workbook, area_text)
    if found is None:
        raise unparsable(text)
    return found


def parse_area(text: str, sheet_id: int) -> GridRange | None:
    """The area without its tab, such as ``B2:D``; None when the text isn't one."""
    sides = _sides(text)
    return GridRange(sheet_id, *sides) if sides else None


def format_range(sheet: Sheet, area: GridRange) -> str:
    """The area as Google writes it in answers: every side closed at the grid's edge (recorded)."""
    closed = sheet.bounded(area)
    return f"{quoted_title(sheet.title)}!{format_area(closed)}"


def format_area(area: GridRange) -> str:
    """A closed area without its tab; a single cell is written once."""
    start = f"{column_letters(area.start_column or 0)}{(area.start_row or 0) + 1}"
    if area.end_row is None or area.end_column is None:
        raise ValueError("an open range has no last cell")
    end = f"{column_letters(area.end_column - 1)}{area.end_row}"
    return start if start == end else f"{start}:{end}"


@lru_cache(maxsize=1024)
def quoted_title(title: str) -> str:
    """The tab's title, in quotes only where A1 notation needs them (recorded: ``'D3'``)."""
    if _PLAIN_TITLE.fullmatch(title) and not _CELL_LIKE.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def _bare(workbook: Workbook, text: str) -> GridRange:
    visible = next((s for s in workbook if not s.properties.get("hidden")), workbook.sheets[0])
    area = parse_area(text, visible.id) or _named(workbook, text)
    if area is not None:
        return area
    sheet = workbook.sheet_titled(text)
    if sheet is None:
        raise unparsable(text)
    return GridRange(sheet.id)


def _named(workbook: Workbook, name: str) -> GridRange | None:
    folded = name.casefold()
    for named in workbook.named_ranges.values():
        if str(named["name"]).casefold() == folded and "range" in named:
            area: Mapping[str, int] = named["range"]
            return GridRange.from_json(area)
    return None


_Sides = tuple[int | None, int | None, int | None, int | None]


@lru_cache(maxsize=4096)
def _sides(text: str) -> _Sides | None:
    """Start row, end row, start column and end column, or None when the text is no area."""
    match = _AREA.fullmatch(text)
    if match is None:
        return _r1c1_sides(text)
    letters = [group for group in (match[1], match[3]) if group]
    numbers = [int(group) for group in (match[2], match[4]) if group]
    is_pair = match[3] is not None
    if not is_pair and not (letters and numbers):
        return _r1c1_sides(text)
    if is_pair and (not (match[1] or match[2]) or not (match[3] or match[4])):
        return None
    if 0 in numbers:
        return None
    start_row, end_row = _ordered([number - 1 for number in numbers], is_pair)
    start_column, end_column = _ordered([column_index(group) for group in letters], is_pair)
    return start_row, end_row, start_column, end_column


def _r1c1_sides(text: str) -> _Sides | None:
    """The same for R1C1 notation, in which brackets hold an offset from A1 and a letter without a
    number is an offset of 0 (measured on the real service by others)."""
    if text in {"R", "C"}:
        return 0, 1, 0, 1
    ends = [_R1C1.fullmatch(half) for half in text.split(":")]
    if len(ends) > 2:
        return None
    rows, columns = [], []
    for end in ends:
        if end is None:
            return None
        if end[1]:
            rows.append(_r1c1_index(end[2]))
        if end[3]:
            columns.append(_r1c1_index(end[4]))
    if -1 in rows or -1 in columns:
        return None
    is_pair = len(ends) == 2
    return *_ordered(rows, is_pair), *_ordered(columns, is_pair)


def _r1c1_index(text: str | None) -> int:
    """Zero-based; -1 for an absolute 0, which is no place."""
    if text is None:
        return 0
    return int(text[1:-1]) if text.startswith("[") else int(text) - 1


def _ordered(indexes: list[int], is_pair: bool) -> tuple[int | None, int | None]:
    """Start and end of one axis, given once or twice; once in a pair leaves the end open."""
    if not indexes:
        return None, None
    if is_pair and len(indexes) == 1:
        return indexes[0], None
    return min(indexes), max(indexes) + 1
