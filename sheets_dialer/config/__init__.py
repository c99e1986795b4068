"""The configuration: one YAML file, secrets from the environment, a frozen model.

`model` and `campaign` say what there is, `reading` reads the file, `faults` puts what is wrong into
sentences.
What each setting is for stands in `config.example.yaml`, with its unit, its default and the reason.
"""

from __future__ import annotations

from .campaign import CampaignSettings, Redial, RedialNoKey
from .hours import Ramadan
from .key_files import open_to_others
from .model import Config, GoogleSettings, PollSettings, PortalSettings
from .reading import (
    API_KEY_VARIABLE,
    CONFIG_VARIABLE,
    ConfigText,
    config_path,
    ledger_address,
    load_config,
    read_config,
    validated,
)

__all__ = [
    "API_KEY_VARIABLE",
    "CONFIG_VARIABLE",
    "CampaignSettings",
    "Config",
    "ConfigText",
    "GoogleSettings",
    "PollSettings",
    "PortalSettings",
    "Ramadan",
    "Redial",
    "RedialNoKey",
    "config_path",
    "ledger_address",
    "load_config",
    "open_to_others",
    "read_config",
    "validated",
]
