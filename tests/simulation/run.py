"""Tells one story to its end and judges it by the portal's own list of calls."""

from __future__ import annotations

import json
import random
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sheets_dialer.domain.policy import RedialRule
from sheets_dialer.sandbox.google.behaviour import Behaviour
from sheets_dialer.sandbox.portal.service import PortalService
from sheets_dialer.tabs import fence_state
from tests.support.people import Person
from tests.support.people_judge import content_of, judged
from tests.support.planning import POLICY

from .machine import Machine, Surroundings
from .services import API_KEY, TAB, Google, Trouble, Wire
from .story import HOUR, ON_MACHINES, Event, Story
from .virtual_time import Hub

BEGIN = 1_784_099_000.0
"""A day in July 2026, in seconds since 1970."""
REDIALLED_AFTER = timedelta(minutes=10)
UNANSWERED = frozenset({4, 5, 6, 7})
HEARD_WITHIN = 400.0
"""Seconds after which nobody is called any more against what people have said: a slow read, a slow
write and a mark's life, one after the other, and an interval."""
SETTLES_WITHIN = 6 * HOUR
MEMORY = Path("/dev/shm")
KINDS_OF_TROUBLE = {
    "sheets": ("lost", "broken", "late", "late", "500", "503-applied", "429", "slow", "stale"),
    "calls": ("never connected", "lost", "broken", "500", "slow"),
    "portal": ("never connected", "lost", "500", "slow", "stale"),
}


class Run:
    """The world of a story while it is told."""

    def __init__(self, story: Story, folder: Path) -> None:
        self.story = story
        self.hub = Hub(BEGIN + random.Random(story.seed).uniform(0, 24 * HOUR))
        self.begun = self.hub.now
        self._wire = Wire(self.hub, random.Random(f"wire {story.seed}"), story.delay)
        self.google = Google(self.hub, self._wire, Behaviour(rebased=story.rebased))
        self.portal = PortalService(lambda: self.hub.now, random.Random(f"portal {story.seed}"))
        self.portal.configure({"balance": 1_000_000, "api_keys": [API_KEY], "stuck": 0.0})
        around = Surroundings(
            self.hub, self._wire, self.google, self.portal, random.Random(f"letters {story.seed}")
        )
        redial = RedialRule(1, (REDIALLED_AFTER,), UNANSWERED) if story.redials else None
        policy = replace(
            POLICY,
            account_retries=0,
            redial=redial,
            typing=timedelta(seconds=story.typing_seconds),
        )
        self.machines = [
            Machine(around, folder / f"ledger{number}.db", policy, story.every) for number in (0, 1)
        ]
        self._http = self.google.person().http_client
        self._tabs = {each.title: each for each in self._document().workbook}
        tab = SimpleNamespace(
            id=self._tabs[TAB].id,
            get=self._get,
            spreadsheet=SimpleNamespace(batch_update=self._batch),
        )
        self.person = Person(tab, random.Random(f"person {story.seed}"), begin=0)
        self.forbidden: list[tuple[float, float, str]] = []
        """Times in which nobody is called: from, to, and which number; all of them if empty."""
        self._paused_at: float | None = None

    def tell(self) -> None:
        """Lets the hour pass, and then everything settle."""
        self.person.paste(self.story.rows)
        self._control("RUN")
        self.machines[0].start()
        if not self.story.polite:
            later = random.Random(self.story.seed).uniform(0, 300)
            self.hub.at(self.begun + later, self.machines[1].start)
        for event in self.story.events:
            self.hub.at(self.begun + event.at, lambda event=event: self._happens(event))  # type: ignore[misc]
        self.hub.run(self.begun + HOUR)
        self._settle()

    def rows(self) -> list[dict[str, str]]:
        """The queue tab's rows by header."""
        header, *rows = self.google.values(TAB)
        width = len(header)
        return [dict(zip(header, [*row, *[""] * (width - len(row))], strict=True)) for row in rows]

    def _happens(self, event: Event) -> None:
        source = random.Random(event.seed)
        if event.kind in ON_MACHINES:
            self._happens_to(self.machines[event.machine], event.kind, source)
        else:
            self._people_do(event.kind, source)

    def _people_do(self, kind: str, source: random.Random) -> None:
        self.person.source = source
        match kind:
            case "person":
                for _ in range(source.randint(1, 3)):
                    self.person.act()
            case "paste":
                self.person.paste(source.randint(1, 4))
            case "call again":
                self.person.ask_again()
            case "pause":
                self._control("PAUSE")
            case "run":
                self._control("RUN")
            case "do not call":
                self._forbid(source)
            case "trouble":
                service = source.choice(tuple(KINDS_OF_TROUBLE))
                kind = source.choice(KINDS_OF_TROUBLE[service])
                until = self.hub.now + source.choice((30, 120, 600))
                rate = source.choice((0.2, 0.5, 1.0))
                self._wire.troubles.append(Trouble(service, kind, rate, until))
            case "old reads":
                until = self.hub.now + source.choice((120, 600))
                self._wire.troubles.append(Trouble("sheets", "stale", 0.5, until))

    def _happens_to(self, machine: Machine, kind: str, source: random.Random) -> None:
        match kind:
            case "dies":
                machine.die()
            case "dies at a commit":
                if machine.process is not None:
                    machine.process.dies_at_commit = source.randint(1, 12)
            case "starts":
                machine.start()
            case "clock jumps":
                machine.ahead.append(source.choice((-3600, -600, -5, 5, 600, 7200)))

    def _settle(self) -> None:
        """Lets a machine without any trouble do all that is left to do."""
        self._wire.troubles = []
        self._control("RUN")
        last = self._last()
        for machine in self.machines:
            if machine is not last:
                machine.die()
        if last.process is not None:
            last.process.dies_at_commit = 0
        end = self.hub.now + SETTLES_WITHIN
        # A person who comes back says RUN once more where the dialer waits for that.
        while self.hub.now < end:
            last.start()
            assert last.process is not None
            last.process.result = None
            self.hub.run(self.hub.now + 2 * self.story.every + 120)
            result = last.process.result
            if result is not None and result.nothing_left:
                return
            if result is not None and any("older" in state for state in result.states.values()):
                self._control("PAUSE")
                self.hub.run(self.hub.now + 2 * self.story.every + 120)
                self._control("RUN")

    def faults(self) -> Iterator[str]:
        """Everything that isn't as it was promised."""
        calls = self.portal.calls()
        if all(machine.process is not None for machine in self.machines):
            self.person.asked_again += self.person.cleared
        yield from judged(
            self.rows(),
            calls,
            self.person,
            redialled=self._redialled(calls),
            unknown={str(call["call_id"]) for call in calls} - known_calls(self._last().ledger),
        )
        for begin, end, number in self.forbidden:
            for call in calls:
                late = call["accepted_at"] - begin
                is_meant = number in ("", call["caller_id"])
                if is_meant and HEARD_WITHIN < late < end - begin:
                    yield f"{call['caller_id']} was called {late:.0f} s after people said no"
        for machine in self.machines:
            if machine.ledger.exists() and API_KEY.encode() in machine.ledger.read_bytes():
                yield "the portal's key stands in a ledger"

    def _last(self) -> Machine:
        """The machine that is left in the end."""
        return self.machines[random.Random(self.story.seed).randrange(2)]

    def _redialled(self, calls: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The calls that were not answered and were called again by the rule, once each."""
        if not self.story.redials:
            return []
        by_content: defaultdict[tuple[str, ...], list[Mapping[str, Any]]] = defaultdict(list)
        for call in calls:
            by_content[content_of(call)].append(call)
        return [
            before
            for same in by_content.values()
            for before, after in list(pairwise(same))
            if before["status"] in UNANSWERED
            and after["accepted_at"] >= before["accepted_at"] + REDIALLED_AFTER.total_seconds()
        ]

    def _control(self, word: str) -> None:
        self._type("Dialer", 1, 1, word)
        if word == "PAUSE":
            self._paused_at = self._paused_at or self.hub.now
        elif self._paused_at is not None:
            self.forbidden.append((self._paused_at, self.hub.now, ""))
            self._paused_at = None

    def _forbid(self, source: random.Random) -> None:
        """A person lists a customer's number on the Do Not Call tab."""
        number = source.choice(self.person.left)[0]
        place = sum(1 for _b, _e, each in self.forbidden if each) + 1
        self._type("Do Not Call", place, 0, number)
        self.forbidden.append((self.hub.now, float("inf"), number))

    def _type(self, tab: str, row: int, column: int, text: str) -> None:
        start = {"sheetId": self._tabs[tab].id, "rowIndex": row, "columnIndex": column}
        cells = [{"values": [{"userEnteredValue": {"stringValue": text}}]}]
        self._batch(
            {
                "requests": [
                    {
                        "updateCells": {
                            "start": start,
                            "rows": cells,
                            "fields": "userEnteredValue",
                        }
                    }
                ]
            }
        )

    def _batch(self, body: Any) -> None:
        self._http.request("post", f"/v4/spreadsheets/{self.google.key}:batchUpdate", json=body)

    def _get(self, area: str) -> list[list[str]]:
        endpoint = f"/v4/spreadsheets/{self.google.key}/values/{TAB}!{area}"
        values: list[list[str]] = json.loads(self._http.request("get", endpoint).content).get(
            "values", [[]]
        )
        return values

    def _document(self) -> Any:
        return self.google._library.documents[self.google.key]


def faults_of_story(story: Story, *, calls: list[object] | None = None) -> list[str]:
    """What goes wrong in this story; nothing where all promises hold. `calls` takes in the portal's
    account of all calls."""
    shelf = str(MEMORY) if MEMORY.is_dir() else None
    with (
        tempfile.TemporaryDirectory(dir=shelf) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        if not story.polite:
            patch.setattr(fence_state, "STANDS_BY", timedelta(0))
        run = Run(story, Path(folder))
        try:
            run.tell()
            if calls is not None:
                calls += run.portal.calls()
            return list(run.faults())
        finally:
            for machine in run.machines:
                machine.die()


def known_calls(ledger: Path) -> set[str]:
    """The ids of the calls that a ledger has."""
    if not ledger.exists():
        return set()
    with closing(sqlite3.connect(ledger)) as connection:
        found = connection.execute("SELECT call_id FROM attempts WHERE call_id IS NOT NULL")
        return {call_id for (call_id,) in found}
