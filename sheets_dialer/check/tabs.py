"""One queue tab: its columns, who may write to them, and what its calls need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from ..domain.phone_numbers import Number
from ..tabs.column_conflicts import find_column_conflict
from ..tabs.control_tab import read_control
from ..tabs.do_not_call import read_do_not_call
from ..tabs.header_names import nearest
from ..tabs.header_report import (
    columns_told,
    fullest,
    headers_found,
    line_that_decides,
    unclear_column,
)
from ..tabs.queue_columns import DIALER, NO_COLUMN, Columns, find_table, letters
from ..tabs.queue_rows import QueueRow, read_rows
from ..tabs.status import QUEUED, WAITING
from .finding import Finding, Findings, Level, fault, ok, warning
from .subject import Tab

RUN_SETUP = "Run: python3 run.py setup"
_NEED_TEXT1 = frozenset({"48", "49"})
"""The portal's default voices, which speak the store's name (vendor text)."""
_TO_CALL = frozenset({"", QUEUED.casefold(), WAITING.casefold()})
_NAMED_ROWS = 5
_FEW_ROWS = 2


def examine_tab(
    tab: Tab, grid: Sequence[Sequence[Any]], protected: Sequence[Mapping[str, Any]]
) -> Findings:
    """Everything about one tab, from its cells and its protected ranges."""
    columns = find_table(grid, tab.columns)
    findings = [*_columns(tab, columns, grid), *_namesakes(tab, columns, grid)]
    findings += _protection(tab, columns, protected)
    if "phone" in columns.places:
        rows = read_rows(grid, columns, tab.voice_id)
        findings += [*_numbers(tab, columns, rows), *_texts(tab, columns, rows)]
    if all(each.level is Level.OK for each in findings):
        findings.append(ok(tab.what, "The tab has every column that dialling needs."))
    return findings


def examine_control(tab: Tab, grid: Sequence[Sequence[Any]]) -> Finding:
    """Whether the control tab says something that is understood for this campaign."""
    what = f"{tab.campaign}: Control"
    control = read_control(grid, tab.campaign)
    if control.problem:
        remedy = (
            f"Choose RUN or PAUSE on the Dialer tab. If something is missing there, {RUN_SETUP}"
        )
        return fault(what, control.problem, remedy)
    if control.run:
        return ok(what, "Control says RUN: calls may go out.")
    return ok(what, "Control says PAUSE: nobody is called until a person chooses RUN.")


def examine_do_not_call(what: str, grid: Sequence[Sequence[Any]]) -> Finding:
    """Whether everything that people wrote on the do-not-call tab is understood."""
    # Times in it are compared only with what a ledger knows, which no ledger is asked here.
    listed = read_do_not_call(grid, ZoneInfo("UTC"))
    if listed.problem:
        remedy = "Put it right on the Do Not Call tab: until then nobody is called."
        return fault(what, listed.problem, remedy)
    if listed.note:
        return warning(what, listed.note, "Write the number there, or remove the line.")
    count = len(listed.rows)
    return ok(what, f"{count} number{'' if count == 1 else 's'} on it won't be called.")


def _columns(tab: Tab, columns: Columns, grid: Sequence[Sequence[Any]]) -> Iterator[Finding]:
    if columns.second_header is not None:
        yield fault(
            tab.what,
            f"Rows {columns.header_row + 1} and {columns.second_header + 1} both look like the "
            "header row.",
            "Delete the one that is a copy.",
        )
    if columns.doubled:
        yield _rivals(tab, columns, grid)
    if "phone" not in columns.places:
        header = tab.columns.get("phone", "Phone")
        yield fault(
            tab.what,
            f"No column is headed {header}, so there are no numbers to call. "
            + headers_found(columns, grid, header),
            f"Write {header} over the column with the numbers, in the header row; or give that "
            "column's header in the campaign's columns: {phone: …}",
        )
    for name, title in tab.columns.items():
        if name not in columns.places and name != "phone" and title != NO_COLUMN:
            yield fault(
                tab.what,
                f"The campaign's columns name {title} for {name}, and no column is headed so.",
                "Correct the header in the sheet or in the campaign's columns.",
            )
    lacking = [title for name, title in DIALER.items() if name not in columns.places]
    if lacking:
        near = {title: nearest(title, columns.unused, 0.75) for title in lacking}
        meant = [f" {found} may be meant for {title}." for title, found in near.items() if found]
        sentence = f"The dialer's columns are missing: {', '.join(lacking)}.{''.join(meant)}"
        yield fault(tab.what, sentence, RUN_SETUP)
    if unclear := unclear_column(tab.title, columns):
        sentence, remedy = unclear
        yield fault(tab.what, f"{sentence} No new call starts meanwhile.", remedy)
    if told := columns_told(columns):
        yield ok(tab.what, "; ".join(told) + ".")


def _rivals(tab: Tab, columns: Columns, grid: Sequence[Sequence[Any]]) -> Finding:
    """Several columns of which one is meant, with what stands in each."""
    names = ", ".join(columns.doubled)
    counted = [
        f"{letters(place)} has {count} numbers" if name == "phone" else f"{letters(place)} {count}"
        for name in columns.rivals
        if name not in DIALER
        for place, count in fullest(columns, grid, name)
    ]
    line = line_that_decides(columns, grid)
    remedy = "Rename or remove all but one"
    if line:
        remedy += f", or say in the campaign's part of the configuration which one it is: {line}"
    told = f" Filled rows: {', '.join(counted)}." if counted else ""
    return fault(
        tab.what, f"More than one column means the same; it is there again: {names}.{told}", remedy
    )


def _namesakes(tab: Tab, columns: Columns, grid: Sequence[Sequence[Any]]) -> Iterator[Finding]:
    """Whether people have a column under a name that the dialer needs."""
    found = find_column_conflict(grid, columns)
    if found is not None:
        name, row = found
        yield fault(
            tab.what,
            f"Something that isn't the dialer's stands under {DIALER[name]}, in row {row + 1}. The "
            "dialer needs this column name for itself.",
            f"Rename the column. {RUN_SETUP}",
        )


def _protection(
    tab: Tab, columns: Columns, protected: Sequence[Mapping[str, Any]]
) -> Iterator[Finding]:
    mine = [name for name in DIALER if name in columns.places]
    kept = [
        DIALER[name]
        for name in mine
        if any(_keeps_out(each, columns.places[name]) for each in protected)
    ]
    if kept:
        yield fault(
            tab.what,
            f"The sheet is protected so that the service account may not write: {', '.join(kept)}.",
            "In the sheet open Data > Protect sheets and ranges, and either remove that protection "
            "or add the service account to those who may edit.",
        )


def _keeps_out(protected: Mapping[str, Any], column: int) -> bool:
    """Whether a protection keeps this account from some cell of a column."""
    if protected.get("warningOnly") or protected.get("requestingUserCanEdit"):
        return False
    area = _rows_of(protected.get("range", {}), column)
    if area is None:
        return False
    start, end = area
    open_ = [_rows_of(each, column) for each in protected.get("unprotectedRanges", ())]
    for open_start, open_end in sorted(each for each in open_ if each is not None):
        if open_start > start:
            break
        start = max(start, open_end)
    return start < end


def _rows_of(area: Mapping[str, Any], column: int) -> tuple[float, float] | None:
    """Which rows of a column lie in a GridRange, whose missing bounds mean "to the edge"."""
    if not area.get("startColumnIndex", 0) <= column < area.get("endColumnIndex", float("inf")):
        return None
    return area.get("startRowIndex", 0), area.get("endRowIndex", float("inf"))


def _numbers(tab: Tab, columns: Columns, rows: Sequence[QueueRow]) -> Iterator[Finding]:
    """Whether the column that was taken for the numbers holds them."""
    lacking = [row for row in rows if not isinstance(row.number, Number)]
    if len(lacking) > max(_FEW_ROWS, len(rows) / 2):
        title = columns.titles["phone"]
        yield warning(
            tab.what,
            f"{len(lacking)} of {len(rows)} rows with something in them have no number in the "
            f"column {title} that can be called.",
            "If the numbers stand in another column, name it in the campaign's columns: {phone: …}",
        )


def _texts(tab: Tab, columns: Columns, rows: Sequence[QueueRow]) -> Iterator[Finding]:
    """Voices that speak the store's name can't be placed without it."""
    store = tab.columns.get("text1", "Store")
    if tab.voice_id in _NEED_TEXT1 and "text1" not in columns.places:
        yield fault(
            tab.what,
            f"Voice {tab.voice_id} speaks the store's name, and no column holds it. The portal "
            "refuses such calls.",
            f"Add a column headed {store} and write the store's name on every row, or choose "
            "another voice_id.",
        )
        return
    lacking = [
        row.index + 1
        for row in rows
        if row.content is not None
        and row.content.voice_id in _NEED_TEXT1
        and not row.content.texts[0]
        and row.shown["status"].casefold() in _TO_CALL
    ]
    if lacking:
        named = ", ".join(map(str, lacking[:_NAMED_ROWS]))
        more = ", …" if len(lacking) > _NAMED_ROWS else ""
        yield warning(
            tab.what,
            f"{len(lacking)} rows with voice 48 or 49 have no store's name, and the portal refuses "
            f"such calls: row {named}{more}",
            f"Write the store's name into the column {store} of these rows.",
        )
