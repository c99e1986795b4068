"""Taking back an opt-out, by hand: the customer wants to be called again after all."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from ..base.errors import DialerError
from ..dialing.outcomes import masked
from ..domain.phone_numbers import Number, read_number
from ..domain.times import time_in_sentence
from ..ledger.ledger import Ledger

log = structlog.get_logger()


class NothingToAllow(DialerError):
    """The text is no number, or the number hasn't opted out."""

    exit_code = 2


def allow_again(text: str, ledger: Ledger, now: datetime, zone: ZoneInfo) -> str:
    """Lets a number be called again; returns what to tell the person who asked for it.

    Raises:
        NothingToAllow: the text is no number, or the number hasn't opted out.
    """
    number = read_number(text)
    if not isinstance(number, Number):
        raise NothingToAllow(number.reason if number else "Give the number to allow.")
    opt_out = ledger.allow(number.digits, now)
    if opt_out is None:
        raise NothingToAllow(
            "This number hasn't opted out by key. If it stands on the Do Not Call tab, remove it "
            "there to call."
        )
    log.info("allowed again", number=masked(number.digits))
    return (
        f"{number.digits} may be called again. It had opted out "
        f"{time_in_sentence(opt_out.since, now, zone)} "
        f"with key {opt_out.key} (campaign {opt_out.campaign}). Its line on the Do Not Call tab "
        "goes with the dialer's next pass."
    )
