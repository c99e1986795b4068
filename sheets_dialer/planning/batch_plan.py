"""How a batch of rows is planned: which row is which job, the verdict on each, which of them are
called now, and what of that the sheet doesn't say yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ..domain.attempt import Attempt
from ..domain.job import Adoption, JobChange, NewJob, Rewriting
from ..tabs.queue_rows import beside_their_calls, written_bytes
from .call_choice import Openings, choose, gone_and_unclear, in_turn
from .decision import RowAct, RowDecision, decide
from .forgotten_jobs import remembered
from .job_index import JobIndex
from .matching import match
from .pacing import followed
from .plan import Plan, RowBatch, SettledRow
from .row_cells import OwnCells, differing
from .row_context import RowContext
from .shifted_cells import undo_shift

_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """What comes of a batch."""

    part: Plan
    """Its part of the plan."""
    settled: Mapping[int, SettledRow]
    """By index, its rows that need nothing."""
    openings: Openings
    """What is left to give to the next batch."""
    written_bytes: int
    """About how many bytes its cells take in a write."""


def plan_batch(
    batch: RowBatch, of_pass: RowContext, openings: Openings, refs: Iterator[str]
) -> BatchPlan:
    """Plans for these rows and jobs. `refs` is where the Refs of new rows come from."""
    jobs = remembered(batch.jobs, batch.rows)
    index = JobIndex.of(jobs)
    rows = undo_shift(batch.rows, index)
    matches = match(rows, index, of_pass.now, of_pass.zone)
    context = of_pass.of_batch(replace(batch, rows=rows, jobs=jobs), index, matches)

    decisions = [decide(each, context) for each in matches]
    gone = gone_and_unclear(matches, context)
    released = _released(decisions, gone)
    as_read = {row.index: row for row in batch.rows}
    decisions, openings = choose(
        decisions, openings.with_released(released), context, as_read=as_read, gone=gone
    )

    acts, wanted = _with_refs(decisions, refs)
    cells = differing(wanted, as_read)
    settled = dict(_settled(decisions, cells, context))
    news = [news for each in decisions for news in each.news]
    polls, ended = followed(jobs, context.now, context.policy)
    part = Plan(
        new_jobs=_of(NewJob, acts),
        adoptions=_of(Adoption, acts),
        job_changes=_of(JobChange, news),
        rewritings=_of(Rewriting, news),
        released=tuple(released),
        ended=tuple(ended),
        dials=tuple(dial for _, dial in in_turn(decisions)),
        polls=tuple(polls),
        cells=cells,
        rows={each.row.index: each.row for each in decisions if each.row.index in cells},
        summaries=Counter(each.summary for each in decisions if each.row.index not in settled),
        ready_at=min((each.ready_at for each in decisions if each.ready_at), default=None),
    )
    written = beside_their_calls(cells, part.rows).values()
    return BatchPlan(part, settled, openings, sum(written_bytes(each.values()) for each in written))


def _released(decisions: Sequence[RowDecision], gone: Sequence[Attempt]) -> list[Attempt]:
    """The unclear calls that people's words on these rows settle, those that no row shows among
    them."""
    asked_for = {each.asks_again_for for each in decisions}
    released = [attempt for each in decisions for attempt in each.released]
    return released + [attempt for attempt in gone if attempt.number in asked_for]


def _with_refs(
    decisions: Sequence[RowDecision], refs: Iterator[str]
) -> tuple[list[RowAct], dict[int, OwnCells]]:
    """What happens, and by row what its cells should say, with a Ref for each job that is made."""
    acts: list[RowAct] = []
    wanted: dict[int, OwnCells] = {}
    for each in decisions:
        act, cells = each.act, each.cells
        match act:
            case NewJob():
                act = replace(act, ref=next(refs))
                cells = {**cells, "ref": act.ref}
            case Adoption():
                act = replace(act, job=replace(act.job, ref=next(refs)))
                cells = {**cells, "ref": act.job.ref}
        wanted[each.row.index] = cells
        acts += [act] if act is not None else []
    return acts, wanted


def _settled(
    decisions: Sequence[RowDecision], cells: Mapping[int, OwnCells], context: RowContext
) -> Iterator[tuple[int, SettledRow]]:
    """The rows of these that say what they should and need nothing for a while."""
    for each in decisions:
        if each.row.index not in cells and (until := each.stands_until(context)) is not None:
            yield each.row.index, SettledRow(each.summary, until)


def _of(kind: type[_Kind], acts: Sequence[object]) -> tuple[_Kind, ...]:
    return tuple(act for act in acts if isinstance(act, kind))
