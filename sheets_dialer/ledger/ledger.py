"""The ledger: what this dialer dialled. A local database, and the truth when the sheet differs.

Everything that must never happen twice is refused here by a constraint, not by a check before:
at most one open attempt per number, one attempt per job and number of try, one job per content
within the gap, and each move between attempt states only from the state that it may start from.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from ..base.errors import LedgerError
from ..domain.attempt import OPEN_STATES, Attempt, AttemptState, Transition
from ..domain.content import Content
from ..domain.daily_usage import DailyUsage, as_today, hours_begun
from ..domain.job import Adoption, Job, JobChange, NewJob, Rewriting
from ..domain.opt_out import OptOut
from ..domain.problems import ProblemCode
from ..tabs.fence_state import FenceState, FenceStep
from . import commands, facts, opt_outs, queries, retention, run_memory
from .commands import Intent
from .database import line_up, make_engine, own_errors
from .doubtful_attempts import doubt_marks, doubt_withdrawn
from .exclusive_lock import Hold, held, require_free
from .facts import Fact
from .history import note
from .postgres_server import require_on_disk
from .schema import IS_OPEN, attempts, jobs, settle_schema
from .transitions import Moved, make_moves
from .upgrades import upgrade

__all__ = ["Intent", "Ledger", "Moved"]

log = structlog.get_logger()
_Value = TypeVar("_Value")
_REFUSED_WITHIN = 2.0
"""Seconds in which a database says no to a value."""


class Ledger:
    """One database of jobs, attempts, events and tokens. Safe to share between threads."""

    def __init__(self, address: str, *, new_id: str, portal: str = "") -> None:
        """Opens the ledger and makes it where there is none.

        `new_id` becomes the ledger's id if it is made now: a few letters that tell its tokens from
        another ledger's. `portal` is the address of the portal whose call ids will be told.

        Raises:
            LedgerError: it can't be opened or written, or a newer version has written it.
        """
        self._engine = make_engine(address)
        self._hold: Hold | None = None
        self.portal = portal or None
        try:
            with self._writing() as connection:
                self.id = settle_schema(
                    connection,
                    new_id,
                    lambda known: require_free(connection, known),
                    upgrade,
                )
        except LedgerError:
            self.close()
            raise

    def close(self) -> None:
        """Gives the database back."""
        self._engine.dispose()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps other processes from dialling with this ledger, until the end or our death.

        Raises:
            AnotherDialer: another process holds it.
            LedgerError: its database may forget what it acknowledges.
        """
        with held(self._engine, self.id) as hold:
            self._hold = hold
            try:
                yield
            finally:
                self._hold = None

    def stay_held(self) -> None:
        """Makes sure that this process still holds the ledger, and that its database is the one
        that it took.

        Raises:
            LedgerTaken: another process took it over.
            LedgerError: another server answers in its place.
        """
        if self._hold is not None:
            with own_errors(self._engine):
                self._hold.keep()

    def require_on_disk(self) -> None:
        """Makes sure that the database keeps what it acknowledges.

        Raises:
            LedgerError: it may forget that in a crash.
        """
        with self._reading() as connection:
            require_on_disk(connection)

    @property
    def may_lack_commits(self) -> bool:
        """Whether another server answers than the one that the ledger remembers, so that the last
        commits of an earlier run may be lost. Only for who holds it."""
        known = self.fact(facts.SERVER)
        return self._hold is not None and known not in (None, self._hold.server)

    def trust_server(self) -> None:
        """Remembers which server answers, once what it may lack has been seen to."""
        if self._hold is not None and self._hold.server != (self.fact(facts.SERVER) or ""):
            self.set_fact(facts.SERVER, self._hold.server)

    def campaigns(self) -> list[str]:
        """The names of all campaigns that have jobs."""
        query = sa.select(jobs.c.campaign).distinct().order_by(jobs.c.campaign)
        with self._reading() as connection:
            return [row.campaign for row in connection.execute(query)]

    def campaigns_of(self, job_ids: Iterable[int]) -> dict[int, str]:
        """By job, the name of its campaign."""
        with self._reading() as connection:
            return queries.campaigns_of(connection, job_ids)

    def jobs(self, campaign: str) -> list[Job]:
        """Every job of the campaign with its attempts, oldest first."""
        with self._reading() as connection:
            return queries.all_jobs(connection, campaign)

    def jobs_with(
        self,
        campaign: str,
        *,
        numbers: Iterable[str] = (),
        refs: Iterable[str] = (),
        call_ids: Iterable[str] = (),
        fingerprints: Iterable[str] = (),
    ) -> list[Job]:
        """The campaign's jobs that have one of these numbers, Refs or calls, and the forgotten ones
        with one of these fingerprints, oldest first."""
        with self._reading() as connection:
            return queries.jobs_with(
                connection,
                campaign,
                numbers=numbers,
                refs=refs,
                call_ids=call_ids,
                fingerprints=fingerprints,
            )

    def jobs_elsewhere(self, campaign: str, refs: Iterable[str]) -> list[Job]:
        """The jobs of other campaigns than this one that have one of these Refs, oldest first."""
        with self._reading() as connection:
            return queries.jobs_elsewhere(connection, campaign, refs)

    def jobs_under_way(self, campaign: str, since: datetime) -> list[Job]:
        """The campaign's jobs of which more may come: those with an open attempt, and those whose
        call, made since then, may yet get a late answer, because they were dialled again or because
        it never began to ring."""
        with self._reading() as connection:
            return queries.jobs_under_way(connection, campaign, since)

    def last_calls(self, fingerprints: Iterable[str]) -> dict[str, list[tuple[int, datetime]]]:
        """By fingerprint, in any campaign, each job's last attempt that may have rung and that was
        asked for with it, or in which just that was said."""
        with self._reading() as connection:
            return queries.last_calls(connection, fingerprints)

    @property
    def compares_letters(self) -> bool:
        """Whether some job's fingerprint is still an older version's, of what was typed letter for
        letter: what the ledger had forgotten can't be reckoned anew."""
        return self.fact(facts.AS_TYPED) is not None

    def open_attempts(self) -> list[Attempt]:
        """Every open attempt, in any campaign: each keeps its number from being called."""
        query = sa.select(*queries.ATTEMPT_COLUMNS).where(IS_OPEN)
        with self._reading() as connection:
            return [queries.attempt_of(row) for row in connection.execute(query)]

    def attempts_in(
        self, states: Iterable[AttemptState], *, outside: Iterable[str] = ()
    ) -> list[Attempt]:
        """All attempts in one of these states, but of the campaigns that they are `outside` of."""
        wanted = set(states)
        query = sa.select(*queries.ATTEMPT_COLUMNS).where(attempts.c.state.in_(sorted(wanted)))
        if wanted <= OPEN_STATES:
            # In these very words, so that the database may use the index of open attempts.
            query = query.where(IS_OPEN)
        if excluded := sorted(outside):
            query = query.join(jobs).where(jobs.c.campaign.not_in(excluded))
        with self._reading() as connection:
            return [queries.attempt_of(row) for row in connection.execute(query)]

    def today(self, campaign: str, now: datetime, zone: ZoneInfo) -> DailyUsage:
        """What the campaign has called since midnight in its zone."""
        begun = hours_begun(now, zone)
        with self._reading() as connection:
            counted = queries.counted_by_hour(connection, campaign, begun)
        return as_today(begun, zone, counted)

    def record(
        self,
        campaign: str,
        now: datetime,
        *,
        new_jobs: Sequence[NewJob] = (),
        adoptions: Sequence[Adoption] = (),
        job_changes: Sequence[JobChange] = (),
        moves: Sequence[Transition] = (),
        intents: Sequence[Intent] = (),
        rewritings: Sequence[Rewriting] = (),
        gap: timedelta = timedelta(0),
    ) -> list[Attempt]:
        """Commits all that a plan decided, in one transaction; returns the attempts it intends.

        An intent is left out, which is no error, where another row or another process was faster:
        the number has an open attempt, this try of the job exists, (for a first call) the same
        content was called for another job within the gap, or the number was opted out. `rewritings`
        are the jobs whose rows say something else than before.

        Raises:
            LedgerTaken: another process took the ledger over from this one; nothing is written.
        """
        if not (new_jobs or adoptions or job_changes or rewritings or moves or intents):
            return []
        with self._writing() as connection:
            if self._hold is not None:
                self._hold.require_last(connection)
            commands.add_jobs(connection, campaign, new_jobs, now)
            commands.adopt(connection, campaign, adoptions, now, self.portal)
            commands.change_jobs(connection, job_changes)
            commands.rewrite(connection, rewritings)
            make_moves(connection, moves, now, self.portal)
            return commands.intend(connection, intents, now, now - gap)

    def say_otherwise(
        self, contents: Mapping[int, Content], now: datetime, gap: timedelta
    ) -> set[int]:
        """Keeps what attempts, by their ids, are about to say, where their cells show something
        else than was planned; returns those that must not say it, since another job's call has said
        it within the gap and no person asked for it again."""
        if not contents:
            return set()
        with self._writing() as connection:
            return commands.say_otherwise(connection, contents, now - gap)

    def move(self, moves: Sequence[Transition], now: datetime) -> set[int]:
        """Makes the moves in one transaction; returns the attempts that were in the right state."""
        return set(self.moved(moves, now).made)

    def moved(self, moves: Sequence[Transition], now: datetime) -> Moved:
        """Makes the moves in one transaction; returns what became of them.

        This is the compare-and-swap that lets exactly one process send an attempt. None is sent
        when another process took the ledger over, but what came of those that were is kept.
        """
        if not moves:
            return Moved()
        sends = any(move.target is AttemptState.SENDING for move in moves)
        with self._writing() as connection:
            if sends and self._hold is not None and not self._hold.is_last(connection):
                moves = [move for move in moves if move.target is not AttemptState.SENDING]
            return make_moves(connection, moves, now, self.portal)

    def keep(self, moves: Sequence[Transition], now: datetime) -> list[Transition]:
        """Makes the moves and returns those that the database doesn't take: one that it refuses
        costs no other. For the last try before the process ends."""
        try:
            self.move(moves, now)
            return []
        except Exception as error:
            log.warning("kept one by one", moves=len(moves), problem=type(error).__name__)
        refused: list[Transition] = []
        for index, each in enumerate(moves):
            begun = time.monotonic()
            try:
                self.move([each], now)
            except Exception as error:
                log.error("not kept", attempt=each.attempt_id, problem=type(error).__name__)
                refused.append(each)
                # What is refused is refused at once. Waited for is a database that is out of reach,
                # which would let each of the others wait as long.
                if time.monotonic() - begun > _REFUSED_WITHIN:
                    return refused + list(moves[index + 1 :])
        return refused

    def report(
        self,
        reports: Sequence[tuple[int, Mapping[str, Any]]],
        now: datetime,
        *,
        opting_out: Mapping[int, str] | None = None,
    ) -> None:
        """Keeps what the portal said about placed calls, in one transaction. `opting_out` gives, by
        attempt, the key with which its number asked not to be called again."""
        if not reports:
            return
        with self._writing() as connection:
            commands.keep_reports(connection, reports, opting_out or {}, now)

    def opted_out(self, numbers: Iterable[str]) -> dict[str, OptOut]:
        """Which of these numbers asked not to be called again."""
        with self._reading() as connection:
            return opt_outs.opted_out(connection, numbers)

    def opt_outs_after(self, last_id: int) -> list[OptOut]:
        """The opt-outs, and those taken back, that changed after the one of this id, in order;
        after 0 that is all of them."""
        with self._reading() as connection:
            return opt_outs.changed_after(connection, last_id)

    def allow(self, number: str, now: datetime) -> OptOut | None:
        """Lets a number be called again; returns the opt-out that it takes back, None when there is
        none."""
        with self._writing() as connection:
            taken_back = opt_outs.take_back(connection, number, now)
            if taken_back is None:
                return None
            before, attempt_id = taken_back
            note(connection, now, [(attempt_id, "allowed again by a person")])
            return before

    def forget(self, before: datetime, *, most: int, after: int = 0) -> list[int]:
        """Forgets number and texts of at most so many jobs, from behind the id `after` on, to which
        nothing has happened since `before`; returns them. What prevents a second call is kept."""
        with self._reading() as connection:
            ids = retention.old_jobs(connection, before, after=after, most=most)
        if ids:
            with self._writing() as connection:
                retention.forget(connection, ids, before)
        return ids

    def fact(self, fact: Fact[_Value]) -> _Value | None:
        """Something that one run leaves for the next (`facts`); None when it left nothing."""
        with self._reading() as connection:
            return run_memory.read_fact(connection, fact)

    def set_fact(self, fact: Fact[_Value], value: _Value | None) -> None:
        """Leaves something for the next run, or with None nothing any more."""
        with self._writing() as connection:
            run_memory.keep_fact(connection, fact, value)

    def fence(self, tab: str) -> FenceState:
        """What is remembered of the tab's tokens."""
        with self._reading() as connection:
            return run_memory.read_fence(connection, tab)

    def change_fence(self, tab: str, take: Callable[[FenceState], FenceStep]) -> FenceStep:
        """Has a step taken from what is remembered of the tab's tokens, and keeps what comes of it
        before anybody acts on the step: in one transaction, so that a death leaves all or nothing
        of it, and no other process takes a step from the same state."""
        with self._writing() as connection:
            before = run_memory.read_fence(connection, tab)
            step = take(before)
            if step.doubts_marks:
                doubt_marks(connection, ProblemCode.MARK_IN_DOUBT)
            if step.state != before:
                run_memory.keep_fence(connection, tab, step.state)
            return step

    def doubt_withdrawn(self, campaign: str, since: datetime, now: datetime) -> int:
        """Makes unknown what was withdrawn since then and not tried anew: another dialer, which
        wrote at the same moment, may have called it; returns how many attempts that are."""
        with self._writing() as connection:
            return doubt_withdrawn(connection, campaign, since, now)

    def doubt_marks(self, why: ProblemCode) -> None:
        """Lets no withdrawn attempt explain a mark in the sheet any more."""
        with self._writing() as connection:
            doubt_marks(connection, why)

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        """A transaction that only reads, so that it waits for no writer."""
        with own_errors(self._engine), self._engine.connect() as connection:
            yield connection.execution_options(sqlite_begin="DEFERRED")

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """A transaction that waits for every other one that writes, and holds off the next."""
        with own_errors(self._engine), self._engine.begin() as connection:
            line_up(connection)
            yield connection
