"""What can be checked on this machine alone: the portal's address, the ledger, the key file."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

from ..base.errors import ConfigError, LedgerError
from ..base.network_environment import certificates, proxy_for
from ..ledger.ledger import Ledger
from .finding import Findings, fault, ok, warning

PORTAL_HOST = "portal.robocall.pk"
TRAP_DOMAIN = "brandedsmspakistan.com"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SQLITE = "sqlite:///"
_SYNCED = (
    ("dropbox", "Dropbox"),
    ("onedrive", "OneDrive"),
    ("google drive", "Google Drive"),
    ("googledrive", "Google Drive"),
    ("my drive", "Google Drive"),
    ("icloud", "iCloud"),
    ("com~apple~clouddocs", "iCloud"),
    ("mobile documents", "iCloud"),
    ("cloudstorage", "a cloud drive"),
)
"""How folders begin that a program copies to other machines, and whose they are."""


def is_trap(base_url: str) -> bool:
    """Whether this is the vendor's other service, whose statuses mean something else."""
    host = urlsplit(base_url).hostname or ""
    return host == TRAP_DOMAIN or host.endswith(f".{TRAP_DOMAIN}")


def portal_address(base_url: str) -> Findings:
    """Whether the address is the portal's."""
    what = "Portal address"
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if is_trap(base_url):
        yield fault(
            what,
            f"{host} is another service of the same vendor: there 2 means Congestion and 4 means "
            "Answered, so every result would be wrong. It was asked nothing.",
            f"Set portal.base_url to https://{PORTAL_HOST} and use the key of that portal.",
        )
        return
    if parts.path.strip("/"):
        yield warning(
            what,
            f"portal.base_url ends in {parts.path}, and the dialer adds /api/… by itself.",
            f"Set portal.base_url to {parts.scheme}://{parts.netloc}",
        )
    if host != PORTAL_HOST and host not in _LOOPBACK:
        yield warning(
            what,
            f"{host} is not the Robo Call portal ({PORTAL_HOST}), and the key is sent there.",
            f"Set portal.base_url to https://{PORTAL_HOST}, unless you know why it is another.",
        )
    else:
        yield ok(what, f"Calls are placed at {base_url}")


def network(portal_url: str | None) -> Findings:
    """Whether what the environment says of certificates can be used, and that no proxy is used for
    calls though one is set."""
    try:
        certificates()
    except ConfigError as error:
        yield fault("Certificates", error.sentence, error.remedy)
    variable = proxy_for(portal_url) if portal_url else None
    if variable:
        host = urlsplit(portal_url or "").hostname
        yield warning(
            "Proxy",
            f"A proxy is set in {variable}. It is used for Google, but not for the portal: a proxy "
            "might repeat a call, so calls go there directly or not at all.",
            f"Let this machine reach {host} without a proxy, and add {host} to no_proxy.",
        )


def ledger(address: str, new_id: str) -> Findings:
    """Whether the ledger can be opened and written, and isn't shared by accident."""
    what = "Ledger"
    keeper = _synced_by(address)
    if keeper:
        yield fault(
            what,
            f"The ledger lies in a folder that {keeper} copies to other machines, which can damage "
            "it or bring back an old one.",
            "Set ledger to a file on this machine's own disk and move dialer.db there, with its "
            "companions dialer.db-wal and dialer.db-shm, while no dialer runs.",
        )
    try:
        opened = Ledger(address, new_id=new_id)
    except LedgerError as error:
        yield fault(
            what,
            str(error),
            "Set ledger in the configuration to a file in a folder that exists and that this "
            "program may write, such as sqlite:///dialer.db",
        )
        return
    try:
        opened.require_on_disk()
    except LedgerError as error:
        yield fault(what, error.sentence, error.remedy)
        return
    finally:
        opened.close()
    if not keeper:
        yield ok(what, "The ledger can be opened and written.")


def _synced_by(address: str) -> str | None:
    name = address.removeprefix(_SQLITE)
    if name == address or name in ("", ":memory:"):
        return None
    path = Path(name)
    for part in (*path.parts, *path.resolve().parts):
        for beginning, keeper in _SYNCED:
            if part.casefold().startswith(beginning):
                return keeper
    return None


def address_in(key_file: Path) -> str:
    """The service account's address, which the sheets must be shared with."""
    return str(json.loads(key_file.read_text(encoding="utf-8"))["client_email"])
