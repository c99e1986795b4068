"""From what stands in a cell to a number that can be dialled, or to a reason in plain words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from .texts import say

REGION = "PK"
COUNTRY_CODE = 92
MOBILE_LENGTH = 10
"""Digits of a Pakistani mobile number without its zero; they begin with a 3."""


@dataclass(frozen=True, slots=True)
class Number:
    """A valid number. `digits` is E.164 without the plus, the form that the portal takes."""

    digits: str


@dataclass(frozen=True, slots=True)
class NotDiallable:
    """Why the cell can't be dialled: the name of a sentence in `texts`."""

    name: str

    @property
    def reason(self) -> str:
        """The sentence: what is wrong and what a person can do about it. It is worked out late,
        because cells are read once and the language may be chosen after that."""
        return say(self.name)


SEVERAL = "two_numbers"
NOT_A_NUMBER = "not_a_number"
ROUNDED = "rounded_number"
TOO_SHORT = "too_few_digits"
TOO_LONG = "too_many_digits"
NO_SUCH_NUMBER = "no_such_number"

_BETWEEN_NUMBERS = re.compile(r"[,،؛;/|&\n\r\t]|\bor\b|\band\b|(?<=\d)\s*(?=\+)", re.IGNORECASE)
_DECORATION = re.compile(r"[\s/().\-‐‑‒–—―_'`\"‘’“”:]+")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE]\+?\d+")


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
            return _from_text(cell)
        case _:
            return NotDiallable(NOT_A_NUMBER)


def _from_parsed_number(value: int) -> Number | NotDiallable:
    """Reads a cell that Sheets took for a number, which `9.23E+11` pasted from elsewhere is too."""
    if value <= 0:
        return NotDiallable(NOT_A_NUMBER)
    if value % 100_000 == 0:
        return NotDiallable(ROUNDED)
    return _from_digits(str(value))


def _from_text(text: str) -> Number | NotDiallable | None:
    visible = "".join(_plain(character) for character in unicodedata.normalize("NFKC", text))
    visible = visible.strip()
    if not visible:
        return None
    if _SCIENTIFIC.fullmatch(visible):
        return NotDiallable(ROUNDED)
    if _holds_several(visible):
        return NotDiallable(SEVERAL)
    compact = _DECORATION.sub("", visible)
    digits = compact.removeprefix("+")
    if not digits.isascii() or not digits.isdigit():
        return NotDiallable(NOT_A_NUMBER)
    if compact.startswith("+"):
        return _parsed("+" + digits)
    return _from_digits(digits)


def _holds_several(text: str) -> bool:
    """Whether two parts could each be a number: a slash alone may stand inside one."""
    parts = _BETWEEN_NUMBERS.split(text)
    if sum(_digit_count(part) >= 7 for part in parts) > 1:
        return True
    return sum(_digit_count(word) >= 9 for word in text.split()) > 1


def _digit_count(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _plain(character: str) -> str:
    """ASCII digits for any script's digits; nothing for what can't be seen."""
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category in ("Cf", "Mn", "Me") or (category == "Cc" and character not in "\n\r\t"):
        return ""
    return character


def _from_digits(digits: str) -> Number | NotDiallable:
    """Reads digits without a plus: national first, then with the country code in front."""
    if len(digits) < 7:
        return NotDiallable(TOO_SHORT)
    if len(digits) > 16:
        return NotDiallable(TOO_LONG)
    if digits.startswith("00"):
        return _parsed("+" + digits.lstrip("0"))
    if digits.startswith("920") and len(digits) == 13:
        # 92 and the national form with its zero, one after the other.
        return _parsed("+92" + digits[3:])
    return _parsed(digits)


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
    return NotDiallable(TOO_LONG if too_many > 0 else NO_SUCH_NUMBER)
