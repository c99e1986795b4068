"""The judge: what the portal accepted, held against what the sheet says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from tests.support.dialing import Shop
from tests.support.fates import words_of


def assert_kept(
    shop: Shop, *, unclear: int = 0, refused: int = 0, none_is_zero: bool = False
) -> None:
    """For rows with different numbers: nobody was called twice, every call stands with its final
    status on its own row, and every other row says why.

    `unclear` rows may say Check because the portal's reply was lost, `refused` ones may say Failed.
    `none_is_zero` is whether the portal says 0 of who answered and pressed no key.
    """
    rows = {row["Phone"]: row for row in shop.rows()}
    faults = [*_double_calls(shop)]
    accepted = set()
    told = Counter(str(call["call_id"]) for call in shop.calls())
    for call in shop.calls():
        accepted.add(str(call["caller_id"]))
        is_shared = told[str(call["call_id"])] > 1
        says_zero = none_is_zero and call["status"] == 2 and call["dtmf"] is None
        known = {**call, "dtmf": "0"} if says_zero else call
        faults += _faults_of(known, rows[str(call["caller_id"])], is_shared=is_shared)
    for number, row in rows.items():
        if number not in accepted and (row["Call ID"] or not row["Why"]):
            faults.append(f"{number} was not called, and its row says {row}")
    statuses = Counter(row["Status"] for row in rows.values())
    if statuses["Check"] > unclear:
        faults.append(f"{statuses['Check']} rows say Check, but only {unclear} replies were lost")
    if statuses["Failed"] > refused:
        faults.append(f"{statuses['Failed']} rows say Failed, but {refused} were refused")
    assert not faults, "\n".join(faults)


def _double_calls(shop: Shop) -> Iterator[str]:
    for number, count in Counter(shop.called_numbers()).items():
        if count > 1:
            yield f"{number} was called {count} times"


def _faults_of(
    call: Mapping[str, object], row: Mapping[str, str], *, is_shared: bool
) -> Iterator[str]:
    if is_shared and row["Status"] == "Check" and "did go out" in row["Why"]:
        return  # its id says nothing of it
    if row["Status"] == "Check" and row["Why"] and not row["Call ID"]:
        return  # counted with the unclear ones
    for title, expected in (
        ("Call ID", str(call["call_id"])),
        ("Called Number", str(call["caller_id"])),
        ("Status", words_of(call)),
        ("DTMF", str(call["dtmf"] or "")),
    ):
        if row[title] != expected:
            yield f"call {call['call_id']} is {call}; {title} on its row is {row[title]!r}"
