"""When it may ring, as people write it: days with their hours, or a week known by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from ..domain.calling_hours import PRESETS, Season, Windows, read_hours
from .section import Section, as_list

LONGEST_MONTH = 31
"""Ramadan has 29 or 30 days, as the moon is seen; more is a slip in a date."""


def _week(value: object) -> object:
    """Read here already: what a union of types would say to a fault helps nobody."""
    if isinstance(value, str) and value.strip().casefold() in PRESETS:
        return PRESETS[value.strip().casefold()]
    if not isinstance(value, Mapping) or not value:
        raise ValueError(
            f"{' or '.join(PRESETS)}, or days with their hours, such as "
            'monday-saturday: "10:00-20:00"'
        )
    for days, windows in value.items():
        listed = as_list(windows)
        if not isinstance(listed, list | tuple) or not listed:
            raise ValueError(f"hours for {days} such as 10:00-20:00")
        if not all(isinstance(each, str) for each in (days, *listed)):
            raise ValueError(f'hours for {days} in quotes, such as "10:00-20:00"')
    read_hours(value)
    return value


Week = Annotated[Mapping[str, str | tuple[str, ...]], BeforeValidator(_week)]


class Ramadan(Section):
    """The days of Ramadan, which the moon decides, and when it may ring on them."""

    from_: date = Field(alias="from")
    to: date
    calling_hours: Week = Field(default_factory=lambda: dict(PRESETS["ramadan"]))

    @field_validator("to")
    @classmethod
    def _is_a_month(cls, value: date, info: ValidationInfo) -> date:
        first = info.data.get("from_")
        if first is not None and not 0 <= (value - first).days < LONGEST_MONTH:
            raise ValueError(f"Ramadan's last day, at most 30 days after from ({first})")
        return value

    def season(
        self, usual: tuple[Windows, ...], own: Mapping[str, str | tuple[str, ...]] | None
    ) -> Season:
        """These days with a campaign's `own` hours for them. Without any it has everybody's, and
        a day that is closed in its `usual` week stays closed."""
        week = read_hours(own or self.calling_hours)
        if own is None:
            week = tuple(hours if usual[day] else () for day, hours in enumerate(week))
        return Season(self.from_, self.to, week)
