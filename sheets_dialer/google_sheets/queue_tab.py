"""One queue tab: read with one request, written with one that applies whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..base.errors import (
    SetupNeeded,
    SheetRefused,
    SheetUnreachable,
    WriteRefused,
    WrittenTogether,
)
from ..tabs.control_tab import CONTROL_TAB, DO_NOT_CALL_TAB, CellNote
from ..tabs.fencing_token import PREFIX, Token, anchor_name, read_token
from ..tabs.opt_out_lines import MOST_LINES, OptOutLines
from ..tabs.queue_columns import HEADER_WITHIN, Columns, find_table
from ..tabs.spoken_cells import Shown
from ..texts import say
from .cell_updates import (
    CELLS_BACK,
    MOST_AT_ONCE,
    Block,
    Mark,
    RowTexts,
    blocks_of,
    cells_back,
    confirmed,
    note_requests,
    ranges_of,
    rows_back,
    that_fit,
)
from .fence_requests import anchor, put, swap, take_away, tokens_in_answer
from .overwrite_repair import ColumnsMoved, Overwrite, Written
from .overwrite_repair_header import damage_on_tab
from .overwrite_repair_tabs import Seen, TabWrite, all_of, on_control_tab, on_do_not_call_tab
from .snapshot import Snapshot
from .spreadsheet import Spreadsheet, TabFacts, cells_of

_MOST_UNCLEAR = 5
"""How many writes without an answer are kept in mind: of several only one can have landed, and
after as many the token that they were planned from has long been given up."""
_TRIES_AROUND_CULPRITS = 12
"""How many writes one pass may spend on finding what Google refuses; the next pass goes on."""


class QueueTab:
    """One queue tab, found by its title at first and by its id ever after.

    `bound_id` is the id that the tab had when it was first read, and `bind` keeps it.
    """

    def __init__(
        self,
        connection: Spreadsheet,
        tab: str,
        named_columns: Mapping[str, str],
        *,
        bound_id: int | None = None,
        bind: Callable[[int], None] = lambda _id: None,
    ) -> None:
        self._connection = connection
        self._tab = tab
        self._named_columns = named_columns
        self._bound_id = bound_id
        self._bind = bind
        self._unclear: list[tuple[Written, Sequence[TabWrite]]] = []
        """Writes that may have been applied or not, since the last one that was."""
        self.name = f"{connection.key}/{tab}"

    def read(self) -> Snapshot:
        """Reads everything that a pass needs in one request.

        Raises:
            SetupNeeded: the tab is missing, or another one has taken its title.
            ColumnsMoved: a write whose answer was lost has landed beside its columns or rows.
            SheetRefused, SheetUnreachable: Google didn't answer with the cells.
        """
        queue = self._queue_tab().id
        beside = {
            title: self._connection.tab_titled(title) for title in (CONTROL_TAB, DO_NOT_CALL_TAB)
        }
        found = {title: tab.id for title, tab in beside.items() if tab is not None}
        tabs = self._connection.read_rows([queue, *found.values()])
        # Another tab may have got the title by now.
        self._queue_tab()
        rows = tabs[queue] or [b"[]"]
        top = [cells_of(row) for row in rows[: HEADER_WITHIN + MOST_AT_ONCE]]
        self._look_for_damage(
            all_of(top),
            lambda each: all_of([cells_of(row) for row in tabs.get(each.tab.id, ())]),
            rows,
        )
        columns = find_table(top, self._named_columns)
        control, do_not_call = (
            tabs.get(found.get(title, -1)) for title in (CONTROL_TAB, DO_NOT_CALL_TAB)
        )
        return Snapshot(
            rows=rows,
            columns=columns,
            control=None if control is None else [cells_of(row) for row in control],
            do_not_call=do_not_call,
            token=read_token(columns.token),
        )

    def write(
        self,
        snapshot: Snapshot,
        token: Token,
        cells: RowTexts,
        marks: Sequence[Mark] = (),
        notes: Sequence[CellNote] = (),
        lines: OptOutLines | None = None,
    ) -> dict[int, dict[str, Shown]]:
        """Writes cells and marks in one atomic batch that swaps the snapshot's token for `token`.
        Along with them go `notes`, the dialer's own cells of the control tab, and `lines`, those of
        the do-not-call tab. What is more than one payload takes is left out: the next pass finds it
        missing.

        Returns what people's cells show, by our names of the columns, on the rows whose marks the
        answer shows beside the same Ref and number.

        Raises:
            TokenLost: somebody has written since the snapshot; nothing was applied.
            WriteRefused: Google refuses one of the cells; nothing was applied. `rows` names them,
                and is empty where it is one of the `notes` or, as `lists` says, of the `lines`.
            SheetRefused: nothing was applied, for another reason.
            WrittenTogether: it was applied, and so was another dialer's at the same moment.
            ColumnsMoved: it was applied, beside its columns, or beside its rows on one of the other
                tabs; `put_back` undoes it.
            SheetUnreachable: it may have been applied or not.
        """
        tab = self._queue_tab()
        fence = swap(tab.id, snapshot.ref, snapshot.token, token)
        blocks = blocks_of(that_fit(cells, (mark.row for mark in marks)), snapshot.columns)
        batch = fence + [block.request(tab.id) for block in blocks]
        beside: list[TabWrite] = []
        control = self._connection.tab_titled(CONTROL_TAB)
        if control is not None and notes:
            batch += note_requests(control.id, notes)
            grid = snapshot.control or []
            beside.append(on_control_tab(control, grid, notes, is_old=snapshot.is_old))
        list_tab = self._connection.tab_titled(DO_NOT_CALL_TAB)
        listing: list[dict[str, Any]] = []
        if list_tab is not None and lines is not None:
            batch += (listing := self._listing(list_tab, lines))
            beside.append(on_do_not_call_tab(list_tab, snapshot.do_not_call or [], lines))
        written = _written(snapshot, blocks, token), beside
        try:
            answer = self._connection.batch(
                batch,
                fields=CELLS_BACK,
                includeSpreadsheetInResponse=True,
                responseIncludeGridData=True,
                responseRanges=[
                    *ranges_of(tab.title, snapshot.columns, marks),
                    *(each for every in beside for each in every.ranges),
                ],
            )
        except WriteRefused as error:
            place = error.index - len(fence)
            if place < 0:
                raise SheetRefused(say("header_unwritable", problem=error)) from error
            raise WriteRefused(
                str(error),
                error.index,
                error.words,
                rows=tuple(blocks[place].rows) if place < len(blocks) else (),
                lists=error.index >= len(batch) - len(listing),
            ) from error
        except SheetUnreachable:
            self._unclear = [*self._unclear, written][-_MOST_UNCLEAR:]
            raise
        shown = cells_back(answer, tab.id)
        self._unclear = [written]
        self._look_for_damage(shown, lambda each: cells_back(answer, each.tab.id), None)
        self._unclear.clear()
        if tokens_in_answer(answer, tab.id, token):
            raise WrittenTogether(say("written_together"))
        seen = confirmed(shown, snapshot.columns, marks)
        if len(seen) < len(marks):
            # The answer is asked for by the tab's title; another tab may have that by now.
            self._connection.forget_tabs()
        return rows_back(answer, tab.id, snapshot.columns, seen)

    def write_around(
        self,
        snapshot: Snapshot,
        next_token: Callable[[Token | None], Token],
        cells: RowTexts,
        error: WriteRefused,
    ) -> dict[int, str]:
        """Writes what can be written without marks, after Google has refused a batch; returns the
        rows that it refuses, each with Google's words.

        Google names the request that it refuses. Its rows are set apart, the rest is written, and
        those set apart are halved until every culprit stands alone.
        """
        quarantine: dict[int, str] = {}
        pending = [dict(cells)]
        refusal = error if error.rows else None
        for _ in range(_TRIES_AROUND_CULPRITS):
            if not pending:
                break
            part = pending.pop()
            if refusal is None:
                refusal = self._refused(snapshot, token := next_token(snapshot.token), part)
                if refusal is None:
                    snapshot = replace(snapshot, token=token)
                    continue
            suspects = {row: part[row] for row in refusal.rows if row in part} or part
            if len(suspects) == 1:
                (row,) = suspects
                quarantine[row] = str(refusal)
            else:
                pending += _halves(suspects)
            rest = {row: texts for row, texts in part.items() if row not in suspects}
            if rest:
                pending.append(rest)
            refusal = None
        return quarantine

    def put_back(self, damage: Overwrite, token: Token) -> None:
        """Undoes a write that went over other cells, in one batch that swaps its token for `token`.

        Raises:
            SheetError: it wasn't undone, or nobody knows whether it was.
        """
        sheet_id = self._queue_tab().id
        cells = dict(damage.put_back)
        batch = [take_away(damage.token.id)]
        if damage.ref is not None:
            place = damage.header_row, damage.ref
            batch += put(sheet_id, place, token)
            if damage.tab is None:
                cells.pop(place, None)
        back = [CellNote(row, column, value) for (row, column), value in cells.items()]
        there = sheet_id if damage.tab is None else damage.tab.id
        self._connection.batch(batch + note_requests(there, back))
        self._unclear = []

    def fence_ranges(self) -> dict[str, str]:
        """The tab's named ranges that any dialer made, names by id."""
        sheet_id = self._queue_tab().id
        answer = self._connection.get("namedRanges(namedRangeId,name,range.sheetId)")
        return {
            item["namedRangeId"]: item["name"]
            for item in answer.get("namedRanges", [])
            if item["range"].get("sheetId", 0) == sheet_id and item["name"].startswith(PREFIX)
        }

    def renew_token(
        self, snapshot: Snapshot, token: Token, fence_ranges: Mapping[str, str]
    ) -> None:
        """Puts a token in place of these ranges where header and ranges disagree; marks nothing."""
        sheet_id = self._queue_tab().id
        place = snapshot.ref
        removals = [
            take_away(range_id)
            for range_id, name in fence_ranges.items()
            if name != anchor_name(sheet_id)
        ]
        renewal = removals + put(sheet_id, place, token)
        if len(removals) == len(fence_ranges):
            # No anchor is listed. One whose cell was deleted isn't listed but keeps its name, so
            # that adding it is refused; then it does its work all the same.
            try:
                self._connection.batch([*renewal, anchor(sheet_id, place)])
            except SheetRefused:
                self._connection.batch(renewal)
        else:
            self._connection.batch(renewal)

    @property
    def is_renamed(self) -> bool:
        """Whether the queue tab had another title than the configured one when it was last looked
        up."""
        return self._bound_id is not None and self._queue_tab().title != self._tab

    def rebind(self) -> TabFacts:
        """Takes the tab that has the configured title now for the queue tab: `setup` does.

        Raises:
            SetupNeeded: there is no such tab.
        """
        titled = self._connection.tab_titled(self._tab)
        if titled is not None:
            self._bound_id = titled.id
            self._bind(titled.id)
        return self._queue_tab()

    def columns_of(self, rows: Sequence[Sequence[object]]) -> Columns:
        """The header row among such first rows, and its known columns."""
        return find_table(rows, self._named_columns)

    def _queue_tab(self) -> TabFacts:
        """The queue tab; binds to the one that has the title now if none was bound."""
        titled = self._connection.tab_titled(self._tab)
        bound = None if self._bound_id is None else self._connection.tabs().get(self._bound_id)
        if bound is not None and (titled is None or titled.id == bound.id):
            return bound
        if titled is None:
            raise SetupNeeded(say("queue_tab_missing", tab=self._tab))
        if self._bound_id is not None and titled.id != self._bound_id:
            if bound is None:
                raise SetupNeeded(say("queue_tab_gone", tab=self._tab))
            raise SetupNeeded(say("queue_tab_renamed", tab=self._tab, title=bound.title))
        self._bound_id = titled.id
        self._bind(titled.id)
        return titled

    def _listing(self, tab: TabFacts, lines: OptOutLines) -> list[dict[str, Any]]:
        """The requests that write lines of the do-not-call tab, which grows where it must."""
        lacking = 1 + max(lines.lines) - tab.rows
        batch: list[dict[str, Any]] = []
        if lacking > 0:
            grow = {"sheetId": tab.id, "dimension": "ROWS", "length": max(lacking, MOST_LINES)}
            batch.append({"appendDimension": grow})
            # What is known of its size isn't true any more, whether it grows or is refused.
            self._connection.forget_tabs()
        blocks = blocks_of(lines.cells, Columns(lines.places))
        return batch + [block.request(tab.id) for block in blocks]

    def _refused(self, snapshot: Snapshot, token: Token, cells: RowTexts) -> WriteRefused | None:
        try:
            self.write(snapshot, token, cells)
        except WriteRefused as error:
            return error
        return None

    def _look_for_damage(
        self,
        shown: Seen,
        seen_on: Callable[[TabWrite], Seen],
        rows: Sequence[bytes] | None,
    ) -> None:
        """Whether a write that isn't known to be good has landed beside its columns or rows: what
        is `shown` of the queue tab's first rows and `seen_on` the other tabs tells, in the write's
        own answer, or in a later read with these `rows`. What people move after a good write goes
        along with it, and they may have typed since: then only what stands just where it was put
        was put wrong.
        """
        for written, beside in self._unclear:
            if written.token.header not in shown.values():
                continue
            stands = rows is None or written.stands(rows)
            damages = [damage_on_tab(written, shown)] if stands else []
            for each in beside:
                seen = seen_on(each)
                if rows is None or each.stands(seen):
                    at = written.columns.header_row
                    damages.append(each.damage(seen, written.token, written.ref, at))
            if damage := next(filter(None, damages), None):
                # Until it is put back, each read finds it once more.
                raise ColumnsMoved(damage)
            self._unclear = []
            return


def _written(snapshot: Snapshot, blocks: Sequence[Block], token: Token) -> Written:
    head = range(min(len(snapshot.rows), snapshot.columns.header_row + 1 + MOST_AT_ONCE))
    touched = {*head, *(row for block in blocks for row in block.rows)}
    rows = {row: cells_of(snapshot.rows[row]) for row in touched}
    return Written(rows, snapshot.columns, blocks, token)


def _halves(cells: RowTexts) -> Iterable[dict[int, Mapping[str, str]]]:
    rows = sorted(cells)
    middle = len(rows) // 2
    return [{row: cells[row] for row in part} for part in (rows[:middle], rows[middle:])]
