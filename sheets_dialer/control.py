"""The control tab's settings: what people say there, and what stands in the way of dialling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CONTROL_TAB = "Dialer"
CONTROL_LABEL = "Control"
RUN, PAUSE = "RUN", "PAUSE"


@dataclass(frozen=True, slots=True)
class Control:
    """Whether new calls may start. `problem` says, for people, why a value can't be used."""

    run: bool
    problem: str | None = None


def read_control(grid: Sequence[Sequence[object]] | None, campaign: str) -> Control:
    """Reads one campaign's column of the control tab; whatever is unclear means no new calls.

    The first row names the campaigns, the first column the settings.
    """
    if not grid:
        return Control(False, f"The {CONTROL_TAB} tab is missing or empty. Run setup.")
    names = [str(cell).strip() for cell in grid[0]]
    if names.count(campaign) != 1:
        return Control(
            False, f"The {CONTROL_TAB} tab needs one column named {campaign}. Run setup."
        )
    column = names.index(campaign)
    for row in grid[1:]:
        if row and str(row[0]).strip().casefold() == CONTROL_LABEL.casefold():
            word = str(row[column]).strip() if column < len(row) else ""
            if word.upper() == RUN:
                return Control(True)
            if word.upper() == PAUSE:
                return Control(False)
            return Control(False, f"Control says “{word}”. Choose {RUN} or {PAUSE}.")
    return Control(False, f"The {CONTROL_TAB} tab has no row named {CONTROL_LABEL}. Run setup.")
