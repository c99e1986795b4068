"""Where situations take place: a sheet of its own, people who type, a dialer whose clock is set."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import gspread
import yaml

from sheets_dialer.app.wiring import Parts, build
from sheets_dialer.base.clock import Clock
from sheets_dialer.config import load_config
from sheets_dialer.portal.client import Portal
from sheets_dialer.portal.session import portal_session
from sheets_dialer.tabs.control_tab import CONTROL_TAB
from tests.situations.explaining import names_in
from tests.situations.seeing import BESIDE_CELLS, OURS, seen_in
from tests.support.dialing import HOME, eventually
from tests.support.running import RunningSandbox

NOON = datetime(2026, 7, 15, 12, tzinfo=ZoneInfo("Asia/Karachi"))
"""When every situation begins, by the dialer's clock."""
API_KEY = "sandbox-api-key"
HEADER = ("Phone", "Amount", "Store", "Order ID", "Call After", "Call Before")
_PATIENCE = 20
"""Passes after which a sentence that is waited for won't come any more."""
_PORTAL: Mapping[str, Any] = {
    # Calls are over at once; of those that ring for ever there is a number, 923000000009.
    "delays": {"push": 0, "ring": [1, 2], "key": [1, 2], "talk": [3, 4]},
    "answered": 1,
    "key_pressed": 1,
    "keys": {"1": 1},
    "zero_until_key": False,
    "key_form": None,
    "retries": 0,
    # What the account tries again by itself it tries when nobody looks any more.
    "retry_after": 86_400,
    "balance": 100_000,
    "call_rate": 5.5,
    "api_keys": [API_KEY],
    "voices": ["102"],
    "errors": "body",
    "shape": "vendor",
    # What portals do that nobody documents.
    "call_ids": "own",
    "reports_of_another_id": 0,
    "reports_of_another_number": 0,
}
_BEHAVIOUR: Mapping[str, bool] = dict.fromkeys(
    (
        *("chosen_range_ids", "unique_range_names", "strict_range_deletes"),
        *("range_swaps", "atomic_batches"),
    ),
    True,
)


class Studio:
    """One sandbox for all situations, with a sheet that the real `setup` has made ready; each
    situation gets a copy."""

    def __init__(self, directory: Path) -> None:
        self.sandbox = RunningSandbox(directory, "--speed", "100")
        self.person = self.sandbox.person_client()
        self._opened = 0
        self.as_usual()
        template = Stage(self, self.sandbox.spreadsheet_id, directory / "template")
        template.tab().update([list(HEADER)], "A1")
        assert template.run("setup").returncode == 0
        template.control("RUN")

    def open(self) -> Stage:
        """A stage with a sheet of its own, and everything else as usual."""
        self.as_usual()
        self._opened += 1
        name = f"stage{self._opened}"
        copy = self.person.copy(self.sandbox.spreadsheet_id, title=name)
        email = self.sandbox.credentials().service_account_email
        self.person.open_by_key(copy.id).share(email, "user", "writer", notify=False)
        return Stage(self, copy.id, self.sandbox.directory / name)

    def close(self) -> None:
        """Ends the sandbox."""
        self.sandbox.stop()

    def as_usual(self) -> None:
        """No faults, no quotas, and a portal and a Google that do what they should."""
        self.sandbox.reset(limits=False)
        self.sandbox.post("/_sandbox/portal", _PORTAL)
        self.sandbox.post("/_sandbox/behaviour", _BEHAVIOUR)


class Stage:
    """One spreadsheet, the people who work on it, and the dialer.

    After each pass, and at the end, every cell and every note of the sheet is looked at; all that
    was ever seen counts.
    """

    def __init__(self, studio: Studio, key: str, directory: Path) -> None:
        self.sandbox = studio.sandbox
        self._studio = studio
        self.book: gspread.Spreadsheet = studio.person.open_by_key(key)
        self.directory = directory
        self.config = directory / "config.yaml"
        self.seen: dict[str, str] = {}
        """Every text that stood in a cell, a note, a chart or a protection, and where."""
        self._protected: list[int] = []
        self._begun = time.monotonic()
        self._ahead = timedelta(0)
        directory.mkdir()
        usual = yaml.safe_load((self.sandbox.directory / "config.yaml").read_text("utf-8"))
        usual["google"]["service_account_file"] = str(
            self.sandbox.directory / "service-account.json"
        )
        usual["campaigns"][0]["spreadsheet"] = key
        self._write_config(usual)
        self.configure(
            portal={"calls_per_minute": 60_000, "retries": 0},
            poll={"first_after": 1, "every": 1},
            # Nobody types here cell by cell, but where a situation is about that.
            campaign={"typing_seconds": 0},
        )

    # --- What people do

    def tab(self, title: str = "Calls") -> gspread.Worksheet:
        """A tab as a person has it open."""
        return self.book.worksheet(title)

    def paste(self, *rows: str | Mapping[str, str], at: int = 2) -> None:
        """Pastes rows as a person types them, from the row `at` on: numbers, or cells by header."""
        cells = [{"Phone": row} if isinstance(row, str) else row for row in rows]
        self.tab().update([[row.get(h, "") for h in HEADER] for row in cells], f"A{at}", raw=False)

    def type(self, row: int, column: str, text: str) -> None:
        """Types into a cell of the queue tab, which its column's header names."""
        self.tab().update_cell(row, self.place(column), text)

    def cell(self, row: int, column: str) -> str:
        """What stands there."""
        return str(self.tab().cell(row, self.place(column)).value or "")

    def rename_column(self, old: str, new: str) -> None:
        """Overwrites a header."""
        self.tab().update_cell(1, self.place(old), new)

    def control(self, word: str, label: str = "Control", *, column: str = "B") -> None:
        """Types into the campaign's column of the Dialer tab, beside a label; in column A it is the
        label itself that is overwritten."""
        self.tab("Dialer").update_acell(self.control_cell(label).replace("B", column), word)

    def control_cell(self, label: str) -> str:
        """Where the campaign's cell beside a label of the Dialer tab is, such as B3."""
        found = self.tab("Dialer").find(label, in_column=1)
        assert found is not None, f"the Dialer tab has no row {label}"
        return f"B{found.row}"

    def delete_tab(self, title: str) -> None:
        """Deletes a tab."""
        self.book.del_worksheet(self.tab(title))

    def do_not_call(self, *cells: str) -> None:
        """Types into the Do Not Call tab, from its second row on."""
        self.tab("Do Not Call").update([[cell] for cell in cells], "A2")

    def protect(self, title: str, *cells: str) -> None:
        """Protects cells so that only the person may write them."""
        for each in cells:
            answer = self.tab(title).add_protected_range(
                each, editor_users_emails=[self.sandbox.credentials("person.json").signer_email]
            )
            (reply,) = answer["replies"]
            number = reply["addProtectedRange"]["protectedRange"]["protectedRangeId"]
            self._protected.append(number)

    def unprotect(self) -> None:
        """Lifts all of these protections."""
        for number in self._protected:
            request = {"deleteProtectedRange": {"protectedRangeId": number}}
            self.book.batch_update({"requests": [request]})
        self._protected.clear()

    # --- The world around

    def portal(self, **settings: Any) -> None:
        """Makes the portal otherwise."""
        self.sandbox.post("/_sandbox/portal", settings)

    def fault(self, service: str, kind: str, path: str = "", **more: Any) -> None:
        """Lets requests meet trouble, until all is `as_usual` again."""
        fault = {"service": service, "kind": kind, "path": path, **more}
        self.sandbox.post("/_sandbox/faults", fault)

    def as_usual(self) -> None:
        """Ends all of that."""
        self._studio.as_usual()

    def google(self, **behaviour: bool) -> None:
        """Lets Google Sheets behave otherwise than it is known to."""
        self.sandbox.post("/_sandbox/behaviour", behaviour)

    def configure(self, *, campaign: Mapping[str, Any] | None = None, **sections: Any) -> None:
        """Changes the configuration: mappings are merged, the rest replaced."""
        data = yaml.safe_load(self.config.read_text("utf-8"))
        data["campaigns"][0] |= campaign or {}
        for name, value in sections.items():
            data[name] = data.get(name, {}) | value if isinstance(value, dict) else value
        self._write_config(data)

    def add_campaign(self, name: str) -> None:
        """A campaign on a new tab of the same spreadsheet; both have the campaign's name."""
        self.book.add_worksheet(name, 20, 20).update([list(HEADER)], "A1")
        data = yaml.safe_load(self.config.read_text("utf-8"))
        data["campaigns"].append({**data["campaigns"][0], "name": name, "tab": name})
        self._write_config(data)

    def later(self, **by: float) -> None:
        """Lets time go by for the dialer: hours=20, days=2 …"""
        self._ahead += timedelta(**by)

    # --- The dialer

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs a command of the program to its end."""
        name, *rest = words
        command = [sys.executable, str(HOME / "run.py"), name, "-c", str(self.config), *rest]
        done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
        self.look()
        return done

    def dial(
        self,
        passes: int = 2,
        *,
        until: str | Callable[[], bool] | None = None,
        rest: float = 61,
        every: float = 15,
        clock: Clock | None = None,
        patience: float | None = None,
    ) -> None:
        """Makes so many passes, `rest` seconds apart; or as many as it takes `until` a sentence of
        that name has been seen, or something else is so. `every` is how many seconds apart they
        are said to come, `clock` is another than the stage's, and `patience` the seconds after
        which a silent portal isn't waited for when it is asked for the balance."""
        with self._reconciler(clock or self.clock(), every, patience) as one_pass:
            if until is None:
                for _ in range(passes):
                    one_pass(rest)
                return
            for _ in range(_PATIENCE):
                one_pass(rest)
                if until in self.sentences() if isinstance(until, str) else until():
                    return
        raise AssertionError(f"{until} never came to be; the sheet said: {self.texts()}")

    @contextmanager
    def _reconciler(
        self, clock: Clock, every: float, patience: float | None
    ) -> Iterator[Callable[[float], None]]:
        """A dialer at work; gives what makes one pass. What it began is finished at the end."""
        with build(load_config(self.config), clock=clock) as parts, ExitStack() as stack:
            if patience is not None:
                portal = parts.config.portal
                parts.balance_monitor.portal = Portal(
                    portal.base_url,
                    portal.api_key.get_secret_value,
                    portal_session(1),
                    timeouts=(patience, patience),
                )
                stack.callback(parts.balance_monitor.portal.close)
            parts.reconciler.recover()
            parts.worker.start()

            def one_pass(rest: float) -> None:
                parts.reconciler.run_pass(timedelta(seconds=every))
                _let_it_work(parts)
                self.look()
                self.later(seconds=rest)

            yield one_pass

    def clock(self) -> Clock:
        """The dialer's: it began at noon, and jumps ahead when it gets `later`."""

        def passed() -> timedelta:
            return timedelta(seconds=time.monotonic() - self._begun) + self._ahead

        return Clock(now=lambda: NOON + passed(), steady=lambda: passed().total_seconds())

    def googles_clock(self) -> Clock:
        """One that is a minute ahead of what NOW() says in a formula."""

        def now() -> datetime:
            there = self.sandbox.get("/_sandbox/clock")["now"]
            return datetime.fromtimestamp(there, NOON.tzinfo) + timedelta(minutes=1)

        return replace(self.clock(), now=now)

    def keep_ledger(self, name: str) -> None:
        """Copies the ledger, as a backup does."""
        for file in self.directory.glob("dialer.db*"):
            shutil.copy(file, file.with_name(f"{name}-{file.name}"))

    def put_ledger_back(self, name: str) -> None:
        """Puts that copy in the ledger's place."""
        self.lose_ledger()
        for file in self.directory.glob(f"{name}-dialer.db*"):
            shutil.copy(file, file.with_name(file.name.removeprefix(f"{name}-")))

    def lose_ledger(self) -> None:
        """Deletes the ledger, as on a new machine."""
        for file in self.directory.glob("dialer.db*"):
            file.unlink()

    def token(self) -> tuple[str, str, str]:
        """The dialer's token in the sheet: its named range's id and name, and its header."""
        header = next(title for title in self.tab().row_values(1) if title.startswith("Ref "))
        range_id = header.removeprefix("Ref ")
        names = {each["namedRangeId"]: each["name"] for each in self.book.list_named_ranges()}
        return range_id, names[range_id], header

    def put_token_back(self, token: tuple[str, str, str]) -> None:
        """Puts it in place of today's, as restoring an earlier version of the sheet does."""
        today, _, _ = self.token()
        range_id, name, header = token
        place = self.place("Ref")
        where = {"sheetId": self.tab().id, "startRowIndex": 0, "endRowIndex": 1}
        where |= {"startColumnIndex": place - 1, "endColumnIndex": place}
        named = {"namedRangeId": range_id, "name": name, "range": where}
        requests = [
            {"deleteNamedRange": {"namedRangeId": today}},
            {"addNamedRange": {"namedRange": named}},
        ]
        self.book.batch_update({"requests": requests})
        self.tab().update_cell(1, place, header)

    # --- What the sheet says

    def look(self) -> None:
        """Takes in every cell, note, chart and protection of every tab, as people see them."""
        for text, place in seen_in(self.book):
            # A text of the Dialer tab counts as that, wherever else it stands.
            if text not in self.seen or place.startswith(CONTROL_TAB) or BESIDE_CELLS.match(place):
                self.seen[text] = place

    def sentences(self) -> frozenset[str]:
        """The names of all sentences that were seen in the sheet."""
        return _names(self.seen)

    def texts(self) -> list[str]:
        """What stood in cells and is made of sentences, for people who look for what is missing."""
        cells = (text for text, place in self.seen.items() if not BESIDE_CELLS.match(place))
        return [text for text in cells if names_in(text)]

    def unexplained(self) -> list[str]:
        """What stood where sentences stand though none explains the whole of it."""
        places = [(text, place) for text, place in self.seen.items() if text]
        ours = [text for text, place in places if OURS.search(place)]
        return [text for text in ours if text != "Why" and not names_in(text)]

    def place(self, column: str) -> int:
        header = self.tab().row_values(1)
        return next(n for n, title in enumerate(header, start=1) if title.startswith(column))

    def _write_config(self, data: Mapping[str, Any]) -> None:
        self.config.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
        self.config.chmod(0o600)


def every_day() -> list[date]:
    """The days of more than a year, for somebody who has holidays on all of them."""
    return [(NOON + timedelta(days=day)).date() for day in range(420)]


def _names(said: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*map(names_in, said))


def _let_it_work(parts: Parts) -> None:
    """Waits until what a pass began has been sent and answered."""
    time.sleep(0.03)
    worker = parts.worker
    eventually(
        lambda: not worker.in_flight() and bool(not worker.waiting() or worker.caution()),
        every=0.01,
    )
