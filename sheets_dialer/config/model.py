"""What can be set, within which bounds, and what it is when it isn't set."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    Field,
    SecretStr,
    ValidationInfo,
    field_serializer,
    field_validator,
)

from ..domain.calling_hours import CallingHours, read_hours
from ..domain.policy import Policy, RedialRule
from ..domain.portal_status import ANSWERED
from ..google_sheets.quota import PER_MINUTE
from .campaign import CampaignSettings, Redial, RedialNoKey
from .hours import Ramadan
from .placeholders import REAL_KEY, is_placeholder
from .section import Section as _Section
from .types import DAY_SECONDS, MONTH_MINUTES, YEAR_HOURS, RealNumber, Text, Whole, as_text

_LEDGER_ADDRESS = re.compile(
    r"sqlite:///(?!:memory:)[^?].*|postgres(?:ql)?(?:\+psycopg)?://[^/]*/.+", re.DOTALL
)
_PASSWORD = re.compile(r"(?P<user>://[^:/]*:).+@", re.DOTALL)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_OUTCOME_STATUSES = {
    "initiated": 1,
    "congestion": 3,
    "busy": 4,
    "no_answer": 5,
    "hangup": 6,
    "pushed_to_sip": 8,
}


class PortalSettings(_Section):
    """The account at the Robo Call portal, and how hard it may be worked."""

    base_url: Text = "https://portal.robocall.pk"
    api_key: SecretStr
    api_key_file: Path | None = None
    key_in: Literal["query", "header"] = "query"
    lines: Whole = Field(default=10, ge=1, le=100_000)
    call_seconds: RealNumber = Field(default=60, gt=0, le=DAY_SECONDS)
    pulse_seconds: RealNumber = Field(default=30, ge=1, le=3600)
    connections: Whole = Field(default=16, ge=1, le=256)
    calls_per_minute: Whole = Field(default=30, ge=1, le=60_000)
    retries: Whole = Field(default=3, ge=0, le=20)
    settle_minutes: RealNumber = Field(default=60, ge=0, le=MONTH_MINUTES)
    answer_settle_seconds: RealNumber = Field(default=90, ge=0, le=DAY_SECONDS)
    stuck_minutes: RealNumber = Field(default=60, gt=0, le=MONTH_MINUTES)

    @field_validator("base_url")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        return _address(value)

    @property
    def address(self) -> str:
        """The portal's address in one form, however it is written."""
        parts = urlsplit(self.base_url)
        port = "" if parts.port in (None, {"https": 443, "http": 80}[parts.scheme]) else parts.port
        return f"{parts.scheme}://{parts.hostname}{port and f':{port}'}{parts.path.rstrip('/')}"

    @field_validator("api_key", mode="before")
    @classmethod
    def _is_a_key(cls, value: object) -> object:
        if isinstance(value, SecretStr):
            return value
        key = as_text(value)
        if is_placeholder(key):
            raise ValueError(REAL_KEY)
        if not isinstance(key, str) or not re.fullmatch(r"[!-~]+", key):
            raise ValueError("the portal's API key: letters, digits and signs without a space")
        return key


class GoogleSettings(_Section):
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


class PollSettings(_Section):
    """The bounds of asking the portal how a call stands, in seconds (give-up in hours)."""

    first_after: RealNumber = Field(default=10, gt=0, le=DAY_SECONDS)
    every: RealNumber = Field(default=15, gt=0, le=DAY_SECONDS)
    give_up_after_hours: RealNumber = Field(default=24, gt=0, le=YEAR_HOURS)


class Config(_Section):
    """Everything that a user may set."""

    portal: PortalSettings
    google: GoogleSettings = Field(default_factory=GoogleSettings)
    ledger: Text = Field(default="sqlite:///dialer.db", repr=False)
    timezone: Text = "Asia/Karachi"
    language: Text = "english"
    ramadan: Ramadan | None = None
    every: RealNumber = Field(default=15, gt=0, le=DAY_SECONDS)
    poll: PollSettings = Field(default_factory=PollSettings)
    campaigns: tuple[CampaignSettings, ...] = Field(min_length=1)
    # Behind what it is measured by.
    forget_after_days: RealNumber | None = Field(default=None, gt=0, le=36_500)

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
    def _differ(cls, value: tuple[CampaignSettings, ...]) -> tuple[CampaignSettings, ...]:
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

    def policy(self, campaign: CampaignSettings) -> Policy:
        """The limits of one campaign as the planner takes them."""
        portal = self.portal
        return Policy(
            campaign=campaign.name,
            portal=portal.address,
            voice_id=campaign.voice_id,
            lines=portal.lines,
            call_length=timedelta(seconds=portal.call_seconds),
            calls_per_minute=portal.calls_per_minute,
            account_retries=portal.retries,
            settle=timedelta(minutes=portal.settle_minutes),
            answer_settle=timedelta(seconds=portal.answer_settle_seconds),
            stuck_after=timedelta(minutes=portal.stuck_minutes),
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

    def hours(self, campaign: CampaignSettings) -> CallingHours:
        """When the campaign may ring, in the configuration's time zone."""
        week = read_hours(campaign.calling_hours)
        seasons = [self.ramadan.season(week, campaign.ramadan_hours)] if self.ramadan else []
        return CallingHours(
            ZoneInfo(self.timezone), week, frozenset(campaign.holidays), tuple(seasons)
        )


def _hours_needed(poll: PollSettings, campaign: CampaignSettings) -> float:
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
