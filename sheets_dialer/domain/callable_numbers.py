"""Which valid numbers a campaign may call: of which countries, and which kinds of line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ..texts import say

HOME = "PK"
NO_COUNTRY = "001"
"""How satellite phones and services of no country are set."""
LineKind = Literal[
    "mobile",
    "landline",
    "uan",
    "toll_free",
    "shared_cost",
    "premium",
    "personal",
    "voip",
    "other",
]
"""The kinds of line, as they are set; how each is spoken of stands in `texts` as `kind_…`."""
USUAL_KINDS: tuple[LineKind, ...] = ("mobile", "landline", "uan")
"""Those that are called where nothing else is set."""


@dataclass(frozen=True, slots=True)
class NumberLine:
    """What a valid number belongs to. Where mobiles and landlines can't be told apart it is of
    both kinds."""

    country: str
    kinds: tuple[LineKind, ...]


_MOBILE_AT_HOME = NumberLine(HOME, ("mobile",))


@dataclass(frozen=True, slots=True)
class MayBeCalled:
    """The countries, by their two letters, and the kinds of line that are called; what else is a
    valid number is held. A premium-rate number or a satellite phone costs many times a call, and
    nobody pastes one on purpose."""

    countries: tuple[str, ...] = (HOME,)
    kinds: tuple[LineKind, ...] = USUAL_KINDS

    def why_not(self, digits: str) -> str | None:
        """Why this number (E.164 without its plus) may not be called, with what the setting would
        need to be; None where it may."""
        line = line_of(digits)
        is_near = line.country in self.countries
        if is_near and not self._none_of(line):
            return None
        countries = self.countries if is_near else (*self.countries, line.country)
        kinds = (*self.kinds, line.kinds[0]) if self._none_of(line) else self.kinds
        setting = f"{{countries: [{', '.join(countries)}], kinds: [{', '.join(kinds)}]}}"
        return say(
            "may_not_be_called",
            kind=say(f"kind_{line.kinds[0]}"),
            country=_name_of(line.country),
            setting=setting,
        )

    def _none_of(self, line: NumberLine) -> bool:
        return not any(kind in self.kinds for kind in line.kinds)


@lru_cache(10_000)
def line_of(digits: str) -> NumberLine:
    """The country and the kind of a valid number, E.164 without its plus."""
    # All mobiles of Pakistan, and no other numbers, are like this: no need to look them up.
    if len(digits) == 12 and digits.startswith("923"):
        return _MOBILE_AT_HOME
    # Imported late: the metadata takes a tenth of a second that `--help` must not pay.
    import phonenumbers  # noqa: PLC0415 - see above

    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return NumberLine(NO_COUNTRY, ("other",))
    kinds = phonenumbers.PhoneNumberType
    kinds_of: Mapping[int, tuple[LineKind, ...]] = {
        kinds.MOBILE: ("mobile",),
        kinds.FIXED_LINE: ("landline",),
        kinds.FIXED_LINE_OR_MOBILE: ("mobile", "landline"),
        kinds.UAN: ("uan",),
        kinds.TOLL_FREE: ("toll_free",),
        kinds.SHARED_COST: ("shared_cost",),
        kinds.PREMIUM_RATE: ("premium",),
        kinds.PERSONAL_NUMBER: ("personal",),
        kinds.VOIP: ("voip",),
    }
    found = kinds_of.get(phonenumbers.number_type(number), ("other",))
    return NumberLine(phonenumbers.region_code_for_number(number) or NO_COUNTRY, found)


def _name_of(country: str) -> str:
    if country == HOME:
        return say("country_home")
    return say("country_none") if country == NO_COUNTRY else country
