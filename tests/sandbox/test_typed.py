"""What a cell becomes when a value is written to it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.sandbox.google.display import formatted, json_value
from sheets_dialer.sandbox.google.model import Computed, ErrorValue, Formula, Stored
from sheets_dialer.sandbox.google.serial import year_at
from sheets_dialer.sandbox.google.typed import Entered, enter, extended_value, to_extended

PLAIN_TEXT = {"numberFormat": {"type": "TEXT", "pattern": "@"}}


def typed(text: str, current_format: Any = None) -> Entered:
    return enter(text, user_entered=True, current_format=current_format, year=2026)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("923001234567", 923001234567),
        ("+923001234567", 923001234567),
        ("03001234567", 3001234567),
        ("9.23E+11", 923000000000),
        ("-5", -5),
        ("(5)", -5),
        (" 12 ", 12),
        ("1,234,567.5", 1234567.5),
        (".5", 0.5),
        ("5.", 5),
        ("-0", 0),
        ("50%", 0.5),
        ("7%", 0.07),
        ("$1,500", 1500),
        ("-$5.50", -5.5),
        ("$-5.50", -5.5),
        ("€5", 5),
    ],
)
def test_numbers_are_recognised_as_they_are_typed(text: str, number: float) -> None:
    value = typed(text).value
    assert value == number
    assert not isinstance(value, bool)
    assert isinstance(value, int) == float(number).is_integer()


@pytest.mark.parametrize(
    "text",
    [
        "0300-1234567",
        "0300 1234567",
        "92 300 1234567",
        "(0300) 1234567",
        "0300-1234567 / 0321-7654321",
        "Rs 500",
        "1,23",
        "1,2345",
        "- 5",
        "--5",
        "5-",
        "1e999",
        "=",
        "+",
        "5%%",
        "$",
        "(5",
        "12:60",
        "2026-13-01",
        "2/30/2026",
        "2026-01-02T10:30:00Z",
        "0300-12",
        "abc",
        "May be",
        "١٢٣",
        "NaN",
        "inf",
        "1_000",
    ],
)
def test_what_merely_looks_like_a_number_or_a_date_stays_text(text: str) -> None:
    assert typed(text) == Entered(text)


@pytest.mark.parametrize("text", ["true", "TRUE", " True "])
def test_truth_values_are_recognised_in_any_case(text: str) -> None:
    assert typed(text) == Entered(True)


def test_a_leading_apostrophe_makes_text_of_anything_and_is_dropped() -> None:
    assert typed("'03001234567") == Entered("03001234567")
    assert typed("'=1+1") == Entered("=1+1")
    assert typed("''quoted'") == Entered("'quoted'")


def test_an_equals_sign_makes_a_formula() -> None:
    assert typed("=1+1") == Entered(Formula("=1+1"))


@pytest.mark.parametrize("text", ["+92 300 1234567", "+A1", "+/+"])
def test_a_plus_before_anything_but_a_number_makes_a_formula(text: str) -> None:
    assert typed(text) == Entered(Formula(f"={text}"))


def test_a_cell_formatted_as_plain_text_keeps_what_is_typed() -> None:
    for text in ("03001234567", "+92 300 1234567", "=1+1", "'5", "TRUE", "1/2/2026"):
        assert typed(text, PLAIN_TEXT) == Entered(text)


def test_an_empty_text_clears_the_cell() -> None:
    assert enter("", user_entered=True, current_format=None, year=None) == Entered(None)
    assert enter("", user_entered=False, current_format=None, year=None) == Entered(None)


@pytest.mark.parametrize("user_entered", [True, False])
def test_json_numbers_and_booleans_stay_what_they_are(user_entered: bool) -> None:
    for value in (53, 0.12, True, False):
        entered = enter(value, user_entered=user_entered, current_format=None, year=None)
        assert entered == Entered(value)
        assert type(entered.value) is type(value)


@pytest.mark.parametrize(
    ("text", "serial", "kind", "pattern"),
    [
        ("1/2/2026", 46024, "DATE", "M/d/yyyy"),
        ("01/02/2026", 46024, "DATE", "mm/dd/yyyy"),
        ("1/2/26", 46024, "DATE", "M/d/yy"),
        ("1/2", 46024, "DATE", "M/d"),
        ("1-2-2026", 46024, "DATE", "M-d-yyyy"),
        ("2020-01-01", 43831, "DATE", "yyyy-mm-dd"),
        ("1999-1-2", 36162, "DATE", "yyyy-mm-dd"),
        ("Mar 1 2016", 42430, "DATE", "mmm d, yyyy"),
        ("March 1, 2016", 42430, "DATE", "mmmm d, yyyy"),
        ("Tuesday, March 1, 2016", 42430, "DATE", "mmmm d, yyyy"),
        ("1-Mar-2016", 42430, "DATE", "d-mmm-yyyy"),
        ("1 March 2016", 42430, "DATE", "d mmmm yyyy"),
        ("Mar 2016", 42430, "DATE", "mmm yyyy"),
        ("10:30", 0.4375, "TIME", "h:mm"),
        ("10:30 PM", 0.9375, "TIME", "h:mm am/pm"),
        ("12:00:00 am", 0, "TIME", "h:mm:ss am/pm"),
        ("9 pm", 0.875, "TIME", "h:mm am/pm"),
        ("25:30", 1.0625, "TIME", "[h]:mm:ss"),
        ("1/2/2026 10:30", 46024.4375, "DATE_TIME", "M/d/yyyy h:mm"),
        ("2026-01-02 00:06:46", 46024.0046990741, "DATE_TIME", "yyyy-mm-dd h:mm:ss"),
    ],
)
def test_dates_and_times_become_serial_numbers_with_their_format(
    text: str, serial: float, kind: str, pattern: str
) -> None:
    entered = typed(text)
    assert isinstance(entered.value, int | float)
    assert math.isclose(entered.value, serial, abs_tol=1e-9)
    assert entered.number_format == {"type": kind, "pattern": pattern}


def test_a_date_without_a_year_needs_one_to_be_a_date() -> None:
    assert enter("Jan 5", user_entered=True, current_format=None, year=None) == Entered("Jan 5")
    assert typed("Jan 5").value == 46027


def test_the_year_that_completes_dates_is_the_spreadsheets_own() -> None:
    new_years_eve = 1_767_218_400.0  # 31 December 2025, 22:00 UTC
    assert year_at(new_years_eve, "Etc/GMT") == 2025
    assert year_at(new_years_eve, "Asia/Karachi") == 2026


@pytest.mark.parametrize(
    ("text", "kind", "pattern"),
    [
        ("50%", "PERCENT", "0%"),
        ("50.5%", "PERCENT", "0.00%"),
        ("$5", "CURRENCY", '"$"#,##0'),
        ("$5.5", "CURRENCY", '"$"#,##0.00'),
        ("₹5", "CURRENCY", "[$₹]#,##0"),
        ("1,234", "NUMBER", "#,##0"),
        ("1e5", "SCIENTIFIC", "0.00E+00"),
    ],
)
def test_what_is_typed_implies_the_cells_number_format(text: str, kind: str, pattern: str) -> None:
    assert typed(text).number_format == {"type": kind, "pattern": pattern}


def test_a_format_of_the_cells_own_is_kept() -> None:
    own = {"numberFormat": {"type": "NUMBER", "pattern": "0.000"}}
    assert typed("50%", own) == Entered(0.5, None)
    assert typed("50%", {"textFormat": {"bold": True}}).number_format is not None


@given(st.text(min_size=1))
def test_raw_text_always_comes_back_as_it_was(text: str) -> None:
    entered = enter(text, user_entered=False, current_format=None, year=None)
    assert entered == Entered(text)
    for render in ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA"):
        assert json_value(text, None, render=render, dates="FORMATTED_STRING") == text


AWKWARD = st.text(alphabet="0123456789+-.,:/()%$€ eEapmAPMJjanTtrue'=\"'\n", max_size=30)


@given(st.text() | AWKWARD)
def test_nothing_that_can_be_typed_raises_or_ends_as_no_number(text: str) -> None:
    entered = typed(text)
    if isinstance(entered.value, float):
        assert math.isfinite(entered.value)
    if not isinstance(entered.value, Formula):
        assert isinstance(formatted(entered.value, entered.number_format), str)


@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_a_whole_number_shown_and_typed_again_is_the_same(number: int) -> None:
    assert typed(formatted(number, None)) == Entered(number)


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 9))
def test_typed_digits_give_the_nearest_double(number: float, places: int) -> None:
    text = f"{number:.{places}f}"
    value = typed(text).value
    assert isinstance(value, int | float)
    assert float(value) == float(text)


@pytest.mark.parametrize(
    ("value", "json"),
    [
        (None, {}),
        ("text", {"stringValue": "text"}),
        ("", {"stringValue": ""}),
        (5, {"numberValue": 5}),
        (0.5, {"numberValue": 0.5}),
        (False, {"boolValue": False}),
        (Formula("=1+1"), {"formulaValue": "=1+1"}),
    ],
)
def test_extended_values_translate_both_ways(value: Stored | None, json: dict[str, Any]) -> None:
    assert to_extended(value) == json
    assert extended_value(json) == value


def test_an_error_is_told_with_its_type_and_message() -> None:
    error: Computed = ErrorValue("NAME", "Unknown function: 'X'.")
    assert to_extended(error) == {
        "errorValue": {"type": "NAME", "message": "Unknown function: 'X'."}
    }


def test_a_whole_number_value_is_kept_as_a_whole_number() -> None:
    value = extended_value({"numberValue": 5.0})
    assert value == 5
    assert isinstance(value, int)


def test_an_extended_string_never_becomes_a_formula() -> None:
    assert extended_value({"stringValue": "=1+1"}) == "=1+1"
