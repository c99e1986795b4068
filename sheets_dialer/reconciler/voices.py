"""By which voice rows that name none are known again, whatever voice speaks today.

It stands for what such rows ask for in every fingerprint, so it must not change with the
configuration: a row would be other content than its job, and one that is held would be new.
"""

from __future__ import annotations

from ..ledger.ledger import Ledger
from .plan_writer import Campaign
from .row_cache import RowCache


def row_cache_of(ledger: Ledger, queue: Campaign) -> RowCache:
    """The campaign's rows, none of them read yet."""
    return RowCache(_voice_asked_for(ledger, queue), queue.rules.policy.voice_id)


def keep_voice(ledger: Ledger, queue: Campaign) -> None:
    """Keeps for the runs to come by which voice the campaign's rows are known again."""
    voice = _voice_asked_for(ledger, queue)
    for name in _names(queue):
        if not ledger.fact(name):
            ledger.set_fact(name, voice)


def _voice_asked_for(ledger: Ledger, queue: Campaign) -> str:
    """The voice that was configured when this ledger first worked on the campaign; of one that it
    doesn't know, when it first worked on the tab, since a campaign may get another name."""
    return next(filter(None, map(ledger.fact, _names(queue))), queue.rules.policy.voice_id)


def _names(queue: Campaign) -> tuple[str, str]:
    return f"voice asked for by {queue.name}", f"voice asked for on {queue.sheet.name}"
