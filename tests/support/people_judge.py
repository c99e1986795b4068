"""The judge of people at work: whether every result stayed with its person, and every cell of
people's is as they left it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import zip_longest

from tests.support.fates import words_of
from tests.support.people import PEOPLES, Person, content

CHANGED = ("Number changed", "The row changed", "These results belong", "The number was removed")
"""How the sentences begin that say of results that they are not of what the row says now."""
Row = Mapping[str, str]
Call = Mapping[str, object]


def judged(
    rows: Sequence[Row],
    calls: Sequence[Call],
    person: Person,
    *,
    redialled: Sequence[Call] = (),
    unknown: Collection[str] = (),
) -> Iterator[str]:
    """Everything that is not as it must be. `redialled` are calls that may be followed by another
    one for the same; `unknown` are the ids of calls that the dialer's ledger doesn't have."""
    found = [[row[title] for title in PEOPLES] for row in rows]
    # Results whose row a feed took away from the end of the list stay below it, and say so.
    left = [*person.left, *[[""] * len(PEOPLES)] * (len(found) - len(person.left))]
    if found != left:
        wrong = [pair for pair in zip_longest(found, left) if pair[0] != pair[1]]
        yield f"people's cells are not as they left them, first here: {wrong[:1]}"
    yield from called_too_often([call for call in calls if call not in redialled], person)
    by_id = {str(call["call_id"]): call for call in calls}
    for row in rows:
        if any(row.values()):
            yield from faults_of(row, by_id, is_unknown=row["Call ID"] in unknown)
    standing = {row["Call ID"] for row in rows}
    asked = {content([row[title] for title in PEOPLES]): row for row in rows}
    for call_id, call in by_id.items():
        if call_id not in standing and content_of(call) in asked:
            again = sum(content_of(each) == content_of(call) for each in calls)
            row = asked[content_of(call)]
            # A copy that outlived its original says that the same call was placed, and when.
            # Of several attempts the best is shown.
            if again == 1 and not row["Why"] and int(row["Attempts"] or 0) < 2:
                yield f"the result of {call} stands on no row, though its row is there: {row}"


def called_too_often(calls: Sequence[Call], person: Person) -> Iterator[str]:
    """Each content is called once, and once more for each Call again.

    Between a feed and the next pass a row shows one customer's cells beside another one's results.
    A word that is typed there and then is either's, but never both's.
    """
    made, allowed = Counter(map(content_of, calls)), Counter(person.asked_again)
    unused = sum(max(0, count - max(0, made[asked] - 1)) for asked, count in allowed.items())
    for asked, count in made.items():
        beyond = count - 1 - allowed[asked]
        if beyond > unused:
            yield f"{asked} was called {count} times; Call again was typed {allowed[asked]} times"
        unused -= max(0, beyond)


def content_of(call: Call) -> tuple[str, ...]:
    """What was said in a call: number, amount, store and order."""
    names = ("caller_id", "amount", "text1", "text2")
    return tuple(str(call[name]) for name in names)


def faults_of(row: Row, calls: Mapping[str, Call], *, is_unknown: bool = False) -> Iterator[str]:
    """What is wrong with one row's results. Another dialer's call is left as it stands where the
    row has another number by now, and says so."""
    call = calls.get(row["Call ID"])
    if not row["Call ID"]:
        if not row["Why"]:
            yield f"neither called nor a word why: {row}"
        return
    if call is None:
        yield f"a call that the portal doesn't know: {row}"
        return
    told = row["Why"].startswith(CHANGED) or (row["Status"] == "Skip" and row["Why"])
    if is_unknown and told:
        return
    for title, expected in (
        ("Called Number", str(call["caller_id"])),
        ("DTMF", str(call["dtmf"] or "")),
    ):
        if row[title] != expected:
            yield f"{title} should be {expected}: {row}"
    own_word = " ".join(row["Status"].casefold().split()) in (
        "skip",
        "hold",
        "done",
        "call again",
        "queued",
    )
    # Of a call that was asked for again: its row says why it isn't made.
    is_held = row["Status"] in ("Not called", "Waiting") and row["Why"]
    if row["Status"] != words_of(call) and not own_word and not is_held:
        yield f"Status should be {words_of(call)}: {row}"
    if row["Phone"] != call["caller_id"] and not told:
        yield f"the result of a call to {call['caller_id']} without a word: {row}"
