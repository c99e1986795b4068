"""Moves of attempts between their states, by compare-and-swap: each only from where it starts.

Like all of the ledger's writing this runs inside a transaction that waits for all others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog

from ..domain.attempt import TRANSITIONS, AttemptState, Transition
from .duplicate_call_ids import doubt, doubted_among, end, moved_or_carrying, with_their_keys
from .history import change, note

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of moves, each by its attempt's id: those that were `made`; those whose call is
    `doubted` since, because another call has its id; those `held` back because of that."""

    made: frozenset[int] = frozenset()
    doubted: frozenset[int] = frozenset()
    held: frozenset[int] = frozenset()


def make_moves(
    connection: sa.Connection, moves: Iterable[Transition], now: datetime, portal: str | None
) -> Moved:
    """Makes each move whose attempt is in the right state; call ids among them are this portal's.

    An attempt whose number was opted out since it was intended is withdrawn instead of sent. None
    is sent along with a reply that makes no sense: whoever sends must know of that first. A reply
    that tells the call of an attempt that was given up as unknown meanwhile counts all the same;
    where a person has released it, its history keeps the call.

    Raises:
        ValueError: no attempt may ever make this move.
    """
    wanted: dict[int, Transition] = {}
    for move in moves:
        if move.target not in TRANSITIONS[move.source]:
            raise ValueError(f"no attempt goes from {move.source} to {move.target}")
        wanted[move.attempt_id] = move
    told = {move.values["call_id"] for move in wanted.values() if "call_id" in move.values}
    found = list(moved_or_carrying(connection, wanted, told))
    rows = {row.id: row for row in found}
    opted_out_since = {row.id for row in found if row.opted_out}
    made: list[Transition] = []
    withdrawn: list[Transition] = []
    late: list[tuple[int, str]] = []
    for move in wanted.values():
        row = rows.get(move.attempt_id)
        if row is None:
            continue
        if row.state != move.source and not _tells_the_call(move, row):
            call_id = move.values.get("call_id", row.call_id)
            if call_id != row.call_id:
                late.append((row.id, f"the reply came too late: call {call_id}"))
            continue
        if move.target is AttemptState.SENDING and move.attempt_id in opted_out_since:
            withdrawn.append(replace(move, target=AttemptState.WITHDRAWN, values={}))
        elif "call_id" in move.values:
            made.append(replace(move, values={**move.values, "portal": portal}))
        else:
            made.append(move)
    doubted = doubted_among(found, made, told, now, portal)
    known = with_their_keys(found, doubted)
    held = [move for move in made if doubted and move.target is AttemptState.SENDING]
    made = [move for move in made if move not in held]
    change(connection, [(m.attempt_id, {"state": m.target}) for m in withdrawn])
    note(connection, now, [(m.attempt_id, "withdrawn: opted out") for m in withdrawn])
    change(connection, [(m.attempt_id, {"state": m.target, **m.values}) for m in made])
    note(connection, now, [(move.attempt_id, str(move.target)) for move in made])
    for attempt_id, what in late:
        log.warning(what, attempt=attempt_id)
    note(connection, now, late)
    end(connection, known, now)
    doubt(connection, doubted - known, now)
    ids = (frozenset(move.attempt_id for move in each) for each in (made, held))
    return Moved(next(ids), frozenset(doubted - known), next(ids))


def _tells_the_call(move: Transition, row: sa.Row[Any]) -> bool:
    """Whether it is the sender's late reply for an attempt of which no call is known: one that was
    given up, or whose leaving the database's server has lost."""
    is_reply = move.source is AttemptState.SENDING and move.target is AttemptState.PLACED
    waits = row.state in (AttemptState.UNKNOWN, AttemptState.INTENDED)
    return is_reply and waits and row.call_id is None
