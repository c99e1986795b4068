"""Makes a sheet ready for dialling: adds what is missing, changes nothing that is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...base.errors import SetupNeeded, SheetError, SheetRefused, TokenLost, WriteRefused
from ...tabs.column_conflicts import is_ref_of_ours
from ...tabs.control_tab import CONTROL_LABEL, CONTROL_TAB, DO_NOT_CALL_TAB
from ...tabs.header_report import columns_sentence
from ...tabs.queue_columns import DIALER, Columns, letters, normal
from ...tabs.queue_rows import text_of
from ...texts import say, with_stop
from ..cell_updates import CELLS_BACK, cells_back, note_requests, update
from ..overwrite_repair import where
from ..queue_tab import QueueTab
from ..readiness import require_own_columns
from ..spreadsheet import Spreadsheet, cells_of
from . import landing
from .control_tab import make_control_tab
from .do_not_call_tab import make_do_not_call_tab, missing_columns
from .dressing import MOST_REQUESTS, dress, is_protection, remedy
from .landing import Misplaced
from .making import Making, new_tab
from .queue_tab import REF_IS_MADE, make_queue_tab
from .reading import TabState, read_cells, read_tabs

_AGAIN = "Run setup again"


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What the configuration says of a sheet; see `prepare`."""

    tab: str
    campaign: str
    every: float
    callback_labels: tuple[str, ...]
    callback_column: str | None
    tells: Callable[[Columns], None]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be written, and what of it goes to the control tab. `reads` is how many requests
    it took to know."""

    requests: list[dict[str, Any]]
    control: Making
    makings: Sequence[Making]
    reads: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `setup` added, in words, and in sentences what it left out and why."""

    added: list[str]
    left_out: list[str]


def prepare(
    connection: Spreadsheet,
    sheet: QueueTab,
    tab: str,
    campaign: str,
    *,
    every: float = 15,
    callback_labels: Sequence[str] = ("Callback requested",),
    callback_column: str | None = None,
    tells: Callable[[Columns], None] = lambda _columns: None,
) -> Prepared:
    """Adds what dialling needs, and then what helps people, where the sheet lacks it. It takes at
    most five requests where nobody changes the sheet meanwhile, and no write where nothing is
    missing.

    Args:
        every: the configured seconds between passes, for the alarm on the control tab.
        callback_labels: what the campaign's Answer column says where a callback is asked for.
        callback_column: the header of a column that people want for callbacks.
        tells: hears which columns the queue tab has, before anything is added.

    Raises:
        SetupNeeded: something is missing that only a person can add.
        SheetRefused: Google refused what dialling needs; nothing was added. Or it was added, but
            rows or columns of the control tab were moved meanwhile and cells of people's written
            over; they were put back, or the error names them.
    """
    wishes = _Wishes(tab, campaign, every, tuple(callback_labels), callback_column, tells)
    try:
        added, plan, misplaced = _add(connection, sheet, wishes)
        if misplaced is not None:
            told = _put_back(connection, misplaced)
            more, plan, misplaced = _add(connection, sheet, wishes, misplaced.labels)
            added += [each for each in more if each not in added]
            if misplaced is not None:
                told = _put_back(connection, misplaced) or told or say("columns_moved")
            if told:
                raise SheetRefused(f"{told} {_AGAIN}.")
        spent = plan.reads + bool(plan.requests)
        dressed, left_out = dress(connection, plan.makings, max(1, MOST_REQUESTS - spent))
        added += [each for each in dressed if each not in added]
    finally:
        connection.forget_tabs()
    return Prepared(added, left_out)


def set_control(connection: Spreadsheet, control: Sequence[Sequence[Any]], word: str) -> None:
    """Sets every campaign's Control to this word: what a person does, here for the demo."""
    tab = connection.tab_titled(CONTROL_TAB)
    assert tab is not None
    row = next(i for i, cells in enumerate(control) if cells and cells[0] == CONTROL_LABEL)
    connection.batch([update(tab.id, row, 1, [[word] * (len(control[0]) - 1)])])


def _add(
    connection: Spreadsheet,
    sheet: QueueTab,
    wishes: _Wishes,
    again: frozenset[str] = frozenset(),
) -> tuple[list[str], _Plan, Misplaced | None]:
    """Adds what dialling needs; returns it in words, the plan, and what of it landed beside its
    place."""
    added, plan = _planned(connection, sheet, wishes, again)
    try:
        return added, plan, _write(connection, plan)
    except (TokenLost, WriteRefused) as error:
        if is_protection(error.words):
            raise _needed_refused(error) from error
        # Somebody changed the sheet since it was read, or it was applied and the answer was lost.
        seen, plan = _planned(connection, sheet, wishes, again)
    try:
        misplaced = _write(connection, plan)
    except (TokenLost, WriteRefused) as error:
        raise _needed_refused(error) from error
    return (seen if plan.requests else added), plan, misplaced


def _needed_refused(error: TokenLost | WriteRefused) -> SheetRefused:
    return SheetRefused(
        "Google refused to add what dialling needs, and nothing was added to the sheet: "
        f"{with_stop(error.words)} {remedy(error.words)} {_AGAIN}; if it says the same, "
        "look whether parts of the sheet are protected."
    )


def _write(connection: Spreadsheet, plan: _Plan) -> Misplaced | None:
    """Writes what is missing, in one batch; returns what of it landed beside its place."""
    if not plan.requests:
        return None
    ranges = landing.ranges(plan.control)
    if not ranges:
        connection.batch(plan.requests)
        return None
    answer = connection.batch(
        plan.requests,
        fields=CELLS_BACK,
        includeSpreadsheetInResponse=True,
        responseIncludeGridData=True,
        responseRanges=ranges,
    )
    return landing.misplaced(plan.control, cells_back(answer, plan.control.tab.id))


def _put_back(connection: Spreadsheet, misplaced: Misplaced) -> str:
    """Puts back what stood where values landed; returns what people must know, if anything."""
    lost = misplaced.lost & misplaced.peoples
    try:
        if misplaced.put_back:
            connection.batch(note_requests(misplaced.tab, misplaced.put_back))
    except SheetError:
        lost = misplaced.peoples
    if lost:
        return say("tab_moved_lost", tab=CONTROL_TAB, cells=where(lost))
    if misplaced.peoples:
        return say("tab_moved_put_back", tab=CONTROL_TAB, cells=where(misplaced.peoples))
    return ""


def _planned(
    connection: Spreadsheet, sheet: QueueTab, wishes: _Wishes, again: frozenset[str]
) -> tuple[list[str], _Plan]:
    """What would be added, in words and by tab."""
    state = read_tabs(connection)
    queue = next(each for each in state.tabs.values() if each.id == sheet.rebind().id)
    taken = [each.id for each in state.tabs.values()]
    control = state.tabs.get(CONTROL_TAB) or new_tab(CONTROL_TAB, taken)
    do_not_call = state.tabs.get(DO_NOT_CALL_TAB) or new_tab(DO_NOT_CALL_TAB, [*taken, control.id])
    heads = [each for each in (queue, do_not_call) if not each.is_new]
    read_cells(connection, heads, None if control.is_new else control)
    columns = sheet.columns_of([[cell.value for cell in cells] for cells in queue.cells])
    if columns.doubled or columns.second_header is not None or _lacks_peoples(columns):
        head = [[cell.value for cell in cells] for cells in queue.cells]
        raise SetupNeeded(columns_sentence(wishes.tab, columns, head))
    wishes.tells(columns)
    queue_making = Making(queue, columns.header_row)
    control_making, do_not_call_making = Making(control), Making(do_not_call)
    added = [f"tab {each.title}" for each in (control, do_not_call) if each.is_new]
    callbacks = wishes.callback_column
    whole = _whole(connection, queue, columns, callbacks, do_not_call_making)
    if queue.id in whole:
        _require_no_other_ref(wishes.tab, queue, columns, whole[queue.id])
        require_own_columns(wishes.tab, columns, whole[queue.id])
    widths = {number: max((len(row) for row in rows), default=0) for number, rows in whole.items()}
    start = widths.get(queue.id, 0)
    make_queue_tab(queue_making, columns, start, callbacks, wishes.callback_labels)
    make_control_tab(control_making, state, wishes.campaign, wishes.every, again)
    make_do_not_call_tab(do_not_call_making, widths.get(do_not_call.id, 0))
    makings = (queue_making, control_making, do_not_call_making)
    added += [what for making in makings for what in making.added]
    requests = [request for making in makings for request in making.batch()]
    read_alone = any(not tab.is_whole for tab in heads if tab.id in whole)
    return added, _Plan(requests, control_making, makings, 3 if read_alone else 2)


def _lacks_peoples(columns: Columns) -> bool:
    """Whether a column is missing that only people can add."""
    return any(title not in DIALER.values() for title in columns.missing)


def _whole(
    connection: Spreadsheet,
    queue: TabState,
    columns: Columns,
    callback_column: str | None,
    do_not_call: Making,
) -> Mapping[int, Sequence[Sequence[object]]]:
    """All rows of the tabs that lack a column or have one that may be people's, by the tabs' ids:
    columns without a header, far below perhaps, are people's too. Only then whole tabs are read."""
    needed: list[TabState] = []
    at = columns.header_row
    header = [normal(cell.text) for cell in queue.cells[at]] if queue.cells else []
    lacks_callback = callback_column is not None and normal(callback_column) not in header
    if columns.missing or lacks_callback or _has_strange_column(queue, columns):
        needed.append(queue)
    if not do_not_call.tab.is_new and missing_columns(do_not_call):
        needed.append(do_not_call.tab)
    unread = [tab.id for tab in needed if not tab.is_whole]
    read = connection.read_rows(unread) if unread else {}
    whole: dict[int, Sequence[Sequence[object]]] = {tab.id: tab.values() for tab in needed}
    return whole | {tab: [cells_of(row) for row in rows] for tab, rows in read.items()}


def _has_strange_column(queue: TabState, columns: Columns) -> bool:
    """Whether neither a setup nor a dialer has touched a column with a name of the dialer's."""
    places = [at for name, at in columns.places.items() if name in DIALER]
    return columns.token is None and any(not queue.made.of(at) for at in places)


def _require_no_other_ref(
    tab: str, queue: TabState, columns: Columns, rows: Sequence[Sequence[object]]
) -> None:
    """A Ref column that has lost its header must not get a second one beside it: rows are known by
    what stands there."""
    if "ref" in columns.places:
        return
    at = columns.header_row
    for place, made in enumerate(queue.made.of_columns):
        below = (text_of(cells[place]) for cells in rows[at + 1 :] if place < len(cells))
        if REF_IS_MADE in made and any(map(is_ref_of_ours, below)):
            raise SetupNeeded(
                f"Tab {tab}: column {letters(place)} is the dialer's Ref and has lost its header. "
                f"Write Ref into its row {at + 1}; nothing was added to the sheet."
            )
