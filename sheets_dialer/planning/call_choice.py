"""Which of the rows that may be called are called before the next pass: the one thing that rows
decide together. There is room for so many calls, and a number gets one at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..domain.attempt import Attempt, AttemptState, Reason
from ..domain.job import Adoption
from ..tabs.queue_rows import QueueRow
from ..texts import say
from .decision import RowDecision, held_back
from .eligibility import NotYet
from .plan import Dial, RowState
from .readiness import ready_at, was_turned_away
from .row_commands import unclear
from .row_context import RowContext
from .row_match import ChangedRow, OwnRow, RowMatch
from .status_words import marked


@dataclass(frozen=True, slots=True)
class Openings:
    """What a pass has left to give when it comes to a batch."""

    room: int
    """How many more calls may be placed before the next pass."""
    taken: frozenset[str] = frozenset()
    """The numbers that got a call in this pass, or whose call was adopted."""
    released: frozenset[str] = frozenset()
    """The numbers of the unclear calls that people's words settle in this pass."""

    def with_released(self, attempts: Iterable[Attempt]) -> Openings:
        """The same once these are settled, too."""
        return replace(self, released=self.released | {each.number for each in attempts})


def gone_and_unclear(matches: Iterable[RowMatch], context: RowContext) -> list[Attempt]:
    """The unclear calls that no row shows any more: a Check row was deleted, or there was none. A
    person's Call again on another row to their number answers for them."""
    shown = {each.job.id for each in matches if isinstance(each, OwnRow | ChangedRow)}
    gone = (job for job in context.batch.jobs if job.id not in shown)
    return [attempt for job in gone for attempt in unclear(job)] + [*context.unclear_orphans]


def choose(
    decisions: Sequence[RowDecision],
    openings: Openings,
    context: RowContext,
    *,
    as_read: Mapping[int, QueueRow],
    gone: Sequence[Attempt],
) -> tuple[list[RowDecision], Openings]:
    """The decisions with only those dials and adoptions that are done now, and what is left to
    give. `as_read` are the rows as they stand: one is dialled only once a read shows its Ref beside
    what it is called for. `gone` are the unclear calls that no row shows."""
    room, taken = openings.room, set(openings.taken)
    chosen: dict[int, RowDecision] = {}
    for each in decisions:
        if isinstance(each.act, Adoption):
            number = each.act.job.content.number
            if number in taken or number in context.busy:
                chosen[each.row.index] = _not_adopted(each)
            else:
                taken.add(number)
    for each, dial in in_turn(decisions):
        number = dial.job.content.number
        is_busy = number in context.busy
        if number in taken or (is_busy and number not in openings.released):
            chosen[each.row.index] = _behind_another(each, dial, context, gone)
        elif not room or is_busy or as_read[each.row.index].ref != dial.job.ref:
            chosen[each.row.index] = replace(each, act=None)
        elif ready := _ready_at(dial, context):
            chosen[each.row.index] = replace(each, act=None, ready_at=ready)
        else:
            room -= 1
            taken.add(number)
            chosen[each.row.index] = _dialled(each, dial, context)
    left = replace(openings, room=room, taken=frozenset(taken))
    return [chosen.get(each.row.index, each) for each in decisions], left


def in_turn(decisions: Iterable[RowDecision]) -> list[tuple[RowDecision, Dial]]:
    """The rows that may be called, with their calls, in the order in which they get one. Others
    come first after the portal refused the account for a row: it may be the row after all."""
    may_be_called = [(each, each.act) for each in decisions if isinstance(each.act, Dial)]
    return sorted(may_be_called, key=lambda pair: was_turned_away(pair[1].job))


def _ready_at(dial: Dial, context: RowContext) -> datetime | None:
    """From when on the row will have stood as it is for long enough for its first call; None where
    it has."""
    is_first = dial.reason is Reason.FIRST
    return ready_at(dial.job, context.policy, context.now) if is_first else None


def _dialled(decision: RowDecision, dial: Dial, context: RowContext) -> RowDecision:
    mark = marked(dial.job, context.now, context.zone)
    return replace(decision, state=RowState.ASIDE, cells={**mark, "ref": dial.job.ref})


def _not_adopted(decision: RowDecision) -> RowDecision:
    cells = {**decision.row.shown, "why": say("same_number")}
    return replace(decision, state=RowState.HELD, cells=cells, act=None, waits_for_another=True)


def _behind_another(
    decision: RowDecision, dial: Dial, context: RowContext, gone: Collection[Attempt]
) -> RowDecision:
    why = _why_busy(dial.job.content.number, context, gone)
    state, cells = held_back(decision.row, dial.job, NotYet(why), context)
    return replace(decision, state=state, cells=cells, act=None, waits_for_another=True)


def _why_busy(number: str, context: RowContext, gone: Iterable[Attempt]) -> str:
    if context.busy.get(number) is not AttemptState.UNKNOWN:
        return say("same_number")
    is_gone = any(attempt.number == number for attempt in gone)
    return say("unclear_and_gone") if is_gone else say("unclear_number")
