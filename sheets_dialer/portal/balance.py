"""What the portal's balance still pays for, read at most once a minute."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from ..base.clock import Clock
from ..base.errors import PortalError
from ..domain.account import Account, Balance
from ..texts import say
from .client import Portal

PULSE_SECONDS = 30.0
"""The portal charges by pulses, "for example per 30 seconds" (vendor text)."""
READ_AGAIN_SECONDS = 60
GLANCE_AGAIN = timedelta(minutes=10)
"""How old the balance may be that is shown while nobody is to be called."""


@dataclass(frozen=True, slots=True)
class Funds:
    """How many new calls the balance pays; None when the portal tells no rate. `problem` says, for
    people, why none may start."""

    calls: int | None
    problem: str | None = None
    error: PortalError | None = None
    """What kept the balance from being read."""


@dataclass(slots=True)
class BalanceMonitor:
    """The account's balance as last read. `call_seconds` is how long a call is taken to last, and
    `pulse_seconds` for how long each started pulse of it is paid."""

    portal: Portal
    clock: Clock
    call_seconds: float
    known: Account | None = None
    """The account as it was read last, by this process or an earlier one."""
    remember: Callable[[Account], None] = lambda _account: None
    """Keeps it for the next process."""
    pulse_seconds: float = PULSE_SECONDS
    _read: tuple[float, Balance] | None = field(init=False, default=None)
    _glanced_at: float | None = field(init=False, default=None)

    def affordable_calls(self, in_progress: int) -> Funds:
        """What may be spent on new calls while so many are in progress, each of which may still
        cost a whole call. A balance that can't be read pays for nothing."""
        try:
            balance = self._current()
        except PortalError as error:
            return Funds(0, say("balance_unreadable", problem=error), error)
        return funds(balance, self.call_seconds, in_progress, self.pulse_seconds)

    def refresh_for_display(self) -> None:
        """Reads the balance when nobody is to be called, for people to see: rarely, and a portal
        that doesn't answer is no problem then."""
        now = self.clock.steady()
        age = self.clock.now() - self.known.read_at if self.known else GLANCE_AGAIN
        if timedelta() <= age < GLANCE_AGAIN:
            return
        if self._glanced_at is not None and now - self._glanced_at < GLANCE_AGAIN.total_seconds():
            return
        self._glanced_at = now
        with suppress(PortalError):
            self._current()

    @property
    def price(self) -> float | None:
        """Rupees that one call costs as far as is known without asking."""
        if self.known is None:
            return None
        return price(self.known.balance, self.call_seconds, self.pulse_seconds)

    def _current(self) -> Balance:
        now = self.clock.steady()
        if self._read is not None and now - self._read[0] < READ_AGAIN_SECONDS:
            return self._read[1]
        # Forgotten first: a balance that can't be read any more pays for nothing.
        self._read = None
        balance = self.portal.balance()
        self._read = (now, balance)
        self.known = Account(balance, self.clock.now())
        self.remember(self.known)
        return balance


def price(
    balance: Balance, call_seconds: float, pulse_seconds: float = PULSE_SECONDS
) -> float | None:
    """Rupees that a call of this length costs; None where the portal tells no rate."""
    if balance.call_rate is None or balance.call_rate <= 0:
        return None
    return balance.call_rate * math.ceil(call_seconds / pulse_seconds)


def funds(
    balance: Balance,
    call_seconds: float,
    in_progress: int,
    pulse_seconds: float = PULSE_SECONDS,
) -> Funds:
    """How many calls a balance pays at its rate."""
    cost = price(balance, call_seconds, pulse_seconds)
    if cost is None:
        if balance.rupees > 0:
            return Funds(None)
        return Funds(0, say("balance_empty", balance=f"{balance.rupees:.2f}"))
    calls = max(0, int(balance.rupees // cost) - in_progress)
    if calls or in_progress:
        return Funds(calls)
    rupees, price_of_one = f"{balance.rupees:.2f}", f"{cost:.2f}"
    return Funds(0, say("balance_too_small", balance=rupees, cost=price_of_one))
