"""The planner: from the time, the sheet, the ledger and the policy to the acts of one pass.

It reads no clock, does no I/O and rolls no dice; the same arguments give the same plan, which is
why the command `plan` can print exactly what a pass would do. How a row is decided stands in
`decision`, how a batch of rows is planned in `batch_plan`; here the batches become one plan.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ..tabs.queue_rows import PAYLOAD_BYTES
from .batch_plan import plan_batch
from .call_choice import Openings
from .halts import before_run, stop
from .pacing import rest, room
from .plan import (
    LedgerState,
    PassRules,
    Plan,
    RowBatch,
    RowState,
    RowSummary,
    SettledRow,
    TabShown,
)
from .row_context import RowContext


class Planner:
    """A plan while it is being made, batch by batch, from the top of the tab to its end.

    `refs` is where the Refs of new rows come from; `room` is how many calls may be placed before
    the next pass.
    """

    def __init__(
        self,
        now: datetime,
        sheet: TabShown,
        ledger: LedgerState,
        rules: PassRules,
        *,
        until_next_pass: timedelta,
        refs: Iterator[str],
    ) -> None:
        halt = stop(now, sheet, rules)
        self.room = 0 if halt else room(now, ledger.open_attempts, rules, until_next_pass)
        self._context = RowContext.of_pass(now, sheet, ledger, rules)
        self._every = until_next_pass
        self._refs = refs
        self._openings = Openings(self.room)
        self._bytes = 0
        self._parts = [
            Plan(
                stopped=halt.why if halt else None,
                halt=halt.halt if halt else None,
                before_run=before_run(now, sheet, rules),
                note=sheet.do_not_call.note,
            )
        ]

    @property
    def is_full(self) -> bool:
        """Whether what has been planned is as much as one write takes."""
        return self._bytes > PAYLOAD_BYTES

    def add(self, batch: RowBatch) -> Mapping[int, SettledRow]:
        """Plans for these rows and jobs, too; returns the rows of them that need nothing."""
        made = plan_batch(batch, self._context, self._openings, self._refs)
        self._parts.append(made.part)
        self._openings = made.openings
        self._bytes += made.written_bytes
        return made.settled

    def plan(self, *, beside: Mapping[RowSummary, int]) -> Plan:
        """The finished plan. `beside` counts the rows that need nothing."""
        made = joined(self._parts)
        summaries = Counter(made.summaries) + Counter(beside)
        counts: Counter[RowState] = Counter()
        for summary, count in summaries.items():
            counts[summary.row_state] += count
        made = replace(
            made,
            counts=counts,
            summaries=summaries,
            complete=not self.is_full,
            ready_at=made.ready_at if self.room else None,
        )
        now, policy = self._context.now, self._context.policy
        return replace(made, rest=rest(made, now, policy, self._every))


def joined(parts: Sequence[Plan]) -> Plan:
    """The plan of which these are the parts: the first says what holds for all rows, each of them
    what is to be done for some."""
    chain = itertools.chain.from_iterable
    cells = dict(chain(part.cells.items() for part in parts))
    summaries: Counter[RowSummary] = Counter()
    for part in parts:
        summaries.update(part.summaries)
    return replace(
        parts[0],
        new_jobs=tuple(chain(part.new_jobs for part in parts)),
        adoptions=tuple(chain(part.adoptions for part in parts)),
        job_changes=tuple(chain(part.job_changes for part in parts)),
        rewritings=tuple(chain(part.rewritings for part in parts)),
        released=tuple(chain(part.released for part in parts)),
        ended=tuple(chain(part.ended for part in parts)),
        dials=tuple(chain(part.dials for part in parts)),
        polls=tuple(chain(part.polls for part in parts)),
        cells=dict(sorted(cells.items())),
        rows=dict(chain(part.rows.items() for part in parts)),
        summaries=summaries,
        ready_at=min((part.ready_at for part in parts if part.ready_at), default=None),
    )
