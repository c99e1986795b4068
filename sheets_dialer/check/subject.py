"""What is to be checked, as plain values: as much of a configuration as makes sense."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import gspread


@dataclass(frozen=True, slots=True)
class PortalAccount:
    """How the portal is reached. `api_key` is None where it isn't known; `call_seconds` is how long
    a call is taken to last, `pulse_seconds` for how long each started pulse of it is paid."""

    base_url: str
    api_key: Callable[[], str] | None
    key_in_header: bool
    call_seconds: float
    pulse_seconds: float


@dataclass(frozen=True, slots=True)
class GoogleAccount:
    """How Google is reached. `connect` raises ConfigError when the key file can't be used."""

    key_file: Path
    base_url: str | None
    connect: Callable[[], gspread.Client]


@dataclass(frozen=True, slots=True)
class Tab:
    """One campaign's queue tab and what its calls need."""

    campaign: str
    spreadsheet: str
    title: str
    columns: Mapping[str, str]
    voice_id: str
    time_zone: str = ""
    """The configuration's; empty where it isn't known."""

    @property
    def what(self) -> str:
        """What findings about it are headed by."""
        return f"{self.campaign}: tab {self.title}"


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything that is checked; what is None or missing has faults that were found before."""

    portal: PortalAccount | None
    google: GoogleAccount | None
    ledger: str | None
    tabs: tuple[Tab, ...]
