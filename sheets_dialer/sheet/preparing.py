"""Makes a sheet ready for dialling: adds what is missing, changes nothing that is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..columns import DIALER, Columns, normal
from ..control import CONTROL_LABEL, CONTROL_TAB, DO_NOT_CALL_TAB
from ..errors import SetupNeeded, SheetRefused, TokenLost, WriteRefused
from ..namesakes import is_ref
from ..rows import text_of
from .connection import Connection, cells_of
from .queue_sheet import QueueSheet
from .readiness import columns_sentence, require_own_columns
from .requests import letters, update
from .setup.control_tab import make_control_tab
from .setup.do_not_call_tab import make_do_not_call_tab, missing_columns
from .setup.making import Making, new_tab
from .setup.queue_tab import REF_IS_MADE, make_queue_tab
from .setup.reading import TabState, read_cells, read_tabs


def prepare(
    connection: Connection,
    sheet: QueueSheet,
    tab: str,
    campaign: str,
    *,
    every: float = 15,
    callback_labels: Sequence[str] = ("Callback requested",),
    callback_column: str | None = None,
) -> list[str]:
    """Adds what dialling needs and what helps people, and the sheet lacks; returns what was added,
    in words. It takes at most four requests, and no write where nothing is missing.

    Args:
        every: the configured seconds between passes, for the alarm on the control tab.
        callback_labels: what the campaign's Answer column says where a callback is asked for.
        callback_column: the header of a column that people want for callbacks.

    Raises:
        SetupNeeded: something is missing that only a person can add.
        SheetRefused: Google refused what was to be added; nothing was.
    """
    wishes = (every, tuple(callback_labels), callback_column)
    added, batch = _planned(connection, sheet, tab, campaign, *wishes)
    if not batch:
        return added
    try:
        connection.batch(batch)
    except (TokenLost, WriteRefused):
        # Somebody changed the sheet since it was read, or it was applied and the answer was lost.
        seen, batch = _planned(connection, sheet, tab, campaign, *wishes)
        if not batch:
            return added
        try:
            connection.batch(batch)
        except (TokenLost, WriteRefused) as error:
            raise SheetRefused(
                f"{error} Nothing was added to the sheet. Run setup again; if it says the same, "
                "look whether parts of the sheet are protected."
            ) from error
        added = seen
    finally:
        connection.forget_tabs()
    return added


def set_control(connection: Connection, control: Sequence[Sequence[Any]], word: str) -> None:
    """Sets every campaign's Control to this word: what a person does, here for the demo."""
    tab = connection.tab_titled(CONTROL_TAB)
    assert tab is not None
    row = next(i for i, cells in enumerate(control) if cells and cells[0] == CONTROL_LABEL)
    connection.batch([update(tab.id, row, 1, [[word] * (len(control[0]) - 1)])])


def _planned(
    connection: Connection,
    sheet: QueueSheet,
    tab: str,
    campaign: str,
    every: float,
    callback_labels: tuple[str, ...],
    callback_column: str | None,
) -> tuple[list[str], list[dict[str, Any]]]:
    """What would be added, in words and as requests."""
    state = read_tabs(connection)
    queue = next(each for each in state.tabs.values() if each.id == sheet.rebind().id)
    taken = [each.id for each in state.tabs.values()]
    control = state.tabs.get(CONTROL_TAB) or new_tab(CONTROL_TAB, taken)
    do_not_call = state.tabs.get(DO_NOT_CALL_TAB) or new_tab(DO_NOT_CALL_TAB, [*taken, control.id])
    heads = [each for each in (queue, do_not_call) if not each.is_new]
    read_cells(connection, heads, None if control.is_new else control)
    columns = sheet.columns_of([cell.value for cell in queue.cells[0]] if queue.cells else [])
    if columns.doubled or any(title not in DIALER.values() for title in columns.missing):
        raise SetupNeeded(columns_sentence(tab, columns))
    queue_making, control_making, do_not_call_making = map(Making, (queue, control, do_not_call))
    added = [f"tab {each.title}" for each in (control, do_not_call) if each.is_new]
    whole = _whole(connection, queue, columns, callback_column, do_not_call_making)
    if queue.id in whole:
        rows = [cells_of(row) for row in whole[queue.id]]
        _require_no_other_ref(tab, queue, columns, rows)
        require_own_columns(tab, columns, rows)
    widths = {
        number: max((len(cells_of(row)) for row in rows), default=0)
        for number, rows in whole.items()
    }
    make_queue_tab(queue_making, columns, widths.get(queue.id, 0), callback_column, callback_labels)
    make_control_tab(control_making, state, campaign, every)
    make_do_not_call_tab(do_not_call_making, widths.get(do_not_call.id, 0))
    makings = (queue_making, control_making, do_not_call_making)
    added += [what for making in makings for what in making.added]
    return added, [request for making in makings for request in making.batch()]


def _whole(
    connection: Connection,
    queue: TabState,
    columns: Columns,
    callback_column: str | None,
    do_not_call: Making,
) -> Mapping[int, Sequence[bytes]]:
    """All rows of the tabs that lack a column or have one that may be people's, by the tabs' ids:
    columns without a header, far below perhaps, are people's too. Only then whole tabs are read."""
    needed: list[int] = []
    header = [normal(cell.text) for cell in queue.cells[0]] if queue.cells else []
    lacks_callback = callback_column is not None and normal(callback_column) not in header
    if columns.missing or lacks_callback or _has_strange_column(queue, columns):
        needed.append(queue.id)
    if not do_not_call.tab.is_new and missing_columns(do_not_call):
        needed.append(do_not_call.tab.id)
    return connection.read_rows(needed) if needed else {}


def _has_strange_column(queue: TabState, columns: Columns) -> bool:
    """Whether neither a setup nor a dialer has touched a column with a name of the dialer's."""
    places = [at for name, at in columns.places.items() if name in DIALER]
    return columns.token is None and any(not queue.made_there(at) for at in places)


def _require_no_other_ref(
    tab: str, queue: TabState, columns: Columns, rows: Sequence[Sequence[object]]
) -> None:
    """A Ref column that has lost its header must not get a second one beside it: rows are known by
    what stands there."""
    if "ref" in columns.places:
        return
    for place, made in enumerate(queue.made_at):
        below = (text_of(cells[place]) for cells in rows[1:] if place < len(cells))
        if REF_IS_MADE in made and any(map(is_ref, below)):
            raise SetupNeeded(
                f"Tab {tab}: column {letters(place)} is the dialer's Ref and has lost its header. "
                "Write Ref into its first row; nothing was added to the sheet."
            )
