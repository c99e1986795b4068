"""What the tests need beside Python packages: a browser for the page's tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def prepare() -> None:
    """Installs Chromium where it is missing and apt can be used; says what to do where it can't."""
    if any(map(shutil.which, BROWSERS)):
        return
    if not shutil.which("apt-get") or os.geteuid() != 0:
        print("The page's tests need Chromium; install it, else they fail.", file=sys.stderr)
        return
    print("First use: installing Chromium for the tests of the page", flush=True)
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
    ):
        subprocess.run(
            command,
            check=False,
            stdout=subprocess.DEVNULL,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        )
