"""How soon news is known, at how many questions, against asking at a fixed interval.

    python benchmarks/polling.py [--calls N]

Calls live and end as the sandbox's portal lets them with its default mix, and with one in which
each key is corrected seconds later; time is virtual. News is the first key press, or the end of a
call without one; it is known from the moment at which the ledger would hold the call's last status
and key. The same `next_poll` runs here as in the dialer.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

from sheets_dialer.config import CampaignSettings, Config
from sheets_dialer.domain.attempt import Attempt, AttemptState
from sheets_dialer.domain.call_lifecycle import is_confirmed
from sheets_dialer.domain.policy import Policy
from sheets_dialer.domain.poll_schedule import next_poll
from sheets_dialer.domain.portal_status import ANSWERED
from sheets_dialer.sandbox.portal.life import Timeline, moment_at, plan
from sheets_dialer.sandbox.portal.settings import Settings

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NextPoll = Callable[[Attempt, Policy], datetime]


@dataclass(frozen=True)
class Figures:
    """What one way of asking costs and gives. Delays are seconds."""

    polls: float
    median: float
    late: float
    lost: int


def main() -> None:
    """Prints the curve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=5000)
    options = parser.parse_args()
    source, settings = random.Random(1), Settings()
    calls = [plan(f"92300{1_000_000 + n}", 0.0, settings, source) for n in range(options.calls)]
    policy = default_policy()
    changing = replace(settings, corrected=1.0)
    corrected = [plan(f"92300{1_000_000 + n}", 0.0, changing, source) for n in range(options.calls)]
    print("way of asking        polls a call   median   95 % within   lost keys")
    _print("ours", measure(calls, policy, next_poll))
    _print("ours, all corrected", measure(corrected, policy, next_poll))
    for seconds in (8, 10, 12, 15, 18, 20, 22, 25, 30):
        _print(f"every {seconds} s", measure(calls, policy, fixed(seconds)))


def default_policy() -> Policy:
    """The defaults of the configuration, for an account that doesn't retry by itself."""
    campaign = CampaignSettings(name="c", spreadsheet="k" * 44, voice_id="1")
    portal = {"api_key": "none", "retries": 0}
    return Config(portal=portal, campaigns=(campaign,)).policy(campaign)  # type: ignore[arg-type]  # plain values, read by the model


def fixed(seconds: float) -> NextPoll:
    """Asks at a fixed interval, and once more when an answer becomes final."""
    every = timedelta(seconds=seconds)

    def asks(attempt: Attempt, policy: Policy) -> datetime:
        if attempt.polled_at is None:
            return (attempt.placed_at or BEGIN) + every
        if attempt.call_status == ANSWERED and attempt.answered_at:
            return min(attempt.polled_at + every, attempt.answered_at + policy.answer_settle)
        return attempt.polled_at + every

    return asks


def measure(calls: list[Timeline], policy: Policy, asks: NextPoll) -> Figures:
    """Follows every call to its end."""
    polls, delays, lost = 0, [], 0
    for timeline in calls:
        count, known_at, known = follow(timeline, policy, asks)
        key = timeline[-1].dtmf
        pressed = next((moment.at for moment in timeline if moment.dtmf), timeline[-1].at)
        polls += count
        delays.append(max(0.0, known_at - pressed))
        lost += known != (int(timeline[-1].status), str(key) if key else None)
    delays.sort()
    return Figures(
        polls / len(calls), delays[len(calls) // 2], delays[int(len(calls) * 0.95)], lost
    )


def follow(
    timeline: Timeline, policy: Policy, asks: NextPoll
) -> tuple[int, float, tuple[int | None, str | None]]:
    """How many questions one call takes, and when what was known at the end was known."""
    attempt = Attempt(1, 1, "1", AttemptState.PLACED, BEGIN, placed_at=BEGIN)
    polls, known_at = 0, 0.0
    while not is_confirmed(attempt, policy):
        now = asks(attempt, policy)
        at = (now - BEGIN).total_seconds()
        moment = moment_at(timeline, at)
        polls += 1
        news = (int(moment.status), str(moment.dtmf) if moment.dtmf else None)
        if news != (attempt.call_status, attempt.dtmf):
            known_at = at
            attempt = replace(attempt, call_status=news[0], dtmf=news[1], changed_at=now)
            if news[0] == ANSWERED and attempt.answered_at is None:
                attempt = replace(attempt, answered_at=now)
        attempt = replace(attempt, polled_at=now)
    return polls, known_at, (attempt.call_status, attempt.dtmf)


def _print(name: str, figures: Figures) -> None:
    print(
        f"{name:20} {figures.polls:12.2f} {figures.median:7.1f} s {figures.late:11.1f} s"
        f" {figures.lost:11}"
    )


if __name__ == "__main__":
    main()
