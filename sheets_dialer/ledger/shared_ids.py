"""Call ids that the portal gave to more than one call: nobody knows whose the answers are."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..call import AttemptState, Reason
from ..texts import say
from .changes import change, note
from .opting_out import IS_OPTED_OUT
from .schema import attempts
from .statements import chunks

if TYPE_CHECKING:
    from .writing import Move

# Made once: building a statement costs more than running it.
_MOVED_OR_CARRYING: sa.Select[Any] = sa.select(
    attempts.c.id, attempts.c.state, attempts.c.call_id, IS_OPTED_OUT.label("opted_out")
).where(
    sa.or_(
        attempts.c.id.in_(sa.bindparam("ids", expanding=True)),
        attempts.c.call_id.in_(sa.bindparam("call_ids", expanding=True)),
    )
)
_other = attempts.alias("other")
GIVEN_AGAIN = sa.exists(
    sa.select(_other.c.id).where(
        _other.c.call_id == attempts.c.call_id,
        _other.c.id > attempts.c.id,
        _other.c.state.in_([AttemptState.UNKNOWN, AttemptState.RELEASED]),
        # Where a person typed the id beside another number, it is still the first one's.
        _other.c.reason != Reason.ADOPTED,
    )
)
"""Whether the portal gave an attempt's call id to a later call too, in a query of attempts."""


def moved_or_carrying(
    connection: sa.Connection, ids: Iterable[int], call_ids: Iterable[str]
) -> Iterator[sa.Row[Any]]:
    """The attempts of these ids, and all that have one of these calls, asked for at once: placing
    calls does nothing more often."""
    by_id, by_call = chunks(sorted(ids)), chunks(sorted(call_ids))
    for some_ids, some_calls in itertools.zip_longest(by_id, by_call):
        parameters = {"ids": some_ids or [], "call_ids": some_calls or []}
        yield from connection.execute(_MOVED_OR_CARRYING, parameters)


def doubt_shared_ids(
    connection: sa.Connection,
    found: Iterable[sa.Row[Any]],
    made: Iterable[Move],
    told: Collection[str],
    now: datetime,
) -> None:
    """An id that was `told` of one call and that another attempt carries, an old one too, says
    nothing of either: those that aren't over become unknown. What has ended keeps its result, which
    came before the id was given again.

    `found` are attempts as they were before the moves that were `made`.
    """
    after = {row.id: (row.state, row.call_id) for row in found}
    for move in made:
        call_id = move.values.get("call_id", after[move.attempt_id][1])
        after[move.attempt_id] = move.target, call_id
    carriers: dict[str, list[int]] = {}
    for attempt_id, (_state, call_id) in after.items():
        if call_id in told:
            carriers.setdefault(call_id, []).append(attempt_id)
    doubted = [
        attempt_id
        for sharing in carriers.values()
        for attempt_id in sharing
        if len(sharing) > 1 and after[attempt_id][0] == AttemptState.PLACED
    ]
    values = {"state": AttemptState.UNKNOWN, "problem": say("shared_call_id"), "changed_at": now}
    change(connection, [(attempt_id, values) for attempt_id in doubted])
    note(connection, now, [(attempt_id, "unknown: shared call id") for attempt_id in doubted])
