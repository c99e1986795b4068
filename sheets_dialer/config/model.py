"""What can be set, within which bounds, and what it is when it isn't set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_serializer,
    field_validator,
)

from ..call import ANSWERED
from ..calling_hours import CallingHours, read_hours
from ..columns import DIALER, NO_COLUMN, OF_THE_CALL, PEOPLE, find_columns
from ..header_names import plain
from ..policy import Policy, RedialRule
from ..quota import PER_MINUTE
from .callable_lines import CallableLines
from .hours import Ramadan, Week
from .placeholders import REAL_KEY, REAL_SHEET, REAL_VOICE, is_placeholder, is_sample_sheet
from .section import Section as _Section
from .section import as_list as _as_list

DAY_SECONDS = 86_400
MONTH_MINUTES = 43_200
YEAR_HOURS = 8_760

_SPREADSHEET_ADDRESS = re.compile(r"/spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]+)")
_LEDGER_ADDRESS = re.compile(
    r"sqlite:///(?!:memory:)[^?].*|postgres(?:ql)?(?:\+psycopg)?://[^/]*/.+", re.DOTALL
)
_PASSWORD = re.compile(r"(?P<user>://[^:/]*:).+@", re.DOTALL)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_KEYS = frozenset("0123456789*#")
_OUTCOME_STATUSES = {"congestion": 3, "busy": 4, "no_answer": 5, "hangup": 6}
_LABELS = {
    "1": "Confirmed",
    "2": "Cancelled",
    "3": "Callback requested",
    "none": "No key pressed",
}


def _as_text(value: object) -> object:
    """YAML reads an id such as 102 as a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else value


def _not_bool(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a number, not true or false")
    return value


Outcome = Literal["busy", "no_answer", "congestion", "hangup"]
Text = Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]
Whole = Annotated[int, BeforeValidator(_not_bool)]
Number = Annotated[float, BeforeValidator(_not_bool)]
Wait = Annotated[Number, Field(gt=0, le=MONTH_MINUTES)]
Waits = Annotated[tuple[Wait, ...], BeforeValidator(_as_list), Field(min_length=1)]


class Portal(_Section):
    """The account at the Robo Call portal, and how hard it may be worked."""

    base_url: Text = "https://portal.robocall.pk"
    api_key: SecretStr
    api_key_file: Path | None = None
    key_in: Literal["query", "header"] = "query"
    lines: Whole = Field(default=10, ge=1, le=100_000)
    call_seconds: Number = Field(default=60, gt=0, le=DAY_SECONDS)
    connections: Whole = Field(default=16, ge=1, le=256)
    calls_per_minute: Whole = Field(default=30, ge=1, le=60_000)
    retries: Whole = Field(default=3, ge=0, le=20)
    settle_minutes: Number = Field(default=60, ge=0, le=MONTH_MINUTES)
    answer_settle_seconds: Number = Field(default=90, ge=0, le=DAY_SECONDS)

    @field_validator("base_url")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        return _address(value)

    @field_validator("api_key", mode="before")
    @classmethod
    def _is_a_key(cls, value: object) -> object:
        if isinstance(value, SecretStr):
            return value
        key = _as_text(value)
        if is_placeholder(key):
            raise ValueError(REAL_KEY)
        if not isinstance(key, str) or not re.fullmatch(r"[!-~]+", key):
            raise ValueError("the portal's API key: letters, digits and signs without a space")
        return key


class Google(_Section):
    """The service account that the sheets are shared with."""

    service_account_file: Path = Path("service-account.json")
    base_url: Text | None = None
    requests_per_minute: Whole = Field(default=PER_MINUTE, ge=10, le=60_000)

    @field_validator("service_account_file")
    @classmethod
    def _is_a_name(cls, value: Path) -> Path:
        if re.search(r"[{\n]|PRIVATE KEY", str(value)):
            raise ValueError("the key file's name, not what stands in it")
        return value

    @field_validator("base_url")
    @classmethod
    def _is_safe(cls, value: str | None) -> str | None:
        return None if value is None else _address(value)


class Poll(_Section):
    """The bounds of asking the portal how a call stands, in seconds (give-up in hours)."""

    first_after: Number = Field(default=10, gt=0, le=DAY_SECONDS)
    every: Number = Field(default=15, gt=0, le=DAY_SECONDS)
    give_up_after_hours: Number = Field(default=24, gt=0, le=YEAR_HOURS)


class Redial(_Section):
    """Further attempts by the dialer itself, each so many minutes after the last one."""

    attempts: Whole = Field(default=1, ge=1, le=10)
    after_minutes: Waits = (30, 120)
    on: Annotated[tuple[Outcome, ...], BeforeValidator(_as_list), Field(min_length=1)] = (
        "busy",
        "no_answer",
        "congestion",
        "hangup",
    )


class RedialNoKey(_Section):
    """Further attempts after an answer without a key."""

    attempts: Whole = Field(default=1, ge=1, le=10)
    after_minutes: Waits = (60,)


class Campaign(_Section):
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
    same_call_gap_hours: Number = Field(default=24, ge=0, le=YEAR_HOURS)
    max_age_hours: Number = Field(default=72, gt=0, le=YEAR_HOURS)
    typing_seconds: Number = Field(default=30, ge=0, le=3_600)
    needs: Annotated[tuple[Text, ...], BeforeValidator(_as_list)] = ()
    may_be_called: CallableLines = Field(default_factory=CallableLines)
    opt_out_key: Text | None = None
    daily_cap: Annotated[Whole, Field(ge=0)] | None = None
    daily_budget: Annotated[Number, Field(ge=0)] | None = None
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
        if plain(value.get("phone", "")) == NO_COLUMN:
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


class Config(_Section):
    """Everything that a user may set."""

    portal: Portal
    google: Google = Field(default_factory=Google)
    ledger: Text = Field(default="sqlite:///dialer.db", repr=False)
    timezone: Text = "Asia/Karachi"
    language: Text = "english"
    ramadan: Ramadan | None = None
    every: Number = Field(default=15, gt=0, le=DAY_SECONDS)
    poll: Poll = Field(default_factory=Poll)
    campaigns: tuple[Campaign, ...] = Field(min_length=1)
    # Behind what it is measured by.
    forget_after_days: Number | None = Field(default=None, gt=0, le=36_500)

    @field_validator("ledger")
    @classmethod
    def _is_a_database(cls, value: str) -> str:
        if not _LEDGER_ADDRESS.fullmatch(value):
            raise ValueError(
                "sqlite:/// and a file's name, or postgresql+psycopg://user:password@host/database"
            )
        return value

    @field_serializer("ledger")
    def _without_password(self, value: str) -> str:
        return _PASSWORD.sub(r"\g<user>***@", value).partition("?")[0]

    @property
    def ledger_has_password(self) -> bool:
        """Whether the ledger's address holds one."""
        return _PASSWORD.search(self.ledger) is not None

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError) as error:
            raise ValueError("a time zone's name such as Asia/Karachi") from error
        return value

    @field_validator("campaigns")
    @classmethod
    def _differ(cls, value: tuple[Campaign, ...]) -> tuple[Campaign, ...]:
        # The name heads a column of the control tab, where case and spaces don't count.
        if len({" ".join(each.name.casefold().split()) for each in value}) < len(value):
            raise ValueError("campaigns with different names")
        if len({(each.spreadsheet, each.tab.casefold()) for each in value}) < len(value):
            raise ValueError("campaigns on different tabs: only one may dial a tab")
        return value

    @field_validator("forget_after_days")
    @classmethod
    def _is_longer_than_anything_is_needed(
        cls, value: float | None, others: ValidationInfo
    ) -> float | None:
        poll, campaigns = others.data.get("poll"), others.data.get("campaigns")
        # What is wrong with those is told by itself.
        if value is None or poll is None or campaigns is None:
            return value
        longest = max(_hours_needed(poll, each) for each in campaigns)
        if value * 24 <= longest:
            raise ValueError(
                f"more than {longest / 24:g} days: until then a number may be needed for "
                "give_up_after_hours, same_call_gap_hours, max_age_hours or a redial"
            )
        return value

    @property
    def forget_after(self) -> timedelta | None:
        """How long the ledger keeps numbers and texts; None is for ever."""
        days = self.forget_after_days
        return None if days is None else timedelta(days=days)

    def policy(self, campaign: Campaign) -> Policy:
        """The limits of one campaign as the planner takes them."""
        portal = self.portal
        return Policy(
            campaign=campaign.name,
            voice_id=campaign.voice_id,
            lines=portal.lines,
            call_length=timedelta(seconds=portal.call_seconds),
            calls_per_minute=portal.calls_per_minute,
            account_retries=portal.retries,
            settle=timedelta(minutes=portal.settle_minutes),
            answer_settle=timedelta(seconds=portal.answer_settle_seconds),
            poll_first_after=timedelta(seconds=self.poll.first_after),
            poll_every=timedelta(seconds=self.poll.every),
            give_up_after=timedelta(hours=self.poll.give_up_after_hours),
            mark_lives=timedelta(seconds=60),
            same_call_gap=timedelta(hours=campaign.same_call_gap_hours),
            max_age=timedelta(hours=campaign.max_age_hours),
            typing=timedelta(seconds=campaign.typing_seconds),
            needs=frozenset(campaign.needs),
            redial=_redial(campaign.redial),
            redial_no_key=_redial_no_key(campaign.redial_no_key),
            answers=dict(campaign.answers),
            may_be_called=campaign.may_be_called.rule(),
            opt_out_key=campaign.opt_out_key,
            daily_cap=campaign.daily_cap,
            daily_budget=campaign.daily_budget,
        )

    def hours(self, campaign: Campaign) -> CallingHours:
        """When the campaign may ring, in the configuration's time zone."""
        week = read_hours(campaign.calling_hours)
        seasons = [self.ramadan.season(week, campaign.ramadan_hours)] if self.ramadan else []
        return CallingHours(
            ZoneInfo(self.timezone), week, frozenset(campaign.holidays), tuple(seasons)
        )


def _hours_needed(poll: Poll, campaign: Campaign) -> float:
    """For how long after a call its number and texts may be needed."""
    redials = (campaign.redial, campaign.redial_no_key)
    waits = [minutes / 60 for each in redials if each for minutes in each.after_minutes]
    return max(
        poll.give_up_after_hours,
        campaign.same_call_gap_hours,
        poll.give_up_after_hours + max(waits, default=0) + campaign.max_age_hours,
    )


def _redial(setting: Redial | None) -> RedialRule | None:
    if setting is None:
        return None
    statuses = frozenset(_OUTCOME_STATUSES[outcome] for outcome in setting.on)
    return RedialRule(setting.attempts, _waits(setting.after_minutes), statuses)


def _redial_no_key(setting: RedialNoKey | None) -> RedialRule | None:
    if setting is None:
        return None
    return RedialRule(setting.attempts, _waits(setting.after_minutes), frozenset({ANSWERED}))


def _waits(minutes: tuple[float, ...]) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=each) for each in minutes)


def _address(value: str) -> str:
    """An address to which paths are appended. A path of its own may be wrong, which `check` says
    in better words than a fault could."""
    expected = (
        "an address that begins with https:// (http only for this machine itself), without "
        "password, question mark or #"
    )
    try:
        parts = urlsplit(value)
        rest: tuple[Any, ...] = (parts.query, parts.fragment, parts.username, parts.password)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise ValueError(expected) from error
    if not (safe and sound) or any(rest) or re.search(r"\s", value):
        raise ValueError(expected)
    return value.rstrip("/")
