"""How values are shown, and what the render options make of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.sandbox.google.display import formatted, json_value
from sheets_dialer.sandbox.google.model import ErrorValue, Formula

DATE = {"type": "DATE", "pattern": "yyyy-mm-dd"}
NOON = 46349.5
"""23 November 2026, 12:00, a Monday."""


def shown(value: Any, pattern: str, kind: str = "NUMBER") -> str:
    return formatted(value, {"type": kind, "pattern": pattern})


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (53, "53"),
        (1.5, "1.5"),
        (0.12, "0.12"),
        (1 / 3, "0.3333333333"),
        (100 / 3, "33.33333333"),
        (0.1 + 0.2, "0.3"),
        (1.0009765625, "1.000976563"),
        (123456789.123, "123456789.1"),
        (12345678901.5, "12345678902"),
        (923001234567, "923001234567"),
        (923001234567.0, "923001234567"),
        (999999999999999, "999999999999999"),
        (1705971932369780, "1.70597E+15"),
        (1e21, "1E+21"),
        (-2.5e20, "-2.5E+20"),
        (0.00001, "0.00001"),
        (1 / 30000, "3.33333E-05"),
    ],
)
def test_numbers_without_a_format_show_ten_digits(number: float, text: str) -> None:
    assert formatted(number, None) == text


@pytest.mark.parametrize(
    ("number", "pattern", "text"),
    [
        (1234.5, "0", "1235"),
        (2.675, "0.00", "2.68"),
        (-1234.567, "#,##0.00", "-1,234.57"),
        (1234567, "#,##0", "1,234,567"),
        (5, "#,##0", "5"),
        (5, "00000", "00005"),
        (1234, "0,000,000", "0,001,234"),
        (0.5, "0%", "50%"),
        (0.505, "0.00%", "50.50%"),
        (5, '"$"#,##0.00', "$5.00"),
        (-5, '"$"#,##0.00', "-$5.00"),
        (5, "[$€-407]#,##0", "€5"),
        (500, '"Rs "#,##0', "Rs 500"),
        (12345, "0.00E+00", "1.23E+04"),
        (0.00012, "0.0E+0", "1.2E-4"),
        (9.999e9, "0.0E+0", "1.0E+10"),
        (1234567, '#,##0,"K"', "1,235K"),
        (3001234567, "0000-0000000", "0300-1234567"),
        (923001234567, "+00 000 0000000", "+92 300 1234567"),
        (-5, "0;(0)", "(5)"),
        (0, '0;-0;"none"', "none"),
        (5.25, "# ?/?", "5 1/4"),
        (12, "[<100]0;[>=100]#,##0", "12"),
        (5000, "[<100]0;[>=100]#,##0", "5,000"),
        (1.5, "0.###", "1.5"),
        (1.5, "General", "1.5"),
        (-0.001, "0.00", "0.00"),
        (5, "[Red]0", "5"),
    ],
)
def test_number_patterns(number: float, pattern: str, text: str) -> None:
    assert shown(number, pattern) == text


@pytest.mark.parametrize(
    ("serial", "pattern", "text"),
    [
        (NOON, "yyyy-mm-dd hh:mm:ss", "2026-11-23 12:00:00"),
        (NOON, "M/d/yyyy H:mm:ss", "11/23/2026 12:00:00"),
        (NOON, "dddd, d mmmm yy", "Monday, 23 November 26"),
        (NOON, "ddd d-mmm", "Mon 23-Nov"),
        (NOON, "mmmmm", "N"),
        (0.25, "h:mm am/pm", "6:00 AM"),
        (0.75, "hh:mm A/P", "06:00 P"),
        (0, "h am/pm", "12 AM"),
        (1.5, "[h]:mm", "36:00"),
        (0.5, "[mm]:ss", "720:00"),
        (-0.25, "[h]:mm", "-6:00"),
        (0.7561625, "h:mm:ss.000", "18:08:52.440"),
        (0.5, "mm:ss", "00:00"),
        (NOON, '"on" d/m', "on 23/11"),
    ],
)
def test_date_and_time_patterns(serial: float, pattern: str, text: str) -> None:
    assert shown(serial, pattern, "DATE_TIME") == text


@pytest.mark.parametrize(
    ("kind", "number", "text"),
    [
        ("NUMBER", 1000.12, "1,000.12"),
        ("PERCENT", 0.1012, "10.12%"),
        ("CURRENCY", 1000.12, "$1,000.12"),
        ("DATE", 39717, "9/26/2008"),
        ("TIME", 0.166, "3:59:02 AM"),
        ("DATE_TIME", 45463.519437002316, "6/20/2024 12:27:59"),
        ("SCIENTIFIC", 1010, "1.01E+03"),
        ("TEXT", 1000.12, "1000.12"),
    ],
)
def test_a_format_may_name_its_type_alone(kind: str, number: float, text: str) -> None:
    assert formatted(number, {"type": kind}) == text


def test_text_and_truth_values_are_shown_whatever_the_number_format() -> None:
    assert shown("abc", "0.00") == "abc"
    assert shown(True, "0.00") == "TRUE"
    assert formatted(False, None) == "FALSE"
    assert shown("abc", '"<"@">"', "TEXT") == "<abc>"
    assert shown("abc", '0;0;0;"text "@') == "text abc"
    assert formatted(None, None) == ""


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        ("ERROR", "#ERROR!"),
        ("DIVIDE_BY_ZERO", "#DIV/0!"),
        ("VALUE", "#VALUE!"),
        ("REF", "#REF!"),
        ("NAME", "#NAME?"),
        ("NUM", "#NUM!"),
        ("N_A", "#N/A"),
        ("LOADING", "Loading..."),
    ],
)
def test_errors_are_shown_by_their_labels_and_unformatted_with_their_message(
    kind: str, label: str
) -> None:
    def shown_as(message: str, render: str) -> object:
        return json_value(ErrorValue(kind, message), None, render=render, dates="SERIAL_NUMBER")

    for render in ("FORMATTED_VALUE", "UNFORMATTED_VALUE"):
        assert shown_as("", render) == label
    assert shown_as("Why.", "FORMATTED_VALUE") == label
    unformatted = label if kind == "LOADING" else f"{label} (Why.)"
    assert shown_as("Why.", "UNFORMATTED_VALUE") == unformatted


@pytest.mark.parametrize(
    ("render", "dates", "answer"),
    [
        ("FORMATTED_VALUE", "SERIAL_NUMBER", "2020-01-01"),
        ("FORMATTED_VALUE", "FORMATTED_STRING", "2020-01-01"),
        ("UNFORMATTED_VALUE", "SERIAL_NUMBER", 43831),
        ("UNFORMATTED_VALUE", "FORMATTED_STRING", "2020-01-01"),
        ("FORMULA", "SERIAL_NUMBER", 43831),
    ],
)
def test_dates_follow_both_render_options(render: str, dates: str, answer: object) -> None:
    assert json_value(43831, DATE, render=render, dates=dates) == answer


def test_unformatted_numbers_are_numbers_and_whole_ones_have_no_fraction() -> None:
    value = json_value(2.0, None, render="UNFORMATTED_VALUE", dates="FORMATTED_STRING")
    assert value == 2
    assert isinstance(value, int)
    assert json_value(1.5, None, render="UNFORMATTED_VALUE", dates="SERIAL_NUMBER") == 1.5
    assert json_value(True, None, render="UNFORMATTED_VALUE", dates="SERIAL_NUMBER") is True
    assert json_value(2.0, None, render="FORMATTED_VALUE", dates="SERIAL_NUMBER") == "2"


def test_a_formula_is_told_as_its_text() -> None:
    assert json_value(Formula("=1+1"), None, render="FORMULA", dates="SERIAL_NUMBER") == "=1+1"


PATTERNS = st.text() | st.text(alphabet='0#?.,%E+-/@_*\\"[]$<>=hHmMsSdyaApP; ')


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(), PATTERNS)
def test_no_pattern_raises_on_any_value(value: float | str, pattern: str) -> None:
    assert isinstance(shown(value, pattern), str)
