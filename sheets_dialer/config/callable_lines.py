"""Which numbers may be called, as people write it: countries and kinds of line."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from ..domain.callable_numbers import HOME, NO_COUNTRY, USUAL_KINDS, LineKind, MayBeCalled
from .section import Section, as_list


def _country(value: object) -> str:
    code = value.strip().upper() if isinstance(value, str) else value
    # The libraries' metadata is loaded for those only who set something else.
    if code in (HOME, NO_COUNTRY):
        return str(code)
    import phonenumbers  # noqa: PLC0415 - see above

    if not isinstance(code, str) or code not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(
            "a country's two letters such as PK, AE or GB, or 001 for satellite phones and "
            "services of no country"
        )
    return code


def _kind(value: object) -> object:
    return value.strip().casefold() if isinstance(value, str) else value


Country = Annotated[str, BeforeValidator(_country)]
KindSetting = Annotated[LineKind, BeforeValidator(_kind)]


class CallableLines(Section):
    """The countries and the kinds of line that are called; other numbers are held."""

    countries: Annotated[tuple[Country, ...], BeforeValidator(as_list), Field(min_length=1)] = (
        HOME,
    )
    kinds: Annotated[tuple[KindSetting, ...], BeforeValidator(as_list), Field(min_length=1)] = (
        USUAL_KINDS
    )

    def rule(self) -> MayBeCalled:
        """The same as the planner takes it."""
        return MayBeCalled(tuple(dict.fromkeys(self.countries)), tuple(dict.fromkeys(self.kinds)))
