"""How large a spreadsheet may grow."""

from __future__ import annotations

from .errors import invalid

MAX_CELLS = 10_000_000
"""Google's limit for all tabs of a spreadsheet together, empty cells included (documented)."""


def check_cell_count(count: int, place: str = "") -> None:
    """Refuses a spreadsheet of that many cells if they are too many.

    Args:
        count: the cells that all its tabs would have.
        place: the request that would make them, such as ``requests[0].addSheet``; empty for the
            values methods.

    Raises:
        GoogleError: 400 in Google's words.
    """
    if count > MAX_CELLS:
        lead = f"Invalid {place}: " if place else ""
        raise invalid(
            f"{lead}This action would increase the number of cells in the workbook "
            f"above the limit of {MAX_CELLS} cells."
        )
