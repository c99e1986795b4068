"""Facts of version 4 and before, as the values that are kept since.

What the fence remembers of a tab was five facts in words of their own; whether a problem was over
stood apart from the problem.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from ..tabs.fence_state import FenceState, SeenSince
from ..tabs.fencing_token import read_token
from .facts import last_problem
from .run_memory import keep_fact, keep_fence, read_fact, read_fence
from .schema import facts

_IS_OVER = "over: "


def one_value_for_each_fence(connection: sa.Connection) -> None:
    """Takes what the fence remembers out of its facts, into the line of its tab."""
    for kind, with_it in _OF_THE_FENCE.items():
        for tab, text in _taken_out(connection, kind):
            if text:
                keep_fence(connection, tab, with_it(read_fence(connection, tab), text))


def one_value_for_each_problem(connection: sa.Connection) -> None:
    """Notes with each last problem whether it is over."""
    for tab, text in _taken_out(connection, _IS_OVER):
        problem = read_fact(connection, last_problem(tab))
        if text and problem is not None:
            keep_fact(connection, last_problem(tab), replace(problem, is_over=True))


def _taken_out(connection: sa.Connection, kind: str) -> list[tuple[str, str]]:
    """The tabs and texts of the facts that begin so, which are facts no more."""
    of_kind = facts.c.name.startswith(kind, autoescape=True)
    found = connection.execute(sa.select(facts).where(of_kind)).all()
    connection.execute(facts.delete().where(of_kind))
    return [(row.name.removeprefix(kind), row.value) for row in found]


def _seen(text: str) -> SeenSince:
    token_id, _, since = text.partition(" ")
    return SeenSince(token_id, datetime.fromisoformat(since))


_OF_THE_FENCE: Mapping[str, Callable[[FenceState, str], FenceState]] = {
    "our tokens: ": lambda state, text: replace(
        state, written=tuple(filter(None, map(read_token, text.split())))
    ),
    "newest token seen: ": lambda state, text: replace(state, newest_seen=int(text)),
    "older ledger: ": lambda state, _text: replace(state, is_behind=True),
    "foreign token: ": lambda state, text: replace(state, foreign=_seen(text)),
    "old state at PAUSE: ": lambda state, text: replace(state, resting=_seen(text)),
}
"""How each of these facts begins, with the tab behind it, and what it says."""
