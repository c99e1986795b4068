"""How a campaign stands, in sentences for the control tab and the terminal."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from functools import lru_cache

from ..domain.times import time_in_sentence
from ..tabs.status import CHECK
from ..texts import say, with_stop
from .completion_estimate import Estimate, estimate
from .halts import calls_a_day, calls_left
from .plan import Halt, PassRules, Plan, RowState

_VARIES = re.compile(r"[“\"][^”\"]*[”\"]|\d[\d:./,-]*\d|\d")
_NOT_NOW = frozenset({RowState.QUEUED, RowState.WAITING, RowState.HELD})
_HELD_SHOWN = 3
_LONGEST_REASON = 70
_HOUR_MINUTES, _SOON_MINUTES = 60, 90


def state(made: Plan, now: datetime, rules: PassRules, paused_at: datetime | None = None) -> str:
    """How the campaign stands, in one line that begins with one word: Calling, Waiting, Paused,
    Stopped, Done, or with the farewell of the run."""
    in_progress = made.in_progress + len(made.dials)
    queued = made.count(RowState.QUEUED) + len(made.new_jobs)
    waiting, held = made.count(RowState.WAITING), made.count(RowState.HELD)
    named = [("count_queued", queued), ("count_waiting", waiting), ("count_held", held)]
    counts = [say(name, count=count) for name, count in named if count]
    progress = [say("count_in_progress", count=in_progress)] if in_progress else []
    still = [say("count_still_in_progress", count=in_progress)] if in_progress else []
    match made.halt:
        case Halt.PAUSED:
            line = (
                _listed([_paused(paused_at, now, rules), *still, *counts])
                if paused_at
                else _then(say("state_never_run"), [*still, *counts])
            )
        case Halt.PROBLEM:
            line = _then(_stopped(str(made.stopped)), [*still, *counts])
        case Halt.ENDED:
            line = _then(str(made.stopped), [*progress, *counts] or [say("nothing_queued")])
        case _ if not (in_progress or queued or waiting):
            line = _then(say("state_done"), counts)
        case Halt.CLOSED:
            opening = rules.hours.next_opening(now) or now
            when = time_in_sentence(opening, now, rules.zone)
            line = _listed([say("state_closed", when=when), *still, *counts])
        case Halt.LIMIT:
            line = _then(say("state_limit", why=made.stopped), [*still, *counts])
        case None if in_progress or queued:
            line = say("state_calling", counts=_listed([*progress, *counts]))
        case None:
            held_too = [say("count_held", count=held)] if held else []
            line = _then(say("state_waiting", count=waiting), held_too)
    more = [each for each in (made.before_run, made.note) if each]
    return " ".join([with_stop(line), *more]) if more else line


def reasons(made: Plan) -> list[tuple[str, int]]:
    """Why rows aren't called now, most frequent first. What differs from row to row within one
    reason is left out where rows differ in it."""
    whys: Counter[str] = Counter()
    everybody = made.stopped
    if everybody and made.halt is Halt.PROBLEM:
        everybody = without_stopped(everybody)
    for summary, count in made.summaries.items():
        if summary.why and (summary.row_state in _NOT_NOW or summary.status == CHECK):
            # What keeps the queue as a whole isn't said on its rows.
            stopped = everybody if summary.row_state is RowState.QUEUED else None
            whys[stopped or summary.why] += count
    return _grouped(whys)


def preview_sentence(made: Plan, now: datetime, rules: PassRules) -> str:
    """What RUN would do: how many it calls, what that costs, how long it takes, who is held."""
    calls = made.to_call
    said = [say("preview_not_yet") if made.before_run else _would_call(calls, now, rules)]
    left = calls_left(rules)
    if calls and left is not None and left < calls and not made.before_run:
        said.append(say("preview_limit", count=left))
    held: Counter[str] = Counter()
    for summary, count in made.summaries.items():
        if summary.row_state is RowState.HELD:
            held[summary.why] += count
    if held:
        grouped = [(why, count) for why, count in _grouped(held) if why][:_HELD_SHOWN]
        shown = [say("reason_counted", why=_short(why), count=count) for why, count in grouped]
        # A row that somebody else may just be calling says no reason.
        rest = held.total() - sum(count for _, count in grouped)
        shown += [say("preview_others", count=rest)] if rest else []
        text = "preview_held" if held.total() > 1 else "preview_one_held"
        said.append(say(text, count=held.total(), reasons=f"{say('comma')} ".join(shown)))
    return " ".join(said)


def done_by(calls: int, now: datetime, rules: PassRules) -> str:
    """When so many calls would be done, in words; empty where that is out of sight."""
    found = _estimate(calls, now, rules)
    return capital(time_in_sentence(found.done_at, now, rules.zone)) if found else ""


def in_words(span: timedelta) -> str:
    """A length of time as people say it, to the minute."""
    minutes = max(1, round(span / timedelta(minutes=1)))
    if minutes == 1:
        return say("one_minute")
    if minutes < _SOON_MINUTES:
        return say("minutes", count=minutes)
    hours, rest = divmod(minutes, _HOUR_MINUTES)
    if hours == 1:
        return say("an_hour_and_minutes", minutes=rest)
    return (
        say("hours_and_minutes", hours=hours, minutes=rest) if rest else say("hours", count=hours)
    )


def clock_off(seconds_ahead: float) -> str | None:
    """What to do about a clock that is off by so much; None for one that isn't."""
    if not seconds_ahead:
        return None
    name = "clock_ahead" if seconds_ahead > 0 else "clock_behind"
    return say(name, span=in_words(timedelta(seconds=abs(seconds_ahead))))


def without_stopped(why: str) -> str:
    """The reason without the word Stopped, for cells that say as much by their label."""
    return capital(why.removeprefix(say("state_stopped", why="").strip()).strip())


def capital(text: str) -> str:
    """The text with a capital first letter, where its writing has any."""
    return text[:1].upper() + text[1:]


def _would_call(calls: int, now: datetime, rules: PassRules) -> str:
    if not calls:
        return say("preview_nobody")
    found = _estimate(calls, now, rules)
    about = [say("rupees", amount=f"{rules.price * calls:,.0f}")] if rules.price else []
    about += [in_words(found.working)] if found else []
    line = say("preview_calls", count=calls)
    if about:
        line = say("preview_costs", count=calls, about=f" {say('and')} ".join(about))
    if found and found.done_at - now > found.working + timedelta(minutes=5):
        line += " " + say("preview_done", when=time_in_sentence(found.done_at, now, rules.zone))
    return line


def _estimate(calls: int, now: datetime, rules: PassRules) -> Estimate | None:
    left_today, left_a_day = calls_left(rules), calls_a_day(rules)
    return estimate(
        calls, now, rules.policy, rules.hours, left_today=left_today, left_a_day=left_a_day
    )


def _paused(paused_at: datetime, now: datetime, rules: PassRules) -> str:
    when = time_in_sentence(paused_at, now, rules.zone)
    local, today = (each.astimezone(rules.zone) for each in (paused_at, now))
    if local.date() == today.date():
        return say("state_paused_today", clock=local.strftime("%H:%M"))
    return say("state_paused", when=when)


def _stopped(why: str) -> str:
    """The reason behind the word Stopped, which some reasons begin with already."""
    begins = say("state_stopped", why="").strip()
    return why if why.startswith(begins) else say("state_stopped", why=why)


def _listed(parts: list[str]) -> str:
    return f"{say('comma')} ".join(parts) + say("full_stop")


def _then(sentence: str, parts: list[str]) -> str:
    return f"{with_stop(sentence)} {_listed(parts)}" if parts else sentence


def _grouped(whys: Counter[str]) -> list[tuple[str, int]]:
    """Reasons that differ only in what varies from row to row, together; most frequent first."""
    groups: dict[str, list[tuple[str, int]]] = {}
    for why, count in whys.items():
        groups.setdefault(_gist(why), []).append((why, count))
    lines = [
        (members[0][0] if len(members) == 1 else gist, sum(count for _, count in members))
        for gist, members in groups.items()
    ]
    return sorted(lines, key=lambda line: (-line[1], line[0]))


@lru_cache(10_000)
def _gist(why: str) -> str:
    return _VARIES.sub("…", why)


def _short(why: str) -> str:
    """A reason's first sentence, without its full stop."""
    first = re.split(r"(?<=[.۔])\s", why, maxsplit=1)[0].rstrip(".۔")
    return first if len(first) <= _LONGEST_REASON else first[: _LONGEST_REASON - 1] + "…"
