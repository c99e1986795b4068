"""Google's per-minute quotas: who is counted, what is refused, and in which words."""

from __future__ import annotations

import pytest
from gspread.exceptions import APIError

from sheets_dialer.sandbox.clock import Clock
from sheets_dialer.sandbox.google.errors import GoogleError
from sheets_dialer.sandbox.limits import Limits
from tests.support.running import RunningSandbox

limited = pytest.mark.parametrize("sandbox", ["limits"], indirect=True)


class _Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def _spend(limits: Limits, account: str, times: int, *, reads: bool = True) -> int:
    """How many of so many requests were let through."""
    passed = 0
    for _ in range(times):
        try:
            limits.spend(account, reads=reads)
            passed += 1
        except GoogleError:
            continue
    return passed


def test_a_user_has_sixty_of_each_a_minute_and_refused_ones_are_free() -> None:
    time = _Time()
    limits = Limits(time)
    assert _spend(limits, "a", 70) == 60
    assert _spend(limits, "a", 70, reads=False) == 60
    assert _spend(limits, "b", 70) == 60
    time.now += 59.9
    assert _spend(limits, "a", 1) == 0
    time.now += 0.1
    assert _spend(limits, "a", 70) == 60


def test_all_users_together_have_three_hundred() -> None:
    limits = Limits(_Time())
    assert sum(_spend(limits, f"user{n}", 60) for n in range(6)) == 300
    with pytest.raises(GoogleError, match="limit 'Read requests per minute' of"):
        limits.spend("user5", reads=True)


def test_switched_off_they_count_nothing() -> None:
    limits = Limits(_Time())
    limits.enable(False)
    assert _spend(limits, "a", 500) == 500
    limits.enable(True)
    assert _spend(limits, "a", 61) == 60


@limited
def test_the_sixty_first_read_gets_googles_429_and_the_other_user_goes_on(
    sandbox: RunningSandbox,
) -> None:
    sheet = sandbox.dialer_client().open_by_key(sandbox.spreadsheet_id).worksheet("Calls")
    others = sandbox.person_client().open_by_key(sandbox.spreadsheet_id).worksheet("Calls")
    for _ in range(58):  # opening and .worksheet() were reads as well
        sheet.acell("A1")
    with pytest.raises(APIError) as refused:
        sheet.acell("A1")
    error = refused.value.response.json()["error"]
    assert refused.value.code == 429
    assert error["status"] == "RESOURCE_EXHAUSTED"
    assert error["message"] == (
        "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per"
        " user' of service 'sheets.googleapis.com' for consumer 'project_number:401234567890'."
    )
    info = error["details"][0]
    assert (info["reason"], info["domain"]) == ("RATE_LIMIT_EXCEEDED", "googleapis.com")
    assert info["metadata"]["quota_limit"] == "ReadRequestsPerMinutePerUser"
    assert "retry-after" not in refused.value.response.headers
    sheet.update([["x"]], "A2")  # writes are counted apart
    assert others.acell("A1").value == "Phone"


@limited
def test_the_sixty_first_write_is_refused_and_a_minute_later_it_passes(
    sandbox: RunningSandbox,
) -> None:
    sheet = sandbox.dialer_client().open_by_key(sandbox.spreadsheet_id).worksheet("Calls")
    for number in range(60):
        sheet.update([[number]], "B2")
    with pytest.raises(APIError, match="'Write requests per minute per user'"):
        sheet.update([[60]], "B2")
    assert sheet.acell("B2").value == "59"
    sandbox.post("/_sandbox/clock", {"offset": 60})
    sheet.update([[61]], "B2")


def test_a_faster_clock_goes_on_from_where_it_was_and_the_quotas_follow_it() -> None:
    real = _Time()
    clock = Clock(real)
    clock.offset = 5.0
    limits = Limits(clock.now)
    assert _spend(limits, "a", 70) == 60
    real.now += 10
    clock.run(8)
    assert clock.now() == pytest.approx(1015)
    real.now += 6
    assert _spend(limits, "a", 1) == 0
    real.now += 0.5
    assert clock.now() == pytest.approx(1067)
    assert _spend(limits, "a", 70) == 60
    clock.run(1)
    assert clock.now() == pytest.approx(real.now + 5)
