"""One queue tab: its columns, who may write to them, and what its calls need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..columns import DIALER, Columns, find_table
from ..control import read_control
from ..disposition import QUEUED, WAITING
from ..namesakes import namesake
from ..rows import QueueRow, read_rows
from .finding import Finding, Findings, fault, ok, warning
from .subject import Tab

RUN_SETUP = "Run: python3 run.py setup"
_NEED_TEXT1 = frozenset({"48", "49"})
"""The portal's default voices, which speak the store's name (vendor text)."""
_TO_CALL = frozenset({"", QUEUED.casefold(), WAITING.casefold()})
_NAMED_ROWS = 5


def examine_tab(
    tab: Tab, grid: Sequence[Sequence[Any]], protected: Sequence[Mapping[str, Any]]
) -> Findings:
    """Everything about one tab, from its cells and its protected ranges."""
    columns = find_table(grid, tab.columns)
    findings = [*_columns(tab, columns), *_namesakes(tab, columns, grid)]
    findings += _protection(tab, columns, protected)
    if "phone" in columns.places:
        findings += _texts(tab, columns, read_rows(grid, columns, tab.voice_id))
    return findings or [ok(tab.what, "The tab has every column that dialling needs.")]


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


def _columns(tab: Tab, columns: Columns) -> Iterator[Finding]:
    if columns.doubled:
        names = ", ".join(columns.doubled)
        yield fault(
            tab.what,
            f"More than one column means the same; it is there again: {names}.",
            "Rename or remove all but one, or say in the campaign's columns which one it is.",
        )
    if "phone" not in columns.places:
        header = tab.columns.get("phone", "Phone")
        yield fault(
            tab.what,
            f"No column is headed {header}, so there are no numbers to call.",
            f"Write {header} over the column with the numbers, in the first row; or give that "
            "column's header in the campaign's columns: {phone: …}",
        )
    for name, title in tab.columns.items():
        if name not in columns.places and name != "phone":
            yield fault(
                tab.what,
                f"The campaign's columns name {title} for {name}, and no column is headed so.",
                "Correct the header in the sheet or in the campaign's columns.",
            )
    lacking = [title for name, title in DIALER.items() if name not in columns.places]
    if lacking:
        yield fault(tab.what, f"The dialer's columns are missing: {', '.join(lacking)}.", RUN_SETUP)


def _namesakes(tab: Tab, columns: Columns, grid: Sequence[Sequence[Any]]) -> Iterator[Finding]:
    """Whether people have a column under a name that the dialer needs."""
    found = namesake(grid, columns)
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
