"""What counts as the same call again, whichever way it is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from .call import Job
from .plan import Part
from .rows import QueueRow


def prints(row: QueueRow, job: Job) -> set[str]:
    """The fingerprints under which the row's call may have been made already: of its values, and of
    what they showed when it was about to be called."""
    shown = {attempt.said for attempt in job.attempts if attempt.said}
    return {row.fingerprint, row.sounds_like} | shown


def calls_of(part: Part) -> dict[str, set[tuple[int, datetime]]]:
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


def asked_before(row: QueueRow, part: Part) -> datetime | None:
    """Since when a row that is new in this campaign has asked for its call in another one, from
    which it was cut, or which got another name; None if it hasn't. A row whose Status was cleared
    asks anew."""
    job = part.elsewhere.get(row.ref)
    if job is None or row.content is None or not row.word:
        return None
    but_for_voice = replace(job.content, voice_id=row.content.voice_id)
    is_same = job.fingerprint == row.fingerprint or but_for_voice == row.content
    return job.queued_at if is_same else None
