"""`run.py` on machines as they are: environments that broke, and two first starts at once.

Each test has a program of its own that needs nothing but pip, so that nothing is fetched.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.places import HOME

PROJECT = '[project]\ndependencies = ["pip"]\n[project.optional-dependencies]\n'
COMMANDS = 'import sys\ndef main(): print("ran in", sys.prefix, *sys.argv[1:])\n'

pytestmark = pytest.mark.skipif(os.name == "nt", reason="environments are laid out otherwise there")


@pytest.fixture(scope="module", autouse=True)
def no_path_of_the_tests() -> Iterator[None]:
    """What the tests import is nothing that these programs may find."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONPATH", raising=False)
        yield


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python without packages, as systems come with."""
    place = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    return place / "bin" / "python"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, bare: Path) -> Path:
    """A program that was started once."""
    place = program_in(tmp_path_factory.mktemp("made") / "pro gram?#%")
    assert started(bare, place).returncode == 0
    return place


@pytest.fixture
def program(tmp_path: Path, installed: Path) -> Path:
    """One of the test's own, in another folder than it was first started in."""
    place = tmp_path / "پروگرام"
    shutil.copytree(installed, place, symlinks=True)
    return place


def program_in(place: Path) -> Path:
    (place / "sheets_dialer" / "app").mkdir(parents=True)
    shutil.copy(HOME / "run.py", place)
    (place / "pyproject.toml").write_text(PROJECT)
    (place / "constraints.txt").write_text("")
    (place / "sheets_dialer" / "__init__.py").write_text("")
    (place / "sheets_dialer" / "app" / "__init__.py").write_text("")
    (place / "sheets_dialer" / "app" / "cli.py").write_text(COMMANDS)
    return place


def started(
    python: Path, place: Path, word: str = "word", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [str(python), str(place / "run.py"), word],
        capture_output=True,
        check=False,
        timeout=120,
        env=os.environ | {"PIP_NO_INDEX": "1"} | environment,
    )


def wheel_in(folder: Path, version: str) -> str:
    """A package of one empty module; its digest is given back."""
    folder.mkdir(exist_ok=True)
    info = f"queue_tool-{version}.dist-info"
    path = folder / f"queue_tool-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("queue_tool.py", "")
        head = "Metadata-Version: 2.1\nName: queue-tool\n"
        archive.writestr(f"{info}/METADATA", f"{head}Version: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def ran(done: subprocess.CompletedProcess[bytes], place: Path) -> bool:
    """Whether the program ran in its own environment."""
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout.decode() == f"ran in {place / '.venv'} word\n"


def test_only_files_with_the_pinned_digests_are_installed(bare: Path, tmp_path: Path) -> None:
    place = program_in(tmp_path / "program")
    (place / "pyproject.toml").write_text(PROJECT.replace("pip", "queue-tool"))
    digest = wheel_in(tmp_path / "index", "1.0")
    wheel_in(tmp_path / "index", "2.0")  # newer, and not what is pinned
    pin = "queue-tool==1.0 --hash=sha256:"
    for wrong in ("0" * 64, ""):
        (place / "constraints.txt").write_text(f"{pin}{wrong}" if wrong else "queue-tool==1.0")
        done = started(bare, place, PIP_FIND_LINKS=str(tmp_path / "index"))
        assert done.returncode == 1
        assert b"could not be installed" in done.stderr
        assert not list((place / ".venv").rglob("queue_tool*"))
    (place / "constraints.txt").write_text(f"{pin}{digest}")
    assert ran(started(bare, place, PIP_FIND_LINKS=str(tmp_path / "index")), place)
    assert len(list((place / ".venv").rglob("queue_tool-1.0.dist-info"))) == 1


def test_the_sandboxs_packages_come_with_the_first_command_that_starts_it(
    bare: Path, program: Path, tmp_path: Path
) -> None:
    extra = PROJECT + 'sandbox = ["queue-tool"]\n'
    (program / "pyproject.toml").write_text(extra)
    digest = wheel_in(tmp_path / "index", "1.0")
    pin = f"queue-tool==1.0 --hash=sha256:{digest}"
    (program / "constraints-sandbox.txt").write_text(pin)
    index = str(tmp_path / "index")
    assert ran(started(bare, program, PIP_FIND_LINKS=index), program)
    assert not list((program / ".venv").rglob("queue_tool*"))
    for word, says in (("demo", b"Installing"), ("sandbox", b""), ("start", b"")):
        done = started(bare, program, word, PIP_FIND_LINKS=index)
        assert done.returncode == 0, done.stderr
        assert (says in done.stderr) if says else not done.stderr
        assert len(list((program / ".venv").rglob("queue_tool-1.0.dist-info"))) == 1


def test_what_a_command_had_installed_serves_one_that_needs_less(
    bare: Path, tmp_path: Path
) -> None:
    place = program_in(tmp_path / "program")
    (place / "pyproject.toml").write_text(PROJECT + "sandbox = []\n")
    (place / "constraints-sandbox.txt").write_text("")
    assert started(bare, place, "demo").returncode == 0
    assert started(bare, place, "start").stderr == b""


def test_a_second_start_says_nothing_and_installs_nothing(bare: Path, installed: Path) -> None:
    before = (installed / ".venv" / "installed").stat().st_mtime_ns
    done = started(bare, installed)
    assert ran(done, installed)
    assert done.stderr == b""
    assert (installed / ".venv" / "installed").stat().st_mtime_ns == before


def test_a_folder_that_was_moved_still_starts(bare: Path, program: Path) -> None:
    assert ran(started(bare, program), program)


def interpreter_gone(venv: Path) -> None:
    for each in (venv / "bin").glob("python*"):
        each.unlink()


def interpreter_dangles(venv: Path) -> None:
    interpreter_gone(venv)
    (venv / "bin" / "python").symlink_to("/nowhere/python3")


def interpreter_is_no_program(venv: Path) -> None:
    interpreter_gone(venv)
    (venv / "bin" / "python").write_bytes(b"\x7fELF")
    (venv / "bin" / "python").chmod(0o755)


def interpreter_may_not_run(venv: Path) -> None:
    interpreter_gone(venv)
    (venv / "bin" / "python").write_text("")


def another_version(venv: Path) -> None:
    interpreter_gone(venv)
    (venv / "bin" / "python").write_text(f"#!/bin/sh\necho '(3, 8) {venv}'\n")
    (venv / "bin" / "python").chmod(0o755)


def half_made(venv: Path) -> None:
    """As by a kill between the interpreter and pip."""
    (venv / "installed").unlink()
    shutil.rmtree(next((venv / "lib").glob("python*")) / "site-packages")


def settings_gone(venv: Path) -> None:
    (venv / "pyvenv.cfg").unlink()


def only_a_folder(venv: Path) -> None:
    shutil.rmtree(venv)
    venv.mkdir()


def a_file(venv: Path) -> None:
    shutil.rmtree(venv)
    venv.write_text("")


def a_dangling_link(venv: Path) -> None:
    shutil.rmtree(venv)
    venv.symlink_to("/nowhere/venv")


@pytest.mark.parametrize(
    "breaks",
    [
        *(another_version, interpreter_dangles, half_made, a_file),
        *(interpreter_gone, interpreter_is_no_program, interpreter_may_not_run, settings_gone),
        *(only_a_folder, a_dangling_link),
    ],
)
def test_an_environment_that_broke_is_made_anew(
    bare: Path, program: Path, breaks: Callable[[Path], None], full: bool
) -> None:
    if breaks not in (another_version, interpreter_dangles, half_made, a_file) and not full:
        pytest.skip("part of the full form: run.py test --full")
    breaks(program / ".venv")
    done = started(bare, program)
    assert ran(done, program)
    assert b"made anew" in done.stderr
    assert b"Traceback" not in done.stderr
    assert ran(started(bare, program), program)


@pytest.mark.parametrize("text", ["", "something else", "\0\0"])
def test_what_was_not_installed_to_its_end_is_installed(
    bare: Path, program: Path, text: str
) -> None:
    (program / ".venv" / "installed").write_text(text)
    done = started(bare, program)
    assert ran(done, program)
    assert b"Installing" in done.stderr


def test_an_environment_behind_a_link_is_left_there(bare: Path, program: Path) -> None:
    (program / ".venv").rename(program / "elsewhere")
    (program / ".venv").symlink_to(program / "elsewhere")
    done = started(bare, program)
    assert done.returncode == 0
    assert (program / ".venv").is_symlink()


def test_two_first_starts_at_once(bare: Path, tmp_path: Path) -> None:
    place = program_in(tmp_path / "program")
    command = [str(bare), str(place / "run.py"), "word"]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)
    ]
    said = [each.communicate(timeout=120) for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    assert sorted(b"First use" in err for _, err in said) == [False, True]
    assert sorted(b"waiting for it to end" in err for _, err in said) == [False, True]


def test_a_start_that_was_killed_keeps_no_lock(bare: Path, tmp_path: Path) -> None:
    place = program_in(tmp_path / "program")
    first = subprocess.Popen(
        [str(bare), str(place / "run.py")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + 60
    while not (place / ".venv" / "bin").exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    done = started(bare, place)
    assert ran(done, place)
    assert b"waiting" not in done.stderr


def test_what_is_said_has_the_letters_of_every_terminal(bare: Path, program: Path) -> None:
    (program / ".venv" / "installed").write_text("")
    done = started(bare, program, LANG="C", LC_ALL="C", PYTHONIOENCODING="ascii:backslashreplace")
    assert done.returncode == 0, done.stderr
    assert b"Installing" in done.stderr
