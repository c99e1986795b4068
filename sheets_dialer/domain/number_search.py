"""Every phone number that can be found in a cell, whatever stands beside it.

A list of people who must not be called is read generously: where a cell can be read in several
ways, each of them counts. So a number may be found here that nobody meant, and it is barred for
nothing; that does less harm than one call to somebody who asked not to be called. What is dialled
is read strictly, by `phone`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from .phone_numbers import Number, read_number, usual_mobile

_DIGIT = re.compile(r"\d")
_GROUP = re.compile(r"[0-9]+")
_MOBILE = re.compile(
    r"(?<![0-9])(?:(?:\+|00)?92[ .()-]{0,3})?(?:\(?0\)?[ -]?)?(3[0-9]{2})[ )./_-]{0,3}"
    r"([0-9]{3})[ -]?([0-9]{4})(?![0-9])"
)
"""A mobile number as it stands among other words."""
_CODE_APART = re.compile(
    r"(?<![0-9])(?:\+?92|0)(3[0-9]{2})[^0-9]{1,20}([0-9]{3})[ -]?([0-9]{4})(?![0-9])"
)
"""A mobile number whose code stands apart from its line: code 0300 number 1234567."""
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
"""A sign as it stands in the address of a link: %2B92%20300…"""
_TIME = r"\d{1,2}:\d\d(?::\d\d)?(?:[ ]?[ap]\.?m\.?)?"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_WHEN = re.compile(
    rf"""(?<![0-9]) (?:
      (?:19|20)\d\d [-/.] \d{{1,2}} [-/.] \d{{1,2}}
    | \d{{1,2}} [-/.] \d{{1,2}} [-/.] (?:(?:19|20)\d\d|\d\d)
    | \d{{1,2}} (?:st|nd|rd|th)? [ .,-]{{0,3}} {_MONTH} [ .,-]{{0,3}} (?:(?:19|20)\d\d)?
    | {_MONTH} [ .,-]{{0,3}} \d{{1,2}} (?:st|nd|rd|th)? [ .,-]{{0,3}} (?:(?:19|20)\d\d)?
    | {_TIME}
    | (?:19|20)\d\d
    ) (?![0-9])""",
    re.IGNORECASE | re.VERBOSE,
)
"""A day, a time of day or a year."""
_SCIENTIFIC = re.compile(r"(?<![A-Za-z0-9])\d+(?:[.,]\d+)?[eE]\+?\d+")
_NEXT_LINE = re.compile(r"\s*(?:[/\\,;&+|-]|or|and|to|till|تا|یا|اور|سے)?\s*", re.IGNORECASE)
"""What stands between a number and another line's end."""
_UP_TO = re.compile(r"-|to|till|تا|سے", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"[^\W_]")
_BETWEEN_DIGITS = re.compile(r"[ ()./_+-]*")
_GLUED = re.compile(r"(?=(?:0|92)(3[0-9]{9}))")
_WITHIN = re.compile(r"(?=(?:0|92)(3[0-9]{9}))|(?<=[0-9])(?=(3[0-9]{9})\Z)")
"""A mobile number among more digits than one has: behind a typing error, or pasted together with
something else."""
_LONGEST_ALONE = 14
"""Digits of the longest number at home: 00920 and ten more are rare enough."""
_MISTYPED_DIGITS = re.compile(r"(?<=[0-9OoIl])[OoIl]|[OoIl](?=[0-9OoIl])")
_LETTERS_AS_DIGITS = str.maketrans("OoIl", "0011")
_MISTYPED_MOBILE = re.compile(r"(?:(?:00)?920?|0)3[0-9]{5,}")
_FEWEST, _MOST = 8, 16
_MOST_GROUPS = 13
_MOST_LINES = 20
"""Lines of one company that are written as the first one and the last one's end."""
_LONGEST_LINE = 8
_ROUNDED = 100_000
_LONGEST_MATCHED = 5_000


@dataclass(frozen=True, slots=True)
class FoundNumbers:
    """What was found in a cell. `missed` is whether digits stand there that must have been a number
    and can't be read as one, though others can; `digits` how many stand together at most, days,
    times and years left out. `within` are numbers that digits may hold which are too many for one
    or stand apart: they bar, too, but don't say what was meant."""

    numbers: tuple[str, ...] = ()
    missed: bool = False
    digits: int = 0
    within: tuple[str, ...] = ()


_NOTHING = FoundNumbers()


def find_numbers(cell: object) -> FoundNumbers:
    """The numbers in a cell as Google gives it unformatted, each as E.164 without its plus."""
    match cell:
        case bool() | None:
            return _NOTHING
        case int():
            return _in_number(cell)
        case float():
            return _in_number(int(cell)) if cell.is_integer() else _in_text(repr(abs(cell)))
        case str():
            usual = usual_mobile(cell)
            if usual is not None:
                return FoundNumbers((usual.digits,), digits=len(usual.digits))
            # Most cells beside the numbers are names.
            return _in_text(cell) if _DIGIT.search(cell) or not cell.isascii() else _NOTHING
        case _:
            return _NOTHING


def without_days(text: str) -> str:
    """The text without the days, times of day and years in it."""
    return _WHEN.sub(" ", text)


def _in_number(value: int) -> FoundNumbers:
    digits = str(abs(value))
    found = _in_text(digits)
    if abs(value) >= _ROUNDED * 10_000 and value % _ROUNDED == 0:
        # It may have lost its end, so the number that it shows isn't the one that was meant.
        return FoundNumbers(found.numbers, missed=True, digits=len(digits))
    return found


@lru_cache(50_000)
def _in_text(text: str) -> FoundNumbers:
    whole = read_number(text)
    if isinstance(whole, Number):
        # It would be dialled, so it can't be read in another way.
        return FoundNumbers((whole.digits,), digits=len(whole.digits))
    found = [_search(said) for said in _readings(text)]
    numbers = dict.fromkeys(number for each in found for number in each.numbers)
    # Nothing is missed that one of the readings explains.
    missed = all(each.missed for each in found)
    within = dict.fromkeys(number for each in found for number in each.within)
    return FoundNumbers(tuple(numbers), missed, min(each.digits for each in found), tuple(within))


def _readings(text: str) -> Iterator[str]:
    """The text with the digits of every script as ours and without what can't be seen; signs that
    only look like digits are read as such and left out, and letters that look like some, too."""
    plain = text if text.isascii() else "".join(map(_plain, text))
    yield plain
    mended = _MISTYPED_DIGITS.sub(lambda each: each[0].translate(_LETTERS_AS_DIGITS), plain)
    if mended != plain:
        yield mended
    if _ESCAPED.search(plain):
        yield unquote(plain, errors="replace")
    if text.isascii():
        return
    without = "".join(" " if _is_sign(each) else _plain(each) for each in text)
    if without != plain:
        yield without
    if "\u202e" in text:
        yield plain[::-1]


def _plain(character: str) -> str:
    if unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return ""
    dashed = "-" if unicodedata.category(character) == "Pd" else character
    return "".join(
        str(unicodedata.digit(each)) if unicodedata.category(each) == "Nd" else each
        for each in unicodedata.normalize("NFKC", dashed)
    )


def _is_sign(character: str) -> bool:
    return unicodedata.category(character) in ("No", "So")


def _search(said: str) -> FoundNumbers:
    mobiles = [
        number.digits
        for each in _MOBILE.finditer(said)
        if (number := usual_mobile("".join(each.groups()))) is not None
    ]
    rest = _MOBILE.sub(" ", said) if mobiles else said
    if not _DIGIT.search(without_days(rest)):
        # Nothing else can be a number, and looking closer takes a hundred times as long.
        return FoundNumbers(tuple(mobiles), digits=0)
    groups = _Groups(said)
    is_rounded = _SCIENTIFIC.search(said) is not None
    if groups.count < _FEWEST and not is_rounded:
        return FoundNumbers(digits=groups.together())
    numbers = [*mobiles, *groups.numbers(), *_matched(said)]
    missed = is_rounded or groups.missed()
    together = _MOST if is_rounded else groups.together()
    return FoundNumbers(
        tuple(dict.fromkeys(numbers)), missed, together, tuple(_within(said, groups))
    )


def _within(said: str, groups: _Groups) -> Iterator[str]:
    for each in _CODE_APART.finditer(said):
        number = usual_mobile("".join(each.groups()))
        if number is not None:
            yield number.digits
    yield from groups.within()


def _matched(said: str) -> Iterator[str]:
    # Imported late: the metadata takes a tenth of a second that `--help` must not pay.
    import phonenumbers  # noqa: PLC0415 - see above

    for each in phonenumbers.PhoneNumberMatcher(said[:_LONGEST_MATCHED], "PK"):
        yield phonenumbers.format_number(each.number, phonenumbers.PhoneNumberFormat.E164)[1:]


class _Groups:
    """The groups of digits of a text, and what stands between them."""

    def __init__(self, said: str) -> None:
        found = list(_GROUP.finditer(said))
        self._digits = [each[0] for each in found]
        ends = [0, *(each.end() for each in found)]
        self._before = [said[end : each.start()] for end, each in zip(ends, found, strict=False)]
        days = {place for each in _WHEN.finditer(said) for place in range(*each.span())}
        self._is_when = [each.start() in days for each in found]
        self._covered = [False] * len(found)
        self.count = sum(map(len, self._digits))

    def numbers(self) -> Iterator[str]:
        """Every number that groups next to each other are together, with the lines that only their
        ends stand for behind it."""
        count = len(self._digits)
        for start in range(count):
            if len(self._digits[start]) > _LONGEST_ALONE:
                yield from self._glued(start)
            digits = ""
            for end in range(start + 1, min(start + _MOST_GROUPS, count) + 1):
                if end > start + 1 and _BETWEEN_WORDS.search(self._before[end - 1]):
                    break
                digits += self._digits[end - 1]
                if len(digits) > _MOST:
                    break
                has_plus = self._before[start].rstrip(" (").endswith("+")
                number = _number_of(digits, has_plus=has_plus)
                if number is not None:
                    self._covered[start:end] = [True] * (end - start)
                    yield number
                    yield from self._lines_behind(number, end)

    def _glued(self, place: int) -> Iterator[str]:
        """Mobile numbers in digits that are too many for one."""
        for each in _GLUED.finditer(self._digits[place]):
            number = _number_of(each[1], has_plus=False)
            if number is not None:
                self._covered[place] = True
                yield number

    def _lines_behind(self, number: str, place: int) -> Iterator[str]:
        while place < len(self._digits) and not self._is_when[place]:
            end, between = self._digits[place], self._before[place]
            is_near = len(between) <= _MOST and _NEXT_LINE.fullmatch(between) is not None
            # Behind a mere space a short number is a house or a year more often.
            is_likely = bool(between.strip()) or not 2 < len(end) < 6
            if not is_near or not is_likely or len(end) > _LONGEST_LINE:
                return
            yield number[: -len(end)] + end
            if _UP_TO.search(between):
                first, last = int(number[-len(end) :]), int(end)
                for line in range(first, min(last, first + _MOST_LINES)):
                    yield number[: -len(end)] + str(line).zfill(len(end))
            place += 1

    def missed(self) -> bool:
        """Whether digits that no number was found in begin as a mobile number does. Asked after
        `numbers`."""
        return any(_MISTYPED_MOBILE.fullmatch(each) for each in self._unread())

    def within(self) -> Iterator[str]:
        """Every mobile number that stands among digits in which none was found. Asked after
        `numbers`."""
        for digits in self._unread():
            for each in _WITHIN.finditer(digits):
                number = usual_mobile(each[1] or each[2])
                if number is not None:
                    yield number.digits

    def _unread(self) -> Iterator[str]:
        """Digits that stand together and of which no number was read."""
        for start, end in self._runs():
            open_digits = "".join(
                " " if covered else digits
                for digits, covered in zip(
                    self._digits[start:end], self._covered[start:end], strict=True
                )
            )
            yield from open_digits.split()

    def together(self) -> int:
        """How many digits stand together at most, those that tell a day or a time left out."""
        return max(
            (sum(map(len, self._digits[start:end])) for start, end in self._runs()), default=0
        )

    def _runs(self) -> Iterator[tuple[int, int]]:
        """From where to where groups stand together with nothing but a number's separators between
        them, and tell no day or time."""
        start: int | None = None
        for place in range(len(self._digits) + 1):
            goes_on = (
                place < len(self._digits)
                and not self._is_when[place]
                and (start is None or _BETWEEN_DIGITS.fullmatch(self._before[place]))
            )
            if goes_on:
                start = place if start is None else start
                continue
            if start is not None:
                yield start, place
            is_new = place < len(self._digits) and not self._is_when[place]
            start = place if is_new else None


@lru_cache(50_000)
def _number_of(digits: str, *, has_plus: bool) -> str | None:
    """The number that these digits are in some country, at home first."""
    if len(digits) < _FEWEST:
        return None
    # Abroad numbers are often written without their plus; what looks like one from here isn't one.
    is_foreign = len(digits) > 10 and not digits.startswith(("0", "3", "92"))
    forms = (f"+{digits}",) if has_plus else (digits, f"+{digits}") if is_foreign else (digits,)
    for form in forms:
        number = read_number(form)
        if isinstance(number, Number):
            return number.digits
    return None
