"""What the control tab shows of a campaign: each of the dialer's cells there, by its label."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..domain.times import serial, time_in_sentence
from ..tabs.control_tab import (
    ANSWER_PREFIX,
    ANSWERS,
    CALLS_PREFIX,
    CLOCK_LABEL,
    HOURS,
    LAST_PASS_LABEL,
    RATE_PREFIX,
    REASON_PREFIX,
    REASONS_SHOWN,
    STATE_LABEL,
    STATUS_PREFIX,
    CellNote,
    ControlCell,
    Grid,
    cells_of_campaign,
)
from ..tabs.status import OTHER, STATUSES
from ..texts import say
from .campaign_status import capital, done_by, preview_sentence, reasons, state, without_stopped
from .plan import Halt, PassRules, Plan

BEAT = timedelta(seconds=60)
"""The heartbeat is written this often at most."""
NEXT_PASS, HELD_BY, BALANCE, RATE = "Next pass", "Held by", "Balance (Rs)", "Rate (Rs)"
ACCOUNT = "Account"
QUEUED_DONE = "Queued would be done"
PREVIEW = "What RUN would do"
RIDERS = frozenset(
    {LAST_PASS_LABEL, NEXT_PASS, HELD_BY, ACCOUNT, BALANCE, RATE, QUEUED_DONE, PREVIEW}
)
"""What changes by itself: written along with other things or with the heartbeat, never alone."""
_SAME_NUMBER = 1e-7

Dashboard = Mapping[str, str | float]
"""What the cells should say, by label."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the board tells beside the plan. `rules` are those of the plan, with today's calls and
    the price of one; `zone` is the spreadsheet's own."""

    now: datetime
    rules: PassRules
    zone: ZoneInfo
    next_pass: str
    held_by: str
    paused_at: datetime | None = None
    """When this ledger's dialer first saw the PAUSE, unless it never saw anything else."""
    account: str | None = None
    """Whose account at the portal pays, where the portal tells."""
    balance: float | None = None
    rate: float | None = None
    problem: tuple[str, datetime] | None = None
    """The last problem and when it came."""


def board(made: Plan, facts: Facts) -> Dashboard:
    """Everything that the dialer shows of a campaign, by label."""
    rules, price = facts.rules, facts.rules.price
    to_call = made.to_call
    cells: dict[str, str | float] = {
        STATE_LABEL: state(made, facts.now, rules, facts.paused_at),
        LAST_PASS_LABEL: serial(facts.now, rules.zone),
        CLOCK_LABEL: _clock_difference(facts),
        NEXT_PASS: facts.next_pass,
        HELD_BY: facts.held_by,
        "Last problem": _problem(facts),
        PREVIEW: preview_sentence(made, facts.now, rules) if made.halt is Halt.PAUSED else "",
        ACCOUNT: facts.account or "",
        BALANCE: _number(facts.balance),
        RATE: _number(facts.rate),
        "Calls today": rules.today.calls,
        "Spent today (Rs)": _number(price and rules.today.spent(price)),
        "Queued would cost (Rs)": _number(price and price * to_call),
        QUEUED_DONE: done_by(to_call, facts.now, rules),
    }
    lines = reasons(made)[:REASONS_SHOWN]
    for place in range(REASONS_SHOWN):
        cells[f"{REASON_PREFIX}{place + 1}"] = (
            say("reason_counted", why=lines[place][0], count=lines[place][1])
            if place < len(lines)
            else ""
        )
    return cells | _counts(made) | _hours(rules)


def notes(
    board: Dashboard, grid: Grid, campaign: str, *, writing: bool, afresh: bool = False
) -> list[CellNote]:
    """What of the board the control tab doesn't say yet and is to be written now.

    A label that doesn't stand in the tab, or stands there twice, is passed over. `writing` is
    whether the sheet is written in any case, `afresh` whether the grid isn't what stands there now.
    """
    column = cells_of_campaign(grid, campaign)
    if LAST_PASS_LABEL in board and len(column.get(CLOCK_LABEL.casefold(), ())) != 1:
        # A tab of an older setup: its alarm reckons with a heartbeat by the spreadsheet's clocks.
        beat, apart = (board.get(label, 0) for label in (LAST_PASS_LABEL, CLOCK_LABEL))
        assert not isinstance(beat, str)
        assert not isinstance(apart, str)
        board = {**board, LAST_PASS_LABEL: round(beat + apart / 24, 8)}
    stale: dict[str, ControlCell] = {}
    for label, value in board.items():
        cells = column.get(label.casefold(), ())
        if len(cells) == 1 and (afresh or not _says(cells[0].value, value)):
            stale[label] = cells[0]
    beats = _is_due(stale.get(LAST_PASS_LABEL), board)
    if not (writing or beats or stale.keys() - RIDERS):
        return []
    if not beats:
        stale.pop(LAST_PASS_LABEL, None)
    return [CellNote(cell.row, cell.column, board[label]) for label, cell in stale.items()]


def _clock_difference(facts: Facts) -> float:
    """The alarm compares Google's NOW() with the heartbeat, and NOW() is by other clocks."""
    sheets, ours = (facts.now.astimezone(zone) for zone in (facts.zone, facts.rules.zone))
    difference = (sheets.utcoffset() or timedelta()) - (ours.utcoffset() or timedelta())
    return difference / timedelta(hours=1)


def _is_due(cell: ControlCell | None, board: Dashboard) -> bool:
    """Whether the heartbeat is to be written: the last one that shows is old, or is no time."""
    if cell is None:
        return False
    now, before = board[LAST_PASS_LABEL], cell.value
    if isinstance(before, bool) or not isinstance(before, int | float):
        return True
    assert isinstance(now, int | float)
    return not 0 <= now - before < BEAT / timedelta(days=1) - _SAME_NUMBER


def _says(shown: object, value: str | float) -> bool:
    if isinstance(value, str):
        return (shown or "") == value if isinstance(shown, str) or shown is None else False
    if isinstance(shown, bool) or not isinstance(shown, int | float):
        return False
    return math.isclose(shown, value, rel_tol=0, abs_tol=_SAME_NUMBER)


def _number(value: float | None) -> str | float:
    """Rupees to the paisa; nothing where nobody knows."""
    return "" if value is None else round(value, 2)


def _problem(facts: Facts) -> str:
    if facts.problem is None:
        return ""
    problem, at = facts.problem
    when = capital(time_in_sentence(at, facts.now, facts.rules.zone))
    return say("last_problem", when=when, problem=without_stopped(problem))


def _counts(made: Plan) -> dict[str, str | float]:
    """All rows of the tab by Status and by Answer."""
    statuses: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    for summary, count in made.summaries.items():
        if summary.status:
            statuses[summary.status if summary.status in STATUSES else OTHER] += count
        if summary.key:
            answers[summary.key] += count
    cells: dict[str, str | float] = {f"{STATUS_PREFIX}{each}": statuses[each] for each in STATUSES}
    return cells | {f"{ANSWER_PREFIX}{label}": answers[key] for key, label in ANSWERS.items()}


def _hours(rules: PassRules) -> dict[str, str | float]:
    """Today's calls by the hour, and which share of them was answered, from 0 to 1."""
    cells: dict[str, str | float] = {}
    for name, hour in zip(HOURS, rules.today.hours, strict=True):
        cells[f"{CALLS_PREFIX}{name}"] = hour.calls
        share = round(hour.answered / hour.calls, 3) if hour.calls else ""
        cells[f"{RATE_PREFIX}{name}"] = share
    return cells
