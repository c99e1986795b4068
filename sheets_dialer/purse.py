"""What the portal's balance still pays for, read at most once a minute."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from .clock import Clock
from .errors import PortalError
from .portal import Balance, Portal
from .texts import say

PULSE_SECONDS = 30
"""The portal charges by pulses, "for example per 30 seconds" (vendor text)."""
READ_AGAIN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Funds:
    """How many new calls the balance pays; None when the portal tells no rate. `problem` says, for
    people, why none may start."""

    calls: int | None
    problem: str | None = None
    error: PortalError | None = None
    """What kept the balance from being read."""


@dataclass(slots=True)
class Purse:
    """The account's balance as last read. `call_seconds` is how long a call is taken to last."""

    portal: Portal
    clock: Clock
    call_seconds: float
    _read: tuple[float, Balance] | None = field(init=False, default=None)

    def look(self, in_progress: int) -> Funds:
        """What may be spent on new calls while so many are in progress, each of which may still
        cost a whole call. A balance that can't be read pays for nothing."""
        try:
            balance = self._current()
        except PortalError as error:
            return Funds(0, say("balance_unreadable", problem=error), error)
        return funds(balance, self.call_seconds, in_progress)

    def cost_of_a_call(self) -> float | None:
        """Rupees that one call costs; None where the portal tells no rate or can't be asked."""
        try:
            return price(self._current(), self.call_seconds)
        except PortalError:
            return None

    def _current(self) -> Balance:
        now = self.clock.steady()
        if self._read is not None and now - self._read[0] < READ_AGAIN_SECONDS:
            return self._read[1]
        # Forgotten first: a balance that can't be read any more pays for nothing.
        self._read = None
        balance = self.portal.balance()
        self._read = (now, balance)
        return balance


def price(balance: Balance, call_seconds: float) -> float | None:
    """Rupees that a call of this length costs; None where the portal tells no rate."""
    if balance.call_rate is None or balance.call_rate <= 0:
        return None
    return balance.call_rate * math.ceil(call_seconds / PULSE_SECONDS)


def funds(balance: Balance, call_seconds: float, in_progress: int) -> Funds:
    """How many calls a balance pays at its rate."""
    cost = price(balance, call_seconds)
    if cost is None:
        if balance.rupees > 0:
            return Funds(None)
        return Funds(0, say("balance_empty", balance=f"{balance.rupees:.2f}"))
    calls = max(0, int(balance.rupees // cost) - in_progress)
    if calls or in_progress:
        return Funds(calls)
    rupees, price_of_one = f"{balance.rupees:.2f}", f"{cost:.2f}"
    return Funds(0, say("balance_too_small", balance=rupees, cost=price_of_one))
