"""The requests that take one token away and put another: a compare-and-swap at a batch's head."""

from __future__ import annotations

from typing import Any

from ..token import Token, anchor_name
from .requests import update

Requests = list[dict[str, Any]]
Place = tuple[int, int]
"""Row and column of the Ref column's header, zero-based."""


def swap(sheet_id: int, place: Place, before: Token | None, after: Token) -> Requests:
    """Puts `after` over the Ref header at this place, if `before` is still there; where there was
    none, only if no anchor is."""
    if before is None:
        return [anchor(sheet_id, place), *put(sheet_id, place, after)]
    return [take_away(before.id), *put(sheet_id, place, after)]


def take_away(range_id: str) -> dict[str, Any]:
    """Takes a named range away; Google refuses the whole batch where there is none."""
    return {"deleteNamedRange": {"namedRangeId": range_id}}


def put(sheet_id: int, place: Place, token: Token) -> Requests:
    """Puts a token: the named range, and the header that says the same."""
    header = update(sheet_id, *place, [[token.header]])
    return [_named_range(sheet_id, place, token.name, token.id), header]


def anchor(sheet_id: int, place: Place) -> dict[str, Any]:
    """Adds the range that is never deleted; Google refuses the whole batch where it is there."""
    return _named_range(sheet_id, place, anchor_name(sheet_id))


def _named_range(
    sheet_id: int, place: Place, name: str, range_id: str | None = None
) -> dict[str, Any]:
    row, column = place
    named: dict[str, Any] = {
        "name": name,
        "range": {
            "sheetId": sheet_id,
            "startRowIndex": row,
            "endRowIndex": row + 1,
            "startColumnIndex": column,
            "endColumnIndex": column + 1,
        },
    }
    if range_id:
        named["namedRangeId"] = range_id
    return {"addNamedRange": {"namedRange": named}}
