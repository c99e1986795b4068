#!/usr/bin/env python3
"""Starts sheets_dialer with nothing but Python: makes its virtual environment on first use.

An environment that already has the packages is used as it is. Elsewhere `.venv` beside this file is
made, the versions pinned in `constraints.txt` are installed into it, and the command goes on there.
`run.py test` adds what the tests need.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

try:
    import tomllib
except ModuleNotFoundError:
    sys.exit("sheets_dialer needs Python 3.11 or later.")

HOME = Path(__file__).resolve().parent
ENVIRONMENT = HOME / ".venv"
CONSTRAINTS = HOME / "constraints.txt"


def main() -> int:
    """Runs the command in an environment that has what it needs."""
    for_tests = sys.argv[1:2] == ["test"]
    needed = requirements(for_tests)
    if not all(map(is_installed, needed)):
        python = environment_python()
        if Path(sys.prefix).resolve() == ENVIRONMENT:
            install(sys.executable, needed)
            if not all(map(is_installed, needed)):
                return go_on(sys.executable)
        else:
            prepare(python, needed)
            return go_on(str(python))
    sys.path.insert(0, str(HOME))
    # Imported only here: before this line the packages may not be there.
    if for_tests:
        import tools.test_machine as machine

        machine.prepare()
    import sheets_dialer.cli as commands

    commands.main()
    return 0


def requirements(for_tests: bool) -> list[str]:
    """The requirements of pyproject.toml, with the development ones where tests are to run."""
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed: list[str] = list(project["dependencies"])
    if for_tests:
        for names in project["optional-dependencies"].values():
            needed += names
    return list(filter(is_for_this_system, needed))


def is_for_this_system(requirement: str) -> bool:
    """Whether what follows the semicolon, which names a `sys_platform` or isn't there, fits."""
    _, _, condition = requirement.partition(";")
    return not condition or sys.platform in condition


def is_installed(requirement: str) -> bool:
    """Whether the required distribution is there; its version is the environment's own affair."""
    name = re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def environment_python() -> Path:
    """The interpreter of our own environment."""
    folder, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return ENVIRONMENT / folder / name


def prepare(python: Path, needed: list[str]) -> None:
    """Makes the environment where it is missing and installs into it what this command needs."""
    marker = ENVIRONMENT / "installed"
    wanted = hashlib.sha256("\n".join([*needed, CONSTRAINTS.read_text()]).encode()).hexdigest()
    if marker.exists() and wanted in marker.read_text().split():
        return
    print(f"First use: installing the pinned packages into {ENVIRONMENT}", flush=True)
    if not python.exists():
        made = subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=False)
        if made.returncode:
            sys.exit(
                "Python couldn't make a virtual environment. On Debian and Ubuntu: "
                "apt-get install python3-venv"
            )
    install(str(python), needed)
    before = marker.read_text().split() if marker.exists() else []
    marker.write_text("\n".join([*before, wanted]))


def install(python: str, needed: list[str]) -> None:
    """Installs the pinned versions; pip's own words stay visible when it fails."""
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*command, "-c", str(CONSTRAINTS), *needed], check=False)
    if done.returncode:
        sys.exit(
            "The packages could not be installed; pip's message stands above. Check the network "
            f"and run this again, or delete {ENVIRONMENT} to begin anew."
        )


def go_on(python: str) -> int:
    """Continues in the other interpreter, with the same words and the same exit code."""
    command = [python, str(HOME / "run.py"), *sys.argv[1:]]
    if os.name != "nt":
        # Takes this process's place, so that signals reach the dialer.
        os.execv(python, command)
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
