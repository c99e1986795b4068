"""A cell with an error, or one that is still loading, is told from what people write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.tabs.cell_errors import is_error

CODES = (
    "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#ERROR!", "#SPILL!",
    "#CALC!", "#BLOCKED!", "#CONNECT!", "#FIELD!", "#UNKNOWN!",
)  # fmt: skip


@pytest.mark.parametrize(
    "cell",
    [
        *CODES,
        "Loading...",
        "Loading…",
        "loading...",
        "Loading data...",
        " Loading... ",
        "\u200b#REF!",
        "#DIV/0! (Function DIVIDE parameter 2 cannot be zero.)",
        "#N/A (Did not find value '0300 1234567' in VLOOKUP evaluation.)",
        "#REF! (Reference does not exist.)",
        "#REF! (You don't have permissions to access that sheet.)",
        "#NAME? (Unknown function: 'NUMER'.)",
        "#VALUE! (Function ADD parameter 1 expects number values.\nBut 'a' is a text.)",
        "#ERROR! (Formula parse error.)",
    ],
)
def test_no_value_is_recognized(cell: str) -> None:
    assert is_error(cell)


@pytest.mark.parametrize(
    "cell",
    [
        None,
        True,
        0,
        46361,
        0.5,
        "",
        " ",
        "#",
        "#12",
        "#1001",
        "#Karachi",
        "#REFUND",
        "#NAMES",
        "N/A",
        "REF!",
        "Loading",
        "Loading dock 5",
        "Loading... and unloading",
        "Unloading...",
        "The cell says #REF!",
        "0300 1234567",
    ],
)
def test_what_people_write_is_none(cell: object) -> None:
    assert not is_error(cell)


@given(st.sampled_from(CODES), st.text())
def test_whatever_message_stands_behind_it(code: str, message: str) -> None:
    assert is_error(f"{code} ({message})")


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary()))
def test_any_cell_is_told(cell: object) -> None:
    assert isinstance(is_error(cell), bool)
