"""Rows and jobs that share something, as a pass never parts them."""

from __future__ import annotations

from collections.abc import Iterator

from sheets_dialer.domain.job import Job
from sheets_dialer.domain.phone_numbers import Number
from sheets_dialer.planning.plan import RowBatch
from sheets_dialer.tabs.queue_rows import QueueRow

Group = tuple[list[QueueRow], list[Job]]


def grouped(whole: RowBatch) -> list[Group]:
    """The rows and jobs of a part in as many groups as may be planned apart."""
    groups: list[tuple[set[str], Group]] = []
    for one in (*whole.rows, *whole.jobs):
        keys = set(_keys(one))
        group: Group = ([one], []) if isinstance(one, QueueRow) else ([], [one])
        apart = []
        for other_keys, other in groups:
            if keys & other_keys:
                keys |= other_keys
                group = (other[0] + group[0], other[1] + group[1])
            else:
                apart.append((other_keys, other))
        groups = [*apart, (keys, group)]
    return [group for _, group in groups]


def _keys(one: QueueRow | Job) -> Iterator[str]:
    if isinstance(one, Job):
        yield from filter(None, (one.content.number, one.ref, one.fingerprint))
        yield from (attempt.call_id for attempt in one.attempts if attempt.call_id)
        yield from (attempt.number for attempt in one.attempts if attempt.number)
        return
    shown = (one.shown["called_number"], one.shown["call_id"], one.ref, one.fingerprint)
    yield from filter(None, shown)
    if isinstance(one.number, Number):
        yield one.number.digits
    if one.typed:
        yield one.typed.fingerprint_as_typed()
