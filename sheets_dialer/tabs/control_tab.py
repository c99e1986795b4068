"""The control tab's settings: what people say there, and what stands in the way of dialling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..texts import say
from .status import STATUSES

CONTROL_TAB = "Dialer"
DO_NOT_CALL_TAB = "Do Not Call"
CAMPAIGN_LABEL = "Campaign"
CONTROL_LABEL = "Control"
STATE_LABEL = "State"
ALARM_LABEL = "Running?"
LAST_PASS_LABEL = "Last pass"
CLOCK_LABEL = "Clock difference (hours)"
"""By how much the spreadsheet's clocks are ahead of the configuration's, of which all times are."""
SETTINGS = ("Calling days", "Calling hours", "Daily cap", "Daily budget (Rs)", "Voice ID")
"""What people may set for a campaign beside Control; blank means as configured."""
SHOWN = (
    *(LAST_PASS_LABEL, "Next pass", "Held by", "Last problem", "What RUN would do"),
    *("Account", "Balance (Rs)", "Rate (Rs)", "Calls today", "Spent today (Rs)"),
    *("Queued would cost (Rs)", "Queued would be done", CLOCK_LABEL),
)
"""What the dialer shows of a campaign beside State and the counts."""
ANSWERS = {
    "1": "Confirmed (1)",
    "2": "Cancelled (2)",
    "3": "Callback requested (3)",
    "none": "No key pressed",
    "other": "Another key",
}
"""By key: the campaigns may call them otherwise, and share the rows."""
HOURS = tuple(f"{hour:02}:00" for hour in range(24))
STATUS_PREFIX, ANSWER_PREFIX, REASON_PREFIX = "Status: ", "Answer: ", "Not called now: "
CALLS_PREFIX, RATE_PREFIX = "Calls at ", "Answered at "
REASONS_SHOWN = 6
"""The most frequent reasons, each in a row of its own, its sentence before its count."""
LABELS = (
    *(CAMPAIGN_LABEL, CONTROL_LABEL, STATE_LABEL, ALARM_LABEL),
    *SETTINGS,
    *SHOWN,
    *(f"{REASON_PREFIX}{number}" for number in range(1, REASONS_SHOWN + 1)),
    *(f"{STATUS_PREFIX}{status}" for status in STATUSES),
    *(f"{ANSWER_PREFIX}{answer}" for answer in ANSWERS.values()),
    *(f"{CALLS_PREFIX}{hour}" for hour in HOURS),
    *(f"{RATE_PREFIX}{hour}" for hour in HOURS),
)
"""What stands in the tab's first column, in the order in which `setup` writes it."""
RUN, PAUSE = "RUN", "PAUSE"
ALARM_AFTER_SECONDS = 300
"""How old the last beat may be before the control tab says that the dialer isn't running."""

Grid = Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Control:
    """Whether new calls may start. `problem` says, for people, why a value can't be used."""

    run: bool
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class LabelledPlace:
    """A cell of the control tab, zero-based, and what stands in it."""

    row: int
    column: int
    text: str


def alarm_after(every: float) -> int:
    """The same in seconds for passes that may be rarer than that, `every` seconds apart: three of
    them must be missing."""
    return max(ALARM_AFTER_SECONDS, round(3 * every))


@dataclass(frozen=True, slots=True)
class ControlCell:
    """A cell of the control tab, zero-based, and its value as Google gave it."""

    row: int
    column: int
    value: object


@dataclass(frozen=True, slots=True)
class CellNote:
    """What one of the dialer's own cells of the control tab is to say: a text, or a number to
    reckon and draw with."""

    row: int
    column: int
    value: str | float


def read_control(grid: Grid | None, campaign: str) -> Control:
    """Reads one campaign's column of the control tab; whatever is unclear means no new calls.

    The first row names the campaigns, the first column the settings.
    """
    if not grid:
        return Control(False, say("control_tab_missing"))
    if column_of(grid, campaign) is None:
        return Control(False, say("campaign_column_missing", campaign=campaign))
    place = find_place(grid, campaign, CONTROL_LABEL)
    if place is None:
        return Control(False, say("control_row_missing"))
    word = place.text.upper()
    if word in (RUN, PAUSE):
        return Control(word == RUN)
    if not word:
        return Control(False, say("control_empty"))
    return Control(False, say("control_unclear", word=place.text))


def find_place(grid: Grid, campaign: str, label: str) -> LabelledPlace | None:
    """The cell of a campaign's setting; None unless its row and column stand there just once."""
    column = column_of(grid, campaign)
    rows = [
        index
        for index, cells in enumerate(grid)
        if cells and str(cells[0]).strip().casefold() == label.casefold()
    ]
    if column is None or len(rows) != 1:
        return None
    cells = grid[rows[0]]
    text = str(cells[column]).strip() if column < len(cells) else ""
    return LabelledPlace(rows[0], column, text)


def cells_of_campaign(grid: Grid, campaign: str) -> Mapping[str, Sequence[ControlCell]]:
    """The cells of a campaign's column by their label, casefolded; several where it stands more
    than once, and none at all without one column that is the campaign's."""
    column = column_of(grid, campaign)
    found: dict[str, list[ControlCell]] = {}
    if column is None:
        return found
    for row, cells in enumerate(grid):
        label = str(cells[0]).strip().casefold() if cells else ""
        if label:
            value = cells[column] if column < len(cells) else ""
            found.setdefault(label, []).append(ControlCell(row, column, value))
    return found


def column_of(grid: Grid, campaign: str) -> int | None:
    """The campaign's column; None unless exactly one is headed by its name."""
    names = [str(cell).strip() for cell in grid[0]] if grid else []
    return names.index(campaign) if names.count(campaign) == 1 else None
