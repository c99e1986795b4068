"""Until when a row's plan stands if nobody touches row or job: the next moment at which time alone
may change what it should say or whether it is called.

It may name a moment at which nothing changes after all, never one too late.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ..domain.call_lifecycle import final_at
from ..domain.job import Job
from ..domain.policy import Policy
from ..domain.times import read_moment
from ..tabs.queue_rows import QueueRow
from .matching import CLEARING_IS_REMEMBERED
from .others_evidence import called_at

MARK_IS_STRANGE_FOR = timedelta(minutes=10)
"""How long a mark that the ledger doesn't know may be somebody's who is dialling just now."""


def requeue_at(
    row: QueueRow, job: Job | None, now: datetime, policy: Policy, zone: ZoneInfo
) -> datetime:
    """The moment after `now` from which the row must be planned anew. At midnight every row must,
    because sentences say today and times of day mean another moment."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    moments = [datetime.combine(tomorrow, time(), zone).astimezone(UTC)]
    moments += _of_row(row, now, policy, zone)
    if job is not None:
        moments += _of_job(job, policy)
    return min(moment for moment in moments if moment > now)


def _of_row(row: QueueRow, now: datetime, policy: Policy, zone: ZoneInfo) -> Iterator[datetime]:
    for cell in (row.call_after, row.call_before):
        try:
            moment = read_moment(cell, zone, now)
        except ValueError:
            continue
        if moment is not None:
            yield moment
            yield moment + policy.max_age
    # Whatever its Status says: somebody may have changed it since the row was marked.
    marked_at = None if row.shown["call_id"] else called_at(row, now, zone)
    if marked_at is not None:
        yield marked_at + MARK_IS_STRANGE_FOR


def _of_job(job: Job, policy: Policy) -> Iterator[datetime]:
    yield job.queued_at + policy.max_age
    # A row without blanks says nothing else once it has stood; for its turn it is looked at anyway.
    if job.steady_since is not None and (job.blank or job.restarts):
        yield job.steady_since + policy.typing
    if job.cleared_at is not None:
        yield job.cleared_at + CLEARING_IS_REMEMBERED
    for attempt in job.attempts:
        final = final_at(attempt, policy)
        yield final
        begun = attempt.placed_at or attempt.intended_at
        yield begun + policy.give_up_after
        yield (attempt.changed_at or begun) + policy.stuck_after
        for rule in (policy.redial, policy.redial_no_key):
            for wait in rule.after if rule else ():
                yield final + wait
                yield final + wait + policy.max_age
