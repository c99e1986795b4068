"""What must hold of a sheet once everything is done, judged by the portal's own list of calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from tests.support.fates import FATES as EVERY_FATE
from tests.support.fates import words_of
from tests.support.offices import Office

FATES = {
    f"9230000000{fate}": EVERY_FATE[f"9230000000{fate}"]
    for fate in ("01", "02", "03", "04", "05", "10", "11")
}
"""The fates that sweeps try; the others differ from these in a word."""
_STUCK = ("", "Queued", "Waiting", "Calling")


class Caught:
    """What kills have caught, as the ledger told after each of them."""

    def __init__(self) -> None:
        self.in_flight: Counter[str] = Counter()
        self.call_ids: dict[str, str] = {}

    def look(self, office: Office) -> int:
        """Takes in what the ledger tells just after a kill; gives how many calls were in flight."""
        attempts = office.exported()
        sending = [each["number"] for each in attempts if each["state"] == "sending"]
        self.in_flight.update(sending)
        self.call_ids |= {
            each["call_id"]: each["number"] for each in attempts if each["call_id"] is not None
        }
        return len(sending)


def faults(
    office: Office,
    caught: Caught,
    *,
    may_be_called_again: Collection[str] = (),
    fates: Mapping[str, tuple[str, str, str]] | None = None,
) -> list[str]:
    """Everything that is wrong, in sentences; nothing where all that is promised holds.

    `fates` is given where numbers have one; else the portal's own account tells what is right.
    """
    rows, calls = office.rows(), office.calls()
    found = [*_double_calls(rows, calls, may_be_called_again)]
    by_id = {str(call["call_id"]): call for call in calls}
    shown = Counter(row["Call ID"] for row in rows if row["Call ID"])
    for row in rows:
        found += _row_faults(row, by_id, fates or {})
    for call_id, number in caught.call_ids.items():
        if not shown[call_id] and number not in may_be_called_again:
            found.append(f"call {call_id} to {number} was in the ledger and stands on no row")
    checks = Counter(row["Phone"] for row in rows if row["Status"] == "Check")
    found += [
        f"{number} shows Check {count} times; it was in flight {caught.in_flight[number]} times"
        for number, count in checks.items()
        if count > caught.in_flight[number]
    ]
    return found


def _double_calls(
    rows: Iterable[Mapping[str, str]],
    calls: Iterable[Mapping[str, Any]],
    may_be_called_again: Collection[str],
) -> Iterator[str]:
    made = Counter(str(call["caller_id"]) for call in calls)
    tried: Counter[str] = Counter()
    for row in rows:
        tried[row["Phone"]] += int(row["Attempts"] or 0)
    for number, count in made.items():
        if count > 1 and number not in may_be_called_again:
            yield f"{number} was called {count} times"
        elif count > tried[number]:
            yield f"{number} was called {count} times in {tried[number]} attempts"


def _row_faults(
    row: Mapping[str, str],
    by_id: Mapping[str, Mapping[str, Any]],
    fates: Mapping[str, tuple[str, str, str]],
) -> Iterator[str]:
    number, status = row["Phone"], row["Status"]
    told = (status, row["DTMF"], row["Answer"])
    if status in _STUCK:
        yield f"{number} is stuck in {status or 'nothing'}"
    elif status == "Check":
        if not row["Why"]:
            yield f"{number} shows Check and doesn't say why"
    elif number in fates and told != fates[number]:
        yield f"{number} shows {told}, not {fates[number]}"
    elif status != "Failed":
        call = by_id.get(row["Call ID"])
        if call is None or str(call["caller_id"]) != number:
            yield f"{number} shows call {row['Call ID']!r}, which isn't its own"
        elif (status, row["DTMF"]) != (words_of(call), str(call["dtmf"] or "")):
            yield f"{number} shows {told}, the portal has {words_of(call)} and {call['dtmf']!r}"
