"""The calls as the page shows them: those that want a hand first, then what just ended."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .portal.call import Call
from .portal.life import CallStatus, Moment, talk
from .portal.service import PortalService

_MOST_SHOWN = 60
_ENDED_SHOWN = 6

_WORDS: Mapping[CallStatus, str] = MappingProxyType(
    {
        CallStatus.INITIATED: "Ringing",
        CallStatus.ANSWERED: "Answered",
        CallStatus.CONGESTION: "Congestion",
        CallStatus.BUSY: "Busy",
        CallStatus.NO_ANSWER: "No answer",
        CallStatus.HANGUP: "Hung up",
        CallStatus.UNDOCUMENTED: "Status 7",
        CallStatus.PUSHED: "Pushed to SIP",
    }
)
_URGENCY = (CallStatus.INITIATED, CallStatus.ANSWERED, CallStatus.PUSHED)
"""In which order calls are listed; those that wait for the account's next try come last."""


def calls_json(portal: PortalService, now: float) -> dict[str, Any]:
    """Counts and lists. Times are seconds since 1970 by the portal's clock."""
    moments = [(call, call.at(now)) for call in portal.in_progress()]
    moments.sort(key=lambda pair: _rank(pair[1]))
    ended = [(call, call.at(now)) for call in portal.latest_ended(_ENDED_SHOWN)]
    return {
        "accepted": portal.count(),
        "in_progress": len(moments),
        "shown": [_call_json(call, moment) for call, moment in moments[:_MOST_SHOWN]],
        "ended": [_call_json(call, moment) for call, moment in ended],
    }


def _rank(moment: Moment) -> int:
    return _URGENCY.index(moment.status) if moment.status in _URGENCY else len(_URGENCY)


def _call_json(call: Call, moment: Moment) -> dict[str, Any]:
    conversation = talk(call.timeline)
    talking = conversation is not None and moment.status is CallStatus.ANSWERED
    return {
        "call_id": call.call_id,
        "caller_id": call.caller_id,
        "texts": [text for text in call.extras[:2] if text not in (None, "", "0")],
        "status": int(moment.status),
        "word": _WORDS[moment.status],
        "dtmf": moment.dtmf,
        "retry": moment.retry,
        "since": conversation[0] if conversation is not None and talking else moment.at,
        "ended": moment.final,
    }
