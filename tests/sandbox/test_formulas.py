"""What formulas come to, and how their references follow what happens to the sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_dialer.sandbox.google.a1 import parse_area
from sheets_dialer.sandbox.google.display import formatted
from sheets_dialer.sandbox.google.formulas import Calculator
from sheets_dialer.sandbox.google.model import (
    Cell,
    Computed,
    ErrorValue,
    Formula,
    Json,
    Sheet,
    Workbook,
)
from sheets_dialer.sandbox.google.typed import enter

NOW = 1_795_406_400.0
"""23 November 2026, 04:00 UTC."""

DATA = {
    "A1": 1,
    "A2": "two",
    "A3": 3,
    "A4": True,
    "A5": "'5",
    "A7": "Busy",
    "A8": "busy",
    "A9": "Answered",
    "B1": "1/2/2026",
}


def workbook(cells: Mapping[str, Any], *, time_zone: str = "Etc/GMT") -> Workbook:
    """A workbook whose first tab holds these cells, typed in, and an empty tab `My Tab`."""
    first = Sheet.new({"sheetId": 0, "title": "Sheet1"}, 100, 26)
    for place, raw in cells.items():
        area = parse_area(place, 0)
        assert area is not None
        entered = enter(raw, user_entered=True, current_format=None, year=None)
        look: Json | None = (
            None if entered.number_format is None else {"numberFormat": entered.number_format}
        )
        first.set_cell(
            area.start_row or 0, area.start_column or 0, Cell(entered.value, format=look)
        )
    second = Sheet.new({"sheetId": 7, "title": "My Tab"}, 10, 5)
    second.set_cell(0, 0, Cell(value=42))
    return Workbook(
        {"timeZone": time_zone},
        [first, second],
        {"n1": {"name": "Beat", "range": {"sheetId": 7, "endRowIndex": 1, "endColumnIndex": 1}}},
    )


def computed(formula: str, cells: Mapping[str, Any] | None = None, place: str = "Z50") -> Computed:
    """What the formula comes to in the cell `place` of a tab that holds DATA and `cells`."""
    book = workbook({**DATA, **(cells or {}), place: formula})
    area = parse_area(place, 0)
    assert area is not None
    return Calculator(book, NOW).value(book.sheets[0], area.start_row or 0, area.start_column or 0)


def error_of(formula: str) -> str:
    value = computed(formula)
    assert isinstance(value, ErrorValue), value
    return value.kind


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=1+1", 2),
        ("=4/2", 2),
        ("=3/2", 1.5),
        ("=2+3*4", 14),
        ("=(2+3)*4", 20),
        ("=2^3^2", 64),
        ("=-2^2", 4),
        ("=2^-1", 0.5),
        ("=50%*2", 1),
        ("=10-2-3", 5),
        ('="a"&1&TRUE', "a1TRUE"),
        ('=""&1/3', "0.333333333333333"),
        ('="2"+3', 5),
        ('="1/2/2026"+1', 46025),
        ("=TRUE+1", 2),
        ("=B1+1", 46025),
        ("=C1+1", 1),
        ('=C1&"x"', "x"),
        ("=A1", 1),
        ("=a1", 1),
        ("=$A$3*2", 6),
        ("='My Tab'!A1", 42),
        ("='my tab'!A1+Sheet1!A1", 43),
        ("=Beat", 42),
        ("=beat+1", 43),
        ("=C1", None),
        ("= 1 +\n 1 ", 2),
        ('="say ""hi"""', 'say "hi"'),
        ("=SUM({1,2;3,4})", 10),
        ("=1=1=TRUE", True),
    ],
)
def test_operators_and_references(formula: str, value: object) -> None:
    assert computed(formula) == value


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ('="abc"="ABC"', True),
        ('="abc"<>"abd"', True),
        ('="a"<"B"', True),
        ('=1<"a"', True),
        ('="zzz"<TRUE', True),
        ("=1<TRUE", True),
        ('=C1=""', True),
        ("=C1=0", True),
        ("=C1=FALSE", True),
        ('=5="5"', False),
        ("=0.1+0.2=0.3", True),
        ("=2>=2", True),
        ("=2<=1", False),
    ],
)
def test_comparison_ranks_numbers_texts_and_truth_values(formula: str, value: bool) -> None:
    assert computed(formula) is value


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        ("=1/0", "DIVIDE_BY_ZERO"),
        ("=1/C1", "DIVIDE_BY_ZERO"),
        ('="x"+1', "VALUE"),
        ('=""+1', "VALUE"),
        ("=A2*2", "VALUE"),
        ("=NOSUCH(1)", "NAME"),
        ("=HLOOKUP(1,A:B,2)", "NAME"),
        ("=nosuchname", "NAME"),
        ("=1+", "ERROR"),
        ("=(1", "ERROR"),
        ("=1 2", "ERROR"),
        ("=@#", "ERROR"),
        ('="open', "ERROR"),
        ("=+92 300 1234567", "ERROR"),
        ("=#REF!+1", "REF"),
        ("=Nowhere!A1", "REF"),
        ("=A5000", "REF"),
        ("=2^5000", "NUM"),
        ("=(-8)^(1/3)", "NUM"),
        ("=IF(1)", "N_A"),
        ("=A1:A3", "VALUE"),
        ("=#N/A", "N_A"),
    ],
)
def test_errors_have_googles_types(formula: str, kind: str) -> None:
    assert error_of(formula) == kind


def test_an_error_in_a_cell_spreads_to_what_reads_it() -> None:
    cells = {"C1": "=1/0"}
    for formula in ("=C1+1", '=C1&"x"', "=IF(C1,1,2)", "=SUM(C1:C3)", "=C1=1", "=LEN(C1)"):
        value = computed(formula, cells)
        assert isinstance(value, ErrorValue)
        assert value.kind == "DIVIDE_BY_ZERO"
    assert computed('=IFERROR(C1,"none")', cells) == "none"
    assert computed("=ISERROR(C1)", cells) is True
    assert computed("=COUNT(C1:C3)", cells) == 0
    assert computed("=COUNTA(C1:C3)", cells) == 1


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ('=IF(A1=1,"yes","no")', "yes"),
        ("=IF(FALSE,1)", False),
        ("=IF(TRUE,1,1/0)", 1),
        ("=IF(0,1,2)", 2),
        ("=IF(A1=1,,2)", None),
        ("=IFERROR(1/0)", ""),
        ("=IFERROR(5,0)", 5),
        ("=IFNA(#N/A,7)", 7),
        ('=IFS(FALSE,1,TRUE,"second")', "second"),
        ("=AND(TRUE,A1=1)", True),
        ("=AND(A1:A4)", True),
        ("=OR(FALSE,0)", False),
        ("=NOT(FALSE)", True),
        ("=TRUE()", True),
        ("=ISBLANK(C1)", True),
        ("=ISBLANK(A1)", False),
        ("=ISNUMBER(A1)", True),
        ("=ISTEXT(A5)", True),
        ("=N(A2)", 0),
        ("=N(TRUE)", 1),
        ("=ROW()", 50),
        ("=COLUMN()", 26),
        ("=ROW(A3:A5)", 3),
        ("=COLUMN(C5)", 3),
        ("=SUM(A1:A9)", 4),
        ("=SUM(A:A)", 4),
        ("=SUM(1:1)", 46025),
        ("=SUM(A1:A)", 4),
        ('=SUM(A1:A3,10,"5")', 19),
        ("=MIN(A1:A3)", 1),
        ("=MAX(A1:A3,2)", 3),
        ("=MAX(C1:C9)", 0),
        ("=AVERAGE(A1:A3)", 2),
        ("=COUNT(A1:A9)", 2),
        ("=COUNTA(A1:A9)", 8),
        ("=COUNTA(A:A)", 8),
        ('=COUNTIF(A1:A9,"busy")', 2),
        ('=COUNTIF(A:A,"b*")', 2),
        ('=COUNTIF(A:A,"b?sy")', 2),
        ('=COUNTIF(A1:A9,"<>busy")', 7),
        ('=COUNTIF(A1:A9,">=3")', 2),
        ("=COUNTIF(A1:A9,5)", 1),
        ('=COUNTIF(A1:A9,"")', 1),
        ("=COUNTIF(A1:A9,TRUE)", 1),
        ('=SUMIF(A1:A3,">1")', 3),
        ("=ROUND(2.345,2)", 2.35),
        ("=ROUND(-2.5)", -3),
        ("=ROUND(1234,-2)", 1200),
        ("=ROUNDUP(2.1,0)", 3),
        ("=ROUNDDOWN(2.9)", 2),
        ("=INT(-1.5)", -2),
        ("=MOD(-7,3)", 2),
        ("=ABS(-3)", 3),
        ("=POWER(2,10)", 1024),
        ('=LEN("abc")', 3),
        ("=LEN(923001234567)", 12),
        ('=LEFT("abc")', "a"),
        ('=LEFT("abc",2)', "ab"),
        ('=RIGHT("abc",2)', "bc"),
        ('=RIGHT("abc",0)', ""),
        ('=MID("abcdef",2,3)', "bcd"),
        ('=UPPER("aé")', "AÉ"),
        ('=LOWER("ABC")', "abc"),
        ('=TRIM("  a   b ")', "a b"),
        ('=CONCATENATE("a",A1,A2)', "a1two"),
        ('=JOIN("-",A1:A3)', "1-two-3"),
        ('=TEXTJOIN(",",TRUE,A5:A7)', "5,Busy"),
        ('=SUBSTITUTE("0300-12-34","-","")', "03001234"),
        ('=SUBSTITUTE("a-b-c","-","+",2)', "a-b+c"),
        ('=REPT("ab",3)', "ababab"),
        ('=TEXT(1234.5,"#,##0.00")', "1,234.50"),
        ('=TEXT(B1,"yyyy-mm-dd")', "2026-01-02"),
        ('=TEXT("3001234567","0000-0000000")', "0300-1234567"),
        ('=TEXT("abc","0.00")', "abc"),
        ('=VALUE("1,234")', 1234),
        ('=VALUE("50%")', 0.5),
        ("=DATE(2026,1,2)", 46024),
        ("=DATE(2026,14,1)", 46419),
        ("=DATE(2026,3,0)", 46081),
        ("=TIME(18,0,0)", 0.75),
        ("=YEAR(B1)", 2026),
        ("=MONTH(B1)+DAY(B1)", 3),
        ("=HOUR(0.75)", 18),
    ],
)
def test_functions(formula: str, value: object) -> None:
    assert computed(formula) == value


def test_now_and_today_follow_the_spreadsheets_time_zone() -> None:
    for zone, hour in (("Etc/GMT", 4), ("Asia/Karachi", 9), ("No/Such", 4)):
        book = workbook({"A1": "=NOW()", "A2": "=TODAY()"}, time_zone=zone)
        calculator = Calculator(book, NOW)
        assert calculator.value(book.sheets[0], 0, 0) == pytest.approx(46349 + hour / 24)
        assert calculator.value(book.sheets[0], 1, 0) == 46349


def test_a_beat_that_stopped_can_be_told_by_a_formula() -> None:
    formula = '=IF(NOW()-C1>1/24,"NOT RUNNING since "&TEXT(C1,"d mmm h:mm am/pm"),"Running")'
    assert computed(formula, {"C1": 46349 + 3.5 / 24}) == "Running"
    assert computed(formula, {"C1": 46348.25}) == "NOT RUNNING since 22 Nov 6:00 AM"


def test_an_area_read_as_one_value_gives_the_one_in_line_with_the_formula() -> None:
    assert computed("=A1:A9", place="C3") == 3
    assert computed("=A1:C1", place="B9") == 46024
    assert computed("=A:A*2", place="C3") == 6


def test_formulas_that_read_each_other_in_a_circle_are_errors() -> None:
    book = workbook({"A1": "=B1+1", "B1": "=C1", "C1": "=A1", "D1": "=D1", "E1": "=SUM(E:E)"})
    calculator = Calculator(book, NOW)
    for column in range(5):
        value = calculator.value(book.sheets[0], 0, column)
        assert isinstance(value, ErrorValue)
        assert value.kind == "REF"
        assert value.message.startswith("Circular dependency")


def test_a_chain_of_formulas_may_be_as_long_as_the_sheet() -> None:
    sheet = Sheet.new({"sheetId": 0, "title": "Sheet1"}, 5000, 1)
    for row in range(4999):
        sheet.set_cell(row, 0, Cell(value=Formula(f"=A{row + 2}+1")))
    book = Workbook({}, [sheet])
    assert Calculator(book, NOW).value(sheet, 0, 0) == 4999
    assert Calculator(book, NOW).number_format(sheet, 0, 0) is None


def test_long_and_deep_formulas_neither_fail_nor_break() -> None:
    assert computed("=" + "+".join(["1"] * 5000)) == 5000
    assert computed("=" + "(" * 50 + "1" + ")" * 50) == 1
    assert error_of("=" + "(" * 20000 + "1" + ")" * 20000) == "ERROR"
    assert error_of("=" + "-" * 20000 + "1") == "ERROR"


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("=NOW()", "11/23/2026 4:00:00"),
        ("=TODAY()", "11/23/2026"),
        ("=TODAY()+1", "11/24/2026"),
        ("=B1", "1/2/2026"),
        ("=B1+1", "1/3/2026"),
        ("=B1-DATE(2026,1,1)", "1"),
        ("=IF(TRUE,B1,0)", "1/2/2026"),
        ("=MAX(B1:B3)", "1/2/2026"),
        ("=IFERROR(B1)", "1/2/2026"),
        ("=D1*2", "$3,000"),
        ("=A1", "1"),
        ("=A1&B1", "146024"),
        ("=1+", "#ERROR!"),
        ("=Nowhere!A1", "#REF!"),
    ],
)
def test_a_formula_shows_its_result_in_the_format_that_it_implies(formula: str, shown: str) -> None:
    book = workbook({**DATA, "D1": "$1,500", "C1": formula})
    calculator = Calculator(book, NOW)
    look = calculator.number_format(book.sheets[0], 0, 2)
    assert formatted(calculator.value(book.sheets[0], 0, 2), look) == shown


OPERANDS = ["1", "2.5", "-1", "1E308", '"text"', '""', "TRUE", "#REF!", "#N/A", "{1,2;3}"]
PLACES = ["A1", "B2:C", "A:A", "1:3", "'My Tab'!A1", "Nope!B2", "$A$1", "Beat", "Z50"]
SIGNS = [*"+-*/^&%=<>(),;{}!'\"", "<>", ">="]
CALLS = ["AND(", "COUNTIF(", "DATE(", "IF(", "IFERROR(", "ISBLANK(", "JOIN(", "LEFT(", "MID("]
CALLS += ["MOD(", "NOPE(", "REPT(", "ROUND(", "ROW(", "SUBSTITUTE(", "SUM(", "SUMIF(", "TEXT("]
FRAGMENTS = st.lists(st.sampled_from(OPERANDS + PLACES + SIGNS + CALLS), max_size=25).map("".join)


@given(st.text() | FRAGMENTS)
def test_no_formula_raises(text: str) -> None:
    value = computed("=" + text)
    assert value is None or isinstance(value, str | int | float | bool | ErrorValue)
    assert isinstance(formatted(value, None), str)
