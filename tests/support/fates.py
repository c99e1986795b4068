"""What becomes of calls, written out here and not taken from the program: the judge must not share
the table of the judged."""

from __future__ import annotations

from collections.abc import Mapping

FATES: Mapping[str, tuple[str, str, str]] = {
    "923000000001": ("Answered", "1", "Confirmed"),
    "923000000002": ("Answered", "2", "Cancelled"),
    "923000000003": ("Answered", "3", "Callback requested"),
    "923000000004": ("Answered", "", "No key pressed"),
    "923000000005": ("Busy", "", ""),
    "923000000006": ("No Answer", "", ""),
    "923000000007": ("Congestion", "", ""),
    "923000000008": ("Hangup", "", ""),
    "923000000009": ("Pushed to SIP", "", ""),
    "923000000010": ("Answered", "1", "Confirmed"),
    "923000000011": ("Failed", "", ""),
    "923000000012": ("Unknown status 7", "", ""),
}
"""What a row of each number with a fixed fate must show in the end: Status, DTMF, Answer."""
REFUSED = "923000000011"
_WORDS = {
    1: "Initiated",
    2: "Answered",
    3: "Congestion",
    4: "Busy",
    5: "No Answer",
    6: "Hangup",
    8: "Pushed to SIP",
}


def words_of(call: Mapping[str, object]) -> str:
    """The portal's word for how a call of its own account stands."""
    return _WORDS.get(int(str(call["status"])), f"Unknown status {call['status']}")
