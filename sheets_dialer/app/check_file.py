"""Brings a configuration file and the check together: as much of the file as makes sense is
checked, whatever else is wrong with it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ..base.errors import ConfigError, LedgerError
from ..check import (
    Finding,
    GoogleAccount,
    PortalAccount,
    Subject,
    Tab,
    examine,
    fault,
    ok,
    warning,
)
from ..config import (
    CampaignSettings,
    Config,
    ConfigText,
    GoogleSettings,
    PortalSettings,
    ledger_address,
    open_to_others,
    read_config,
    validated,
)
from ..ledger.facts import unsafe
from ..ledger.ledger import Ledger
from .wiring import google_client, random_letters

SectionModel = TypeVar("SectionModel", bound=BaseModel)
_WHAT = "Configuration"


def check_file(path: Path, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Every finding about the set-up that this configuration file describes, as it is made."""
    try:
        settings = read_config(path, environment)
    except ConfigError as error:
        sentence = error.sentence.removesuffix(".") if error.remedy else error.sentence
        yield fault(_WHAT, sentence, error.remedy or f"Correct {path}.")
        return
    config, faults = validated(settings)
    if config is not None:
        yield ok(_WHAT, f"{path} has no faults.")
        for file in open_to_others(path, config):
            sentence = f"Other users of this machine can read {file}."
            yield warning("Key file", sentence, f"Run: chmod 600 {shlex.quote(str(file))}")
    for each in faults:
        yield fault(_WHAT, each, f"Correct it in {path}; config.example.yaml shows every setting.")
    subject = _subject(settings)
    yield from examine(subject, partial(random_letters, 8), partial(_remember, subject.ledger))


def _subject(settings: ConfigText) -> Subject:
    """What can be checked of it. A section is left out when what it needs is missing or wrong."""
    data = settings.data
    portal = _sound(PortalSettings, data.get("portal"), {"base_url", "api_key", "key_in"})
    google = _sound(GoogleSettings, data.get("google", {}), {"service_account_file", "base_url"})
    campaigns = data.get("campaigns")
    needed = {"name", "spreadsheet", "tab", "columns", "voice_id"}
    sound = [
        _sound(CampaignSettings, each, needed)
        for each in (campaigns if isinstance(campaigns, list) else ())
    ]
    address = data.get("ledger", Config.model_fields["ledger"].default)
    return Subject(
        portal=_portal_account(portal, key_known=not settings.key_faults) if portal else None,
        google=_google_account(google, settings.folder) if google else None,
        ledger=ledger_address(address, settings.folder) if isinstance(address, str) else None,
        tabs=tuple(
            Tab(
                *(each.name, each.spreadsheet, each.tab, each.columns, each.voice_id),
                time_zone=str(data.get("timezone") or Config.model_fields["timezone"].default),
            )
            for each in sound
            if each is not None
        ),
    )


def _sound(model: type[SectionModel], data: Any, needed: set[str]) -> SectionModel | None:
    """The section without the settings that have faults; None when one of these is needed."""
    if not isinstance(data, dict):
        return None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faulty = {str(detail["loc"][0]) if detail["loc"] else "" for detail in error.errors()}
    rest = {name: value for name, value in data.items() if name not in faulty}
    return None if faulty & needed or len(rest) == len(data) else _sound(model, rest, needed)


def _portal_account(portal: PortalSettings, *, key_known: bool) -> PortalAccount:
    return PortalAccount(
        base_url=portal.base_url,
        api_key=portal.api_key.get_secret_value if key_known else None,
        key_in_header=portal.key_in == "header",
        call_seconds=portal.call_seconds,
        pulse_seconds=portal.pulse_seconds,
    )


def _google_account(google: GoogleSettings, folder: Path) -> GoogleAccount:
    file = folder / google.service_account_file
    here = google.model_copy(update={"service_account_file": file})
    return GoogleAccount(file, google.base_url, partial(google_client, here))


def _remember(address: str | None, tab: str, why: str) -> None:
    """Leaves in the ledger, for the dialer, why dialling isn't safe on a tab; empty when it is."""
    try:
        ledger = Ledger(address or "", new_id=random_letters(8))
        try:
            if ledger.fact(unsafe(tab)) != (why or None):
                ledger.set_fact(unsafe(tab), why or None)
        finally:
            ledger.close()
    except LedgerError:
        pass  # said by the check of the ledger; nothing can be dialled with it
