"""Sheets and ledgers by chance: people, formulas, other dialers, the portal and time do to them
what they do to real ones, pass after pass.

Everything comes from one seed, so that a sheet that shows a fault is found again.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sheets_dialer.domain.attempt import (
    OPEN_STATES,
    Attempt,
    AttemptState,
    Reason,
)
from sheets_dialer.domain.content import Content
from sheets_dialer.domain.daily_usage import DailyUsage, Hour
from sheets_dialer.domain.job import Job
from sheets_dialer.domain.opt_out import OptOut
from sheets_dialer.domain.policy import RedialRule
from sheets_dialer.domain.problems import ProblemCode
from sheets_dialer.domain.times import stamp
from sheets_dialer.planning.plan import LedgerState, PassRules, Plan, RowBatch, TabShown
from sheets_dialer.tabs.control_settings import ControlSettings
from sheets_dialer.tabs.control_tab import Control
from sheets_dialer.tabs.do_not_call import DoNotCall
from sheets_dialer.tabs.queue_columns import DIALER
from tests.support.planning import KARACHI, OPEN_ALL_DAY, POLICY, TITLES, World, hours, moment
from tests.support.row_groups import grouped

NOW = moment("2026-07-15 12:00")
PHONES = ["0300 1111111", "0300 2222222", "923003333333", "0300 4444444"]
DIGITS = ["923001111111", "923002222222", "923003333333", "923004444444"]
ODD_PHONES = ["0300-12", "0300 1111111/0300 2222222", "+14155552671", "#N/A", "Loading...", "", 5]
WORDS = ["", "Queued", "Waiting", "Not called", "Calling", "Check", "Failed", "Answered", "Busy"]
WORDS += ["No Answer", "Call again", "Call again", "call  again", "Skip", "Skip", "hold"]
WORDS += ["done already", "Unknown status 7"]
ODD_TEXTS = ["", "50", "x9", "r1", "r2", "theirs1", "not an id", "2020-01-01", "nonsense", "0"]
AMOUNTS: list[Any] = ["", "", 50, 50, 60, "abc", True]
STORES = ["", "Shop", "Shop", "Bazaar"]
ORDERS = ["", "A1", "A1", "A2", "7"]
TIMES: list[Any] = ["", "", "", "14:00", "11:00", "2026-07-16 10:00", "2026-07-10", "soon", 46218.5]
OURS = list(DIALER.values())
PEOPLES: dict[str, Sequence[Any]] = {
    "Phone": PHONES * 3 + ODD_PHONES,
    "Amount": AMOUNTS,
    "Store": STORES,
    "Order ID": ORDERS,
    "Voice ID": ["", "", "102", "103"],
    "Call After": TIMES,
    "Call Before": TIMES,
}
UNSPOKEN = {
    "problem_code": ProblemCode.UNSPOKEN,
    "problem_column": "amount",
    "problem": "#####",
}
"""What an attempt has whose mark showed a cell that can't be said."""
PORTALS = ["https://one.example", "https://two.example"]
STATUSES = [None, 1, 2, 2, 2, 3, 4, 4, 5, 6, 7, 8]
KEYS = [None, None, "1", "9", "0"]
_MINUTES = [0, 0.1, 0.3, 0.5, 1, 2, 9, 11, 31, 61, 95, 200, 24 * 60, 25 * 60, 73 * 60, 8 * 1440]


@dataclass
class RandomSheet(World):
    """A world in which things happen by chance."""

    chance: random.Random = field(default_factory=random.Random, repr=False)
    do_not_call: DoNotCall = field(default_factory=DoNotCall)
    orphan_calls: list[Attempt] = field(default_factory=list)
    needed: frozenset[str] = frozenset()
    knows_titles: bool = True
    farewell: str | None = None

    @classmethod
    def of(cls, seed: int) -> RandomSheet:
        """The world of this seed, on which nobody has worked since its rows were written."""
        chance = random.Random(seed)
        world = cls(now=NOW, sheet=[], chance=chance)
        world._choose_rules()
        # Many rows share few numbers, and some sheets are about one number alone.
        phones = chance.sample(PHONES, chance.choice([1, 2, 4]))
        for number in range(1, chance.choice([0, 1, 2, 3, 5]) + 1):
            world._add_job(number, chance.choice(phones))
        for _ in range(chance.choice([0, 0, 1, 2, 4])):
            world._paste(chance.choice(phones))
        for _ in range(chance.choice([0, 0, 2, 5, 9])):
            world.happen()
        return world

    def open_attempts(self) -> list[Attempt]:
        return super().open_attempts() + self.orphan_calls

    def shown(self) -> TabShown:
        """What people say beside the queue."""
        return TabShown(self.control, self.settings, self.do_not_call)

    def ledger_state(self) -> LedgerState:
        return LedgerState(self.open_attempts(), self.orphan_calls)

    def rules(self) -> PassRules:
        return replace(super().rules(), farewell=self.farewell)

    def part(self) -> RowBatch:
        whole = super().part()
        titles = whole.titles if self.knows_titles else {}
        return replace(whole, needed=self.needed, titles=titles)

    def parts(self, *, torn: bool = False) -> list[RowBatch]:
        """The rows and jobs as one part or as several; `torn` ones part rows that share something,
        as no pass does."""
        whole, chance = self.part(), self.chance
        count = chance.choice([1, 1, 1, 2, 3])
        if count == 1:
            return [whole]
        groups = [([row], []) for row in whole.rows] if torn else grouped(whole)
        if torn:
            groups += [([], [job]) for job in whole.jobs]
        places = [chance.randrange(count) for _ in groups]
        parts = []
        for part in range(count):
            own = [group for group, place in zip(groups, places, strict=True) if place == part]
            rows = sorted((row for rows, _ in own for row in rows), key=lambda row: row.index)
            jobs = sorted((job for _, jobs in own for job in jobs), key=lambda job: job.id)
            parts.append(replace(whole, rows=rows, jobs=jobs))
        return parts

    # What happens

    def go_on(self, plan: Plan) -> None:
        """What comes of a plan, and what happens until the next read."""
        chance = self.chance
        self.record(plan)
        if chance.random() < 0.12:
            self._people_do()
        if chance.random() < 0.9 and not plan.rows.keys() - set(range(1, len(self.sheet) + 1)):
            self.write(plan)
        self._end_of_dials(plan)
        released = {attempt.id for attempt in plan.released}
        self.orphan_calls = [one for one in self.orphan_calls if one.id not in released]
        for _ in range(chance.choice([0, 0, 1, 1, 2, 3, 5])):
            self.happen()
        self.now += timedelta(minutes=chance.choice(_MINUTES if chance.random() < 0.5 else [0.3]))

    def happen(self) -> None:
        """One thing that people, the portal, the ledger or time do."""
        kind = self.chance.random()
        if kind < 0.5:
            self._people_do()
        elif kind < 0.75:
            self._attempts_move()
        elif kind < 0.8:
            self._forget()
        elif kind < 0.83:
            self.now -= timedelta(minutes=self.chance.choice([1, 70, 1500]))
        elif kind < 0.88:
            self._something_elsewhere()
        else:
            self._choose_rules()

    def _choose_rules(self) -> None:
        chance = self.chance
        redial = RedialRule(
            chance.choice([1, 2]),
            (timedelta(minutes=30), timedelta(hours=80)),
            frozenset({1, 4, 5}),
        )
        no_key = RedialRule(1, (timedelta(minutes=60),), frozenset({2}))
        self.policy = replace(
            POLICY,
            lines=chance.choice([0, 1, 2, 10]),
            calls_per_minute=chance.choice([4, 8, 600, 600]),
            redial=chance.choice([None, redial, redial]),
            redial_no_key=chance.choice([None, no_key]),
            daily_cap=chance.choice([None, None, None, None, 0, 2]),
            daily_budget=chance.choice([None, None, None, None, 1.0, 20.0]),
            typing=timedelta(seconds=chance.choice([0, 0, 30, 30])),
            portal=chance.choice(["", *PORTALS]),
            needs=frozenset(chance.choice([(), (), ("amount",), ("text3", "text2")])),
            settle=timedelta(minutes=chance.choice([60, 180])),
            max_age=timedelta(hours=chance.choice([1, 72, 72])),
        )
        self.needed = frozenset(chance.choice([(), (), ("text2",), ("amount", "text1")]))
        self.knows_titles = chance.random() < 0.8
        self.hours = hours(
            chance.choice([OPEN_ALL_DAY] * 30 + [{"monday": "10:00-11:00"}] * 2 + [{}])
        )
        controls = [Control(True)] * 8 + [Control(False), Control(False, "Say RUN or PAUSE.")]
        self.control = chance.choice(controls)
        self.settings = ControlSettings(
            voice_id=chance.choice([None, None, "103"]),
            problem=chance.choice([None] * 30 + ["Which hours?"]),
        )
        self.obstacle = chance.choice([None] * 20 + ["The portal is away."])
        self.farewell = chance.choice([None] * 20 + ["Ended."])
        self.calls_paid = chance.choice([None, None, None, 0, 1])
        self.price = chance.choice([None, 3.0, 3.0])
        self.today = DailyUsage(
            (Hour(chance.choice([0, 0, 2]), chance.choice([0, 1])),) * 24, chance.choice([0, 1])
        )
        self.until_next_pass = timedelta(seconds=chance.choice([2, 15, 15, 120]))
        listed = {each: place + 2 for place, each in enumerate(DIGITS) if chance.random() < 0.06}
        self.do_not_call = DoNotCall(listed, (3,) if chance.random() < 0.1 else ())
        if chance.random() < 0.03:
            self.do_not_call = DoNotCall(problem="Line 3 can't be read.")
        barred = [each for each in DIGITS if chance.random() < 0.06]
        self.opted_out = {
            each: OptOut(place, each, self.now, "9", "orders") for place, each in enumerate(barred)
        }

    def _people_cells(self, phone: object) -> dict[str, Any]:
        """A row as people write it; few of its cells are odd."""
        usual = {"Phone": phone, "Amount": 50, "Store": "Shop", "Order ID": "A1"}
        for title, cells in PEOPLES.items():
            if self.chance.random() < 0.12:
                usual[title] = self.chance.choice(cells)
        return usual

    def _paste(self, phone: object) -> None:
        self.sheet.append(self._people_cells(phone))

    def _people_do(self) -> None:
        chance = self.chance
        kind = chance.randrange(17)
        if kind == 0 or not self.sheet:
            self._paste(chance.choice(PEOPLES["Phone"]))
            return
        row, other = chance.choice(self.sheet), chance.choice(self.sheet)
        match kind:
            case 1:
                self.sheet.insert(chance.randrange(len(self.sheet) + 1), dict(row))
            case 2:
                self.sheet.remove(row)
            case 3:
                row |= dict.fromkeys([title for title in OURS if title != "Ref"], "")
            case 4 | 5:
                row["Status"] = chance.choice(WORDS)
            case 6:
                row[chance.choice(OURS)] = chance.choice([*ODD_TEXTS, stamp(self.now, KARACHI)])
            case 7:
                title = chance.choice([*PEOPLES])
                row[title] = chance.choice(PEOPLES[title])
            case _:
                self._people_overdo(kind, row, other)

    def _people_overdo(self, kind: int, row: dict[str, Any], other: dict[str, Any]) -> None:
        """What concerns more than one cell."""
        chance = self.chance
        match kind:
            case 8:
                self._columns_move()
            case 9:
                chance.shuffle(self.sheet)
            case 10:
                row |= {title: other.get(title, "") for title in chance.choice([OURS, OURS[:4]])}
            case 11:
                # Another dialer marks the row, or shows a call of its own.
                at = self.now - timedelta(minutes=chance.choice([0, 1, 9, 30]))
                own = str(self.rows_number(row))
                row |= {"Called At": stamp(at, KARACHI), "Called Number": own}
                mark = {"Status": chance.choice(["Calling", "Calling", "Queued"])}
                call = {"Status": "Answered", "Call ID": f"theirs{chance.randrange(3)}"}
                row |= chance.choice([mark, call])
            case 12:
                row |= {"Called Number": "12 Canal Road", "Call ID": "x y", "DTMF": "blue"}
            case 13:
                # A value is filled down.
                title = chance.choice(["Phone", "Phone", "Order ID", "Store", "Status"])
                value = chance.choice(WORDS if title == "Status" else PEOPLES[title])
                for each in self.sheet:
                    each[title] = value if chance.random() < 0.7 else each.get(title, "")
            case 14:
                row |= {"Status": "Call again", "Phone": chance.choice(PHONES)}
            case 15:
                # A copy, and both are changed.
                self.sheet.append(dict(row))
                row["Phone"] = chance.choice(PHONES)
                self.sheet[-1]["Phone"] = chance.choice(PHONES)
            case 16:
                # What the campaign speaks with is written into rows, which makes no difference.
                for each in self.sheet:
                    each["Voice ID"] = self.settings.voice_id or "102"

    def rows_number(self, row: dict[str, Any]) -> str:
        """The number that a row's Phone means, where it is one of the usual ones."""
        phone = row.get("Phone")
        return DIGITS[PHONES.index(str(phone))] if phone in PHONES else str(phone)

    def _columns_move(self) -> None:
        """People's columns are sorted, or written anew by a feed, without the dialer's."""
        ours = [{title: row.get(title, "") for title in OURS} for row in self.sheet]
        theirs = [{t: v for t, v in row.items() if t not in OURS} for row in self.sheet]
        match self.chance.randrange(4):
            case 0:
                self.chance.shuffle(theirs)
            case 1:
                theirs = [self._people_cells(self.chance.choice(PHONES)), *theirs]
                ours.append({})
            case 2:
                theirs = [*theirs[1:], {}]
            case 3:
                theirs.reverse()
        self.sheet[:] = [row | cells for row, cells in zip(theirs, ours, strict=True)]
        self.sheet[:] = [row for row in self.sheet if row]

    # What the ledger knows

    def _add_job(self, number: int, phone: str) -> None:
        """A job with attempts in any state, and usually the row that shows it."""
        chance = self.chance
        cells = self._people_cells(phone)
        self.sheet.append(cells)
        (*_, row) = self.rows()
        if row.content is None:
            return
        queued = self.now - timedelta(minutes=chance.choice(_MINUTES))
        tries = chance.choice([0, 0, 1, 1, 2, 3])
        job = Job(number, "orders", f"r{number}", row.content, row.fingerprint, queued,
                  granted=chance.choice([0, 0, 0, 1, 2]), again_seen=chance.random() < 0.3,
                  blank=row.blank, steady_since=chance.choice([None, queued, self.now]),
                  restarts=chance.choice([0, 0, 0, 5]))  # fmt: skip
        for place in range(tries):
            job = replace(
                job, attempts=(*job.attempts, self._attempt(job, is_last=place + 1 == tries))
            )
        self.jobs.append(job)
        cells["Ref"] = job.ref if chance.random() < 0.9 else ""
        cells["Status"] = chance.choice(["Queued", *WORDS])
        if job.attempts and chance.random() < 0.8:
            last = job.attempts[-1]
            cells |= {"Call ID": last.call_id or "", "Called Number": last.number}
            cells |= {"Called At": stamp(last.intended_at, KARACHI), "Attempts": str(tries)}

    def _attempt(self, job: Job, *, is_last: bool) -> Attempt:
        chance = self.chance
        ids = [
            0,
            *(a.id for each in self.jobs for a in each.attempts),
            *(a.id for a in job.attempts),
        ]
        held = {attempt.number for attempt in self.open_attempts()}
        state = chance.choice([*AttemptState])
        if state in OPEN_STATES and (not is_last or job.content.number in held):
            state = AttemptState.ENDED
        at = self.now - timedelta(minutes=chance.choice(_MINUTES))
        made = Attempt(1 + max(ids), job.id, job.content.number, AttemptState.PLACED, at,
                       reason=chance.choice([Reason.FIRST, *Reason]), sending_at=at, placed_at=at,
                       call_id=f"c{1 + max(ids)}")  # fmt: skip
        return self._moved(made, state)

    def _moved(self, attempt: Attempt, state: AttemptState) -> Attempt:
        """The attempt in this state, with what is known of it then."""
        chance = self.chance
        moved = replace(attempt, state=state)
        if chance.random() < 0.3:
            moved = replace(moved, said=chance.choice(self._fingerprints()))
        if state in (AttemptState.PLACED, AttemptState.ENDED):
            return self._told(moved)
        if state in (AttemptState.UNKNOWN, AttemptState.RELEASED) and chance.random() < 0.3:
            return moved
        moved = replace(moved, call_id=None, placed_at=None, call_status=None, dtmf=None)
        problem: dict[str, Any] = {}
        if state is AttemptState.WITHDRAWN:
            problem = chance.choice(
                [
                    {},
                    {"problem_code": ProblemCode.NEVER_MARKED},
                    {"problem_code": ProblemCode.MARK_IN_DOUBT},
                    {"problem_code": ProblemCode.COMMITS_LOST},
                    UNSPOKEN,
                ]
            )
        elif state is AttemptState.REFUSED:
            problem = {"problem": "No such voice"}
        return replace(moved, **problem)

    def _told(self, attempt: Attempt) -> Attempt:
        """The attempt with a report of the portal's."""
        chance = self.chance
        status = chance.choice(STATUSES)
        changed = max(attempt.intended_at, self.now - timedelta(minutes=chance.choice(_MINUTES)))
        polled = self.now - timedelta(minutes=chance.choice(_MINUTES[:8]))
        return replace(
            attempt,
            call_status=status,
            dtmf=chance.choice(KEYS) if status == 2 else None,
            unread="pressed one?" if status == 2 and chance.random() < 0.05 else None,
            retry=chance.choice([0, 3]),
            retry_grown=chance.choice([None, 0, 3]),
            answered_at=changed if status == 2 else None,
            changed_at=changed if status is not None else None,
            polled_at=chance.choice([None, polled, polled]),
            portal=chance.choice([None, *PORTALS]),
        )

    def _fingerprints(self) -> list[str]:
        return [job.fingerprint for job in self.jobs] + ["h0"]

    def _attempts_move(self) -> None:
        """The portal tells something of a call, or it turns out how one went."""
        chance = self.chance
        chosen = [job for job in self.jobs if job.attempts]
        if not chosen:
            return
        job = chance.choice(chosen)
        last = job.attempts[-1]
        if last.state in (AttemptState.PLACED, AttemptState.ENDED) and chance.random() < 0.75:
            last = self._told(last)
        elif last.state in OPEN_STATES:
            last = self._moved(last, chance.choice([*AttemptState]))
        self._put_job(replace(job, attempts=(*job.attempts[:-1], last)))

    def _put_job(self, job: Job) -> None:
        self.jobs = [job if each.id == job.id else each for each in self.jobs]

    def _end_of_dials(self, plan: Plan) -> None:
        """Calls that a plan let out went well, or not."""
        for dial in plan.dials:
            (job,) = (each for each in self.jobs if each.id == dial.job.id)
            last = replace(job.attempts[-1], said=self.chance.choice([None, dial.said, dial.said]))
            kind = self.chance.random()
            if kind < 0.5:
                last = self._moved(last, self.chance.choice([*AttemptState]))
            elif kind < 0.6:
                # The answer to its mark showed a cell that can't be said.
                last = replace(last, state=AttemptState.WITHDRAWN, call_id=None, placed_at=None,
                               **UNSPOKEN)  # fmt: skip
            self._put_job(replace(job, attempts=(*job.attempts[:-1], last)))

    def _forget(self) -> None:
        """The ledger forgets number and texts of a job."""
        over = [
            job
            for job in self.jobs
            if not job.is_forgotten and not any(attempt.is_open for attempt in job.attempts)
        ]
        if not over:
            return
        job = self.chance.choice(over)
        fingerprint = job.fingerprint
        if self.chance.random() < 0.2:
            fingerprint = job.content.fingerprint_as_typed()
        self._put_job(
            replace(
                job,
                content=Content("", self.chance.choice([job.content.voice_id, ""])),
                fingerprint=fingerprint,
                order=job.content.order(),
                attempts=tuple(replace(each, number="") for each in job.attempts),
            )
        )

    def _something_elsewhere(self) -> None:
        """Another campaign calls somebody, or a row comes from there."""
        chance = self.chance
        match chance.randrange(4):
            case 0:
                states = [AttemptState.PLACED, AttemptState.UNKNOWN, AttemptState.INTENDED]
                free = [each for each in DIGITS if each not in self.busy()]
                chosen = [each for each in free if chance.random() < 0.3]
                self.elsewhere_busy = {each: chance.choice(states) for each in chosen}
            case 1 if self.jobs:
                print_ = chance.choice(self._fingerprints())
                self.elsewhere_called[print_] = self.now - timedelta(
                    minutes=chance.choice(_MINUTES)
                )
            case 2:
                number = chance.choice(DIGITS)
                if number not in self.busy():
                    state = chance.choice([AttemptState.UNKNOWN, AttemptState.PLACED])
                    self.orphan_calls.append(Attempt(-100 - len(self.orphan_calls), -2, number,
                                                     state, self.now))  # fmt: skip
            case 3 if self.sheet:
                cells = chance.choice(self.sheet)
                ref = f"else{len(self.elsewhere)}"
                rows = [row for row in self.rows() if self.sheet[row.index - 1] is cells]
                if rows and rows[0].content:
                    content, print_ = rows[0].content, rows[0].fingerprint
                    since = self.now - timedelta(minutes=chance.choice(_MINUTES))
                    self.elsewhere[ref] = Job(1000 + len(self.elsewhere), "other", ref, content,
                                              print_, since)  # fmt: skip
                    cells |= {"Ref": ref, "Status": chance.choice(["", "Queued", "Waiting"])}


def random_sheets(seeds: range, *, most_passes: int = 7) -> Iterator[tuple[int, RandomSheet]]:
    """By seed, each world as it is before each of its passes. Whoever asks for the next one has
    given the plan of the last to `go_on`."""
    for seed in seeds:
        world = RandomSheet.of(seed)
        for _ in range(world.chance.randint(1, most_passes)):
            yield seed, world


assert set(PEOPLES) | set(OURS) == set(TITLES.values())
