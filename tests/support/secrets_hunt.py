"""Looks for the keys in everything that a run leaves behind or shows."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from tests.support.hurry import API_KEY, HurriedShop


def secrets(shop: HurriedShop) -> dict[str, bytes]:
    """By name, what must be found nowhere: the portal's key in every form, and lines from within
    the Google key as they stand in its file."""
    account = json.loads((shop.sandbox.directory / "service-account.json").read_text())
    lines = account["private_key"].splitlines()
    return {
        "the portal's key": API_KEY.encode(),
        "the portal's key, quoted": quote(API_KEY, safe="").encode(),
        "the portal's key in base64": base64.b64encode(API_KEY.encode()).rstrip(b"="),
        "the Google key's second line": lines[1].encode(),
        "the Google key's tenth line": lines[9].encode(),
    }


def found_in(shop: HurriedShop, text: str | bytes) -> list[str]:
    """Which secrets stand in a text."""
    raw = text.encode(errors="surrogateescape") if isinstance(text, str) else text
    return [name for name, secret in secrets(shop).items() if secret in raw]


def left_behind(shop: HurriedShop) -> dict[str, bytes]:
    """Everything that a run leaves, but the files that people put the keys into."""
    own = {"config.yaml", "service-account.json", "person.json", "stderr.txt"}
    folder = shop.sandbox.directory
    files = [path for path in folder.iterdir() if path.is_file() and path.name not in own]
    # The sandbox's own state is the other companies' side of it.
    left = {path.name: path.read_bytes() for path in files if not path.name.startswith("state.")}
    book = shop.sandbox.person_client().open_by_key(shop.sandbox.spreadsheet_id)
    for tab in book.worksheets():
        left[f"tab {tab.title}"] = json.dumps(tab.get_all_values()).encode()
    return left


@contextmanager
def watched_process_list() -> Iterator[set[bytes]]:
    """Collects the command lines of all processes while something runs."""
    seen: set[bytes] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(path.read_bytes())
                except OSError:
                    continue  # it has ended meanwhile

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
