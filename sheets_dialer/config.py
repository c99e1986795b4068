"""The configuration: one YAML file, secrets from the environment, a frozen model.

Every setting carries its unit, its default and the reason for it. All faults of a file are
reported together, each with its path, what was found and what is expected.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from .call import ANSWERED
from .calling_hours import CallingHours, read_hours
from .errors import ConfigError
from .policy import Policy, RedialRule

API_KEY_VARIABLE = "ROBOCALL_API_KEY"
CONFIG_VARIABLE = "SHEETS_DIALER_CONFIG"
_SPREADSHEET_ADDRESS = re.compile(r"/spreadsheets/d/([A-Za-z0-9_-]+)")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_OUTCOME_STATUSES = {"congestion": 3, "busy": 4, "no_answer": 5, "hangup": 6}
Outcome = Literal["busy", "no_answer", "congestion", "hangup"]
Text = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) is int else value)]


class _Section(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=False, allow_inf_nan=False
    )


class Portal(_Section):
    """The account at the Robo Call portal, and how hard it may be worked."""

    base_url: str = "https://portal.robocall.pk"
    api_key: SecretStr
    key_in: Literal["query", "header"] = "query"
    lines: int = Field(default=10, ge=1, le=1000)
    call_seconds: float = Field(default=60, gt=0)
    connections: int = Field(default=16, ge=1, le=256)
    calls_per_minute: int = Field(default=30, ge=1, le=60_000)
    retries: int = Field(default=3, ge=0, le=20)
    settle_minutes: float = Field(default=60, ge=0)
    answer_settle_seconds: float = Field(default=90, ge=0)

    @field_validator("base_url")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        return _https_or_loopback(value)


class Google(_Section):
    """The service account that the sheets are shared with."""

    service_account_file: Path = Path("service-account.json")
    base_url: str | None = None

    @field_validator("base_url")
    @classmethod
    def _is_safe(cls, value: str | None) -> str | None:
        return None if value is None else _https_or_loopback(value)


class Poll(_Section):
    """The bounds of asking the portal how a call stands, in seconds (give-up in hours)."""

    first_after: float = Field(default=10, gt=0)
    every: float = Field(default=15, gt=0)
    give_up_after_hours: float = Field(default=24, gt=0)


class Redial(_Section):
    """Further attempts by the dialer itself, each so many minutes after the last one."""

    attempts: int = Field(default=1, ge=1, le=10)
    after_minutes: tuple[float, ...] = Field(default=(30, 120), min_length=1)
    on: tuple[Outcome, ...] = ("busy", "no_answer", "congestion", "hangup")


class RedialNoKey(_Section):
    """Further attempts after an answer without a key."""

    attempts: int = Field(default=1, ge=1, le=10)
    after_minutes: tuple[float, ...] = Field(default=(60,), min_length=1)


class Campaign(_Section):
    """One queue tab of one spreadsheet, with its voice and its policy."""

    name: str = Field(min_length=1)
    spreadsheet: str
    tab: str = "Calls"
    voice_id: Text
    columns: Mapping[str, str] = Field(default_factory=dict)
    calling_hours: Mapping[str, str | tuple[str, ...]] = Field(
        default_factory=lambda: {"monday-sunday": "10:00-20:00"}
    )
    holidays: tuple[date, ...] = ()
    redial: Redial | None = None
    redial_no_key: RedialNoKey | None = None
    same_call_gap_hours: float = Field(default=24, ge=0)
    max_age_hours: float = Field(default=72, gt=0)
    answers: Mapping[str, str] = Field(default_factory=dict)

    @field_validator("spreadsheet")
    @classmethod
    def _key_of_address(cls, value: str) -> str:
        address = _SPREADSHEET_ADDRESS.search(value)
        key = address.group(1) if address else value.strip()
        if not re.fullmatch(r"[A-Za-z0-9_-]{20,}", key):
            raise ValueError("the sheet's address from the browser, or the key in it")
        return key

    @field_validator("calling_hours")
    @classmethod
    def _is_a_week(
        cls, value: Mapping[str, str | tuple[str, ...]]
    ) -> Mapping[str, str | tuple[str, ...]]:
        read_hours(value)
        return value

    @field_validator("answers", mode="before")
    @classmethod
    def _keys_as_text(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        # YAML reads `1:` as a number and `none:` as text; both are labels of keys here.
        return {"none" if key is None else str(key): text for key, text in value.items()}


class Config(_Section):
    """Everything that a user may set."""

    portal: Portal
    google: Google = Field(default_factory=Google)
    ledger: str = "sqlite:///dialer.db"
    timezone: str = "Asia/Karachi"
    every: float = Field(default=15, gt=0)
    poll: Poll = Field(default_factory=Poll)
    campaigns: tuple[Campaign, ...] = Field(min_length=1)

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError) as error:
            raise ValueError("a time zone's name such as Asia/Karachi") from error
        return value

    @model_validator(mode="after")
    def _names_differ(self) -> Config:
        names = [campaign.name for campaign in self.campaigns]
        if len(set(names)) < len(names):
            raise ValueError("campaigns with different names")
        return self

    def policy(self, campaign: Campaign) -> Policy:
        """The limits of one campaign as the planner takes them."""
        portal = self.portal
        labels = {
            "1": "Confirmed",
            "2": "Cancelled",
            "3": "Callback requested",
            "none": "No key pressed",
        }
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
            redial=_redial(campaign.redial),
            redial_no_key=_redial_no_key(campaign.redial_no_key),
            answers=labels | dict(campaign.answers),
        )

    def hours(self, campaign: Campaign) -> CallingHours:
        """When the campaign may ring, in the configuration's time zone."""
        return CallingHours(
            zone=ZoneInfo(self.timezone),
            week=read_hours(campaign.calling_hours),
            holidays=frozenset(campaign.holidays),
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


def config_path(given: Path | None, environment: Mapping[str, str]) -> Path:
    """Which file holds the configuration: the one given, else the environment's, else ours."""
    return given or Path(environment.get(CONFIG_VARIABLE) or "config.yaml")


def load_config(path: Path, environment: Mapping[str, str] = os.environ) -> Config:
    """Reads the file; relative paths in it are taken from the folder that it stands in.

    Raises:
        ConfigError: the file is missing, isn't YAML, or has faults; all of them are listed.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            f"There is no configuration at {path}. Copy config.example.yaml there and fill it in, "
            "or try the demo, which needs none: python3 run.py demo"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read: {error}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not valid YAML: {_where(error)}") from error
    if not isinstance(data, dict):
        raise ConfigError(f"{path} is empty or not a list of settings. See config.example.yaml.")
    folder = path.resolve().parent
    faults: list[str] = []
    _add_api_key(data, folder, environment, faults)
    config: Config | None = None
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        faults += [_fault(dict(detail)) for detail in error.errors(include_url=False)]
    if faults or config is None:
        lines = "\n".join(f"  {fault}" for fault in faults)
        raise ConfigError(f"{path} has {len(faults)} fault(s):\n{lines}")
    return config.model_copy(
        update={
            "ledger": _ledger_address(config.ledger, folder),
            "google": config.google.model_copy(
                update={"service_account_file": folder / config.google.service_account_file}
            ),
        }
    )


def _add_api_key(
    data: dict[str, Any], folder: Path, environment: Mapping[str, str], faults: list[str]
) -> None:
    """Puts the key from the environment or its own file where the model looks for it."""
    portal = data.setdefault("portal", {})
    if not isinstance(portal, dict):
        return
    key_file = portal.pop("api_key_file", None)
    from_environment = environment.get(API_KEY_VARIABLE)
    if from_environment:
        portal["api_key"] = from_environment
    elif key_file is not None and "api_key" not in portal:
        try:
            portal["api_key"] = (folder / str(key_file)).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not a text file"
            faults.append(f"portal.api_key_file: {key_file} can't be read ({reason})")
            portal["api_key"] = "unreadable"
    elif "api_key" not in portal:
        faults.append(
            f"portal.api_key: missing; expected the portal's API key here, in ${API_KEY_VARIABLE} "
            "or in the file named by portal.api_key_file"
        )
        portal["api_key"] = "missing"


def _fault(detail: Mapping[str, Any]) -> str:
    path = ""
    for part in detail["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    kind = detail["type"]
    if kind == "missing":
        return f"{path}: missing; it has no default"
    if kind == "extra_forbidden":
        return f"{path}: there is no such setting; see config.example.yaml"
    expected = str(detail["msg"]).removeprefix("Value error, ")
    found = detail.get("input")
    shown = "" if "api_key" in path or isinstance(found, dict) else f"found {found!r}; "
    return f"{path or 'the file'}: {shown}expected: {expected}"


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
    return f"{getattr(error, 'problem', None) or 'it can not be understood'}{place}"


def _https_or_loopback(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return value.rstrip("/")
    raise ValueError("an address that begins with https:// (http only for this machine itself)")


def _ledger_address(address: str, folder: Path) -> str:
    prefix = "sqlite:///"
    name = address.removeprefix(prefix)
    if not address.startswith(prefix) or name in ("", ":memory:"):
        return address
    return prefix + str(folder / name)
