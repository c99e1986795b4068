"""Calls that belong to no tab: test calls, and those of a campaign that has left the configuration.

Somebody must follow and end them, or their numbers and lines would be taken for ever.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..base.clock import Clock
from ..dialing.outcomes import ends
from ..dialing.worker import CallWorker
from ..domain.attempt import Attempt, AttemptState
from ..domain.call_lifecycle import as_ended, is_followed
from ..domain.policy import Policy
from ..domain.poll_schedule import next_poll
from ..ledger.ledger import Ledger
from ..planning.plan import DuePoll

_TESTS = " (test calls)"


def campaign_of_tests(name: str) -> str:
    """The name under which the ledger keeps a campaign's test calls, apart from its rows."""
    return f"{name}{_TESTS}"


class OrphanCalls:
    """Looks after such calls, each by the limits and the keys of the campaign that made it; those
    of a campaign that is gone by the first one's. `policies` are the configured campaigns'."""

    def __init__(
        self, ledger: Ledger, worker: CallWorker, clock: Clock, policies: Sequence[Policy]
    ) -> None:
        self._ledger = ledger
        self._worker = worker
        self._clock = clock
        self._first = policies[0]
        self._policies = {policy.campaign: policy for policy in policies}

    def unclear(self) -> list[Attempt]:
        """Those of which nobody knows whether they went out."""
        return self._ledger.attempts_in({AttemptState.UNKNOWN}, outside=self._policies)

    def follow(self) -> None:
        """Follows those in progress, and ends those that are over."""
        orphan_calls = self._ledger.attempts_in({AttemptState.PLACED}, outside=self._policies)
        if not orphan_calls:
            return
        now = self._clock.now()
        campaigns = self._ledger.campaigns_of({one.job_id for one in orphan_calls})
        over: list[Attempt] = []
        for one in orphan_calls:
            name = campaigns[one.job_id].removesuffix(_TESTS)
            policy = self._policies.get(name, self._first)
            if is_followed(one, now, policy, later=()):
                self._worker.follow([(DuePoll(one, next_poll(one, policy)), policy)])
            else:
                over.append(as_ended(one, policy))
        self._ledger.move(ends(over, now), now)
