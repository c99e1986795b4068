"""One campaign's parts: its tab and the rules that it is dialled by; and by which voice rows that
name none are known again, whatever voice speaks today.

That voice stands for what such rows ask for in every fingerprint, so it must not change with the
configuration: a row would be other content than its job, and one that is held would be new.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..google_sheets import QueueTab, Spreadsheet
from ..ledger.facts import Fact, campaigns_voice, tabs_voice
from ..ledger.ledger import Ledger
from ..planning.plan import PassRules
from .row_cache import RowCache


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign's parts: its tab and the rules that it is dialled by."""

    name: str
    tab: str
    connection: Spreadsheet
    sheet: QueueTab
    rules: PassRules


def row_cache_of(ledger: Ledger, campaign: Campaign) -> RowCache:
    """The campaign's rows, none of them read yet."""
    return RowCache(_voice_asked_for(ledger, campaign), campaign.rules.policy.voice_id)


def keep_voice(ledger: Ledger, campaign: Campaign) -> None:
    """Keeps for the runs to come by which voice the campaign's rows are known again."""
    voice = _voice_asked_for(ledger, campaign)
    for fact in _voice_facts(campaign):
        if ledger.fact(fact) is None:
            ledger.set_fact(fact, voice)


def _voice_asked_for(ledger: Ledger, campaign: Campaign) -> str:
    """The voice that was configured when this ledger first worked on the campaign; of one that it
    doesn't know, when it first worked on the tab, since a campaign may get another name."""
    known = filter(None, map(ledger.fact, _voice_facts(campaign)))
    return next(known, campaign.rules.policy.voice_id)


def _voice_facts(campaign: Campaign) -> tuple[Fact[str], Fact[str]]:
    return campaigns_voice(campaign.name), tabs_voice(campaign.sheet.name)
