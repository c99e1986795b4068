"""What the worker decides, without asking anybody: which calls leave now, what is asked about next.

A step has two halves, as only the ledger knows which of the moves it made: `step` takes in what has
arrived and says what is to be committed; `committed` takes in what became of that and says which
requests leave. No clock is read here, nothing is sent and nothing is kept: time is passed in, acts
are given back as values, and `worker` performs them.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..base.clock import Moment
from ..base.errors import PortalNotSent
from ..domain.attempt import Attempt, AttemptState, Transition
from ..domain.call_lifecycle import has_given_up, is_confirmed
from ..domain.policy import Policy
from ..domain.poll_schedule import after_silence, next_poll
from ..ledger.ledger import Moved
from ..planning.plan import DuePoll
from ..portal.client import CallReport
from ..texts import say, with_stop
from .call_tracker import CallTracker, Noted
from .caution import Caution
from .circuit_breaker import CircuitBreaker
from .outcomes import MarkedCall, Outcome, news_of
from .pace import Pace

_LONGEST_WAIT = 1.0
_LOOKS_AGAIN_AFTER = 0.05
_SILENT_AFTER = 3
"""After so many questions without an answer in a row people are told: calls in progress keep their
lines until the portal says how they stand, so nobody new may be called for hours."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one portal's calls have to share: HTTP connections, telephone lines, and the pace."""

    connections: int
    lines: int
    calls_per_minute: float


@dataclass(frozen=True, slots=True)
class Leaving:
    """Place this call now: its attempt is committed as being sent."""

    attempt: Attempt
    call: MarkedCall


@dataclass(frozen=True, slots=True)
class Question:
    """Ask now how this attempt's call stands."""

    attempt: Attempt
    policy: Policy


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be committed before anything leaves."""

    now: datetime
    moves: Sequence[Transition] = ()
    """Of attempts whose replies came, whose calls leave, are taken back or given up."""
    reports: Sequence[Noted] = ()
    """What the portal said of calls."""
    opting_out: Mapping[int, str] = field(default_factory=dict)
    """By attempt, the key with which its number asked not to be called again."""
    moved_along: Sequence[Noted] = ()
    """What is noted of calls, after the wall clock was put forward or back."""
    has_jumped: bool = False
    """Whether it was."""
    leaving: Sequence[MarkedCall] = ()
    """The calls whose moves to *sending* are among the moves."""
    is_closing: bool = False
    """Whether nothing leaves any more."""


@dataclass(slots=True)
class _OnTheWay:
    """How many requests have been sent and not been settled yet."""

    requests: int = 0
    dials: int = 0


@dataclass(frozen=True, slots=True)
class _Silence:
    """How many questions in a row the portal has left without an answer, and why the last one."""

    questions: int = 0
    problem: str = ""


class CallFlow:
    """The calls that wait, the requests on their way, and the calls that are followed.

    Set `is_closing` to let nothing leave any more; it may be set beside a step.
    """

    def __init__(self, limits: Limits, breaker: CircuitBreaker, begin: Moment) -> None:
        self._limits = limits
        self._caution = Caution(breaker)
        self._waiting: deque[MarkedCall] = deque()
        self._tracker = CallTracker(begin)
        self._on_the_way = _OnTheWay()
        self._pace = Pace(limits.calls_per_minute)
        self._silence = _Silence()
        self.is_closing = False

    def dial(self, calls: Iterable[MarkedCall]) -> None:
        """Takes calls in that are to leave as soon as pace, lines and caution allow."""
        self._waiting.extend(calls)

    def follow(self, polls: Iterable[tuple[DuePoll, Policy]], moment: Moment) -> list[Noted]:
        """Takes calls in that are to be asked about when they are due; those already followed are
        left as they are. Returns what the ledger must know of them."""
        return [
            noted
            for poll, policy in polls
            for noted in self._tracker.take_in(poll.attempt, poll.due, policy, moment)
        ]

    def begin_pass(self) -> None:
        """A new plan is made, which knows of everything that has ended so far."""
        self._tracker.begin_pass()

    def resume(self) -> None:
        """A person has stopped the calls and let them go on again."""
        self._caution.resume()

    def take_back(self, moment: Moment) -> Step:
        """Takes back every call that waits."""
        jumped = self._tracker.adjust_for_clock_jump(moment)
        return Step(
            moment.now,
            moves=self._taken_back(len(self._waiting)),
            moved_along=jumped or (),
            has_jumped=jumped is not None,
        )

    def step(self, outcomes: Sequence[Outcome], moment: Moment) -> Step:
        """Takes in what has arrived, and chooses the calls that leave; says what is to be committed
        before any of them does."""
        jumped = self._tracker.adjust_for_clock_jump(moment)
        # A machine that was stopped for a while shows as a jump: its marks may be old.
        withdrawn = [] if jumped is None else self._taken_back(len(self._waiting))
        dialled = [outcome for outcome in outcomes if outcome.dialled]
        self._on_the_way.requests -= len(outcomes)
        self._on_the_way.dials -= len(dialled)
        settled = self._caution.hear(dialled, moment.now)
        for outcome, move in zip(dialled, settled, strict=True):
            self._take_in(outcome, move, moment)
        # Asked once: what is committed as sending must also be sent.
        is_closing = self.is_closing
        leaving, late = ([], []) if is_closing else self._choose(moment)
        news = [self._reported(each, moment) for each in outcomes if not each.dialled]
        return Step(
            moment.now,
            moves=[
                *withdrawn,
                *late,
                *settled,
                *(_sending(call, moment.now) for call in leaving),
                *self._given_up(moment.now),
            ],
            reports=[(attempt_id, values) for attempt_id, values, _key in news if values],
            opting_out={attempt_id: key for attempt_id, _values, key in news if key},
            moved_along=jumped or (),
            has_jumped=jumped is not None,
            leaving=leaving,
            is_closing=is_closing,
        )

    def committed(self, step: Step, moved: Moved, moment: Moment) -> list[Leaving | Question]:
        """Takes in what became of the step's moves; returns the requests that leave now."""
        self._caution.learn(moved, step.now)
        if step.is_closing:
            return []
        held = [call for call in step.leaving if call.attempt.id in moved.held]
        self._waiting.extendleft(reversed(held))
        requests: list[Leaving | Question] = []
        for call in step.leaving:
            if call.attempt.id in moved.made:
                sending = AttemptState.SENDING
                attempt = replace(call.attempt, state=sending, sending_at=step.now)
                self._tracker.know(attempt, call.policy, moment)
                requests.append(Leaving(attempt, call))
        self._on_the_way.dials += len(requests)
        self._on_the_way.requests += len(requests)
        while self._on_the_way.requests < self._limits.connections:
            due = self._tracker.take_due(moment.steady)
            if due is None:
                break
            self._on_the_way.requests += 1
            requests.append(Question(*due))
        return requests

    def seconds_to_next(self, steady: float) -> float:
        """How long to wait for an outcome before looking again at what is due."""
        waits = [_LONGEST_WAIT]
        if not self.is_closing:
            due_in = self._tracker.seconds_to_next(steady)
            if due_in is not None and self._on_the_way.requests < self._limits.connections:
                waits.append(due_in)
            if self._waiting:
                # Lines fall free by the clock, too, so a full house is looked at again soon.
                waits.append(max(self._pace.seconds_to_next(steady), _LOOKS_AGAIN_AFTER))
        return max(min(waits), 0.0)

    @property
    def breaker(self) -> CircuitBreaker:
        """How the portal has treated the last dials."""
        return self._caution.breaker

    @property
    def requests_on_the_way(self) -> int:
        """How many requests have been sent and not been settled yet."""
        return self._on_the_way.requests

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn."""
        return len(self._waiting)

    def waiting_by_campaign(self) -> Counter[str]:
        """The same for each campaign."""
        return Counter(call.policy.campaign for call in self._waiting)

    def is_following(self, attempt_id: int) -> bool:
        """Whether anything more is expected of the attempt."""
        return attempt_id in self._tracker

    def lines_in_use(self, steady: float) -> int:
        """How many lines are believed taken."""
        return self._tracker.lines_in_use(steady)

    def caution(self, now: datetime) -> str | None:
        """Why the portal's own behaviour stops all new calls, for people."""
        return self._caution.sentence(now, self._tracker.in_progress)

    def silence(self) -> str | None:
        """What a person should know while the portal doesn't say how calls stand."""
        if self._silence.questions < _SILENT_AFTER or not self._tracker:
            return None
        return say("portal_silent", problem=with_stop(self._silence.problem))

    def _choose(self, moment: Moment) -> tuple[list[MarkedCall], list[Transition]]:
        """The calls that pace, lines, connections and caution let leave at this moment, and the
        moves of those that may not leave any more."""
        free = min(
            self._limits.connections - self._on_the_way.requests,
            self._limits.lines - self._tracker.lines_in_use(moment.steady),
        )
        width = self._caution.width(moment.now, self._tracker.in_progress)
        if width is not None:
            free = min(free, width - self._on_the_way.dials)
        leaving: list[MarkedCall] = []
        late: list[Transition] = []
        while self._waiting and len(leaving) < free and self._pace.allows(moment.steady):
            if not self._waiting[0].may_leave(moment.now, moment.steady):
                # Only this one: others may be of a campaign whose hours are longer.
                late += self._taken_back(1)
                continue
            leaving.append(self._waiting.popleft())
            self._pace.left(moment.steady)
        return leaving, late

    def _take_in(self, outcome: Outcome, move: Transition, moment: Moment) -> None:
        """Follows a call that was placed; of others nothing is expected."""
        attempt, policy = replace(outcome.attempt, state=move.target), outcome.policy
        if move.target is AttemptState.PLACED:
            placed = replace(attempt, **move.values)
            self._tracker.follow(placed, next_poll(placed, policy), policy, moment)
        else:
            self._tracker.drop(attempt, policy, moment)

    def _reported(self, outcome: Outcome, moment: Moment) -> tuple[int, dict[str, Any], str | None]:
        """Takes in what the portal said about a call; returns what the ledger must know of it, and
        the key with which its number asked not to be called again."""
        # Newer than what was asked with, if the clock has jumped since.
        attempt = self._tracker.attempt(outcome.attempt.id)
        policy, result = outcome.policy, outcome.result
        if not isinstance(result, CallReport):
            self._silence = _Silence(self._silence.questions + 1, str(result))
            self._ask_again(attempt, policy, moment, was_sent=not isinstance(result, PortalNotSent))
            return attempt.id, {}, None
        self._silence = _Silence()
        values = news_of(attempt, result, moment.now)
        attempt = replace(attempt, **values)
        if is_confirmed(attempt, policy):
            self._tracker.drop(attempt, policy, moment)
        else:
            self._tracker.follow(attempt, next_poll(attempt, policy), policy, moment)
        opts_out = policy.opts_out(attempt.dtmf, attempt.unread)
        return attempt.id, values, policy.opt_out_key if opts_out else None

    def _ask_again(
        self, attempt: Attempt, policy: Policy, moment: Moment, *, was_sent: bool
    ) -> None:
        """The portal said nothing of the call: only an answer counts as asked. One that is given up
        is asked about a few times more."""
        due = after_silence(attempt, moment.now, policy)
        if was_sent and has_given_up(attempt, moment.now, policy):
            due = moment.now + policy.poll_every
            if self._tracker.asked_in_vain(attempt.id):
                self._tracker.drop(attempt, policy, moment)
                return
        self._tracker.follow(attempt, due, policy, moment)

    def _given_up(self, now: datetime) -> list[Transition]:
        """The moves of the calls of which the portal was asked in vain for the last time."""
        here, there = AttemptState.PLACED, AttemptState.ENDED
        return [
            Transition(each, here, there, {"ended_at": now}) for each in self._tracker.given_up()
        ]

    def _taken_back(self, count: int) -> list[Transition]:
        """Takes back the first so many of the calls that wait; their moves."""
        calls = [self._waiting.popleft() for _ in range(count)]
        here, there = AttemptState.INTENDED, AttemptState.WITHDRAWN
        return [Transition(call.attempt.id, here, there, {}) for call in calls]


def _sending(call: MarkedCall, now: datetime) -> Transition:
    here, there = AttemptState.INTENDED, AttemptState.SENDING
    return Transition(call.attempt.id, here, there, {"sending_at": now})
