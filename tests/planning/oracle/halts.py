"""What keeps all new calls from going out, and how many the day's limits still allow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sheets_dialer.domain.daily_usage import midnight
from sheets_dialer.domain.times import time_in_sentence
from sheets_dialer.planning.plan import Halt, PassRules, TabShown
from sheets_dialer.tabs.control_tab import Control
from sheets_dialer.texts import say


@dataclass(frozen=True, slots=True)
class HaltReason:
    """Why no new call starts: the kind of reason, and the sentence."""

    halt: Halt
    why: str


def stop(now: datetime, sheet: TabShown, rules: PassRules) -> HaltReason | None:
    """What stands in the way of all new calls; Control speaks first, because a person set it."""
    if not sheet.control.run:
        problem = sheet.control.problem
        return (
            HaltReason(Halt.PROBLEM, problem) if problem else HaltReason(Halt.PAUSED, say("paused"))
        )
    for problem in (sheet.do_not_call.problem, rules.obstacle, sheet.settings.problem):
        if problem:
            return HaltReason(Halt.PROBLEM, problem)
    if rules.farewell:
        return HaltReason(Halt.ENDED, rules.farewell)
    if not rules.hours.open_at(now):
        opening = rules.hours.next_opening(now)
        if opening is None:
            return HaltReason(Halt.PROBLEM, say("never_open"))
        return HaltReason(
            Halt.CLOSED, say("outside_hours", when=time_in_sentence(opening, now, rules.zone))
        )
    return _limit(now, rules)


def before_run(now: datetime, sheet: TabShown, rules: PassRules) -> str | None:
    """While Control says PAUSE: what a person must put right before RUN would call anybody."""
    if sheet.control.run or sheet.control.problem:
        return None
    # What the portal or the run keeps back may have passed by the time of the RUN.
    running = replace(sheet, control=Control(run=True))
    there = stop(now, running, replace(rules, obstacle=None, farewell=None))
    return there.why if there and there.halt is Halt.PROBLEM else None


def calls_left(rules: PassRules) -> int | None:
    """How many more calls the day's limits allow; None where there is no limit, or none that is
    known."""
    policy, limits = rules.policy, []
    if policy.daily_cap is not None:
        limits.append(policy.daily_cap - rules.today.calls)
    if policy.daily_budget is not None and rules.price:
        rest = policy.daily_budget - rules.today.may_cost(rules.price)
        limits.append(int(rest // rules.price))
    return max(0, min(limits)) if limits else None


def calls_a_day(rules: PassRules) -> int | None:
    """How many calls the limits allow on a whole day; None where there is no limit, or none that is
    known."""
    policy, limits = rules.policy, []
    if policy.daily_cap is not None:
        limits.append(policy.daily_cap)
    if policy.daily_budget is not None and rules.price:
        limits.append(int(policy.daily_budget // rules.price))
    return min(limits, default=None)


def _limit(now: datetime, rules: PassRules) -> HaltReason | None:
    policy = rules.policy
    if policy.daily_budget is not None and not rules.price:
        return HaltReason(Halt.PROBLEM, say("no_rate_for_budget"))
    if calls_left(rules) != 0:
        return None
    if policy.daily_cap == 0:
        return HaltReason(Halt.PROBLEM, say("cap_is_nothing"))
    budget = f"{policy.daily_budget or 0:,.0f}"
    if calls_a_day(rules) == 0:
        return HaltReason(
            Halt.PROBLEM, say("budget_is_nothing", budget=budget, price=f"{rules.price or 0:.2f}")
        )
    opening = rules.hours.next_opening(midnight(now, rules.zone, days=1))
    if opening is None:
        return HaltReason(Halt.PROBLEM, say("never_open"))
    when = time_in_sentence(opening, now, rules.zone)
    if policy.daily_cap is not None and rules.today.calls >= policy.daily_cap:
        return HaltReason(Halt.LIMIT, say("cap_reached", cap=policy.daily_cap, when=when))
    return HaltReason(Halt.LIMIT, say("budget_reached", budget=budget, when=when))
