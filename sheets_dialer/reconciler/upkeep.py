"""What passes do beside the rows: being in charge, recovering after a crash, following calls whose
sheet can't be read, and forgetting what is old."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog

from ..base.clock import Clock
from ..dialing.outcomes import ends
from ..dialing.worker import CallWorker
from ..domain.attempt import AttemptState, Transition
from ..domain.problems import ProblemCode
from ..ledger.ledger import Ledger
from ..planning.pacing import followed
from .campaign import Campaign, keep_voice
from .orphan_calls import OrphanCalls
from .retention_job import Forgetting

log = structlog.get_logger()


class Upkeep:
    """Keeps ledger and calls in order around the passes."""

    def __init__(
        self,
        ledger: Ledger,
        worker: CallWorker,
        clock: Clock,
        orphan_calls: OrphanCalls,
        forgetting: Forgetting,
    ) -> None:
        self._ledger = ledger
        self._worker = worker
        self._clock = clock
        self._orphan_calls = orphan_calls
        self._forgetting = forgetting

    def recover(self, campaigns: Iterable[Campaign]) -> None:
        """Settles what an earlier process left. Call it with the ledger locked."""
        settle_earlier_attempts(self._ledger, self._clock.now())
        # Before anybody new is called it must be known which lines are taken.
        for campaign in campaigns:
            keep_voice(self._ledger, campaign)
            self.follow_anyway(campaign)

    def stay_in_charge(self) -> None:
        """Before a pass: the worker lives, and the ledger is still this process's.

        Raises:
            LedgerError: the ledger can't be used, or is another's now: nothing may be dialled.
        """
        self._worker.raise_failure()
        self._ledger.stay_held()

    def follow_anyway(self, campaign: Campaign) -> None:
        """Follows the calls in progress of a campaign whose sheet can't be read or written."""
        now, policy = self._clock.now(), campaign.rules.policy
        jobs = self._ledger.jobs_under_way(campaign.name, now - policy.give_up_after)
        polls, ended = followed(jobs, now, policy)
        if left := [each for each in ended if each.problem_code is ProblemCode.LEFT_BEHIND]:
            log.warning("the portal's address was changed; calls aren't followed", calls=len(left))
        self._worker.follow((poll, policy) for poll in polls)
        self._ledger.move(ends(ended, now), now)

    def after_pass(self) -> None:
        """Follows the calls of no tab, and forgets a little of what is old."""
        self._orphan_calls.follow()
        self._forgetting.go_on()


def settle_earlier_attempts(ledger: Ledger, now: datetime) -> None:
    """What was not yet sent goes back to the queue, what was being sent is unknown and only a
    person releases it.

    Where the ledger's server may have lost commits, what it has as not yet sent may have been sent:
    if the sheet shows the mark, only a person releases that, too."""
    lacking = ledger.may_lack_commits
    unsent = {"problem_code": ProblemCode.COMMITS_LOST} if lacking else {}
    moves = [
        Transition(attempt.id, attempt.state, target, {"changed_at": now, **values})
        for state, target, values in (
            (AttemptState.INTENDED, AttemptState.WITHDRAWN, unsent),
            (AttemptState.SENDING, AttemptState.UNKNOWN, {}),
        )
        for attempt in ledger.attempts_in({state})
    ]
    if moves:
        # By whoever holds the ledger, so not by `move`.
        ledger.record("", now, moves=moves)
        log.warning("found attempts of an earlier run", attempts=len(moves))
    if lacking:
        # A mark of an attempt that is lost altogether must not be taken for an earlier one's.
        ledger.doubt_marks(ProblemCode.COMMITS_LOST)
        log.warning("another server has the ledger than before; it may lack the last calls")
    ledger.trust_server()
