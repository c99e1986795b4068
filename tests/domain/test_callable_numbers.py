"""Which numbers are called: countries and kinds of line, with a reason for those that aren't."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import phonenumbers
import pytest

from sheets_dialer.domain.callable_numbers import LineKind, MayBeCalled, NumberLine, line_of
from sheets_dialer.domain.phone_numbers import Number, read_number
from sheets_dialer.texts import read
from tests.support.planning import POLICY, World

NOON = datetime(2026, 7, 15, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "country", "kinds"),
    [
        ("0300 1234567", "PK", ("mobile",)),
        ("0355-1234567", "PK", ("mobile",)),
        ("051-2345678", "PK", ("landline",)),
        ("042-35761234", "PK", ("landline",)),
        ("051-111-222-333", "PK", ("uan",)),
        ("021-111-222-333", "PK", ("uan",)),
        ("0800 12345", "PK", ("toll_free",)),
        ("0900 12345", "PK", ("premium",)),
        ("0122 123456", "PK", ("personal",)),
        ("+971 50 123 4567", "AE", ("mobile",)),
        ("+971 700 012 345", "AE", ("shared_cost",)),
        ("+44 56 1234 5678", "GB", ("voip",)),
        ("+44 76 4012 3456", "GB", ("other",)),
        ("+44 121 234 5678", "GB", ("landline",)),
        ("+1 415 555 2671", "US", ("mobile", "landline")),
        ("+1 604 555 2671", "CA", ("mobile", "landline")),
        ("+7 701 234 5678", "KZ", ("mobile",)),
        ("+881 612 345 678", "001", ("mobile",)),
        ("+800 1234 5678", "001", ("toll_free",)),
        ("+979 123 456 789", "001", ("premium",)),
    ],
)
def test_country_and_kind_of_a_number(cell: str, country: str, kinds: tuple[str, ...]) -> None:
    number = read_number(cell)
    assert isinstance(number, Number)
    assert line_of(number.digits) == NumberLine(country, kinds)
    is_usual = country == "PK" and kinds[0] in ("mobile", "landline", "uan")
    reason = MayBeCalled().why_not(number.digits)
    assert (reason is None) == is_usual
    # What the reason says the setting would have to be is enough.
    wanted = MayBeCalled(("PK", country), ("mobile", "landline", "uan", kinds[0]))
    assert wanted.why_not(number.digits) is None
    if reason:
        assert f"{country}]" in reason or f"{kinds[0]}]" in reason


def test_the_reason_names_what_the_setting_would_need_to_be() -> None:
    reason = MayBeCalled().why_not("979123456789")
    assert reason is not None
    assert reason.endswith(
        "may_be_called: {countries: [PK, 001], kinds: [mobile, landline, uan, premium]}"
    )


def test_each_kind_of_line_is_spoken_of_and_no_other() -> None:
    english, _ = read("english")
    spoken = {name.removeprefix("kind_") for name in english if name.startswith("kind_")}
    assert spoken == {*get_args(LineKind)}


def test_each_example_of_the_library_has_a_kind_that_can_be_set() -> None:
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        number = phonenumbers.example_number(region)
        if number is None:
            continue
        digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
        line = line_of(digits)
        assert set(line.kinds) <= set(get_args(LineKind))
        assert MayBeCalled((line.country,), line.kinds[:1]).why_not(digits) is None


@pytest.mark.parametrize("word", ["", "Call again"])
def test_a_number_that_may_not_be_called_is_held_even_if_a_person_insists(word: str) -> None:
    world = World(now=NOON, sheet=[{"Phone": "0900 12345"}, {"Phone": "0300 1234567"}])
    world.run()
    world.sheet[0]["Status"] = word or world.sheet[0]["Status"]
    for _ in range(3):
        world.now += timedelta(seconds=15)
        plan = world.run()
        assert "9290012345" not in [dial.job.content.number for dial in plan.dials]
    assert world.sheet[0]["Status"] == "Not called"
    assert "premium-rate number (Pakistan)" in world.sheet[0]["Why"]
    assert world.sheet[1]["Status"] == "Calling"
    world.policy = replace(POLICY, may_be_called=MayBeCalled(("PK",), ("mobile", "premium")))
    world.now += timedelta(seconds=15)
    assert [dial.job.content.number for dial in world.run().dials] == ["9290012345"]


def test_a_call_that_was_made_keeps_its_result_when_the_setting_is_narrowed() -> None:
    world = World(now=NOON, sheet=[{"Phone": "0300 1234567"}])
    for _ in range(2):
        world.run()
        world.now += timedelta(seconds=15)
    world.report("call1", world.now, call_status=2, dtmf="1")
    world.policy = replace(POLICY, may_be_called=MayBeCalled(("PK",), ("uan",)))
    for _ in range(3):
        world.now += timedelta(hours=1)
        assert not world.run().dials
    assert world.sheet[0]["Status"] == "Answered"
    assert world.sheet[0]["Answer"] == "Confirmed"
    assert world.sheet[0]["Why"] == ""
