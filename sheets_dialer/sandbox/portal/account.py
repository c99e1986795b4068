"""The account's money: what talking costs, pulse by pulse, worked out when somebody asks."""

from __future__ import annotations

from decimal import Decimal
from heapq import heappop, heappush

from .call import Call
from .life import talk

PULSE_SECONDS = 30
"""The unit of charging ("for example per 30 seconds", the vendor)."""


class Account:
    """A balance in rupees from which every started pulse of talk is taken at its time.

    Each call has at most one pulse waiting here, its next one. A call whose life was changed is
    taken up anew: its waiting pulse is replaced, and what was charged stays charged.
    """

    def __init__(self, balance: Decimal, *, settled_until: float = float("-inf")) -> None:
        self._balance = balance
        self._settled_until = settled_until
        self._queue: list[tuple[float, str]] = []
        self._next: dict[str, tuple[float, float]] = {}

    @property
    def settled_until(self) -> float:
        """Up to when pulses have been charged."""
        return self._settled_until

    def balance(self, now: float, rate: Decimal) -> Decimal:
        """What is left now. Pulses that have begun since the last look are charged at `rate`."""
        while self._queue and self._queue[0][0] <= now:
            due, call_id = heappop(self._queue)
            waiting = self._next.get(call_id)
            if waiting is None or waiting[0] != due:
                continue
            self._balance -= rate
            self._await(call_id, due + PULSE_SECONDS, waiting[1])
        self._settled_until = max(self._settled_until, now)
        return self._balance

    def credit(self, balance: Decimal) -> None:
        """Sets what is left."""
        self._balance = balance

    def follow(self, call: Call) -> None:
        """Takes up a call whose talk, if there is one, hasn't been charged at all."""
        conversation = talk(call.timeline)
        if conversation is None:
            self._next.pop(call.call_id, None)
        else:
            self._await(call.call_id, *conversation)

    def resume(self, call: Call) -> None:
        """Takes up a call whose pulses were charged as far as the account has been settled."""
        conversation = talk(call.timeline)
        if conversation is None:
            return
        pulse, end = conversation
        while pulse <= self._settled_until and pulse < end:
            pulse += PULSE_SECONDS
        self._await(call.call_id, pulse, end)

    def _await(self, call_id: str, due: float, end: float) -> None:
        if due < end:
            self._next[call_id] = (due, end)
            heappush(self._queue, (due, call_id))
        else:
            self._next.pop(call_id, None)
