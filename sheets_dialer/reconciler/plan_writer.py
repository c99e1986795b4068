"""What a pass leaves: what is intended is committed, then the sheet is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from ..base.clock import Clock
from ..base.errors import (
    SheetError,
    SheetRefused,
    TokenLost,
    WriteRefused,
    WrittenTogether,
)
from ..dialing.outcomes import ends
from ..dialing.worker import MarkedCall
from ..domain.attempt import Attempt, AttemptState, Transition
from ..domain.content import Content
from ..domain.problems import ProblemCode
from ..google_sheets import ColumnsMoved, Mark, Snapshot, cells_of
from ..google_sheets.cell_updates import update
from ..ledger.ledger import Intent, Ledger
from ..planning import dashboard
from ..planning.dashboard import Dashboard
from ..planning.plan import Dial, Plan
from ..tabs.control_tab import CONTROL_TAB, STATE_LABEL, CellNote, find_place
from ..tabs.opt_out_lines import OptOutLines
from ..tabs.queue_rows import beside_their_calls
from ..tabs.spoken_cells import Shown, Unspeakable, spoken_content
from ..tabs.status import CALLING
from ..texts import say
from .campaign import Campaign
from .opt_out_watch import OptOuts
from .pass_planner import Planned
from .row_quarantine import RowQuarantine
from .token_repair import repair_token
from .write_fence import WriteFence

log = structlog.get_logger()
LISTS_AGAIN_AFTER = timedelta(minutes=10)
"""How long nothing more is written on a do-not-call tab after Google refused it."""


MARKS_ARE_DOUBTED_FOR = timedelta(hours=1)
"""How far back it goes for which rows another dialer's simultaneous write is in doubt: as long as
an attempt that was taken back usually waits for the next."""


class PlanWriter:
    """Records and writes what a pass has decided."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        fence: WriteFence,
        quarantine: RowQuarantine,
        opt_outs: OptOuts,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._fence = fence
        self._quarantine = quarantine
        self._opt_outs = opt_outs
        self._unlisted: dict[str, tuple[datetime, str]] = {}
        """By campaign, when Google refused lines of the do-not-call tab, with its words."""

    def unlisted(self, campaign: Campaign) -> str | None:
        """Why opt-outs aren't listed on the do-not-call tab, for people, until they are."""
        _since, problem = self._unlisted.get(campaign.name, (None, None))
        return say("opt_outs_unwritable", problem=problem) if problem is not None else None

    def _may_list(self, campaign: Campaign) -> bool:
        """Whether Google hasn't refused lines of the do-not-call tab just now."""
        since, _problem = self._unlisted.get(campaign.name, (None, None))
        return since is None or not timedelta(0) <= self._clock.now() - since < LISTS_AGAIN_AFTER

    def left_rows_out(self, campaign: Campaign) -> bool:
        """Whether rows are set apart, since Google refuses to write them."""
        return self._quarantine.sentence(campaign.name, self._clock.now()) is not None

    def commit_and_write(self, planned: Planned, shows: Dashboard) -> list[MarkedCall]:
        """Commits what is intended, writes the sheet, and returns the dials whose marks it showed.
        `shows` is what the control tab should say; with it goes what the do-not-call tab should
        list and doesn't list yet.

        Whatever goes wrong with the write, no attempt stays intended: nothing is dialled on a
        doubt, and the next read shows what became of it.

        Raises:
            LedgerError: nothing was committed, and nothing written.
            SheetError: it wasn't written, or nobody knows whether it was.
        """
        campaign, snapshot, made = planned.campaign, planned.snapshot, planned.plan
        lines = self._opt_outs.missing_lines(
            campaign.connection.key, snapshot.do_not_call, campaign.rules.zone
        )
        now = self._clock.now()
        intended = self._ledger.record(
            campaign.name,
            now,
            new_jobs=made.new_jobs,
            adoptions=made.adoptions,
            job_changes=made.job_changes,
            moves=_moves(made, now),
            intents=[Intent(dial.job, dial.reason) for dial in made.dials],
            rewritings=[
                *made.rewritings,
                *(dial.rewriting for dial in made.dials if dial.rewriting),
            ],
            gap=campaign.rules.policy.same_call_gap,
        )
        by_job = {attempt.job_id: attempt for attempt in intended}
        dials = [dial for dial in made.dials if dial.job.id in by_job]
        rejected = {dial.row.index for dial in made.dials} - {dial.row.index for dial in dials}
        cells = beside_their_calls(
            {row: texts for row, texts in made.cells.items() if row not in rejected}, made.rows
        )
        said: dict[int, Content] = {}
        marked_at = self._clock.steady()
        unmarked: dict[str, Any] = {}
        together = False
        try:
            # Rows come first where they fill more than one write.
            listed = lines if made.complete and self._may_list(campaign) else None
            if lines is None:
                self._unlisted.pop(campaign.name, None)
            notes = dashboard.notes(
                shows, snapshot.control or [], campaign.name, writing=bool(cells or listed)
            )
            if cells or notes or listed:
                seen = self._write(campaign, snapshot, cells, dials, notes, listed)
                said = self._worded(campaign, dials, by_job, seen)
        except SheetRefused:
            unmarked = {"problem_code": ProblemCode.NEVER_MARKED}
            raise
        except WrittenTogether:
            together = True
            raise
        finally:
            # Of those that were withdrawn already, with a problem of their own, nothing comes.
            self._withdraw([by_job[d.job.id] for d in dials if d.row.index not in said], unmarked)
            if together:
                self._part(campaign, snapshot)
        return [
            MarkedCall(
                by_job[dial.job.id],
                said[dial.row.index],
                campaign.rules.policy,
                campaign.rules.hours,
                marked_at,
            )
            for dial in dials
            if dial.row.index in said
        ]

    def _worded(
        self,
        campaign: Campaign,
        dials: Sequence[Dial],
        by_job: Mapping[int, Attempt],
        seen: Mapping[int, Mapping[str, Shown]],
    ) -> dict[int, Content]:
        """By row, what is said of those whose marks were seen: what their cells show. A row that
        shows what can't be said, or what another row's call has said already, is not called."""
        now = self._clock.now()
        said: dict[int, Content] = {}
        otherwise: dict[int, Content] = {}
        for dial in dials:
            row, attempt = dial.row.index, by_job[dial.job.id]
            if row not in seen:
                continue
            content = spoken_content(dial.job.content, dial.row.order_id, seen[row])
            if isinstance(content, Unspeakable):
                self._withdraw([attempt], _unspoken(content))
            elif content is not None:
                said[row] = content
                if content != dial.job.content:
                    otherwise[attempt.id] = content
        gap = campaign.rules.policy.same_call_gap
        refused = self._ledger.say_otherwise(otherwise, now, gap)
        at = {by_job[dial.job.id].id: dial.row.index for dial in dials}
        return {row: said[row] for row in said if row not in {at[each] for each in refused}}

    def sign_off(self, campaign: Campaign, snapshot: Snapshot, shows: Dashboard) -> None:
        """Writes what the control tab should say after the last pass, if nobody else has written
        to the sheet since.

        Raises:
            SheetError: it wasn't written, or nobody knows whether it was.
        """
        grid = snapshot.control or []
        notes = dashboard.notes(shows, grid, campaign.name, writing=True, afresh=True)
        if not notes:
            return
        token = self._fence.last_token(campaign.sheet.name) or snapshot.token
        after = self._fence.next_token(campaign.sheet.name, token)
        old = replace(snapshot, token=token, is_old=True)
        campaign.sheet.write(old, after, {}, notes=notes)

    def _part(self, campaign: Campaign, snapshot: Snapshot) -> None:
        """After a write that was accepted beside another dialer's: what that one may have called
        becomes Check, and one token is put in the place of both. Until it is, each write's answer
        shows them, and nobody is called."""
        now = self._clock.now()
        doubted = self._ledger.doubt_withdrawn(campaign.name, now - MARKS_ARE_DOUBTED_FOR, now)
        log.warning("another dialer wrote at the same moment", campaign=campaign.name, rows=doubted)
        before = replace(snapshot, token=self._fence.last_token(campaign.sheet.name))
        repair_token(campaign, self._fence, before, now)

    def mend(self, campaign: Campaign, moved: ColumnsMoved) -> SheetError:
        """Puts back what a write went over; returns what people must know of it."""
        try:
            token = self._fence.next_token(campaign.sheet.name, moved.damage.token)
            campaign.sheet.put_back(moved.damage, token)
        except SheetError as error:
            log.error("not put back", campaign=campaign.name, problem=str(error))
            return moved.told(is_mended=False)
        return moved.told(is_mended=True)

    def complain(self, campaign: Campaign, problem: str) -> None:
        """Says on the Dialer tab why the queue tab can't be worked on, where that can be written.

        No token fences this one cell: the tab that carries it may be gone, nothing is dialled on
        it, and whoever else writes it has read the same sheet.
        """
        # A person may put it right at any moment, so the next pass looks at the tabs anew.
        campaign.connection.forget_tabs()
        with suppress(SheetError):
            tab = campaign.connection.tab_titled(CONTROL_TAB)
            if tab is None:
                return
            rows = campaign.connection.read_rows([tab.id])[tab.id]
            grid = [cells_of(row) for row in rows]
            place = find_place(grid, campaign.name, STATE_LABEL)
            if place is not None and place.text != problem:
                campaign.connection.batch([update(tab.id, place.row, place.column, [[problem]])])

    def _write(
        self,
        campaign: Campaign,
        snapshot: Snapshot,
        cells: Mapping[int, Mapping[str, str]],
        dials: Sequence[Dial],
        notes: Sequence[CellNote],
        lines: OptOutLines | None,
    ) -> dict[int, dict[str, Shown]]:
        tab = campaign.sheet.name
        marks = [Mark(dial.row.index, dial.job.ref, dial.row.phone, CALLING) for dial in dials]
        cells = self._quarantine.without(campaign.name, cells, self._clock.now())
        try:
            token = self._fence.next_token(tab, snapshot.token)
            seen = campaign.sheet.write(snapshot, token, cells, marks, notes, lines)
            # Before anybody is called: a read from before the marks must not be heard any more.
            self._fence.landed(tab, token)
            if lines:
                self._unlisted.pop(campaign.name, None)
            return seen
        except WrittenTogether:
            self._fence.landed(tab, token)
            raise
        except TokenLost:
            repair_token(campaign, self._fence, snapshot, self._clock.now())
            raise
        except WriteRefused as error:
            if error.lists:
                # A list that can't be written is no reason not to call: the ledger knows it.
                self._unlisted[campaign.name] = self._clock.now(), str(error)
                return self._write(campaign, snapshot, cells, dials, notes, None)
            # Instead of its mark a row gets what it shows already: it may be the culprit.
            unmarked = {
                dial.row.index: {each: dial.row.shown[each] for each in cells[dial.row.index]}
                for dial in dials
                if dial.row.index in cells
            }
            found = campaign.sheet.write_around(
                snapshot,
                lambda before: self._fence.next_token(tab, before),
                {**cells, **unmarked},
                error,
            )
            self._quarantine.found(campaign.name, found, self._clock.now())
            if not error.rows:
                raise SheetRefused(say("state_unwritable", problem=error)) from error
            return {}

    def _withdraw(self, attempts: Sequence[Attempt], values: Mapping[str, Any]) -> None:
        moves = [
            Transition(attempt.id, AttemptState.INTENDED, AttemptState.WITHDRAWN, values)
            for attempt in attempts
        ]
        if moves:
            self._ledger.move(moves, self._clock.now())


def _unspoken(shown: Unspeakable) -> dict[str, Any]:
    """What is kept of an attempt whose row shows what can't be said."""
    return {
        "problem_code": ProblemCode.UNSPOKEN,
        "problem_column": shown.column,
        "problem": shown.text,
    }


def _moves(made: Plan, now: datetime) -> list[Transition]:
    """The moves of attempts that a plan decides."""
    released = [
        Transition(attempt.id, AttemptState.UNKNOWN, AttemptState.RELEASED, {"changed_at": now})
        for attempt in made.released
    ]
    return ends(made.ended, now) + released
