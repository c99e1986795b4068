"""Sections of a number format pattern that show digits: ``#,##0.00``, ``0%``, ``0.00E+00``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

_PLACES = "0#?"


@dataclass(frozen=True, slots=True)
class DigitPattern:
    """A compiled section: what stands before the point, after it and in the exponent.

    The parts hold (kind, text) pairs: places for digits (kind ``place``) and literals.
    """

    whole: tuple[tuple[str, str], ...]
    decimals: tuple[tuple[str, str], ...] | None
    exponent_sign: str | None
    exponent: tuple[tuple[str, str], ...]
    denominator: tuple[tuple[str, str], ...] | None
    grouped: bool
    hundreds: int
    thousands: int

    def render(self, value: int | float, *, signed: bool) -> str:
        """The number in this shape; `signed` puts a minus before a negative one."""
        with localcontext() as context:
            # A double has up to 309 digits before the point, a pattern any number after it.
            context.prec = 400 + len(self.whole) + len(self.decimals or ())
            number = abs(Decimal(repr(value))).scaleb(2 * self.hundreds - 3 * self.thousands)
            if self.denominator is not None:
                shown = self._fraction(number)
            elif self.exponent_sign is not None:
                shown = self._scientific(number)
            else:
                shown = self._fixed(number)
        return (
            f"-{shown}" if signed and value < 0 and any(c in "123456789" for c in shown) else shown
        )

    def _fixed(self, number: Decimal) -> str:
        places = _place_count(self.decimals or ())
        rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        whole, _, decimals = format(rounded, "f").partition(".")
        shown = "".join(_fill_whole(self.whole, whole.lstrip("0"), grouped=self.grouped))
        if self.decimals is None:
            return shown
        return f"{shown}.{''.join(_fill_decimals(self.decimals, decimals))}"

    def _scientific(self, number: Decimal) -> str:
        lead = max(_place_count(self.whole), 1)
        exponent = number.adjusted() - lead + 1 if number else 0
        places = _place_count(self.decimals or ())
        mantissa = number.scaleb(-exponent).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if mantissa >= Decimal(10) ** lead:
            exponent += 1
            mantissa = mantissa.scaleb(-1).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        sign = "-" if exponent < 0 else ("+" if self.exponent_sign == "+" else "")
        power = "".join(_fill_whole(self.exponent, str(abs(exponent)).lstrip("0"), grouped=False))
        return f"{self._fixed(mantissa)}E{sign}{power}"

    def _fraction(self, number: Decimal) -> str:
        places = _place_count(self.denominator or ())
        exact = Fraction(number)
        parts = _split_whole(self.whole)
        whole, rest = divmod(exact, 1) if parts[0] else (0, exact)
        near = Fraction(rest).limit_denominator(10**places - 1)
        if parts[0] and near == 1:
            whole, near = whole + 1, Fraction(0)
        lead = "".join(_fill_whole(parts[0], str(int(whole)).lstrip("0"), grouped=self.grouped))
        if parts[0] and near == 0:
            return lead.strip() or "0"
        return f"{lead}{near.numerator}/{near.denominator}"


def compile_digits(pieces: Sequence[tuple[str, str]]) -> DigitPattern:
    """Reads a section's pieces, of which at least one is a place for a digit."""
    whole: list[tuple[str, str]] = []
    decimals: list[tuple[str, str]] | None = None
    exponent: list[tuple[str, str]] = []
    denominator: list[tuple[str, str]] | None = None
    exponent_sign: str | None = None
    part = whole
    grouped, hundreds, thousands = False, 0, 0
    for index, (kind, text) in enumerate(pieces):
        if kind == "exponent":
            exponent_sign, part = text[1], exponent
        elif kind != "token":
            part.append(("literal", text))
        elif text in _PLACES:
            part.append(("place", text))
        elif text == "." and decimals is None and part is whole:
            decimals = part = []
        elif (
            text == "/" and part is whole and _place_count(whole) and _place_follows(pieces, index)
        ):
            denominator = part = []
        elif text == "," and part is whole and _place_count(whole):
            if _place_follows(pieces, index):
                grouped = True
            else:
                thousands += 1
        else:
            hundreds += text == "%"
            part.append(("literal", text))
    return DigitPattern(
        whole=tuple(whole),
        decimals=None if decimals is None else tuple(decimals),
        exponent_sign=exponent_sign,
        exponent=tuple(exponent),
        denominator=None if denominator is None else tuple(denominator),
        grouped=grouped,
        hundreds=hundreds,
        thousands=thousands,
    )


def _place_follows(pieces: Sequence[tuple[str, str]], index: int) -> bool:
    following = next((text for kind, text in pieces[index + 1 :] if kind == "token"), "")
    return following in _PLACES and following != ""


def _place_count(part: Sequence[tuple[str, str]]) -> int:
    return sum(kind == "place" for kind, _ in part)


def _split_whole(
    part: Sequence[tuple[str, str]],
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Before and after the blank that parts a mixed number, as in ``# ?/?``."""
    for index in range(len(part) - 1, -1, -1):
        if part[index] == ("literal", " ") and _place_count(part[:index]):
            return tuple(part[: index + 1]), tuple(part[index + 1 :])
    return (), tuple(part)


def _fill_whole(part: Sequence[tuple[str, str]], digits: str, *, grouped: bool) -> Iterator[str]:
    left = _place_count(part)
    started = False
    for kind, text in part:
        if kind == "literal":
            yield text
            continue
        # The first place takes all digits for which there is no place of their own.
        count = max(len(digits) - left + 1, 1) if not started else 1
        started = True
        for extra in range(count - 1, -1, -1):
            position = left - 1 + extra
            if position < len(digits):
                yield digits[len(digits) - 1 - position]
            elif text == "0":
                yield "0"
            elif text == "?":
                yield " "
            else:
                continue
            if (
                grouped
                and position
                and position % 3 == 0
                and (position < len(digits) or text == "0")
            ):
                yield ","
        left -= 1


def _fill_decimals(part: Sequence[tuple[str, str]], digits: str) -> Iterator[str]:
    position = 0
    for kind, text in part:
        if kind == "literal":
            yield text
            continue
        if text == "0" or digits[position:].strip("0"):
            yield digits[position]
        elif text == "?":
            yield " "
        position += 1
