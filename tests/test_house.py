"""The house is as its plan says: which packages there are, on which floors, and one name for one
thing. What a newcomer reads in the documents about it is so."""

from __future__ import annotations

import ast
import configparser
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from sheets_dialer.app.cli import app
from sheets_dialer.domain.attempt import TRANSITIONS
from tests.support.places import HOME

PACKAGE = HOME / "sheets_dialer"
ARCHITECTURE = (HOME / "docs" / "architecture.md").read_text(encoding="utf-8")
GLOSSARY = (HOME / "docs" / "glossary.md").read_text(encoding="utf-8")
OURS = [path for path in PACKAGE.rglob("*.py") if "sandbox" not in path.parts]
MOST_LINES = 400
MOST_ATTRIBUTES = 8
WITH_MORE_ATTRIBUTES = {
    "sandbox/control.py: Control": "has one part of the sandbox for each thing that can be set",
    "sandbox/faults.py: Fault": "a record: the order as it was posted, and how often it was met",
    "sandbox/google/call.py: Call": "a record: one request with all that its method may ask for",
    "sandbox/google/context.py: Context": "a record: a batch's draft and who changes it",
    "sandbox/google/library.py: Document": "a record: what is kept of one spreadsheet",
    "sandbox/google/model.py: Sheet": "a record: the parts that Google's Sheet resource has",
    "sandbox/page.py: PageService": "has one part of the sandbox for each thing that it shows",
    "sandbox/portal/service.py: PortalService": "plays one whole service: calls, account, clocks",
    "sandbox/request_log.py: Entry": "a record: one line of the log",
}
"""Classes with more than that, each with its reason."""


def packages() -> set[str]:
    return {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}


def contract() -> configparser.ConfigParser:
    read = configparser.ConfigParser()
    read.read_string((HOME / ".importlinter").read_text(encoding="utf-8"))
    return read


def test_the_top_of_the_folder_shows_the_architecture() -> None:
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    assert modules == set()
    assert len(packages()) <= 18


def test_the_architecture_page_lists_every_package_once() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", ARCHITECTURE, re.MULTILINE)
    assert sorted(listed) == sorted(packages())


def test_the_contract_has_eight_floors_that_hold_every_package() -> None:
    floors = contract()["importlinter:contract:floors"]["layers"].strip().splitlines()
    assert len(floors) == 8
    assert {name.strip() for floor in floors for name in floor.split("|")} == packages()


def test_the_contract_is_short_enough_to_be_read() -> None:
    assert len((HOME / ".importlinter").read_text(encoding="utf-8").splitlines()) < 60


def test_the_drawing_of_the_floors_is_the_contracts() -> None:
    """Each floor of the drawing points to the one below; the sandbox is only started."""
    drawn = re.search(r"flowchart TB\n(.*?)```", ARCHITECTURE, re.DOTALL)
    assert drawn is not None
    arrows = [line.strip() for line in drawn[1].splitlines() if "-->" in line]
    floors = [
        {name.strip() for name in floor.split("|")} - {"sandbox"}
        for floor in contract()["importlinter:contract:floors"]["layers"].strip().splitlines()
    ]
    shown = [[{*re.findall(r"\w+", side)} for side in arrow.split("-->")] for arrow in arrows]
    assert shown == [[above, below] for above, below in itertools.pairwise(floors)]


def test_the_drawing_of_an_attempts_states_is_made_from_the_table() -> None:
    def drawn(state: str) -> str:
        return state.replace(" ", "_")

    lines = ["    [*] --> intended"]
    for source, targets in TRANSITIONS.items():
        lines += [f"    {drawn(source)} --> {drawn(target)}" for target in sorted(targets)]
        if not targets:
            lines.append(f"    {drawn(source)} --> [*]")
    assert "stateDiagram-v2\n" + "\n".join(lines) + "\n```" in ARCHITECTURE


def test_the_architecture_page_is_read_in_ten_minutes() -> None:
    assert len(ARCHITECTURE.split()) <= 1200


@pytest.mark.parametrize(
    "document", [HOME / "CONTRIBUTING.md", *sorted((HOME / "docs").glob("*.md"))], ids=str
)
def test_files_of_the_code_that_documents_name_are_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for named in re.findall(r"`((?:\w+/)+\w+\.(?:py|md|yaml))`", text):
        assert (HOME / named).exists() or (PACKAGE / named).exists(), named


def test_what_the_glossary_points_to_is_there() -> None:
    """`module.Name` is a public name of the module, `Name.attribute` is said of one of them."""
    texts: defaultdict[str, str] = defaultdict(str)
    for path in OURS:
        # Modules of two packages may have one name, as `planning.plan` and the command `plan`.
        module = path.parent.name if path.name == "__init__.py" else path.stem
        texts[module] += path.read_text(encoding="utf-8")
    for module, name in re.findall(r"`([a-z_]+)\.([A-Z]\w+)`", GLOSSARY):
        assert re.search(rf"\b{name}\b", texts[module]), f"{module}.{name}"


def test_every_command_has_a_file_of_its_own() -> None:
    files = {path.stem for path in (PACKAGE / "app" / "commands").glob("*.py")} - {"__init__"}
    assert files == {each.callback.__name__ for each in app.registered_commands if each.callback}


def public_names(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                yield node.name
            case ast.Assign():
                yield from (each.id for each in node.targets if isinstance(each, ast.Name))
            case ast.AnnAssign(target=ast.Name() as target):
                yield target.id


def test_no_public_name_stands_for_two_things() -> None:
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for path in OURS:
        for name in public_names(path):
            if not name.startswith("_") and name != "log":
                homes[name].append(str(path.relative_to(PACKAGE)))
    assert {name: paths for name, paths in homes.items() if len(paths) > 1} == {}


def test_no_file_is_longer_than_can_be_kept_in_mind() -> None:
    lengths = {
        str(path.relative_to(HOME)): len(path.read_text(encoding="utf-8").splitlines())
        for path in PACKAGE.rglob("*.py")
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_class_has_more_attributes_than_can_be_kept_in_mind() -> None:
    """A frozen value may: nothing in it changes meanwhile."""
    counts = {
        f"{path.relative_to(PACKAGE)}: {node.name}": len(attributes(node))
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    many = {name for name, count in counts.items() if count > MOST_ATTRIBUTES}
    assert many == {*WITH_MORE_ATTRIBUTES}


def attributes(node: ast.ClassDef) -> set[str]:
    """What each instance of a class holds by itself; nothing of a frozen value."""
    decorators = [ast.unparse(each) for each in node.decorator_list]
    dataclass = next((each for each in decorators if each.startswith("dataclass")), None)
    if dataclass is not None and "frozen=True" in dataclass:
        return set()
    fields = node.body if dataclass is not None else []
    return {
        each.target.id
        for each in fields
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    } | {
        each.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute)
        and isinstance(each.ctx, ast.Store)
        and isinstance(each.value, ast.Name)
        and each.value.id == "self"
    }


@pytest.mark.parametrize("path", sorted({path.parent for path in OURS} - {PACKAGE}), ids=str)
def test_every_package_says_what_it_is_to_somebody_who_has_read_nothing_else(path: Path) -> None:
    said = ast.get_docstring(ast.parse((path / "__init__.py").read_text(encoding="utf-8")))
    assert len((said or "").split()) >= 8
