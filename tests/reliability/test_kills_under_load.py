"""Kills at random instants while many calls are on their way at once."""

from __future__ import annotations

import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor

from tests.support import judge
from tests.support.judge import Caught
from tests.support.offices import Office, Offices

LINES = 64
ROWS = 400
KILLS_IN_ONE_SHEET = 12
AT_ONCE = 3
MOST_SECONDS_TO_A_CALL = 10


def wait_for_a_call(office: Office) -> None:
    """Waits until the program that was just started calls somebody; a while if it calls nobody."""
    before, end = len(office.calls()), time.monotonic() + MOST_SECONDS_TO_A_CALL
    while len(office.calls()) == before and time.monotonic() < end:
        time.sleep(0.05)


def killed_again_and_again(offices: Offices, seed: int) -> tuple[list[int], list[str]]:
    """One sheet, whose dialer is killed and started anew; how many calls were in flight at each
    kill, and all that is wrong in the end."""
    source = random.Random(seed)
    numbers = [f"92301{number}" for number in source.sample(range(10**6, 10**7), ROWS)]
    office, caught, in_flight = offices.open(numbers), Caught(), []
    office.configure(portal={"lines": LINES, "connections": LINES})
    for _ in range(KILLS_IN_ONE_SHEET):
        with office.program("start", "--until-done") as program:
            if source.random() < 0.5:
                # On a slow machine few instants counted from the start find it dialling.
                wait_for_a_call(office)
            time.sleep(source.uniform(0.1, 1.6))
            program.send(signal.SIGKILL)
            program.end()
        in_flight.append(caught.look(office))
    office.finish()
    return in_flight, judge.faults(office, caught)


def test_kills_at_random_instants_under_load_call_nobody_twice_and_lose_nothing(
    offices: Offices, full: bool
) -> None:
    # As slow as a portal over the internet, so that calls are on their way when the kill comes.
    offices.sandbox.post("/_sandbox/portal", {"latency": 0.3})
    base = random.SystemRandom().randrange(10**6)
    seeds = range(base, base + (25 if full else 1))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(
            zip(seeds, pool.map(lambda s: killed_again_and_again(offices, s), seeds), strict=True)
        )
    for seed, (in_flight, _) in found.items():
        print(f"seed {seed}: in flight at each kill {in_flight}")
    assert {seed: faults for seed, (_, faults) in found.items() if faults} == {}
    most = max(count for in_flight, _ in found.values() for count in in_flight)
    assert 1 < most <= LINES, "no kill came while calls were on their way"
