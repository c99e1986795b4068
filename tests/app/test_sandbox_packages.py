"""Who only dials needs no web server: nothing but the sandbox needs the sandbox's packages, and
what starts it says in one sentence that they aren't there."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import run
from sheets_dialer.app.sandbox_packages import MODULES
from tests.support.places import HOME

PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
PACKAGE = HOME / "sheets_dialer"
WITHOUT = """
import sys
sys.path[:0] = [{home!r}, {packages!r}]
{then}
"""
PINS = (HOME / "constraints-sandbox.txt").read_text(encoding="utf-8")
GONE = {*MODULES, *re.findall(r"^([\w.-]+)==", PINS, re.MULTILINE)}
COMMAND = "from sheets_dialer.app.cli import main; main()"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All packages that are installed here but the sandbox's."""
    folder = tmp_path_factory.mktemp("packages")
    for name in ("purelib", "platlib"):
        for each in Path(sysconfig.get_path(name)).iterdir():
            if each.name not in GONE and not (folder / each.name).exists():
                (folder / each.name).symlink_to(each)
    return folder


def without(packages: Path, then: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A Python that has only these packages, and the project."""
    text = WITHOUT.format(home=str(HOME), packages=str(packages), then=then)
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", text, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def modules() -> Iterator[str]:
    for path in PACKAGE.rglob("*.py"):
        if "sandbox" not in path.parts:
            name = ".".join(path.relative_to(HOME).with_suffix("").parts)
            yield name.removesuffix(".__init__")


def test_everything_but_the_sandbox_is_there_without_its_packages(packages: Path) -> None:
    done = without(packages, f"import importlib; [*map(importlib.import_module, {[*modules()]})]")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["demo", "sandbox"])
def test_what_starts_the_sandbox_says_what_to_install(packages: Path, command: str) -> None:
    done = without(packages, COMMAND, command)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "The sandbox's packages aren't installed. Install them with: "
        'python -m pip install "sheets-dialer[sandbox]"\n'
    )


def test_the_extra_holds_what_the_sandbox_imports() -> None:
    imported: set[str] = set()
    for path in (PACKAGE / "sandbox").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {each.name.partition(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.partition(".")[0])
    # uvicorn speaks HTTP by httptools where that is installed; cryptography comes with
    # PyJWT[crypto], and for google-auth anyway.
    theirs = imported - sys.stdlib_module_names - {"cryptography"}
    assert {*MODULES} == theirs | {"httptools"}
    assert len(EXTRAS["sandbox"]) == len(MODULES)


def test_the_tests_have_every_extra_and_each_has_its_pins() -> None:
    assert {*run.EXTRAS["test"]} == {*EXTRAS}
    for extra in EXTRAS:
        assert (HOME / f"constraints-{extra}.txt").exists()
