"""Which sentences of `texts/english.yaml` a text is made of, to the last letter."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from string import Formatter

from sheets_dialer import texts

ENGLISH: Mapping[str, str] = texts.read("english")[0]
_DAYS = ("today", "yesterday", "tomorrow", "day_of_this_year", "day_of_another_year")
TIMES = (*_DAYS, "day_at_time")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
COUNTS = (
    *("count_in_progress", "count_still_in_progress", "count_queued", "count_waiting"),
    *("count_held", "nothing_queued"),
)
_FIRST_OF_A_LIST = ("state_paused_today", "state_paused", "state_closed")
_SPANS = ("one_minute", "minutes", "an_hour_and_minutes", "hours", "hours_and_minutes")
_JOINING = ("comma", "full_stop", "and")
KINDS = tuple(name for name in ENGLISH if name.startswith("kind_"))
_ONLY_WITHIN = frozenset(
    (
        *(*TIMES, *MONTHS, *COUNTS, *_FIRST_OF_A_LIST, *_SPANS, *_JOINING, "rupees"),
        *("preview_others", "cells_and_more", "country_home", "country_none", *KINDS),
    )
)
"""Words within sentences: a cell that says no more than one of these says it by chance."""
_WORDS_WITHIN: Mapping[str, Collection[str]] = {
    "when": TIMES,
    "month": MONTHS,
    "kind": KINDS,
    "expected": tuple(name for name in ENGLISH if name.endswith("_expected")),
}
"""What stands in the gap of such a name is one of these."""
_SENTENCES_WITHIN = frozenset({"problem", "why", "next_try"})
"""What stands in the gap of such a name is itself made of sentences."""
_MAYBE_WITHIN = frozenset({"words", "day", "cells", "country"})
"""What stands in the gap of such a name is a sentence of ours, or something else."""
_OTHERS_WORDS = frozenset({("portal_address_or_key", "problem")})
"""But not here: these are a library's own words."""

_WITHOUT_STOPPED = frozenset({"last_problem", "reason_counted"})
"""What leaves out the word Stopped at the beginning of the sentence within."""

_STOPPED_WORD = ENGLISH["state_stopped"].format(why="")
_STOPPED = tuple(
    name
    for name, text in ENGLISH.items()
    if text.startswith(_STOPPED_WORD) and name != "state_stopped"
)

_Piece = tuple[str, str | None]


@dataclass(frozen=True, order=True)
class _Reading:
    """One way to read a text: how many letters fill gaps, and the sentences. Of several ways the
    one counts that leaves the fewest letters to gaps."""

    filling: int
    names: tuple[str, ...]

    def and_then(self, other: _Reading) -> _Reading:
        return _Reading(self.filling + other.filling, self.names + other.names)


def names_in(text: str) -> frozenset[str]:
    """The names of all sentences in the text; none where they don't explain the whole of it."""
    reading = _sequence(text, within=False)
    if reading is None and text[:1].isupper():
        # A time that stands alone in a cell begins with a capital letter.
        reading = _one_of(("day_at_time",), _small(text))
    return frozenset(reading.names) if reading else frozenset()


@cache
def _sequence(text: str, *, within: bool) -> _Reading | None:
    """The text as one sentence or one list, or as several with spaces between them."""
    readings = [_sentence(text, within=within), _list(text)]
    for space in re.finditer(r" (?=[^a-z ])", text):
        first = _sentence(text[: space.start()], within=within) or _list(text[: space.start()])
        if first:
            rest = _sequence(text[space.end() :], within=within)
            readings.append(rest and first.and_then(rest))
    return min(filter(None, readings), default=None)


@cache
def _list(text: str) -> _Reading | None:
    """The text as counts with commas between them, maybe after what is to be said of all of them,
    and with a full stop."""
    if not text.endswith(ENGLISH["full_stop"]):
        return None
    parts = _split(text.removesuffix(ENGLISH["full_stop"]))
    first = _one_of((*_FIRST_OF_A_LIST, *COUNTS), parts[0])
    others = [_one_of(COUNTS, part) for part in parts[1:]]
    return _together([first, *others], "comma", _Reading(0, ("full_stop",)))


@cache
def _sentence(text: str, *, within: bool) -> _Reading | None:
    return min(_readings(text, within=within), default=None)


def _readings(text: str, *, within: bool) -> Iterator[_Reading]:
    for name, pieces in _pieces().items():
        if within or name not in _ONLY_WITHIN:
            yield from _filled(name, pieces, text)


def _filled(name: str, pieces: Sequence[_Piece], text: str) -> Iterator[_Reading]:
    """Every way in which the pieces, from the first one on, make up the text."""
    (said, gap), *rest = pieces
    if not text.startswith(said) or not text.endswith(pieces[-1][0]):
        return
    text = text[len(said) :]
    if gap is None:
        if not text:
            yield _Reading(0, (name,))
        return
    following = rest[0][0]
    ends = [len(text)] if rest == [("", None)] else _places_of(following, text)
    for end in ends:
        after = list(_filled(name, rest, text[end:])) if end else []
        filling = _gap(name, gap, text[:end]) if after else None
        if filling is not None:
            yield filling.and_then(min(after))


def _places_of(said: str, text: str) -> Iterator[int]:
    place = text.find(said)
    while place >= 0:
        yield place
        place = text.find(said, place + 1)


def _gap(name: str, gap: str, filled: str) -> _Reading | None:
    if gap == "counts":
        return _list(filled)
    if gap == "about":
        parts = filled.split(f" {ENGLISH['and']} ")
        return _together([_one_of(("rupees", *_SPANS), part) for part in parts], "and")
    if gap == "reasons":
        parts = _split(filled)
        others = _one_of(("preview_others",), parts[-1]) or _Reading(len(parts[-1]), ())
        reasons = [_Reading(len(part), ()) for part in parts[:-1]]
        return _together([*reasons, others], "comma")
    if (name, gap) == ("last_problem", "when"):
        filled = _small(filled)
    if (name, gap) == ("day_at_time", "day"):
        return _one_of(_DAYS, filled)
    if gap in _WORDS_WITHIN:
        return _one_of(_WORDS_WITHIN[gap], filled)
    if gap in _SENTENCES_WITHIN and (name, gap) not in _OTHERS_WORDS:
        reading = _sequence(filled, within=True)
        if reading is None and name in _WITHOUT_STOPPED:
            reading = _one_of(_STOPPED, f"{_STOPPED_WORD}{_small(filled)}")
        return reading
    reading = _sentence(filled, within=True) if gap in _MAYBE_WITHIN else None
    return reading or _Reading(len(filled), ())


def _one_of(names: Collection[str], text: str) -> _Reading | None:
    readings = (
        reading
        for name in names
        if name in ENGLISH
        for reading in _filled(name, _pieces()[name], text)
    )
    return min(readings, default=None)


def _together(
    readings: Sequence[_Reading | None], joining: str, end: _Reading = _Reading(0, ())
) -> _Reading | None:
    """All of them as one, with a word between each two; None unless all are there."""
    whole: _Reading | None = None
    for reading in readings:
        if reading is None:
            return None
        whole = whole.and_then(_Reading(0, (joining,))).and_then(reading) if whole else reading
    return whole and whole.and_then(end)


def _split(text: str) -> list[str]:
    return text.split(f"{ENGLISH['comma']} ")


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


@cache
def _pieces() -> Mapping[str, Sequence[_Piece]]:
    """Each sentence as what is said before each gap, and after the last one."""
    return {name: list(_pieces_of(text)) for name, text in ENGLISH.items()}


def _pieces_of(text: str) -> Iterator[_Piece]:
    gap: str | None = ""
    for said, gap, _, _ in Formatter().parse(text):
        yield said, gap
    if gap is not None:
        yield "", None
