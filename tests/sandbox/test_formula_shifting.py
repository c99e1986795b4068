"""How the references of a formula follow inserts, deletes, moves, copies and renames."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.sandbox.google.formulas import (
    Carry,
    Move,
    Reordering,
    carried,
    reordered,
    retitled,
    shifted,
    translated,
    without_tab,
)
from sheets_dialer.sandbox.google.formulas.references import Span


@pytest.mark.parametrize(
    ("formula", "start", "count", "result"),
    [
        ("=A2", 2, 1, "=A2"),
        ("=A3", 2, 1, "=A4"),
        ("=$a$3", 2, 2, "=$A$5"),
        ("=SUM(A1:A10)", 4, 3, "=SUM(A1:A13)"),
        ("=SUM(A1:A10)", 0, 1, "=SUM(A2:A11)"),
        ("=SUM(A1:A10)", 10, 1, "=SUM(A1:A10)"),
        ("=SUM(A:B)", 4, 3, "=SUM(A:B)"),
        ("=SUM(A2:A)", 0, 1, "=SUM(A3:A)"),
        ("=SUM(3:5)", 3, 1, "=SUM(3:6)"),
        ("=A3", 2, -1, "=#REF!"),
        ("=A4", 2, -1, "=A3"),
        ("=SUM(A1:A10)", 2, -3, "=SUM(A1:A7)"),
        ("=SUM(A3:A4)", 2, -2, "=SUM(#REF!)"),
        ("=SUM(A3:A10)", 1, -3, "=SUM(A2:A7)"),
        ("=SUM(A1:A4)", 3, -10, "=SUM(A1:A3)"),
        ('=if( a9="A9" , Log10(5) , "x" )', 0, 1, '=if( A10="A9" , Log10(5) , "x" )'),
        ("=Other!A3+Main!A3", 0, 1, "=Other!A3+Main!A4"),
        ("=not a formula A3", 0, 1, "=not a formula A4"),
    ],
)
def test_rows_inserted_and_deleted(formula: str, start: int, count: int, result: str) -> None:
    assert shifted(formula, Move("Main", "ROWS", start, count), "main") == result


@pytest.mark.parametrize(
    ("formula", "start", "count", "result"),
    [
        ("=B1", 1, 1, "=C1"),
        ("=Z1", 0, 1, "=AA1"),
        ("=SUM(A:C)", 1, -1, "=SUM(A:B)"),
        ("=SUM(1:3)", 1, -1, "=SUM(1:3)"),
        ("=B1:B5", 1, -1, "=#REF!"),
    ],
)
def test_columns_inserted_and_deleted(formula: str, start: int, count: int, result: str) -> None:
    assert shifted(formula, Move("Main", "COLUMNS", start, count), "Main") == result


def test_only_references_to_the_changed_tab_follow() -> None:
    move = Move("It's me", "ROWS", 0, 1)
    assert shifted("=A1+'It''s me'!A1", move, "Other") == "=A1+'It''s me'!A2"


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("=A2", "=A5"),
        ("=A3", "=A2"),
        ("=A5", "=A4"),
        ("=A6", "=A6"),
        ("=SUM(A1:A9)", "=SUM(A1:A9)"),
        ("=SUM(B2:C2)", "=SUM(B5:C5)"),
        ("=SUM(A:A)", "=SUM(A:A)"),
    ],
)
def test_rows_moved_down(formula: str, result: str) -> None:
    assert reordered(formula, Reordering("Main", "ROWS", 1, 2, 5), "Main") == result


def test_rows_moved_up() -> None:
    change = Reordering("Main", "ROWS", 4, 6, 1)
    assert reordered("=A5+A6+A2+A7", change, "Main") == "=A2+A3+A4+A7"


def test_a_cut_rectangle_takes_the_references_to_it_along() -> None:
    carry = Carry("Main", Span(0, 2), Span(0, 1), "Main", 4, 3)
    assert carried("=A1+$A$2+A3+SUM(A1:A2)+SUM(A1:A3)", carry, "Main") == (
        "=D5+$D$6+A3+SUM(D5:D6)+SUM(A1:A3)"
    )
    assert carried("=A1+Main!A1", carry, "Other") == "=A1+Main!D5"


def test_a_rectangle_pasted_on_another_tab_is_named_there() -> None:
    carry = Carry("Main", Span(0, 1), Span(0, 1), "The other", 0, 0)
    assert carried("=A1+B1", carry, "Main") == "='The other'!A1+B1"


@pytest.mark.parametrize(
    ("formula", "rows", "columns", "result"),
    [
        ("=A1+$B$2+C$3+$D4", 1, 1, "=B2+$B$2+D$3+$D5"),
        ("=SUM(A:A)", 3, 1, "=SUM(B:B)"),
        ("=SUM(1:1)", 3, 1, "=SUM(4:4)"),
        ("='My Tab'!A1", 1, 0, "='My Tab'!A2"),
        ("=A1", -1, 0, "=#REF!"),
        ("=A1", 0, -1, "=#REF!"),
    ],
)
def test_copies_shift_what_no_dollar_holds(
    formula: str, rows: int, columns: int, result: str
) -> None:
    assert translated(formula, rows, columns) == result


def test_formulas_follow_a_tabs_new_title_and_its_end() -> None:
    assert retitled("=Old!A1+old!B2+A1+'Old'!C:C", "Old", "New one") == (
        "='New one'!A1+'New one'!B2+A1+'New one'!C:C"
    )
    assert without_tab("=Old!A1+B1", "Old", "Main") == "=#REF!+B1"


@given(st.text())
def test_text_without_references_to_the_tab_is_never_changed(text: str) -> None:
    move = Move("A tab that no text names", "ROWS", 0, 1)
    assert shifted("=" + text, move, "Main") == "=" + text


@given(st.integers(0, 50), st.integers(1, 9), st.integers(0, 60), st.integers(0, 60))
def test_deleting_what_was_inserted_restores_the_formula(
    start: int, count: int, first: int, length: int
) -> None:
    formula = f"=SUM(B{first + 1}:B{first + length + 1})"
    grown = shifted(formula, Move("Main", "ROWS", start, count), "Main")
    assert shifted(grown, Move("Main", "ROWS", start, -count), "Main") == formula
