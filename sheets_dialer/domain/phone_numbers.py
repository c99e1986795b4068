"""From what stands in a cell to a number that can be dialled, or to a reason in plain words.

A number is the whole meaning of its cell, or nothing is dialled: what stands between and behind the
digits is judged before it is left out, because a short group behind a stroke is another line's end,
and dialled along with the rest it would ring a stranger.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..texts import say

REGION = "PK"
COUNTRY_CODE = 92
MOBILE_LENGTH = 10
"""Digits of a Pakistani mobile number without its zero; they begin with a 3."""
FEWEST_DIGITS = 7
_MOST_DIGITS = 16
_LONGEST_CELL = 100
"""Letters of a cell that may be a number; what is longer isn't looked at closely."""


@dataclass(frozen=True, slots=True)
class Number:
    """A valid number. `digits` is E.164 without the plus, the form that the portal takes."""

    digits: str


@dataclass(frozen=True, slots=True)
class NotDiallable:
    """Why the cell can't be dialled: the name of a sentence in `texts`, and what it quotes."""

    name: str
    quoted: tuple[tuple[str, str], ...] = ()

    @property
    def reason(self) -> str:
        """The sentence: what is wrong and what a person can do about it. It is worked out late,
        because cells are read once and the language may be chosen after that."""
        return say(self.name, **dict(self.quoted))


SEVERAL = "two_numbers"
ANOTHER_END = "another_end"
EXTENSION = "extension"
MORE_THAN_A_NUMBER = "more_than_a_number"
NOT_A_NUMBER = "not_a_number"
ROUNDED = "rounded_number"
TOO_SHORT = "too_few_digits"
TOO_MANY_DIGITS = "too_many_digits"
NO_SUCH_NUMBER = "no_such_number"

_USUAL = re.compile(r"(?:(?:\+|00)?92[ -]?|0)?(3[0-9]{2})[ -]?([0-9]{3})[ -]?([0-9]{4})")
"""A mobile number as most people write it: reading it takes a twentieth of what the others take."""
_BETWEEN_NUMBERS = re.compile(r"[,،؛;/|&\n]|\bor\b|\band\b|(?<=\d)\s*(?=\+)", re.IGNORECASE)
_EXTENSION = re.compile(
    r"[+0-9()/._ -]{7,}(?:[,;] *)?(?:[,;]|ext[a-z]*[.:]?|x[.:]?|#) *[0-9]{1,6}", re.IGNORECASE
)
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE]\+?\d+")
_PARSED_NUMBER = re.compile(r"(\+?[0-9]+)\.0*")
_OF_NUMBERS = re.compile(r"[+0-9()/._ -]+")
_GROUP = re.compile(r"([/._ -]*)(\()?( *\+)? *([0-9]+)( *\))?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_QUOTES = "'`\"‘’“”"
_LONGEST_CODE = 5
"""Digits of an area's or a network's code with its zero: 0300, 051, 05822."""
_FEWEST_BEHIND_CODE = 6
_FEWEST_OF_A_NUMBER = 8
"""Digits of the shortest number there is in Pakistan, without its zero."""
_UNREADABLE = "\ufffd"
_BACKWARDS = "\u202e"
"""What stands behind it is shown in the opposite order."""


def read_number(cell: object) -> Number | NotDiallable | None:
    """The number in a cell as Google gives it unformatted; None when the cell is blank.

    A number cell (Sheets parsed what was typed) has lost its plus and leading zeros; text is what
    was typed. Both are read as a number in Pakistan unless they carry another country's code.
    """
    match cell:
        case None:
            return None
        case bool():
            return NotDiallable(NOT_A_NUMBER)
        case int():
            return _from_parsed_number(cell)
        case float():
            if not cell.is_integer():
                return NotDiallable(NOT_A_NUMBER)
            return _from_parsed_number(int(cell))
        case str():
            return usual_mobile(cell) or _from_text(cell)
        case _:
            return NotDiallable(NOT_A_NUMBER)


def usual_mobile(text: str) -> Number | None:
    """The mobile number of Pakistan that this text is, where it is written as most people do."""
    usual = _USUAL.fullmatch(text)
    if usual is None or not _is_network(usual[1]):
        return None
    return Number(f"{COUNTRY_CODE}{usual[1]}{usual[2]}{usual[3]}")


def judged_form(text: str) -> str:
    """The text as it is judged: digits of any script, dashes, strokes and spaces of every sort in
    one form, and without what can't be seen. A sign that only looks like digits (², ①, ½) stays
    what it is."""
    plain = text if text.isascii() else "".join(map(_plain, text))
    return _CONTROL.sub("\n", plain).strip(" \n")


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if character == _BACKWARDS:
        return _UNREADABLE
    # What makes a key of a digit is part of a picture; other marks strike it through.
    if category == "Cf" or "\ufe00" <= character <= "\ufe0f" or character == "\u20e3":
        return ""
    if category == "Zs":
        return " "
    if category == "Pd" or character == "\u2212":
        return "-"
    if character in "\u2044\u2215":
        return "/"
    if character == "\u06d4":
        # An Urdu keyboard's full stop.
        return "."
    plain = unicodedata.normalize("NFKC", character)
    return character if any(each.isdigit() for each in plain) else plain


def _from_parsed_number(value: int) -> Number | NotDiallable:
    """Reads a cell that Sheets took for a number, which `9.23E+11` pasted from elsewhere is too."""
    if value <= 0:
        return NotDiallable(NOT_A_NUMBER)
    if value % 100_000 == 0:
        return NotDiallable(ROUNDED)
    digits = str(value)
    return usual_mobile(digits) or _from_digits(digits)


def _from_text(text: str) -> Number | NotDiallable | None:
    said = judged_form(text)
    if not said:
        return None
    said = said.strip(_QUOTES).strip()
    parsed = _PARSED_NUMBER.fullmatch(said)
    if parsed:
        # A number that went through a sheet or a program: `.0` says that it was one.
        said = parsed[1]
        if said[0] in "123456789" and len(said) <= _MOST_DIGITS:
            return _from_parsed_number(int(said))
    if _SCIENTIFIC.fullmatch(said):
        return NotDiallable(ROUNDED)
    if _holds_several(said):
        return NotDiallable(SEVERAL)
    if len(said) > _LONGEST_CELL or not _OF_NUMBERS.fullmatch(said):
        return NotDiallable(_what_else(said))
    return _from_groups(said)


def _what_else(said: str) -> str:
    """What to say of a cell in which letters or signs stand that no number has."""
    if _digit_count(said) < FEWEST_DIGITS:
        return NOT_A_NUMBER
    is_extended = len(said) <= _LONGEST_CELL and _EXTENSION.fullmatch(said) is not None
    return EXTENSION if is_extended else MORE_THAN_A_NUMBER


def _holds_several(text: str) -> bool:
    """Whether two parts could each be a number: a slash alone may stand inside one."""
    parts = _BETWEEN_NUMBERS.split(text)
    if sum(_digit_count(part) >= FEWEST_DIGITS for part in parts) > 1:
        return True
    return sum(_digit_count(word) >= 9 for word in text.split()) > 1


def _digit_count(text: str) -> int:
    return sum(character.isdigit() for character in text)


@dataclass(frozen=True, slots=True)
class _Group:
    """Digits that stand together, and what stands before them: a space, -, ., / or _."""

    digits: str
    separator: str
    bracketed: bool


def _from_groups(said: str) -> Number | NotDiallable:
    """Reads digits in groups as a number's digits are grouped, and no others."""
    inside = said[1:-1].strip() if said.startswith("(") and said.find(")") == len(said) - 1 else ""
    said = (inside or said).removesuffix(".")
    groups = _groups(said)
    if groups is None:
        few = _digit_count(said) < FEWEST_DIGITS
        return NotDiallable(NOT_A_NUMBER if few else MORE_THAN_A_NUMBER)
    has_plus = said.lstrip("( ").startswith("+")
    whole = _joined(groups, has_plus=has_plus)
    if len(groups) == 1:
        return whole
    # `92 321 1234 567`: its beginning would be a landline if 92 weren't the country's code.
    has_country = has_plus or (
        groups[0].digits == str(COUNTRY_CODE)
        and isinstance(whole, Number)
        and whole.digits == "".join(group.digits for group in groups)
    )
    if any(number != whole for number in _inner_numbers(groups, has_plus=has_country)):
        return NotDiallable(ANOTHER_END)
    if isinstance(whole, Number) and not _is_grouped_as_one(groups, has_plus=has_plus):
        return NotDiallable(ANOTHER_END)
    return whole


def _groups(said: str) -> list[_Group] | None:
    """The groups of digits; None where brackets, plus or separators stand as in no number."""
    groups: list[_Group] = []
    end = 0
    while end < len(said):
        found = _GROUP.match(said, end)
        if found is None:
            return None
        between, opened, plus, digits, closed = found.groups()
        signs = set(between) - {" "}
        joined = not between and not opened and not (groups and groups[-1].bracketed)
        if (
            len(signs) > 1
            or bool(opened) != bool(closed)
            or (plus and groups)
            or (signs and not groups)
            or (joined and groups)
            or (opened and len(groups) > 1)
        ):
            return None
        groups.append(_Group(digits, "".join(signs) or " ", bool(opened)))
        end = found.end()
    return groups if len(groups) == 1 or (groups and not groups[-1].bracketed) else None


def _is_grouped_as_one(groups: list[_Group], *, has_plus: bool) -> bool:
    """Whether people group a number's digits like this. A short last group is another line's end
    or an extension, a digit by itself a counter, and a stroke or a lone point stands behind the
    code or between two things."""
    lengths = [len(group.digits) for group in groups]
    if lengths[-1] < 2 or (lengths[-1] == 2 and lengths[-2] != 2):
        return False
    for place, group in enumerate(groups[:-1]):
        is_zero = group.digits == "0" and place < 2
        is_country = has_plus if place == 0 else place == 1 and groups[0].digits == "00"
        if len(group.digits) == 1 and not (is_zero or is_country):
            return False
    points = [place for place, group in enumerate(groups) if group.separator == "." and place]
    strokes = [place for place, group in enumerate(groups) if group.separator == "/" and place]
    lone = strokes + (points if len(points) == 1 else [])
    if len(lone) > 1:
        return False
    if points and len(points) == 1 and not (has_plus or groups[0].digits.startswith("0")):
        return False
    return all(_is_behind_code(groups, place) for place in lone)


def _is_behind_code(groups: list[_Group], place: int) -> bool:
    """Whether the group at this place is where a number begins behind its code."""
    before = "".join(group.digits for group in groups[:place])
    behind = "".join(group.digits for group in groups[place:])
    code = re.sub(r"^(?:00)?92(?=[0-9])", "", before)
    return len(code) <= _LONGEST_CODE and len(behind) >= _FEWEST_BEHIND_CODE


def _inner_numbers(groups: list[_Group], *, has_plus: bool) -> Iterator[Number]:
    """The numbers that some of the groups are by themselves. One that isn't what all of them are
    together shows that something else stands beside it."""
    count = len(groups)
    has_country = has_plus or groups[0].digits.startswith("00")
    for start in range(count):
        # Behind a country's code digits that begin as no number at home does are a part of it.
        if start and has_country and groups[start].digits[0] != "0":
            continue
        for end in range(start + 1, count if not start else count + 1):
            digits = "".join(group.digits for group in groups[start:end])
            # A subscriber's digits alone, behind the code, may look like a short number.
            if len(digits) < (MOBILE_LENGTH if start else _FEWEST_OF_A_NUMBER):
                continue
            number = _joined(groups[start:end], has_plus=has_plus and not start)
            if isinstance(number, Number):
                yield number


def _joined(groups: list[_Group], *, has_plus: bool) -> Number | NotDiallable:
    digits = "".join(group.digits for group in groups)
    if has_plus:
        return _parsed("+" + digits)
    return usual_mobile(digits) or _from_digits(digits)


def _from_digits(digits: str) -> Number | NotDiallable:
    """Reads digits without a plus: national first, then with the country code in front."""
    if len(digits) < FEWEST_DIGITS:
        return NotDiallable(TOO_SHORT)
    if len(digits) > _MOST_DIGITS:
        return NotDiallable(TOO_MANY_DIGITS)
    if digits.startswith("000"):
        return NotDiallable(NO_SUCH_NUMBER)
    if digits.startswith("00"):
        return _parsed("+" + digits[2:])
    if digits.startswith("920") and len(digits) == 13:
        # 92 and the national form with its zero, one after the other.
        return _parsed("+92" + digits[3:])
    return _parsed(digits)


@lru_cache(1_000)
def _is_network(code: str) -> bool:
    """Whether mobile numbers of Pakistan begin with these three digits. (Which digits follow makes
    no difference; a test compares it.)"""
    return isinstance(_parsed(f"+{COUNTRY_CODE}{code}1234567"), Number)


def _parsed(text: str) -> Number | NotDiallable:
    # Imported late: the metadata takes a tenth of a second that `--help` must not pay.
    import phonenumbers  # noqa: PLC0415 - see above

    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return NotDiallable(NO_SUCH_NUMBER)
    if phonenumbers.is_valid_number(number):
        return Number(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:])
    length = len(str(number.national_number))
    if number.country_code == COUNTRY_CODE and str(number.national_number).startswith("3"):
        return _wrong_length(length - MOBILE_LENGTH)
    match phonenumbers.is_possible_number_with_reason(number):
        case phonenumbers.ValidationResult.TOO_SHORT:
            return _wrong_length(-1)
        case phonenumbers.ValidationResult.TOO_LONG:
            return _wrong_length(1)
        case _:
            return _wrong_length(0)


def _wrong_length(too_many: int) -> NotDiallable:
    if too_many < 0:
        return NotDiallable(TOO_SHORT)
    return NotDiallable(TOO_MANY_DIGITS if too_many > 0 else NO_SUCH_NUMBER)
