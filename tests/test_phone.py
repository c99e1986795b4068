"""Pasted cells: each form gives the number that people mean, or a reason that they can act on."""

from __future__ import annotations

import json
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sheets_dialer import phone
from sheets_dialer.phone import NotDiallable, Number, read_number

FORMS = [
    pytest.param(cell, expected, id=f"{meaning}: {cell!r}".encode("unicode_escape").decode())
    for meaning, expected, cells in json.loads(
        (Path(__file__).parent / "data" / "pasted_numbers.json").read_text(encoding="utf-8")
    )
    for cell in cells
]
REASONS = {
    "two": phone.SEVERAL,
    "rounded": phone.ROUNDED,
    "letters": phone.NOT_A_NUMBER,
    "more": phone.MORE_THAN_A_NUMBER,
    "extension": phone.EXTENSION,
    "another end": phone.ANOTHER_END,
    "short": phone.TOO_SHORT,
    "long": phone.TOO_LONG,
    "invalid": phone.NO_SUCH_NUMBER,
}


def test_the_table_has_at_least_150_forms() -> None:
    assert len(FORMS) >= 150


@pytest.mark.parametrize(("cell", "expected"), FORMS)
def test_each_pasted_form_gives_what_people_mean(cell: object, expected: str) -> None:
    result = read_number(cell)
    if expected == "blank":
        assert result is None
    elif expected in REASONS:
        assert result == NotDiallable(REASONS[expected])
    else:
        assert result == Number(expected)


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.text(alphabet="0123456789+-() ./,\n۰۱۲٣٤٥０１２Ee'#\u200b\u202a"),
)


@given(cells)
@example(float("nan"))
@example(float("inf"))
@example("+")
@example("²³")
@example("0" * 5000)
def test_no_cell_raises_and_only_valid_numbers_are_dialled(cell: object) -> None:
    result = read_number(cell)
    if isinstance(result, Number):
        assert phonenumbers.is_valid_number(phonenumbers.parse(f"+{result.digits}"))
        assert result.digits.isascii()
        assert result.digits.isdigit()


@given(st.integers(min_value=0, max_value=9_999_999), st.integers(min_value=0, max_value=49))
def test_every_way_of_writing_a_mobile_number_means_the_same(line: int, network: int) -> None:
    national = f"3{network:02d}{line:07d}"
    written = (f"0{national}", national, f"92{national}", f"+92 {national}", f"0092{national}")
    assert {read_number(text) for text in written} in (
        {Number(f"92{national}")},
        {NotDiallable(phone.NO_SUCH_NUMBER)},
    )


@pytest.mark.parametrize("name", REASONS.values())
def test_each_reason_says_what_to_do(name: str) -> None:
    reason = NotDiallable(name).reason
    assert reason.endswith(".")
    assert any(word in reason for word in ("Type", "Keep", "Check", "Leave"))
