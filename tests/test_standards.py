"""What every file is held to: types, style, floors, and documents that say what is so."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sheets_dialer.app.cli import app
from tests.support.places import HOME

README = (HOME / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["importlinter.cli", "lint-imports"],
    ],
    ids=["ruff", "format", "mypy", "floors"],
)
def test_the_code_keeps_to_its_standards(command: list[str]) -> None:
    name, *rest = command
    if name == "importlinter.cli":
        words = [str(Path(sys.executable).with_name("lint-imports"))]
    else:
        words = [sys.executable, "-m", name, *rest]
    done = subprocess.run(words, cwd=HOME, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def commands() -> list[str]:
    return [command.callback.__name__ for command in app.registered_commands if command.callback]


def test_every_command_stands_in_the_readme_and_no_other() -> None:
    documented = re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)
    assert sorted(documented) == sorted(commands())


def test_help_names_every_command() -> None:
    done = subprocess.run(
        [sys.executable, str(HOME / "run.py"), "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    for command in commands():
        assert command in done.stdout


def test_ci_runs_exactly_the_readmes_test_command() -> None:
    script = (HOME / ".ci" / "run").read_text(encoding="utf-8")
    assert "python3 run.py test" in README
    assert script.rstrip().endswith("exec python3 run.py test")


@pytest.mark.parametrize("document", [*sorted(HOME.glob("docs/**/*.md")), HOME / "README.md"])
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), f"{document.name} links to {target}"


PIN = re.compile(r"([a-z0-9._-]+)==\S+(?: ; [^\\]+)?(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n")
PINNED = {
    name: re.findall(PIN, (HOME / f"constraints{name}.txt").read_text(encoding="utf-8"))
    for name in ("", "-sandbox", "-postgresql", "-dev")
}
PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("name", PINNED)
def test_constraints_name_no_address_and_have_a_digest_of_every_file(name: str) -> None:
    text = (HOME / f"constraints{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    left = re.sub(r"(?m)^#.*\n", "", re.sub(PIN, "", text))
    assert left == ""


@pytest.mark.parametrize(
    ("names", "extras"),
    [
        *((("",), ()), (("", "-sandbox"), ("sandbox",)), (("", "-postgresql"), ("postgresql",))),
        (tuple(PINNED), ("sandbox", "postgresql", "dev")),
    ],
)
def test_all_that_is_needed_is_pinned_and_nothing_else(
    names: tuple[str, ...], extras: tuple[str, ...]
) -> None:
    """`run.py` has pip install nothing but what is pinned."""
    wanted: list[str] = [*PROJECT["dependencies"]]
    for extra in extras:
        wanted += PROJECT["optional-dependencies"][extra]
    pinned = {each for name in names for each in PINNED[name]}
    assert needed(map(Requirement, wanted)) - elsewhere(pinned) == pinned - elsewhere(pinned)


def needed(wanted: Iterable[Requirement]) -> set[str]:
    """Everything that these need on this system, by the installed packages' own words."""
    found: set[tuple[str, str]] = set()
    waiting = [(each, extra) for each in wanted for extra in ("", *each.extras) if applies(each)]
    while waiting:
        requirement, extra = waiting.pop()
        name = canonicalize_name(requirement.name)
        if (name, extra) in found:
            continue
        found.add((name, extra))
        for line in importlib.metadata.requires(name) or ():
            part = Requirement(line)
            if applies(part, extra):
                waiting += [(part, more) for more in ("", *part.extras)]
    return {name for name, _extra in found}


def applies(requirement: Requirement, extra: str = "") -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def elsewhere(pinned: set[str]) -> set[str]:
    """What is pinned for other systems."""
    return pinned & {"colorama", "tzdata"} if sys.platform != "win32" else set()


def test_the_test_command_finds_the_tests_from_any_folder(tmp_path: Path) -> None:
    words = ["test", "-n", "0", "-q", "--collect-only", "tests/test_standards.py"]
    done = subprocess.run(
        [sys.executable, str(HOME / "run.py"), *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "test_the_test_command_finds_the_tests_from_any_folder" in done.stdout, done.stderr
