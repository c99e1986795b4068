"""Ledgers of older versions are brought up to date when they are opened, and nothing is lost."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from sheets_dialer.app.reports import export_rows
from sheets_dialer.base.errors import LedgerError, OldRead, TokenLost
from sheets_dialer.dialing.circuit_breaker import CircuitBreaker
from sheets_dialer.domain.account import Account, Balance
from sheets_dialer.domain.attempt import AttemptState
from sheets_dialer.domain.content import Content
from sheets_dialer.domain.problems import ProblemCode
from sheets_dialer.ledger import facts, schema
from sheets_dialer.ledger import ledger as ledger_package
from sheets_dialer.ledger.ledger import Ledger
from sheets_dialer.ledger.queries import NOTHING_KNOWN, content_text
from sheets_dialer.reconciler.write_fence import WriteFence
from sheets_dialer.tabs.fence_state import FenceState, SeenSince
from sheets_dialer.tabs.fencing_token import Token
from sheets_dialer.texts import say
from tests.support.places import DATA, SUPPORT

VERSION_1 = DATA / "ledger_version_1.sql"
VERSION_4 = DATA / "ledger_version_4.sql"
PROCESS = SUPPORT / "ledger_process.py"


def made(address: str, script: Path) -> str:
    """The address of a ledger that an older version made and wrote."""
    text = re.sub(r"^--.*\n", "", script.read_text(encoding="utf-8"))
    if address.startswith("sqlite"):
        text = text.replace("SERIAL", "INTEGER").replace("TIME ", "DATETIME ")
        text = text.replace("TIME,", "DATETIME,")
    else:
        text = re.sub(r"\bTIME\b", "TIMESTAMP", text)
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        for statement in text.split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    engine.dispose()
    return address


@pytest.fixture
def old(address: str) -> str:
    """The address of a ledger that version 1 made and wrote."""
    return made(address, VERSION_1)


@pytest.fixture
def version_4(address: str) -> str:
    """The address of one that version 4 made and wrote, with each of its facts."""
    return made(address, VERSION_4)


def shape(address: str) -> dict[str, object]:
    """Tables with their columns and indexes."""
    engine = sa.create_engine(address)
    inspector = sa.inspect(engine)
    found = {
        table: (
            {
                (one["name"], str(one["type"]), one["nullable"])
                for one in inspector.get_columns(table)
            },
            {
                (one["name"], tuple(one["column_names"]), bool(one["unique"]))
                for one in inspector.get_indexes(table)
            },
        )
        for table in inspector.get_table_names()
    }
    engine.dispose()
    return found


def version(address: str) -> str:
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        found = connection.execute(
            sa.text("SELECT value FROM facts WHERE name = 'schema'")
        ).scalar()
    engine.dispose()
    return str(found)


def test_a_ledger_of_version_1_is_upgraded_and_keeps_everything(
    old: str, open_ledger: Callable[[str], Ledger]
) -> None:
    ledger = open_ledger(old)
    assert (ledger.id, ledger.fence("KEY/Calls")) == ("oldone01", FenceState(counter=42))
    assert ledger.fact(facts.tab_id("KEY", "Calls")) == 7
    (job,) = ledger.jobs("orders")
    assert (job.content.number, job.content.amount, job.ref) == ("923000000001", "50", "r1")
    (attempt,) = job.attempts
    assert (attempt.state, attempt.call_id) == (AttemptState.PLACED, "c1")
    assert attempt.intended_at == datetime(2026, 11, 3, 9, 1, tzinfo=UTC)
    assert version(old) == str(schema.SCHEMA_VERSION)


def test_an_upgraded_ledger_has_the_shape_of_a_new_one(
    old: str,
    open_ledger: Callable[[str], Ledger],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    open_ledger(old)
    if old.startswith("sqlite"):
        new = f"sqlite:///{tmp_path / 'new.db'}"
    else:
        new = request.getfixturevalue("postgres").new_database()
    open_ledger(new)
    assert shape(old) == shape(new)
    indexes = {name for _columns, found in [shape(old)["attempts"]] for name, *_ in found}
    assert "attempts_by_time" in indexes


def test_an_upgraded_ledger_can_be_opened_again(
    old: str, open_ledger: Callable[[str], Ledger]
) -> None:
    for _ in range(2):
        open_ledger(old)
    assert version(old) == str(schema.SCHEMA_VERSION)


def test_processes_that_upgrade_at_the_same_moment_do_not_stumble(old: str) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, str(PROCESS), "open", old], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    assert [one.communicate(timeout=60)[0].strip() for one in running] == ["open"] * 4
    assert version(old) == str(schema.SCHEMA_VERSION)


def test_a_program_of_version_1_refuses_an_upgraded_ledger(
    old: str, open_ledger: Callable[[str], Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ledger(old)
    monkeypatch.setattr(schema, "SCHEMA_VERSION", 1)
    with pytest.raises(LedgerError, match="A newer version wrote this ledger"):
        open_ledger(old)


def test_an_upgrade_that_fails_leaves_the_ledger_as_it_was(
    old: str, open_ledger: Callable[[str], Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shape(old)

    def fails(_connection: object) -> None:
        raise LedgerError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(ledger_package, "upgrade", fails)
        with pytest.raises(LedgerError):
            open_ledger(old)
    assert (shape(old), version(old)) == (before, "1")
    open_ledger(old)
    assert version(old) == str(schema.SCHEMA_VERSION)


def add_as_typed(address: str, content: Content, *, asked: str, forgotten: bool = False) -> None:
    """A job as version 2 kept it: with the fingerprint of its letters."""
    kept = replace(NOTHING_KNOWN, voice_id=content.voice_id) if forgotten else content
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO jobs (campaign, ref, number, fingerprint, content, queued_at, granted,"
                " again_seen) VALUES ('orders', :ref, :number, :fingerprint, :content, :at, 0,"
                " :seen)"
            ),
            {
                "ref": f"ref{content.texts[1]}",
                "number": kept.number,
                "fingerprint": content.with_voice(asked).fingerprint_as_typed(),
                "content": content_text(kept),
                "at": datetime(2026, 11, 3, 9),
                "seen": False,
            },
        )
    engine.dispose()


def typed(order: str, amount: str, store: str, voice: str = "102") -> Content:
    return Content("923009000001", voice, amount, (store, order, "", "", ""))


def test_jobs_of_an_older_ledger_are_known_again_by_what_is_heard(
    old: str, open_ledger: Callable[[str], Ledger]
) -> None:
    engine = sa.create_engine(old)
    with engine.begin() as connection:
        fact = "INSERT INTO facts VALUES ('voice asked for by orders', '102')"
        connection.exec_driver_sql(fact)
    engine.dispose()
    add_as_typed(old, typed("A1", "1,500", "Karachi  Mart"), asked="102")
    add_as_typed(old, typed("A2", "Rs 1500", "KARACHI MART", voice="103"), asked="102")
    add_as_typed(old, typed("A3", "1500.00", "Karachi Mart"), asked="102", forgotten=True)

    ledger = open_ledger(old)

    jobs = {job.ref: job for job in ledger.jobs("orders")}
    for order in ("A1", "A2"):
        as_pasted_today = typed(order, "1500", "Karachi Mart")
        assert jobs[f"ref{order}"].fingerprint == as_pasted_today.fingerprint()
    # What was forgotten is found by the letters of its row, which is still the same.
    assert ledger.compares_letters
    by_letters = typed("A3", "1500.00", "Karachi Mart").fingerprint_as_typed()
    (found,) = ledger.jobs_with("orders", fingerprints=[by_letters])
    assert found.ref == "refA3"


def test_a_ledger_of_version_3_is_upgraded_though_it_still_compares_letters(
    old: str, open_ledger: Callable[[str], Ledger]
) -> None:
    add_as_typed(old, typed("A3", "1500.00", "Karachi Mart"), asked="102", forgotten=True)
    assert open_ledger(old).compares_letters
    engine = sa.create_engine(old)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE facts SET value = '3' WHERE name = 'schema'")
        connection.exec_driver_sql("DROP INDEX not_begun")
        for column in ("unread", "retry_grown"):
            connection.exec_driver_sql(f"ALTER TABLE attempts DROP COLUMN {column}")
    engine.dispose()

    ledger = open_ledger(old)

    assert ledger.compares_letters
    assert version(old) == str(schema.SCHEMA_VERSION)
    (attempt,) = next(job.attempts for job in ledger.jobs("orders") if job.attempts)
    assert (attempt.unread, attempt.retry_grown) == (None, None)
    assert "not_begun" in {name for name, *_ in shape(old)["attempts"][1]}


def test_a_new_ledger_compares_no_letters(ledger: Ledger) -> None:
    assert not ledger.compares_letters


def test_a_ledger_of_version_3_learns_where_calls_were_placed(
    address: str, open_ledger: Callable[[str], Ledger]
) -> None:
    """What was placed before belongs to no known address, and what was forgotten stays so."""
    open_ledger(address).close()
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE attempts DROP COLUMN portal")
        connection.exec_driver_sql("UPDATE facts SET value = '3' WHERE name = 'schema'")
        connection.exec_driver_sql("INSERT INTO facts VALUES ('fingerprints as typed', 'yes')")
    engine.dispose()
    add_as_typed(address, typed("A3", "1500.00", "Karachi Mart"), asked="102", forgotten=True)

    ledger = open_ledger(address)

    assert version(address) == str(schema.SCHEMA_VERSION)
    assert ledger.compares_letters
    columns = {name for name, *_ in shape(address)["attempts"][0]}  # type: ignore[index]
    assert "portal" in columns


def names_of_facts(address: str) -> set[str]:
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        found = set(connection.execute(sa.text("SELECT name FROM facts")).scalars())
    engine.dispose()
    return found


NINE = datetime(2026, 11, 3, 9, tzinfo=UTC)
OTHERS = SeenSince("sdtheirs00x7", NINE + timedelta(microseconds=250))


@pytest.mark.parametrize(
    ("tab", "remembered"),
    [
        (
            "KEY/Calls",
            FenceState(
                counter=2,
                written=(Token("version4", 1, "run1"), Token("version4", 2, "run1")),
                newest_seen=2,
                foreign=OTHERS,
                resting=SeenSince("sdversion4x1xrun1", NINE),
            ),
        ),
        (
            "KEY/Copied",
            FenceState(40, (Token("version4", 40, "copy"),), newest_seen=40, is_behind=True),
        ),
        # Where only another dialer has written so far.
        ("KEY/Theirs", FenceState(foreign=OTHERS)),
    ],
)
def test_what_version_4_remembered_of_a_tabs_tokens_still_fences_it(
    version_4: str, open_ledger: Callable[[str], Ledger], tab: str, remembered: FenceState
) -> None:
    for _ in range(2):
        assert open_ledger(version_4).fence(tab) == remembered


def test_a_copy_that_version_4_noticed_still_stops_calls(
    version_4: str, open_ledger: Callable[[str], Ledger]
) -> None:
    fence = WriteFence(open_ledger(version_4), "run2")
    zone = ZoneInfo("Asia/Karachi")
    token = Token("version4", 40, "copy")
    assert fence.observe("KEY/Copied", token, runs=True, now=NINE, zone=zone) == say("older_ledger")
    with pytest.raises(OldRead):
        fence.observe("KEY/Calls", Token("version4", 1, "run1"), runs=True, now=NINE, zone=zone)
    with pytest.raises(TokenLost):
        fence.observe("KEY/Copied", None, runs=True, now=NINE, zone=zone)
    assert fence.next_token("KEY/Copied", token).counter == 41


def test_every_fact_of_version_4_is_read(
    version_4: str, open_ledger: Callable[[str], Ledger]
) -> None:
    ledger = open_ledger(version_4)
    known = {
        facts.LEDGER_ID: "version4",
        facts.SCHEMA: str(schema.SCHEMA_VERSION),
        facts.KNOWN_ACCOUNT: Account(Balance(120.5, 2, "demo"), NINE),
        facts.FORGOT_AT: NINE,
        facts.tab_id("KEY", "Calls"): 7,
        facts.unsafe("KEY/Calls"): None,
        facts.unsafe("KEY/Copied"): "unsafe_no_swap",
        facts.campaigns_voice("orders"): "102",
        facts.tabs_voice("KEY/Calls"): "102",
        facts.heard_control("KEY/Calls"): facts.HeardControl(runs=False, paused_at=NINE),
        facts.heard_control("KEY/Copied"): facts.HeardControl(runs=False),
        facts.last_problem("KEY/Calls"): facts.LastProblem("Google didn't answer.", NINE, True),
        facts.last_problem("KEY/Copied"): facts.LastProblem('نمبر "Phone" is missing.', NINE),
    }
    assert {fact.name: ledger.fact(fact) for fact in known} == {
        fact.name: value for fact, value in known.items()
    }
    breaker = facts.breaker("https://robocall.pk")
    left = CircuitBreaker.from_text(ledger.fact(breaker) or "")
    assert (left.kind, left.tripped_at) == (AttemptState.UNKNOWN, NINE)
    # Nothing is left that nobody reads any more.
    assert names_of_facts(version_4) == {each.name for each in (*known, breaker)}


def test_a_ledger_of_version_4_gets_the_shape_of_a_new_one(
    version_4: str,
    open_ledger: Callable[[str], Ledger],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    open_ledger(version_4)
    if version_4.startswith("sqlite"):
        new = f"sqlite:///{tmp_path / 'new.db'}"
    else:
        new = request.getfixturevalue("postgres").new_database()
    open_ledger(new)
    assert shape(version_4) == shape(new)
    assert version(version_4) == str(schema.SCHEMA_VERSION)


WORDS = {
    "r1": "Google refused the write that would have marked the row.",
    "r2": "A copy of this ledger was at work elsewhere; its marks look like ours.",
    "r3": "The ledger's server may have lost that this was called.",
    "r4": "unspoken text1: n/a: 923001234567",
    "r5": "The portal's address was changed while this call was in progress.",
    "r6": "unspoken words of the portal",
    "r7": None,
    "r8": None,
}
"""What version 4 kept, and exported, as the problems of its attempts."""


def test_what_version_4_told_in_sentences_is_decided_by_codes_and_still_exported(
    version_4: str, open_ledger: Callable[[str], Ledger]
) -> None:
    ledger = open_ledger(version_4)
    tried = {job.ref: job.attempts[0] for job in ledger.jobs("orders")}
    assert {ref: attempt.problem_code for ref, attempt in tried.items()} == {
        "r1": ProblemCode.NEVER_MARKED,
        "r2": ProblemCode.MARK_IN_DOUBT,
        "r3": ProblemCode.COMMITS_LOST,
        "r4": ProblemCode.UNSPOKEN,
        "r5": ProblemCode.LEFT_BEHIND,
        **dict.fromkeys(("r6", "r7", "r8")),
    }
    assert {ref for ref, each in tried.items() if not each.may_be_marked} == {"r1", "r2", "r3"}
    assert {ref for ref, each in tried.items() if each.is_left_behind} == {"r5"}
    assert {ref: each.unspoken for ref, each in tried.items() if each.unspoken} == {
        "r4": ("text1", "n/a: 923001234567")
    }
    told = {row["ref"]: row["problem"] for row in export_rows(ledger.jobs("orders"))}
    assert told == WORDS


def test_only_marks_that_nothing_explains_are_doubted_in_an_upgraded_ledger(
    version_4: str, open_ledger: Callable[[str], Ledger]
) -> None:
    ledger = open_ledger(version_4)
    ledger.doubt_marks(ProblemCode.MARK_IN_DOUBT)
    now = {job.ref: job.attempts[0].problem_code for job in ledger.jobs("orders")}
    assert now["r7"] is ProblemCode.MARK_IN_DOUBT
    assert (now["r1"], now["r4"]) == (ProblemCode.NEVER_MARKED, ProblemCode.UNSPOKEN)
    assert (now["r6"], now["r8"]) == (None, None)
