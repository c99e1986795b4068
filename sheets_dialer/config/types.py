"""What a setting's value may be, whichever section it stands in."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from .section import as_list

DAY_SECONDS = 86_400
MONTH_MINUTES = 43_200
YEAR_HOURS = 8_760


def as_text(value: object) -> object:
    """YAML reads an id such as 102 as a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else value


def not_bool(value: object) -> object:
    """A number; true and false count as none, though Python takes them for 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("a number, not true or false")
    return value


Text = Annotated[str, BeforeValidator(as_text), Field(min_length=1)]
Whole = Annotated[int, BeforeValidator(not_bool)]
RealNumber = Annotated[float, BeforeValidator(not_bool)]
Wait = Annotated[RealNumber, Field(gt=0, le=MONTH_MINUTES)]
Waits = Annotated[tuple[Wait, ...], BeforeValidator(as_list), Field(min_length=1)]
