"""One call to one number, by hand: through the ledger like any other, but away from the sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..base.clock import Clock
from ..base.errors import DialerError
from ..base.redaction import shortened
from ..dialing.outcomes import ends
from ..dialing.worker import CallWorker, MarkedCall
from ..domain.attempt import Attempt, AttemptState, Reason
from ..domain.calling_hours import CallingHours, read_hours
from ..domain.content import Content
from ..domain.job import Job, NewJob
from ..domain.phone_numbers import NotDiallable, read_number
from ..domain.portal_status import call_status_words
from ..domain.times import time_in_sentence
from ..ledger.ledger import Intent, Ledger
from ..reconciler.campaign import Campaign
from ..reconciler.orphan_calls import campaign_of_tests

_LOOKS_EVERY = 0.3


class CantCall(DialerError):
    """The number can't be called now; the message says why."""

    exit_code = 2


def call_once(
    text: str,
    queue: Campaign,
    *,
    ledger: Ledger,
    worker: CallWorker,
    clock: Clock,
    refs: Iterator[str],
    stopping: Callable[[], bool],
    wait: Callable[[float], None],
) -> Iterator[Attempt]:
    """Calls a number with the campaign's voice and follows it to its end; yields every change.

    A person asks for this very call, so hours and the gap don't hold it back; a number whose last
    call is still open does.

    Raises:
        CantCall: the text is no number, the number is being called already, or its owner asked not
            to be called again.
    """
    number = read_number(text)
    if number is None or isinstance(number, NotDiallable):
        raise CantCall(number.reason if number else "Give a number to call.")
    opt_out = ledger.opted_out([number.digits]).get(number.digits)
    if opt_out is not None:
        since = time_in_sentence(opt_out.since, clock.now(), queue.rules.zone)
        raise CantCall(
            f"This number asked not to be called again {since} (key {opt_out.key}, campaign "
            f"{opt_out.campaign}). To call it all the same, first run: "
            f"python3 run.py allow {number.digits}"
        )
    ref = next(refs)
    attempt, content = _recorded(number.digits, queue, ledger, clock, ref)
    always = CallingHours(queue.rules.zone, read_hours({"monday-sunday": "00:00-24:00"}))
    worker.dial([MarkedCall(attempt, content, queue.rules.policy, always, clock.steady())])
    seen = attempt
    while not stopping():
        wait(_LOOKS_EVERY)
        worker.raise_failure()
        # Asked before the ledger is read: what is read then is no older than the end.
        followed = worker.is_following(attempt.id)
        current = _job(ledger, queue, ref).attempts[-1]
        if current != seen:
            seen = current
            yield current
        if not followed and current.state not in (AttemptState.INTENDED, AttemptState.SENDING):
            if current.state is AttemptState.PLACED:
                # Or the number would count as being called until the next run.
                ledger.move(ends([current], clock.now()), clock.now())
            return


def _recorded(
    number: str, queue: Campaign, ledger: Ledger, clock: Clock, ref: str
) -> tuple[Attempt, Content]:
    campaign = campaign_of_tests(queue.name)
    content = Content(number, queue.rules.policy.voice_id, texts=("Test call", "", "", "", ""))
    now = clock.now()
    ledger.record(campaign, now, new_jobs=[NewJob(ref, content, granted=1)])
    job = _job(ledger, queue, ref)
    intended = ledger.record(campaign, now, intents=[Intent(job, Reason.AGAIN)])
    if not intended:
        raise CantCall(
            "Another call to this number is in progress or unclear. Wait for its end, or choose "
            "Call again or Skip on its Check row."
        )
    return intended[0], content


def _job(ledger: Ledger, queue: Campaign, ref: str) -> Job:
    (job,) = ledger.jobs_with(campaign_of_tests(queue.name), refs=[ref])
    return job


def was_made(attempt: Attempt) -> bool:
    """Whether the portal accepted the call, as far as anybody knows."""
    return attempt.state in (AttemptState.PLACED, AttemptState.ENDED)


def sentence(attempt: Attempt) -> str:
    """How a test call stands, for the person who made it."""
    if attempt.state is AttemptState.PLACED or attempt.call_status is not None:
        words = "Placed" if attempt.call_status is None else call_status_words(attempt.call_status)
        key = f", key {attempt.dtmf}" if attempt.dtmf else ""
        if attempt.unread:
            key += f", the key in words that can't be read: {shortened(attempt.unread)}"
        return f"{words}{key} (call {attempt.call_id})"
    if problem := attempt.problem_in_words:
        return f"{attempt.state.capitalize()}: {problem}"
    return attempt.state.capitalize()
