"""The planner's cases, kept as data in `plans/*.yaml`: one for each promise, named by it.

A case says what is `given` and lists its `passes`. Each pass may first let something happen
(`now`, `people` edit rows, the `portal` reports) and then says what is `expected` of its plan:

- ``cells``: by row number (as Sheets counts, 2 is the first), the dialer's cells that change; a
  whole row that should stay as it is stands in ``unchanged``. Other rows may change freely, unless
  ``only`` says that nothing else does.
- ``row``: what a row says after the pass, changed or not.
- ``dials``: the reason by row number. Always compared: leaving it out means that nobody is called.
- ``new``, ``adopted``, ``released``, ``ended``, ``polled``, ``granted``, ``counts``, ``stopped``.

Text ending in ``…`` is compared by its beginning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from sheets_dialer.domain.attempt import Attempt, AttemptState, Reason
from sheets_dialer.domain.job import Job
from sheets_dialer.domain.problems import ProblemCode
from sheets_dialer.planning.plan import Plan, RowState
from sheets_dialer.planning.status_words import shown
from sheets_dialer.tabs.control_tab import Control
from sheets_dialer.tabs.queue_columns import DIALER
from tests.support.planning import (
    POLICY,
    World,
    content,
    e164,
    hours,
    moment,
    people_cells,
    policy,
    span,
)

CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted((Path(__file__).parent / "plans").glob("*.yaml"))
    for case in yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
]
_TIMES = ("sending_at", "placed_at", "answered_at", "changed_at", "polled_at", "ended_at")
_NAMES = {title: name for name, title in DIALER.items()}


@pytest.mark.parametrize("case", CASES)
def test_plan(case: Mapping[str, Any]) -> None:
    assert set(case) <= {"name", "given", "passes"}, "a case has a name, given and passes"
    world = world_of(case["given"])
    for number, step in enumerate(case["passes"], start=1):
        happen(world, step)
        plan = world.plan()
        before = [dict(row) for row in world.sheet]
        world.record(plan)
        world.write(plan)
        differences = compare(step.get("expected") or {}, plan, world, before)
        assert not differences, f"pass {number}\n" + "\n".join(differences)


def test_every_theme_has_cases() -> None:
    assert len(CASES) > 60


def world_of(given: Mapping[str, Any]) -> World:
    """The world that a case begins in."""
    known = {"now", "rows", "jobs", "policy", "control", "hours", "obstacle", "calls_paid"}
    known |= {"until_next_pass", "busy_elsewhere", "jobs_elsewhere"}
    assert set(given) <= known, set(given) - known
    world = World(now=moment(given["now"]), sheet=[])
    world.policy = policy({name: typed(name, v) for name, v in given.get("policy", {}).items()})
    for number, job in enumerate(given.get("jobs", ()), start=1):
        world.jobs.append(job_of(number, job, world))
    for number, job in enumerate(given.get("jobs_elsewhere", ()), start=1001):
        world.elsewhere[job["ref"]] = job_of(number, job, world)
    world.sheet = [row_of(row, world) for row in given.get("rows", ())]
    if "hours" in given:
        world.hours = hours(given["hours"])
    if "until_next_pass" in given:
        world.until_next_pass = span(given["until_next_pass"])
    for phone, state in given.get("busy_elsewhere", {}).items():
        world.elsewhere_busy[e164(phone)] = AttemptState(state)
    set_rules(world, given)
    return world


def set_rules(world: World, spec: Mapping[str, Any]) -> None:
    if "control" in spec:
        word = spec["control"]
        world.control = Control(word == "RUN", None if word in ("RUN", "PAUSE") else word)
    world.obstacle = spec.get("obstacle", world.obstacle) or None
    if "calls_paid" in spec:
        world.calls_paid = int(spec["calls_paid"])


def typed(name: str, value: Any) -> Any:
    """A policy's value as it is meant: cases hold nothing but text."""
    if isinstance(value, Mapping):
        return {
            key: [int(each) for each in item] if key == "on" else typed(key, item)
            for key, item in value.items()
        }
    return (
        int(value)
        if name in ("lines", "calls_per_minute", "account_retries", "attempts")
        else value
    )


def job_of(number: int, spec: Mapping[str, Any], world: World) -> Job:
    """A job of the ledger: ``ref``, ``for`` (people's cells), ``queued``, ``attempts`` …"""
    known = {"ref", "for", "queued", "attempts", "granted", "again_seen", "cleared"}
    assert set(spec) <= known, set(spec) - known
    asked = content(spec.get("for", {}))
    job = Job(
        id=number,
        campaign=POLICY.campaign,
        ref=spec["ref"],
        content=asked,
        fingerprint=asked.fingerprint(),
        queued_at=moment(spec["queued"]) if "queued" in spec else world.now,
        granted=int(spec.get("granted", 0)),
        again_seen=spec.get("again_seen") == "yes",
        cleared_at=moment(spec["cleared"]) if "cleared" in spec else None,
    )
    attempts = [
        attempt_of(number * 10 + place, job, item)
        for place, item in enumerate(spec.get("attempts", ()))
    ]
    return replace(job, attempts=tuple(attempts))


def attempt_of(attempt_id: int, job: Job, spec: Mapping[str, Any]) -> Attempt:
    """An attempt: ``state`` and ``at``, and what the portal said. One that is placed or ended has
    a call id and, where it has a status, was asked about when it last changed."""
    told = {"call_id", "call_status", "dtmf", "retry", "problem", "problem_code"}
    known = {"state", "at", "reason", *told, *_TIMES}
    known |= {"retry_grown", "unread"}
    assert set(spec) <= known, set(spec) - known
    state = AttemptState(spec["state"])
    at = moment(spec["at"])
    values: dict[str, Any] = {name: moment(spec[name]) for name in _TIMES if name in spec}
    if state not in (AttemptState.INTENDED, AttemptState.WITHDRAWN):
        values.setdefault("sending_at", at)
    if state in (AttemptState.PLACED, AttemptState.ENDED):
        values.setdefault("placed_at", at)
        values["call_id"] = spec.get("call_id", f"c{attempt_id}")
    if "call_status" in spec:
        values["call_status"] = int(spec["call_status"])
        values.setdefault("changed_at", at)
        values.setdefault("polled_at", values["changed_at"])
        if values["call_status"] == 2:
            values.setdefault("answered_at", values["changed_at"])
    return Attempt(
        id=attempt_id,
        job_id=job.id,
        number=job.content.number,
        state=state,
        intended_at=at,
        reason=Reason(spec.get("reason", "first")),
        dtmf=spec.get("dtmf"),
        retry=int(spec.get("retry", 0)),
        # Seen to grow to where it stands, unless the case says otherwise.
        retry_grown=int(spec.get("retry_grown", spec.get("retry", 0))),
        problem=spec.get("problem"),
        problem_code=ProblemCode(code) if (code := spec.get("problem_code")) else None,
        unread=spec.get("unread"),
        **values,
    )


def row_of(spec: Mapping[str, Any], world: World) -> dict[str, Any]:
    """A row by column header. ``shows: r1`` fills in what the job with that Ref makes a row say;
    cells beside it stand over that."""
    row = {"Phone": "0300 1234567"}
    cells = dict(spec)
    ref = cells.pop("shows", None)
    if ref is not None:
        job = next(job for job in world.jobs if job.ref == ref)
        row |= people_cells(job)
        row["Ref"] = ref
        said = shown(job, world.now, world.policy, world.hours.zone)
        if said is None:
            said = {
                "status": "Queued",
                "why": "Waits for its turn. The Dialer tab says whether calls go out.",
            }
        row |= {DIALER[name]: text for name, text in said.items()}
    return row | entered(cells)


def entered(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Cells as Google gives them: text, or a number where the case says ``{number: 12}``."""
    return {
        title: float(value["number"]) if isinstance(value, Mapping) else value
        for title, value in cells.items()
    }


def happen(world: World, step: Mapping[str, Any]) -> None:
    """What happens before a pass."""
    known = {
        "now",
        "people",
        "portal",
        "paste",
        "delete",
        "sort",
        "feed",
        "control",
        "obstacle",
        "expected",
    }
    assert set(step) <= known, set(step) - known
    if "now" in step:
        world.now = moment(step["now"])
    set_rules(world, step)
    for call_id, news in step.get("portal", {}).items():
        values = dict(news)
        at = moment(values.pop("at")) if "at" in values else world.now
        are_numbers = ("call_status", "retry", "retry_grown")
        numbers = {name: int(v) for name, v in values.items() if name in are_numbers}
        world.report(call_id, at, **values | numbers)
    for row, cells in step.get("people", {}).items():
        world.sheet[int(row) - 2] |= entered(cells)
    if "delete" in step:
        del world.sheet[int(step["delete"]) - 2]
    for row in step.get("paste", ()):
        world.sheet.append(row_of(row, world))
    if "sort" in step:
        world.sheet = [world.sheet[int(row) - 2] for row in step["sort"]]
    if "feed" in step:
        fed(world, step["feed"])


def fed(world: World, rows: Sequence[Mapping[str, Any]]) -> None:
    """People's columns written anew from the top, as IMPORTRANGE does; the dialer's cells stay."""
    ours = set(DIALER.values())
    world.sheet += [{} for _ in range(len(rows) - len(world.sheet))]
    for place, old in enumerate(world.sheet):
        people = row_of(rows[place], world) if place < len(rows) else {}
        world.sheet[place] = people | {title: old[title] for title in ours & old.keys()}


def compare(
    expected: Mapping[str, Any], plan: Plan, world: World, before: list[dict[str, Any]]
) -> list[str]:
    """How a plan differs from what is expected of it, line by line."""
    known = {"cells", "row", "unchanged", "only", "dials", "new", "adopted", "released", "ended"}
    known |= {"polled", "granted", "counts", "stopped", "nothing_left", "says", "ready_in"}
    assert set(expected) <= known, set(expected) - known
    lines: list[str] = []

    def check(what: str, wanted: object, found: object) -> None:
        if not agree(wanted, found):
            lines.append(f"  {what}: expected {wanted!r}, found {found!r}")

    dials = {str(dial.row.index + 1): str(dial.reason) for dial in plan.dials}
    check("dials", expected.get("dials", {}), dials)
    said = {str(dial.row.index + 1): dial.job.content for dial in plan.dials}
    for row, wanted in expected.get("says", {}).items():
        texts = {f"text{n}": text for n, text in enumerate(said[row].texts, start=1)}
        heard = {"number": said[row].number, "amount": said[row].amount, **texts}
        check(f"said for row {row}", wanted, {name: heard[name] for name in wanted})
    if "ready_in" in expected:
        ready_at = plan.ready_at or world.now
        check("ready_in", span(expected["ready_in"]), ready_at - world.now)
    changed = {str(index + 1): cells for index, cells in plan.cells.items()}
    for row, wanted in expected.get("cells", {}).items():
        written = {DIALER[name]: text for name, text in changed.get(row, {}).items()}
        check(f"cells of row {row}", wanted, written)
    for row, wanted in expected.get("row", {}).items():
        after = world.sheet[int(row) - 2]
        for title, text in wanted.items():
            assert title in _NAMES, title
            check(f"{title} of row {row}", text, str(after.get(title, "")))
    for row in expected.get("unchanged", ()):
        check(f"cells of row {row}", {}, changed.get(row, {}))
        assert before[int(row) - 2] is not None
    if expected.get("only"):
        check("changed rows", sorted(expected.get("cells", {})), sorted(changed))
    found: dict[str, object] = {
        "new": [job.content.number for job in plan.new_jobs],
        "adopted": [one.call_id for one in plan.adoptions],
        "released": [str(attempt.id) for attempt in plan.released],
        "ended": [attempt.call_id for attempt in plan.ended],
        "polled": [poll.attempt.call_id for poll in plan.polls],
        "granted": {str(change.job_id): str(change.granted) for change in plan.job_changes},
        "counts": {n: str(plan.count(RowState(n))) for n in expected.get("counts", {})},
        "stopped": plan.stopped or "",
        "nothing_left": "yes" if plan.nothing_left else "no",
    }
    for name, value in found.items():
        if name in expected:
            wanted = expected[name]
            if name == "new":
                wanted = [e164(phone) for phone in wanted]
            check(name, wanted, value)
    return lines


def agree(wanted: object, found: object) -> bool:
    """Whether they are equal, a text ending in … by its beginning."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return set(wanted) == set(found) and all(agree(wanted[key], found[key]) for key in wanted)
    if isinstance(wanted, str) and isinstance(found, str) and wanted.endswith("…"):
        return found.startswith(wanted[:-1])
    return wanted == found
