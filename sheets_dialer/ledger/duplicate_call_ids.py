"""Call ids that the portal gave to more than one call: nobody knows whose the answers are.

An id is a call's at its portal's address and for its time: elsewhere, and long after that call has
ended, it is another's.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..domain.attempt import AttemptState, Reason
from ..domain.portal_status import ANSWERED
from ..texts import say
from .batching import among, chunks, rows_among
from .history import change, note
from .opt_outs import IS_OPTED_OUT
from .schema import attempts

if TYPE_CHECKING:
    from ..domain.attempt import Transition

STAYS_ITS_OWN = timedelta(hours=6)
"""How long after its call has ended an id still means that call. Longer than a portal may show an
old answer, and shorter than a night, after which portals may begin to count anew."""

# Made once: building a statement costs more than running it.
_CARRIER = (
    *(attempts.c.id, attempts.c.state, attempts.c.call_id, attempts.c.number),
    *(attempts.c.portal, attempts.c.placed_at, attempts.c.ended_at),
    *(attempts.c.call_status, attempts.c.dtmf),
)
_CARRIERS = sa.select(*_CARRIER).where(among(attempts.c.call_id))
_MOVED_OR_CARRYING: sa.Select[Any] = sa.select(*_CARRIER, IS_OPTED_OUT.label("opted_out")).where(
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
        sa.or_(
            _other.c.portal == attempts.c.portal,
            _other.c.portal.is_(None),
            attempts.c.portal.is_(None),
        ),
        # Where a person typed the id beside another number, it is still the first one's.
        _other.c.reason != Reason.ADOPTED,
    )
)
"""Whether the portal gave an attempt's call id to a later call too, in a query of attempts."""


def carriers(connection: sa.Connection, call_ids: Iterable[str]) -> dict[str, list[sa.Row[Any]]]:
    """By call id, the attempts that have it."""
    found: dict[str, list[sa.Row[Any]]] = {}
    for row in rows_among(connection, _CARRIERS, call_ids):
        found.setdefault(row.call_id, []).append(row)
    return found


def is_its_own(carrier: sa.Row[Any], portal: str | None, moment: datetime) -> bool:
    """Whether the call id of this attempt still meant its call, at this portal and moment."""
    if portal and carrier.portal and portal != carrier.portal:
        return False
    over_at = carrier.ended_at or carrier.placed_at
    is_over = carrier.state in (AttemptState.ENDED, AttemptState.RELEASED)
    return not (is_over and over_at and moment - over_at > STAYS_ITS_OWN)


def moved_or_carrying(
    connection: sa.Connection, ids: Iterable[int], call_ids: Iterable[str]
) -> Iterator[sa.Row[Any]]:
    """The attempts of these ids, and all that have one of these calls, asked for at once: placing
    calls does nothing more often."""
    by_id, by_call = chunks(sorted(ids)), chunks(sorted(call_ids))
    for some_ids, some_calls in itertools.zip_longest(by_id, by_call):
        parameters = {"ids": some_ids or [], "call_ids": some_calls or []}
        yield from connection.execute(_MOVED_OR_CARRYING, parameters)


def doubted_among(
    found: Iterable[sa.Row[Any]],
    made: Iterable[Transition],
    told: Collection[str],
    now: datetime,
    portal: str | None,
) -> set[int]:
    """The attempts of whose calls nothing can be known, because an id that was `told` of one call
    is another's, too. What has ended keeps its result, which came before the id was given again.

    `found` are attempts as they are before the moves that are to be `made`.
    """
    if not told:
        return set()
    calls = {move.attempt_id: move for move in made if "call_id" in move.values}
    after = {
        row.id: (row.state, row.call_id)
        for row in found
        if row.id in calls or is_its_own(row, portal, now)
    }
    for move in made:
        if move.attempt_id in after:
            call_id = move.values.get("call_id", after[move.attempt_id][1])
            after[move.attempt_id] = move.target, call_id
    sharing: dict[str, list[int]] = {}
    for attempt_id, (_state, call_id) in after.items():
        if call_id in told:
            sharing.setdefault(call_id, []).append(attempt_id)
    return {
        attempt_id
        for each in sharing.values()
        for attempt_id in each
        if len(each) > 1 and after[attempt_id][0] == AttemptState.PLACED
    }


def with_their_keys(found: Iterable[sa.Row[Any]], doubted: Collection[int]) -> set[int]:
    """Those of the doubted attempts whose key was told while their ids were still their own. (A 0
    may be how the portal writes that there is none.)"""
    return {
        row.id
        for row in found
        if row.id in doubted and row.call_status == ANSWERED and (row.dtmf or "").strip("0")
    }


def end(connection: sa.Connection, known: Collection[int], now: datetime) -> None:
    """Ends these attempts with what is known of them: nothing more can be asked by their ids."""
    values = {"state": AttemptState.ENDED, "ended_at": now}
    change(connection, [(attempt_id, values) for attempt_id in sorted(known)])
    note(connection, now, [(each, "ended: another call has its id") for each in sorted(known)])


def doubt(connection: sa.Connection, doubted: Collection[int], now: datetime) -> None:
    """Holds these attempts for a person."""
    values = {
        "state": AttemptState.UNKNOWN,
        "problem": say("shared_call_id"),
        "problem_code": None,
        "problem_column": None,
        "changed_at": now,
    }
    change(connection, [(attempt_id, values) for attempt_id in sorted(doubted)])
    note(connection, now, [(each, "unknown: shared call id") for each in sorted(doubted)])
