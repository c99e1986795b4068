"""Pasted cells: each form gives the number that people mean, or a reason that they can act on."""

from __future__ import annotations

import json
import random
import unicodedata

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sheets_dialer.domain import phone_numbers
from sheets_dialer.domain.callable_numbers import NumberLine, line_of
from sheets_dialer.domain.phone_numbers import NotDiallable, Number, read_number
from tests.support.places import DATA

FORMS = [
    pytest.param(cell, expected, id=f"{meaning}: {cell!r}".encode("unicode_escape").decode())
    for meaning, expected, cells in json.loads(
        (DATA / "pasted_numbers.json").read_text(encoding="utf-8")
    )
    for cell in cells
]
REASONS = {
    "two": phone_numbers.SEVERAL,
    "rounded": phone_numbers.ROUNDED,
    "letters": phone_numbers.NOT_A_NUMBER,
    "more": phone_numbers.MORE_THAN_A_NUMBER,
    "extension": phone_numbers.EXTENSION,
    "another end": phone_numbers.ANOTHER_END,
    "short": phone_numbers.TOO_SHORT,
    "long": phone_numbers.TOO_MANY_DIGITS,
    "invalid": phone_numbers.NO_SUCH_NUMBER,
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
        {NotDiallable(phone_numbers.NO_SUCH_NUMBER)},
    )


@pytest.mark.parametrize("name", REASONS.values())
def test_each_reason_says_what_to_do(name: str) -> None:
    reason = NotDiallable(name).reason
    assert reason.endswith(".")
    assert any(word in reason for word in ("Type", "Keep", "Check", "Leave"))


# --- Never a stranger -----------------------------------------------------------------------------

NUMBERS = ("923001234567", "923331234567", "92512345678", "924235761234", "92992335123")
LINES = {"92512345678": 2, "924235761234": 2, "92992335123": 3}
"""By number, the digits of its area's code; those of a mobile's are three."""
TAIL_SIGNS = (
    "/",
    "-",
    " ",
    " / ",
    " - ",
    ".",
    "_",
    ",",
    ";",
    "#",
    "x",
    " ext ",
    "&",
    "\n",
    "\t",
    " (",
)


def forms_of(number: str) -> set[str]:
    """All digits that a cell may hold which means a number of Pakistan or another country."""
    national = number.removeprefix("92")
    home = {national, f"0{national}", f"920{national}", f"00920{national}"}
    return {number, f"00{number}"} | (home if number.startswith("92") else set())


def digits_in(cell: str) -> str:
    return "".join(str(unicodedata.digit(each)) for each in cell if each.isdecimal())


def as_people_write(rng: random.Random, number: str) -> str:
    national = number.removeprefix("92")
    length = LINES.get(number, 3)
    code, rest = national[:length], national[length:]
    before = rng.choice(("0", "+92 ", "+92-", "92 ", "0092 ", "(0", "+92 (0)"))
    after = ")" if before == "(0" else ""
    cut = rng.randrange(1, len(rest))
    middle = rng.choice((rest, f"{rest[:cut]}{rng.choice('- ./')}{rest[cut:]}"))
    return f"{before}{code}{after}{rng.choice((' ', '-', '', '.', '/', ' - '))}{middle}"


def test_a_number_that_is_not_the_only_one_in_its_cell_is_never_dialled(full: bool) -> None:
    rng = random.Random(12)
    read = 0
    for _ in range(20_000 if full else 500):
        number = rng.choice(NUMBERS)
        alone = as_people_write(rng, number)
        result = read_number(alone)
        read += result == Number(number)
        assert result == Number(number) or isinstance(result, NotDiallable), alone
        tail = "".join(rng.choices("0123456789", k=rng.choice((1, 1, 1, 2, 2, 3, 4, 7))))
        cell = f"{alone}{rng.choice(TAIL_SIGNS)}{tail}"
        if rng.random() < 0.2:
            cell = f"{tail}{rng.choice(TAIL_SIGNS)}{alone}"
        result = read_number(cell)
        assert isinstance(result, NotDiallable) or (
            # A mere `.0` behind plain digits, or zeros in front, say nothing else.
            result == Number(number) and set(tail) == {"0"}
        ), cell
    assert read, "nothing is read any more"


@given(st.text(alphabet="0123456789" * 3 + "+-() ./_,;#x\n۰۱۲٣٤²①\u200b\u0336", max_size=24))
@example("051-2345678/9")
@example("512345678.0")
def test_every_digit_of_a_cell_that_is_dialled_belongs_to_its_number(cell: str) -> None:
    result = read_number(cell)
    if isinstance(result, Number):
        digits = digits_in(cell)
        fraction = cell.rpartition(".")[2]
        whole = digits[: -len(digits_in(fraction))] if digits_in(fraction) else digits
        assert {digits, whole} & forms_of(result.digits), cell
        assert not any(unicodedata.category(each) in ("No", "So", "Lu", "Ll") for each in cell)


@pytest.mark.parametrize("code", range(300, 400))
def test_the_quick_way_reads_as_the_library_does(code: int) -> None:
    for line in ("0000001", "1234567", "9999999"):
        number = phonenumbers.parse(f"+92{code}{line}")
        valid = phonenumbers.is_valid_number(number)
        assert (read_number(f"0{code}{line}") == Number(f"92{code}{line}")) == valid
        if valid:
            assert line_of(f"92{code}{line}") == NumberLine("PK", ("mobile",))
            assert phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
