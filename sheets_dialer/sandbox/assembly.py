"""Puts the sandbox together: services, faults, control and state, from a few settings."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from .accounts import Accounts, ServiceAccount, Tokens
from .app import App
from .backends import DriveBackend, PortalBackend, SheetsBackend, TokenBackend
from .clock import Clock, ScaledClock
from .control import PREFIX as CONTROL
from .control import Control
from .faults import Faults
from .gate import Gate
from .google.drive import DriveService
from .google.ids import Ids
from .google.library import Library
from .google.service import SheetsService
from .iam import PREFIX as IAM
from .iam import Iam
from .limits import Limits
from .oauth import TokenEndpoint
from .page import PageService
from .portal.call import Call
from .portal.service import PortalService
from .request_log import RequestLog
from .seeding import make_spreadsheet, write_files
from .store import Memory, Store
from .trouble import Trouble

Keeper: TypeAlias = Store | Memory
STATE_FILE = "state.sqlite3"


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox that is ready to be served."""

    app: App
    store: Keeper
    portal: PortalService

    def close(self) -> None:
        """Lets held requests go and keeps the state."""
        self.app.stop()
        _save_portal(self.store, self.portal)
        self.store.close()


def build(*, origin: str, directory: Path | None, speed: float, seed: int) -> Sandbox:
    """A new sandbox, or the one that the directory holds.

    Args:
        origin: the address it will be served at, such as ``http://127.0.0.1:8080``.
        directory: where its state and its files for others are kept; None keeps all in memory.
        speed: how many times as fast as the real clock the portal's runs.
        seed: of everything random that isn't a key.

    Raises:
        StoreError: the directory's state can't be used.
    """
    if directory is not None:
        directory.mkdir(parents=True, exist_ok=True)
    store = Store(directory / STATE_FILE) if directory else Memory()
    run = int(store.get("runs") or 0)
    store.put("runs", run + 1)

    def source(name: str) -> random.Random:
        # A restart draws anew, or it would mint the ids of the first run again.
        return random.Random(f"{seed}/{name}/{run}")

    clock = Clock()
    dialer, person = _accounts(store, source("accounts"))
    tokens = Tokens(clock.now)
    limits = Limits(clock.now)
    gate = Gate(tokens, limits)
    faults = Faults(source("faults"))
    log = RequestLog(clock.now)
    trouble = Trouble()

    library = _library(store)
    ids = Ids(source("ids"))
    sheets = SheetsService(library, ids, clock.now)
    drive = DriveService(library, ids, clock.now)
    portal_clock = _portal_clock(store, speed)
    portal = _portal(store, portal_clock, source("portal"))

    spreadsheet_id = store.get("spreadsheet_id")
    if spreadsheet_id is None:
        spreadsheet_id = make_spreadsheet(sheets.handle, drive.handle, [dialer.email, person.email])
        store.put("spreadsheet_id", spreadsheet_id)
    if directory is not None:
        config = write_files(
            directory,
            origin=origin,
            spreadsheet_id=spreadsheet_id,
            dialer=dialer,
            person=person,
            api_key=next(iter(portal.settings()["api_keys"]), ""),
            last_config=store.get("config"),
        )
        store.put("config", config)

    control = Control(
        portal=portal,
        sheets=sheets,
        faults=faults,
        limits=limits,
        tokens=tokens,
        gate=gate,
        clock=clock,
        log=log,
        on_portal_change=lambda: _save_portal(store, portal),
    )
    page = PageService(
        library,
        portal,
        sheets,
        person=person.email,
        portal_now=portal_clock.now,
        speed=speed,
        counts=log.counts,
    )
    drive_backend = DriveBackend(gate, drive)
    app = App(
        {
            "/v4/": SheetsBackend(gate, sheets),
            "/drive/v3/": drive_backend,
            "/upload/drive/": drive_backend,  # gspread's import_csv, which is refused in words
            "/token": TokenBackend(TokenEndpoint(Accounts([dialer, person]), tokens, clock.now)),
            "/api/": PortalBackend(portal),
        },
        {
            CONTROL: control,
            IAM: Iam(tokens),
            "/_page/": page,
            "/": page,
        },
        faults=faults,
        trouble=trouble,
        log=log,
        now=clock.now,
    )
    return Sandbox(app, store, portal)


def _accounts(store: Keeper, source: random.Random) -> tuple[ServiceAccount, ServiceAccount]:
    kept = store.get("accounts")
    if kept is not None:
        dialer, person = (ServiceAccount.from_json(data) for data in kept)
        return dialer, person
    dialer = ServiceAccount.create("dialer", source)
    person = ServiceAccount.create("person", source)
    store.put("accounts", [dialer.to_json(), person.to_json()])
    return dialer, person


def _library(store: Keeper) -> Library:
    library = Library()
    for document in store.documents():
        library.add(document)
    library.on_change = store.save_document
    return library


def _portal(store: Keeper, clock: ScaledClock, source: random.Random) -> PortalService:
    portal = PortalService(clock.now, source, wall=time.time, speed=clock.speed)
    state = store.get("portal")
    if state is None:
        _save_portal(store, portal)
    else:
        portal.load({**state, "calls": store.calls()})

    def keep(call: Call) -> None:
        store.save_call(call.call_id, call.to_json())

    portal.on_change = keep
    return portal


def _portal_clock(store: Keeper, speed: float) -> ScaledClock:
    """The portal's clock, which never goes back: after a restart it stands where it would stand
    had the sandbox run on, so that a call that was seen answered isn't ringing again."""
    now = time.time()
    start = now
    anchor = store.get("portal_clock")
    if anchor is not None:
        start = anchor["portal"] + max(0.0, now - anchor["real"]) * anchor["speed"]
    clock = ScaledClock(speed, start=max(now, start))
    store.put("portal_clock", {"real": now, "portal": clock.now(), "speed": speed})
    return clock


def _save_portal(store: Keeper, portal: PortalService) -> None:
    store.put("portal", portal.dump(with_calls=False))
