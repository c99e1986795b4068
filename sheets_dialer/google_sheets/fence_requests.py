"""The requests that take one token away and put another: a compare-and-swap at a batch's head."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..tabs.fencing_token import Token, anchor_name, read_token
from .cell_updates import update

Requests = list[dict[str, Any]]
RefPlace = tuple[int, int]
"""Row and column of the Ref column's header, zero-based."""


def swap(sheet_id: int, place: RefPlace, before: Token | None, after: Token) -> Requests:
    """Puts `after` over the Ref header at this place, if `before` is still there; where there was
    none, only if no anchor is."""
    if before is None:
        return [anchor(sheet_id, place), *put(sheet_id, place, after)]
    return [take_away(before.id), *put(sheet_id, place, after)]


def tokens_in_answer(answer: Mapping[str, Any], sheet_id: int, token: Token) -> list[Token]:
    """The tokens of this tab that a write's answer shows beside the one that it put: there are some
    where Google has accepted two writes of which each took away the same token."""
    listed = answer.get("updatedSpreadsheet", {}).get("namedRanges", [])
    here = (each for each in listed if each.get("range", {}).get("sheetId", 0) == sheet_id)
    found = map(read_token, (each.get("namedRangeId") for each in here))
    return [each for each in found if each is not None and each.id != token.id]


def take_away(range_id: str) -> dict[str, Any]:
    """Takes a named range away; Google refuses the whole batch where there is none."""
    return {"deleteNamedRange": {"namedRangeId": range_id}}


def put(sheet_id: int, place: RefPlace, token: Token) -> Requests:
    """Puts a token: the named range, and the header that says the same."""
    header = update(sheet_id, *place, [[token.header]])
    return [_named_range(sheet_id, place, token.name, token.id), header]


def anchor(sheet_id: int, place: RefPlace) -> dict[str, Any]:
    """Adds the range that is never deleted; Google refuses the whole batch where it is there."""
    return _named_range(sheet_id, place, anchor_name(sheet_id))


def _named_range(
    sheet_id: int, place: RefPlace, name: str, range_id: str | None = None
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
