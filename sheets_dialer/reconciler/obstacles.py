"""What stands in the way of all of a campaign's new calls, beside Control, hours and limits."""

from __future__ import annotations

from ..base.clock import Clock, ServerTime
from ..dialing.worker import CallWorker
from ..google_sheets import Snapshot
from ..ledger.facts import unsafe
from ..ledger.ledger import Ledger
from ..planning.campaign_status import clock_off
from ..tabs.fencing_token import unsafe_sentence
from ..tabs.header_report import unclear_sentence
from .campaign import Campaign
from .row_quarantine import RowQuarantine


class Obstacles:
    """Asks everything that can stop new calls, the most general first."""

    def __init__(
        self,
        ledger: Ledger,
        quarantine: RowQuarantine,
        worker: CallWorker,
        clock: Clock,
        server_time: ServerTime,
    ) -> None:
        self._ledger = ledger
        self._quarantine = quarantine
        self._worker = worker
        self._clock = clock
        self._server_time = server_time

    def before(self, campaign: Campaign, snapshot: Snapshot) -> str | None:
        """The first obstacle before new calls, in a sentence for people; None where there is none.

        A clock that is hours off, a fence that `check` found not to hold, columns that it isn't
        clear what they mean, rows that Google refuses to write, a portal that fails in a row.
        """
        return (
            clock_off(self._server_time.seconds_ahead)
            or unsafe_sentence(self._ledger.fact(unsafe(campaign.sheet.name)))
            or unclear_sentence(campaign.tab, snapshot.columns)
            or self._quarantine.sentence(campaign.name, self._clock.now())
            or self._worker.caution()
        )
