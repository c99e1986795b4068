"""What the sheet should say about a job, worked out from its attempts alone.

Because it needs nothing but the ledger, every cell of the dialer can be written anew at any pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sheets_dialer.base.redaction import shortened
from sheets_dialer.domain.attempt import Attempt, AttemptState
from sheets_dialer.domain.call_lifecycle import final_at, is_final, is_never_told, is_stuck
from sheets_dialer.domain.job import Job
from sheets_dialer.domain.policy import Policy
from sheets_dialer.domain.portal_status import ANSWERED, NOT_REACHED, call_status_words
from sheets_dialer.domain.times import day_in_sentence, stamp, time_in_sentence
from sheets_dialer.tabs.queue_columns import DIALER
from sheets_dialer.tabs.status import CALLING, CHECK, FAILED, SKIPPED
from sheets_dialer.texts import say, with_stop

EMPTY: Mapping[str, str] = MappingProxyType(
    dict.fromkeys((name for name in DIALER if name != "ref"), "")
)
"""All cells of the dialer but Ref, blank."""


def best(attempts: Sequence[Attempt]) -> Attempt | None:
    """The attempt that the row shows: one with a key, else one with an answer, else the latest."""

    def worth(attempt: Attempt) -> tuple[bool, bool, bool, int]:
        is_sure = attempt.has_key and not attempt.key_may_be_none
        return is_sure, attempt.has_key, attempt.call_status == ANSWERED, attempt.id

    return max(attempts, key=worth, default=None)


def shown(job: Job, now: datetime, policy: Policy, zone: ZoneInfo) -> Mapping[str, str] | None:
    """What the dialer's cells (all but Ref) should say; None while no attempt may have rung.

    While an attempt is under way or unclear the row shows that one; afterwards the best.
    """
    tried = job.tried
    current = next((attempt for attempt in reversed(tried) if _is_under_way(attempt)), None)
    attempt = current or best(tried)
    if attempt is None:
        return None
    cells = dict(EMPTY)
    cells["attempts"] = str(len(tried))
    cells["called_number"] = attempt.number
    cells["called_at"] = stamp(attempt.sending_at or attempt.intended_at, zone)
    cells["updated_at"] = stamp(attempt.changed_at or attempt.intended_at, zone)
    cells["call_id"] = attempt.call_id or ""
    cells["status"], cells["why"] = _status_and_why(attempt, now, policy, zone)
    answered = attempt.call_status == ANSWERED
    is_over = is_final(attempt, now, policy) and not attempt.is_left_behind
    if (attempt.has_key and not attempt.key_may_be_none) or (answered and is_over):
        cells["answer"] = _answer(attempt, policy)
        cells["dtmf"] = attempt.dtmf or shortened(attempt.unread or "")
    if job.cleared_at and not cells["why"] and all(is_final(a, now, policy) for a in tried):
        cells["why"] = _old_results(tried[-1], job.cleared_at, now, zone)
    return cells


def marked(job: Job, now: datetime, zone: ZoneInfo) -> Mapping[str, str]:
    """What the dialer's cells (all but Ref) say of a job that is about to be dialled."""
    return {
        **EMPTY,
        "status": CALLING,
        "called_number": job.content.number,
        "attempts": str(len(job.tried) + 1),
        "called_at": stamp(now, zone),
        "updated_at": stamp(now, zone),
    }


def skipped(cells: Mapping[str, str] | None, word: str) -> Mapping[str, str]:
    """The cells (all but Ref) of a row whose person chose Skip: their word stays in Status."""
    if cells is None:
        return {**EMPTY, "status": word, "why": say("skipped")}
    why = cells["why"] or say("skipped_after_call", status=cells["status"])
    return {**cells, "status": word, "why": why}


def _answer(attempt: Attempt, policy: Policy) -> str:
    if attempt.unread and not attempt.dtmf:
        return say("unread_key")
    return policy.answer(attempt.dtmf)


def _is_under_way(attempt: Attempt) -> bool:
    return attempt.state in (AttemptState.INTENDED, AttemptState.SENDING, AttemptState.UNKNOWN)


def _status_and_why(
    attempt: Attempt, now: datetime, policy: Policy, zone: ZoneInfo
) -> tuple[str, str]:
    match attempt.state:
        case AttemptState.UNKNOWN:
            return CHECK, say("result_unknown" if attempt.went_out else "unknown_outcome")
        case AttemptState.RELEASED:
            return SKIPPED, say("released_after_call" if attempt.went_out else "released")
        case AttemptState.REFUSED:
            return FAILED, say("refused", problem=with_stop(attempt.problem or "")).strip()
        case AttemptState.INTENDED | AttemptState.SENDING:
            return CALLING, ""
    if attempt.is_left_behind:
        if attempt.call_status is None:
            return CHECK, say("address_changed")
        last_known = call_status_words(attempt.call_status)
        return last_known, say("address_changed_since", status=last_known)
    if attempt.call_status is None:
        given_up = is_never_told(attempt, now, policy)
        return (CHECK, say("never_ended")) if given_up else (CALLING, "")
    return call_status_words(attempt.call_status), _why_as_it_is(attempt, now, policy, zone)


def _why_as_it_is(attempt: Attempt, now: datetime, policy: Policy, zone: ZoneInfo) -> str:
    """What is to be said beside the portal's own word for how the call stands."""
    status = attempt.call_status or 0
    is_over = is_final(attempt, now, policy)
    if attempt.unread:
        return say("unread_key_why", words=shortened(attempt.unread))
    if status == ANSWERED:
        is_unclear = attempt.key_may_be_none and policy.redial_no_key is not None
        return say("zero_is_unclear") if is_over and is_unclear else ""
    if status in NOT_REACHED:
        return "" if is_over else say("portal_still_tries")
    if is_never_told(attempt, now, policy):
        return say("never_ended")
    if not is_stuck(attempt, now, policy):
        return ""
    if is_over:
        return say("never_began", status=call_status_words(status))
    if policy.redials(status):
        return say("portal_still_tries")
    since = time_in_sentence(attempt.changed_at or attempt.intended_at, now, zone)
    until = time_in_sentence(final_at(attempt, policy), now, zone)
    return say("stuck", status=call_status_words(status), since=since, until=until)


def _old_results(last: Attempt, cleared_at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Why results that a person cleared are back, with the date: somebody may have meant to call
    anew. A call made since then is what was meant."""
    called_at = last.sending_at or last.intended_at
    if called_at >= cleared_at:
        return ""
    is_today = called_at.astimezone(zone).date() == now.astimezone(zone).date()
    day = (
        time_in_sentence(called_at, now, zone)
        if is_today
        else day_in_sentence(called_at, now, zone)
    )
    return say("old_results", day=day)
