"""What counts as the same call again, whichever way it is asked for."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sheets_dialer.domain.job import Job
from sheets_dialer.planning.plan import RowBatch
from sheets_dialer.tabs.queue_rows import QueueRow

from .eligibility import SameCall

Calls = Mapping[str, set[tuple[int, datetime]]]
"""By fingerprint, which job was called with it, and when."""


def last_same(row: QueueRow, job: Job, calls: Calls, places: Mapping[int, int]) -> SameCall | None:
    """The last call for another job that said what the row's call would say now, unless a call of
    this job has said that already. `places` gives jobs' rows as the sheet counts them."""
    fingerprints = {row.fingerprint, row.sounds_like} | {each.said or "" for each in job.attempts}
    others = _of_others(fingerprints, job, calls)
    if others and job.called:
        # A redial: what it says is new only where the row's text changed.
        fingerprints = _news(row, job)
        others = _of_others(fingerprints, job, calls)
    if not others:
        return None
    placed_at, job_id = max(others)
    return SameCall(placed_at, places.get(job_id))


def _of_others(fingerprints: Iterable[str], job: Job, calls: Calls) -> set[tuple[datetime, int]]:
    found = itertools.chain.from_iterable(calls.get(each, ()) for each in fingerprints)
    return {(time, job_id) for job_id, time in found if job_id != job.id}


def _news(row: QueueRow, job: Job) -> set[str]:
    """The fingerprints of what the row's next call would say and none of its calls has said: of its
    values, and of what they showed when it was last about to be called."""
    of_old = {job.fingerprint, job.content.fingerprint()}
    said = set().union(*({each.said} if each.said else of_old for each in job.called))
    content = row.said_in(job.content.voice_id)
    by_now = content.fingerprint() if content else ""
    shown = job.attempts[-1].said or ""
    fingerprints = {shown} if by_now in said else {row.fingerprint, row.sounds_like, by_now, shown}
    return fingerprints - said - {""}


def calls_of(part: RowBatch) -> Calls:
    """By fingerprint, when which job was called, in this campaign or another. Where the voice
    changed, what was said counts beside what was asked for: neither is said twice."""
    calls = {fingerprint: set(times) for fingerprint, times in part.last_calls.items()}
    asked: dict[str, set[str]] = {}
    for row in part.rows:
        if row.content:
            asked.setdefault(row.content.number, set()).update((row.fingerprint, row.sounds_like))
    for job in part.jobs:
        of_job = {job.fingerprint}
        # What was said is worked out only where a row to the same number asks for something else.
        if job.called and asked.get(job.content.number, of_job) != of_job:
            of_job.add(job.content.fingerprint())
        for attempt in job.called:
            for each in of_job | ({attempt.said} if attempt.said else set()):
                calls.setdefault(each, set()).add((job.id, attempt.intended_at))
    return calls


def asked_elsewhere(row: QueueRow, part: RowBatch) -> datetime | None:
    """Since when a row that is new in this campaign has asked for its call in another one, from
    which it was cut, or which got another name; None if it hasn't. A row whose Status was cleared
    asks anew."""
    job = part.elsewhere.get(row.ref)
    if job is None or row.content is None or not row.word:
        return None
    but_for_voice = replace(job.content, voice_id=row.content.voice_id)
    is_same = job.fingerprint == row.fingerprint or but_for_voice == row.content
    return job.queued_at if is_same else None
