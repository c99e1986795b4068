"""How fast calls are placed, with both commits, against a portal that takes its time.

    python benchmarks/placing.py [--calls N] [--connections N] [--latency SECONDS]

The sandbox runs as a process of its own. Printed are calls a second, as a share of what the latency
allows (connections divided by seconds), and this process's processor time for each call.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

import requests
import structlog

from sheets_dialer.app.demo import Sandbox, running_sandbox
from sheets_dialer.app.wiring import new_refs
from sheets_dialer.base.clock import Clock
from sheets_dialer.config import load_config
from sheets_dialer.dialing.call_flow import Limits
from sheets_dialer.dialing.portal_requests import PortalRequests
from sheets_dialer.dialing.worker import CallWorker, MarkedCall
from sheets_dialer.domain.attempt import AttemptState, Reason
from sheets_dialer.domain.content import Content
from sheets_dialer.domain.job import NewJob
from sheets_dialer.ledger.ledger import Intent, Ledger
from sheets_dialer.portal.client import Portal
from sheets_dialer.portal.session import portal_session


def main() -> None:
    """Measures once and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=6400)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--latency", type=float, default=0.2)
    options = parser.parse_args()
    # As the program runs unless told -v: warnings only.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with (
        tempfile.TemporaryDirectory() as name,
        running_sandbox(Path(name), port=0, speed=1) as sandbox,
    ):
        settings = {"latency": options.latency, "balance": 10_000_000}
        requests.post(f"{sandbox.url}/_sandbox/portal", json=settings, timeout=10)
        measure(sandbox, options.calls, options.connections, options.latency)


def measure(sandbox: Sandbox, calls: int, connections: int, latency: float) -> None:
    """Places the calls and prints how it went."""
    config = load_config(sandbox.directory / "config.yaml")
    clock = Clock()
    ledger = Ledger(config.ledger, new_id="benchmrk")
    portal = Portal(
        config.portal.base_url,
        config.portal.api_key.get_secret_value,
        portal_session(connections),
    )
    requests_to_portal = PortalRequests(portal, clock, connections)
    worker = CallWorker(requests_to_portal, ledger, clock, Limits(connections, 100_000, 60_000))
    campaign = config.campaigns[0]
    # Placing alone is measured: no call is asked about meanwhile.
    policy = replace(config.policy(campaign), poll_first_after=timedelta(hours=1))
    hours = config.hours(campaign)
    now = clock.now()
    refs = new_refs()
    numbers = [f"92300{1_000_000 + each}" for each in range(calls)]
    new = [NewJob(next(refs), Content(number, campaign.voice_id)) for number in numbers]
    ledger.record(campaign.name, now, new_jobs=new)
    begun = time.perf_counter()
    intents = [Intent(job, Reason.FIRST) for job in ledger.jobs(campaign.name)]
    intended = ledger.record(campaign.name, now, intents=intents, gap=timedelta(hours=24))
    recording = time.perf_counter() - begun
    by_job = {intent.job.id: intent.job.content for intent in intents}
    confirmed = [
        MarkedCall(attempt, by_job[attempt.job_id], policy, hours, clock.steady())
        for attempt in intended
    ]
    worker.start()
    cpu, begun = time.process_time(), time.perf_counter()
    worker.dial(confirmed)
    while worker.in_flight() <= 2 and worker.waiting():
        time.sleep(0.002)
    widened = time.perf_counter()
    while worker.in_flight() or worker.waiting():
        time.sleep(0.02)
    ended = time.perf_counter()
    seconds, cpu = ended - begun, time.process_time() - cpu
    worker.finish()
    placed = sum(1 for _ in ledger.attempts_in({AttemptState.PLACED}))
    accepted = len(sandbox.calls())
    ledger.close()
    possible = connections / latency
    print(f"placed                    {placed} of {calls}, the portal accepted {accepted}")
    print(f"calls a second            {placed / seconds:.1f} of {possible:.0f} possible")
    print(f"share of what is possible {placed / seconds / possible:.1%} (wanted: 95 %)")
    after_first = (placed - 3) / (ended - widened) / possible
    print(f"the same after the first  {after_first:.1%} (a run begins with one call, then two)")
    print(f"processor time a call     {cpu / placed * 1000:.2f} ms (wanted: at most 2 ms)")
    print(f"recording as intended     {recording / calls * 1000:.2f} ms a call, before that")


if __name__ == "__main__":
    main()
