"""Which sentences of `texts/english.yaml` a text is made of, to the last letter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter

from sheets_dialer import texts

ENGLISH: Mapping[str, str] = texts.read("english")[0]
TIMES = (
    *("today", "yesterday", "tomorrow"),
    *("day_at_time", "day_of_this_year", "day_of_another_year"),
)
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
COUNTS = tuple(name for name in ENGLISH if name.startswith("count_")) + ("no_rows", "comma")
_ONLY_WITHIN = frozenset((*TIMES, *MONTHS, *COUNTS))
"""Words within sentences: a cell that says no more than one of these says it by chance."""
_SENTENCES_WITHIN = frozenset({"problem", "why", "next_try", "when", "month", "counts"})
"""What stands in the gap of such a name is itself made of sentences."""
_WORDS_WITHIN = frozenset({("portal_address_or_key", "problem")})
"""But not here: these are a library's own words."""


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
    return frozenset(reading.names) if reading else frozenset()


@cache
def _sequence(text: str, *, within: bool) -> _Reading | None:
    """The text as one sentence, or as several with spaces between them."""
    readings = [_sentence(text, within=within)]
    for space in re.finditer(r" (?=[^a-z0-9 ])", text):
        if first := _sentence(text[: space.start()], within=within):
            rest = _sequence(text[space.end() :], within=within)
            readings.append(rest and first.and_then(rest))
    return min(filter(None, readings), default=None)


@cache
def _sentence(text: str, *, within: bool) -> _Reading | None:
    return min(_readings(text, within=within), default=None)


def _readings(text: str, *, within: bool) -> Iterator[_Reading]:
    for name, shape in _shapes().items():
        if name in _ONLY_WITHIN and not within:
            continue
        if found := shape.fullmatch(text):
            gaps = [_gap(name, gap, filled) for gap, filled in found.groupdict().items()]
            if all(gaps):
                reading = _Reading(0, (name,))
                for gap in filter(None, gaps):
                    reading = reading.and_then(gap)
                yield reading


def _gap(name: str, gap: str, filled: str) -> _Reading | None:
    if gap == "counts":
        return _counts(filled.split(f"{ENGLISH['comma']} "))
    reading = _sequence(filled, within=True)
    if gap in _SENTENCES_WITHIN and (name, gap) not in _WORDS_WITHIN:
        return reading
    return reading or _Reading(len(filled), ())


def _counts(parts: Iterable[str]) -> _Reading | None:
    reading = _Reading(0, ())
    for number, part in enumerate(parts):
        found = _sentence(part, within=True)
        if found is None:
            return None
        reading = reading.and_then(found)
        if number:
            reading = reading.and_then(_Reading(0, ("comma",)))
    return reading


@cache
def _shapes() -> Mapping[str, re.Pattern[str]]:
    """What each sentence looks like with anything in its gaps."""
    return {name: re.compile("".join(_pieces(text))) for name, text in ENGLISH.items()}


def _pieces(text: str) -> Iterator[str]:
    seen: set[str] = set()
    for said, gap, _, _ in Formatter().parse(text):
        yield re.escape(said)
        if gap is not None:
            yield f"(?P={gap})" if gap in seen else f"(?P<{gap}>.+?)"
            seen.add(gap)
