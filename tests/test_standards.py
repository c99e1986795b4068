"""What every file is held to: types, style, floors, and documents that say what is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from sheets_dialer.cli import app

HOME = Path(__file__).parent.parent
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


def test_constraints_name_no_address_and_pin_every_requirement() -> None:
    text = (HOME / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in text
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in text.split()}
    project = (HOME / "pyproject.toml").read_text(encoding="utf-8")
    wanted = re.findall(r'^    "([A-Za-z0-9_.-]+)(?:\[[a-z]+\])?(?:[<>=~!].*)?",', project, re.M)
    rules = {name for name in wanted if re.fullmatch(r"[A-Z]{1,3}\d*", name)}
    missing = {name for name in set(wanted) - rules if name.lower() not in pinned}
    assert missing == set()
