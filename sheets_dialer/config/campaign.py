"""One campaign's settings: a queue tab of a spreadsheet, with its voice and its policy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from ..tabs.header_names import without_spaces
from ..tabs.queue_columns import DIALER, NO_COLUMN, OF_THE_CALL, PEOPLE, find_columns
from .callable_lines import CallableLines
from .hours import Week
from .placeholders import REAL_SHEET, REAL_VOICE, is_placeholder, is_sample_sheet
from .section import Section as _Section
from .section import as_list as _as_list
from .types import YEAR_HOURS, RealNumber, Text, Waits, Whole

_SPREADSHEET_ADDRESS = re.compile(r"/spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]+)")
_KEYS = frozenset("0123456789*#")
_LABELS = {
    "1": "Confirmed",
    "2": "Cancelled",
    "3": "Callback requested",
    "none": "No key pressed",
}

RedialledOutcome = Literal[
    "busy", "no_answer", "congestion", "hangup", "initiated", "pushed_to_sip"
]


class Redial(_Section):
    """Further attempts by the dialer itself, each so many minutes after the last one."""

    attempts: Whole = Field(default=1, ge=1, le=10)
    after_minutes: Waits = (30, 120)
    on: Annotated[tuple[RedialledOutcome, ...], BeforeValidator(_as_list), Field(min_length=1)] = (
        "busy",
        "no_answer",
        "congestion",
        "hangup",
    )


class RedialNoKey(_Section):
    """Further attempts after an answer without a key."""

    attempts: Whole = Field(default=1, ge=1, le=10)
    after_minutes: Waits = (60,)


class CampaignSettings(_Section):
    """One queue tab of one spreadsheet, with its voice and its policy."""

    name: Text
    spreadsheet: Text
    tab: Text = "Calls"
    voice_id: Text
    columns: Mapping[str, Text] = Field(default_factory=dict)
    calling_hours: Week = Field(default_factory=lambda: {"monday-sunday": "10:00-20:00"})
    ramadan_hours: Week | None = None
    holidays: Annotated[tuple[date, ...], BeforeValidator(_as_list)] = ()
    redial: Redial | None = None
    redial_no_key: RedialNoKey | None = None
    same_call_gap_hours: RealNumber = Field(default=24, ge=0, le=YEAR_HOURS)
    max_age_hours: RealNumber = Field(default=72, gt=0, le=YEAR_HOURS)
    typing_seconds: RealNumber = Field(default=30, ge=0, le=3_600)
    needs: Annotated[tuple[Text, ...], BeforeValidator(_as_list)] = ()
    may_be_called: CallableLines = Field(default_factory=CallableLines)
    opt_out_key: Text | None = None
    daily_cap: Annotated[Whole, Field(ge=0)] | None = None
    daily_budget: Annotated[RealNumber, Field(ge=0)] | None = None
    # Behind the key that it must say nothing of; looked at also where it isn't set.
    answers: Mapping[str, Text] = Field(
        default_factory=lambda: dict(_LABELS), validate_default=True
    )
    callback_column: Text | None = None

    @field_validator("opt_out_key")
    @classmethod
    def _is_one_key(cls, value: str | None) -> str | None:
        if value is not None and value not in _KEYS:
            raise ValueError('one key of the phone: 1 to 9, or "*" or "#" in quotes')
        if value == "0":
            raise ValueError(
                'another key than 0: 1 to 9, or "*" or "#" in quotes. The portal may write 0 where '
                "nobody pressed a key, so who presses 0 could be called again"
            )
        return value

    @field_validator("spreadsheet")
    @classmethod
    def _key_of_address(cls, value: str) -> str:
        address = _SPREADSHEET_ADDRESS.search(value)
        key = address.group(1) if address else value
        if is_placeholder(value) or is_placeholder(key) or is_sample_sheet(key):
            raise ValueError(REAL_SHEET)
        if not re.fullmatch(r"[A-Za-z0-9_-]{20,}", key):
            raise ValueError("the sheet's address from the browser, or the key in it")
        return key

    @field_validator("voice_id")
    @classmethod
    def _is_a_voice(cls, value: str) -> str:
        if is_placeholder(value):
            raise ValueError(REAL_VOICE)
        return value

    @field_validator("columns")
    @classmethod
    def _are_columns(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        if not set(value) <= set(PEOPLE):
            raise ValueError(f"the headers of columns by these names: {', '.join(PEOPLE)}")
        if without_spaces(value.get("phone", "")) == NO_COLUMN:
            raise ValueError("a header for phone: without numbers nobody can be called")
        own = {name for title in value.values() for name in find_columns([title], {}).places}
        if own & set(DIALER):
            raise ValueError(f"headers that aren't the dialer's own: {', '.join(DIALER.values())}")
        return value

    @field_validator("needs", mode="after")
    @classmethod
    def _are_of_the_call(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not set(value) <= set(OF_THE_CALL):
            raise ValueError(f"columns by these names: {', '.join(OF_THE_CALL)}")
        return value

    @field_validator("callback_column")
    @classmethod
    def _is_peoples(cls, value: str | None) -> str | None:
        if value is not None and find_columns([value], {}).places:
            raise ValueError("a header that means nothing else, such as Callback")
        return value

    @field_validator("answers", mode="before")
    @classmethod
    def _are_keys(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        # YAML reads `1:` as a number and `null:` as nothing; both are labels of keys here.
        labels = {"none" if key is None else str(key): text for key, text in value.items()}
        if not all(key == "none" or (key and set(key) <= _KEYS) for key in labels):
            raise ValueError("labels for keys of the phone (1, 2, …, *, #) and for none")
        labels = _LABELS | labels
        # An empty label takes a key's meaning away; an answer without a key always has one.
        return {key: text for key, text in labels.items() if text != "" or key == "none"}

    @field_validator("answers")
    @classmethod
    def _say_nothing_of_who_opts_out(
        cls, value: Mapping[str, str], others: ValidationInfo
    ) -> Mapping[str, str]:
        key = others.data.get("opt_out_key")
        if key is None or key not in value:
            return value
        free = next((each for each in "987654321*" if each not in value), "#")
        raise ValueError(
            f"no meaning for {key}, which is the opt_out_key: whoever presses it for "
            f"“{value[key]}” would never be called again. Set opt_out_key to another key, such as "
            f"{free}, and say that one in the voice message, or take the meaning of {key} away: "
            f'answers: {{{key}: ""}}'
        )
