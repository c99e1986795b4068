"""What a row's decision may depend on beside the row and its job, as one frozen value.

Nothing here changes while rows are decided: so it makes no difference in which order they are, and
any decision can be tried alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from ..domain.attempt import Attempt, AttemptState
from ..domain.policy import Policy
from ..tabs.do_not_call import DoNotCall
from .duplicates import Calls, calls_of
from .job_index import JobIndex
from .others_evidence import OthersCall, others_calls
from .plan import LedgerState, PassRules, RowBatch, TabShown
from .row_cells import RowCells
from .row_match import OwnRow, RowMatch, shows_others


@dataclass(frozen=True, slots=True)
class RowContext:
    """The time, the rules, who isn't called and who is being called, and the batch that the row
    stands in."""

    now: datetime
    rules: PassRules
    do_not_call: DoNotCall
    busy: Mapping[str, AttemptState]
    """By number, the open attempt that keeps it from being called, in any campaign."""
    unclear_orphans: Sequence[Attempt]
    """Calls that stand on no tab and of which nobody knows whether they rang."""
    row_cells: RowCells
    """Words what rows say."""
    batch: RowBatch = field(default_factory=lambda: RowBatch((), ()))
    jobs: JobIndex = field(default_factory=lambda: JobIndex.of(()))
    """The batch's jobs."""
    calls: Calls = field(default_factory=dict)
    """Who was called with what, and when: for the batch's rows and jobs, in any campaign."""
    rows_of_jobs: Mapping[int, int] = field(default_factory=dict)
    """By job id, the row that has the job, as the sheet counts it."""
    others_calls: Mapping[str, OthersCall] = field(default_factory=dict)
    """By number, somebody else's call to it that isn't followed here."""

    @classmethod
    def of_pass(
        cls, now: datetime, sheet: TabShown, ledger: LedgerState, rules: PassRules
    ) -> RowContext:
        """What is the same for all rows of a pass."""
        return cls(
            now,
            rules,
            sheet.do_not_call,
            {attempt.number: attempt.state for attempt in ledger.open_attempts},
            [one for one in ledger.orphan_calls if one.state is AttemptState.UNKNOWN],
            RowCells(now, rules.policy, rules.zone),
        )

    def of_batch(self, batch: RowBatch, jobs: JobIndex, matches: Iterable[RowMatch]) -> RowContext:
        """The same with what concerns the rows of this batch, each of which is matched."""
        matches = list(matches)
        own = (each for each in matches if isinstance(each, OwnRow))
        of_others = (each.row for each in matches if shows_others(each))
        return replace(
            self,
            batch=batch,
            jobs=jobs,
            calls=calls_of(batch),
            rows_of_jobs={each.job.id: each.row.index + 1 for each in own},
            others_calls=others_calls(of_others, self.now, self.zone),
        )

    @property
    def policy(self) -> Policy:
        """The campaign's limits."""
        return self.rules.policy

    @property
    def zone(self) -> ZoneInfo:
        """The campaign's time zone."""
        return self.rules.zone
