"""What the request log keeps, and that no client can make it grow without end."""

from __future__ import annotations

from sheets_dialer.sandbox.http import Request
from sheets_dialer.sandbox.request_log import LATEST, MOST_KINDS, OTHER, RequestLog


def test_made_up_kinds_and_many_requests_do_not_fill_the_memory() -> None:
    log = RequestLog(lambda: 0.0)
    request = Request("GET", "/api/x", "", {})
    for number in range(2 * LATEST):
        log.arrived("portal", f"x{number}", request, reads=True, fault=None)
    log.arrived("portal", "calls", request, reads=False, fault=None)
    counts = log.counts()["portal"]
    assert len(counts) <= MOST_KINDS + 1
    assert counts["calls"] == 1
    assert counts[OTHER] > LATEST
    assert counts["total"] == 2 * LATEST + 1
    assert len(log.latest()) == LATEST
