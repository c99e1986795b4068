"""The only place that builds real parts from a `Config`."""

from __future__ import annotations

import os
import secrets
import socket
import string
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import google.auth.transport.requests
import gspread
import requests
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession
from google.oauth2.service_account import Credentials

from .. import texts
from ..base.clock import Clock, ServerTime
from ..base.errors import ConfigError
from ..config import CampaignSettings, Config, GoogleSettings
from ..dialing.call_flow import Limits
from ..dialing.portal_requests import PortalRequests
from ..dialing.worker import CallWorker
from ..google_sheets import QueueTab, Spreadsheet
from ..google_sheets.quota import PassInterval, Quota
from ..google_sheets.session import google_adapter, settle_for_google
from ..ledger import facts
from ..ledger.ledger import Ledger
from ..planning.plan import PassRules
from ..portal.balance import BalanceMonitor
from ..portal.client import Portal
from ..portal.session import portal_session
from ..reconciler.assembly import assembled
from ..reconciler.campaign import Campaign
from ..reconciler.reconciler import Reconciler

_SCOPES = ("https://www.googleapis.com/auth/spreadsheets",)
_REF_LETTERS = string.digits + string.ascii_lowercase


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that a command works with."""

    config: Config
    clock: Clock
    ledger: Ledger
    portal: Portal
    campaigns: tuple[Campaign, ...]
    worker: CallWorker
    balance_monitor: BalanceMonitor
    quota: Quota
    pass_interval: PassInterval
    reconciler: Reconciler


@contextmanager
def build(config: Config, *, clock: Clock | None = None) -> Iterator[Parts]:
    """Builds the parts and gives them back at the end.

    Raises:
        ConfigError: the service account's file, or the language's, can't be used.
        LedgerError: the ledger can't be used.
    """
    try:
        texts.use(config.language)
    except texts.TextsError as error:
        raise ConfigError(str(error)) from error
    clock = clock or Clock()
    per_minute = config.google.requests_per_minute
    quota = Quota(clock, secrets.SystemRandom().random, time.sleep, per_minute)
    pass_interval = PassInterval(timedelta(seconds=config.every), len(config.campaigns), per_minute)
    server_time = ServerTime()
    client = google_client(config.google, quota, server_time)
    ledger = Ledger(config.ledger, new_id=random_letters(8), portal=config.portal.address)
    portal = Portal(
        config.portal.base_url,
        config.portal.api_key.get_secret_value,
        portal_session(config.portal.connections),
        key_in_header=config.portal.key_in == "header",
    )
    worker = CallWorker(
        PortalRequests(portal, clock, config.portal.connections),
        ledger,
        clock,
        Limits(config.portal.connections, config.portal.lines, config.portal.calls_per_minute),
    )
    balance_monitor = BalanceMonitor(
        portal,
        clock,
        config.portal.call_seconds,
        known=ledger.fact(facts.KNOWN_ACCOUNT),
        remember=partial(ledger.set_fact, facts.KNOWN_ACCOUNT),
        pulse_seconds=config.portal.pulse_seconds,
    )
    # Campaigns of one spreadsheet share what is known of its tabs, or each would look them up.
    keys = {each.spreadsheet for each in config.campaigns}
    connections = {key: Spreadsheet(client, key, server_time) for key in keys}
    campaigns = tuple(
        _campaign(config, each, connections[each.spreadsheet], ledger) for each in config.campaigns
    )
    try:
        yield Parts(
            config=config,
            clock=clock,
            ledger=ledger,
            portal=portal,
            campaigns=campaigns,
            worker=worker,
            balance_monitor=balance_monitor,
            quota=quota,
            pass_interval=pass_interval,
            reconciler=assembled(
                campaigns,
                ledger,
                worker,
                clock,
                new_refs(),
                balance_monitor,
                random_letters(4),
                quota,
                pass_interval,
                forget_after=config.forget_after,
                server_time=server_time,
                held_by=f"{socket.gethostname()} ({os.getpid()})",
            ),
        )
    finally:
        worker.finish()
        portal.close()
        ledger.close()


def google_client(
    settings: GoogleSettings, quota: Quota | None = None, server_time: ServerTime | None = None
) -> gspread.Client:
    """A gspread client of the configured service account, with our own retries and time-outs. Its
    requests wait for the `quota`, where one is given; what time Google says it is, at the sign-in
    too, is noted in `server_time`.

    Raises:
        ConfigError: the account's key file can't be used, or the environment's certificates.
    """
    path = settings.service_account_file
    try:
        credentials = Credentials.from_service_account_file(  # type: ignore[no-untyped-call]  # google-auth has no types
            str(path), scopes=_SCOPES
        )
    except FileNotFoundError as error:
        raise ConfigError(
            f"The service account's key file {path} is missing.",
            "Download it from the Google Cloud console (IAM, Service accounts, Keys) and put it "
            "there.",
        ) from error
    except OSError as error:
        raise ConfigError(
            f"The service account's key file {path} can't be read ({error.strerror}).",
            "Let the user who runs this program read it.",
        ) from error
    except (ValueError, TypeError, AttributeError, GoogleAuthError) as error:
        raise ConfigError(
            f"{path} is not a service account's key file.",
            "Download one from the Google Cloud console (IAM, Service accounts, Keys, Add key, "
            "JSON).",
        ) from error
    adapter = google_adapter(settings.base_url, quota, server_time)
    # google-auth makes requests of its own beside the refresh, so these too must go where Google
    # is said to be.
    plain = requests.Session()
    session = AuthorizedSession(  # type: ignore[no-untyped-call]  # google-auth has no types
        credentials, auth_request=google.auth.transport.requests.Request(plain)
    )
    for each in (plain, session):
        settle_for_google(each, adapter)
    return gspread.Client(auth=credentials, session=session)


def new_refs() -> Iterator[str]:
    """Refs that no two machines will ever make alike."""
    while True:
        yield random_letters(12)


def random_letters(count: int) -> str:
    """Small letters and digits that nobody can guess."""
    return "".join(secrets.choice(_REF_LETTERS) for _ in range(count))


def _campaign(
    config: Config, campaign: CampaignSettings, connection: Spreadsheet, ledger: Ledger
) -> Campaign:
    bound = facts.tab_id(campaign.spreadsheet, campaign.tab)
    sheet = QueueTab(
        connection,
        campaign.tab,
        campaign.columns,
        bound_id=ledger.fact(bound),
        bind=partial(ledger.set_fact, bound),
    )
    return Campaign(
        name=campaign.name,
        tab=campaign.tab,
        connection=connection,
        sheet=sheet,
        rules=PassRules(config.policy(campaign), config.hours(campaign)),
    )
