"""Makes the pictures of docs/sheet-guide.md anew, from the sandbox's page while the dialer works.

    .venv/bin/python -m tools.pictures

It needs what `python3 run.py test` installs, and Chromium. A sandbox starts, a sheet of a dozen
rows is filled in as people do it, the dialer works on it, and each situation that the guide tells
of is taken into `docs/pictures/`. Run it again whenever the sheet looks different; it takes about a
minute.

Some columns are hidden and others widened, as a person may do, so that what is left can be read.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gspread
import requests
import yaml
from playwright.sync_api import Page, sync_playwright

from sheets_dialer.app.demo import Sandbox, demo_config, demo_directory, running_sandbox
from sheets_dialer.app.wiring import google_client
from sheets_dialer.config import load_config
from sheets_dialer.tabs.control_tab import (
    ALARM_LABEL,
    CONTROL_LABEL,
    CONTROL_TAB,
    DO_NOT_CALL_TAB,
    PAUSE,
    RUN,
    SETTINGS,
)
from sheets_dialer.tabs.status import CALLING, QUEUED

from .small_png import with_palette

HOME = Path(__file__).parent.parent
PICTURES = HOME / "docs" / "pictures"
SPEED = 10.0
QUEUE_TAB = "Calls"
FIRST_PASS_SECONDS = 8
CHROMIUM_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-sync", "--no-first-run")
SHARPNESS = 1.5
ROW_PIXELS, EDGE_PIXELS = 28, 44

HEADER = ("Phone", "Name", "Amount", "Store", "Order ID")
UNCLEAR, LISTED = "03007654321", "0300 5550000"
ROWS = (
    ("0300 0000001", "Ayesha", "1500", "Lahore Cloth House", "ORD101"),
    ("0300-0000003", "Bilal", "2200", "Karachi Shoes", "ORD102"),
    ("03000000005", "Danish", "900", "Karachi Shoes", "ORD103"),
    ("+92 300 0000002", "Erum", "4100", "Lahore Cloth House", "ORD104"),
    (UNCLEAR, "Farhan", "1250", "Multan Mangoes", "ORD105"),
    ("0300 0000006", "Ghazala", "3300", "Karachi Shoes", "ORD106"),
    ("0300 0000004", "Hamid", "700", "Multan Mangoes", "ORD107"),
    ("0300-12", "Imran", "1800", "Lahore Cloth House", "ORD108"),
    ("0300 1234567 / 0321 7654321", "Javeria", "2600", "Karachi Shoes", "ORD109"),
    ("0300 0000001", "Ayesha", "1500", "Lahore Cloth House", "ORD101"),
    (LISTED, "Kamran", "950", "Multan Mangoes", "ORD110"),
    ("0300 0000011", "Lubna", "5200", "Lahore Cloth House", "ORD111"),
)
"""Numbers whose fate the sandbox knows (docs/sandbox.md), and ones that can't be called."""

WIDTHS = {"Phone": 212, "Name": 80, "Order ID": 80, "Status": 100, "Answer": 140, "Why": 400}
"""Of the queue tab, the columns that the pictures show, in pixels."""
CONTROL_WIDTHS = (230, 380)
"""Of the Dialer tab, as `setup` makes them."""

ONLY_THE_SHEET = """
header, aside, .toolbar, .entry, #note, #message { display: none !important }
main { grid-template-columns: minmax(0, 1fr) !important; padding: 0 !important }
#sheet { border-radius: 0 !important }
#grid { overflow: hidden !important }
#grid td.cursor, #grid td.chosen { box-shadow: none !important }
#grid th.chosen { background: #f3f5f4 !important; color: inherit !important }
"""


class Scene:
    """The running sandbox with its sheet, seen by a person, and the dialer's commands."""

    def __init__(self, sandbox: Sandbox, config: Path) -> None:
        self.sandbox = sandbox
        self.config = config
        settings = load_config(config)
        person = settings.google.model_copy(
            update={"service_account_file": config.with_name("person.json")}
        )
        self.spreadsheet = google_client(person).open_by_key(settings.campaigns[0].spreadsheet)

    def tab(self, title: str) -> gspread.Worksheet:
        """The tab as a person has it open."""
        return self.spreadsheet.worksheet(title)

    def tell_sandbox(self, path: str, order: Mapping[str, Any]) -> None:
        """Changes how the sandbox behaves."""
        requests.post(f"{self.sandbox.url}{path}", json=order, timeout=30).raise_for_status()

    def command(self, *words: str) -> list[str]:
        """A command line of the program with this sheet's configuration."""
        name, *rest = words
        return [sys.executable, str(HOME / "run.py"), name, "-c", str(self.config), *rest]

    def run(self, *words: str) -> None:
        """Runs a command to its end."""
        subprocess.run(self.command(*words), check=True, stdout=subprocess.DEVNULL, timeout=300)

    @contextmanager
    def running(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """A command that runs on meanwhile; it is killed at the end if it still runs."""
        process = subprocess.Popen(self.command(*words), stdout=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def set(self, label: str, text: str) -> None:
        """Types into a cell of the Dialer tab, found by its label."""
        tab = self.tab(CONTROL_TAB)
        cell = tab.find(label)
        assert cell is not None, f"{CONTROL_TAB} has no row {label}"
        tab.update_acell(gspread.utils.rowcol_to_a1(cell.row, cell.col + 1), text)

    def show_columns(self, title: str, widths: Sequence[int]) -> None:
        """Gives the tab's columns these widths; 0 hides one."""
        sheet_id = self.tab(title).id
        changes = []
        for at, width in enumerate(widths):
            place = {"sheetId": sheet_id, "dimension": "COLUMNS"}
            looks: dict[str, Any] = {"pixelSize": width} if width else {"hiddenByUser": True}
            changes.append(
                {
                    "updateDimensionProperties": {
                        "range": {**place, "startIndex": at, "endIndex": at + 1},
                        "properties": looks,
                        "fields": ",".join(looks),
                    }
                }
            )
        self.spreadsheet.batch_update({"requests": changes})


class Camera:
    """A browser at the sandbox's page that takes nothing but the sheet."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        page.goto(url)
        page.add_style_tag(content=ONLY_THE_SHEET)

    def look_at(self, title: str, *, width: int, rows: int) -> None:
        """Opens a tab, with room for so many rows."""
        self.page.set_viewport_size(
            {"width": width + 2, "height": (rows + 1) * ROW_PIXELS + EDGE_PIXELS}
        )
        self.page.get_by_role("button", name=title, exact=True).click()

    def texts(self) -> list[str]:
        """What stands in the cells in sight."""
        return self.page.locator("#grid td").all_inner_texts()

    def wait(self, until: Callable[[list[str]], bool], *, seconds: float = 60) -> bool:
        """Waits until the cells in sight say so; whether they did."""
        end = time.monotonic() + seconds
        while not (so := until(self.texts())) and time.monotonic() < end:
            time.sleep(0.1)
        return so

    def take(self, name: str) -> None:
        """Takes the sheet as it is now."""
        path = PICTURES / f"{name}.png"
        path.write_bytes(with_palette(self.page.locator("#sheet").screenshot(), self.page))
        print(f"{path.relative_to(HOME)}  {path.stat().st_size / 1000:.0f} KB")


def main() -> None:
    """Takes all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with (
        demo_directory() as directory,
        running_sandbox(directory, port=0, speed=SPEED) as sandbox,
        camera_at(sandbox.url) as camera,
    ):
        scene = Scene(sandbox, configured(directory))
        fill_in(scene)
        take_all(scene, camera)


@contextmanager
def camera_at(url: str) -> Iterator[Camera]:
    """A browser at the page."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        raise SystemExit("The pictures need Chromium: install it, e.g. apt-get install chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        context = browser.new_context(device_scale_factor=SHARPNESS)
        yield Camera(context.new_page(), url)
        browser.close()


def configured(directory: Path) -> Path:
    """The sandbox's configuration with few lines, so that some rows wait while others ring, in a
    time zone in which it is late morning whenever the pictures are taken."""
    demo_config(directory, SPEED)
    path = directory / "config.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["portal"] |= {"lines": 3, "retries": 0}
    settings["timezone"] = late_morning(datetime.now(UTC))
    path.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return path


def late_morning(now: datetime) -> str:
    """The name of a zone in which it is past eleven: its sign is the opposite of the usual one."""
    return f"Etc/GMT{now.hour - 11:+d}"


def fill_in(scene: Scene) -> None:
    """Everything up to the moment before RUN: pasted rows, a prepared sheet, a number not to call,
    and calls that take long enough to be seen."""
    zone = {"timeZone": load_config(scene.config).timezone}
    scene.spreadsheet.batch_update(
        {"requests": [{"updateSpreadsheetProperties": {"properties": zone, "fields": "timeZone"}}]}
    )
    queue = scene.tab(QUEUE_TAB)
    queue.update([list(HEADER), *map(list, ROWS)], "A1", raw=False)
    scene.run("setup")
    header = queue.row_values(1)
    scene.show_columns(QUEUE_TAB, [WIDTHS.get(title, 0) for title in header])
    listed = scene.tab(DO_NOT_CALL_TAB)
    listed.update([[LISTED], ["+92 321 5550001"], ["0333-5550002"]], "A2")
    scene.tell_sandbox("/_sandbox/limits", {"enabled": False})
    delays = {"push": [8, 12], "ring": [25, 35], "key": [5, 8], "talk": [12, 20]}
    scene.tell_sandbox("/_sandbox/portal", {"delays": delays})
    unclear = {"service": "portal", "kind": "reset-after", "count": 1, "path": UNCLEAR[1:]}
    scene.tell_sandbox("/_sandbox/faults", unclear)


def take_all(scene: Scene, camera: Camera) -> None:
    """Brings the sheet into each situation and takes it."""
    queue = {"width": 52 + sum(WIDTHS.values()), "rows": len(ROWS) + 4}
    control = {"width": 52 + sum(CONTROL_WIDTHS)}
    scene.run("once", "--for", "5")
    camera.look_at(QUEUE_TAB, **queue)
    camera.wait(lambda texts: QUEUED in texts)
    camera.take("before")
    for label, text in zip(SETTINGS, ("", "10:00-20:00", "500", "3000", ""), strict=True):
        scene.set(label, text)
    scene.run("once", "--for", "5")
    camera.look_at(CONTROL_TAB, rows=25, **control)
    camera.wait(lambda texts: PAUSE in texts)
    camera.take("dialer-pause")

    scene.set(CONTROL_LABEL, RUN)
    with scene.running("start", "--until-done") as reconciler:
        camera.look_at(QUEUE_TAB, **queue)
        if not camera.wait(in_full_swing):
            raise SystemExit("Calls never were in every state at once.")
        camera.take("calling")
        camera.look_at(CONTROL_TAB, rows=14, **control)
        camera.wait(lambda texts: RUN in texts)
        camera.take("dialer-run")
        reconciler.wait(240)
    camera.look_at(QUEUE_TAB, **queue)
    camera.wait(
        lambda texts: "Answered" in texts and not (under_way(texts) or QUEUED in texts), seconds=10
    )
    camera.take("results")
    camera.look_at(DO_NOT_CALL_TAB, width=620, rows=5)
    camera.wait(lambda texts: LISTED in texts)
    camera.take("do-not-call")

    with scene.running("start") as reconciler:
        time.sleep(FIRST_PASS_SECONDS)
        reconciler.send_signal(signal.SIGKILL)
    scene.tell_sandbox("/_sandbox/clock", {"offset": 1800})
    camera.look_at(CONTROL_TAB, rows=5, **control)
    if not camera.wait(lambda texts: any(t.startswith("NOT RUNNING") for t in texts), seconds=30):
        print(f"The cell beside {ALARM_LABEL} doesn't say that the dialer is dead.")
    camera.take("not-running")


def under_way(texts: Sequence[str]) -> int:
    """How many of the cells tell of a call that goes on."""
    return sum(texts.count(word) for word in (CALLING, "Pushed to SIP", "Initiated"))


def in_full_swing(texts: list[str]) -> bool:
    """Whether some calls go on, some have ended and some rows still wait."""
    rings = "Pushed to SIP" in texts or "Initiated" in texts
    return rings and under_way(texts) >= 2 and "Answered" in texts and QUEUED in texts


if __name__ == "__main__":
    main()
