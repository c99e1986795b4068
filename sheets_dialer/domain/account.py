"""The portal's account: its money and its rate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """The account's money in rupees; `call_rate` is rupees per pulse and `username` whose account
    it is, where the portal tells them."""

    rupees: float
    call_rate: float | None
    username: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The balance and the rate as the portal told them at that moment."""

    balance: Balance
    read_at: datetime
