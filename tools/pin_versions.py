"""Pins what pyproject.toml needs: exact versions with the digests of all their files, for every
system that Python runs on.

    python -m pip install uv
    python tools/pin_versions.py [--upgrade]

Writes `constraints.txt` (what the program runs on), `constraints-sandbox.txt`,
`constraints-postgresql.txt` and `constraints-dev.txt` (what the sandbox, a ledger on PostgreSQL and
the tests take besides). Versions that are pinned already stay, unless they no longer fit or
`--upgrade` is said.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
PARTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "constraints.txt": ("What the program runs on", ()),
    "constraints-sandbox.txt": ("What the sandbox takes besides constraints.txt", ("sandbox",)),
    "constraints-postgresql.txt": (
        "What a ledger on PostgreSQL takes besides constraints.txt",
        ("postgresql",),
    ),
    "constraints-dev.txt": (
        "What the tests take besides the other three",
        ("sandbox", "postgresql", "dev"),
    ),
}
"""Each file, what it holds, and the extras of pyproject.toml that are installed with it: what the
files of the others hold isn't repeated in it."""
HEAD = """\
# {}: the exact versions, with the digests of
# all their files. Made by tools/pin_versions.py.
"""
PIN = re.compile(r"^([\w.-]+)==.*(?:\n    --hash.*)*$", re.MULTILINE)


def main() -> None:
    """Writes all of the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    kept = "" if parser.parse_args().upgrade else pinned_now()
    names: dict[tuple[str, ...], set[str]] = {}
    for name, (what, extras) in PARTS.items():
        pins = {pin[1]: pin[0] for pin in PIN.finditer(compiled(extras, kept))}
        beside = set[str]().union(*(held for those, held in names.items() if {*those} < {*extras}))
        here = "\n".join(pins[each] for each in sorted(pins.keys() - beside))
        (HOME / name).write_text(f"{HEAD.format(what)}{here}\n", encoding="utf-8")
        names[extras] = set(pins)


def pinned_now() -> str:
    """The versions of today, without digests."""
    texts = [(HOME / name).read_text(encoding="utf-8") for name in PARTS]
    return "".join(f"{pin[0].split()[0]}\n" for text in texts for pin in PIN.finditer(text))


def compiled(extras: tuple[str, ...], kept: str) -> str:
    """All that the project needs with these extras."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as constraints:
        constraints.write(kept)
        constraints.flush()
        command = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
        command += ["--generate-hashes", "--no-header", "--no-annotate", "pyproject.toml"]
        command += ["--constraint", constraints.name]
        for extra in extras:
            command += ["--extra", extra]
        done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    main()
