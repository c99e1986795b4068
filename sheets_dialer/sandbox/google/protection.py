"""Hard protection: who may change which cells."""

from __future__ import annotations

from .errors import invalid
from .model import Json, Workbook
from .ranges import GridRange
from .rectangles import intersection, without_all

REFUSAL = (
    "You are trying to edit a protected cell or object. "
    "Please contact the spreadsheet owner to remove protection if you need to edit."
)


def check_may_edit(
    workbook: Workbook, area: GridRange, account: str, owner: str, place: str
) -> None:
    """Refuses a write to cells that a protected range keeps for others.

    A `warningOnly` range stops nobody (discovery document). A hard one lets the spreadsheet's
    owner and its own editors through, and leaves its `unprotectedRanges` open to all.

    Args:
        workbook: where the write is about to happen.
        area: the cells that it would change.
        account: the caller's e-mail address.
        owner: the spreadsheet owner's.
        place: such as ``requests[0].updateCells``; empty for the values methods, whose message
            names no request.

    Raises:
        GoogleError: 400 in Google's words.
    """
    if account == owner:
        return
    for protected in workbook.sheet(area.sheet_id).protected_ranges.values():
        if not protected.get("warningOnly") and _keeps_out(protected, area, account):
            raise invalid(f"Invalid {place}: {REFUSAL}" if place else REFUSAL)


def _keeps_out(protected: Json, area: GridRange, account: str) -> bool:
    kept = GridRange.from_json({"sheetId": area.sheet_id, **(protected.get("range") or {})})
    touched = intersection(kept, area)
    if touched is None or _may_edit(protected, account):
        return False
    left_open = [GridRange.from_json(item) for item in protected.get("unprotectedRanges") or ()]
    return bool(without_all([touched], left_open))


def _may_edit(protected: Json, account: str) -> bool:
    users = (protected.get("editors") or {}).get("users") or ()
    return account.casefold() in {str(user).casefold() for user in users}
