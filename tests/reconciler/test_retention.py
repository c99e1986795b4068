"""Numbers and texts of old calls are forgotten, and nobody is called again for it."""

from __future__ import annotations

import random
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheets_dialer.base.clock import Clock
from sheets_dialer.domain.attempt import AttemptState, Reason, Transition
from sheets_dialer.domain.job import Job
from sheets_dialer.ledger.ledger import Intent, Ledger
from sheets_dialer.ledger.queries import NOTHING_KNOWN
from sheets_dialer.planning.readiness import as_known
from sheets_dialer.reconciler.retention_job import Forgetting
from sheets_dialer.reconciler.row_cache import RowCache
from sheets_dialer.tabs.control_settings import ControlSettings
from tests.ledger.test_ledger import add, content, go, intend
from tests.planning.test_plan_properties import edits, people_do, worlds
from tests.reconciler.test_row_selection import surveyed
from tests.support.dialing import Shop
from tests.support.examples import some_of
from tests.support.ledger_process import T0
from tests.support.planning import World, moment

INTENDED, SENDING, PLACED = AttemptState.INTENDED, AttemptState.SENDING, AttemptState.PLACED
ENDED, REFUSED, UNKNOWN = AttemptState.ENDED, AttemptState.REFUSED, AttemptState.UNKNOWN
MONTH = timedelta(days=30)
SECRET = content(1, amount="1500", texts=("Ayesha", "A-77", "", "", ""))


# --- What the ledger forgets ----------------------------------------------------------------------


def file_text(address: str) -> str:
    """Everything that the database holds, as text."""
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        rows = [connection.execute(sa.text(f"SELECT * FROM {name}")).all() for name in tables]
    engine.dispose()
    return repr(rows)


def ended_job(ledger: Ledger) -> Job:
    (job,) = add(ledger, SECRET)
    (attempt,) = intend(ledger, job)
    go(ledger, attempt.id, SENDING, PLACED)
    ledger.report([(attempt.id, {"call_status": 2, "dtmf": "1", "changed_at": T0})], T0)
    ledger.move([Transition(attempt.id, PLACED, ENDED, {"ended_at": T0})], T0)
    return ledger.jobs("orders")[-1]


def test_what_prevents_a_second_call_is_kept_and_nothing_else(ledger: Ledger, address: str) -> None:
    before = ended_job(ledger)
    assert ledger.forget(T0 + timedelta(seconds=1), most=10) == [before.id]
    text = file_text(address)
    assert not [word for word in (SECRET.number, "Ayesha", "A-77", "1500") if word in text]
    (after,) = ledger.jobs("orders")
    assert after.is_forgotten
    assert after == replace(
        before,
        content=replace(NOTHING_KNOWN, voice_id=SECRET.voice_id),
        attempts=tuple(replace(attempt, number="") for attempt in before.attempts),
    )
    assert after.with_content(SECRET) == replace(before, was_forgotten=True)
    assert ledger.last_calls([SECRET.fingerprint()]) == {SECRET.fingerprint(): [(before.id, T0)]}


@pytest.mark.parametrize("state", [INTENDED, SENDING, PLACED, UNKNOWN])
def test_an_open_attempt_is_never_forgotten(ledger: Ledger, state: AttemptState) -> None:
    (job,) = add(ledger, SECRET)
    (attempt,) = intend(ledger, job)
    path = {INTENDED: [], SENDING: [SENDING], PLACED: [SENDING, PLACED]}
    go(ledger, attempt.id, *path.get(state, [SENDING, UNKNOWN]))
    assert ledger.forget(T0 + MONTH, most=10) == []
    assert ledger.jobs("orders")[0].content == SECRET


def test_what_is_younger_is_kept(ledger: Ledger) -> None:
    old, young = add(ledger, SECRET, content(2))
    (attempt,) = intend(ledger, young, at=T0 + MONTH)
    ledger.move([Transition(attempt.id, INTENDED, AttemptState.WITHDRAWN, {})], T0 + MONTH)
    assert ledger.forget(T0 + MONTH, most=10) == [old.id]


def test_a_key_in_words_that_quote_the_number_is_forgotten_too(ledger: Ledger) -> None:
    (job,) = add(ledger, SECRET)
    (attempt,) = intend(ledger, job)
    go(ledger, attempt.id, SENDING, PLACED)
    told = {"call_status": 2, "unread": "0300-0000001 pressed 1, then 7", "changed_at": T0}
    ledger.report([(attempt.id, told)], T0)
    ledger.move([Transition(attempt.id, PLACED, ENDED, {})], T0)
    ledger.forget(T0 + MONTH, most=10)
    (after,) = ledger.jobs("orders")
    assert after.attempts[0].unread == "… pressed 1, then 7"
    assert after.attempts[0].problem is None


def test_a_problem_that_quotes_the_number_is_forgotten_too(ledger: Ledger) -> None:
    (job,) = add(ledger, SECRET)
    (attempt,) = intend(ledger, job)
    go(ledger, attempt.id, SENDING)
    words = "The portal refused: 0300-0000001 (+92 300 0000001) is blocked, code 17."
    ledger.move([Transition(attempt.id, SENDING, REFUSED, {"problem": words})], T0)
    ledger.forget(T0 + MONTH, most=10)
    (after,) = ledger.jobs("orders")
    assert after.attempts[0].problem == "The portal refused: … (…) is blocked, code 17."


def test_another_voice_brings_no_text_back_where_the_call_is_not_to_be(
    ledger: Ledger, address: str
) -> None:
    job = ended_job(ledger)
    (attempt,) = job.attempts
    ledger.report([(attempt.id, {"polled_at": T0})], T0, opting_out={attempt.id: "9"})
    ledger.forget(T0 + MONTH, most=10)
    said = replace(SECRET, voice_id="103")
    again = replace(ledger.jobs("orders")[0].with_content(said), granted=1)
    made = ledger.record(
        "orders", T0 + MONTH, intents=[Intent(again, Reason.AGAIN)], rewritings=[as_known(again)]
    )
    assert made == []
    assert not [word for word in ("Ayesha", "A-77", "1500") if word in file_text(address)]


def test_a_job_forgotten_by_an_older_version_takes_on_what_its_row_says(
    ledger: Ledger, address: str
) -> None:
    job = ended_job(ledger)
    assert ledger.forget(T0 + MONTH, most=10) == [job.id]
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE jobs SET content = ''"))
    engine.dispose()
    (found,) = ledger.jobs("orders")
    assert found.content == NOTHING_KNOWN
    assert found.with_content(SECRET).content == SECRET


def test_an_opt_out_is_kept(ledger: Ledger) -> None:
    job = ended_job(ledger)
    (attempt,) = job.attempts
    ledger.report([(attempt.id, {"polled_at": T0})], T0, opting_out={attempt.id: "9"})
    assert ledger.forget(T0 + MONTH, most=10) == [job.id]
    assert list(ledger.opted_out([SECRET.number])) == [SECRET.number]


def test_a_forgotten_job_is_found_by_ref_call_and_content(ledger: Ledger) -> None:
    job = ended_job(ledger)
    ledger.forget(T0 + MONTH, most=10)
    for asked in (
        {"refs": [job.ref]},
        {"call_ids": [job.attempts[0].call_id or ""]},
        {"fingerprints": [job.fingerprint]},
    ):
        (found,) = ledger.jobs_with("orders", **asked)
        assert found.id == job.id
    assert ledger.jobs_with("orders", numbers=[SECRET.number, ""]) in ([], [found])


def test_a_forgotten_job_that_is_called_again_is_known_again(ledger: Ledger) -> None:
    ended_job(ledger)
    ledger.forget(T0 + MONTH, most=10)
    (job,) = ledger.jobs("orders")
    (attempt,) = intend(ledger, job.with_content(SECRET), at=T0 + 2 * MONTH, reason=Reason.AGAIN)
    assert attempt.number == SECRET.number
    (known,) = ledger.jobs("orders")
    assert known.content == SECRET
    assert {each.number for each in known.attempts} == {SECRET.number}


def test_the_days_round_goes_on_in_parts_and_comes_once_a_day(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sheets_dialer.reconciler.retention_job.JOBS_AT_ONCE", 2)
    add(ledger, *(content(number) for number in range(5)))
    moments = [T0 + MONTH]
    clock = Clock(now=lambda: moments[-1])

    def forgotten() -> int:
        work.go_on()
        return sum(job.is_forgotten for job in ledger.jobs("orders"))

    work = Forgetting(ledger, clock, timedelta(days=29))
    assert [forgotten() for _ in range(4)] == [2, 4, 5, 5]
    add(ledger, content(9))
    assert forgotten() == 5, "the next round comes tomorrow"
    work = Forgetting(ledger, clock, timedelta(days=29))
    assert forgotten() == 5, "for another process too"
    moments.append(moments[-1] + timedelta(days=1))
    assert forgotten() == 6
    Forgetting(ledger, clock, None).go_on()


# --- Plans stay the same --------------------------------------------------------------------------


def forget(job: Job) -> Job:
    """What the ledger keeps of a job."""
    attempts = tuple(replace(each, number="") for each in job.attempts)
    kept = replace(NOTHING_KNOWN, voice_id=job.content.voice_id)
    return replace(job, content=kept, attempts=attempts, order=job.content.order())


def told(plan: Any, unknown: Collection[int] = ()) -> dict[str, object]:
    """What a plan does, but for what is only known of the jobs in it. In the `unknown` rows nobody
    can tell any more which number was called, and so whether it is another now."""
    dials = {(dial.job.id, dial.job.content, dial.row.index, dial.reason) for dial in plan.dials}
    new = [(each.content, each.granted) for each in plan.new_jobs]
    kept = {
        row: {
            # A number that the ledger forgot can't be written anew, and of several equal rows any
            # may be named.
            name: re.sub(r", for row \d+", "", text)
            for name, text in texts.items()
            if name != "called_number"
            and (name != "why" or row not in unknown)
            and (name != "ref" or text[:3] != "new")
        }
        for row, texts in plan.cells.items()
    }
    cells = {row: texts for row, texts in kept.items() if texts}
    return {
        "dials": dials,
        # In which order jobs without a call are looked at doesn't matter.
        "new": Counter(new),
        "adoptions": [each.call_id for each in plan.adoptions],
        "changes": set(plan.job_changes),
        "released": {each.id for each in plan.released},
        "counts": dict(plan.counts),
        "cells": cells,
    }


@settings(max_examples=some_of(400), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    world=worlds(),
    more=st.lists(edits, max_size=4),
    days=st.integers(8, 60),
    batch_rows=st.sampled_from([1, 50]),
)
def test_forgetting_changes_no_plan(
    world: World, more: list[Any], days: int, batch_rows: int
) -> None:
    # Everything but what is open is older than anything is needed for.
    world.now += timedelta(days=days)
    world.policy = replace(world.policy, redial=None, redial_no_key=None)
    for edit in more:
        people_do(world.sheet, edit)
    # A job that was never called is found by its number when its row says something else by now;
    # forgotten, what comes in its place is new, and nobody was called for either.
    standing = {row.ref: row.content.number for row in world.rows() if row.content}
    closed = [
        job
        for job in world.jobs
        if not any(attempt.is_open for attempt in job.attempts)
        and (job.attempts or standing.get(job.ref) == job.content.number)
    ]
    # What a person typed over the number that was called is not known to be wrong any more.
    numbers = {attempt.number for job in closed for attempt in job.attempts} | {""}
    for row in world.sheet:
        if row.get("Called Number", "") not in numbers:
            row["Called Number"] = ""
    knowing = World(**vars(world))
    forgetful = World(**vars(world))
    forgetful.jobs = [forget(job) if job in closed else job for job in world.jobs]
    forgetful.refs, knowing.refs = (iter(f"new{n}" for n in range(99)) for _ in range(2))
    called = [job for job in closed if job.attempts]
    known_by = {job.ref for job in called} | {a.call_id for job in called for a in job.attempts}
    unknown = [
        at
        for at, row in enumerate(world.sheet, 1)
        if not row.get("Called Number") and {row.get("Ref"), row.get("Call ID")} & known_by
    ]
    assert told(forgetful.plan(), unknown) == told(knowing.plan(), unknown)
    # In which order batches come depends on what is known of their jobs, so all get their turn.
    for each in (forgetful, knowing):
        each.policy = replace(each.policy, lines=50, calls_per_minute=6_000)
    assert told(surveyed(forgetful, RowCache("102"), batch_rows), unknown) == told(
        surveyed(knowing, RowCache("102"), batch_rows), unknown
    )


@settings(max_examples=some_of(200), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    results=st.lists(st.sampled_from([(2, "1"), (2, None), (4, None), (5, None)]), max_size=5),
    source=st.randoms(use_true_random=False),
    copies=st.lists(st.integers(0, 4), max_size=2),
    batch_rows=st.sampled_from([1, 3, 50]),
)
def test_nothing_is_written_or_called_after_forgetting_however_rows_are_sorted_and_copied(
    results: list[tuple[int, str | None]],
    source: random.Random,
    copies: list[int],
    batch_rows: int,
) -> None:
    phones = [f"0300 123456{place}" for place in range(len(results))]
    world = World(now=moment("2026-07-15 12:00"), sheet=[{"Phone": each} for each in phones])
    for _ in range(3):
        world.run()
    for place, (status, key) in enumerate(results, start=1):
        world.report(f"call{place}", world.now, call_status=status, dtmf=key)
    for _ in range(3):
        world.now += timedelta(hours=30)
        for place in range(1, len(results) + 1):
            world.report(f"call{place}", world.now, retry=4)
        world.run()
    for place in copies:
        if world.sheet:
            world.sheet.append(dict(world.sheet[place % len(world.sheet)]))
    settle(world)
    world.now += timedelta(days=40)
    settle(world)
    shown = [dict(row) for row in world.sheet]
    world.jobs = [forget(job) for job in world.jobs]
    source.shuffle(world.sheet)
    row_cache = RowCache("102")
    for _ in range(3):
        plan = surveyed(world, row_cache, batch_rows)
        assert (plan.dials, plan.new_jobs, plan.adoptions) == ((), (), ())
        assert sorted(map(repr, world.sheet)) == sorted(map(repr, shown)) or not copies
        assert copies or not plan.cells, plan.cells
        world.record(plan)
        world.write(plan)
    assert not surveyed(world, row_cache, batch_rows).cells


def settle(world: World) -> None:
    """Passes until nothing is written any more."""
    for _ in range(6):
        world.run()


def test_call_again_on_a_row_whose_data_is_forgotten_calls_what_the_row_says() -> None:
    world = World(now=moment("2026-07-15 12:00"), sheet=[{"Phone": "0300 1234567", "Amount": "5"}])
    for _ in range(2):
        world.run()
    world.report("call1", world.now, call_status=2, dtmf="1")
    world.run()
    world.now += timedelta(days=40)
    world.run()
    world.jobs = [forget(job) for job in world.jobs]
    world.sheet[0]["Status"] = "Call again"
    (dial,) = world.plan().dials
    assert (dial.job.content.number, dial.job.content.amount) == ("923001234567", "5")
    assert dial.job.was_forgotten


def test_a_forgotten_job_that_was_tried_keeps_its_voice() -> None:
    world = World(now=moment("2026-07-15 12:00"), sheet=[{"Phone": "0300 1234567"}])
    for _ in range(2):
        world.run()
    world.report("call1", world.now, call_status=2, dtmf="1")
    world.run()
    world.jobs = [forget(job) for job in world.jobs]
    world.settings = ControlSettings(voice_id="103")
    world.now += timedelta(days=40)
    world.sheet[0]["Status"] = "Call again"
    (dial,) = world.plan().dials
    assert dial.job.content.voice_id == "102"


def test_results_that_are_cleared_after_forgetting_come_back_whole() -> None:
    world = World(now=moment("2026-07-15 12:00"), sheet=[{"Phone": "0300 1234567"}])
    for _ in range(2):
        world.run()
    world.report("call1", world.now, call_status=2, dtmf="1")
    for _ in range(2):
        world.now += timedelta(days=20)
        world.run()
    shown = dict(world.sheet[0])
    world.jobs = [forget(job) for job in world.jobs]
    for title in shown:
        if title not in ("Phone",):
            world.sheet[0][title] = ""
    row_cache = RowCache("102")
    for _ in range(3):
        plan = surveyed(world, row_cache, 5)
        assert not plan.dials
        assert not plan.new_jobs
        world.record(plan)
        world.write(plan)
    for title in ("Status", "Answer", "DTMF", "Call ID", "Called Number", "Called At", "Ref"):
        assert world.sheet[0][title] == shown[title]
    assert "These are the results of 15 Jul" in world.sheet[0]["Why"]


# --- The whole way, over HTTP ---------------------------------------------------------------------


def months_pass(shop: Shop) -> None:
    """Everything that the ledger knows is moved back by sixty days, and data older than thirty is
    set to be forgotten."""
    data = yaml.safe_load(shop.config.read_text())
    data["forget_after_days"] = 30
    shop.config.write_text(yaml.safe_dump(data, sort_keys=False))
    times = {
        "jobs": ["queued_at", "cleared_at"],
        "attempts": [
            *("intended_at", "sending_at", "placed_at", "answered_at"),
            *("changed_at", "polled_at", "ended_at"),
        ],
    }
    with sqlite3.connect(shop.sandbox.directory / "dialer.db") as ledger:
        for table, columns in times.items():
            for column in columns:
                ledger.execute(
                    f"UPDATE {table} SET {column} = strftime('%Y-%m-%d %H:%M:%f000', {column}, "
                    f"'-60 days') WHERE {column} IS NOT NULL"
                )


def dump(shop: Shop) -> str:
    with sqlite3.connect(shop.sandbox.directory / "dialer.db") as ledger:
        return "\n".join(ledger.iterdump())


def writes(shop: Shop, work: Callable[[], Any]) -> int:
    """How often Google was written to meanwhile."""
    shop.sandbox.session().delete(f"{shop.sandbox.url}/_sandbox/requests")
    work()
    return int(shop.sandbox.get("/_sandbox/requests")["sheets"].get("write", 0))


def results(row: Mapping[str, str]) -> dict[str, str]:
    return {title: text for title, text in row.items() if not title.startswith("Ref")}


def test_old_rows_stay_as_they_are_and_nobody_is_called_anew(shop: Shop) -> None:
    rows = [["03000000001", "1", "Ayesha"], ["0300 0000005", "2", "Bilal"]]
    shop.paste([["Phone", "Amount", "Store"], *rows, ["03000000011", "3", "Chand"]], "A1")
    shop.settles_at_once()
    shop.set_up()
    shop.control("RUN")
    assert shop.run("start", "--until-done").returncode == 0
    first_calls = len(shop.calls())
    months_pass(shop)

    def once() -> None:
        done = shop.run("once", "--for", "3")
        assert done.returncode == 0, done.stderr

    once()
    shown = shop.rows()
    text = dump(shop)
    assert "923000000001" not in text
    assert "Ayesha" not in text
    assert writes(shop, once) == 0
    assert shop.rows() == shown

    # Sorted by people, and a row copied below.
    tab = shop.tab()
    grid = tab.get_all_values()
    tab.update([grid[3], grid[1], grid[2], grid[1]], "A2", raw=True)
    for _ in range(2):
        once()
    assert len(shop.calls()) == first_calls
    after = shop.rows()
    assert [results(row) for row in after[:3]] == [results(shown[i]) for i in (2, 0, 1)]
    assert "copied from" in after[3]["Why"]
    assert writes(shop, once) == 0

    # What commands say, and a person who wants one more call.
    assert "removed" in shop.run("export").stdout
    assert "3 numbers and texts removed" in shop.run("status").stdout
    status = tab.row_values(1).index("Status") + 1
    tab.update_cell(3, status, "Call again")
    assert shop.run("start", "--until-done").returncode == 0
    assert shop.called_numbers()[first_calls:] == ["923000000001"]
    assert shop.calls()[-1]["text1"] == "Ayesha"
    assert shop.rows()[1]["Attempts"] == "2"
    assert "923000000001" in dump(shop)
