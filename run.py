#!/usr/bin/env python3
"""Starts sheets_dialer with nothing but Python: makes its virtual environment on first use.

An environment that already has the packages is used as it is. Elsewhere `.venv` beside this file is
made, the versions pinned in `constraints.txt` are installed into it, each file of theirs compared
with the digests that stand there, and the command goes on there.
One that no longer works, because Python was upgraded or the folder moved, or because its making was
cut off, is made anew. `run.py demo` and `run.py sandbox` add what the sandbox needs, `run.py test`
what the tests need.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

try:
    import tomllib
except ModuleNotFoundError:
    sys.exit("sheets_dialer needs Python 3.11 or later.")

HOME = Path(__file__).resolve().parent
ENVIRONMENT = HOME / ".venv"
EXTRAS = {
    "demo": ("sandbox",),
    "sandbox": ("sandbox",),
    "test": ("sandbox", "postgresql", "dev"),
}
"""The extras of pyproject.toml that a command needs; the others need none."""
LOCK = HOME / ".venv.lock"
LOOK_AGAIN_SECONDS = 0.2
SAY_WHO = "import sys; print(sys.version_info[:2], sys.prefix)"


def main() -> int:
    """Runs the command in an environment that has what it needs."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    extras = EXTRAS.get(command, ())
    needed = requirements(extras)
    if not all(map(is_installed, needed)):
        python = environment_python()
        if Path(sys.prefix).resolve() == ENVIRONMENT.resolve():
            with only_one():
                install(sys.executable, extras)
            if not all(map(is_installed, needed)):
                # What was installed just now isn't seen by a process that looked before.
                importlib.invalidate_caches()
            if not all(map(is_installed, needed)):
                sys.exit(f"{ENVIRONMENT} is damaged. Delete that folder and run this again.")
        else:
            prepare(python, extras)
            return go_on(str(python))
    sys.path.insert(0, str(HOME))
    # Imported only here: before this line the packages may not be there.
    if command == "test":
        import tools.test_machine as machine

        machine.prepare()
    import sheets_dialer.app.cli as commands

    commands.main()
    return 0


def requirements(extras: tuple[str, ...]) -> list[str]:
    """The requirements of pyproject.toml, with those of these extras."""
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed: list[str] = list(project["dependencies"])
    for extra in extras:
        needed += project["optional-dependencies"][extra]
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


def prepare(python: Path, extras: tuple[str, ...]) -> None:
    """Makes the environment where it is missing or no longer works, and installs into it what this
    command needs."""
    if is_prepared(python, extras):
        return
    with only_one():
        # Another start may have done it meanwhile.
        if is_prepared(python, extras):
            return
        if works(python):
            tell(f"Installing the pinned packages into {ENVIRONMENT}")
        else:
            make()
        install(str(python), extras)
        marker = ENVIRONMENT / "installed"
        # A command that needs less finds it there, too.
        those = [each for each in ((), *EXTRAS.values()) if {*each} <= {*extras}]
        installed = dict.fromkeys([*marked(), *map(wanted, those)])
        unfinished = marker.with_name("installed.new")
        unfinished.write_text("\n".join(installed), encoding="utf-8")
        os.replace(unfinished, marker)


def make() -> None:
    """Makes the environment, in place of one that no longer works."""
    if os.path.lexists(ENVIRONMENT):
        tell(f"{ENVIRONMENT} doesn't work with this Python any more: it is made anew")
        if ENVIRONMENT.is_symlink() or ENVIRONMENT.is_file():
            ENVIRONMENT.unlink()
        else:
            # A process that still runs in it keeps its files open, which Windows takes amiss.
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    else:
        tell(f"First use: installing the pinned packages into {ENVIRONMENT}")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=False)
    if made.returncode:
        sys.exit(
            "Python couldn't make a virtual environment; its words stand above. On Debian and "
            "Ubuntu: apt-get install python3-venv. On Windows: stop what still runs from "
            f"{ENVIRONMENT}, then run this again."
        )


def pins(extras: tuple[str, ...]) -> list[Path]:
    """The files that say what is installed."""
    names = ("constraints.txt", *(f"constraints-{extra}.txt" for extra in extras))
    return [HOME / name for name in names]


def wanted(extras: tuple[str, ...]) -> str:
    """What stands for exactly these packages."""
    parts = [
        *requirements(extras),
        *(file.read_text(encoding="utf-8") for file in pins(extras)),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def marked() -> list[str]:
    """What was installed to its end."""
    try:
        return (ENVIRONMENT / "installed").read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return []


def is_prepared(python: Path, extras: tuple[str, ...]) -> bool:
    """Whether the environment works and has what this command needs."""
    return wanted(extras) in marked() and works(python)


def works(python: Path) -> bool:
    """Whether the interpreter runs, is of this version, has pip, and knows the environment as its
    own."""
    try:
        told = subprocess.run(
            [str(python), "-c", SAY_WHO + "; import pip"],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            check=False,
        )
    except OSError:
        return False
    version, _, prefix = told.stdout.strip().rpartition(") ")
    same = f"{version})" == str(sys.version_info[:2])
    return not told.returncode and same and Path(prefix).resolve() == ENVIRONMENT.resolve()


@contextmanager
def only_one() -> Iterator[None]:
    """Lets one start at a time work on the environment. The system lets go of the lock when its
    holder ends, however that happens."""
    with open(LOCK, "a+b") as file:
        waits = False
        while not is_locked(file):
            if not waits:
                tell("Another start is installing the packages: waiting for it to end")
                waits = True
            time.sleep(LOOK_AGAIN_SECONDS)
        yield


def is_locked(file: BinaryIO) -> bool:
    """Takes the lock on the file if nobody has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def tell(sentence: str) -> None:
    """Says what is done, in letters that the terminal has, to whoever reads the errors: what is
    printed may be data, as of `export`."""
    if sys.stderr is None:
        return
    with suppress(OSError, ValueError):  # nobody reads it
        print(sentence.encode("ascii", "backslashreplace").decode(), file=sys.stderr, flush=True)


def install(python: str, extras: tuple[str, ...]) -> None:
    """Installs the pinned versions, by their digests; pip's own words stay visible when it fails.

    Both files and command are complete, so that pip decides nothing: what isn't pinned is not
    installed.
    """
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--no-deps"]
    for file in pins(extras):
        command += ["-r", str(file)]
    done = subprocess.run(command, check=False)
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
